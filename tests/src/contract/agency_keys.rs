//! Another agency key: begun, waited for, ended; and that the one before is gone.

use care::Caller;
use judge::agency::{AgencyKey, is_led_to};
use protocol::bundle::Appended;
use protocol::http::{Agency, WithdrawConsent};
use protocol::{CircleStatus, Code, limits};
use store::{AgencyRotation, Error, Result};
use testkit::Engine;

use super::desk::Mortal;
use super::family::Family;
use super::gathering::{Device, Gathering};
use super::house::{House, code};
use super::keys::rotate;

async fn go_on(house: &House) -> Result<AgencyRotation> {
    house.store.rotate_agency_key(&Caller::installation()).await
}

async fn begin(house: &House) {
    house.clock.advance(60);
    assert_eq!(go_on(house).await.unwrap(), AgencyRotation::Begun);
}

async fn end(house: &House) {
    let done = AgencyRotation::Done {
        gone_from_files: true,
    };
    assert_eq!(go_on(house).await.unwrap(), done);
}

async fn agency(house: &House) -> Agency {
    house.store.agency().await.unwrap().unwrap()
}

fn key(agency: &Agency) -> AgencyKey {
    agency.key.to_array().unwrap()
}

/// Whether what the server shows leads there from this key.
fn leads_from(key_before: &AgencyKey, shown: &Agency) -> bool {
    is_led_to(&key(shown), &shown.removal_key, |key| key == key_before)
}

pub async fn another_agency_key_waits_for_every_circle(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let first = agency(&family.house).await;
    begin(&family.house).await;
    let between = agency(&family.house).await;
    assert_eq!(between.key, first.key, "links name it still");
    assert_ne!(between.removal_key, first.removal_key);
    let dana = family.dana.enrolled.caller;
    let told = family.house.store.circles(&dana).await.unwrap();
    assert_eq!(told.agency_key, first.key);
    assert_eq!(told.removal_key, between.removal_key);
    for _ in 0..2 {
        let waits = AgencyRotation::Waits { circles: 1 };
        assert_eq!(go_on(&family.house).await.unwrap(), waits);
        assert_eq!(agency(&family.house).await, between);
    }
    // Another removal key comes from the next agency key too.
    family.house.clock.advance(1);
    let installation = Caller::installation();
    let removal = family.house.store.rotate_removal_key(&installation);
    removal.await.unwrap();
    let (house, gathering) = (&family.house, &mut family.gathering);
    gathering.relist(house, &mut family.dana).await.unwrap();
    family.maria.catch_up(house).await;
    end(house).await;
    let second = agency(house).await;
    assert_ne!(second.key, first.key);
    assert!(leads_from(&key(&first), &second));
    let told = house.store.circles(&dana).await.unwrap();
    assert_eq!(told.agency_key, second.key);
    assert_eq!(house.entries("act = 'rotate_agency_key'").await, 2);

    // What the server proposes is taken as ever.
    let withdraw = WithdrawConsent {
        op_id: family.maria.op(),
        clear_calendar: false,
    };
    let maria = family.maria.enrolled.caller;
    let withdrawn = house
        .store
        .withdraw_consent(&maria, family.consent, withdraw);
    withdrawn.await.unwrap();
    let ana = family.ana.account();
    let removed = gathering.remove(house, &mut family.dana, &[ana]).await;
    removed.unwrap();
    family.maria.catch_up(house).await;
    family.dana.say(house).await.unwrap();
    assert_eq!(family.pending().await, 0);
}

pub async fn removals_go_on_while_a_circle_has_not_heard(engine: Engine) {
    let mut family = Family::meet(engine).await;
    begin(&family.house).await;
    let withdraw = WithdrawConsent {
        op_id: family.maria.op(),
        clear_calendar: false,
    };
    let house = &family.house;
    let maria = family.maria.enrolled.caller;
    let withdrawn = house
        .store
        .withdraw_consent(&maria, family.consent, withdraw);
    withdrawn.await.unwrap();
    // Maria may take Ana out and not change what the circle lists.
    let ana = family.ana.account();
    let removed = family
        .gathering
        .remove(house, &mut family.maria, &[ana])
        .await;
    removed.unwrap();
    assert_eq!(family.pending().await, 0);
    let waits = AgencyRotation::Waits { circles: 1 };
    assert_eq!(go_on(house).await.unwrap(), waits);
}

