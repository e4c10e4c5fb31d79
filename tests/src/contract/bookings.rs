//! Booking, moving and calling off: what is done, and what is refused with what instead.

use protocol::http::{Appointment, BookAppointment, MoveAppointment};
use protocol::{
    AppointmentKind, AppointmentState, Code, Instead, PersonId, Refusal, Response, Role, limits,
};
use store::{Result, Within};
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;

fn refusal<T>(result: Result<T>) -> Refusal {
    result.err().unwrap().refusal()
}

/// The free times that a refusal names, on the clock.
fn slots(refusal: &Refusal) -> Vec<String> {
    match refusal.instead.as_deref() {
        Some(Instead::Slots(slots)) => slots.iter().map(|slot| slot.at.civil.clone()).collect(),
        other => panic!("no slots: {other:?}"),
    }
}

/// Books what `change` made of an ordinary request.
async fn try_book(desk: &Desk, change: impl FnOnce(&mut BookAppointment)) -> Result<Appointment> {
    let mut request = desk.request(TUESDAY);
    change(&mut request);
    desk.scheduler.book(&desk.dana, request).await
}

async fn booked(desk: &Desk) -> i64 {
    desk.house.count("SELECT COUNT(*) FROM appointment").await
}

async fn uid(desk: &Desk) -> Vec<String> {
    desk.house.texts("SELECT ics_uid FROM appointment").await
}

pub async fn a_visit_is_booked_on_the_clients_clock(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.zone = "America/New_York".to_owned();
    })
    .await;
    let card = desk.book("2026-11-03T11:00").await;
    assert_eq!(card.start, Desk::instant("2026-11-03T10:00"));
    assert_eq!(
        (card.at.civil.as_str(), card.at.offset.as_str()),
        ("2026-11-03T11:00", "-05:00")
    );
    assert_eq!(card.at.zone, "America/New_York");
    assert_eq!(card.yours.civil, "2026-11-03T10:00", "Dana's clock");
    assert_eq!(
        (card.minutes, card.sequence, card.state),
        (30, 0, AppointmentState::Booked)
    );
    assert_eq!(card.client_name, "Maria Sample");
    let parts: Vec<_> = card
        .participants
        .iter()
        .map(|part| (part.role, part.response))
        .collect();
    assert_eq!(
        parts,
        [
            (Role::Client, Response::NeedsAction),
            (Role::CaseManager, Response::Accepted),
        ]
    );
    assert!(card.may_change && !card.may_reply);
    let hers = desk
        .store()
        .appointments(
            &desk.maria,
            Within {
                from: None,
                days: 7,
            },
        )
        .await;
    let hers = hers.unwrap().appointments.remove(0);
    assert_eq!(hers.id, card.id);
    assert!(!hers.may_change && hers.may_reply);
    assert_eq!(
        hers.meeting_link.as_deref(),
        Some("https://meet.example.org/maria-room")
    );
    // The booker may choose.
    let chosen = try_book(&desk, |request| {
        request.zone = Some("Europe/Dublin".to_owned());
    })
    .await;
    assert_eq!(
        refusal(chosen).code,
        Code::NotAvailable,
        "four in the morning in Chicago"
    );
    let chosen = try_book(&desk, |request| {
        request.zone = Some("Europe/Dublin".to_owned());
        request.civil_start = "2026-11-10T16:00".to_owned();
    });
    assert_eq!(chosen.await.unwrap().start, Desk::instant(TUESDAY));
}

