//! A client who did not come: a neutral mail the next morning and a task the first time, a task alone the second.

use care::Caller;
use futures_util::future::join;
use mail::{Mail, read_back};
use protocol::http::{AddVisitType, Appointment, CloseAppointment, VisitTerms};
use protocol::{AppointmentKind, BookingLinkState, NextStep, Outcome, Role};
use store::{BookingWish, LinkSecret};
use testkit::{Engine, agency};

use super::desk::{Desk, TUESDAY, to};
use super::teams::by_sam;

/// When the mail of a visit on that Tuesday leaves.
const MORNING: &str = "2026-11-11T10:00";

/// Dana says how it went.
async fn said(desk: &Desk, card: &Appointment, outcome: Outcome) {
    said_by(desk, &desk.dana, card, outcome).await;
}

async fn said_by(desk: &Desk, caller: &Caller, card: &Appointment, outcome: Outcome) {
    let all = desk.store().appointments_of(caller, card.client).await;
    let mut all = all.unwrap().appointments.into_iter();
    let seen = all.find(|one| one.id == card.id).unwrap();
    let request = CloseAppointment {
        op_id: desk.op(),
        sequence: seen.sequence,
        outcome,
        next_step: NextStep::None,
        note: String::new(),
    };
    let closed = desk.scheduler.close(caller, card.id, &request).await;
    closed.unwrap();
}

/// Maria did not come to what is booked on that Tuesday; what was mailed before is out of the way.
async fn misses(desk: &Desk, card: &Appointment) {
    desk.at("2026-11-10T10:35").await;
    desk.post().await;
    said(desk, card, Outcome::NoShow).await;
}

/// A visit on that Tuesday, to which she did not come.
async fn missed_at(desk: &Desk) -> Appointment {
    let card = desk.book(TUESDAY).await;
    misses(desk, &card).await;
    card
}

/// A desk at which that is all that has happened.
async fn missed(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    missed_at(&desk).await;
    desk
}

/// The next morning nothing leaves, and so the mail stands then.
async fn is_stopped(desk: &Desk, row: &str) {
    desk.at(MORNING).await;
    assert!(leaves(desk).await.is_empty(), "{row}");
    assert_eq!(rows(desk).await, [row]);
}

/// What leaves now to Maria or to Ana: staff have mails of their own.
async fn leaves(desk: &Desk) -> Vec<Mail> {
    let people = ["Maria Sample", "Ana Sample"].map(agency::email);
    let mut mails = desk.post().await;
    mails.retain(|mail| people.contains(&to(mail)));
    mails
}

fn words(mail: &Mail) -> String {
    let read = read_back(&mail.bytes).unwrap();
    let said = [read.subject, read.plain, read.html].join("\n");
    said.replace("&#x2f;", "/")
}

/// How single mails stand: `cancelled changed`.
async fn rows(desk: &Desk) -> Vec<String> {
    let sql = "SELECT state || COALESCE(' ' || reason, '') FROM single_mail
        WHERE kind = 'book_again' ORDER BY 1";
    desk.house.texts(sql).await
}

/// A desk at which Robin offers calls of half an hour; before them, what no link books.
async fn calls_offered(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    let robin = agency::add(desk.store(), "Robin Overview", Role::Supervisor).await;
    let robin = desk.house.enrol(robin.unwrap(), 5).await.caller;
    for (name, kind) in [
        ("Hearing", AppointmentKind::Court),
        ("Call", AppointmentKind::Phone),
    ] {
        let request = AddVisitType {
            op_id: desk.op(),
            terms: VisitTerms {
                name: name.to_owned(),
                kind,
                minutes: 30,
                before_minutes: 0,
                after_minutes: 0,
                travel_minutes: 0,
                notice_minutes: 0,
                days_ahead: 60,
                per_day_max: None,
            },
        };
        let added = desk.scheduler.add_visit_type(&robin, &request).await;
        added.unwrap();
    }
    desk
}

async fn link_states(desk: &Desk) -> Vec<BookingLinkState> {
    let links = desk.store().booking_links(&desk.dana, desk.maria.person);
    let links = links.await.unwrap().links;
    links.into_iter().map(|link| link.state).collect()
}

