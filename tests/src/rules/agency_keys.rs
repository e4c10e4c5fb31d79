//! Which removal keys a device takes whose agency has another key since, and which lists of keys it follows.

use judge::agency::{is_led_to, way_to};
use judge::certificate::check_removal_key;
use judge::{AgencyKey, Facts, Violation};
use protocol::{Bytes, Role, labels, limits};

use super::amendments::{Circle, DANA};
use super::party::{Agency, GROUP, NOW, Party, context, founding_facts};

/// Whether somebody who knows these agency keys, the last of which is pinned, takes a removal key.
fn takes(known: &[&Agency], removal_key: &Bytes) -> bool {
    let keys: Vec<AgencyKey> = known.iter().map(|agency| agency.public()).collect();
    let facts = Facts {
        agency_keys: &keys,
        at: NOW,
    };
    match check_removal_key(removal_key, &facts) {
        Ok(_) => true,
        Err(violation) => {
            assert_eq!(violation, Violation::ExternalSenderUnsigned);
            false
        }
    }
}

/// Three keys of one agency.
fn three() -> [Agency; 3] {
    [1, 2, 3].map(Agency::new)
}

/// The list that leads through these keys.
fn list(keys: &[&Agency]) -> Vec<Bytes> {
    let pairs = keys.windows(2);
    pairs.map(|pair| pair[0].hands_over_to(pair[1])).collect()
}

#[test]
fn whoever_pinned_any_key_of_the_list_takes_what_the_last_one_signed() {
    let [a, b, c] = &three();
    let key = c.vouch(7, NOW, list(&[a, b, c]));
    assert!(takes(&[a], &key) && takes(&[b], &key) && takes(&[c], &key));
    assert!(takes(&[a, b], &key) && takes(&[a, b, c], &key));
    // The list need not begin at the first key.
    let key = c.vouch(7, NOW, list(&[b, c]));
    assert!(!takes(&[a], &key));
    assert!(takes(&[b], &key) && takes(&[a, b], &key));
    // It is signed by the last key and no other.
    for other in [a, b, &Agency::new(9)] {
        assert!(!takes(&[a], &other.vouch(7, NOW, list(&[a, b, c]))));
    }
    assert!(
        !takes(&[a], &b.vouch(7, NOW, Vec::new())),
        "nothing leads there"
    );
}

#[test]
fn what_an_earlier_key_signed_is_taken_by_whoever_was_led_through_it() {
    let [a, b, c] = &three();
    let first = a.vouch(7, NOW, Vec::new());
    assert!(takes(&[a], &first) && takes(&[a, b], &first) && takes(&[a, b, c], &first));
    assert!(!takes(&[b], &first) && !takes(&[c], &first));
    let second = b.vouch(7, NOW, list(&[a, b]));
    assert!(takes(&[a, b, c], &second) && takes(&[b, c], &second));
    assert!(!takes(&[c], &second));
}

#[test]
fn a_list_that_leaves_at_a_key_of_before_is_another_agencys() {
    let [a, b, thief] = &three();
    // Somebody has the secret of the first key, after this device was led to the second.
    let forked = thief.vouch(7, NOW, list(&[a, thief]));
    assert!(takes(&[a], &forked), "who knows no better cannot tell");
    assert!(!takes(&[a, b], &forked));
    let present = thief.public();
    let pinned = |key: &AgencyKey| *key == b.public();
    assert!(!is_led_to(&present, &forked, pinned));
    // And a list of keys that have nothing to do with each other.
    let stranger = Agency::new(9);
    let strangers = thief.vouch(7, NOW, list(&[&stranger, thief]));
    assert!(!takes(&[a], &strangers) && !takes(&[a, b], &strangers));
}

#[test]
fn a_list_holds_from_end_to_end_or_not_at_all() {
    let [a, b, c] = &three();
    let good = a.hands_over_to(b);
    let forged = {
        let mut forged = good.0.clone();
        *forged.last_mut().expect("not empty") ^= 1;
        Bytes(forged)
    };
    let trailing = Bytes([&good[..], &[0]].concat());
    let longer = [a.succession(&b.public()), vec![0]].concat();
    let label = labels::AGENCY_SUCCESSION;
    let mut identity = [0; 32];
    identity[0] = 1;
    let lists = [
        ("forged", vec![forged]),
        // It names the first key and is signed by another.
        (
            "by another key",
            vec![c.says(label, &a.succession(&b.public()))],
        ),
        (
            "under another label",
            vec![a.says(labels::REMOVAL_KEY, &a.succession(&b.public()))],
        ),
        (
            "with an identity key's label",
            vec![a.says(labels::SUCCESSION, &a.succession(&b.public()))],
        ),
        ("followed by something", vec![trailing]),
        ("with more inside", vec![a.says(label, &longer)]),
        (
            "to a short key",
            vec![a.says(label, &a.succession(&b.public()[..31]))],
        ),
        ("nothing of the kind", vec![Bytes(vec![0xff; 40])]),
        ("with a gap", vec![good.clone(), c.hands_over_to(b)]),
        ("in disorder", vec![b.hands_over_to(c), good.clone()]),
        ("twice", vec![good.clone(), good.clone()]),
        ("to itself", vec![a.hands_over_to(a)]),
        ("in a circle", list(&[a, b, a])),
        ("in a later circle", list(&[c, a, b, a])),
    ];
    for (what, list) in lists {
        for signer in [a, b, c] {
            let key = signer.vouch(7, NOW, list.clone());
            for pinned in [a, b, c] {
                assert!(!takes(&[pinned], &key), "{what}");
            }
            let trusted = |key: &AgencyKey| *key == a.public();
            assert!(!is_led_to(&b.public(), &key, trusted), "{what}");
        }
    }
    // A key under which anybody could sign.
    let weak = vec![a.says(label, &a.succession(&identity))];
    let key = b.vouch(7, NOW, weak);
    assert!(!takes(&[a], &key));
    assert!(!is_led_to(&identity, &key, |key| *key == a.public()));
}

