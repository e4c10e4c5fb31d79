//! What a device does by itself with the vault, and what its person must be there for.

use protocol::http::Devices;

use super::*;
use crate::api::{Effect, Link};
use crate::invented::{NOW, maria};
use crate::rows::Rows;
use crate::volatile::Volatile;

fn rows() -> Rows {
    let backup = Backup {
        key: [7; 32],
        version: 1,
        dirty: false,
        wrapped: true,
        new_code: None,
    };
    [
        (key::ME.to_vec(), protocol::frame::to_vec(&maria())),
        (key::BACKUP.to_vec(), protocol::frame::to_vec(&backup)),
    ]
    .into()
}

fn online(rows: &Rows) -> Turn<'_> {
    let volatile = Volatile {
        link: Some(Link::Online),
        vault_read: true,
        ..Volatile::default()
    };
    Turn::new(rows, volatile, "localhost:8443", NOW)
}

/// The last request's number and body.
fn last_put(turn: &Turn<'_>) -> (u32, PutVault) {
    let mut puts = turn.effects.iter().rev().filter_map(|effect| match effect {
        Effect::Request { id, path, body, .. } if path == "/v1/vault" && !body.is_empty() => {
            Some((*id, serde_json::from_slice(body).unwrap()))
        }
        _ => None,
    });
    puts.next().unwrap()
}

fn step_up() -> Vec<u8> {
    br#"{"code":"step_up_required","detail":"show it again"}"#.to_vec()
}

fn codes(turn: &Turn<'_>) -> usize {
    let shown = |effect: &&Effect| {
        matches!(
            effect,
            Effect::Event {
                event: Event::RecoveryCode { .. }
            }
        )
    };
    turn.effects.iter().filter(shown).count()
}

fn problems(turn: &Turn<'_>) -> Vec<Refused> {
    let told = turn.effects.iter().filter_map(|effect| match effect {
        Effect::Event {
            event: Event::Problem { code, .. },
        } => Some(*code),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_code_is_shown_once_the_server_has_what_it_opens() {
    let rows = rows();
    let mut turn = online(&rows);
    turn.make_recovery_code().unwrap();
    let (id, put) = last_put(&turn);
    assert_eq!((put.wraps.len(), codes(&turn)), (1, 0));
    let stored = serde_json::to_vec(&VaultVersion { version: 2 }).unwrap();
    turn.answer(id, 200, &stored).unwrap();
    assert_eq!(codes(&turn), 1);
    assert!(turn.backup().unwrap().unwrap().new_code.is_none());
}

#[test]
fn a_code_that_wants_its_person_is_dropped_and_the_vault_goes_on_without_it() {
    let rows = rows();
    let mut turn = online(&rows);
    turn.make_recovery_code().unwrap();
    let (id, _) = last_put(&turn);
    turn.answer(id, 403, &step_up()).unwrap();
    assert_eq!(codes(&turn), 0);
    assert_eq!(problems(&turn), [Refused::StepUpRequired]);
    turn.put_vault().unwrap();
    let (again, put) = last_put(&turn);
    assert_ne!(again, id);
    assert!(put.wraps.is_empty());
}

#[test]
fn a_device_that_waits_goes_on_waiting_while_its_person_shows_who_they_are() {
    let rows = rows();
    let mut turn = online(&rows);
    turn.volatile.approving = Some([9; 16]);
    turn.send_json(Ask::Approve, "POST", "/v1/enrolments/approve", &());
    let id = turn.volatile.last_request;
    turn.answer(id, 403, &step_up()).unwrap();
    assert_eq!(turn.volatile.enrolling, Some([9; 16]));
    assert_eq!(problems(&turn), [Refused::StepUpRequired]);

    turn.volatile.approving = turn.volatile.enrolling.take();
    turn.send_json(Ask::Approve, "POST", "/v1/enrolments/approve", &());
    let id = turn.volatile.last_request;
    turn.answer(id, 204, b"").unwrap();
    assert_eq!(turn.volatile.enrolling, None);
}

/// Something in the vault's place that opens for nobody.
fn spoilt(version: u64) -> Vec<u8> {
    let vault = Vault {
        version,
        sealed: vec![7; 300].into(),
        wraps: Vec::new(),
    };
    serde_json::to_vec(&vault).unwrap()
}

/// The server names the identity key that holds, and the vault's version.
fn names(aik: [u8; 32], vault: u64) -> Vec<u8> {
    let devices = Devices {
        devices: Vec::new(),
        aik: aik.into(),
        offer: None,
        vault,
        wraps: Vec::new(),
    };
    serde_json::to_vec(&devices).unwrap()
}

/// It reads a version that is spoilt, and asks which identity key holds beside it.
fn reads_what_is_spoilt(turn: &mut Turn<'_>, version: u64, (aik, vault): ([u8; 32], u64)) {
    turn.read_vault();
    for answer in [spoilt(version), names(aik, vault)] {
        let id = turn.volatile.last_request;
        turn.answer(id, 200, &answer).unwrap();
    }
}

fn puts(turn: &Turn<'_>) -> usize {
    let put = |effect: &&Effect| match effect {
        Effect::Request { method, path, .. } => method == "PUT" && path == "/v1/vault",
        _ => false,
    };
    turn.effects.iter().filter(put).count()
}

#[test]
fn a_vault_that_does_not_open_is_written_over_where_the_identity_key_holds() {
    let rows = rows();
    let mut turn = online(&rows);
    let me = turn.must_me().unwrap().identity;
    let own = me.aik_public();
    reads_what_is_spoilt(&mut turn, 5, (own, 5));
    assert_eq!(problems(&turn), [Refused::RecoveryUnknown]);
    let (id, put) = last_put(&turn);
    assert_eq!((put.after, put.wraps.len()), (5, 1), "with its own way in");
    assert!(open([7; 32], me.account, &put.sealed).is_some());
    // Whoever goes on spoiling it is not chased, but what is brought there next follows theirs.
    let stored = serde_json::to_vec(&VaultVersion { version: 6 }).unwrap();
    turn.answer(id, 200, &stored).unwrap();
    reads_what_is_spoilt(&mut turn, 7, (own, 7));
    assert_eq!(puts(&turn), 1);
    assert_eq!(turn.backup().unwrap().unwrap().version, 7);
}

#[test]
fn a_vault_that_another_identity_key_or_version_may_explain_is_left_alone() {
    let rows = rows();
    let own = online(&rows).must_me().unwrap().identity.aik_public();
    for named in [([4; 32], 5), (own, 6)] {
        let mut turn = online(&rows);
        turn.volatile.vault_read = false;
        reads_what_is_spoilt(&mut turn, 5, named);
        assert_eq!(puts(&turn), 0, "{named:?}");
        assert!(turn.volatile.vault_read, "it goes on without");
        assert_eq!(turn.backup().unwrap().unwrap().version, 1);
    }
}
