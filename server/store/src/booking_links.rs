//! Links by which a client books a visit by themselves: made, listed and taken back by who serves the client.
//! What whoever holds one can do is [`by_link`]; how one is mailed, [`crate::single_mails`].
//!
//! The secret has 128 random bits and is found by its keyed hash. It also stands sealed, under the client's own
//! key, so that a request sent again gets the same answer and the mail can be written; it is gone once the link
//! is used or taken back.

use care::Caller;
use care::booking_link::BookingLink as Checked;
use care::caller::Holder;
use care::civil::plus_days;
use care::rules::{Act, Permit};
use protocol::http::{BOOKING_PATH, BookingLink, BookingLinkMade, BookingLinks, RevokeBookingLink};
use protocol::{
    AccountId, AppointmentKind, BookingLinkId, BookingLinkState, Code, PersonId, Refusal, Role,
    Timestamp, VisitTypeId, limits,
};
use uuid::Uuid;

use crate::appointments::book;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::links::{LINK_SECRET_BYTES, LinkSecret};
use crate::operations::{self, Outcome};
use crate::seal::{BOOKING_MEETING_LINK, BOOKING_SECRET};
use crate::store::Store;
use crate::tx::Tx;
use crate::{agency, holds, planning, preferences, single_mails, standing, visit_types};

/// The columns of [`LinkRow`], and whether it was to leave by mail and waits for the address.
macro_rules! columns {
    () => {
        "b.id, b.secret, b.client, b.kind, b.visit_type, b.minutes, b.meeting_link, b.first_day,
            b.last_day, b.made_at, b.expires_at, b.revoked_at, b.appointment, b.used_at,
            CASE WHEN m.state IN ('cancelled', 'failed') THEN NULL ELSE m.id END AS mail,
            CAST(CASE WHEN m.state = 'planned' AND NOT EXISTS (SELECT 1 FROM address d
                WHERE d.person = b.client AND d.channel = 'email' AND d.ended_at IS NULL
                    AND d.refused_at IS NULL AND d.confirmed_at IS NOT NULL)
                THEN 1 ELSE 0 END AS BIGINT) AS mail_waits"
    };
}

pub(crate) mod by_link;
pub(crate) mod found;
mod times;

