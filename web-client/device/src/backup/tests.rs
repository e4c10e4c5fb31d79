//! What a device does by itself with the vault, and what its person must be there for.

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
