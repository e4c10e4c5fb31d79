//! Bodies of signing in and of the authenticators by which a person does.
//!
//! What a browser's WebAuthn says and hears travels as the JSON text of its own specification
//! (WebAuthn Level 3, section 5.1.8: `PublicKeyCredentialCreationOptionsJSON`,
//! `PublicKeyCredentialRequestOptionsJSON`, `RegistrationResponseJSON`, `AuthenticationResponseJSON`).

//!
//! A password is OPAQUE's (RFC 9807: ristretto255, SHA-512, 3DH); its messages travel as bytes. Both
//! sides put [`OPAQUE_CONTEXT`] and the server's name into the transcript.

use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::{AuthenticatorId, AuthenticatorKind, Bytes, DeviceId, Timestamp};

/// What the two sides of a sign-in by password agree on (RFC 9807, section 6.1: the context), before the
/// server's name.
pub const OPAQUE_CONTEXT: &[u8] = b"carecircle/opaque/v1|";

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
        /// Others use this device too: the session ends soon when nobody acts.
        #[serde(default)]
        shared: bool,
    }

    /// "I have a password": the first message. Answered in the same way whatever is right or wrong
    /// about it; each counts as a failure until it is finished.
    AskPassword {
        /// The login name as it was typed, at most [`crate::limits::LOGIN_BYTES_MAX`].
        login: String,
        /// KE1.
        ke1: Bytes,
        /// The device that shall hold the session.
        device: DeviceId,
        /// 32 bytes of the device's choosing.
        nonce: Bytes,
        /// The device key over `SHA-256(KE1) || nonce || server name`, label
        /// [`crate::labels::LOGIN`], 64 bytes. Only the account's own devices are told what opens
        /// with its password; whoever else asks gets an answer that opens with none.
        signature: Bytes,
    }

    /// The server's answer. The same shape for everybody.
    PasswordAsked {
        /// Names this ceremony, 32 bytes, single use, [`crate::limits::CEREMONY_S`].
        ceremony: Bytes,
        /// KE2.
        ke2: Bytes,
    }

    /// The password was right: a session for this device.
    SignInByPassword {
        /// From [`PasswordAsked`].
        ceremony: Bytes,
        /// KE3.
        ke3: Bytes,
        /// As in [`AskPassword`].
        device: DeviceId,
        /// 32 bytes of the device's choosing.
        nonce: Bytes,
        /// The device key over `ceremony || nonce || server name`, label
        /// [`crate::labels::LOGIN`], 64 bytes.
        signature: Bytes,
        /// Others use this device too: the session ends soon when nobody acts.
        shared: bool,
    }

    /// What the password led to.
    PasswordShown {
        /// The session.
        session: SignedIn,
        /// It can do nothing yet: a code or a passkey must follow within
        /// [`crate::limits::SECOND_FACTOR_S`].
        second_factor: bool,
    }

    /// The second factor after a password: what the code app shows.
    SignInByCode {
        /// [`crate::limits::CODE_DIGITS`] digits; spaces do not count.
        code: String,
    }

    /// A new password of the caller's account, or another one in its place: the first message.
    AskNewPassword {
        /// The login name that goes with it, chosen by the person.
        login: String,
        /// OPAQUE's registration request.
        request: Bytes,
    }

    /// The server's answer.
    NewPasswordAsked {
        /// Names this ceremony, 32 bytes, single use, [`crate::limits::CEREMONY_S`].
        ceremony: Bytes,
        /// OPAQUE's registration response.
        response: Bytes,
    }

    /// What the server keeps: nothing by which it could learn the password.
    RegisterPassword {
        /// From [`NewPasswordAsked`].
        ceremony: Bytes,
        /// OPAQUE's registration record.
        record: Bytes,
        /// Others use this device too: the session ends soon when nobody acts.
        #[serde(default)]
        shared: bool,
    }

    /// What a code app must be told. Shown once.
    CodeAppAsked {
        /// Names this ceremony, 32 bytes, [`crate::limits::CEREMONY_S`].
        ceremony: Bytes,
        /// For typing: base32, 32 characters.
        secret: String,
        /// For scanning: `otpauth://totp/...`.
        uri: String,
    }

    /// The code app knows it: here is a code of it.
    RegisterCodeApp {
        /// From [`CodeAppAsked`].
        ceremony: Bytes,
        /// As in [`SignInByCode`].
        code: String,
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
        /// A password's login name.
        login: Option<String>,
    }
}
