//! Telephone numbers: whose business they are, where they are shown, and where never.

use mail::Sent;
use protocol::http::{AddCaregiver, AddClient, Phone, RecordRepresentation};
use protocol::{Code, PersonId, RepresentationBasis, Role, limits};
use testkit::Engine;

use super::client_keys::key_of_maria;
use super::desk::{Desk, TUESDAY};
use super::house::code;
use super::representations::access;

/// Maria's.
const HERS: &str = "+1 (312) 555-0142";
/// Ana's.
const ANAS: &str = "312 555 0177";

fn number(text: &str) -> Phone {
    Phone {
        number: Some(text.to_owned()),
    }
}

/// Maria and Ana have numbers, which Dana wrote down.
async fn numbered(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    for (person, text) in [(desk.maria.person, HERS), (desk.ana.person, ANAS)] {
        let put = desk.store().put_phone(&desk.dana, person, number(text));
        put.await.unwrap();
    }
    desk
}

/// The numbers beside Maria and beside Ana on Maria's card.
async fn on_the_card(desk: &Desk, caller: &care::Caller) -> [Option<String>; 2] {
    let card = desk.store().people(caller).await.unwrap().clients.remove(0);
    [card.phone, card.caregivers[0].phone.clone()]
}

pub async fn a_number_stays_as_it_was_typed_until_another_takes_its_place(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let none = Phone { number: None };
    assert_eq!(store.phone(&desk.dana, maria).await.unwrap(), none);
    let put = store.put_phone(&desk.maria, maria, number(" +1 (312)   555-0142 "));
    assert_eq!(put.await.unwrap(), number(HERS));
    for who in [&desk.maria, &desk.dana, &desk.sam] {
        assert_eq!(store.phone(who, maria).await.unwrap(), number(HERS));
    }
    let put = store.put_phone(&desk.dana, maria, number(ANAS));
    assert_eq!(put.await.unwrap(), number(ANAS));
    let rows = "SELECT COUNT(*) FROM phone";
    assert_eq!(desk.house.count(rows).await, 1, "the earlier one is gone");
    let put = store.put_phone(&desk.maria, maria, none.clone());
    assert_eq!(put.await.unwrap(), none);
    assert_eq!(desk.house.count(rows).await, 0);
    let done = "act = 'change_contact' AND outcome = 'done'";
    assert_eq!(desk.house.entries(done).await, 3);
    let read = "act = 'read_preferences' AND outcome = 'done'";
    assert_eq!(desk.house.entries(read).await, 4);
}

pub async fn a_number_is_ones_own_and_of_those_whom_one_serves(engine: Engine) {
    let desk = numbered(engine).await;
    let (store, agency) = (desk.store(), desk.house.agency);
    let stranger = testkit::agency::add(store, "Noor Sample", Role::Client)
        .await
        .unwrap();
    let before = desk.dump().await;
    for (caller, person) in [
        (&desk.maria, agency.ana.person),
        (&desk.maria, agency.dana.person),
        (&desk.ana, agency.maria.person),
        (&desk.ana, stranger.person),
        (&desk.dana, agency.sam.person),
        (&desk.dana, stranger.person),
        (&desk.dana, PersonId::from_bytes([9; 16])),
    ] {
        let read = code(store.phone(caller, person).await);
        let written = code(store.put_phone(caller, person, number("12345")).await);
        for refused in [read, written] {
            assert!(
                [Code::NotFound, Code::NotAllowed].contains(&refused),
                "{refused}"
            );
        }
    }
    assert!(before == desk.dump().await);
    // Neither the client nor a caregiver sees the other's in a list.
    assert_eq!(on_the_card(&desk, &desk.maria).await, [None, None]);
    desk.house.run("UPDATE assignment SET ended_at = 1").await;
    for person in [agency.maria.person, agency.ana.person] {
        let read = store.phone(&desk.dana, person).await;
        assert_eq!(code(read), Code::NotFound);
        let put = store.put_phone(&desk.dana, person, number("12345")).await;
        assert_eq!(code(put), Code::NotFound);
    }
    assert!(store.people(&desk.dana).await.unwrap().clients.is_empty());
    assert!(store.phone(&desk.ana, agency.ana.person).await.is_ok());
}

