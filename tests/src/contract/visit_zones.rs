//! On whose clocks visits are agreed: at the office on those of the site, elsewhere on the client's, or as wished. Maria
//! lives in Los Angeles; Dana's hours are in Chicago.

use care::Caller;
use care::civil::Zone;
use protocol::http::{BookAppointment, BookSeries, HoldTime, VisitZone};
use protocol::{AppointmentKind, Timestamp};
use store::{BookingWish, LinkSecret};
use testkit::{Engine, agency};

use super::booking_links::phone_call;
use super::desk::{Desk, TUESDAY};
use super::jobs::under_the_old_law;

const HERS: &str = "America/Los_Angeles";
const SITE: &str = "America/Chicago";

async fn open(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.zone = HERS.to_owned();
    })
    .await;
    desk
}

/// Half an hour of that kind with Maria, at a time on whosever clocks it goes by.
fn request(desk: &Desk, kind: AppointmentKind, civil: &str) -> BookAppointment {
    BookAppointment {
        kind,
        meeting_link: None,
        ..desk.request(civil)
    }
}

/// Zone and civil time of every visit of Maria's, as Dana sees them, and the instants.
async fn agreed(desk: &Desk) -> Vec<(String, String, Timestamp)> {
    let seen = desk.store().appointments_of(&desk.dana, desk.maria.person);
    let seen = seen.await.unwrap().appointments.into_iter();
    seen.map(|card| (card.at.zone, card.at.civil, card.start))
        .collect()
}

pub async fn a_visit_at_the_office_goes_by_the_clocks_there_and_any_other_by_the_clients(
    engine: Engine,
) {
    let desk = open(engine).await;
    for (day, kind) in (9..).zip(AppointmentKind::ALL) {
        // The ninth is a Monday; of the weekend nobody is booked.
        let day = if day > 13 { day + 2 } else { day };
        let civil = format!("2026-11-{day:02}T10:00");
        let booked = desk
            .scheduler
            .book(&desk.dana, request(&desk, *kind, &civil));
        let booked = booked.await.unwrap();
        let (zone, there) = match kind {
            AppointmentKind::Office => (SITE, civil.clone()),
            _ => (HERS, format!("2026-11-{day:02}T12:00")),
        };
        assert_eq!((booked.at.zone.as_str(), &booked.at.civil), (zone, &civil));
        assert_eq!(booked.start, Desk::instant(&there), "{kind:?}");
        // The reader of the card is told on their own clocks beside it.
        assert_eq!(booked.yours.zone, SITE);
    }
    // A wish is kept, at the office and at home alike.
    for (kind, civil) in [
        (AppointmentKind::Office, "2026-11-17T09:00"),
        (AppointmentKind::Home, "2026-11-17T11:00"),
    ] {
        let wished = BookAppointment {
            zone: Some("America/Denver".to_owned()),
            ..request(&desk, kind, civil)
        };
        let booked = desk.scheduler.book(&desk.dana, wished).await.unwrap();
        assert_eq!(booked.at.zone, "America/Denver");
        assert_eq!(booked.at.civil, civil);
    }
}

pub async fn a_series_and_a_kept_time_at_the_office_go_by_the_clocks_there(engine: Engine) {
    let desk = open(engine).await;
    let kept = |kind| HoldTime {
        client: desk.maria.person,
        civil_start: "2026-11-11T10:00".to_owned(),
        zone: None,
        kind,
        minutes: 30,
        visit_type: None,
        staff: Vec::new(),
        instead: None,
    };
    for (kind, there) in [
        (Some(AppointmentKind::Office), "2026-11-11T10:00"),
        (Some(AppointmentKind::Home), "2026-11-11T12:00"),
        (None, "2026-11-11T12:00"),
    ] {
        let held = desk.scheduler.hold_time(&desk.dana, kept(kind)).await;
        assert_eq!(held.unwrap().start, Desk::instant(there), "{kind:?}");
    }
    let series = BookSeries {
        first: request(&desk, AppointmentKind::Office, TUESDAY),
        rule: "FREQ=WEEKLY;COUNT=3".to_owned(),
        skip_conflicts: false,
    };
    let booked = desk.scheduler.book_series(&desk.dana, series).await;
    let booked = booked.unwrap().appointments;
    let zones: Vec<_> = booked.iter().map(|card| card.at.zone.as_str()).collect();
    assert_eq!(zones, [SITE; 3]);
    assert_eq!(booked[0].start, Desk::instant(TUESDAY));
}

