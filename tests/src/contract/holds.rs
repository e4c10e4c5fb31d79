//! Times that a worker keeps while they fill in what is booked then.

use futures_util::future::join_all;
use protocol::http::{FindSlots, HoldTime, MoveAppointment, TimeHeld};
use protocol::{Code, Instead, Timestamp, limits};
use store::{BookingWish, LinkSecret, Result};
use testkit::Engine;

use super::booking_links::phone_call;
use super::desk::{Desk, TUESDAY};
use super::house::code;

/// When it is free next after ten, where ten is not to be had.
const INSTEAD: [&str; 3] = ["10:30", "10:45", "11:00"];

fn wish(desk: &Desk, civil: &str) -> HoldTime {
    HoldTime {
        client: desk.maria.person,
        civil_start: civil.to_owned(),
        zone: None,
        minutes: 30,
        visit_type: None,
        instead: None,
    }
}

/// Dana keeps it.
async fn keep(desk: &Desk, civil: &str) -> Result<TimeHeld> {
    desk.scheduler
        .hold_time(&desk.dana, wish(desk, civil))
        .await
}

/// What Dana keeps, and what is booked with her, on the clock of that Tuesday.
async fn claimed(desk: &Desk) -> Vec<String> {
    let sql = "SELECT CAST(start_at AS TEXT) FROM claim ORDER BY start_at";
    let starts = desk.house.texts(sql).await.into_iter();
    let starts = starts.map(|micros| {
        let at = Timestamp::from_micros(micros.parse().unwrap());
        testkit::agency::zone().local(at).civil[11..16].to_owned()
    });
    starts.collect()
}

fn named(refused: &store::Error) -> Vec<String> {
    let refusal = refused.refusal();
    assert_eq!(refusal.code, Code::SlotTaken);
    let Some(Instead::Slots(slots)) = refusal.instead.map(|instead| *instead) else {
        panic!("it names free times");
    };
    let clocks = slots.into_iter().map(|slot| slot.at.civil[11..].to_owned());
    clocks.collect()
}

/// A link of Maria's, on which she sees Dana's times.
async fn link(desk: &Desk) -> LinkSecret {
    let asked = phone_call(desk.op());
    let maria = desk.maria.person;
    let made = desk.scheduler.make_booking_link(&desk.dana, maria, &asked);
    let path = made.await.unwrap().path.unwrap();
    LinkSecret::parse(path.strip_prefix("/b/").unwrap()).unwrap()
}

pub async fn what_a_worker_keeps_is_kept_from_everybody_but_them(engine: Engine) {
    let desk = Desk::open(engine).await;
    let link = link(&desk).await;
    let moved = desk.book("2026-11-11T10:00").await;
    let held = keep(&desk, TUESDAY).await.unwrap();
    let now = desk.house.clock_now();
    assert_eq!(held.start, Desk::instant(TUESDAY));
    assert_eq!(held.until, now.plus_seconds(limits::HOLD_S));
    // A client does not get it by a link, a colleague moves nothing there.
    let start = Desk::instant(TUESDAY);
    let by_link = desk.store().hold_by_link(&link, start).await;
    assert_eq!(named(&by_link.unwrap_err()), INSTEAD);
    let change = MoveAppointment {
        op_id: desk.op(),
        sequence: moved.sequence,
        civil_start: TUESDAY.to_owned(),
        zone: None,
        minutes: None,
        scope: protocol::Scope::This,
        skip_conflicts: false,
    };
    let by_sam = desk
        .scheduler
        .move_appointment(&desk.sam, moved.id, change)
        .await;
    assert_eq!(named(&by_sam.unwrap_err()), INSTEAD);
    // To her it is free.
    let search = FindSlots {
        from: "2026-11-10".to_owned(),
        days: 1,
        minutes: 30,
        visit_type: None,
        zone: None,
        staff: None,
    };
    let free = desk.scheduler.slots(&desk.dana, search).await.unwrap();
    assert!(free.slots.iter().any(|slot| slot.start == start));
    let booked = desk.book(TUESDAY).await;
    assert_eq!(booked.start, start);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM hold").await, 0);
}

