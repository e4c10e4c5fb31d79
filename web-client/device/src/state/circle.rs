//! A circle as this device knows it: one row each, whether the device is in its group, not yet, or no longer.
//!
//! What the server says of it (people, condition, generation, era) stands beside what the device saw by itself (its
//! [place](super::place), stretches of the log still to be read, keys that people came with). The row outlives the
//! place: send counters go on, and under which keys people were here stays known.

use minicbor::{Decode, Encode};
use protocol::policy::HistoryMode;
use protocol::{AccountId, Bytes, CircleId, CircleStatus, DeviceId, GroupId, MemberState, Role};

use super::key;
use super::place::Joined;
use crate::error::Result;
use crate::rows::Draft;
use crate::sharing::{Since, Vouched};

/// A circle as this device knows it.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Circle {
    #[n(0)]
    pub id: CircleId,
    #[n(1)]
    pub title: String,
    #[n(2)]
    pub status: CircleStatus,
    /// As the server names them.
    #[n(3)]
    pub members: Vec<Named>,
    /// Accounts that could be added now, and whether this device may.
    #[n(4)]
    pub awaiting: Vec<AccountId>,
    #[n(5)]
    pub may_add: bool,
    /// This device's place in the group, once it is in.
    #[n(6)]
    pub joined: Option<Joined>,
    /// Why the device stopped here, if it did: only a human goes on.
    #[n(7)]
    pub stopped: Option<String>,
    /// The place of the newest item, for the list, with its sealed bytes.
    #[n(8)]
    pub newest: Option<Bytes>,
    /// The number of the next outgoing message.
    #[n(9)]
    pub next_outgoing: u64,
    /// The group's generation and archive era, as the server names them.
    #[n(10)]
    pub generation: u32,
    #[n(11)]
    pub era: u32,
    /// Why the device fell out of the group, if it did: it comes back in by itself.
    #[n(12)]
    pub fallen: Option<Fallen>,
    /// Stretches of the log that are still to be read as history, the newest first.
    #[n(13)]
    pub gaps: Vec<Gap>,
    /// Stretches whose era keys are missing.
    #[n(14)]
    pub dark: Vec<Gap>,
    /// People who came with another identity key than the one pinned, and which.
    #[n(15)]
    pub new_keys: Vec<NewKey>,
    /// The greatest send counter given out, and in which generation: it outlives the place.
    #[n(16)]
    pub counter: (u32, u64),
    /// The account's new identity key is still to be brought into this group.
    #[n(17)]
    pub owes_succession: bool,
    /// The person has seen everything up to here.
    #[n(18)]
    pub seen_seq: u64,
    /// Since when members are here, as far as this device knows.
    #[n(19)]
    #[cbor(default)]
    pub since: Vec<Since>,
    /// Members whose new keys a human vouched for here, and who are owed the era keys.
    #[n(20)]
    #[cbor(default)]
    pub vouched: Vec<Vouched>,
    /// Under which identity keys people were here who are gone.
    #[n(21)]
    #[cbor(default)]
    pub former: Vec<NewKey>,
    /// Whether it is to keep history, as the server says, or as a switch did that this device saw since: what holds
    /// while it is not in the group.
    #[n(22)]
    #[cbor(default)]
    pub planned: HistoryMode,
}

/// An account's identity key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NewKey {
    #[n(0)]
    pub account: AccountId,
    #[n(1)]
    pub aik: Bytes,
}

/// One of a circle's people, as the server names them.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Named {
    #[n(0)]
    pub account: AccountId,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub role: Role,
    #[n(3)]
    pub state: MemberState,
    /// Devices in the group, by the server's word.
    #[n(4)]
    pub devices: Vec<DeviceId>,
}

/// Why a device fell out of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Why {
    /// A change of the group could not be processed, or its own group does not load.
    #[n(0)]
    OutOfStep,
    /// It runs from an old copy of its store.
    #[n(1)]
    OldCopy,
    /// Its clock is wrong.
    #[n(2)]
    Clock,
    /// Its person wanted it.
    #[n(3)]
    Asked,
}

/// A group that this device can no longer follow.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Fallen {
    #[n(0)]
    pub why: Why,
    /// The entry that could not be processed, while the server has not heard of it.
    #[n(1)]
    pub distress: Option<(u32, u64)>,
}

/// A stretch of one generation's log: everything between `until` and `before`, both excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Gap {
    #[n(0)]
    pub generation: u32,
    #[n(1)]
    pub before: u64,
    #[n(2)]
    pub until: u64,
    /// This device was in the group before all of it and fell out of step: what was said there for those who were
    /// there, and is archived nowhere, was said for it too.
    #[n(3)]
    #[cbor(default)]
    pub missed: bool,
}

