//! Opening a store: in the wrong hands, under the wrong key, with the wrong release.

use care::Caller;
use store::{OpenError, Settings, Store};
use testkit::{Engine, agency, zones};

use super::house::{House, append, start};

pub async fn a_wrong_key_refuses_to_open(engine: Engine) {
    let house = House::build(engine).await;
    let (right, wrong) = (house.settings(1), house.settings(2));
    house.store.close().await;
    let refused = Store::open(wrong).await.unwrap_err();
    assert!(matches!(refused, OpenError::WrongKey));
    assert!(
        refused
            .to_string()
            .contains("the root key does not open this database")
    );
    let store = Store::open(right).await.unwrap();
    assert!(store.agency().await.unwrap().is_some());
    store.close().await;
}

pub async fn a_second_process_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    let refused = Store::open(house.settings(1)).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse(_)));
    assert!(
        refused
            .to_string()
            .contains("in use by another carecircle process")
    );
    let settings = house.settings(1);
    house.store.close().await;
    Store::open(settings).await.unwrap().close().await;
}

pub async fn an_unknown_schema_version_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    let settings = house.settings(1);
    house
        .run(&format!(
            "INSERT INTO _sqlx_migrations
                (version, description, success, checksum, execution_time)
             VALUES (9999, 'of a later release', TRUE, {}, 0)",
            house.bytes(&[0; 48])
        ))
        .await;
    house.store.close().await;
    let refused = Store::open(settings).await.unwrap_err();
    assert!(
        matches!(refused, OpenError::SchemaUnknown(9999)),
        "{refused}"
    );
}

pub async fn a_reopened_store_knows_everything(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let circle = house.agency.circle;
    house.gather(circle, &[&maria]).await;
    house
        .store
        .append(&maria.caller, append(circle, 1))
        .await
        .unwrap();
    let settings = house.settings(1);
    house.store.close().await;
    let store = Store::open(settings).await.unwrap();
    let caller = store.caller(&maria.token).await.unwrap();
    assert_eq!(store.signed_in(&caller).await.unwrap().name, "Maria Sample");
    let page = store.log_after(&caller, start(circle)).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    let again = store.append(&caller, append(circle, 1)).await.unwrap();
    assert_eq!(again.seq, 1);
    store.close().await;
}

pub async fn a_zone_database_that_lacks_what_people_chose_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    let mut wish = agency::preferences("maria.sample@example.com");
    // Until 2022 the database had another name for it.
    "Europe/Kyiv".clone_into(&mut wish.zone);
    let maria = house.agency.maria.person;
    let installation = Caller::installation();
    let put = house.store.put_preferences(&installation, maria, wish);
    put.await.unwrap();
    let under = |release: &str| Settings {
        zones: zones::release(release),
        ..house.settings(1)
    };
    let (old, new) = (under("2020a"), under("2022e"));
    house.store.close().await;
    let refused = Store::open(old).await.unwrap_err();
    assert!(
        matches!(refused, OpenError::ZonesMissing { .. }),
        "{refused}"
    );
    let said = refused.to_string();
    assert!(
        said.contains("2020a") && said.contains("Europe/Kyiv"),
        "{said}"
    );
    assert!(!said.contains("Chicago"), "{said}");
    Store::open(new).await.unwrap().close().await;
}
