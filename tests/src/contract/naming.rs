//! A new case manager comes into a circle because somebody inside names them, and in no other way: an assignment opens
//! none. When it ends, so does the place.

use care::Caller;
use protocol::http::{EndAssignment, NameMember};
use protocol::{AccountId, Code, RemovalReason, Role};
use testkit::{Engine, agency};

use super::house::{Enrolled, House, append, code, op, start};

pub async fn only_somebody_inside_names_a_new_case_manager_in_a_circle(engine: Engine) {
    let house = House::build(engine).await;
    let (store, circle) = (&house.store, house.agency.circle);
    let dana = house.enrol(house.agency.dana, 1).await;
    let sam = house.enrol(house.agency.sam, 2).await;
    let maria = house.enrol(house.agency.maria, 3).await;
    house.gather(circle, &[&dana, &maria]).await;
    let jo = agency::add(store, "Jo Newcomer", Role::CaseManager)
        .await
        .unwrap();
    let name = |n: u8, account: AccountId| NameMember {
        op_id: op(n),
        account,
    };
    // Jo does not serve Maria.
    let early = store
        .name_member(&dana.caller, circle, name(1, jo.account))
        .await;
    assert_eq!(code(early), Code::NotAllowed);
    let installation = Caller::installation();
    store
        .assign(&installation, jo.account, house.agency.maria.person)
        .await
        .unwrap();
    // Being assigned opens no circle.
    let jos = house.enrol(jo, 4).await;
    assert_eq!(
        code(store.circle(&jos.caller, circle).await),
        Code::NotAllowed
    );
    // Sam is named but not inside, Maria is inside and no case manager, Jo would name himself.
    for by in [&sam, &maria, &jos] {
        let refused = store
            .name_member(&by.caller, circle, name(2, jo.account))
            .await;
        assert_eq!(code(refused), Code::NotAllowed);
    }
    // Nobody but a case manager comes in this way.
    let ana = store.name_member(&dana.caller, circle, name(3, house.agency.ana.account));
    assert_eq!(code(ana.await), Code::NotAllowed);
    let named = store
        .name_member(&dana.caller, circle, name(4, jo.account))
        .await;
    let last = named.unwrap().members.pop().unwrap();
    assert_eq!(last.name, "Jo Newcomer");
    assert_eq!(last.state, protocol::MemberState::Invited);
    assert!(store.circle(&jos.caller, circle).await.is_ok());
    let read = store.log_after(&jos.caller, start(circle)).await;
    assert_eq!(code(read), Code::NotAllowed);
    let again = store
        .name_member(&dana.caller, circle, name(5, jo.account))
        .await;
    again.unwrap();
    with_the_assignment_the_place_ends(&house, &dana, &sam).await;
}

async fn with_the_assignment_the_place_ends(house: &House, dana: &Enrolled, sam: &Enrolled) {
    let (store, circle) = (&house.store, house.agency.circle);
    let installation = Caller::installation();
    let name = |n: u8, account: AccountId| NameMember {
        op_id: op(n),
        account,
    };
    let robin = agency::add(store, "Robin Overview", Role::Supervisor)
        .await
        .unwrap();
    let robin = house.enrol(robin, 5).await.caller;
    let end = EndAssignment {
        op_id: op(6),
        staff: dana.caller.account,
        client: house.agency.maria.person,
    };
    store.end_assignment(&robin, end).await.unwrap();
    let pending = format!(
        "SELECT COUNT(*) FROM pending_removal WHERE reason = '{}'",
        RemovalReason::Left.as_str()
    );
    assert_eq!(house.count(&pending).await, 1);
    let said = store.append(&dana.caller, append(circle, 3)).await;
    assert_eq!(code(said), Code::NotFound);
    // Whose device is still on its way out waits until it is.
    store
        .assign(
            &installation,
            dana.caller.account,
            house.agency.maria.person,
        )
        .await
        .unwrap();
    house
        .run("UPDATE circle_member SET state = 'confirmed' WHERE role = 'case_manager' AND state = 'invited'")
        .await;
    let waits = store
        .name_member(&sam.caller, circle, name(7, dana.caller.account))
        .await;
    assert_eq!(code(waits), Code::PendingRemovals);
}
