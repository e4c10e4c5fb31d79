//! Links by which a client books without an account: what they open, what they keep, and when they end.

use care::Caller;
use care::civil::CivilTime;
use futures_util::future::join_all;
use mail::read_back;
use protocol::http::{
    AddVisitType, BookingLinkMade, MakeBookingLink, RevokeBookingLink, VisitTerms,
};
use protocol::{
    AppointmentKind, AppointmentState, BookingLinkId, BookingLinkState, Code, Instead, OpId, Reply,
    Role, Timestamp, limits,
};
use store::{BookedView, BookingWish, LinkSecret, Result};
use testkit::{Engine, agency};

use super::client_keys::key_of_maria;
use super::desk::{Desk, TUESDAY, to};
use super::house::code;

/// Half an hour on the phone within the two weeks around that Tuesday.
pub fn phone_call(op_id: OpId) -> MakeBookingLink {
    MakeBookingLink {
        op_id,
        kind: AppointmentKind::Phone,
        minutes: 30,
        visit_type: None,
        meeting_link: None,
        from: "2026-11-09".to_owned(),
        until: "2026-11-20".to_owned(),
        workers: Vec::new(),
        valid_days: 14,
        mail: false,
    }
}

/// A link, and what opens it.
pub struct Link {
    id: BookingLinkId,
    secret: LinkSecret,
}

async fn try_make(
    desk: &Desk,
    caller: &Caller,
    asked: &MakeBookingLink,
) -> Result<BookingLinkMade> {
    let maria = desk.maria.person;
    desk.scheduler.make_booking_link(caller, maria, asked).await
}

/// Dana makes one for Maria.
pub async fn make(desk: &Desk, change: impl FnOnce(&mut MakeBookingLink)) -> Link {
    let mut asked = phone_call(desk.op());
    change(&mut asked);
    let made = try_make(desk, &desk.dana, &asked).await.unwrap();
    let path = made.path.unwrap();
    Link {
        id: made.link.id,
        secret: LinkSecret::parse(path.strip_prefix("/b/").unwrap()).unwrap(),
    }
}

pub(super) async fn hold(desk: &Desk, link: &Link, civil: &str) -> Result<()> {
    let start = Desk::instant(civil);
    desk.store().hold_by_link(&link.secret, start).await
}

pub(super) async fn book(desk: &Desk, link: &Link, civil: &str) -> Result<BookedView> {
    let (start, wish) = (Desk::instant(civil), BookingWish::default());
    desk.store().book_by_link(&link.secret, start, &wish).await
}

/// The times that a link offers on that Tuesday, on the clock.
pub(super) async fn offered(desk: &Desk, link: &Link) -> Vec<String> {
    let wish = BookingWish::default();
    let view = desk.store().open_booking_link(&link.secret, &wish).await;
    let view = view.unwrap();
    let day = CivilTime::parse(TUESDAY).unwrap().date();
    let slots = view.slots.iter();
    let slots = slots.filter(|slot| view.zone.date(slot.start) == day);
    let clock = slots.map(|slot| view.zone.local(slot.start).civil[11..].to_owned());
    clock.collect()
}

async fn kept_until(desk: &Desk, link: &Link, civil: &str) -> Option<Timestamp> {
    let (start, wish) = (Desk::instant(civil), BookingWish::default());
    let held = desk.store().held_by_link(&link.secret, start, &wish).await;
    held.unwrap().kept_until
}

async fn state(desk: &Desk, link: &Link) -> BookingLinkState {
    let links = desk.store().booking_links(&desk.dana, desk.maria.person);
    let links = links.await.unwrap().links;
    links.iter().find(|one| one.id == link.id).unwrap().state
}

async fn count(desk: &Desk, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    desk.house.count(&sql).await
}

async fn opens_nothing(desk: &Desk, link: &Link) {
    let wish = BookingWish::default();
    let opened = desk.store().open_booking_link(&link.secret, &wish).await;
    assert_eq!(code(opened), Code::LinkGone);
    assert_eq!(code(hold(desk, link, TUESDAY).await), Code::LinkGone);
    assert_eq!(code(book(desk, link, TUESDAY).await), Code::LinkGone);
    let gone = desk.store().let_go_by_link(&link.secret).await;
    assert_eq!(code(gone), Code::LinkGone);
}

