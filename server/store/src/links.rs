//! Links from mails: who holds one is taken for the participant it was sent to, for one appointment as
//! it stood then. Looking changes nothing; answering is the same code as in the app.
//!
//! Whoever lets mails say no more than that there is something is told no time by a link either, however old the mail
//! in which it stands, and answers by none: they sign in. A link always stops mails.

use care::Caller;
use care::caller::Holder;
use care::civil::Zone;
use care::rules::{Act, Permit};
use protocol::http::LocalTime;
use protocol::{
    AppointmentId, AppointmentState, Code, Disclosure, EntryId, Language, ParticipantId, PersonId,
    Refusal, Reply, Response, Role, Timestamp, limits,
};
use uuid::Uuid;

use crate::appointments::{self, reply};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::seal::LINK_SECRET;
use crate::store::Store;
use crate::tx::Tx;
use crate::{preferences, standing};

statements! {
    BY_HASH = "
        SELECT l.id, l.appointment, l.participant, l.ics_sequence, p.person, p.account, p.role,
            p.response, p.response_at, n.id AS newest, n.secret AS newest_secret
        FROM link l
            JOIN participant p ON p.id = l.participant
            JOIN appointment a ON a.id = l.appointment
            LEFT JOIN link n ON n.participant = l.participant AND n.ics_sequence = a.ics_sequence
        WHERE l.secret_hash = $1";
    THERE = "SELECT id FROM link WHERE participant = $1 AND ics_sequence = $2";
    INSERT = "
        INSERT INTO link (id, secret_hash, secret, appointment, participant, ics_sequence, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// A link's secret, bytes.
pub(crate) const LINK_SECRET_BYTES: usize = 16;

/// The secret of a link. `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSecret([u8; LINK_SECRET_BYTES]);

impl LinkSecret {
    /// Reads the last part of a link's path: 16 bytes of base64url without padding.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = protocol::Bytes::from_base64url(text)?;
        Some(Self(bytes.to_array()?))
    }

    /// The last part of a link's path.
    pub fn to_text(&self) -> String {
        protocol::Bytes::from(self.0).to_base64url()
    }

    /// To be hashed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; LINK_SECRET_BYTES]> for LinkSecret {
    fn from(bytes: [u8; LINK_SECRET_BYTES]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSecret(masked)")
    }
}

/// What a link shows: nothing but times. No name, no place, no reason.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// The reader's language.
    pub language: Language,
    /// When the appointment begins.
    pub start: Timestamp,
    /// On the reader's clocks.
    pub at: LocalTime,
    /// The reader's zone.
    pub zone: Zone,
    /// How long, minutes.
    pub minutes: u16,
    /// How far the appointment has come.
    pub state: AppointmentState,
    /// What the reader has said.
    pub response: Response,
    /// In what role they take part.
    pub role: Role,
    /// The appointment has changed since the mail was written; the link of now.
    pub stale: Option<Option<LinkSecret>>,
    /// It has begun or is over.
    pub over: bool,
    /// It is so close that only a call changes it.
    pub too_late: bool,
    /// What they said can be taken back.
    pub undo: bool,
}

/// Whoever holds a link, as far as a page must know them that says nothing of the appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkReader {
    /// Their language.
    pub language: Language,
    /// Their mails may say that they have appointments, and so may this page.
    pub told_times: bool,
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    id: Uuid,
    appointment: Uuid,
    participant: Uuid,
    ics_sequence: i64,
    person: Uuid,
    account: Uuid,
    role: String,
    response: String,
    response_at: Option<i64>,
    newest: Option<Uuid>,
    newest_secret: Option<Vec<u8>>,
}

/// A link that was found, and whoever holds it.
struct Found {
    row: LinkRow,
    role: Role,
    bearer: Caller,
}

impl Store {
    /// What a link is about. Changes nothing. [`Code::LinkGone`] for one that never was and for one
    /// whose right has ended alike; [`Code::SignedOut`] if its reader lets mails tell no times now.
    pub async fn open_link(&self, secret: &LinkSecret) -> Result<LinkView> {
        let secret = secret.clone();
        self.read_audited("open link", async move |tx: &mut Tx| {
            let found = find(tx, &secret).await?;
            let permit = ask(tx, &found, Act::OpenLink).await?;
            must_tell_times(tx, &found).await?;
            tx.audit(Entry::done(
                &found.bearer,
                permit,
                Object::Link(found.row.id),
            ));
            view(tx, &found).await
        })
        .await
    }

    /// Who is asked whether their reminders are to end. Changes nothing. [`Code::LinkGone`] as [`Store::open_link`].
    pub async fn link_reader(&self, secret: &LinkSecret) -> Result<LinkReader> {
        let secret = secret.clone();
        self.read_audited("link reader", async move |tx: &mut Tx| {
            let found = find(tx, &secret).await?;
            let permit = ask(tx, &found, Act::OpenLink).await?;
            let object = Object::Link(found.row.id);
            tx.audit(Entry::done(&found.bearer, permit, object));
            reader(tx, &found).await
        })
        .await
    }

