//! Nobody is in two places at once: whatever is booked, kept, moved, called off and taken back at the same time, whoever
//! is added or taken out, whatever workers say of their hours meanwhile, and whoever writes beside the store.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use care::{Caller, Chance as _};
use futures_util::future::join_all;
use protocol::http::{Appointment, ChangeTeam, HoldTime};
use protocol::{AppointmentState, Code, Reply, limits};
use store::LinkSecret;
use testkit::{Engine, SeededChance};

use super::booking_links::phone_call;
use super::desk::{Desk, Mortal, TUESDAY};
use super::house::{House, code};
use super::overrides::{overridden, overrides_hold};

const PEOPLE: usize = 12;
const ACTS_EACH: usize = 72;
/// What meets what is the machine's choice: they go on until everything was met often enough to prove
/// something, and so often at most.
const ROUNDS_MAX: u64 = 12;
/// So often at least.
const OFTEN: u8 = 3;

/// What can be achieved.
#[derive(Clone, Copy)]
enum Deed {
    Booked,
    Moved,
    CalledOff,
    TakenBack,
    TeamChanged,
    Kept,
    LetGo,
    HoursChanged,
}

impl Deed {
    const ALL: [(Self, &str); 8] = [
        (Self::Booked, "booked"),
        (Self::Moved, "moved"),
        (Self::CalledOff, "called off"),
        (Self::TakenBack, "taken back"),
        (Self::TeamChanged, "another team"),
        (Self::Kept, "kept"),
        (Self::LetGo, "let go"),
        (Self::HoursChanged, "other hours"),
    ];
}

/// What everybody knows of, and what they achieved.
struct Board {
    /// By which Maria sees the times of both workers.
    link: LinkSecret,
    cards: Mutex<Vec<Appointment>>,
    done: [AtomicUsize; Deed::ALL.len()],
    cut: AtomicUsize,
}

impl Board {
    async fn of(desk: &Desk) -> Self {
        let mut asked = phone_call(desk.op());
        asked.workers = vec![desk.dana.account, desk.sam.account];
        let maria = desk.maria.person;
        let made = desk.scheduler.make_booking_link(&desk.dana, maria, &asked);
        let path = made.await.unwrap().path.unwrap();
        Self {
            link: LinkSecret::parse(path.strip_prefix("/b/").unwrap()).unwrap(),
            cards: Mutex::default(),
            done: std::array::from_fn(|_| AtomicUsize::default()),
            cut: AtomicUsize::default(),
        }
    }

