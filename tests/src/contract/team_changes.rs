//! Who of the staff comes to a visit that is booked already: as a booking would have it, and told to everybody.

use care::Caller;
use futures_util::future::{join, join_all};
use mail::Mail;
use protocol::http::{Appointment, BookSeries, ChangeTeam, MoveAppointment};
use protocol::{AccountId, Code, Reply, Response, Role, Scope, limits};
use store::Result;
use testkit::{Engine, Person, agency};

use super::desk::{Desk, TUESDAY, of};
use super::double_bookings::no_overlap;
use super::house::code;
use super::teams::{by_sam, claims, enrolled, mine, noor, slots};

async fn by(
    desk: &Desk,
    caller: &Caller,
    card: &Appointment,
    staff: &[AccountId],
) -> Result<Appointment> {
    let request = ChangeTeam {
        op_id: desk.op(),
        sequence: card.sequence,
        staff: staff.to_vec(),
        take_over: false,
    };
    desk.scheduler.change_team(caller, card.id, request).await
}

/// Dana changes who comes.
async fn change(desk: &Desk, card: &Appointment, staff: &[AccountId]) -> Result<Appointment> {
    by(desk, &desk.dana, card, staff).await
}

fn subjects(mails: &[Mail], person: Person) -> Vec<String> {
    let mails = of(mails, person).into_iter();
    mails.map(|mail| mail.subject).collect()
}

/// Everybody of the staff who comes to something is busy then, and nobody else is.
async fn claims_are_parts(desk: &Desk) {
    let parts = "SELECT COUNT(*) FROM participant p JOIN appointment a ON a.id = p.appointment
        WHERE a.state = 'booked' AND p.role = 'case_manager' AND p.left_at IS NULL";
    assert_eq!(claims(desk).await, desk.house.count(parts).await);
    no_overlap(&desk.house).await;
}

pub async fn who_is_added_is_busy_and_everybody_is_told(engine: Engine) {
    let desk = Desk::open(engine).await;
    let people = desk.house.agency;
    let card = desk.book(TUESDAY).await;
    let booked = card.participants.iter().filter(|part| part.booked);
    let booked: Vec<_> = booked.map(|part| part.account).collect();
    assert_eq!(booked, [Some(desk.dana.account)]);
    desk.post().await;
    let seen = (card.id, card.sequence);
    let hers = desk.reply(&desk.maria, seen, Reply::Confirm).await.unwrap();
    assert!(hers.participants.iter().all(|part| !part.booked));
    desk.pass(60).await;
    let card = change(&desk, &card, &[desk.sam.account]).await.unwrap();
    assert_eq!((card.sequence, card.participants.len()), (1, 3));
    let maria = &card.participants[0];
    assert_eq!(
        maria.response,
        Response::Accepted,
        "the time is as she knows it"
    );
    claims_are_parts(&desk).await;
    assert_eq!(claims(&desk).await, 2);
    assert_eq!(mine(&desk, &desk.sam).await[0].id, card.id);
    assert_eq!(code(by_sam(&desk, TUESDAY).await), Code::SlotTaken);
    let mails = desk.post().await;
    for person in [people.maria, people.dana] {
        let told = subjects(&mails, person);
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("Team changed: "), "{told:?}");
    }
    let told = of(&mails, people.sam).remove(0);
    assert!(told.subject.starts_with("Appointment on "));
    let file = told.calendar.unwrap();
    assert!(file.contains("METHOD:REQUEST") && file.contains("SEQUENCE:1"));
    // Later he has a new time as everybody has.
    desk.pass(60).await;
    let moved = desk.shift(&card, "2026-11-10T14:00").await.unwrap();
    assert_eq!(moved.sequence, 2);
    let mails = desk.post().await;
    for person in [people.maria, people.dana, people.sam] {
        assert!(subjects(&mails, person)[0].starts_with("New time: "));
    }
    claims_are_parts(&desk).await;
}

