//! Names to sign in by: whose one is, how long, and that it stands nowhere in plain words.

use care::Caller;
use protocol::{AuthenticatorKind, Code};
use store::RootKey;
use testkit::Engine;

use super::house::{House, code};
use super::passwords::{RECORD, SECRET, add, add_code_app, asking, ids, is_known, login, sign_in};

pub async fn a_name_is_had_once_and_comes_free_with_its_password(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let store = &house.store;
    let (_, caller, _) = add(store, &maria.caller, "sample").await;
    let taken = Code::LoginTaken;
    assert_eq!(
        code(store.want_password(&ana.caller, &login("Sample")).await),
        taken
    );
    let again = store
        .add_password(&ana.caller, &login("sample"), RECORD.to_vec(), false)
        .await;
    assert_eq!(code(again), taken);
    // Refused means that nothing was changed: Ana has no password.
    assert!(ids(store, &ana.caller).await.is_empty());

    // Another password under the same name, then under another.
    let (_, caller, _) = add(store, &caller, "sample").await;
    assert_eq!(ids(store, &caller).await.len(), 1);
    let (_, caller, _) = add(store, &caller, "maria").await;
    assert_eq!(ids(store, &caller).await.len(), 1);
    let old = store
        .look_for_password(&asking(&maria, "sample"))
        .await
        .unwrap();
    assert!(!is_known(&old));
    let (_, ana_now, _) = add(store, &ana.caller, "sample").await;
    assert_eq!(ids(store, &ana_now).await.len(), 1);
    assert!(sign_in(store, &maria, "maria", None).await.is_ok());
}

pub async fn a_name_and_a_secret_stand_nowhere_and_are_gone_with_the_password(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let (_, caller, _) = add(store, &maria.caller, "planted.name").await;
    let (_, caller, _) = add_code_app(store, &caller, 100).await;
    let sealed = house.blobs("SELECT secret FROM authenticator").await;
    let names = house.blobs("SELECT name FROM login").await;
    let indexes = house.blobs("SELECT name_index FROM login").await;
    assert_eq!((sealed.len(), names.len(), indexes.len()), (2, 1, 1));
    assert_eq!(indexes[0].len(), 16);
    let all = [sealed.concat(), names.concat(), indexes.concat()].concat();
    for plain in [SECRET, RECORD, b"planted"] {
        assert!(!all.windows(plain.len()).any(|window| window == plain));
    }
    let (_, token) = store
        .add_passkey(&caller, b"key", b"key".to_vec(), false)
        .await
        .unwrap();
    let caller = store.caller(&token).await.unwrap();
    for (kind, id) in ids(store, &caller).await {
        if kind != AuthenticatorKind::Passkey {
            store.end_authenticator(&caller, id).await.unwrap();
        }
    }
    assert!(house.blobs("SELECT name FROM login").await.is_empty());
    let ended = "SELECT secret FROM authenticator WHERE ended_at IS NOT NULL";
    for secret in house.blobs(ended).await {
        // What is left is the seal around nothing: its head and its tag.
        assert_eq!(secret.len(), 30 + 16);
    }
}

pub async fn a_login_name_outlives_the_root_key(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    add(&house.store, &maria.caller, "maria").await;
    let root = RootKey::from_bytes([2; 32]);
    let installation = Caller::installation();
    let changed = house.store.change_root_key(&installation, &root);
    changed.await.unwrap();
    assert!(sign_in(&house.store, &maria, "maria", None).await.is_ok());
    let house = house.close().await.open(2).await;
    assert!(sign_in(&house.store, &maria, "maria", None).await.is_ok());
}
