//! Booking links that leave by mail, to the address that the client has when the mail leaves. Planned in the
//! transaction of the link and sent as any other mail (a lease, DATA counted before it begins, see
//! [`crate::deliveries`]). What it was first written from is kept, so that sent again it is the same mail.
//!
//! A link that was used, taken back or is void before its mail left is not mailed any more. Whoever made it is
//! asked to see to it where nobody can be reached.

use care::Caller;
use care::email::EmailAddress;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{
    BookingLinkId, Code, Disclosure, Language, PersonId, Refusal, TaskKind, Timestamp, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::deliveries::LINK_SECRET_BYTES;
use crate::deliveries::due::Lease;
use crate::deliveries::settle::{self, End, RowNow, What};
use crate::error::Result;
use crate::hash::sha256;
use crate::links::LinkSecret;
use crate::postbox::bounces;
use crate::preferences;
use crate::return_tokens::{self, Kind};
use crate::seal::{ADDRESS, BOOKING_SECRET};
use crate::store::Store;
use crate::tasks::{self, Concern};
use crate::tx::Tx;
use crate::wake::Topic;

/// Whether the link `b` can be used at the time `$now` by a client whom one of its workers serves.
macro_rules! good {
    ($now:literal) => {
        concat!(
            "b.used_at IS NULL AND b.revoked_at IS NULL AND b.expires_at > ",
            $now,
            " AND EXISTS (SELECT 1
                FROM booking_link_worker w JOIN assignment g ON g.account = w.account
                WHERE w.booking_link = b.id AND g.client = b.client AND g.from_at <= ",
            $now,
            " AND (g.ended_at IS NULL OR g.ended_at > ",
            $now,
            "))"
        )
    };
}

statements! {
    INSERT = "
        INSERT INTO booking_link_mail (id, due_at, state, tries, began, created_at)
        VALUES ($1, $2, 'planned', 0, 0, $2)";
    NEXT_DUE = "
        SELECT MIN(t) FROM (
            SELECT MIN(due_at) AS t FROM booking_link_mail WHERE state = 'planned'
            UNION ALL
            SELECT MIN(leased_until) AS t FROM booking_link_mail WHERE state = 'leased') AS due";
    DUE = concat!(
        "
        SELECT m.id, m.began, m.created_at, m.address AS pinned_address,
            m.language AS pinned_language, m.disclosure AS pinned_disclosure, b.secret,
            d.id AS address, d.value AS address_value, f.language, f.disclosure,
            CAST(CASE WHEN ",
        good!("$1"),
        " THEN 1 ELSE 0 END AS BIGINT) AS good
        FROM booking_link_mail m
            JOIN booking_link b ON b.id = m.id
            LEFT JOIN preference f ON f.person = b.client
            LEFT JOIN address d ON d.person = b.client AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL
        WHERE (m.state = 'planned' AND m.due_at <= $1)
            OR (m.state = 'leased' AND m.leased_until <= $1)
        ORDER BY m.due_at, m.id LIMIT $2"
    );
    LEASE = "
        UPDATE booking_link_mail SET state = 'leased', lease = $2, leased_until = $3, address = $5,
            language = $6, disclosure = $7
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    DROP = "
        UPDATE booking_link_mail SET state = $2, reason = $3, settled_at = $4, lease = NULL,
            leased_until = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    BEGIN = concat!(
        "
        UPDATE booking_link_mail SET began = began + 1
        WHERE id = $1 AND state = 'leased' AND lease = $2 AND began < 2
            AND EXISTS (SELECT 1 FROM booking_link b WHERE b.id = booking_link_mail.id AND ",
        good!("$3"),
        ")
        RETURNING began"
    );
    READ = "
        SELECT m.due_at, b.expires_at AS not_after, m.tries, m.began
        FROM booking_link_mail m JOIN booking_link b ON b.id = m.id
        WHERE m.id = $1 AND m.state = 'leased' AND m.lease = $2";
    SETTLE = "
        UPDATE booking_link_mail SET state = $2, reason = $3, due_at = $4, tries = $5, began = $6,
            settled_at = $7, lease = NULL, leased_until = NULL
        WHERE id = $1";
    BOUNCED = "
        UPDATE booking_link_mail SET state = 'failed', reason = $2, settled_at = $3
        WHERE id = $1 AND state = 'sent'";
    REFUSE_ADDRESS = "
        UPDATE address SET refused_at = $2
        WHERE id = (SELECT m.address FROM booking_link_mail m WHERE m.id = $1)
            AND refused_at IS NULL";
    CONCERN = "SELECT made_by, client FROM booking_link WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: Uuid,
    began: i64,
    created_at: i64,
    pinned_address: Option<Uuid>,
    pinned_language: Option<String>,
    pinned_disclosure: Option<String>,
    secret: Option<Vec<u8>>,
    address: Option<Uuid>,
    address_value: Option<Vec<u8>>,
    language: Option<String>,
    disclosure: Option<String>,
    good: i64,
}

/// A mail with a booking link, to send now. Leased again it is the same mail. It does not print: the link books.
pub struct DueBookingLink {
    /// The link.
    pub id: BookingLinkId,
    /// Where it goes.
    pub to: EmailAddress,
    /// The last part of the link's path.
    pub token: String,
    /// In which language it speaks.
    pub language: Language,
    /// What it may say: no more than times, of which it has none.
    pub disclosure: Disclosure,
    /// When it was planned: its Date.
    pub written_at: Timestamp,
    /// Unique and stable: the Message-ID is made of it.
    pub message_id: [u8; 16],
    /// By what it is known if it comes back.
    pub return_token: String,
    /// The address's row, which is pinned with it.
    address: Uuid,
}

/// Plans the mail of a link that is made in this transaction. [`Code::EmailInvalid`] if the client has no
/// address.
pub(super) async fn plan(tx: &mut Tx, id: BookingLinkId, client: PersonId) -> Result<()> {
    if preferences::read(tx, client).await?.email.is_none() {
        let detail = "mail: the client has no mail address";
        return Err(Refusal::new(Code::EmailInvalid, detail).into());
    }
    let now = tx.now().micros();
    tx.sql(INSERT).bind(id.uuid()).bind(now).run().await?;
    tx.wake(Topic::Due);
    Ok(())
}

impl Store {
    /// When a mail with a booking link is next due, or a lease runs out.
    pub async fn next_booking_mail(&self) -> Result<Option<Timestamp>> {
        self.read("next booking mail", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_DUE).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes at most [`limits::DELIVERIES_LEASED`] mails with booking links in hand at `now`. What is good no
    /// longer is dropped; nothing is taken while the clock is in doubt. Whether there may be more.
    pub async fn lease_booking_mails(
        &self,
        now: Timestamp,
    ) -> Result<(Lease, Vec<DueBookingLink>, bool)> {
        let caller = Caller::scheduler();
        self.write("lease booking mails", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::LeaseDeliveries)?;
            let lease = Lease(tx.random());
            if clock_jumps::stands(tx).await? {
                return Ok((lease, Vec::new(), false));
            }
            let rows = tx
                .sql(DUE)
                .bind(now.micros())
                .bind(i64::try_from(limits::DELIVERIES_LEASED).unwrap_or(i64::MAX))
                .all::<DueRow>()
                .await?;
            let mut taken = Vec::with_capacity(rows.len());
            for row in &rows {
                if let Some(due) = decide(tx, row, now).await?
                    && take(tx, &due, &lease, now).await?
                {
                    taken.push(due);
                }
            }
            if !taken.is_empty() {
                let ids = taken.iter().map(|due| due.id.uuid());
                tx.audit(Entry::done(&caller, permit, Object::Deliveries).shown(ids));
            }
            let more = rows.len() == limits::DELIVERIES_LEASED;
            Ok((lease, taken, more))
        })
        .await
    }

    /// Notes what becomes of a mail that is in hand, and whether that held: it may begin only while it is
    /// leased by the same lease and its link is good.
    pub async fn note_booking_mail(
        &self,
        id: BookingLinkId,
        lease: Lease,
        what: What,
        now: Timestamp,
    ) -> Result<bool> {
        let caller = Caller::scheduler();
        self.write("note booking mail", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::SettleDeliveries)?;
            if what == What::Begins {
                let begins = tx.sql(BEGIN).bind(id.uuid()).bind(lease.0.to_vec());
                let began = begins.bind(now.micros()).maybe::<(i64,)>().await?;
                return Ok(began.is_some());
            }
            let held = settle(tx, id, (&lease, what), now).await?;
            let entry = Entry::done(&caller, permit, Object::Deliveries);
            tx.audit(entry.shown([id.uuid()]));
            Ok(held)
        })
        .await
    }
}

