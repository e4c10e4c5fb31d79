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

/// How many different words are planted.
const MARKERS: usize = 200;
/// How each begins.
const PLANT: &str = "planted-";

/// Two hundred words in everything that people type, then whatever a thief could take.
pub async fn two_hundred_words_are_nowhere_and_nothing_stored_signs_in(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let words: Vec<String> = (0..MARKERS)
        .map(|n| format!("{PLANT}{n:03}-word"))
        .collect();
    plant(&house, &dana.caller, &words).await;
    let ticket = house.store.issue_ticket(&dana.caller).await;
    ticket.unwrap();

    let copied = tempfile::tempdir().unwrap();
    let taken = match house.database.settings() {
        Database::Sqlite { directory } => {
            let copy = copied.path().join("copy.sqlite");
            let sql = format!("VACUUM INTO '{}'", copy.display());
            house.attempt(&sql).await.unwrap();
            // With the database as it stands lies its write-ahead log.
            assert!(directory.join("carecircle.sqlite-wal").exists());
            let mut taken = everything_in(&directory);
            taken.extend(std::fs::read(copy).unwrap());
            taken
        }
        Database::Postgres { .. } => everything_that_is_printed(&house).await,
    };
    let stands = |bytes: &[u8]| taken.windows(bytes.len()).any(|window| window == bytes);
    let id = house.agency.maria.person;
    assert!(
        stands(id.as_bytes()) || stands(id.to_string().as_bytes()),
        "ids are found"
    );
    // All of them begin alike: not one is there, nor its beginning.
    assert!(words.iter().all(|word| word.starts_with(PLANT)));
    assert!(!stands(PLANT.as_bytes()), "a planted word");
    assert!(
        !stands(hex(PLANT.as_bytes()).as_bytes()),
        "a planted word, as hex"
    );
    nothing_stored_signs_in(&house, &[&dana, &ana]).await;
}

async fn plant(house: &House, dana: &care::Caller, words: &[String]) {
    let (store, installation) = (&house.store, care::Caller::installation());
    let agency = house.agency;
    for (n, four) in words.chunks(4).enumerate() {
        let [name, note, title, mail] = four else {
            panic!("words come in fours");
        };
        let named = care::private::Name::new(name).unwrap();
        let added = store.add_person(&installation, named, protocol::Role::Client);
        let added = added.await.unwrap();
        let wish = testkit::agency::preferences(&format!("{mail}@example.com"));
        let put = store.put_preferences(&installation, added.person, wish);
        put.await.unwrap();
        let n = u8::try_from(n).unwrap();
        let record = RecordConsent {
            op_id: op(n),
            client: agency.maria.person,
            caregiver: agency.ana.person,
            basis: ConsentBasis::Written,
            note: note.clone(),
            until: None,
            appointments: false,
            reminders: false,
        };
        store.record_consent(dana, record).await.unwrap();
        let plan = PlanCircle {
            op_id: op(n + 100),
            client: agency.maria.person,
            title: title.clone(),
            members: Vec::new(),
        };
        store.plan_circle(dana, plan).await.unwrap();
    }
}

/// Every byte of every file.
fn everything_in(directory: &Path) -> Vec<u8> {
    std::fs::read_dir(directory)
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

async fn everything_that_is_printed(house: &House) -> Vec<u8> {
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut taken = Vec::new();
    for table in house.texts(tables).await {
        let rows = format!("SELECT t::text FROM \"{table}\" t");
        for row in house.texts(&rows).await {
            taken.extend(row.into_bytes());
        }
    }
    taken
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
