//! The ends of the logs, as this process wrote them: what everybody who is online wants to read next.
//!
//! A row enters after the COMMIT that made it durable, and a row of a log never changes, so what stands
//! here is what the database would say. (Whoever empties a row one day lets go of its run as well, and
//! other processes follow within [`AGE_MICROS`].) It says nothing about who may read it: a reader's rights are
//! looked up for every page, and only rows up to the head that the same look saw are shown.
//!
//! What another process wrote is not here. Each log's rows are a run without gaps; one that does not
//! continue its run begins a new one, and whoever stands before it reads the database.
//!
//! Bounded in bytes and in age, over all circles together; the oldest rows leave first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::frame::LogEntry;
use protocol::{CircleId, Timestamp};

/// Rows are kept up to this size, bytes.
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a row costs beside its contents, bytes.
const ROW_BYTES: usize = 256;
/// Whoever is later than this reads the database, microseconds.
const AGE_MICROS: i64 = 10_000_000;

/// A log: a circle and its generation.
pub(crate) type Log = (CircleId, u32);

/// A row that became durable.
pub(crate) struct Written {
    pub(crate) log: Log,
    pub(crate) entry: LogEntry,
}

/// The ends of all logs.
#[derive(Default)]
pub(crate) struct Tail {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Without gaps, in ascending order of `seq`; never empty.
    runs: HashMap<Log, VecDeque<Arc<LogEntry>>>,
    /// Everything that entered, the oldest first: where it stands and its size.
    order: VecDeque<(Log, u64, usize)>,
    bytes: usize,
}

impl Tail {
    /// These rows are durable now.
    pub(crate) fn extend(&self, rows: Vec<Written>, now: Timestamp) {
        if rows.is_empty() {
            return;
        }
        let mut state = self.lock();
        for row in rows {
            state.push(row);
        }
        state.forget(now);
    }

    /// Whether the row after this position, if there is one, stands here and is young enough.
    pub(crate) fn reaches(&self, log: Log, seq: u64, now: Timestamp) -> bool {
        let state = self.lock();
        let Some(run) = state.runs.get(&log) else {
            return false;
        };
        let place = run.front().and_then(|row| (seq + 1).checked_sub(row.seq));
        let place = place.and_then(|place| usize::try_from(place).ok());
        place.is_some_and(|place| match run.get(place) {
            Some(row) => !is_old(row, now),
            None => place == run.len(),
        })
    }

    /// The rows after a position up to the head, at most so many; `None` if the first is not here.
    pub(crate) fn after(
        &self,
        log: Log,
        seq: u64,
        head: u64,
        rows_max: usize,
    ) -> Option<Vec<Arc<LogEntry>>> {
        let state = self.lock();
        let run = state.runs.get(&log)?;
        let skip = (seq + 1).checked_sub(run.front()?.seq)?;
        let rows: Vec<_> = run
            .iter()
            .skip(usize::try_from(skip).ok()?)
            .take_while(|row| row.seq <= head)
            .take(rows_max)
            .map(Arc::clone)
            .collect();
        (!rows.is_empty()).then_some(rows)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can panic between taking and leaving the lock half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, Written { log, entry }: Written) {
        let run = self.runs.entry(log).or_default();
        match run.back() {
            // Two transactions may come here in the other order than they committed.
            Some(last) if entry.seq <= last.seq => return,
            Some(last) if entry.seq != last.seq + 1 => run.clear(),
            _ => {}
        }
        let bytes = ROW_BYTES + entry.mls.len() + entry.body.len() + entry.wrap.len();
        self.bytes += bytes;
        self.order.push_back((log, entry.seq, bytes));
        run.push_back(Arc::new(entry));
    }

    /// Lets the oldest rows go while there are too many, or they are too old.
    fn forget(&mut self, now: Timestamp) {
        while let Some((log, seq, bytes)) = self.order.front().copied() {
            let run = self.runs.get_mut(&log);
            // A run that began anew has let go of its older rows already.
            let row = run.and_then(|run| run.front().filter(|row| row.seq == seq).cloned());
            let old = row.as_ref().is_none_or(|row| is_old(row, now));
            if !old && self.bytes <= BYTES_MAX {
                return;
            }
            self.order.pop_front();
            self.bytes -= bytes;
            if row.is_some()
                && let Some(run) = self.runs.get_mut(&log)
            {
                run.pop_front();
                if run.is_empty() {
                    self.runs.remove(&log);
                }
            }
        }
    }
}

