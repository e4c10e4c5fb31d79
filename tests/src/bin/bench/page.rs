//! One client's page after ten years of visits, two a week, in an agency that is busy besides: every request that
//! the page makes, all at once, over real TLS, until the last is answered.
//!
//! The ten years are lived: each visit is booked two days before it with a caregiver, told and reminded into memory,
//! held, and written down. Only people's sessions are made to last by hand.

use anyhow::{Context as _, Result, bail, ensure};
use care::Caller;
use care::civil::{Date, parse_date, plus_days};
use care::private::Relationship;
use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use mail::Transport;
use protocol::http::{Appointment, Appointments, CloseAppointment, RecordConsent, SESSION_COOKIE};
use protocol::{
    AppointmentKind, AppointmentState, ConsentBasis, NextStep, OpId, Outcome, PersonId, Role,
    Timestamp,
};
use reqwest::Client;
use reqwest::header::COOKIE;
use scheduler::Scheduler;
use serde::Serialize;
use testkit::agency::{add, email, preferences, zone};
use testkit::{Engine, FakeClock, Options, TestServer};
use tokio::time::Instant;

use crate::beside;
use crate::desk::{Booked, Desk, ENGINES, book, desk, fill, sign_in, visit};
use crate::login::client;

const YEARS: i32 = 10;
/// The first Tuesday on which the client is seen.
const FIRST: &str = "2016-11-08";
/// After the last of them: a Monday at nine.
const NOW: Timestamp = Timestamp::from_micros(1_793_631_600_000_000);
/// Tuesdays and Fridays.
const DAYS: [(i32, &str); 2] = [(0, "10:00"), (3, "14:00")];
/// Weeks that are over, and weeks that are booked ahead.
const WEEKS: i32 = 52 * YEARS + 1;
const WEEKS_AHEAD: i32 = 4;
/// Everybody else, with so many visits to come each.
const OTHERS: u32 = 49;
const EACH: usize = 400;
const ROUNDS: usize = 500;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    /// Whose view of it.
    reader: &'static str,
    years: i32,
    p50_ms: f64,
    p99_ms: f64,
    requests: usize,
    bytes: usize,
    appointments: i64,
    deliveries: i64,
    appointments_of_everybody: i64,
    rounds: usize,
}

/// The client, whoever serves them, and a relative.
struct Scene {
    server: TestServer,
    desk: Desk,
    caregiver: PersonId,
    /// What opens their sessions: the worker's, the client's.
    cookies: [String; 2],
    scheduler: Scheduler,
    ops: u64,
    /// When each visit ended, or will.
    ends: Vec<Timestamp>,
}

/// Both engines.
pub async fn run() -> Result<()> {
    for (engine, name) in ENGINES {
        on(engine, name).await?;
    }
    Ok(())
}

async fn on(engine: Engine, name: &'static str) -> Result<()> {
    let mut scene = Scene::open(engine).await?;
    let first = parse_date(FIRST)?;
    for week in 0..WEEKS {
        for (day, time) in DAYS {
            scene.live(plus_days(first, 7 * week + day), time).await?;
        }
    }
    scene.server.clock().set(NOW);
    let next = plus_days(first, 7 * WEEKS);
    for week in 0..WEEKS_AHEAD {
        for (day, time) in DAYS {
            scene.book(plus_days(next, 7 * week + day), time).await?;
        }
    }
    scene.fill_the_rest().await?;
    let client = scene.desk.client;
    let of_client = format!("/v1/people/{client}");
    let staff = [
        format!("{of_client}/appointments"),
        format!("{of_client}/booking-links"),
        format!("{of_client}/preferences"),
        "/v1/visit-types".to_owned(),
        "/v1/people".to_owned(),
    ];
    scene.measure(name, ("staff", 0), &staff).await?;
    let own = [
        "/v1/appointments?from=2026-11-02&days=62".to_owned(),
        of_client + "/preferences",
    ];
    scene.measure(name, ("client", 1), &own).await
}

