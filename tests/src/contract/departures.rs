//! How somebody of the staff goes: nothing opens to them any more, and no secret of theirs is left.

use care::Caller;
use care::ways_in::Login;
use protocol::http::OpenRecovery;
use protocol::{AccountId, Code};
use store::{CeremonyKind, Topic};
use testkit::{Engine, Person};

use super::doors::{begin, code_wrap, locator, vault};
use super::house::{House, append, code};
use super::staff::{administrator, end};

pub async fn an_ended_account_has_no_way_back(engine: Engine) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let agency = house.agency;
    let dana = house.enrol(agency.dana, 1).await;
    let maria = house.enrol(agency.maria, 2).await;
    house.gather(agency.circle, &[&dana, &maria]).await;
    store
        .put_vault(&dana.caller, vault(0, 5, &[code_wrap(5)]))
        .await
        .unwrap();
    store.still_live(&dana.caller).await.unwrap();
    house.woken.take();
    let ended = store.end_account(&kim, agency.dana.account, end(1)).await;
    // Sam serves Maria too.
    assert_eq!(ended.unwrap().clients_left, 0);
    let woken = house.woken.take();
    assert!(woken.contains(&Topic::Account(agency.dana.account)));
    assert!(woken.contains(&Topic::Circle(agency.circle)));

    // Session, socket, group.
    assert_eq!(code(store.still_live(&dana.caller).await), Code::SignedOut);
    assert_eq!(code(store.caller(&dana.token).await), Code::SignedOut);
    let said = store.append(&dana.caller, append(agency.circle, 7)).await;
    assert_eq!(code(said), Code::SignedOut);
    let others = store.append(&maria.caller, append(agency.circle, 8)).await;
    assert_eq!(code(others), Code::PendingRemovals);
    let left = house.count("SELECT COUNT(*) FROM circle_member WHERE state = 'left'");
    assert_eq!(left.await, 1);
    // The link that was used, the recovery code, a new link, the vault, mails.
    let again = store.redeem_invitation(dana.request.clone()).await;
    assert_eq!(code(again), Code::InvitationUnknown);
    let recovery = store.open_recovery(OpenRecovery {
        locator: locator(5),
    });
    assert_eq!(code(recovery.await), Code::RecoveryUnknown);
    let link = store
        .invite(&Caller::installation(), agency.dana.account)
        .await;
    assert_eq!(code(link), Code::AccountState);
    for empty in [
        "SELECT COUNT(*) FROM vault",
        "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account
            WHERE a.ended_at IS NOT NULL AND s.ended_at IS NULL",
        "SELECT COUNT(*) FROM device d JOIN account a ON a.id = d.account
            WHERE a.ended_at IS NOT NULL AND d.revoked_at IS NULL",
        "SELECT COUNT(*) FROM address d JOIN account a ON a.person = d.person
            WHERE a.ended_at IS NOT NULL AND d.ended_at IS NULL",
    ] {
        assert_eq!(house.count(empty).await, 0, "{empty}");
    }
    let because = "SELECT COUNT(*) FROM device WHERE revoked_for = 'ended'";
    assert_eq!(house.count(because).await, 1);
    // The same operation again, and another.
    let again = store.end_account(&kim, agency.dana.account, end(1)).await;
    assert_eq!(again.unwrap().clients_left, 0);
    let other = store.end_account(&kim, agency.dana.account, end(2)).await;
    assert_eq!(code(other), Code::AccountState);
    // Sam was the last one: Maria is left alone.
    let ended = store.end_account(&kim, agency.sam.account, end(3)).await;
    assert_eq!(ended.unwrap().clients_left, 1);
}

