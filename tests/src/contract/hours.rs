//! A worker's own hours: read, changed whole, and what they do to free times and to what is booked.

use care::Caller;
use care::civil::parse_date;
use protocol::http::{DatedHours, FindSlots, OpenHours, WeeklyHours, WorkingHours};
use protocol::{AccountId, Code};
use store::SlotSearch;
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;

fn open(from: &str, until: &str) -> OpenHours {
    OpenHours {
        from: from.to_owned(),
        until: until.to_owned(),
    }
}

/// Tuesdays from two to four, in New York; not on the day before Christmas.
fn afternoons() -> WorkingHours {
    WorkingHours {
        zone: "America/New_York".to_owned(),
        weekly: vec![WeeklyHours {
            weekday: 2,
            open: open("14:00", "16:00"),
        }],
        dated: vec![
            DatedHours {
                date: "2026-11-17".to_owned(),
                open: vec![open("10:00", "11:00")],
            },
            DatedHours {
                date: "2026-11-24".to_owned(),
                open: Vec::new(),
            },
        ],
    }
}

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

pub async fn a_worker_says_when_they_can_be_booked(engine: Engine) {
    let desk = Desk::open(engine).await;
    let before = desk.scheduler.hours(&desk.dana).await.unwrap();
    assert_eq!(before.zone, "America/Chicago");
    assert_eq!(before.weekly.len(), 5, "as the agency was set up");
    let saved = desk.scheduler.put_hours(&desk.dana, afternoons()).await;
    let saved = saved.unwrap();
    assert_eq!((saved.hours, saved.outside), (afternoons(), 0));
    let hours = desk.scheduler.hours(&desk.dana).await.unwrap();
    assert_eq!(hours, afternoons());
    let sams = desk.scheduler.hours(&desk.sam).await.unwrap();
    assert_eq!(sams, before, "nobody else's changed");
    let tuesday = ["2026-11-10T13:00", "2026-11-10T13:15", "2026-11-10T13:30"];
    assert_eq!(free(&desk, "2026-11-09").await[..3], tuesday);
    assert_eq!(free(&desk, "2026-11-16").await, ["2026-11-17T09:00"]);
    assert_eq!(free(&desk, "2026-11-23").await, Vec::<String>::new());
}

pub async fn what_is_booked_outside_new_hours_stays_and_is_counted(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.book("2026-11-10T13:00").await;
    let saved = desk.scheduler.put_hours(&desk.dana, afternoons()).await;
    assert_eq!(saved.unwrap().outside, 1);
    let list = desk.store().appointments_of(&desk.dana, card.client).await;
    assert_eq!(list.unwrap().appointments.len(), 2);
    let moved = desk.shift(&card, "2026-11-12T10:00").await;
    assert_eq!(code(moved), Code::NotAvailable, "the new hours hold");
}

pub async fn hours_that_cannot_be_are_refused_whole(engine: Engine) {
    let desk = Desk::open(engine).await;
    let before = desk.scheduler.hours(&desk.dana).await.unwrap();
    let mut nowhere = afternoons();
    nowhere.zone = "Mars/Nowhere".to_owned();
    let refused = desk.scheduler.put_hours(&desk.dana, nowhere).await;
    assert_eq!(code(refused), Code::ZoneUnknown);
    let mut late = afternoons();
    late.dated[0].open = vec![open("11:00", "10:00")];
    let refused = desk.scheduler.put_hours(&desk.dana, late).await;
    assert_eq!(code(refused), Code::BadRequest);
    let refused = desk.scheduler.put_hours(&desk.maria, afternoons()).await;
    assert_eq!(code(refused), Code::NotAllowed);
    assert_eq!(desk.scheduler.hours(&desk.dana).await.unwrap(), before);
}

pub async fn what_is_offered_on_other_clocks_is_booked_when_it_is(engine: Engine) {
    let desk = Desk::open(engine).await;
    // On Lord Howe the clocks go back by half an hour on a Sunday at two, a Saturday morning in Chicago.
    let mut hours = desk.scheduler.hours(&desk.dana).await.unwrap();
    hours.dated = vec![DatedHours {
        date: "2027-04-03".to_owned(),
        open: vec![open("09:00", "11:00")],
    }];
    desk.scheduler.put_hours(&desk.dana, hours).await.unwrap();
    let there = "Australia/Lord_Howe";
    let wish = FindSlots {
        from: "2027-04-04".to_owned(),
        days: 1,
        minutes: 15,
        visit_type: None,
        zone: Some(there.to_owned()),
        staff: None,
    };
    let slots = desk.scheduler.slots(&desk.dana, wish).await.unwrap().slots;
    let civil: Vec<_> = slots.iter().map(|slot| &slot.at.civil[11..]).collect();
    let expected = ["01:00", "01:15", "01:30", "01:45", "02:00", "02:15"];
    assert_eq!(civil, expected, "each once");
    for slot in &slots {
        let mut request = desk.request(&slot.at.civil);
        (request.zone, request.minutes) = (Some(there.to_owned()), 15);
        let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
        assert_eq!((card.start, &card.at), (slot.start, &slot.at));
    }
}

pub async fn a_team_is_free_when_each_of_it_is_alone(engine: Engine) {
    let desk = Desk::open(engine).await;
    let saved = desk.scheduler.put_hours(&desk.sam, afternoons()).await;
    saved.unwrap();
    desk.book(TUESDAY).await;
    let search = |staff: &[AccountId]| SlotSearch {
        from: parse_date("2026-11-09").unwrap(),
        days: 14,
        minutes: 60,
        visit_type: None,
        zone: Some("America/Chicago".to_owned()),
        staff: staff.to_vec(),
    };
    let found = async |who: &Caller, staff: &[AccountId]| {
        let found = desk.store().find_slots(who, search(staff)).await;
        let found = found.unwrap().slots.into_iter();
        found.map(|slot| slot.start).collect::<Vec<_>>()
    };
    let (dana, sam) = (desk.dana.account, desk.sam.account);
    let alone = [found(&desk.dana, &[]).await, found(&desk.sam, &[]).await];
    assert!(alone[1].len() > 4, "{} slots", alone[1].len());
    assert!(!alone[0].contains(&Desk::instant(TUESDAY)), "it is taken");
    let mut together = alone[0].clone();
    together.retain(|start| alone[1].contains(start));
    assert!(together.len() > 4, "{} slots", together.len());
    assert_eq!(found(&desk.dana, &[sam]).await, together);
    assert_eq!(found(&desk.sam, &[dana]).await, together);
    let refused = desk.store().find_slots(&desk.maria, search(&[sam])).await;
    assert_eq!(code(refused), Code::NotAllowed);
}
