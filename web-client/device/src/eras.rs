//! Archive eras and the history that they open (messaging.md, section 7).
//!
//! Whose a message of the past is, nothing in it proves: who has the era's key could have put any name into it. So it must
//! be from a device of that person's, by the group's certificates or, once the device has gone, by the server's word.
//!
//! A message's content key travels twice: in MLS, for those who are in the group, and wrapped under the
//! era's key, for later devices of the same people. So history is read without MLS, newest first.

use std::collections::BTreeMap;

use protocol::bundle::HistoryPage;
use protocol::certificate::DeviceCert;
use protocol::frame::LogEntry;
use protocol::{AccountId, CircleId, Code, DeviceId, EntryKind};

use crate::api::{Content, Item, Progress};
use crate::ask::{Answer, Ask};
use crate::content::{Era, Payload, open_body, unwrap};
use crate::error::Result;
use crate::group::Group;
use crate::state::{Circle, Gap, Me, key};
use crate::turn::Turn;

/// Before a page is asked for again, milliseconds.
const RETRY_MS: u32 = 2_000;
/// Circles whose history is read at the same time.
const AT_ONCE: usize = 2;

/// Accounts by their devices.
type Owners = BTreeMap<DeviceId, AccountId>;

impl Turn<'_> {
    /// Whether an era may hold from here on: none before the newest, and no number twice. What the group itself has not
    /// named yet, this device knows from the vault at most, or from whoever gave it earlier keys: the group is right.
    pub fn may_hold(&self, circle: &Circle, era: &Era) -> Result<bool> {
        let Some(joined) = &circle.joined else {
            return Ok(false);
        };
        let known = self.draft.find_era(circle.id, joined.generation, era.era)?;
        let same = || known.is_none_or(|known| known == *era);
        Ok(era.era > joined.era_floor || (era.era == joined.era_floor && same()))
    }

    /// An era's key came: it holds from here on, and it is kept.
    pub fn hold_era(&mut self, circle: &mut Circle, era: &Era) -> Result<()> {
        let Some(joined) = &mut circle.joined else {
            return Ok(());
        };
        if joined.era.as_ref() != Some(era) {
            self.counters.eras += 1;
            joined.era_since = self.now;
        }
        circle.era = circle.era.max(era.era);
        joined.era_floor = joined.era_floor.max(era.era);
        let generation = joined.generation;
        joined.era = Some(era.clone());
        self.keep_era(circle.id, generation, era)
    }

    /// The first message of an epoch came, behind its commit: with the key of the era that holds from here on, and
    /// perhaps earlier ones for somebody; without any where no history is kept. Anything else is told, and this
    /// device begins a new era before it sends, if one is due.
    ///
    /// Its number is the one that the server took with the commit. Under any other, the next commit could name none that
    /// the server takes: whoever is in a group could end all changes of it, their own removal among them.
    pub fn begin_epoch(
        &mut self,
        circle: &mut Circle,
        (me, sender): (&Me, &DeviceCert),
        first: &Payload,
        entry: &LogEntry,
    ) -> Result<()> {
        let kept = circle.history().is_kept();
        let named = |era: &Era| era.era == entry.era;
        let detail = match first {
            Payload::Era(era) if kept && named(era) && self.may_hold(circle, era)? => {
                return self.hold_era(circle, era);
            }
            Payload::Shared(era, shares) if kept && named(era) && self.may_hold(circle, era)? => {
                return self.take_shared(circle, (me, sender), (era, shares), entry);
            }
            Payload::NoEra if !kept => return Ok(()),
            Payload::NoEra => "no archive key where history is kept",
            _ if !kept => "an archive key where no history is kept",
            Payload::Era(era) | Payload::Shared(era, _) if !named(era) => {
                "an archive key under another number than the log's"
            }
            // Its key is somebody's who was taken out, or two devices were told different things.
            _ => "an archive key that is older than the one before",
        };
        // The server counts it all the same: the next one comes behind it.
        circle.era = circle.era.max(entry.era);
        self.problem(Some(circle.id), Code::Judged, detail);
        Ok(())
    }

    /// Keeps an era's key, also in the vault. What it opens is read now.
    pub fn keep_era(&mut self, id: CircleId, generation: u32, era: &Era) -> Result<()> {
        let at = key::era(id, generation, era.era);
        if self.draft.read::<Era>(&at)?.as_ref() != Some(era) {
            self.draft.write(&at, era);
            self.vault_changed()?;
        }
        Ok(())
    }

    /// History that could not be read for want of keys is tried again.
    pub fn try_dark_history(&mut self) -> Result<()> {
        for mut circle in self.draft.circles()? {
            if !circle.dark.is_empty() {
                for gap in std::mem::take(&mut circle.dark) {
                    circle.must_read(gap);
                }
                self.circles_changed = true;
                self.draft.save(&circle);
            }
        }
        self.read_histories()
    }

    /// Reads history wherever some is missing, a few circles at a time.
    pub fn read_histories(&mut self) -> Result<()> {
        let wanted: Vec<_> = self
            .draft
            .circles()?
            .into_iter()
            .filter(|circle| !circle.gaps.is_empty())
            .map(|circle| circle.id)
            .rev()
            .collect();
        for id in wanted {
            self.read_history(id)?;
        }
        Ok(())
    }

    /// Asks for the newest page that is missing in one circle.
    pub fn read_history(&mut self, id: CircleId) -> Result<()> {
        let busy = self.volatile.reading.len() >= AT_ONCE || self.volatile.reading.contains(&id);
        if !self.is_online() || busy {
            return Ok(());
        }
        let Some(circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let (Some(gap), true) = (circle.gaps.first(), circle.joined.is_some()) else {
            return Ok(());
        };
        self.volatile.reading.insert(id);
        let path = format!(
            "/v1/circles/{id}/history?generation={}&before={}",
            gap.generation, gap.before
        );
        self.get(Ask::History(id, *gap), path);
        Ok(())
    }

    /// A page of history came.
    pub fn history_came(&mut self, id: CircleId, gap: Gap, answer: Answer<'_>) -> Result<()> {
        self.volatile.reading.remove(&id);
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        circle.gaps.retain(|held| *held != gap);
        if answer.status == 200
            && let Ok(page) = minicbor::decode::<HistoryPage>(answer.body)
        {
            self.take_page(&mut circle, gap, &page)?;
        }
        self.circles_changed = true;
        self.draft.save(&circle);
        self.read_histories()
    }

    fn take_page(&mut self, circle: &mut Circle, gap: Gap, page: &HistoryPage) -> Result<()> {
        let owners = self.owners(circle, page);
        let mut dark: Option<Gap> = None;
        let mut reached = gap.before;
        for entry in &page.entries {
            if entry.seq <= gap.until || entry.seq >= reached {
                break;
            }
            reached = entry.seq;
            if !self.take_entry(circle, (gap, entry), &owners)? {
                let before = dark.map_or(entry.seq.saturating_add(1), |dark| dark.before);
                dark = Some(Gap {
                    before,
                    until: entry.seq.saturating_sub(1),
                    ..gap
                });
            }
        }
        if let Some(dark) = dark {
            circle.dark.push(dark);
        }
        let more = page.more && reached > gap.until.saturating_add(1) && reached < gap.before;
        if more {
            circle.must_read(Gap {
                before: reached,
                ..gap
            });
        }
        Ok(())
    }

    /// Whose devices these are.
    fn owners(&self, circle: &Circle, page: &HistoryPage) -> Owners {
        let named = circle.members.iter().flat_map(|named| {
            let devices = named.devices.iter();
            devices.map(move |device| (*device, named.account))
        });
        let mut owners: Owners = named.collect();
        let said = page.senders.iter();
        owners.extend(said.map(|sender| (sender.device, sender.account)));
        // A group that does not read is the trouble of whoever opens it next.
        if let Some(Ok(group)) = circle.group().map(|id| Group::load(&self.draft, id)) {
            let certified = group.leaves().flatten();
            owners.extend(certified.map(|cert| (cert.device, cert.account)));
        }
        owners
    }

    /// Reads one entry of the past. Answers whether its key is known.
    fn take_entry(
        &mut self,
        circle: &mut Circle,
        (gap, entry): (Gap, &LogEntry),
        owners: &Owners,
    ) -> Result<bool> {
        let me = self.must_me()?;
        let generation = gap.generation;
        if entry.kind != EntryKind::Message || entry.body.is_empty() {
            return Ok(true);
        }
        if entry.device == me.identity.device {
            self.settle_own(circle, &me, (generation, entry))?;
        }
        // It was said while no history was kept: for those who were there, and no key is missing.
        if entry.wrap.is_empty() {
            if gap.missed && entry.device != me.identity.device {
                self.note_not_kept(circle, generation, entry)?;
            }
            return Ok(true);
        }
        let Some(era) = self.draft.find_era(circle.id, generation, entry.era)? else {
            return Ok(false);
        };
        let owner = owners.get(&entry.device).copied();
        let opened = unwrap(&era, &entry.wrap).and_then(|body_key| {
            let body = open_body(&body_key, &entry.body).ok()?;
            let of_here = body.circle == circle.id && body.device == entry.device;
            let own = owner.is_none() || body.account.is_none() || body.account == owner;
            (of_here && own).then_some((body_key, body))
        });
        let Some((body_key, body)) = opened else {
            self.counters.undecryptable += 1;
            return Ok(true);
        };
        let from = body.account.or(owner).unwrap_or(me.identity.account);
        let item = Item {
            id: body_key.message.to_string(),
            seq: Some(key::seat(generation, entry.seq)),
            at_ms: entry.accepted_at.micros() / 1_000,
            content: Content::Text {
                from,
                mine: from == me.identity.account,
                text: body.text,
                urgency: entry.urgency,
                progress: if from == me.identity.account {
                    Progress::Sent
                } else {
                    Progress::Received
                },
            },
        };
        self.put_past(circle, (generation, entry.seq), item)?;
        Ok(true)
    }

    /// Somebody spoke while this device, which was in the group, was out of step, and nothing was archived: people
    /// learn that there was something, and can ask for it.
    fn note_not_kept(
        &mut self,
        circle: &mut Circle,
        generation: u32,
        entry: &LogEntry,
    ) -> Result<()> {
        self.counters.undecryptable += 1;
        let item = Item {
            id: format!("{generation}/{}", entry.seq),
            seq: Some(key::seat(generation, entry.seq)),
            at_ms: entry.accepted_at.micros() / 1_000,
            content: Content::Unreadable {
                reason: "not_kept".to_owned(),
            },
        };
        self.put_past(circle, (generation, entry.seq), item)
    }

    /// An item of the past, at its place.
    fn put_past(
        &mut self,
        circle: &mut Circle,
        (generation, seq): (u32, u64),
        item: Item,
    ) -> Result<()> {
        let place = key::item(circle.id, generation, seq);
        if circle.newest.is_none() {
            self.put_item(circle, place, item)
        } else {
            self.put_old_item(circle.id, place, item)
        }
    }
}

impl crate::rows::Draft<'_> {
    /// An era's key, if this device has it.
    pub fn find_era(&self, id: CircleId, generation: u32, era: u32) -> Result<Option<Era>> {
        self.read(&key::era(id, generation, era))
    }
}
