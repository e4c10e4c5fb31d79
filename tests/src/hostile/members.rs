//! The server tells the truth, and somebody who is in the circle has a program of their own.
//!
//! What they send is theirs and stands in the log like everybody's. It must neither end what the others do there,
//! nor be taken for somebody else's.

use device::simulated::Oddity;
use protocol::bundle::{Appended, CommitBundle};
use protocol::frame::{LogPage, ServerFrame};
use protocol::{Code, limits};
use store::Error;

use super::town::{ANA, Town};

/// A device brings a commit that its own program never made.
fn commits(town: &mut Town, who: usize, bundle: CommitBundle) -> Result<Appended, Error> {
    let caller = town.caller(who);
    let done = town.store.commit(&caller, town.circle, bundle);
    let done = town.runtime.block_on(done);
    town.settle();
    done
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
