//! Who acts for a client: may do what the client may, and every act says so.

use care::Caller;
use protocol::http::{
    AskAccess, EndRepresentation, RecordConsent, RecordRepresentation, ReplyToAppointment,
    WithdrawConsent,
};
use protocol::{Code, ConsentBasis, Reply, RepresentationBasis, Response, Timestamp};
use testkit::Engine;

use super::desk::{Desk, TUESDAY, link, of};
use super::house::{House, code, op};

fn record(house: &House, n: u8, until: Option<Timestamp>) -> RecordRepresentation {
    RecordRepresentation {
        op_id: op(n),
        caregiver: house.agency.ana.person,
        basis: RepresentationBasis::Guardian,
        evidence: "letters of guardianship, seen".to_owned(),
        until,
    }
}

/// Everything about Maria that she may hear of.
pub fn access(house: &House) -> AskAccess {
    AskAccess {
        client: Some(house.agency.maria.person),
        from: None,
        until: None,
        before: None,
    }
}

async fn consent(house: &House, dana: &Caller) -> protocol::http::Consent {
    let record = RecordConsent {
        op_id: op(90),
        client: house.agency.maria.person,
        caregiver: house.agency.ana.person,
        basis: ConsentBasis::Verbal,
        note: String::new(),
        until: None,
        appointments: true,
        reminders: false,
    };
    house.store.record_consent(dana, record).await.unwrap()
}

pub async fn whoever_acts_for_a_client_may_what_the_client_may(engine: Engine) {
    let house = House::build(engine).await;
    let (store, maria) = (&house.store, house.agency.maria.person);
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let ana = house.enrol(house.agency.ana, 2).await.caller;
    let consent = consent(&house, &dana).await;
    let take_back = |n| WithdrawConsent {
        op_id: op(n),
        clear_calendar: false,
    };
    // A daughter is not a guardian.
    assert!(store.people(&ana).await.unwrap().clients.is_empty());
    assert_eq!(code(store.preferences(&ana, maria).await), Code::NotFound);
    let refused = store.withdraw_consent(&ana, consent.id, take_back(1)).await;
    assert_eq!(code(refused), Code::NotFound);
    assert_eq!(
        code(store.access(&ana, access(&house)).await),
        Code::NotFound
    );

    let first = store.record_representation(&dana, maria, record(&house, 2, None));
    let again = store.record_representation(&dana, maria, record(&house, 2, None));
    let first = first.await.unwrap();
    assert_eq!(first, again.await.unwrap());
    assert_eq!(
        first.evidence.as_deref(),
        Some("letters of guardianship, seen")
    );

    let card = store.people(&ana).await.unwrap().clients.remove(0);
    assert_eq!(card.person, maria);
    let own = &card.caregivers[0];
    assert_eq!(own.represents[0].id, first.id);
    assert_eq!(
        own.represents[0].evidence, None,
        "evidence is for staff and the client"
    );
    let wish = store.preferences(&ana, maria).await.unwrap();
    assert!(store.put_preferences(&ana, maria, wish).await.is_ok());
    assert!(store.appointments_of(&ana, maria).await.is_ok());
    let withdrawn = store
        .withdraw_consent(&ana, consent.id, take_back(3))
        .await
        .unwrap();
    assert_eq!(withdrawn.withdrawn_for_client_by, Some(ana.account));
    let page = store.access(&ana, access(&house)).await.unwrap();
    let acts: Vec<_> = page
        .entries
        .iter()
        .filter(|entry| entry.account == Some(ana.account) && entry.denied.is_none())
        .map(|entry| (entry.act.as_str(), entry.purpose.as_str()))
        .collect();
    for act in [
        "withdraw_consent",
        "change_preferences",
        "read_preferences",
        "read_appointments",
    ] {
        assert!(acts.contains(&(act, "acting_for")), "{act}: {acts:?}");
    }
    // What she does for herself says nothing of the kind.
    assert!(
        store
            .preferences(&ana, house.agency.ana.person)
            .await
            .is_ok()
    );
    // She serves nobody: what only the case manager may stays the case manager's.
    let other = store
        .record_representation(&ana, maria, record(&house, 4, None))
        .await;
    assert_eq!(code(other), Code::NotAllowed);
}

