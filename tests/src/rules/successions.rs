//! A new identity key, as the server lets it into a circle.

use openmls::prelude::LeafNodeParameters;
use protocol::certificate::Succession;
use protocol::{Code, Refusal, Role, labels};

use super::party::{Followed, NOW, Party, commit_with, context, finish, sign};

/// Dana brings a new identity key into her circle. The server knows of it, or of the one before alone.
fn succeeds(brought: bool) -> Result<(), Refusal> {
    let dana = Party::new(2, Role::CaseManager);
    let (mut circle, mut group) = Followed::new(&dana);
    let mut next = dana.twin(2, 2 ^ 0x80);
    next.aik = Party::new(0x44, Role::CaseManager).aik;
    next.certify();
    let content = protocol::frame::to_vec(&Succession {
        account: dana.account,
        aik: next.aik_public().into(),
        at: NOW,
    });
    let mut after = context(&circle.agency, &[&next]);
    let succession = sign(&dana.aik, labels::SUCCESSION, content);
    after.policy.members[0].successions.push(succession);
    let mut bundle = commit_with(&dana, &mut group, |builder| {
        let renewed = LeafNodeParameters::builder().with_credential_with_key(next.credential());
        builder
            .propose_group_context_extensions(after.to_extensions().expect("extensions"))
            .expect("proposes")
            .leaf_node_parameters(renewed.build())
    });
    finish(&dana, &mut group, &mut bundle);
    circle.offer(if brought { &next } else { &dana }, &bundle)
}

#[test]
fn a_new_identity_key_is_brought_to_the_server_before_any_circle() {
    let refused = succeeds(false).unwrap_err();
    assert_eq!(refused.code, Code::SuccessionInvalid);
    succeeds(true).expect("one that the server took");
}