fn permit(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, act, standing, Object::Deliveries)
}

/// The mail of a due row, if it is to be sent still; else the row is dropped.
async fn decide(tx: &mut Tx, row: &DueRow, now: Timestamp) -> Result<Option<DueBookingLink>> {
    // Twice it may have arrived already: once more would be once too often. Nor is a second one sent elsewhere.
    let elsewhere = row.began > 0 && row.pinned_address != row.address;
    if row.began >= 2 || elsewhere {
        drop_row(tx, row.id, ("failed", "outcome_unknown"), now).await?;
        tell_maker(tx, row.id).await?;
        return Ok(None);
    }
    let (Some(sealed), true) = (&row.secret, row.good != 0) else {
        drop_row(tx, row.id, ("cancelled", "changed"), now).await?;
        return Ok(None);
    };
    let (Some(address), Some(value)) = (row.address, &row.address_value) else {
        drop_row(tx, row.id, ("cancelled", "no_address"), now).await?;
        tell_maker(tx, row.id).await?;
        return Ok(None);
    };
    let secret = tx.open(BOOKING_SECRET, row.id, sealed).await?;
    let to = tx.open_if_there(ADDRESS, address, value).await?;
    let (Some(secret), Some(to)) = (secret, to) else {
        // A client's who was erased.
        drop_row(tx, row.id, ("cancelled", "changed"), now).await?;
        return Ok(None);
    };
    let secret: [u8; LINK_SECRET_BYTES] = db::array(&secret)?;
    let hash = sha256(&[b"carecircle/booking-link-mail/v1", row.id.as_bytes()]);
    let mut message_id = [0; 16];
    message_id.copy_from_slice(&hash[..16]);
    Ok(Some(DueBookingLink {
        id: row.id.into(),
        to: EmailAddress::parse(&to)?,
        token: LinkSecret::from(secret).to_text(),
        language: language(row)?,
        disclosure: disclosure(row)?.min(Disclosure::Times),
        written_at: db::at(row.created_at),
        message_id,
        return_token: return_tokens::write(&tx.core().sealer, Kind::BookingLink, row.id),
        address,
    }))
}

