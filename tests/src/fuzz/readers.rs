//! Everything that reads a stranger's bytes.

use judge::agency::read_successions;
use judge::certificate::{check_device_cert, read_device_cert, read_signed};
use proptest::prelude::any;
use protocol::bundle::{CommitBundle, Founding, HistoryPage};
use protocol::frame::{Append, ClientFrame, Cursor, Hello, ServerFrame, to_vec};
use protocol::policy::CirclePolicy;
use protocol::{Bytes, CircleId, DeviceId, OpId, Role, Urgency};

use super::{bend, edits};
use crate::rules::party::{Agency, Followed, Party, commit, context, finish, founding_facts};

/// What reads comes back as it was written.
fn read_back<T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> + PartialEq>(
    bytes: &[u8],
) -> bool {
    let Ok(value) = minicbor::decode::<T>(bytes) else {
        return false;
    };
    let written = to_vec(&value);
    assert!(minicbor::decode::<T>(&written).is_ok_and(|again| again == value));
    true
}

fn frames() -> Vec<Vec<u8>> {
    let append = Append {
        op_id: OpId::from_bytes([1; 16]),
        circle: CircleId::from_bytes([2; 16]),
        mls: vec![3; 40].into(),
        body: vec![4; 40].into(),
        wrap: vec![5; 40].into(),
        era: 6,
        send_counter: 7,
        urgency: Urgency::Urgent,
    };
    let cursor = Cursor {
        circle: append.circle,
        generation: 1,
        seq: 9,
    };
    let hello = Hello {
        ticket: vec![1; 32].into(),
        device: DeviceId::from_bytes([8; 16]),
        nonce: vec![2; 32].into(),
        signature: vec![3; 64].into(),
        cursors: vec![cursor; 3],
    };
    [
        ClientFrame::Append(append),
        ClientFrame::Hello(hello),
        ClientFrame::FetchLog(cursor),
    ]
    .iter()
    .map(ClientFrame::to_bytes)
    .collect()
}

#[test]
fn whatever_reads_is_written_back_the_same() {
    let dana = Party::new(2, Role::CaseManager);
    let (mut circle, mut danas) = Followed::new(&dana);
    let founding = dana.founding(&danas);
    let mut bundle = commit(&dana, &mut danas, Vec::new(), None);
    finish(&dana, &mut danas, &mut bundle);
    let held = circle.held.public_state.clone();
    let policy = context(&circle.agency, &[&dana]).policy;
    let mut corpus = frames();
    corpus.extend([
        dana.certificate.0.clone(),
        to_vec(&policy),
        to_vec(&founding),
        to_vec(&bundle),
        circle.agency.removal_key().0.clone(),
        circle.agency.hands_over_to(&Agency::new(9)).0,
        held.clone(),
    ]);
    let (mut read, mut bent_reads) = (0, 0);
    super::cases(4_096, &(any::<usize>(), edits()), |(which, edits)| {
        let bytes = bend(&corpus[which % corpus.len()], edits);
        let reads = [
            ClientFrame::parse(&bytes).is_ok_and(|frame| {
                assert_eq!(ClientFrame::parse(&frame.to_bytes()).as_ref(), Ok(&frame));
                true
            }),
            ServerFrame::parse(&bytes).is_some(),
            read_back::<CirclePolicy>(&bytes),
            read_back::<CommitBundle>(&bytes),
            read_back::<Founding>(&bytes),
            read_back::<HistoryPage>(&bytes),
            read_signed(&bytes).is_ok(),
            read_device_cert(&bytes).is_ok(),
        ];
        read += usize::from(reads.contains(&true));
        bent_reads += usize::from(reads.contains(&true) && !edits.is_empty());
        let forged = bytes != dana.certificate.0;
        let certified = check_device_cert(&bytes, &dana.aik_public()).is_ok();
        assert!(!(forged && certified && bytes.len() <= dana.certificate.len()));
    });
    assert!(
        read > 0 && bent_reads > 0,
        "nothing got past the first byte"
    );
    circle
        .offer(&dana, &bundle)
        .expect("the honest one is accepted");
}

#[test]
fn a_bent_succession_of_agency_keys_leads_nowhere() {
    let (first, next) = (Agency::new(1), Agency::new(2));
    let whole = first.hands_over_to(&next);
    let keys = [first.public(), next.public()];
    super::cases(2_048, &edits(), |edits| {
        let bent = Bytes(bend(&whole, edits));
        match read_successions(std::slice::from_ref(&bent)) {
            None => assert!(bent != whole, "{edits:?}"),
            Some(read) => assert!(bent == whole && read == keys, "{edits:?}"),
        }
    });
}

#[test]
fn a_bent_commit_or_founding_is_refused_and_never_panics() {
    let dana = Party::new(2, Role::CaseManager);
    let (circle, mut danas) = Followed::new(&dana);
    let founding = dana.founding(&danas);
    let mut bundle = commit(&dana, &mut danas, Vec::new(), None);
    finish(&dana, &mut danas, &mut bundle);
    let facts = circle.facts(&dana);
    let strategy = (0..4usize, edits());
    super::cases(256, &strategy, |(which, edits)| {
        let mut bent = bundle.clone();
        let mut state = circle.held.public_state.clone();
        let part = match which {
            0 => &mut bent.commit.0,
            1 => &mut bent.group_info.0,
            2 => &mut bent.era_next.0,
            _ => &mut state,
        };
        let whole = part.clone();
        *part = bend(part, edits);
        let same = *part == whole;
        // `era_next` is judged by its envelope only: devices open it.
        let accepted = delivery::accept(&facts, &state, &bent).is_ok();
        assert!(same || !accepted || *which >= 2, "{which} {edits:?}");
        let mut other = founding.clone();
        other.group_info = bend(&other.group_info, edits).into();
        let facts = founding_facts(&circle.agency, &dana);
        let accepted = delivery::found(&facts, &other).is_ok();
        assert!(!accepted || other == founding, "{edits:?}");
    });
}
