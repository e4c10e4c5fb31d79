//! Mails about messages that wait. Nothing is planned when a message is written, which must stay quick: every
//! now and then the scheduler goes on through the log from where it was, past rows that are ten minutes old
//! (urgent ones: a minute), and asks `care::unread` about everybody who has not fetched them. Where it was is a
//! row, moved in the transaction that plans; of two processes one moves it. A row's audit entry orders the log
//! by time, so that no index had to be added to what every message writes.
//!
//! A mail is planned at most once at a time for a person; right before it leaves, it is decided again. Whoever has no
//! address to which it can go is looked at again when somebody has said that theirs is ([`plan_for`]).

use care::Caller;
use care::unread::{self, Wanted, Why};
use protocol::{DeliveryId, EntryId, PersonId, Step, Timestamp, limits};
use uuid::Uuid;

use super::due::About;
use super::due_rows::DueRow;
use super::waiting;
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::hash::sha256;
use crate::jobs::run::permit;
use crate::stop_links;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

/// Where the next look ends: of the rows after `$1` and before `$2`, at most `$3`, the entry of the last.
macro_rules! until {
    ($condition:literal) => {
        concat!(
            "
        SELECT entry FROM (SELECT l.entry FROM circle_log l
            WHERE l.entry > $1 AND l.entry < $2",
            $condition,
            " ORDER BY l.entry LIMIT $3) AS look
        ORDER BY entry DESC LIMIT 1"
        )
    };
}

/// Accounts of which no device has fetched some message of others between `$1` and `$2`, nor was at work since.
/// The log is met first, and by its entries. Whether there is something to read for them is asked of each afterwards.
macro_rules! away {
    ($condition:literal) => {
        concat!(
            "
        SELECT DISTINCT a.id, a.person
        FROM circle_log l CROSS JOIN circle_member m
            JOIN device o ON o.id = l.device
            JOIN account a ON a.id = m.account AND a.ended_at IS NULL
        WHERE l.entry > $1 AND l.entry <= $2 AND l.kind = 'message'
            AND m.circle = l.circle AND m.state = 'confirmed' AND m.account <> o.account AND ",
            $condition,
            "
            AND NOT EXISTS (SELECT 1
                FROM circle_device cd JOIN cursor u ON u.device = cd.device AND u.circle = cd.circle
                WHERE cd.circle = l.circle AND cd.account = m.account
                    AND u.generation = l.generation AND u.seq >= l.seq)
            AND NOT EXISTS (SELECT 1 FROM session s
                WHERE s.account = m.account AND s.last_seen_at >= l.accepted_at)
        ORDER BY a.id"
        )
    };
}

statements! {
    WATCH = "SELECT entry FROM unread_watch WHERE urgency = $1";
    MOVE_ON = "UPDATE unread_watch SET entry = $3 WHERE urgency = $1 AND entry = $2";
    UNTIL = until!("");
    UNTIL_URGENT = until!(" AND l.urgency <> 'routine'");
    AWAY = away!("l.urgency = 'routine' AND a.role IN ('client', 'caregiver')");
    AWAY_URGENT = away!(
        "l.urgency <> 'routine'
            AND a.role IN ('client', 'caregiver', 'case_manager', 'supervisor')"
    );
    ACCOUNTS = "
        SELECT id FROM account
        WHERE person = $1 AND ended_at IS NULL
            AND role IN ('client', 'caregiver', 'case_manager', 'supervisor')
        ORDER BY id";
    LAST = "
        SELECT id, state, urgent_at FROM delivery
        WHERE account = $1 AND step = 'unread' ORDER BY id DESC LIMIT 1";
    INSERT = "
        INSERT INTO delivery (id, dedupe, person, account, ics_sequence, step, channel, due_at,
            not_after, urgent_at, state, tries, began, created_at)
        VALUES ($1, $2, $3, $4, 0, 'unread', 'email', $5, $6, $7, 'planned', 0, 0, $8)
        ON CONFLICT (dedupe) DO NOTHING";
    HASTEN = "
        UPDATE delivery SET due_at = $2, urgent_at = $3 WHERE id = $1 AND state = 'planned'";
    MARK = "UPDATE delivery SET urgent_at = $2 WHERE id = $1";
    SKIP = "
        UPDATE delivery SET state = 'skipped', reason = $2, settled_at = $3
        WHERE id = $1 AND state = 'planned'";
}

/// One of the two ways through the log.
#[derive(Clone, Copy)]
enum Watch {
    Urgent,
    Routine,
}

impl Watch {
    /// Its row.
    const fn urgency(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Routine => "routine",
        }
    }

    /// Younger rows are left for later, seconds.
    const fn age_s(self) -> i64 {
        match self {
            Self::Urgent => limits::UNREAD_URGENT_S,
            Self::Routine => limits::UNREAD_S,
        }
    }

    const fn until(self) -> &'static str {
        match self {
            Self::Urgent => UNTIL_URGENT,
            Self::Routine => UNTIL,
        }
    }

    const fn away(self) -> &'static str {
        match self {
            Self::Urgent => AWAY_URGENT,
            Self::Routine => AWAY,
        }
    }
}

