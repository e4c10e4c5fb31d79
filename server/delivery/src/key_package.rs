//! Key packages and certificates at the door.

use openmls::prelude::{KeyPackage, KeyPackageIn, MlsMessageBodyIn, ProtocolVersion};
use openmls_rust_crypto::RustCrypto;
use protocol::certificate::DeviceCert;
use protocol::{Code, Refusal, Timestamp, limits};

use crate::message::read_message;
use crate::{Holder, KeyPackageFacts};

/// Verifies a device certificate under its account's identity key, dates included.
pub fn check_certificate(
    bytes: &[u8],
    aik: &[u8; 32],
    now: Timestamp,
) -> Result<DeviceCert, Refusal> {
    let cert = judge::certificate::check_device_cert(bytes, aik)
        .map_err(|violation| Refusal::new(Code::CertificateInvalid, violation.to_string()))?;
    judge::certificate::check_dates(&cert, now)
        .map_err(|violation| Refusal::new(Code::CertificateInvalid, violation.to_string()))?;
    Ok(cert)
}

/// Checks a key package of `holder`'s: well-formed, signed, of the one suite, in its lifetime, and
/// for exactly this device.
pub fn check_key_package(
    bytes: &[u8],
    holder: &Holder,
    now: Timestamp,
) -> Result<KeyPackageFacts, Refusal> {
    if bytes.len() > limits::KEY_PACKAGE_BYTES_MAX {
        return Err(Refusal::new(Code::TooLarge, "key package"));
    }
    let invalid = |what: &str| Refusal::new(Code::KeyPackageInvalid, what);
    let MlsMessageBodyIn::KeyPackage(unverified) = read_message(bytes)? else {
        return Err(invalid("not a key package"));
    };
    let crypto = RustCrypto::default();
    let package = validate(unverified, &crypto)?;
    let leaf = judge::roster::Leaf::of_key_package(&package)
        .map_err(|violation| invalid(&violation.to_string()))?;
    let cert = check_certificate(&leaf.identity, &holder.aik, now)?;
    if cert.dsk.0 != leaf.key || cert.device != holder.device || cert.account != holder.account {
        return Err(invalid("of another device"));
    }
    let not_after = i64::try_from(package.life_time().not_after()).unwrap_or(i64::MAX / 1_000_000);
    Ok(KeyPackageFacts {
        reference: reference(&package, &crypto)?,
        not_after: Timestamp::from_micros(not_after.saturating_mul(1_000_000)),
        last_resort: package.last_resort(),
    })
}

fn validate(unverified: KeyPackageIn, crypto: &RustCrypto) -> Result<KeyPackage, Refusal> {
    let package = unverified
        .validate(crypto, ProtocolVersion::Mls10)
        .map_err(|_| Refusal::new(Code::KeyPackageInvalid, "does not validate"))?;
    if package.ciphersuite() == judge::context::SUITE {
        Ok(package)
    } else {
        Err(Refusal::new(Code::KeyPackageInvalid, "ciphersuite"))
    }
}

/// The key package's reference (RFC 9420, section 5.2); 32 bytes in the one suite.
pub fn reference(package: &KeyPackage, crypto: &RustCrypto) -> Result<[u8; 32], Refusal> {
    package
        .hash_ref(crypto)
        .ok()
        .and_then(|reference| reference.as_slice().try_into().ok())
        .ok_or_else(|| Code::Internal.into())
}
