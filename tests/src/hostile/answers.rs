//! The server answers requests with what is not so.

use device::api::{Command, Event, Link, Trouble};
use protocol::frame::{Bye, Done, Inbox, Notice, NoticeKind, Ready, Refused, ServerFrame};
use protocol::http::{Circle, Circles, ClaimedKeyPackages, Devices, Vault};
use protocol::{CircleId, CircleStatus, Code, Role};

use super::ghost::Ghost;
use super::town::{ANA, DANA, MARIA, Town};
use crate::rules::party::{self, Party};

#[test]
fn a_message_is_said_to_be_kept_and_is_not() {
    let mut town = Town::new();
    // The frame does not reach the store, and the server says "ok, at place 3".
    town.phones[MARIA].deaf = true;
    town.says(MARIA, "The bus is at ten");
    let op_id = town.phones[MARIA].sent.last().unwrap().op_id;
    let seq = town.log().last().unwrap().seq + 1;
    town.push(MARIA, &ServerFrame::Ok(Done { op_id, seq }));
    town.phones[MARIA].deaf = false;
    town.says(DANA, "Good morning");
    assert!(town.phones[MARIA].was_warned("the server did not keep a message that it had taken"));
    assert_eq!(
        town.phones[DANA].texts(),
        ["Good morning", "The bus is at ten"]
    );
}

#[test]
fn a_message_is_said_to_be_refused_and_is_not() {
    let mut town = Town::new();
    town.phones[MARIA].frame_lie = Some(Box::new(|frame| match frame {
        ServerFrame::Ok(done) => vec![ServerFrame::Err(Refused {
            op_id: Some(done.op_id),
            code: Code::Stale,
            detail: String::new(),
        })],
        other => vec![other],
    }));
    town.says(MARIA, "Only once, please");
    town.phones[MARIA].hears_the_truth();
    town.reconnect(MARIA);
    for who in [MARIA, DANA] {
        assert_eq!(town.phones[who].texts(), ["Only once, please"]);
    }
}

#[test]
fn the_devices_own_counter_is_said_to_be_another() {
    for counter in [50, u64::MAX] {
        let mut town = Town::new();
        town.says(MARIA, "one");
        town.phones[MARIA].frame_lie = Some(Box::new(move |mut frame| {
            if let ServerFrame::Ready(ready) = &mut frame {
                for position in &mut ready.positions {
                    position.send_counter = counter;
                    position.own_commit_epoch = Some(u64::MAX);
                    position.era = u32::MAX;
                    position.head = u64::MAX;
                }
            }
            vec![frame]
        }));
        town.phones[MARIA].cut();
        town.settle();
        town.command(MARIA, Command::Connect);
        let trouble = town.view(MARIA).trouble;
        town.says(MARIA, "two");
        assert!(trouble.is_some() || !town.phones[MARIA].commits.is_empty());
        assert_eq!(device::simulated::keys_used_twice(), 0);
    }
}

#[test]
fn numbers_at_the_end_of_their_range_break_nothing() {
    let mut town = Town::new();
    let circle = town.circle;
    let path: &'static str = Box::leak(format!("/v1/circles/{circle}").into_boxed_str());
    town.phones[MARIA].is_told(path, |told: &mut Circle| {
        told.era = u32::MAX;
        told.generation = u32::MAX;
        told.epoch = u64::MAX;
    });
    town.command(MARIA, Command::Rejoin { circle });
    town.tick(60);
    town.phones[DANA].is_told("/v1/circles", |told: &mut Circles| {
        for circle in &mut told.circles {
            circle.generation = u32::MAX;
            circle.status = CircleStatus::NeedsReset;
        }
    });
    town.reconnect(DANA);
    town.command(DANA, Command::ResetCircle { circle });
    let ready = Ready {
        account: town.maria.account,
        now: protocol::Timestamp::from_micros(i64::MIN),
        positions: Vec::new(),
        key_packages: 0,
    };
    town.push(MARIA, &ServerFrame::Ready(ready));
}

