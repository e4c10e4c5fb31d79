//! Books an appointment: lock everybody who holds it, decide, write, plan the mails, audit, in one transaction.
//! Nothing here waits for the network.

use care::Caller;
use care::appointment::{Booking, MeetingLink};
use care::caller::Holder;
use care::place::{Place, anchor};
use care::rules::Act;
use care::series::Occurrence;
use protocol::http::Appointment;
use protocol::{
    AccountId, AppointmentId, AppointmentKind, Code, ParticipantId, PersonId, Refusal, Role,
    VisitTypeId,
};
use uuid::Uuid;

use super::team::{self, Team};
use super::zones::{site, zone_for};
use super::{Asked, Found, claim_all, find_as_of, list, read};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::hours::{Resource, Rules};
use crate::operations::{self, Outcome};
use crate::seal::{Column, MEETING_LINK, PLACE};
use crate::store::Store;
use crate::tx::Tx;
use crate::{agency, consents, deliveries, devices, holds, series, standing, visit_types};

statements! {
    INSERT = "
        INSERT INTO appointment (id, client, organizer, kind, state, civil_start, zone, minutes,
            start_at, end_at, tzdb_version, ics_uid, ics_sequence, told_at, meeting_link, created_at,
            version, visit_type, series, occurrence, place)
        VALUES ($1, $2, $3, $4, 'booked', $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $12, 0, $14, $15,
            $16, $17)";
    INSERT_PARTICIPANT = "
        INSERT INTO participant (id, appointment, person, account, role, response)
        VALUES ($1, $2, $3, $4, $5, $6)";
}

/// Somebody who takes part.
struct Part {
    person: PersonId,
    account: AccountId,
    role: Role,
}

impl Store {
    /// Books the caller for a client, with whoever else of the staff is named: a time at which all of them are
    /// free. [`Code::NotFound`] if the caller does not serve the client, a caregiver is not on the client's record
    /// or somebody of the staff is no case manager here, [`Code::ConsentRequired`] if no live consent for a
    /// caregiver covers appointments, [`Code::ZoneUnknown`], and what [`Code::TimePast`],
    /// [`Code::TimeInGap`], [`Code::NotAvailable`] and [`Code::SlotTaken`] say. What the caller holds is
    /// used up by it. The same operation again books once.
    pub async fn book(&self, caller: &Caller, booking: Booking) -> Result<Appointment> {
        let caller = *caller;
        self.write("book appointment", async move |tx: &mut Tx| {
            book_in(tx, &caller, &booking, None).await
        })
        .await
    }
}

/// The same; in the place of a visit of a series that could not be booked, if of one.
pub(crate) async fn book_in(
    tx: &mut Tx,
    caller: &Caller,
    booking: &Booking,
    gap: Option<Occurrence>,
) -> Result<Appointment> {
    let standing = standing::to_client(tx, caller, booking.client).await?;
    let object = Object::Person(booking.client);
    let permit = tx.authorize(caller, Act::BookAppointment, standing, object)?;
    consents::hold(tx, booking.client, &booking.caregivers).await?;
    // Locked first: the same request at the same time waits here, and then finds itself done.
    let team = Team::new(caller.account, &booking.staff);
    let locked = team.lock(tx).await?;
    let op_id = booking.op_id;
    if let Some(done) = operations::made(tx, caller, Act::BookAppointment, op_id).await? {
        let id = done.object.into();
        operations::must_be_about(read(tx, id).await?.client(), booking.client)?;
        return list::card(tx, caller, id).await;
    }
    team::must_be_bookable(tx, &team, &locked).await?;
    if let Some(gap) = gap {
        series::gaps::must_be_open(tx, gap, booking.client).await?;
    }
    let site = site(tx, &locked, team.booked);
    let of = (anchor(booking.kind), booking.client);
    let zone = zone_for(tx, booking.zone.as_deref(), of, &site).await?;
    let asked = Asked {
        civil: booking.civil,
        zone,
        rules: rules(tx, booking.visit_type, (booking.kind, booking.minutes)).await?,
    };
    // What they kept was for this.
    let kept = (booking.visit_type, asked.zone.resolve(asked.civil));
    let as_of = holds::use_up(tx, caller.account, kept).await?;
    let found = find_as_of(tx, &locked, &asked, (None, as_of)).await?;
    let worker = Holder {
        account: caller.account,
        person: caller.person,
        role: caller.role,
    };
    let (id, people) = put(tx, worker, booking, &locked, (&asked, &found)).await?;
    if let Some(gap) = gap {
        series::gaps::fill(tx, gap, id).await?;
    }
    let outcome = Outcome::of(id.uuid());
    operations::remember(tx, caller, Act::BookAppointment, op_id, outcome).await?;
    tx.audit(
        Entry::done(caller, permit, Object::Appointment(id))
            .about(booking.client)
            .shown(people),
    );
    list::card(tx, caller, id).await
}

/// By what it is booked. [`Code::NotFound`] for a kind of visit that is not offered, [`Code::BadRequest`] for
/// one that happens elsewhere.
pub(crate) async fn rules(
    tx: &mut Tx,
    visit_type: Option<VisitTypeId>,
    (kind, minutes): (AppointmentKind, u16),
) -> Result<Rules> {
    let Some(id) = visit_type else {
        return Ok(Rules::plain(minutes));
    };
    let visit_type = visit_types::offered(tx, id).await?;
    if visit_type.kind != kind {
        let detail = "kind: not where this kind of visit happens";
        return Err(Refusal::new(Code::BadRequest, detail).into());
    }
    Ok(Rules::of(id, &visit_type, minutes))
}

