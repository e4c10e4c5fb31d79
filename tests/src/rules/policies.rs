//! What a GroupContext must say, whole and in order.

use judge::roster::{Leaf, certify_all};
use judge::{Context, Facts, Violation};
use openmls::extensions::{Extension, Extensions, UnknownExtension};
use openmls::group::GroupContext;
use protocol::policy::EXTENSION_TYPE;
use protocol::{Role, limits};

use super::party::{Agency, GROUP, NOW, Party, context};

fn read(extensions: &Extensions<GroupContext>, agency: &Agency) -> Result<Context, Violation> {
    let facts = Facts {
        agency_keys: &[agency.public()],
        at: NOW,
    };
    Context::read(extensions, GROUP, &facts)
}

fn dana() -> (Agency, Party, Context) {
    let (agency, dana) = (Agency::new(1), Party::new(2, Role::CaseManager));
    let context = context(&agency, &[&dana]);
    (agency, dana, context)
}

/// The same extensions with one changed or left out.
fn changed(
    context: &Context,
    change: impl Fn(&Extension) -> Option<Extension>,
) -> Extensions<GroupContext> {
    let extensions = context.to_extensions().expect("extensions");
    let changed = extensions.iter().filter_map(change).collect();
    Extensions::from_vec(changed).expect("each once")
}

#[test]
fn a_policy_reads_back_as_it_was_written() {
    let (agency, _, context) = dana();
    let extensions = context.to_extensions().expect("extensions");
    assert_eq!(read(&extensions, &agency), Ok(context));
}

#[test]
fn a_policy_that_does_not_read_or_is_too_long_is_malformed() {
    let (agency, _, mut context) = dana();
    let garbled = changed(&context, |extension| {
        Some(match extension {
            Extension::Unknown(kind, _) => Extension::Unknown(*kind, UnknownExtension(vec![0xff])),
            other => other.clone(),
        })
    });
    assert_eq!(read(&garbled, &agency), Err(Violation::PolicyMalformed));
    context.policy.retention = "x".repeat(limits::POLICY_BYTES_MAX);
    let long = context.to_extensions().expect("extensions");
    assert_eq!(read(&long, &agency), Err(Violation::PolicyMalformed));
}

#[test]
fn nothing_is_missing_and_nothing_is_added() {
    let (agency, _, context) = dana();
    let bare = changed(&context, |extension| {
        let required = matches!(extension, Extension::RequiredCapabilities(_));
        (!required).then(|| extension.clone())
    });
    assert_eq!(read(&bare, &agency), Err(Violation::RequiredCapabilities));
    let mut all: Vec<_> = context.to_extensions().unwrap().iter().cloned().collect();
    all.push(Extension::Unknown(
        EXTENSION_TYPE + 1,
        UnknownExtension(vec![1]),
    ));
    let more = Extensions::from_vec(all).expect("each once");
    assert_eq!(read(&more, &agency), Err(Violation::RequiredCapabilities));
    let alone = changed(&context, |extension| {
        let senders = matches!(extension, Extension::ExternalSenders(_));
        Some(if senders {
            Extension::Unknown(EXTENSION_TYPE + 1, UnknownExtension(vec![1]))
        } else {
            extension.clone()
        })
    });
    assert_eq!(
        read(&alone, &agency),
        Err(Violation::ExternalSenderUnsigned)
    );
}

#[test]
fn members_are_in_order_once_whole_and_not_too_many() {
    type Change = fn(&mut Context);
    let changes: [Change; 6] = [
        |context| context.policy.members.clear(),
        |context| context.policy.members.reverse(),
        |context| {
            let first = context.policy.members[0].clone();
            context.policy.members.insert(0, first);
        },
        |context| context.policy.members[0].aik = vec![1; 31].into(),
        |context| {
            context
                .policy
                .custodians
                .push(protocol::AccountId::from_bytes([9; 16]));
        },
        |context| {
            let member = context.policy.members[0].clone();
            context.policy.members = (0..=limits::CIRCLE_MEMBERS_MAX)
                .map(|number| {
                    let mut member = member.clone();
                    let number = u8::try_from(number).expect("few");
                    member.account = protocol::AccountId::from_bytes([number; 16]);
                    member
                })
                .collect();
        },
    ];
    let (agency, dana) = (Agency::new(1), Party::new(2, Role::CaseManager));
    let maria = Party::new(3, Role::Client);
    for (which, change) in changes.into_iter().enumerate() {
        let mut context = context(&agency, &[&dana, &maria]);
        change(&mut context);
        let extensions = context.to_extensions().expect("extensions");
        assert_eq!(
            read(&extensions, &agency),
            Err(Violation::PolicyMembers),
            "{which}"
        );
    }
}

#[test]
fn a_leafs_key_is_the_certified_one_and_is_not_weak() {
    let (_, dana, context) = dana();
    let leaf = Leaf {
        identity: dana.certificate.0.clone(),
        key: dana.dsk.verifying_key().to_bytes().to_vec(),
    };
    assert!(leaf.certify(&context.policy).is_ok());
    let other = Leaf {
        key: vec![7; 32],
        ..leaf.clone()
    };
    assert_eq!(
        other.certify(&context.policy),
        Err(Violation::CertificateInvalid)
    );
    let mut bent = leaf;
    *bent.identity.last_mut().expect("not empty") ^= 1;
    assert_eq!(
        bent.certify(&context.policy),
        Err(Violation::CertificateInvalid)
    );
    bent.identity = vec![0; limits::CERTIFICATE_BYTES_MAX + 1];
    assert_eq!(
        bent.certify(&context.policy),
        Err(Violation::CertificateInvalid)
    );
}

#[test]
fn a_group_has_no_more_leaves_than_the_limit() {
    let (_, dana, context) = dana();
    let leaf = Leaf {
        identity: dana.certificate.0.clone(),
        key: dana.dsk.verifying_key().to_bytes().to_vec(),
    };
    let leaves = vec![leaf; limits::CIRCLE_DEVICES_MAX + 1];
    assert_eq!(
        certify_all(&leaves, &context.policy),
        Err(Violation::TooManyDevices)
    );
    assert_eq!(
        certify_all(&leaves[1..], &context.policy),
        Err(Violation::DeviceTwice)
    );
}
