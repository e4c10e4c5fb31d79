//! Bodies about people: a client with everybody around them, as whoever serves them sees it.
//!
//! A card says who somebody is and how they stand to the client; what else there is to know of a person has bodies of
//! its own and is asked for by itself.

use serde::{Deserialize, Serialize};

use super::{Consent, Representation};
use crate::{AccountId, CircleId, CircleStatus, PersonId, Role, Timestamp};

bodies! {
    /// The people whom the caller may see.
    People {
        /// For staff their caseload; for a client the client's own card; for a caregiver nobody.
        clients: Vec<ClientCard>,
    }

    /// A client with everybody around them.
    ClientCard {
        /// The client.
        person: PersonId,
        /// The client's account.
        account: AccountId,
        /// The client's name.
        name: String,
        /// By which number they are called, for the case managers who serve them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// They have come: a device of theirs is here, and somebody has said that it is them.
        here: bool,
        /// Staff assigned now, those aside who have handed the client over.
        staff: Vec<PersonCard>,
        /// Staff who have handed the client over and still serve them for a while.
        handing_over: Vec<HandingOver>,
        /// Caregivers on record.
        caregivers: Vec<CaregiverCard>,
        /// The client's circles.
        circles: Vec<CircleCard>,
    }

    /// One who handed a client over to a colleague.
    HandingOver {
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The role.
        role: Role,
        /// To whom.
        to: AccountId,
        /// Until when they still serve the client.
        until: Timestamp,
    }

    /// A person, in short.
    PersonCard {
        /// The person.
        person: PersonId,
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The role.
        role: Role,
    }

    /// A caregiver and what the client allowed them.
    CaregiverCard {
        /// The person.
        person: PersonId,
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// What they are to the client, as the agency wrote it ("daughter").
        relationship: String,
        /// By which number they are called, for the case managers who serve the client and while the client lets the
        /// agency speak with them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// They have come: a device of theirs is here, and somebody has said that it is them.
        here: bool,
        /// Every consent, newest first.
        consents: Vec<Consent>,
        /// By what right they act for the client, newest first.
        represents: Vec<Representation>,
    }

    /// A circle, in short.
    CircleCard {
        /// The circle.
        id: CircleId,
        /// Its title.
        title: String,
        /// What condition it is in.
        status: CircleStatus,
        /// Accounts in it that have not left.
        members: Vec<AccountId>,
    }
}
