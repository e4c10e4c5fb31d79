//! Where a visit is that is neither by video nor by phone: given at its booking, seen by whoever takes part, changed by
//! whoever may move it, and told in mails at the level that allows it.

use care::Caller;
use mail::{Mail, ReadBack};
use protocol::http::{Appointment, BookAppointment, BookSeries, ChangePlace, MoveAppointment};
use protocol::{AppointmentKind, Code, Disclosure, Reply, Response, Scope, limits};
use store::Result;
use testkit::Engine;

use super::client_keys::key_of_maria;
use super::desk::{Desk, TUESDAY, of, read};
use super::house::code;
use super::keys::rotate_with;
use super::teams::mine;

const ELM: &str = "12 Elm Street, 2nd floor; ring twice";
const OAK: &str = "Courthouse, 9 Oak Square, room 4";
/// A word of each, as a mail would say it.
const WORDS: [&str; 2] = ["Elm Street", "Oak Square"];

/// Half an hour at the office with Maria.
fn office(desk: &Desk, civil: &str, place: Option<&str>) -> BookAppointment {
    BookAppointment {
        kind: AppointmentKind::Office,
        meeting_link: None,
        place: place.map(str::to_owned),
        ..desk.request(civil)
    }
}

async fn book(desk: &Desk, civil: &str) -> Appointment {
    let request = office(desk, civil, Some(ELM));
    desk.scheduler.book(&desk.dana, request).await.unwrap()
}

fn wish(desk: &Desk, card: &Appointment, (place, scope): (Option<&str>, Scope)) -> ChangePlace {
    ChangePlace {
        op_id: desk.op(),
        sequence: card.sequence,
        place: place.map(str::to_owned),
        scope,
    }
}

async fn by(
    desk: &Desk,
    caller: &Caller,
    card: &Appointment,
    change: (Option<&str>, Scope),
) -> Result<Appointment> {
    let request = wish(desk, card, change);
    desk.scheduler.change_place(caller, card.id, &request).await
}

/// Dana says where this visit is.
async fn change(desk: &Desk, card: &Appointment, place: Option<&str>) -> Result<Appointment> {
    by(desk, &desk.dana, card, (place, Scope::This)).await
}

/// Everything of a mail that its reader sees.
fn all_of(mail: &ReadBack) -> String {
    let file = mail.calendar.clone().unwrap_or_default();
    let file = file.replace("\r\n ", "");
    [&*mail.subject, &mail.plain, &mail.html, &file].join("\n")
}

fn says_where(mail: &Mail) -> bool {
    let text = all_of(&read(mail));
    WORDS.iter().any(|word| text.contains(word))
}

pub async fn a_place_is_given_at_booking_and_seen_by_whoever_takes_part(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.consent(None).await;
    let mut request = office(&desk, TUESDAY, Some(ELM));
    request.caregivers = vec![desk.ana.person];
    request.place = Some(format!("  {ELM} "));
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    assert_eq!(card.place.as_deref(), Some(ELM));
    for caller in [&desk.dana, &desk.maria, &desk.ana] {
        let seen = mine(&desk, caller).await;
        assert_eq!(seen[0].place.as_deref(), Some(ELM));
    }
    assert!(mine(&desk, &desk.sam).await.is_empty());
    let moved = desk.shift(&card, "2026-11-10T14:00").await.unwrap();
    assert_eq!(moved.place.as_deref(), Some(ELM), "it goes with the visit");
    let none = office(&desk, "2026-11-11T10:00", None);
    let none = desk.scheduler.book(&desk.dana, none).await.unwrap();
    assert_eq!(none.place, None);
    let longer = "x".repeat(limits::PLACE_CHARS_MAX + 1);
    for bad in ["", "  ", "here\nthere", "here\r\nBcc: all", longer.as_str()] {
        let request = office(&desk, "2026-11-12T10:00", Some(bad));
        let refused = desk.scheduler.book(&desk.dana, request).await;
        assert_eq!(code(refused), Code::BadRequest, "{bad:?}");
    }
    for kind in [AppointmentKind::Video, AppointmentKind::Phone] {
        let mut request = office(&desk, "2026-11-12T10:00", Some(ELM));
        request.kind = kind;
        let refused = desk.scheduler.book(&desk.dana, request).await;
        assert_eq!(code(refused), Code::BadRequest, "{kind:?}");
    }
}

