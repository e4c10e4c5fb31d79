//! Books a series: the row and as many of its visits as are booked ahead, in one transaction, each by the code
//! that books a single one. What cannot be booked is named, and either all is booked, or all but that, or
//! nothing.

use care::Caller;
use care::appointment::{Booking, MeetingLink};
use care::caller::Holder;
use care::civil::{Date, plus_days};
use care::place::{Place, anchor};
use care::rules::Act;
use care::series::Plan;
use protocol::http::{Conflict, SeriesBooked};
use protocol::{
    AccountId, AppointmentId, Code, Instead, OpId, PersonId, Refusal, SeriesId, Timestamp, limits,
};
use uuid::Uuid;

use super::{Series, gaps, horizon, read};
use crate::appointments::book::{self as single, put, seal_text};
use crate::appointments::team::{self, Team};
use crate::appointments::zones::{site, zone_for};
use crate::appointments::{Asked, instead, list, look};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::hours::{self, Resource, Rules};
use crate::operations::{self, Outcome};
use crate::seal::{SERIES_LINK, SERIES_PLACE};
use crate::store::Store;
use crate::tx::Tx;
use crate::{consents, holds, standing};

statements! {
    INSERT = "
        INSERT INTO series (id, client, organizer, kind, visit_type, zone, minutes, meeting_link, rule,
            civil_start, shift_days, at_minute, booked_until, created_at, ended_at, version, told_at, earlier,
            place)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $14, $16, $17)";
    INSERT_CAREGIVER = "INSERT INTO series_caregiver (series, person) VALUES ($1, $2)";
    INSERT_STAFF = "INSERT INTO series_staff (series, account) VALUES ($1, $2)";
    STAFF = "SELECT account FROM series_staff WHERE series = $1 ORDER BY account";
    CAREGIVERS = "SELECT person FROM series_caregiver WHERE series = $1 ORDER BY person";
}

/// Where the visits of a series are: the meeting link of those by video, where to go for others.
pub(super) struct Whereabouts {
    link: Option<MeetingLink>,
    place: Option<Place>,
}

/// What became of some days of a series.
#[derive(Default)]
pub(super) struct Made {
    pub(super) booked: Vec<AppointmentId>,
    /// The days that could not be booked, and why.
    pub(super) conflicts: Vec<(Date, Conflict)>,
}

impl Made {
    /// All that could not be, as a refusal.
    pub(super) fn refusal(self) -> Refusal {
        let conflicts = self.conflicts.into_iter();
        refusal(conflicts.map(|(_, conflict)| conflict).collect())
    }
}

/// The refusal that names them.
pub(super) fn refusal(conflicts: Vec<Conflict>) -> Refusal {
    let what = format!(
        "{} visits of the series cannot be at their times",
        conflicts.len()
    );
    Refusal::new(Code::SeriesConflicts, what).instead(Instead::Conflicts(conflicts))
}

impl Store {
    /// Books the caller for a client again and again. [`Code::SeriesConflicts`] names every visit that cannot
    /// be booked at its time, with what is free instead: then nothing is booked, unless the plan leaves such
    /// visits out; refused in any case if none can be. Otherwise refused as [`Store::book`]. The same
    /// operation again books once.
    pub async fn book_series(&self, caller: &Caller, plan: Plan) -> Result<SeriesBooked> {
        let caller = *caller;
        self.write("book series", async move |tx: &mut Tx| {
            let (client, op_id) = (plan.first.client, plan.first.op_id);
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::BookSeries, standing, object)?;
            consents::hold(tx, client, &plan.first.caregivers).await?;
            let team = Team::new(caller.account, &plan.first.staff);
            let locked = team.lock(tx).await?;
            if let Some(done) = operations::made(tx, &caller, Act::BookSeries, op_id).await? {
                let id = done.object.into();
                operations::must_be_about(read(tx, id).await?.client, client)?;
                return answer(tx, &caller, id).await;
            }
            team::must_be_bookable(tx, &team, &locked).await?;
            let series = begin(tx, &plan, (&team, &locked)).await?;
            // What they kept was for this.
            let kept = (series.visit_type, series.start_of(series.first.date()));
            let as_of = holds::use_up(tx, caller.account, kept).await?;
            let until = horizon(tx, tx.now()).max(plan.first.civil.date());
            let days = series.rule.days(series.first.date(), None, until)?;
            let worker = Holder {
                account: caller.account,
                person: caller.person,
                role: caller.role,
            };
            let with = caregivers(tx, &series).await?;
            let made = make(tx, &series, (worker, &locked), (&days, with), as_of).await?;
            let refused = !made.conflicts.is_empty() && !plan.skip_conflicts;
            if refused || made.booked.is_empty() {
                return Err(made.refusal().into());
            }
            for (day, conflict) in &made.conflicts {
                gaps::note(tx, &series, *day, conflict.code).await?;
            }
            let outcome = Outcome::of(series.id.uuid());
            operations::remember(tx, &caller, Act::BookSeries, op_id, outcome).await?;
            let booked = made.booked.iter().map(AppointmentId::uuid);
            tx.audit(
                Entry::done(&caller, permit, Object::Series(series.id))
                    .about(client)
                    .shown(booked),
            );
            answer(tx, &caller, series.id).await
        })
        .await
    }
}