impl Scene {
    async fn open(engine: Engine) -> Result<Self> {
        let mut options = Options::new(engine);
        options.trusted_networks = vec!["127.0.0.0/8".parse()?];
        options.clock = FakeClock::at(zone().start_of(plus_days(parse_date(FIRST)?, -14)));
        let server = TestServer::start_with(options).await?;
        let (store, clock) = (server.store(), server.clock());
        let taken = desk(store, clock, 0).await?;
        let desk = taken.desk;
        let installation = Caller::installation();
        let caregiver = add(store, "Relative Sample", Role::Caregiver).await?.person;
        let relative = Relationship::new("daughter")?;
        store
            .relate(&installation, desk.client, caregiver, relative)
            .await?;
        let wish = preferences(&email("relative of client 0"));
        store
            .put_preferences(&installation, caregiver, wish)
            .await?;
        let clients = sign_in(store, clock, (taken.client, 500)).await?;
        let scene = Self {
            scheduler: Scheduler::new(store.clone()),
            desk,
            caregiver,
            cookies: [taken.token.to_text(), clients.to_text()],
            ops: 0,
            ends: Vec::new(),
            server,
        };
        scene.keep_sessions().await?;
        scene.consent().await?;
        Ok(scene)
    }

    /// For as long as the story lasts, nobody is signed out.
    async fn keep_sessions(&self) -> Result<()> {
        let (now, end) = (NOW.micros(), NOW.plus_seconds(30 * 86_400).micros());
        let sql =
            format!("UPDATE session SET last_seen_at = {now}, proved_at = {now}, ends_at = {end}");
        beside::run(self.server.database(), &[&sql]).await?;
        Ok(())
    }

    fn op(&mut self) -> u64 {
        self.ops += 1;
        self.ops
    }

    /// The client lets the relative take part and be reminded.
    async fn consent(&self) -> Result<()> {
        let record = RecordConsent {
            op_id: OpId::from_bytes([9; 16]),
            client: self.desk.client,
            caregiver: self.caregiver,
            basis: ConsentBasis::Verbal,
            note: "said so at intake".to_owned(),
            until: None,
            appointments: true,
            reminders: true,
        };
        self.server
            .store()
            .record_consent(&self.desk.caller, record)
            .await?;
        Ok(())
    }

    /// Books an hour that nobody else wants.
    async fn book(&mut self, day: Date, time: &str) -> Result<Appointment> {
        let op = self.op();
        let mut wish = visit(&self.desk, op, format!("{day}T{time}"));
        wish.kind = AppointmentKind::Video;
        wish.minutes = 60;
        wish.meeting_link = Some("https://meet.example.org/a-room".to_owned());
        wish.caregivers = vec![self.caregiver];
        match book(&self.scheduler, &self.desk, wish).await? {
            Booked::Yes(card) => {
                self.ends.push(end_of(&card));
                Ok(*card)
            }
            Booked::Taken(_) => bail!("{day}T{time} is taken"),
        }
    }

    /// A visit as it goes: booked two days before, told, reminded the day before, held, written down.
    async fn live(&mut self, day: Date, time: &str) -> Result<()> {
        let zone = zone();
        let at = |days| zone.start_of(plus_days(day, days)).plus_seconds(10 * 3_600);
        self.server.clock().set(at(-2));
        let card = self.book(day, time).await?;
        self.post().await?;
        self.server.clock().set(at(-1));
        self.post().await?;
        self.server.clock().set(end_of(&card).plus_seconds(1_200));
        let op = self.op();
        let mut op_id = [5; 16];
        op_id[..8].copy_from_slice(&op.to_be_bytes());
        let request = CloseAppointment {
            op_id: OpId::from_bytes(op_id),
            sequence: card.sequence,
            outcome: Outcome::Completed,
            next_step: NextStep::BookAgain,
            note: "Spoke about the week, and about the one to come.".to_owned(),
        };
        let caller = self.desk.caller;
        let closed = self.scheduler.close(&caller, card.id, &request).await?;
        ensure!(closed.state == AppointmentState::Completed);
        Ok(())
    }