    fn note(&self, deed: Deed) {
        self.done[deed as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn done(&self, deed: Deed) -> usize {
        self.done[deed as usize].load(Ordering::Relaxed)
    }

    /// What was not done often enough yet, or that it was.
    async fn lacks(&self, house: &House) -> Option<&'static str> {
        let seldom = Deed::ALL.into_iter();
        let mut seldom = seldom.filter(|(deed, _)| self.done(*deed) < usize::from(OFTEN));
        if let Some((_, what)) = seldom.next() {
            return Some(what);
        }
        if self.cut.load(Ordering::Relaxed) < usize::from(OFTEN) {
            return Some("cut off");
        }
        for (what, sql) in [
            (
                "of several workers",
                "SELECT COUNT(*) FROM participant p JOIN appointment a ON a.id = p.appointment
                 WHERE p.role = 'case_manager' AND p.account <> a.organizer",
            ),
            (
                "without somebody who was taken out",
                "SELECT COUNT(*) FROM participant WHERE left_at IS NOT NULL",
            ),
            (
                "booked in the end",
                "SELECT COUNT(*) FROM appointment WHERE state = 'booked'",
            ),
        ] {
            if house.count(sql).await < i64::from(OFTEN) {
                return Some(what);
            }
        }
        None
    }

    fn put(&self, card: Appointment) {
        let mut cards = self.cards.lock().unwrap();
        match cards.iter_mut().find(|known| known.id == card.id) {
            Some(known) => *known = card,
            None => cards.push(card),
        }
    }

    fn pick(&self, dice: u8) -> Option<Appointment> {
        let cards = self.cards.lock().unwrap();
        (!cards.is_empty()).then(|| cards[usize::from(dice) % cards.len()].clone())
    }
}

/// A quarter of an hour of that Tuesday.
fn time(dice: u8) -> String {
    let quarter = u16::from(dice) % 32;
    format!("2026-11-10T{:02}:{:02}", 9 + quarter / 4, quarter % 4 * 15)
}

async fn act(desk: &Desk, board: &Board, worker: &Caller, dice: [u8; 6]) -> store::Result<()> {
    let deed = match dice[0] % 12 {
        10 | 11 => keep(desk, &board.link, worker, dice).await?,
        9 => {
            let hours = desk.scheduler.hours(worker).await?;
            let hours = overridden(hours, dice[2]);
            desk.scheduler.put_hours(worker, hours).await?;
            Deed::HoursChanged
        }
        side => change(desk, board, (worker, side), dice).await?,
    };
    board.note(deed);
    Ok(())
}

async fn change(
    desk: &Desk,
    board: &Board,
    (worker, side): (&Caller, u8),
    dice: [u8; 6],
) -> store::Result<Deed> {
    let known = board.pick(dice[1]);
    let (deed, card) = match (side, known) {
        (0..=2, _) | (_, None) => {
            let mut request = desk.request(&time(dice[2]));
            request.minutes = [15, 30, 45, 60][usize::from(dice[3] % 4)];
            if dice[3] >= 128 {
                // Named by whoever is booked: the other, and now and then themselves.
                request.staff = vec![desk.sam.account, desk.dana.account];
            }
            let booked = desk.scheduler.book(worker, request).await?;
            (Deed::Booked, booked)
        }
        (3 | 4, Some(card)) => (Deed::Moved, desk.shift(&card, &time(dice[2])).await?),
        (5, Some(card)) => (Deed::CalledOff, desk.call_off(&card).await?),
        (6, Some(card)) => {
            let seen = (card.id, card.sequence);
            let cancelled = desk.reply(&desk.maria, seen, Reply::Cancel).await?;
            (Deed::CalledOff, cancelled)
        }
        (7, Some(card)) => {
            let seen = (card.id, card.sequence);
            let undone = desk.reply(&desk.maria, seen, Reply::Undo).await?;
            (Deed::TakenBack, undone)
        }
        (_, Some(card)) if dice[3] >= 230 => (Deed::TakenBack, desk.take_back(&card).await?),
        (_, Some(card)) => {
            let mut staff = vec![desk.dana.account, desk.sam.account];
            staff.truncate(usize::from(dice[3] % 3));
            let request = ChangeTeam {
                op_id: desk.op(),
                sequence: card.sequence,
                staff,
                take_over: false,
            };
            let changed = desk.scheduler.change_team(worker, card.id, request).await?;
            (Deed::TeamChanged, changed)
        }
    };
    board.put(card);
    Ok(deed)
}

/// Keeps a time, as a worker (alone, or with the other) or as whoever has the link; or lets go of what they keep.
async fn keep(
    desk: &Desk,
    link: &LinkSecret,
    worker: &Caller,
    dice: [u8; 6],
) -> store::Result<Deed> {
    let civil = time(dice[2]);
    match dice[3] % 8 {
        0 => desk.store().let_times_go(worker).await?,
        1 => desk.store().let_go_by_link(link).await?,
        2..=4 => {
            let start = Desk::instant(&civil);
            desk.store().hold_by_link(link, start).await?;
        }
        n => {
            let both = vec![desk.dana.account, desk.sam.account];
            let wish = HoldTime {
                client: desk.maria.person,
                civil_start: civil,
                zone: None,
                kind: None,
                minutes: 30,
                visit_type: None,
                staff: if n == 7 { both } else { Vec::new() },
                instead: None,
            };
            desk.scheduler.hold_time(worker, wish).await?;
        }
    }
    Ok(if dice[3] % 8 < 2 {
        Deed::LetGo
    } else {
        Deed::Kept
    })
}

async fn person(desk: &Desk, board: &Board, round: u64, n: usize) {
    let chance = SeededChance::new(0xb00c + 0x1_0000 * round + n as u64);
    let worker = if n.is_multiple_of(2) {
        &desk.dana
    } else {
        &desk.sam
    };
    for _ in 0..ACTS_EACH {
        let mut dice = [0; 6];
        chance.fill(&mut dice);
        // One in eight is cut off wherever it stands, as when the server dies.
        let polls = match dice[4] % 8 {
            0 => usize::from(dice[5] % 60),
            _ => usize::MAX,
        };
        match Mortal::new(act(desk, board, worker, dice), polls).await {
            None => _ = board.cut.fetch_add(1, Ordering::Relaxed),
            Some(Ok(())) => {}
            Some(Err(error)) => {
                let code = error.refusal().code;
                let fair = [
                    Code::SlotTaken,
                    Code::NotAvailable,
                    Code::AppointmentChanged,
                    Code::AppointmentState,
                    Code::Busy,
                ];
                assert!(fair.contains(&code), "{error}");
            }
        }
    }
}

/// By SQL that shares nothing with the store's.
pub async fn no_overlap(house: &House) {
    let none = [
        (
            "two claims of one resource overlap",
            "SELECT COUNT(*) FROM claim a JOIN claim b ON a.resource = b.resource AND a.id <> b.id
             WHERE a.start_at < b.end_at AND b.start_at < a.end_at",
        ),
        (
            "one worker's appointments overlap",
            "SELECT COUNT(*)
             FROM participant p JOIN participant q ON p.account = q.account
                JOIN appointment a ON a.id = p.appointment
                JOIN appointment b ON b.id = q.appointment AND a.id <> b.id
             WHERE p.role = 'case_manager' AND p.left_at IS NULL AND q.left_at IS NULL
                AND a.state = 'booked' AND b.state = 'booked'
                AND a.start_at < b.end_at AND b.start_at < a.end_at",
        ),
        (
            "somebody of the staff takes part in a booked appointment without their one claim",
            "SELECT COUNT(*) FROM appointment a JOIN participant p ON p.appointment = a.id
             WHERE a.state = 'booked' AND p.role = 'case_manager' AND p.left_at IS NULL AND 1 <>
                (SELECT COUNT(*) FROM claim c JOIN resource r ON r.id = c.resource
                 WHERE c.appointment = a.id AND c.start_at = a.start_at AND c.end_at = a.end_at
                    AND r.account = p.account)",
        ),
        (
            "a booked appointment does not keep the one worker whom it is booked with",
            "SELECT COUNT(*) FROM appointment a WHERE a.state = 'booked' AND 1 <>
                (SELECT COUNT(*) FROM participant p WHERE p.appointment = a.id
                    AND p.account = a.organizer AND p.left_at IS NULL)",
        ),
        (
            "a booked appointment keeps somebody busy who does not take part",
            "SELECT COUNT(*) FROM appointment a WHERE a.state = 'booked' AND
                (SELECT COUNT(*) FROM claim c WHERE c.appointment = a.id) <>
                (SELECT COUNT(*) FROM participant p WHERE p.appointment = a.id
                    AND p.role = 'case_manager' AND p.left_at IS NULL)",
        ),
        (
            "an appointment that was called off keeps a claim",
            "SELECT COUNT(*) FROM claim c JOIN appointment a ON a.id = c.appointment
             WHERE a.state <> 'booked'",
        ),
        (
            "an end is not a start and so many minutes",
            "SELECT COUNT(*) FROM appointment WHERE end_at - start_at <> minutes * 60000000",
        ),
    ];
    for (what, sql) in none {
        assert_eq!(house.count(sql).await, 0, "{what}");
    }
}

/// Where no time has passed, so that no hold is over: each keeps somebody's time, nobody keeps more than they may, and
/// what is kept is of a hold that is there.
async fn holds_are_whole(house: &House) {
    let most = limits::HOLDS_MAX;
    let more = format!(
        "SELECT COUNT(*) FROM
            (SELECT actor FROM hold GROUP BY actor HAVING COUNT(*) > {most}) greedy"
    );
    for (what, sql) in [
        (
            "a hold keeps nobody",
            "SELECT COUNT(*) FROM hold h
             WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.hold = h.id)",
        ),
        (
            "a time is kept for nobody",
            "SELECT COUNT(*) FROM claim c WHERE c.appointment IS NULL
                AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = c.hold)",
        ),
        ("somebody keeps too much", more.as_str()),
    ] {
        assert_eq!(house.count(sql).await, 0, "{what}");
    }
}