pub async fn the_first_no_show_is_a_task_and_a_neutral_mail_the_next_morning(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, _) = desk.book_with_ana(TUESDAY).await;
    misses(&desk, &card).await;
    assert_eq!(desk.to_do().await, ["maria no_show"]);
    for quiet in ["2026-11-10T20:00", "2026-11-11T09:59"] {
        desk.at(quiet).await;
        assert!(leaves(&desk).await.is_empty(), "{quiet}");
    }
    desk.at(MORNING).await;
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1, "Maria alone, and once");
    assert_eq!(to(&mails[0]), agency::email("Maria Sample"));
    let said = words(&mails[0]);
    assert!(said.contains("You have an update"), "{said}");
    assert!(said.contains("https://house.example") && !said.contains("/b/"));
    let lower = said.to_lowercase();
    for silent in [
        "appointment on",
        "visit",
        "miss",
        "tuesday",
        "Maria",
        "Dana",
        "Riverbend",
    ] {
        assert!(!lower.contains(&silent.to_lowercase()), "{silent}: {said}");
    }
    let raw = String::from_utf8(mails[0].bytes.clone()).unwrap();
    assert!(
        raw.contains("Date: Wed, 11 Nov 2026 16:00:00 +0000"),
        "{raw}"
    );
    desk.pass(3_600).await;
    assert!(leaves(&desk).await.is_empty(), "once");
    assert_eq!(rows(&desk).await, ["sent"]);
}

pub async fn where_something_is_offered_the_mail_holds_a_link_that_books_it(engine: Engine) {
    let desk = calls_offered(engine).await;
    missed_at(&desk).await;
    assert_eq!(link_states(&desk).await, [BookingLinkState::Open]);
    desk.at(MORNING).await;
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1);
    let said = words(&mails[0]);
    let (_, secret) = said.split_once("https://house.example/b/").expect("a link");
    let secret = LinkSecret::parse(&secret[..22]).expect("a secret");
    let wish = BookingWish::default();
    let view = desk
        .store()
        .open_booking_link(&secret, &wish)
        .await
        .unwrap();
    let first = view.slots[0].start;
    assert!(first >= desk.house.clock_now());
    let booked = desk.store().book_by_link(&secret, first, &wish).await;
    assert_eq!(booked.unwrap().start, first);
    let calls = "SELECT COUNT(*) FROM appointment WHERE kind = 'phone' AND state = 'booked'";
    assert_eq!(desk.house.count(calls).await, 1);
    assert_eq!(link_states(&desk).await, [BookingLinkState::Used]);
}

pub async fn the_second_in_a_row_is_a_call_and_a_visit_that_is_kept_ends_the_row(engine: Engine) {
    let desk = Desk::open(engine).await;
    let next = desk.book("2026-11-11T09:00").await;
    let kept = desk.book("2026-11-12T09:00").await;
    let last = desk.book("2026-11-13T09:00").await;
    missed_at(&desk).await;
    // Before the mail of the first has left.
    desk.at("2026-11-11T09:40").await;
    said(&desk, &next, Outcome::NoShow).await;
    assert_eq!(desk.to_do().await, ["maria no_show", "maria call_client"]);
    desk.at("2026-11-11T10:30").await;
    let neutral = |mail: &Mail| words(mail).contains("You have an update");
    assert!(!leaves(&desk).await.iter().any(neutral), "no mail any more");
    assert_eq!(rows(&desk).await, ["cancelled changed"]);
    desk.at("2026-11-12T09:40").await;
    said(&desk, &kept, Outcome::Completed).await;
    desk.at("2026-11-13T09:40").await;
    desk.post().await;
    said(&desk, &last, Outcome::NoShow).await;
    let to_do = desk.to_do().await;
    assert_eq!(to_do.last().unwrap(), "maria no_show");
    desk.at("2026-11-14T10:00").await;
    assert_eq!(
        leaves(&desk)
            .await
            .iter()
            .filter(|mail| neutral(mail))
            .count(),
        1
    );
    assert_eq!(rows(&desk).await, ["cancelled changed", "sent"]);
}

