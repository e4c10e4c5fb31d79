//! Signed commits of members who try what they may not. The oracle says the rules once more, in few words
//! and without the judge's code.

use judge::{Context, Violation};
use openmls::prelude::LeafNodeIndex;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use protocol::policy::{HistoryMode, VerifiedBy};
use protocol::{Role, labels};

use crate::rules::amendments::{ANA, Circle, DANA, KEEPER};
use crate::rules::party::{NOW, Party, commit_with, sign};

/// One thing that an author changes in the context that holds.
#[derive(Debug, Clone)]
enum Change {
    Role(usize, Role),
    Key(usize, u8),
    Succession(usize),
    Mark(usize, usize),
    Leave(usize),
    Bring(Role),
    Retention,
    History,
    Version,
    Custodians,
    RemovalKey,
    ForeignRemovalKey,
    Generation,
    Disorder,
}

#[derive(Debug, Clone)]
struct Attempt {
    author: usize,
    changes: Vec<Change>,
    removes: Option<usize>,
}

fn attempts() -> impl Strategy<Value = Attempt> {
    let role = prop_oneof![
        Just(Role::CaseManager),
        Just(Role::Client),
        Just(Role::Caregiver),
        Just(Role::Custodian),
    ];
    let change = prop_oneof![
        (0..4usize, role.clone()).prop_map(|(who, role)| Change::Role(who, role)),
        (0..4usize, any::<u8>()).prop_map(|(who, byte)| Change::Key(who, byte)),
        (0..4usize).prop_map(Change::Succession),
        (0..4usize, 0..5usize).prop_map(|(by, of)| Change::Mark(by, of)),
        (0..4usize).prop_map(Change::Leave),
        role.prop_map(Change::Bring),
        Just(Change::Retention),
        Just(Change::History),
        Just(Change::Version),
        Just(Change::Custodians),
        Just(Change::RemovalKey),
        Just(Change::ForeignRemovalKey),
        Just(Change::Generation),
        Just(Change::Disorder),
    ];
    let authors = prop_oneof![Just(DANA), Just(ANA), Just(KEEPER)];
    let removes = prop_oneof![2 => Just(None), 1 => (0..4usize).prop_map(Some)];
    (authors, proptest::collection::vec(change, 0..3), removes).prop_map(
        |(author, changes, removes)| Attempt {
            author,
            changes,
            removes,
        },
    )
}

fn change(context: &mut Context, circle: &Circle, change: &Change) {
    let ghost = Party::new(0x40, Role::Caregiver);
    let members = &mut context.policy.members;
    let count = members.len();
    if count == 0 {
        return;
    }
    match *change {
        Change::Role(who, role) => members[who % count].role = role,
        Change::Key(who, byte) => members[who % count].aik = vec![byte; 32].into(),
        Change::Succession(who) => {
            let words = b"not a succession".to_vec();
            let forged = sign(&circle.people[who].aik, labels::SUCCESSION, words);
            members[who % count].successions.push(forged);
        }
        Change::Mark(by, of) => {
            members[of % count].verified_by = Some(VerifiedBy {
                verifier: circle.people[by].account,
                at: NOW,
                signature: vec![0; 64].into(),
            });
        }
        Change::Leave(who) => {
            members.remove(who % count);
        }
        Change::Bring(role) => {
            let mut listed = ghost.listed();
            listed.role = role;
            members.push(listed);
        }
        Change::Retention => context.policy.retention = "forever".to_owned(),
        Change::History => context.policy.history = HistoryMode::Off,
        Change::Version => context.policy.client_version_min += 1,
        Change::Custodians => context.policy.custodians.clear(),
        Change::RemovalKey => {
            let key = circle.followed.agency.removal_key_of(0x71);
            context.removal_keys.push(key);
        }
        Change::ForeignRemovalKey => {
            let other = crate::rules::party::Agency::new(0x13);
            context.removal_keys.push(other.removal_key());
        }
        Change::Generation => context.policy.generation += 1,
        Change::Disorder => members.reverse(),
    }
}

/// What the rules allow, in few words: of what these authors try, only this.
fn is_allowed(circle: &Circle, attempt: &Attempt, after: &Context) -> bool {
    let before = circle.context();
    let staff = attempt.author == DANA;
    let gone = |account| {
        let leaf = circle
            .people
            .iter()
            .position(|person| person.account == account);
        leaf.is_some() && leaf == attempt.removes
    };
    let same_people = before.policy.members.iter().all(|member| {
        let later = after.policy.member(member.account);
        later == Some(member) || (later.is_none() && gone(member.account))
    });
    let nobody_new = after
        .policy
        .members
        .iter()
        .all(|member| before.policy.member(member.account).is_some() && !gone(member.account));
    let terms = |context: &Context| {
        let policy = &context.policy;
        (
            policy.retention.clone(),
            policy.history,
            policy.client_version_min,
        )
    };
    let custodians: Vec<_> = before.policy.custodians.clone();
    let kept = custodians.into_iter().filter(|account| !gone(*account));
    let same_terms = terms(&before) == terms(after)
        && kept.collect::<Vec<_>>() == after.policy.custodians
        && before.removal_keys == after.removal_keys;
    let may_remove = match attempt.removes {
        None => true,
        Some(leaf) => leaf != attempt.author && (attempt.author != ANA),
    };
    let genuine_keys = after.removal_keys.iter().all(|key| {
        [0xee, 0x71]
            .map(|seed| circle.followed.agency.removal_key_of(seed))
            .contains(key)
    });
    let own_circle = after.policy.generation == before.policy.generation;
    same_people && nobody_new && (staff || same_terms) && may_remove && genuine_keys && own_circle
}

#[test]
fn what_the_judge_accepts_the_rules_allow() {
    let mut circle = Circle::new();
    let (mut accepted, mut refused) = (0, Vec::new());
    super::cases(256, &attempts(), |attempt| {
        let mut after = circle.context();
        for step in &attempt.changes {
            change(&mut after, &circle, step);
        }
        let Ok(extensions) = after.to_extensions() else {
            return;
        };
        let author = &circle.people[attempt.author];
        let removes = attempt.removes.filter(|leaf| *leaf != attempt.author);
        let leaf = removes.map(|leaf| LeafNodeIndex::new(u32::try_from(leaf).expect("small")));
        let bundle = commit_with(author, &mut circle.groups[attempt.author], |builder| {
            builder
                .propose_removals(leaf)
                .propose_group_context_extensions(extensions)
                .expect("proposes")
        });
        let attempt = Attempt {
            removes,
            ..attempt.clone()
        };
        // Maria's device is the judge; what takes herself out it judges as well.
        let judged = circle.judge(&bundle.commit);
        let author = &circle.people[attempt.author];
        let provider = &author.provider;
        let group = &mut circle.groups[attempt.author];
        group
            .clear_pending_commit(openmls_traits::OpenMlsProvider::storage(provider))
            .expect("clears");
        match judged {
            Ok(_) => {
                accepted += 1;
                assert!(
                    is_allowed(&circle, &attempt, &after),
                    "accepted: {attempt:?}"
                );
            }
            Err(violation) => refused.push(violation),
        }
    });
    assert!(accepted > 0, "a judge that accepts nothing is no judge");
    for rule in [
        Violation::AmendmentNotAllowed,
        Violation::RoleChanged,
        Violation::IdentityKeyChanged,
        Violation::RemovalNotAllowed,
        Violation::ExternalSenderUnsigned,
        Violation::PolicyOfAnotherGroup,
    ] {
        assert!(refused.contains(&rule), "{rule} was never met");
    }
}
