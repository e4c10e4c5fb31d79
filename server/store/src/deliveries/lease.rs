//! Takes due mails in hand: a lease, and the decision made again from what is true now. Nobody is told
//! of a state that was no longer true when the lease was taken.

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;

use care::Caller;
use care::quiet::{Leave, Leaves};
use care::reminders::{self, Planned, Recipient, Visit};
use care::rules::Act;
use protocol::{AppointmentId, Response, Role, Step, Timestamp, limits};
use uuid::Uuid;

use super::bundles::{self, Ready};
use super::due::{About, Due, Lease, message_id};
use super::facts::{Pins, facts, pins, times};
use super::hand::take_all;
use super::unread::{self, Said};
use super::{Calendar, agenda, settle, untold};
use crate::appointments::AppointmentRow;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::preferences::HoursRow;
use crate::return_tokens::Kind;
use crate::seal::ADDRESS;
use crate::series::mails;
use crate::store::Store;
use crate::tx::Tx;
use crate::{appointments, clock_jumps, preferences, return_tokens};

statements! {
    NEXT_DUE = "
        SELECT MIN(t) FROM (
            SELECT MIN(due_at) AS t FROM delivery WHERE state = 'planned'
            UNION ALL
            SELECT MIN(leased_until) AS t FROM delivery WHERE state = 'leased') AS due";
    DUE = "
        WITH soonest AS (
            SELECT id, due_at, person FROM (
                SELECT id, due_at, person FROM delivery
                WHERE state = 'planned' AND due_at <= $1
                ORDER BY due_at, person, id LIMIT $2) AS planned
            UNION ALL
            SELECT id, due_at, person FROM (
                SELECT id, due_at, person FROM delivery
                WHERE state = 'leased' AND leased_until <= $1
                ORDER BY due_at, person, id LIMIT $2) AS leased)
        SELECT v.id, v.dedupe, v.appointment, v.participant, v.ics_sequence, v.day, v.step,
            v.due_at, v.bundle, v.not_after, v.state, v.began, v.written_at, v.address AS pinned_address,
            v.language AS pinned_language, v.zone AS pinned_zone,
            v.disclosure AS pinned_disclosure, v.calendar_file_off_at AS pinned_off,
            v.series, v.times AS pinned_times, v.person,
            a.id AS account,
            f.language, f.zone, f.disclosure, f.reminders_off_at, f.calendar_file_off_at,
            f.confirmed_reminders_at, f.changed_at AS preference_at,
            f.safe_from, f.safe_until,
            d.id AS address, d.value AS address_value,
            p.role, p.response, p.left_at, p.cleared_at, p.joined_at, l.id AS link, l.secret AS link_secret,
            (SELECT COUNT(*) FROM consent c
                WHERE c.client = k.client AND c.caregiver = v.person
                    AND c.appointments_at IS NOT NULL AND c.from_at <= $1
                    AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $1))
                AS consents,
            (SELECT COUNT(*) FROM consent c
                WHERE c.client = k.client AND c.caregiver = v.person
                    AND c.reminders_at IS NOT NULL AND c.from_at <= $1
                    AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $1))
                AS reminded,
            (SELECT COUNT(*) FROM assignment g
                WHERE g.account = p.account AND g.client = k.client AND g.from_at <= $1
                    AND (g.ended_at IS NULL OR g.ended_at > $1)) AS assignments,
            (SELECT COUNT(*) FROM appointment o
                WHERE o.id = v.appointment AND o.organizer <> p.account) AS beside,
            (SELECT MAX(o.ics_sequence) FROM delivery o
                WHERE o.appointment = v.appointment AND o.participant = v.participant
                AND o.id <> v.id AND (o.state = 'sent' OR o.began > 0)) AS told,
            (SELECT CAST(MAX(CASE WHEN o.series = z.id AND o.created_at >= z.told_at
                    THEN 2 ELSE 1 END) AS BIGINT)
                FROM delivery o
                WHERE o.person = v.person AND o.id <> v.id AND o.series IN (z.id, z.earlier)
                AND o.step = 'invitation' AND (o.state = 'sent' OR o.began > 0
                    OR (o.state = 'leased' AND o.leased_until > $1))) AS heard,
            (SELECT COUNT(*) FROM delivery o
                WHERE o.person = v.person AND o.id <> v.id AND o.step = 'invitation'
                AND (o.appointment = v.appointment OR o.series IN (z.id, z.earlier))
                AND (o.state = 'failed' OR (o.state = 'skipped' AND o.reason IN ('no_address',
                    'address_unconfirmed', 'address_refused', 'outside_safe_hours')))) AS called,
            (SELECT COUNT(*) FROM delivery o
                WHERE o.appointment = v.appointment AND o.participant = v.participant
                AND o.id <> v.id AND o.step = 'cancellation' AND o.created_at >= p.cleared_at
                AND (o.state IN ('sent', 'leased') OR o.began > 0)) AS cleared,
            (SELECT COUNT(*) FROM delivery o
                WHERE o.appointment = v.appointment AND o.participant = v.participant
                AND o.id <> v.id AND o.state = 'leased' AND o.leased_until > $1) AS ahead,
            (SELECT COUNT(*) FROM address u WHERE u.person = v.person AND u.channel = 'email'
                AND u.ended_at IS NULL AND u.refused_at IS NULL AND u.confirmed_at IS NULL)
                AS unconfirmed
        FROM (SELECT id FROM soonest ORDER BY due_at, person, id LIMIT $2) AS s
            JOIN delivery v ON v.id = s.id
            LEFT JOIN appointment k ON k.id = v.appointment
            LEFT JOIN series z ON z.id = k.series
            LEFT JOIN participant p ON p.id = v.participant
            LEFT JOIN account a ON a.person = v.person
                AND (a.id = p.account OR a.id = v.account
                    OR (p.account IS NULL AND v.account IS NULL
                        AND a.role = 'case_manager' AND a.ended_at IS NULL))
            LEFT JOIN preference f ON f.person = v.person
            LEFT JOIN address d ON d.person = v.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NOT NULL
            LEFT JOIN link l ON l.participant = v.participant AND l.ics_sequence = v.ics_sequence
        ORDER BY v.due_at, v.person, v.id";
    DROP = "
        UPDATE delivery SET state = $2, reason = $3, settled_at = $4, lease = NULL,
            leased_until = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
}