pub async fn a_no_show_that_is_put_right_leaves_nothing_behind(engine: Engine) {
    let desk = calls_offered(engine).await;
    let card = missed_at(&desk).await;
    said(&desk, &card, Outcome::NoShow).await;
    assert_eq!(rows(&desk).await, ["planned"], "said anew, planned once");
    said(&desk, &card, Outcome::Completed).await;
    assert_eq!(desk.to_do().await, Vec::<String>::new());
    assert_eq!(rows(&desk).await, ["cancelled changed"]);
    assert_eq!(link_states(&desk).await, [BookingLinkState::Revoked]);
    said(&desk, &card, Outcome::NoShow).await;
    assert_eq!(desk.to_do().await, ["maria no_show"]);
    desk.at(MORNING).await;
    assert_eq!(leaves(&desk).await.len(), 1);
    // What has left cannot be taken back, and does not leave twice.
    said(&desk, &card, Outcome::Completed).await;
    said(&desk, &card, Outcome::NoShow).await;
    desk.at("2026-11-12T10:00").await;
    assert!(leaves(&desk).await.is_empty());
    assert_eq!(rows(&desk).await, ["cancelled changed", "sent"]);
}

pub async fn whoever_wants_no_reminders_or_has_no_address_gets_no_such_mail(engine: Engine) {
    let desk = calls_offered(engine).await;
    let person = desk.maria.person;
    desk.prefer(&desk.maria, person, |wish| wish.reminders = false)
        .await;
    missed_at(&desk).await;
    assert_eq!(desk.to_do().await, ["maria no_show"]);
    assert!(rows(&desk).await.is_empty() && link_states(&desk).await.is_empty());

    let desk = Desk::open(engine).await;
    desk.without_address(&desk.maria).await;
    missed_at(&desk).await;
    assert_eq!(desk.to_do().await, ["maria no_show"]);
    assert!(rows(&desk).await.is_empty());
}

pub async fn what_is_no_longer_true_in_the_morning_stops_the_mail(engine: Engine) {
    // They want no such mails any more.
    let desk = missed(engine).await;
    let person = desk.maria.person;
    desk.prefer(&desk.maria, person, |wish| wish.reminders = false)
        .await;
    is_stopped(&desk, "cancelled unwanted").await;

    // They cannot be reached any more: somebody must know.
    let desk = missed(engine).await;
    desk.without_address(&desk.maria).await;
    is_stopped(&desk, "cancelled no_address").await;
    let to_do = desk.to_do().await;
    assert_eq!(to_do, ["maria no_show", "maria cannot_reach_by_email"]);

    // Somebody called, and they have another visit.
    let desk = missed(engine).await;
    desk.pass(60).await;
    desk.book("2026-11-12T11:00").await;
    leaves(&desk).await;
    desk.at(MORNING).await;
    leaves(&desk).await;
    assert_eq!(rows(&desk).await, ["cancelled changed"]);

    // Nobody serves them any more.
    let desk = missed(engine).await;
    let now = desk.house.clock_now().micros();
    desk.house
        .run(&format!("UPDATE assignment SET ended_at = {now}"))
        .await;
    is_stopped(&desk, "cancelled changed").await;
}

pub async fn after_a_long_outage_the_mail_does_not_come_by_night(engine: Engine) {
    let desk = missed(engine).await;
    desk.at("2026-11-11T18:01").await;
    assert!(leaves(&desk).await.is_empty());
    assert_eq!(rows(&desk).await, ["cancelled too_late"]);
}

pub async fn of_two_that_are_said_at_once_one_is_the_first(engine: Engine) {
    let desk = Desk::open(engine).await;
    let mut days = Vec::new();
    for day in 10..=13 {
        let at = |clock: &str| format!("2026-11-{day}T{clock}");
        let kept = desk.book(&at("09:00")).await;
        let hers = desk.book(&at("10:00")).await;
        let his = by_sam(&desk, &at("10:30")).await.unwrap();
        days.push((at("11:05"), kept, hers, his));
    }
    for (nth, (after, kept, hers, his)) in (1..).zip(&days) {
        desk.at(after).await;
        // What was kept ended the row of the day before.
        said(&desk, kept, Outcome::Completed).await;
        let hers = said_by(&desk, &desk.dana, hers, Outcome::NoShow);
        let his = said_by(&desk, &desk.sam, his, Outcome::NoShow);
        Box::pin(join(hers, his)).await;
        for kind in ["no_show", "call_client"] {
            let sql = format!("SELECT COUNT(*) FROM task WHERE kind = '{kind}'");
            assert_eq!(desk.house.count(&sql).await, nth, "{kind} by {after}");
        }
    }
}
