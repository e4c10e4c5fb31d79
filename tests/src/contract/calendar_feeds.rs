//! Calendar feeds: one for each case manager, open to whoever has its address, and silent about everything but times.

use care::Caller;
use protocol::http::{BookAppointment, ChangeRole, EndStaff, HoldTime, MakeCalendarFeed};
use protocol::{AppointmentState, Bytes, Code, OpId, Reply, Role, limits};
use store::{FeedView, LinkSecret};
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;
use super::teams::{enrolled, noor};

const THURSDAY: &str = "2026-11-12T10:00";
/// Beyond what a feed shows on the first day.
const IN_JUNE: &str = "2027-06-08T10:00";

/// The secret in an address.
fn secret(path: &str) -> LinkSecret {
    let text = path.strip_prefix("/f/").unwrap();
    LinkSecret::parse(text.strip_suffix(".ics").unwrap()).unwrap()
}

async fn make_as(desk: &Desk, caller: &Caller, op_id: OpId) -> (Option<String>, Option<i64>) {
    let store = desk.store();
    let made = store.make_calendar_feed(caller, MakeCalendarFeed { op_id });
    let made = made.await.unwrap();
    (made.path, made.feed.made.map(protocol::Timestamp::micros))
}

async fn make(desk: &Desk, caller: &Caller) -> LinkSecret {
    let (path, _) = make_as(desk, caller, desk.op()).await;
    secret(&path.unwrap())
}

async fn view(desk: &Desk, secret: &LinkSecret) -> FeedView {
    desk.store().open_calendar_feed(secret).await.unwrap()
}

async fn file(desk: &Desk, secret: &LinkSecret) -> String {
    desk.scheduler.calendar_feed(secret).await.unwrap()
}

async fn is_gone(desk: &Desk, secret: &LinkSecret) {
    let opened = desk.store().open_calendar_feed(secret).await;
    assert_eq!(code(opened), Code::LinkGone);
}

/// When it says that its owner is busy: half hours, on the clocks of Chicago.
async fn busy(desk: &Desk, secret: &LinkSecret) -> Vec<String> {
    let zone = testkit::agency::zone();
    let busy = view(desk, secret).await.busy.into_iter();
    let starts = busy.map(|visit| {
        assert_eq!(visit.end, visit.start.plus_seconds(30 * 60));
        zone.local(visit.start).civil[..16].to_owned()
    });
    starts.collect()
}

async fn feeds(desk: &Desk) -> i64 {
    let sql = "SELECT COUNT(*) FROM calendar_feed";
    desk.house.count(sql).await
}

pub async fn a_feed_says_when_its_owner_is_busy_and_nothing_else(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (danas, sams) = (make(&desk, &desk.dana).await, make(&desk, &desk.sam).await);
    assert_eq!(busy(&desk, &danas).await, Vec::<String>::new());
    let with_sam = BookAppointment {
        staff: vec![desk.sam.account],
        ..desk.request(TUESDAY)
    };
    let card = desk.scheduler.book(&desk.dana, with_sam).await.unwrap();
    desk.book(THURSDAY).await;
    // A time that is kept while somebody makes up their mind is not one at which they are busy.
    let wish = HoldTime {
        client: desk.maria.person,
        civil_start: "2026-11-11T10:00".to_owned(),
        zone: None,
        kind: None,
        minutes: 30,
        visit_type: None,
        staff: Vec::new(),
        instead: None,
    };
    desk.scheduler.hold_time(&desk.dana, wish).await.unwrap();
    assert_eq!(busy(&desk, &danas).await, [TUESDAY, THURSDAY]);
    assert_eq!(
        busy(&desk, &sams).await,
        [TUESDAY],
        "who comes along is busy"
    );
    let (hers, his) = (view(&desk, &danas).await, view(&desk, &sams).await);
    assert_ne!(hers.busy[0].name, his.busy[0].name, "feeds match");
    let file = file(&desk, &danas).await;
    let uid = desk.house.texts("SELECT ics_uid FROM appointment").await;
    let id = card.id.to_string();
    let words = [
        "Maria",
        "Sample",
        "Dana",
        "Placeholder",
        "Sam",
        "Riverbend",
        "ideo",
        "http",
    ];
    let mut silent: Vec<&str> = words.to_vec();
    silent.extend(uid.iter().map(String::as_str));
    let hex = id.replace('-', "");
    silent.extend([id.as_str(), hex.as_str()]);
    for word in silent {
        assert!(!file.contains(word), "{word}: {file}");
    }
}

