//! A person's devices: listed, and signed out for good.

use protocol::http::RevokeDevice;
use protocol::{Code, MemberState, OpId, limits};
use store::Topic;
use testkit::Engine;

use super::authenticators::{add, handle, showing, sign_in};
use super::family::Family;
use super::gathering::Device;
use super::house::{House, SERVER_NAME, code, op};

fn ask(n: u8) -> RevokeDevice {
    RevokeDevice { op_id: op(n) }
}

pub async fn a_persons_live_devices_are_listed(engine: Engine) {
    let family = Family::meet(engine).await;
    let house = &family.house;
    let tablet = house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let seen = house.store.devices(&tablet.caller).await.unwrap();
    let ids: Vec<_> = seen.devices.iter().map(|card| card.device).collect();
    assert_eq!(
        ids,
        [tablet.caller.device, family.maria.enrolled.caller.device]
    );
    assert_eq!(seen.devices[0].certificate, tablet.request.certificate);
    assert_eq!(seen.devices[0].seen_at, Some(house.clock_now()));
    assert_eq!(
        seen.aik[..],
        family.maria.aik.verifying_key().as_bytes()[..]
    );
    assert_eq!((seen.offer, seen.vault, seen.wraps), (None, 0, vec![]));
    let dana = house
        .store
        .devices(&family.dana.enrolled.caller)
        .await
        .unwrap();
    assert_eq!(dana.devices.len(), 1);
    assert_eq!(house.entries("act = 'list_devices'").await, 2);
}

pub async fn a_revoked_device_is_signed_out_everywhere_at_once(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let circle = family.circle();
    let lost = family.maria.enrolled.caller;
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, circle);
    let house = &family.house;
    family.gathering.come_in(house, &mut tablet).await.unwrap();
    family.maria.put_key_package(house).await;
    house.store.still_live(&lost).await.unwrap();
    house.woken.take();
    let caller = tablet.enrolled.caller;
    for _ in 0..2 {
        house
            .store
            .revoke_device(&caller, lost.device, ask(1))
            .await
            .unwrap();
    }
    let woken = house.woken.take();
    for topic in [
        Topic::Account(lost.account),
        Topic::Device(lost.device),
        Topic::Circle(circle),
    ] {
        assert!(woken.contains(&topic), "{topic:?}");
    }
    assert_eq!(code(house.store.still_live(&lost).await), Code::SignedOut);
    let token = &family.maria.enrolled.token;
    assert_eq!(code(house.store.caller(token).await), Code::SignedOut);
    assert_eq!(house.count("SELECT COUNT(*) FROM key_package").await, 0);
    let left = house.store.devices(&caller).await.unwrap().devices;
    assert_eq!(left.len(), 1);
    // Its circle takes it out; the account stays, for it has another device there.
    assert_eq!(code(tablet.say(house).await), Code::PendingRemovals);
    family
        .gathering
        .remove(house, &mut tablet, &[])
        .await
        .unwrap();
    assert!(tablet.say(house).await.is_ok());
    let seen = house.store.circle(&caller, circle).await.unwrap();
    let maria = seen
        .members
        .iter()
        .find(|m| m.account == caller.account)
        .unwrap();
    assert_eq!(
        (maria.state, maria.devices.len()),
        (MemberState::Confirmed, 1)
    );
    assert_eq!(
        house
            .count("SELECT COUNT(*) FROM device WHERE revoked_for = 'signed_out'")
            .await,
        1
    );
}

pub async fn who_lost_the_only_device_is_awaited_again(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let circle = family.circle();
    let house = &family.house;
    let maria = family.maria.enrolled.caller;
    house
        .store
        .revoke_device(&maria, maria.device, ask(1))
        .await
        .unwrap();
    let gone = family.maria.account();
    family
        .gathering
        .remove(house, &mut family.dana, &[gone])
        .await
        .unwrap();
    let dana = family.dana.enrolled.caller;
    let state = |seen: protocol::http::Circle| {
        let maria = seen.members.into_iter().find(|m| m.account == gone);
        (maria.unwrap().state, seen.awaiting)
    };
    let seen = house.store.circle(&dana, circle).await.unwrap();
    assert_eq!(state(seen), (MemberState::Invited, vec![]));
    // A new device of hers is added like a newcomer's.
    let phone = house.sibling(&family.maria.enrolled, 2, 0x23).await;
    let mut phone = Device::new(phone, 2, circle);
    phone.put_key_package(house).await;
    let seen = house.store.circle(&dana, circle).await.unwrap();
    assert_eq!(state(seen), (MemberState::Invited, vec![gone]));
    family
        .gathering
        .add(house, &mut family.dana, &mut [&mut phone])
        .await;
    let seen = house.store.circle(&dana, circle).await.unwrap();
    assert_eq!(state(seen), (MemberState::Confirmed, vec![]));
    assert!(phone.say(house).await.is_ok());
    // She was there from the start, and may read from there.
    let since = format!(
        "SELECT since_seq FROM circle_member WHERE account = {} AND circle = {}",
        house.id(gone.as_bytes()),
        house.id(circle.as_bytes())
    );
    assert_eq!(house.count(&since).await, 1);
}

