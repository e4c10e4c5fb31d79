//! Code apps (RFC 6238): the second factor of whom a password alone does not let in. The gateway computes
//! which step a code is of; here each step is good once.

use care::Caller;
use care::rules::Act;
use protocol::http::{PasswordShown, SignedIn};
use protocol::{AuthenticatorId, AuthenticatorKind, Bytes, Code, Refusal};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::authenticators::{refused, to_authenticators};
use crate::ceremonies::{self, CeremonyKind};
use crate::db::to_db;
use crate::error::Result;
use crate::passwords::replace;
use crate::seal::{AUTHENTICATOR, PERSON_NAME};
use crate::sessions;
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::{devices, standing};

statements! {
    LIVE = "
        SELECT id, secret FROM authenticator
        WHERE account = $1 AND kind = 'totp' AND ended_at IS NULL";
    INSERT = "
        INSERT INTO authenticator (id, account, kind, secret, last_step, created_at)
        VALUES ($1, $2, 'totp', $3, $4, $5)";
    USE_STEP = "
        UPDATE authenticator SET last_step = $3, used_at = $4
        WHERE id = $1 AND account = $2 AND kind = 'totp' AND ended_at IS NULL
            AND (last_step IS NULL OR last_step < $3)";
    NAME = "SELECT p.name FROM person p WHERE p.id = $1";
}

/// A code app, to check a code against.
pub struct CodeApp {
    /// The authenticator.
    pub id: AuthenticatorId,
    /// What it shares with us.
    pub secret: Vec<u8>,
}

fn password_first() -> Refusal {
    Refusal::new(
        Code::CeremonyGone,
        "show your password first: the code follows it",
    )
}

/// Refuses whoever's session has not shown the account's password a short while ago.
async fn must_await_code(tx: &mut Tx, caller: &Caller) -> Result<()> {
    ceremonies::must_be_let_in(tx, Some(caller)).await?;
    let standing = standing::of_session(tx, caller).await?;
    if !standing.session && !standing.unproved {
        return Err(Refusal::new(Code::SignedOut, "sign in again").into());
    }
    if !sessions::awaits_code(tx, caller.session).await? {
        return Err(password_first().into());
    }
    Ok(())
}

impl Store {
    /// For whom a new code app of the caller's is: the person's name, for its list.
    pub async fn want_code_app(&self, caller: &Caller) -> Result<String> {
        let caller = *caller;
        self.read("want code app", async move |tx: &mut Tx| {
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            tx.authorize(&caller, Act::RegisterAuthenticator, standing, object)?;
            let named = tx.sql(NAME).bind(caller.person.uuid());
            let (name,): (Vec<u8>,) = named.one().await?;
            tx.open_text(PERSON_NAME, caller.person.uuid(), &name).await
        })
        .await
    }

    /// Adds a code app that showed the code of `step`, in the place of the one before, if one; ends its
    /// ceremony. If the password was shown in this session lately, the session is the person's now. It
    /// goes on under a new token.
    pub async fn add_code_app(
        &self,
        caller: &Caller,
        ceremony: &Bytes,
        (secret, step): (Vec<u8>, u64),
    ) -> Result<(PasswordShown, SessionToken)> {
        let (caller, ceremony) = (*caller, ceremony.clone());
        self.write("add code app", async move |tx: &mut Tx| {
            devices::hold_account(tx, caller.account).await?;
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::RegisterAuthenticator, standing, object)?;
            ceremonies::end(tx, CeremonyKind::RegisterCodeApp, caller.account, &ceremony).await?;
            replace(tx, &caller, AuthenticatorKind::Totp).await?;
            let now = tx.now();
            let id = AuthenticatorId::from_parts(now, tx.random());
            let sealed = tx.seal(AUTHENTICATOR, id.uuid(), &secret);
            tx.sql(INSERT)
                .bind(id.uuid())
                .bind(caller.account.uuid())
                .bind(sealed)
                .bind(to_db(step))
                .bind(now.micros())
                .run()
                .await?;
            let both = sessions::awaits_code(tx, caller.session).await?;
            let token = if both && !standing.session {
                sessions::prove(tx, caller.session).await?
            } else {
                sessions::rotate(tx, caller.session).await?
            };
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            let shown = PasswordShown {
                session: sessions::describe(tx, caller.session).await?,
                second_factor: !both && !standing.session,
            };
            Ok((shown, token))
        })
        .await
    }

    /// The caller's code app, once their session has shown the password. [`Code::CeremonyGone`] if it has
    /// not lately, [`Code::SignInRefused`] if there is no code app.
    pub async fn find_code_app(&self, caller: &Caller) -> Result<CodeApp> {
        let caller = *caller;
        self.read("find code app", async move |tx: &mut Tx| {
            must_await_code(tx, &caller).await?;
            let live = tx.sql(LIVE).bind(caller.account.uuid());
            let live = live.maybe::<(Uuid, Vec<u8>)>().await?;
            let (id, sealed) = live.ok_or_else(refused)?;
            let secret = tx.core().sealer.open(AUTHENTICATOR, id, &sealed)?;
            Ok(CodeApp {
                id: id.into(),
                secret: secret.to_vec(),
            })
        })
        .await
    }

    /// A code was not one: noted at the account.
    pub async fn refuse_code(&self, caller: &Caller, id: AuthenticatorId) -> Result<()> {
        let caller = *caller;
        self.write("refuse code", async move |tx: &mut Tx| {
            Err(deny(tx, &caller, id).into())
        })
        .await
    }

    /// The code of `step` after the password: the session is the person's now, under a new token. A step is
    /// good once, and none before it any more ([`Code::SignInRefused`], noted at the account).
    pub async fn sign_in_by_code(
        &self,
        caller: &Caller,
        id: AuthenticatorId,
        step: u64,
    ) -> Result<(SignedIn, SessionToken)> {
        let caller = *caller;
        self.write("sign in by code", async move |tx: &mut Tx| {
            must_await_code(tx, &caller).await?;
            let now = tx.now().micros();
            let used = tx.sql(USE_STEP).bind(id.uuid()).bind(caller.account.uuid());
            if used.bind(to_db(step)).bind(now).run().await? == 0 {
                return Err(deny(tx, &caller, id).into());
            }
            let token = sessions::prove(tx, caller.session).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Session(caller.session);
            let permit = tx.authorize(&caller, Act::SignIn, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            Ok((sessions::describe(tx, caller.session).await?, token))
        })
        .await
    }
}

fn deny(tx: &mut Tx, caller: &Caller, id: AuthenticatorId) -> Refusal {
    let object = Object::Authenticator(id.uuid());
    let code = Code::SignInRefused;
    tx.deny(Entry::denied(caller, Act::SignIn, object, code));
    refused()
}
