//! Bringing in who awaits: their key packages are claimed for the circle, looked at, and added by one commit.

use protocol::http::{ClaimKeyPackages, ClaimedKeyPackages};
use protocol::{AccountId, CircleId, Code};

use super::RETRY_MS;
use crate::ask::{Answer, Ask};
use crate::error::{Error, Result};
use crate::group::{Change, Group, Newcomer, Unwelcome, check_newcomer};
use crate::state::Circle;
use crate::turn::Turn;

impl Turn<'_> {
    /// Asks for a key package of every device of those who await.
    pub fn claim(&mut self, circle: &Circle) {
        let accounts = circle.awaiting.clone();
        let ask = Ask::Claim(circle.id, accounts.clone());
        let body = ClaimKeyPackages {
            op_id: Self::op_id(),
            circle: circle.id,
            accounts,
        };
        self.volatile.committing.insert(circle.id);
        self.send_json(ask, "POST", "/v1/key-packages/claim", &body);
    }

    /// Key packages came, for the accounts that were asked for; nothing is `asked` any more if the circle
    /// was read again since.
    pub fn claimed(&mut self, id: CircleId, asked: &[AccountId], answer: Answer<'_>) -> Result<()> {
        self.volatile.committing.remove(&id);
        let Some(ClaimedKeyPackages { claimed }) = answer.json() else {
            if answer.is_no_answer() {
                self.timer(RETRY_MS);
            } else {
                self.volatile.blocked.insert(id);
                let (code, detail) = answer.refusal();
                self.problem(Some(id), code, detail);
            }
            return Ok(());
        };
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let mut good: Vec<Newcomer> = Vec::new();
        for package in &claimed {
            match check_newcomer(&self.draft, package, self.now) {
                Ok(newcomer) if good.iter().all(|other| other.device != newcomer.device) => {
                    good.push(newcomer);
                }
                Ok(_) => {
                    let detail = "the server handed out one device twice";
                    self.problem(Some(id), Code::KeyPackageInvalid, detail);
                }
                Err(Unwelcome::Invalid) => {
                    let detail = "the server handed out a key package that is not the person's";
                    self.problem(Some(id), Code::KeyPackageInvalid, detail);
                }
                Err(Unwelcome::NewKey(aik)) => {
                    circle.offer_new_key(package.account, aik);
                    self.circles_changed = true;
                }
            }
        }
        // Devices that others claimed just before, or that cannot be added: a notice says when one can.
        let came = |account: &AccountId| good.iter().any(|newcomer| newcomer.account == *account);
        let offered = |account: &AccountId| {
            let mut offered = circle.new_keys.iter();
            offered.any(|held| held.account == *account)
        };
        circle
            .awaiting
            .retain(|account| came(account) || !(asked.contains(account) || offered(account)));
        self.draft.save(&circle);
        if good.is_empty() {
            return self.in_circle(id, |turn| turn.tend(id));
        }
        self.in_circle(id, |turn| turn.bring_in(circle, &good))
    }

    /// Brings these devices in. One that the group does not take (its leaf's key is somebody else's, say) is left out:
    /// whoever chose it so stops nobody here and keeps nobody waiting who came beside them.
    fn bring_in(&mut self, mut circle: Circle, newcomers: &[Newcomer]) -> Result<()> {
        let id = circle.id;
        let mut change = self.identity_change(&circle)?;
        change.adds = newcomers.to_vec();
        match self.commit(id, change) {
            Err(Error::Mls(_)) => {}
            done => return done,
        }
        let mut good: Vec<Newcomer> = Vec::new();
        for newcomer in newcomers {
            let more = good.iter().chain([newcomer]).cloned().collect();
            if self.are_taken(&circle, more)? {
                good.push(newcomer.clone());
            }
        }
        let detail = "the group does not take a key package that was handed out";
        self.problem(Some(id), Code::KeyPackageInvalid, detail);
        let of = |newcomers: &[Newcomer], account: AccountId| {
            let mut newcomers = newcomers.iter();
            newcomers.any(|newcomer| newcomer.account == account)
        };
        circle
            .awaiting
            .retain(|account| of(&good, *account) || !of(newcomers, *account));
        self.draft.save(&circle);
        if good.is_empty() {
            return self.tend(id);
        }
        let mut change = self.identity_change(&circle)?;
        change.adds = good;
        self.commit(id, change)
    }

    /// Whether a commit can bring these in.
    fn are_taken(&self, circle: &Circle, adds: Vec<Newcomer>) -> Result<bool> {
        let Some(group) = circle.group() else {
            return Ok(false);
        };
        let me = self.must_me()?;
        let fork = self.draft.fork();
        let change = Change {
            adds,
            ..Change::default()
        };
        let committed = Group::load(&fork, group)?.commit(&me, change);
        match committed {
            Ok(_) => Ok(true),
            Err(Error::Mls(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
