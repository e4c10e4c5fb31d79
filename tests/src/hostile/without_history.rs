//! Circles without history, and a server that would have it otherwise: it flips the mode, strips a wrap or adds one,
//! and repeats what was said before.

use device::api::{Command, Content, History, Trouble};
use protocol::frame::{Append, ServerFrame};
use protocol::http::{Distress, PlanCircle};
use protocol::policy::HistoryMode;
use protocol::{Bytes, CircleId, EntryKind};

use super::past::tablet;
use super::town::{ANA, DANA, MARIA, Town};

/// Somebody switches history on or off.
fn keep(town: &mut Town, who: usize, keep: bool) {
    let circle = town.circle;
    town.command(who, Command::KeepHistory { circle, keep });
}

/// The last message of a device's.
fn sent(town: &Town, who: usize) -> Append {
    town.phones[who]
        .sent
        .last()
        .expect("said something")
        .clone()
}

/// Dana plans another circle of Maria's.
fn plan(town: &mut Town, history: HistoryMode) -> CircleId {
    let plan = PlanCircle {
        op_id: town.op(),
        client: town.maria.person,
        title: "Another circle".to_owned(),
        members: Vec::new(),
        history,
    };
    let caller = town.caller(DANA);
    let planned = town
        .runtime
        .block_on(town.store.plan_circle(&caller, plan))
        .expect("planned");
    town.settle();
    planned.id
}

/// From now on a phone is told one word in place of another whenever circles are named.
fn is_told(town: &mut Town, who: usize, (word, lie): (&'static str, &'static str)) {
    town.phones[who].answer_lie = Some(Box::new(move |request, (status, body)| {
        if !request.path.starts_with("/v1/circles") {
            return (status, body);
        }
        let said = |word| format!("\"history\":\"{word}\"");
        let body = match String::from_utf8(body) {
            Ok(text) => text.replace(&said(word), &said(lie)).into_bytes(),
            Err(other) => other.into_bytes(),
        };
        (status, body)
    }));
}

#[test]
fn with_an_honest_server_a_new_device_starts_empty_where_no_history_is_kept() {
    let mut town = Town::new();
    town.says(DANA, "archived");
    keep(&mut town, MARIA, false);
    for who in [DANA, MARIA] {
        assert!(!town.view(who).keeps_history);
        let is_note =
            |content: &Content| matches!(content, Content::HistorySet { kept: false, .. });
        let noted = town.phones[who]
            .items()
            .iter()
            .any(|item| is_note(&item.content));
        assert!(noted, "it stands in the conversation");
    }
    town.says(DANA, "for those who are here");
    assert!(sent(&town, DANA).wrap.is_empty());
    assert_eq!(
        town.phones[MARIA].texts(),
        ["archived", "for those who are here"]
    );
    let tablet = tablet(&mut town, |_| {});
    assert_eq!(town.phones[tablet].texts(), ["archived"]);
    assert!(town.phones[tablet].unreadable().is_empty());
    assert_eq!(
        town.view(tablet).history,
        History::Ready,
        "nothing is missing"
    );
    town.says(DANA, "from here on");
    assert_eq!(town.phones[tablet].texts(), ["archived", "from here on"]);
    for who in [DANA, MARIA] {
        assert_eq!(town.phones[who].problems(), []);
    }
}

#[test]
fn history_that_is_kept_again_opens_nothing_from_before() {
    let mut town = Town::with_ana();
    town.says(DANA, "archived");
    let copy = town.phones[DANA].device.duplicate();
    keep(&mut town, DANA, false);
    town.says(MARIA, "not archived");
    town.withdraw();
    keep(&mut town, MARIA, true);
    for who in [DANA, MARIA] {
        assert!(town.view(who).keeps_history);
    }
    town.says(MARIA, "archived again");
    let last = sent(&town, MARIA);
    assert!(!last.wrap.is_empty());
    assert!(!copy.can_open(&last).expect("reads"), "a key of before");
    assert!(!town.ana_opens(&last));
    let tablet = tablet(&mut town, |_| {});
    assert_eq!(town.phones[tablet].texts(), ["archived", "archived again"]);
}

