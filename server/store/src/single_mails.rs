//! Single mails: each is sent because of one act, and not by a plan of reminders ([`crate::deliveries`]). The link of
//! an invitation, a booking link, the automatic answer to whoever wrote, a mail to whoever did not come, the question
//! whose an address is.
//!
//! Planned in the transaction of the act and sent as any other mail: a lease, DATA counted before it begins ([`settle`]),
//! what it was first written from is kept, so that sent again it is the same mail. Each kind has a file that says what is
//! planned, whether that is good still, what it holds, and who is told if it does not arrive; all else is here.
//!
//! A mail goes to the address that its person has when it leaves, or to the one that was typed. Of an address of which
//! nobody has said that it is theirs only what proves that goes there: a booking link waits for it.

use care::Caller;
use care::email::EmailAddress;
use care::message_id::MessageId;
use care::quiet::{Leave, Leaves, MailHours};
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{Disclosure, Language, SingleMailId, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::deliveries::decision::unreadable;
use crate::deliveries::due::Lease;
use crate::error::{Error, Result};
use crate::hash::sha256;
use crate::preferences::HoursRow;
use crate::return_tokens;
use crate::seal::{ADDRESS, TYPED_ADDRESS};
use crate::store::Store;
use crate::tx::Tx;

pub(crate) mod addresses;
pub(crate) mod answers;
pub(crate) mod book_again;
pub(crate) mod booking_links;
pub(crate) mod invitations;
pub(crate) mod settle;

statements! {
    NEXT_DUE = "
        SELECT MIN(t) FROM (
            SELECT MIN(due_at) AS t FROM single_mail WHERE state = 'planned'
            UNION ALL
            SELECT MIN(leased_until) AS t FROM single_mail WHERE state = 'leased') AS due";
    DUE = "
        SELECT m.id, m.kind, m.person, m.typed_address, m.link, m.booking_link, m.not_after, m.began,
            m.written_at, m.address AS pinned_address, m.language AS pinned_language,
            m.disclosure AS pinned_disclosure,
            d.id AS address, d.value AS address_value, f.language, f.disclosure, f.zone, f.safe_from,
            f.safe_until,
            (SELECT COUNT(*) FROM address u WHERE u.person = m.person AND u.channel = 'email'
                AND u.ended_at IS NULL AND u.refused_at IS NULL AND u.confirmed_at IS NULL)
                AS unconfirmed
        FROM single_mail m
            LEFT JOIN preference f ON f.person = m.person
            LEFT JOIN address d ON d.person = m.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL
                AND (d.confirmed_at IS NOT NULL OR m.kind = 'address')
        WHERE (m.state = 'planned' AND m.due_at <= $1)
            OR (m.state = 'leased' AND m.leased_until <= $1)
        ORDER BY m.due_at, m.id LIMIT $2";
    LEASE = "
        UPDATE single_mail SET state = 'leased', lease = $2, leased_until = $3, address = $5,
            language = $6, disclosure = $7
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    PUT_OFF = "
        UPDATE single_mail SET state = 'planned', due_at = $2, lease = NULL, leased_until = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $3))";
    DROP = "
        UPDATE single_mail SET state = $2, reason = $3, settled_at = $4, lease = NULL,
            leased_until = NULL, typed_address = NULL, link = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
}

