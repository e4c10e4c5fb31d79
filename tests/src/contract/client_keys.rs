//! Clients' own keys: what stands under them, how they are wrapped anew, replaced, and given to fields from
//! before there were any.

use care::Caller;
use protocol::http::Phone;
use testkit::Engine;

use super::desk::{Desk, Mortal, TUESDAY};
use super::house::House;
use super::keys::{rotate, rotate_with, states};

/// The fields that are about a client: table, column, and which rows are Maria's.
pub const ABOUT: &[(&str, &str, &str)] = &[
    ("person", "name", "t.id = $maria"),
    ("related_person", "relationship", "t.client = $maria"),
    ("consent", "note", "t.client = $maria"),
    ("circle", "title", "t.client = $maria"),
    ("address", "value", "t.person = $maria"),
    ("phone", "value", "t.person = $maria"),
    ("appointment", "meeting_link", "t.client = $maria"),
    (
        "link",
        "secret",
        "t.appointment IN (SELECT id FROM appointment WHERE client = $maria)",
    ),
    (
        "audit_value",
        "value",
        "t.entry IN (SELECT id FROM audit_entry WHERE client = $maria)",
    ),
];

/// Everything of Maria's as it is sealed, with its table.
pub async fn of_maria(house: &House) -> Vec<(&'static str, Vec<u8>)> {
    let maria = house.id(house.agency.maria.person.as_bytes());
    let mut fields = Vec::new();
    for (table, column, rows) in ABOUT {
        let rows = rows.replace("$maria", &maria);
        let sql = format!("SELECT t.{column} FROM {table} t WHERE {rows} ORDER BY t.id");
        let found = house.blobs(&sql).await;
        assert!(!found.is_empty(), "nothing of Maria's in {table}");
        fields.extend(found.into_iter().map(|sealed| (*table, sealed)));
    }
    fields
}

/// Suite and key id of Maria's key.
pub async fn key_of_maria(house: &House) -> Vec<u8> {
    let maria = house.id(house.agency.maria.person.as_bytes());
    let sql = format!("SELECT key_id FROM client_key WHERE client = {maria} AND state = 'valid'");
    let mut keys = house.blobs(&sql).await;
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}

/// A desk at which everything that is about a client stands somewhere.
pub async fn full(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    let number = Phone {
        number: Some("+1 312 555 0142".to_owned()),
    };
    let maria = desk.maria.person;
    let put = desk.store().put_phone(&desk.maria, maria, number);
    put.await.unwrap();
    desk.book_with_ana(TUESDAY).await;
    desk.post().await;
    desk
}

pub async fn what_is_about_a_client_stands_under_her_own_key(engine: Engine) {
    let desk = full(engine).await;
    let key = key_of_maria(&desk.house).await;
    assert_eq!((key.len(), key[0]), (5, 2));
    for (table, sealed) in of_maria(&desk.house).await {
        assert_eq!(sealed[1..6], key, "{table}");
    }
    // Staff and caregivers are nobody's clients.
    for person in [desk.house.agency.dana, desk.house.agency.ana] {
        let id = desk.house.id(person.person.as_bytes());
        for sql in [
            format!("SELECT name FROM person WHERE id = {id}"),
            format!("SELECT value FROM address WHERE person = {id}"),
        ] {
            assert_eq!(desk.house.blobs(&sql).await[0][1], 1, "{}", person.name);
        }
    }
    let clients = desk.house.count("SELECT COUNT(*) FROM client_key").await;
    assert_eq!(clients, 1);
}

pub async fn a_rotation_wraps_clients_keys_anew_and_leaves_their_fields(engine: Engine) {
    let desk = full(engine).await;
    let house = &desk.house;
    let (fields, key) = (of_maria(house).await, key_of_maria(house).await);
    let shown = house.store.people(&desk.dana).await.unwrap();
    let wrapped = house.blobs("SELECT wrapped FROM client_key").await;
    let first = states(house).await.remove(0).0;
    desk.pass(3_601).await;
    rotate(house).await;
    assert_eq!(of_maria(house).await, fields, "sealed anew");
    assert_eq!(key_of_maria(house).await, key);
    assert_ne!(house.blobs("SELECT wrapped FROM client_key").await, wrapped);
    desk.pass(3_601).await;
    let installation = Caller::installation();
    house.store.revoke_key(&installation, &first).await.unwrap();
    assert_eq!(house.store.people(&desk.dana).await.unwrap(), shown);
}

pub async fn clients_get_new_keys_too_and_the_old_ones_go(engine: Engine) {
    let desk = full(engine).await;
    let house = &desk.house;
    let (fields, key) = (of_maria(house).await, key_of_maria(house).await);
    let shown = house.store.people(&desk.dana).await.unwrap();
    let (mut cut, mut whole) = (0, 0);
    for polls in (0..4_000).step_by(11) {
        let ended = Mortal::new(rotate_with(house, true), polls).await.is_some();
        assert_eq!(house.store.people(&desk.dana).await.unwrap(), shown);
        cut += usize::from(!ended);
        whole += usize::from(ended);
        if whole > 0 {
            break;
        }
    }
    assert!(cut > 2 && whole == 1, "cut {cut}, whole {whole}");
    let anew = key_of_maria(house).await;
    assert_ne!(anew, key);
    for (table, sealed) in of_maria(house).await {
        assert_eq!(sealed[1..6], anew, "{table}");
    }
    assert_eq!(of_maria(house).await.len(), fields.len());
    // Another process may have sealed with it a moment ago: an hour later nothing is under it any more.
    let retained = "SELECT COUNT(*) FROM client_key WHERE state = 'retained'";
    assert!(house.count(retained).await >= 1);
    desk.pass(3_600).await;
    rotate(house).await;
    assert_eq!(house.count(retained).await, 0);
    assert_eq!(house.store.people(&desk.dana).await.unwrap(), shown);
}

pub async fn fields_of_before_move_under_the_clients_key_however_often_it_is_cut_off(
    engine: Engine,
) {
    let desk = Desk::open(engine).await;
    let house = &desk.house;
    // Ana's fields stand under a seal key; now she is a client, as one was before clients had keys.
    let ana = house.id(house.agency.ana.person.as_bytes());
    house
        .run(&format!(
            "UPDATE account SET role = 'client' WHERE person = {ana}"
        ))
        .await;
    let sealed = async || {
        let mut both = Vec::new();
        for sql in [
            format!("SELECT name FROM person WHERE id = {ana}"),
            format!("SELECT value FROM address WHERE person = {ana}"),
        ] {
            both.extend(house.blobs(&sql).await);
        }
        both
    };
    let people = async || {
        let installation = Caller::installation();
        house.store.audit_people(&installation).await.unwrap()
    };
    let before = people().await;
    assert!(sealed().await.iter().all(|field| field[1] == 1));
    let (mut cut, mut whole) = (0, 0);
    for polls in (0..2_000).step_by(11) {
        let ended = Mortal::new(rotate(house), polls).await.is_some();
        assert_eq!(people().await, before, "after {polls} polls");
        cut += usize::from(!ended);
        whole += usize::from(ended);
        if whole > 0 {
            break;
        }
    }
    assert!(cut > 3 && whole == 1, "cut {cut}, whole {whole}");
    assert!(sealed().await.iter().all(|field| field[1] == 2));
    let sql = format!("SELECT COUNT(*) FROM client_key WHERE client = {ana}");
    assert_eq!(house.count(&sql).await, 1);
}