#[test]
fn a_circle_is_said_to_be_broken() {
    let mut town = Town::new();
    town.phones[MARIA].is_told("/v1/circles", |told: &mut Circles| {
        for circle in &mut told.circles {
            circle.status = CircleStatus::NeedsReset;
        }
    });
    town.reconnect(MARIA);
    assert_eq!(town.view(MARIA).trouble, Some(Trouble::NeedsReset));
    let circle = town.circle;
    town.command(MARIA, Command::ResetCircle { circle });
    assert!(town.phones[MARIA].was_warned("staff begin a circle anew"));
    town.says(MARIA, "It waits");
    town.phones[MARIA].hears_the_truth();
    town.reconnect(MARIA);
    assert_eq!(town.phones[DANA].texts(), ["It waits"], "nothing was lost");
}

/// A key package of a ghost's, as the claim's answer.
fn hands_out(town: &mut Town, lie: impl FnMut(&mut ClaimedKeyPackages) + 'static) {
    town.phones[DANA].is_told("/claim", lie);
    town.enrol(town.ana);
}

fn handed(party: &Party) -> protocol::Bytes {
    party::bytes(&openmls::prelude::MlsMessageOut::from(party.key_package()))
}

#[test]
fn a_key_package_of_somebody_else_is_handed_out() {
    let mut town = Town::new();
    let mut ghost = Ghost::new(&town, Role::Caregiver);
    let package = handed(&ghost.party);
    hands_out(&mut town, move |told| {
        for claimed in &mut told.claimed {
            claimed.key_package = package.clone();
        }
    });
    let detail = "the server handed out a key package that is not the person's";
    assert!(town.phones[DANA].was_warned(detail));
    town.says(DANA, "Nobody came");
    assert!(!ghost.opens_any(&town.phones[DANA]));
    assert!(town.phones[DANA].commits.len() <= 1, "only Maria was added");
}

#[test]
fn a_known_person_comes_with_keys_of_the_servers() {
    let mut town = Town::new();
    let maria = town.maria.account;
    let mut ghost = Ghost::new(&town, Role::Client);
    ghost.party.account = maria;
    ghost.party.certify();
    let package = handed(&ghost.party);
    let (aik, device) = (ghost.party.aik_public(), ghost.party.device);
    let commits = town.phones[DANA].commits.len();
    town.phones[DANA].is_told("/claim", move |told: &mut ClaimedKeyPackages| {
        for claimed in &mut told.claimed {
            claimed.aik = aik.into();
            claimed.device = device;
            claimed.key_package = package.clone();
        }
    });
    let second = town.plan_circle("Another circle", Vec::new());
    let views = town.phones[DANA].circles();
    let view = views
        .iter()
        .find(|circle| circle.id == second)
        .expect("shown");
    assert_eq!(view.trouble, Some(Trouble::NewKey));
    let member = view.members.iter().find(|member| member.account == maria);
    assert!(member.expect("named").new_key);
    assert_eq!(town.phones[DANA].commits.len(), commits, "nobody was added");
}

#[test]
fn a_certificate_that_is_over_is_not_brought_in() {
    let mut town = Town::new();
    let now = town.now();
    let mut late = Party::with_dates(
        0xdd,
        Role::Caregiver,
        now.plus_seconds(-9_000),
        now.plus_seconds(-1),
    );
    late.account = town.ana.account;
    late.certify();
    let package = handed(&late);
    let (aik, device) = (late.aik_public(), late.device);
    hands_out(&mut town, move |told| {
        for claimed in &mut told.claimed {
            claimed.aik = aik.into();
            claimed.device = device;
            claimed.key_package = package.clone();
        }
    });
    let detail = "the server handed out a key package that is not the person's";
    assert!(town.phones[DANA].was_warned(detail));
    assert!(town.phones[DANA].commits.len() <= 1, "only Maria was added");
}

#[test]
fn one_device_is_handed_out_twice() {
    let mut town = Town::new();
    hands_out(&mut town, |told| {
        let again = told.claimed.clone();
        told.claimed.extend(again);
    });
    assert!(town.phones[DANA].was_warned("the server handed out one device twice"));
    assert_eq!(town.view(DANA).trouble, None);
    town.says(ANA, "I am here once");
    assert_eq!(town.phones[DANA].texts(), ["I am here once"]);
}

