//! Case managers at their desks, each with clients of their own, on a real store: what the benches of
//! scheduling stand on. They ask the scheduler itself, in this process; TLS and HTTP are measured
//! elsewhere.

use anyhow::{Context as _, Result};
use care::Caller;
use protocol::http::{Appointment, BookAppointment};
use protocol::{AppointmentKind, Code, Instead, OpId, PersonId, Role};
use scheduler::Scheduler;
use store::{Error, Store};
use testkit::agency::{add, email, office_hours, preferences, zone};
use testkit::{Engine, FakeClock, Options, TestServer};

use crate::keys::Keys;

/// Both engines with their names in figures.
pub const ENGINES: [(Engine, &str); 2] =
    [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")];
/// A Tuesday on which everybody is at work.
pub const DAY: &str = "2026-12-01";

/// A case manager with a client.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Signed in.
    pub caller: Caller,
    /// Whom they serve.
    pub client: PersonId,
}

/// A server with so many desks; everybody has an address.
pub async fn open(engine: Engine, desks: u32) -> Result<(TestServer, Vec<Desk>)> {
    let server = TestServer::start_with(Options::new(engine)).await?;
    let mut made = Vec::new();
    for number in 0..desks {
        made.push(desk(server.store(), server.clock(), number).await?);
    }
    Ok((server, made))
}

async fn desk(store: &Store, clock: &FakeClock, number: u32) -> Result<Desk> {
    let installation = Caller::installation();
    let worker = add(store, "Worker Placeholder", Role::CaseManager).await?;
    let client = add(store, "Client Sample", Role::Client).await?;
    store
        .assign(&installation, worker.account, client.person)
        .await?;
    store
        .set_hours(&installation, worker.account, zone(), office_hours())
        .await?;
    for (person, name) in [(worker, "worker"), (client, "client")] {
        let wish = preferences(&email(&format!("{name} {number}")));
        store
            .put_preferences(&installation, person.person, wish)
            .await?;
    }
    let keys = Keys::of(1_000_000 + number);
    let invitation = store.invite(&installation, worker.account).await?;
    let now = care::Clock::now(clock);
    let request = keys.request(invitation.secret, keys.certificate(worker.account, now));
    let (_, token) = store.redeem_invitation(request).await?;
    Ok(Desk {
        caller: store.caller(&token).await?,
        client: client.person,
    })
}

/// A visit of thirty minutes.
pub fn visit(desk: &Desk, op: u64, civil_start: String) -> BookAppointment {
    let mut op_id = [7; 16];
    op_id[..8].copy_from_slice(&op.to_be_bytes());
    BookAppointment {
        op_id: OpId::from_bytes(op_id),
        client: desk.client,
        kind: AppointmentKind::Phone,
        civil_start,
        zone: Some(zone().name().to_owned()),
        minutes: 30,
        caregivers: Vec::new(),
        meeting_link: None,
    }
}

/// What became of a request to book.
pub enum Booked {
    /// Done.
    Yes(Box<Appointment>),
    /// Taken; the next free times on the worker's clock.
    Taken(Vec<String>),
}

/// Books, or says what is free instead.
pub async fn book(scheduler: &Scheduler, desk: &Desk, wish: BookAppointment) -> Result<Booked> {
    match scheduler.book(&desk.caller, wish).await {
        Ok(appointment) => Ok(Booked::Yes(Box::new(appointment))),
        Err(Error::Refused(refusal)) if refusal.code == Code::SlotTaken => {
            let Some(Instead::Slots(slots)) = refusal.instead.map(|instead| *instead) else {
                return Ok(Booked::Taken(Vec::new()));
            };
            let times = slots.into_iter().map(|slot| slot.at.civil);
            Ok(Booked::Taken(times.collect()))
        }
        Err(error) => Err(error).context("a booking"),
    }
}
