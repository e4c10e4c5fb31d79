//! The server tells the truth, and somebody who is in the circle has a program of their own.
//!
//! What they send is theirs and stands in the log like everybody's. It must neither end what the others do there,
//! nor be taken for somebody else's.

use device::simulated::Oddity;
use protocol::bundle::{Appended, CommitBundle};
use protocol::frame::{Append, LogPage, ServerFrame};
use protocol::http::PutKeyPackages;
use protocol::{Code, Role, limits};
use store::Error;

use super::ghost::Ghost;
use super::past::tablet;
use super::town::{ANA, DANA, MARIA, Town};
use crate::rules::newcomers::key_package_under;

/// A device brings a commit that its own program never made.
fn commits(town: &mut Town, who: usize, bundle: CommitBundle) -> Result<Appended, Error> {
    let caller = town.caller(who);
    let done = town.store.commit(&caller, town.circle, bundle);
    let done = town.runtime.block_on(done);
    town.settle();
    done
}

/// The same of a message.
fn sends(town: &mut Town, who: usize, append: Append) {
    let caller = town.caller(who);
    let done = town.store.append(&caller, append);
    town.runtime.block_on(done).expect("a message like others");
    town.settle();
}

fn code(done: Result<Appended, Error>) -> Option<Code> {
    match done {
        Err(Error::Refused(refusal)) => Some(refusal.code),
        _ => None,
    }
}

#[test]
fn a_commit_that_no_frame_holds_is_not_taken() {
    let mut town = Town::with_ana();
    let circle = town.circle;
    let ana = &town.phones[ANA].device;
    let bundle = ana.commit_oddly(circle, Oddity::Bloated(limits::COMMIT_BYTES_MAX));
    let done = commits(&mut town, ANA, bundle.expect("made"));
    assert_eq!(code(done), Some(Code::TooLarge));
    // A page of the log with the largest that is taken is a frame.
    let ana = &town.phones[ANA].device;
    let bundle = ana.commit_oddly(circle, Oddity::Bloated(limits::COMMIT_BYTES_MAX - 8_192));
    let bundle = bundle.expect("made");
    let mut entry = town.log().pop().expect("Ana came");
    entry.mls = bundle.commit.clone();
    entry.mls.0.resize(limits::COMMIT_BYTES_MAX, 0);
    let page = LogPage {
        circle,
        generation: 0,
        entries: vec![entry],
        head: u64::MAX,
    };
    let frame = ServerFrame::Log(page).to_bytes();
    assert!(frame.len() <= limits::FRAME_BYTES_MAX);
    assert_eq!(code(commits(&mut town, ANA, bundle)), None);
}

/// The circle goes on: Ana is taken out, and nobody is kept from speaking.
fn goes_on(town: &mut Town) {
    town.withdraw();
    town.says(MARIA, "Ana is gone");
    assert_eq!(town.phones[DANA].texts(), ["Ana is gone"]);
    let sent = town.phones[MARIA].sent.last().expect("just said").clone();
    assert!(!town.ana_opens(&sent));
    town.says(DANA, "So she is");
    assert_eq!(town.phones[MARIA].texts(), ["Ana is gone", "So she is"]);
}

#[test]
fn nobody_begins_an_era_without_a_commit() {
    let mut town = Town::with_ana();
    let circle = town.circle;
    for (counter, era) in [(1_001, 1_000), (1_002, u32::MAX)] {
        let append = town.phones[ANA].device.begin_era(circle, era);
        let append = Append {
            send_counter: counter,
            ..append.expect("made")
        };
        sends(&mut town, ANA, append);
    }
    for who in [DANA, MARIA] {
        assert_eq!(town.phones[who].unreadable(), ["kind"; 2]);
    }
    goes_on(&mut town);
}

#[test]
fn an_era_of_another_number_than_its_commit_says_does_not_begin() {
    for era in [0, 1_000, u32::MAX] {
        let mut town = Town::with_ana();
        town.phones[ANA].cut();
        town.settle();
        let ana = &town.phones[ANA].device;
        let bundle = ana.commit_oddly(town.circle, Oddity::Naming(era));
        let done = commits(&mut town, ANA, bundle.expect("made"));
        assert_eq!(code(done), None, "the server does not see it");
        for who in [DANA, MARIA] {
            let detail = "an archive key under another number than the log's";
            assert!(town.phones[who].was_warned(detail), "{era}");
        }
        goes_on(&mut town);
    }
}

#[test]
fn a_key_package_that_no_group_takes_stops_nobody() {
    let mut town = Town::new();
    let ana = town.ana;
    // Those of her phone never reach the server.
    town.enrol_with(ana, |phone| {
        let answer = br#"{"code":"rate_limited","detail":""}"#;
        phone.refused = Some(("/v1/key-packages", answer.as_slice()));
    });
    let marias = town.public_group().members().last().expect("Maria's leaf");
    let party = Ghost::of(&town.phones[ANA], Role::Caregiver).party;
    let put = PutKeyPackages {
        one_time: vec![key_package_under(&party, &marias.encryption_key)],
        last_resort: None,
    };
    let caller = town.caller(ANA);
    let done = town.store.put_key_packages(&caller, put);
    town.runtime.block_on(done).expect("only the group tells");
    town.settle();
    let detail = "the group does not take a key package that was handed out";
    assert!(town.phones[DANA].was_warned(detail));
    assert_eq!(town.view(DANA).trouble, None);
    town.says(DANA, "We go on");
    assert_eq!(town.phones[MARIA].texts(), ["We go on"]);
    // With one that is her own she comes in.
    town.phones[ANA].refused = None;
    town.reconnect(ANA);
    assert_eq!(town.epoch(ANA), town.epoch(DANA));
    town.says(ANA, "Hello");
    assert_eq!(town.phones[DANA].texts(), ["We go on", "Hello"]);
}

#[test]
fn nobody_speaks_as_somebody_else_to_whoever_reads_back() {
    for gone in [false, true] {
        let mut town = Town::with_ana();
        town.says(DANA, "Take one a day");
        let dana = town.phones[DANA].person.account;
        let circle = town.circle;
        let forged = town.phones[ANA].device.speak_as(circle, dana, "Take ten");
        sends(&mut town, ANA, forged.expect("made"));
        for who in [DANA, MARIA] {
            assert_eq!(town.phones[who].unreadable(), ["body_of_another_place"]);
        }
        if gone {
            town.withdraw();
        }
        let tablet = tablet(&mut town, |_| {});
        assert_eq!(town.phones[tablet].texts(), ["Take one a day"], "{gone}");
    }
}
