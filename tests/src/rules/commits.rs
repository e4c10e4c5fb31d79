//! Commits.

use ed25519_dalek::Signer as _;
use protocol::policy::VerifiedBy;
use protocol::{Bytes, Code, Role, labels};

use super::party::{Followed, NOW, Party, commit, commit_with, context, finish};

struct Scene {
    circle: Followed,
    dana: Party,
    maria: Party,
    danas: openmls::group::MlsGroup,
    marias: openmls::group::MlsGroup,
}

/// A circle of a case manager and a client.
fn scene() -> Scene {
    let dana = Party::new(2, Role::CaseManager);
    let maria = Party::new(3, Role::Client);
    let (mut circle, mut danas) = Followed::new(&dana);
    let package = circle.claim(&maria);
    let both = context(&circle.agency, &[&dana, &maria]);
    let mut bundle = commit(&dana, &mut danas, vec![package], Some(&both));
    finish(&dana, &mut danas, &mut bundle);
    circle
        .offer(&dana, &bundle)
        .expect("an honest commit is accepted");
    let marias = maria.join(bundle.welcome.as_ref().expect("a Welcome"));
    Scene {
        circle,
        dana,
        maria,
        danas,
        marias,
    }
}

#[test]
fn an_honest_commit_moves_epoch_era_and_roster() {
    let scene = scene();
    assert_eq!((scene.circle.held.epoch, scene.circle.held.era), (1, 1));
    let devices: Vec<_> = scene
        .circle
        .held
        .roster
        .iter()
        .map(|at| at.device)
        .collect();
    assert_eq!(devices, [scene.dana.device, scene.maria.device]);
    assert_eq!(
        scene.danas.epoch_authenticator().as_slice(),
        scene.marias.epoch_authenticator().as_slice()
    );
}

#[test]
fn nobody_is_added_whom_the_policy_does_not_list() {
    let Scene {
        mut circle,
        dana,
        mut danas,
        ..
    } = scene();
    let ghost = Party::new(4, Role::Caregiver);
    let package = circle.claim(&ghost);
    let mut bundle = commit(&dana, &mut danas, vec![package], None);
    bundle.era = 2;
    finish(&dana, &mut danas, &mut bundle);
    let refused = circle.offer(&dana, &bundle).unwrap_err();
    assert_eq!(
        (refused.code, &*refused.detail),
        (Code::Judged, "account_unlisted")
    );
}

#[test]
fn a_client_adds_nobody() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut marias,
        ..
    } = scene();
    let ghost = Party::new(4, Role::Caregiver);
    let package = circle.claim(&ghost);
    let all = context(&circle.agency, &[&dana, &maria, &ghost]);
    let mut bundle = commit(&maria, &mut marias, vec![package], Some(&all));
    bundle.era = 2;
    finish(&maria, &mut marias, &mut bundle);
    let refused = circle.offer(&maria, &bundle).unwrap_err();
    assert_eq!(
        (refused.code, &*refused.detail),
        (Code::Judged, "amendment_not_allowed")
    );
}

#[test]
fn an_identity_key_or_role_never_changes_in_passing() {
    for (change, rule) in [(true, "identity_key_changed"), (false, "role_changed")] {
        let Scene {
            mut circle,
            dana,
            maria,
            mut danas,
            ..
        } = scene();
        let mut altered = context(&circle.agency, &[&dana, &maria]);
        let member = &mut altered.policy.members[1];
        if change {
            member.aik = Party::new(9, Role::Client).aik_public().into();
        } else {
            member.role = Role::CaseManager;
        }
        let mut bundle = commit(&dana, &mut danas, Vec::new(), Some(&altered));
        finish(&dana, &mut danas, &mut bundle);
        let refused = circle.offer(&dana, &bundle).unwrap_err();
        assert_eq!((refused.code, &*refused.detail), (Code::Judged, rule));
    }
}