/// What a mail is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An invitation's link, to an address that was typed.
    Invitation,
    /// A booking link, to its client.
    BookingLink,
    /// An automatic answer.
    Answer,
    /// The way to another visit, to a client who did not come.
    BookAgain,
    /// Whether the address is theirs.
    Address,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Invitation,
        Self::BookingLink,
        Self::Answer,
        Self::BookAgain,
        Self::Address,
    ];

    /// The one spelling, in the database and in what is hashed.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::BookingLink => "booking_link",
            Self::Answer => "answer",
            Self::BookAgain => "book_again",
            Self::Address => "address",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| Error::broken("not a kind of single mail"))
    }

    /// What Message-IDs are made of. Never changed: a mail that leaves twice is the same one.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Invitation => b"carecircle/invitation-mail/v1",
            Self::BookingLink => b"carecircle/booking-link-mail/v1",
            Self::Answer => b"carecircle/answer-mail/v1",
            Self::BookAgain => b"carecircle/book-again-mail/v1",
            Self::Address => b"carecircle/address-mail/v1",
        }
    }

    /// It holds a link that is over when the mail is worth nothing any more.
    const fn is_over_with_its_link(self) -> bool {
        match self {
            Self::Invitation | Self::BookingLink => true,
            Self::Answer | Self::BookAgain | Self::Address => false,
        }
    }

    /// Somebody waits for it to arrive, and is told if it does not.
    const fn is_counted_on(self) -> bool {
        match self {
            Self::Invitation | Self::BookingLink | Self::BookAgain | Self::Address => true,
            Self::Answer => false,
        }
    }
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: Uuid,
    kind: String,
    person: Option<Uuid>,
    typed_address: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    booking_link: Option<Uuid>,
    not_after: i64,
    began: i64,
    written_at: i64,
    pinned_address: Option<Uuid>,
    pinned_language: Option<String>,
    pinned_disclosure: Option<String>,
    address: Option<Uuid>,
    address_value: Option<Vec<u8>>,
    /// There is an address, of which nobody has said that it is theirs.
    unconfirmed: i64,
    language: Option<String>,
    disclosure: Option<String>,
    /// Of an address that was typed: at any time.
    #[sqlx(flatten)]
    hours: HoursRow,
}

/// A single mail to send now. Leased again it is the same mail. It does not print: what it holds opens something.
pub struct DueSingleMail {
    /// The mail.
    pub id: SingleMailId,
    /// Where it goes.
    pub to: EmailAddress,
    /// In which language it speaks.
    pub language: Language,
    /// What it may say: no more than times.
    pub disclosure: Disclosure,
    /// Its Date.
    pub written_at: Timestamp,
    /// Unique and stable: the Message-ID is made of it.
    pub message_id: [u8; 16],
    /// By what it is known if it comes back.
    pub return_token: String,
    /// What it is about.
    pub about: SingleMail,
    /// The address's row, which is pinned with it; none of one that was typed.
    address: Option<Uuid>,
}

/// What a single mail is about.
pub enum SingleMail {
    /// An invitation.
    Invitation {
        /// What follows the `#` of its link.
        link: String,
    },
    /// A booking link.
    BookingLink {
        /// The last part of its path.
        token: String,
    },
    /// That nobody answers where somebody wrote to.
    Answer {
        /// What names the mail that it answers.
        answered: Option<MessageId>,
    },
    /// That there is another visit to be booked.
    BookAgain {
        /// The last part of the path of the link by which that is done; without, the app is where.
        token: Option<String>,
    },
    /// Whether the address is theirs.
    Address {
        /// The last part of the path of the link by which they say so.
        token: String,
    },
}

/// What becomes of a due row.
enum Decision {
    Send(Box<DueSingleMail>, Leave),
    /// Is decided again then.
    PutOff(Timestamp),
    Drop(&'static str, &'static str),
}

