//! Who works here: how they come in, what they are, and how they are signed out.

use care::Caller;
use protocol::http::{
    ChangeRole, EndStaff, InviteAgain, InviteStaff, LookUpInvitation, StaffCard, StaffLink,
};
use protocol::{AccountId, AddressState, Bytes, Code, Role, StaffState, limits};
use store::Topic;
use testkit::{Engine, Person};

use super::house::{Enrolled, House, code, op, request};

async fn add(house: &House, name: &'static str, role: Role, seed: u8) -> (Person, Enrolled) {
    let person = testkit::agency::add(&house.store, name, role).await;
    let person = person.unwrap();
    (person, house.enrol(person, seed).await)
}

pub(super) async fn administrator(house: &House) -> Caller {
    add(house, "Kim Keyring", Role::Administrator, 70)
        .await
        .1
        .caller
}

fn invite(n: u8, name: &str, role: Role) -> InviteStaff {
    InviteStaff {
        op_id: op(n),
        name: name.to_owned(),
        role,
    }
}

pub(super) fn end(n: u8) -> EndStaff {
    EndStaff { op_id: op(n) }
}

fn become_one(n: u8, role: Role) -> ChangeRole {
    ChangeRole { op_id: op(n), role }
}

/// Everybody goes on as if they had just signed in.
async fn keep(house: &House) {
    let now = house.clock_now();
    let (seen, ends) = (now.micros(), now.plus_seconds(86_400).micros());
    house
        .run(&format!(
            "UPDATE session SET last_seen_at = {seen}, proved_at = {seen}, ends_at = {ends}
             WHERE ended_at IS NULL"
        ))
        .await;
}

/// The secret in a link.
fn secret(link: &StaffLink) -> Bytes {
    let text = link.link.strip_prefix("/link/").unwrap();
    let (secret, _) = text.split_once('.').unwrap();
    Bytes::from_base64url(secret).unwrap()
}

async fn card(house: &House, caller: &Caller, account: AccountId) -> StaffCard {
    let staff = house.store.staff(caller).await.unwrap().members;
    let card = staff.into_iter().find(|card| card.account == account);
    card.unwrap()
}

pub async fn whoever_is_invited_comes_in_once_and_a_new_link_voids_the_earlier_ones(
    engine: Engine,
) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let asked = invite(1, "  Noa Newcomer ", Role::Supervisor);
    let first = store.invite_staff(&kim, asked.clone()).await.unwrap();
    // A lost answer: another link for the same person.
    let second = store.invite_staff(&kim, asked).await.unwrap();
    assert_eq!(second.account, first.account);
    assert_ne!(second.link, first.link);
    // Nobody is given the link of somebody else.
    let other = store.invite_staff(&kim, invite(1, "Bo Bystander", Role::Supervisor));
    assert_eq!(code(other.await), Code::BadRequest);
    let again = InviteAgain { op_id: op(2) };
    let third = store.invite_staff_again(&kim, first.account, again).await;
    let third = third.unwrap();
    house.clock.advance(1);
    for void in [&first, &second] {
        let asked = LookUpInvitation {
            secret: secret(void),
        };
        let looked = store.look_up_invitation(asked).await;
        assert_eq!(code(looked), Code::InvitationExpired);
    }
    let good: [u8; 16] = secret(&third).to_array().unwrap();
    let redeem = request(third.account, good, 71, house.clock_now());
    let (signed_in, _) = store.redeem_invitation(redeem).await.unwrap();
    assert_eq!(signed_in.name, "Noa Newcomer");
    assert_eq!(signed_in.role, Role::Supervisor);
    // Whoever has come in needs another door than a link.
    let late = store.invite_staff_again(&kim, first.account, InviteAgain { op_id: op(3) });
    assert_eq!(code(late.await), Code::AccountState);
    for role in [Role::Client, Role::Caregiver] {
        let refused = store.invite_staff(&kim, invite(4, "Not Staff", role)).await;
        assert_eq!(code(refused), Code::BadRequest);
    }
    let maria = house.agency.maria.account;
    let client = store.invite_staff_again(&kim, maria, InviteAgain { op_id: op(5) });
    assert_eq!(code(client.await), Code::NotFound);
    assert_eq!(
        house
            .entries("act = 'invite_staff' AND outcome = 'done'")
            .await,
        3
    );
}