pub async fn an_answer_in_a_clients_place_is_theirs_until_the_client_says_otherwise(
    engine: Engine,
) {
    let desk = Desk::open(engine).await;
    let maria = desk.house.agency.maria;
    let record = record(&desk.house, 1, None);
    let store = desk.store();
    let recorded = store.record_representation(&desk.dana, maria.person, record);
    recorded.await.unwrap();
    let card = desk.book(TUESDAY).await;
    let secret = link(&of(&desk.post().await, maria)[0]);
    let acting = async |sequence| {
        let request = ReplyToAppointment {
            op_id: desk.op(),
            sequence,
            reply: Reply::Confirm,
            for_client: true,
        };
        let said = desk.scheduler.reply(&desk.ana, card.id, request).await;
        said.unwrap();
    };
    let hers = async || {
        let seen = store.appointments_of(&desk.dana, maria.person).await;
        let card = seen.unwrap().appointments.remove(0);
        let mut parts = card.participants.into_iter();
        let part = parts.find(|part| part.person == maria.person).unwrap();
        (part.response, part.answered_by)
    };
    acting(card.sequence).await;
    let ana = Some("Ana Sample".to_owned());
    assert_eq!(hers().await, (Response::Accepted, ana.clone()));
    // By the link in her mail it is her own word.
    let own = store.reply_by_link(&secret, Reply::AnotherTime).await;
    own.unwrap();
    assert_eq!(hers().await, (Response::Tentative, None));
    acting(card.sequence).await;
    assert_eq!(hers().await, (Response::Accepted, ana));
    // At another time nobody has answered.
    desk.shift(&card, "2026-11-11T10:00").await.unwrap();
    assert_eq!(hers().await, (Response::NeedsAction, None));
}

pub async fn a_representation_ends_by_itself_or_by_the_case_manager(engine: Engine) {
    let house = House::build(engine).await;
    let (store, maria) = (&house.store, house.agency.maria.person);
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let ana = house.enrol(house.agency.ana, 2).await.caller;
    let until = house.clock_now().plus_seconds(60);
    let timed = store.record_representation(&dana, maria, record(&house, 1, Some(until)));
    timed.await.unwrap();
    assert!(store.preferences(&ana, maria).await.is_ok());
    house.clock.advance(60);
    assert_eq!(code(store.preferences(&ana, maria).await), Code::NotFound);

    let open = store.record_representation(&dana, maria, record(&house, 2, None));
    let open = open.await.unwrap();
    assert!(store.preferences(&ana, maria).await.is_ok());
    let end = EndRepresentation { op_id: op(3) };
    let by_ana = store.end_representation(&ana, open.id, end.clone()).await;
    assert_eq!(code(by_ana), Code::NotAllowed);
    let ended = store
        .end_representation(&dana, open.id, end.clone())
        .await
        .unwrap();
    assert!(ended.ended_at.is_some());
    let again = store.end_representation(&dana, open.id, end).await.unwrap();
    assert_eq!(again, ended);
    assert_eq!(code(store.preferences(&ana, maria).await), Code::NotFound);
    assert!(store.people(&ana).await.unwrap().clients.is_empty());
}

pub async fn a_representation_needs_evidence_a_caregiver_on_record_and_a_time_to_come(
    engine: Engine,
) {
    let house = House::build(engine).await;
    let (store, maria) = (&house.store, house.agency.maria.person);
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let mut bare = record(&house, 1, None);
    bare.evidence = "  ".to_owned();
    let mut stranger = record(&house, 2, None);
    stranger.caregiver = house.agency.sam.person;
    let past = record(&house, 3, Some(house.clock_now()));
    for (record, expected) in [
        (bare, Code::BadRequest),
        (stranger, Code::NotFound),
        (past, Code::BadRequest),
    ] {
        let recorded = store.record_representation(&dana, maria, record).await;
        assert_eq!(code(recorded), expected);
    }
    let recorded = store.record_representation(&dana, maria, record(&house, 4, None));
    recorded.await.unwrap();
    let evidence = house.blobs("SELECT evidence FROM representation").await;
    assert!(!evidence[0].windows(7).any(|w| w == b"letters"));
}
