//! What a device asks of the server over HTTPS, and what it is answered.

use protocol::{AccountId, CircleId, Code, DeviceId, OpId, PersonId};
use serde::de::DeserializeOwned;

use crate::link::SignInLink;

/// What a request was for.
#[derive(Debug, Clone)]
pub enum Ask {
    LookUp(Box<LookingUp>),
    Redeem,
    Challenge,
    Renew,
    /// The server's share of what seals a browser's rows.
    Share,
    Ticket,
    PutKeyPackages,
    Circles,
    /// One circle, because of the first notice in the inbox.
    Circle(CircleId),
    Found(CircleId),
    /// Key packages for these accounts.
    Claim(CircleId, Vec<AccountId>),
    Commit(CircleId, OpId),
    /// A Welcome, because of the first notice in the inbox.
    Welcome(CircleId),
    /// One circle, because something there needs it.
    CircleAgain(CircleId),
    /// A group's public state, in order to come into it.
    GroupInfo(CircleId),
    Distress(CircleId),
    History(CircleId, crate::state::Gap),
    Devices,
    Vault,
    /// The vault that follows this version, with the wrap of this recovery code.
    PutVault(u64, Option<crate::recovery::Code>),
    BeginEnrolment,
    Approve,
    Decline,
    Offer,
    Collect,
    Revoke(DeviceId),
    OpenRecovery(Box<crate::recovery::Code>),
    RecoverDevice,
    Succeed,
    PutCertificate,
    SignOut,
    /// An invitation for a person.
    Invite(PersonId),
    /// How a person's invitation stands.
    Intake(PersonId),
    /// It is confirmed or ended.
    Settle(PersonId),
    /// How this device's own stands.
    OwnIntake,
}

impl Ask {
    /// Whether both ask how one thing stands at the server.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::CircleAgain(one), Self::CircleAgain(other)) => one == other,
            (Self::Intake(one), Self::Intake(other)) => one == other,
            (Self::Circles, Self::Circles)
            | (Self::OwnIntake, Self::OwnIntake)
            | (Self::Devices, Self::Devices)
            | (Self::Vault, Self::Vault) => true,
            _ => false,
        }
    }

    /// Where it is read how something stands; none for what does more than read, or waits for its answer
    /// in a way of its own.
    pub fn reading(&self) -> Option<String> {
        match self {
            Self::CircleAgain(id) => Some(format!("/v1/circles/{id}")),
            Self::Circles => Some("/v1/circles".to_owned()),
            Self::Devices => Some("/v1/devices".to_owned()),
            Self::Vault => Some("/v1/vault".to_owned()),
            _ => None,
        }
    }
}

/// Before what could not be read is asked for again, milliseconds.
pub const READ_AGAIN_MS: u32 = 2_000;

/// A link being looked at.
#[derive(Clone)]
pub struct LookingUp(pub SignInLink);

impl std::fmt::Debug for LookingUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LookingUp(…)")
    }
}

/// An HTTP answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'b> {
    /// The number of the request that it answers: later ones have greater numbers.
    pub number: u32,
    pub status: u16,
    pub body: &'b [u8],
}

impl Answer<'_> {
    /// The server could not be reached or could not answer: the same request may be sent again.
    pub fn is_passing(&self) -> bool {
        self.status == 0 || self.status == 429 || self.status >= 500
    }

    /// The same, or the session has ended: that says nothing about what was asked, which may have been
    /// done when it was asked before.
    pub fn is_no_answer(&self) -> bool {
        self.is_passing() || self.status == 401
    }

    /// A JSON body, if the request was done.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        (200..300)
            .contains(&self.status)
            .then(|| serde_json::from_slice(self.body).ok())?
    }

    /// Why it was refused.
    pub fn refusal(&self) -> (Code, String) {
        /// What a device reads of an `ErrorBody`; the rest is for pages, and would only be a larger
        /// download here.
        #[derive(serde::Deserialize)]
        struct Refused {
            code: Code,
            detail: String,
        }
        serde_json::from_slice(self.body).map_or(
            (Code::Internal, String::new()),
            |Refused { code, detail }| (code, detail),
        )
    }
}
