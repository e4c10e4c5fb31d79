//! After a sign-in and after a week, through the whole device: no socket, and a log that shows what it is told to.

use protocol::bundle::CommitBundle;
use protocol::frame::{LogEntry, LogPage, Ready, ServerFrame};
use protocol::http::Ticket;
use protocol::policy::HistoryMode;
use protocol::{
    AccountId, Bytes, CircleId, CircleStatus, DeviceId, EntryKind, GroupId, Timestamp, Urgency,
    limits,
};

use crate::Device;
use crate::api::{Command, Content, Effect, Input, Item, Step};
use crate::content::Era;
use crate::group::Group;
use crate::invented::{NOW, maria_of_an_agency};
use crate::rows::{Draft, Rows};
use crate::state::{Circle, Joined, Leaving, key};
use crate::vault::{Table, Vault};

const VAULT_KEY: [u8; 32] = [7; 32];
const DAY_S: i64 = limits::SELF_UPDATE_ON_LOGIN_S;
/// Circles, and when something last happened there.
const CIRCLES: [(u8, i64); 3] = [(1, 5), (2, 9), (3, 7)];

fn id(number: u8) -> CircleId {
    CircleId::from_bytes([number; 16])
}

/// Maria's device, alone in each of her circles; `change` changes them.
fn rows(change: impl Fn(&mut Circle)) -> Rows {
    let me = maria_of_an_agency();
    let before = Rows::new();
    let draft = Draft::new(&before);
    draft.write_me(me.clone());
    for (number, at_ms) in CIRCLES {
        let group = GroupId {
            circle: id(number),
            generation: 0,
        };
        let group = Group::found(&draft, &me, group, (None, HistoryMode::Eras)).unwrap();
        let policy = group.context(&me).unwrap().policy;
        let newest = Item {
            id: "0/7".to_owned(),
            seq: Some(7),
            at_ms,
            content: Content::Unreadable {
                reason: "sealed".to_owned(),
            },
        };
        let mut joined = Joined::new(0, 7, &policy, NOW);
        joined.era = Some(Era {
            era: 0,
            key: [1; 32],
        });
        let mut circle = Circle::new(id(number));
        circle.status = CircleStatus::Live;
        circle.joined = Some(joined);
        circle.newest = Some(minicbor_serde::to_vec(&newest).unwrap().into());
        change(&mut circle);
        draft.save(&circle);
    }
    let written = draft.into_changes().into_iter();
    written
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

/// A device with what it stored and every commit that left it.
struct Host {
    device: Device,
    stored: Rows,
    own: DeviceId,
    now: Timestamp,
    posted: Vec<(CircleId, CommitBundle)>,
}

impl Host {
    fn new(rows: Rows, now: Timestamp) -> Self {
        let me = Draft::new(&rows).me().unwrap().unwrap();
        let vault = Vault::new(VAULT_KEY);
        let seal = |(key, value): (Vec<u8>, Vec<u8>)| {
            let sealed = vault.seal(Table::State, &key, &value);
            (key, sealed)
        };
        let stored = rows.into_iter().map(seal).collect();
        Self::open(stored, me.identity.device, now)
    }

    fn open(stored: Rows, own: DeviceId, now: Timestamp) -> Self {
        let all = stored.clone().into_iter().collect();
        let device = Device::open(VAULT_KEY, "localhost:8443".to_owned(), all).unwrap();
        Self {
            device,
            stored,
            own,
            now,
            posted: Vec::new(),
        }
    }

    /// The program ends and is opened again from what it stored.
    fn restarted(self) -> Self {
        Self::open(self.stored, self.own, self.now)
    }

    fn hears(&mut self, input: Input) -> Vec<Effect> {
        let Step { delta, effects } = self.device.handle(input, self.now).unwrap();
        for write in delta.state {
            match write.value {
                Some(value) => self.stored.insert(write.key, value),
                None => self.stored.remove(&write.key),
            };
        }
        self.posted.extend(effects.iter().filter_map(posted));
        effects
    }

    fn is_told(&mut self, command: Command) -> Vec<Effect> {
        self.hears(Input::Command { command })
    }

    /// Until the server is ready.
    fn comes_online(&mut self, command: Command) {
        let effects = self.is_told(command);
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Request { id, path, .. } => (path == "/v1/tickets").then_some(*id),
            _ => None,
        });
        let ticket = Ticket {
            ticket: vec![5; 32].into(),
            expires_at: self.now,
        };
        self.hears(Input::Answer {
            id: asked.unwrap(),
            status: 200,
            body: serde_json::to_vec(&ticket).unwrap(),
        });
        self.hears(Input::Opened);
        let ready = Ready {
            account: AccountId::from_bytes([1; 16]),
            now: self.now,
            positions: Vec::new(),
            key_packages: 20,
        };
        let bytes = ServerFrame::Ready(ready).to_bytes();
        self.hears(Input::Frame { bytes });
    }

    /// A minute passes. Answers in which circles it commits meanwhile.
    fn waits(&mut self) -> Vec<CircleId> {
        let before = self.posted.len();
        for _ in 0..60 {
            self.now = self.now.plus_seconds(1);
            self.hears(Input::Tick);
        }
        let since = &self.posted[before..];
        since.iter().map(|(circle, _)| *circle).collect()
    }

    /// The log shows the last commit.
    fn log_shows_it(&mut self) {
        let (circle, bundle) = self.posted.last().cloned().unwrap();
        let entry = LogEntry {
            seq: 8,
            kind: EntryKind::Commit,
            epoch: 0,
            device: self.own,
            op_id: bundle.op_id,
            mls: bundle.commit,
            body: Bytes::default(),
            wrap: Bytes::default(),
            era: 0,
            urgency: Urgency::Routine,
            accepted_at: self.now,
        };
        let page = LogPage {
            circle,
            generation: 0,
            head: 8,
            entries: vec![entry],
        };
        let bytes = ServerFrame::Log(page).to_bytes();
        self.hears(Input::Frame { bytes });
    }
}

