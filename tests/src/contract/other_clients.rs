//! The same request once more, about another client: it is another one, and shows nothing of what it made before.

use care::Caller;
use protocol::http::{
    AddCaregiver, BookSeries, EndAssignment, MakeBookingLink, PlanCircle, RecordConsent,
    RecordRepresentation,
};
use protocol::policy::HistoryMode;
use protocol::{Code, ConsentBasis, OpId, PersonId, RepresentationBasis, Role};
use testkit::{Engine, agency};

use super::booking_links::phone_call;
use super::desk::{Desk, TUESDAY};
use super::house::code;

const OPS: [OpId; 5] = [
    OpId::from_bytes([0xc1; 16]),
    OpId::from_bytes([0xc2; 16]),
    OpId::from_bytes([0xc3; 16]),
    OpId::from_bytes([0xc4; 16]),
    OpId::from_bytes([0xc5; 16]),
];

/// What Dana is answered when she books for a client, books a series, makes a link, and writes down a consent and who acts
/// for them, always by the same ids.
async fn asks(desk: &Desk, client: PersonId) -> Vec<Option<Code>> {
    let (store, dana) = (desk.store(), &desk.dana);
    let [visit, weekly, link, consent, guardian] = OPS;
    let mut request = desk.request(TUESDAY);
    (request.op_id, request.client) = (visit, client);
    let visit = desk.scheduler.book(dana, request.clone()).await;
    (request.op_id, request.civil_start) = (weekly, "2026-11-11T10:00".to_owned());
    let request = BookSeries {
        first: request,
        rule: "FREQ=WEEKLY;COUNT=2".to_owned(),
        skip_conflicts: false,
    };
    let weekly = desk.scheduler.book_series(dana, request).await;
    let request: MakeBookingLink = phone_call(link);
    let link = desk.scheduler.make_booking_link(dana, client, &request);
    let link = link.await;
    let caregiver = desk.ana.person;
    let record = RecordConsent {
        op_id: consent,
        client,
        caregiver,
        basis: ConsentBasis::Verbal,
        note: "said so on the phone".to_owned(),
        until: None,
        appointments: true,
        reminders: false,
    };
    let consent = store.record_consent(dana, record).await;
    let record = RecordRepresentation {
        op_id: guardian,
        caregiver,
        basis: RepresentationBasis::Guardian,
        evidence: "letters of guardianship, seen".to_owned(),
        until: None,
    };
    let guardian = store.record_representation(dana, client, record).await;
    let refused = [
        visit.err(),
        weekly.err(),
        link.err(),
        consent.err(),
        guardian.err(),
    ];
    let codes = refused.map(|error| error.map(|error| error.refusal().code));
    codes.to_vec()
}

/// What she is answered when she adds a caregiver and plans a circle, always by the same ids.
async fn adds(desk: &Desk, client: PersonId) -> [Option<Code>; 2] {
    let (store, dana) = (desk.store(), &desk.dana);
    let add = AddCaregiver {
        op_id: OpId::from_bytes([0xc6; 16]),
        name: "Kin Invented".to_owned(),
        relationship: "son".to_owned(),
        phone: None,
    };
    let caregiver = store.add_caregiver(dana, client, add).await;
    let plan = PlanCircle {
        op_id: OpId::from_bytes([0xc7; 16]),
        client,
        title: "The family".to_owned(),
        members: Vec::new(),
        history: HistoryMode::Eras,
    };
    let circle = store.plan_circle(dana, plan).await;
    let refused = [caregiver.err(), circle.err()];
    refused.map(|error| error.map(|error| error.refusal().code))
}

pub async fn a_request_that_was_another_clients_shows_nothing_of_theirs(engine: Engine) {
    let desk = Desk::open(engine).await;
    let maria = desk.maria.person;
    for _ in 0..2 {
        assert_eq!(asks(&desk, maria).await, [None; 5], "once, and again");
        assert_eq!(adds(&desk, maria).await, [None; 2], "once, and again");
    }
    let lee = agency::add(desk.store(), "Lee Example", Role::Client).await;
    let lee = lee.unwrap();
    let installation = Caller::installation();
    let assigned = desk
        .store()
        .assign(&installation, desk.dana.account, lee.person);
    assigned.await.unwrap();
    let end = EndAssignment {
        op_id: desk.op(),
        staff: desk.dana.account,
        client: maria,
    };
    desk.store().end_assignment(&desk.dana, end).await.unwrap();
    assert_eq!(asks(&desk, maria).await, [Some(Code::NotFound); 5]);
    assert_eq!(adds(&desk, maria).await, [Some(Code::NotFound); 2]);
    // She serves Lee, and nothing of Maria's comes with it.
    assert_eq!(asks(&desk, lee.person).await, [Some(Code::BadRequest); 5]);
    assert_eq!(adds(&desk, lee.person).await, [Some(Code::BadRequest); 2]);
    let of_lee = desk.store().appointments_of(&desk.dana, lee.person).await;
    assert!(of_lee.unwrap().appointments.is_empty());
    let seen = desk.store().appointments_of(&desk.dana, maria).await;
    assert_eq!(code(seen), Code::NotFound);
}