#[test]
fn another_device_is_offered_than_the_one_in_hand() {
    let mut town = Town::new();
    town.phones[MARIA].is_told("/v1/devices", |told: &mut Devices| {
        if let Some(offer) = &mut told.offer {
            offer.dsk = [0x66; 32].into();
            offer.seal_key = [0x67; 32].into();
        }
    });
    let tablet = town.begin_second(MARIA);
    town.command(MARIA, Command::ApproveDevice);
    assert!(town.phones[MARIA].was_warned("no device waits"));
    town.tick(5);
    assert!(
        town.phones[tablet].circles().is_empty(),
        "nothing was handed over"
    );
}

#[test]
fn somebody_photographed_the_link_and_was_faster() {
    let mut town = Town::new();
    let thief = town.begin_second(MARIA);
    let tablet = town.again_by_the_same_link(MARIA);
    let digits = |events: &[Event]| {
        events.iter().rev().find_map(|event| match event {
            Event::Enrolment { code } => Some(code.clone()),
            Event::Devices { devices } => devices.waiting.clone(),
            _ => None,
        })
    };
    let on_the_first = digits(&town.phones[MARIA].shown);
    let in_hand = digits(&town.phones[tablet].shown);
    assert_eq!(on_the_first, digits(&town.phones[thief].shown));
    assert_ne!(on_the_first, in_hand, "the digits tell the two apart");
    town.command(MARIA, Command::DeclineDevice);
    town.tick(5);
    assert!(town.phones[thief].circles().is_empty());
}

#[test]
fn another_vault_is_given_out() {
    let mut town = Town::new();
    town.phones[MARIA].is_told("/v1/vault", |told: &mut Vault| {
        told.version += 9;
        if let Some(byte) = told.sealed.0.last_mut() {
            *byte ^= 1;
        }
    });
    town.reconnect(MARIA);
    assert!(town.phones[MARIA].was_warned("the vault does not open on this device"));
    town.says(MARIA, "My keys are still mine");
    assert_eq!(town.phones[DANA].texts(), ["My keys are still mine"]);
}

#[test]
fn an_identity_key_is_said_to_be_another() {
    let mut town = Town::new();
    town.phones[MARIA].is_told("/v1/devices", |told: &mut Devices| {
        told.aik = [0x44; 32].into();
    });
    town.reconnect(MARIA);
    town.says(MARIA, "I am still who I was");
    assert_eq!(town.phones[DANA].texts(), ["I am still who I was"]);
    let key_changed =
        |item: &device::api::Item| matches!(item.content, device::api::Content::KeyChanged { .. });
    assert!(!town.phones[DANA].items().iter().any(key_changed));
}

#[test]
fn notices_of_nothing_lead_nowhere() {
    let mut town = Town::new();
    let notice = Notice {
        seq: 900,
        circle: CircleId::from_bytes([1; 16]),
        kind: NoticeKind::Roster,
    };
    let inbox = Inbox {
        notices: vec![notice, notice],
    };
    town.push(MARIA, &ServerFrame::Inbox(inbox));
    assert_eq!(town.phones[MARIA].circles().len(), 1);
    town.says(DANA, "All well?");
    assert_eq!(town.phones[MARIA].texts(), ["All well?"]);
}

#[test]
fn a_device_is_said_to_be_unknown() {
    let mut town = Town::new();
    town.push(
        MARIA,
        &ServerFrame::Bye(Bye {
            code: Code::DeviceUnknown,
        }),
    );
    let signed_out =
        |event: &Event| matches!(event, Event::Status { status } if status.link == Link::SignedOut);
    assert!(
        town.phones[MARIA].shown.iter().any(signed_out),
        "the person sees it"
    );
    town.says(MARIA, "Kept until then");
    town.phones[MARIA].cut();
    town.settle();
    town.command(MARIA, Command::Connect);
    town.tick(60);
    assert_eq!(town.phones[DANA].texts(), ["Kept until then"]);
}
