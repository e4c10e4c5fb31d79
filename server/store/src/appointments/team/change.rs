//! Who of the staff comes to an appointment that is booked already. Whoever is new is found free by the code that
//! books; whoever stays keeps what is kept of their time. Whoever is booked stays, as long as they go on serving the
//! client: else a colleague who does takes the appointment over, and they come no longer unless they are named.

use care::Caller;
use care::appointment::TeamChange;
use care::civil::CivilTime;
use care::rules::Act;
use protocol::http::Appointment;
use protocol::{AccountId, AppointmentId, Code, ParticipantId, Refusal, Scope, limits};
use uuid::Uuid;

use super::{HOLD, Team, free, lock, must_be_whole, must_work_here, staff};
use crate::appointments::{
    AppointmentRow, Asked, Found, claim_all, left, list, look, or_instead, read, rules_of,
};
use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::hours::Resource;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tx::Tx;
use crate::{db, deliveries, devices, preferences, standing, tasks};

statements! {
    CHANGE = "
        UPDATE appointment SET ics_sequence = ics_sequence + 1, told_at = $2, team_at = $2,
            place_at = NULL
        WHERE id = $1";
    SERVED = "
        SELECT COUNT(*) FROM participant
        WHERE appointment = $1 AND role <> 'case_manager' AND left_at IS NULL";
    // Whoever came before and left comes again.
    JOIN = "
        INSERT INTO participant (id, appointment, person, account, role, response, joined_at)
        VALUES ($1, $2, $3, $4, 'case_manager', 'accepted', $5)
        ON CONFLICT (appointment, person) DO UPDATE SET account = excluded.account,
            role = excluded.role, response = excluded.response, joined_at = excluded.joined_at,
            left_at = NULL, cleared_at = NULL, response_at = NULL, response_by = NULL,
            asked_at = NULL, said_at = NULL
        WHERE participant.left_at IS NOT NULL";
    TAKE_OVER = "UPDATE appointment SET organizer = $2 WHERE id = $1";
    LEAVE = "
        UPDATE participant SET left_at = $3, cleared_at = $3
        WHERE appointment = $1 AND account = $2 AND left_at IS NULL";
}

/// An appointment, locked with all whom a change of its team concerns.
struct Held {
    row: AppointmentRow,
    /// Who comes so far, but for whoever is to be booked.
    before: Vec<AccountId>,
    /// Whoever is to be booked does not come so far.
    joins: bool,
    /// The time of all who come or are to come.
    locked: Vec<Resource>,
}

impl Store {
    /// Says who else of the staff takes part in an appointment from now on, of a series in this visit alone. Who is new
    /// must be free then, as for a booking: [`Code::NotFound`] for somebody who is no case manager here,
    /// [`Code::NotAvailable`] and [`Code::SlotTaken`] with the next times at which all would be free,
    /// [`Code::TooManyParticipants`]. Whoever is booked stays, named or not, unless the caller takes the appointment
    /// over, and is then free as whoever is new: [`Code::AppointmentChanged`] if whoever is booked goes on serving the
    /// client. The sequence rises and everybody is told anew, unless nothing changes; who comes no longer is told that.
    /// Refused by [`care::appointment::Stage::may_change`]. The same operation again changes it once.
    pub async fn change_team(
        &self,
        caller: &Caller,
        id: AppointmentId,
        change: TeamChange,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("change team", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::ChangeTeam, standing, object)?;
            let booked = booked(tx, &caller, (id, change.take_over)).await?;
            let team = Team::new(booked, &change.staff);
            let held = hold(tx, id, &team).await?;
            let op_id = change.op_id;
            let (act, of) = (Act::ChangeTeam, id.uuid());
            let seen = operations::seen(tx, &caller, act, op_id, of).await?;
            if seen.is_some() {
                return list::card(tx, &caller, id).await;
            }
            held.row.stage()?.may_change(change.sequence, tx.now())?;
            let people = put(tx, &held, &team).await?;
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::ChangeTeam, op_id, outcome).await?;
            let entry = Entry::done(&caller, permit, object).about(held.row.client());
            tx.audit(entry.shown(people));
            list::card(tx, &caller, id).await
        })
        .await
    }
}

/// Who is booked from now on: whoever is, or the caller, who takes it over. [`Code::AppointmentChanged`] if there is
/// nothing to be taken over.
async fn booked(
    tx: &mut Tx,
    caller: &Caller,
    (id, take_over): (AppointmentId, bool),
) -> Result<AccountId> {
    let row = read(tx, id).await?;
    if take_over && row.organizer() != caller.account {
        if left::stays(tx, row.organizer(), row.client()).await? {
            let what = "whoever is booked goes on serving the client";
            return Err(Refusal::new(Code::AppointmentChanged, what).into());
        }
        return Ok(caller.account);
    }
    Ok(row.organizer())
}

