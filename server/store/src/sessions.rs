//! Sessions: who is signed in on which device, until when, and how that ends at once.

use care::Caller;
use care::caller::{Generations, Holder};
use care::rules::Act;
use protocol::http::SignedIn;
use protocol::{AccountId, Code, DeviceId, Refusal, SessionId, Timestamp, limits};
use uuid::Uuid;

use crate::agency;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::seal::PERSON_NAME;
use crate::standing::{self, Idle, is_staff};
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::wake::Topic;

/// A session's last request is noted at most this often, microseconds.
const TOUCHED_EVERY_MICROS: i64 = 60_000_000;

statements! {
    OF_DEVICE = "
        SELECT a.id AS account, a.person, a.role, a.session_generation, a.grant_generation,
            d.generation AS device_generation
        FROM device d JOIN account a ON a.id = d.account
        WHERE d.id = $1 AND d.revoked_at IS NULL AND a.ended_at IS NULL";
    INSERT_SESSION = "
        INSERT INTO session (id, token_hash, account, device, session_generation, grant_generation,
            device_generation, created_at, last_seen_at, ends_at, begun_by, proved_at, shared_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    PROVE = "
        UPDATE session SET token_hash = $2, proved_at = $3, last_seen_at = $3, password_at = NULL
        WHERE id = $1 AND ended_at IS NULL";
    SHOW_PASSWORD = "
        UPDATE session SET token_hash = $2, password_at = $3, last_seen_at = $3
        WHERE id = $1 AND ended_at IS NULL";
    ROTATE = "
        UPDATE session SET token_hash = $2, last_seen_at = $3 WHERE id = $1 AND ended_at IS NULL";
    SHARE = "
        UPDATE session SET shared_at = $2 WHERE id = $1 AND shared_at IS NULL AND ended_at IS NULL";
    PASSWORD_AT = "SELECT password_at FROM session WHERE id = $1";
    OTHERS_OF_DEVICE = "
        SELECT id FROM session WHERE device = $1 AND id <> $2 AND ended_at IS NULL";
    OTHERS_OF_ACCOUNT = "
        SELECT id FROM session WHERE account = $1 AND id <> $2 AND ended_at IS NULL";
    BY_TOKEN = "
        SELECT s.id AS session, s.device, s.last_seen_at, s.session_generation, s.grant_generation,
            s.device_generation, a.id AS account, a.person, a.role
        FROM session s JOIN account a ON a.id = s.account
        WHERE s.token_hash = $1";
    BY_ID = "
        SELECT s.id AS session, s.device, s.last_seen_at, s.session_generation, s.grant_generation,
            s.device_generation, a.id AS account, a.person, a.role
        FROM session s JOIN account a ON a.id = s.account
        WHERE s.id = $1";
    DESCRIBE = "
        SELECT s.device, s.last_seen_at, s.proved_at, s.shared_at, s.ends_at, a.id AS account, a.role, p.id AS person, p.name
        FROM session s JOIN account a ON a.id = s.account JOIN person p ON p.id = a.person
        WHERE s.id = $1";
    TOUCH = "UPDATE session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    END = "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    account: Uuid,
    person: Uuid,
    role: String,
    session_generation: i64,
    grant_generation: i64,
    device_generation: i64,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    session: Uuid,
    device: Uuid,
    last_seen_at: i64,
    session_generation: i64,
    grant_generation: i64,
    device_generation: i64,
    account: Uuid,
    person: Uuid,
    role: String,
}

#[derive(sqlx::FromRow)]
struct DescriptionRow {
    device: Uuid,
    last_seen_at: i64,
    proved_at: Option<i64>,
    shared_at: Option<i64>,
    ends_at: i64,
    account: Uuid,
    role: String,
    person: Uuid,
    name: Vec<u8>,
}

impl SessionRow {
    fn caller(&self) -> Result<Caller> {
        let holder = Holder {
            account: self.account.into(),
            person: self.person.into(),
            role: db::role(&self.role)?,
        };
        let generations = Generations {
            session: self.session_generation,
            grant: self.grant_generation,
            device: self.device_generation,
        };
        Ok(Caller::signed_in(
            holder,
            self.session.into(),
            self.device.into(),
            generations,
        ))
    }
}

fn signed_out() -> Refusal {
    Refusal::new(Code::SignedOut, "sign in again")
}

/// By what a session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    /// A one-time link.
    Link,
    /// A recovery code.
    Recovery,
    /// Another device of the account.
    Enrolment,
    /// The device's own signature: in the demo.
    Device,
    /// An authenticator that was shown.
    Authenticator {
        /// On a device that others use too.
        shared: bool,
        /// Nothing else must be shown: a password alone is not enough for everybody.
        proved: bool,
    },
}