#[derive(sqlx::FromRow)]
pub(super) struct DueRow {
    pub(super) id: Uuid,
    pub(super) dedupe: Vec<u8>,
    pub(super) appointment: Option<Uuid>,
    pub(super) participant: Option<Uuid>,
    pub(super) ics_sequence: i64,
    pub(super) day: Option<String>,
    pub(super) step: String,
    pub(super) due_at: i64,
    pub(super) bundle: Option<Uuid>,
    pub(super) not_after: i64,
    pub(super) state: String,
    pub(super) began: i64,
    pub(super) written_at: Option<i64>,
    pub(super) pinned_address: Option<Uuid>,
    pub(super) pinned_language: Option<String>,
    pub(super) pinned_zone: Option<String>,
    pub(super) pinned_disclosure: Option<String>,
    pub(super) pinned_off: Option<i64>,
    pub(super) series: Option<Uuid>,
    pub(super) pinned_times: Option<String>,
    pub(super) person: Uuid,
    /// None where nobody is any more what the mail is for.
    pub(super) account: Option<Uuid>,
    pub(super) language: Option<String>,
    #[sqlx(flatten)]
    pub(super) hours: HoursRow,
    pub(super) disclosure: Option<String>,
    pub(super) reminders_off_at: Option<i64>,
    pub(super) confirmed_reminders_at: Option<i64>,
    /// Since when their wishes stand as they do.
    pub(super) preference_at: Option<i64>,
    pub(super) calendar_file_off_at: Option<i64>,
    pub(super) address: Option<Uuid>,
    pub(super) address_value: Option<Vec<u8>>,
    pub(super) role: Option<String>,
    pub(super) response: Option<String>,
    pub(super) left_at: Option<i64>,
    pub(super) cleared_at: Option<i64>,
    pub(super) joined_at: Option<i64>,
    pub(super) link: Option<Uuid>,
    pub(super) link_secret: Option<Vec<u8>>,
    pub(super) consents: i64,
    pub(super) reminded: i64,
    pub(super) assignments: i64,
    pub(super) beside: i64,
    pub(super) told: Option<i64>,
    pub(super) heard: Option<i64>,
    pub(super) called: i64,
    pub(super) cleared: i64,
    pub(super) ahead: i64,
    pub(super) unconfirmed: i64,
}

/// What becomes of a due row.
enum Decision {
    Send(Box<Due>, Pins, Leave),
    /// Waits for one that is under way to the same person about the same appointment.
    Wait,
    /// Is decided again then.
    PutOff(Timestamp),
    Drop(&'static str, &'static str),
}

