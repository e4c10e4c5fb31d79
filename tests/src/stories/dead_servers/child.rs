//! The server that is killed: people book, hold, move and call off at once, change who comes and when they work, or mails
//! leave.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use care::{Caller, Chance as _};
use futures_util::future::try_join_all;
use protocol::http::{
    Appointment, BookAppointment, CancelAppointment, ChangeTeam, HoldTime, MoveAppointment,
    ReplyToAppointment,
};
use protocol::{AppointmentKind, AppointmentState, CancelReason, Code, OpId, Reply, Timestamp};
use scheduler::{Scheduler, Worker};
use store::{
    BookingWish, Database, LinkSecret, RootKey, SessionToken, Settings, Store, Topic, Wake,
};
use testkit::{FakeClock, SeededChance};

use super::{DONE, Orders, Place, Work, identity, to_port};
use crate::contract::booking_links::phone_call;
use crate::contract::desk::Desk;
use crate::contract::house::SERVER_NAME;
use crate::contract::overrides::overridden;

const PEOPLE: u64 = 8;
/// Each: more than anybody lives to do.
const ACTS: usize = 20_000;

/// Nobody is connected.
struct Nobody;

impl Wake for Nobody {
    fn wake(&self, _topic: Topic) {}
}

pub async fn serve() -> Result<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    if line.is_empty() {
        return Ok(());
    }
    let orders: Orders = serde_json::from_str(&line)?;
    let clock = FakeClock::at(Timestamp::from_micros(orders.now_us));
    let database = match orders.place {
        Place::Sqlite(directory) => Database::Sqlite { directory },
        Place::Postgres(url, directory) => Database::Postgres { url, directory },
    };
    let store = Store::open(Settings {
        database,
        root_key: RootKey::from_bytes([1; 32]),
        clock: Arc::new(clock.clone()),
        chance: Arc::new(SeededChance::new(orders.seed)),
        wake: Arc::new(Nobody),
        zones: care::civil::Zones::bundled(),
        zone: testkit::agency::zone(),
        server_name: SERVER_NAME.to_owned(),
        demo: true,
    })
    .await?;
    match orders.work {
        Work::Books(sessions) => books(store, &sessions, orders.seed).await?,
        Work::Sends(port) => {
            let worker = Worker::new(store, Arc::new(clock), identity(), to_port(port)?);
            while worker.pass().await?.leased > 0 {}
        }
    }
    tokio::time::timeout(Duration::from_mins(2), std::future::pending::<()>()).await?;
    bail!("nobody killed the server")
}

/// Who books, and what everybody knows of.
struct Town {
    store: Store,
    scheduler: Scheduler,
    workers: [Caller; 2],
    maria: Caller,
    cards: Mutex<Vec<Appointment>>,
}

async fn books(store: Store, sessions: &[String; 3], seed: u64) -> Result<()> {
    let mut callers = Vec::new();
    for session in sessions {
        let token = SessionToken::parse(session).context("a session")?;
        callers.push(store.caller(&token).await?);
    }
    let town = Town {
        scheduler: Scheduler::new(store.clone()),
        workers: [callers[0], callers[1]],
        maria: callers[2],
        store,
        cards: Mutex::default(),
    };
    try_join_all((0..PEOPLE).map(|n| town.person(seed * PEOPLE + n))).await?;
    Ok(())
}