#[test]
fn a_removed_account_leaves_the_policy_in_the_same_commit() {
    let Scene {
        mut circle,
        dana,
        mut danas,
        ..
    } = scene();
    let leaf = openmls::prelude::LeafNodeIndex::new(1);
    let mut bundle = commit_with(&dana, &mut danas, |builder| {
        builder.propose_removals([leaf])
    });
    bundle.era = 2;
    finish(&dana, &mut danas, &mut bundle);
    let refused = circle.offer(&dana, &bundle).unwrap_err();
    assert_eq!(
        (refused.code, &*refused.detail),
        (Code::Judged, "account_without_device")
    );
}

#[test]
fn a_key_package_must_have_been_claimed_for_this_circle() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut danas,
        ..
    } = scene();
    let ana = Party::new(4, Role::Caregiver);
    circle.claim(&ana);
    let unclaimed = ana.key_package();
    let all = context(&circle.agency, &[&dana, &maria, &ana]);
    let mut bundle = commit(&dana, &mut danas, vec![unclaimed], Some(&all));
    bundle.era = 2;
    finish(&dana, &mut danas, &mut bundle);
    assert_eq!(
        circle.offer(&dana, &bundle).unwrap_err().code,
        Code::KeyPackageUnclaimed
    );
}

#[test]
fn an_account_that_the_server_does_not_name_is_not_added() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut danas,
        ..
    } = scene();
    let ana = Party::new(4, Role::Caregiver);
    let package = circle.claim(&ana);
    circle.named.retain(|named| named.account != ana.account);
    let all = context(&circle.agency, &[&dana, &maria, &ana]);
    let mut bundle = commit(&dana, &mut danas, vec![package], Some(&all));
    bundle.era = 2;
    finish(&dana, &mut danas, &mut bundle);
    assert_eq!(
        circle.offer(&dana, &bundle).unwrap_err().code,
        Code::NotAllowed
    );
}

#[test]
fn a_commit_of_an_earlier_epoch_is_stale() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut danas,
        mut marias,
    } = scene();
    let mut first = commit(&dana, &mut danas, Vec::new(), None);
    let mut second = commit(&maria, &mut marias, Vec::new(), None);
    finish(&dana, &mut danas, &mut first);
    finish(&maria, &mut marias, &mut second);
    circle.offer(&dana, &first).expect("the first one wins");
    assert_eq!(circle.offer(&maria, &second).unwrap_err().code, Code::Stale);
}

#[test]
fn a_commit_is_the_sessions_own_device() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut danas,
        ..
    } = scene();
    let mut bundle = commit(&dana, &mut danas, Vec::new(), None);
    finish(&dana, &mut danas, &mut bundle);
    assert_eq!(
        circle.offer(&maria, &bundle).unwrap_err().code,
        Code::CommitInvalid
    );
}

#[test]
fn the_group_info_is_the_commits_own() {
    let Scene {
        mut circle,
        dana,
        mut danas,
        ..
    } = scene();
    let earlier = dana.founding(&danas).group_info;
    let mut bundle = commit(&dana, &mut danas, Vec::new(), None);
    finish(&dana, &mut danas, &mut bundle);
    let own = std::mem::replace(&mut bundle.group_info, earlier);
    assert_eq!(
        circle.offer(&dana, &bundle).unwrap_err().code,
        Code::GroupInfoMismatch
    );

    let mut bent = own.0.clone();
    *bent.last_mut().expect("not empty") ^= 1;
    bundle.group_info = bent.into();
    assert_eq!(
        circle.offer(&dana, &bundle).unwrap_err().code,
        Code::GroupInfoMismatch
    );

    bundle.group_info = own;
    circle
        .offer(&dana, &bundle)
        .expect("with its own GroupInfo it is accepted");
}

