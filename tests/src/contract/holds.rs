//! Times that a worker keeps while they fill in what is booked then.

use care::Caller;
use futures_util::future::join_all;
use protocol::http::{
    AddVisitType, BookAppointment, BookSeries, FindSlots, HoldTime, MoveAppointment, TimeHeld,
    VisitTerms,
};
use protocol::{AccountId, AppointmentKind, Code, Instead, Role, Timestamp, VisitTypeId, limits};
use store::{BookingWish, LinkSecret, Result};
use testkit::Engine;

use super::booking_links::phone_call;
use super::desk::{Desk, TUESDAY};
use super::double_bookings::no_overlap;
use super::house::code;
use super::teams::{by_sam, claims, enrolled, noor, slots};

/// When it is free next after ten, where ten is not to be had.
const INSTEAD: [&str; 3] = ["10:30", "10:45", "11:00"];

fn wish(desk: &Desk, civil: &str) -> HoldTime {
    HoldTime {
        client: desk.maria.person,
        civil_start: civil.to_owned(),
        zone: None,
        kind: None,
        minutes: 30,
        visit_type: None,
        staff: Vec::new(),
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

/// A worker keeps it, with a colleague.
async fn keep_both(
    desk: &Desk,
    caller: &Caller,
    staff: &[AccountId],
    civil: &str,
) -> Result<TimeHeld> {
    let wish = HoldTime {
        staff: staff.to_vec(),
        ..wish(desk, civil)
    };
    desk.scheduler.hold_time(caller, wish).await
}

async fn holds(desk: &Desk) -> i64 {
    desk.house.count("SELECT COUNT(*) FROM hold").await
}

pub async fn a_time_is_kept_of_all_who_would_come(engine: Engine) {
    let desk = Desk::open(engine).await;
    let sam = [desk.sam.account];
    keep_both(&desk, &desk.dana, &sam, TUESDAY).await.unwrap();
    assert_eq!((holds(&desk).await, claims(&desk).await), (1, 2));
    assert_eq!(code(by_sam(&desk, TUESDAY).await), Code::SlotTaken);
    let other = keep_both(&desk, &desk.sam, &[], "2026-11-10T10:15").await;
    assert_eq!(code(other), Code::SlotTaken);
    // With a choice taken back he is free, and hers stays kept.
    keep_both(&desk, &desk.dana, &[], TUESDAY).await.unwrap();
    assert_eq!((holds(&desk).await, claims(&desk).await), (1, 1));
    keep_both(&desk, &desk.dana, &sam, TUESDAY).await.unwrap();
    let booking = BookAppointment {
        staff: sam.to_vec(),
        ..desk.request(TUESDAY)
    };
    let card = desk.scheduler.book(&desk.dana, booking).await.unwrap();
    assert_eq!(card.participants.len(), 3);
    assert_eq!((holds(&desk).await, claims(&desk).await), (0, 2));
    no_overlap(&desk.house).await;
    // Let go of, it is free for both.
    keep_both(&desk, &desk.dana, &sam, "2026-11-10T14:00")
        .await
        .unwrap();
    desk.store().let_times_go(&desk.dana).await.unwrap();
    assert_eq!((holds(&desk).await, claims(&desk).await), (0, 2));
    by_sam(&desk, "2026-11-10T14:00").await.unwrap();
}

pub async fn a_time_is_kept_of_all_or_of_nobody(engine: Engine) {
    let desk = Desk::open(engine).await;
    let sam = [desk.sam.account];
    by_sam(&desk, "2026-11-10T10:15").await.unwrap();
    let held = keep(&desk, TUESDAY).await.unwrap();
    let refused = keep_both(&desk, &desk.dana, &sam, TUESDAY).await;
    let expected = ["10:45", "11:00", "11:15"].map(str::to_owned).to_vec();
    assert_eq!(slots(refused), (Code::SlotTaken, expected));
    assert_eq!((holds(&desk).await, claims(&desk).await), (1, 2));
    let instead = HoldTime {
        staff: sam.to_vec(),
        instead: Some(held.start),
        ..wish(&desk, "2026-11-10T11:00")
    };
    desk.scheduler.hold_time(&desk.dana, instead).await.unwrap();
    assert_eq!((holds(&desk).await, claims(&desk).await), (1, 3));
    // It counts once, whoever else is in it: of three the oldest goes with all of its claims.
    for civil in ["2026-11-10T13:00", "2026-11-10T15:00"] {
        desk.pass(1).await;
        keep_both(&desk, &desk.dana, &sam, civil).await.unwrap();
    }
    assert_eq!((holds(&desk).await, claims(&desk).await), (2, 5));
    by_sam(&desk, "2026-11-10T11:00").await.unwrap();
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    for stranger in [AccountId::from_bytes([9; 16]), robin.account] {
        let refused = keep_both(&desk, &desk.dana, &[stranger], TUESDAY).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    let many: Vec<_> = (0..=limits::APPOINTMENT_STAFF_MAX)
        .map(|n| AccountId::from_bytes([u8::try_from(n).unwrap(); 16]))
        .collect();
    let refused = keep_both(&desk, &desk.dana, &many, TUESDAY).await;
    assert_eq!(code(refused), Code::TooManyParticipants);
    assert_eq!((holds(&desk).await, claims(&desk).await), (2, 6));
}

pub async fn what_was_kept_of_several_expires_for_each(engine: Engine) {
    for sam_first in [true, false] {
        let desk = Desk::open(engine).await;
        let (noor, caller) = noor(&desk).await;
        let both = [desk.sam.account, noor.account];
        keep_both(&desk, &desk.dana, &both, TUESDAY).await.unwrap();
        assert_eq!(claims(&desk).await, 3);
        desk.pass(limits::HOLD_S).await;
        let search = FindSlots {
            from: "2026-11-10".to_owned(),
            days: 1,
            minutes: 30,
            visit_type: None,
            zone: None,
            staff: None,
        };
        if sam_first {
            by_sam(&desk, TUESDAY).await.unwrap();
            assert_eq!(holds(&desk).await, 1, "it goes with hers");
            desk.book(TUESDAY).await;
        } else {
            desk.book(TUESDAY).await;
            by_sam(&desk, TUESDAY).await.unwrap();
        }
        // What is left of it on Noor's time keeps nobody out.
        assert_eq!((holds(&desk).await, claims(&desk).await), (0, 3));
        let free = desk.scheduler.slots(&caller, search).await.unwrap();
        let start = Desk::instant(TUESDAY);
        assert!(free.slots.iter().any(|slot| slot.start == start));
        let later = "2026-11-10T11:00";
        let booking = BookAppointment {
            staff: vec![noor.account],
            ..desk.request(later)
        };
        desk.scheduler.book(&desk.dana, booking).await.unwrap();
        assert_eq!(claims(&desk).await, 4);
        no_overlap(&desk.house).await;
    }
}

pub async fn what_is_kept_of_a_colleague_counts_for_their_day(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let request = AddVisitType {
        op_id: desk.op(),
        terms: VisitTerms {
            name: "Intake together".to_owned(),
            kind: AppointmentKind::Office,
            minutes: 30,
            before_minutes: 0,
            after_minutes: 15,
            travel_minutes: 0,
            notice_minutes: 0,
            days_ahead: 30,
            per_day_max: Some(1),
        },
    };
    let added = desk.scheduler.add_visit_type(&robin, &request).await;
    let kind = added.unwrap().id;
    let held = HoldTime {
        visit_type: Some(kind),
        staff: vec![desk.sam.account],
        ..wish(&desk, TUESDAY)
    };
    desk.scheduler.hold_time(&desk.dana, held).await.unwrap();
    // What is kept free after it is his as well.
    let close = by_sam(&desk, "2026-11-10T10:30").await;
    assert_eq!(code(close), Code::SlotTaken);
    let intake = |civil: &str| BookAppointment {
        kind: AppointmentKind::Office,
        visit_type: Some(kind),
        meeting_link: None,
        place: None,
        ..desk.request(civil)
    };
    let second = desk.scheduler.book(&desk.sam, intake("2026-11-10T14:00"));
    assert_eq!(code(second.await), Code::NotAvailable, "one a day");
    desk.store().let_times_go(&desk.dana).await.unwrap();
    let second = desk.scheduler.book(&desk.sam, intake("2026-11-10T14:00"));
    second.await.unwrap();
}

pub async fn what_a_worker_keeps_is_not_too_soon_a_few_minutes_later(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let request = AddVisitType {
        op_id: desk.op(),
        terms: VisitTerms {
            name: "A day before".to_owned(),
            kind: AppointmentKind::Office,
            minutes: 30,
            before_minutes: 0,
            after_minutes: 0,
            travel_minutes: 0,
            notice_minutes: 24 * 60,
            days_ahead: 30,
            per_day_max: None,
        },
    };
    let kind = desk.scheduler.add_visit_type(&robin, &request).await;
    let kind = kind.unwrap().id;
    // Kept with five minutes to spare, and booked when one is missing.
    let keep_as = async |visit_type: Option<VisitTypeId>, civil: &str| {
        let asked = HoldTime {
            visit_type,
            ..wish(&desk, civil)
        };
        desk.scheduler.hold_time(&desk.dana, asked).await.unwrap();
        desk.pass(360).await;
    };
    let request = |civil: &str| BookAppointment {
        kind: AppointmentKind::Office,
        visit_type: Some(kind),
        meeting_link: None,
        ..desk.request(civil)
    };
    desk.at("2026-11-09T09:55").await;
    keep_as(None, TUESDAY).await;
    let refused = desk.scheduler.book(&desk.dana, request(TUESDAY)).await;
    assert_eq!(code(refused), Code::NotAvailable, "kept for something else");

    let next = "2026-11-10T11:00";
    desk.at("2026-11-09T10:55").await;
    keep_as(Some(kind), next).await;
    let colleague = desk.scheduler.book(&desk.sam, request(next)).await;
    assert_eq!(code(colleague), Code::NotAvailable, "he kept nothing");
    let card = desk.scheduler.book(&desk.dana, request(next)).await;
    assert_eq!(card.unwrap().start, Desk::instant(next));

    let weekly = "2026-11-10T12:00";
    desk.at("2026-11-09T11:55").await;
    keep_as(Some(kind), weekly).await;
    let series = BookSeries {
        first: request(weekly),
        rule: "FREQ=WEEKLY;COUNT=2".to_owned(),
        skip_conflicts: false,
    };
    let made = desk.scheduler.book_series(&desk.dana, series).await;
    assert_eq!(made.unwrap().appointments.len(), 2);
    assert_eq!((holds(&desk).await, claims(&desk).await), (0, 3));
}

pub async fn of_two_who_keep_each_others_time_at_once_one_gets_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    for _ in 0..6 {
        let tries = (0..6).map(|n| {
            let desk = &desk;
            async move {
                let by_dana = n % 2 == 0;
                let (caller, other) = if by_dana {
                    (&desk.dana, desk.sam.account)
                } else {
                    (&desk.sam, desk.dana.account)
                };
                let held = keep_both(desk, caller, &[other], TUESDAY).await;
                held.map(|_| by_dana)
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
        assert_eq!((holds(&desk).await, claims(&desk).await), (1, 2));
        for caller in [&desk.dana, &desk.sam] {
            desk.store().let_times_go(caller).await.unwrap();
        }
        assert_eq!((holds(&desk).await, claims(&desk).await), (0, 0));
    }
}
