//! The small closed vocabularies of `product.md`, with one spelling each.
//!
//! The text form (snake case) stands in JSON and in the database; the integer stands in CBOR.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $n:literal $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        #[cbor(index_only)]
        pub enum $name { $($(#[$vdoc])* #[n($n)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one spelling, in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads the one spelling.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    )+};
}

words! {
    /// What an account may be in the agency.
    Role {
        /// The person served.
        0 Client = "client",
        /// Daughter, neighbour, home aide: invited under a consent.
        1 Caregiver = "caregiver",
        /// Staff with a caseload.
        2 CaseManager = "case_manager",
        /// Staff who see coverage and clocks, never content from outside a circle.
        3 Supervisor = "supervisor",
        /// Staff who run the server.
        4 Administrator = "administrator",
        /// The agency's own record-keeping member device.
        5 Custodian = "custodian",
    }

    /// How soon a message wants an answer. Visible to the server on purpose; the text is not.
    Urgency {
        /// In the ordinary course.
        0 Routine = "routine",
        /// Wants acknowledgement.
        1 Urgent = "urgent",
        /// Wants a human now.
        2 Crisis = "crisis",
    }

    /// What a row of a circle's log is.
    EntryKind {
        /// An MLS commit.
        0 Commit = "commit",
        /// An MLS proposal of the server's.
        1 Proposal = "proposal",
        /// An application message.
        2 Message = "message",
        /// A row that carries no ciphertext (reset, redaction).
        3 Marker = "marker",
    }

    /// How far someone has come into a circle.
    MemberState {
        /// Named by a human, not yet in the group; has no right yet.
        0 Invited = "invited",
        /// In the encrypted group.
        1 Confirmed = "confirmed",
        /// Gone.
        2 Left = "left",
    }

    /// What condition a circle is in.
    CircleStatus {
        /// Its people are named; no device has made the group yet.
        0 Planned = "planned",
        /// It has a group and takes messages.
        1 Live = "live",
        /// The server was restored from a backup older than its devices.
        2 Recovering = "recovering",
        /// Only a reset by staff can heal it.
        3 NeedsReset = "needs_reset",
    }

    /// On what ground a consent stands.
    ConsentBasis {
        /// The client said so, and staff wrote it down.
        0 Verbal = "verbal",
        /// The client signed.
        1 Written = "written",
        /// A guardian or court order.
        2 Legal = "legal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_json_agrees() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(*role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!(Role::parse("nobody"), None);
    }
}
