//! Another agency key: told by an honest server to devices in every state, and made up by one that is not.

use care::Caller;
use device::api::{CirclePhase, Command, Event};
use judge::agency::AgencyKey;
use protocol::certificate::AgencySuccession;
use protocol::http::{Agency, Circles, DeviceOffered, InvitationFound, RecoveryOpened};
use protocol::{Bytes, IntakeState, labels};
use sha2::{Digest as _, Sha256};
use store::AgencyRotation;

use super::intake::{awaits, confirm, intake, invite};
use super::phone::Phone;
use super::town::{ANA, DANA, MARIA, Town};
use crate::rules::party;

fn rotate(town: &Town) -> AgencyRotation {
    let installation = Caller::installation();
    let rotated = town.store.rotate_agency_key(&installation);
    town.runtime.block_on(rotated).expect("rotated")
}

fn begin(town: &mut Town) {
    town.tick(60);
    assert_eq!(rotate(town), AgencyRotation::Begun);
}

fn end(town: &Town) {
    let ended = rotate(town);
    assert!(matches!(ended, AgencyRotation::Done { .. }), "{ended:?}");
}

/// What the honest server shows.
fn agency(town: &Town) -> Agency {
    let agency = town.runtime.block_on(town.store.agency());
    agency.expect("reads").expect("made")
}

/// A link for a further device, and the agency key's fingerprint in it.
fn device_link(town: &mut Town, who: usize) -> (String, String) {
    town.command(who, Command::AddDevice);
    let shown = town.phones[who].shown.iter().rev();
    let link = shown.filter_map(|event| match event {
        Event::DeviceLink { link, .. } => Some(link.clone()),
        _ => None,
    });
    let link = link.into_iter().next().expect("a link is shown");
    let (_, print) = link.rsplit_once('.').expect("two parts");
    let print = print.to_owned();
    (link, print)
}

/// Whether a device has pinned this key.
fn has_pinned(town: &mut Town, who: usize, key: &[u8]) -> bool {
    let print: [u8; 32] = Sha256::digest(key).into();
    device_link(town, who).1 == Bytes::from(print).to_base64url()
}

fn is_untroubled(town: &Town, who: usize) {
    let problems = town.phones[who].problems();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(town.view(who).trouble, None);
    assert_eq!(town.view(who).phase, CirclePhase::Ready);
}

/// Ana comes, so that Dana changes the circle: it lists what she has heard of.
fn rotate_with_ana(town: &mut Town) {
    begin(town);
    town.reconnect(DANA);
    town.enrol(town.ana);
    end(town);
}

#[test]
fn whoever_was_away_is_led_to_the_key_of_now_and_reads_what_was_under_the_one_before() {
    let mut town = Town::new();
    let first = agency(&town).key;
    // Maria's phone is off.
    town.phones[MARIA].restart();
    town.enrol(town.ana);
    town.says(DANA, "under the first");
    begin(&mut town);
    assert!(matches!(
        rotate(&town),
        AgencyRotation::Waits { circles: 1 }
    ));
    town.reconnect(DANA);
    town.withdraw_only();
    town.please(DANA);
    end(&town);
    town.says(DANA, "under the next");
    town.reconnect(MARIA);
    assert_eq!(
        town.phones[MARIA].texts(),
        ["under the first", "under the next"]
    );
    is_untroubled(&town, MARIA);
    let next = agency(&town).key;
    assert_ne!(next, first);
    assert!(has_pinned(&mut town, MARIA, &next));
    town.says(MARIA, "here again");
    assert_eq!(town.phones[DANA].texts().last().unwrap(), "here again");
}

#[test]
fn a_device_pins_the_next_key_when_it_is_shown_as_the_present_one() {
    let mut town = Town::new();
    let first = agency(&town).key;
    begin(&mut town);
    town.reconnect(DANA);
    assert!(has_pinned(&mut town, DANA, &first), "not yet");
    town.enrol(town.ana);
    end(&town);
    assert!(has_pinned(&mut town, MARIA, &first), "she has not heard");
    town.reconnect(MARIA);
    let next = agency(&town).key;
    assert!(has_pinned(&mut town, MARIA, &next));
    // Opened again, it has it still; and it goes on, through another one too.
    town.phones[MARIA].restart();
    town.reconnect(MARIA);
    assert!(has_pinned(&mut town, MARIA, &next));
    begin(&mut town);
    town.reconnect(DANA);
    town.withdraw_only();
    town.please(DANA);
    end(&town);
    town.reconnect(MARIA);
    town.reconnect(DANA);
    let third = agency(&town).key;
    assert!(has_pinned(&mut town, MARIA, &third) && has_pinned(&mut town, DANA, &third));
    town.says(MARIA, "under the third");
    assert_eq!(town.phones[DANA].texts(), ["under the third"]);
    is_untroubled(&town, MARIA);
    is_untroubled(&town, DANA);
}