fn is_old(row: &LogEntry, now: Timestamp) -> bool {
    !(0..AGE_MICROS).contains(&(now.micros() - row.accepted_at.micros()))
}

#[cfg(test)]
mod tests {
    use protocol::{Bytes, DeviceId, EntryKind, OpId, Urgency};

    use super::*;

    const LOG: Log = (CircleId::from_bytes([1; 16]), 0);
    const OTHER: Log = (CircleId::from_bytes([2; 16]), 0);

    fn row(log: Log, seq: u64, at: i64, bytes: usize) -> Written {
        let entry = LogEntry {
            seq,
            kind: EntryKind::Message,
            epoch: 1,
            device: DeviceId::from_bytes([3; 16]),
            op_id: OpId::from_bytes([4; 16]),
            mls: Bytes::from(Vec::new()),
            body: vec![0; bytes].into(),
            wrap: Bytes::from(Vec::new()),
            era: 0,
            urgency: Urgency::Routine,
            accepted_at: Timestamp::from_micros(at),
        };
        Written { log, entry }
    }

    fn tail(rows: impl IntoIterator<Item = Written>) -> Tail {
        let tail = Tail::default();
        tail.extend(rows.into_iter().collect(), Timestamp::from_micros(0));
        tail
    }

    fn seqs(tail: &Tail, seq: u64, head: u64, rows_max: usize) -> Option<Vec<u64>> {
        let rows = tail.after(LOG, seq, head, rows_max)?;
        Some(rows.iter().map(|row| row.seq).collect())
    }

    #[test]
    fn it_answers_from_within_its_run_and_never_past_the_head() {
        let tail = tail((5..=9).map(|seq| row(LOG, seq, 0, 1)));
        assert_eq!(seqs(&tail, 4, 9, 64), Some(vec![5, 6, 7, 8, 9]));
        assert_eq!(seqs(&tail, 6, 8, 64), Some(vec![7, 8]));
        assert_eq!(seqs(&tail, 6, 9, 1), Some(vec![7]));
        assert_eq!(seqs(&tail, 3, 9, 64), None);
        assert_eq!(seqs(&tail, 9, 12, 64), None);
        let reached = |at| {
            let reached = (0..12).filter(|seq| tail.reaches(LOG, *seq, Timestamp::from_micros(at)));
            reached.collect::<Vec<u64>>()
        };
        assert_eq!(reached(0), [4, 5, 6, 7, 8, 9]);
        assert_eq!(reached(AGE_MICROS), [9]);
        assert!(!tail.reaches(OTHER, 5, Timestamp::from_micros(0)));
    }

    #[test]
    fn a_gap_begins_a_new_run_and_a_latecomer_changes_nothing() {
        let tail = tail([5, 6, 9, 8, 10].map(|seq| row(LOG, seq, 0, 1)));
        assert_eq!(seqs(&tail, 4, 10, 64), None);
        assert_eq!(seqs(&tail, 8, 10, 64), Some(vec![9, 10]));
        tail.extend(vec![row(OTHER, 1, 0, 1)], Timestamp::from_micros(0));
        assert_eq!(tail.lock().order.len(), 3);
    }

    #[test]
    fn it_is_bounded_in_bytes_over_all_circles() {
        let tail =
            tail((1..=9).flat_map(|seq| [LOG, OTHER].map(|log| row(log, seq, 0, BYTES_MAX / 8))));
        assert!(tail.lock().bytes <= BYTES_MAX);
        assert_eq!(seqs(&tail, 0, 9, 64), None);
        assert_eq!(seqs(&tail, 8, 9, 64), Some(vec![9]));
    }

    #[test]
    fn old_rows_leave_and_with_them_all_they_cost() {
        let tail = tail((1..=3).map(|seq| row(LOG, seq, 0, 1)));
        let late = AGE_MICROS;
        tail.extend(vec![row(OTHER, 1, late, 1)], Timestamp::from_micros(late));
        assert!(!tail.lock().runs.contains_key(&LOG));
        assert_eq!(tail.lock().bytes, ROW_BYTES + 1);
        assert_eq!(tail.lock().order.len(), 1);
        assert_eq!(tail.lock().runs.len(), 1);
    }
}
