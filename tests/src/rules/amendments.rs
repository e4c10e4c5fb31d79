//! What a commit may change in the policy, and by whom. Every commit is judged as a device judges it:
//! by Maria's.

use judge::{Context, Facts, Judged, Violation};
use openmls::group::MlsGroup;
use openmls::prelude::{LeafNodeIndex, LeafNodeParameters, MlsMessageIn, ProcessedMessageContent};
use protocol::certificate::Succession;
use protocol::policy::{HistoryMode, VerifiedBy};
use protocol::{Bytes, Role, Timestamp, labels};
use tls_codec::Deserialize as _;

use super::party::{Followed, NOW, Party, commit, commit_with, context, sign};

/// Dana, Maria, Ana and a custodian, each with one device, and the group as each sees it.
pub struct Circle {
    pub followed: Followed,
    pub people: Vec<Party>,
    pub groups: Vec<MlsGroup>,
    /// Whether history is kept.
    history: HistoryMode,
}

pub const DANA: usize = 0;
pub const MARIA: usize = 1;
pub const ANA: usize = 2;
pub const KEEPER: usize = 3;

impl Circle {
    pub fn new() -> Self {
        Self::keeping(HistoryMode::Eras)
    }

    /// The same, where history is kept or none.
    fn keeping(history: HistoryMode) -> Self {
        let people = vec![
            Party::new(2, Role::CaseManager),
            Party::new(3, Role::Client),
            Party::new(4, Role::Caregiver),
            Party::new(5, Role::Custodian),
        ];
        let (followed, mut danas) = Followed::new(&people[DANA]);
        let mut all = context(&followed.agency, &people.iter().collect::<Vec<_>>());
        all.policy.custodians = vec![people[KEEPER].account];
        all.policy.history = history;
        let packages = people[1..].iter().map(Party::key_package).collect();
        let bundle = commit(&people[DANA], &mut danas, packages, Some(&all));
        danas
            .merge_pending_commit(&people[DANA].provider)
            .expect("merges");
        let welcome = bundle.welcome.expect("a Welcome");
        let mut groups = vec![danas];
        groups.extend(people[1..].iter().map(|person| person.join(&welcome)));
        Self {
            followed,
            people,
            groups,
            history,
        }
    }

    /// The context that holds.
    pub fn context(&self) -> Context {
        let mut all = context(
            &self.followed.agency,
            &self.people.iter().collect::<Vec<_>>(),
        );
        all.policy.custodians = vec![self.people[KEEPER].account];
        all.policy.history = self.history;
        all
    }

    /// A commit of somebody's that changes the context, as Maria's device judges it. What it changes
    /// stays unmerged.
    pub fn amend(&mut self, author: usize, context: &Context) -> Result<Judged, Violation> {
        let (people, groups) = (&self.people, &mut self.groups);
        let bundle = commit(
            &people[author],
            &mut groups[author],
            Vec::new(),
            Some(context),
        );
        self.judge(&bundle.commit)
    }

    pub fn judge(&mut self, commit: &Bytes) -> Result<Judged, Violation> {
        self.judge_at(commit, NOW)
    }

    pub fn judge_at(&mut self, commit: &Bytes, at: Timestamp) -> Result<Judged, Violation> {
        self.judge_as(MARIA, commit, at)
    }

    /// As the device of somebody judges it who did not make it.
    fn judge_as(
        &mut self,
        judge: usize,
        commit: &Bytes,
        at: Timestamp,
    ) -> Result<Judged, Violation> {
        let agency_key = self.followed.agency.public();
        let facts = Facts {
            agency_keys: &[agency_key],
            at,
        };
        let (judge, group) = (&self.people[judge], &mut self.groups[judge]);
        let message = MlsMessageIn::tls_deserialize_exact(&**commit).expect("reads");
        let message = message.try_into_protocol_message().expect("a message");
        let processed = group
            .process_message(&judge.provider, message)
            .expect("OpenMLS takes it");
        let sender = processed.sender().clone();
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
            panic!("a commit")
        };
        ::judge::judge_commit(group.public_group(), &sender, &staged, &facts)
    }
}

