//! Nothing in the device takes randomness past this module: with the same seed it writes the same bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::certificate::{DeviceCert, RemovalKey, Signed};
use protocol::http::{Agency, ClaimedKeyPackage, InvitationFound, RedeemInvitation, SignedIn};
use protocol::policy::HistoryMode;
use protocol::{AccountId, Bytes, CircleId, GroupId, PersonId, Role, Timestamp, labels};
use sha2::{Digest as _, Sha256};

use super::{bytes, seed, unseed};
use crate::Device;
use crate::api::{Command, Effect, Input};
use crate::content::{Era, Payload};
use crate::group::{Change, Group, check_newcomer, make_key_packages};
use crate::identity::Identity;
use crate::rows::{Draft, Rows};
use crate::state::Me;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const ACCOUNT: AccountId = AccountId::from_bytes([1; 16]);
const PERSON: PersonId = PersonId::from_bytes([2; 16]);

fn agency() -> Agency {
    let key = SigningKey::from_bytes(&[3; 32]);
    let removal = SigningKey::from_bytes(&[4; 32]).verifying_key();
    let content = protocol::frame::to_vec(&RemovalKey {
        key: removal.to_bytes().into(),
        not_before: NOW,
        not_after: NOW.plus_seconds(86_400),
        successions: Vec::new(),
    });
    let signature = key.sign(&judge::to_be_signed(labels::REMOVAL_KEY, &content));
    let signed = Signed {
        content: content.into(),
        signature: signature.to_bytes().into(),
    };
    Agency {
        name: "House".to_owned(),
        key: key.verifying_key().to_bytes().into(),
        removal_key: protocol::frame::to_vec(&signed).into(),
    }
}

fn command(command: Command) -> Input {
    Input::Command { command }
}

fn answer(id: u32, body: &impl serde::Serialize) -> Input {
    Input::Answer {
        id,
        status: 200,
        body: serde_json::to_vec(body).unwrap(),
    }
}

/// Everything that a device does from a link to its key packages, as text.
fn enrol() -> String {
    let mut device = Device::open([7; 32], "localhost".to_owned(), Vec::new()).unwrap();
    let mut told = Vec::new();
    let mut ask = |input| {
        let step = device.handle(input, NOW).unwrap();
        told.push(format!("{step:?}"));
        let request = step.effects.into_iter().find_map(|effect| match effect {
            Effect::Request { id, body, .. } => Some((id, body)),
            _ => None,
        });
        request.unwrap_or_default()
    };
    let agency = agency();
    let print: [u8; 32] = Sha256::digest(&*agency.key).into();
    let secret = Bytes::from([5; 16]).to_base64url();
    let link = format!("{secret}.{}", Bytes::from(print).to_base64url());
    let (id, _) = ask(command(Command::OpenLink { link }));
    let found = InvitationFound {
        account: ACCOUNT,
        role: Role::Client,
        name: "Maria".to_owned(),
        agency: agency.clone(),
        expires_at: NOW.plus_seconds(60),
        inviter: None,
    };
    ask(answer(id, &found));
    let (id, body) = ask(command(Command::Enrol));
    let sent: RedeemInvitation = serde_json::from_slice(&body).unwrap();
    let signed: Signed = minicbor::decode(&sent.certificate).unwrap();
    let cert: DeviceCert = minicbor::decode(&signed.content).unwrap();
    let signed_in = SignedIn {
        account: ACCOUNT,
        person: PERSON,
        name: "Maria".to_owned(),
        role: Role::Client,
        device: cert.device,
        agency,
        idle_at: NOW.plus_seconds(60),
        ends_at: NOW.plus_seconds(60),
    };
    let (_, body) = ask(answer(id, &signed_in));
    assert!(!body.is_empty(), "key packages were to be put");
    told.join("\n")
}

fn me(account: AccountId, role: Role) -> Me {
    let agency = agency();
    Me {
        identity: Identity::make(account, NOW).unwrap(),
        person: PERSON,
        name: String::new(),
        role,
        agency_name: String::new(),
        agency_key: agency.key.to_array().unwrap(),
        removal_key: agency.removal_key,
        agency_before: Vec::new(),
    }
}

