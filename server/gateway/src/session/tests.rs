//! Frames in, effects out. Here stands what the tables are made of; each file beside it is a part of
//! what a socket does.

use std::collections::HashSet;
use std::time::Duration;

use protocol::frame::*;
use protocol::{
    AccountId, CircleId, Code, DeviceId, EntryKind, OpId, Refusal, Timestamp, Urgency, WelcomeId,
    limits,
};
use store::Topic;

use super::{Answer, Effect, Input, Question, Session, Who};
use crate::settings::Rates;

mod commands;
mod following;
mod hello;
mod passing;
mod removals;
mod time;

const ACCOUNT: AccountId = AccountId::from_bytes([1; 16]);
const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);
const CIRCLE: CircleId = CircleId::from_bytes([3; 16]);
const OTHER: CircleId = CircleId::from_bytes([4; 16]);

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn cursor(circle: CircleId, seq: u64) -> Cursor {
    Cursor {
        circle,
        generation: 0,
        seq,
    }
}

fn frame(frame: &ClientFrame) -> Input {
    Input::Frame(frame.to_bytes().into())
}

fn hello(cursors: Vec<Cursor>) -> Hello {
    Hello {
        ticket: [5; 32].into(),
        device: DEVICE,
        nonce: [6; 32].into(),
        signature: [7; 64].into(),
        cursors,
    }
}

fn append(n: u8) -> Append {
    Append {
        op_id: OpId::from_bytes([n; 16]),
        circle: CIRCLE,
        mls: vec![1].into(),
        body: vec![2].into(),
        wrap: vec![3].into(),
        era: 0,
        send_counter: u64::from(n) + 1,
        urgency: Urgency::Routine,
    }
}

fn position(circle: CircleId, head: u64) -> Position {
    Position {
        circle,
        generation: 0,
        epoch: 1,
        head,
        send_counter: 0,
        own_commit_epoch: None,
        era: 0,
        removal_pending: false,
        status: protocol::CircleStatus::Live,
    }
}

fn ready(positions: Vec<Position>, key_packages: u32) -> Ready {
    Ready {
        account: ACCOUNT,
        now: Timestamp::from_micros(1),
        positions,
        key_packages,
    }
}

fn page(circle: CircleId, seqs: std::ops::RangeInclusive<u64>, head: u64) -> LogPage {
    let entry = |seq| LogEntry {
        seq,
        kind: EntryKind::Message,
        epoch: 1,
        device: DEVICE,
        op_id: OpId::from_bytes([9; 16]),
        mls: vec![1].into(),
        body: vec![2].into(),
        wrap: vec![3].into(),
        era: 0,
        urgency: Urgency::Routine,
        accepted_at: Timestamp::from_micros(1),
    };
    LogPage {
        circle,
        generation: 0,
        entries: seqs.map(entry).collect(),
        head,
    }
}

#[expect(clippy::reversed_empty_ranges, reason = "a page without entries")]
fn empty_page(circle: CircleId, head: u64) -> LogPage {
    page(circle, 1..=0, head)
}

fn inbox(seqs: std::ops::RangeInclusive<u64>) -> Inbox {
    let notice = |seq| Notice {
        seq,
        circle: CIRCLE,
        kind: NoticeKind::Welcome(WelcomeNotice {
            welcome: WelcomeId::from_bytes([8; 16]),
            generation: 0,
            start_seq: 1,
        }),
    };
    Inbox {
        notices: seqs.map(notice).collect(),
    }
}

fn session() -> Session {
    Session::new(Rates::default())
}

fn greeted() -> Input {
    Input::Answer(Answer::Greeted(Ok(Who {
        account: ACCOUNT,
        device: DEVICE,
    })))
}

fn stands(ready: Ready) -> Input {
    Input::Answer(Answer::Stands(Ok(ready)))
}

/// A live session that follows `CIRCLE` from position 4 of 4 and whose first inbox page was empty.
fn live() -> Session {
    let mut session = session();
    session.handle(
        frame(&ClientFrame::Hello(hello(vec![cursor(CIRCLE, 4)]))),
        s(0),
    );
    session.handle(greeted(), s(0));
    session.handle(stands(ready(vec![position(CIRCLE, 4)], 20)), s(0));
    session.handle(
        Input::Answer(Answer::Inbox(Ok(Inbox { notices: vec![] }))),
        s(0),
    );
    session.handle(log(empty_page(CIRCLE, 4)), s(0));
    session.handle(Input::Drained, s(0));
    session
}

fn log(page: LogPage) -> Input {
    Input::Answer(Answer::Log(page.circle, Ok(page)))
}

fn woken(topic: Topic) -> Input {
    Input::Woken(HashSet::from([topic]))
}

fn ask_log(circle: CircleId, seq: u64) -> Effect {
    Effect::Ask(Question::ReadLog(cursor(circle, seq)))
}