async fn answer(tx: &mut Tx, caller: &Caller, id: SeriesId) -> Result<SeriesBooked> {
    let series = read(tx, id).await?;
    Ok(SeriesBooked {
        series: id,
        appointments: list::of_series(tx, caller, id).await?,
        not_booked: gaps::of_series(tx, &series).await?,
    })
}

/// Writes down the series that is wanted, if its first visit may be when it is: a time that the clocks skip, one
/// that has passed and one further ahead than a single visit of its kind are refused.
async fn begin(tx: &mut Tx, plan: &Plan, (team, locked): (&Team, &[Resource])) -> Result<Series> {
    let first = &plan.first;
    let site = site(tx, locked, team.booked);
    let of = (anchor(first.kind), first.client);
    let zone = zone_for(tx, first.zone.as_deref(), of, &site).await?;
    let rules = single::rules(tx, first.visit_type, (first.kind, first.minutes)).await?;
    let start = zone.resolve_typed(first.civil)?;
    must_begin_in_time(tx, locked, &rules, start)?;
    let id = SeriesId::from_parts(tx.now(), tx.random());
    let of = (zone, plan.rule.clone());
    let mut series = Series::planned(id, first, team.booked, of);
    series.booked_until = horizon(tx, tx.now()).max(first.civil.date());
    let next = series.rule.next(series.first.date(), series.booked_until)?;
    series.ended = next.is_none();
    let whereabouts = Whereabouts {
        link: first.meeting_link.clone(),
        place: first.place.clone(),
    };
    let people = (&first.caregivers[..], &team.others[..]);
    insert(tx, &series, &whereabouts, people).await?;
    read(tx, id).await
}

fn must_begin_in_time(tx: &Tx, team: &[Resource], rules: &Rules, start: Timestamp) -> Result<()> {
    let now = tx.now();
    if start < now {
        return Err(Refusal::new(Code::TimePast, "time: has passed").into());
    }
    let ahead = i32::from(rules.terms.days_ahead);
    let mut zones = team.iter().map(|resource| &resource.zone);
    if zones.any(|zone| zone.date(start) > plus_days(zone.date(now), ahead)) {
        return Err(Refusal::new(Code::NotAvailable, "time: too far ahead").into());
    }
    Ok(())
}

/// Writes a series with the caregivers who take part, and who else of the staff does.
pub(super) async fn insert(
    tx: &mut Tx,
    series: &Series,
    whereabouts: &Whereabouts,
    (caregivers, staff): (&[PersonId], &[AccountId]),
) -> Result<()> {
    let id = series.id.uuid();
    let link = whereabouts.link.as_ref().map(MeetingLink::reveal);
    let link = seal_text(tx, series.client, (SERIES_LINK, id), link).await?;
    let place = whereabouts.place.as_ref().map(Place::reveal);
    let place = seal_text(tx, series.client, (SERIES_PLACE, id), place).await?;
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(id)
        .bind(series.client.uuid())
        .bind(series.organizer.uuid())
        .bind(series.kind.as_str())
        .bind(series.visit_type.map(|id| id.uuid()))
        .bind(series.zone.name().to_owned())
        .bind(i64::from(series.minutes))
        .bind(link)
        .bind(series.rule.to_string())
        .bind(series.first.to_string())
        .bind(i64::from(series.shift.days()))
        .bind(i64::from(series.shift.minute()))
        .bind(series.booked_until.to_string())
        .bind(now)
        .bind(series.ended.then_some(now))
        .bind(series.earlier.map(|id| id.uuid()))
        .bind(place)
        .run()
        .await?;
    for caregiver in caregivers {
        let insert = tx.sql(INSERT_CAREGIVER).bind(id);
        insert.bind(caregiver.uuid()).run().await?;
    }
    for account in staff {
        let insert = tx.sql(INSERT_STAFF).bind(id);
        insert.bind(account.uuid()).run().await?;
    }
    Ok(())
}

