//! The days on which the agency is closed: who says so, what it does to everything that can be booked, and that
//! what is booked stays.

use care::Caller;
use protocol::http::{
    AddClosure, ChangeTeam, ClosedDays, Closure, DatedHours, FindSlots, HoldTime, OpenHours,
    WeeklyHours, WorkingHours,
};
use protocol::{Code, Role, limits};
use store::Result;
use testkit::{Engine, agency};

use super::booking_links;
use super::desk::{Desk, TUESDAY};
use super::house::code;
use super::series::series;

/// The Tuesday of next week and the day after it.
fn two_days() -> ClosedDays {
    ClosedDays {
        name: "Days of Placeholder".to_owned(),
        from: "2026-11-10".to_owned(),
        until: "2026-11-11".to_owned(),
    }
}

async fn add(desk: &Desk, caller: &Caller, days: ClosedDays) -> Result<Closure> {
    let op_id = desk.op();
    let request = AddClosure { op_id, days };
    desk.scheduler.add_closure(caller, &request).await
}

/// An administrator, signed in.
async fn administrator(desk: &Desk) -> Caller {
    let robin = agency::add(desk.store(), "Robin Keys", Role::Administrator).await;
    desk.house.enrol(robin.unwrap(), 5).await.caller
}

/// When Dana is free for an hour within a week from that day on, by Chicago's clocks.
async fn free(desk: &Desk, from: &str) -> Vec<String> {
    let wish = FindSlots {
        from: from.to_owned(),
        days: 7,
        minutes: 60,
        visit_type: None,
        zone: Some("America/Chicago".to_owned()),
        staff: None,
    };
    let slots = desk.scheduler.slots(&desk.dana, wish).await.unwrap().slots;
    let civil = slots.into_iter().map(|slot| slot.at.civil);
    civil.collect()
}

/// The days among them, each once.
fn days(free: &[String]) -> Vec<&str> {
    let mut days: Vec<_> = free.iter().map(|civil| &civil[..10]).collect();
    days.dedup();
    days
}

fn open(from: &str, until: &str) -> OpenHours {
    OpenHours {
        from: from.to_owned(),
        until: until.to_owned(),
    }
}

pub async fn overseers_say_when_the_agency_is_closed_and_case_managers_read_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    for who in [desk.dana, desk.maria, desk.ana] {
        assert_eq!(code(add(&desk, &who, two_days()).await), Code::NotAllowed);
    }
    let request = AddClosure {
        op_id: desk.op(),
        days: two_days(),
    };
    let added = desk.scheduler.add_closure(&robin, &request).await;
    let added = added.unwrap();
    assert_eq!((&added.days, added.booked), (&two_days(), 0));
    let again = desk.scheduler.add_closure(&robin, &request).await;
    assert_eq!(again.unwrap(), added, "once");
    let sooner = ClosedDays {
        from: "2026-11-05".to_owned(),
        until: "2026-11-05".to_owned(),
        ..two_days()
    };
    let sooner = add(&desk, &robin, sooner).await.unwrap();
    let seen = desk.store().closures(&desk.dana).await.unwrap().closures;
    assert_eq!(seen, [sooner.clone(), added.clone()]);
    let refused = desk.store().closures(&desk.maria).await;
    assert_eq!(code(refused), Code::NotAllowed);
    let database = &desk.house.database;
    assert!(!database.holds(b"Days of Placeholder").await.unwrap());
    let refused = desk.store().end_closure(&desk.dana, added.id).await;
    assert_eq!(code(refused), Code::NotAllowed);
    for _ in 0..2 {
        desk.store().end_closure(&robin, added.id).await.unwrap();
    }
    let seen = desk.store().closures(&desk.dana).await.unwrap().closures;
    assert_eq!(seen, [sooner]);
    // It is Monday the 2nd; on the 8th what was on the 5th is over everywhere.
    desk.at("2026-11-08T09:00").await;
    let seen = desk.store().closures(&desk.dana).await.unwrap().closures;
    assert!(seen.is_empty());
}