pub async fn nobody_is_booked_twice_whatever_happens_at_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let board = Board::of(&desk).await;
    for worker in [&desk.dana, &desk.sam] {
        let hours = desk.scheduler.hours(worker).await.unwrap();
        let hours = overridden(hours, 0);
        desk.scheduler.put_hours(worker, hours).await.unwrap();
    }
    let mut lacks = None;
    for round in 0..ROUNDS_MAX {
        join_all((0..PEOPLE).map(|n| person(&desk, &board, round, n))).await;
        no_overlap(&desk.house).await;
        overrides_hold(&desk.house, 2).await;
        holds_are_whole(&desk.house).await;
        lacks = board.lacks(&desk.house).await;
        if lacks.is_none() {
            break;
        }
    }
    assert_eq!(lacks, None, "seldom: that proves little");
}

pub async fn the_same_request_at_the_same_time_books_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let request = desk.request(TUESDAY);
    let both = (0..6).map(|_| desk.scheduler.book(&desk.dana, request.clone()));
    let answers = join_all(both).await;
    let first = answers[0].as_ref().unwrap();
    for answer in &answers {
        assert_eq!(answer.as_ref().unwrap(), first);
    }
    let change = protocol::http::MoveAppointment {
        op_id: desk.op(),
        sequence: 0,
        civil_start: "2026-11-10T14:00".to_owned(),
        zone: None,
        minutes: None,
        scope: protocol::Scope::This,
        skip_conflicts: false,
    };
    let moves = (0..6).map(|_| {
        let change = change.clone();
        desk.scheduler
            .move_appointment(&desk.dana, first.id, change)
    });
    for answer in join_all(moves).await {
        assert_eq!(answer.unwrap().sequence, 1);
    }
    let request = protocol::http::ReplyToAppointment {
        op_id: desk.op(),
        sequence: 1,
        reply: Reply::Confirm,
        for_client: false,
    };
    let replies = (0..6).map(|_| desk.scheduler.reply(&desk.maria, first.id, request.clone()));
    for answer in join_all(replies).await {
        assert!(answer.unwrap().may_reply);
    }
    let request = protocol::http::CancelAppointment {
        op_id: desk.op(),
        sequence: 1,
        reason: protocol::CancelReason::Mistake,
        scope: protocol::Scope::This,
    };
    let cancels = (0..6).map(|_| desk.scheduler.cancel(&desk.dana, first.id, request.clone()));
    for answer in join_all(cancels).await {
        let answer = answer.unwrap();
        assert_eq!(
            (answer.state, answer.sequence),
            (AppointmentState::Cancelled, 2)
        );
    }
    assert_eq!(
        desk.house.count("SELECT COUNT(*) FROM appointment").await,
        1
    );
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM claim").await, 0);
}

