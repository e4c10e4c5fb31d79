//! Appointments as one of their people sees them.

use std::collections::{HashMap, HashSet};

use care::Caller;
use care::caller::Purpose;
use care::civil::{Date, plus_days};
use care::rules::Act;
use protocol::http::{Appointment, Appointments, Participant};
use protocol::{AppointmentId, AppointmentState, PersonId, Role, SeriesId, VisitTypeId, limits};
use uuid::Uuid;

use super::{AppointmentRow, close, left, local, overlaps, read, undo};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::phones::Numbers;
use crate::seal::{MEETING_LINK, PERSON_NAME, PLACE};
use crate::serving::{heir, serves};
use crate::store::Store;
use crate::tx::Tx;
use crate::{preferences, representations, series, standing};

/// The columns of [`AppointmentRow`] for a table named `a`.
macro_rules! columns {
    () => {
        "a.id, a.client, a.organizer, a.kind, a.visit_type, a.state, a.zone, a.minutes, a.start_at,
            a.end_at, a.ics_uid, a.ics_sequence, a.told_at, a.moved_at, a.moved_from_at, a.law_at, a.team_at, a.place_at,
            a.meeting_link, a.place, a.cancelled_by, a.cancel_reason, a.cancel_notice_at, a.closed_at, a.closed_by,
            a.next_step, a.note, a.series, a.occurrence, a.civil_start"
    };
}

/// The appointments of the person `$1` within `$3` and `$4`, provided that now (`$2`) they take part
/// by right: themselves, under a live consent, by a live assignment, or along with whoever is booked.
macro_rules! mine {
    () => {
        "
        FROM participant me
            JOIN appointment a ON a.id = me.appointment
        WHERE me.person = $1 AND me.left_at IS NULL AND a.end_at > $3 AND a.start_at < $4
            AND (me.role = 'client'
                OR (me.role = 'caregiver' AND EXISTS (SELECT 1 FROM consent c
                    WHERE c.client = a.client AND c.caregiver = me.person
                        AND c.appointments_at IS NOT NULL AND c.from_at <= $2
                        AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $2)))
                OR (me.role = 'case_manager' AND (me.account <> a.organizer
                    OR EXISTS (SELECT 1 FROM assignment g
                        WHERE g.account = me.account AND g.client = a.client AND g.from_at <= $2
                            AND (g.ended_at IS NULL OR g.ended_at > $2)))))"
    };
}

/// The booked appointments within `$3` and `$4` that are the case manager `$1`'s by now (`$2`): whoever is booked serves
/// the client no longer ([`crate::serving`]). None lasts longer than a day.
macro_rules! left {
    () => {
        concat!(
            "
        FROM account w
            JOIN assignment m ON m.account = w.id
            JOIN appointment a ON a.client = m.client
        WHERE w.person = $1 AND w.role = 'case_manager' AND a.organizer <> w.id
            AND a.state = 'booked' AND a.end_at > $3 AND a.start_at < $4
            AND a.start_at > $3 - 86400000000
            AND NOT ",
            serves!("a.organizer", "a.client", "$2"),
            " AND w.id = ",
            heir!("a.client", "$2")
        )
    };
}

/// The ids of both.
macro_rules! shown {
    () => {
        concat!("SELECT a.id ", mine!(), " UNION ALL SELECT a.id ", left!())
    };
}

macro_rules! parts {
    () => {
        "p.id, p.appointment, p.person, p.account, n.name, p.role, p.response, p.asked_at, y.id AS by_person,
            y.name AS by_name"
    };
}

/// Whoever answered in a participant's place.
macro_rules! answered_by {
    () => {
        "
            LEFT JOIN account b ON b.id = p.response_by
            LEFT JOIN person y ON y.id = b.person"
    };
}

