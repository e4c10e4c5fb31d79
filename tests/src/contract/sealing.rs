//! Absence, proved: what must not be readable is not there.

use std::path::Path;

use protocol::http::{PlanCircle, RecordConsent};
use protocol::{Bytes, Code, ConsentBasis};
use store::Database;
use testkit::Engine;

use super::desk::Desk;
use super::house::{House, code, hex, op};
use crate::stories::listening::Ear;

mod planted;
mod taken;

use planted::{NUMBER, SECRET, Seeds, TYPED, WORD};
use taken::{Thief, stands};

/// Everything that is sealed, as it was typed.
const PLANTED: &[&str] = &[
    "Riverbend Example Agency",
    "Maria Sample",
    "Dana Placeholder",
    "Ana Sample",
    "daughter",
    "Maria and Dana",
    "Planted Title",
    "planted note",
];

pub async fn planted_names_are_nowhere_in_the_database(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let record = RecordConsent {
        op_id: op(1),
        client: house.agency.maria.person,
        caregiver: house.agency.ana.person,
        basis: ConsentBasis::Written,
        note: "planted note".to_owned(),
        until: None,
        appointments: false,
        reminders: false,
    };
    store.record_consent(&dana, record).await.unwrap();
    let plan = PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: op(2),
        client: house.agency.maria.person,
        title: "Planted Title".to_owned(),
        members: vec![house.agency.ana.account],
    };
    store.plan_circle(&dana, plan).await.unwrap();
    // The search would find them: an id, which is plain on purpose, is found.
    let id = house.agency.maria.person;
    match house.database.settings() {
        Database::Sqlite { directory } => {
            assert!(in_files(&directory, id.as_bytes()) > 0);
            for text in PLANTED {
                assert_eq!(in_files(&directory, text.as_bytes()), 0, "{text}");
            }
        }
        Database::Postgres { .. } => {
            let rows = house.blobs(DUMP).await;
            assert!(rows.len() > 30);
            let dump = String::from_utf8(rows.concat()).unwrap();
            assert!(dump.contains(&id.to_string()));
            for text in PLANTED {
                let hex = hex(text.as_bytes());
                assert!(!dump.contains(text) && !dump.contains(&hex), "{text}");
            }
        }
    }
}

/// Every row of every table that could hold what people typed, as PostgreSQL prints it: bytes as hex.
const DUMP: &str = "
    SELECT convert_to(t::text, 'UTF8') FROM agency t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM person t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM account t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM related_person t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM assignment t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM consent t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM circle t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM circle_member t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM operation t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM audit_entry t UNION ALL
    SELECT convert_to(t::text, 'UTF8') FROM audit_value t";

/// How often the bytes occur in the directory's files: database, write-ahead log and whatever else.
fn in_files(directory: &Path, bytes: &[u8]) -> usize {
    std::fs::read_dir(directory)
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .map(|content| content.windows(bytes.len()).filter(|w| *w == bytes).count())
        .sum()
}

pub async fn a_sealed_field_does_not_open_in_another_row(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let maria = house.id(house.agency.maria.person.as_bytes());
    let ana = house.id(house.agency.ana.person.as_bytes());
    house
        .run(&format!(
            "UPDATE person SET name = (SELECT name FROM person WHERE id = {ana}) WHERE id = {maria}"
        ))
        .await;
    let shown = house.store.people(&dana).await;
    assert_eq!(code(shown), Code::Internal);
}

/// How many different words are planted.
const MARKERS: usize = 202;
/// What is sealed and typed by nobody: keys and secrets, what ways in and ceremonies remember, and the agency's name,
/// which is looked for above.
const NOT_TYPED: [(&str, &str); 17] = [
    ("agency", "name"),
    ("agency", "secret_key"),
    ("agency", "next_secret"),
    ("agency", "removal_secret"),
    ("removal_key", "secret"),
    ("audit_tree", "secret_key"),
    ("client_key", "wrapped"),
    ("lookup_key", "secret"),
    ("booking_link", "secret"),
    ("link", "secret"),
    ("enrolment", "lookup"),
    ("authenticator", "secret"),
    ("opaque", "setup"),
    ("ceremony", "state"),
    ("device", "share"),
    ("sentinel", "sealed"),
    ("seal_key", "wrapped"),
];

/// The sealed columns, as the store names them: a new one must be planted or be none that people type.
#[test]
fn every_sealed_column_is_planted_or_typed_by_nobody() {
    let store = include_str!("../../../server/store/src/seal.rs");
    let (_, columns) = store.split_once("\ncolumns! {\n").unwrap();
    let (columns, _) = columns.split_once("\n}\n").unwrap();
    let named = columns
        .lines()
        .filter(|line| line.contains(" = ") && line.contains(", \""));
    let named = named.filter(|line| line.trim().starts_with(|c: char| c.is_ascii_uppercase()));
    let mut named: Vec<_> = named
        .map(|line| {
            let mut quoted = line.split('"').skip(1).step_by(2);
            (quoted.next().unwrap(), quoted.next().unwrap())
        })
        .collect();
    let mut known = [TYPED, &NOT_TYPED[..]].concat();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
}

