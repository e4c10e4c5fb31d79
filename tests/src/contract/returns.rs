//! Devices that come in by themselves, by an external commit: a second device of somebody who is in the
//! circle, or one that lost its state.

use protocol::frame::{Ack, Cursor};
use protocol::{Code, EntryKind};
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::code;

/// Maria's second device.
async fn tablet(family: &Family) -> Device {
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    Device::new(tablet, 2, family.circle())
}

pub async fn a_second_device_of_a_member_comes_in_by_itself(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let mut tablet = tablet(&family).await;
    let (house, circle) = (&family.house, family.circle());
    let caller = tablet.enrolled.caller;
    assert_eq!(
        code(house.store.log_after(&caller, tablet.cursor).await),
        Code::NotOnRoster
    );
    family.dana.say(house).await.unwrap();
    let joined = family.gathering.come_in(house, &mut tablet).await.unwrap();
    assert_eq!((joined.epoch, joined.seq), (2, 4));
    let position = house.store.ready(&caller).await.unwrap().positions[0];
    assert_eq!(
        (position.send_counter, position.own_commit_epoch),
        (1, Some(2))
    );
    assert_eq!((position.era, position.head), (2, 5));
    for other in [&mut family.dana, &mut family.maria, &mut family.ana] {
        other.catch_up(house).await;
    }
    let said = family.dana.say(house).await.unwrap();
    let heard = tablet.catch_up(house).await;
    assert_eq!((heard.len(), heard[0].seq), (1, said.seq));
    assert!(tablet.say(house).await.is_ok());
    // Its durable cursor starts at the commit that brought it in, and so does the proof of delivery.
    let ack = Ack {
        cursors: vec![Cursor {
            seq: said.seq,
            ..tablet.cursor
        }],
        inbox: None,
    };
    house.store.ack(&caller, ack).await.unwrap();
    let delivered = format!(
        "SELECT COUNT(*) FROM cursor c JOIN circle_device d ON d.device = c.device
            AND d.circle = c.circle
         WHERE d.added_seq = {} AND c.seq = {} AND c.device = {}",
        joined.seq,
        said.seq,
        house.id(caller.device.as_bytes())
    );
    assert_eq!(house.count(&delivered).await, 1);
    let seen = house.store.circle(&caller, circle).await.unwrap();
    let maria = seen.members.iter().find(|m| m.account == caller.account);
    assert_eq!(maria.unwrap().devices.len(), 2);
}

pub async fn a_page_from_the_commit_that_brought_it_in_is_read_without_a_gap(engine: Engine) {
    let family = Family::meet(engine).await;
    let mut tablet = tablet(&family).await;
    let house = &family.house;
    let joined = family.gathering.come_in(house, &mut tablet).await.unwrap();
    let from = |seq| Cursor {
        seq,
        ..tablet.cursor
    };
    let caller = tablet.enrolled.caller;
    let page = house
        .store
        .log_after(&caller, from(joined.seq - 1))
        .await
        .unwrap();
    let kinds: Vec<_> = page
        .entries
        .iter()
        .map(|entry| (entry.seq, entry.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (joined.seq, EntryKind::Commit),
            (joined.seq + 1, EntryKind::Message)
        ]
    );
}

pub async fn a_device_that_lost_its_state_comes_back_in_place_of_its_old_leaf(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let house = &family.house;
    family.maria.say(house).await.unwrap();
    let caller = family.maria.enrolled.caller;
    let before = house.store.ready(&caller).await.unwrap().positions[0];
    let back = family
        .gathering
        .come_in(house, &mut family.maria)
        .await
        .unwrap();
    let after = house.store.ready(&caller).await.unwrap().positions[0];
    assert_eq!(after.epoch, before.epoch + 1);
    assert_eq!(after.own_commit_epoch, Some(back.epoch));
    assert!(after.send_counter > before.send_counter);
    family.dana.catch_up(house).await;
    assert!(family.dana.say(house).await.is_ok());
    assert_eq!(family.maria.catch_up(house).await.len(), 1);
    let devices = "SELECT COUNT(*) FROM circle_device";
    assert_eq!(house.count(devices).await, 3);
}

pub async fn nobody_comes_in_who_is_not_confirmed(engine: Engine) {
    let family = Family::meet(engine).await;
    let house = &family.house;
    let sam = house.enrol(house.agency.sam, 9).await;
    let mut sam = Device::new(sam, 9, family.circle());
    let refused = family.gathering.come_in(house, &mut sam).await;
    assert_eq!(code(refused), Code::NotAllowed);
    // Named, but in nobody's group yet: an external commit is not the way in.
    let info = house
        .store
        .group_info(&family.dana.enrolled.caller, family.circle());
    let info = info.await.unwrap();
    let bundle = sam.external_commit(&info, 1);
    let refused = house
        .store
        .commit(&sam.enrolled.caller, family.circle(), bundle)
        .await;
    assert_eq!(code(refused), Code::NotAllowed);
    let mut tablet = tablet(&family).await;
    let state = format!(
        "UPDATE circle_member SET state = 'left' WHERE account = {}",
        house.id(family.maria.account().as_bytes())
    );
    house.run(&state).await;
    let refused = family.gathering.come_in(house, &mut tablet).await;
    assert_eq!(code(refused), Code::NotFound);
}

pub async fn an_external_commit_on_an_old_group_info_is_stale(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let mut tablet = tablet(&family).await;
    let house = &family.house;
    let caller = tablet.enrolled.caller;
    let info = house
        .store
        .group_info(&caller, family.circle())
        .await
        .unwrap();
    family.gathering.come_in(house, &mut tablet).await.unwrap();
    // Made on the GroupInfo of an epoch that is over.
    let late = family.maria.external_commit(&info, 0);
    let maria = family.maria.enrolled.caller;
    let refused = house.store.commit(&maria, family.circle(), late).await;
    assert_eq!(code(refused), Code::Stale);
}