impl Circle {
    /// A circle that the server named just now.
    pub fn new(id: CircleId) -> Self {
        Self {
            id,
            title: String::new(),
            status: CircleStatus::Planned,
            members: Vec::new(),
            awaiting: Vec::new(),
            may_add: false,
            joined: None,
            stopped: None,
            newest: None,
            next_outgoing: 1,
            generation: 0,
            era: 0,
            fallen: None,
            gaps: Vec::new(),
            dark: Vec::new(),
            new_keys: Vec::new(),
            counter: (0, 0),
            owes_succession: false,
            seen_seq: 0,
            since: Vec::new(),
            vouched: Vec::new(),
            former: Vec::new(),
            planned: HistoryMode::Eras,
        }
    }

    /// Whether history is kept here: by the group's policy, or as the server says it was planned.
    pub fn history(&self) -> HistoryMode {
        self.joined
            .as_ref()
            .map_or(self.planned, |joined| joined.history)
    }

    /// The number of an archive era that is new in a generation, whatever the server says. Each generation counts
    /// its own: what this device saw in the one before says nothing about the next.
    pub fn era_after(&self, generation: u32) -> u32 {
        let joined = self.joined.as_ref();
        let here = joined.filter(|joined| joined.generation == generation);
        let floor = here.map_or(0, |joined| joined.era_floor);
        self.era.max(floor).saturating_add(1)
    }

    /// The next send counter in the present generation; it is given out once.
    pub fn next_counter(&mut self, generation: u32) -> u64 {
        let last = if self.counter.0 == generation {
            self.counter.1
        } else {
            0
        };
        let next = last.saturating_add(1);
        self.counter = (generation, next);
        next
    }

    /// Whether the message at this place begins the epoch: an era begins there and nowhere else. Anybody in the group can
    /// send what looks like it, and the server cannot see that it is not a message like others.
    pub fn begins_epoch(&self, seq: u64) -> bool {
        let joined = self.joined.as_ref();
        joined.is_some_and(|joined| joined.begins_at == seq)
    }

    /// Whether the log may be followed and messages may be sent here.
    pub fn goes_on(&self) -> bool {
        self.stopped.is_none() && self.fallen.is_none() && self.status == CircleStatus::Live
    }

    /// Remembers a stretch to be read as history.
    pub fn must_read(&mut self, gap: Gap) {
        if gap.before > gap.until.saturating_add(1) && !self.gaps.contains(&gap) {
            self.gaps.push(gap);
            self.gaps
                .sort_by_key(|gap| std::cmp::Reverse((gap.generation, gap.before)));
        }
    }

    /// This device follows a generation's log by itself from there on: nothing behind is history.
    pub fn follows_from(&mut self, generation: u32, seq: u64) {
        for gaps in [&mut self.gaps, &mut self.dark] {
            for gap in gaps.iter_mut().filter(|gap| gap.generation == generation) {
                gap.before = gap.before.min(seq);
            }
            gaps.retain(|gap| gap.before > gap.until.saturating_add(1));
        }
    }

    /// The MLS group that this device is in.
    pub fn group(&self) -> Option<GroupId> {
        let generation = self.joined.as_ref()?.generation;
        Some(GroupId {
            circle: self.id,
            generation,
        })
    }

    /// Remembers under which identity keys people were here who are gone.
    pub fn part_with(&mut self, gone: &[AccountId]) {
        let members = self.joined.iter().flat_map(|joined| &joined.members);
        let former = members.filter(|member| gone.contains(&member.account));
        let former: Vec<NewKey> = former
            .map(|member| NewKey {
                account: member.account,
                aik: member.aik.clone(),
            })
            .collect();
        self.former.retain(|held| !gone.contains(&held.account));
        self.former.extend(former);
    }
}

impl Draft<'_> {
    /// Every circle, in the order of ids.
    pub fn circles(&self) -> Result<Vec<Circle>> {
        self.keys(key::CIRCLES)
            .iter()
            .filter_map(|key| self.read(key).transpose())
            .collect()
    }

    /// One circle.
    pub fn circle(&self, id: CircleId) -> Result<Option<Circle>> {
        self.read(&key::circle(id))
    }

    /// Stores a circle.
    pub fn save(&self, circle: &Circle) {
        self.write(&key::circle(circle.id), circle);
    }
}