pub async fn what_is_founded_meanwhile_lists_the_next_key(engine: Engine) {
    let house = House::build(engine).await;
    let circle = house.agency.circle;
    let dana = house.enrol(house.agency.dana, 1).await;
    let maria = house.enrol(house.agency.maria, 2).await;
    let mut dana = Device::new(dana, 1, circle);
    let mut maria = Device::new(maria, 2, circle);
    let mut gathering = Gathering::planned(&house, circle).await;
    begin(&house).await;
    let refused = gathering.found(&house, &mut dana).await;
    let refusal = refused.unwrap_err().refusal();
    assert_eq!(refusal.code, Code::Judged);
    assert_eq!(refusal.detail, "external_sender_unsigned");
    gathering.hear(&house).await;
    dana.forget_groups();
    gathering.found(&house, &mut dana).await.unwrap();
    end(&house).await;
    // Whoever comes now is added as ever.
    gathering.add(&house, &mut dana, &mut [&mut maria]).await;
    maria.say(&house).await.unwrap();
}

pub async fn a_broken_circle_hinders_nothing_and_is_begun_anew(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let circle = family.house.id(family.circle().as_bytes());
    let sql = format!("UPDATE circle SET status = 'needs_reset' WHERE id = {circle}");
    family.house.run(&sql).await;
    begin(&family.house).await;
    end(&family.house).await;
    family.gathering.generation += 1;
    assert_eq!(code(reset(&mut family).await), Code::Judged);
    family.gathering.hear(&family.house).await;
    family.dana.forget_groups();
    reset(&mut family).await.unwrap();
    let (store, caller) = (&family.house.store, family.dana.enrolled.caller);
    let seen = store.circle(&caller, family.circle()).await.unwrap();
    assert_eq!(seen.status, CircleStatus::Live);
}

/// Dana begins the next generation.
async fn reset(family: &mut Family) -> Result<Appended> {
    let founding = family.gathering.founding(&mut family.dana);
    let caller = family.dana.enrolled.caller;
    let store = &family.house.store;
    store
        .reset_circle(&caller, family.gathering.circle, founding)
        .await
}

pub async fn the_agency_key_before_is_gone_from_the_database(engine: Engine) {
    let house = House::build(engine).await;
    let sealed = async || {
        let secrets = house.blobs("SELECT secret_key FROM agency").await;
        secrets.into_iter().next().unwrap()
    };
    let first = sealed().await;
    assert!(
        house.database.holds(&first).await.unwrap(),
        "it would be found"
    );
    begin(&house).await;
    assert_eq!(sealed().await, first);
    let next = "SELECT COUNT(*) FROM agency WHERE next_secret IS NOT NULL";
    assert_eq!(house.count(next).await, 1);
    end(&house).await;
    assert_eq!(house.count(next).await, 0);
    assert!(!house.database.holds(&first).await.unwrap());
    assert!(!house.database.holds(&first[30..]).await.unwrap());
    // Another process begins with what is there now.
    let shown = agency(&house).await;
    let house = house.close().await.open(1).await;
    assert_eq!(agency(&house).await, shown);
    let installation = Caller::installation();
    house.store.rotate_removal_key(&installation).await.unwrap();
    assert!(leads_from(&key(&shown), &agency(&house).await));
}

pub async fn seal_keys_are_rotated_in_the_middle_of_it(engine: Engine) {
    let house = House::build(engine).await;
    let first = key(&agency(&house).await);
    begin(&house).await;
    rotate(&house).await;
    end(&house).await;
    rotate(&house).await;
    let installation = Caller::installation();
    house.store.rotate_removal_key(&installation).await.unwrap();
    assert!(leads_from(&first, &agency(&house).await));
}

