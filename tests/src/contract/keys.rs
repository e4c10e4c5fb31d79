//! The keys that seal: rotated beside everything else, cut off and gone on with, revoked.

use care::Caller;
use protocol::{Code, limits};
use testkit::Engine;

use super::desk::Mortal;
use super::house::{House, code};

const INSTALLATION: fn() -> Caller = Caller::installation;

/// Sealed values in each column, by the key that they name.
async fn sealed_under(house: &House, key: &str) -> i64 {
    let mut count = 0;
    for (table, column) in [
        ("agency", "name"),
        ("agency", "secret_key"),
        ("agency", "next_secret"),
        ("agency", "removal_secret"),
        ("audit_tree", "secret_key"),
        ("audit_value", "value"),
        ("client_key", "wrapped"),
        ("device", "share"),
        ("lookup_key", "secret"),
        ("person", "name"),
        ("related_person", "relationship"),
        ("circle", "title"),
        ("address", "value"),
    ] {
        let bytes = house.bytes(&hex(key));
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE substr({column}, 3, 4) = {bytes}");
        count += house.count(&sql).await;
    }
    count
}

fn hex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

pub async fn states(house: &House) -> Vec<(String, String)> {
    let keys = house.store.keys(&INSTALLATION()).await.unwrap();
    keys.into_iter().map(|key| (key.key, key.state)).collect()
}

pub async fn rotate(house: &House) -> u64 {
    rotate_with(house, false).await
}

/// Rotates, with clients' own keys or without; how many values were sealed anew.
pub async fn rotate_with(house: &House, clients: bool) -> u64 {
    let begun = house.store.rotate_keys(&INSTALLATION(), clients).await;
    let mut rotation = begun.unwrap();
    let mut resealed = 0;
    while let Some(progress) = rotation.step().await.unwrap() {
        assert_eq!(progress.damaged, 0, "{progress:?}");
        resealed = progress.resealed;
    }
    resealed
}

pub async fn a_rotation_seals_everything_anew(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let before = house.store.people(&dana).await.unwrap();
    let share = house.store.hand_out_share(&dana).await.unwrap();
    let first = states(&house).await.remove(0).0;
    let values = sealed_under(&house, &first).await;
    assert!(values > 10, "{values}");

    house.clock.advance(60);
    assert_eq!(rotate(&house).await, u64::try_from(values).unwrap());
    let keys = states(&house).await;
    let [(second, valid), (retained, opens)] = keys.as_slice() else {
        panic!("{keys:?}");
    };
    assert_eq!((valid.as_str(), opens.as_str()), ("valid", "retained"));
    assert_eq!(retained, &first);
    assert_eq!(sealed_under(&house, &first).await, 0);
    assert!(sealed_under(&house, second).await >= values);
    assert_eq!(house.store.people(&dana).await.unwrap(), before);
    assert_eq!(house.store.hand_out_share(&dana).await.unwrap(), share);
    assert!(house.entries("act = 'rotate_keys'").await >= 2);
    // Opened again, the ring is read from the database.
    let settings = house.settings(1);
    house.store.clone().close().await;
    let House {
        store, database, ..
    } = house;
    drop(store);
    let store = store::Store::open(settings).await.unwrap();
    assert_eq!(store.people(&dana).await.unwrap(), before);
    store.close().await;
    drop(database);
}

pub async fn a_rotation_that_is_cut_off_is_gone_on_with(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let (mut cut, mut whole) = (0, 0);
    for polls in (0..2_000).step_by(7) {
        let ended = Mortal::new(rotate(&house), polls).await.is_some();
        let shown = house.store.people(&dana).await.unwrap();
        assert_eq!(shown.clients[0].name, "Maria Sample", "after {polls} polls");
        cut += usize::from(!ended);
        whole += usize::from(ended);
        if whole > 0 {
            break;
        }
    }
    assert!(cut > 3 && whole == 1, "cut {cut}, whole {whole}");
    let keys = states(&house).await;
    // One at most had come to its end and only not said so.
    assert!(
        keys.len() <= 3,
        "each went on with the one before: {keys:?}"
    );
    for (key, _) in keys.iter().filter(|(_, state)| state == "retained") {
        assert_eq!(sealed_under(&house, key).await, 0);
    }
}

pub async fn a_key_is_destroyed_only_when_nothing_names_it(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let first = states(&house).await.remove(0).0;
    let revoke = async |key: &str| store.revoke_key(&INSTALLATION(), key).await;
    assert_eq!(code(revoke(&first).await), Code::NotFound, "it seals");
    // Only begun: its values are still sealed under the first.
    house.clock.advance(60);
    drop(store.rotate_keys(&INSTALLATION(), false).await.unwrap());
    house.clock.advance(limits::KEY_RETAINED_S);
    assert_eq!(code(revoke(&first).await), Code::BadRequest);
    rotate(&house).await;
    revoke(&first).await.unwrap();
    let wrapped = "SELECT COUNT(*) FROM seal_key WHERE wrapped IS NOT NULL";
    assert_eq!(house.count(wrapped).await, 1);
    assert_eq!(code(revoke(&first).await), Code::NotFound, "it is gone");
    // And not at once after another one began to seal.
    rotate(&house).await;
    let second = states(&house).await.remove(1);
    assert_eq!(second.1, "retained");
    assert_eq!(code(revoke(&second.0).await), Code::BadRequest);
}

pub async fn nobody_but_the_installation_has_to_do_with_keys(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    assert!(house.store.keys(&dana).await.is_err());
    for clients in [false, true] {
        assert!(house.store.rotate_keys(&dana, clients).await.is_err());
    }
    assert!(house.store.rotate_removal_key(&dana).await.is_err());
    assert!(house.store.rotate_agency_key(&dana).await.is_err());
    let root = store::RootKey::from_bytes([2; 32]);
    assert!(house.store.change_root_key(&dana, &root).await.is_err());
    let maria = house.agency.maria.person;
    assert!(house.store.erase_client(&dana, maria).await.is_err());
    assert!(house.store.revoke_key(&dana, "00000000").await.is_err());
    assert_eq!(states(&house).await.len(), 1);
}

/// Two processes on one database, as on `PostgreSQL` there may be.
#[tokio::test]
async fn another_process_opens_what_a_key_sealed_that_it_has_not_read() {
    let house = House::build(Engine::Postgres).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let before = house.store.people(&dana).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let store::Database::Postgres { url, .. } = house.database.settings() else {
        panic!("asked for");
    };
    let directory = elsewhere.path().to_owned();
    let other = store::Settings {
        database: store::Database::Postgres { url, directory },
        ..house.settings(1)
    };
    let other = store::Store::open(other).await.unwrap();
    rotate(&house).await;
    // Reading first, then writing what it has read.
    assert_eq!(other.people(&dana).await.unwrap(), before);
    rotate(&house).await;
    let person = dana.person;
    let wish = other.preferences(&dana, person).await.unwrap();
    other.put_preferences(&dana, person, wish).await.unwrap();
    assert_eq!(house.store.people(&dana).await.unwrap(), before);
    other.close().await;
}