pub async fn closures_that_cannot_be_are_refused(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    for (from, until, expected) in [
        ("2026-11-11", "2026-11-10", Code::BadRequest),
        ("2026-11-10", "2027-11-10", Code::BadRequest),
        ("2026-11-31", "2026-12-01", Code::TimeMalformed),
        ("2026-10-30", "2026-10-31", Code::TimePast),
    ] {
        let days = ClosedDays {
            from: from.to_owned(),
            until: until.to_owned(),
            ..two_days()
        };
        let refused = add(&desk, &robin, days).await;
        assert_eq!(code(refused), expected, "{from} {until}");
    }
    for _ in 0..limits::CLOSURES_MAX {
        add(&desk, &robin, two_days()).await.unwrap();
    }
    let one_more = add(&desk, &robin, two_days()).await;
    assert_eq!(code(one_more), Code::TooLarge);
}

pub async fn nobody_is_booked_on_a_closed_day_and_what_is_booked_stays(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    let stays = desk.book(TUESDAY).await;
    let other = desk.book("2026-11-12T10:00").await;
    let closed = add(&desk, &robin, two_days()).await.unwrap();
    assert_eq!(closed.booked, 1);
    let seen = async |who: &Caller| desk.store().closures(who).await.unwrap().closures[0].booked;
    assert_eq!(seen(&desk.dana).await, 1, "her own");
    assert_eq!(seen(&desk.sam).await, 0, "none of his");
    let week = free(&desk, "2026-11-09").await;
    assert_eq!(days(&week), ["2026-11-09", "2026-11-12", "2026-11-13"]);
    let wednesday = "2026-11-11T10:00";
    let refused = desk
        .scheduler
        .book(&desk.dana, desk.request(wednesday))
        .await;
    assert_eq!(code(refused), Code::NotAvailable);
    let wish = HoldTime {
        client: desk.maria.person,
        civil_start: wednesday.to_owned(),
        zone: None,
        kind: None,
        minutes: 30,
        visit_type: None,
        staff: Vec::new(),
        instead: None,
    };
    let refused = desk.scheduler.hold_time(&desk.dana, wish).await;
    assert_eq!(code(refused), Code::NotAvailable);
    let refused = desk.shift(&other, wednesday).await;
    assert_eq!(code(refused), Code::NotAvailable);
    let refused = desk.shift(&stays, "2026-11-10T11:00").await;
    assert_eq!(code(refused), Code::NotAvailable, "it stays where it is");
    let with_sam = ChangeTeam {
        op_id: desk.op(),
        sequence: stays.sequence,
        staff: vec![desk.sam.account],
        take_over: false,
    };
    let refused = desk.scheduler.change_team(&desk.dana, stays.id, with_sam);
    assert_eq!(code(refused.await), Code::NotAvailable);
    let list = desk.store().appointments_of(&desk.dana, desk.maria.person);
    let starts: Vec<_> = (list.await.unwrap().appointments.iter())
        .map(|card| card.start)
        .collect();
    assert_eq!(starts, [stays.start, other.start]);
    desk.store().end_closure(&robin, closed.id).await.unwrap();
    desk.shift(&other, wednesday).await.unwrap();
    assert!(days(&free(&desk, "2026-11-09").await).contains(&"2026-11-11"));
}

pub async fn a_worker_who_says_that_they_work_on_a_closed_day_can_be_booked(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    let mut hours = desk.scheduler.hours(&desk.dana).await.unwrap();
    let before = hours.clone();
    hours.dated = vec![DatedHours {
        date: "2026-11-10".to_owned(),
        open: vec![open("13:00", "14:00")],
    }];
    add(&desk, &robin, two_days()).await.unwrap();
    let own = desk.scheduler.hours(&desk.dana).await.unwrap();
    assert_eq!(own, before, "hers say what she said");
    let saved = desk.scheduler.put_hours(&desk.dana, hours).await;
    saved.unwrap();
    let week = free(&desk, "2026-11-09").await;
    let tuesday: Vec<_> = week.iter().filter(|civil| civil.contains("-10T")).collect();
    assert_eq!(tuesday, ["2026-11-10T13:00"]);
    assert!(!days(&week).contains(&"2026-11-11"));
    desk.book("2026-11-10T13:00").await;
    // Sam said nothing of that day.
    let mut together = desk.request("2026-11-10T13:30");
    together.staff = vec![desk.sam.account];
    let refused = desk.scheduler.book(&desk.dana, together).await;
    assert_eq!(code(refused), Code::NotAvailable);
}

