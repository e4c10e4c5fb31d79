//! Other people's programs expand our series: Python's `dateutil` the days of rules, `recurring-ical-events`
//! the instants of repeating events on clocks that change. Seeded: a failure names its rule.

use std::io::Write as _;
use std::process::{Command, Stdio};

use care::Chance as _;
use care::civil::{CivilTime, Date, Zone, Zones, plus_days};
use care::series::{Rule, Shift};
use serde_json::{Value, json};
use testkit::SeededChance;

use super::{python, tool};

/// Rules that are compared.
const RULES: usize = 400;
/// Of each as many days as lie so near to its first.
const DAYS: i32 = 800;
/// Zone, and where its clocks change soon after, at times that the change touches.
const CHANGES: [(&str, &str); 16] = [
    ("Australia/Lord_Howe", "2026-10-01T02:15"),
    ("Australia/Lord_Howe", "2027-04-01T01:45"),
    ("Africa/Cairo", "2026-04-20T00:30"),
    ("Africa/Cairo", "2026-10-26T23:30"),
    ("America/Havana", "2028-03-10T00:30"),
    ("America/Havana", "2027-11-03T00:30"),
    ("America/Santiago", "2026-09-01T00:30"),
    ("America/Santiago", "2026-03-30T23:30"),
    ("Africa/Casablanca", "2026-02-01T02:30"),
    ("Asia/Beirut", "2027-03-25T00:30"),
    ("Pacific/Apia", "2011-12-27T10:00"),
    ("America/Vancouver", "2026-03-02T02:30"),
    ("America/Edmonton", "2026-03-02T02:30"),
    ("America/St_Johns", "2026-10-28T01:30"),
    ("Europe/Dublin", "2026-10-20T01:30"),
    ("Asia/Kathmandu", "2026-10-20T01:30"),
];

fn expand(wanted: &Value) -> Vec<Value> {
    let mut child = Command::new(python())
        .arg(tool("expand_rules.py"))
        // The zones of the pinned package, not the machine's.
        .env("PYTHONTZPATH", "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(wanted).unwrap();
    child.stdin.take().unwrap().write_all(&asked).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Dice.
struct Dice(SeededChance);

impl Dice {
    fn below(&self, n: u8) -> u8 {
        let mut byte = [0];
        self.0.fill(&mut byte);
        byte[0] % n
    }

    fn one<'a>(&self, of: &[&'a str]) -> &'a str {
        of[usize::from(self.below(u8::try_from(of.len()).unwrap()))]
    }

    /// Some of them, at least one.
    fn some(&self, of: &[&str]) -> String {
        let many = 1 + self.below(3);
        let some: Vec<_> = (0..many).map(|_| self.one(of)).collect();
        some.join(",")
    }

    fn parts(&self) -> String {
        const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        const NTH: [&str; 8] = ["1MO", "2TU", "3WE", "4TH", "5FR", "-1SA", "-2SU", "-1FR"];
        const MONTH_DAYS: [&str; 8] = ["1", "2", "13", "28", "29", "31", "-1", "-7"];
        const POSITIONS: [&str; 6] = ["1", "2", "3", "-1", "-2", "5"];
        match self.below(9) {
            0 => "FREQ=DAILY".to_owned(),
            1 => format!("FREQ=DAILY;BYDAY={}", self.some(&DAYS)),
            2 => "FREQ=WEEKLY".to_owned(),
            3 => format!("FREQ=WEEKLY;BYDAY={}", self.some(&DAYS)),
            4 => "FREQ=MONTHLY".to_owned(),
            5 => format!("FREQ=MONTHLY;BYDAY={}", self.some(&NTH)),
            6 => format!("FREQ=MONTHLY;BYMONTHDAY={}", self.some(&MONTH_DAYS)),
            7 => format!(
                "FREQ=MONTHLY;BYDAY={};BYMONTHDAY={}",
                self.some(&DAYS),
                self.some(&MONTH_DAYS)
            ),
            _ => format!(
                "FREQ=MONTHLY;BYDAY={};BYSETPOS={}",
                self.some(&DAYS),
                self.some(&POSITIONS)
            ),
        }
    }

    /// A rule and its first day: the next that it names after some day.
    fn rule(&self) -> Option<(Rule, Date)> {
        let from = Date::constant(2026, 1, 1);
        let from = plus_days(from, i32::from(self.below(250)) * 3);
        let parts = format!("{};INTERVAL={}", self.parts(), 1 + self.below(12));
        let (count, until) = (2 + self.below(103), i32::from(self.below(240)) * 3);
        let counted = self.below(2) == 0;
        (0..62).map(|days| plus_days(from, days)).find_map(|first| {
            let end = if counted {
                format!("COUNT={count}")
            } else {
                let day = plus_days(first, until).to_string();
                format!("UNTIL={}", day.replace('-', ""))
            };
            let rule = Rule::parse(&format!("{parts};{end}"), first).ok()?;
            Some((rule, first))
        })
    }
}

#[test]
fn rules_name_the_days_that_dateutil_finds() {
    let dice = Dice(SeededChance::new(0x005e_71e5));
    let mut rules = Vec::new();
    while rules.len() < RULES {
        rules.extend(dice.rule());
    }
    let wanted = rules.iter().map(|(rule, first)| {
        let until = plus_days(*first, DAYS).to_string();
        json!({"rule": rule.to_string(), "first": format!("{first}T10:00"), "until": until})
    });
    let found = expand(&wanted.collect());
    let mut days_in_all = 0;
    for ((rule, first), found) in rules.iter().zip(found) {
        let days = rule.days(*first, None, plus_days(*first, DAYS)).unwrap();
        days_in_all += days.len();
        let days: Vec<_> = days.iter().map(|day| format!("{day}T10:00")).collect();
        assert_eq!(json!(days), found, "{rule} from {first}");
    }
    assert!(days_in_all > 5 * RULES, "{days_in_all}: that proves little");
}

/// The instants at which the visits of a series begin, each once: where the clocks skip a whole day two of them
/// fall together.
fn instants(rule: &Rule, first: CivilTime, zone: &Zone, until: Date) -> Vec<i64> {
    let days = rule.days(first.date(), None, until).unwrap();
    let shift = Shift::none(first);
    let starts = days.iter().map(|day| zone.resolve(shift.civil_of(*day)));
    let mut starts: Vec<_> = starts.map(|start| start.micros() / 1_000_000).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

#[test]
fn visits_begin_when_a_foreign_calendar_shows_a_repeating_event() {
    let zones = Zones::bundled();
    let mut wanted = Vec::new();
    let mut ours = Vec::new();
    for (name, first) in CHANGES {
        let zone = zones.find(name).unwrap();
        let civil = CivilTime::parse(first).unwrap();
        let until = plus_days(civil.date(), 100);
        for rule in [
            "FREQ=DAILY;COUNT=60",
            "FREQ=WEEKLY;COUNT=14",
            "FREQ=MONTHLY;COUNT=3",
        ] {
            let read = Rule::parse(rule, civil.date()).unwrap();
            ours.push((name, instants(&read, civil, &zone, until)));
            wanted.push(json!({
                "rule": rule, "first": first, "until": until.to_string(), "zone": name,
            }));
        }
    }
    let theirs = expand(&Value::Array(wanted.clone()));
    assert_eq!(theirs.len(), ours.len());
    for ((asked, (name, ours)), theirs) in wanted.iter().zip(ours).zip(theirs) {
        assert!(ours.len() >= 3, "{name}");
        assert_eq!(json!(ours), theirs, "{asked}");
    }
}
