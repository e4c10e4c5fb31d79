//! Consents, and what follows from them.

use care::Caller;
use protocol::http::{PlanCircle, RecordConsent};
use protocol::{Code, ConsentBasis, PersonId, Role};
use testkit::Engine;

use super::house::{House, append, code, op, start};

fn record(house: &House, n: u8) -> RecordConsent {
    RecordConsent {
        op_id: op(n),
        client: house.agency.maria.person,
        caregiver: house.agency.ana.person,
        basis: ConsentBasis::Verbal,
        note: "said so on the phone".to_owned(),
        until: None,
        appointments: false,
        reminders: false,
    }
}

fn plan(house: &House, n: u8) -> PlanCircle {
    PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: op(n),
        client: house.agency.maria.person,
        title: "Maria's family".to_owned(),
        members: vec![house.agency.ana.account],
    }
}

pub async fn a_consent_is_recorded_once_for_a_caregiver_on_record(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let store = &house.store;
    let first = store
        .record_consent(&dana, record(&house, 1))
        .await
        .unwrap();
    let again = store
        .record_consent(&dana, record(&house, 1))
        .await
        .unwrap();
    assert_eq!(first, again);
    assert!(first.messages_in.is_empty());
    assert_eq!(house.count("SELECT COUNT(*) FROM consent").await, 1);

    let mut stranger = record(&house, 2);
    stranger.caregiver = PersonId::from_bytes([9; 16]);
    assert_eq!(
        code(store.record_consent(&dana, stranger).await),
        Code::NotFound
    );
    let mut past = record(&house, 3);
    past.until = Some(house.clock_now());
    assert_eq!(
        code(store.record_consent(&dana, past).await),
        Code::BadRequest
    );
    let mut long = record(&house, 4);
    long.note = "x".repeat(2_001);
    assert_eq!(
        code(store.record_consent(&dana, long).await),
        Code::TooLarge
    );
    // An operation is one request: its id cannot make a circle too.
    let planned = store.plan_circle(&dana, plan(&house, 1)).await;
    assert_eq!(code(planned), Code::BadRequest);
}

pub async fn only_the_clients_own_case_manager_records_a_consent(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let maria = house.enrol(house.agency.maria, 1).await.caller;
    let ana = house.enrol(house.agency.ana, 2).await.caller;
    // Maria knows of herself, Ana of nobody.
    for (caller, expected) in [(maria, Code::NotAllowed), (ana, Code::NotFound)] {
        let recorded = store.record_consent(&caller, record(&house, 1)).await;
        assert_eq!(code(recorded), expected);
    }
    let recorded = store
        .record_consent(&Caller::installation(), record(&house, 1))
        .await;
    assert_eq!(code(recorded), Code::NotAllowed);
    let dana = house.enrol(house.agency.dana, 3).await.caller;
    house.run("UPDATE assignment SET ended_at = 1").await;
    let recorded = store.record_consent(&dana, record(&house, 1)).await;
    assert_eq!(code(recorded), Code::NotFound);
}

pub async fn a_consent_covers_a_circle_only_when_a_human_names_the_caregiver(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let ana = house.enrol(house.agency.ana, 2).await.caller;
    let consent = store
        .record_consent(&dana, record(&house, 1))
        .await
        .unwrap();
    // The circle that was there before is as closed to her as ever.
    let old = store.circle(&ana, house.agency.circle).await;
    assert_eq!(code(old), Code::NotFound);
    assert!(store.circles(&ana).await.unwrap().circles.is_empty());

    let circle = store.plan_circle(&dana, plan(&house, 2)).await.unwrap();
    let people = store.people(&dana).await.unwrap();
    let card = &people.clients[0].caregivers[0];
    assert_eq!(card.consents[0].id, consent.id);
    assert_eq!(card.consents[0].messages_in, [circle.id]);
    assert_eq!(card.relationship, "daughter");
    let seen = store.circles(&ana).await.unwrap().circles;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].id, circle.id);
    assert!(!seen[0].may_add);
}

pub async fn a_caregiver_without_a_live_consent_cannot_be_named(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let planned = store.plan_circle(&dana, plan(&house, 1)).await;
    assert_eq!(code(planned), Code::ConsentRequired);
    let mut ending = record(&house, 2);
    ending.until = Some(house.clock_now().plus_seconds(60));
    store.record_consent(&dana, ending).await.unwrap();
    house.clock.advance(60);
    let planned = store.plan_circle(&dana, plan(&house, 1)).await;
    assert_eq!(code(planned), Code::ConsentRequired);
    store
        .record_consent(&dana, record(&house, 3))
        .await
        .unwrap();
    // A refused operation was not done: the same id may now succeed.
    assert!(store.plan_circle(&dana, plan(&house, 1)).await.is_ok());

    let stranger = store
        .add_person(
            &Caller::installation(),
            care::private::Name::new("Other Specimen").unwrap(),
            Role::Client,
        )
        .await
        .unwrap();
    let mut other = plan(&house, 4);
    other.members = vec![stranger.account];
    assert_eq!(
        code(store.plan_circle(&dana, other).await),
        Code::NotAllowed
    );
}

pub async fn a_consent_that_ended_ends_every_right_in_the_circle(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    store
        .record_consent(&dana.caller, record(&house, 1))
        .await
        .unwrap();
    let circle = store
        .plan_circle(&dana.caller, plan(&house, 2))
        .await
        .unwrap()
        .id;
    house.gather(circle, &[&dana, &ana]).await;
    assert!(store.append(&ana.caller, append(circle, 1)).await.is_ok());
    assert!(store.log_after(&ana.caller, start(circle)).await.is_ok());
    let now = house.clock_now().micros();
    house
        .run(&format!("UPDATE consent SET withdrawn_at = {now}"))
        .await;
    let appended = store.append(&ana.caller, append(circle, 2)).await;
    assert_eq!(code(appended), Code::ConsentRequired);
    let read = store.log_after(&ana.caller, start(circle)).await;
    assert_eq!(code(read), Code::ConsentRequired);
    let info = store.group_info(&ana.caller, circle).await;
    assert_eq!(code(info), Code::ConsentRequired);
    assert!(store.circles(&ana.caller).await.unwrap().circles.is_empty());
    assert!(store.append(&dana.caller, append(circle, 3)).await.is_ok());
}