#[test]
fn a_circle_is_founded_without_history_if_it_was_planned_so() {
    let mut town = Town::new();
    town.circle = plan(&mut town, HistoryMode::Off);
    assert!(!town.view(DANA).keeps_history);
    assert!(!town.view(MARIA).keeps_history);
    town.says(MARIA, "Hello");
    assert!(sent(&town, MARIA).wrap.is_empty());
    assert_eq!(town.phones[DANA].texts(), ["Hello"]);
    let tablet = tablet(&mut town, |_| {});
    assert_eq!(town.phones[tablet].texts(), Vec::<String>::new());
}

#[test]
fn the_server_has_a_circle_founded_otherwise_than_its_planner_chose() {
    let mut town = Town::new();
    is_told(&mut town, DANA, ("off", "eras"));
    town.circle = plan(&mut town, HistoryMode::Off);
    assert!(town.view(DANA).keeps_history, "the server's word");
    // The page says to the device what its person chose.
    keep(&mut town, DANA, false);
    assert!(!town.view(DANA).keeps_history);
    assert!(!town.view(MARIA).keeps_history);
    town.says(DANA, "Hello");
    assert!(sent(&town, DANA).wrap.is_empty());
}

#[test]
fn the_server_says_that_no_history_is_kept() {
    let mut town = Town::new();
    is_told(&mut town, MARIA, ("eras", "off"));
    town.reconnect(MARIA);
    assert!(town.view(MARIA).keeps_history, "the policy says it");
    town.says(MARIA, "For the record");
    assert!(!sent(&town, MARIA).wrap.is_empty());
    town.phones[MARIA].hears_the_truth();
    keep(&mut town, MARIA, false);
    is_told(&mut town, MARIA, ("off", "eras"));
    town.reconnect(MARIA);
    assert!(!town.view(MARIA).keeps_history);
    town.says(MARIA, "Off the record");
    assert!(sent(&town, MARIA).wrap.is_empty());
}

#[test]
fn a_wrap_is_stripped() {
    let mut town = Town::new();
    town.phones[MARIA].reads(|page| {
        for entry in &mut page.entries {
            entry.wrap = Bytes::default();
        }
    });
    town.says(DANA, "For the record");
    assert_eq!(town.phones[MARIA].texts(), ["For the record"]);
    assert!(town.phones[MARIA].was_warned("a message was not archived as it was sent"));
}

#[test]
fn a_wrap_is_added() {
    let mut town = Town::new();
    keep(&mut town, MARIA, false);
    town.phones[MARIA].reads(|page| {
        let said = page.entries.iter_mut().filter(|it| !it.body.is_empty());
        said.for_each(|entry| entry.wrap = vec![7; 104].into());
    });
    town.says(DANA, "Off the record");
    assert_eq!(town.phones[MARIA].texts(), ["Off the record"]);
    assert!(town.phones[MARIA].was_warned("a message was archived where no history is kept"));
}

#[test]
fn a_message_from_before_the_switch_comes_again() {
    let mut town = Town::new();
    town.says(DANA, "archived");
    let mut past = town.log().last().expect("just said").clone();
    keep(&mut town, MARIA, false);
    past.seq = town.log().last().expect("a commit").seq + 1;
    town.push_entries(MARIA, vec![past]);
    assert_eq!(town.phones[MARIA].texts(), ["archived"], "once");
    assert_eq!(town.phones[MARIA].unreadable(), ["sealed"]);
}

#[test]
fn a_device_that_was_out_of_step_says_what_was_not_kept_for_it() {
    let mut town = Town::new();
    town.circle = plan(&mut town, HistoryMode::Off);
    town.says(DANA, "one");
    town.phones[MARIA].frame_lie = Some(Box::new(|frame| match frame {
        ServerFrame::Log(_) => Vec::new(),
        frame => vec![frame],
    }));
    town.says(DANA, "two");
    town.says(DANA, "three");
    let circle = town.circle;
    town.command(MARIA, Command::Rejoin { circle });
    town.phones[MARIA].hears_the_truth();
    town.reconnect(MARIA);
    town.says(DANA, "four");
    assert_eq!(town.phones[MARIA].texts(), ["one", "four"]);
    assert_eq!(town.phones[MARIA].unreadable(), ["not_kept"; 2]);
    assert_eq!(town.view(MARIA).history, History::Ready);
    assert_eq!(town.phones[DANA].unreadable(), Vec::<String>::new());
    // A device that was not there yet lost nothing.
    let tablet = tablet(&mut town, |_| {});
    assert!(town.phones[tablet].unreadable().is_empty());
}

