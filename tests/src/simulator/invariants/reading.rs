//! I3 and I9 of one device: what it has read in the end, and what alone excuses it from a message.

use std::collections::BTreeSet;

use super::log::{Log, Seat};

/// What a device can read.
pub struct Readable {
    /// What was archived since its account came in: also what was said before it was there itself.
    archived: BTreeSet<Seat>,
    /// What was archived nowhere, and said while it was in the circle. However often it fell out of step: it counts
    /// from where it first came in.
    heard: BTreeSet<Seat>,
}

/// What a device shows.
#[derive(Debug, Default)]
pub struct Shown {
    /// Places of texts.
    pub texts: BTreeSet<Seat>,
    /// Places where it says that something was said and not kept for it.
    pub not_kept: BTreeSet<Seat>,
}

/// What a device could do nothing about.
pub struct Excuses<'a> {
    /// It goes on from an old copy of its disk.
    pub put_back: bool,
    /// Where it says that era keys are missing: (generation, before, until).
    pub dark: &'a [(u32, u64, u64)],
}

impl Readable {
    /// Of a device that first came in at one place, of an account that may read since another.
    pub fn of(log: &Log, since: Seat, came: Seat) -> Self {
        let (mut archived, mut heard) = (BTreeSet::new(), BTreeSet::new());
        for (generation, entry) in log.written() {
            let seat = (*generation, entry.seq);
            if seat <= since {
                continue;
            }
            if !entry.wrap.is_empty() {
                archived.insert(seat);
            } else if seat > came {
                heard.insert(seat);
            }
        }
        Self { archived, heard }
    }

    /// A message that it never read, without an excuse. Whoever goes on from an old copy may have lost the only copy
    /// of an era's key, and says so ("not yet"); and what was kept nowhere. Whoever was out of step says at each
    /// place that something was said there.
    pub fn lost(&self, shown: &Shown, excuses: &Excuses<'_>) -> Option<Seat> {
        let is_dark = |(generation, seq): &Seat| {
            let mut dark = excuses.dark.iter();
            dark.any(|(of, before, until)| of == generation && seq < before && seq > until)
        };
        let mut archived = self.archived.difference(&shown.texts);
        let archived = archived.find(|seat| !(excuses.put_back && is_dark(seat)));
        let mut heard = self.heard.difference(&shown.texts);
        let heard = heard.find(|seat| !(excuses.put_back || shown.not_kept.contains(*seat)));
        archived.or(heard).copied()
    }

    /// A message that it shows and cannot have read.
    pub fn strange(&self, shown: &Shown) -> Option<Seat> {
        let readable = |seat: &Seat| self.archived.contains(seat) || self.heard.contains(seat);
        shown.texts.iter().find(|seat| !readable(seat)).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::frame::LogEntry;
    use protocol::{Bytes, DeviceId, EntryKind, OpId, Timestamp, Urgency};

    use super::*;

    const CAME: Seat = (0, 2);
    const HONEST: Excuses<'static> = Excuses {
        put_back: false,
        dark: &[],
    };

    /// Two messages before a device came and two after it, of each two the second one archived.
    fn readable() -> Readable {
        let entries = [(1, false), (2, true), (3, false), (4, true)];
        let entries = entries.map(|(seq, archived)| {
            let entry = LogEntry {
                seq,
                kind: EntryKind::Message,
                epoch: 0,
                device: DeviceId::from_bytes([1; 16]),
                op_id: OpId::from_bytes([2; 16]),
                mls: Bytes::default(),
                body: vec![1].into(),
                wrap: if archived {
                    vec![1].into()
                } else {
                    Bytes::default()
                },
                era: 0,
                urgency: Urgency::Routine,
                accepted_at: Timestamp::from_micros(0),
            };
            (0, entry)
        });
        let log = Log {
            entries: entries.into(),
            since: BTreeMap::new(),
            came: BTreeMap::new(),
            group_info: Vec::new(),
        };
        Readable::of(&log, (0, 0), CAME)
    }

    fn shown(texts: &[u64], not_kept: &[u64]) -> Shown {
        let seats = |seqs: &[u64]| seqs.iter().map(|seq| (0, *seq)).collect();
        Shown {
            texts: seats(texts),
            not_kept: seats(not_kept),
        }
    }

    #[test]
    fn a_device_reads_what_was_archived_and_what_was_said_while_it_was_there() {
        let all = shown(&[2, 3, 4], &[]);
        assert_eq!(readable().lost(&all, &HONEST), None);
        assert_eq!(readable().strange(&all), None);
        for (lost, rest) in [(2, [3, 4]), (3, [2, 4]), (4, [2, 3])] {
            let some = shown(&rest, &[]);
            assert_eq!(readable().lost(&some, &HONEST), Some((0, lost)));
        }
    }

    #[test]
    fn nobody_reads_what_was_kept_nowhere_and_said_before_they_were_there() {
        assert_eq!(readable().strange(&shown(&[1], &[])), Some((0, 1)));
        assert_eq!(readable().strange(&shown(&[9], &[])), Some((0, 9)));
    }

    #[test]
    fn only_what_was_kept_nowhere_may_be_missed_and_the_device_says_so() {
        let missed = shown(&[2, 4], &[3]);
        assert_eq!(readable().lost(&missed, &HONEST), None);
        let archived = shown(&[2, 3], &[4]);
        assert_eq!(readable().lost(&archived, &HONEST), Some((0, 4)));
    }

    #[test]
    fn an_old_copy_excuses_from_what_was_kept_nowhere_and_from_what_is_dark() {
        let old = Excuses {
            put_back: true,
            dark: &[],
        };
        assert_eq!(readable().lost(&shown(&[2, 4], &[]), &old), None);
        let some = shown(&[2], &[]);
        assert_eq!(readable().lost(&some, &old), Some((0, 4)));
        let dark = Excuses {
            dark: &[(0, 5, 3)],
            ..old
        };
        assert_eq!(readable().lost(&some, &dark), None);
    }
}