#[derive(sqlx::FromRow)]
struct LastRow {
    id: Uuid,
    state: String,
    urgent_at: Option<i64>,
}

/// What the rule says right before a mail leaves.
pub(super) enum Said {
    /// It is sent.
    Send(About),
    /// It is too early: not before then.
    PutOff(Timestamp),
    /// There is no reason any more.
    Drop(Why),
}

impl Store {
    /// Goes on through the log, at `now`, which is the scheduler's time, and plans mails to whoever has not
    /// fetched what stands there. Whether there may be more.
    pub async fn plan_unread_mails(&self, now: Timestamp) -> Result<bool> {
        let mut more = false;
        for watch in [Watch::Urgent, Watch::Routine] {
            more |= self.look_on(watch, now).await?;
        }
        Ok(more)
    }

    async fn look_on(&self, watch: Watch, now: Timestamp) -> Result<bool> {
        // Ids made before then are smaller.
        let young = EntryId::from_parts(now.plus_seconds(-watch.age_s()), [0; 10]).uuid();
        let (from, until) = self
            .read("rows to look at", async move |tx: &mut Tx| {
                let (from,): (Uuid,) = tx.sql(WATCH).bind(watch.urgency()).one().await?;
                let until = tx.sql(watch.until()).bind(from).bind(young);
                let until = until.bind(limits::UNREAD_ROWS).maybe::<(Uuid,)>().await?;
                Ok((from, until.map(|(entry,)| entry)))
            })
            .await?;
        let Some(until) = until else {
            return Ok(false);
        };
        let caller = Caller::scheduler();
        self.write("plan unread mails", async move |tx: &mut Tx| {
            let moved = tx.sql(MOVE_ON).bind(watch.urgency()).bind(from).bind(until);
            if moved.run().await? == 0 {
                // Somebody else has looked.
                return Ok(true);
            }
            let away = tx.sql(watch.away()).bind(from).bind(until);
            let away = away.all::<(Uuid, Uuid)>().await?;
            let mut planned = Vec::new();
            for (account, person) in away {
                if plan(tx, (account, person), now).await? {
                    planned.push(person);
                }
            }
            if !planned.is_empty() {
                let permit = permit(tx, &caller, Object::Deliveries)?;
                tx.audit(Entry::done(&caller, permit, Object::Deliveries).shown(planned));
                tx.wake(Topic::Due);
            }
            Ok(true)
        })
        .await
    }
}

/// Mails reach a person from now on: the look through the log went past what came before, so what waits for them is
/// told now.
pub(crate) async fn plan_for(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now();
    let accounts = tx.sql(ACCOUNTS).bind(person.uuid());
    for (account,) in accounts.all::<(Uuid,)>().await? {
        if plan(tx, (account, person.uuid()), now).await? {
            tx.wake(Topic::Due);
        }
    }
    Ok(())
}

/// Plans a mail to them, if one is wanted and none waits; whether that changed anything.
async fn plan(tx: &mut Tx, (account, person): (Uuid, Uuid), now: Timestamp) -> Result<bool> {
    let Some(found) = waiting::look(tx, (account, Uuid::nil()), now).await? else {
        return Ok(false);
    };
    let Ok(wanted) = unread::decide(&found.reader, found.waiting, now) else {
        return Ok(false);
    };
    let last = tx.sql(LAST).bind(account).maybe::<LastRow>().await?;
    if let Some(row) = last.as_ref().filter(|row| row.state == "planned") {
        // It tells of this too; sooner, if it must.
        return match wanted.urgent {
            Some(came) if row.urgent_at.is_none() => {
                let hasten = tx.sql(HASTEN).bind(row.id).bind(wanted.due.micros());
                Ok(hasten.bind(came.micros()).run().await? > 0)
            }
            _ => Ok(false),
        };
    }
    let last = last.map_or(Uuid::nil(), |row| row.id);
    insert(tx, (account, person), last, wanted).await
}

