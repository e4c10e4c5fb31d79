//! `cargo xtask certs`: a development certificate authority and a certificate for `localhost`.
//!
//! `certs-dev/ca.crt` is what a person or a headless device trusts, `localhost.crt` (leaf, then CA) and
//! `localhost.key` (0600) are what the server serves. The authority is harmless by construction: it may
//! only vouch for localhost (name constraints, RFC 5280, section 4.2.1.10), and its private key is
//! thrown away as soon as it has signed. Files that are whole and good for another thirty days are
//! kept; otherwise all three are made anew.

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    PublicKeyData as _,
};
use sha2::{Digest as _, Sha256};
use x509_parser::pem::Pem;

use crate::machine;

const VALID_S: u64 = 397 * DAY_S;
const RENEW_BEFORE_S: u64 = 30 * DAY_S;
const DAY_S: u64 = 86_400;

/// What the other chores need to know about the certificates.
pub struct Made {
    /// The authority's certificate.
    pub authority: PathBuf,
    /// Base64 of SHA-256 of the leaf's `SubjectPublicKeyInfo`, as Chromium's
    /// `--ignore-certificate-errors-spki-list` wants it.
    pub spki_hash: String,
}

/// Keeps or makes the certificates and prints where they are.
pub fn certs() -> Result<Made> {
    let folder = machine::root().join("certs-dev");
    fs::create_dir_all(&folder)?;
    let now = machine::seconds_since_1970();
    let (spki_hash, what) = match kept(&folder, now) {
        Some(hash) => (hash, "kept"),
        None => (make(&folder, now)?, "made"),
    };
    println!("  certificates in {}: {what}", folder.display());
    println!("  SPKI hash of localhost.crt: {spki_hash}");
    Ok(Made {
        authority: folder.join("ca.crt"),
        spki_hash,
    })
}

/// The hash of certificates that are whole, belong together and last; `None` if anything is amiss.
fn kept(folder: &Path, now: u64) -> Option<String> {
    let authority = fs::read(folder.join("ca.crt")).ok()?;
    let chain = fs::read(folder.join("localhost.crt")).ok()?;
    let key = KeyPair::from_pem(&fs::read_to_string(folder.join("localhost.key")).ok()?).ok()?;
    let authority = only(Pem::iter_from_buffer(&authority))?;
    let mut chain = Pem::iter_from_buffer(&chain);
    let (leaf, issuer) = (chain.next()?.ok()?, only(chain)?);
    let fresh = |pem: &Pem| {
        let end = pem.parse_x509().ok()?.validity().not_after.timestamp();
        (u64::try_from(end).ok()? > now + RENEW_BEFORE_S).then_some(())
    };
    fresh(&leaf)?;
    fresh(&authority)?;
    let leaf = leaf.parse_x509().ok()?;
    leaf.verify_signature(Some(authority.parse_x509().ok()?.public_key()))
        .ok()?;
    let belong = issuer.contents == authority.contents
        && leaf.public_key().raw == key.subject_public_key_info().as_slice()
        && is_private(&folder.join("localhost.key"));
    belong.then(|| spki_hash(&key))
}

fn only<E>(mut items: impl Iterator<Item = Result<Pem, E>>) -> Option<Pem> {
    let first = items.next()?.ok()?;
    items.next().is_none().then_some(first)
}

fn make(folder: &Path, now: u64) -> Result<String> {
    let authority = CertifiedIssuer::self_signed(authority(now)?, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let leaf = leaf(now)?.signed_by(&key, &authority)?;
    write(&folder.join("localhost.key"), &key.serialize_pem(), 0o600)?;
    write(
        &folder.join("localhost.crt"),
        &(leaf.pem() + &authority.pem()),
        0o644,
    )?;
    write(&folder.join("ca.crt"), &authority.pem(), 0o644)?;
    Ok(spki_hash(&key))
}

fn authority(now: u64) -> Result<CertificateParams> {
    let mut params = valid(CertificateParams::new(Vec::new())?, now);
    // The day in the name tells two generations apart in a store that holds both.
    let name = format!("carecircle development, day {}", now / DAY_S);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(IPV4, 32)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(IPV6, 128)),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}

const IPV4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const IPV6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn leaf(now: u64) -> Result<CertificateParams> {
    let names = ["localhost".to_owned(), IPV4.to_string(), IPV6.to_string()];
    let mut params = valid(CertificateParams::new(names)?, now);
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn valid(mut params: CertificateParams, now: u64) -> CertificateParams {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    // A day of slack for a second machine whose clock is behind.
    params.not_before = epoch + Duration::from_secs(now - DAY_S);
    params.not_after = epoch + Duration::from_secs(now + VALID_S);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
}

fn spki_hash(key: &KeyPair) -> String {
    STANDARD.encode(Sha256::digest(key.subject_public_key_info()))
}

/// Writes beside and renames, so that a server never reads half a file.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let beside = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.mode(mode);
    let mut file = options
        .open(&beside)
        .with_context(|| beside.display().to_string())?;
    file.write_all(text.as_bytes())?;
    fs::rename(&beside, path).with_context(|| path.display().to_string())
}

/// Nobody but the owner may do anything with it: the lowest six bits are clear.
fn is_private(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|facts| facts.permissions().mode().trailing_zeros() >= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn good_certificates_are_kept_and_old_or_torn_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(kept(folder, NOW), None);
        let made = make(folder, NOW).unwrap();
        assert_eq!(kept(folder, NOW), Some(made.clone()));
        assert_eq!(
            kept(folder, NOW + VALID_S - RENEW_BEFORE_S + 1),
            None,
            "nearly over"
        );
        let before = fs::read(folder.join("ca.crt")).unwrap();
        assert_ne!(make(folder, NOW).unwrap(), made);
        assert!(kept(folder, NOW).is_some());
        fs::write(folder.join("ca.crt"), before).unwrap();
        assert_eq!(kept(folder, NOW), None, "another authority's");
    }

    #[test]
    fn a_key_that_others_can_read_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), NOW).unwrap();
        let open = fs::Permissions::from_mode(0o644);
        fs::set_permissions(folder.path().join("localhost.key"), open).unwrap();
        assert_eq!(kept(folder.path(), NOW), None);
    }
}
