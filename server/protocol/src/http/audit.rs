//! The audit log, as supervisors and administrators ask it; and what a client sees of it.

use serde::{Deserialize, Serialize};

use super::PersonCard;
use crate::{AccountId, AuditView, EntryId, PersonId, Role, Timestamp};

bodies! {
    /// Which entries of the audit log?
    AskAudit {
        /// What is asked.
        view: AuditView,
        /// The client or person; needed where the question is about one.
        #[serde(default)]
        person: Option<PersonId>,
        /// Not before.
        #[serde(default)]
        from: Option<Timestamp>,
        /// Before.
        #[serde(default)]
        until: Option<Timestamp>,
        /// Only what was refused.
        #[serde(default)]
        denied: bool,
        /// Where the page before this one ended: its `next`.
        #[serde(default)]
        before: Option<String>,
    }

    /// Who has looked at my record?
    AskAccess {
        /// The client for whom the caller acts; absent: the caller's own record.
        #[serde(default)]
        client: Option<PersonId>,
        /// Not before.
        #[serde(default)]
        from: Option<Timestamp>,
        /// Before.
        #[serde(default)]
        until: Option<Timestamp>,
        /// Where the page before this one ended: its `next`.
        #[serde(default)]
        before: Option<String>,
    }

    /// A page of the audit log, newest first.
    AuditPage {
        /// At most [`crate::limits::AUDIT_PAGE`].
        entries: Vec<AuditEntry>,
        /// For the next page; absent on the last.
        next: Option<String>,
    }

    /// One act, or one refusal.
    AuditEntry {
        /// The entry.
        id: EntryId,
        /// When.
        at: Timestamp,
        /// What: a word of the server's table of rights, such as `read_circle`.
        act: String,
        /// The code with which it was refused; absent if it was done.
        denied: Option<String>,
        /// Who; absent for the server itself.
        person: Option<PersonId>,
        /// By which account.
        account: Option<AccountId>,
        /// Their name.
        name: Option<String>,
        /// Their role now.
        role: Option<Role>,
        /// Why: `care`, `acting_for` (in the client's place), `link`, `recovery`, `enrolment`, `scheduling`, `installation`.
        purpose: String,
        /// What kind of thing it was done to.
        object: String,
        /// The client whom it concerns.
        client: Option<PersonId>,
        /// The client's name.
        client_name: Option<String>,
        /// The first position in a circle's log.
        first_seq: Option<u64>,
        /// The last.
        last_seq: Option<u64>,
    }

    /// About whom the audit log can be asked.
    AuditPeople {
        /// Everybody with an account, in the order in which they were added.
        people: Vec<PersonCard>,
    }
}
