//! Groups that a device is led into: by a Welcome, by a GroupInfo, by a new generation.

use judge::roster::Leaf;
use judge::{Context, Facts, Known, Violation, judge_reset, judge_return, judge_welcome};
use openmls::group::MlsGroup;
use protocol::policy::{CirclePolicy, HistoryMode};
use protocol::{AccountId, GroupId, Role};

use super::amendments::{ANA, Circle, DANA, KEEPER, MARIA};
use super::party::{GROUP, NOW, Party, context};

fn leaf(party: &Party) -> Leaf {
    Leaf {
        identity: party.certificate.0.clone(),
        key: party.dsk.verifying_key().to_bytes().to_vec(),
    }
}

/// A group as Maria's device would find it behind a Welcome that `inviter` signed.
fn welcome(
    circle: &Circle,
    inviter: &Party,
    known: Option<&Known>,
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
) -> Result<(), Violation> {
    let agency_key = circle.followed.agency.public();
    let facts = Facts {
        agency_keys: &[agency_key],
        at: NOW,
    };
    let group = &circle.groups[MARIA];
    let context = group.public_group().group_context();
    judge_welcome(
        context,
        group.members(),
        (&leaf(inviter), known),
        pins,
        &facts,
    )
    .map(|_| ())
}

fn comes_back(
    circle: &Circle,
    voucher: Option<usize>,
    known: Option<&Known>,
    own: AccountId,
) -> Result<(), Violation> {
    let agency_key = circle.followed.agency.public();
    let facts = Facts {
        agency_keys: &[agency_key],
        at: NOW,
    };
    let voucher = voucher.map(|voucher| circle.people[voucher].account);
    let group = &circle.groups[MARIA];
    let context = group.public_group().group_context();
    let led = (own, voucher, known);
    judge_return(context, group.members(), led, |_| None, &facts).map(|_| ())
}

fn no_pins(_: AccountId) -> Option<[u8; 32]> {
    None
}

/// What Maria knew of the circle when only these were in it.
fn known_with(circle: &Circle, who: &[usize], epoch: u64) -> Known {
    let mut policy = circle.context().policy;
    let accounts: Vec<_> = who.iter().map(|who| circle.people[*who].account).collect();
    policy
        .members
        .retain(|member| accounts.contains(&member.account));
    Known {
        policy,
        epoch,
        trusted: Vec::new(),
    }
}

#[test]
fn at_first_contact_whoever_may_add_may_invite() {
    let circle = Circle::new();
    assert_eq!(
        welcome(&circle, &circle.people[DANA], None, no_pins),
        Ok(())
    );
    for other in [MARIA, ANA, KEEPER] {
        let judged = welcome(&circle, &circle.people[other], None, no_pins);
        assert_eq!(judged, Err(Violation::InviterMayNotAdd));
    }
    let stranger = Party::new(9, Role::CaseManager);
    let judged = welcome(&circle, &stranger, None, no_pins);
    assert_eq!(judged, Err(Violation::AccountUnlisted));
}

#[test]
fn a_pinned_identity_key_must_be_the_one_that_the_policy_names() {
    let circle = Circle::new();
    let (ana, key) = (circle.people[ANA].account, circle.people[ANA].aik_public());
    let pins = |pinned| move |account| (account == ana).then_some(pinned);
    assert_eq!(
        welcome(&circle, &circle.people[DANA], None, pins(key)),
        Ok(())
    );
    let judged = welcome(&circle, &circle.people[DANA], None, pins([7; 32]));
    assert_eq!(judged, Err(Violation::PinnedKeyDiffers));
}