impl Begun {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Recovery => "recovery",
            Self::Enrolment => "enrolment",
            Self::Device => "device",
            Self::Authenticator { .. } => "authenticator",
        }
    }
}

/// Begins a session of a live device. [`Code::DeviceUnknown`] if it was revoked. Outside the demo one
/// that began otherwise than by an authenticator can do nothing but show or register one.
pub(crate) async fn begin(
    tx: &mut Tx,
    device: DeviceId,
    by: Begun,
) -> Result<(Caller, SessionToken)> {
    let row = tx
        .sql(OF_DEVICE)
        .bind(device.uuid())
        .maybe::<DeviceRow>()
        .await?
        .ok_or_else(|| Refusal::from(Code::DeviceUnknown))?;
    let holder = Holder {
        account: row.account.into(),
        person: row.person.into(),
        role: db::role(&row.role)?,
    };
    let generations = Generations {
        session: row.session_generation,
        grant: row.grant_generation,
        device: row.device_generation,
    };
    let token = SessionToken::from_bytes(tx.random());
    let now = tx.now();
    let lasts_s = if is_staff(holder.role) {
        limits::SESSION_STAFF_S
    } else {
        limits::SESSION_S
    };
    let session = SessionId::from_parts(now, tx.random());
    let (shared, proved) = match by {
        Begun::Authenticator { shared, proved } => (shared, proved),
        _ => (false, tx.core().demo),
    };
    tx.sql(INSERT_SESSION)
        .bind(session.uuid())
        .bind(token.hash())
        .bind(row.account)
        .bind(device.uuid())
        .bind(generations.session)
        .bind(generations.grant)
        .bind(generations.device)
        .bind(now.micros())
        .bind(now.micros())
        .bind(now.plus_seconds(lasts_s).micros())
        .bind(by.as_str())
        .bind(proved.then(|| now.micros()))
        .bind(shared.then(|| now.micros()))
        .run()
        .await?;
    let caller = Caller::signed_in(holder, session, device, generations);
    Ok((caller, token))
}

/// What the device is told about its session.
pub(crate) async fn describe(tx: &mut Tx, session: SessionId) -> Result<SignedIn> {
    let row: DescriptionRow = tx.sql(DESCRIBE).bind(session.uuid()).one().await?;
    let role = db::role(&row.role)?;
    let by = Idle {
        role,
        shared: row.shared_at.is_some(),
        proved: row.proved_at.is_some(),
    };
    let idle_at = by.at(row.last_seen_at).min(row.ends_at);
    Ok(SignedIn {
        account: row.account.into(),
        person: row.person.into(),
        name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
        role,
        device: row.device.into(),
        agency: agency::must_read(tx).await?,
        idle_at: db::at(idle_at),
        ends_at: db::at(row.ends_at),
    })
}

/// An authenticator was shown in this session: from here on it is its person's, under a new token.
pub(crate) async fn prove(tx: &mut Tx, session: SessionId) -> Result<SessionToken> {
    under_a_new_token(tx, PROVE, session).await
}

/// The password was shown in this session, and it is not enough: it stands as it stood, under a new token,
/// and for [`limits::SECOND_FACTOR_S`] a code does the rest.
pub(crate) async fn show_password(tx: &mut Tx, session: SessionId) -> Result<SessionToken> {
    under_a_new_token(tx, SHOW_PASSWORD, session).await
}

