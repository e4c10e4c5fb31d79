//! A device goes online and off, and hears the server's answers in any order.

use protocol::policy::HistoryMode;
use protocol::{AccountId, CircleId, GroupId};

use super::*;
use crate::api::{Command, Event, Input, Status, Step};
use crate::content::Era;
use crate::group::Group;
use crate::invented::{NOW, maria, maria_of_an_agency, policy, stored};
use crate::state::{Circle, Joined};
use crate::vault::{Table, Vault};
use crate::volatile::Volatile;
use crate::{Device, rows};

mod shares;

const VAULT_KEY: [u8; 32] = [7; 32];

/// A host: a device and the rows that it had stored.
struct Host {
    device: Device,
    stored: rows::Rows,
}

impl Host {
    fn enrolled() -> Self {
        let me = protocol::frame::to_vec(&maria());
        let sealed = Vault::new(VAULT_KEY).seal(Table::State, key::ME, &me);
        Self::open([(key::ME.to_vec(), sealed)].into())
    }

    fn open(stored: rows::Rows) -> Self {
        let all = stored.clone().into_iter().collect();
        let device = Device::open(VAULT_KEY, "localhost:8443".to_owned(), all).unwrap();
        Self { device, stored }
    }

    fn hears(&mut self, input: Input) -> Vec<Effect> {
        let Step { delta, effects } = self.device.handle(input, NOW).unwrap();
        for write in delta.state {
            match write.value {
                Some(value) => self.stored.insert(write.key, value),
                None => self.stored.remove(&write.key),
            };
        }
        effects
    }

    fn is_told(&mut self, command: Command) -> Vec<Effect> {
        self.hears(Input::Command { command })
    }

    fn answered(&mut self, id: u32, status: u16, body: &impl serde::Serialize) -> Vec<Effect> {
        let body = serde_json::to_vec(body).unwrap();
        self.hears(Input::Answer { id, status, body })
    }
}

/// The number of the request for a path.
fn asked(effects: &[Effect], wanted: &str) -> Option<u32> {
    effects.iter().find_map(|effect| match effect {
        Effect::Request { id, path, .. } => (path == wanted).then_some(*id),
        _ => None,
    })
}

fn link(effects: &[Effect]) -> Option<Link> {
    effects.iter().find_map(|effect| match effect {
        Effect::Event {
            event: Event::Status { status },
        } => Some(Status::clone(status).link),
        _ => None,
    })
}

#[test]
fn signing_out_outlives_the_process_until_a_person_signs_in() {
    let mut host = Host::enrolled();
    assert!(asked(&host.is_told(Command::Connect), "/v1/tickets").is_some());
    assert!(asked(&host.is_told(Command::SignOut), SESSION).is_some());
    let mut again = Host::open(host.stored);
    assert_eq!(link(&again.hears(Input::Tick)), Some(Link::SignedOut));
    assert_eq!(asked(&again.is_told(Command::Connect), "/v1/tickets"), None);
    let signed_in = again.is_told(Command::SignIn);
    assert!(asked(&signed_in, "/v1/tickets").is_some());
    assert_eq!(link(&signed_in), Some(Link::Connecting));
    let mut third = Host::open(again.stored);
    assert!(asked(&third.is_told(Command::Connect), "/v1/tickets").is_some());
}

#[test]
fn a_device_comes_back_though_it_was_woken_too_early_or_its_clock_was_set_back() {
    let timer = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Timer { after_ms } => Some(i64::from(*after_ms)),
            _ => None,
        })
    };
    let connects = |effects: &[Effect]| asked(effects, "/v1/tickets").is_some();
    for set_back_s in [0, 3_600] {
        let mut host = Host::enrolled();
        let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
        let effects = host.answered(id, 0, &());
        assert_eq!(link(&effects), Some(Link::Offline));
        let after_ms = timer(&effects).expect("it tries again");
        let early = host.device.handle(Input::Tick, NOW).unwrap().effects;
        assert!(!connects(&early));
        assert_eq!(timer(&early), Some(after_ms), "and is woken again");
        let woken = NOW.plus_seconds(after_ms / 1_000 + 1 - set_back_s);
        assert!(connects(
            &host.device.handle(Input::Tick, woken).unwrap().effects
        ));
    }
}

