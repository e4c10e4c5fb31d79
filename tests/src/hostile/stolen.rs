//! A device was stolen or all were lost, and its person's circles hear of the new identity key one after the other.

use care::Caller;
use device::api::{Command, Trouble};
use ed25519_dalek::SigningKey;
use protocol::http::{AskNewKeys, PutVault, VaultWrap};
use protocol::{DeviceId, WrapKind};

use super::town::{DANA, MARIA, Town};

/// A further device of Maria's; the circle is kept from it, if so.
fn further(town: &mut Town, kept_out: bool) -> usize {
    let which = town.begin_second(MARIA);
    if kept_out {
        town.phones[which].answer_lie = Some(Box::new(|request, honest| {
            if request.path.ends_with("/group-info") {
                (503, Vec::new())
            } else {
                honest
            }
        }));
    }
    town.command(MARIA, Command::ApproveDevice);
    town.tick(2);
    town.tick(60);
    which
}

fn device_of(town: &Town, which: usize) -> DeviceId {
    let device = town.phones[which].device.device_id().expect("reads");
    device.expect("enrolled")
}

#[test]
fn a_device_brings_the_new_key_into_a_circle_that_it_was_not_in_yet() {
    let mut town = Town::new();
    let tablet = further(&mut town, true);
    let laptop = further(&mut town, false);
    assert_eq!(town.epoch(laptop), town.epoch(DANA));
    assert_eq!(town.epoch(tablet), None);
    let before = town.listed(&[MARIA]).remove(0).aik;
    let device = device_of(&town, laptop);
    town.command(tablet, Command::ReportStolen { device });
    town.tick(60);
    town.please(DANA);
    assert_eq!(town.listed(&[MARIA])[0].aik, before, "nobody brought it");
    town.phones[tablet].hears_the_truth();
    town.reconnect(tablet);
    town.tick(60);
    assert_eq!(town.view(tablet).trouble, None);
    let (aik, ..) = (town.phones[tablet].device.secrets())
        .expect("reads")
        .expect("enrolled");
    let aik = SigningKey::from_bytes(&aik).verifying_key().to_bytes();
    assert_ne!(before.0, aik);
    assert_eq!(town.listed(&[MARIA])[0].aik.0, aik);
    // Her phone, which was not stolen, took the key up and is in again.
    assert_eq!(town.view(MARIA).trouble, None);
    town.says(tablet, "The laptop was stolen");
    town.says(MARIA, "This is still me");
    let said = ["The laptop was stolen", "This is still me"];
    assert_eq!(town.phones[DANA].texts(), said);
}

#[test]
fn whoever_signs_the_old_device_out_at_once_stays_in_their_circles() {
    let mut town = Town::new();
    let tablet = further(&mut town, true);
    let old = town.caller(MARIA);
    let device = device_of(&town, MARIA);
    town.command(tablet, Command::RevokeDevice { device });
    // Whoever is there takes out what is to go.
    town.please(DANA);
    town.phones[tablet].hears_the_truth();
    town.tick(5);
    town.please(DANA);
    let still = town.runtime.block_on(town.store.still_live(&old));
    assert!(still.is_err(), "it is signed out");
    assert_eq!(town.epoch(tablet), town.epoch(DANA));
    town.says(tablet, "This is my new phone");
    assert_eq!(town.phones[DANA].texts(), ["This is my new phone"]);
}

#[test]
fn nobody_is_told_that_somebody_writes_before_the_new_key_is_in_the_circle() {
    let mut town = Town::new();
    let laptop = further(&mut town, true);
    let answer = br#"{"code":"rate_limited","detail":""}"#;
    town.phones[MARIA].refused = Some(("/commits", answer.as_slice()));
    let device = device_of(&town, laptop);
    town.command(MARIA, Command::ReportStolen { device });
    let circle = town.circle;
    town.command(MARIA, Command::Typing { circle });
    assert!(town.phones[MARIA].signals.is_empty());
    town.phones[MARIA].refused = None;
    town.reconnect(MARIA);
    town.command(MARIA, Command::Typing { circle });
    assert_eq!(town.phones[MARIA].signals.len(), 1);
}

