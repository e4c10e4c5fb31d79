//! By what people sign in. The gateway runs the ceremony and checks what was shown; what follows from it
//! (which account, which device, which session) is decided here, in one transaction with its entry.

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Standing};
use care::ways_in::is_a_way_in;
use protocol::http::{AuthenticatorCard, Authenticators, SignInByPasskey, SignedIn};
use protocol::{
    AccountId, AuthenticatorId, AuthenticatorKind, Bytes, Code, DeviceId, Refusal, Role, labels,
    limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::hash::sha256;
use crate::seal::{AUTHENTICATOR, LOGIN_NAME, PERSON_NAME};
use crate::sessions::{self, Begun};
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::{devices, standing};

statements! {
    HOW_IT_BEGAN = "
        SELECT s.begun_by,
            (SELECT COUNT(*) FROM authenticator x WHERE x.account = s.account
                AND x.ended_at IS NULL AND x.kind <> 'totp') AS authenticators
        FROM session s WHERE s.id = $1";
    LIST = "
        SELECT x.id, x.kind, x.created_at, x.used_at, l.name
        FROM authenticator x LEFT JOIN login l ON l.id = x.id
        WHERE x.account = $1 AND x.ended_at IS NULL ORDER BY x.created_at, x.id";
    SECRETS = "
        SELECT id, secret FROM authenticator
        WHERE account = $1 AND kind = 'passkey' AND ended_at IS NULL";
    FIND = "
        SELECT x.id, x.secret, x.account, a.person, a.role
        FROM authenticator x JOIN account a ON a.id = x.account
        WHERE x.lookup_hash = $1 AND x.ended_at IS NULL";
    HELD = "
        SELECT x.id, x.secret, x.account, a.person, a.role
        FROM authenticator x JOIN account a ON a.id = x.account
        WHERE x.id = $1 AND x.ended_at IS NULL";
    INSERT = "
        INSERT INTO authenticator (id, account, kind, lookup_hash, secret, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING";
    USE = "
        UPDATE authenticator SET secret = $3, used_at = $4
        WHERE id = $1 AND account = $2 AND ended_at IS NULL";
    END = "
        UPDATE authenticator SET ended_at = $3, secret = $4
        WHERE id = $1 AND account = $2 AND ended_at IS NULL";
    LIVE_OF = "SELECT id FROM authenticator WHERE account = $1 AND ended_at IS NULL ORDER BY id";
    FORGET_LOGIN = "DELETE FROM login WHERE id = $1";
    LIVE_DEVICE = "
        SELECT dsk FROM device WHERE id = $1 AND account = $2 AND revoked_at IS NULL";
    NAME = "SELECT p.name FROM person p WHERE p.id = $1";
}

#[derive(sqlx::FromRow)]
struct CardRow {
    id: Uuid,
    kind: String,
    created_at: i64,
    used_at: Option<i64>,
    name: Option<Vec<u8>>,
}

/// An authenticator and whose it is.
#[derive(sqlx::FromRow)]
pub(crate) struct HeldRow {
    pub(crate) id: Uuid,
    pub(crate) secret: Vec<u8>,
    pub(crate) account: Uuid,
    person: Uuid,
    role: String,
}

impl HeldRow {
    pub(crate) fn role(&self) -> Result<Role> {
        db::role(&self.role)
    }

    /// Whoever tries to sign in by it.
    pub(crate) fn caller(&self) -> Result<Caller> {
        Ok(Caller::signing_in(Holder {
            account: self.account.into(),
            person: self.person.into(),
            role: self.role()?,
        }))
    }
}

/// What a new passkey is made for.
pub struct PasskeyWanted {
    /// The account's user handle.
    pub account: Uuid,
    /// The person's name, for whoever keeps the passkey.
    pub name: String,
    /// Passkeys of the account, as the gateway wrote them.
    pub known: Vec<Vec<u8>>,
}

/// A passkey that was found by its credential id.
pub struct PasskeyFound {
    /// The authenticator.
    pub id: AuthenticatorId,
    /// As the gateway wrote it.
    pub passkey: Vec<u8>,
}

/// A passkey that the gateway found good, in a ceremony that was taken.
pub struct PasskeyShown {
    /// Which.
    pub id: AuthenticatorId,
    /// As the gateway writes it from now on.
    pub passkey: Vec<u8>,
}

pub(crate) fn refused() -> Refusal {
    Refusal::new(Code::SignInRefused, "this does not sign in here")
}

pub(crate) fn kept() -> Refusal {
    let detail = "this is in use, or nobody could sign in without it: add another first";
    Refusal::new(Code::AuthenticatorKept, detail)
}

/// How the caller stands to their own authenticators.
pub(crate) async fn to_authenticators(tx: &mut Tx, caller: &Caller) -> Result<Standing> {
    let standing = standing::of_session(tx, caller).await?;
    let began = tx
        .sql(HOW_IT_BEGAN)
        .bind(caller.session.uuid())
        .maybe::<(String, i64)>()
        .await?;
    let Some((begun_by, authenticators)) = began else {
        return Ok(standing);
    };
    let live = standing.session || standing.unproved;
    let by_secret = standing.unproved && matches!(begun_by.as_str(), "link" | "recovery");
    Ok(Standing {
        arriving: live && (authenticators == 0 || by_secret),
        ..standing
    })
}

impl Store {
    /// What a new passkey of the caller's is made for.
    pub async fn want_passkey(&self, caller: &Caller) -> Result<PasskeyWanted> {
        let caller = *caller;
        self.read("want passkey", async move |tx: &mut Tx| {
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            tx.authorize(&caller, Act::RegisterAuthenticator, standing, object)?;
            let named = tx.sql(NAME).bind(caller.person.uuid());
            let (name,): (Vec<u8>,) = named.one().await?;
            let secrets = tx.sql(SECRETS).bind(caller.account.uuid());
            let rows = secrets.all::<(Uuid, Vec<u8>)>().await?;
            let name = tx
                .open_text(PERSON_NAME, caller.person.uuid(), &name)
                .await?;
            let sealer = &tx.core().sealer;
            let open = |(id, secret): &(Uuid, Vec<u8>)| {
                let opened = sealer.open(AUTHENTICATOR, *id, secret)?;
                Ok::<_, Error>(opened.to_vec())
            };
            Ok(PasskeyWanted {
                account: caller.account.uuid(),
                known: rows.iter().map(open).collect::<Result<_>>()?,
                name,
            })
        })
        .await
    }

    /// Adds a passkey that the gateway found good. The session has shown it: it goes on under a new
    /// token, from here on as one of a device that others use too if it is `shared`.
    /// [`Code::AuthenticatorKept`] if somebody has it already or there are too many.
    pub async fn add_passkey(
        &self,
        caller: &Caller,
        credential_id: &[u8],
        passkey: Vec<u8>,
        shared: bool,
    ) -> Result<(SignedIn, SessionToken)> {
        let caller = *caller;
        let lookup_hash = sha256(&[credential_id]).to_vec();
        self.write("add passkey", async move |tx: &mut Tx| {
            devices::hold_account(tx, caller.account).await?;
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::RegisterAuthenticator, standing, object)?;
            let live = list(tx, &caller).await?;
            let now = tx.now();
            let id = AuthenticatorId::from_parts(now, tx.random());
            let sealed = tx.seal(AUTHENTICATOR, id.uuid(), &passkey);
            let added = tx
                .sql(INSERT)
                .bind(id.uuid())
                .bind(caller.account.uuid())
                .bind(AuthenticatorKind::Passkey.as_str())
                .bind(lookup_hash.clone())
                .bind(sealed)
                .bind(now.micros())
                .run()
                .await?;
            if added == 0 || live.len() >= limits::AUTHENTICATORS_MAX {
                return Err(kept().into());
            }
            if shared {
                sessions::note_shared(tx, caller.session).await?;
            }
            let token = sessions::prove(tx, caller.session).await?;
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            Ok((sessions::describe(tx, caller.session).await?, token))
        })
        .await
    }

    /// By what the caller signs in.
    pub async fn authenticators(&self, caller: &Caller) -> Result<Authenticators> {
        let caller = *caller;
        self.read_audited("authenticators", async move |tx: &mut Tx| {
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListAuthenticators, standing, object)?;
            let authenticators = list(tx, &caller).await?;
            let shown = authenticators.iter().map(|card| card.id.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(Authenticators { authenticators })
        })
        .await
    }

    /// Takes one of the caller's authenticators away. [`Code::NotFound`] for anybody else's,
    /// [`Code::AuthenticatorKept`] for the last one.
    pub async fn end_authenticator(&self, caller: &Caller, id: AuthenticatorId) -> Result<()> {
        let caller = *caller;
        self.write("end authenticator", async move |tx: &mut Tx| {
            devices::hold_account(tx, caller.account).await?;
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Authenticator(id.uuid());
            let permit = tx.authorize(&caller, Act::EndAuthenticator, standing, object)?;
            if end(tx, caller.account, id).await? == 0 {
                let (act, code) = (Act::EndAuthenticator, Code::NotFound);
                tx.deny(Entry::denied(&caller, act, object, code));
                return Err(Refusal::new(Code::NotFound, "no such authenticator").into());
            }
            if !is_a_way_in(caller.role, &kinds(&list(tx, &caller).await?)) {
                return Err(kept().into());
            }
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// The passkey of a credential id. [`Code::SignInRefused`] if nobody has it.
    pub async fn find_passkey(&self, credential_id: &[u8]) -> Result<PasskeyFound> {
        let lookup_hash = sha256(&[credential_id]).to_vec();
        self.read("find passkey", async move |tx: &mut Tx| {
            let row = find(tx, lookup_hash.clone()).await?;
            let passkey = tx.core().sealer.open(AUTHENTICATOR, row.id, &row.secret)?;
            Ok(PasskeyFound {
                id: row.id.into(),
                passkey: passkey.to_vec(),
            })
        })
        .await
    }

    /// A passkey's bearer was refused: noted at its account.
    pub async fn refuse_passkey(&self, credential_id: &[u8]) -> Result<()> {
        let lookup_hash = sha256(&[credential_id]).to_vec();
        self.write("refuse passkey", async move |tx: &mut Tx| {
            let row = find(tx, lookup_hash.clone()).await?;
            Err(refuse(tx, &row)?)
        })
        .await
    }

    /// Signs in a device whose person has shown a passkey: a device of the passkey's own account,
    /// which signs the ceremony ([`Code::SignInRefused`], noted at the passkey's account). `current` is the
    /// session that the device holds, if one: it goes on, fresh and under a new token, and from here on as one of a device
    /// that others use too if that is said. Else one begins, and those of before end.
    pub async fn sign_in(
        &self,
        asked: &SignInByPasskey,
        shown: PasskeyShown,
        current: Option<SessionToken>,
    ) -> Result<(SignedIn, SessionToken)> {
        let signed = self.signed_by_device(&asked.ceremony, &asked.nonce, Code::CeremonyGone)?;
        let (device, shared) = (asked.device, asked.shared);
        let signature: Bytes = asked.signature.clone();
        self.write("sign in", async move |tx: &mut Tx| {
            let held = tx.sql(HELD).bind(shown.id.uuid());
            let held = held.maybe::<HeldRow>().await?.ok_or_else(refused)?;
            let dsk = device_key(tx, device, held.account).await?;
            let signs = |dsk| delivery::verify(labels::LOGIN, &signed, &dsk, &signature);
            if !dsk.is_some_and(signs) {
                return Err(refuse(tx, &held)?);
            }
            let now = tx.now().micros();
            let sealed = tx.seal(AUTHENTICATOR, shown.id.uuid(), &shown.passkey);
            let used = tx.sql(USE).bind(shown.id.uuid()).bind(held.account);
            if used.bind(sealed).bind(now).run().await? == 0 {
                return Err(refused().into());
            }
            let (caller, token) = proved(tx, device, shared, current.as_ref()).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Session(caller.session);
            let permit = tx.authorize(&caller, Act::SignIn, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object).shown([shown.id.uuid()]));
            Ok((sessions::describe(tx, caller.session).await?, token))
        })
        .await
    }
}

async fn find(tx: &mut Tx, lookup_hash: Vec<u8>) -> Result<HeldRow> {
    let row = tx.sql(FIND).bind(lookup_hash).maybe::<HeldRow>().await?;
    Ok(row.ok_or_else(refused)?)
}

/// Whoever showed this does not get in by it: noted at its account.
pub(crate) fn refuse(tx: &mut Tx, held: &HeldRow) -> Result<Error> {
    let (caller, object) = (held.caller()?, Object::Authenticator(held.id));
    tx.deny(Entry::denied(
        &caller,
        Act::SignIn,
        object,
        Code::SignInRefused,
    ));
    Ok(refused().into())
}

/// The key by which a live device of this account signs.
pub(crate) async fn device_key(
    tx: &mut Tx,
    device: DeviceId,
    account: Uuid,
) -> Result<Option<[u8; 32]>> {
    let live = tx.sql(LIVE_DEVICE).bind(device.uuid()).bind(account);
    let dsk = live.maybe::<(Vec<u8>,)>().await?;
    dsk.map(|(dsk,)| db::array(&dsk)).transpose()
}

/// The caller's live ones, oldest first.
pub(crate) async fn list(tx: &mut Tx, caller: &Caller) -> Result<Vec<AuthenticatorCard>> {
    let list = tx.sql(LIST).bind(caller.account.uuid());
    let rows = list.all::<CardRow>().await?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        let login = match &row.name {
            Some(name) => Some(tx.open_text(LOGIN_NAME, row.id, name).await?),
            None => None,
        };
        cards.push(AuthenticatorCard {
            id: row.id.into(),
            kind: db::authenticator_kind(&row.kind)?,
            added_at: db::at(row.created_at),
            used_at: row.used_at.map(db::at),
            login,
        });
    }
    Ok(cards)
}

/// What they are.
pub(crate) fn kinds(cards: &[AuthenticatorCard]) -> Vec<AuthenticatorKind> {
    cards.iter().map(|card| card.kind).collect()
}

/// Ends a live authenticator of the account's, if it is one. Its secret and its name are gone with it.
pub(crate) async fn end(tx: &mut Tx, account: AccountId, id: AuthenticatorId) -> Result<u64> {
    let nothing = tx.seal(AUTHENTICATOR, id.uuid(), &[]);
    let now = tx.now().micros();
    let end = tx.sql(END).bind(id.uuid()).bind(account.uuid());
    let ended = end.bind(now).bind(nothing).run().await?;
    if ended > 0 {
        tx.sql(FORGET_LOGIN).bind(id.uuid()).run().await?;
    }
    Ok(ended)
}

/// Ends every live authenticator of the account's.
pub(crate) async fn end_all(tx: &mut Tx, account: AccountId) -> Result<()> {
    let live = tx.sql(LIVE_OF).bind(account.uuid());
    for (id,) in live.all::<(Uuid,)>().await? {
        end(tx, account, id.into()).await?;
    }
    Ok(())
}

/// The device's session from now on: the one that it holds if that lives, else a new one.
async fn proved(
    tx: &mut Tx,
    device: DeviceId,
    shared: bool,
    current: Option<&SessionToken>,
) -> Result<(Caller, SessionToken)> {
    if let Some(token) = current
        && let Some(caller) = sessions::of_device(tx, token, device).await?
    {
        if shared {
            sessions::note_shared(tx, caller.session).await?;
        }
        let token = sessions::prove(tx, caller.session).await?;
        return Ok((caller, token));
    }
    let begun = sessions::begin(
        tx,
        device,
        Begun::Authenticator {
            shared,
            proved: true,
        },
    )
    .await?;
    sessions::end_others(tx, &begun.0).await?;
    Ok(begun)
}