/// These people's devices cannot process the last commit.
fn breaks_for(town: &mut Town, people: [usize; 2]) {
    let is_commit = |entry: &&protocol::frame::LogEntry| entry.kind == EntryKind::Commit;
    let seq = town.log().iter().rfind(is_commit).expect("a commit").seq;
    for who in people {
        let report = Distress {
            op_id: town.op(),
            generation: 0,
            seq,
        };
        let caller = town.caller(who);
        let noted = town.store.report_distress(&caller, town.circle, report);
        town.runtime.block_on(noted).expect("noted");
    }
    town.settle();
}

#[test]
fn a_broken_circle_is_begun_anew_by_whoever_missed_that_its_history_ended() {
    let mut town = Town::with_ana();
    town.phones[DANA].cut();
    town.settle();
    keep(&mut town, MARIA, false);
    breaks_for(&mut town, [MARIA, ANA]);
    town.reconnect(DANA);
    assert_eq!(town.view(DANA).trouble, Some(Trouble::NeedsReset));
    assert!(town.view(DANA).keeps_history, "Dana's phone missed it");
    let circle = town.circle;
    town.command(DANA, Command::ResetCircle { circle });
    town.tick(60);
    town.says(DANA, "From here on");
    assert!(sent(&town, DANA).wrap.is_empty());
    for who in [DANA, MARIA, ANA] {
        assert!(!town.view(who).keeps_history);
        assert_eq!(town.view(who).trouble, None);
        assert_eq!(town.phones[who].texts(), ["From here on"]);
    }
}

#[test]
fn history_that_was_switched_on_since_outlives_a_new_beginning() {
    let mut town = Town::new();
    town.circle = plan(&mut town, HistoryMode::Off);
    town.says(MARIA, "one");
    keep(&mut town, MARIA, true);
    assert!(town.view(DANA).keeps_history);
    // The server has said nothing of the circle to Dana's phone since: the log alone brought the switch.
    let circle = town.circle;
    town.command(DANA, Command::ResetCircle { circle });
    town.tick(60);
    town.says(DANA, "two");
    assert!(!sent(&town, DANA).wrap.is_empty());
    for who in [DANA, MARIA] {
        assert!(town.view(who).keeps_history);
        assert_eq!(town.phones[who].texts(), ["one", "two"]);
    }
}

#[test]
fn a_wish_that_was_done_and_undone_while_a_device_was_away_is_old() {
    let mut town = Town::new();
    let laptop = town.begin_second(DANA);
    town.command(DANA, Command::ApproveDevice);
    town.tick(2);
    town.tick(60);
    town.phones[laptop].cut();
    town.settle();
    // Dana chose it on her laptop, and her phone founds the circle so.
    town.circle = plan(&mut town, HistoryMode::Off);
    keep(&mut town, laptop, false);
    assert!(!town.view(MARIA).keeps_history);
    keep(&mut town, MARIA, true);
    town.reconnect(laptop);
    assert_eq!(town.epoch(laptop), town.epoch(MARIA), "it came in");
    for who in [MARIA, DANA, laptop] {
        assert!(town.view(who).keeps_history);
    }
    assert!(town.phones[laptop].was_warned("history may have been switched meanwhile"));
}

#[test]
fn a_caregiver_has_no_say_in_it() {
    let mut town = Town::with_ana();
    keep(&mut town, ANA, false);
    assert!(town.phones[ANA].was_warned("staff or the client say whether history is kept"));
    assert!(town.phones[ANA].commits.is_empty());
    assert!(town.view(DANA).keeps_history);
}