fn verified(by: &Party, of: &Party, at: Timestamp) -> VerifiedBy {
    let mut content = of.account.as_bytes().to_vec();
    content.extend_from_slice(&of.aik_public());
    content.extend_from_slice(&at.micros().to_be_bytes());
    let signed = sign(&by.aik, labels::VERIFIED_BY, content);
    let signed: protocol::certificate::Signed = minicbor::decode(&signed).expect("reads");
    VerifiedBy {
        verifier: by.account,
        at,
        signature: signed.signature,
    }
}

#[test]
fn terms_are_changed_by_staff_and_nobody_else() {
    type Change = fn(&mut Context);
    let changes: [Change; 3] = [
        |context| context.policy.retention = "forever".to_owned(),
        |context| context.policy.client_version_min = 9,
        |context| context.policy.custodians.clear(),
    ];
    for change in changes {
        for author in [ANA, KEEPER] {
            let mut circle = Circle::new();
            let mut other = circle.context();
            change(&mut other);
            let refused = circle.amend(author, &other).unwrap_err();
            assert_eq!(refused, Violation::AmendmentNotAllowed);
        }
        let mut circle = Circle::new();
        let mut other = circle.context();
        change(&mut other);
        assert!(circle.amend(DANA, &other).is_ok());
    }
}

#[test]
fn whether_history_is_kept_staff_and_the_client_say_and_nobody_else() {
    let (on, off) = (HistoryMode::Eras, HistoryMode::Off);
    for (before, after) in [(on, off), (off, on)] {
        for (author, fine) in [(DANA, true), (MARIA, true), (ANA, false), (KEEPER, false)] {
            let mut circle = Circle::keeping(before);
            let mut other = circle.context();
            other.policy.history = after;
            let (people, groups) = (&circle.people, &mut circle.groups);
            let bundle = commit(
                &people[author],
                &mut groups[author],
                Vec::new(),
                Some(&other),
            );
            let judge = if author == MARIA { DANA } else { MARIA };
            let judged = circle.judge_as(judge, &bundle.commit, NOW).map(|_| ());
            let refused = Err(Violation::AmendmentNotAllowed);
            assert_eq!(judged, if fine { Ok(()) } else { refused }, "{author}");
        }
    }
}

#[test]
fn a_client_changes_no_other_term_with_it() {
    let mut circle = Circle::new();
    let mut other = circle.context();
    other.policy.history = HistoryMode::Off;
    other.policy.retention = "short".to_owned();
    let (people, groups) = (&circle.people, &mut circle.groups);
    let bundle = commit(&people[MARIA], &mut groups[MARIA], Vec::new(), Some(&other));
    let refused = circle.judge_as(DANA, &bundle.commit, NOW).unwrap_err();
    assert_eq!(refused, Violation::AmendmentNotAllowed);
}

#[test]
fn the_servers_removal_keys_are_changed_by_staff_and_nobody_else() {
    for (author, fine) in [(ANA, false), (KEEPER, false), (DANA, true)] {
        let mut circle = Circle::new();
        let mut other = circle.context();
        other
            .removal_keys
            .push(circle.followed.agency.removal_key_of(0x77));
        let judged = circle.amend(author, &other).map(|_| ());
        let refused = Err(Violation::AmendmentNotAllowed);
        assert_eq!(judged, if fine { Ok(()) } else { refused });
    }
}

#[test]
fn a_person_leaves_the_policy_only_with_their_last_device() {
    let mut circle = Circle::new();
    let mut other = circle.context();
    other.policy.members.remove(ANA);
    assert_eq!(
        circle.amend(DANA, &other).unwrap_err(),
        Violation::AccountUnlisted
    );
}