pub async fn whoever_serves_a_client_is_told_the_zone_of_each_kind(engine: Engine) {
    let desk = open(engine).await;
    let zones = async |caller: &Caller| {
        let told = desk.store().visit_zones(caller, desk.maria.person).await;
        told.unwrap().zones
    };
    for (kind, told) in AppointmentKind::ALL.iter().zip(zones(&desk.dana).await) {
        let site = *kind == AppointmentKind::Office;
        let zone = if site { SITE } else { HERS };
        let expected = VisitZone {
            kind: *kind,
            zone: zone.to_owned(),
            site,
        };
        assert_eq!(told, expected);
    }
    // The site is where each works; of whoever never said where, the agency's.
    let sam = desk.sam.account;
    let elsewhere = "America/Denver";
    let set = desk
        .store()
        .set_hours(&desk.sam, sam, elsewhere, agency::office_hours());
    set.await.unwrap();
    let site = |told: Vec<VisitZone>| told.into_iter().find(|one| one.site).unwrap().zone;
    assert_eq!(site(zones(&desk.sam).await), elsewhere);
    let sam = desk.house.id(sam.as_bytes());
    let resource = format!("resource = (SELECT id FROM resource WHERE account = {sam})");
    for sql in [
        format!("DELETE FROM availability WHERE {resource}"),
        format!("DELETE FROM resource WHERE account = {sam}"),
    ] {
        desk.house.run(&sql).await;
    }
    assert_eq!(site(zones(&desk.sam).await), SITE);
}

pub async fn a_link_to_the_office_tells_the_clients_clock_and_books_on_that_of_whoever_holds_it(
    engine: Engine,
) {
    let desk = open(engine).await;
    let people = desk.house.agency;
    let elsewhere = "America/Denver";
    let store = desk.store();
    let set = store.set_hours(
        &desk.sam,
        people.sam.account,
        elsewhere,
        agency::office_hours(),
    );
    set.await.unwrap();
    let make = async |kind: AppointmentKind| {
        let mut asked = phone_call(desk.op());
        asked.kind = kind;
        asked.workers = vec![people.dana.account, people.sam.account];
        let maria = desk.maria.person;
        let made = desk.scheduler.make_booking_link(&desk.dana, maria, &asked);
        let path = made.await.unwrap().path.unwrap();
        LinkSecret::parse(path.strip_prefix("/b/").unwrap()).unwrap()
    };
    let start = Desk::instant(TUESDAY);
    let wish = BookingWish::default();
    let name = |zone: Option<&Zone>| zone.map(|zone| zone.name().to_owned());

    // On the phone there is no other clock than hers.
    let call = make(AppointmentKind::Phone).await;
    let view = store.open_booking_link(&call, &wish).await.unwrap();
    assert_eq!(view.zone.name(), HERS);
    assert!(view.slots.iter().all(|offer| offer.site.is_none()));

    // At the office there is Dana's, and Sam's where Dana is not free.
    let office = make(AppointmentKind::Office).await;
    let view = store.open_booking_link(&office, &wish).await.unwrap();
    assert_eq!(view.zone.name(), HERS);
    let at = |start| view.slots.iter().find(|offer| offer.start == start);
    let offered = at(start).expect("it is free");
    assert_eq!(name(offered.site.as_ref()).as_deref(), Some(SITE));
    // At half past four in Denver Dana has gone home.
    let late = Desk::instant("2026-11-10T17:30");
    let offered = at(late).expect("Sam is there");
    assert_eq!(name(offered.site.as_ref()).as_deref(), Some(elsewhere));

    store.hold_by_link(&office, start).await.unwrap();
    let held = store.held_by_link(&office, start, &wish).await.unwrap();
    assert_eq!(name(held.site.as_ref()).as_deref(), Some(SITE));
    store.let_go_by_link(&office).await.unwrap();
    store.hold_by_link(&office, late).await.unwrap();
    let held = store.held_by_link(&office, late, &wish).await.unwrap();
    assert_eq!(name(held.site.as_ref()).as_deref(), Some(elsewhere));
    let booked = store.book_by_link(&office, late, &wish).await.unwrap();
    assert_eq!(booked.zone.name(), HERS);
    assert_eq!(name(booked.site.as_ref()).as_deref(), Some(elsewhere));
    let sams = (elsewhere.to_owned(), "2026-11-10T16:30".to_owned(), late);
    assert_eq!(agreed(&desk).await, [sams]);
    let booked = store.book_by_link(&call, start, &wish).await.unwrap();
    assert!(booked.site.is_none());
    let hers = (HERS.to_owned(), "2026-11-10T08:00".to_owned(), start);
    assert!(agreed(&desk).await.contains(&hers));
}

pub async fn an_office_keeps_its_own_hour_when_it_moves_and_when_the_law_changes(engine: Engine) {
    let desk = open(engine).await;
    let office = request(&desk, AppointmentKind::Office, TUESDAY);
    let card = desk.scheduler.book(&desk.dana, office).await.unwrap();
    let moved = desk.shift(&card, "2026-11-10T14:00").await.unwrap();
    assert_eq!(moved.at.zone, SITE, "as it was, where no other is wished");
    assert_eq!(moved.start, Desk::instant("2026-11-10T14:00"));
    // Dana moves to another zone, and Maria too: what was agreed stands.
    let (store, account) = (desk.store(), desk.dana.account);
    let set = store.set_hours(
        &desk.dana,
        account,
        "America/Denver",
        agency::office_hours(),
    );
    set.await.unwrap();
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.zone = "America/New_York".to_owned();
    })
    .await;
    under_the_old_law(&desk).await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 1);
    let civil = "2026-11-10T14:00".to_owned();
    let expected = (SITE.to_owned(), civil.clone(), Desk::instant(&civil));
    assert_eq!(agreed(&desk).await, [expected]);
}