fn posted(effect: &Effect) -> Option<(CircleId, CommitBundle)> {
    let Effect::Request { path, body, .. } = effect else {
        return None;
    };
    let circle = path
        .strip_prefix("/v1/circles/")?
        .strip_suffix("/commits")?;
    let bundle = minicbor::decode(body).unwrap();
    Some((circle.parse().ok()?, bundle))
}

/// Signed in a day after every leaf was renewed.
fn signed_in(rows: Rows) -> Host {
    let mut host = Host::new(rows, NOW.plus_seconds(DAY_S));
    host.comes_online(Command::SignIn);
    host
}

#[test]
fn whoever_signs_in_renews_one_leaf_after_the_other_newest_activity_first() {
    let mut host = signed_in(rows(|_| {}));
    assert!(host.posted.is_empty(), "messages go first");
    for number in [2, 3, 1] {
        assert_eq!(host.waits(), [id(number)]);
        host.log_shows_it();
    }
    assert!(host.waits().is_empty(), "each is renewed once");
    let mut again = host.restarted();
    again.comes_online(Command::SignIn);
    assert!(again.waits().is_empty(), "and not at every sign-in");
}

#[test]
fn where_a_week_is_over_the_leaf_of_longest_ago_goes_before_the_newest_activity() {
    let renewed_days = [(1, 1), (2, 8), (3, 0)];
    let rows = rows(|circle| {
        let mut days = renewed_days.iter();
        let (_, days) = days.find(|(number, _)| id(*number) == circle.id).unwrap();
        let renewed_at = NOW.plus_seconds(days * DAY_S);
        circle.joined.as_mut().unwrap().renewed_at = renewed_at;
    });
    let mut host = Host::new(rows, NOW.plus_seconds(10 * DAY_S));
    host.comes_online(Command::SignIn);
    for number in [3, 1, 2] {
        assert_eq!(host.waits(), [id(number)]);
        host.log_shows_it();
    }
}

#[test]
fn leaves_are_renewed_after_a_week_and_by_a_sign_in_after_a_day() {
    for (after_s, command, renews) in [
        (DAY_S, Command::Connect, false),
        // By when they signed in, not by how long they stay.
        (DAY_S - 1, Command::SignIn, false),
        (DAY_S, Command::SignIn, true),
        (limits::SELF_UPDATE_S - 61, Command::Connect, false),
        (limits::SELF_UPDATE_S, Command::Connect, true),
    ] {
        let mut host = Host::new(rows(|_| {}), NOW.plus_seconds(after_s));
        host.comes_online(command.clone());
        let renewed = host.waits();
        assert_eq!(renewed.len(), usize::from(renews), "{after_s} {command:?}");
    }
}

#[test]
fn who_shows_once_more_who_they_are_while_online_has_not_come_in() {
    let mut host = Host::new(rows(|_| {}), NOW);
    host.comes_online(Command::Connect);
    host.now = NOW.plus_seconds(DAY_S);
    host.is_told(Command::SignIn);
    assert!(host.waits().is_empty());
}

#[test]
fn what_a_sign_in_wants_outlives_the_process() {
    let mut host = signed_in(rows(|_| {})).restarted();
    host.comes_online(Command::Connect);
    assert_eq!(host.waits(), [id(2)]);
    let (_, commit) = host.posted.pop().unwrap();
    let mut again = host.restarted();
    again.comes_online(Command::Connect);
    assert_eq!(again.posted, [(id(2), commit)], "the same bytes");
    assert!(again.waits().is_empty(), "one at a time, also then");
    again.log_shows_it();
    assert_eq!(again.waits(), [id(3)]);
}

#[test]
fn a_message_on_its_way_out_goes_first() {
    let mut host = signed_in(rows(|_| {}));
    host.is_told(Command::Send {
        circle: id(2),
        text: "Good morning".to_owned(),
        urgency: Urgency::Routine,
    });
    assert_eq!(host.waits(), [id(3)], "elsewhere");
    host.log_shows_it();
    assert_eq!(host.waits(), [id(1)]);
    host.log_shows_it();
    assert!(host.waits().is_empty(), "it has no place yet");
}

#[test]
fn no_leaf_is_renewed_before_a_removal_behind_the_log_or_where_nothing_goes_on() {
    let changes: [fn(&mut Circle); 4] = [
        |circle| {
            let leaving = Leaving {
                device: DeviceId::from_bytes([9; 16]),
                account: AccountId::from_bytes([9; 16]),
                since: NOW,
            };
            circle.joined.as_mut().unwrap().leaving.push(leaving);
        },
        |circle| circle.joined.as_mut().unwrap().head += 1,
        |circle| circle.stopped = Some("judged".to_owned()),
        |circle| circle.status = CircleStatus::Recovering,
    ];
    for change in changes {
        let mut host = signed_in(rows(change));
        assert!(host.waits().is_empty());
    }
}

#[test]
fn a_sign_in_under_a_clock_that_was_ahead_renews_nothing_again_and_again() {
    let mut host = Host::new(rows(|_| {}), NOW.plus_seconds(2 * DAY_S));
    host.comes_online(Command::SignIn);
    let mut host = host.restarted();
    assert!(host.stored.contains_key(key::SIGNED_IN));
    host.now = NOW.plus_seconds(1);
    host.comes_online(Command::Connect);
    assert!(host.waits().is_empty());
}