pub async fn of_two_who_want_one_time_one_gets_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let links = [make(&desk, |_| {}).await, make(&desk, |_| {}).await];
    let both = links.iter().map(|link| hold(&desk, link, TUESDAY));
    let answers = join_all(both).await;
    let got = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(got, 1);
    for (link, answer) in links.iter().zip(answers) {
        // What oneself holds one still sees; somebody else's is taken.
        let sees = offered(&desk, link).await.contains(&"10:00".to_owned());
        assert_eq!(sees, answer.is_ok());
        if let Err(error) = answer {
            let refusal = error.refusal();
            assert_eq!(refusal.code, Code::SlotTaken);
            let Some(Instead::Slots(slots)) = refusal.instead.as_deref() else {
                panic!("no slots");
            };
            let next: Vec<_> = slots.iter().map(|slot| &slot.at.civil[11..]).collect();
            assert_eq!(next, ["10:30", "10:45", "11:00"]);
        }
    }
    assert_eq!(
        (count(&desk, "hold").await, count(&desk, "claim").await),
        (1, 1)
    );
    let taken = desk.scheduler.book(&desk.dana, desk.request(TUESDAY));
    assert_eq!(code(taken.await), Code::SlotTaken, "nor by staff");
    // The database itself keeps an appointment out of what is held.
    let other = desk.book("2026-11-10T13:00").await;
    let (id, other) = (desk.house.id(&[7; 16]), desk.house.id(other.id.as_bytes()));
    let overlap = format!(
        "INSERT INTO claim (id, resource, appointment, start_at, end_at)
         SELECT {id}, resource, {other}, start_at, end_at FROM claim WHERE hold IS NOT NULL"
    );
    let refused = desk.house.attempt(&overlap).await.unwrap_err().to_string();
    assert!(refused.contains("claim_overlap"), "{refused}");
}

pub async fn what_is_held_is_free_again_after_ten_minutes(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (one, other) = (make(&desk, |_| {}).await, make(&desk, |_| {}).await);
    hold(&desk, &one, TUESDAY).await.unwrap();
    desk.pass(limits::HOLD_S - 1).await;
    assert_eq!(code(hold(&desk, &other, TUESDAY).await), Code::SlotTaken);
    desk.pass(1).await;
    assert!(offered(&desk, &other).await.contains(&"10:00".to_owned()));
    assert_eq!(
        count(&desk, "hold").await,
        1,
        "nothing runs when it expires"
    );
    desk.book(TUESDAY).await;
    assert_eq!(
        (count(&desk, "hold").await, count(&desk, "claim").await),
        (0, 1)
    );
    assert_eq!(code(book(&desk, &one, TUESDAY).await), Code::SlotTaken);
    // Expired and still free: it can be booked all the same.
    hold(&desk, &one, "2026-11-10T11:00").await.unwrap();
    desk.pass(limits::HOLD_S).await;
    book(&desk, &one, "2026-11-10T11:00").await.unwrap();
}

pub async fn a_link_keeps_two_times_and_lets_the_oldest_go(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (one, other) = (make(&desk, |_| {}).await, make(&desk, |_| {}).await);
    for civil in [TUESDAY, "2026-11-10T11:00"] {
        hold(&desk, &one, civil).await.unwrap();
        desk.pass(60).await;
    }
    let until = kept_until(&desk, &one, TUESDAY).await;
    hold(&desk, &one, TUESDAY).await.unwrap();
    assert_eq!(kept_until(&desk, &one, TUESDAY).await, until, "no longer");
    assert_eq!(count(&desk, "hold").await, 2);
    hold(&desk, &one, "2026-11-10T13:00").await.unwrap();
    assert_eq!(
        (count(&desk, "hold").await, count(&desk, "claim").await),
        (2, 2)
    );
    assert_eq!(kept_until(&desk, &one, TUESDAY).await, None);
    hold(&desk, &other, TUESDAY).await.unwrap();
    desk.store().let_go_by_link(&one.secret).await.unwrap();
    assert_eq!(
        (count(&desk, "hold").await, count(&desk, "claim").await),
        (1, 1)
    );
    // What oneself holds is no hindrance to a time that overlaps it.
    hold(&desk, &other, "2026-11-10T13:45").await.unwrap();
    hold(&desk, &other, "2026-11-10T14:00").await.unwrap();
    assert_eq!(kept_until(&desk, &other, "2026-11-10T13:45").await, None);
    book(&desk, &other, "2026-11-10T14:15").await.unwrap();
    assert_eq!(
        (count(&desk, "hold").await, count(&desk, "claim").await),
        (0, 1)
    );
}

