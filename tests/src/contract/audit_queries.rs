//! Asking the audit log: who may, and what they hear.

use care::Caller;
use protocol::http::{AskAccess, AskAudit, AuditEntry, AuditPage};
use protocol::{AuditView, Code, PersonId, Role};
use testkit::{Engine, Person};

use super::house::{Enrolled, House, code};

fn ask(view: AuditView, person: Option<PersonId>) -> AskAudit {
    AskAudit {
        view,
        person,
        from: None,
        until: None,
        denied: false,
        before: None,
    }
}

fn access(before: Option<String>) -> AskAccess {
    AskAccess {
        client: None,
        from: None,
        until: None,
        before,
    }
}

async fn add(house: &House, name: &'static str, role: Role, seed: u8) -> Enrolled {
    let person = testkit::agency::add(&house.store, name, role)
        .await
        .unwrap();
    house.enrol(person, seed).await
}

async fn supervisor(house: &House) -> Caller {
    add(house, "Sol Reviewer", Role::Supervisor, 60)
        .await
        .caller
}

async fn asked(house: &House, caller: &Caller, ask: AskAudit) -> Vec<AuditEntry> {
    house.store.audit(caller, ask).await.unwrap().entries
}

/// Acts with the names of those who did them, newest first.
fn told(entries: &[AuditEntry]) -> Vec<(&str, &str)> {
    let entries = entries.iter().filter(|entry| entry.name.is_some());
    entries
        .map(|entry| (entry.act.as_str(), entry.name.as_deref().unwrap()))
        .collect()
}

async fn looked(house: &House, person: Person, seed: u8) -> Caller {
    let caller = house.enrol(person, seed).await.caller;
    house.clock.advance(1);
    house
        .store
        .circle(&caller, house.agency.circle)
        .await
        .unwrap();
    caller
}

pub async fn a_supervisor_hears_who_saw_a_client(engine: Engine) {
    let house = House::build(engine).await;
    looked(&house, house.agency.dana, 1).await;
    looked(&house, house.agency.sam, 2).await;
    let sol = supervisor(&house).await;
    let maria = house.agency.maria.person;
    let seen = asked(&house, &sol, ask(AuditView::Client, Some(maria))).await;
    let expected = [
        ("read_circle", "Sam Specimen"),
        ("read_circle", "Dana Placeholder"),
    ];
    assert_eq!(told(&seen), expected);
    assert_eq!(seen[0].role, Some(Role::CaseManager));
    assert_eq!(seen[0].client_name.as_deref(), Some("Maria Sample"));
    // What was done before this moment only.
    let until = AskAudit {
        until: Some(seen[0].at),
        ..ask(AuditView::Client, Some(maria))
    };
    assert_eq!(told(&asked(&house, &sol, until).await), expected[1..]);
    let nobody = ask(AuditView::Client, Some(house.agency.sam.person));
    assert!(asked(&house, &sol, nobody).await.is_empty());
    let about_whom = house.store.audit(&sol, ask(AuditView::Client, None)).await;
    assert_eq!(code(about_whom), Code::BadRequest);
}

pub async fn a_supervisor_hears_what_a_person_did(engine: Engine) {
    let house = House::build(engine).await;
    let dana = looked(&house, house.agency.dana, 1).await;
    house.clock.advance(1);
    house.store.people(&dana).await.unwrap();
    let sol = supervisor(&house).await;
    let did = asked(&house, &sol, ask(AuditView::Person, Some(dana.person))).await;
    let acts: Vec<&str> = did.iter().map(|entry| entry.act.as_str()).collect();
    assert_eq!(acts, ["list_people", "read_circle", "redeem_invitation"]);
    assert!(did.iter().all(|entry| entry.account == Some(dana.account)));
}

pub async fn staff_who_look_where_they_are_not_assigned_are_found(engine: Engine) {
    let house = House::build(engine).await;
    looked(&house, house.agency.dana, 1).await;
    let stranger = add(&house, "Kim Stranger", Role::CaseManager, 61)
        .await
        .caller;
    let refused = house.store.circle(&stranger, house.agency.circle).await;
    assert_eq!(code(refused), Code::NotFound);
    let refused = house
        .store
        .preferences(&stranger, house.agency.maria.person)
        .await;
    assert_eq!(code(refused), Code::NotFound);
    let sol = supervisor(&house).await;
    let found = asked(&house, &sol, ask(AuditView::OffAssignment, None)).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|entry| {
        entry.name.as_deref() == Some("Kim Stranger")
            && entry.client == Some(house.agency.maria.person)
            && entry.denied.as_deref() == Some("not_found")
    }));
    // An assignment that has ended no longer covers what comes after it.
    house
        .run("UPDATE assignment SET ended_at = from_at + 1")
        .await;
    let found = asked(&house, &sol, ask(AuditView::OffAssignment, None)).await;
    assert_eq!(found.len(), 3);
    let denied = AskAudit {
        denied: true,
        ..ask(AuditView::OffAssignment, None)
    };
    assert_eq!(asked(&house, &sol, denied).await.len(), 2);
}