pub async fn who_is_taken_out_is_free_again_and_told(engine: Engine) {
    let desk = Desk::open(engine).await;
    let sam = desk.house.agency.sam;
    let card = desk.book(TUESDAY).await;
    let card = change(&desk, &card, &[sam.account]).await.unwrap();
    desk.post().await;
    desk.prefer(&desk.sam, sam.person, |wish| wish.calendar_file = false)
        .await;
    desk.pass(60).await;
    // Whoever is booked stays, named or not.
    let card = change(&desk, &card, &[]).await.unwrap();
    assert_eq!((card.sequence, card.participants.len()), (2, 2));
    claims_are_parts(&desk).await;
    assert!(mine(&desk, &desk.sam).await.is_empty());
    let mails = desk.post().await;
    let told = subjects(&mails, sam);
    assert!(
        told.len() == 1 && told[0].starts_with("Off your calendar: "),
        "{told:?}"
    );
    let other = by_sam(&desk, TUESDAY).await.unwrap();
    desk.pass(60).await;
    let refused = change(&desk, &card, &[sam.account]).await;
    assert_eq!(code(refused), Code::SlotTaken);
    desk.call_off(&other).await.unwrap();
    desk.until_told().await;
    desk.post().await;
    // And once more.
    let again = [sam.account, desk.dana.account];
    let card = change(&desk, &card, &again).await.unwrap();
    assert_eq!((card.sequence, card.participants.len()), (3, 3));
    let told = subjects(&desk.post().await, sam);
    assert!(
        told.len() == 1 && told[0].starts_with("Appointment on "),
        "{told:?}"
    );
    // Who is taken out before anybody told them hears nothing.
    let second = desk.book("2026-11-11T10:00").await;
    let second = change(&desk, &second, &[sam.account]).await.unwrap();
    change(&desk, &second, &[]).await.unwrap();
    assert!(subjects(&desk.post().await, sam).is_empty());
    claims_are_parts(&desk).await;
}

pub async fn who_is_added_must_be_free_as_for_a_booking(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (sam, dana) = (desk.sam.account, desk.dana.account);
    let card = desk.book(TUESDAY).await;
    by_sam(&desk, "2026-11-10T10:15").await.unwrap();
    desk.book("2026-11-10T11:00").await;
    let expected = ["11:30", "11:45", "12:00"].map(str::to_owned).to_vec();
    let taken = slots(change(&desk, &card, &[sam]).await);
    assert_eq!(taken, (Code::SlotTaken, expected));
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let nobody = AccountId::from_bytes([9; 16]);
    for stranger in [nobody, desk.maria.account, desk.ana.account, robin.account] {
        let refused = change(&desk, &card, &[stranger]).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    let idle = agency::add(desk.store(), "Noor Hourless", Role::CaseManager).await;
    let refused = change(&desk, &card, &[idle.unwrap().account]).await;
    assert_eq!(code(refused), Code::NotAvailable);
    let many: Vec<_> = (0..=limits::APPOINTMENT_STAFF_MAX)
        .map(|n| AccountId::from_bytes([u8::try_from(n).unwrap(); 16]))
        .collect();
    let refused = change(&desk, &card, &many).await;
    assert_eq!(code(refused), Code::TooManyParticipants);
    claims_are_parts(&desk).await;
    assert_eq!(mine(&desk, &desk.dana).await[0].sequence, 0);
    // Who comes along already needs not be free again, and nothing changed is no change.
    let (noor, _) = noor(&desk).await;
    let card = change(&desk, &card, &[noor.account]).await.unwrap();
    let closed = care::availability::Hours::default();
    let installation = Caller::installation();
    let set = desk
        .store()
        .set_hours(&installation, noor.account, agency::ZONE, closed);
    set.await.unwrap();
    let same = change(&desk, &card, &[dana, noor.account]).await.unwrap();
    assert_eq!(same.sequence, card.sequence);
    desk.at("2026-11-10T10:01").await;
    let late = change(&desk, &card, &[]).await;
    assert_eq!(code(late), Code::AppointmentState);
}

pub async fn who_may_move_it_may_say_who_comes_and_is_noted_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (noor, beside) = noor(&desk).await;
    let card = desk.book(TUESDAY).await;
    let card = change(&desk, &card, &[noor.account]).await.unwrap();
    for stranger in [&beside, &desk.maria, &desk.ana] {
        let refused = code(by(&desk, stranger, &card, &[]).await);
        assert!(
            [Code::NotAllowed, Code::NotFound].contains(&refused),
            "{refused}"
        );
    }
    // Sam serves Maria.
    let request = ChangeTeam {
        op_id: desk.op(),
        sequence: card.sequence,
        staff: vec![desk.sam.account],
        take_over: false,
    };
    for _ in 0..2 {
        let changed = desk
            .scheduler
            .change_team(&desk.sam, card.id, request.clone());
        assert_eq!(changed.await.unwrap().sequence, 2);
    }
    let stale = by(&desk, &desk.sam, &card, &[]).await;
    assert_eq!(code(stale), Code::AppointmentChanged);
    let done = "act = 'change_team' AND outcome = 'done'";
    assert_eq!(desk.house.entries(done).await, 2);
    claims_are_parts(&desk).await;
}