pub async fn a_place_is_sealed_under_its_clients_key_and_goes_with_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let house = &desk.house;
    let card = book(&desk, TUESDAY).await;
    let series = BookSeries {
        first: office(&desk, "2026-11-11T10:00", Some(ELM)),
        rule: "FREQ=WEEKLY;COUNT=2".to_owned(),
        skip_conflicts: false,
    };
    let booked = desk.scheduler.book_series(&desk.dana, series).await;
    booked.unwrap();
    change(&desk, &card, Some(OAK)).await.unwrap();
    desk.post().await;
    let sealed = async || {
        let mut sealed = house.blobs("SELECT place FROM appointment").await;
        sealed.extend(house.blobs("SELECT place FROM series").await);
        sealed
    };
    let key = key_of_maria(house).await;
    let before = sealed().await;
    assert_eq!(before.len(), 4);
    assert!(before.iter().all(|place| place[1..6] == key));
    for word in WORDS {
        let lies_open = house.database.holds(word.as_bytes()).await.unwrap();
        assert!(!lies_open, "{word}");
    }
    desk.pass(3_601).await;
    rotate_with(house, true).await;
    let anew = key_of_maria(house).await;
    assert_ne!(anew, key);
    let after = sealed().await;
    assert_eq!(after.len(), 4);
    assert!(after.iter().all(|place| place[1..6] == anew));
    let seen = mine(&desk, &desk.maria).await;
    assert_eq!(seen[0].place.as_deref(), Some(OAK));
}

pub async fn a_new_place_is_told_to_everybody_and_named_where_it_may_be(engine: Engine) {
    let desk = Desk::open(engine).await;
    let maria = desk.house.agency.maria;
    let mut card = book(&desk, TUESDAY).await;
    assert!(!desk.post().await.iter().any(says_where));
    let seen = (card.id, card.sequence);
    desk.reply(&desk.maria, seen, Reply::Confirm).await.unwrap();
    for (sequence, place, level) in [
        (1, OAK, Disclosure::Update),
        (2, ELM, Disclosure::Times),
        (3, OAK, Disclosure::Details),
    ] {
        desk.prefer(&desk.maria, maria.person, |wish| wish.disclosure = level)
            .await;
        desk.pass(60).await;
        card = change(&desk, &card, Some(place)).await.unwrap();
        assert_eq!(card.sequence, sequence);
        assert_eq!(card.place.as_deref(), Some(place));
        let told = &card.participants[0];
        assert_eq!(told.response, Response::Accepted, "its time stays");
        let mails = desk.post().await;
        assert_eq!(mails.len(), 2, "Maria and Dana");
        let naming = mails.iter().filter(|mail| says_where(mail)).count();
        let hers = of(&mails, maria).remove(0);
        if level == Disclosure::Update {
            assert_eq!(naming, 0);
            assert_eq!(
                (&*hers.subject, hers.calendar),
                ("You have an update", None)
            );
            continue;
        }
        assert!(
            hers.subject.starts_with("Place changed: "),
            "{}",
            hers.subject
        );
        assert!(!WORDS.iter().any(|word| hers.subject.contains(word)));
        let file = hers.calendar.unwrap();
        assert!(file.contains(&format!("SEQUENCE:{sequence}\r\n")));
        if level == Disclosure::Times {
            assert_eq!(naming, 0);
            assert!(!file.contains("LOCATION"), "{file}");
        } else {
            assert_eq!(naming, 1, "hers alone");
            assert!(hers.plain.contains(&format!("Where: {OAK}")));
            let line = "\r\nLOCATION:Courthouse\\, 9 Oak Square\\, room 4\r\n";
            assert!(file.contains(line), "{file}");
        }
    }
    // Where it is already is no news; that nothing is said of it any more is.
    let same = change(&desk, &card, Some(OAK)).await.unwrap();
    assert_eq!(same.sequence, card.sequence);
    assert!(desk.post().await.is_empty());
    desk.pass(60).await;
    let none = change(&desk, &card, None).await.unwrap();
    assert_eq!((none.sequence, none.place), (4, None));
    let hers = of(&desk.post().await, maria).remove(0);
    assert!(hers.plain.contains("Where: at the office"));
}

