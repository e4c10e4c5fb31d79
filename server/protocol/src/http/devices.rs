//! Bodies about a person's own devices: enrolling a second one, taking one away, the vault, recovery.
//!
//! A second device is enrolled by a link that the first one shows, as a QR code or to copy. The link's
//! fragment carries 16 random bytes that the server never sees. Both devices derive from them, by
//! HKDF-SHA256, `lookup` (32 bytes, what the server knows the enrolment by) and a MAC key; the new
//! device's offer is authenticated by it, and six digits from it are compared on both screens.

use serde::{Deserialize, Serialize};

use super::{Agency, SignedIn};
use crate::{AccountId, Bytes, DeviceId, OpId, Role, Timestamp, WrapKind};

bodies! {
    /// The caller's devices, and what they need to know of the account.
    Devices {
        /// Live ones, oldest first.
        devices: Vec<DeviceCard>,
        /// The account identity key as the server knows it, 32 bytes.
        aik: Bytes,
        /// A new device that waits for approval.
        offer: Option<DeviceOffer>,
        /// The vault's version; 0: there is none.
        vault: u64,
        /// What can open the vault: one kind for each wrap.
        wraps: Vec<WrapKind>,
    }

    /// One device.
    DeviceCard {
        /// The device.
        device: DeviceId,
        /// Its encoded [`crate::certificate::Signed`] [`crate::certificate::DeviceCert`].
        certificate: Bytes,
        /// When it was enrolled.
        enrolled_at: Timestamp,
        /// When one of its sessions last made a request.
        seen_at: Option<Timestamp>,
    }

    /// Sign a device of the caller's out for good: its sessions end, circles take it out.
    RevokeDevice {
        /// The request's id.
        op_id: OpId,
    }

    // --- a second device --------------------------------------------------------------------------

    /// The caller's device is about to show a link to a new one. Ends an earlier enrolment.
    BeginEnrolment {
        /// The request's id.
        op_id: OpId,
        /// 32 bytes, derived from the link's secret.
        lookup: Bytes,
    }

    /// The link is good.
    EnrolmentBegun {
        /// Until when: [`crate::limits::ENROLMENT_S`].
        expires_at: Timestamp,
    }

    /// A new device, without a session, answers the link. The same offer again is the same offer; a
    /// second device's is `enrolment_taken`.
    OfferDevice {
        /// As derived from the link.
        lookup: Bytes,
        /// The new device's id and keys.
        offer: DeviceOffer,
    }

    /// A new device's keys.
    DeviceOffer {
        /// The enrolment, 32 bytes.
        lookup: Bytes,
        /// The device.
        device: DeviceId,
        /// The device signing key, Ed25519, 32 bytes.
        dsk: Bytes,
        /// X25519 public key, 32 bytes.
        seal_key: Bytes,
        /// HMAC-SHA-256 under the link's MAC key over `device || dsk || seal_key`, 32 bytes.
        mac: Bytes,
    }

    /// The offer waits for approval on the first device.
    DeviceOffered {
        /// The agency, to be checked against the link.
        agency: Agency,
    }

    /// The first device certifies the new one and seals to it what it needs.
    ApproveDevice {
        /// The request's id.
        op_id: OpId,
        /// The enrolment, 32 bytes.
        lookup: Bytes,
        /// The new device's certificate, signed by the account identity key.
        certificate: Bytes,
        /// Sealed to the new device's `seal_key`, at most [`crate::limits::SEALED_BYTES_MAX`].
        sealed: Bytes,
    }

    /// That device is not mine.
    DeclineDevice {
        /// The enrolment, 32 bytes.
        lookup: Bytes,
    }

    /// The new device asks whether it was approved.
    CollectEnrolment {
        /// The enrolment, 32 bytes.
        lookup: Bytes,
        /// 32 bytes of the device's choosing.
        nonce: Bytes,
        /// The device key over `lookup || nonce || server name`, label [`crate::labels::ENROL`].
        signature: Bytes,
    }

    /// How far the enrolment is.
    Collected {
        /// Absent: not approved yet, ask again.
        approved: Option<Approved>,
    }

    /// The device is enrolled.
    Approved {
        /// Its certificate.
        certificate: Bytes,
        /// What the first device sealed to it.
        sealed: Bytes,
        /// Its session.
        session: SignedIn,
    }

    // --- the vault --------------------------------------------------------------------------------

    /// The account's vault. The server cannot open it.
    Vault {
        /// 0: there is none yet.
        version: u64,
        /// Sealed under the vault's key; empty if there is none.
        sealed: Bytes,
        /// What can open it.
        wraps: Vec<VaultWrap>,
    }

    /// The vault's key, sealed to something that its person has.
    VaultWrap {
        /// To what.
        kind: WrapKind,
        /// The device, of a device's wrap.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// 32 bytes derived from the recovery code, of its wrap; never handed out again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        locator: Option<Bytes>,
        /// The wrapped key, at most [`crate::limits::SEALED_BYTES_MAX`].
        sealed: Bytes,
    }

    /// Replaces the vault, if it is still at the version that was read (`vault_changed` if not).
    PutVault {
        /// The version that this one follows; 0 for the first.
        after: u64,
        /// At most [`crate::limits::VAULT_BYTES_MAX`].
        sealed: Bytes,
        /// Replaces every wrap of these kinds (and, of a device's, of this device); others stay.
        wraps: Vec<VaultWrap>,
    }

    /// The vault as it is now.
    VaultVersion {
        /// From 1.
        version: u64,
    }

    // --- a stolen device --------------------------------------------------------------------------

    /// Replaces the account identity key: every other device of the account must be certified anew.
    ReplaceIdentity {
        /// The request's id.
        op_id: OpId,
        /// The device that was stolen: revoked in the same transaction.
        stolen: DeviceId,
        /// An encoded [`crate::certificate::Signed`] [`crate::certificate::Succession`], signed by
        /// the key that it replaces.
        succession: Bytes,
        /// The caller's device, certified under the new key.
        certificate: Bytes,
        /// The vault under a new key; its wraps replace all earlier ones.
        vault: PutVault,
    }

    /// The caller's device, certified under the account's new identity key.
    PutCertificate {
        /// The certificate.
        certificate: Bytes,
    }

    // --- recovery ---------------------------------------------------------------------------------

    /// What does this recovery code open?
    OpenRecovery {
        /// 32 bytes derived from the code.
        locator: Bytes,
    }

    /// The vault, and the wrap that the code opens.
    RecoveryOpened {
        /// The account.
        account: AccountId,
        /// Its role.
        role: Role,
        /// The agency.
        agency: Agency,
        /// The account identity key as the server knows it, 32 bytes.
        aik: Bytes,
        /// The vault.
        vault: Bytes,
        /// Its key, sealed to the code.
        wrap: Bytes,
    }

    /// A new device of the account, certified by the identity key from the vault.
    RecoverDevice {
        /// The request's id: the same one again gets the same answer and a fresh session.
        op_id: OpId,
        /// 32 bytes derived from the code.
        locator: Bytes,
        /// The new device's certificate.
        certificate: Bytes,
    }

    /// Nothing is left of a person's keys: their devices end, and a new link begins with new keys.
    /// Only in person, at the office.
    AskNewKeys {
        /// The request's id.
        op_id: OpId,
    }

    /// The link to begin anew with.
    NewKeys {
        /// The one-time secret and the agency's fingerprint, as they stand in a link's fragment.
        link: String,
        /// When it ends.
        expires_at: Timestamp,
    }
}