pub async fn the_list_says_how_far_everybody_has_come_and_names_no_client(engine: Engine) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let link = store
        .invite_staff(&kim, invite(1, "Noa Newcomer", Role::Supervisor))
        .await
        .unwrap();
    let noa = card(&house, &kim, link.account).await;
    assert_eq!(noa.state, StaffState::Invited);
    assert_eq!(noa.invited_until, Some(link.expires_at));
    assert_eq!(noa.seen_on, None);
    house.clock.advance(limits::INVITATION_S + 1);
    keep(&house).await;
    assert_eq!(
        card(&house, &kim, link.account).await.state,
        StaffState::Uninvited
    );
    let own = card(&house, &kim, kim.account).await;
    assert_eq!(own.state, StaffState::Active);
    assert_eq!(own.seen_on.as_deref(), Some("2026-11-05"));
    store.end_account(&kim, link.account, end(2)).await.unwrap();
    assert_eq!(
        card(&house, &kim, link.account).await.state,
        StaffState::Ended
    );

    let staff = store.staff(&kim).await.unwrap().members;
    let served = |card: &StaffCard| matches!(card.role, Role::Client | Role::Caregiver);
    assert!(!staff.iter().any(served));
    assert_eq!(staff.len(), 4);
    // Nor does any other list name one.
    assert!(store.people(&kim).await.unwrap().clients.is_empty());
    assert_eq!(code(store.caseloads(&kim).await), Code::NotAllowed);
}

pub async fn the_list_says_whom_no_mail_reaches_and_not_where(engine: Engine) {
    let house = House::build(engine).await;
    let kim = administrator(&house).await;
    let dana = house.agency.dana;
    let state = async |account| card(&house, &kim, account).await.address;
    assert_eq!(state(dana.account).await, AddressState::Confirmed);
    assert_eq!(state(kim.account).await, AddressState::Absent);
    let id = house.id(dana.person.as_bytes());
    for (said, expected) in [
        ("confirmed_at = NULL", AddressState::Unconfirmed),
        ("refused_at = 1", AddressState::Refused),
        ("disowned_at = 1", AddressState::Disowned),
        ("ended_at = 1", AddressState::Absent),
    ] {
        let say = format!("UPDATE address SET {said} WHERE person = {id}");
        house.run(&say).await;
        assert_eq!(state(dana.account).await, expected, "{said}");
    }
    let staff = house.store.staff(&kim).await.unwrap();
    let shown = serde_json::to_string(&staff).unwrap();
    assert!(!shown.contains('@'), "{shown}");
}

pub async fn an_administrator_never_touches_themselves_and_a_stale_session_nobody(engine: Engine) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let (alex, _) = add(&house, "Alex Keeper", Role::Administrator, 72).await;
    let role = store.change_role(&kim, kim.account, become_one(1, Role::Supervisor));
    assert_eq!(code(role.await), Code::NotAllowed);
    let ended = store.end_account(&kim, kim.account, end(2)).await;
    assert_eq!(code(ended), Code::NotAllowed);
    let sessions = store.end_sessions(&kim, kim.account, end(3)).await;
    assert_eq!(code(sessions), Code::NotAllowed);
    house.clock.advance(limits::STEP_UP_S);
    let asked = invite(4, "Noa Newcomer", Role::CaseManager);
    assert_eq!(
        code(store.invite_staff(&kim, asked).await),
        Code::StepUpRequired
    );
    let role = store.change_role(&kim, alex.account, become_one(5, Role::Supervisor));
    assert_eq!(code(role.await), Code::StepUpRequired);
    let ended = store.end_account(&kim, alex.account, end(6)).await;
    assert_eq!(code(ended), Code::StepUpRequired);
    // Signing somebody out is quick.
    store
        .end_sessions(&kim, alex.account, end(7))
        .await
        .unwrap();
    // Clients and caregivers are nobody here, whatever is asked.
    keep(&house).await;
    for account in [house.agency.maria.account, house.agency.ana.account] {
        let ended = store.end_account(&kim, account, end(8)).await;
        assert_eq!(code(ended), Code::NotFound);
        let role = store.change_role(&kim, account, become_one(9, Role::Administrator));
        assert_eq!(code(role.await), Code::NotFound);
        let sessions = store.end_sessions(&kim, account, end(10)).await;
        assert_eq!(code(sessions), Code::NotFound);
    }
}

