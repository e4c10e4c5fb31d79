//! Bodies about who somebody is: the link that an account is opened by, the session that a device then has, the
//! ticket that brings it to a websocket, and the agency that all of them are the server of.
//!
//! How somebody signs in again by passkey, password or code is in [`super::SignInWays`] and what stands beside it; here is
//! what every way ends in.

use serde::{Deserialize, Serialize};

use super::Inviter;
use crate::{AccountId, Bytes, DeviceId, OpId, PersonId, Role, Timestamp};

bodies! {
    /// Who is this link for? Changes nothing.
    LookUpInvitation {
        /// The one-time secret from the link's fragment, 16 bytes.
        secret: Bytes,
    }

    /// A link that can still be used.
    InvitationFound {
        /// The account that the link opens.
        account: AccountId,
        /// Its role.
        role: Role,
        /// The person's name, as the agency wrote it.
        name: String,
        /// The agency.
        agency: Agency,
        /// When the link ends.
        expires_at: Timestamp,
        /// Whose device made the invitation; absent of a link of the installation's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inviter: Option<Inviter>,
    }

    /// What a device pins about the agency.
    Agency {
        /// Its name, as shown to people.
        name: String,
        /// Its Ed25519 public key, 32 bytes. SHA-256 of it stands in every link.
        key: Bytes,
        /// The current removal key: an encoded [`crate::certificate::Signed`] whose content is a
        /// [`crate::certificate::RemovalKey`]. In it stands how earlier agency keys led to this one.
        removal_key: Bytes,
    }

    /// The link's person enrols this device: keys made here, the account's first.
    RedeemInvitation {
        /// The request's id: the same one again gets the same answer and a fresh session.
        op_id: OpId,
        /// The one-time secret, 16 bytes.
        secret: Bytes,
        /// The account identity key (AIK), Ed25519 public key, 32 bytes.
        aik: Bytes,
        /// An encoded [`crate::certificate::Signed`] [`crate::certificate::DeviceCert`].
        certificate: Bytes,
        /// For the inviting device, 32 bytes; absent for a link of the installation's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mac: Option<Bytes>,
    }

    /// Who this session is.
    SignedIn {
        /// The account.
        account: AccountId,
        /// The person.
        person: PersonId,
        /// The person's name.
        name: String,
        /// The role.
        role: Role,
        /// The device that the session holds.
        device: DeviceId,
        /// The agency.
        agency: Agency,
        /// When the session ends without a request (it moves with each).
        idle_at: Timestamp,
        /// When it ends in any case.
        ends_at: Timestamp,
    }

    /// The server's half of what seals a browser's stored rows. The other half never leaves the device, so that a
    /// disk alone opens nothing, and neither does the server. Once the device is taken out, this half is gone.
    DeviceShare {
        /// The half, 32 random bytes: made when the device first asks, the same ever after.
        share: Bytes,
        /// The device may keep it while it is signed in, so that it reads offline: a client's or a caregiver's own.
        /// Never staff's, and never one that others use too; such a device asks again each time it is opened.
        keep: bool,
    }

    /// Demo only: ask for a challenge to sign.
    AskChallenge {
        /// The device.
        device: DeviceId,
    }

    /// Demo only: 32 bytes of the server's making.
    Challenge {
        /// Single use, [`crate::limits::TICKET_S`].
        challenge: Bytes,
    }

    /// Demo only: a session by the device's signature alone.
    RenewSession {
        /// The device.
        device: DeviceId,
        /// The challenge, 32 bytes.
        challenge: Bytes,
        /// 32 bytes of the device's choosing.
        nonce: Bytes,
        /// The device key over `challenge || nonce || server name`, label
        /// [`crate::labels::LOGIN`], 64 bytes.
        signature: Bytes,
    }

    /// For the first frame of one websocket.
    Ticket {
        /// 32 bytes, single use.
        ticket: Bytes,
        /// When it ends.
        expires_at: Timestamp,
    }
}
