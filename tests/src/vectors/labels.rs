//! What a device signs outside MLS can never stand for a signature of MLS, nor the other way round.

use ed25519_dalek::{Signer as _, SigningKey};
use openmls::prelude::tls_codec::{Serialize as _, VLBytes};
use protocol::labels;

/// `struct { opaque label<V> = "MLS 1.0 " + Label; opaque content<V>; } SignContent`
/// (RFC 9420, section 5.1.2).
fn sign_content(label: &str, content: &[u8]) -> Vec<u8> {
    let label = VLBytes::from(format!("MLS 1.0 {label}").into_bytes());
    let mut bytes = label.tls_serialize_detached().expect("writes");
    bytes.extend(
        VLBytes::from(content.to_vec())
            .tls_serialize_detached()
            .expect("writes"),
    );
    bytes
}

/// Every label under which MLS signs (RFC 9420, sections 6.1, 7.2, 10, 12.4.3).
const MLS_LABELS: [&str; 4] = [
    "FramedContentTBS",
    "LeafNodeTBS",
    "KeyPackageTBS",
    "GroupInfoTBS",
];

#[test]
fn an_mls_structure_offered_as_a_challenge_yields_no_mls_signature() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key();
    for mls_label in MLS_LABELS {
        let structure = sign_content(mls_label, &[9; 120]);
        for label in labels::ALL {
            // What a device would sign if it were handed the whole structure as a challenge.
            let signature = key.sign(&judge::to_be_signed(label, &structure));
            assert!(public.verify_strict(&structure, &signature).is_err());
            assert!(judge::verify(
                label,
                &structure,
                &public.to_bytes(),
                &signature.to_bytes()
            ));
            // And what MLS signs is worth nothing under our labels.
            let mls = key.sign(&structure);
            assert!(!judge::verify(
                label,
                &structure,
                &public.to_bytes(),
                &mls.to_bytes()
            ));
        }
    }
}

#[test]
fn nothing_signed_under_our_labels_reads_as_sign_content() {
    for label in labels::ALL {
        let signed = judge::to_be_signed(label, b"anything");
        // As a variable-length integer, the first two bytes announce more than there is.
        assert_eq!(signed[0] >> 6, 1, "a two-byte length");
        let announced = usize::from(u16::from_be_bytes([signed[0] & 0x3f, signed[1]]));
        assert!(announced > signed.len(), "{announced} of {}", signed.len());
        let others = labels::ALL.iter().filter(|other| *other != label);
        assert!(
            others.clone().all(|other| !other.starts_with(label)),
            "labels are prefix-free"
        );
    }
}