pub async fn who_may_move_a_visit_may_say_where_it_is_and_is_noted_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = book(&desk, TUESDAY).await;
    for stranger in [&desk.maria, &desk.ana] {
        let refused = by(&desk, stranger, &card, (Some(OAK), Scope::This)).await;
        let refused = code(refused);
        let known = [Code::NotAllowed, Code::NotFound];
        assert!(known.contains(&refused), "{refused}");
    }
    // Sam serves Maria.
    let request = wish(&desk, &card, (Some(OAK), Scope::This));
    for _ in 0..2 {
        let changed = desk.scheduler.change_place(&desk.sam, card.id, &request);
        assert_eq!(changed.await.unwrap().sequence, 1);
    }
    let stale = change(&desk, &card, Some(ELM)).await;
    assert_eq!(code(stale), Code::AppointmentChanged);
    let done = "act = 'change_place' AND outcome = 'done'";
    assert_eq!(desk.house.entries(done).await, 1);
    let now = mine(&desk, &desk.dana).await.remove(0);
    let alone = by(&desk, &desk.dana, &now, (Some(ELM), Scope::All)).await;
    assert_eq!(code(alone), Code::BadRequest, "it is in no series");
    let longer = "x".repeat(limits::PLACE_CHARS_MAX + 1);
    for bad in ["", "here\nthere", longer.as_str()] {
        let refused = change(&desk, &now, Some(bad)).await;
        assert_eq!(code(refused), Code::BadRequest, "{bad:?}");
    }
    let video = desk.book("2026-11-11T10:00").await;
    let refused = change(&desk, &video, Some(ELM)).await;
    assert_eq!(code(refused), Code::BadRequest);
    desk.at("2026-11-10T10:01").await;
    let late = change(&desk, &now, Some(ELM)).await;
    assert_eq!(code(late), Code::AppointmentState);
    let now = mine(&desk, &desk.dana).await.remove(0);
    assert_eq!(now.place.as_deref(), Some(OAK));
}

/// Maria's booked visits: where each is.
async fn places(desk: &Desk) -> Vec<Option<String>> {
    let listed = desk.store().appointments_of(&desk.dana, desk.maria.person);
    let cards = listed.await.unwrap().appointments.into_iter();
    cards.map(|card| card.place).collect()
}