statements! {
    MINE = concat!(
        "
        SELECT ", columns!(), " FROM appointment a
        WHERE a.id IN (", shown!(), ")
        ORDER BY a.start_at, a.id LIMIT $5"
    );
    PARTS_OF_MINE = concat!(
        "
        SELECT ", parts!(), "
        FROM participant p JOIN person n ON n.id = p.person ", answered_by!(), "
        WHERE p.left_at IS NULL AND p.appointment IN (", shown!(), ")
        ORDER BY p.id"
    );
    OF_CLIENT = concat!(
        "
        SELECT ", columns!(), " FROM appointment a
        WHERE a.client = $1 AND a.end_at > $2
        ORDER BY a.start_at, a.id LIMIT $3"
    );
    PARTS_OF_CLIENT = concat!(
        "
        SELECT ", parts!(), "
        FROM participant p
            JOIN person n ON n.id = p.person
            JOIN appointment a ON a.id = p.appointment ", answered_by!(), "
        WHERE a.client = $1 AND a.end_at > $2 AND p.left_at IS NULL
        ORDER BY p.id"
    );
    PARTS_OF = concat!(
        "
        SELECT ", parts!(), "
        FROM participant p JOIN person n ON n.id = p.person ", answered_by!(), "
        WHERE p.appointment = $1 AND p.left_at IS NULL
        ORDER BY p.id"
    );
    OF_SERIES = concat!(
        "
        SELECT ", columns!(), " FROM appointment a
        WHERE a.series = $1 AND a.state = 'booked'
        ORDER BY a.start_at, a.id LIMIT $2"
    );
    PARTS_OF_SERIES = concat!(
        "
        SELECT ", parts!(), "
        FROM participant p
            JOIN person n ON n.id = p.person
            JOIN appointment a ON a.id = p.appointment ", answered_by!(), "
        WHERE a.series = $1 AND a.state = 'booked' AND p.left_at IS NULL
        ORDER BY p.id"
    );
    SERVED = "
        SELECT DISTINCT client FROM assignment
        WHERE account = $1 AND from_at <= $2 AND (ended_at IS NULL OR ended_at > $2)";
    NAME_OF = "SELECT name FROM person WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct PartRow {
    id: Uuid,
    appointment: Uuid,
    person: Uuid,
    account: Uuid,
    name: Vec<u8>,
    role: String,
    response: String,
    asked_at: Option<i64>,
    by_person: Option<Uuid>,
    by_name: Option<Vec<u8>>,
}

/// A client's page shows appointments of so many past days.
const RECENT_DAYS: i64 = 30;

/// Some days on the reader's clocks, for a list.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    /// The first day; today if absent.
    pub from: Option<Date>,
    /// How many days.
    pub days: u16,
}

impl Store {
    /// The appointments that the caller takes part in, soonest first, at most
    /// [`limits::APPOINTMENTS_LISTED_MAX`]; with those that somebody left to them who serves the client no longer.
    pub async fn appointments(&self, caller: &Caller, within: Within) -> Result<Appointments> {
        let caller = *caller;
        self.read_audited("appointments", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListAppointments, standing, object)?;
            let now = tx.now().micros();
            let zone = preferences::zone_of(tx, caller.person).await?;
            let from = within.from.unwrap_or_else(|| zone.date(tx.now()));
            let until = zone.start_of(plus_days(from, i32::from(within.days)));
            let bounds = [now, zone.start_of(from).micros(), until.micros()];
            let mut statement = tx.sql(MINE).bind(caller.person.uuid());
            for bound in bounds {
                statement = statement.bind(bound);
            }
            let rows = statement.bind(listed_max()).all().await?;
            let mut statement = tx.sql(PARTS_OF_MINE).bind(caller.person.uuid());
            for bound in bounds {
                statement = statement.bind(bound);
            }
            let parts = statement.all().await?;
            let appointments = cards(tx, &caller, rows, parts).await?;
            let shown = appointments.iter().map(|card| card.id.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(Appointments {
                appointments,
                not_booked: Vec::new(),
            })
        })
        .await
    }

    /// A client's appointments of the last [`RECENT_DAYS`] days and all to come, soonest first, for the
    /// staff who serve them and whoever acts for them.
    pub async fn appointments_of(&self, caller: &Caller, client: PersonId) -> Result<Appointments> {
        let caller = *caller;
        self.read_audited("appointments of", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::ReadAppointments, standing, object)?;
            let caller = representations::acting(&caller, standing);
            let since = tx.now().plus_seconds(-RECENT_DAYS * 86_400).micros();
            let rows = tx
                .sql(OF_CLIENT)
                .bind(client.uuid())
                .bind(since)
                .bind(listed_max())
                .all()
                .await?;
            let parts = tx
                .sql(PARTS_OF_CLIENT)
                .bind(client.uuid())
                .bind(since)
                .all()
                .await?;
            let appointments = cards(tx, &caller, rows, parts).await?;
            let shown = appointments.iter().map(|card| card.id.uuid());
            tx.audit(
                Entry::done(&caller, permit, object)
                    .about(client)
                    .shown(shown),
            );
            let not_booked = if caller.role == Role::CaseManager {
                series::gaps::of_client(tx, client).await?
            } else {
                Vec::new()
            };
            Ok(Appointments {
                appointments,
                not_booked,
            })
        })
        .await
    }
}

