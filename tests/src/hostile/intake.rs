//! A server in the middle of an intake: it names keys of its own to either side.

use device::api::{Awaits, Command, Event, IntakeView};
use ed25519_dalek::SigningKey;
use openmls::prelude::MlsMessageOut;
use protocol::Role;
use protocol::http::{
    AddClient, ClaimedKeyPackages, Intake, InvitationFound, OwnIntake, PersonIntake,
};
use store::SingleMail;
use testkit::Person;

use super::ghost::Ghost;
use super::town::{DANA, Town};
use crate::rules::party;

/// A key of the server's own.
fn ghosts() -> protocol::Bytes {
    SigningKey::from_bytes(&[0x66; 32])
        .verifying_key()
        .to_bytes()
        .into()
}

/// Dana adds Nora and invites her; the link is shown.
pub fn invite(town: &mut Town) -> (Person, String) {
    let add = AddClient {
        op_id: town.op(),
        name: "Nora Invented".to_owned(),
        phone: None,
    };
    let caller = town.caller(DANA);
    let card = town.runtime.block_on(town.store.add_client(&caller, add));
    let card = card.expect("added");
    let nora = Person {
        person: card.person,
        account: card.account,
        name: "Nora Invented",
        role: Role::Client,
    };
    let command = Command::InvitePerson {
        person: nora.person,
        account: nora.account,
    };
    town.command(DANA, command);
    let link = intake(town).link.expect("a link is shown");
    (nora, format!("https://localhost/#{link}"))
}

/// What Dana's page shows.
pub fn intake(town: &Town) -> IntakeView {
    let shown = town.phones[DANA].shown.iter().rev();
    let mut intakes = shown.filter_map(|event| match event {
        Event::Intake { intake } => Some(intake.clone()),
        _ => None,
    });
    intakes.next().expect("an invitation is shown")
}

/// What the new phone shows.
pub fn awaits(town: &Town, who: usize) -> Awaits {
    let shown = town.phones[who].shown.iter().rev();
    let mut awaits = shown.filter_map(|event| match event {
        Event::Status { status } => status.awaits.clone(),
        _ => None,
    });
    awaits.next().expect("it waits")
}

pub fn confirm(town: &mut Town, nora: Person, in_person: bool) {
    let person = nora.person;
    town.command(DANA, Command::ConfirmPerson { person, in_person });
    town.tick(5);
}

