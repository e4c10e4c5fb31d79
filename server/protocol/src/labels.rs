//! Domain separation: what an identity key or a device key signs outside MLS.
//!
//! Everything is signed as `label || SHA-256(content)`, nothing else, so that no byte string of the
//! server's choosing is ever signed directly. MLS signs `SignContent`, which opens with a
//! variable-length integer (RFC 9420, section 5.1.2); read as one, the first byte of every label here
//! (`c`, 0x63) announces 9,057 further bytes that a signed string of at most 96 bytes does not have.
//! So no signature made here can stand for one of MLS, nor the other way round (tested in
//! `tests/vectors`).

/// A device certificate, signed by the account identity key.
pub const DEVICE_CERT: &[u8] = b"carecircle/device-cert/v1";
/// `ticket || nonce || server name`, signed by the device key in the first frame.
pub const HELLO: &[u8] = b"carecircle/hello/v1";
/// `challenge || nonce || server name`, signed by the device key to renew a session (demo only).
pub const LOGIN: &[u8] = b"carecircle/login/v1";
/// "I met this person and this is their key", signed by the verifier's account identity key.
pub const VERIFIED_BY: &[u8] = b"carecircle/verified-by/v1";
/// A removal key and its term, signed by the agency key.
pub const REMOVAL_KEY: &[u8] = b"carecircle/removal-key/v1";
/// A new account identity key, signed by the one that it replaces.
pub const SUCCESSION: &[u8] = b"carecircle/succession/v1";
/// A new agency key, signed by the one that it replaces.
pub const AGENCY_SUCCESSION: &[u8] = b"carecircle/agency-succession/v1";
/// `lookup || nonce || server name`, signed by a new device's key when it collects its enrolment.
pub const ENROL: &[u8] = b"carecircle/enrol/v1";

/// Every label, for the test of separation.
pub const ALL: &[&[u8]] = &[
    DEVICE_CERT,
    HELLO,
    LOGIN,
    VERIFIED_BY,
    REMOVAL_KEY,
    SUCCESSION,
    AGENCY_SUCCESSION,
    ENROL,
];
