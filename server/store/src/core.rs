//! What one process holds while a store is open: connections, keys, clock, the ends of the logs, and
//! the memory of which sessions were lately found alive.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
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
}

impl Live {
    /// Whether the session was found alive so lately that it need not be looked up.
    pub(crate) fn believed(&self, session: SessionId, now: Timestamp) -> bool {
        self.lock()
            .get(&session)
            .is_some_and(|at| (0..BELIEVED_MICROS).contains(&(now.micros() - at.micros())))
    }

    /// The session was found alive.
    pub(crate) fn found(&self, session: SessionId, now: Timestamp) {
        let mut found = self.lock();
        if found.len() >= REMEMBERED_MAX {
            found.retain(|_, at| (0..BELIEVED_MICROS).contains(&(now.micros() - at.micros())));
        }
        if found.len() < REMEMBERED_MAX {
            found.insert(session, now);
        }
    }

    /// The session ended.
    pub(crate) fn forget(&self, session: SessionId) {
        self.lock().remove(&session);
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
        live.found(session, start);
        assert!(live.believed(session, Timestamp::from_micros(999_999)));
        assert!(!live.believed(session, Timestamp::from_micros(1_000_000)));
        // A clock that jumped back proves nothing.
        assert!(!live.believed(session, Timestamp::from_micros(-1)));
        live.forget(session);
        assert!(!live.believed(session, start));
    }
}
