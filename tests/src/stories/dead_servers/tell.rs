//! The stories: start it, kill it, look at what is there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use protocol::http::BookAppointment;
use protocol::{AppointmentKind, OpId, limits};
use scheduler::{Scheduler, Worker};
use store::{Database, OpenError, Store};
use testkit::{Engine, FakeClock};
use tokio::sync::Notify;

use super::{DONE, Orders, Place, Work, identity, to_port};
use crate::contract::double_bookings::no_overlap;
use crate::contract::house::{Closed, House};
use crate::contract::overrides::{overridden, overrides_hold};
use crate::sink::{Host, Sink, Step, message_id};

/// After so many acknowledged changes of each life the server is killed.
const LIVES: [usize; 6] = [3, 40, 7, 90, 1, 60];
/// What a server had done when it died is chance: they go on dying until everything was done often
/// enough to prove something, and so often at most.
const LIVES_MAX: usize = 4 * LIVES.len();
/// Visits of which the client and the worker are told.
const VISITS: u8 = 6;
/// So many mails come as far as the step, then the server is killed.
const COME: usize = 3;

/// Not left behind by a story that fails.
struct Killed(Child);

impl Killed {
    fn start(orders: &Orders) -> Result<Self> {
        let mut process = Self(
            Command::new(std::env::current_exe()?)
                .args([
                    "--exact",
                    "stories::dead_servers::server",
                    "--ignored",
                    "--nocapture",
                ])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?,
        );
        let mut stdin = process.0.stdin.take().context("it has one")?;
        writeln!(stdin, "{}", serde_json::to_string(orders)?)?;
        Ok(process)
    }

    /// SIGKILL: nothing of it runs any more.
    fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        let status = self.0.wait()?;
        ensure!(!status.success(), "it ended by itself: {status}");
        Ok(())
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn place(closed: &Closed) -> Place {
    match closed.database.settings() {
        Database::Sqlite { directory } => Place::Sqlite(directory),
        Database::Postgres { url, directory } => Place::Postgres(url, directory),
    }
}

/// Opens the house of whoever was killed: the engine may take a moment to see that they are gone.
async fn reopen(closed: Closed) -> Result<House> {
    let opening = async {
        loop {
            match Store::open(closed.settings(1)).await {
                Err(OpenError::InUse(_)) => tokio::task::yield_now().await,
                opened => return opened,
            }
        }
    };
    let store = tokio::time::timeout(testkit::story::DEADLINE, opening).await??;
    store.close().await;
    Ok(closed.open(1).await)
}

// --- among bookings --------------------------------------------------------------------------

pub async fn whoever_is_killed_among_bookings_books_nobody_twice_and_loses_nothing(
    engine: Engine,
) -> Result<()> {
    let mut house = House::build(engine).await;
    let agency = house.agency;
    let mut sessions = Vec::new();
    let scheduler = Scheduler::new(house.store.clone());
    for (seed, person) in [(1, agency.dana), (3, agency.sam), (4, agency.maria)] {
        let enrolled = house.enrol(person, seed).await;
        if person != agency.maria {
            let hours = scheduler.hours(&enrolled.caller).await?;
            let hours = overridden(hours, 0);
            scheduler.put_hours(&enrolled.caller, hours).await?;
        }
        sessions.push(enrolled.token.to_text());
    }
    drop(scheduler);
    let sessions: [String; 3] = sessions.try_into().ok().context("three people")?;
    let mut known = BTreeMap::new();
    let mut lacks = None;
    for (life, changes) in (1..).zip(LIVES.into_iter().cycle().take(LIVES_MAX)) {
        let now_us = house.clock_now().micros();
        let closed = house.close().await;
        let orders = Orders {
            place: place(&closed),
            seed: 0xc41d_0000 + life,
            now_us,
            work: Work::Books(sessions.clone()),
        };
        let living = tokio::task::spawn_blocking(move || live_and_die(&orders, changes));
        let acknowledged = tokio::time::timeout(testkit::story::DEADLINE, living).await???;
        ensure!(acknowledged.len() >= changes, "it ended by itself");
        for (id, sequence) in acknowledged {
            let last = known.entry(id).or_insert(sequence);
            *last = (*last).max(sequence);
        }
        house = reopen(closed).await?;
        no_overlap(&house).await;
        overrides_hold(&house, 2).await;
        keeps(&house, &known).await?;
        next_life(&house).await;
        lacks = seldom(&house).await;
        if lacks.is_none() && life >= LIVES.len() as u64 {
            break;
        }
    }
    ensure!(lacks.is_none(), "seldom {lacks:?}: that proves little");
    Ok(())
}

/// What was not done often enough yet.
async fn seldom(house: &House) -> Option<&'static str> {
    for (what, least) in [
        ("appointment WHERE state = 'booked'", 5),
        ("appointment WHERE ics_sequence > 0", 3),
        ("booking_link", 2),
        (
            "audit_entry WHERE act = 'hold_time' AND outcome = 'done'",
            3,
        ),
        (
            "audit_entry WHERE act = 'change_team' AND outcome = 'done'",
            3,
        ),
        // Four of them are from before.
        (
            "audit_entry WHERE act = 'set_hours' AND outcome = 'done'",
            7,
        ),
    ] {
        let sql = format!("SELECT COUNT(*) FROM {what}");
        if house.count(&sql).await < least {
            return Some(what);
        }
    }
    None
}

