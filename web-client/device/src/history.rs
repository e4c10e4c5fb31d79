//! Whether a circle keeps history (messaging.md, section 7): who wants it how, and what follows when it changes.
//!
//! The group's policy says it, and staff or the client change it by a commit. Where history is kept, every message is
//! archived under the era's key and later devices of the same people read it. Where none is kept, nothing is archived
//! and there is no key: a device reads what it received itself and nothing older. When history is kept again, that
//! commit begins a new era, so nothing from before it can be read by its key.

use protocol::frame::LogEntry;
use protocol::policy::{CirclePolicy, HistoryMode};
use protocol::{AccountId, CircleId, Code};

use crate::api::Content;
use crate::content::{BodyKey, Era, wrap_matches};
use crate::error::{Error, Result};
use crate::state::{Circle, key};
use crate::turn::Turn;

/// Within so many epochs of a group nobody has had time to decide anew: it is made, and its people are added.
const FIRST_EPOCHS: u64 = 1;

impl Turn<'_> {
    /// A person of staff or the client says whether a circle is to keep history. It is stored until the group's
    /// policy says so, and may come before this device has heard of the circle: it then founds it so.
    pub fn keep_history(&mut self, id: CircleId, keep: bool) -> Result<()> {
        if !judge::may_set_history(self.must_me()?.role) {
            return Err(Error::refused(
                Code::NotAllowed,
                "staff or the client say whether history is kept",
            ));
        }
        let history = if keep {
            HistoryMode::Eras
        } else {
            HistoryMode::Off
        };
        self.draft.write(&key::keep(id), &history);
        // What is on its way may bring the opposite, and this is the last word.
        let under_way = [key::candidate(id), key::founding(id)];
        if under_way.iter().all(|at| self.draft.find(at).is_none()) {
            self.settle_wish(id)?;
        }
        self.volatile.blocked.remove(&id);
        self.in_circle(id, |turn| turn.tend(id))
    }

    /// What this device's person wants and no policy has said yet.
    pub fn kept(&self, id: CircleId) -> Result<Option<HistoryMode>> {
        self.draft.read(&key::keep(id))
    }

    /// The same, where the policy of the circle's group says otherwise.
    pub fn wanted_history(&self, circle: &Circle) -> Result<Option<HistoryMode>> {
        let Some(joined) = &circle.joined else {
            return Ok(None);
        };
        let wanted = self.kept(circle.id)?;
        Ok(wanted.filter(|wanted| *wanted != joined.history))
    }

    /// The policy says this now. If it is what this person wanted, that is done: whoever changes it later is not
    /// contradicted.
    pub fn history_is(&mut self, id: CircleId, history: HistoryMode) -> Result<()> {
        if self.kept(id)? == Some(history) {
            self.draft.delete(&key::keep(id));
        }
        Ok(())
    }

    /// Nothing of this device's is on its way in a circle: what holds there already is no wish.
    pub fn settle_wish(&mut self, id: CircleId) -> Result<()> {
        match self.draft.circle(id)?.and_then(|circle| circle.joined) {
            Some(joined) => self.history_is(id, joined.history),
            None => Ok(()),
        }
    }

    /// This device came in by the commit that made this epoch, and saw none of those between that and the last one
    /// it knows. What its person wanted before may have been done there, and undone by somebody since: nobody is
    /// overruled by what is old. To be called before what the device knows is written anew.
    pub fn doubt_wish(&mut self, policy: &CirclePolicy, epoch: u64) -> Result<()> {
        let id = policy.circle;
        self.history_is(id, policy.history)?;
        let known = self.draft.known(id)?;
        let known = known.filter(|known| known.policy.generation == policy.generation);
        let seen = known.map_or(FIRST_EPOCHS, |known| known.epoch);
        if epoch > seen.saturating_add(1) {
            self.drop_wish(id, "history may have been switched meanwhile")?;
        }
        Ok(())
    }

    /// What this person wanted, if anything, is not done, and they are told.
    pub fn drop_wish(&mut self, id: CircleId, why: &str) -> Result<()> {
        if self.kept(id)?.is_some() {
            self.draft.delete(&key::keep(id));
            self.problem(Some(id), Code::HistoryNotSet, why);
        }
        Ok(())
    }

    /// The first era that may ever be handed on to people who come in now. `begun`: this device made the commit
    /// that brings them, and holds its era already; else it is the one behind the newest.
    pub fn first_era(
        &self,
        circle: &Circle,
        (generation, history): (u32, HistoryMode),
        begun: bool,
    ) -> u32 {
        let newest = self.newest_era(circle.id, generation);
        if history.is_kept() {
            return newest.map_or(0, |era| if begun { era } else { era + 1 });
        }
        // Nothing is handed on until history is kept again, and that begins an era after all others.
        newest
            .map_or(0, |era| era + 1)
            .max(circle.era.saturating_add(1))
    }

    /// A commit changed whether history is kept, or did not. What held before is over: its last key stays, for
    /// what was archived under it, and opens nothing that is said from here on.
    pub fn settle_history(
        &mut self,
        circle: &mut Circle,
        (entry, by): (&LogEntry, AccountId),
        history: HistoryMode,
    ) -> Result<()> {
        let own = self.must_me()?.identity.device == entry.device;
        let Some(joined) = &mut circle.joined else {
            return Ok(());
        };
        let before = std::mem::replace(&mut joined.history, history);
        self.history_is(circle.id, history)?;
        if before == history {
            return Ok(());
        }
        let kept = history.is_kept();
        if !kept {
            joined.era = None;
        } else if !own {
            // Only an era with a new number may hold, so that nobody has its key from before. This device's own
            // commit has begun one.
            joined.era_floor = joined.era_floor.saturating_add(1);
        }
        self.note(circle, entry, 1, Content::HistorySet { by, kept })
    }

    /// The era that holds after this device's own commit, which was adopted.
    pub fn hold_own_era(&mut self, circle: &mut Circle, era: Option<&Era>) -> Result<()> {
        if let Some(era) = era {
            return self.hold_era(circle, era);
        }
        if let Some(joined) = &mut circle.joined {
            joined.era = None;
        }
        Ok(())
    }

    /// What the sender put into the archive must be what it sent, and nothing where none is kept; if not, people
    /// learn of it.
    pub fn check_wrap(&mut self, circle: &Circle, body_key: &BodyKey, entry: &LogEntry) {
        let joined = circle.joined.as_ref();
        let (right, detail) = if circle.history().is_kept() {
            let era = joined.and_then(|joined| joined.era.as_ref());
            let archived = era.is_some_and(|era| {
                era.era == entry.era && wrap_matches(era, body_key, &entry.wrap)
            });
            (archived, "a message was not archived as it was sent")
        } else {
            let detail = "a message was archived where no history is kept";
            (entry.wrap.is_empty(), detail)
        };
        if !right {
            self.problem(Some(circle.id), Code::Judged, detail);
        }
    }

    /// Whether reading back can show this device anything: what is or was archived, or the place of its own message
    /// that is on its way. A circle that never kept history is still in its first era.
    pub fn reads_back(&self, circle: &Circle, history: HistoryMode) -> bool {
        let holds = |prefix: &[u8]| !self.draft.keys(prefix).is_empty();
        let ever_kept = history.is_kept() || circle.era > 0;
        ever_kept || holds(&key::eras(circle.id)) || holds(&key::outbox(circle.id))
    }
}