#[test]
fn a_log_off_that_did_not_reach_the_server_is_brought_when_the_device_is_opened_again() {
    for (status, owed) in [(0, true), (503, true), (204, false), (401, false)] {
        let mut host = Host::enrolled();
        host.is_told(Command::Connect);
        let id = asked(&host.is_told(Command::SignOut), SESSION).unwrap();
        host.answered(id, status, &());
        let mut again = Host::open(host.stored);
        let id = asked(&again.is_told(Command::Connect), SESSION);
        assert_eq!(id.is_some(), owed, "{status}");
        if let Some(id) = id {
            again.answered(id, 204, &());
        }
        assert!(asked(&again.is_told(Command::Connect), SESSION).is_none());
    }
    // The page was closed before there was an answer, and whoever comes next signs in.
    let mut host = Host::enrolled();
    host.is_told(Command::SignOut);
    let mut again = Host::open(host.stored);
    assert!(asked(&again.is_told(Command::SignIn), "/v1/tickets").is_some());
    let mut third = Host::open(again.stored);
    let goes_on = third.is_told(Command::Connect);
    assert!(asked(&goes_on, "/v1/tickets").is_some() && asked(&goes_on, SESSION).is_none());
}

#[test]
fn nobody_signs_in_while_the_server_is_told_of_the_log_off_before() {
    let signs = |effects: &[Effect]| {
        effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Event {
                    event: Event::SignInSigned { .. }
                }
            )
        })
    };
    let ceremony = || Command::SignSignIn {
        ceremony: vec![1; 32],
    };
    for status in [0, 204, 401] {
        let mut host = Host::enrolled();
        host.is_told(Command::SignOut);
        let mut again = Host::open(host.stored);
        let id = asked(&again.is_told(Command::Connect), SESSION).unwrap();
        assert!(!signs(&again.is_told(ceremony())));
        assert!(signs(&again.answered(id, status, &())), "{status}");
        assert!(signs(&again.is_told(ceremony())), "nothing is under way");
    }
}

#[test]
fn a_circle_that_was_entered_behind_hello_is_followed_once_the_server_is_ready() {
    let id = CircleId::from_bytes([9; 16]);
    let mut circle = Circle::new(id);
    circle.status = protocol::CircleStatus::Live;
    let policy = policy(id, HistoryMode::Eras);
    circle.joined = Some(Joined::new(0, 7, &policy, NOW));
    let rows = stored(&maria(), &circle);
    let mut turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
    turn.follow(&circle);
    turn.ready(&Ready {
        account: AccountId::from_bytes([1; 16]),
        now: NOW,
        positions: Vec::new(),
        key_packages: 20,
    })
    .unwrap();
    let done = turn.finish().unwrap();
    let follows = done.effects.iter().any(|effect| match effect {
        Effect::Send { bytes } => matches!(
            ClientFrame::parse(bytes),
            Ok(ClientFrame::FetchLog(cursor)) if cursor.circle == id && cursor.seq == 7
        ),
        _ => false,
    });
    assert!(follows);
}

#[test]
fn a_place_that_a_program_of_before_wrote_learns_from_its_group_that_no_history_is_kept() {
    let me = maria_of_an_agency();
    let id = CircleId::from_bytes([9; 16]);
    let group = GroupId {
        circle: id,
        generation: 0,
    };
    let nothing = rows::Rows::new();
    let draft = rows::Draft::new(&nothing);
    draft.write_me(me.clone());
    let founded = Group::found(&draft, &me, group, (None, HistoryMode::Off)).unwrap();
    let policy = founded.context(&me).unwrap().policy;
    drop(founded);
    let mut circle = Circle::new(id);
    circle.status = protocol::CircleStatus::Live;
    let mut joined = Joined::new(0, 7, &policy, NOW);
    joined.history = HistoryMode::default();
    joined.era = Some(Era {
        era: 0,
        key: [1; 32],
    });
    circle.joined = Some(joined);
    draft.save(&circle);
    let written = draft.into_changes().into_iter();
    let stored: rows::Rows = written
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
    let mut turn = Turn::new(&stored, Volatile::default(), "localhost", NOW);
    turn.ready(&Ready {
        account: me.identity.account,
        now: NOW,
        positions: vec![Position {
            circle: id,
            generation: 0,
            epoch: 0,
            head: 7,
            send_counter: 0,
            own_commit_epoch: None,
            era: 0,
            removal_pending: false,
            status: protocol::CircleStatus::Live,
        }],
        key_packages: 20,
    })
    .unwrap();
    let joined = turn.draft.circle(id).unwrap().unwrap().joined.unwrap();
    assert_eq!(joined.history, HistoryMode::Off);
    assert!(joined.era.is_none(), "an era of its own");
}

