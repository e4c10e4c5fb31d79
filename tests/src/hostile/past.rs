//! The server lies about the past, and about the moment.

use device::api::{Command, Event};
use protocol::bundle::HistoryPage;
use protocol::frame::{Ephemeral, LogEntry, ServerFrame};

use super::phone::Phone;
use super::town::{DANA, MARIA, Town};

/// A tablet of Maria's that reads what was said before it came, through a lie about each page.
pub fn tablet(town: &mut Town, mut lie: impl FnMut(&mut HistoryPage) + 'static) -> usize {
    let tablet = town.begin_second(MARIA);
    town.phones[tablet].answer_lie = Some(Box::new(move |request, (status, mut body)| {
        if request.path.contains("/history")
            && let Ok(mut page) = minicbor::decode::<HistoryPage>(&body)
        {
            lie(&mut page);
            body = protocol::frame::to_vec(&page);
        }
        (status, body)
    }));
    town.command(MARIA, Command::ApproveDevice);
    town.tick(2);
    town.tick(60);
    tablet
}

fn with_a_past() -> Town {
    let mut town = Town::new();
    town.says(DANA, "first");
    town.says(MARIA, "second");
    town.says(DANA, "third");
    town
}

fn texts(phone: &Phone) -> Vec<String> {
    phone.texts()
}

#[test]
fn an_honest_past_is_read() {
    let mut town = with_a_past();
    let tablet = tablet(&mut town, |_| {});
    assert_eq!(texts(&town.phones[tablet]), ["first", "second", "third"]);
}

#[test]
fn what_was_never_said_is_not_shown() {
    let mut town = with_a_past();
    let tablet = tablet(&mut town, |page| {
        for entry in &mut page.entries {
            entry.body.0.reverse();
        }
        let forged: Vec<LogEntry> = page.entries.clone();
        page.entries.extend(forged);
    });
    assert_eq!(texts(&town.phones[tablet]), Vec::<String>::new());
}

#[test]
fn bodies_of_the_past_are_swapped() {
    let mut town = with_a_past();
    let tablet = tablet(&mut town, |page| {
        let said = |entry: &&mut LogEntry| !entry.body.is_empty();
        let mut said: Vec<_> = page.entries.iter_mut().filter(said).collect();
        if let [first, _, last] = said.as_mut_slice() {
            std::mem::swap(&mut first.body, &mut last.body);
        }
    });
    assert_eq!(texts(&town.phones[tablet]), ["second"]);
}

#[test]
fn a_message_of_the_past_is_said_to_be_somebody_elses() {
    let mut town = with_a_past();
    let tablet = tablet(&mut town, |page| {
        let mut devices: Vec<_> = page.entries.iter().map(|entry| entry.device).collect();
        devices.rotate_left(1);
        for (entry, device) in page.entries.iter_mut().zip(devices) {
            entry.device = device;
        }
    });
    let shown = town.phones[tablet].texts();
    assert!(shown.len() < 3, "{shown:?}");
}

#[test]
fn a_page_of_the_past_comes_in_another_order() {
    let mut town = with_a_past();
    let tablet = tablet(&mut town, |page| page.entries.reverse());
    let shown = texts(&town.phones[tablet]);
    let mut sorted = shown.clone();
    sorted.sort_by_key(|text| {
        ["first", "second", "third"]
            .iter()
            .position(|said| said == text)
    });
    assert_eq!(shown, sorted, "nothing changes places");
}

#[test]
fn signals_are_made_up_or_come_again() {
    let mut town = Town::new();
    let circle = town.circle;
    let device = town.phones[DANA].device.device_id().unwrap().unwrap();
    let made_up = Ephemeral {
        circle,
        generation: 0,
        epoch: town.epoch(MARIA).unwrap(),
        device,
        sealed: vec![7; 64].into(),
    };
    town.push(MARIA, &ServerFrame::Ephemeral(made_up));
    let typing = |phone: &Phone| {
        let is = |event: &&Event| matches!(event, Event::Typing { .. });
        phone.shown.iter().filter(is).count()
    };
    assert_eq!(typing(&town.phones[MARIA]), 0);
    town.phones[DANA].signals.clear();
    town.command(DANA, Command::Typing { circle });
    let signal = town.phones[DANA]
        .signals
        .last()
        .expect("it was sent")
        .clone();
    for _ in 0..3 {
        town.push(MARIA, &ServerFrame::Ephemeral(signal.clone()));
    }
    assert_eq!(
        typing(&town.phones[MARIA]),
        1,
        "once, however often it comes"
    );
    let moved = Ephemeral {
        device: town.phones[MARIA].device.device_id().unwrap().unwrap(),
        ..signal
    };
    town.push(MARIA, &ServerFrame::Ephemeral(moved));
    assert_eq!(typing(&town.phones[MARIA]), 1, "and for no other device");
}
