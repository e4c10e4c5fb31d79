//! Signatures outside MLS: `label || SHA-256(content)`, Ed25519 (RFC 8032), strictly verified.

use ed25519_dalek::{Signature, VerifyingKey};
use minicbor::{Decode, Decoder};
use protocol::certificate::{DeviceCert, RemovalKey, Signed};
use protocol::{Timestamp, labels, limits};
use sha2::{Digest, Sha256};

use crate::agency::read_removal_key;
use crate::{Facts, Violation};

/// A device's clock may be this far ahead when it dates its own certificate, seconds.
const CLOCK_SLACK_S: i64 = 86_400;

/// The only byte string that identity, device and agency keys ever sign outside MLS.
pub fn to_be_signed(label: &[u8], content: &[u8]) -> Vec<u8> {
    let mut bytes = label.to_vec();
    bytes.extend_from_slice(&Sha256::digest(content));
    bytes
}

/// Whether `signature` is `key`'s over `label || SHA-256(content)`. Small-order keys and malleable
/// signatures do not verify.
pub fn verify(label: &[u8], content: &[u8], key: &[u8; 32], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (
        VerifyingKey::from_bytes(key),
        Signature::from_slice(signature),
    ) else {
        return false;
    };
    key.verify_strict(&to_be_signed(label, content), &signature)
        .is_ok()
}

/// Reads `{content, signature}`, refusing anything over the certificate limit.
pub fn read_signed(bytes: &[u8]) -> Result<Signed, Violation> {
    if bytes.len() > limits::CERTIFICATE_BYTES_MAX {
        return Err(Violation::CertificateInvalid);
    }
    minicbor::decode(bytes).map_err(|_| Violation::CertificateInvalid)
}

/// Reads a removal key's certificate without verifying it.
pub(crate) fn read_certificate(bytes: &[u8]) -> Option<(Signed, RemovalKey)> {
    if bytes.len() > limits::REMOVAL_KEY_BYTES_MAX {
        return None;
    }
    let signed: Signed = minicbor::decode(bytes).ok()?;
    let removal = minicbor::decode(&signed.content).ok()?;
    Some((signed, removal))
}

/// Reads a value that is followed by nothing.
pub(crate) fn whole<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Option<T> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(value)
}

/// Reads a device certificate without verifying it: who does it claim to be?
pub fn read_device_cert(bytes: &[u8]) -> Result<DeviceCert, Violation> {
    minicbor::decode(&read_signed(bytes)?.content).map_err(|_| Violation::CertificateInvalid)
}

/// Verifies a device certificate under an account identity key. Dates are not looked at.
pub fn check_device_cert(bytes: &[u8], aik: &[u8; 32]) -> Result<DeviceCert, Violation> {
    let signed = read_signed(bytes)?;
    let cert: DeviceCert =
        minicbor::decode(&signed.content).map_err(|_| Violation::CertificateInvalid)?;
    let dsk: [u8; 32] = cert.dsk.to_array().ok_or(Violation::CertificateInvalid)?;
    let whole = VerifyingKey::from_bytes(&dsk).is_ok_and(|key| !key.is_weak());
    if whole && verify(labels::DEVICE_CERT, &signed.content, aik, &signed.signature) {
        Ok(cert)
    } else {
        Err(Violation::CertificateInvalid)
    }
}

/// Whether a certificate may be introduced at `at`.
pub fn check_dates(cert: &DeviceCert, at: Timestamp) -> Result<(), Violation> {
    let begun = cert.issued_at <= at.plus_seconds(CLOCK_SLACK_S);
    let living = at < cert.not_after;
    let short = cert.not_after <= cert.issued_at.plus_seconds(limits::CERTIFICATE_S_MAX);
    if begun && living && short {
        Ok(())
    } else {
        Err(Violation::CertificateDates)
    }
}

/// Verifies a removal key under the agency's keys ([`crate::agency`]). Its term is the server's business: a
/// device that refused an expired key would fork from one whose clock is behind.
pub fn check_removal_key(bytes: &[u8], facts: &Facts<'_>) -> Result<RemovalKey, Violation> {
    read_removal_key(bytes, facts.agency_keys).ok_or(Violation::ExternalSenderUnsigned)
}
