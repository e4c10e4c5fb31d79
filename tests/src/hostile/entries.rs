//! The server writes, bends, drops, repeats or reorders what stands in the log.

use device::api::Trouble;
use ed25519_dalek::{Signer as _, SigningKey};
use openmls::extensions::SenderExtensionIndex;
use openmls::messages::external_proposals::ExternalProposal;
use openmls::prelude::{LeafNodeIndex, MlsMessageOut, SignatureScheme};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::frame::{LogEntry, LogPage, Marker, ServerFrame};
use protocol::{Bytes, Code, DeviceId, EntryKind, OpId, Role, Timestamp, Urgency};

use super::ghost::Ghost;
use super::town::{ANA, DANA, MARIA, Town};
use crate::rules::party;

/// A key of the server's, used as it pleases.
struct ServerKey(SigningKey);

impl Signer for ServerKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// The place of the removal key among the group's external senders.
fn removal_key() -> SenderExtensionIndex {
    SenderExtensionIndex::new(0)
}

/// An entry that the store never wrote, at the next place of Maria's log.
fn entry(town: &Town, kind: EntryKind, mls: &MlsMessageOut) -> LogEntry {
    let head = town.log().last().map_or(0, |last| last.seq);
    LogEntry {
        seq: head + 1,
        kind,
        epoch: town.epoch(MARIA).unwrap_or(0),
        device: DeviceId::from_bytes([7; 16]),
        op_id: OpId::from_bytes([0xee; 16]),
        mls: party::bytes(mls),
        body: Bytes::default(),
        wrap: Bytes::default(),
        era: 0,
        urgency: Urgency::Routine,
        accepted_at: town.now(),
    }
}

#[test]
fn an_honest_server_is_no_trouble() {
    let mut town = Town::with_ana();
    town.says(DANA, "Can you hear me?");
    town.says(MARIA, "Yes");
    town.says(ANA, "Me too");
    for who in [DANA, MARIA, ANA] {
        assert_eq!(
            town.phones[who].texts(),
            ["Can you hear me?", "Yes", "Me too"]
        );
        assert_eq!(town.phones[who].problems(), []);
    }
    // Whoever is brought in comes by the Welcome, and makes no commit of their own.
    let commits = town.log().into_iter();
    let commits = commits.filter(|entry| entry.kind == EntryKind::Commit);
    assert_eq!(commits.count(), 2);
    town.withdraw();
    town.says(MARIA, "Ana is gone");
    assert_eq!(town.phones[DANA].texts().last().unwrap(), "Ana is gone");
    let sent = town.phones[MARIA].sent.last().unwrap().clone();
    assert!(!town.ana_opens(&sent));
    assert!(town.phones[DANA].device.can_open(&sent).unwrap());
}

#[test]
fn the_server_proposes_to_add_somebody() {
    let mut town = Town::new();
    let ghost = Ghost::new(&town, Role::Caregiver);
    let group = town.public_group();
    let proposal = ExternalProposal::new_add::<OpenMlsRustCrypto>(
        ghost.party.key_package(),
        group.group_id().clone(),
        group.group_context().epoch(),
        &ServerKey(town.removal_signer()),
        removal_key(),
    );
    let proposal = entry(&town, EntryKind::Proposal, &proposal.expect("made"));
    town.push_entries(MARIA, vec![proposal]);
    assert!(town.phones[MARIA].was_warned("external_proposal"));
    assert_eq!(town.view(MARIA).trouble, Some(Trouble::SecurityStop));
    town.says(MARIA, "Who is that?");
    assert!(
        town.phones[MARIA].sent.is_empty(),
        "a stopped circle sends nothing"
    );
}

