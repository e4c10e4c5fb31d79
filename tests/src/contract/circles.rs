//! Circles and people: who sees what.

use care::Caller;
use care::private::{Name, Relationship};
use protocol::frame::NoticeKind;
use protocol::http::{ClaimKeyPackages, PlanCircle};
use protocol::{CircleId, CircleStatus, Code, MemberState, Role};
use store::Topic;
use testkit::Engine;

use super::house::{House, append, code, op, start};

fn plan(house: &House, n: u8, title: &str) -> PlanCircle {
    PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: op(n),
        client: house.agency.maria.person,
        title: title.to_owned(),
        members: vec![house.agency.sam.account],
    }
}

pub async fn a_caregiver_cannot_learn_that_another_circle_exists(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let ana = house.enrol(house.agency.ana, 1).await.caller;
    let nowhere = CircleId::from_bytes([9; 16]);
    for circle in [house.agency.circle, nowhere] {
        let claim = ClaimKeyPackages {
            op_id: op(1),
            circle,
            accounts: vec![house.agency.maria.account],
        };
        let refusals = [
            store.circle(&ana, circle).await.unwrap_err(),
            store.group_info(&ana, circle).await.unwrap_err(),
            store.log_after(&ana, start(circle)).await.unwrap_err(),
            store.append(&ana, append(circle, 1)).await.unwrap_err(),
            store.claim_key_packages(&ana, claim).await.unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.refusal().code, Code::NotFound);
        }
    }
    assert!(store.circles(&ana).await.unwrap().circles.is_empty());
    assert!(store.people(&ana).await.unwrap().clients.is_empty());
}

pub async fn an_invited_member_sees_the_circle_and_nothing_in_it(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let maria = house.enrol(house.agency.maria, 1).await;
    let dana = house.enrol(house.agency.dana, 2).await;
    let circle = house.agency.circle;
    let seen = store.circle(&maria.caller, circle).await.unwrap();
    assert_eq!(seen.title, "Maria and Dana");
    assert_eq!(seen.status, CircleStatus::Planned);
    assert_eq!(seen.members.len(), 3);
    assert_eq!(seen.members[0].name, "Maria Sample");
    assert!(seen.members.iter().all(|m| m.state == MemberState::Invited));
    assert!(!seen.may_add);
    assert!(store.circle(&dana.caller, circle).await.unwrap().may_add);

    house.gather(circle, &[&dana]).await;
    let read = store.log_after(&maria.caller, start(circle)).await;
    assert_eq!(code(read), Code::NotAllowed);
    let appended = store.append(&maria.caller, append(circle, 1)).await;
    assert_eq!(code(appended), Code::NotAllowed);
    let info = store.group_info(&maria.caller, circle).await;
    assert_eq!(code(info), Code::NotAllowed);
    let info = store.group_info(&dana.caller, circle).await.unwrap();
    assert_eq!(&info[..], b"info");
}

pub async fn staff_who_are_not_assigned_see_nothing(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    assert_eq!(store.people(&dana).await.unwrap().clients.len(), 1);
    let account = house.id(dana.account.as_bytes());
    house
        .run(&format!(
            "UPDATE assignment SET ended_at = 1 WHERE account = {account}"
        ))
        .await;
    assert!(store.people(&dana).await.unwrap().clients.is_empty());
    assert!(store.circles(&dana).await.unwrap().circles.is_empty());
    let planned = store.plan_circle(&dana, plan(&house, 1, "Another")).await;
    assert_eq!(code(planned), Code::NotFound);
    let seen = store.circle(&dana, house.agency.circle).await;
    assert_eq!(code(seen), Code::NotAllowed);
}

