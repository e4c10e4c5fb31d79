//! Another root key takes the place of the present one.

use care::Caller;
use protocol::Code;
use store::{OpenError, RootKey, Store};
use testkit::Engine;

use super::client_keys::full;
use super::desk::{Desk, Mortal, TUESDAY, link, of};
use super::house::{House, code};
use super::keys::{rotate, states};

/// The house's first root key is all ones.
fn root(n: u8) -> RootKey {
    RootKey::from_bytes([n; 32])
}

async fn change(house: &House, n: u8) -> store::Result<()> {
    let root = root(n);
    house
        .store
        .change_root_key(&Caller::installation(), &root)
        .await
}

pub async fn another_root_key_opens_everything_and_the_one_before_nothing(engine: Engine) {
    let desk = full(engine).await;
    let house = &desk.house;
    let shown = house.store.people(&desk.dana).await.unwrap();
    change(house, 2).await.unwrap();
    // The process goes on, and what it makes from now on is the new key's.
    assert_eq!(house.store.people(&desk.dana).await.unwrap(), shown);
    desk.pass(60).await;
    rotate(house).await;
    assert_eq!(states(house).await.len(), 2);
    assert_eq!(house.entries("act = 'change_root_key'").await, 1);
    let dana = desk.dana;
    let closed = desk.into_house().close().await;
    let refused = Store::open(closed.settings(1)).await.unwrap_err();
    assert!(matches!(refused, OpenError::WrongKey));
    let house = closed.open(2).await;
    assert_eq!(house.store.people(&dana).await.unwrap(), shown);
    house.store.sign_audit().await.unwrap();
}

pub async fn links_that_were_mailed_outlive_the_root_key(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    let mails = desk.post().await;
    let mailed = link(&of(&mails, desk.house.agency.maria)[0]);
    desk.store().open_link(&mailed).await.unwrap();
    change(&desk.house, 2).await.unwrap();
    desk.store().open_link(&mailed).await.unwrap();
    let house = desk.into_house().close().await.open(2).await;
    house.store.open_link(&mailed).await.unwrap();
}

pub async fn a_change_that_is_cut_off_leaves_one_of_the_two(engine: Engine) {
    let (mut old, mut new) = (0, 0);
    for polls in (0..400).step_by(4) {
        let house = House::build(engine).await;
        let ended = Mortal::new(change(&house, 2), polls).await.is_some();
        let closed = house.close().await;
        let mut opened = Vec::new();
        for key in [1, 2] {
            match Store::open(closed.settings(key)).await {
                Ok(store) => {
                    assert!(store.agency().await.unwrap().is_some());
                    assert!(store.audit_people(&Caller::installation()).await.is_ok());
                    store.close().await;
                    opened.push(true);
                }
                Err(OpenError::WrongKey) => opened.push(false),
                Err(other) => panic!("{other}"),
            }
        }
        match opened.as_slice() {
            [true, false] => old += 1,
            [false, true] => new += 1,
            _ => panic!("{opened:?} after {polls} polls"),
        }
        assert!(!ended || opened[1]);
        if ended {
            break;
        }
    }
    assert!(
        old > 1 && new > 0,
        "{old} with the one before, {new} with the new one"
    );
}

pub async fn a_root_key_that_is_none_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    assert_eq!(code(change(&house, 1).await), Code::BadRequest, "the same");
    // Something that the root key itself sealed, as before there were seal keys: named so, at least.
    let dana = house.id(house.agency.dana.person.as_bytes());
    let name = format!("SELECT name FROM person WHERE id = {dana}");
    let before = house.blobs(&name).await.remove(0);
    house
        .run(&format!(
            "UPDATE person SET name = (SELECT sealed FROM sentinel) WHERE id = {dana}"
        ))
        .await;
    assert_eq!(code(change(&house, 2).await), Code::BadRequest);
    house
        .run(&format!(
            "UPDATE person SET name = {} WHERE id = {dana}",
            house.bytes(&before)
        ))
        .await;
    change(&house, 2).await.unwrap();
    assert_eq!(code(change(&house, 2).await), Code::BadRequest, "the same");
}

/// Two processes on one database, as on `PostgreSQL` there may be.
#[tokio::test]
async fn a_process_with_the_root_key_of_before_makes_no_key() {
    let house = House::build(Engine::Postgres).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let store::Database::Postgres { url, .. } = house.database.settings() else {
        panic!("asked for");
    };
    let directory = elsewhere.path().to_owned();
    let other = store::Settings {
        database: store::Database::Postgres { url, directory },
        ..house.settings(1)
    };
    let other = Store::open(other).await.unwrap();
    change(&house, 2).await.unwrap();
    let installation = Caller::installation();
    let people = other.audit_people(&installation).await.unwrap();
    assert!(
        !people.people.is_empty(),
        "it goes on with the keys that it has"
    );
    assert_eq!(
        code(other.rotate_keys(&installation, false).await),
        Code::BadRequest
    );
    assert_eq!(states(&house).await.len(), 1, "and makes none");
    other.close().await;
    rotate(&house).await;
}