pub async fn a_series_has_one_place_until_visits_of_it_get_others(engine: Engine) {
    let desk = Desk::open(engine).await;
    let request = BookSeries {
        first: office(&desk, TUESDAY, Some(ELM)),
        rule: "FREQ=WEEKLY;COUNT=30".to_owned(),
        skip_conflicts: false,
    };
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    let cards = booked.unwrap().appointments;
    let at = |place: &str| Some(place.to_owned());
    assert!(cards.iter().all(|card| card.place == at(ELM)));
    desk.post().await;
    desk.pass(60).await;
    let maria = desk.house.agency.maria;
    change(&desk, &cards[1], Some(OAK)).await.unwrap();
    let now = places(&desk).await;
    assert_eq!(now[..3], [at(ELM), at(OAK), at(ELM)]);
    let told = of(&desk.post().await, maria);
    assert_eq!(told.len(), 1, "{told:?}");
    let subject = "Place changed: appointment on Tuesday, November 17 at 10:00 AM";
    assert_eq!(told[0].subject, subject);
    // Of many one mail tells; of the others their reminders do.
    desk.pass(60).await;
    let later = (Some(OAK), Scope::ThisAndLater);
    let third = by(&desk, &desk.dana, &cards[2], later).await.unwrap();
    assert_eq!(third.sequence, 1);
    let now = places(&desk).await;
    assert_eq!(now[0], at(ELM));
    assert!(now[1..].iter().all(|place| *place == at(OAK)), "{now:?}");
    let told = of(&desk.post().await, maria);
    assert_eq!(told.len(), 1, "{told:?}");
    let subject = "Place changed: appointment on Tuesday, November 24 at 10:00 AM";
    assert_eq!(told[0].subject, subject);
    // They become a series of their own, which goes on at its place.
    let moving = MoveAppointment {
        op_id: desk.op(),
        sequence: third.sequence,
        civil_start: "2026-11-24T11:00".to_owned(),
        zone: None,
        minutes: None,
        scope: Scope::ThisAndLater,
        skip_conflicts: false,
    };
    let moved = desk
        .scheduler
        .move_appointment(&desk.dana, third.id, moving);
    assert_eq!(moved.await.unwrap().place, at(OAK));
    desk.at("2026-11-09T12:00").await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().extend_series(now).await.unwrap().did, 1);
    let now = places(&desk).await;
    assert_eq!(now.len(), cards.len() + 1);
    assert_eq!(now.last().unwrap(), &at(OAK));
    // The first two are what is left of the series of before; people were told of each.
    let first = mine(&desk, &desk.dana).await.remove(0);
    desk.post().await;
    desk.pass(60).await;
    let all = by(&desk, &desk.dana, &first, (None, Scope::All)).await;
    assert_eq!(all.unwrap().place, None);
    let now = places(&desk).await;
    assert_eq!(now[..3], [None, None, at(OAK)]);
    let told = of(&desk.post().await, maria);
    assert_eq!(told.len(), 2, "{told:?}");
    let elsewhere = |mail: &ReadBack| mail.subject.starts_with("Place changed: ");
    assert!(told.iter().all(elsewhere), "{told:?}");
}

pub async fn a_cancel_that_is_taken_back_loses_no_news_of_a_place(engine: Engine) {
    let desk = Desk::open(engine).await;
    let request = BookSeries {
        first: office(&desk, TUESDAY, Some(ELM)),
        rule: "FREQ=WEEKLY;COUNT=3".to_owned(),
        skip_conflicts: false,
    };
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    let cards = booked.unwrap().appointments;
    desk.post().await;
    desk.pass(60).await;
    // Nobody was told of this visit alone, nor yet where it is now.
    let card = change(&desk, &cards[1], Some(OAK)).await.unwrap();
    desk.pass(1).await;
    let off = desk.call_off(&card).await.unwrap();
    desk.take_back(&off).await.unwrap();
    let told = of(&desk.post().await, desk.house.agency.maria);
    assert_eq!(told.len(), 1, "{told:?}");
    let subject = "Place changed: appointment on Tuesday, November 17 at 10:00 AM";
    assert_eq!(told[0].subject, subject);
}

pub async fn a_cancel_that_is_taken_back_leaves_the_news_of_the_place(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = book(&desk, TUESDAY).await;
    desk.pass(3_600).await;
    let card = change(&desk, &card, Some(OAK)).await.unwrap();
    let news = "SELECT COUNT(*) FROM appointment WHERE told_at = place_at";
    assert_eq!(desk.house.count(news).await, 1);
    desk.pass(5).await;
    let off = desk.call_off(&card).await.unwrap();
    let on = desk.take_back(&off).await.unwrap();
    assert_eq!((on.sequence, on.place), (card.sequence, card.place));
    assert_eq!(
        desk.house.count(news).await,
        1,
        "where it is is still the news"
    );
}
