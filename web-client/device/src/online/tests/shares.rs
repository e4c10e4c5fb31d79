//! In a browser the server keeps a share of what seals the rows; and whoever was let in while nobody looked.

use protocol::frame::{Bye, ServerFrame};
use protocol::http::{DeviceShare, OwnIntake};
use protocol::{IntakeState, Urgency};

use super::*;
use crate::error::Error;
use crate::invited::Invited;
use crate::sealing::Sealing;
use crate::state::Me;

const SHARE: [u8; 32] = [9; 32];
const PATH: &str = "/v1/session/share";

fn refused(code: Code) -> protocol::http::ErrorBody {
    protocol::http::ErrorBody {
        code,
        detail: String::new(),
        slots: Vec::new(),
        conflicts: Vec::new(),
        next_valid: None,
    }
}

fn given(keep: bool) -> DeviceShare {
    DeviceShare {
        share: SHARE.to_vec().into(),
        keep,
    }
}

fn ticket() -> Ticket {
    Ticket {
        ticket: vec![5; 32].into(),
        expires_at: NOW,
    }
}

/// A device in a browser, from rows as they are stored there.
fn in_browser(stored: rows::Rows, shared: bool, share: Option<[u8; 32]>) -> Host {
    let all = stored.clone().into_iter().collect();
    let name = "localhost:8443".to_owned();
    let device = Device::open_shared(VAULT_KEY, (shared, share), name, all).unwrap();
    Host { device, stored }
}

/// One that has just come in, with a circle that stands for all that was said.
fn enrolled() -> Host {
    let sealing = Sealing::unshared(VAULT_KEY);
    let circle = Circle::new(CircleId::from_bytes([9; 16]));
    let rows = [
        (key::ME.to_vec(), protocol::frame::to_vec(&maria())),
        (key::circle(circle.id), protocol::frame::to_vec(&circle)),
    ];
    let seal = |(key, value): (Vec<u8>, Vec<u8>)| {
        let sealed = sealing.seal(Table::State, &key, &value).unwrap();
        (key, sealed)
    };
    in_browser(rows.into_iter().map(seal).collect(), false, None)
}

/// The same once it was sealed under the share.
fn shared() -> Host {
    let mut host = enrolled();
    let id = asked(&host.is_told(Command::Connect), PATH).unwrap();
    host.answered(id, 200, &given(false));
    let all = host.device.share(VAULT_KEY, SHARE, Vec::new()).unwrap();
    let stored = all.state.into_iter();
    host.stored = stored.map(|row| (row.key, row.value.unwrap())).collect();
    host
}

fn status(effects: &[Effect]) -> Option<Status> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Event {
            event: Event::Status { status },
        } => Some(status.clone()),
        _ => None,
    })
}

fn circles(effects: &[Effect]) -> Option<usize> {
    effects.iter().find_map(|effect| match effect {
        Effect::Event {
            event: Event::Circles { circles },
        } => Some(circles.len()),
        _ => None,
    })
}

#[test]
fn a_browser_asks_for_the_share_first_and_goes_on_once_it_is_stored() {
    for keeps in [false, true] {
        let mut host = enrolled();
        let first = host.is_told(Command::Connect);
        assert!(asked(&first, "/v1/tickets").is_none());
        let effects = host.answered(asked(&first, PATH).unwrap(), 200, &given(keeps));
        let unsealed = effects.iter().find_map(|effect| match effect {
            Effect::Unseal { share, keep } => Some((share.clone(), *keep)),
            _ => None,
        });
        assert_eq!(unsealed, Some((SHARE.to_vec(), keeps)));
        host.device.share(VAULT_KEY, SHARE, Vec::new()).unwrap();
        let next = host.is_told(Command::Connect);
        assert!(asked(&next, "/v1/tickets").is_some() && asked(&next, PATH).is_none());
    }
}

#[test]
fn without_the_share_a_device_signs_in_and_does_nothing_else() {
    let stored = shared().stored;
    let mut closed = in_browser(stored.clone(), true, None);
    let opened = closed.hears(Input::Tick);
    let shown = status(&opened).unwrap();
    assert!(shown.sealed && shown.me.is_some());
    assert_eq!(circles(&opened), None, "it knows of none: no news");
    let due = opened.iter().chain(&closed.hears(Input::Tick)).count();
    assert_eq!(due, opened.len(), "and does nothing by itself");
    let send = Command::Send {
        circle: CircleId::from_bytes([9; 16]),
        text: "Hello".to_owned(),
        urgency: Urgency::Routine,
    };
    let refused = closed.device.handle(Input::Command { command: send }, NOW);
    let signed_out = |error: &Error| error.code() == Code::SignedOut;
    assert!(refused.as_ref().is_err_and(signed_out), "{refused:?}");
    let ceremony = vec![1; 32];
    let signed = closed.is_told(Command::SignSignIn { ceremony });
    assert!(signed.iter().any(|effect| matches!(
        effect,
        Effect::Event {
            event: Event::SignInSigned { .. }
        }
    )));
    let signing_in = closed.is_told(Command::SignIn);
    assert!(asked(&signing_in, PATH).is_some());
    comes_in(closed.stored);

    let mut open = in_browser(stored, true, Some(SHARE));
    let opened = open.hears(Input::Tick);
    assert!(!status(&opened).unwrap().sealed);
    assert_eq!(circles(&opened), Some(1));
}