pub async fn a_collision_names_the_next_three_free_times(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    desk.book("2026-11-10T10:45").await;
    let collision = refusal(try_book(&desk, |_| {}).await);
    assert_eq!(collision.code, Code::SlotTaken);
    assert_eq!(
        slots(&collision),
        ["2026-11-10T11:15", "2026-11-10T11:30", "2026-11-10T11:45"]
    );
    for (start, minutes) in [("09:45", 30), ("10:29", 5), ("09:00", 120), ("10:15", 5)] {
        let overlap = try_book(&desk, |request| {
            request.civil_start = format!("2026-11-10T{start}");
            request.minutes = minutes;
        });
        assert_eq!(refusal(overlap.await).code, Code::SlotTaken, "{start}");
    }
    // What touches does not collide; each of the named times can be had.
    for start in ["2026-11-10T09:30", "2026-11-10T11:15"] {
        desk.book(start).await;
    }
    let between = try_book(&desk, |request| {
        request.civil_start = "2026-11-10T10:30".to_owned();
        request.minutes = 15;
    });
    assert!(between.await.is_ok());
    // Another worker has another calendar.
    let request = desk.request(TUESDAY);
    assert!(desk.scheduler.book(&desk.sam, request).await.is_ok());
    // At the end of the day the next times are the next day's.
    let late = try_book(&desk, |request| {
        request.civil_start = "2026-11-10T16:45".to_owned();
    });
    let late = refusal(late.await);
    assert_eq!(late.code, Code::NotAvailable);
    assert_eq!(
        slots(&late),
        ["2026-11-11T09:00", "2026-11-11T09:15", "2026-11-11T09:30"]
    );
}

pub async fn the_same_request_again_books_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let request = desk.request(TUESDAY);
    let first = desk
        .scheduler
        .book(&desk.dana, request.clone())
        .await
        .unwrap();
    let again = desk
        .scheduler
        .book(&desk.dana, request.clone())
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(booked(&desk).await, 1);
    // The id belongs to its request, and to Dana.
    let change = MoveAppointment {
        op_id: request.op_id,
        sequence: 0,
        civil_start: "2026-11-10T14:00".to_owned(),
        zone: None,
        minutes: None,
        scope: protocol::Scope::This,
        skip_conflicts: false,
    };
    let moved = desk
        .scheduler
        .move_appointment(&desk.dana, first.id, change)
        .await;
    assert_eq!(code(moved), Code::BadRequest);
    let sams = desk.scheduler.book(&desk.sam, request).await.unwrap();
    assert_ne!(sams.id, first.id);
}

pub async fn a_time_that_cannot_be_is_refused(engine: Engine) {
    let desk = Desk::open(engine).await;
    for (civil, expected) in [
        ("2026-11-02T08:59", Code::TimePast),
        ("2026-10-27T10:00", Code::TimePast),
        ("2026-11-07T10:00", Code::NotAvailable), // a Saturday
        ("2026-11-10T08:59", Code::NotAvailable),
        ("2026-11-10T16:31", Code::NotAvailable),
        ("2026-02-30T10:00", Code::TimeMalformed),
        ("2026-11-10T25:00", Code::TimeMalformed),
        ("2026-11-10T10:00:30", Code::TimeMalformed),
        ("2026-11-10 10:00", Code::TimeMalformed),
        ("next Tuesday", Code::TimeMalformed),
        ("", Code::TimeMalformed),
    ] {
        let refused = try_book(&desk, |request| request.civil_start = civil.to_owned()).await;
        assert_eq!(refusal(refused).code, expected, "{civil:?}");
    }
    let gap = try_book(&desk, |request| {
        request.civil_start = "2027-03-14T02:30".to_owned();
    });
    let gap = refusal(gap.await);
    assert_eq!(gap.code, Code::TimeInGap);
    match gap.instead.as_deref() {
        Some(Instead::Time(next)) => {
            assert_eq!(
                (next.civil.as_str(), next.offset.as_str()),
                ("2027-03-14T03:00", "-05:00")
            );
        }
        other => panic!("no next time: {other:?}"),
    }
    for zone in [
        "Mars/Olympus",
        "",
        "America",
        "../../etc/passwd",
        "America/Chicago\n",
    ] {
        let refused = try_book(&desk, |request| request.zone = Some(zone.to_owned())).await;
        assert_eq!(refusal(refused).code, Code::ZoneUnknown, "{zone:?}");
    }
    for minutes in [0, 4, 721, u16::MAX] {
        let refused = try_book(&desk, |request| request.minutes = minutes).await;
        assert_eq!(refusal(refused).code, Code::BadRequest, "{minutes} minutes");
    }
    let far = try_book(&desk, |request| {
        request.civil_start = "2029-11-13T10:00".to_owned();
    });
    assert_eq!(refusal(far.await).code, Code::NotAvailable);
    assert_eq!(booked(&desk).await, 0);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM claim").await, 0);
}