    /// Answers by a link. The same answer again does nothing more. [`Code::AppointmentChanged`] if the
    /// appointment has changed since the mail was written; [`Code::SignedOut`] as [`Store::open_link`].
    pub async fn reply_by_link(&self, secret: &LinkSecret, answer: Reply) -> Result<LinkView> {
        let secret = secret.clone();
        self.write("reply by link", async move |tx: &mut Tx| {
            let found = find(tx, &secret).await?;
            let permit = ask(tx, &found, Act::ReplyByLink).await?;
            must_tell_times(tx, &found).await?;
            let seen = db::small(found.row.ics_sequence);
            let id = AppointmentId::from(found.row.appointment);
            let held = reply::hold_all(tx, id).await?;
            let client = reply::reply(tx, held, found.row.person.into(), (answer, seen)).await?;
            tx.audit(Entry::done(&found.bearer, permit, Object::Link(found.row.id)).about(client));
            let found = find(tx, &secret).await?;
            view(tx, &found).await
        })
        .await
    }

    /// Ends the reminders of whoever holds the link (RFC 8058), those of every appointment. Again does nothing more.
    pub async fn opt_out_by_link(&self, secret: &LinkSecret) -> Result<LinkReader> {
        let secret = secret.clone();
        self.write("opt out by link", async move |tx: &mut Tx| {
            let found = find(tx, &secret).await?;
            let permit = ask(tx, &found, Act::OptOutByLink).await?;
            let person = PersonId::from(found.row.person);
            preferences::opt_out(tx, person).await?;
            let object = Object::Link(found.row.id);
            tx.audit(Entry::done(&found.bearer, permit, object).shown([person.uuid()]));
            reader(tx, &found).await
        })
        .await
    }
}

/// The link of a participant for a sequence; made when the first mail is planned, or when a client who booked
/// by themselves is to see it.
pub(crate) async fn ensure(
    tx: &mut Tx,
    (appointment, client): (AppointmentId, PersonId),
    participant: ParticipantId,
    sequence: u32,
) -> Result<()> {
    let there = tx
        .sql(THERE)
        .bind(participant.uuid())
        .bind(i64::from(sequence))
        .maybe::<(Uuid,)>()
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let secret: [u8; LINK_SECRET_BYTES] = tx.random();
    let hash = tx.core().sealer.hash_link(&secret);
    let sealed = tx.seal_unless_erased(client, LINK_SECRET, id, &secret);
    let Some(sealed) = sealed.await? else {
        return Ok(());
    };
    tx.sql(INSERT)
        .bind(id)
        .bind(hash)
        .bind(sealed)
        .bind(appointment.uuid())
        .bind(participant.uuid())
        .bind(i64::from(sequence))
        .bind(now.micros())
        .run()
        .await?;
    Ok(())
}

async fn find(tx: &mut Tx, secret: &LinkSecret) -> Result<Found> {
    let hash = tx.core().sealer.hash_link(&secret.0);
    let row = tx.sql(BY_HASH).bind(hash).maybe::<LinkRow>().await?;
    let row = row.ok_or_else(gone)?;
    let role = db::role(&row.role)?;
    let bearer = Caller::bearer(Holder {
        account: row.account.into(),
        person: row.person.into(),
        role,
    });
    Ok(Found { row, role, bearer })
}

async fn ask(tx: &mut Tx, found: &Found, act: Act) -> Result<Permit> {
    let participant = found.row.participant.into();
    let standing = standing::appointments::of_bearer(tx, found.role, participant).await?;
    tx.authorize(&found.bearer, act, standing, Object::Link(found.row.id))
}

async fn reader(tx: &mut Tx, found: &Found) -> Result<LinkReader> {
    let preferences = preferences::read(tx, found.row.person.into()).await?;
    Ok(LinkReader {
        language: preferences.language,
        told_times: preferences.disclosure != Disclosure::Update,
    })
}

/// Whoever reads somebody's mails has their links: a link says and does what the mails may say now, not what they might
/// when it was sent.
async fn must_tell_times(tx: &mut Tx, found: &Found) -> Result<()> {
    if reader(tx, found).await?.told_times {
        return Ok(());
    }
    Err(Refusal::new(Code::SignedOut, "their mails tell no times: sign in").into())
}

fn gone() -> Error {
    Refusal::new(Code::LinkGone, "this link leads nowhere, or no longer").into()
}

async fn view(tx: &mut Tx, found: &Found) -> Result<LinkView> {
    let row = &found.row;
    let appointment = appointments::read(tx, row.appointment.into()).await?;
    let preferences = preferences::read(tx, row.person.into()).await?;
    let zone = preferences::zone(tx, &preferences.zone);
    let now = tx.now();
    let start = db::at(appointment.start_at);
    let state = appointment.state()?;
    let response = db::response(&row.response)?;
    let own_cancel =
        state == AppointmentState::Cancelled && appointment.cancelled_by == Some(row.person);
    let fresh = row
        .response_at
        .is_some_and(|at| now < db::at(at).plus_seconds(limits::UNDO_S));
    // One's own cancel raised the sequence: that is no change that somebody else made.
    let changed = appointment.ics_sequence != row.ics_sequence && !own_cancel;
    let newest = match (changed, row.newest, &row.newest_secret) {
        (true, Some(id), Some(sealed)) => {
            let secret = tx.open(LINK_SECRET, id, sealed).await?;
            let secret = secret.map(|secret| db::array(&secret)).transpose()?;
            secret.map(LinkSecret)
        }
        _ => None,
    };
    Ok(LinkView {
        language: preferences.language,
        start,
        at: zone.local(start),
        zone,
        minutes: appointment.minutes(),
        state,
        response,
        role: found.role,
        stale: changed.then_some(newest),
        over: now >= start,
        too_late: now.plus_seconds(limits::REPLY_CUTOFF_S) >= start,
        undo: fresh && (own_cancel || response == Response::Declined),
    })
}