#[test]
fn whoever_was_in_the_circle_is_not_led_back_in_time() {
    let circle = Circle::new();
    let maria = circle.people[MARIA].account;
    let everybody = [DANA, MARIA, ANA, KEEPER];
    let judged = |epoch| {
        let known = known_with(&circle, &everybody, epoch);
        let welcomed = welcome(&circle, &circle.people[DANA], Some(&known), no_pins);
        // The commit that leads back in makes the last epoch itself.
        let known = known_with(&circle, &everybody, epoch - 1);
        assert_eq!(
            welcomed,
            comes_back(&circle, Some(DANA), Some(&known), maria)
        );
        welcomed
    };
    assert_eq!(judged(1), Ok(()));
    assert_eq!(judged(2), Err(Violation::RolledBack));
}

#[test]
fn nobody_new_without_somebody_known_who_vouches() {
    let circle = Circle::new();
    let maria = circle.people[MARIA].account;
    let known = known_with(&circle, &[DANA, MARIA, KEEPER], 0);
    let vouched = |voucher| comes_back(&circle, voucher, Some(&known), maria);
    assert_eq!(vouched(Some(DANA)), Ok(()), "staff who were listed");
    assert_eq!(vouched(Some(MARIA)), Ok(()), "the client");
    assert_eq!(vouched(None), Ok(()), "this very device");
    assert_eq!(vouched(Some(KEEPER)), Err(Violation::Stranger));
    assert_eq!(
        vouched(Some(ANA)),
        Err(Violation::Stranger),
        "the new one herself"
    );
    let everybody = known_with(&circle, &[DANA, MARIA, ANA, KEEPER], 0);
    assert_eq!(
        comes_back(&circle, Some(KEEPER), Some(&everybody), maria),
        Ok(())
    );

    let without = known_with(&circle, &[MARIA, ANA, KEEPER], 0);
    let judged = welcome(&circle, &circle.people[DANA], Some(&without), no_pins);
    assert_eq!(judged, Err(Violation::Stranger));
    let judged = welcome(&circle, &circle.people[DANA], Some(&known), no_pins);
    assert_eq!(judged, Ok(()));
}

#[test]
fn a_stranger_whom_a_human_trusts_vouches_under_that_key_and_for_nobody_else() {
    let circle = Circle::new();
    let maria = circle.people[MARIA].account;
    let (ana, aik) = (circle.people[ANA].account, circle.people[ANA].aik_public());
    let mut known = known_with(&circle, &[DANA, MARIA, KEEPER], 0);
    known.trusted = vec![(ana, aik.into())];
    assert_eq!(comes_back(&circle, Some(ANA), Some(&known), maria), Ok(()));
    let judged = comes_back(&circle, Some(KEEPER), Some(&known), maria);
    assert_eq!(judged, Err(Violation::Stranger));
    known.trusted = vec![(ana, vec![7; 32].into())];
    let judged = comes_back(&circle, Some(ANA), Some(&known), maria);
    assert_eq!(judged, Err(Violation::Stranger));
}

#[test]
fn a_voucher_under_another_key_or_role_is_nobody_known() {
    let circle = Circle::new();
    let maria = circle.people[MARIA].account;
    let mut known = known_with(&circle, &[DANA, MARIA], 0);
    known.policy.members[0].aik = vec![7; 32].into();
    let judged = comes_back(&circle, Some(DANA), Some(&known), maria);
    assert_eq!(judged, Err(Violation::Stranger));
    let mut known = known_with(&circle, &[DANA, MARIA, ANA, KEEPER], 0);
    known.policy.members[ANA].role = Role::CaseManager;
    let judged = comes_back(&circle, Some(KEEPER), Some(&known), maria);
    assert_eq!(judged, Err(Violation::Stranger));
}

#[test]
fn only_an_account_that_is_listed_comes_back() {
    let circle = Circle::new();
    let nobody = AccountId::from_bytes([9; 16]);
    let judged = comes_back(&circle, None, None, nobody);
    assert_eq!(judged, Err(Violation::AccountUnlisted));
}

// --- a new generation ------------------------------------------------------------------------------

const NEXT: GroupId = GroupId {
    generation: 1,
    ..GROUP
};