pub async fn people_who_may_not_come_are_refused(engine: Engine) {
    let desk = Desk::open(engine).await;
    let agency = desk.house.agency;
    let many = try_book(&desk, |request| {
        request.caregivers = (0..200).map(|n| PersonId::from_bytes([n; 16])).collect();
    });
    assert_eq!(refusal(many.await).code, Code::TooManyParticipants);
    let most = limits::PARTICIPANTS_MAX - 2;
    let most = try_book(&desk, |request| {
        request.caregivers = vec![agency.ana.person; most];
    })
    .await;
    assert_eq!(
        refusal(most).code,
        Code::ConsentRequired,
        "as many as may come"
    );

    let stranger = testkit::agency::add(desk.store(), "Other Specimen", Role::Client)
        .await
        .unwrap();
    for nobody in [
        stranger.person,
        PersonId::from_bytes([9; 16]),
        agency.ana.person,
    ] {
        let refused = try_book(&desk, |request| request.client = nobody).await;
        assert_eq!(refusal(refused).code, Code::NotFound);
    }
    for nobody in [stranger.person, agency.sam.person, agency.maria.person] {
        let refused = try_book(&desk, |request| request.caregivers = vec![nobody]).await;
        assert_eq!(refusal(refused).code, Code::NotFound, "not on the record");
    }
}

pub async fn a_caregiver_comes_under_a_consent_to_appointments(engine: Engine) {
    let desk = Desk::open(engine).await;
    let agency = desk.house.agency;
    let ana = |request: &mut BookAppointment| request.caregivers = vec![agency.ana.person];
    assert_eq!(
        refusal(try_book(&desk, ana).await).code,
        Code::ConsentRequired
    );
    // A consent to messages is none to appointments.
    let record = protocol::http::RecordConsent {
        op_id: desk.op(),
        client: agency.maria.person,
        caregiver: agency.ana.person,
        basis: protocol::ConsentBasis::Written,
        note: String::new(),
        until: None,
        appointments: false,
        reminders: false,
    };
    desk.store()
        .record_consent(&desk.dana, record)
        .await
        .unwrap();
    assert_eq!(
        refusal(try_book(&desk, ana).await).code,
        Code::ConsentRequired
    );
    desk.consent(None).await;
    // Named twice, she comes once.
    let twice = try_book(&desk, |request| {
        request.caregivers = vec![agency.ana.person; 2];
    })
    .await;
    assert_eq!(twice.unwrap().participants.len(), 3);

    for (caller, expected) in [(&desk.maria, Code::NotAllowed), (&desk.ana, Code::NotFound)] {
        let refused = desk
            .scheduler
            .book(caller, desk.request("2026-11-11T10:00"))
            .await;
        assert_eq!(code(refused), expected);
    }
    desk.house.run("UPDATE assignment SET ended_at = 1").await;
    let refused = try_book(&desk, |request| {
        request.civil_start = "2026-11-11T10:00".to_owned();
    });
    assert_eq!(refusal(refused.await).code, Code::NotFound);
    assert_eq!(booked(&desk).await, 1);
}

pub async fn a_meeting_link_is_https_for_video_and_sealed(engine: Engine) {
    let desk = Desk::open(engine).await;
    let phone = try_book(&desk, |request| request.kind = AppointmentKind::Phone).await;
    assert_eq!(refusal(phone).code, Code::BadRequest);
    for bad in [
        "http://meet.example.org/a",
        "javascript:alert(1)",
        "",
        "https://",
    ] {
        let refused = try_book(&desk, |request| request.meeting_link = Some(bad.to_owned())).await;
        assert_eq!(refusal(refused).code, Code::MeetingLinkInvalid, "{bad}");
    }
    desk.book(TUESDAY).await;
    desk.post().await;
    let database = &desk.house.database;
    for secret in [
        "maria-room",
        "meet.example.org",
        "maria.sample@example.com",
        "Maria Sample",
    ] {
        assert!(
            !database.holds(secret.as_bytes()).await.unwrap(),
            "{secret} lies open"
        );
    }
}