pub async fn what_is_held_can_be_booked_though_it_would_now_be_too_soon(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = agency::add(desk.store(), "Robin Overview", Role::Supervisor).await;
    let robin = desk.house.enrol(robin.unwrap(), 5).await.caller;
    let request = AddVisitType {
        op_id: desk.op(),
        terms: VisitTerms {
            name: "First call".to_owned(),
            kind: AppointmentKind::Phone,
            minutes: 30,
            before_minutes: 0,
            after_minutes: 15,
            travel_minutes: 0,
            notice_minutes: 24 * 60,
            days_ahead: 30,
            per_day_max: Some(1),
        },
    };
    let kind = desk.scheduler.add_visit_type(&robin, &request).await;
    let kind = kind.unwrap().id;
    let elsewhere = MakeBookingLink {
        kind: AppointmentKind::Home,
        visit_type: Some(kind),
        ..phone_call(desk.op())
    };
    let refused = try_make(&desk, &desk.dana, &elsewhere).await;
    assert_eq!(code(refused), Code::BadRequest);
    let one = make(&desk, |asked| asked.visit_type = Some(kind)).await;
    let other = make(&desk, |asked| asked.visit_type = Some(kind)).await;
    desk.at("2026-11-09T09:55").await;
    hold(&desk, &one, TUESDAY).await.unwrap();
    let day = offered(&desk, &other).await;
    assert!(day.is_empty(), "one a day, and it is held: {day:?}");
    desk.pass(360).await;
    assert_eq!(code(hold(&desk, &other, TUESDAY).await), Code::SlotTaken);
    let booked = book(&desk, &one, TUESDAY).await.unwrap();
    assert_eq!(booked.start, Desk::instant(TUESDAY));
    // What is kept free after it was held with it, and stays claimed.
    let mut close = desk.request("2026-11-10T10:30");
    close.minutes = 15;
    let refused = desk.scheduler.book(&desk.dana, close).await;
    assert_eq!(code(refused), Code::SlotTaken);
    desk.store().end_visit_type(&robin, kind).await.unwrap();
    assert_eq!(state(&desk, &other).await, BookingLinkState::Void);
    opens_nothing(&desk, &other).await;
}

pub async fn booking_uses_the_link_up_and_pressing_again_shows_the_same(engine: Engine) {
    let desk = Desk::open(engine).await;
    let link = make(&desk, |_| {}).await;
    hold(&desk, &link, TUESDAY).await.unwrap();
    let presses = (0..5).map(|_| book(&desk, &link, TUESDAY));
    let mut manage = Vec::new();
    for answer in join_all(presses).await {
        manage.push(answer.unwrap().manage.unwrap());
    }
    assert!(manage.iter().all(|one| *one == manage[0]));
    assert_eq!(count(&desk, "appointment").await, 1);
    assert_eq!(
        (count(&desk, "hold").await, count(&desk, "claim").await),
        (0, 1)
    );
    assert_eq!(state(&desk, &link).await, BookingLinkState::Used);
    let other = book(&desk, &link, "2026-11-10T11:00").await;
    assert_eq!(
        code(other),
        Code::LinkGone,
        "another time is no press again"
    );
    assert_eq!(
        desk.sends().await,
        ["dana invitation", "maria invitation"],
        "told like any other visit"
    );
    let view = desk.store().open_link(&manage[0]).await.unwrap();
    assert_eq!(
        (view.state, view.role),
        (AppointmentState::Booked, Role::Client)
    );
    let off = desk.store().reply_by_link(&manage[0], Reply::Cancel).await;
    assert!(off.unwrap().undo);
    let again = book(&desk, &link, TUESDAY).await;
    assert_eq!(code(again), Code::LinkGone, "nobody is booked");
    let on = desk.store().reply_by_link(&manage[0], Reply::Undo).await;
    assert_eq!(on.unwrap().state, AppointmentState::Booked);
    book(&desk, &link, TUESDAY).await.unwrap();
    desk.pass(limits::UNDO_S).await;
    opens_nothing(&desk, &link).await;
    let booked = desk.house.entries("act = 'book_by_link'").await;
    assert!(booked >= 5, "every press is audited, not {booked}");
}