#[test]
fn whoever_came_anew_before_they_were_taken_out_is_brought_in_behind_that() {
    let mut town = Town::new();
    let (caller, op_id) = (town.caller(DANA), town.op());
    let asked = AskNewKeys { op_id };
    let anew = town.store.new_keys(&caller, town.maria.person, asked);
    town.runtime.block_on(anew).unwrap();
    town.settle();
    let new = town.phones.len();
    town.enrol(town.maria);
    assert_eq!(town.view(DANA).trouble, None, "she stands there as before");
    town.please(DANA);
    assert_eq!(town.view(DANA).trouble, Some(Trouble::NewKey));
    let account = town.maria.account;
    town.command(DANA, Command::TrustNewKey { account });
    town.says(new, "This is my new phone");
    assert_eq!(town.phones[DANA].texts(), ["This is my new phone"]);
}

/// Whoever has a session puts something into the vault's place that opens for nobody, nor does what opened it.
fn spoils(town: &mut Town, thief: &Caller) {
    let vault = town.runtime.block_on(town.store.vault(thief));
    let vault = vault.expect("their own, as far as the server knows");
    let wraps = vault.wraps.into_iter();
    let wraps = wraps.filter(|wrap| wrap.kind == WrapKind::Device);
    let put = PutVault {
        after: vault.version,
        sealed: vec![7; 300].into(),
        wraps: wraps
            .map(|wrap| VaultWrap {
                sealed: vec![7; 60].into(),
                ..wrap
            })
            .collect(),
    };
    let put = town.store.put_vault(thief, put);
    town.runtime.block_on(put).expect("nobody looks into it");
    town.settle();
}

#[test]
fn a_device_is_reported_stolen_whatever_it_put_in_the_vaults_place() {
    let mut town = Town::new();
    let laptop = further(&mut town, false);
    let thief = town.caller(laptop);
    town.phones[laptop].cut();
    town.settle();
    let before = town.listed(&[MARIA]).remove(0).aik;
    for _ in 0..2 {
        spoils(&mut town, &thief);
    }
    assert!(town.phones[MARIA].was_warned("the vault does not open on this device"));
    let device = device_of(&town, laptop);
    town.command(MARIA, Command::ReportStolen { device });
    town.tick(60);
    let still = town.runtime.block_on(town.store.still_live(&thief));
    assert!(still.is_err(), "it is signed out");
    assert_ne!(town.listed(&[MARIA])[0].aik, before);
    // The vault is hers again: what she had opens on her next device.
    town.says(MARIA, "The laptop was stolen");
    let tablet = further(&mut town, false);
    assert_eq!(town.phones[tablet].texts(), ["The laptop was stolen"]);
}

#[test]
fn keys_of_eras_to_come_that_a_thief_put_into_the_vault_are_not_believed() {
    let mut town = Town::with_ana();
    let laptop = further(&mut town, false);
    let thief = town.caller(laptop);
    town.phones[laptop].cut();
    town.settle();
    let vault = town.runtime.block_on(town.store.vault(&thief));
    let after = vault.expect("hers").version;
    let device = &town.phones[laptop].device;
    let put = device.spoilt_vault(town.circle, 1..99, after);
    let put = town.store.put_vault(&thief, put.expect("made"));
    town.runtime.block_on(put).expect("nobody looks into it");
    town.settle();
    // The next era begins: Ana goes.
    town.withdraw_only();
    town.please(DANA);
    let detail = "an archive key that is older than the one before";
    assert!(!town.phones[MARIA].was_warned(detail));
    town.says(MARIA, "Ana is gone");
    town.tick(2);
    // Nor are they handed on.
    let tablet = further(&mut town, false);
    assert_eq!(town.phones[tablet].texts(), ["Ana is gone"]);
}