pub async fn a_key_package_that_was_claimed_of_a_revoked_device_adds_nobody(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let circle = family.circle();
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, circle);
    let house = &family.house;
    let mut others = [&mut tablet];
    let claimed = family.gathering.claim(house, &mut family.dana, &mut others);
    let packages = claimed.await;
    let maria = family.maria.enrolled.caller;
    let device = tablet.enrolled.caller.device;
    house
        .store
        .revoke_device(&maria, device, ask(1))
        .await
        .unwrap();
    assert_eq!(family.pending().await, 0, "it stands in no circle");
    let bundle = family.gathering.adding(&mut family.dana, packages);
    let refused = house
        .store
        .commit(&family.dana.enrolled.caller, circle, bundle)
        .await;
    assert_eq!(code(refused), Code::KeyPackageUnclaimed);
}

pub async fn only_ones_own_device_is_revoked(engine: Engine) {
    let family = Family::meet(engine).await;
    let store = &family.house.store;
    let maria = family.maria.enrolled.caller;
    for device in [
        family.dana.enrolled.caller.device,
        protocol::DeviceId::from_bytes([9; 16]),
    ] {
        let refused = store.revoke_device(&maria, device, ask(1)).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    assert_eq!(family.pending().await, 0);
    let live = "SELECT COUNT(*) FROM device WHERE revoked_at IS NULL";
    assert_eq!(family.house.count(live).await, 3);
    let request = RevokeDevice {
        op_id: OpId::from_bytes([5; 16]),
    };
    store
        .revoke_device(&maria, maria.device, request.clone())
        .await
        .unwrap();
    let refused = store.revoke_device(&maria, maria.device, request).await;
    assert_eq!(code(refused), Code::SignedOut);
}

pub async fn an_id_that_signed_one_device_out_is_not_taken_for_another(engine: Engine) {
    let house = House::build(engine).await;
    let laptop = house.enrol(house.agency.maria, 1).await;
    let phone = house.sibling(&laptop, 1, 3).await.caller;
    let tablet = house.sibling(&laptop, 1, 4).await.caller;
    for _ in 0..2 {
        let revoked = house
            .store
            .revoke_device(&laptop.caller, phone.device, ask(1));
        revoked.await.unwrap();
    }
    let refused = house
        .store
        .revoke_device(&laptop.caller, tablet.device, ask(1));
    assert_eq!(code(refused.await), Code::BadRequest);
    assert_eq!(code(house.store.still_live(&phone).await), Code::SignedOut);
    assert!(house.store.still_live(&tablet).await.is_ok());
}

pub async fn another_device_is_signed_out_by_somebody_who_was_here_lately(engine: Engine) {
    let house = House::build(engine).await;
    let laptop = house.enrol(house.agency.maria, 1).await;
    let phone = house.second(&laptop, 1, 3).await;
    let tablet = house.second(&laptop, 1, 4).await;
    let store = &house.store;
    let (thief, _) = add(store, &laptop.caller, b"passkey").await;
    house.clock.advance(limits::STEP_UP_S);
    // Whoever took the laptop shuts nobody out who could report it.
    let refused = store.revoke_device(&thief, phone.caller.device, ask(1));
    assert_eq!(code(refused.await), Code::StepUpRequired);
    let hers = phone.caller;
    assert!(store.still_live(&hers).await.is_ok());
    let others = house.enrol(house.agency.dana, 2).await.caller.device;
    let refused = store.revoke_device(&thief, others, ask(1));
    assert_eq!(code(refused.await), Code::NotFound);

    let asked = showing(&phone, &handle(1), SERVER_NAME);
    let shown = sign_in(store, &asked, b"passkey", Some(&phone.token)).await;
    let fresh = store.caller(&shown.unwrap().1).await.unwrap();
    let revoked = store.revoke_device(&fresh, thief.device, ask(0x11));
    revoked.await.unwrap();
    assert_eq!(code(store.still_live(&thief).await), Code::SignedOut);
    // The one at which somebody sits goes whenever they like.
    let own = tablet.caller;
    let given_up = store.revoke_device(&own, own.device, ask(0x12));
    given_up.await.unwrap();
    assert_eq!(code(store.still_live(&own).await), Code::SignedOut);
    for (act, times) in [("revoke_device", 1), ("give_up_device", 1)] {
        let done = format!("act = '{act}' AND outcome = 'done'");
        assert_eq!(house.entries(&done).await, times, "{act}");
    }
}

pub async fn a_device_that_came_in_while_it_was_revoked_is_found_later(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let revoke = format!(
        "UPDATE device SET revoked_at = 1 WHERE id = {}",
        family
            .house
            .id(family.ana.enrolled.caller.device.as_bytes())
    );
    family.house.run(&revoke).await;
    let now = family.house.clock_now();
    family.house.store.end_lapsed(now).await.unwrap();
    assert_eq!(family.pending().await, 1);
    assert_eq!(
        code(family.dana.say(&family.house).await),
        Code::PendingRemovals
    );
}

pub async fn staff_whose_assignment_ended_leave_the_circle(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let end = format!(
        "UPDATE assignment SET ended_at = 1 WHERE account = {}",
        family.house.id(family.dana.account().as_bytes())
    );
    family.house.run(&end).await;
    assert_eq!(code(family.dana.say(&family.house).await), Code::NotAllowed);
    let waits = family.maria.say(&family.house).await;
    assert_eq!(code(waits), Code::PendingRemovals);
    let now = family.house.clock_now();
    family.house.store.end_lapsed(now).await.unwrap();
    assert_eq!(family.pending().await, 1);
    let dana = family.dana.account();
    let house = &family.house;
    family
        .gathering
        .remove(house, &mut family.maria, &[dana])
        .await
        .unwrap();
    assert!(family.maria.say(house).await.is_ok());
}