#[cfg(test)]
mod tests {
    use protocol::bundle::CommitBundle;
    use protocol::{Bytes, DeviceId, EntryKind, MessageId, OpId, Urgency};

    use super::*;
    use crate::ask::Answer;
    use crate::content::Payload;
    use crate::invented::{NOW, dana, maria};
    use crate::rows::Rows;
    use crate::state::{Candidate, Joined, Me};
    use crate::volatile::Volatile;

    const CIRCLE: CircleId = CircleId::from_bytes([9; 16]);

    fn policy(history: HistoryMode) -> CirclePolicy {
        CirclePolicy {
            circle: CIRCLE,
            generation: 0,
            members: Vec::new(),
            custodians: Vec::new(),
            retention: String::new(),
            history,
            client_version_min: 1,
        }
    }

    /// Somebody's device in a circle, at the sixth era if history is kept.
    fn rows(me: &Me, history: HistoryMode) -> Rows {
        let mut circle = Circle::new(CIRCLE);
        circle.status = protocol::CircleStatus::Live;
        circle.era = 5;
        let mut joined = Joined::new(0, 7, &policy(history), NOW);
        joined.era_floor = 5;
        joined.era = history.is_kept().then_some(era(5));
        circle.joined = Some(joined);
        [
            (key::ME.to_vec(), protocol::frame::to_vec(me)),
            (key::circle(CIRCLE), protocol::frame::to_vec(&circle)),
        ]
        .into()
    }

    fn era(era: u32) -> Era {
        Era { era, key: [1; 32] }
    }

    fn begin(rows: &Rows) -> (Turn<'_>, Circle) {
        let turn = Turn::new(rows, Volatile::default(), "localhost", NOW);
        let circle = turn.draft.circle(CIRCLE).unwrap().unwrap();
        (turn, circle)
    }