/// The lease, what is in hand by it, and whether there may be more.
type Leased = (Lease, Vec<Due>, bool);

impl Store {
    /// When something is next due, or a lease runs out.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.read("next due", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_DUE).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes at most [`limits::DELIVERIES_LEASED`] due mails in hand at `now`, which is the
    /// scheduler's time. What is no longer wanted, too late or superseded is dropped with its reason.
    /// Nothing is taken while the clock is in doubt (`clock_jumps`). Whether there may be more.
    pub async fn lease_due(&self, now: Timestamp) -> Result<(Lease, Vec<Due>, bool)> {
        let (leased, unsaid) = self.lease_and_drop(now).await?;
        self.plan_unsaid(unsaid).await;
        Ok(leased)
    }

    /// The same, and visits whose news of a series was dropped because it holds no more.
    async fn lease_and_drop(&self, now: Timestamp) -> Result<(Leased, Vec<AppointmentId>)> {
        let caller = Caller::scheduler();
        self.write("lease due", async move |tx: &mut Tx| {
            let standing = care::rules::Standing {
                asker: care::rules::Asker::Scheduler,
                ..care::rules::Standing::default()
            };
            let object = Object::Deliveries;
            let permit = tx.authorize(&caller, Act::LeaseDeliveries, standing, object)?;
            let lease = Lease(tx.random());
            if clock_jumps::stands(tx).await? {
                return Ok(((lease, Vec::new(), false), Vec::new()));
            }
            let (rows, full) = due_rows(tx, now).await?;
            let mut ready = Vec::with_capacity(rows.len());
            let (mut waiting, mut unsaid) = (0, Vec::new());
            let mut visits = HashMap::new();
            let superseded = superseded(&rows)?;
            let mut first = HashMap::new();
            for row in &rows {
                let decision = if superseded.contains(&row.id) {
                    Decision::Drop("skipped", "superseded")
                } else if let Some(decision) = behind(row, &first)? {
                    decision
                } else {
                    let decision = decide(tx, row, &mut visits, now).await;
                    let dropped = |(state, reason)| Decision::Drop(state, reason);
                    decision.or_else(|error| unreadable(error).map(dropped))?
                };
                match decision {
                    Decision::Wait => waiting += 1,
                    Decision::PutOff(due) => unread::put_off(tx, row, due, now).await?,
                    Decision::Drop(state, reason) => {
                        drop_and_tell(tx, row, (state, reason), now).await?;
                        unsaid.extend(spoke(row, reason, &visits));
                    }
                    Decision::Send(due, pins, given) => {
                        first.extend(row.participant.map(|to| (to, due.step)));
                        ready.push(Ready {
                            row,
                            due,
                            pins,
                            leave: given,
                        });
                    }
                }
            }
            let taken = take_all(tx, ready, &lease, now).await?;
            if !taken.ids.is_empty() {
                tx.audit(Entry::done(&caller, permit, object).shown(taken.ids));
            }
            // Rows that all wait behind others say nothing of what comes after them.
            let more = full && waiting + taken.waiting < rows.len();
            Ok(((lease, taken.mails, more), unsaid))
        })
        .await
    }
}

/// What is due at `now`, at most [`limits::DELIVERIES_LEASED`] rows, and whether there may be more.
async fn due_rows(tx: &mut Tx, now: Timestamp) -> Result<(Vec<DueRow>, bool)> {
    let mut rows = tx
        .sql(DUE)
        .bind(now.micros())
        .bind(i64::try_from(limits::DELIVERIES_LEASED).unwrap_or(i64::MAX))
        .all::<DueRow>()
        .await?;
    let full = rows.len() == limits::DELIVERIES_LEASED;
    let last = rows.last().map(|row| db::step(&row.step)).transpose()?;
    if full && last.is_some_and(Step::is_reminder) {
        bundles::hold_back(&mut rows, |row| (row.due_at, row.person));
    }
    Ok((rows, full))
}

/// Of several reminders that are due for one participant only the latest is worth sending.
fn superseded(rows: &[DueRow]) -> Result<Vec<Uuid>> {
    let mut latest: HashMap<Uuid, Uuid> = HashMap::new();
    let mut superseded = Vec::new();
    for row in rows.iter().filter(|row| row.state == "planned") {
        if let (true, Some(participant)) = (db::step(&row.step)?.is_reminder(), row.participant)
            && let Some(earlier) = latest.insert(participant, row.id)
        {
            superseded.push(earlier);
        }
    }
    Ok(superseded)
}