statements! {
    READ = concat!(
        "
        SELECT ", columns!(), "
        FROM booking_link b LEFT JOIN single_mail m ON m.booking_link = b.id
        WHERE b.id = $1"
    );
    LIST = concat!(
        "
        SELECT ", columns!(), "
        FROM booking_link b LEFT JOIN single_mail m ON m.booking_link = b.id
        WHERE b.client = $1
        ORDER BY b.made_at DESC, b.id DESC LIMIT $2"
    );
    CLIENT_OF = "SELECT client FROM booking_link WHERE id = $1";
    OPEN = "
        SELECT COUNT(*) FROM booking_link
        WHERE client = $1 AND revoked_at IS NULL AND used_at IS NULL AND expires_at > $2";
    INSERT = "
        INSERT INTO booking_link (id, secret_hash, secret, client, kind, visit_type, minutes,
            meeting_link, first_day, last_day, made_by, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    INSERT_WORKER = "
        INSERT INTO booking_link_worker (booking_link, account, place) VALUES ($1, $2, $3)";
    NAMED = "SELECT account FROM booking_link_worker WHERE booking_link = $1 ORDER BY place";
    SERVING = "
        SELECT w.account, a.person
        FROM booking_link_worker w
            JOIN account a ON a.id = w.account AND a.role = 'case_manager' AND a.ended_at IS NULL
        WHERE w.booking_link = $1 AND EXISTS (SELECT 1 FROM assignment g
            WHERE g.account = w.account AND g.client = $2 AND g.from_at <= $3
                AND (g.ended_at IS NULL OR g.ended_at > $3))
        ORDER BY w.place";
    REVOKE = "
        UPDATE booking_link SET revoked_at = $2, revoked_by = $3, secret = NULL, meeting_link = NULL
        WHERE id = $1 AND revoked_at IS NULL AND used_at IS NULL";
    // One in hand has not begun, and does not begin.
    MAILED = "
        SELECT b.id FROM single_mail m JOIN booking_link b ON b.id = m.booking_link
        WHERE b.client = $1 AND (m.state = 'sent' OR m.began > 0)
            AND b.revoked_at IS NULL AND b.used_at IS NULL
        ORDER BY b.id";
}

/// A link's row.
#[derive(sqlx::FromRow)]
struct LinkRow {
    id: Uuid,
    secret: Option<Vec<u8>>,
    client: Uuid,
    kind: String,
    visit_type: Option<Uuid>,
    minutes: i64,
    meeting_link: Option<Vec<u8>>,
    first_day: String,
    last_day: String,
    made_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    appointment: Option<Uuid>,
    used_at: Option<i64>,
    mail: Option<Uuid>,
    mail_waits: i64,
}

impl LinkRow {
    fn client(&self) -> PersonId {
        self.client.into()
    }

    fn kind(&self) -> Result<AppointmentKind> {
        db::appointment_kind(&self.kind)
    }

    fn minutes(&self) -> u16 {
        u16::try_from(self.minutes).unwrap_or(u16::MAX)
    }

    fn visit_type(&self) -> Option<VisitTypeId> {
        self.visit_type.map(VisitTypeId::from)
    }
}

impl Store {
    /// The links of a client, newest first.
    pub async fn booking_links(&self, caller: &Caller, client: PersonId) -> Result<BookingLinks> {
        let caller = *caller;
        self.read_audited("booking links", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::ListBookingLinks, standing, object)?;
            let most = i64::try_from(limits::BOOKING_LINKS_LISTED_MAX).unwrap_or(i64::MAX);
            let rows = tx.sql(LIST).bind(client.uuid()).bind(most);
            let rows = rows.all::<LinkRow>().await?;
            let mut links = Vec::with_capacity(rows.len());
            for row in &rows {
                links.push(card(tx, row).await?);
            }
            let shown = links.iter().map(|link| link.id.uuid());
            tx.audit(
                Entry::done(&caller, permit, object)
                    .about(client)
                    .shown(shown),
            );
            Ok(BookingLinks { links })
        })
        .await
    }

    /// Makes a link for a client. [`Code::NotFound`] for a kind of visit that is not offered,
    /// [`Code::NotAllowed`] for a worker who does not serve the client, [`Code::TimePast`] if the last day is
    /// over, [`Code::TooLarge`] beyond [`limits::BOOKING_LINKS_MAX`], [`Code::EmailInvalid`] if it is to be
    /// mailed to nowhere. The same operation again makes one.
    pub async fn make_booking_link(
        &self,
        caller: &Caller,
        client: PersonId,
        asked: Checked,
    ) -> Result<BookingLinkMade> {
        let caller = *caller;
        self.write("make booking link", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let (act, op_id) = (Act::MakeBookingLink, asked.op_id);
            let permit = tx.authorize(&caller, act, standing, object)?;
            if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                let id = done.object.into();
                operations::must_be_about(read(tx, id).await?.client(), client)?;
                return made(tx, id).await;
            }
            let workers = workers(tx, &caller, client, &asked.workers).await?;
            // Refuses a kind that is not offered, or that happens elsewhere.
            book::rules(tx, asked.visit_type, (asked.kind, asked.minutes)).await?;
            must_not_be_too_many(tx, client).await?;
            let id = put(tx, (&caller, permit), client, &asked, &workers).await?;
            if asked.mail {
                single_mails::booking_links::plan(tx, id, client).await?;
            }
            operations::remember(tx, &caller, act, op_id, Outcome::of(id.uuid())).await?;
            made(tx, id).await
        })
        .await
    }

    /// Takes a link back, and lets go of what is held by it; what was booked stays. Again does nothing more.
    /// [`Code::NotFound`] unless the caller serves the client.
    pub async fn revoke_booking_link(
        &self,
        caller: &Caller,
        id: BookingLinkId,
        request: RevokeBookingLink,
    ) -> Result<BookingLink> {
        let caller = *caller;
        self.write("revoke booking link", async move |tx: &mut Tx| {
            let client = tx.sql(CLIENT_OF).bind(id.uuid());
            let (client,) = client.maybe::<(Uuid,)>().await?.unwrap_or_default();
            let client = PersonId::from(client);
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::BookingLink(id.uuid());
            let (act, op_id) = (Act::RevokeBookingLink, request.op_id);
            let permit = tx.authorize(&caller, act, standing, object)?;
            let done = operations::seen(tx, &caller, act, op_id, id.uuid()).await?;
            if done.is_none() {
                revoke(tx, (&caller, permit), client, id).await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(id.uuid())).await?;
            }
            let row = read(tx, id).await?;
            card(tx, &row).await
        })
        .await
    }
}