/// What was held when it died is free again, the links that died with it are over, nobody is signed out.
async fn next_life(house: &House) {
    house.clock.advance(limits::HOLD_S + 1);
    let now = house.clock_now().micros();
    house
        .run(&format!(
            "UPDATE session SET last_seen_at = {now}, proved_at = {now}"
        ))
        .await;
    let links = "UPDATE booking_link SET expires_at = 0 WHERE used_at IS NULL";
    house.attempt(links).await.unwrap();
}

/// What the server acknowledged before it was killed: appointments and sequences.
fn live_and_die(orders: &Orders, changes: usize) -> Result<Vec<(String, u32)>> {
    let mut process = Killed::start(orders)?;
    let stdout = process.0.stdout.take().context("it has one")?;
    let mut acknowledged = Vec::new();
    let mut process = Some(process);
    // What it said before it died and nobody had read yet counts as well.
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        let Some((_, told)) = line.split_once(DONE) else {
            continue;
        };
        let told = told.trim().split_once(' ');
        // Cut off within a line: nobody would have understood it.
        let Some((id, sequence)) = told.and_then(|(id, n)| Some((id, n.parse().ok()?))) else {
            continue;
        };
        acknowledged.push((id.to_owned(), sequence));
        if acknowledged.len() >= changes
            && let Some(process) = process.take()
        {
            process.kill()?;
        }
    }
    Ok(acknowledged)
}

/// Everything that was acknowledged is there, or something later.
async fn keeps(house: &House, known: &BTreeMap<String, u32>) -> Result<()> {
    for (id, sequence) in known {
        let id: uuid::Uuid = id.parse()?;
        let id = house.id(id.as_bytes());
        let sql = format!(
            "SELECT COUNT(*) FROM appointment WHERE id = {id} AND ics_sequence >= {sequence}"
        );
        ensure!(house.count(&sql).await == 1, "{id} #{sequence} is lost");
    }
    Ok(())
}

// --- at each step of a mail ------------------------------------------------------------------

/// Keeps every mail, and has the sender killed when so many have come as far as a step.
struct Trap {
    step: Step,
    come: Mutex<usize>,
    victim: Mutex<Option<Killed>>,
    sprung: Notify,
    mails: Mutex<Vec<Vec<u8>>>,
}

impl Host for Trap {
    fn stands_at(&self, step: Step) {
        if step != self.step {
            return;
        }
        let mut come = self.come.lock().unwrap();
        *come += 1;
        if *come < COME {
            return;
        }
        if let Some(victim) = self.victim.lock().unwrap().take() {
            victim.kill().unwrap();
            self.sprung.notify_one();
        }
    }

    fn takes(&self, mail: &[u8]) {
        self.mails.lock().unwrap().push(mail.to_vec());
    }
}