/// Locks the time of all who come or are to come, then the appointment.
async fn hold(tx: &mut Tx, id: AppointmentId, team: &Team) -> Result<Held> {
    let mut workers = team.everybody();
    for worker in staff(tx, id, Scope::This).await? {
        if !workers.contains(&worker) {
            workers.push(worker);
        }
    }
    let locked = lock(tx, &workers).await?;
    tx.sql(HOLD).bind(id.uuid()).run().await?;
    let before = staff(tx, id, Scope::This).await?;
    if before.iter().any(|worker| !workers.contains(worker)) {
        // Somebody was added before the locks were there: once more, in their order.
        return Err(Error::Busy);
    }
    Ok(Held {
        row: read(tx, id).await?,
        joins: !before.contains(&team.booked),
        before: Team::new(team.booked, &before).others,
        locked,
    })
}

/// Has these come and no others. The people who are new, and those who come no longer.
async fn put(tx: &mut Tx, held: &Held, team: &Team) -> Result<Vec<Uuid>> {
    let id = AppointmentId::from(held.row.id);
    let is_handed_on = held.row.organizer() != team.booked;
    let mut joining = without(&team.others, &held.before);
    joining.extend(held.joins.then_some(team.booked));
    let leaving = without(&held.before, &team.others);
    let mut people = Vec::with_capacity(joining.len() + leaving.len());
    if joining.is_empty() && leaving.is_empty() && !is_handed_on {
        return Ok(people);
    }
    for account in leaving {
        people.push(leave(tx, id, account).await?);
    }
    if !joining.is_empty() {
        must_not_be_too_many(tx, id, team).await?;
        let mut new = held.locked.clone();
        new.retain(|resource| joining.contains(&resource.account));
        must_work_here(tx, &joining).await?;
        must_be_whole(joining.len(), &new)?;
        let found = find(tx, held, (team, &new)).await?;
        claim_all(tx, &new, id, &found).await?;
    }
    for account in joining {
        people.push(join(tx, id, account).await?);
    }
    if is_handed_on {
        let take_over = tx.sql(TAKE_OVER).bind(id.uuid());
        take_over.bind(team.booked.uuid()).run().await?;
        let client = held.row.client();
        left::keep(tx, team.booked, client).await?;
        // It may have spoken for others of its series.
        left::ask_unasked(tx, (held.row.organizer(), client), None).await?;
    }
    let now = tx.now().micros();
    let change = tx.sql(CHANGE).bind(id.uuid()).bind(now);
    change.run().await?;
    deliveries::replan(tx, id).await?;
    Ok(people)
}

fn without(some: &[AccountId], others: &[AccountId]) -> Vec<AccountId> {
    let some = some.iter().filter(|account| !others.contains(account));
    some.copied().collect()
}

async fn must_not_be_too_many(tx: &mut Tx, id: AppointmentId, team: &Team) -> Result<()> {
    let (served,): (i64,) = tx.sql(SERVED).bind(id.uuid()).one().await?;
    let served = usize::try_from(served).unwrap_or(usize::MAX);
    if served.saturating_add(1 + team.others.len()) <= limits::PARTICIPANTS_MAX {
        return Ok(());
    }
    let most = limits::PARTICIPANTS_MAX;
    let what = format!("staff: at most {most} people take part");
    Err(Refusal::new(Code::TooManyParticipants, what).into())
}

/// That who is new is free at the appointment's time; or when all of the team would be.
async fn find(tx: &mut Tx, held: &Held, (team, new): (&Team, &[Resource])) -> Result<Found> {
    let row = &held.row;
    let start = db::at(row.start_at);
    let asked = Asked {
        civil: CivilTime::parse(&row.civil_start)?,
        zone: preferences::zone(tx, &row.zone),
        rules: rules_of(tx, row, row.minutes()).await?,
    };
    let (itself, now) = (Some(row.id), tx.now());
    let looked = look(tx, new, (&asked.rules, start), (itself, now)).await?;
    let everybody = team.everybody();
    let mut all = held.locked.clone();
    all.retain(|resource| everybody.contains(&resource.account));
    or_instead(tx, looked, &all, (&asked, start), itself).await
}

async fn join(tx: &mut Tx, id: AppointmentId, account: AccountId) -> Result<Uuid> {
    let person = devices::person_of(tx, account).await?;
    let now = tx.now();
    let part = ParticipantId::from_parts(now, tx.random());
    let joined = tx
        .sql(JOIN)
        .bind(part.uuid())
        .bind(id.uuid())
        .bind(person.uuid())
        .bind(account.uuid())
        .bind(now.micros())
        .run()
        .await?;
    if joined == 0 {
        return Err(Refusal::new(Code::BadRequest, "staff: takes part already").into());
    }
    Ok(person.uuid())
}

/// Their time is given back, and what they asked about the appointment is answered.
async fn leave(tx: &mut Tx, id: AppointmentId, account: AccountId) -> Result<Uuid> {
    let person = devices::person_of(tx, account).await?;
    let now = tx.now().micros();
    let left = tx.sql(LEAVE).bind(id.uuid()).bind(account.uuid());
    left.bind(now).run().await?;
    free(tx, id.uuid(), account).await?;
    tasks::finish_by(tx, id, person).await?;
    Ok(person.uuid())
}