/// Who of the staff comes along, besides whoever is booked.
pub(super) async fn staff(tx: &mut Tx, series: &Series) -> Result<Vec<AccountId>> {
    let rows = tx.sql(STAFF).bind(series.id.uuid());
    let rows = rows.all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(account,)| account.into()).collect())
}

/// Caregivers who take part for as long as consent lets them in.
pub(super) async fn caregivers(tx: &mut Tx, series: &Series) -> Result<Vec<PersonId>> {
    let rows = tx.sql(CAREGIVERS).bind(series.id.uuid());
    let rows = rows.all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(person,)| person.into()).collect())
}

/// Where its visits are.
pub(super) async fn whereabouts(tx: &mut Tx, series: &Series) -> Result<Whereabouts> {
    let id = series.id.uuid();
    let link = match &series.meeting_link {
        Some(sealed) => tx.open_if_there(SERIES_LINK, id, sealed).await?,
        None => None,
    };
    let place = match &series.place {
        Some(sealed) => tx.open_if_there(SERIES_PLACE, id, sealed).await?,
        None => None,
    };
    Ok(Whereabouts {
        link: link.as_deref().map(MeetingLink::new).transpose()?,
        place: place.as_deref().map(Place::new).transpose()?,
    })
}

/// Books the visits of some days with the worker and their team, which is locked, and with these caregivers: as somebody
/// may who kept to the terms at that instant.
pub(super) async fn make(
    tx: &mut Tx,
    series: &Series,
    (worker, team): (Holder, &[Resource]),
    (days, caregivers): (&[Date], Vec<PersonId>),
    as_of: Timestamp,
) -> Result<Made> {
    let Whereabouts { link, place } = whereabouts(tx, series).await?;
    let mut booking = Booking {
        op_id: OpId::from(series.id.uuid()),
        client: series.client,
        kind: series.kind,
        civil: series.first,
        zone: Some(series.zone.name().to_owned()),
        minutes: series.minutes,
        visit_type: series.visit_type,
        caregivers,
        // They are the team's.
        staff: Vec::new(),
        meeting_link: link,
        place,
        occurrence: None,
    };
    let rules = hours::rules(tx, series.visit_type, series.minutes).await?;
    let mut asked = Asked {
        civil: series.first,
        zone: series.zone.clone(),
        rules: rules.of_series(),
    };
    let mut made = Made::default();
    for day in days {
        asked.civil = series.shift.civil_of(*day);
        booking.civil = asked.civil;
        booking.occurrence = Some(series.occurrence(*day));
        let start = series.start_of(*day);
        match look(tx, team, (&asked.rules, start), (None, as_of)).await? {
            Ok(found) => {
                let (id, _) = put(tx, worker, &booking, team, (&asked, &found)).await?;
                made.booked.push(id);
            }
            Err(refusal) => {
                let nth = made.conflicts.len();
                let conflict = conflict(tx, team, (&asked, start), (nth, refusal.code));
                made.conflicts.push((*day, conflict.await?));
            }
        }
    }
    Ok(made)
}

/// A visit that cannot be at its time, with what is free instead if not too many came before it.
pub(super) async fn conflict(
    tx: &mut Tx,
    team: &[Resource],
    (asked, start): (&Asked, Timestamp),
    (nth, code): (usize, Code),
) -> Result<Conflict> {
    let slots = if nth < limits::SERIES_CONFLICTS_INSTEAD {
        instead(tx, team, (asked, start), None).await?
    } else {
        Vec::new()
    };
    Ok(Conflict {
        at: asked.zone.local(start),
        code,
        slots,
    })
}
