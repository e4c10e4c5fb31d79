//! Bodies about key packages (RFC 9420, section 10): what a device leaves at the server so that others can bring it
//! into a circle while it is away, and what one who adds somebody takes from there.
//!
//! Each is good once, for one circle; the last resort is what is handed out when no other is left.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Bytes, CircleId, DeviceId, OpId, Role};

bodies! {
    /// Key packages of this session's device.
    PutKeyPackages {
        /// Each an `MLSMessage(KeyPackage)`, used once.
        one_time: Vec<Bytes>,
        /// Replaces the last one handed out when no other is left.
        last_resort: Option<Bytes>,
    }

    /// How many one-time key packages are left.
    KeyPackageCount {
        /// One-time ones.
        left: u32,
    }

    /// One key package for every device of these accounts that is not in the circle's group.
    ClaimKeyPackages {
        /// The request's id.
        op_id: OpId,
        /// The circle they are for, and for no other.
        circle: CircleId,
        /// Accounts that the circle names.
        accounts: Vec<AccountId>,
    }

    /// The claimed key packages.
    ClaimedKeyPackages {
        /// In ascending order of device id.
        claimed: Vec<ClaimedKeyPackage>,
    }

    /// One claimed key package.
    ClaimedKeyPackage {
        /// The account.
        account: AccountId,
        /// Its role in the circle.
        role: Role,
        /// The account identity key as the server knows it.
        aik: Bytes,
        /// The device.
        device: DeviceId,
        /// `MLSMessage(KeyPackage)`.
        key_package: Bytes,
    }
}