pub async fn a_rotation_of_the_agency_key_that_is_cut_off_is_gone_on_with(engine: Engine) {
    let house = House::build(engine).await;
    let first = key(&agency(&house).await);
    let mut cut = 0;
    for polls in 0..2_000 {
        let outcome = Mortal::new(go_on(&house), polls).await;
        assert!(
            leads_from(&first, &agency(&house).await),
            "after {polls} polls"
        );
        match outcome.transpose().unwrap() {
            None => cut += 1,
            Some(AgencyRotation::Done { .. }) => break,
            Some(AgencyRotation::Begun) => {}
            Some(waits @ AgencyRotation::Waits { .. }) => panic!("{waits:?}"),
        }
        house.clock.advance(1);
    }
    assert!(cut > 1, "{cut}");
    let next = "SELECT COUNT(*) FROM agency WHERE next_key IS NOT NULL";
    assert_eq!(house.count(next).await, 0);
}

pub async fn two_who_end_it_at_once_end_it_once(engine: Engine) {
    let house = House::build(engine).await;
    let first = key(&agency(&house).await);
    begin(&house).await;
    let (one, other) = tokio::join!(go_on(&house), go_on(&house));
    let mut done = 0;
    for outcome in [one, other] {
        match outcome {
            Ok(AgencyRotation::Done { .. }) => done += 1,
            // Too late to end it: it begins with the one after, or is told to ask again.
            Ok(AgencyRotation::Begun) | Err(Error::Busy) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    assert!(leads_from(&first, &agency(&house).await));
}

pub async fn of_many_agency_keys_the_last_ones_are_remembered(engine: Engine) {
    let house = House::build(engine).await;
    let mut keys = vec![key(&agency(&house).await)];
    for _ in 0..=limits::AGENCY_SUCCESSIONS_MAX {
        begin(&house).await;
        end(&house).await;
        keys.push(key(&agency(&house).await));
    }
    let shown = agency(&house).await;
    assert!(shown.removal_key.len() <= limits::REMOVAL_KEY_BYTES_MAX);
    assert!(!leads_from(&keys[0], &shown), "too long ago");
    for earlier in &keys[1..] {
        assert!(leads_from(earlier, &shown));
    }
}

pub async fn another_removal_key_is_made_in_time(engine: Engine) {
    let house = House::build(engine).await;
    let first = agency(&house).await;
    let renew = async || house.store.renew_removal_key().await.unwrap();
    house
        .clock
        .advance(limits::CERTIFICATE_S_MAX - limits::CERTIFICATE_LEFT_S_MIN);
    assert!(!renew().await, "it has long enough left");
    assert_eq!(agency(&house).await, first);
    house.clock.advance(1);
    assert!(renew().await);
    let second = agency(&house).await;
    assert_ne!(second.removal_key, first.removal_key);
    assert!(leads_from(&key(&first), &second));
    assert!(!renew().await, "once");
    assert_eq!(agency(&house).await, second);
    let kept = "SELECT COUNT(*) FROM removal_key";
    assert_eq!(house.count(kept).await, 1, "for circles that list it");
    assert_eq!(house.entries("act = 'rotate_removal_key'").await, 1);
}

pub async fn a_link_from_before_is_as_good_as_one_from_after(engine: Engine) {
    let house = House::build(engine).await;
    let first = key(&agency(&house).await);
    let before = house.request(house.agency.maria.account, 2).await;
    begin(&house).await;
    let between = house.request(house.agency.dana.account, 1).await;
    end(&house).await;
    let after = house.request(house.agency.ana.account, 3).await;
    for request in [before, between, after] {
        let (signed_in, _) = house.store.redeem_invitation(request).await.unwrap();
        assert!(leads_from(&first, &signed_in.agency));
    }
}
