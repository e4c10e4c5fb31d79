//! A device was stolen, and its person's circles hear of the new identity key one after the other.

use device::api::Command;
use ed25519_dalek::SigningKey;

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

#[test]
fn a_device_brings_the_new_key_into_a_circle_that_it_was_not_in_yet() {
    let mut town = Town::new();
    let tablet = further(&mut town, true);
    let laptop = further(&mut town, false);
    assert_eq!(town.epoch(laptop), town.epoch(DANA));
    assert_eq!(town.epoch(tablet), None);
    let before = town.listed(&[MARIA]).remove(0).aik;
    let device = town.phones[laptop].device.device_id().expect("reads");
    let device = device.expect("enrolled");
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
