//! A GroupInfo is believed only when it is exactly the one that belongs to the commit beside it:
//! otherwise everybody who joins later is led astray.

use judge::keys::is_usable;
use openmls::ciphersuite::signable::Verifiable as _;
use openmls::ciphersuite::signature::OpenMlsSignaturePublicKey;
use openmls::group::PublicGroup;
use openmls::messages::group_info::{GroupInfo, VerifiableGroupInfo};
use openmls::prelude::{LeafNodeIndex, MlsMessageBodyIn};
use openmls::treesync::RatchetTreeIn;
use openmls_rust_crypto::RustCrypto;
use protocol::{Code, Refusal};
use tls_codec::Serialize as _;

use crate::message::read_message;

/// The length of an Ed25519 signature as `opaque signature<V>`: two bytes of length, 64 of content.
const SIGNATURE_V_LEN: usize = 2 + 64;

/// Reads a GroupInfo that carries the ratchet tree and the external public key.
pub fn read(bytes: &[u8]) -> Result<(VerifiableGroupInfo, RatchetTreeIn), Refusal> {
    let MlsMessageBodyIn::GroupInfo(info) = read_message(bytes)? else {
        return Err(Refusal::new(Code::MlsMalformed, "not a GroupInfo"));
    };
    let tree = info
        .extensions()
        .ratchet_tree()
        .map(|extension| extension.ratchet_tree().clone());
    let external = info.extensions().external_pub();
    let external = external.map(|extension| is_usable(extension.external_pub().as_slice()));
    let (Some(tree), Some(true)) = (tree, external) else {
        return Err(Refusal::new(
            Code::GroupInfoMismatch,
            "tree or external key missing, or nobody can encrypt to it",
        ));
    };
    Ok((info, tree))
}

/// Checks a GroupInfo against the group after the commit: context, tree, confirmation tag, signer
/// and signature.
pub fn check(
    bytes: &[u8],
    group: &PublicGroup,
    signer: LeafNodeIndex,
    crypto: &RustCrypto,
) -> Result<(), Refusal> {
    let mismatch = |what: &str| Refusal::new(Code::GroupInfoMismatch, what);
    let (info, tree) = read(bytes)?;
    if info.group_context() != group.group_context() {
        return Err(mismatch("context"));
    }
    if tree != RatchetTreeIn::from(group.export_ratchet_tree()) {
        return Err(mismatch("tree"));
    }
    if !ends_with_tag_and_signer(bytes, group, signer) {
        return Err(mismatch("confirmation tag or signer"));
    }
    let leaf = group.leaf(signer).ok_or_else(|| mismatch("signer"))?;
    let key = OpenMlsSignaturePublicKey::from_signature_key(
        leaf.signature_key().clone(),
        group.ciphersuite().signature_algorithm(),
    );
    let verified: Result<GroupInfo, _> = info.verify(crypto, &key);
    verified.map(|_| ()).map_err(|_| mismatch("signature"))
}

/// OpenMLS keeps the two fields to itself, so this compares the end of the structure:
/// `… MAC confirmation_tag; uint32 signer; opaque signature<V>` (RFC 9420, section 12.4.3).
fn ends_with_tag_and_signer(bytes: &[u8], group: &PublicGroup, signer: LeafNodeIndex) -> bool {
    let Ok(mut expected) = group.confirmation_tag().tls_serialize_detached() else {
        return false;
    };
    expected.extend_from_slice(&signer.u32().to_be_bytes());
    bytes.len() > SIGNATURE_V_LEN && bytes[..bytes.len() - SIGNATURE_V_LEN].ends_with(&expected)
}