    /// Sends what is due into memory, and forgets it.
    async fn post(&self) -> Result<()> {
        while self.server.post().pass().await?.leased > 0 {}
        let Some(Transport::Memory(memory)) = self.server.post().transport() else {
            bail!("the bench sends into memory");
        };
        ensure!(!memory.take().is_empty(), "nobody was told anything");
        Ok(())
    }

    /// The agency has others, too.
    async fn fill_the_rest(&self) -> Result<()> {
        let (store, clock) = (self.server.store(), self.server.clock());
        let mut desks = Vec::new();
        for number in 1..=OTHERS {
            desks.push(desk(store, clock, number).await?.desk);
        }
        fill(&self.scheduler, &desks, EACH).await
    }

    /// Opens the page over and over; each time every request at once.
    async fn measure(
        &self,
        engine: &'static str,
        (reader, cookie): (&'static str, usize),
        paths: &[String],
    ) -> Result<()> {
        let http = client(&self.server)?;
        let cookie = self.cookies.get(cookie).context("a cookie")?;
        let mut times = Histogram::<u64>::new(3)?;
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let asked = Instant::now();
            let answers = paths.iter().map(|path| self.ask(&http, cookie, path));
            let answers = try_join_all(answers).await?;
            times.record(u64::try_from(asked.elapsed().as_micros())?)?;
            bytes = answers.iter().map(Vec::len).sum();
            self.is_whole(reader, answers.first().context("an answer")?)?;
        }
        let millis = |quantile: f64| {
            let micros = u32::try_from(times.value_at_quantile(quantile)).unwrap_or(u32::MAX);
            crate::rounded(f64::from(micros) / 1e3)
        };
        let database = self.server.database();
        let visits = i64::try_from(self.ends.len())?;
        let everybody = beside::count(database, "SELECT COUNT(*) FROM appointment").await?;
        let others = i64::from(OTHERS) * i64::try_from(EACH)?;
        ensure!(everybody == visits + others, "{everybody} appointments");
        let deliveries = beside::count(database, DELIVERIES).await?;
        // Three are told of each, and reminded of most.
        ensure!(deliveries >= 4 * visits, "{deliveries} mails");
        crate::print(&Figure {
            bench: "page",
            engine,
            reader,
            years: YEARS,
            p50_ms: millis(0.5),
            p99_ms: millis(0.99),
            requests: paths.len(),
            bytes,
            appointments: visits,
            deliveries,
            appointments_of_everybody: everybody,
            rounds: ROUNDS,
        })
    }

    async fn ask(&self, http: &Client, cookie: &str, path: &str) -> Result<Vec<u8>> {
        let asking = http.get(format!("{}{path}", self.server.url()));
        let asking = asking.header(COOKIE, format!("{SESSION_COOKIE}={cookie}"));
        let answer = asking.send().await?.error_for_status()?;
        Ok(answer.bytes().await?.to_vec())
    }

    /// The first answer has every visit that belongs on the page: staff see what was in the last thirty days too.
    fn is_whole(&self, reader: &str, answer: &[u8]) -> Result<()> {
        let since = match reader {
            "staff" => NOW.plus_seconds(-30 * 86_400),
            _ => zone().start_of(zone().date(NOW)),
        };
        let expected = self.ends.iter().filter(|end| **end > since).count();
        let seen: Appointments = serde_json::from_slice(answer)?;
        let seen = seen.appointments.len();
        ensure!(seen == expected, "{reader}: {seen} visits, not {expected}");
        ensure!(seen >= 8, "a page of {seen} visits is no page");
        Ok(())
    }
}

/// When it is over.
fn end_of(card: &Appointment) -> Timestamp {
    card.start.plus_seconds(i64::from(card.minutes) * 60)
}

const DELIVERIES: &str = "
    SELECT COUNT(*) FROM delivery v JOIN appointment a ON a.id = v.appointment
    WHERE a.client = (SELECT client FROM appointment GROUP BY client ORDER BY COUNT(*) DESC LIMIT 1)";