pub async fn a_feed_goes_a_month_back_and_half_a_year_ahead(engine: Engine) {
    let desk = Desk::open(engine).await;
    let feed = make(&desk, &desk.dana).await;
    desk.book(TUESDAY).await;
    desk.book(IN_JUNE).await;
    assert_eq!(busy(&desk, &feed).await, [TUESDAY]);
    desk.at("2026-12-09T10:00").await;
    assert_eq!(busy(&desk, &feed).await, [TUESDAY, IN_JUNE]);
    desk.at("2026-12-10T10:30").await;
    assert_eq!(busy(&desk, &feed).await, [IN_JUNE]);
}

pub async fn a_feed_that_was_replaced_or_ended_opens_nothing(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    let none = desk.store().calendar_feed(&desk.dana).await.unwrap();
    assert_eq!(none.made, None);
    let op = desk.op();
    let first = make_as(&desk, &desk.dana, op).await;
    assert_eq!(first, make_as(&desk, &desk.dana, op).await, "once");
    let path = first.0.unwrap();
    let one = secret(&path);
    assert_eq!(feeds(&desk).await, 1);
    let text = one.to_text();
    let bytes = Bytes::from_base64url(&text).unwrap();
    for form in [text.as_bytes(), bytes.0.as_slice()] {
        let database = &desk.house.database;
        assert!(!database.holds(form).await.unwrap(), "the secret is there");
    }
    desk.pass(60).await;
    let name = view(&desk, &one).await.busy[0].name;
    let two = make(&desk, &desk.dana).await;
    is_gone(&desk, &one).await;
    assert_ne!(name, view(&desk, &two).await.busy[0].name);
    assert_eq!(feeds(&desk).await, 1, "one for each");
    // The answer to the first request comes late: there is another one by now, and it is not told again.
    let (path, made) = make_as(&desk, &desk.dana, op).await;
    assert_eq!(path, None);
    let card = desk.store().calendar_feed(&desk.dana).await.unwrap();
    assert_eq!(made, card.made.map(protocol::Timestamp::micros));
    for _ in 0..2 {
        desk.store().end_calendar_feed(&desk.dana).await.unwrap();
        is_gone(&desk, &two).await;
    }
    assert_eq!(feeds(&desk).await, 0);
    let card = desk.store().calendar_feed(&desk.dana).await.unwrap();
    assert_eq!(card.made, None);
    let three = make(&desk, &desk.dana).await;
    assert_eq!(busy(&desk, &three).await, [TUESDAY]);
    is_gone(&desk, &LinkSecret::from([9; 16])).await;
    for (act, times) in [("make_calendar_feed", 3), ("end_calendar_feed", 2)] {
        let done = format!("act = '{act}' AND outcome = 'done'");
        assert_eq!(desk.house.entries(&done).await, times, "{act}");
    }
}