#[test]
fn a_device_that_founds_with_a_removal_key_of_before_hears_of_the_next_and_founds_anew() {
    let mut town = Town::new();
    begin(&mut town);
    let circle = town.plan_circle("Another", Vec::new());
    let refused = town.phones[DANA].answers.iter().filter(|(path, body)| {
        path.ends_with("/group") && String::from_utf8_lossy(body).contains("external_sender")
    });
    assert!(refused.count() > 0);
    let circles = town.phones[DANA].circles();
    let view = circles.iter().find(|view| view.id == circle).unwrap();
    assert_eq!(view.phase, CirclePhase::Ready);
    is_untroubled(&town, DANA);
}

#[test]
fn both_show_the_same_digits_whatever_became_of_the_agency_key_in_between() {
    for (typed, heard) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut town = Town::new();
        let (nora, link) = invite(&mut town);
        let code = intake(&town).code.expect("a code is shown");
        rotate_with_ana(&mut town);
        if heard {
            town.reconnect(DANA);
            let next = agency(&town).key;
            assert!(has_pinned(&mut town, DANA, &next));
        }
        let who = town.comes(nora, if typed { &code } else { &link }, |_| {});
        town.tick(20);
        let digits = intake(&town).digits.expect("digits are shown");
        assert_eq!(digits, awaits(&town, who).digits);
        let circle = town.plan_for(nora, "Nora and Dana", Vec::new());
        confirm(&mut town, nora, true);
        town.tick(5);
        assert_eq!(intake(&town).state, Some(IntakeState::Verified));
        for phone in [DANA, who] {
            let problems = town.phones[phone].problems();
            assert!(problems.is_empty(), "{problems:?}");
            let circles = town.phones[phone].circles();
            let view = circles.iter().find(|view| view.id == circle).unwrap();
            assert_eq!((view.phase, view.members.len()), (CirclePhase::Ready, 2));
        }
    }
}

#[test]
fn a_further_device_comes_by_a_link_that_names_the_key_of_before() {
    let mut town = Town::new();
    let first = agency(&town).key;
    rotate_with_ana(&mut town);
    assert!(has_pinned(&mut town, MARIA, &first), "her link names it");
    let tablet = town.begin_second(MARIA);
    town.command(MARIA, Command::ApproveDevice);
    town.tick(60);
    assert_eq!(town.view(tablet).phase, CirclePhase::Ready);
    is_untroubled(&town, tablet);
    let next = agency(&town).key;
    assert!(has_pinned(&mut town, tablet, &next));
}

#[test]
fn a_recovery_code_from_before_opens_a_device_that_pins_the_key_of_now() {
    let mut town = Town::new();
    let code = recovery_code(&mut town);
    rotate_with_ana(&mut town);
    let who = recovers(&mut town, &code, |_| {});
    town.tick(60);
    assert_eq!(town.view(who).phase, CirclePhase::Ready);
    is_untroubled(&town, who);
    let next = agency(&town).key;
    assert!(has_pinned(&mut town, who, &next));
}

// --- lies -------------------------------------------------------------------------------------

/// Maria prints a code.
fn recovery_code(town: &mut Town) -> String {
    town.command(MARIA, Command::MakeRecoveryCode);
    let shown = town.phones[MARIA].shown.iter().rev();
    let mut codes = shown.filter_map(|event| match event {
        Event::RecoveryCode { code } => Some(code.clone()),
        _ => None,
    });
    codes.next().expect("a code is shown")
}

/// A new device of Maria's begins with a code.
fn recovers(town: &mut Town, code: &str, lie: impl FnOnce(&mut Phone)) -> usize {
    let code = code.to_owned();
    begins(town, Command::Recover { code }, lie)
}

/// A new device of Maria's begins with something.
fn begins(town: &mut Town, command: Command, lie: impl FnOnce(&mut Phone)) -> usize {
    let which = town.phones.len();
    let number = u8::try_from(which + 1).expect("few phones");
    let mut phone = Phone::new(town.maria, number);
    lie(&mut phone);
    town.phones.push(phone);
    town.command(which, command);
    which
}

/// Keys of the server's own with whatever it can say about them.
fn lies(real: &[u8]) -> Vec<(Bytes, Bytes)> {
    let ghost = party::Agency::new(0x66);
    let other = party::Agency::new(0x67);
    let later = party::NOW.plus_seconds(9_000_000);
    let forged = ghost.says(
        labels::AGENCY_SUCCESSION,
        &protocol::frame::to_vec(&AgencySuccession {
            before: real.to_vec().into(),
            key: ghost.public().into(),
            at: later,
        }),
    );
    let lists = [Vec::new(), vec![forged], vec![other.hands_over_to(&ghost)]];
    let lie = |list| (ghost.public().into(), ghost.vouch(0x68, later, list));
    lists.into_iter().map(lie).collect()
}