/// Whoever comes second, having seen the same last mail, finds it planned.
async fn insert(
    tx: &mut Tx,
    (account, person): (Uuid, Uuid),
    last: Uuid,
    wanted: Wanted,
) -> Result<bool> {
    let dedupe = sha256(&[b"carecircle/unread/v1", account.as_bytes(), last.as_bytes()]);
    let created = tx.now();
    let id = DeliveryId::from_parts(created, tx.random());
    let inserted = tx
        .sql(INSERT)
        .bind(id.uuid())
        .bind(dedupe.to_vec())
        .bind(person)
        .bind(account)
        .bind(wanted.due.micros())
        .bind(wanted.due.plus_seconds(limits::UNREAD_STALE_S).micros())
        .bind(wanted.urgent.map(Timestamp::micros))
        .bind(created.micros())
        .run()
        .await?;
    Ok(inserted > 0)
}

/// A right of theirs has ended: a planned mail for which there is no reason any more is dropped with it.
pub(crate) async fn drop_if_over(tx: &mut Tx, account: Uuid) -> Result<()> {
    let last = tx.sql(LAST).bind(account).maybe::<LastRow>().await?;
    let Some(row) = last.filter(|row| row.state == "planned") else {
        return Ok(());
    };
    let now = tx.now();
    let why = match waiting::look(tx, (account, row.id), now).await? {
        None => Why::NoRight,
        Some(found) => match unread::decide(&found.reader, found.waiting, now) {
            Ok(_) => return Ok(()),
            Err(why) => why,
        },
    };
    let skip = tx.sql(SKIP).bind(row.id).bind(why.as_str());
    skip.bind(now.micros()).run().await?;
    Ok(())
}

/// Whether a mail to an account that is in hand still says what it does not know, and may, at such a time: asked once
/// more right before the content leaves.
pub(super) async fn holds(
    tx: &mut Tx,
    (account, mail): (Uuid, Uuid),
    step: Step,
    now: Timestamp,
) -> Result<bool> {
    let Some(found) = waiting::look(tx, (account, mail), now).await? else {
        return Ok(false);
    };
    Ok(if step == Step::Digest {
        unread::decide_digest(&found.reader, found.conversations).is_ok()
    } else {
        let wanted = unread::decide(&found.reader, found.waiting, now);
        wanted.is_ok_and(|wanted| wanted.due <= now)
    })
}

/// The rule, asked again about a mail that is due; nothing about mails that are about something else.
pub(super) async fn about(
    tx: &mut Tx,
    (row, account): (&DueRow, Uuid),
    step: Step,
    now: Timestamp,
) -> Result<Option<Said>> {
    if !matches!(step, Step::Unread | Step::Digest) {
        return Ok(None);
    }
    let Some(found) = waiting::look(tx, (account, row.id), now).await? else {
        return Ok(Some(Said::Drop(Why::NoRight)));
    };
    let conversations = if step == Step::Digest {
        match unread::decide_digest(&found.reader, found.conversations) {
            Ok(conversations) => Some(conversations),
            Err(why) => return Ok(Some(Said::Drop(why))),
        }
    } else {
        let wanted = match unread::decide(&found.reader, found.waiting, now) {
            Ok(wanted) => wanted,
            Err(why) => return Ok(Some(Said::Drop(why))),
        };
        if wanted.due > now {
            return Ok(Some(Said::PutOff(wanted.due)));
        }
        let urgent = wanted.urgent.map(Timestamp::micros);
        tx.sql(MARK).bind(row.id).bind(urgent).run().await?;
        None
    };
    // Without an address it does not leave.
    let address = row.address.unwrap_or_default();
    let way_out = stop_links::ensure(tx, account, address).await?;
    Ok(Some(Said::Send(About::Update {
        conversations,
        stop: way_out,
    })))
}
