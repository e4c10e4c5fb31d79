//! Bodies about the mails of an appointment: who got which, who will, and why not.

use serde::{Deserialize, Serialize};

use crate::{DeliveryState, MailReason, ParticipantId, Role, Step};

use super::LocalTime;

bodies! {
    /// The mails of one appointment. It says neither to which address they went nor what stood in them.
    VisitMails {
        /// The client first; who left, if there was ever a mail for them.
        people: Vec<MailsToPerson>,
    }

    /// Those to one of its people.
    MailsToPerson {
        /// Their part.
        participant: ParticipantId,
        /// The name.
        name: String,
        /// In what role.
        role: Role,
        /// Step by step, of each the oldest first; all people's together at most
        /// [`crate::limits::VISIT_MAILS_LISTED_MAX`] that were ever planned, the latest ones.
        mails: Vec<VisitMail>,
    }

    /// One of them, or one that there is not.
    VisitMail {
        /// What it is for.
        step: Step,
        /// When it was sent, or else was or is due, in the reader's zone; absent if it was never planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<LocalTime>,
        /// What became of it.
        state: DeliveryState,
        /// Why it did not come, or comes at another time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<MailReason>,
        /// It speaks for the whole series.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        series: bool,
    }
}
