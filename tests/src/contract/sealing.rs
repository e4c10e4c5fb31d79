//! Absence, proved: what must not be readable is not there.

use std::path::Path;

use protocol::http::{PlanCircle, RecordConsent};
use protocol::{Code, ConsentBasis};
use store::Database;
use testkit::Engine;

use super::house::{House, code, hex, op};

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
