//! What the server says about circles and their people. Titles, names and who is invited are the
//! server's word; who is in the group is the group's own.

use protocol::http::{self, Circles};
use protocol::{AccountId, CircleId, MemberState};

use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::group::Epoch;
use crate::state::{Circle, Named, key};
use crate::turn::Turn;

impl Turn<'_> {
    /// Asks for the whole list.
    pub fn read_circles(&mut self) {
        self.get_anew(Ask::Circles, "/v1/circles".to_owned());
    }

    /// The whole list came.
    pub fn circles_read(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(Circles {
            circles,
            removal_key,
            agency_key,
        }) = answer.json()
        else {
            return Ok(());
        };
        self.hear_of_agency(&agency_key, removal_key)?;
        for known in self.draft.circles()? {
            let listed = circles.iter().any(|circle| circle.id == known.id);
            if !listed && self.is_newest_of(known.id, answer) {
                self.missed(known)?;
            }
        }
        for circle in circles {
            if self.is_newest_of(circle.id, answer) {
                self.merge_circle(circle)?;
            }
        }
        Ok(())
    }

    /// One circle came, because of a notice or of something that needs it.
    pub fn circle_read(&mut self, id: CircleId, of_notice: bool, answer: Answer<'_>) -> Result<()> {
        if !answer.is_no_answer() && self.is_newest_of(id, answer) {
            if let Some(circle) = answer.json::<http::Circle>() {
                self.merge_circle(circle)?;
            } else if let Some(circle) = self.draft.circle(id)? {
                match answer.status {
                    403 => self.forget(circle)?,
                    404 => self.unknown_there(circle)?,
                    _ => {}
                }
            }
        }
        if of_notice {
            self.notice_done(answer.is_no_answer());
        }
        Ok(())
    }

    /// Whether nothing that was asked later has said how the circle stands: answers overtake each other,
    /// and an older one would bring back what is over.
    fn is_newest_of(&mut self, id: CircleId, answer: Answer<'_>) -> bool {
        let last = self.volatile.circles_read.entry(id).or_default();
        let newest = answer.number >= *last;
        *last = answer.number.max(*last);
        newest
    }

    /// A circle is not in the list any more. Why decides what becomes of it here.
    fn missed(&mut self, circle: Circle) -> Result<()> {
        if circle.joined.is_none() && circle.newest.is_none() {
            return self.forget(circle);
        }
        self.read_circle(circle.id);
        Ok(())
    }

    /// The server knows nothing of a circle that this device was in: it was restored from a copy older
    /// than the circle, or it lies. Neither is a reason to lose what was said. Keys and messages stay,
    /// readable; nothing is sent until the server knows the circle again.
    fn unknown_there(&mut self, mut circle: Circle) -> Result<()> {
        if circle.joined.is_none() && circle.newest.is_none() {
            return self.forget(circle);
        }
        circle.status = protocol::CircleStatus::Recovering;
        self.circles_changed = true;
        self.draft.save(&circle);
        Ok(())
    }

    /// The server says in so many words that this person's right in a circle has ended (403: they left,
    /// the consent or the assignment ended): its keys go, its messages go from the disk, and it is no
    /// longer shown. They could not be read any more without the circle in the list; who finds or takes
    /// the device shall not read them either. The agency's record is the custodian's.
    fn forget(&mut self, mut circle: Circle) -> Result<()> {
        let id = circle.id;
        if self.draft.find(&key::founding(id)).is_some() {
            return Ok(());
        }
        self.leave_generation(&mut circle)?;
        let outbox = self.draft.keys(&key::outbox(id));
        for at in outbox.iter().chain(&self.draft.keys(&key::eras(id))) {
            self.draft.delete(at);
        }
        self.draft.delete(&key::candidate(id));
        self.draft.delete(&key::keep(id));
        self.draft.delete(&key::circle(id));
        self.delete_items(id);
        self.circles_changed = true;
        Ok(())
    }

    fn merge_circle(&mut self, told: http::Circle) -> Result<()> {
        let me = self.me()?.map(|me| me.identity.account);
        let mut circle = self
            .draft
            .circle(told.id)?
            .unwrap_or_else(|| Circle::new(told.id));
        circle.title = told.title;
        circle.status = told.status;
        circle.members = told
            .members
            .into_iter()
            .map(|member| Named {
                account: member.account,
                name: member.name,
                role: member.role,
                state: member.state,
                devices: member.devices,
            })
            .collect();
        // Who left and is invited again is a new person here.
        let left = |account: &AccountId| {
            let named = circle
                .members
                .iter()
                .find(|named| named.account == *account);
            named.is_some_and(|named| named.state == MemberState::Left)
        };
        let mut since = std::mem::take(&mut circle.since);
        since.retain(|since| !left(&since.account));
        circle.since = since;
        // Further devices of people who are in the group already come in by themselves.
        circle.awaiting = told.awaiting;
        let (joined, new_keys) = (circle.joined.as_ref(), &circle.new_keys);
        circle.awaiting.retain(|account| {
            let inside = joined.is_some_and(|joined| {
                joined
                    .members
                    .iter()
                    .any(|member| member.account == *account)
            });
            Some(*account) != me && !inside && !new_keys.iter().any(|held| held.account == *account)
        });
        self.doubt_claim(circle.id);
        circle.may_add = told.may_add;
        circle.generation = told.generation;
        circle.era = told.era;
        circle.planned = told.history;
        self.fall_if_left_out(&mut circle, told.epoch)?;
        self.draft.save(&circle);
        self.status_changed |= joined_count_changes(&circle);
        self.circles_changed = true;
        self.volatile.blocked.remove(&circle.id);
        self.in_circle(circle.id, |turn| {
            turn.tend(circle.id)?;
            turn.flush(circle.id)
        })
    }

    /// Key packages asked for before this was told may have come in between: what is answered to that says
    /// nothing about whom the server names now.
    fn doubt_claim(&mut self, id: CircleId) {
        for ask in self.volatile.asked.values_mut() {
            if let Ask::Claim(circle, accounts) = ask
                && *circle == id
            {
                accounts.clear();
            }
        }
    }

    /// The group goes on without this device though its person is still in it: it comes back by itself.
    /// What was told at an earlier epoch than this device's own is old news.
    fn fall_if_left_out(&mut self, circle: &mut Circle, epoch: u64) -> Result<()> {
        let Some(me) = self.me()? else {
            return Ok(());
        };
        let (account, device) = (me.identity.account, me.identity.device);
        let Some(joined) = &circle.joined else {
            return Ok(());
        };
        let own = circle.members.iter().find(|named| named.account == account);
        let left_out = own.is_some_and(|named| !named.devices.contains(&device));
        let same = joined.generation == circle.generation;
        if left_out && same && circle.status == protocol::CircleStatus::Live {
            let held = circle.group().map(|id| Epoch::read(&self.draft, id));
            if held.transpose()?.is_some_and(|held| held.number() > epoch) {
                return Ok(());
            }
            self.leave_generation(circle)?;
            self.circles_changed = true;
        }
        Ok(())
    }
}

/// A circle that this device is not in yet counts for how far it has come.
fn joined_count_changes(circle: &Circle) -> bool {
    circle.joined.is_none()
}