pub async fn whoever_has_no_address_gets_their_link_on_the_page(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.maria).await;
    let asked = MakeBookingLink {
        mail: true,
        ..phone_call(desk.op())
    };
    let nowhere = try_make(&desk, &desk.dana, &asked).await;
    assert_eq!(code(nowhere), Code::EmailInvalid);
    let link = make(&desk, |_| {}).await;
    let booked = book(&desk, &link, TUESDAY).await.unwrap();
    let view = desk.store().open_link(&booked.manage.unwrap()).await;
    assert_eq!(view.unwrap().start, Desk::instant(TUESDAY));
}

pub async fn one_of_several_workers_holds_the_visit(engine: Engine) {
    let desk = Desk::open(engine).await;
    let people = desk.house.agency;
    let link = make(&desk, |asked| {
        asked.workers = vec![people.dana.account, people.sam.account];
    })
    .await;
    desk.book(TUESDAY).await;
    assert!(offered(&desk, &link).await.contains(&"10:00".to_owned()));
    hold(&desk, &link, TUESDAY).await.unwrap();
    let sams = desk.scheduler.book(&desk.sam, desk.request(TUESDAY)).await;
    assert_eq!(code(sams), Code::SlotTaken, "it is Sam's time that is held");
    book(&desk, &link, TUESDAY).await.unwrap();
    let sam = desk.house.id(people.sam.account.as_bytes());
    let sams = format!("appointment WHERE organizer = {sam}");
    assert_eq!(count(&desk, &sams).await, 1);
    // Whoever is no case manager of hers cannot be named.
    for worker in [people.ana.account, people.maria.account] {
        let mut asked = phone_call(desk.op());
        asked.workers = vec![worker];
        let refused = try_make(&desk, &desk.dana, &asked).await;
        assert_eq!(code(refused), Code::BadRequest);
    }
}

pub async fn a_link_that_is_over_opens_nothing(engine: Engine) {
    let desk = Desk::open(engine).await;
    let [revoked, expired, left] = [
        make(&desk, |_| {}).await,
        make(&desk, |asked| asked.valid_days = 1).await,
        make(&desk, |_| {}).await,
    ];
    hold(&desk, &revoked, TUESDAY).await.unwrap();
    for _ in 0..2 {
        let request = RevokeBookingLink { op_id: desk.op() };
        let store = desk.store();
        let card = store.revoke_booking_link(&desk.dana, revoked.id, request);
        assert_eq!(card.await.unwrap().state, BookingLinkState::Revoked);
    }
    assert_eq!(count(&desk, "claim").await, 0, "what it held is free");
    opens_nothing(&desk, &revoked).await;
    desk.pass(86_400).await;
    assert_eq!(state(&desk, &expired).await, BookingLinkState::Expired);
    opens_nothing(&desk, &expired).await;
    hold(&desk, &left, TUESDAY).await.unwrap();
    let unknown = Link {
        id: left.id,
        secret: LinkSecret::from([9; 16]),
    };
    opens_nothing(&desk, &unknown).await;
    let dana = desk.house.id(desk.dana.account.as_bytes());
    desk.house
        .run(&format!(
            "UPDATE assignment SET ended_at = 1 WHERE account = {dana}"
        ))
        .await;
    opens_nothing(&desk, &left).await;
    let seen = desk.store().booking_links(&desk.sam, desk.maria.person);
    let states: Vec<_> = seen.await.unwrap().links;
    let states: Vec<_> = states.iter().map(|link| link.state).collect();
    assert!(states.contains(&BookingLinkState::Void), "{states:?}");
    let denied = "act = 'open_booking_link' AND outcome = 'denied'";
    assert_eq!(desk.house.entries(denied).await, 1, "and it was noted");
}