/// A browser that was closed when its person signed in, and opens: from when they are here is known then.
fn comes_in(stored: rows::Rows) {
    let mut host = in_browser(stored, true, Some(SHARE));
    let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
    host.answered(id, 200, &ticket());
    host.hears(Input::Opened);
    assert!(!host.stored.contains_key(key::SIGNED_IN));
    let ready = ServerFrame::Ready(Ready {
        account: AccountId::from_bytes([1; 16]),
        now: NOW,
        positions: Vec::new(),
        key_packages: 20,
    });
    let bytes = ready.to_bytes();
    host.hears(Input::Frame { bytes });
    assert!(host.stored.contains_key(key::SIGNED_IN));
    assert!(!host.stored.contains_key(key::SIGNED_OUT));
}

#[test]
fn a_log_off_is_brought_to_the_server_by_a_browser_that_opens_nothing() {
    let mut host = shared();
    host.is_told(Command::SignOut);
    let mut closed = in_browser(host.stored, true, None);
    let id = asked(&closed.is_told(Command::Connect), SESSION).unwrap();
    closed.answered(id, 204, &());
    let mut again = in_browser(closed.stored, true, None);
    assert!(asked(&again.is_told(Command::Connect), SESSION).is_none());
}

#[test]
fn a_copied_profile_opens_nothing_that_was_said() {
    let stored = shared().stored;
    let name = "localhost:8443".to_owned();
    let all: Vec<_> = stored.into_iter().collect();
    let thief = Device::open(VAULT_KEY, name.clone(), all.clone());
    assert!(thief.is_err(), "the host's key alone");
    let guessed = Device::open_shared(VAULT_KEY, (true, Some([8; 32])), name, all);
    assert!(guessed.is_err(), "with another share");
}

#[test]
fn a_session_that_the_server_ends_is_a_log_off_in_a_browser() {
    let bye = ServerFrame::Bye(Bye {
        code: Code::DeviceUnknown,
    });
    let bytes = bye.to_bytes();
    for (mut host, stays) in [(shared(), true), (Host::enrolled(), false)] {
        let effects = host.hears(Input::Frame {
            bytes: bytes.clone(),
        });
        assert_eq!(link(&effects), Some(Link::SignedOut));
        assert_eq!(host.stored.contains_key(key::SIGNED_OUT), stays);
    }
}

#[test]
fn whoever_was_let_in_while_the_page_was_closed_comes_in() {
    let awaited = protocol::frame::to_vec(&Invited::invented());
    let sealed = Vault::new(VAULT_KEY).seal(Table::State, key::AWAITED, &awaited);
    for state in [
        Some(IntakeState::LetIn),
        Some(IntakeState::Verified),
        // By another invitation than this device's.
        None,
    ] {
        let mut host = Host::enrolled();
        host.stored.insert(key::AWAITED.to_vec(), sealed.clone());
        let mut host = Host::open(host.stored);
        let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
        let effects = host.answered(id, 200, &ticket());
        assert!(!effects.iter().any(|it| matches!(it, Effect::Connect)));
        let own = OwnIntake {
            state,
            confirmation: None,
        };
        let id = asked(&effects, "/v1/intake").unwrap();
        let effects = host.answered(id, 200, &own);
        assert!(status(&effects).unwrap().awaits.is_none(), "{state:?}");
        let id = asked(&effects, "/v1/tickets").unwrap();
        let effects = host.answered(id, 200, &ticket());
        assert!(effects.iter().any(|it| matches!(it, Effect::Connect)));

        // Outside the demo they have nothing to sign in by yet; that is asked of whoever was let in.
        let mut stored = enrolled().stored;
        stored.insert(key::AWAITED.to_vec(), sealed.clone());
        let mut host = in_browser(stored, false, None);
        let id = asked(&host.is_told(Command::Connect), PATH).unwrap();
        let required = refused(Code::AuthenticatorRequired);
        let effects = host.answered(id, 403, &required);
        let id = asked(&effects, "/v1/intake").unwrap();
        let effects = host.answered(id, 200, &own);
        assert!(status(&effects).unwrap().awaits.is_none(), "{state:?}");
        let effects = host.answered(asked(&effects, PATH).unwrap(), 403, &required);
        assert_eq!(link(&effects), Some(Link::Unproved));
    }
}