/// Makes a link in the transaction of another act of the caller's, as [`Store::make_booking_link`] does; none where
/// the client has as many as can be.
pub(crate) async fn make_one(
    tx: &mut Tx,
    caller: &Caller,
    client: PersonId,
    asked: &Checked,
) -> Result<Option<BookingLinkId>> {
    let standing = standing::to_client(tx, caller, client).await?;
    let object = Object::Person(client);
    let permit = tx.authorize(caller, Act::MakeBookingLink, standing, object)?;
    if open(tx, client).await? >= limits::BOOKING_LINKS_MAX as u64 {
        return Ok(None);
    }
    let id = put(tx, (caller, permit), client, asked, &asked.workers).await?;
    Ok(Some(id))
}

/// Takes a link back in the transaction of another act of the caller's.
pub(crate) async fn take_one_back(
    tx: &mut Tx,
    caller: &Caller,
    (client, id): (PersonId, BookingLinkId),
) -> Result<()> {
    let standing = standing::to_client(tx, caller, client).await?;
    let object = Object::BookingLink(id.uuid());
    let permit = tx.authorize(caller, Act::RevokeBookingLink, standing, object)?;
    revoke(tx, (caller, permit), client, id).await
}

/// Writes a link and who may hold the visit, and audits it.
async fn put(
    tx: &mut Tx,
    (caller, permit): (&Caller, Permit),
    client: PersonId,
    asked: &Checked,
    workers: &[AccountId],
) -> Result<BookingLinkId> {
    let id = insert(tx, caller, client, asked).await?;
    for (place, worker) in (0_i64..).zip(workers) {
        let row = tx.sql(INSERT_WORKER).bind(id.uuid()).bind(worker.uuid());
        row.bind(place).run().await?;
    }
    let entry = Entry::done(caller, permit, Object::BookingLink(id.uuid())).about(client);
    tx.audit(entry.shown(workers.iter().map(AccountId::uuid)));
    Ok(id)
}

/// Ends a link, lets go of what is held by it, and audits it.
async fn revoke(
    tx: &mut Tx,
    (caller, permit): (&Caller, Permit),
    client: PersonId,
    id: BookingLinkId,
) -> Result<()> {
    let now = tx.now().micros();
    // The installation has no account.
    let by = (!caller.is_installation()).then(|| caller.account.uuid());
    let revoke = tx.sql(REVOKE).bind(id.uuid()).bind(now);
    revoke.bind(by).run().await?;
    holds::let_all_go(tx, id.uuid()).await?;
    let object = Object::BookingLink(id.uuid());
    tx.audit(Entry::done(caller, permit, object).about(client));
    Ok(())
}

/// Ends the links that were mailed to a client.
pub(crate) async fn revoke_mailed(
    tx: &mut Tx,
    (caller, permit): (&Caller, Permit),
    client: PersonId,
) -> Result<()> {
    let mailed = tx.sql(MAILED).bind(client.uuid()).all::<(Uuid,)>();
    for (id,) in mailed.await? {
        revoke(tx, (caller, permit), client, id.into()).await?;
    }
    Ok(())
}

/// Those named, or the caller alone; each must be a case manager who serves the client.
async fn workers(
    tx: &mut Tx,
    caller: &Caller,
    client: PersonId,
    named: &[AccountId],
) -> Result<Vec<AccountId>> {
    if named.is_empty() {
        return Ok(vec![caller.account]);
    }
    for worker in named {
        let (role, ended) = agency::standing_of(tx, *worker).await?;
        if role != Role::CaseManager || ended {
            let detail = "workers: somebody is no case manager";
            return Err(Refusal::new(Code::BadRequest, detail).into());
        }
        planning::must_be_assigned(tx, *worker, client).await?;
    }
    Ok(named.to_vec())
}

async fn must_not_be_too_many(tx: &mut Tx, client: PersonId) -> Result<()> {
    if open(tx, client).await? < limits::BOOKING_LINKS_MAX as u64 {
        return Ok(());
    }
    let detail = format!("at most {} links of a client's", limits::BOOKING_LINKS_MAX);
    Err(Refusal::new(Code::TooLarge, detail).into())
}

/// How many of the client's links can be used.
async fn open(tx: &mut Tx, client: PersonId) -> Result<u64> {
    let now = tx.now().micros();
    let (open,): (i64,) = tx.sql(OPEN).bind(client.uuid()).bind(now).one().await?;
    Ok(db::from_db(open))
}

