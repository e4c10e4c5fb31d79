//! What one process holds while a store is open: connections, keys, clock, the ends of the logs, and
//! the memory of which sessions were lately found alive.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use care::civil::{Zone, Zones};
use care::{Chance, Clock};
use protocol::{SessionId, Timestamp};

use crate::audit::Audited;
use crate::engine::Pools;
use crate::seal::Sealer;
use crate::tail::Tail;
use crate::wake::Wake;

/// Everything that verbs share.
pub(crate) struct Core {
    pub(crate) pools: Pools,
    pub(crate) sealer: Sealer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) wake: Arc<dyn Wake>,
    pub(crate) zones: Zones,
    pub(crate) zone: Zone,
    pub(crate) server_name: String,
    pub(crate) demo: bool,
    pub(crate) live: Live,
    pub(crate) tail: Tail,
    pub(crate) audited: Audited,
    /// The file to which checkpoints of the audit log are appended.
    pub(crate) checkpoints: PathBuf,
    /// Held for as long as the process owns the data directory.
    pub(crate) _lock: File,
}

/// A session found alive is believed for this long, microseconds. A revocation in this process is
/// known at once; one in another process of the same database within this time.
const BELIEVED_MICROS: i64 = 1_000_000;
/// More sessions than this are not remembered; the oldest are looked up again.
const REMEMBERED_MAX: usize = 50_000;

/// Which sessions were lately found alive, so that checking every frame costs no query.
#[derive(Default)]
pub(crate) struct Live {
    found: Mutex<HashMap<SessionId, Timestamp>>,
    /// How many sessions ended so far: what was read before the last of them may be over.
    ended: AtomicU64,
}

/// When somebody began to look whether a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Looked(u64);

impl Live {
    /// Before the database is asked.
    pub(crate) fn looks(&self) -> Looked {
        Looked(self.ended.load(Ordering::SeqCst))
    }

    /// Whether the session was found alive so lately that it need not be looked up.
    pub(crate) fn believed(&self, session: SessionId, now: Timestamp) -> bool {
        self.lock()
            .get(&session)
            .is_some_and(|at| (0..BELIEVED_MICROS).contains(&(now.micros() - at.micros())))
    }

    /// The session was found alive. Not believed if any session ended since the look began: it may have
    /// been this one, after it was read and before anybody is told.
    pub(crate) fn found(&self, session: SessionId, now: Timestamp, looked: Looked) {
        let mut found = self.lock();
        if self.looks() != looked {
            return;
        }
        if found.len() >= REMEMBERED_MAX {
            found.retain(|_, at| (0..BELIEVED_MICROS).contains(&(now.micros() - at.micros())));
        }
        if found.len() < REMEMBERED_MAX {
            found.insert(session, now);
        }
    }

    /// The session ended.
    pub(crate) fn forget(&self, session: SessionId) {
        let mut found = self.lock();
        self.ended.fetch_add(1, Ordering::SeqCst);
        found.remove(&session);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Timestamp>> {
        // Nothing can panic between taking and leaving the lock half-way through a change.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_believed_for_a_second_and_not_after_it_ended() {
        let live = Live::default();
        let (session, start) = (SessionId::from_bytes([1; 16]), Timestamp::from_micros(0));
        assert!(!live.believed(session, start));
        live.found(session, start, live.looks());
        assert!(live.believed(session, Timestamp::from_micros(999_999)));
        assert!(!live.believed(session, Timestamp::from_micros(1_000_000)));
        // A clock that jumped back proves nothing.
        assert!(!live.believed(session, Timestamp::from_micros(-1)));
        live.forget(session);
        assert!(!live.believed(session, start));
    }

    /// Every order in which the steps of two can follow each other: `true` is a step of the first.
    fn orders(first: usize, second: usize) -> Vec<Vec<bool>> {
        if first == 0 || second == 0 {
            return vec![vec![first > 0; first + second]];
        }
        let then = |step: bool, rest: Vec<Vec<bool>>| {
            rest.into_iter().map(move |mut order| {
                order.insert(0, step);
                order
            })
        };
        then(true, orders(first - 1, second))
            .chain(then(false, orders(first, second - 1)))
            .collect()
    }

    #[test]
    fn whoever_looks_while_a_session_ends_does_not_believe_it_afterwards() {
        let orders = orders(3, 2);
        assert_eq!(orders.len(), 10);
        for order in orders {
            let (live, mut alive) = (Live::default(), true);
            let (session, now) = (SessionId::from_bytes([1; 16]), Timestamp::from_micros(0));
            let (mut looked, mut read) = (live.looks(), false);
            let (mut asks, mut ends) = (0..3, 3..5);
            for step in &order {
                let next = if *step { asks.next() } else { ends.next() };
                match next {
                    Some(0) => looked = live.looks(),
                    Some(1) => read = alive,
                    Some(2) if read => live.found(session, now, looked),
                    // The end is committed, then memory is told.
                    Some(3) => alive = false,
                    Some(4) => live.forget(session),
                    _ => {}
                }
            }
            assert!(!live.believed(session, now), "{order:?}");
        }
    }
}