#[test]
fn the_server_proposes_another_policy() {
    let mut town = Town::new();
    let group = town.public_group();
    let mut context = town.context();
    context
        .policy
        .members
        .push(Ghost::new(&town, Role::CaseManager).party.listed());
    context.policy.members.sort_by_key(|member| member.account);
    let proposal = ExternalProposal::new_group_context_extensions::<OpenMlsRustCrypto>(
        context.to_extensions().expect("extensions"),
        group.group_id().clone(),
        group.group_context().epoch(),
        &ServerKey(town.removal_signer()),
        removal_key(),
    );
    let proposal = entry(&town, EntryKind::Proposal, &proposal.expect("made"));
    town.push_entries(MARIA, vec![proposal]);
    assert!(town.phones[MARIA].was_warned("external_proposal"));
    assert_eq!(town.view(MARIA).trouble, Some(Trouble::SecurityStop));
}

#[test]
fn a_removal_by_a_key_that_the_agency_did_not_sign_removes_nobody() {
    let mut town = Town::new();
    let group = town.public_group();
    let proposal = ExternalProposal::new_remove::<OpenMlsRustCrypto>(
        LeafNodeIndex::new(0),
        group.group_id().clone(),
        group.group_context().epoch(),
        &ServerKey(SigningKey::from_bytes(&[0x66; 32])),
        removal_key(),
    );
    let proposal = entry(&town, EntryKind::Proposal, &proposal.expect("made"));
    town.push_entries(MARIA, vec![proposal]);
    town.tick(60);
    // The device cannot use that entry. It comes back into the true group by itself, with Dana in it.
    assert!(!town.view(MARIA).removing);
    town.says(MARIA, "Are you still there?");
    assert_eq!(town.phones[DANA].texts(), ["Are you still there?"]);
}

#[test]
fn a_removal_whose_commit_is_withheld_keeps_the_device_silent() {
    let mut town = Town::with_ana();
    town.phones[MARIA].reads(|page| {
        let commit = |entry: &LogEntry| entry.kind == EntryKind::Commit;
        if let Some(from) = page.entries.iter().position(commit) {
            page.entries.truncate(from);
        }
    });
    town.withdraw_only();
    town.please(DANA);
    assert!(
        town.view(MARIA).removing,
        "Maria sees that somebody is being taken out"
    );
    town.says(MARIA, "Does Ana hear this?");
    assert!(
        town.phones[MARIA].sent.is_empty(),
        "nothing is encrypted that Ana could open"
    );
    town.phones[MARIA].hears_the_truth();
    town.reconnect(MARIA);
    assert_eq!(town.phones[DANA].texts(), ["Does Ana hear this?"]);
    let sent = &town.phones[MARIA].sent;
    assert!(!sent.iter().any(|sent| town.ana_opens(sent)));
}

#[test]
fn bodies_are_swapped_between_two_messages() {
    let mut town = Town::new();
    town.phones[MARIA].cut();
    town.settle();
    town.says(DANA, "yes");
    town.says(DANA, "no");
    town.phones[MARIA].reads(|page| {
        let said = |entry: &&mut LogEntry| !entry.body.is_empty();
        let mut said: Vec<_> = page.entries.iter_mut().filter(said).collect();
        if let [first, second] = said.as_mut_slice() {
            std::mem::swap(&mut first.body, &mut second.body);
        }
    });
    town.reconnect(MARIA);
    assert_eq!(town.phones[MARIA].texts(), Vec::<String>::new());
    assert_eq!(town.phones[MARIA].unreadable(), ["body_hash", "body_hash"]);
}

#[test]
fn messages_change_places() {
    let mut town = Town::new();
    town.phones[MARIA].cut();
    town.settle();
    town.says(DANA, "Take two");
    town.says(DANA, "Not the blue ones");
    let mut times = 0;
    town.phones[MARIA].reads(move |page| {
        times += 1;
        if times < 4 {
            page.entries.reverse();
        }
    });
    town.reconnect(MARIA);
    // What is out of its place is asked for again, and never skipped.
    assert_eq!(
        town.phones[MARIA].texts(),
        ["Take two", "Not the blue ones"]
    );
    assert_eq!(town.phones[MARIA].unreadable(), Vec::<String>::new());
}