    /// An entry of somebody else's device.
    fn entry(kind: EntryKind, wrap: Bytes) -> LogEntry {
        LogEntry {
            seq: 8,
            kind,
            epoch: 0,
            device: DeviceId::from_bytes([0x77; 16]),
            op_id: OpId::from_bytes([1; 16]),
            mls: Bytes::default(),
            body: vec![1].into(),
            wrap,
            era: 0,
            urgency: Urgency::Routine,
            accepted_at: NOW,
        }
    }

    fn warnings(turn: &Turn<'_>) -> Vec<String> {
        let warning = |effect: &crate::api::Effect| match effect {
            crate::api::Effect::Event {
                event: crate::api::Event::Problem { detail, .. },
            } => Some(detail.clone()),
            _ => None,
        };
        turn.effects.iter().filter_map(warning).collect()
    }

    #[test]
    fn a_wish_holds_until_the_policy_says_it_and_no_longer() {
        let rows = rows(&maria(), HistoryMode::Eras);
        let (mut turn, mut circle) = begin(&rows);
        let me = turn.must_me().unwrap().identity.account;
        turn.keep_history(CIRCLE, false).unwrap();
        assert!(turn.wants_commit(&circle).unwrap());
        assert_eq!(
            turn.wanted_history(&circle).unwrap(),
            Some(HistoryMode::Off)
        );
        let commit = entry(EntryKind::Commit, Bytes::default());
        let at = (&commit, me);
        turn.settle_history(&mut circle, at, HistoryMode::Off)
            .unwrap();
        assert_eq!(circle.history(), HistoryMode::Off);
        // Somebody else has it kept again: this device does not contradict.
        turn.settle_history(&mut circle, at, HistoryMode::Eras)
            .unwrap();
        assert_eq!(turn.wanted_history(&circle).unwrap(), None);
        assert!(!turn.wants_commit(&circle).unwrap());
    }

    #[test]
    fn what_holds_already_is_no_wish() {
        let rows = rows(&dana(), HistoryMode::Off);
        let (mut turn, circle) = begin(&rows);
        turn.keep_history(CIRCLE, false).unwrap();
        assert_eq!(turn.kept(CIRCLE).unwrap(), None);
        assert!(!turn.wants_commit(&circle).unwrap());
    }

    /// A commit of this device's that is on its way.
    fn candidate() -> Candidate {
        Candidate {
            bundle: CommitBundle {
                op_id: OpId::from_bytes([2; 16]),
                commit: vec![1].into(),
                group_info: Bytes::default(),
                welcome: None,
                era_next: Bytes::default(),
                era: 0,
                send_counter: 1,
            },
            changes: Vec::new(),
            era: None,
            place: None,
            brings_succession: false,
            shared: Vec::new(),
        }
    }

    #[test]
    fn the_last_word_outlives_the_one_before_that_is_on_its_way() {
        let rows = rows(&maria(), HistoryMode::Eras);
        let (mut turn, mut circle) = begin(&rows);
        let me = turn.must_me().unwrap().identity.account;
        turn.keep_history(CIRCLE, false).unwrap();
        turn.draft.write(&key::candidate(CIRCLE), &candidate());
        turn.keep_history(CIRCLE, true).unwrap();
        let commit = entry(EntryKind::Commit, Bytes::default());
        turn.settle_history(&mut circle, (&commit, me), HistoryMode::Off)
            .unwrap();
        let wanted = turn.wanted_history(&circle).unwrap();
        assert_eq!(wanted, Some(HistoryMode::Eras));
    }

    #[test]
    fn a_last_word_that_holds_already_is_no_wish_once_nothing_is_on_its_way() {
        let rows = rows(&maria(), HistoryMode::Eras);
        let (mut turn, _) = begin(&rows);
        turn.draft.write(&key::candidate(CIRCLE), &candidate());
        turn.keep_history(CIRCLE, true).unwrap();
        let refused = Answer {
            number: 1,
            status: 409,
            body: br#"{"code":"stale","detail":""}"#,
        };
        turn.committed(CIRCLE, candidate().bundle.op_id, refused)
            .unwrap();
        assert_eq!(turn.kept(CIRCLE).unwrap(), None);
    }