pub async fn a_move_keeps_the_calendars_name_and_raises_its_sequence(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    let before = uid(&desk).await;
    let moved = desk.shift(&card, "2026-11-10T10:15").await.unwrap();
    assert_eq!(
        (moved.id, moved.sequence),
        (card.id, 1),
        "it may overlap itself"
    );
    assert_eq!(moved.at.civil, "2026-11-10T10:15");
    assert_eq!(uid(&desk).await, before);
    let old = desk.shift(&card, "2026-11-10T15:00").await;
    assert_eq!(code(old), Code::AppointmentChanged);
    assert_eq!(code(desk.call_off(&card).await), Code::AppointmentChanged);
    let reply = desk.reply(&desk.maria, (card.id, 0), protocol::Reply::Confirm);
    assert_eq!(code(reply.await), Code::AppointmentChanged);
    // The old time is free, the new one is not.
    let taken = try_book(&desk, |request| {
        request.civil_start = "2026-11-10T10:30".to_owned();
    });
    assert_eq!(refusal(taken.await).code, Code::SlotTaken);
    let first = try_book(&desk, |request| request.minutes = 15).await;
    assert!(first.is_ok());
    let onto = refusal(desk.shift(&moved, TUESDAY).await);
    assert_eq!(onto.code, Code::SlotTaken);
    assert_eq!(
        slots(&onto)[0],
        "2026-11-10T10:15",
        "its own time is no hindrance"
    );
    for (civil, expected) in [
        ("2026-11-01T10:00", Code::TimePast),
        ("2026-11-07T10:00", Code::NotAvailable),
        ("2027-03-14T02:30", Code::TimeInGap),
        ("soon", Code::TimeMalformed),
    ] {
        assert_eq!(code(desk.shift(&moved, civil).await), expected, "{civil}");
    }
    // Sam serves Maria too.
    let change = MoveAppointment {
        op_id: desk.op(),
        sequence: 1,
        civil_start: "2026-11-12T16:00".to_owned(),
        zone: Some("America/New_York".to_owned()),
        minutes: Some(60),
        scope: protocol::Scope::This,
        skip_conflicts: false,
    };
    for caller in [&desk.maria, &desk.ana] {
        let refused = desk
            .scheduler
            .move_appointment(caller, card.id, change.clone());
        assert_eq!(code(refused.await), Code::NotFound);
    }
    let moved = desk
        .scheduler
        .move_appointment(&desk.sam, card.id, change)
        .await
        .unwrap();
    assert_eq!((moved.sequence, moved.minutes), (2, 60));
    assert_eq!(moved.start, Desk::instant("2026-11-12T15:00"));
}

pub async fn a_cancel_frees_the_time(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    let cancelled = desk.call_off(&card).await.unwrap();
    assert_eq!(
        (cancelled.state, cancelled.sequence),
        (AppointmentState::Cancelled, 1)
    );
    assert!(!cancelled.may_change);
    let again = desk.book(TUESDAY).await;
    assert_ne!(again.id, card.id);
    assert_eq!(uid(&desk).await.len(), 2);
    for sequence in [0, 1] {
        let card = Appointment {
            sequence,
            ..card.clone()
        };
        assert_eq!(code(desk.call_off(&card).await), Code::AppointmentState);
        let moved = desk.shift(&card, "2026-11-10T15:00").await;
        assert_eq!(code(moved), Code::AppointmentState);
    }
    let unknown = Appointment {
        id: protocol::AppointmentId::from_bytes([9; 16]),
        ..again
    };
    assert_eq!(code(desk.call_off(&unknown).await), Code::NotFound);
}