pub async fn a_visit_of_a_series_on_a_closed_day_is_a_conflict(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    let days = ClosedDays {
        from: "2026-11-17".to_owned(),
        until: "2026-11-17".to_owned(),
        ..two_days()
    };
    add(&desk, &robin, days).await.unwrap();
    let weekly = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=3");
    let refused = desk.scheduler.book_series(&desk.dana, weekly).await;
    assert_eq!(code(refused), Code::SeriesConflicts);
    let mut weekly = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=3");
    weekly.skip_conflicts = true;
    let booked = desk.scheduler.book_series(&desk.dana, weekly).await;
    let booked = booked.unwrap();
    let left_out = booked.not_booked.iter();
    let left_out: Vec<_> = left_out
        .map(|one| (one.at.civil.as_str(), one.code))
        .collect();
    assert_eq!(left_out, [("2026-11-17T10:00", Code::NotAvailable)]);
    let starts = booked.appointments.iter();
    let starts: Vec<_> = starts.map(|card| card.at.civil.as_str()).collect();
    assert_eq!(starts, [TUESDAY, "2026-11-24T10:00"]);
}

pub async fn a_client_finds_no_times_on_a_closed_day(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    let link = booking_links::make(&desk, |_| {}).await;
    assert!(!booking_links::offered(&desk, &link).await.is_empty());
    let closed = add(&desk, &robin, two_days()).await.unwrap();
    let offered = booking_links::offered(&desk, &link).await;
    assert_eq!(offered, Vec::<String>::new());
    let refused = booking_links::hold(&desk, &link, TUESDAY).await;
    assert_eq!(code(refused), Code::SlotTaken, "a client is told no more");
    let refused = booking_links::book(&desk, &link, TUESDAY).await;
    assert_eq!(code(refused), Code::SlotTaken);
    desk.store().end_closure(&robin, closed.id).await.unwrap();
    let held = booking_links::hold(&desk, &link, TUESDAY).await;
    held.unwrap();
}

pub async fn a_closed_day_begins_and_ends_at_each_workers_own_midnight(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = administrator(&desk).await;
    let day_and_night = |zone: &str| WorkingHours {
        zone: zone.to_owned(),
        weekly: (1..=7)
            .map(|weekday| WeeklyHours {
                weekday,
                open: open("00:00", "24:00"),
            })
            .collect(),
        dated: Vec::new(),
    };
    for (who, zone) in [(desk.dana, "America/New_York"), (desk.sam, agency::ZONE)] {
        let saved = desk.scheduler.put_hours(&who, day_and_night(zone)).await;
        saved.unwrap();
    }
    // Midnight in New York is eleven in the evening in Chicago.
    desk.book("2026-11-09T22:15").await;
    desk.book("2026-11-09T22:45").await;
    let day = ClosedDays {
        until: "2026-11-10".to_owned(),
        ..two_days()
    };
    let closed = add(&desk, &robin, day).await.unwrap();
    assert_eq!(closed.booked, 1, "the one over midnight");
    for (civil, expected) in [
        ("2026-11-08T22:45", None),
        ("2026-11-09T23:15", Some(Code::NotAvailable)),
        ("2026-11-10T22:45", Some(Code::NotAvailable)),
        ("2026-11-10T23:00", None),
    ] {
        let request = desk.request(civil);
        let booked = desk.scheduler.book(&desk.dana, request).await;
        let refused = booked.err().map(|error| error.refusal().code);
        assert_eq!(refused, expected, "{civil}");
    }
    // Sam's day is Chicago's.
    let mut together = desk.request("2026-11-10T23:30");
    together.staff = vec![desk.sam.account];
    let refused = desk.scheduler.book(&desk.dana, together).await;
    assert_eq!(code(refused), Code::NotAvailable);
    let mut together = desk.request("2026-11-11T00:00");
    together.staff = vec![desk.sam.account];
    desk.scheduler.book(&desk.dana, together).await.unwrap();
}