/// It stands as it stood, under a new token.
pub(crate) async fn rotate(tx: &mut Tx, session: SessionId) -> Result<SessionToken> {
    under_a_new_token(tx, ROTATE, session).await
}

/// Others use the device of this session too, as whoever signs in says: it ends soon when nobody acts, and its device
/// keeps nothing of the server's. So it stays until it ends, whatever is said later.
pub(crate) async fn note_shared(tx: &mut Tx, session: SessionId) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(SHARE).bind(session.uuid()).bind(now).run().await?;
    Ok(())
}

/// Whether the password was shown in this session so lately that a code does the rest.
pub(crate) async fn awaits_code(tx: &mut Tx, session: SessionId) -> Result<bool> {
    let row = tx.sql(PASSWORD_AT).bind(session.uuid());
    let row = row.maybe::<(Option<i64>,)>().await?;
    let shown_at = row.and_then(|(at,)| at).map(db::at);
    Ok(shown_at.is_some_and(|at| tx.now() < at.plus_seconds(limits::SECOND_FACTOR_S)))
}

async fn under_a_new_token(
    tx: &mut Tx,
    sql: &'static str,
    session: SessionId,
) -> Result<SessionToken> {
    let token = SessionToken::from_bytes(tx.random());
    let now = tx.now().micros();
    let proved = tx
        .sql(sql)
        .bind(session.uuid())
        .bind(token.hash())
        .bind(now)
        .run()
        .await?;
    if proved == 0 {
        return Err(signed_out().into());
    }
    Ok(token)
}

/// A device has one session: whoever signs in on it ends those of before.
pub(crate) async fn end_others(tx: &mut Tx, caller: &Caller) -> Result<()> {
    let now = tx.now().micros();
    let others = tx
        .sql(OTHERS_OF_DEVICE)
        .bind(caller.device.uuid())
        .bind(caller.session.uuid());
    for (session,) in others.all::<(Uuid,)>().await? {
        tx.sql(END).bind(session).bind(now).run().await?;
        tx.end_session(session.into());
    }
    tx.wake(Topic::Account(caller.account));
    Ok(())
}

/// Every session of an account ends, here and on its sockets.
pub(crate) async fn end_all(tx: &mut Tx, account: AccountId) -> Result<()> {
    end_all_but(tx, account, Uuid::nil()).await
}

async fn end_all_but(tx: &mut Tx, account: AccountId, kept: Uuid) -> Result<()> {
    let now = tx.now().micros();
    let others = tx.sql(OTHERS_OF_ACCOUNT).bind(account.uuid()).bind(kept);
    for (session,) in others.all::<(Uuid,)>().await? {
        tx.sql(END).bind(session).bind(now).run().await?;
        tx.end_session(session.into());
    }
    tx.wake(Topic::Account(account));
    Ok(())
}

/// The live session that a token opens, if it is one of this device's.
pub(crate) async fn of_device(
    tx: &mut Tx,
    token: &SessionToken,
    device: DeviceId,
) -> Result<Option<Caller>> {
    let row = tx
        .sql(BY_TOKEN)
        .bind(token.hash())
        .maybe::<SessionRow>()
        .await?;
    let Some(caller) = row.map(|row| row.caller()).transpose()? else {
        return Ok(None);
    };
    let standing = standing::of_session(tx, &caller).await?;
    let live = standing.session || standing.unproved || standing.awaited;
    Ok((live && caller.device == device).then_some(caller))
}

/// The session made a request. Noted at most once a minute.
pub(crate) async fn touch(tx: &mut Tx, session: SessionId, last_seen_at: i64) -> Result<()> {
    let now = tx.now().micros();
    if now - last_seen_at >= TOUCHED_EVERY_MICROS {
        tx.sql(TOUCH).bind(session.uuid()).bind(now).run().await?;
    }
    Ok(())
}