async fn series(desk: &Desk) -> Vec<Appointment> {
    let request = BookSeries {
        first: desk.request(TUESDAY),
        rule: "FREQ=WEEKLY;COUNT=5".to_owned(),
        skip_conflicts: false,
    };
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    booked.unwrap().appointments
}

fn all_at(desk: &Desk, civil: &str) -> MoveAppointment {
    MoveAppointment {
        op_id: desk.op(),
        sequence: 0,
        civil_start: civil.to_owned(),
        zone: None,
        minutes: None,
        scope: Scope::All,
        skip_conflicts: false,
    }
}

pub async fn of_a_series_somebody_comes_to_one_visit(engine: Engine) {
    let desk = Desk::open(engine).await;
    let people = desk.house.agency;
    let cards = series(&desk).await;
    desk.post().await;
    desk.pass(60).await;
    let second = change(&desk, &cards[1], &[desk.sam.account]).await.unwrap();
    let first = change(&desk, &cards[0], &[desk.sam.account]).await.unwrap();
    assert_eq!((first.sequence, second.sequence), (1, 1));
    assert_eq!(claims(&desk).await, 7);
    let mails = desk.post().await;
    let mut told = subjects(&mails, people.sam);
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    for (subject, day) in told.iter().zip(["November 10", "November 17"]) {
        assert!(subject.starts_with("Appointment on "), "{subject}");
        assert!(subject.contains(day), "{subject}");
    }
    // It moves with the others, and he with it.
    let moved = all_at(&desk, "2026-11-10T11:00");
    let moved = MoveAppointment {
        sequence: 1,
        ..moved
    };
    let moved = desk
        .scheduler
        .move_appointment(&desk.dana, first.id, moved)
        .await
        .unwrap();
    assert_eq!(moved.at.civil, "2026-11-10T11:00");
    claims_are_parts(&desk).await;
    assert_eq!(claims(&desk).await, 7);
    let hers = mine(&desk, &desk.sam).await;
    let civils: Vec<_> = hers.iter().map(|card| card.at.civil.as_str()).collect();
    assert_eq!(civils[0], "2026-11-10T11:00");
}

pub async fn changes_at_once_leave_nobody_in_two_places(engine: Engine) {
    let desk = Desk::open(engine).await;
    let sam = [desk.sam.account];
    for round in 0..6 {
        let civil = format!("2026-11-{:02}T{:02}:00", 9 + round % 5, 9 + round);
        let card = desk.book(&civil).await;
        let changes = join_all((0..3).map(|_| change(&desk, &card, &sam)));
        let bookings = join_all((0..3).map(|_| by_sam(&desk, &civil)));
        let (changes, bookings) = join(changes, bookings).await;
        let results = changes.into_iter().chain(bookings);
        let (done, refused): (Vec<_>, Vec<_>) = results.partition(Result::is_ok);
        assert_eq!(done.len(), 1, "{civil}");
        for refused in refused {
            let code = code(refused);
            let known = [Code::SlotTaken, Code::AppointmentChanged];
            assert!(known.contains(&code), "{code}");
        }
        claims_are_parts(&desk).await;
    }
}

pub async fn a_change_while_its_series_moves_keeps_everybodys_time(engine: Engine) {
    let desk = Desk::open(engine).await;
    let sam = [desk.sam.account];
    let cards = series(&desk).await;
    for (round, card) in cards.iter().enumerate().skip(1) {
        let civil = format!("2026-11-10T{:02}:00", 10 + round);
        let all = MoveAppointment {
            sequence: u32::try_from(round - 1).unwrap(),
            ..all_at(&desk, &civil)
        };
        let moved = desk
            .scheduler
            .move_appointment(&desk.dana, cards[0].id, all);
        let seen = Appointment {
            sequence: u32::try_from(round - 1).unwrap(),
            ..card.clone()
        };
        let (moved, changed) = Box::pin(join(moved, change(&desk, &seen, &sam))).await;
        moved.unwrap();
        if let Err(error) = changed {
            assert_eq!(error.refusal().code, Code::AppointmentChanged);
        }
        claims_are_parts(&desk).await;
    }
}