/// Mails to one participant leave one after the other, and a reminder that would leave right after news
/// of the appointment itself only repeats it. `first`: what was just taken in hand for whom.
fn behind(row: &DueRow, first: &HashMap<Uuid, Step>) -> Result<Option<Decision>> {
    let Some(first) = row.participant.and_then(|to| first.get(&to)) else {
        return Ok(None);
    };
    let repeats = db::step(&row.step)?.is_reminder() && !first.is_reminder();
    Ok(Some(if repeats {
        Decision::Drop("skipped", "superseded")
    } else {
        Decision::Wait
    }))
}

/// A row that cannot be read never stops the others: it has failed, and a human is asked. (If it is the
/// database that broke, noting this fails too, and nothing of the transaction stays.)
pub(crate) fn unreadable(error: Error) -> Result<(&'static str, &'static str)> {
    if matches!(error, Error::Busy) {
        return Err(error);
    }
    tracing::error!(%error, "a planned mail cannot be read");
    Ok(("failed", "unreadable"))
}

/// What needs no look at anything else.
fn out_of_question(row: &DueRow, now: Timestamp) -> Option<Decision> {
    if row.ahead > 0 {
        return Some(Decision::Wait);
    }
    // Twice it may have arrived already: once more would be once too often.
    if row.began >= 2 {
        return Some(Decision::Drop("failed", "outcome_unknown"));
    }
    let too_late = now.micros() > row.not_after;
    too_late.then_some(Decision::Drop("skipped", "too_late"))
}

async fn decide(
    tx: &mut Tx,
    row: &DueRow,
    visits: &mut HashMap<Uuid, Stands>,
    now: Timestamp,
) -> Result<Decision> {
    if let Some(decision) = out_of_question(row, now) {
        return Ok(decision);
    }
    let Some(account) = row.account else {
        return Ok(Decision::Drop("cancelled", "changed"));
    };
    let step = db::step(&row.step)?;
    let update = match unread::about(tx, (row, account), step, now).await? {
        Some(Said::PutOff(due)) => return Ok(Decision::PutOff(due)),
        Some(Said::Drop(why)) => return Ok(Decision::Drop("skipped", why.as_str())),
        Some(Said::Send(about)) => Some(about),
        None => None,
    };
    let (Some(address), Some(value)) = (row.address, &row.address_value) else {
        let unconfirmed = row.unconfirmed > 0;
        let reason = if unconfirmed {
            "address_unconfirmed"
        } else {
            "no_address"
        };
        return Ok(Decision::Drop("skipped", reason));
    };
    if row.pinned_address.is_some_and(|pinned| pinned != address) && row.began > 0 {
        return Ok(Decision::Drop("failed", "outcome_unknown"));
    }
    let mut pins = pins(tx, row, address, now)?;
    let stands = match row.appointment {
        None => None,
        Some(id) => Some(stands(tx, visits, id).await?),
    };
    let leave = match leaves(tx, row, stands, now)? {
        None => return Ok(Decision::Drop("cancelled", "changed")),
        Some(Leaves::Now(leave)) => leave,
        Some(Leaves::Later(then)) => return Ok(Decision::PutOff(then)),
        Some(Leaves::Never) => return Ok(Decision::Drop("skipped", untold::WHY)),
        Some(Leaves::Over) => return Ok(Decision::Drop("skipped", "too_late")),
    };
    let about = match (stands, update) {
        (Some(Stands { appointment, .. }), _) => {
            pins.times = times(tx, row, appointment, now).await?;
            let facts = facts(tx, row, appointment, &pins).await?;
            Some(About::Appointment(Box::new(facts)))
        }
        (None, Some(about)) => Some(about),
        (None, None) => agenda::about(tx, account.into(), row.day.as_deref(), &pins.zone).await?,
    };
    let Some(about) = about else {
        return Ok(Decision::Drop("skipped", "nothing_to_say"));
    };
    // A client's who was erased.
    let Some(text) = tx.open_if_there(ADDRESS, address, value).await? else {
        return Ok(Decision::Drop("skipped", "no_address"));
    };
    let due = Due {
        id: row.id.into(),
        step,
        message_id: message_id(&row.dedupe),
        return_token: return_tokens::write(&tx.core().sealer, Kind::Delivery, row.id),
        to: care::email::EmailAddress::parse(&text)?,
        written_at: db::at(pins.written_at),
        language: pins.language,
        zone: preferences::zone(tx, &pins.zone),
        disclosure: pins.disclosure,
        about,
        beside: Vec::new(),
    };
    Ok(Decision::Send(Box::new(due), pins, leave))
}

