//! How a device goes on after it reported another one stolen.

use protocol::CircleId;
use protocol::http::{DeviceCard, Vault, VaultVersion};
use protocol::policy::HistoryMode;

use super::*;
use crate::api::{Effect, Event, Link};
use crate::identity::DeviceKeys;
use crate::invented::{NOW, maria, policy};
use crate::rows::Rows;
use crate::state::{Circle, Joined};
use crate::volatile::Volatile;

/// A device that is online, with its vault at the server.
fn rows(me: &Me) -> Rows {
    let backup = Backup {
        key: [7; 32],
        version: 1,
        dirty: false,
        wrapped: true,
        new_code: None,
    };
    let before = Rows::new();
    let draft = Draft::new(&before);
    draft.write_me(me.clone());
    draft.write(key::BACKUP, &backup);
    let written = draft.into_changes().into_iter();
    written
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

/// The number of the last request.
fn last(turn: &Turn<'_>) -> u32 {
    turn.volatile.last_request
}

fn told(turn: &mut Turn<'_>, id: u32, body: &impl serde::Serialize) {
    let body = serde_json::to_vec(body).unwrap();
    turn.answer(id, 200, &body).unwrap();
}

fn online(rows: &Rows) -> Turn<'_> {
    let volatile = Volatile {
        link: Some(Link::Online),
        vault_read: true,
        ..Volatile::default()
    };
    Turn::new(rows, volatile, "localhost:8443", NOW)
}

/// A device as the server lists it.
fn card(device: DeviceId, certificate: &Bytes) -> DeviceCard {
    DeviceCard {
        device,
        certificate: certificate.clone(),
        enrolled_at: NOW,
        seen_at: None,
    }
}

/// What the device asks the server to do about a stolen one, beside these that it lists.
fn reports(turn: &mut Turn<'_>, stolen: u8, others: Vec<DeviceCard>) -> ReplaceIdentity {
    let identity = turn.must_me().unwrap().identity;
    let mut devices = vec![card(identity.device, &identity.certificate)];
    devices.extend(others);
    turn.volatile.devices = Some(Devices {
        devices,
        aik: identity.aik_public().into(),
        offer: None,
        vault: 1,
        wraps: Vec::new(),
    });
    turn.report_stolen(DeviceId::from_bytes([stolen; 16]))
        .unwrap();
    let attempt = turn.draft.read::<Attempt>(key::SUCCESSION).unwrap();
    serde_json::from_slice(&attempt.unwrap().body).unwrap()
}

#[test]
fn a_key_of_whose_coming_the_device_never_heard_is_brought_into_its_circles() {
    let policy = policy(CircleId::from_bytes([9; 16]), HistoryMode::Eras);
    let mut circle = Circle::new(policy.circle);
    circle.joined = Some(Joined::new(0, 7, &policy, NOW));
    let me = maria();
    let mut rows = rows(&me);
    rows.insert(key::circle(circle.id), protocol::frame::to_vec(&circle));
    let mut turn = online(&rows);
    let done = reports(&mut turn, 5, Vec::new());
    let reported = last(&turn);
    // Long after: the server has forgotten that it did it, and the stolen device is none any more.
    turn.answer(reported, 404, br#"{"code":"not_found","detail":""}"#)
        .unwrap();
    let owes = |turn: &Turn<'_>| {
        let circle = turn.draft.circle(circle.id).unwrap();
        circle.unwrap().owes_succession
    };
    assert!(!owes(&turn), "not that it knew");
    let vault = Vault {
        version: 2,
        sealed: done.vault.sealed,
        wraps: done.vault.wraps,
    };
    let mut asked = turn.volatile.asked.iter();
    let asked = asked.find(|(_, ask)| matches!(ask, Ask::Vault));
    let asked = *asked.expect("the vault is read").0;
    told(&mut turn, asked, &vault);
    assert!(owes(&turn));
    let now = turn.must_me().unwrap().identity;
    let before = me.identity.aik_public();
    let next = judge::read_succession(&done.succession, now.account, &before);
    assert_eq!(next.unwrap().aik.0, now.aik_public());
}

#[test]
fn a_device_that_was_away_while_the_key_changed_twice_can_open_the_vault() {
    let me = maria();
    let rows = rows(&me);
    let mut turn = online(&rows);
    let certified = || {
        let keys = DeviceKeys::make(NOW);
        let seal_key = keys.seal_keys().unwrap().public;
        let public = (keys.dsk_public().into(), seal_key.into());
        card(
            keys.device,
            &me.identity.certify_other(keys.device, public, NOW),
        )
    };
    let (tablet, thiefs) = (certified(), certified());
    let given = |done: &ReplaceIdentity| -> Vec<Option<DeviceId>> {
        let wraps = done.vault.wraps.iter();
        wraps.map(|wrap| wrap.device).collect()
    };
    let own = Some(me.identity.device);
    let first = reports(&mut turn, 5, vec![tablet.clone()]);
    assert_eq!(given(&first), [own, Some(tablet.device)]);
    let reported = last(&turn);
    told(&mut turn, reported, &VaultVersion { version: 2 });
    // What comes now with a certificate of before, whoever took the key of before may have made.
    let second = reports(&mut turn, 6, vec![tablet.clone(), thiefs]);
    assert_eq!(given(&second), [own, Some(tablet.device)]);
    assert_ne!(first.succession, second.succession);
}

#[test]
fn a_vault_from_before_the_new_identity_key_that_comes_after_it_is_not_followed() {
    let me = maria();
    let rows = rows(&me);
    let volatile = Volatile {
        link: Some(Link::Online),
        vault_read: true,
        ..Volatile::default()
    };
    let mut turn = Turn::new(&rows, volatile, "localhost:8443", NOW);
    let identity = &me.identity;
    let before = Vault {
        version: 1,
        sealed: seal([7; 32], &turn.contents(identity).unwrap()),
        wraps: vec![
            wrap_for(
                &identity.keys().seal_keys().unwrap().public,
                identity.device,
                &[7; 32],
            )
            .unwrap(),
        ],
    };
    turn.read_vault();
    let asked_before = last(&turn);
    turn.volatile.devices = Some(Devices {
        devices: Vec::new(),
        aik: identity.aik_public().into(),
        offer: None,
        vault: 1,
        wraps: Vec::new(),
    });
    turn.report_stolen(DeviceId::from_bytes([5; 16])).unwrap();
    let reported = last(&turn);
    told(&mut turn, reported, &VaultVersion { version: 2 });
    told(&mut turn, asked_before, &before);

    let refused = |effect: &Effect| {
        matches!(
            effect,
            Effect::Event {
                event: Event::Problem { .. }
            }
        )
    };
    assert!(!turn.effects.iter().any(refused));
    assert_eq!(turn.backup().unwrap().unwrap().version, 2);
    assert_ne!(
        turn.must_me().unwrap().identity.aik_public(),
        identity.aik_public()
    );
    // In a browser that row opens without the server's share.
    let door: Me = turn.draft.read(key::ME).unwrap().unwrap();
    assert_eq!(door.identity.aik_secret(), [0; 32]);
}
