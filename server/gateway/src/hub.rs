//! Who is connected, and what woke them.
//!
//! Every socket has a mailbox: a **set** of topics that changed since it last looked. Waking the same
//! topic a thousand times leaves one entry, so a mailbox cannot grow past what its socket watches and
//! nothing queues behind a slow reader. A wake carries no data; the socket reads the store.
//!
//! No wake is lost: a socket first watches a topic and only then reads. What is committed before the
//! read is in the answer, what is committed after it finds the watch in place.
//!
//! An ephemeral is the exception: it stands nowhere, so the hub hands it over itself, to whoever follows
//! the circle at that moment. A mailbox holds a few; what is too much is dropped.
//!
//! The hub also knows in which order the sockets of a circle are asked for a commit
//! ([`Watcher::place`]), and it counts: sockets of one account and of one address have a maximum ([`Seat`]).

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use protocol::frame::Ephemeral;
use protocol::{AccountId, CircleId, Code, DeviceId, Refusal, Role, limits};
use store::{Topic, Wake};
use tokio::sync::Notify;

use crate::network::one_address;

/// The switchboard between the store and the sockets. Clones share it.
#[derive(Clone, Default)]
pub struct Hub {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    last_id: u64,
    watchers: HashMap<Topic, HashMap<u64, Arc<Mailbox>>>,
    seats: HashMap<Holder, u32>,
}

/// Whose sockets are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    Account(AccountId),
    Address(IpAddr),
}

#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Woken>,
    news: Notify,
    who: OnceLock<Member>,
}

/// What waited for a socket.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Woken {
    /// What changed.
    pub topics: HashSet<Topic>,
    /// What was said in passing, oldest first.
    pub ephemerals: VecDeque<Ephemeral>,
}

/// Whose socket it is, in the order in which a circle's sockets are asked for a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    turn: u8,
    device: DeviceId,
}

/// One socket's place among those of a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How many are asked before it.
    pub before: u32,
    /// How many there are.
    pub of: u32,
}

/// Who is asked first: machines that are always there, then staff, who are at a desk.
const fn turn(role: Role) -> u8 {
    match role {
        Role::Custodian => 0,
        Role::CaseManager => 1,
        Role::Supervisor => 2,
        Role::Client => 3,
        Role::Caregiver => 4,
        Role::Administrator => 5,
    }
}

/// One socket's place in the hub. Dropping it forgets every watch.
pub struct Watcher {
    hub: Hub,
    id: u64,
    mailbox: Arc<Mailbox>,
    watched: HashSet<Topic>,
}

/// One counted socket. Dropping it makes room for another.
pub struct Seat {
    hub: Hub,
    holder: Holder,
}

impl Hub {
    /// A new socket, which watches nothing yet.
    pub fn join(&self) -> Watcher {
        let mut state = self.lock();
        state.last_id += 1;
        Watcher {
            id: state.last_id,
            hub: self.clone(),
            mailbox: Arc::default(),
            watched: HashSet::new(),
        }
    }

    /// Counts a socket of an account, or refuses it as [`Code::TooManySockets`].
    pub fn seat_account(&self, account: AccountId, max: u32) -> Result<Seat, Refusal> {
        self.seat(Holder::Account(account), max)
    }

    /// Counts a socket of an address, or refuses it as [`Code::TooManySockets`].
    pub fn seat_address(&self, address: IpAddr, max: u32) -> Result<Seat, Refusal> {
        self.seat(Holder::Address(one_address(address)), max)
    }