/// An appointment as it stands, and how it does in its series.
struct Stands {
    appointment: AppointmentRow,
    visit: Visit,
}

/// Read once for all of its mails.
async fn stands<'v>(
    tx: &mut Tx,
    visits: &'v mut HashMap<Uuid, Stands>,
    id: Uuid,
) -> Result<&'v Stands> {
    let stands = match visits.entry(id) {
        MapEntry::Occupied(read) => read.into_mut(),
        MapEntry::Vacant(unread) => {
            let appointment = appointments::read(tx, id.into()).await?;
            let place = mails::place(tx, &appointment).await?;
            let visit = super::visit(&appointment, place.as_ref())?;
            unread.insert(Stands { appointment, visit })
        }
    };
    Ok(stands)
}

/// What becomes of the mail now; of one about an appointment the plan is asked again for this one recipient, and
/// nothing if it wants the mail no more.
fn leaves(
    tx: &Tx,
    row: &DueRow,
    stands: Option<&Stands>,
    now: Timestamp,
) -> Result<Option<Leaves>> {
    let Some(Stands { appointment, visit }) = stands else {
        let hours = row.hours.read(tx)?;
        return Ok(Some(
            hours.leave(now, |then| then.micros() <= row.not_after),
        ));
    };
    if row.ics_sequence != appointment.ics_sequence {
        return Ok(None);
    }
    let to = recipient(tx, row, visit.sequence)?;
    let step = db::step(&row.step)?;
    let wanted = reminders::plan(visit, std::slice::from_ref(&to), now);
    let this = |one: &Planned| one.step == step && one.series == row.series.is_some();
    if !wanted.iter().any(|one| this(one) && one.way.is_mail()) {
        return Ok(None);
    }
    let worthless = (step, db::at(row.not_after));
    Ok(Some(reminders::leave(visit, &to, worthless, now)))
}

fn recipient(tx: &Tx, row: &DueRow, sequence: u32) -> Result<Recipient> {
    let role = row.role.as_deref().map_or(Ok(Role::Client), db::role)?;
    let response = row.response.as_deref();
    let response = response.map_or(Ok(Response::NeedsAction), db::response)?;
    let calendar = Calendar {
        disclosure: row.disclosure.as_deref(),
        file_off: row.calendar_file_off_at.is_some(),
        cleared: row.cleared > 0,
    };
    Ok(Recipient {
        participant: row.participant.unwrap_or_default().into(),
        role,
        hours: row.hours.read(tx)?,
        reachable: true,
        takes_part: row.left_at.is_none()
            && super::by_right(
                role,
                row.consents > 0,
                row.assignments > 0 || row.beside > 0,
            ),
        cleared_at: calendar.to_clear(row.cleared_at, role)?,
        told: row.told.is_some(),
        outdated: super::is_outdated(row.told, sequence),
        called: row.called > 0 || super::said_yes(role, response),
        // It is about to leave: whether they need no call is asked no more.
        agreed: false,
        heard: super::heard(row.heard),
        joined: row.joined_at.is_some(),
        wants_all_reminders: row.confirmed_reminders_at.is_some(),
        wants_reminders: row.reminders_off_at.is_none()
            && (role != Role::Caregiver || row.reminded > 0),
        response,
    })
}

/// The visit of which news was dropped, if it may have spoken for its series: while it was in hand no other was to.
fn spoke(row: &DueRow, reason: &str, visits: &HashMap<Uuid, Stands>) -> Option<AppointmentId> {
    let visit = &visits.get(&row.appointment?)?.appointment;
    let spoke = reason == "changed" && row.step == Step::Invitation.as_str();
    (spoke && visit.series.is_some()).then(|| visit.id.into())
}

/// Drops it, and asks a human where that is news.
pub(super) async fn drop_and_tell(
    tx: &mut Tx,
    row: &DueRow,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    drop_row(tx, row, (state, reason), now).await?;
    if state == "failed" {
        settle::tell_worker(tx, row.id).await?;
    } else {
        untold::tell_dropped(tx, row.id, reason).await?;
    }
    Ok(())
}

async fn drop_row(
    tx: &mut Tx,
    row: &DueRow,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    tx.sql(DROP)
        .bind(row.id)
        .bind(state)
        .bind(reason)
        .bind(now.micros())
        .run()
        .await?;
    metrics::counter!("deliveries_dropped", "reason" => reason).increment(1);
    Ok(())
}