pub async fn planning_again_gets_the_same_circle(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let first = house
        .store
        .plan_circle(&dana, plan(&house, 1, "Rides"))
        .await
        .unwrap();
    let again = house
        .store
        .plan_circle(&dana, plan(&house, 1, "Rides"))
        .await
        .unwrap();
    assert_eq!(first, again);
    let accounts: Vec<_> = first.members.iter().map(|m| m.account).collect();
    let agency = house.agency;
    assert_eq!(
        accounts,
        [
            agency.maria.account,
            agency.dana.account,
            agency.sam.account
        ]
    );
    assert_eq!(house.count("SELECT COUNT(*) FROM circle").await, 2);
    let other = house
        .store
        .plan_circle(&dana, plan(&house, 2, "Rides"))
        .await
        .unwrap();
    assert_ne!(first.id, other.id);
}

pub async fn names_have_limits(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let long = "ñ".repeat(10_000);
    assert_eq!(Name::new(&long).unwrap_err().code, Code::NameTooLong);
    for (title, expected) in [(long.as_str(), Code::NameTooLong), ("  ", Code::BadRequest)] {
        let planned = house.store.plan_circle(&dana, plan(&house, 1, title)).await;
        assert_eq!(code(planned), expected);
    }
    let longest = "ñ".repeat(120);
    let planned = house
        .store
        .plan_circle(&dana, plan(&house, 1, &longest))
        .await
        .unwrap();
    assert_eq!(planned.title, longest);
}

pub async fn a_case_manager_hears_of_a_device_that_can_be_added(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let maria = house.enrol(house.agency.maria, 2).await.caller;
    house.run("UPDATE device SET packages_at = 1").await;
    house.woken.take();
    let planned = store
        .plan_circle(&dana, plan(&house, 1, "Rides"))
        .await
        .unwrap();
    let woken = house.woken.take();
    assert!(woken.contains(&Topic::Device(dana.device)));
    assert!(woken.contains(&Topic::Device(maria.device)));
    let inbox = store.inbox_after(&dana, 0).await.unwrap();
    assert_eq!(inbox.notices.len(), 1);
    assert_eq!(inbox.notices[0].circle, planned.id);
    assert_eq!(inbox.notices[0].kind, NoticeKind::Roster);
    let seq = inbox.notices[0].seq;
    store
        .ack(
            &dana,
            protocol::frame::Ack {
                cursors: Vec::new(),
                inbox: Some(seq),
            },
        )
        .await
        .unwrap();
    assert!(
        store
            .inbox_after(&dana, 0)
            .await
            .unwrap()
            .notices
            .is_empty()
    );
    assert_eq!(store.inbox_after(&maria, 0).await.unwrap().notices.len(), 1);
}

pub async fn people_are_shown_to_those_who_serve_them(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let maria = house.enrol(house.agency.maria, 2).await.caller;
    let caseload = store.people(&dana).await.unwrap();
    assert_eq!(caseload.clients.len(), 1);
    let card = &caseload.clients[0];
    assert_eq!(card.name, "Maria Sample");
    assert_eq!(card.staff.len(), 2);
    assert_eq!(card.caregivers[0].name, "Ana Sample");
    assert_eq!(card.circles[0].title, "Maria and Dana");
    assert_eq!(card.circles[0].members.len(), 3);
    assert_eq!(store.people(&maria).await.unwrap(), caseload);
}

pub async fn only_the_installation_sets_up(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let name = || Name::new("Other Specimen").unwrap();
    let agency = house.agency;
    let refused = [
        code(store.create_agency(&dana, name()).await),
        code(store.add_person(&dana, name(), Role::Client).await),
        code(
            store
                .assign(&dana, agency.dana.account, agency.maria.person)
                .await,
        ),
        code(
            store
                .relate(
                    &dana,
                    agency.maria.person,
                    agency.ana.person,
                    Relationship::new("niece").unwrap(),
                )
                .await,
        ),
        code(store.invite(&dana, agency.maria.account).await),
        code(store.uninvited(&dana).await),
    ];
    assert!(refused.iter().all(|code| *code == Code::NotAllowed));
    let again = store.create_agency(&Caller::installation(), name()).await;
    assert_eq!(code(again), Code::BadRequest);
    let twice = store
        .assign(
            &Caller::installation(),
            agency.maria.account,
            agency.maria.person,
        )
        .await;
    assert_eq!(code(twice), Code::BadRequest);
}