fn next(circle: &Circle, maker: &Party, change: impl Fn(&mut Context)) -> (MlsGroup, CirclePolicy) {
    let mut after = context(&circle.followed.agency, &[maker]);
    after.policy.generation = 1;
    change(&mut after);
    (maker.found_as(NEXT, &after), circle.context().policy)
}

fn reset(circle: &Circle, maker: &Party, change: impl Fn(&mut Context)) -> Result<(), Violation> {
    let (group, before) = next(circle, maker, change);
    let agency_key = circle.followed.agency.public();
    let facts = Facts {
        agency_keys: &[agency_key],
        at: NOW,
    };
    let context = group.public_group().group_context();
    judge_reset(&before, context, group.members(), &facts).map(|_| ())
}

#[test]
fn staff_and_the_client_begin_a_new_generation_and_nobody_else() {
    let circle = Circle::new();
    for (who, fine) in [(DANA, true), (MARIA, true), (ANA, false), (KEEPER, false)] {
        let judged = reset(&circle, &circle.people[who], |_| {});
        assert_eq!(judged, if fine { Ok(()) } else { Err(Violation::Reset) });
    }
    let stranger = Party::new(9, Role::CaseManager);
    assert_eq!(reset(&circle, &stranger, |_| {}), Err(Violation::Reset));
}

#[test]
fn a_new_generation_keeps_its_terms_roles_and_keys() {
    let judged = |change: fn(&mut Context)| {
        let circle = Circle::new();
        reset(&circle, &circle.people[DANA], change)
    };
    assert_eq!(
        judged(|after| after.policy.retention = "short".to_owned()),
        Err(Violation::Reset)
    );
    let promoted = |after: &mut Context| after.policy.members[0].role = Role::Supervisor;
    assert_eq!(judged(promoted), Err(Violation::Reset));
    let circle = Circle::new();
    let mut other = circle.people[DANA].twin(2, 0x82);
    other.aik = Party::new(0x70, Role::CaseManager).aik;
    other.certify();
    assert_eq!(reset(&circle, &other, |_| {}), Err(Violation::Reset));
}

#[test]
fn a_new_generation_may_keep_no_history_any_more_and_never_again() {
    let judged = |before: HistoryMode, after: HistoryMode| {
        let circle = Circle::new();
        let dana = &circle.people[DANA];
        let (group, mut policy) = next(&circle, dana, |made| made.policy.history = after);
        policy.history = before;
        let agency_key = circle.followed.agency.public();
        let facts = Facts {
            agency_keys: &[agency_key],
            at: NOW,
        };
        let context = group.public_group().group_context();
        judge_reset(&policy, context, group.members(), &facts).map(|_| ())
    };
    let (eras, off) = (HistoryMode::Eras, HistoryMode::Off);
    assert_eq!(judged(eras, eras), Ok(()));
    assert_eq!(judged(off, off), Ok(()));
    assert_eq!(
        judged(eras, off),
        Ok(()),
        "whoever knows of the end is right"
    );
    assert_eq!(judged(off, eras), Err(Violation::Reset));
}

#[test]
fn a_new_generation_begins_with_one_device_in_the_next_number() {
    let circle = Circle::new();
    let dana = &circle.people[DANA];
    let (group, mut before) = next(&circle, dana, |_| {});
    before.generation = 1;
    let agency_key = circle.followed.agency.public();
    let facts = Facts {
        agency_keys: &[agency_key],
        at: NOW,
    };
    let context = group.public_group().group_context();
    let judged = judge_reset(&before, context, group.members(), &facts).map(|_| ());
    assert_eq!(judged, Err(Violation::Reset), "not the same number again");
    let crowd = &circle.groups[DANA];
    before.generation = 0;
    let context = crowd.public_group().group_context();
    let judged = judge_reset(&before, context, crowd.members(), &facts).map(|_| ());
    assert_eq!(judged, Err(Violation::Founding));
}