/// Writes what is booked with a worker, at a time that was found free for them and whoever else is on their team: the
/// appointment, who takes part, the claims, the planned mails. Its id, and who takes part.
pub(crate) async fn put(
    tx: &mut Tx,
    worker: Holder,
    booking: &Booking,
    team: &[Resource],
    (asked, found): (&Asked, &Found),
) -> Result<(AppointmentId, Vec<Uuid>)> {
    let mut parts = parts(tx, worker, booking).await?;
    let others = team.iter().map(|resource| resource.account);
    let others = Team::new(worker.account, &others.collect::<Vec<_>>()).others;
    come_along(tx, &others, &mut parts).await?;
    let id = insert(tx, worker.account, booking, (asked, found)).await?;
    claim_all(tx, team, id, found).await?;
    let mut people = Vec::with_capacity(parts.len());
    for part in parts {
        people.push(part.person.uuid());
        insert_participant(tx, id, &part).await?;
    }
    deliveries::replan(tx, id).await?;
    Ok((id, people))
}

/// The client, the worker, and the caregivers whom consent lets in.
async fn parts(tx: &mut Tx, worker: Holder, booking: &Booking) -> Result<Vec<Part>> {
    let client = account(tx, booking.client, Role::Client, "client").await?;
    let mut parts = vec![
        client,
        Part {
            person: worker.person,
            account: worker.account,
            role: worker.role,
        },
    ];
    for caregiver in &booking.caregivers {
        consents::must_be_on_record(tx, booking.client, *caregiver).await?;
        if !consents::covers_appointments(tx, booking.client, *caregiver).await? {
            return Err(Refusal::new(
                Code::ConsentRequired,
                "a caregiver takes part without a live consent that covers appointments",
            )
            .into());
        }
        parts.push(account(tx, *caregiver, Role::Caregiver, "caregivers").await?);
    }
    Ok(parts)
}

/// Whoever is not booked but comes along.
async fn come_along(tx: &mut Tx, others: &[AccountId], parts: &mut Vec<Part>) -> Result<()> {
    for account in others {
        let account = *account;
        let person = devices::person_of(tx, account).await?;
        if parts.iter().any(|part| part.person == person) {
            return Err(Refusal::new(Code::BadRequest, "staff: takes part already").into());
        }
        parts.push(Part {
            person,
            account,
            role: Role::CaseManager,
        });
    }
    Ok(())
}

async fn account(tx: &mut Tx, person: PersonId, role: Role, field: &str) -> Result<Part> {
    let account = agency::account_of(tx, person, role).await?;
    let account = account.ok_or_else(|| {
        Refusal::new(
            Code::BadRequest,
            format!("{field}: not a {}", role.as_str()),
        )
    })?;
    Ok(Part {
        person,
        account,
        role,
    })
}

async fn insert(
    tx: &mut Tx,
    organizer: AccountId,
    booking: &Booking,
    (asked, found): (&Asked, &Found),
) -> Result<AppointmentId> {
    let now = tx.now();
    let id = AppointmentId::from_parts(now, tx.random());
    let link = booking.meeting_link.as_ref().map(MeetingLink::reveal);
    let link = seal_text(tx, booking.client, (MEETING_LINK, id.uuid()), link).await?;
    let place = booking.place.as_ref().map(Place::reveal);
    let place = seal_text(tx, booking.client, (PLACE, id.uuid()), place).await?;
    // A name that says nothing, in no domain (RFC 7986, section 5.3).
    let uid = Uuid::from_bytes(tx.random()).simple().to_string();
    let version = tx.core().zones.version().to_owned();
    let occurrence = booking.occurrence;
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(booking.client.uuid())
        .bind(organizer.uuid())
        .bind(booking.kind.as_str())
        .bind(asked.civil.to_string())
        .bind(asked.zone.name().to_owned())
        .bind(i64::from(booking.minutes))
        .bind(found.start.micros())
        .bind(found.end.micros())
        .bind(version)
        .bind(uid)
        .bind(now.micros())
        .bind(link)
        .bind(booking.visit_type.map(|id| id.uuid()))
        .bind(occurrence.map(|one| one.series.uuid()))
        .bind(occurrence.map(|one| one.name.to_string()))
        .bind(place)
        .run()
        .await?;
    Ok(id)
}

/// A text about a client, sealed for its place in a row; none is none.
pub(crate) async fn seal_text(
    tx: &mut Tx,
    client: PersonId,
    (column, row): (Column, Uuid),
    text: Option<&str>,
) -> Result<Option<Vec<u8>>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let sealed = tx.seal_about(client, column, row, text.as_bytes());
    sealed.await.map(Some)
}

async fn insert_participant(tx: &mut Tx, appointment: AppointmentId, part: &Part) -> Result<()> {
    let id = ParticipantId::from_parts(tx.now(), tx.random());
    // Whoever works here comes.
    let response = if part.role == Role::CaseManager {
        "accepted"
    } else {
        "needs_action"
    };
    tx.sql(INSERT_PARTICIPANT)
        .bind(id.uuid())
        .bind(appointment.uuid())
        .bind(part.person.uuid())
        .bind(part.account.uuid())
        .bind(part.role.as_str())
        .bind(response)
        .run()
        .await?;
    Ok(())
}