#[test]
fn a_message_comes_again_at_another_place() {
    let mut town = Town::new();
    town.says(DANA, "Take one");
    let mut again = town.log().last().unwrap().clone();
    again.seq += 1;
    town.push_entries(MARIA, vec![again]);
    assert_eq!(town.phones[MARIA].texts(), ["Take one"]);
    assert_eq!(town.phones[MARIA].unreadable(), ["sealed"]);
}

#[test]
fn the_log_is_rolled_back() {
    let mut town = Town::new();
    town.says(DANA, "first");
    let earlier = town.log();
    town.says(DANA, "second");
    town.push_entries(MARIA, earlier);
    assert_eq!(town.phones[MARIA].texts(), ["first", "second"]);
    town.says(MARIA, "third");
    assert_eq!(town.phones[DANA].texts(), ["first", "second", "third"]);
}

#[test]
fn a_commit_is_dropped_and_the_rest_moved_up() {
    let mut town = Town::new();
    town.phones[MARIA].cut();
    town.settle();
    let before = town.log().last().expect("Maria came").seq;
    town.enrol(town.ana);
    town.says(ANA, "Hello, it is Ana");
    let mut rest = town.log();
    rest.retain(|entry| entry.seq > before && entry.kind != EntryKind::Commit);
    for (seq, entry) in (before + 1..).zip(&mut rest) {
        entry.seq = seq;
    }
    town.push_entries(MARIA, rest);
    assert_eq!(town.phones[MARIA].texts(), Vec::<String>::new());
    let seen = town.phones[MARIA].unreadable();
    assert!(!seen.is_empty(), "Maria sees that something is wrong");
    town.reconnect(MARIA);
    let circle = town.circle;
    town.command(MARIA, device::api::Command::Rejoin { circle });
    town.tick(60);
    // Dana, whom Maria knows, brought Ana in and vouches for the group.
    assert_eq!(town.view(MARIA).trouble, None);
    town.says(MARIA, "I missed that");
    assert_eq!(town.phones[ANA].texts().last().unwrap(), "I missed that");
}