async fn once_or_twice(engine: Engine, step: Step) -> Result<()> {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let scheduler = Scheduler::new(house.store.clone());
    for n in 1..=VISITS {
        let request = BookAppointment {
            op_id: OpId::from_bytes([n; 16]),
            client: house.agency.maria.person,
            kind: AppointmentKind::Phone,
            civil_start: format!("2026-11-10T{:02}:00", 9 + n),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: Vec::new(),
            staff: Vec::new(),
            meeting_link: None,
            place: None,
        };
        scheduler.book(&dana, request).await?;
    }
    drop(scheduler);
    let clock = house.clock.clone();
    let now_us = house.clock_now().micros();
    let closed = house.close().await;
    let trap = Arc::new(Trap {
        step,
        come: Mutex::default(),
        victim: Mutex::default(),
        sprung: Notify::new(),
        mails: Mutex::default(),
    });
    let sink = Sink::open(Arc::clone(&trap)).await?;
    let orders = Orders {
        place: place(&closed),
        seed: 0xc41d_0077,
        now_us,
        work: Work::Sends(sink.port()),
    };
    // Locked until it stands in the trap: it may be quick.
    {
        let mut victim = trap.victim.lock().unwrap();
        *victim = Some(Killed::start(&orders)?);
    }
    tokio::time::timeout(testkit::story::DEADLINE, trap.sprung.notified()).await?;
    let before = std::mem::take(&mut *trap.mails.lock().unwrap());
    let house = reopen(closed).await?;
    let sent = send_the_rest(&house, clock, sink.port()).await?;
    ensure!(sent > 0, "it had done everything before it was killed");
    let after = std::mem::take(&mut *trap.mails.lock().unwrap());
    same_once_or_twice(&before, &after, step)?;
    every_copy_was_counted(&house, before.len() + after.len()).await
}

/// The server is back when the leases of the dead one have run out.
async fn send_the_rest(house: &House, clock: FakeClock, port: u16) -> Result<usize> {
    clock.advance(limits::DELIVERY_LEASE_S + 1);
    let worker = Worker::new(
        house.store.clone(),
        Arc::new(clock.clone()),
        identity(),
        to_port(port)?,
    );
    let mut sent = 0;
    // An unknown outcome is tried again after its pause, and never a third time.
    for pause in [0, 60, 300, 900, 3_600] {
        clock.advance(pause);
        loop {
            let pass = worker.pass().await?;
            sent += pass.accepted;
            if pass.leased == 0 {
                break;
            }
        }
    }
    Ok(sent)
}

fn same_once_or_twice(before: &[Vec<u8>], after: &[Vec<u8>], step: Step) -> Result<()> {
    let mut copies: BTreeMap<String, Vec<&Vec<u8>>> = BTreeMap::new();
    for mail in before.iter().chain(after) {
        let id = message_id(mail).context("a Message-ID")?;
        copies.entry(id).or_default().push(mail);
    }
    ensure!(
        copies.len() == 2 * usize::from(VISITS),
        "{} mails",
        copies.len()
    );
    for copies in copies.values() {
        ensure!(copies.len() <= 2, "sent {} times", copies.len());
        ensure!(copies.iter().all(|copy| *copy == copies[0]), "not the same");
    }
    let twice = copies.values().filter(|copies| copies.len() == 2).count();
    if step == Step::Arrived {
        ensure!(twice > 0, "nobody could know that it had arrived");
    }
    Ok(())
}

/// Before its content leaves, each attempt is on the disk.
async fn every_copy_was_counted(house: &House, copies: usize) -> Result<()> {
    let attempts = house.count("SELECT COUNT(*) FROM delivery_attempt").await;
    ensure!(usize::try_from(attempts)? >= copies, "{attempts} counted");
    let twice = "SELECT COUNT(*) FROM (SELECT delivery FROM delivery_attempt
        GROUP BY delivery HAVING COUNT(*) > 2) AS often";
    ensure!(house.count(twice).await == 0, "a third attempt");
    let unsettled = "SELECT COUNT(*) FROM delivery
        WHERE step = 'invitation' AND state <> 'sent'";
    ensure!(house.count(unsettled).await == 0);
    Ok(())
}

pub async fn killed_when_a_mail_was_offered(engine: Engine) -> Result<()> {
    once_or_twice(engine, Step::Offered).await
}

pub async fn killed_before_its_content_went_out(engine: Engine) -> Result<()> {
    once_or_twice(engine, Step::Announced).await
}

pub async fn killed_when_its_content_had_arrived_and_nobody_said_so(engine: Engine) -> Result<()> {
    once_or_twice(engine, Step::Arrived).await
}

pub async fn killed_when_the_mail_server_had_answered(engine: Engine) -> Result<()> {
    once_or_twice(engine, Step::Answered).await
}