/// A group, five people added to it at once (HPKE, to them and by them), a commit that encrypts a path
/// to them, a message: what goes out, and every stored row but the one that `OpenMLS` stamps with the
/// machine's time.
fn add_people() -> String {
    let rows = Rows::new();
    let (ours, theirs) = (Draft::new(&rows), Draft::new(&rows));
    let staff = me(ACCOUNT, Role::CaseManager);
    let people =
        [10, 11, 12, 13, 14, 15].map(|at| me(AccountId::from_bytes([at; 16]), Role::Client));
    let newcomer = |person: &Me| {
        let package = make_key_packages(&theirs, &person.identity, 1).unwrap();
        let claimed = ClaimedKeyPackage {
            account: person.identity.account,
            role: Role::Client,
            aik: person.identity.aik_public().into(),
            device: person.identity.device,
            key_package: package[0].clone(),
        };
        check_newcomer(&ours, &claimed, NOW).unwrap()
    };
    let id = GroupId {
        circle: CircleId::from_bytes([8; 16]),
        generation: 0,
    };
    let mut group = Group::found(&ours, &staff, id, (None, HistoryMode::Eras)).unwrap();
    let add = |adds| Change {
        adds,
        ..Change::default()
    };
    let first = group.commit(&staff, add(people[..5].iter().map(newcomer).collect()));
    let second = group
        .commit(&staff, add(vec![newcomer(&people[5])]))
        .unwrap();
    let era = Payload::Era(Era {
        era: 0,
        key: [9; 32],
    });
    let message = group.encrypt(&staff.identity, &era).unwrap();
    let first = first.unwrap();
    let joined = Group::join(&theirs, &people[0], (&first.welcome.unwrap(), None), NOW);
    let (mut joined, _) = joined.map_err(|_| "does not join").unwrap();
    assert!(joined.open(&people[0], &second.commit, NOW).is_ok());
    assert!(joined.open(&people[0], &message, NOW).is_ok());
    let welcome = second.welcome.unwrap();
    // As plain vectors: `Bytes` print only their length.
    let out = [
        first.commit,
        second.commit,
        second.group_info,
        welcome,
        message,
    ];
    let out = out.map(|bytes| bytes.0);
    let rows = [ours, theirs].map(|draft| {
        let mut rows = draft.into_changes();
        rows.retain(|key, _| !key.starts_with(b"mls/messages/"));
        rows
    });
    format!("{out:?} {rows:?}")
}

/// `OpenMLS` dates key packages by the machine's clock, in seconds: both runs in the same second.
#[expect(clippy::disallowed_methods, reason = "the clock that OpenMLS reads")]
fn twice(seeds: [u64; 2], run: fn() -> String) -> [String; 2] {
    let second = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    loop {
        let before = second();
        let runs = seeds.map(|number| {
            seed(number);
            let told = run();
            unseed();
            told
        });
        if second() == before {
            return runs;
        }
    }
}

#[test]
fn two_devices_with_the_same_seed_write_the_same_bytes() {
    for run in [enrol, add_people] {
        let [one, two] = twice([1, 1], run);
        let same = one.bytes().zip(two.bytes()).take_while(|(a, b)| a == b);
        let place = same.count();
        let around = one.get(place.saturating_sub(200)..).unwrap_or_default();
        assert!(one == two, "randomness came from elsewhere: {around:.400}");
        let [one, two] = twice([1, 2], run);
        assert!(one != two, "the seed changes nothing");
    }
}

#[test]
fn without_a_seed_nothing_repeats() {
    assert_ne!(bytes::<32>(), bytes::<32>());
    seed(1);
    let seeded: [u8; 32] = bytes();
    let elsewhere = std::thread::spawn(bytes::<32>).join().unwrap();
    assert_ne!(seeded, elsewhere);
    seed(1);
    assert_eq!(seeded, bytes());
    unseed();
    assert_ne!(seeded, bytes());
}