pub async fn the_database_itself_refuses_an_overlap(engine: Engine) {
    let desk = Desk::open(engine).await;
    let first = desk.book(TUESDAY).await;
    let second = desk.book("2026-11-10T11:00").await;
    let (house, minute) = (&desk.house, 60_000_000);
    let start = first.start.micros();
    let insert = |n: u8, from: i64, until: i64| {
        let (id, first) = (house.id(&[n; 16]), house.id(first.id.as_bytes()));
        format!(
            "INSERT INTO claim (id, resource, appointment, start_at, end_at)
             SELECT {id}, resource, appointment, {from}, {until} FROM claim
             WHERE appointment = {first} AND start_at = {start}"
        )
    };
    for (from, until) in [(-10, 1), (29, 60), (5, 6), (-60, 60), (0, 30)] {
        let sql = insert(7, start + from * minute, start + until * minute);
        let refused = house.attempt(&sql).await.unwrap_err().to_string();
        assert!(refused.contains("claim_overlap"), "{refused}");
    }
    // Half-open: what touches does not overlap.
    for (n, from, until) in [(8, -30, 0), (9, 30, 45)] {
        house
            .run(&insert(n, start + from * minute, start + until * minute))
            .await;
    }
    let id = house.id(second.id.as_bytes());
    let update = format!("UPDATE claim SET start_at = {start} + {minute} WHERE appointment = {id}");
    let refused = house.attempt(&update).await.unwrap_err().to_string();
    assert!(refused.contains("claim_overlap"), "{refused}");
    // The store says the same in its own words.
    let taken = desk
        .scheduler
        .book(&desk.dana, desk.request("2026-11-10T10:30"));
    assert_eq!(code(taken.await), Code::SlotTaken);
}
