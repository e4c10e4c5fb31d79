//! Case managers at their desks, each with clients of their own, on a real store: what the benches of
//! scheduling stand on. They ask the scheduler itself, in this process; TLS and HTTP are measured
//! elsewhere.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use care::Caller;
use care::civil::{Weekday, parse_date, plus_days};
use protocol::http::{Appointment, BookAppointment};
use protocol::{AccountId, AppointmentKind, Code, Instead, OpId, PersonId, Role};
use scheduler::Scheduler;
use store::{Error, SessionToken, Store};
use testkit::agency::{ZONE, add, email, office_hours, preferences, zone};
use testkit::{Engine, FakeClock, Options, TestServer};
use tokio::task::JoinSet;

use crate::keys::Keys;

/// Both engines with their names in figures.
pub const ENGINES: [(Engine, &str); 2] =
    [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")];
/// A Tuesday on which everybody is at work.
pub const DAY: &str = "2026-12-01";
/// Half hours of a working day, from nine to five.
pub const HALF_HOURS: usize = 16;

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
        made.push(desk(server.store(), server.clock(), number).await?.desk);
    }
    Ok((server, made))
}

/// A desk that was just taken, and what its people sign in by.
pub struct Taken {
    /// The desk.
    pub desk: Desk,
    /// The worker's session.
    pub token: SessionToken,
    /// The client's account, which nobody has opened yet.
    pub client: AccountId,
}

/// The desk of that number.
pub async fn desk(store: &Store, clock: &FakeClock, number: u32) -> Result<Taken> {
    let installation = Caller::installation();
    let worker = add(store, "Worker Placeholder", Role::CaseManager).await?;
    let client = add(store, "Client Sample", Role::Client).await?;
    store
        .assign(&installation, worker.account, client.person)
        .await?;
    store
        .set_hours(&installation, worker.account, ZONE, office_hours())
        .await?;
    for (person, name) in [(worker, "worker"), (client, "client")] {
        let wish = preferences(&email(&format!("{name} {number}")));
        store
            .put_preferences(&installation, person.person, wish)
            .await?;
    }
    let token = sign_in(store, clock, (worker.account, number)).await?;
    Ok(Taken {
        desk: Desk {
            caller: store.caller(&token).await?,
            client: client.person,
        },
        token,
        client: client.account,
    })
}

/// Somebody opens their link on a device of their own, the one of that number.
pub async fn sign_in(
    store: &Store,
    clock: &FakeClock,
    (account, number): (AccountId, u32),
) -> Result<SessionToken> {
    let keys = Keys::of(1_000_000 + number);
    let invitation = store.invite(&Caller::installation(), account).await?;
    let now = care::Clock::now(clock);
    let request = keys.request(invitation.secret, keys.certificate(account, now));
    Ok(store.redeem_invitation(request).await?.1)
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
        visit_type: None,
        caregivers: Vec::new(),
        staff: Vec::new(),
        meeting_link: None,
        place: None,
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

/// Books so many visits at each desk, one half hour after the other on working days from [`DAY`] on. The desks
/// book beside each other, as people do. All are booked, or it fails.
pub async fn fill(scheduler: &Scheduler, desks: &[Desk], each: usize) -> Result<()> {
    let times = Arc::new(half_hours(each)?);
    let mut booking = JoinSet::<Result<()>>::new();
    for (number, desk) in desks.iter().copied().enumerate() {
        let (scheduler, times) = (scheduler.clone(), Arc::clone(&times));
        let first = u64::try_from(number * each)?;
        booking.spawn(async move {
            for (op, start) in (first..).zip(times.iter()) {
                let wish = visit(&desk, op, start.clone());
                if let Booked::Taken(_) = book(&scheduler, &desk, wish).await? {
                    bail!("an empty half hour is taken");
                }
            }
            Ok(())
        });
    }
    while let Some(booked) = booking.join_next().await {
        booked??;
    }
    Ok(())
}

/// The first half hours of working days from [`DAY`] on.
pub fn half_hours(count: usize) -> Result<Vec<String>> {
    let mut times = Vec::with_capacity(count);
    let mut date = parse_date(DAY)?;
    while times.len() < count {
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            let day = (0..HALF_HOURS)
                .map(|n| format!("{date}T{:02}:{:02}", 9 + n / 2, n % 2 * 30))
                .take(count - times.len());
            times.extend(day);
        }
        date = plus_days(date, 1);
    }
    Ok(times)
}