#[test]
fn two_devices_are_shown_different_commits() {
    let mut town = Town::with_ana();
    // Maria is shown the commit that Dana made first; Dana is told that it came too late.
    town.phones[DANA].refused = Some(("/commits", br#"{"code":"stale","detail":""}"#.as_slice()));
    town.withdraw_only();
    town.please(DANA);
    let bundle = town.phones[DANA]
        .commits
        .last()
        .expect("Dana made it")
        .clone();
    let mut forked = town.log().last().expect("the proposal").clone();
    forked.seq += 1;
    forked.kind = EntryKind::Commit;
    forked.mls = bundle.commit;
    town.push_entries(MARIA, vec![forked]);
    town.phones[DANA].refused = None;
    town.reconnect(DANA);
    town.please(DANA);
    town.says(MARIA, "Do you see this?");
    // Nothing leaves the wrong branch, and Maria sees that something is wrong.
    assert!(town.phones[MARIA].sent.is_empty());
    assert!(!town.phones[MARIA].unreadable().is_empty());
    let circle = town.circle;
    town.command(MARIA, device::api::Command::Rejoin { circle });
    town.tick(60);
    town.reconnect(MARIA);
    assert_eq!(town.phones[DANA].texts(), ["Do you see this?"]);
    assert!(
        !town.phones[MARIA]
            .sent
            .iter()
            .any(|sent| town.ana_opens(sent))
    );
}

#[test]
fn a_removed_device_speaks_from_the_past() {
    let mut town = Town::with_ana();
    town.says(ANA, "I am here");
    let mut past = town.log().last().unwrap().clone();
    town.withdraw();
    let head = town.log().last().unwrap().seq;
    past.seq = head + 1;
    past.mls = town.phones[ANA].sent.last().unwrap().mls.clone();
    town.push_entries(MARIA, vec![past]);
    assert_eq!(
        town.phones[MARIA].texts(),
        ["I am here"],
        "once, from before"
    );
    assert_eq!(town.phones[MARIA].unreadable(), ["sealed"]);
}

#[test]
fn the_archive_is_given_another_key_than_the_people() {
    let mut town = Town::new();
    town.phones[MARIA].reads(|page| {
        for entry in &mut page.entries {
            if let Some(byte) = entry.wrap.0.last_mut() {
                *byte ^= 1;
            }
        }
    });
    town.says(DANA, "For the record");
    assert_eq!(town.phones[MARIA].texts(), ["For the record"]);
    assert!(town.phones[MARIA].was_warned("a message was not archived as it was sent"));
}

#[test]
fn the_key_of_a_new_era_is_withheld() {
    let mut town = Town::with_ana();
    town.phones[DANA].reads(|page| {
        for entry in &mut page.entries {
            if entry.kind == EntryKind::Message && entry.body.is_empty() {
                entry.mls = Bytes::default();
            }
        }
    });
    town.withdraw();
    town.phones[DANA].hears_the_truth();
    town.says(DANA, "Under which key?");
    town.tick(60);
    assert_eq!(town.phones[MARIA].texts(), ["Under which key?"]);
    let commits = &town.phones[DANA].commits;
    assert!(
        commits.iter().any(|bundle| bundle.era >= 3),
        "Dana began an era of her own"
    );
    let sent = town.phones[DANA].sent.last().unwrap();
    assert!(!town.ana_opens(sent));
}

#[test]
fn the_servers_clock_is_wrong_by_ages() {
    for at in [i64::MIN, 0, i64::MAX] {
        let mut town = Town::new();
        town.phones[MARIA].reads(move |page| {
            for entry in &mut page.entries {
                entry.accepted_at = Timestamp::from_micros(at);
            }
        });
        town.enrol(town.ana);
        // A certificate that is not valid at the entry's time is not let in.
        assert!(town.phones[MARIA].was_warned("certificate_dates"));
        assert_eq!(town.view(MARIA).trouble, Some(Trouble::SecurityStop));
        assert_eq!(
            town.view(MARIA)
                .members
                .iter()
                .filter(|m| m.state == protocol::MemberState::Confirmed)
                .count(),
            2
        );
    }
}

#[test]
fn frames_that_are_no_frames_change_nothing() {
    let mut town = Town::new();
    let now = town.now();
    for bytes in [vec![], vec![0xff; 3], vec![0x82, 0x03], vec![0x9f; 1 << 20]] {
        town.phones[MARIA].hear(device::api::Input::Frame { bytes }, now);
    }
    let elsewhere = LogPage {
        circle: protocol::CircleId::from_bytes([3; 16]),
        generation: u32::MAX,
        entries: town.log(),
        head: u64::MAX,
    };
    town.push(MARIA, &ServerFrame::Log(elsewhere));
    town.says(DANA, "All well?");
    assert_eq!(town.phones[MARIA].texts(), ["All well?"]);
    assert_eq!(town.phones[MARIA].problems(), []);
}

#[test]
fn an_acknowledgement_of_nobody_is_not_shown() {
    let mut town = Town::new();
    let mut marker = entry_of_marker(&town);
    marker.device = DeviceId::from_bytes([0x55; 16]);
    town.push_entries(DANA, vec![marker]);
    let acked =
        |item: &device::api::Item| matches!(item.content, device::api::Content::UrgentAck { .. });
    assert!(!town.phones[DANA].items().iter().any(acked));
    assert_eq!(town.phones[DANA].problems(), Vec::<(Code, String)>::new());
}

fn entry_of_marker(town: &Town) -> LogEntry {
    let mut marker = town.log().last().unwrap().clone();
    marker.seq += 1;
    marker.kind = EntryKind::Marker;
    marker.mls = Bytes::default();
    marker.body = protocol::frame::to_vec(&Marker::UrgentAck(1)).into();
    marker
}