pub async fn what_expired_or_was_let_go_is_anybodys(engine: Engine) {
    let desk = Desk::open(engine).await;
    let link = link(&desk).await;
    let start = Desk::instant(TUESDAY);
    keep(&desk, TUESDAY).await.unwrap();
    desk.pass(limits::HOLD_S - 1).await;
    let early = desk.store().hold_by_link(&link, start).await;
    assert_eq!(code(early), Code::SlotTaken);
    desk.pass(1).await;
    desk.store().hold_by_link(&link, start).await.unwrap();
    // And now it is the other way round.
    let refused = keep(&desk, TUESDAY).await.unwrap_err();
    assert_eq!(named(&refused), INSTEAD);
    desk.store().let_go_by_link(&link).await.unwrap();
    keep(&desk, TUESDAY).await.unwrap();
    for _ in 0..2 {
        desk.store().let_times_go(&desk.dana).await.unwrap();
    }
    let wish = BookingWish::default();
    desk.store()
        .book_by_link(&link, start, &wish)
        .await
        .unwrap();
}

pub async fn a_worker_keeps_two_times_or_one_in_the_place_of_another(engine: Engine) {
    let desk = Desk::open(engine).await;
    for civil in [TUESDAY, "2026-11-10T11:00", "2026-11-10T13:00"] {
        keep(&desk, civil).await.unwrap();
        desk.pass(1).await;
    }
    assert_eq!(claimed(&desk).await, ["11:00", "13:00"], "the oldest goes");
    let mut other = wish(&desk, "2026-11-10T15:00");
    other.instead = Some(Desk::instant("2026-11-10T13:00"));
    desk.scheduler.hold_time(&desk.dana, other).await.unwrap();
    assert_eq!(claimed(&desk).await, ["11:00", "15:00"]);
    // What overlaps goes too, and the same again is kept anew.
    let again = keep(&desk, "2026-11-10T11:15").await.unwrap();
    assert_eq!(claimed(&desk).await, ["11:15", "15:00"]);
    desk.pass(60).await;
    let anew = keep(&desk, "2026-11-10T11:15").await.unwrap();
    assert_eq!(anew.until, again.until.plus_seconds(60));
    // A refusal changes nothing.
    let late = keep(&desk, "2026-11-10T23:00").await;
    assert_eq!(code(late), Code::NotAvailable);
    assert_eq!(claimed(&desk).await, ["11:15", "15:00"]);
}

pub async fn of_a_worker_and_a_link_at_once_one_gets_the_time(engine: Engine) {
    let desk = Desk::open(engine).await;
    let link = link(&desk).await;
    let start = Desk::instant(TUESDAY);
    for round in 0..6 {
        let tries = (0..6).map(|n| {
            let (desk, link) = (&desk, &link);
            async move {
                if (n + round) % 2 == 0 {
                    keep(desk, TUESDAY).await.map(|_| true)
                } else {
                    let held = desk.store().hold_by_link(link, start).await;
                    held.map(|()| false)
                }
            }
        });
        let mut winners = Vec::new();
        for tried in join_all(tries).await {
            match tried {
                Ok(by_dana) => winners.push(by_dana),
                Err(error) => assert_eq!(error.refusal().code, Code::SlotTaken),
            }
        }
        winners.dedup();
        assert_eq!(winners.len(), 1, "one of the two, however often");
        assert_eq!(claimed(&desk).await, ["10:00"]);
        desk.store().let_times_go(&desk.dana).await.unwrap();
        desk.store().let_go_by_link(&link).await.unwrap();
        assert!(claimed(&desk).await.is_empty());
    }
}

pub async fn only_who_serves_the_client_keeps_a_time_for_them(engine: Engine) {
    let desk = Desk::open(engine).await;
    for who in [desk.maria, desk.ana] {
        let held = desk.scheduler.hold_time(&who, wish(&desk, TUESDAY)).await;
        let code = code(held);
        assert!([Code::NotAllowed, Code::NotFound].contains(&code), "{code}");
        let gone = desk.store().let_times_go(&who).await;
        assert_eq!(super::house::code(gone), Code::NotAllowed);
    }
    for (civil, minutes, refused) in [
        ("2026-11-01T10:00", 30, Code::TimePast),
        ("tomorrow", 30, Code::TimeMalformed),
        (TUESDAY, 1, Code::BadRequest),
    ] {
        let asked = HoldTime {
            minutes,
            ..wish(&desk, civil)
        };
        let held = desk.scheduler.hold_time(&desk.dana, asked).await;
        assert_eq!(code(held), refused, "{civil}");
    }
    let done = "act = 'hold_time' AND outcome = 'done'";
    assert_eq!(desk.house.entries(done).await, 0);
    keep(&desk, TUESDAY).await.unwrap();
    assert_eq!(desk.house.entries(done).await, 1);
}