#[test]
fn a_challenge_that_became_too_old_is_asked_for_again() {
    for (code, goes_on) in [(Code::ChallengeInvalid, true), (Code::DeviceUnknown, false)] {
        let refused = |code| protocol::http::ErrorBody {
            code,
            detail: String::new(),
            slots: Vec::new(),
            conflicts: Vec::new(),
            next_valid: None,
        };
        let mut host = Host::enrolled();
        let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
        let challenging = host.answered(id, 401, &refused(Code::SignedOut));
        let id = asked(&challenging, "/v1/sessions/challenge").unwrap();
        let challenge = Challenge {
            challenge: vec![6; 32].into(),
        };
        let renewing = host.answered(id, 200, &challenge);
        let id = asked(&renewing, "/v1/sessions").unwrap();
        let mut effects = host.answered(id, 401, &refused(code));
        // By another cookie, perhaps: once more.
        if let Some(id) = asked(&effects, "/v1/tickets") {
            let challenging = host.answered(id, 401, &refused(Code::SignedOut));
            let id = asked(&challenging, "/v1/sessions/challenge").unwrap();
            effects = host.answered(id, 401, &refused(code));
        }
        let later = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Timer { .. }));
        assert_eq!(later, goes_on, "{code}");
        let expected = if goes_on {
            Link::Offline
        } else {
            Link::SignedOut
        };
        assert_eq!(link(&effects), Some(expected), "{code}");
    }
}

#[test]
fn an_answer_that_comes_after_signing_out_leads_nowhere() {
    let refused = protocol::http::ErrorBody {
        code: Code::SignedOut,
        detail: String::new(),
        slots: Vec::new(),
        conflicts: Vec::new(),
        next_valid: None,
    };
    let ticket = Ticket {
        ticket: vec![5; 32].into(),
        expires_at: NOW,
    };
    let mut host = Host::enrolled();
    let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
    host.is_told(Command::SignOut);
    assert!(host.answered(id, 200, &ticket).is_empty());

    let mut host = Host::enrolled();
    let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
    host.is_told(Command::SignOut);
    assert!(host.answered(id, 401, &refused).is_empty());

    let mut host = Host::enrolled();
    let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
    assert!(
        host.answered(id, 200, &ticket)
            .iter()
            .any(|effect| matches!(effect, Effect::Connect)),
        "such an answer counts while signed in"
    );
}

#[test]
fn what_the_server_could_not_say_is_asked_for_again() {
    let rows = [(key::ME.to_vec(), protocol::frame::to_vec(&maria()))].into();
    let volatile = Volatile {
        link: Some(Link::Online),
        ..Volatile::default()
    };
    let mut turn = Turn::new(&rows, volatile, "localhost:8443", NOW);
    let circle = CircleId::from_bytes([9; 16]);
    turn.read_devices();
    turn.read_circle(circle);
    let numbers: Vec<u32> = turn.volatile.asked.keys().copied().collect();
    for (id, status) in numbers.into_iter().zip([503, 429]) {
        turn.answer(id, status, b"").unwrap();
    }
    let effects = std::mem::take(&mut turn.effects);
    let timers = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Timer { .. }));
    assert_eq!(timers.count(), 2);
    turn.tick().unwrap();
    let path = format!("/v1/circles/{circle}");
    for path in ["/v1/devices", path.as_str()] {
        assert!(asked(&turn.effects, path).is_some(), "{path}");
    }
    // Once.
    turn.effects.clear();
    turn.tick().unwrap();
    assert!(asked(&turn.effects, "/v1/devices").is_none());
}

#[test]
fn an_older_answer_about_a_circle_that_comes_later_is_not_taken() {
    let rows = [(key::ME.to_vec(), protocol::frame::to_vec(&maria()))].into();
    let volatile = Volatile {
        link: Some(Link::Online),
        ..Volatile::default()
    };
    let mut turn = Turn::new(&rows, volatile, "localhost:8443", NOW);
    let id = CircleId::from_bytes([9; 16]);
    let told = |title: &str| {
        let circle = protocol::http::Circle {
            id,
            title: title.to_owned(),
            client: maria().person,
            status: protocol::CircleStatus::Planned,
            generation: 0,
            epoch: 0,
            members: Vec::new(),
            awaiting: Vec::new(),
            leaving: Vec::new(),
            era: 0,
            may_add: false,
            history: HistoryMode::Eras,
        };
        serde_json::to_vec(&circle).unwrap()
    };
    turn.get(crate::ask::Ask::Circle(id), format!("/v1/circles/{id}"));
    turn.read_circle(id);
    turn.answer(2, 200, &told("now")).unwrap();
    turn.answer(1, 200, &told("before")).unwrap();
    assert_eq!(turn.draft.circle(id).unwrap().unwrap().title, "now");
    turn.read_circle(id);
    turn.answer(3, 200, &told("later")).unwrap();
    assert_eq!(turn.draft.circle(id).unwrap().unwrap().title, "later");
}