/// Two hundred words in everything that people type, then whatever a thief could take.
pub async fn two_hundred_words_are_nowhere_and_nothing_stored_signs_in(engine: Engine) {
    let ear = Ear::open().unwrap();
    let desk = Desk::open(engine).await;
    let house = &desk.house;
    let mut thief = Thief::wait(house).await;
    let share = house.store.hand_out_share(&desk.maria).await.unwrap().share;
    assert_eq!(Seeds::plant(&desk).await, MARKERS);
    for (table, column) in TYPED {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} IS NOT NULL");
        assert!(house.count(&sql).await > 0, "nothing in {table}.{column}");
    }
    let ticket = house.store.issue_ticket(&desk.dana).await;
    ticket.unwrap();

    thief.take().await;
    // The search would find them: an id, which is plain on purpose, is found.
    let people = format!("SELECT {} FROM person", raw_id(&desk));
    let people = house.blobs(&people).await;
    let newest = people.iter().max().unwrap().as_slice();
    let printed = uuid::Uuid::from_slice(newest).unwrap().to_string();
    assert!(thief.took(newest) || thief.took(printed.as_bytes()));
    if engine == Engine::Postgres {
        assert!(thief.has_in_log(&[newest]).await, "the log is not read");
        assert!(thief.has_in_files(&[newest]).await, "no file is read");
    }
    // All words begin alike, and so do all numbers: not one is there, nor its beginning.
    let digits: String = NUMBER.chars().filter(char::is_ascii_digit).collect();
    let secret = Bytes::from(SECRET).to_base64url();
    let plain = [WORD, NUMBER, digits.as_str(), secret.as_str()].map(str::as_bytes);
    let hexed = plain.map(hex);
    let mut needles = plain.to_vec();
    let printed = [share.to_base64url(), hex(&share)];
    needles.extend(printed.iter().map(String::as_bytes));
    needles.extend([&SECRET[..], &share[..]]);
    needles.extend(hexed.iter().map(String::as_bytes));
    for needle in &needles {
        let what = String::from_utf8_lossy(needle);
        assert!(!thief.took(needle), "{what}");
    }
    assert!(!thief.has(&needles).await, "planted, in a file");
    let devices = &desk.devices;
    nothing_stored_signs_in(house, &[&devices[0], &devices[1]]).await;
    the_log_says_nothing(&desk, &ear, &plain).await;
}

/// A person's id as it is stored.
fn raw_id(desk: &Desk) -> &'static str {
    match desk.house.database.settings() {
        Database::Sqlite { .. } => "id",
        Database::Postgres { .. } => "uuid_send(id)",
    }
}

/// What was logged and measured since the beginning, and of something that goes wrong in the end.
async fn the_log_says_nothing(desk: &Desk, ear: &Ear, needles: &[&[u8]]) {
    let maria = desk.house.id(desk.maria.person.as_bytes());
    let garbage = desk.house.bytes(b"no sealed text at all");
    let sql = format!("UPDATE address SET value = {garbage} WHERE person = {maria}");
    desk.house.run(&sql).await;
    desk.book("2026-11-12T14:00").await;
    while desk.worker.pass().await.unwrap().leased > 0 {}
    let told = ear.log() + &ear.measured().join("\n");
    assert!(
        told.contains("a planned mail cannot be read"),
        "the log was not heard"
    );
    for needle in needles {
        let what = String::from_utf8_lossy(needle);
        assert!(!stands(told.as_bytes(), needle), "{what}");
    }
}

/// What stands of tokens, tickets, links and codes in the database opens none of the doors.
async fn nothing_stored_signs_in(house: &House, enrolled: &[&super::house::Enrolled]) {
    let mut secrets = Vec::new();
    for (table, column) in [
        ("session", "token_hash"),
        ("ticket", "secret_hash"),
        ("invitation", "secret_hash"),
        ("device", "dsk"),
    ] {
        let sql = format!("SELECT {column} FROM {table}");
        secrets.extend(house.blobs(&sql).await);
    }
    assert!(secrets.len() >= 6, "{}", secrets.len());
    for secret in &secrets {
        let bytes: [u8; 32] = secret.as_slice().try_into().unwrap();
        let token = store::SessionToken::from_bytes(bytes);
        assert!(house.store.caller(&token).await.is_err(), "a session");
        let used = super::house::hello(enrolled[0], &bytes.into(), super::house::SERVER_NAME);
        assert!(house.store.redeem_ticket(&used).await.is_err(), "a ticket");
        for half in [&bytes[..16], &bytes[16..]] {
            let half = half.try_into().unwrap();
            let asked = super::house::request(house.agency.sam.account, half, 9, house.clock_now());
            let redeemed = house.store.redeem_invitation(asked).await;
            assert_eq!(code(redeemed), Code::InvitationUnknown, "a link");
        }
    }
}