#[test]
fn a_list_is_not_too_long() {
    let keys: Vec<Agency> = (1..=limits::AGENCY_SUCCESSIONS_MAX + 2)
        .map(|n| Agency::new(u8::try_from(n).expect("few")))
        .collect();
    let keys: Vec<&Agency> = keys.iter().collect();
    let longest = &keys[..=limits::AGENCY_SUCCESSIONS_MAX];
    let signer = longest.last().expect("some");
    let key = signer.vouch(7, NOW, list(longest));
    assert!(key.len() <= limits::REMOVAL_KEY_BYTES_MAX, "{}", key.len());
    assert!(longest.iter().all(|pinned| takes(&[*pinned], &key)));
    let signer = keys.last().expect("some");
    let key = signer.vouch(7, NOW, list(&keys));
    assert!(keys.iter().all(|pinned| !takes(&[*pinned], &key)));
    // The newest of it will do.
    let key = signer.vouch(7, NOW, list(&keys[1..]));
    assert!(!takes(&keys[..1], &key) && takes(&keys[1..2], &key));
}

#[test]
fn the_way_leads_from_what_is_trusted_to_what_is_shown_and_never_back() {
    let [a, b, c] = &three();
    let key = c.vouch(7, NOW, list(&[a, b, c]));
    let way = |from: &Agency, to: &Agency| way_to(&to.public(), &key, |key| *key == from.public());
    let [first, second, third] = [a, b, c].map(Agency::public);
    assert_eq!(way(a, a), Some(vec![first]));
    assert_eq!(way(a, b), Some(vec![first, second]), "the third is to come");
    assert_eq!(way(a, c), Some(vec![first, second, third]));
    assert_eq!(way(b, c), Some(vec![second, third]));
    assert_eq!(way(b, a), None);
    assert_eq!(way(c, a), None);
    assert_eq!(way(a, &Agency::new(9)), None);
    assert_eq!(way(&Agency::new(9), c), None);
    // What is trusted needs no list.
    assert!(is_led_to(&first, b"nothing", |key| *key == first));
    assert!(!is_led_to(&second, b"nothing", |key| *key == first));
}

#[test]
fn a_group_is_founded_under_the_key_that_the_server_names_and_taken_by_who_is_led_there() {
    let [a, b, _] = &three();
    let dana = Party::new(2, Role::CaseManager);
    let mut listing = context(a, &[&dana]);
    let founding = |listing: &judge::Context| dana.founding(&dana.found(listing));
    // Only what the next key vouches for is taken once there is one.
    let refused = delivery::found(&founding_facts(b, &dana), &founding(&listing));
    assert_eq!(refused.unwrap_err().detail, "external_sender_unsigned");
    listing.removal_keys = vec![b.vouch(7, NOW, list(&[a, b]))];
    let dana = Party::new(2, Role::CaseManager);
    let founding = dana.founding(&dana.found(&listing));
    let founded = delivery::found(&founding_facts(b, &dana), &founding).expect("founded");
    // Who pinned the first key is led there too, who knows only the next one takes it as it is.
    let state = &founded.public_state;
    let vouched =
        |agency: &Agency| delivery::is_vouched_for(&agency.public(), GROUP, state).expect("reads");
    assert!(vouched(a) && vouched(b) && !vouched(&Agency::new(9)));
}

#[test]
fn removal_keys_give_way_only_to_later_ones() {
    let next = Agency::new(0x3a);
    // As Maria's device judges it, a commit of Dana's that lists these.
    let lists = |keys: &dyn Fn(&Agency) -> Vec<Bytes>| {
        let mut circle = Circle::new();
        let mut other = circle.context();
        other.removal_keys = keys(&circle.followed.agency);
        circle.amend(DANA, &other).map(|judged| judged.context)
    };
    let refused = Violation::AmendmentNotAllowed;
    let at = |seconds| NOW.plus_seconds(seconds);
    let earlier = |agency: &Agency| agency.vouch(0x31, at(-60), Vec::new());
    let brought = |agency: &Agency| next.vouch(0x32, at(60), vec![agency.hands_over_to(&next)]);
    assert_eq!(lists(&|agency| vec![earlier(agency)]), Err(refused));
    let beside = lists(&|agency| vec![agency.removal_key(), earlier(agency)]);
    assert_eq!(beside, Err(refused));
    let moved = lists(&|agency| vec![brought(agency)]).expect("a later one");

    // From there no way leads back to what only the key before vouches for.
    let circle = Circle::new();
    let agency = &circle.followed.agency;
    let dana = circle.people[DANA].listed();
    let before = [brought(agency)];
    assert_eq!(moved.removal_keys, before);
    let step = |after: &[Bytes]| judge::check_removal_keys(&before, after, &dana);
    assert_eq!(step(&before), Ok(()));
    let stale = agency.vouch(0x33, at(30), Vec::new());
    for back in [
        vec![stale.clone()],
        vec![brought(agency), stale],
        vec![agency.removal_key()],
        Vec::new(),
    ] {
        assert_eq!(step(&back), Err(refused));
    }
    let newer = next.vouch(0x34, at(61), Vec::new());
    assert_eq!(step(std::slice::from_ref(&newer)), Ok(()));
    assert_eq!(step(&[brought(agency), newer]), Ok(()));
}
