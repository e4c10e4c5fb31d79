//! Other people's programs read a calendar feed: two foreign parsers find the same in it, at the instants that it is
//! about, whatever the clocks do meanwhile.

use std::path::PathBuf;
use std::process::Command;

use care::civil::{CivilTime, Zone, Zones};
use mail::{Feed, FeedVisit};
use protocol::{Language, Timestamp, limits};
use serde_json::{Value, json};

use super::{python, tool};

fn zone() -> Zone {
    Zones::bundled().find("America/Chicago").unwrap()
}

fn at(civil: &str) -> Timestamp {
    zone().resolve(CivilTime::parse(civil).unwrap())
}

fn visit(name: u8, start: Timestamp) -> FeedVisit {
    FeedVisit {
        name: [name; 16],
        sequence: u32::from(name),
        start,
        end: start.plus_seconds(45 * 60),
    }
}

/// Around the hour that comes twice, around the one that does not come, and one in between.
fn feed(language: Language) -> Feed {
    let twice = at("2026-11-01T01:30");
    let starts = [
        at("2026-11-01T00:45"),
        twice,
        twice.plus_seconds(3_600),
        at("2026-11-01T02:30"),
        at("2026-12-01T10:00"),
        at("2027-03-14T01:30"),
        at("2027-03-14T03:00"),
    ];
    Feed {
        language,
        made: at("2026-10-20T09:00"),
        visits: (1..)
            .zip(starts)
            .map(|(name, start)| visit(name, start))
            .collect(),
    }
}

/// What the programs say of each.
fn read(feeds: &[Feed]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let paths = feeds.iter().enumerate().map(|(number, feed)| {
        let path = folder.path().join(format!("{number}.ics"));
        std::fs::write(&path, mail::write_feed(feed).unwrap()).unwrap();
        path
    });
    let paths: Vec<PathBuf> = paths.collect();
    let output = Command::new(python())
        .arg(tool("read_feed.py"))
        .args(&paths)
        // It shares a file with the other reader; nothing compiled of that is kept.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_feed_is_read_without_complaint_at_its_instants_in_every_language() {
    let expected = |language: Language| {
        let (name, summary) = match language {
            Language::En => ("Busy times", "Busy"),
            Language::Es => ("Horas ocupadas", "Ocupado"),
        };
        let times = [
            ("20261101T054500Z", "20261101T063000Z"),
            ("20261101T063000Z", "20261101T071500Z"),
            ("20261101T073000Z", "20261101T081500Z"),
            ("20261101T083000Z", "20261101T091500Z"),
            ("20261201T160000Z", "20261201T164500Z"),
            ("20270314T073000Z", "20270314T081500Z"),
            ("20270314T080000Z", "20270314T084500Z"),
        ];
        let events = (1_u8..).zip(times).map(|(number, (start, end))| {
            json!({
                "UID": format!("{number:02x}").repeat(16),
                "SEQUENCE": number.to_string(),
                "DTSTAMP": "20261020T140000Z",
                "DTSTART": start,
                "DTEND": end,
                "STATUS": "CONFIRMED",
                "SUMMARY": summary,
                "CLASS": "PRIVATE",
            })
        });
        json!({
            "METHOD": "PUBLISH",
            "NAME": name,
            "X-WR-CALNAME": name,
            "REFRESH-INTERVAL": "PT1H",
            "X-PUBLISHED-TTL": "PT1H",
            "events": events.collect::<Vec<_>>(),
        })
    };
    let feeds: Vec<_> = Language::ALL
        .iter()
        .map(|language| feed(*language))
        .collect();
    let all: Vec<_> = Language::ALL
        .iter()
        .map(|language| expected(*language))
        .collect();
    assert_eq!(read(&feeds), json!(all));
}

#[test]
fn a_feed_of_nothing_is_read_and_the_longest_has_a_size() {
    let nothing = Feed {
        visits: Vec::new(),
        ..feed(Language::En)
    };
    assert_eq!(read(&[nothing])[0]["events"], json!([]));
    let longest = Feed {
        visits: vec![visit(1, at("2026-12-01T10:00")); limits::FEED_VISITS_MAX],
        ..feed(Language::Es)
    };
    let file = mail::write_feed(&longest).unwrap();
    assert!(file.len() < 1024 * 1024, "{} bytes", file.len());
}