/// Gives somebody every way in that there is, and one of each that is under way.
async fn with_every_secret(house: &House, person: Person, seed: u8) {
    let (store, enrolled) = (&house.store, house.enrol(person, seed).await);
    let key = [seed; 20].to_vec();
    let (_, token) = store
        .add_passkey(&enrolled.caller, &key, key.clone(), false)
        .await
        .unwrap();
    let caller = store.caller(&token).await.unwrap();
    let login = Login::choose(&format!("staff.{seed}")).unwrap();
    let (_, token) = store
        .add_password(&caller, &login, b"record".to_vec(), false)
        .await
        .unwrap();
    let caller = store.caller(&token).await.unwrap();
    let app = CeremonyKind::RegisterCodeApp;
    let handle = store.begin_ceremony(app, Some(&caller), key.clone()).await;
    let (_, token) = store
        .add_code_app(&caller, &handle.unwrap(), (key.clone(), 100))
        .await
        .unwrap();
    let caller = store.caller(&token).await.unwrap();
    let wraps = [code_wrap(seed)];
    store
        .put_vault(&caller, vault(0, seed, &wraps))
        .await
        .unwrap();
    store.begin_ceremony(app, Some(&caller), key).await.unwrap();
    store.begin_enrolment(&caller, begin(seed)).await.unwrap();
    store.issue_ticket(&caller).await.unwrap();
    let installation = Caller::installation();
    store.invite(&installation, person.account).await.unwrap();
}

/// By what somebody could come in: how many of each.
async fn secrets_of(house: &House, account: AccountId) -> Vec<(&'static str, i64)> {
    let (account, now) = (house.id(account.as_bytes()), house.clock_now().micros());
    let mut found = Vec::new();
    for (what, sql) in [
        (
            "authenticator",
            "SELECT COUNT(*) FROM authenticator WHERE account = ACCOUNT AND ended_at IS NULL",
        ),
        (
            "login",
            "SELECT COUNT(*) FROM login l JOIN authenticator x ON x.id = l.id
                WHERE x.account = ACCOUNT",
        ),
        (
            "ceremony",
            "SELECT COUNT(*) FROM ceremony WHERE account = ACCOUNT",
        ),
        (
            "enrolment",
            "SELECT COUNT(*) FROM enrolment WHERE account = ACCOUNT",
        ),
        (
            "ticket",
            "SELECT COUNT(*) FROM ticket t JOIN session s ON s.id = t.session
                WHERE s.account = ACCOUNT",
        ),
        (
            "session",
            "SELECT COUNT(*) FROM session WHERE account = ACCOUNT AND ended_at IS NULL",
        ),
        (
            "vault",
            "SELECT COUNT(*) FROM vault WHERE account = ACCOUNT",
        ),
        (
            "vault_wrap",
            "SELECT COUNT(*) FROM vault_wrap WHERE account = ACCOUNT",
        ),
        (
            "invitation",
            "SELECT COUNT(*) FROM invitation
                WHERE account = ACCOUNT AND used_at IS NULL AND expires_at > NOW",
        ),
    ] {
        let sql = sql.replace("ACCOUNT", &account);
        let sql = sql.replace("NOW", &now.to_string());
        found.push((what, house.count(&sql).await));
    }
    found
}

pub async fn whoever_has_gone_leaves_no_secret_behind(engine: Engine) {
    let house = House::build(engine).await;
    let (kim, store) = (administrator(&house).await, &house.store);
    let (dana, sam) = (house.agency.dana.account, house.agency.sam.account);
    with_every_secret(&house, house.agency.dana, 1).await;
    with_every_secret(&house, house.agency.sam, 2).await;
    let before = secrets_of(&house, dana).await;
    assert!(before.iter().all(|(_, count)| *count > 0), "{before:?}");
    store.end_account(&kim, dana, end(1)).await.unwrap();

    let after = secrets_of(&house, dana).await;
    assert!(after.iter().all(|(_, count)| *count == 0), "{after:?}");
    let account = house.id(dana.as_bytes());
    let secrets = format!("SELECT secret FROM authenticator WHERE account = {account}");
    let secrets = house.blobs(&secrets).await;
    assert_eq!(secrets.len(), 3);
    for secret in secrets {
        // What is left is the seal around nothing: its head and its tag.
        assert_eq!(secret.len(), 30 + 16);
    }
    assert_eq!(
        code(store.find_passkey(&[1; 20]).await),
        Code::SignInRefused
    );
    // Nobody else lost anything.
    assert_eq!(secrets_of(&house, sam).await, before);
    assert!(store.find_passkey(&[2; 20]).await.is_ok());
}