fn listed_max() -> i64 {
    i64::try_from(limits::APPOINTMENTS_LISTED_MAX).unwrap_or(i64::MAX)
}

/// One appointment, for a caller who may see it.
pub(crate) async fn card(tx: &mut Tx, caller: &Caller, id: AppointmentId) -> Result<Appointment> {
    let row = read(tx, id).await?;
    let parts = tx.sql(PARTS_OF).bind(id.uuid()).all().await?;
    let mut cards = cards(tx, caller, vec![row], parts).await?;
    Ok(cards.remove(0))
}

/// The booked visits of a series, soonest first, for who serves its client.
pub(crate) async fn of_series(
    tx: &mut Tx,
    caller: &Caller,
    series: SeriesId,
) -> Result<Vec<Appointment>> {
    let rows = tx.sql(OF_SERIES).bind(series.uuid()).bind(listed_max());
    let rows = rows.all().await?;
    let parts = tx.sql(PARTS_OF_SERIES).bind(series.uuid()).all().await?;
    cards(tx, caller, rows, parts).await
}

async fn cards(
    tx: &mut Tx,
    caller: &Caller,
    rows: Vec<AppointmentRow>,
    parts: Vec<PartRow>,
) -> Result<Vec<Appointment>> {
    let zone = preferences::zone_of(tx, caller.person).await?;
    let staff = caller.role == Role::CaseManager;
    let clients = served(tx, caller, &rows).await?;
    let overlapping = overlaps::among(tx, &rows, &clients).await?;
    let left = left::among(tx, caller.account, &rows, &clients).await?;
    let mut by_appointment: HashMap<Uuid, Vec<PartRow>> = HashMap::new();
    for part in parts {
        by_appointment
            .entry(part.appointment)
            .or_default()
            .push(part);
    }
    let mut all_series = HashMap::new();
    let mut numbers = Numbers::of(caller);
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        let serves = clients.contains(&row.client);
        let in_series = series::told(tx, &row, &mut all_series).await?;
        let parts = by_appointment.remove(&row.id).unwrap_or_default();
        let whose = (&row, staff);
        // Who comes along calls nobody.
        let numbers = serves.then_some(&mut numbers);
        let participants = participants(tx, whose, parts, numbers).await?;
        let (link, place) = where_of(tx, &row).await?;
        let state = row.state()?;
        let open = state == AppointmentState::Booked && db::at(row.start_at) > tx.now();
        // Who acts for a client answers in the client's place.
        let whose = match caller.purpose {
            Purpose::ActingFor => row.client(),
            _ => caller.person,
        };
        let takes_part = participants.iter().any(|part| part.person == whose);
        let can_undo = row.cancelled_by == Some(whose.uuid())
            && row.cancel_notice_at.is_some_and(|at| tx.now() < db::at(at));
        cards.push(Appointment {
            id: row.id.into(),
            client: row.client(),
            client_name: name_of(tx, row.client, &participants).await?,
            kind: row.kind()?,
            state,
            sequence: row.seen(),
            start: db::at(row.start_at),
            minutes: row.minutes(),
            at: local(tx, &row.zone, row.start_at),
            yours: zone.local(db::at(row.start_at)),
            participants,
            meeting_link: link,
            place,
            cancelled: row.reason()?,
            closed: if serves {
                close::read(tx, &row).await?
            } else {
                None
            },
            visit_type: row.visit_type.filter(|_| staff).map(VisitTypeId::from),
            series: in_series,
            beside: staff && !serves,
            overlaps: overlapping.contains(&row.id),
            may_change: open && serves,
            undo_left_s: undo::left_s(&row, tx.now())?.filter(|_| serves),
            may_take_over: left.contains(&row.id),
            may_close: serves && row.stage()?.is_to_be_closed(tx.now()),
            may_reply: (open || can_undo) && takes_part && !staff,
        });
    }
    Ok(cards)
}