/// The caller that a session stands for; it may have ended since.
pub(crate) async fn by_id(tx: &mut Tx, session: Uuid) -> Result<Option<Caller>> {
    let row = tx.sql(BY_ID).bind(session).maybe::<SessionRow>().await?;
    row.map(|row| row.caller()).transpose()
}

impl Store {
    /// Who holds this token. [`Code::SignedOut`] if nobody does, or no longer: ended, idle too long,
    /// past its end, or revoked with its account's sessions, rights or device. Counts as a request of
    /// the session, which moves its idle end.
    pub async fn caller(&self, token: &SessionToken) -> Result<Caller> {
        let (caller, last_seen_at, now) = self.find_caller(token).await?;
        if now.micros() - last_seen_at >= TOUCHED_EVERY_MICROS {
            self.write("touch session", async move |tx: &mut Tx| {
                touch(tx, caller.session, last_seen_at).await
            })
            .await?;
        }
        Ok(caller)
    }

    /// The same for what a page asks by itself from time to time, whether or not anybody sits there: no request of the
    /// session's, its idle end stays.
    pub async fn caller_unattended(&self, token: &SessionToken) -> Result<Caller> {
        let (caller, _, _) = self.find_caller(token).await?;
        Ok(caller)
    }

    /// Who holds this token, when their session made its last request, and what time it is.
    async fn find_caller(&self, token: &SessionToken) -> Result<(Caller, i64, Timestamp)> {
        let hash = token.hash();
        self.read("caller", async move |tx: &mut Tx| {
            let row = tx
                .sql(BY_TOKEN)
                .bind(hash.clone())
                .maybe::<SessionRow>()
                .await?
                .ok_or_else(signed_out)?;
            let caller = row.caller()?;
            let standing = standing::of_session(tx, &caller).await?;
            if !(standing.session || standing.unproved || standing.awaited) {
                return Err(signed_out().into());
            }
            Ok((caller, row.last_seen_at, tx.now()))
        })
        .await
    }

    /// What the caller's session is.
    pub async fn signed_in(&self, caller: &Caller) -> Result<SignedIn> {
        let caller = *caller;
        self.read("signed in", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Session(caller.session);
            tx.authorize(&caller, Act::ReadSession, standing, object)?;
            describe(tx, caller.session).await
        })
        .await
    }

    /// Ends the caller's session, here and on its sockets.
    pub async fn sign_out(&self, caller: &Caller) -> Result<()> {
        let caller = *caller;
        self.write("sign out", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Session(caller.session);
            let permit = tx.authorize(&caller, Act::SignOut, standing, object)?;
            let now = tx.now().micros();
            tx.sql(END)
                .bind(caller.session.uuid())
                .bind(now)
                .run()
                .await?;
            tx.end_session(caller.session);
            tx.wake(Topic::Account(caller.account));
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// Ends every session of the caller's account but this one, on all devices and sockets. The devices
    /// stay the account's: their people sign in again.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<()> {
        let caller = *caller;
        self.write("end other sessions", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::EndOtherSessions, standing, object)?;
            end_all_but(tx, caller.account, caller.session.uuid()).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// Whether the caller's session still lives; asked for every frame. Within one second of a look-up
    /// the answer comes from memory, which a revocation in this process empties at once.
    pub async fn still_live(&self, caller: &Caller) -> Result<()> {
        if self.believed_live(caller) {
            return Ok(());
        }
        let core = self.core();
        let asked = *caller;
        let looked = core.live.looks();
        let found_at = self
            .read("still live", async move |tx: &mut Tx| {
                if !standing::of_session(tx, &asked).await?.session {
                    return Err(signed_out().into());
                }
                Ok(tx.now())
            })
            .await?;
        core.live.found(caller.session, found_at, looked);
        Ok(())
    }

    /// Whether memory knows that the session lives; if not, ask [`Store::still_live`].
    pub fn believed_live(&self, caller: &Caller) -> bool {
        let core = self.core();
        core.live.believed(caller.session, core.clock.now())
    }
}