    #[test]
    fn an_old_wish_overrules_nothing_that_this_device_did_not_see() {
        let rows = rows(&maria(), HistoryMode::Eras);
        for (known, epoch, stays) in [
            (None, 2, true),
            (None, 3, false),
            (Some((0, 7)), 8, true),
            (Some((0, 7)), 9, false),
            // It knew another generation.
            (Some((1, 7)), 3, false),
        ] {
            let (mut turn, _) = begin(&rows);
            if let Some((generation, epoch)) = known {
                let before = CirclePolicy {
                    generation,
                    ..policy(HistoryMode::Eras)
                };
                turn.draft.know(&before, epoch);
            }
            turn.keep_history(CIRCLE, false).unwrap();
            turn.doubt_wish(&policy(HistoryMode::Eras), epoch).unwrap();
            let case = format!("{known:?} {epoch}");
            assert_eq!(turn.kept(CIRCLE).unwrap().is_some(), stays, "{case}");
            assert_eq!(warnings(&turn).is_empty(), stays, "{case}");
        }
    }

    #[test]
    fn a_caregiver_does_not_say_whether_history_is_kept() {
        let ana = Me {
            role: protocol::Role::Caregiver,
            ..maria()
        };
        let rows = rows(&ana, HistoryMode::Eras);
        let (mut turn, _) = begin(&rows);
        let refused = turn.keep_history(CIRCLE, false);
        assert!(matches!(
            refused,
            Err(Error::Refused {
                code: Code::NotAllowed,
                ..
            })
        ));
        assert_eq!(turn.kept(CIRCLE).unwrap(), None);
    }

    #[test]
    fn without_history_a_message_waits_for_no_key() {
        for (history, wants) in [(HistoryMode::Eras, true), (HistoryMode::Off, false)] {
            let rows = rows(&maria(), history);
            let (turn, mut circle) = begin(&rows);
            circle.joined.as_mut().unwrap().era = None;
            let waiting = [key::outbox(CIRCLE), vec![0]].concat();
            turn.draft.write(&waiting, &true);
            assert_eq!(turn.wants_commit(&circle).unwrap(), wants);
        }
    }

    #[test]
    fn no_key_is_taken_where_no_history_is_kept() {
        let rows = rows(&maria(), HistoryMode::Off);
        let (mut turn, mut circle) = begin(&rows);
        let me = turn.must_me().unwrap();
        let sender = judge::certificate::read_device_cert(&me.identity.certificate).unwrap();
        let message = entry(EntryKind::Message, Bytes::default());
        let from = (&me, &sender);
        turn.begin_epoch(&mut circle, from, &Payload::Era(era(6)), &message)
            .unwrap();
        assert_eq!(warnings(&turn), ["an archive key where no history is kept"]);
        assert!(circle.joined.as_ref().unwrap().era.is_none());
        assert!(turn.draft.keys(key::ERAS).is_empty(), "nor kept");
    }

    #[test]
    fn a_key_from_before_holds_no_more_when_history_is_kept_again() {
        let rows = rows(&maria(), HistoryMode::Eras);
        let (mut turn, mut circle) = begin(&rows);
        let commit = entry(EntryKind::Commit, Bytes::default());
        let at = (&commit, protocol::AccountId::from_bytes([3; 16]));
        turn.settle_history(&mut circle, at, HistoryMode::Off)
            .unwrap();
        assert!(circle.joined.as_ref().unwrap().era.is_none());
        turn.settle_history(&mut circle, at, HistoryMode::Eras)
            .unwrap();
        assert!(!turn.may_hold(&circle, &era(5)).unwrap());
        assert!(turn.may_hold(&circle, &era(6)).unwrap());
    }

    #[test]
    fn whoever_comes_while_no_history_is_kept_is_never_given_a_key_from_before() {
        let rows = rows(&dana(), HistoryMode::Off);
        let (turn, circle) = begin(&rows);
        turn.draft.write(&key::era(CIRCLE, 0, 5), &era(5));
        for own in [true, false] {
            let first = turn.first_era(&circle, (0, HistoryMode::Off), own);
            assert_eq!(first, 6);
        }
        let first = turn.first_era(&circle, (0, HistoryMode::Eras), true);
        assert_eq!(first, 5, "kept, and the commit's own era is the newest");
    }

    #[test]
    fn a_wrap_where_none_belongs_is_told() {
        let body_key = BodyKey {
            message: MessageId::from_bytes([4; 16]),
            key: [5; 32],
            hash: [6; 32],
        };
        let wrapped = crate::content::wrap(&era(5), &body_key);
        let rows = rows(&maria(), HistoryMode::Off);
        let (mut turn, circle) = begin(&rows);
        let honest = entry(EntryKind::Message, Bytes::default());
        turn.check_wrap(&circle, &body_key, &honest);
        assert!(warnings(&turn).is_empty());
        let archived = entry(EntryKind::Message, wrapped);
        turn.check_wrap(&circle, &body_key, &archived);
        assert_eq!(
            warnings(&turn),
            ["a message was archived where no history is kept"]
        );
    }
}
