//! Bodies about staff: who there is, whom they serve, and how clients go from one to another.

use serde::{Deserialize, Serialize};

use super::PersonCard;
use crate::{
    AccountId, AddressState, OpId, PersonId, Role, StaffState, Timestamp, TransferId, TransferState,
};

bodies! {
    // --- the administrator's people ---------------------------------------------------------------

    /// The agency's staff and its record-keeper. No client, no caregiver.
    Staff {
        /// In the order in which they were added.
        members: Vec<StaffCard>,
    }

    /// One member of staff.
    StaffCard {
        /// The person.
        person: PersonId,
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The role.
        role: Role,
        /// How far they have come.
        state: StaffState,
        /// Until when the link is good that was given out last; absent when none is.
        invited_until: Option<Timestamp>,
        /// The day on which one of their devices was last at work, in the agency's zone.
        seen_on: Option<String>,
        /// Whether mails reach them; not where.
        address: AddressState,
    }

    /// Somebody comes to work here.
    InviteStaff {
        /// The request's id: the same one again gets a fresh link instead of the lost one.
        op_id: OpId,
        /// The name.
        name: String,
        /// `case_manager`, `supervisor`, `administrator` or `custodian`.
        role: Role,
    }

    /// Give out a new link; earlier ones are void.
    InviteAgain {
        /// The request's id.
        op_id: OpId,
    }

    /// A one-time link for a member of staff. Shown once: the server keeps a hash of its secret.
    StaffLink {
        /// The account that it opens.
        account: AccountId,
        /// The fragment after `#`: `/link/<secret>.<fingerprint>`.
        link: String,
        /// When it ends.
        expires_at: Timestamp,
    }

    /// What somebody is in the agency from now on. Their sessions and sockets end at once.
    ChangeRole {
        /// The request's id.
        op_id: OpId,
        /// `case_manager`, `supervisor` or `administrator`.
        role: Role,
    }

    /// Somebody works here no longer, or everything of theirs is to be signed out.
    EndStaff {
        /// The request's id.
        op_id: OpId,
    }

    /// An account was ended.
    StaffEnded {
        /// Clients whom nobody serves now: a supervisor assigns them.
        clients_left: u32,
    }

    // --- the supervisor's view --------------------------------------------------------------------

    /// Who serves whom, and what waits. No title, no message, no caregiver.
    Caseloads {
        /// Every client, in the order in which they were added.
        clients: Vec<ServedClient>,
        /// Every case manager whose account was not ended.
        managers: Vec<ManagerLoad>,
    }

    /// A client as a supervisor sees them.
    ServedClient {
        /// The client.
        person: PersonId,
        /// The name.
        name: String,
        /// Who serves them now.
        served_by: Vec<ServedBy>,
        /// Offered to a colleague who has not answered.
        offered: bool,
        /// Circles around them.
        circles: u32,
        /// What their case managers are asked to see to.
        tasks: u32,
        /// Since when the oldest of that waits.
        waiting_since: Option<Timestamp>,
        /// When the next appointment begins.
        next_appointment: Option<Timestamp>,
    }

    /// One who serves a client.
    ServedBy {
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The role.
        role: Role,
        /// Handed over: they serve until then.
        until: Option<Timestamp>,
    }

    /// What one case manager has in hand.
    ManagerLoad {
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// Whether a device of theirs has come in.
        active: bool,
        /// Clients entrusted to them, handed-over ones aside.
        clients: u32,
        /// What they are asked to see to.
        tasks: u32,
        /// Since when the oldest of that waits.
        waiting_since: Option<Timestamp>,
    }

    /// A case manager serves a client from now on.
    AssignClient {
        /// The request's id.
        op_id: OpId,
        /// The case manager.
        staff: AccountId,
        /// The client.
        client: PersonId,
    }

    /// A case manager serves a client no longer. Their devices leave the client's circles.
    EndAssignment {
        /// The request's id.
        op_id: OpId,
        /// The case manager.
        staff: AccountId,
        /// The client.
        client: PersonId,
    }

    // --- from one case manager to another ---------------------------------------------------------

    /// Would you take these clients over?
    OfferTransfer {
        /// The request's id.
        op_id: OpId,
        /// The colleague.
        to: AccountId,
        /// Clients of the caller's, at most [`crate::limits::TRANSFER_CLIENTS_MAX`].
        clients: Vec<PersonId>,
        /// What the colleague should know; sealed at rest.
        note: String,
    }

    /// Yes.
    AcceptTransfer {
        /// The request's id.
        op_id: OpId,
    }

    /// No.
    DeclineTransfer {
        /// The request's id.
        op_id: OpId,
        /// Why; sealed at rest.
        reason: String,
    }

    /// Not any more.
    WithdrawTransfer {
        /// The request's id.
        op_id: OpId,
    }

    /// The caller's offers, and to whom they can offer.
    Transfers {
        /// Offered to the caller and open, newest first.
        incoming: Vec<TransferCard>,
        /// Offered by the caller, open or settled lately, newest first.
        outgoing: Vec<TransferCard>,
        /// Case managers who could take clients over.
        colleagues: Vec<PersonCard>,
    }

    /// One client offered to a colleague.
    TransferCard {
        /// The offer.
        id: TransferId,
        /// The client.
        client: PersonId,
        /// The client's name.
        client_name: String,
        /// Who offers.
        from: AccountId,
        /// Their name.
        from_name: String,
        /// To whom.
        to: AccountId,
        /// Their name.
        to_name: String,
        /// What the colleague should know.
        note: String,
        /// How far it has come.
        state: TransferState,
        /// Why it was declined.
        reason: Option<String>,
        /// When it was offered.
        offered_at: Timestamp,
        /// Until when it waits for an answer.
        expires_at: Timestamp,
        /// When it was settled.
        settled_at: Option<Timestamp>,
        /// Appointments to come with the client.
        appointments: u32,
        /// Circles around the client.
        circles: u32,
    }

    /// Somebody who serves the client comes into an existing circle, because a human inside says so.
    NameMember {
        /// The request's id.
        op_id: OpId,
        /// A case manager who serves the circle's client.
        account: AccountId,
    }
}
