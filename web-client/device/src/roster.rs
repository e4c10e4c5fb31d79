//! What the server says about circles and their people. Titles, names and who is invited are the
//! server's word; who is in the group is the group's own.

use protocol::http::{self, Circles};
use protocol::{CircleId, MemberState};

use crate::error::Result;
use crate::state::{Circle, Named, key};
use crate::turn::{Answer, Ask, Turn};

impl Turn<'_> {
    /// Asks for the whole list.
    pub fn read_circles(&mut self) {
        self.volatile.fresh.clear();
        self.get(Ask::Circles, "/v1/circles".to_owned());
    }

    /// The whole list came. It may have been read before a notice's own reading: then that one holds.
    pub fn circles_read(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(Circles { circles }) = answer.json() else {
            return Ok(());
        };
        for known in self.draft.circles()? {
            let listed = circles.iter().any(|circle| circle.id == known.id);
            if !listed && known.joined.is_none() {
                self.draft.delete(&key::circle(known.id));
                self.circles_changed = true;
            }
        }
        for circle in circles {
            if !self.volatile.fresh.contains(&circle.id) {
                self.merge_circle(circle)?;
            }
        }
        Ok(())
    }

    /// One circle came, because of a notice.
    pub fn circle_read(&mut self, id: CircleId, answer: Answer<'_>) -> Result<()> {
        if let Some(circle) = answer.json::<http::Circle>() {
            self.volatile.fresh.insert(id);
            self.merge_circle(circle)?;
        } else if answer.status == 404
            && self
                .draft
                .circle(id)?
                .is_some_and(|circle| circle.joined.is_none())
        {
            self.draft.delete(&key::circle(id));
            self.circles_changed = true;
        }
        self.notice_done(answer.is_passing());
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
            .filter(|member| member.state != MemberState::Left)
            .map(|member| Named {
                account: member.account,
                name: member.name,
                role: member.role,
                state: member.state,
            })
            .collect();
        // Another device of the same person joins by itself.
        circle.awaiting = told.awaiting;
        circle.awaiting.retain(|account| Some(*account) != me);
        circle.may_add = told.may_add;
        self.draft.save(&circle);
        self.circles_changed = true;
        self.volatile.blocked.remove(&circle.id);
        self.in_circle(circle.id, |turn| {
            turn.tend(circle.id)?;
            turn.flush(circle.id)
        })
    }
}
