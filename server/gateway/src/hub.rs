//! Who is connected, and what woke them.
//!
//! Every socket has a mailbox: a **set** of topics that changed since it last looked. Waking the same
//! topic a thousand times leaves one entry, so a mailbox cannot grow past what its socket watches and
//! nothing queues behind a slow reader. A wake carries no data; the socket reads the store.
//!
//! No wake is lost: a socket first watches a topic and only then reads. What is committed before the
//! read is in the answer, what is committed after it finds the watch in place.
//!
//! The hub also counts: sockets of one account and of one address have a maximum ([`Seat`]).

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{AccountId, Code, Refusal};
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
    topics: Mutex<HashSet<Topic>>,
    news: Notify,
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
        let fresh = self
            .topics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(topic);
        if fresh {
            self.news.notify_one();
        }
    }

    fn take(&self) -> HashSet<Topic> {
        std::mem::take(&mut *self.topics.lock().unwrap_or_else(PoisonError::into_inner))
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
    pub async fn woken(&self) -> HashSet<Topic> {
        loop {
            let topics = self.mailbox.take();
            if !topics.is_empty() {
                return topics;
            }
            self.mailbox.news.notified().await;
        }
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
mod tests {
    use std::time::Duration;

    use protocol::CircleId;

    use super::*;

    const A: Topic = Topic::Circle(CircleId::from_bytes([1; 16]));
    const B: Topic = Topic::Circle(CircleId::from_bytes([2; 16]));
    const ACCOUNT: AccountId = AccountId::from_bytes([3; 16]);

    async fn woken(watcher: &Watcher) -> Option<HashSet<Topic>> {
        tokio::time::timeout(Duration::from_millis(20), watcher.woken())
            .await
            .ok()
    }

    #[tokio::test(start_paused = true)]
    async fn many_wakes_of_one_topic_are_one() {
        let hub = Hub::default();
        let mut watcher = hub.join();
        watcher.watch(A);
        watcher.watch(B);
        for _ in 0..1_000 {
            hub.wake(A);
        }
        hub.wake(B);
        assert_eq!(woken(&watcher).await, Some(HashSet::from([A, B])));
        assert_eq!(woken(&watcher).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wake_between_two_looks_is_not_lost() {
        let hub = Hub::default();
        let mut watcher = hub.join();
        watcher.watch(A);
        assert_eq!(woken(&watcher).await, None);
        hub.wake(A);
        assert_eq!(woken(&watcher).await, Some(HashSet::from([A])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_waits_is_woken() {
        let hub = Hub::default();
        let mut watcher = hub.join();
        watcher.watch(A);
        let wakes = async {
            tokio::task::yield_now().await;
            hub.wake(A);
        };
        let (woken, ()) = tokio::join!(woken(&watcher), wakes);
        assert_eq!(woken, Some(HashSet::from([A])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_leaves_takes_only_its_own_watches() {
        let hub = Hub::default();
        let mut leaves = hub.join();
        let mut stays = hub.join();
        leaves.watch(A);
        stays.watch(A);
        stays.watch(B);
        drop(leaves);
        hub.wake(A);
        assert_eq!(woken(&stays).await, Some(HashSet::from([A])));
        stays.unwatch(A);
        hub.wake(A);
        assert_eq!(woken(&stays).await, None);
        drop(stays);
        assert!(hub.lock().watchers.is_empty());
    }

    #[test]
    fn seats_are_counted_for_each_holder_and_given_back() {
        let hub = Hub::default();
        let first = hub.seat_account(ACCOUNT, 2).unwrap();
        let _second = hub.seat_account(ACCOUNT, 2).unwrap();
        let refused = hub.seat_account(ACCOUNT, 2).err().unwrap();
        assert_eq!(refused.code, Code::TooManySockets);
        assert!(hub.seat_address("192.0.2.1".parse().unwrap(), 1).is_ok());
        drop(first);
        assert!(hub.seat_account(ACCOUNT, 2).is_ok());
    }
}