    fn seat(&self, holder: Holder, max: u32) -> Result<Seat, Refusal> {
        let mut state = self.lock();
        let taken = state.seats.entry(holder).or_default();
        if *taken >= max {
            let whose = match holder {
                Holder::Account(_) => "account",
                Holder::Address(_) => "address",
            };
            return Err(Refusal::new(
                Code::TooManySockets,
                format!("this {whose} already has {taken} open connections"),
            ));
        }
        *taken += 1;
        if let Holder::Address(_) = holder {
            metrics::gauge!("sockets").increment(1);
        }
        Ok(Seat {
            hub: self.clone(),
            holder,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Hub {
    fn wake(&self, topic: Topic) {
        if let Some(mailboxes) = self.lock().watchers.get(&topic) {
            for mailbox in mailboxes.values() {
                mailbox.put(topic);
            }
        }
    }
}

impl Mailbox {
    fn put(&self, topic: Topic) {
        if self.lock().topics.insert(topic) {
            self.news.notify_one();
        }
    }

    fn overhear(&self, ephemeral: &Ephemeral) {
        let mut waiting = self.lock();
        if waiting.ephemerals.len() < limits::EPHEMERALS_WAITING_MAX {
            waiting.ephemerals.push_back(ephemeral.clone());
            self.news.notify_one();
        }
    }

    fn take(&self) -> Woken {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Woken> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// From now on, wakes of this topic arrive. Read afterwards, not before.
    pub fn watch(&mut self, topic: Topic) {
        if self.watched.insert(topic) {
            let mut state = self.hub.lock();
            let mailboxes = state.watchers.entry(topic).or_default();
            mailboxes.insert(self.id, Arc::clone(&self.mailbox));
        }
    }

    /// Wakes of this topic no longer arrive.
    pub fn unwatch(&mut self, topic: Topic) {
        if self.watched.remove(&topic) {
            self.hub.lock().forget(topic, self.id);
        }
    }

    /// Waits until something watched has changed, and says what. Safe to drop and call again.
    pub async fn woken(&self) -> Woken {
        loop {
            let woken = self.mailbox.take();
            if woken != Woken::default() {
                return woken;
            }
            self.mailbox.news.notified().await;
        }
    }

    /// Says whose socket this is; the first word holds.
    pub fn introduce(&self, role: Role, device: DeviceId) {
        let turn = turn(role);
        let _first = self.mailbox.who.set(Member { turn, device });
    }

    /// Hands an ephemeral to the other sockets that follow its circle.
    pub fn relay(&self, ephemeral: &Ephemeral) {
        let state = self.hub.lock();
        let Some(mailboxes) = state.watchers.get(&Topic::Circle(ephemeral.circle)) else {
            return;
        };
        for (_, mailbox) in mailboxes.iter().filter(|(id, _)| **id != self.id) {
            mailbox.overhear(ephemeral);
        }
    }

    /// This socket's place in the order in which those that follow the circle are asked for a commit.
    /// Devices that are themselves `leaving` are not asked.
    pub fn place(&self, circle: CircleId, leaving: &BTreeSet<DeviceId>) -> Option<Place> {
        let state = self.hub.lock();
        let mailboxes = state.watchers.get(&Topic::Circle(circle))?;
        let mut all: Vec<(Member, u64)> = (mailboxes.iter())
            .filter_map(|(id, mailbox)| Some((*mailbox.who.get()?, *id)))
            .filter(|(member, _)| !leaving.contains(&member.device))
            .collect();
        all.sort_unstable();
        let before = all.iter().position(|(_, id)| *id == self.id)?;
        Some(Place {
            before: u32::try_from(before).unwrap_or(u32::MAX),
            of: u32::try_from(all.len()).unwrap_or(u32::MAX),
        })
    }
}

impl State {
    /// Removes one socket's watch, and no other's.
    fn forget(&mut self, topic: Topic, id: u64) {
        if let Some(mailboxes) = self.watchers.get_mut(&topic) {
            mailboxes.remove(&id);
            if mailboxes.is_empty() {
                self.watchers.remove(&topic);
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut state = self.hub.lock();
        for topic in self.watched.drain() {
            state.forget(topic, self.id);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Holder::Address(_) = self.holder {
            metrics::gauge!("sockets").decrement(1);
        }
        let mut state = self.hub.lock();
        if let Some(taken) = state.seats.get_mut(&self.holder) {
            *taken -= 1;
            if *taken == 0 {
                state.seats.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod tests;