pub async fn looking_at_a_booking_link_changes_no_row(engine: Engine) {
    let desk = Desk::open(engine).await;
    let link = make(&desk, |_| {}).await;
    hold(&desk, &link, TUESDAY).await.unwrap();
    let before = desk.dump().await;
    for zone in [None, Some("Europe/Dublin"), Some("Mars/Nowhere")] {
        let wish = BookingWish {
            zone: zone.map(str::to_owned),
            after: Some(Timestamp::from_micros(i64::MAX)),
        };
        let view = desk.store().open_booking_link(&link.secret, &wish).await;
        assert!(view.unwrap().slots.is_empty());
        offered(&desk, &link).await;
        kept_until(&desk, &link, TUESDAY).await;
    }
    assert!(before == desk.dump().await, "looking changed a row");
    for strange in [i64::MIN, -1, 0, 1, i64::MAX] {
        let start = Timestamp::from_micros(strange);
        let held = desk.store().hold_by_link(&link.secret, start).await;
        assert_eq!(code(held), Code::SlotTaken, "{strange}");
    }
    let off_the_grid = hold(&desk, &link, "2026-11-10T10:07").await;
    assert_eq!(code(off_the_grid), Code::SlotTaken);
    let outside = hold(&desk, &link, "2026-11-23T10:00").await;
    assert_eq!(code(outside), Code::SlotTaken, "a day that was not offered");
    assert!(
        before == desk.dump().await,
        "what was refused changed a row"
    );
}

pub async fn only_who_serves_the_client_makes_links_and_only_so_many(engine: Engine) {
    let desk = Desk::open(engine).await;
    for who in [&desk.maria, &desk.ana] {
        let refused = code(try_make(&desk, who, &phone_call(desk.op())).await);
        assert!(
            matches!(refused, Code::NotAllowed | Code::NotFound),
            "{refused}"
        );
    }
    let asked = phone_call(desk.op());
    let first = try_make(&desk, &desk.dana, &asked).await.unwrap();
    let again = try_make(&desk, &desk.dana, &asked).await.unwrap();
    assert_eq!(first, again, "once, and with what opens it");
    let secret = first.path.unwrap().replace("/b/", "");
    let database = &desk.house.database;
    assert!(!database.holds(secret.as_bytes()).await.unwrap());
    let sealed = desk.house.blobs("SELECT secret FROM booking_link").await;
    assert_eq!(sealed[0][1..6], key_of_maria(&desk.house).await);
    let mut late = phone_call(desk.op());
    (late.from, late.until) = ("2026-10-20".to_owned(), "2026-10-30".to_owned());
    assert_eq!(
        code(try_make(&desk, &desk.dana, &late).await),
        Code::TimePast
    );
    for _ in 1..limits::BOOKING_LINKS_MAX {
        make(&desk, |_| {}).await;
    }
    let one_more = try_make(&desk, &desk.dana, &phone_call(desk.op())).await;
    assert_eq!(code(one_more), Code::TooLarge);
}

pub async fn a_booking_link_is_mailed_once_while_it_is_good(engine: Engine) {
    let desk = Desk::open(engine).await;
    let link = make(&desk, |asked| asked.mail = true).await;
    let revoked = make(&desk, |asked| asked.mail = true).await;
    let request = RevokeBookingLink { op_id: desk.op() };
    let store = desk.store();
    let revoke = store.revoke_booking_link(&desk.dana, revoked.id, request);
    revoke.await.unwrap();
    while desk.worker.pass().await.unwrap().leased > 0 {}
    let sent = desk.memory.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(to(&sent[0]), agency::email("Maria Sample"));
    let read = read_back(&sent[0].bytes).unwrap();
    let said = [read.subject, read.plain, read.html].join("\n");
    let said = said.replace("&#x2f;", "/");
    let address = format!("https://house.example/b/{}", link.secret.to_text());
    assert!(said.contains(&address), "{said}");
    for silent in ["Maria", "Sample", "Dana", "Riverbend", "Agency"] {
        assert!(!said.contains(silent), "{silent}: {said}");
    }
    while desk.worker.pass().await.unwrap().leased > 0 {}
    assert!(desk.memory.take().is_empty(), "once");
    let dropped = "single_mail WHERE kind = 'booking_link' AND state = 'cancelled'";
    assert_eq!(count(&desk, dropped).await, 1);
    offered(&desk, &link).await;
}
