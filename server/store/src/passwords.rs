//! Passwords, by OPAQUE (RFC 9807): the gateway computes, here stands whose they are and what follows.
//!
//! The server never has a password. It has a record, by which a device that knows the password proves it,
//! and which is useless without the server's own keys ([`Store::opaque_setup`]); both are sealed. The name
//! that somebody types is found by its blind index alone.
//!
//! **Only a device of the account's own is told what opens with its password.** Whoever else names the
//! account gets what somebody gets who names nobody: so from elsewhere a password cannot even be tried.

use care::Caller;
use care::rules::{Act, Asker, Standing};
use care::ways_in::{Login, needs_second_factor};
use protocol::http::{AskPassword, PasswordShown, SignInByPassword};
use protocol::{
    AccountId, AuthenticatorId, AuthenticatorKind, Bytes, Code, EntryId, Refusal, labels, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::authenticators::{self, HeldRow, kept, kinds, list, refuse, refused, to_authenticators};
use crate::ceremonies::{self, CeremonyKind};
use crate::db;
use crate::error::{Error, Result};
use crate::hash::sha256;
use crate::seal::{AUTHENTICATOR, LOGIN_NAME, LOGIN_NAME_INDEX, OPAQUE_SETUP};
use crate::sessions::{self, Begun};
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::{devices, standing};

statements! {
    READ_SETUP = "SELECT id, setup FROM opaque";
    INSERT_SETUP = "
        INSERT INTO opaque (id, one, setup) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING";
    BY_NAME = "
        SELECT x.id, x.secret, x.account, a.person, a.role
        FROM login l JOIN authenticator x ON x.id = l.id JOIN account a ON a.id = x.account
        WHERE l.name_index = $1 AND x.ended_at IS NULL";
    HELD = "
        SELECT x.id, x.secret, x.account, a.person, a.role
        FROM authenticator x JOIN account a ON a.id = x.account
        WHERE x.id = $1 AND x.kind = 'password' AND x.ended_at IS NULL";
    INSERT = "
        INSERT INTO authenticator (id, account, kind, secret, created_at)
        VALUES ($1, $2, 'password', $3, $4)";
    INSERT_LOGIN = "
        INSERT INTO login (id, name, name_index) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    USED = "UPDATE authenticator SET used_at = $2 WHERE id = $1 AND ended_at IS NULL";
    DEVICE = "SELECT account, dsk FROM device WHERE id = $1 AND revoked_at IS NULL";
}

/// A key that nobody has, so that a signature is checked for a device that is nobody's too: the base point
/// of Ed25519 (RFC 8032, section 5.1).
const NOBODYS_KEY: [u8; 32] = {
    let mut key = [0x66; 32];
    key[0] = 0x58;
    key
};

/// What is found when somebody says that they have a password.
pub struct PasswordLooked {
    /// The name's blind index: by it OPAQUE tells credentials apart, and failures are counted.
    pub index: [u8; 16],
    /// The password, if the account's own device asks; nobody learns whether that is so.
    pub known: Option<PasswordKnown>,
}

/// A password that an account's own device asks for.
pub struct PasswordKnown {
    /// Which.
    pub id: AuthenticatorId,
    /// Whose.
    pub account: AccountId,
    /// OPAQUE's registration record.
    pub record: Vec<u8>,
    caller: Caller,
}

fn taken() -> Refusal {
    Refusal::new(
        Code::LoginTaken,
        "somebody else has this login name: choose another",
    )
}

impl Store {
    /// Who devices think this server is: it stands in what they sign.
    pub fn server_name(&self) -> &str {
        &self.core().server_name
    }

    /// The server's own OPAQUE keys, as the gateway writes them: those that were kept first, for ever.
    /// `fresh` becomes them where there are none.
    pub async fn opaque_setup(&self, fresh: Vec<u8>) -> Result<Vec<u8>> {
        self.write("opaque setup", async move |tx: &mut Tx| {
            let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
            let sealed = tx.seal(OPAQUE_SETUP, id, &fresh);
            tx.sql(INSERT_SETUP).bind(id).bind(sealed).run().await?;
            let (id, setup): (Uuid, Vec<u8>) = tx.sql(READ_SETUP).one().await?;
            let opened = tx.core().sealer.open(OPAQUE_SETUP, id, &setup)?;
            Ok(opened.to_vec())
        })
        .await
    }

    /// Looks for a password. Whoever asks, and whatever is wrong about it, the same is done: one look for
    /// the name, one for the device, one signature checked. [`Code::BadRequest`].
    pub async fn look_for_password(&self, asked: &AskPassword) -> Result<PasswordLooked> {
        let ke1_hash = Bytes::from(sha256(&[&asked.ke1]));
        let signed = self.signed_by_device(&ke1_hash, &asked.nonce, Code::BadRequest)?;
        let index = self.index_of(&Login::typed(&asked.login));
        let (device, signature) = (asked.device, asked.signature.clone());
        self.read("look for password", async move |tx: &mut Tx| {
            let named = tx.sql(BY_NAME).bind(index.to_vec()).maybe::<HeldRow>();
            let named = named.await?;
            let device = tx.sql(DEVICE).bind(device.uuid());
            let (owner, dsk) = match device.maybe::<(Uuid, Vec<u8>)>().await? {
                Some((owner, dsk)) => (Some(owner), db::array(&dsk)?),
                None => (None, NOBODYS_KEY),
            };
            let signs = delivery::verify(labels::LOGIN, &signed, &dsk, &signature);
            let own = named.filter(|held| signs && owner == Some(held.account));
            let known = own.map(|held| {
                let record = tx
                    .core()
                    .sealer
                    .open(AUTHENTICATOR, held.id, &held.secret)?;
                Ok::<_, Error>(PasswordKnown {
                    id: held.id.into(),
                    account: held.account.into(),
                    record: record.to_vec(),
                    caller: held.caller()?,
                })
            });
            Ok(PasswordLooked {
                index,
                known: known.transpose()?,
            })
        })
        .await
    }

    /// Remembers `state` until the password is shown. The try is on record from here on, because the
    /// server never hears of one that was wrong.
    pub async fn begin_password(&self, known: &PasswordKnown, state: Vec<u8>) -> Result<Bytes> {
        let (caller, id) = (known.caller, known.id);
        self.write("begin password", async move |tx: &mut Tx| {
            let standing = Standing {
                asker: Asker::KnownDevice,
                ..Standing::default()
            };
            let object = Object::Authenticator(id.uuid());
            let permit = tx.authorize(&caller, Act::AskPassword, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            ceremonies::begin(tx, CeremonyKind::ShowPassword, None, &state).await
        })
        .await
    }

    /// A proof for this password was no proof: noted at its account.
    pub async fn refuse_password(&self, id: AuthenticatorId) -> Result<()> {
        self.write("refuse password", async move |tx: &mut Tx| {
            let held = tx.sql(HELD).bind(id.uuid()).maybe::<HeldRow>();
            let held = held.await?.ok_or_else(refused)?;
            Err(refuse(tx, &held)?)
        })
        .await
    }

    /// Signs in a device whose person has shown the password `id`, if it is the password's account that the
    /// device is of and its key signs ([`Code::SignInRefused`], noted at the account). `current` is the
    /// session that the device holds, if one: it goes on under a new token. Else one begins, and those of
    /// before end. Where a second factor is needed the session can do no more than before.
    pub async fn sign_in_by_password(
        &self,
        asked: &SignInByPassword,
        id: AuthenticatorId,
        current: Option<SessionToken>,
    ) -> Result<(PasswordShown, SessionToken)> {
        let signed = self.signed_by_device(&asked.ceremony, &asked.nonce, Code::CeremonyGone)?;
        let (device, shared) = (asked.device, asked.shared);
        let signature = asked.signature.clone();
        self.write("sign in by password", async move |tx: &mut Tx| {
            let held = tx.sql(HELD).bind(id.uuid()).maybe::<HeldRow>();
            let held = held.await?.ok_or_else(refused)?;
            let dsk = authenticators::device_key(tx, device, held.account).await?;
            let signs = |dsk| delivery::verify(labels::LOGIN, &signed, &dsk, &signature);
            if !dsk.is_some_and(signs) {
                return Err(refuse(tx, &held)?);
            }
            let now = tx.now().micros();
            tx.sql(USED).bind(id.uuid()).bind(now).run().await?;
            let has = kinds(&list(tx, &held.caller()?).await?);
            let second_factor = needs_second_factor(held.role()?, &has);
            let going_on = match &current {
                Some(token) => sessions::of_device(tx, token, device).await?,
                None => None,
            };
            let caller = if let Some(caller) = going_on {
                if shared {
                    sessions::note_shared(tx, caller.session).await?;
                }
                caller
            } else {
                let proved = !second_factor;
                let begun = Begun::Authenticator { shared, proved };
                let (caller, _) = sessions::begin(tx, device, begun).await?;
                sessions::end_others(tx, &caller).await?;
                caller
            };
            shown(tx, &caller, second_factor, &[id.uuid()]).await
        })
        .await
    }

    /// What a new password of the caller's stands under. [`Code::LoginTaken`].
    pub async fn want_password(&self, caller: &Caller, login: &Login) -> Result<[u8; 16]> {
        let caller = *caller;
        let index = self.index_of(login);
        self.read("want password", async move |tx: &mut Tx| {
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            tx.authorize(&caller, Act::RegisterAuthenticator, standing, object)?;
            let named = tx.sql(BY_NAME).bind(index.to_vec()).maybe::<HeldRow>();
            if named
                .await?
                .is_some_and(|held| held.account != caller.account.uuid())
            {
                return Err(taken().into());
            }
            Ok(index)
        })
        .await
    }

    /// Adds a password with its name, in the place of the one before, if one. Whoever made it has shown it:
    /// the session goes on under a new token, from here on as one of a device that others use too if it is `shared`.
    /// [`Code::LoginTaken`], [`Code::AuthenticatorKept`] if there
    /// are too many.
    pub async fn add_password(
        &self,
        caller: &Caller,
        login: &Login,
        record: Vec<u8>,
        shared: bool,
    ) -> Result<(PasswordShown, SessionToken)> {
        let (caller, login) = (*caller, login.clone());
        let index = self.index_of(&login);
        self.write("add password", async move |tx: &mut Tx| {
            devices::hold_account(tx, caller.account).await?;
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::RegisterAuthenticator, standing, object)?;
            replace(tx, &caller, AuthenticatorKind::Password).await?;
            let now = tx.now();
            let id = AuthenticatorId::from_parts(now, tx.random());
            let sealed = tx.seal(AUTHENTICATOR, id.uuid(), &record);
            tx.sql(INSERT)
                .bind(id.uuid())
                .bind(caller.account.uuid())
                .bind(sealed)
                .bind(now.micros())
                .run()
                .await?;
            let plain = login.reveal().as_bytes();
            let name = tx.seal_about(caller.person, LOGIN_NAME, id.uuid(), plain);
            let name = name.await?;
            let named = tx.sql(INSERT_LOGIN).bind(id.uuid()).bind(name);
            if named.bind(index.to_vec()).run().await? == 0 {
                return Err(taken().into());
            }
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            let has = kinds(&list(tx, &caller).await?);
            let second_factor = needs_second_factor(caller.role, &has);
            if shared {
                sessions::note_shared(tx, caller.session).await?;
            }
            let token = if second_factor {
                sessions::show_password(tx, caller.session).await?
            } else {
                sessions::prove(tx, caller.session).await?
            };
            let session = sessions::describe(tx, caller.session).await?;
            let shown = PasswordShown {
                session,
                second_factor: second_factor && !standing.session,
            };
            Ok((shown, token))
        })
        .await
    }

    fn index_of(&self, login: &Login) -> [u8; 16] {
        self.core().sealer.index(LOGIN_NAME_INDEX, login.reveal())
    }
}

/// Makes room for one of a kind of which there is one: what there was ends. [`Code::AuthenticatorKept`] if
/// there are too many others.
pub(crate) async fn replace(tx: &mut Tx, caller: &Caller, kind: AuthenticatorKind) -> Result<()> {
    let live = list(tx, caller).await?;
    let before = live.iter().find(|card| card.kind == kind);
    match before {
        Some(card) => {
            authenticators::end(tx, caller.account, card.id).await?;
        }
        None if live.len() >= limits::AUTHENTICATORS_MAX => return Err(kept().into()),
        None => {}
    }
    Ok(())
}

/// The password was shown in this session.
async fn shown(
    tx: &mut Tx,
    caller: &Caller,
    second_factor: bool,
    by: &[Uuid],
) -> Result<(PasswordShown, SessionToken)> {
    let (token, act) = if second_factor {
        let token = sessions::show_password(tx, caller.session).await?;
        (token, Act::ShowPassword)
    } else {
        (sessions::prove(tx, caller.session).await?, Act::SignIn)
    };
    let standing = standing::of_session(tx, caller).await?;
    let object = Object::Session(caller.session);
    let permit = tx.authorize(caller, act, standing, object)?;
    tx.audit(Entry::done(caller, permit, object).shown(by.iter().copied()));
    let shown = PasswordShown {
        session: sessions::describe(tx, caller.session).await?,
        second_factor,
    };
    Ok((shown, token))
}