/// The meeting link, and where to go.
async fn where_of(tx: &mut Tx, row: &AppointmentRow) -> Result<(Option<String>, Option<String>)> {
    let link = match &row.meeting_link {
        Some(sealed) => tx.open_if_there(MEETING_LINK, row.id, sealed).await?,
        None => None,
    };
    let place = match &row.place {
        Some(sealed) => tx.open_if_there(PLACE, row.id, sealed).await?,
        None => None,
    };
    Ok((link, place))
}

/// Of the clients of some appointments, if there are any, those whom a reader of the staff serves.
async fn served(tx: &mut Tx, caller: &Caller, rows: &[AppointmentRow]) -> Result<HashSet<Uuid>> {
    if caller.role != Role::CaseManager || rows.is_empty() {
        return Ok(HashSet::new());
    }
    let now = tx.now().micros();
    let served = tx.sql(SERVED).bind(caller.account.uuid()).bind(now);
    let served = served.all::<(Uuid,)>().await?;
    Ok(served.into_iter().map(|(client,)| client).collect())
}

async fn participants(
    tx: &mut Tx,
    (visit, staff): (&AppointmentRow, bool),
    rows: Vec<PartRow>,
    mut numbers: Option<&mut Numbers>,
) -> Result<Vec<Participant>> {
    let mut participants = Vec::with_capacity(rows.len());
    for row in rows {
        let answered_by = match row.by_person.zip(row.by_name.as_deref()) {
            Some((person, name)) => Some(tx.open_text(PERSON_NAME, person, name).await?),
            None => None,
        };
        let role = db::role(&row.role)?;
        participants.push(Participant {
            id: row.id.into(),
            person: row.person.into(),
            name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
            phone: match numbers.as_deref_mut() {
                Some(numbers) => numbers.around(tx, visit.client, row.person).await?,
                None => None,
            },
            account: (staff && role == Role::CaseManager).then(|| row.account.into()),
            booked: staff && row.account == visit.organizer,
            role,
            response: db::response(&row.response)?,
            asked_at: row.asked_at.map(db::at),
            answered_by,
        });
    }
    participants.sort_by_key(|part| part.role);
    Ok(participants)
}

/// The client's name: among the participants, unless the client left.
async fn name_of(tx: &mut Tx, client: Uuid, participants: &[Participant]) -> Result<String> {
    let among = participants
        .iter()
        .find(|part| part.person.uuid() == client);
    if let Some(part) = among {
        return Ok(part.name.clone());
    }
    let (sealed,): (Vec<u8>,) = tx.sql(NAME_OF).bind(client).one().await?;
    tx.open_text(PERSON_NAME, client, &sealed).await
}
