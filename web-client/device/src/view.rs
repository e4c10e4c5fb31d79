//! What people see of the device's state.

use protocol::{AccountId, MemberState};

use crate::api::{CirclePhase, CircleView, Me as MeView, MemberView, Status};
use crate::error::{Error, Result};
use crate::state::{Circle, GroupMember};
use crate::turn::Turn;

impl Turn<'_> {
    /// How the device stands.
    pub fn status(&self) -> Result<Status> {
        let me = self.me()?.map(|me| MeView {
            account: me.identity.account,
            person: me.person,
            name: me.name.clone(),
            role: me.role,
            agency: me.agency_name.clone(),
        });
        Ok(Status {
            me,
            link: self.link(),
        })
    }

    /// Every circle, by title.
    pub fn circle_views(&self) -> Result<Vec<CircleView>> {
        let me = self.me()?.map(|me| me.identity.account);
        let mut views = self
            .draft
            .circles()?
            .iter()
            .map(|circle| view(circle, me))
            .collect::<Result<Vec<_>>>()?;
        views.sort_by(|a, b| a.title.cmp(&b.title).then(a.id.cmp(&b.id)));
        Ok(views)
    }
}

fn view(circle: &Circle, me: Option<AccountId>) -> Result<CircleView> {
    let phase = match (&circle.stopped, &circle.joined) {
        (Some(_), _) => CirclePhase::Stopped,
        (None, Some(_)) => CirclePhase::Ready,
        (None, None) => CirclePhase::Waiting,
    };
    let newest = circle
        .newest
        .as_ref()
        .map(|bytes| minicbor_serde::from_slice(bytes))
        .transpose()
        .map_err(|_| Error::Store("an item does not read"))?;
    let members = circle
        .members
        .iter()
        .map(|named| {
            let in_group = in_group(circle, named.account);
            let state = if in_group.is_some() {
                MemberState::Confirmed
            } else if circle.joined.is_some() {
                MemberState::Invited
            } else {
                named.state
            };
            MemberView {
                account: named.account,
                name: named.name.clone(),
                role: named.role,
                state,
                verified: in_group.is_some_and(|member| member.verified),
                me: me == Some(named.account),
            }
        })
        .collect();
    Ok(CircleView {
        id: circle.id,
        title: circle.title.clone(),
        phase,
        members,
        newest,
    })
}

fn in_group(circle: &Circle, account: AccountId) -> Option<&GroupMember> {
    circle
        .joined
        .as_ref()?
        .members
        .iter()
        .find(|member| member.account == account)
}