#[test]
fn a_share_that_is_none_is_asked_for_again() {
    let mut host = enrolled();
    let id = asked(&host.is_told(Command::Connect), PATH).unwrap();
    let mut short = given(false);
    short.share = vec![9; 31].into();
    let effects = host.answered(id, 200, &short);
    assert_eq!(link(&effects), Some(Link::Offline));
    assert!(!effects.iter().any(|it| matches!(it, Effect::Unseal { .. })));
}

#[test]
fn a_session_that_another_cookie_continues_is_not_over() {
    let mut host = shared();
    let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
    let challenging = host.answered(id, 401, &refused(Code::SignedOut));
    let id = asked(&challenging, "/v1/sessions/challenge").unwrap();
    let again = host.answered(id, 404, &refused(Code::NotFound));
    let effects = host.answered(asked(&again, "/v1/tickets").unwrap(), 200, &ticket());
    assert!(effects.iter().any(|it| matches!(it, Effect::Connect)));
    assert!(!host.stored.contains_key(key::SIGNED_OUT));
}

#[test]
fn what_certifies_and_opens_is_not_in_what_signs_in() {
    let host = shared();
    let opened = |stored: &rows::Rows, share| {
        let sealing = Sealing::shared(VAULT_KEY, share).unwrap();
        let rows = stored.iter().filter(|(key, _)| !sealing.is_closed(key));
        let open = |(key, sealed): (&Vec<u8>, &Vec<u8>)| {
            let value = sealing.open(Table::State, key, sealed).unwrap();
            (key.clone(), value)
        };
        rows.map(open).collect::<rows::Rows>()
    };
    let whole = opened(&host.stored, Some(&SHARE));
    let door = opened(&host.stored, None);
    let secrets = &whole[key::SECRETS];
    assert_eq!(secrets.len(), 64);
    let me = rows::Draft::new(&whole).me().unwrap().unwrap();
    let me = protocol::frame::to_vec(&me);
    for half in secrets.chunks(32) {
        let half = <[u8; 32]>::try_from(half).unwrap();
        // As they are, and as a row of values holds 32 bytes.
        let forms = [half.to_vec(), protocol::frame::to_vec(&half)];
        let stands = |row: &Vec<u8>| {
            let mut forms = forms.iter();
            forms.any(|form| row.windows(form.len()).any(|bytes| bytes == form))
        };
        assert!(stands(&me), "where it is open it is whole");
        assert!(!door.values().any(stands));
    }
}

#[test]
fn what_a_program_of_before_left_in_what_signs_in_is_taken_out_at_the_next_opening() {
    let mut stored = shared().stored;
    let sealing = Sealing::shared(VAULT_KEY, Some(&SHARE)).unwrap();
    // After a theft it wrote the new identity key there, while that of before stood where it belongs.
    let left = maria();
    let row = protocol::frame::to_vec(&left);
    let row = sealing.seal(Table::State, key::ME, &row).unwrap();
    stored.insert(key::ME.to_vec(), row);
    let mut host = in_browser(stored, true, Some(SHARE));
    host.hears(Input::Tick);
    let open = |key: &[u8]| {
        let value = sealing.open(Table::State, key, &host.stored[key]).unwrap();
        (key.to_vec(), value)
    };
    let whole: rows::Rows = [open(key::ME), open(key::SECRETS)].into();
    let door: Me = rows::decode(&whole[key::ME]).unwrap();
    assert_eq!(door.identity.aik_secret(), [0; 32]);
    let me = rows::Draft::new(&whole).me().unwrap().unwrap();
    assert_eq!(me.identity.aik_secret(), left.identity.aik_secret());
}

#[test]
fn an_item_that_does_not_read_keeps_no_other_from_being_sealed() {
    let mut host = enrolled();
    let key = vec![7; 24];
    let good = Vault::new(VAULT_KEY).seal(Table::Items, &key, b"said");
    let items = vec![(key.clone(), good), (vec![8; 24], vec![0; 60])];
    let all = host.device.share(VAULT_KEY, SHARE, items).unwrap();
    let sealing = Sealing::shared(VAULT_KEY, Some(&SHARE)).unwrap();
    let value = all.items[0].value.as_ref().unwrap();
    assert_eq!(sealing.open(Table::Items, &key, value).unwrap(), b"said");
    assert_eq!(all.items[1].value, Some(vec![0; 60]));
}