impl Town {
    async fn person(&self, seed: u64) -> Result<()> {
        let chance = SeededChance::new(0xdead_0000 + seed);
        let mut link = None;
        for _ in 0..ACTS {
            let mut dice = [0; 24];
            chance.fill(&mut dice);
            let done = match dice[0] % 6 {
                0 | 1 => self.by_link(&mut link, dice).await,
                2 => self.about_times(dice).await,
                _ => self.by_session(dice).await,
            };
            match done {
                Ok(()) => {}
                Err(error) if is_fair(error.refusal().code) => {
                    if error.refusal().code == Code::LinkGone {
                        link = None;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn known(&self, dice: u8) -> Option<Appointment> {
        let cards = self.cards.lock().unwrap();
        (!cards.is_empty()).then(|| cards[usize::from(dice) % cards.len()].clone())
    }

    /// Says so on the way out, as an answer leaves after the COMMIT.
    fn acknowledge(&self, card: Appointment) {
        // A cancellation that nobody was told of gives its number back when it is undone.
        let cancelled = card.state == AppointmentState::Cancelled;
        let least = card.sequence.saturating_sub(u32::from(cancelled));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{DONE} {} {least}", card.id)
            .and_then(|()| out.flush())
            .expect("the story listens");
        drop(out);
        let mut cards = self.cards.lock().unwrap();
        match cards.iter_mut().find(|known| known.id == card.id) {
            Some(known) => *known = card,
            None => cards.push(card),
        }
    }

    async fn by_session(&self, dice: [u8; 24]) -> store::Result<()> {
        let worker = &self.workers[usize::from(dice[1] % 2)];
        let card = match (dice[2] % 9, self.known(dice[3])) {
            (0..=2, _) | (_, None) => self.scheduler.book(worker, self.visit(dice)).await?,
            (3 | 4, Some(card)) => {
                let change = MoveAppointment {
                    op_id: op(dice),
                    sequence: card.sequence,
                    civil_start: time(dice[4]),
                    zone: None,
                    minutes: None,
                    scope: protocol::Scope::This,
                    skip_conflicts: false,
                };
                let moved = self.scheduler.move_appointment(worker, card.id, change);
                moved.await?
            }
            (5, Some(card)) => {
                let request = CancelAppointment {
                    op_id: op(dice),
                    sequence: card.sequence,
                    reason: CancelReason::Agency,
                    scope: protocol::Scope::This,
                };
                self.scheduler.cancel(worker, card.id, request).await?
            }
            (6, Some(card)) => {
                let mut staff = vec![self.workers[0].account, self.workers[1].account];
                staff.truncate(usize::from(dice[4] % 3));
                let request = ChangeTeam {
                    op_id: op(dice),
                    sequence: card.sequence,
                    staff,
                    take_over: false,
                };
                self.scheduler.change_team(worker, card.id, request).await?
            }
            (n, Some(card)) => {
                let request = ReplyToAppointment {
                    op_id: op(dice),
                    sequence: card.sequence,
                    reply: if n == 7 { Reply::Cancel } else { Reply::Undo },
                    for_client: false,
                };
                self.scheduler.reply(&self.maria, card.id, request).await?
            }
        };
        self.acknowledge(card);
        Ok(())
    }

    /// Keeps a time as a worker (alone, or with the other), lets go of what is kept, or works at other hours.
    async fn about_times(&self, dice: [u8; 24]) -> store::Result<()> {
        let worker = &self.workers[usize::from(dice[1] % 2)];
        match dice[2] % 4 {
            0 => {
                let hours = self.scheduler.hours(worker).await?;
                let hours = overridden(hours, dice[3]);
                self.scheduler.put_hours(worker, hours).await?;
            }
            1 => self.store.let_times_go(worker).await?,
            n => {
                let both = self.workers.iter().map(|worker| worker.account);
                let wish = HoldTime {
                    client: self.maria.person,
                    civil_start: time(dice[4]),
                    zone: None,
                    kind: None,
                    minutes: 30,
                    visit_type: None,
                    staff: if n == 2 { both.collect() } else { Vec::new() },
                    instead: None,
                };
                self.scheduler.hold_time(worker, wish).await?;
            }
        }
        Ok(())
    }

    fn visit(&self, dice: [u8; 24]) -> BookAppointment {
        BookAppointment {
            op_id: op(dice),
            client: self.maria.person,
            kind: AppointmentKind::Phone,
            civil_start: time(dice[4]),
            zone: None,
            minutes: [15, 30, 45, 60][usize::from(dice[5] % 4)],
            visit_type: None,
            caregivers: Vec::new(),
            staff: Vec::new(),
            meeting_link: None,
            place: None,
        }
    }

    async fn by_link(&self, link: &mut Option<LinkSecret>, dice: [u8; 24]) -> store::Result<()> {
        let Some(secret) = link else {
            let mut asked = phone_call(op(dice));
            asked.workers = self.workers.iter().map(|worker| worker.account).collect();
            let client = self.maria.person;
            let made = self
                .scheduler
                .make_booking_link(&self.workers[0], client, &asked);
            let path = made.await?.path.unwrap_or_default();
            *link = path.strip_prefix("/b/").and_then(LinkSecret::parse);
            return Ok(());
        };
        let start = Desk::instant(&time(dice[4]));
        match dice[2] % 8 {
            0..=4 => self.store.hold_by_link(secret, start).await,
            5 => self.store.let_go_by_link(secret).await,
            _ => {
                let wish = BookingWish::default();
                self.store.book_by_link(secret, start, &wish).await?;
                *link = None;
                Ok(())
            }
        }
    }
}

/// A quarter of an hour of that Tuesday or the day after.
fn time(dice: u8) -> String {
    let quarter = dice % 32;
    let day = 10 + dice / 128;
    format!(
        "2026-11-{day}T{:02}:{:02}",
        9 + quarter / 4,
        quarter % 4 * 15
    )
}

fn op(dice: [u8; 24]) -> OpId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&dice[8..]);
    OpId::from_bytes(bytes)
}

fn is_fair(code: Code) -> bool {
    matches!(
        code,
        Code::SlotTaken
            | Code::NotAvailable
            | Code::AppointmentChanged
            | Code::AppointmentState
            | Code::LinkGone
            | Code::TooLarge
            | Code::Busy
    )
}
