//! Foundings.

use protocol::{Code, Role};

use super::party::{Agency, Party, context, founding_facts};

fn refusal(agency: &Agency, founder: &Party, context: &judge::Context) -> (Code, String) {
    let group = founder.found(context);
    let refused = delivery::found(&founding_facts(agency, founder), &founder.founding(&group))
        .expect_err("must be refused");
    (refused.code, refused.detail)
}

#[test]
fn only_a_case_manager_founds() {
    let agency = Agency::new(1);
    for role in [
        Role::Client,
        Role::Caregiver,
        Role::Supervisor,
        Role::Custodian,
    ] {
        let founder = Party::new(2, role);
        let refused = refusal(&agency, &founder, &context(&agency, &[&founder]));
        assert_eq!(refused, (Code::Judged, "founding".to_owned()));
    }
}

#[test]
fn external_senders_must_be_signed_by_this_agency() {
    let (agency, other) = (Agency::new(1), Agency::new(9));
    let founder = Party::new(2, Role::CaseManager);
    let refused = refusal(&agency, &founder, &context(&other, &[&founder]));
    assert_eq!(
        refused,
        (Code::Judged, "external_sender_unsigned".to_owned())
    );

    let founder = Party::new(2, Role::CaseManager);
    let mut without = context(&agency, &[&founder]);
    without.removal_keys.clear();
    let refused = refusal(&agency, &founder, &without);
    assert_eq!(
        refused,
        (Code::Judged, "external_sender_unsigned".to_owned())
    );
}

#[test]
fn an_account_without_a_device_is_not_listed() {
    let agency = Agency::new(1);
    let founder = Party::new(2, Role::CaseManager);
    let ghost = Party::new(3, Role::Client);
    let refused = refusal(&agency, &founder, &context(&agency, &[&founder, &ghost]));
    assert_eq!(refused, (Code::Judged, "account_without_device".to_owned()));
}

#[test]
fn the_policy_names_its_own_circle_and_generation() {
    let agency = Agency::new(1);
    let founder = Party::new(2, Role::CaseManager);
    let mut other = context(&agency, &[&founder]);
    other.policy.generation = 1;
    let refused = refusal(&agency, &founder, &other);
    assert_eq!(
        refused,
        (Code::Judged, "policy_of_another_group".to_owned())
    );
}

#[test]
fn the_certificate_must_be_the_listed_identity_keys() {
    let agency = Agency::new(1);
    let founder = Party::new(2, Role::CaseManager);
    let mut forged = context(&agency, &[&founder]);
    forged.policy.members[0].aik = Party::new(7, Role::CaseManager).aik_public().into();
    let refused = refusal(&agency, &founder, &forged);
    assert_eq!(refused, (Code::Judged, "certificate_invalid".to_owned()));
}

#[test]
fn a_certificate_outside_its_dates_is_not_introduced() {
    use super::party::NOW;
    let agency = Agency::new(1);
    for (issued, until) in [
        (NOW.plus_seconds(-100), NOW.plus_seconds(-1)),
        (NOW.plus_seconds(2 * 86_400), NOW.plus_seconds(3 * 86_400)),
        (
            NOW,
            NOW.plus_seconds(protocol::limits::CERTIFICATE_S_MAX + 1),
        ),
    ] {
        let founder = Party::with_dates(2, Role::CaseManager, issued, until);
        let refused = refusal(&agency, &founder, &context(&agency, &[&founder]));
        assert_eq!(refused, (Code::Judged, "certificate_dates".to_owned()));
    }
}

#[test]
fn a_founding_for_another_group_or_by_another_device_is_refused() {
    let agency = Agency::new(1);
    let founder = Party::new(2, Role::CaseManager);
    let group = founder.found(&context(&agency, &[&founder]));
    let founding = founder.founding(&group);

    let mut facts = founding_facts(&agency, &founder);
    facts.group.generation = 1;
    assert_eq!(
        delivery::found(&facts, &founding).unwrap_err().code,
        Code::Generation
    );

    let other = Party::new(3, Role::CaseManager);
    let facts = founding_facts(&agency, &other);
    assert_eq!(
        delivery::found(&facts, &founding).unwrap_err().code,
        Code::CommitInvalid
    );
}