#[test]
fn a_mark_of_verification_is_the_verifiers_own_and_is_signed() {
    let later = NOW.plus_seconds(60);
    let invalid = Err(Violation::VerificationInvalid);
    for (author, verifier, subject, genuine, expected) in [
        (ANA, ANA, MARIA, true, Ok(())),
        (DANA, ANA, MARIA, true, Ok(())),
        (
            KEEPER,
            ANA,
            MARIA,
            true,
            Err(Violation::AmendmentNotAllowed),
        ),
        (ANA, ANA, MARIA, false, invalid),
        // Nobody verifies themselves.
        (ANA, ANA, ANA, true, invalid),
    ] {
        let mut circle = Circle::new();
        let people = &circle.people;
        let mut mark = verified(&people[verifier], &people[subject], NOW);
        if !genuine {
            mark.at = later;
        }
        let mut other = circle.context();
        other.policy.members[subject].verified_by = Some(mark);
        let judged = circle.amend(author, &other).map(|_| ());
        assert_eq!(judged, expected, "{author} {verifier} {subject} {genuine}");
    }
    let mut circle = Circle::new();
    let stranger = Party::new(9, Role::CaseManager);
    let mut other = circle.context();
    other.policy.members[MARIA].verified_by = Some(verified(&stranger, &circle.people[MARIA], NOW));
    assert_eq!(
        circle.amend(DANA, &other).unwrap_err(),
        Violation::VerificationInvalid
    );
}

/// Ana's new identity key, and her commit that brings it.
fn succeeds(
    circle: &mut Circle,
    signer: usize,
    author: usize,
    change: impl Fn(&mut protocol::policy::PolicyMember),
) -> Result<Judged, Violation> {
    let next = Party::new(0x44, Role::Caregiver);
    let ana = circle.people[ANA].account;
    let content = protocol::frame::to_vec(&Succession {
        account: ana,
        aik: next.aik_public().into(),
        at: NOW,
    });
    let succession = sign(&circle.people[signer].aik, labels::SUCCESSION, content);
    let mut other = circle.context();
    let member = &mut other.policy.members[ANA];
    member.aik = next.aik_public().into();
    member.successions.push(succession);
    change(member);
    let mut renewed = circle.people[ANA].twin(4, 4 ^ 0x80);
    renewed.aik = next.aik.clone();
    renewed.certify();
    let party = &circle.people[author];
    let bundle = commit_with(party, &mut circle.groups[author], |builder| {
        let builder = builder
            .propose_group_context_extensions(other.to_extensions().expect("extensions"))
            .expect("proposes");
        if author == ANA {
            let credential = renewed.credential();
            let parameters = LeafNodeParameters::builder().with_credential_with_key(credential);
            builder.leaf_node_parameters(parameters.build())
        } else {
            builder
        }
    });
    circle.judge(&bundle.commit)
}

#[test]
fn an_identity_key_follows_only_by_its_own_accounts_hand_and_the_earlier_keys_word() {
    assert!(succeeds(&mut Circle::new(), ANA, ANA, |_| {}).is_ok());
    let refused = Err(Violation::IdentityKeyChanged);
    let judged = |signer, author, change: fn(&mut protocol::policy::PolicyMember)| {
        succeeds(&mut Circle::new(), signer, author, change).map(|_| ())
    };
    assert_eq!(judged(DANA, ANA, |_| {}), refused, "signed by another key");
    assert_eq!(
        judged(ANA, DANA, |_| {}),
        refused,
        "brought by another account"
    );
    assert_eq!(
        judged(ANA, ANA, |member| member.role = Role::CaseManager),
        refused
    );
    assert_eq!(
        judged(ANA, ANA, |member| member.successions.clear()),
        refused
    );
    let twice = |member: &mut protocol::policy::PolicyMember| {
        let first = member.successions[0].clone();
        member.successions.push(first);
    };
    assert_eq!(judged(ANA, ANA, twice), refused, "a chain with a knot");
    let marked = |member: &mut protocol::policy::PolicyMember| {
        member.verified_by = Some(VerifiedBy {
            verifier: Party::new(2, Role::CaseManager).account,
            at: NOW,
            signature: vec![0; 64].into(),
        });
    };
    assert_eq!(judged(ANA, ANA, marked), refused, "marks fall back");
}

#[test]
fn a_caregiver_takes_nobody_out() {
    let mut circle = Circle::new();
    let mut other = circle.context();
    other.policy.members.remove(KEEPER);
    other.policy.custodians.clear();
    let bundle = commit_with(&circle.people[ANA], &mut circle.groups[ANA], |builder| {
        builder
            .propose_removals([LeafNodeIndex::new(3)])
            .propose_group_context_extensions(other.to_extensions().expect("extensions"))
            .expect("proposes")
    });
    assert_eq!(
        circle.judge(&bundle.commit).unwrap_err(),
        Violation::RemovalNotAllowed
    );
}