#[test]
fn a_welcome_is_for_the_added_devices_and_nobody_else() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut danas,
        ..
    } = scene();
    let ana = Party::new(4, Role::Caregiver);
    let package = circle.claim(&ana);
    let all = context(&circle.agency, &[&dana, &maria, &ana]);
    let mut bundle = commit(&dana, &mut danas, vec![package], Some(&all));
    bundle.era = 2;
    finish(&dana, &mut danas, &mut bundle);
    let own = bundle.welcome.take();
    assert_eq!(
        circle.offer(&dana, &bundle).unwrap_err().code,
        Code::WelcomeMismatch
    );
    bundle.welcome = own;
    circle
        .offer(&dana, &bundle)
        .expect("with its Welcome it is accepted");
}

#[test]
fn a_new_account_starts_a_new_era() {
    let Scene {
        mut circle,
        dana,
        maria,
        mut danas,
        ..
    } = scene();
    let ana = Party::new(4, Role::Caregiver);
    let package = circle.claim(&ana);
    let all = context(&circle.agency, &[&dana, &maria, &ana]);
    let mut bundle = commit(&dana, &mut danas, vec![package], Some(&all));
    finish(&dana, &mut danas, &mut bundle);
    assert_eq!(
        circle.offer(&dana, &bundle).unwrap_err().code,
        Code::EraOver
    );
}

/// Dana's word that she met Maria.
fn met(dana: &Party, maria: &Party) -> VerifiedBy {
    let mut by = VerifiedBy {
        verifier: dana.account,
        at: NOW,
        signature: Bytes::default(),
    };
    let content = judge::verification_content(maria.account, &maria.aik_public(), &by);
    let content = judge::to_be_signed(labels::VERIFIED_BY, &content);
    by.signature = dana.aik.sign(&content).to_bytes().to_vec().into();
    by
}

#[test]
fn a_mark_stands_by_its_makers_signature_and_nobody_makes_one_for_another() {
    for (forger, rule) in [(None, None), (Some(9), Some("verification_invalid"))] {
        let Scene {
            mut circle,
            dana,
            maria,
            mut danas,
            ..
        } = scene();
        let mut marked = context(&circle.agency, &[&dana, &maria]);
        let mut by = met(&dana, &maria);
        if let Some(seed) = forger {
            by.signature = met(&Party::new(seed, Role::CaseManager), &maria).signature;
        }
        marked.policy.members[1].verified_by = Some(by);
        let mut bundle = commit(&dana, &mut danas, Vec::new(), Some(&marked));
        finish(&dana, &mut danas, &mut bundle);
        let refused = circle.offer(&dana, &bundle).err();
        assert_eq!(refused.map(|refused| refused.detail).as_deref(), rule);
    }
}

#[test]
fn a_mark_goes_with_whoever_made_it_and_may_not_stay_behind() {
    for cleared in [true, false] {
        let Scene {
            mut circle,
            dana,
            maria,
            mut danas,
            mut marias,
        } = scene();
        let mut marked = context(&circle.agency, &[&dana, &maria]);
        marked.policy.members[1].verified_by = Some(met(&dana, &maria));
        let mut bundle = commit(&dana, &mut danas, Vec::new(), Some(&marked));
        finish(&dana, &mut danas, &mut bundle);
        circle.offer(&dana, &bundle).expect("a mark is made");
        maria.follow(&mut marias, &bundle);
        // Dana goes: the client commits it, and the mark must go in the same commit.
        let mut without = context(&circle.agency, &[&maria]);
        if !cleared {
            without.policy.members[0].verified_by = Some(met(&dana, &maria));
        }
        let gone = openmls::prelude::LeafNodeIndex::new(0);
        let mut bundle = commit_with(&maria, &mut marias, |builder| {
            builder
                .propose_removals([gone])
                .propose_group_context_extensions(without.to_extensions().expect("extensions"))
                .expect("proposes")
        });
        bundle.era = 2;
        finish(&maria, &mut marias, &mut bundle);
        let refused = circle.offer(&maria, &bundle).err();
        let rule = (!cleared).then_some("verification_invalid");
        assert_eq!(refused.map(|refused| refused.detail).as_deref(), rule);
    }
}
