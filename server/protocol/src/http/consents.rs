//! Bodies about consents: what a client allowed a caregiver to see or receive, on what ground, from when to when.
//!
//! A consent opens nothing by itself: a circle enters by a human's act. Its end needs nobody: every right that stood on
//! it ends in the same moment.

use serde::{Deserialize, Serialize};

use crate::{AccountId, CircleId, ConsentBasis, ConsentId, OpId, PersonId, Timestamp};

bodies! {
    /// The client allows a caregiver to be in circles that a human then names.
    RecordConsent {
        /// The request's id.
        op_id: OpId,
        /// The client who allows.
        client: PersonId,
        /// The caregiver who is allowed.
        caregiver: PersonId,
        /// On what ground.
        basis: ConsentBasis,
        /// Evidence, in the recorder's words; sealed at rest.
        note: String,
        /// When it ends by itself; `null`: until withdrawn.
        until: Option<Timestamp>,
        /// It also covers appointments: being told their times, taking part.
        appointments: bool,
        /// It also covers being reminded of them; not without `appointments`.
        #[serde(default)]
        reminders: bool,
    }

    /// The client allows it no longer. Ends every right that stood on it, at once and silently.
    WithdrawConsent {
        /// The request's id.
        op_id: OpId,
        /// One mail in neutral words clears the caregiver's calendar of appointments to come.
        #[serde(default)]
        clear_calendar: bool,
    }

    /// What a client allowed a caregiver.
    Consent {
        /// The consent.
        id: ConsentId,
        /// On what ground.
        basis: ConsentBasis,
        /// From when.
        from: Timestamp,
        /// Until when; `null`: until withdrawn.
        until: Option<Timestamp>,
        /// When it was withdrawn.
        withdrawn_at: Option<Timestamp>,
        /// Who withdrew it, where it was neither the client nor staff: a caregiver who acts for the client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withdrawn_for_client_by: Option<AccountId>,
        /// The circles in which it allows messages. A circle enters by a human's act only.
        messages_in: Vec<CircleId>,
        /// It covers appointments: being told their times, taking part.
        appointments: bool,
        /// It covers being reminded of them.
        reminders: bool,
        /// Who wrote it down.
        recorded_by: AccountId,
        /// The evidence, in the recorder's words; for staff and the client.
        note: Option<String>,
    }
}
