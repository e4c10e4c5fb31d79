//! What people see of the device's state.

use protocol::{AccountId, CircleStatus, MemberState};

use crate::api::{
    CirclePhase, CircleView, History, Joining, Me as MeView, MemberView, Status, Trouble,
};
use crate::error::{Error, Result};
use crate::sealing::Sealed;
use crate::state::{Circle, GroupMember, Why};
use crate::turn::Turn;
use crate::verification::safety_number;

impl Turn<'_> {
    /// How the device stands.
    pub fn status(&self) -> Result<Status> {
        let is_closed = self.volatile.sealed == Sealed::Closed;
        let me = self.me()?.map(|me| MeView {
            account: me.identity.account,
            person: me.person,
            name: me.name.clone(),
            role: me.role,
            agency: me.agency_name.clone(),
            // A closed device does not know its own identity key.
            safety_number: if is_closed {
                String::new()
            } else {
                safety_number(me.identity.account, &me.identity.aik_public())
            },
        });
        Ok(Status {
            me,
            link: self.link(),
            awaits: self.awaits()?,
            joining: self.joining()?,
            sealed: is_closed,
        })
    }

    /// How far a new device has come into its person's circles; nothing once it is in all of them.
    pub fn joining(&self) -> Result<Option<Joining>> {
        let Some(me) = self.me()? else {
            return Ok(None);
        };
        let belongs = |circle: &&Circle| {
            circle.members.iter().any(|named| {
                named.account == me.identity.account && named.state == MemberState::Confirmed
            })
        };
        let circles = self.draft.circles()?;
        let of = circles.iter().filter(belongs).count();
        let done = circles
            .iter()
            .filter(belongs)
            .filter(|circle| circle.joined.is_some())
            .count();
        let count = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Ok((done < of).then(|| Joining {
            done: count(done),
            of: count(of),
        }))
    }

    /// Every circle, by title.
    pub fn circle_views(&self) -> Result<Vec<CircleView>> {
        let me = self.me()?.map(|me| me.identity.account);
        // Only the vault or another device could still bring an era's key.
        let devices = self.volatile.devices.as_ref();
        let alone = devices.is_some_and(|told| told.devices.len() < 2);
        let missing = if self.volatile.vault_read && alone {
            History::Lost
        } else {
            History::NotYet
        };
        let mut views = self
            .draft
            .circles()?
            .iter()
            .map(|circle| view(circle, me, missing))
            .collect::<Result<Vec<_>>>()?;
        views.sort_by(|a, b| a.title.cmp(&b.title).then(a.id.cmp(&b.id)));
        Ok(views)
    }
}

fn view(circle: &Circle, me: Option<AccountId>, missing: History) -> Result<CircleView> {
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
            } else if named.state == MemberState::Left {
                MemberState::Left
            } else if circle.joined.is_some() {
                MemberState::Invited
            } else {
                named.state
            };
            MemberView {
                account: named.account,
                name: named.name.clone(),
                role: in_group.map_or(named.role, |member| member.role),
                state,
                new_key: circle.new_key(named.account).is_some(),
                safety_number: (circle.new_key(named.account))
                    .or(in_group.map(|member| &member.aik))
                    .map(|aik| safety_number(named.account, aik)),
                verified: in_group.is_some_and(|member| member.verified),
                verified_by: in_group.and_then(|member| Some(member.met?.verifier)),
                verified_ms: in_group.and_then(|member| Some(member.met?.at.micros() / 1_000)),
                me: me == Some(named.account),
            }
        })
        .chain(unnamed(circle))
        .collect();
    Ok(CircleView {
        id: circle.id,
        title: circle.title.clone(),
        phase,
        members,
        trouble: trouble(circle),
        history: if !circle.gaps.is_empty() || awaits_first_era(circle) {
            History::Coming
        } else if circle.dark.is_empty() {
            History::Ready
        } else {
            missing
        },
        keeps_history: circle.history().is_kept(),
        removing: (circle.joined.as_ref()).is_some_and(|joined| !joined.leaving.is_empty()),
        newest,
    })
}

/// The message behind the commit that brought this device in has not come: it says what may be read.
fn awaits_first_era(circle: &Circle) -> bool {
    let joined = circle.joined.as_ref();
    joined.is_some_and(|joined| joined.lacks_era() && joined.era_floor == 0)
}

/// Whoever is in the group and whom the server does not name: people see everybody who can read.
fn unnamed(circle: &Circle) -> impl Iterator<Item = MemberView> {
    let members = circle.joined.iter().flat_map(|joined| &joined.members);
    let named = |member: &&GroupMember| {
        let mut named = circle.members.iter();
        named.all(|named| named.account != member.account)
    };
    members.filter(named).map(|member| MemberView {
        account: member.account,
        name: String::new(),
        role: member.role,
        state: MemberState::Confirmed,
        verified: member.verified,
        verified_by: member.met.map(|met| met.verifier),
        verified_ms: member.met.map(|met| met.at.micros() / 1_000),
        safety_number: Some(safety_number(member.account, &member.aik)),
        new_key: false,
        me: false,
    })
}

/// What is wrong, the worst first.
fn trouble(circle: &Circle) -> Option<Trouble> {
    if circle.stopped.is_some() {
        return Some(Trouble::SecurityStop);
    }
    match (circle.status, &circle.fallen) {
        (CircleStatus::NeedsReset, _) => Some(Trouble::NeedsReset),
        (CircleStatus::Recovering, _) => Some(Trouble::Recovering),
        _ if !circle.new_keys.is_empty() => Some(Trouble::NewKey),
        (_, Some(fallen)) => Some(match fallen.why {
            Why::OldCopy => Trouble::OldCopy,
            Why::Clock => Trouble::Clock,
            Why::OutOfStep | Why::Asked => Trouble::Rejoining,
        }),
        _ => None,
    }
}

fn in_group(circle: &Circle, account: AccountId) -> Option<&GroupMember> {
    circle
        .joined
        .as_ref()?
        .members
        .iter()
        .find(|member| member.account == account)
}