/// As pinned before, if the mail may have left; else as things stand.
fn language(row: &DueRow) -> Result<Language> {
    let pinned = row.pinned_language.as_ref().filter(|_| row.began > 0);
    let word = pinned.or(row.language.as_ref());
    word.map_or(Ok(Language::En), |word| db::language(word))
}

/// The same of what it may say.
fn disclosure(row: &DueRow) -> Result<Disclosure> {
    let pinned = row.pinned_disclosure.as_ref().filter(|_| row.began > 0);
    let word = pinned.or(row.disclosure.as_ref());
    word.map_or(Ok(Disclosure::Times), |word| db::disclosure(word))
}

async fn take(tx: &mut Tx, due: &DueBookingLink, lease: &Lease, now: Timestamp) -> Result<bool> {
    let until = now.plus_seconds(limits::DELIVERY_LEASE_S);
    let taken = tx
        .sql(LEASE)
        .bind(due.id.uuid())
        .bind(lease.0.to_vec())
        .bind(until.micros())
        .bind(now.micros())
        .bind(due.address)
        .bind(due.language.as_str())
        .bind(due.disclosure.as_str())
        .run()
        .await?;
    Ok(taken == 1)
}

async fn drop_row(
    tx: &mut Tx,
    id: Uuid,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    let dropped = tx.sql(DROP).bind(id).bind(state).bind(reason);
    dropped.bind(now.micros()).run().await?;
    metrics::counter!("deliveries_dropped", "reason" => reason).increment(1);
    Ok(())
}

async fn settle(
    tx: &mut Tx,
    id: BookingLinkId,
    (lease, what): (&Lease, What),
    now: Timestamp,
) -> Result<bool> {
    let row = tx.sql(READ).bind(id.uuid()).bind(lease.0.to_vec());
    let Some(row) = row.maybe::<RowNow>().await? else {
        return Ok(false);
    };
    let End {
        state,
        reason,
        due_at,
        tries,
        began,
    } = settle::end(what, &row, now);
    let over = state != "planned";
    tx.sql(SETTLE)
        .bind(id.uuid())
        .bind(state)
        .bind(reason)
        .bind(due_at)
        .bind(tries)
        .bind(began)
        .bind(over.then(|| now.micros()))
        .run()
        .await?;
    if matches!(what, What::Rejected { address: true, .. }) {
        let refuse = tx.sql(REFUSE_ADDRESS).bind(id.uuid());
        refuse.bind(now.micros()).run().await?;
    }
    if state == "failed" {
        tell_maker(tx, id.uuid()).await?;
    }
    metrics::counter!("deliveries_settled", "state" => state).increment(1);
    Ok(true)
}

/// A mail that was taken did not arrive. Whether that is news.
pub(crate) async fn bounced(tx: &mut Tx, id: Uuid, address: bool) -> Result<bool> {
    let now = tx.now().micros();
    let bounced = tx.sql(BOUNCED).bind(id).bind(bounces::reason(address));
    let mut news = bounced.bind(now).run().await? > 0;
    if address {
        news |= tx.sql(REFUSE_ADDRESS).bind(id).bind(now).run().await? > 0;
    }
    if news {
        tell_maker(tx, id).await?;
    }
    Ok(news)
}

/// A mail that somebody counts on did not arrive: a human must see to it.
async fn tell_maker(tx: &mut Tx, id: Uuid) -> Result<()> {
    let (account, client): (Uuid, Uuid) = tx.sql(CONCERN).bind(id).one().await?;
    let concern = Concern {
        account: account.into(),
        client: client.into(),
        person: client.into(),
        appointment: None,
    };
    tasks::raise(tx, TaskKind::CannotReachByEmail, &concern).await
}