#[test]
fn a_made_up_agency_key_is_not_pinned_and_what_it_signed_not_listed() {
    // The town is made of the same chance each time.
    let real = agency(&Town::new()).key;
    for (key, removal_key) in lies(&real) {
        let mut town = Town::new();
        town.phones[DANA].is_told("/v1/circles", move |told: &mut Circles| {
            told.agency_key = key.clone();
            told.removal_key = removal_key.clone();
        });
        town.reconnect(DANA);
        assert!(
            town.phones[DANA].was_warned("this server is not the agency that this device knows")
        );
        // She goes on, and brings nothing of it into the circle.
        let before = town.context().removal_keys;
        town.enrol(town.ana);
        assert_eq!(town.context().removal_keys, before);
        town.says(ANA, "all is well");
        assert_eq!(town.phones[DANA].texts(), ["all is well"]);
        assert!(has_pinned(&mut town, DANA, &real));
    }
}

#[test]
fn a_made_up_agency_key_is_not_the_links_agency() {
    let real = agency(&Town::new()).key;
    for (key, removal_key) in lies(&real) {
        let mut town = Town::new();
        town.enrol_with(town.ana, |phone| {
            phone.is_told("/look-up", move |found: &mut InvitationFound| {
                found.agency.key = key.clone();
                found.agency.removal_key = removal_key.clone();
            });
        });
        assert!(
            town.phones[ANA].was_warned("this server is not the agency that gave out the link")
        );
        let redeemed = |(path, _): &(String, Vec<u8>)| path.ends_with("/redeem");
        assert!(!town.phones[ANA].answers.iter().any(redeemed));
    }
}

#[test]
fn a_made_up_agency_key_is_not_the_one_of_whoever_invites() {
    let real = agency(&Town::new()).key;
    for (key, removal_key) in lies(&real) {
        let mut town = Town::new();
        let (nora, _) = invite(&mut town);
        let code = intake(&town).code.expect("a code is shown");
        let who = town.comes(nora, &code, |phone| {
            phone.is_told("/look-up", move |found: &mut InvitationFound| {
                found.agency.key = key.clone();
                found.agency.removal_key = removal_key.clone();
            });
        });
        let warning = "whoever made this invitation does not say what the server says";
        assert!(town.phones[who].was_warned(warning));
    }
}

#[test]
fn a_made_up_agency_key_lets_no_further_device_in() {
    let real = agency(&Town::new()).key;
    for (key, removal_key) in lies(&real) {
        let mut town = Town::new();
        let (link, _) = device_link(&mut town, MARIA);
        let who = begins(&mut town, Command::OpenLink { link }, |phone| {
            phone.is_told("/offer", move |offered: &mut DeviceOffered| {
                offered.agency.key = key.clone();
                offered.agency.removal_key = removal_key.clone();
            });
        });
        assert!(town.phones[who].was_warned("this server is not the agency that the link names"));
    }
}

#[test]
fn a_made_up_agency_key_opens_no_recovered_vault() {
    let real = agency(&Town::new()).key;
    for (key, removal_key) in lies(&real) {
        let mut town = Town::new();
        let code = recovery_code(&mut town);
        let who = recovers(&mut town, &code, |phone| {
            phone.is_told("/recovery/open", move |opened: &mut RecoveryOpened| {
                opened.agency.key = key.clone();
                opened.agency.removal_key = removal_key.clone();
            });
        });
        let warning = "the server names another identity or agency than the vault";
        assert!(town.phones[who].was_warned(warning));
        assert!(town.phones[who].circles().is_empty());
    }
}

#[test]
fn whoever_stole_the_secret_of_the_key_before_leads_nobody_away_who_was_led_on() {
    let mut town = Town::new();
    let first = agency(&town).key;
    rotate_with_ana(&mut town);
    town.reconnect(DANA);
    let next = agency(&town).key;
    assert!(has_pinned(&mut town, DANA, &next));
    let secret = town.key_of(&first);
    let stolen = party::Agency::of(secret);
    let thief = party::Agency::new(0x66);
    let list = vec![stolen.hands_over_to(&thief)];
    let removal_key = thief.vouch(0x68, party::NOW.plus_seconds(9_000_000), list);
    let key: AgencyKey = thief.public();
    town.phones[DANA].is_told("/v1/circles", move |told: &mut Circles| {
        told.agency_key = key.into();
        told.removal_key = removal_key.clone();
    });
    town.reconnect(DANA);
    assert!(town.phones[DANA].was_warned("this server is not the agency that this device knows"));
    assert!(has_pinned(&mut town, DANA, &next));
}
