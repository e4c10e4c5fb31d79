//! Bodies of signing in and of the authenticators by which a person does.
//!
//! What a browser's WebAuthn says and hears travels as the JSON text of its own specification
//! (WebAuthn Level 3, section 5.1.8: `PublicKeyCredentialCreationOptionsJSON`,
//! `PublicKeyCredentialRequestOptionsJSON`, `RegistrationResponseJSON`, `AuthenticationResponseJSON`).

use serde::{Deserialize, Serialize};

use crate::{AuthenticatorId, AuthenticatorKind, Bytes, DeviceId, Timestamp};

bodies! {
    /// By what a device can sign in at this server.
    SignInWays {
        /// The demo: its signature alone is enough.
        device_alone: bool,
    }

    /// What a passkey is asked. The same shape for everybody: it names no account.
    PasskeyAsked {
        /// Names this ceremony, 32 bytes, single use, [`crate::limits::CEREMONY_S`].
        ceremony: Bytes,
        /// `{"publicKey": ...}` with the options, JSON.
        options: String,
    }

    /// A session by a passkey, for this device.
    SignInByPasskey {
        /// From [`PasskeyAsked`].
        ceremony: Bytes,
        /// `AuthenticationResponseJSON`, at most [`crate::limits::PASSKEY_JSON_BYTES_MAX`].
        credential: String,
        /// The device that shall hold the session; one of the passkey's account.
        device: DeviceId,
        /// 32 bytes of the device's choosing.
        nonce: Bytes,
        /// The device key over `ceremony || nonce || server name`, label
        /// [`crate::labels::LOGIN`], 64 bytes.
        signature: Bytes,
        /// Others use this device too: the session ends soon when nobody acts.
        shared: bool,
    }

    /// A new passkey of the caller's account.
    RegisterPasskey {
        /// From [`PasskeyAsked`].
        ceremony: Bytes,
        /// `RegistrationResponseJSON`, at most [`crate::limits::PASSKEY_JSON_BYTES_MAX`].
        credential: String,
    }

    /// By what the caller signs in.
    Authenticators {
        /// Oldest first.
        authenticators: Vec<AuthenticatorCard>,
    }

    /// One of them.
    AuthenticatorCard {
        /// The authenticator.
        id: AuthenticatorId,
        /// What it is.
        kind: AuthenticatorKind,
        /// Since when.
        added_at: Timestamp,
        /// When somebody last signed in by it.
        used_at: Option<Timestamp>,
    }
}