pub async fn whoever_acts_for_a_client_sets_the_clients_number(engine: Engine) {
    let desk = numbered(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let until = desk.house.clock_now().plus_seconds(60);
    let record = RecordRepresentation {
        op_id: desk.op(),
        caregiver: desk.ana.person,
        basis: RepresentationBasis::Guardian,
        evidence: "letters of guardianship, seen".to_owned(),
        until: Some(until),
    };
    let recorded = store.record_representation(&desk.dana, maria, record);
    recorded.await.unwrap();
    assert_eq!(store.phone(&desk.ana, maria).await.unwrap(), number(HERS));
    let put = store.put_phone(&desk.ana, maria, number("12345"));
    assert_eq!(put.await.unwrap(), number("12345"));
    let page = store.access(&desk.ana, access(&desk.house)).await.unwrap();
    let for_her = page.entries.iter().filter(|entry| entry.denied.is_none());
    let mut for_her = for_her.map(|entry| (entry.act.as_str(), entry.purpose.as_str()));
    assert!(for_her.any(|entry| entry == ("change_contact", "acting_for")));
    // Without a consent she is spoken with in Maria's place, as long as she acts for her.
    let shown = [Some("12345".to_owned()), Some(ANAS.to_owned())];
    assert_eq!(on_the_card(&desk, &desk.dana).await, shown);
    desk.house.clock.advance(60);
    assert_eq!(code(store.phone(&desk.ana, maria).await), Code::NotFound);
    let put = store.put_phone(&desk.ana, maria, number(HERS)).await;
    assert_eq!(code(put), Code::NotFound);
    let shown = [Some("12345".to_owned()), None];
    assert_eq!(on_the_card(&desk, &desk.dana).await, shown);
}

pub async fn what_cannot_be_dialled_is_refused_whole(engine: Engine) {
    let desk = numbered(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let before = desk.dump().await;
    for text in [
        "",
        "1234",
        "1234567890123456",
        "312 555 0142 x7",
        "312\n555 0142",
    ] {
        let put = store.put_phone(&desk.maria, maria, number(text)).await;
        assert_eq!(code(put), Code::PhoneInvalid, "{text:?}");
        let add = AddClient {
            op_id: desk.op(),
            name: "Nora Invented".to_owned(),
            phone: Some(text.to_owned()),
        };
        let added = store.add_client(&desk.dana, add).await;
        assert_eq!(code(added), Code::PhoneInvalid, "{text:?}");
    }
    assert!(before == desk.dump().await);
}

pub async fn another_number_wants_an_authenticator_shown_lately(engine: Engine) {
    let desk = numbered(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    desk.house.clock.advance(limits::STEP_UP_S + 1);
    for who in [&desk.maria, &desk.dana] {
        let put = store.put_phone(who, maria, number("12345")).await;
        assert_eq!(code(put), Code::StepUpRequired);
        assert_eq!(store.phone(who, maria).await.unwrap(), number(HERS));
    }
}

pub async fn a_number_can_come_with_a_new_person(engine: Engine) {
    let desk = Desk::open(engine).await;
    let store = desk.store();
    let add = AddClient {
        op_id: desk.op(),
        name: "Nora Invented".to_owned(),
        phone: Some(HERS.to_owned()),
    };
    let nora = store.add_client(&desk.dana, add.clone()).await.unwrap();
    let again = store.add_client(&desk.dana, add).await.unwrap();
    assert_eq!(nora, again);
    let kin = AddCaregiver {
        op_id: desk.op(),
        name: "Kin Invented".to_owned(),
        relationship: "son".to_owned(),
        phone: Some(ANAS.to_owned()),
    };
    let kin = store.add_caregiver(&desk.dana, nora.person, kin).await;
    for (person, text) in [(nora.person, HERS), (kin.unwrap().person, ANAS)] {
        let read = store.phone(&desk.dana, person).await.unwrap();
        assert_eq!(read, number(text));
        // Sam does not serve Nora.
        let read = store.phone(&desk.sam, person).await;
        assert_eq!(code(read), Code::NotFound);
    }
}

pub async fn a_caregivers_number_is_shown_while_the_client_lets_the_agency_speak_with_them(
    engine: Engine,
) {
    let desk = numbered(engine).await;
    let hers = Some(HERS.to_owned());
    assert_eq!(
        on_the_card(&desk, &desk.dana).await,
        [hers.clone(), None],
        "nothing is allowed yet"
    );
    let consent = desk.consent(None).await.id;
    let shown = [hers.clone(), Some(ANAS.to_owned())];
    assert_eq!(on_the_card(&desk, &desk.dana).await, shown);
    desk.withdraw(&desk.maria, consent).await.unwrap();
    assert_eq!(on_the_card(&desk, &desk.dana).await, [hers.clone(), None]);
    // One that runs out by itself does the same.
    let until = desk.house.clock_now().plus_seconds(60);
    desk.consent(Some(until)).await;
    assert_eq!(on_the_card(&desk, &desk.dana).await, shown);
    desk.house.clock.advance(60);
    assert_eq!(on_the_card(&desk, &desk.dana).await, [hers, None]);
}

pub async fn whoever_is_to_be_called_stands_there_with_their_number(engine: Engine) {
    let desk = numbered(engine).await;
    desk.without_address(&desk.dana).await;
    let store = desk.store();
    store.beat().await.unwrap();
    let (_, consent) = desk.book_with_ana("2026-11-02T14:00").await;
    // The mail server takes no mail for either of them.
    let refused = Sent::Rejected {
        code: 550,
        address: true,
    };
    desk.memory.answer_next([refused, refused]);
    desk.sends().await;
    let tasks = desk.tasks(&desk.dana).await.into_iter();
    let mut asked: Vec<_> = tasks.map(|task| (task.person_name, task.phone)).collect();
    asked.sort();
    let ana = ("Ana Sample".to_owned(), Some(ANAS.to_owned()));
    let maria = ("Maria Sample".to_owned(), Some(HERS.to_owned()));
    assert_eq!(asked, [ana.clone(), maria.clone()]);

    // They have addresses again, and then nothing leaves.
    for (caller, text) in [
        (&desk.maria, "maria@example.org"),
        (&desk.ana, "ana@example.org"),
    ] {
        desk.prefer(caller, caller.person, |wish| {
            wish.email = Some(text.to_owned());
        })
        .await;
    }
    desk.post().await;
    desk.at("2026-11-02T15:00").await;
    store.beat().await.unwrap();
    desk.post().await;
    let to_call = async || {
        let outages = store.outages(&desk.dana).await.unwrap().outages;
        let calls = outages.into_iter().flat_map(|outage| outage.calls);
        let mut calls: Vec<_> = calls.map(|call| (call.name, call.phone)).collect();
        calls.retain(|(_, phone)| phone.is_some());
        calls.sort();
        calls
    };
    assert_eq!(to_call().await, [ana, maria.clone()]);
    desk.withdraw(&desk.maria, consent).await.unwrap();
    assert_eq!(
        to_call().await,
        [maria],
        "who may be told no more is not called"
    );
}

pub async fn a_visit_shows_numbers_to_staff_alone(engine: Engine) {
    let desk = numbered(engine).await;
    let (booked, consent) = desk.book_with_ana(TUESDAY).await;
    let numbers = |card: &protocol::http::Appointment| {
        let people = card.participants.iter();
        let mut numbers: Vec<_> = people.filter_map(|person| person.phone.clone()).collect();
        numbers.sort();
        numbers
    };
    assert_eq!(numbers(&booked), [HERS, ANAS]);
    let within = store::Within {
        from: Some(care::civil::parse_date("2026-11-10").unwrap()),
        days: 1,
    };
    for (who, expected) in [
        (&desk.dana, vec![HERS, ANAS]),
        (&desk.maria, vec![]),
        (&desk.ana, vec![]),
    ] {
        let seen = desk.store().appointments(who, within).await.unwrap();
        assert_eq!(numbers(&seen.appointments[0]), expected);
    }
    desk.withdraw(&desk.maria, consent).await.unwrap();
    let seen = desk.store().appointments_of(&desk.dana, desk.maria.person);
    assert_eq!(numbers(&seen.await.unwrap().appointments[0]), [HERS]);
}

pub async fn a_number_is_sealed_and_in_no_mail(engine: Engine) {
    let desk = numbered(engine).await;
    let (house, maria) = (&desk.house, desk.maria.person);
    let of = async |person: PersonId| {
        let id = house.id(person.as_bytes());
        let sql = format!("SELECT value FROM phone WHERE person = {id}");
        house.blobs(&sql).await.remove(0)
    };
    assert_eq!(of(maria).await[1..6], key_of_maria(house).await);
    assert_eq!(of(desk.ana.person).await[1], 1, "Ana is nobody's client");
    for secret in ["555-0142", "555 0177"] {
        let lies_open = house.database.holds(secret.as_bytes()).await.unwrap();
        assert!(!lies_open, "{secret} lies open");
    }
    desk.book_with_ana(TUESDAY).await;
    let mails = desk.post().await;
    assert_eq!(mails.len(), 3);
    for mail in &mails {
        let text = super::desk::read(mail).plain;
        assert!(!text.contains("555-0142") && !text.contains("555 0177"));
    }
}