impl Store {
    /// When a single mail is next due, or a lease runs out.
    pub async fn next_single_mail(&self) -> Result<Option<Timestamp>> {
        self.read("next single mail", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_DUE).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes at most [`limits::DELIVERIES_LEASED`] single mails in hand at `now`. What is good no longer is dropped;
    /// one that cannot be read has failed, and a human is asked; nothing is taken while the clock is in doubt. Whether
    /// there may be more.
    pub async fn lease_single_mails(
        &self,
        now: Timestamp,
    ) -> Result<(Lease, Vec<DueSingleMail>, bool)> {
        let caller = Caller::scheduler();
        self.write("lease single mails", async move |tx: &mut Tx| {
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
                let kind = Kind::parse(&row.kind)?;
                let decision = decide(tx, kind, row, now).await;
                let dropped = |(state, reason)| Decision::Drop(state, reason);
                match decision.or_else(|error| unreadable(error).map(dropped))? {
                    Decision::Send(due, given) => {
                        if take(tx, &due, &lease, given).await? {
                            taken.push(*due);
                        }
                    }
                    Decision::PutOff(due) => {
                        let put_off = tx.sql(PUT_OFF).bind(row.id).bind(due.micros());
                        put_off.bind(now.micros()).run().await?;
                    }
                    Decision::Drop(state, reason) => {
                        drop_row(tx, row.id, (state, reason), now).await?;
                        let is_news = state == "failed" || reason == "no_address";
                        // Of whoever did not come somebody was told already; of an address that was not asked in
                        // time, once nobody can answer there.
                        let is_late = match reason {
                            "outside_safe_hours" => kind == Kind::BookingLink,
                            "too_late" => kind.is_over_with_its_link(),
                            _ => false,
                        };
                        if is_late || (is_news && kind.is_counted_on()) {
                            settle::tell(tx, kind, row.id).await?;
                        }
                    }
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
}

fn permit(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, act, standing, Object::Deliveries)
}

/// Why a mail is not sent any more, if it is not: asked at the lease, and right before its content leaves.
async fn why_not(
    tx: &mut Tx,
    (kind, id): (Kind, Uuid),
    not_after: i64,
    now: Timestamp,
) -> Result<Option<&'static str>> {
    let changed = |is_good: bool| (!is_good).then_some("changed");
    // That its time is over has not changed what it is about: somebody counted on it until then.
    let then = now.min(db::at(not_after).plus_seconds(-1));
    let over = if kind.is_over_with_its_link() {
        now.micros() >= not_after
    } else {
        now.micros() > not_after
    };
    let reason = match kind {
        Kind::Invitation => changed(invitations::is_good(tx, id, then).await?),
        Kind::BookingLink => changed(booking_links::is_good(tx, id, then).await?),
        Kind::Answer => None,
        Kind::BookAgain => book_again::why_not(tx, id, now).await?,
        Kind::Address => changed(addresses::is_good(tx, id).await?),
    };
    Ok(reason.or(over.then_some("too_late")))
}

async fn decide(tx: &mut Tx, kind: Kind, row: &DueRow, now: Timestamp) -> Result<Decision> {
    // Twice it may have arrived already: once more would be once too often. Nor is a second one sent elsewhere.
    let elsewhere = row.began > 0 && row.pinned_address != row.address;
    if row.began >= 2 || elsewhere {
        return Ok(Decision::Drop("failed", "outcome_unknown"));
    }
    if kind == Kind::BookingLink && row.address.is_none() && row.unconfirmed > 0 {
        return wait(tx, row, now).await;
    }
    if let Some(reason) = why_not(tx, (kind, row.id), row.not_after, now).await? {
        return Ok(Decision::Drop("cancelled", reason));
    }
    if row.person.is_some() && row.address.is_none() {
        return Ok(Decision::Drop("cancelled", "no_address"));
    }
    let leave = match leaves(kind, &row.hours.read(tx)?, row.not_after, now) {
        Leaves::Now(leave) => leave,
        Leaves::Later(then) => return Ok(Decision::PutOff(then)),
        Leaves::Never => return Ok(Decision::Drop("cancelled", "outside_safe_hours")),
        Leaves::Over => return Ok(Decision::Drop("cancelled", "too_late")),
    };
    // As it may have left it says more than they allow by now, and otherwise it would be another mail.
    if kind == Kind::BookingLink && disclosure(row)? > wished(row)? {
        return Ok(Decision::Drop("failed", "outcome_unknown"));
    }
    let to = recipient(tx, row).await?;
    let about = about(tx, kind, row).await?;
    let (Some(to), Some(about)) = (to, about) else {
        // A client's who was erased.
        return Ok(Decision::Drop("cancelled", "changed"));
    };
    let hash = sha256(&[kind.label(), row.id.as_bytes()]);
    let mut message_id = [0; 16];
    message_id.copy_from_slice(&hash[..16]);
    let token = return_tokens::Kind::Single(kind);
    let due = Box::new(DueSingleMail {
        id: row.id.into(),
        to: EmailAddress::parse(&to)?,
        language: language(row)?,
        disclosure: disclosure(row)?,
        written_at: db::at(row.written_at),
        message_id,
        return_token: return_tokens::write(&tx.core().sealer, token, row.id),
        about,
        address: row.address,
    });
    Ok(Decision::Send(due, leave))
}

/// What becomes of a mail now: one to somebody waits for their safe hours, if it is worth something then; one for which
/// nobody waits comes by day.
fn leaves(kind: Kind, hours: &MailHours, not_after: i64, now: Timestamp) -> Leaves {
    let is_worth = |then: Timestamp| then.micros() <= not_after;
    match kind {
        Kind::BookAgain => hours.leave_by_day(now, is_worth),
        Kind::Invitation | Kind::BookingLink | Kind::Answer | Kind::Address => {
            hours.leave(now, is_worth)
        }
    }
}

/// What opens a client's calendar to whoever reads it waits until somebody has said that the address is theirs
/// ([`booking_links::hasten`]). If nobody did while it was good, it has failed.
async fn wait(tx: &mut Tx, row: &DueRow, now: Timestamp) -> Result<Decision> {
    let over = db::at(row.not_after);
    let last = now.min(over.plus_seconds(-1));
    Ok(if !booking_links::is_good(tx, row.id, last).await? {
        Decision::Drop("cancelled", "changed")
    } else if now < over {
        Decision::PutOff(over)
    } else {
        Decision::Drop("failed", "address_unconfirmed")
    })
}

/// The address of the person, or the one that was typed; none that can be read any more.
async fn recipient(tx: &mut Tx, row: &DueRow) -> Result<Option<String>> {
    match (&row.typed_address, row.address, &row.address_value) {
        (_, Some(address), Some(value)) => tx.open_if_there(ADDRESS, address, value).await,
        (Some(typed), ..) => tx.open_if_there(TYPED_ADDRESS, row.id, typed).await,
        _ => Ok(None),
    }
}

/// What it holds, if that can be read.
async fn about(tx: &mut Tx, kind: Kind, row: &DueRow) -> Result<Option<SingleMail>> {
    Ok(match kind {
        Kind::Invitation => {
            let link = invitations::link(tx, row).await?;
            link.map(|link| SingleMail::Invitation { link })
        }
        Kind::BookingLink => {
            let token = booking_links::token(tx, row.id).await?;
            token.map(|token| SingleMail::BookingLink { token })
        }
        Kind::Answer => {
            let answered = answers::answered(tx, row).await?;
            Some(SingleMail::Answer { answered })
        }
        Kind::BookAgain => book_again::about(tx, row).await?,
        Kind::Address => {
            let token = addresses::token(tx, row).await?;
            token.map(|token| SingleMail::Address { token })
        }
    })
}

/// As pinned before, if the mail may have left or the language was chosen with the address; else as things stand.
fn language(row: &DueRow) -> Result<Language> {
    let is_pinned = row.began > 0 || row.person.is_none();
    let pinned = row.pinned_language.as_ref().filter(|_| is_pinned);
    let word = pinned.or(row.language.as_ref());
    word.map_or(Ok(Language::En), |word| db::language(word))
}

/// The same of what it may say: no more than times.
fn disclosure(row: &DueRow) -> Result<Disclosure> {
    match row.pinned_disclosure.as_deref() {
        Some(word) if row.began > 0 => db::disclosure(word),
        _ => wished(row),
    }
}

/// What it may say as things stand.
fn wished(row: &DueRow) -> Result<Disclosure> {
    let wish = row.disclosure.as_deref();
    let wish = wish.map_or(Ok(Disclosure::Times), db::disclosure)?;
    Ok(wish.min(Disclosure::Times))
}

async fn take(tx: &mut Tx, due: &DueSingleMail, lease: &Lease, given: Leave) -> Result<bool> {
    let until = given.at().plus_seconds(limits::DELIVERY_LEASE_S);
    let taken = tx
        .sql(LEASE)
        .bind(due.id.uuid())
        .bind(lease.0.to_vec())
        .bind(until.micros())
        .bind(given.at().micros())
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