pub async fn what_was_taken_out_is_found(engine: Engine) {
    let house = House::build(engine).await;
    let sol = supervisor(&house).await;
    assert!(
        asked(&house, &sol, ask(AuditView::Exports, None))
            .await
            .is_empty()
    );
    let mut out = Vec::new();
    house
        .store
        .export_audit(&Caller::installation(), &mut out)
        .await
        .unwrap();
    let found = asked(&house, &sol, ask(AuditView::Exports, None)).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].act.as_str(), found[0].purpose.as_str()),
        ("export_audit", "installation")
    );
}

pub async fn pages_follow_each_other_without_a_gap(engine: Engine) {
    let house = House::build(engine).await;
    let dana = looked(&house, house.agency.dana, 1).await;
    // Many in the same instant: the clock of the house stands still.
    for _ in 0..120 {
        house
            .store
            .circle(&dana, house.agency.circle)
            .await
            .unwrap();
    }
    let sol = supervisor(&house).await;
    let (mut before, mut seen, mut sizes) = (None, Vec::new(), Vec::new());
    loop {
        let ask = AskAudit {
            before: before.take(),
            ..ask(AuditView::Person, Some(dana.person))
        };
        let AuditPage { entries, next } = house.store.audit(&sol, ask).await.unwrap();
        sizes.push(entries.len());
        seen.extend(entries.into_iter().map(|entry| entry.id));
        match next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    assert_eq!(sizes, [50, 50, 22]);
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), 122);
}

pub async fn others_may_not_ask_and_asking_is_audited(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.agency.maria.person;
    for (person, seed) in [
        (house.agency.dana, 1),
        (house.agency.maria, 2),
        (house.agency.ana, 3),
    ] {
        let caller = house.enrol(person, seed).await.caller;
        let refused = house
            .store
            .audit(&caller, ask(AuditView::Client, Some(maria)))
            .await;
        assert_eq!(code(refused), Code::NotAllowed);
        assert_eq!(
            code(house.store.audit_people(&caller).await),
            Code::NotAllowed
        );
    }
    assert_eq!(
        house
            .entries("act IN ('query_audit', 'query_client_audit') AND outcome = 'denied'")
            .await,
        6
    );
    let admin = add(&house, "Alex Keeper", Role::Administrator, 62)
        .await
        .caller;
    // An administrator asks about staff: clients have no name there.
    let people = house.store.audit_people(&admin).await.unwrap().people;
    assert_eq!(people.len(), 3);
    assert!(people.iter().all(|card| card.role != Role::Client));
    for view in [
        AuditView::Client,
        AuditView::Person,
        AuditView::OffAssignment,
    ] {
        let refused = house.store.audit(&admin, ask(view, Some(maria))).await;
        assert_eq!(code(refused), Code::NotAllowed);
    }
    let dana = house.agency.dana.person;
    house.store.sign_audit().await.unwrap();
    let hers = asked(&house, &admin, ask(AuditView::Person, Some(dana))).await;
    assert!(!hers.is_empty());
    assert!(
        hers.iter()
            .all(|entry| entry.client.is_none() && entry.client_name.is_none())
    );
    let sol = supervisor(&house).await;
    asked(&house, &sol, ask(AuditView::Client, Some(maria))).await;
    let client = house.id(maria.as_bytes());
    let done = format!("act = 'query_audit' AND outcome = 'done' AND client = {client}");
    assert_eq!(house.entries(&done).await, 1);
}

pub async fn a_client_hears_who_looked_at_her_record_and_at_no_other(engine: Engine) {
    let house = House::build(engine).await;
    looked(&house, house.agency.dana, 1).await;
    let maria = house.enrol(house.agency.maria, 2).await.caller;
    let seen = house.store.access(&maria, access(None)).await.unwrap();
    assert_eq!(told(&seen.entries), [("read_circle", "Dana Placeholder")]);
    let lee = add(&house, "Lee Example", Role::Client, 63).await.caller;
    let hers = house.store.access(&lee, access(None)).await.unwrap();
    assert!(told(&hers.entries).is_empty());
    for (person, seed) in [(house.agency.ana, 3), (house.agency.sam, 4)] {
        let caller = house.enrol(person, seed).await.caller;
        let refused = house.store.access(&caller, access(None)).await;
        assert_eq!(code(refused), Code::NotAllowed);
    }
    let nonsense = house
        .store
        .access(&maria, access(Some("yesterday".to_owned())))
        .await;
    assert_eq!(code(nonsense), Code::BadRequest);
}

#[test]
fn audit_print_openapi() {
    let mut json = gateway::openapi().to_pretty_json().unwrap();
    json.push('\n');
    std::fs::write("/tmp/openapi-real.json", json).unwrap();
}