pub async fn of_two_administrators_who_end_each_other_one_stays(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    for round in 0..6_u8 {
        let seed = 100 + 2 * round;
        let (left, a) = add(&house, "Kim Keyring", Role::Administrator, seed).await;
        let (right, b) = add(&house, "Alex Keeper", Role::Administrator, seed + 1).await;
        let (left, right) = (left.account, right.account);
        let demoted = async {
            let ask = become_one(seed, Role::Supervisor);
            store.change_role(&b.caller, left, ask).await
        };
        let ended = async {
            let ended = store.end_account(&a.caller, right, end(seed)).await;
            ended.map(|_| ())
        };
        let (one, other) = tokio::join!(ended, demoted);
        assert_eq!(
            u8::from(one.is_ok()) + u8::from(other.is_ok()),
            1,
            "round {round}: {one:?} {other:?}"
        );
        let loser = if one.is_ok() { other } else { one };
        assert!(matches!(code(loser), Code::SignedOut | Code::NotAllowed));
        let administrators = house.count(
            "SELECT COUNT(*) FROM account WHERE role = 'administrator' AND ended_at IS NULL",
        );
        assert!(administrators.await >= 1);
    }
}

pub async fn a_changed_role_ends_sessions_and_circles_and_waits_for_clients(engine: Engine) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let agency = house.agency;
    let sam = house.enrol(agency.sam, 1).await;
    house.gather(agency.circle, &[&sam]).await;
    let change = |n| become_one(n, Role::Supervisor);
    let refused = store.change_role(&kim, agency.sam.account, change(1)).await;
    assert_eq!(code(refused), Code::ServesClients);
    let account = house.id(agency.sam.account.as_bytes());
    house
        .run(&format!(
            "UPDATE assignment SET ended_at = 1, from_at = 0 WHERE account = {account}"
        ))
        .await;
    store.still_live(&sam.caller).await.unwrap();
    house.woken.take();
    store
        .change_role(&kim, agency.sam.account, change(2))
        .await
        .unwrap();
    assert!(
        house
            .woken
            .take()
            .contains(&Topic::Account(agency.sam.account))
    );
    assert_eq!(code(store.still_live(&sam.caller).await), Code::SignedOut);
    assert_eq!(code(store.caller(&sam.token).await), Code::SignedOut);
    let removals = house.count("SELECT COUNT(*) FROM pending_removal WHERE reason = 'left'");
    assert_eq!(removals.await, 1);
    let generation = format!("SELECT grant_generation FROM account WHERE id = {account}");
    assert_eq!(house.count(&generation).await, 1);
    assert_eq!(
        card(&house, &kim, agency.sam.account).await.role,
        Role::Supervisor
    );
    // Again, and to what they are: nothing more.
    store
        .change_role(&kim, agency.sam.account, change(2))
        .await
        .unwrap();
    store
        .change_role(&kim, agency.sam.account, change(3))
        .await
        .unwrap();
    assert_eq!(house.count(&generation).await, 1);
    for role in [Role::Client, Role::Caregiver, Role::Custodian] {
        let refused = store
            .change_role(&kim, agency.dana.account, become_one(4, role))
            .await;
        assert_eq!(code(refused), Code::BadRequest);
    }
}

pub async fn ended_sessions_end_and_their_devices_stay(engine: Engine) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let dana = house.enrol(house.agency.dana, 1).await;
    store.still_live(&dana.caller).await.unwrap();
    let account = house.agency.dana.account;
    store.end_sessions(&kim, account, end(1)).await.unwrap();
    assert_eq!(code(store.still_live(&dana.caller).await), Code::SignedOut);
    assert_eq!(code(store.caller(&dana.token).await), Code::SignedOut);
    // The device signs in again, and the same operation does not end that.
    let (_, token) = store.redeem_invitation(dana.request.clone()).await.unwrap();
    store.end_sessions(&kim, account, end(1)).await.unwrap();
    assert!(store.caller(&token).await.is_ok());
    store.end_sessions(&kim, account, end(2)).await.unwrap();
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
}

pub async fn ones_other_sessions_end_and_this_one_stays(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let maria = house.enrol(house.agency.maria, 1).await;
    let tablet = house.sibling(&maria, 1, 2).await;
    let dana = house.enrol(house.agency.dana, 3).await;
    store.still_live(&tablet.caller).await.unwrap();
    store.end_other_sessions(&maria.caller).await.unwrap();
    assert_eq!(
        code(store.still_live(&tablet.caller).await),
        Code::SignedOut
    );
    assert_eq!(code(store.caller(&tablet.token).await), Code::SignedOut);
    assert!(store.caller(&maria.token).await.is_ok());
    assert!(store.caller(&dana.token).await.is_ok());
    assert_eq!(
        code(store.end_other_sessions(&tablet.caller).await),
        Code::SignedOut
    );
}