async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    client: PersonId,
    asked: &Checked,
) -> Result<BookingLinkId> {
    let now = tx.now();
    let expires = expires(tx, client, asked).await?;
    let id = BookingLinkId::from_parts(now, tx.random());
    let secret: [u8; LINK_SECRET_BYTES] = tx.random();
    let hash = tx.core().sealer.hash_link(&secret);
    let sealed = tx.seal_about(client, BOOKING_SECRET, id.uuid(), &secret);
    let sealed = sealed.await?;
    let meeting_link = match asked.meeting_link.as_ref() {
        Some(link) => {
            let plain = link.reveal().as_bytes();
            let sealed = tx.seal_about(client, BOOKING_MEETING_LINK, id.uuid(), plain);
            Some(sealed.await?)
        }
        None => None,
    };
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(hash)
        .bind(sealed)
        .bind(client.uuid())
        .bind(asked.kind.as_str())
        .bind(asked.visit_type.map(|id| id.uuid()))
        .bind(i64::from(asked.minutes))
        .bind(meeting_link)
        .bind(asked.first.to_string())
        .bind(asked.last.to_string())
        .bind(caller.account.uuid())
        .bind(now.micros())
        .bind(expires.micros())
        .run()
        .await?;
    Ok(id)
}

/// So many days from now, and no longer than there are days to book.
async fn expires(tx: &mut Tx, client: PersonId, asked: &Checked) -> Result<Timestamp> {
    let zone = preferences::zone_of(tx, client).await?;
    let over = zone.start_of(plus_days(asked.last, 1));
    if over <= tx.now() {
        return Err(Refusal::new(Code::TimePast, "until: has passed").into());
    }
    let days = tx.now().plus_seconds(i64::from(asked.valid_days) * 86_400);
    Ok(days.min(over))
}

async fn read(tx: &mut Tx, id: BookingLinkId) -> Result<LinkRow> {
    let row = tx.sql(READ).bind(id.uuid()).maybe::<LinkRow>().await?;
    row.ok_or_else(|| Error::from(Code::NotFound))
}

/// Who may hold the visit now: named by the link, a case manager, serving the client.
async fn serving(tx: &mut Tx, link: &LinkRow) -> Result<Vec<Holder>> {
    let now = tx.now().micros();
    let rows = tx.sql(SERVING).bind(link.id).bind(link.client).bind(now);
    let rows = rows.all::<(Uuid, Uuid)>().await?;
    Ok(rows
        .into_iter()
        .map(|(account, person)| Holder {
            account: account.into(),
            person: person.into(),
            role: Role::CaseManager,
        })
        .collect())
}

/// Whether it can be used.
async fn state(tx: &mut Tx, link: &LinkRow) -> Result<BookingLinkState> {
    if link.revoked_at.is_some() {
        return Ok(BookingLinkState::Revoked);
    }
    if link.used_at.is_some() {
        return Ok(BookingLinkState::Used);
    }
    if db::at(link.expires_at) <= tx.now() {
        return Ok(BookingLinkState::Expired);
    }
    let offered = match link.visit_type() {
        Some(id) => visit_types::is_offered(tx, id).await?,
        None => true,
    };
    if !offered || serving(tx, link).await?.is_empty() {
        return Ok(BookingLinkState::Void);
    }
    Ok(BookingLinkState::Open)
}

/// As the staff who serve the client see it.
async fn card(tx: &mut Tx, link: &LinkRow) -> Result<BookingLink> {
    let named = tx.sql(NAMED).bind(link.id).all::<(Uuid,)>().await?;
    let workers = named.into_iter().map(|(account,)| account.into()).collect();
    Ok(BookingLink {
        id: link.id.into(),
        state: state(tx, link).await?,
        kind: link.kind()?,
        minutes: link.minutes(),
        visit_type: link.visit_type(),
        from: link.first_day.clone(),
        until: link.last_day.clone(),
        workers,
        made: db::at(link.made_at),
        expires: db::at(link.expires_at),
        mailed: link.mail.is_some(),
        mail_waits: link.mail_waits > 0,
    })
}

/// As it is answered to whoever made it: with what opens it, as long as it opens something.
async fn made(tx: &mut Tx, id: BookingLinkId) -> Result<BookingLinkMade> {
    let row = read(tx, id).await?;
    let link = card(tx, &row).await?;
    let secret = match &row.secret {
        Some(sealed) if link.state == BookingLinkState::Open => {
            tx.open(BOOKING_SECRET, row.id, sealed).await?
        }
        _ => None,
    };
    let secret: Option<[u8; LINK_SECRET_BYTES]> =
        secret.map(|secret| db::array(&secret)).transpose()?;
    let path = secret.map(|secret| format!("{BOOKING_PATH}{}", LinkSecret::from(secret).to_text()));
    Ok(BookingLinkMade { link, path })
}