#[test]
fn an_honest_server_shows_the_same_digits_on_both() {
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    let who = town.comes(nora, &link, |_| {});
    assert_eq!(intake(&town).digits.unwrap(), awaits(&town, who).digits);
    confirm(&mut town, nora, true);
    let problems = town.phones[who].problems();
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_server_that_names_another_key_to_the_inviting_device_is_caught() {
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    town.phones[DANA].is_told("/invitation", |told: &mut PersonIntake| {
        if let Some(arrived) = told.intake.as_mut().and_then(|it| it.arrived.as_mut()) {
            arrived.aik = ghosts();
        }
    });
    town.comes(nora, &link, |_| {});
    let view = intake(&town);
    assert!(view.forged, "{view:?}");
    assert_eq!(view.digits, None, "there is nothing to compare");
    confirm(&mut town, nora, true);
    assert!(!town.phones[DANA].problems().is_empty());
    assert!(intake(&town).state == Some(protocol::IntakeState::Arrived));
}

#[test]
fn a_server_that_hides_that_it_mailed_an_invitation_gains_nothing() {
    let mut town = Town::new();
    let (nora, _) = invite(&mut town);
    town.phones[DANA].is_told("/invitation", |told: &mut PersonIntake| {
        if let Some(intake) = &mut told.intake {
            intake.mailed = false;
        }
    });
    let command = Command::MailInvitation {
        person: nora.person,
        account: nora.account,
        email: "nora@example.com".to_owned(),
        language: protocol::Language::En,
    };
    town.command(DANA, command);
    // It has the link, so whoever it likes comes with a good MAC.
    let now = town.now();
    let leased = town.store.lease_single_mails(now);
    let (_, due, _) = town.runtime.block_on(leased).expect("leased");
    let SingleMail::Invitation { link } = &due[0].about else {
        panic!("the mail is not of an invitation");
    };
    let link = format!("https://localhost/#{link}");
    town.comes(nora, &link, |_| {});
    let view = intake(&town);
    assert!(view.mailed && view.link.is_none(), "{view:?}");
    assert_eq!(view.digits, None, "there is nothing to compare");
    confirm(&mut town, nora, true);
    assert!(!town.phones[DANA].problems().is_empty());
    assert!(intake(&town).state == Some(protocol::IntakeState::Arrived));
}

#[test]
fn a_server_that_names_another_inviter_to_the_new_device_is_caught() {
    type Lie = fn(&mut InvitationFound);
    let lies: [Lie; 4] = [
        |found| found.inviter.as_mut().unwrap().aik = ghosts(),
        |found| found.inviter.as_mut().unwrap().mac = vec![0; 32].into(),
        |found| found.inviter.as_mut().unwrap().account = found.account,
        |found| found.inviter = None,
    ];
    for lie in lies {
        let mut town = Town::new();
        let (nora, link) = invite(&mut town);
        let who = town.comes(nora, &link, |phone| phone.is_told("/look-up", lie));
        let phone = &town.phones[who];
        assert!(phone.was_warned("whoever made this invitation does not say what the server says"));
        let redeemed = |(path, _): &(String, Vec<u8>)| path.ends_with("/redeem");
        assert!(!phone.answers.iter().any(redeemed));
    }
}

#[test]
fn a_typed_code_knows_its_agency_too() {
    let mut town = Town::new();
    let (nora, _) = invite(&mut town);
    let code = intake(&town).code.expect("a code is shown");
    let who = town.comes(nora, &code, |phone| {
        phone.is_told("/look-up", |found: &mut InvitationFound| {
            found.agency.key = ghosts();
        });
    });
    assert!(
        town.phones[who]
            .was_warned("whoever made this invitation does not say what the server says")
    );
}

#[test]
fn whoever_photographed_the_link_shows_other_digits() {
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    // The thief is quicker; the person's own phone is told that the link was used.
    let thief = town.comes(nora, &link, |_| {});
    let digits = awaits(&town, thief).digits;
    assert_eq!(intake(&town).digits.unwrap(), digits);
    let own = town.comes(nora, &link, |_| {});
    let shown = town.phones[own].shown.iter();
    let mut waits =
        shown.filter(|event| matches!(event, Event::Status { status } if status.awaits.is_some()));
    assert!(waits.next().is_none(), "no digits: so they do not agree");

    // A server that lets both in, each with its own key, shows each its own digits.
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    let first = town.comes(nora, &link, |_| {});
    let ones = awaits(&town, first).digits;
    let person = nora.person;
    town.command(DANA, Command::EndIntake { person });
    let command = Command::InvitePerson {
        person,
        account: nora.account,
    };
    town.command(DANA, command);
    let link = format!("https://localhost/#{}", intake(&town).link.unwrap());
    let second = town.comes(nora, &link, |_| {});
    assert_ne!(awaits(&town, second).digits, ones);
    assert_eq!(intake(&town).digits.unwrap(), awaits(&town, second).digits);
}

#[test]
fn a_word_that_only_the_server_said_marks_nobody() {
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    let who = town.comes(nora, &link, |phone| {
        phone.is_told("/v1/intake", |own: &mut OwnIntake| {
            if own.state == Some(protocol::IntakeState::LetIn) {
                own.state = Some(protocol::IntakeState::Verified);
                own.confirmation = Some(vec![7; 32].into());
            }
        });
    });
    let circle = town.plan_for(nora, "Nora and Dana", Vec::new());
    confirm(&mut town, nora, false);
    town.tick(5);
    for phone in [DANA, who] {
        let circles = town.phones[phone].circles();
        let view = circles.iter().find(|view| view.id == circle).unwrap();
        assert_eq!(view.members.len(), 2);
        assert!(view.members.iter().all(|member| !member.verified));
    }
}

#[test]
fn the_inviting_device_marks_nobody_whom_its_person_did_not_confirm() {
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    town.phones[DANA].is_told("/confirm", |told: &mut Intake| {
        told.state = protocol::IntakeState::Verified;
    });
    town.comes(nora, &link, |_| {});
    let circle = town.plan_for(nora, "Nora and Dana", Vec::new());
    confirm(&mut town, nora, false);
    town.tick(5);
    let circles = town.phones[DANA].circles();
    let view = circles.iter().find(|view| view.id == circle).unwrap();
    assert!(view.members.iter().all(|member| !member.verified));
}

#[test]
fn after_intake_the_server_cannot_hand_out_another_key_for_theirs() {
    let mut town = Town::new();
    let (nora, link) = invite(&mut town);
    town.comes(nora, &link, |_| {});
    confirm(&mut town, nora, true);
    let mut ghost = Ghost::new(&town, Role::Client);
    ghost.party.account = nora.account;
    ghost.party.certify();
    let package = party::bytes(&MlsMessageOut::from(ghost.party.key_package()));
    let (aik, device) = (ghost.party.aik_public(), ghost.party.device);
    town.phones[DANA].is_told("/claim", move |told: &mut ClaimedKeyPackages| {
        for claimed in &mut told.claimed {
            claimed.aik = aik.into();
            claimed.device = device;
            claimed.key_package = package.clone();
        }
    });
    let circle = town.plan_for(nora, "Nora and Dana", Vec::new());
    let circles = town.phones[DANA].circles();
    let view = circles.iter().find(|view| view.id == circle).unwrap();
    let shown = view
        .members
        .iter()
        .find(|member| member.account == nora.account);
    assert!(
        shown.is_some_and(|member| member.new_key && !member.verified),
        "{view:?}"
    );
}