pub async fn a_moved_visit_keeps_its_name_and_one_that_is_called_off_is_gone(engine: Engine) {
    let desk = Desk::open(engine).await;
    let feed = make(&desk, &desk.dana).await;
    let card = desk.book(TUESDAY).await;
    desk.book(THURSDAY).await;
    let before = view(&desk, &feed).await.busy;
    let bytes = file(&desk, &feed).await;
    desk.pass(3_600).await;
    assert_eq!(bytes, file(&desk, &feed).await, "nothing happened");
    let moved = desk.shift(&card, "2026-11-10T14:00").await.unwrap();
    let after = view(&desk, &feed).await.busy;
    assert_eq!(busy(&desk, &feed).await[0], "2026-11-10T14:00");
    assert_eq!(after[0].name, before[0].name);
    assert!(after[0].sequence > before[0].sequence);
    assert_eq!(after[1], before[1]);
    let bytes = file(&desk, &feed).await;
    let said = (card.id, moved.sequence);
    let answered = desk.reply(&desk.maria, said, Reply::Confirm).await;
    answered.unwrap();
    assert_eq!(bytes, file(&desk, &feed).await, "an answer is not told");
    let off = desk.call_off(&moved).await.unwrap();
    assert_eq!(off.state, AppointmentState::Cancelled);
    assert_eq!(view(&desk, &feed).await.busy, [before[1]]);
}

pub async fn a_feed_ends_with_the_account_and_with_the_role(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = enrolled(&desk, "Kim Keyring", Role::Administrator).await;
    let (person, caller) = noor(&desk).await;
    let noors = make(&desk, &caller).await;
    for role in [Role::Supervisor, Role::CaseManager] {
        let op_id = desk.op();
        let store = desk.store();
        let change = store.change_role(&kim, person.account, ChangeRole { op_id, role });
        change.await.unwrap();
        is_gone(&desk, &noors).await;
    }
    assert_eq!(feeds(&desk).await, 0, "and does not come back");
    // Whatever a row says, a feed is a case manager's.
    let sams = make(&desk, &desk.sam).await;
    let sam = desk.house.id(desk.sam.account.as_bytes());
    for role in ["supervisor", "case_manager"] {
        let sql = format!("UPDATE account SET role = '{role}' WHERE id = {sam}");
        desk.house.run(&sql).await;
        let opened = desk.store().open_calendar_feed(&sams).await;
        assert_eq!(opened.is_ok(), role == "case_manager");
    }
    let denied = "act = 'open_calendar_feed' AND outcome = 'denied'";
    assert_eq!(desk.house.entries(denied).await, 1, "and it was noted");
    let end = EndStaff { op_id: desk.op() };
    let ended = desk.store().end_account(&kim, desk.sam.account, end).await;
    ended.unwrap();
    is_gone(&desk, &sams).await;
    assert_eq!(feeds(&desk).await, 0);
}

pub async fn case_managers_have_feeds_and_making_one_wants_an_authenticator(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let store = desk.store();
    for who in [&desk.maria, &desk.ana, &robin] {
        let asked = MakeCalendarFeed { op_id: desk.op() };
        let made = store.make_calendar_feed(who, asked).await;
        assert_eq!(code(made), Code::NotAllowed);
        assert_eq!(code(store.calendar_feed(who).await), Code::NotAllowed);
        assert_eq!(code(store.end_calendar_feed(who).await), Code::NotAllowed);
    }
    let feed = make(&desk, &desk.dana).await;
    desk.house.clock.advance(limits::STEP_UP_S + 1);
    let asked = MakeCalendarFeed { op_id: desk.op() };
    let late = store.make_calendar_feed(&desk.dana, asked).await;
    assert_eq!(code(late), Code::StepUpRequired);
    view(&desk, &feed).await;
    // Seeing that there is one, and ending it, is always possible.
    let card = store.calendar_feed(&desk.dana).await.unwrap();
    assert!(card.made.is_some());
    store.end_calendar_feed(&desk.dana).await.unwrap();
    is_gone(&desk, &feed).await;
}

pub async fn looking_at_a_feed_changes_no_row(engine: Engine) {
    let desk = Desk::open(engine).await;
    let feed = make(&desk, &desk.dana).await;
    desk.book(TUESDAY).await;
    let before = desk.dump().await;
    for _ in 0..3 {
        assert_eq!(busy(&desk, &feed).await, [TUESDAY]);
        is_gone(&desk, &LinkSecret::from([7; 16])).await;
    }
    assert!(before == desk.dump().await, "looking changed a row");
    let seen = "act = 'open_calendar_feed' AND outcome = 'done'";
    assert_eq!(desk.house.entries(seen).await, 3);
}
