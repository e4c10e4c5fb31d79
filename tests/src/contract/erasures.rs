//! A client is erased: nothing of theirs opens, nobody else's work stops.

use care::Caller;
use care::ways_in::Login;
use protocol::http::{AskAudit, DeclineTransfer, OfferTransfer, RecordRepresentation};
use protocol::{AuditView, Code, ERASED, RepresentationBasis, Role};
use store::{Store, Within};
use testkit::Engine;

use super::client_keys::{full, key_of_maria, of_maria};
use super::desk::{Desk, dump};
use super::house::{Beside, House, code, hex};
use super::keys::rotate;

/// What stood under Maria's key, as it was typed.
const PLANTED: [&str; 7] = [
    "Maria Sample",
    "daughter",
    "said so on the phone",
    "Maria and Dana",
    "maria.sample@example.com",
    "maria-room",
    "+1 312 555 0142",
];

/// Nobody serves Maria any more; Ana may still look at what was.
async fn let_go(desk: &Desk) {
    desk.at("2026-11-12T10:00").await;
    end_assignments(desk).await;
}

async fn end_assignments(desk: &Desk) {
    let now = desk.house.clock_now().micros();
    let maria = desk.house.id(desk.house.agency.maria.person.as_bytes());
    desk.house
        .run(&format!(
            "UPDATE assignment SET ended_at = {now} WHERE client = {maria}"
        ))
        .await;
    desk.pass(1).await;
}

async fn erase(house: &House) -> store::Result<store::Erasure> {
    let maria = house.agency.maria.person;
    house
        .store
        .erase_client(&Caller::installation(), maria)
        .await
}

/// Everything that anybody can still be shown of the past.
async fn everything_shown(store: &Store, ana: &Caller, link: &str) -> String {
    let installation = Caller::installation();
    let mut shown = vec![serde_json::to_string(
        &store.audit_people(&installation).await.unwrap(),
    )];
    for view in [AuditView::OffAssignment, AuditView::Exports] {
        let ask = AskAudit {
            view,
            person: None,
            from: None,
            until: None,
            denied: false,
            before: None,
        };
        shown.push(serde_json::to_string(
            &store.audit(&installation, ask).await.unwrap(),
        ));
    }
    let within = Within {
        from: Some(care::civil::parse_date("2026-11-01").unwrap()),
        days: 30,
    };
    let visits = store.appointments(ana, within).await.unwrap();
    assert_eq!(visits.appointments.len(), 1);
    let shown_link = visits.appointments[0].meeting_link.as_deref();
    assert_eq!(shown_link.unwrap_or_default(), link);
    shown.push(serde_json::to_string(&visits));
    shown.into_iter().map(Result::unwrap).collect()
}

async fn about_maria(house: &House) -> String {
    let ask = AskAudit {
        view: AuditView::Client,
        person: Some(house.agency.maria.person),
        from: None,
        until: None,
        denied: false,
        before: None,
    };
    let page = house.store.audit(&Caller::installation(), ask).await;
    serde_json::to_string(&page.unwrap()).unwrap()
}

pub async fn an_erased_client_opens_nowhere_and_stops_nobody(engine: Engine) {
    let desk = full(engine).await;
    let (house, installation) = (&desk.house, Caller::installation());
    let agency = house.agency;
    let_go(&desk).await;
    assert!(about_maria(house).await.contains("Maria Sample"));
    let fields = of_maria(house).await;
    let erasure = erase(house).await.unwrap();
    assert_eq!(erasure.overwritten, 0);
    assert!(erasure.gone_from_files);
    assert_eq!(erase(house).await.unwrap().overwritten, 0, "again");
    assert_eq!(
        of_maria(house).await,
        fields,
        "they lie there, and open nowhere"
    );

    let shown = everything_shown(&house.store, &desk.ana, "").await + &about_maria(house).await;
    for planted in PLANTED {
        assert!(!shown.contains(planted), "{planted}");
    }
    assert!(shown.matches(ERASED).count() >= 3, "{shown}");
    assert!(shown.contains("Ana Sample") && shown.contains("Dana Placeholder"));

    // Nobody comes in as her, nobody serves her again, nothing waits for her.
    let session = house.store.signed_in(&desk.maria).await;
    assert_eq!(code(session), Code::SignedOut);
    let assigned = house
        .store
        .assign(&installation, agency.dana.account, agency.maria.person);
    assert_eq!(code(assigned.await), Code::BadRequest);
    let link = house
        .store
        .invite(&installation, agency.maria.account)
        .await;
    assert_eq!(code(link), Code::BadRequest);
    let wish = testkit::agency::preferences("again@example.com");
    let put = house
        .store
        .put_preferences(&installation, agency.maria.person, wish);
    assert_eq!(code(put.await), Code::BadRequest);
    let waiting = "SELECT COUNT(*) FROM delivery WHERE state = 'planned'";
    assert_eq!(house.count(waiting).await, 0);

    // Everybody else goes on: mails, the calendar, the next client, another key.
    assert!(desk.post().await.is_empty());
    assert_eq!(
        house.store.circles(&desk.dana).await.unwrap().circles.len(),
        0
    );
    let next = testkit::agency::add(&house.store, "Noor Sample", Role::Client)
        .await
        .unwrap();
    let served = house
        .store
        .assign(&installation, agency.dana.account, next.person);
    served.await.unwrap();
    let people = house.store.people(&desk.dana).await.unwrap();
    assert_eq!(people.clients[0].name, "Noor Sample");
    desk.pass(60).await;
    rotate(house).await;
    assert_eq!(of_maria(house).await, fields);
    assert_eq!(house.entries("act = 'erase_client'").await, 1);
    let exported = house
        .store
        .export_audit(&installation, &mut Vec::new())
        .await;
    assert!(exported.unwrap() > 20);
}

/// Dana offers Maria to Sam, who declines; Ana acts for Maria; Maria has a password.
async fn offer_represent_and_name(desk: &Desk) {
    let (store, agency) = (desk.store(), desk.house.agency);
    let offer = OfferTransfer {
        op_id: desk.op(),
        to: agency.sam.account,
        clients: vec![agency.maria.person],
        note: "prefers mornings".to_owned(),
    };
    let offered = store.offer_transfer(&desk.dana, offer).await.unwrap();
    let decline = DeclineTransfer {
        op_id: desk.op(),
        reason: "no mornings left".to_owned(),
    };
    let declined = store.decline_transfer(&desk.sam, offered.outgoing[0].id, decline);
    declined.await.unwrap();
    let record = RecordRepresentation {
        op_id: desk.op(),
        caregiver: agency.ana.person,
        basis: RepresentationBasis::Guardian,
        evidence: "letters of guardianship".to_owned(),
        until: None,
    };
    let recorded = store.record_representation(&desk.dana, agency.maria.person, record);
    recorded.await.unwrap();
    let login = Login::choose("maria.sample").unwrap();
    let added = store.add_password(&desk.maria, &login, b"a record".to_vec(), false);
    added.await.unwrap();
}

pub async fn what_staff_wrote_and_the_name_to_sign_in_by_go_too(engine: Engine) {
    let desk = Desk::open(engine).await;
    let house = &desk.house;
    offer_represent_and_name(&desk).await;
    let key = key_of_maria(house).await;
    for sql in [
        "SELECT note FROM transfer",
        "SELECT reason FROM transfer",
        "SELECT evidence FROM representation",
        "SELECT name FROM login",
    ] {
        let sealed = house.blobs(sql).await;
        assert_eq!(sealed.len(), 1, "{sql}");
        assert_eq!(sealed[0][1..6], key, "{sql}");
    }
    end_assignments(&desk).await;
    assert_eq!(
        desk.store().people(&desk.ana).await.unwrap().clients.len(),
        1
    );
    assert_eq!(erase(house).await.unwrap().overwritten, 0);

    let listed = desk.store().transfers(&desk.dana).await.unwrap();
    let card = &listed.outgoing[0];
    assert_eq!((&*card.client_name, &*card.note), (ERASED, ERASED));
    assert_eq!(card.reason.as_deref(), Some(ERASED));
    assert!(
        desk.store()
            .people(&desk.ana)
            .await
            .unwrap()
            .clients
            .is_empty()
    );
    assert_eq!(house.count("SELECT COUNT(*) FROM login").await, 0);
    let live = "SELECT COUNT(*) FROM authenticator WHERE ended_at IS NULL";
    assert_eq!(house.count(live).await, 0);
    for secret in house.blobs("SELECT secret FROM authenticator").await {
        // The seal around nothing: its head and its tag.
        assert_eq!(secret.len(), 30 + 16);
    }
}

pub async fn a_client_who_is_served_is_not_erased(engine: Engine) {
    let desk = full(engine).await;
    let house = &desk.house;
    let refused = erase(house).await.unwrap_err().refusal();
    assert_eq!(refused.code, Code::BadRequest);
    assert!(
        refused.detail.contains("2 staff are assigned"),
        "{}",
        refused.detail
    );
    assert!(
        refused.detail.contains("1 appointments are to come"),
        "{}",
        refused.detail
    );
    // Ana in a circle, under a consent that lasts, is served too: the newest that there is covers it.
    desk.pass(1).await;
    let consent = desk.consent(None).await.id;
    let plan = protocol::http::PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: desk.op(),
        client: house.agency.maria.person,
        title: "Family".to_owned(),
        members: vec![house.agency.ana.account],
    };
    house.store.plan_circle(&desk.dana, plan).await.unwrap();
    let_go(&desk).await;
    let refused = erase(house).await.unwrap_err().refusal();
    assert_eq!(
        refused.detail,
        "this client is still served: 1 people are in circles with them"
    );
    assert_eq!(
        code(
            house
                .store
                .erase_client(&Caller::installation(), house.agency.dana.person)
                .await
        ),
        Code::NotFound
    );
    desk.withdraw(&desk.maria, consent).await.unwrap();
    erase(house).await.unwrap();
    assert_eq!(house.entries("act = 'erase_client'").await, 1);
}

pub async fn a_copy_from_before_opens_nothing_with_the_keys_of_now(engine: Engine) {
    let desk = full(engine).await;
    let_go(&desk).await;
    let ana = desk.ana;
    let closed = desk.into_house().close().await;
    let copy = closed.database.copy().await.unwrap();
    let house = closed.open(1).await;
    erase(&house).await.unwrap();
    let closed = house.close().await;
    let later = dump(&closed.database).await;
    closed.database.restore(&copy).await.unwrap();

    // With the keys of its own time it still holds everything: that is what a copy is.
    let house = closed.open(1).await;
    let shown = everything_shown(&house.store, &ana, "https://meet.example.org/maria-room").await;
    assert!(shown.contains("Maria Sample"));
    let closed = house.close().await;
    let maria = Beside(&closed.database).id(closed.agency.maria.person.as_bytes());
    let now = later["client_key"].concat();
    let at = "(SELECT MAX(at) FROM audit_entry)";
    let erase = format!(
        "UPDATE client_key SET state = 'erased', wrapped = NULL, erased_at = {at} WHERE client = {maria}"
    );
    Beside(&closed.database).run(&erase).await;
    let keys = dump(&closed.database).await["client_key"].concat();
    let until = |row: &str| row.find("erased").map(|at| row[..at].to_owned());
    assert_eq!(until(&keys), until(&now), "the keys of now");
    let house = closed.open(1).await;
    let shown = everything_shown(&house.store, &ana, "").await;
    for planted in PLANTED {
        assert!(!shown.contains(planted), "{planted}");
    }
    assert!(shown.contains(ERASED) && shown.contains("Ana Sample"));
}

pub async fn the_destroyed_key_is_gone_from_the_files(engine: Engine) {
    let desk = full(engine).await;
    let house = &desk.house;
    let_go(&desk).await;
    let wrapped = house
        .blobs("SELECT wrapped FROM client_key")
        .await
        .remove(0);
    assert!(
        house.database.holds(&wrapped).await.unwrap(),
        "it would be found"
    );
    erase(house).await.unwrap();
    assert!(
        !house.database.holds(&wrapped).await.unwrap(),
        "{}",
        hex(&wrapped)
    );
    // And the ciphertext beyond its nonce, should a page have been rewritten around it.
    assert!(!house.database.holds(&wrapped[30..]).await.unwrap());
}

pub async fn what_stood_under_a_seal_key_still_is_overwritten(engine: Engine) {
    let desk = Desk::open(engine).await;
    let house = &desk.house;
    let ana = house.id(house.agency.ana.person.as_bytes());
    house
        .run(&format!(
            "UPDATE account SET role = 'client' WHERE person = {ana}"
        ))
        .await;
    let name = format!("SELECT name FROM person WHERE id = {ana}");
    let before = house.blobs(&name).await.remove(0);
    let installation = Caller::installation();
    let erased = house
        .store
        .erase_client(&installation, house.agency.ana.person);
    // Her name and her address.
    assert_eq!(erased.await.unwrap().overwritten, 2);
    assert!(!house.database.holds(&before).await.unwrap() || engine == Engine::Postgres);
    let people = house
        .store
        .audit_people(&Caller::installation())
        .await
        .unwrap();
    let shown = serde_json::to_string(&people).unwrap();
    assert!(
        !shown.contains("Ana Sample") && shown.contains(ERASED),
        "{shown}"
    );
}

/// Two processes on one database, as on `PostgreSQL` there may be.
#[tokio::test]
async fn another_process_that_has_the_key_in_memory_opens_nothing_from_then_on() {
    let desk = full(Engine::Postgres).await;
    let house = &desk.house;
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
    let people = async || {
        let asked = other.audit_people(&Caller::installation()).await.unwrap();
        serde_json::to_string(&asked).unwrap()
    };
    assert!(
        people().await.contains("Maria Sample"),
        "and now it has the key"
    );
    let_go(&desk).await;
    erase(house).await.unwrap();
    assert!(!people().await.contains("Maria Sample"));
    assert!(people().await.contains(ERASED));
    other.close().await;
}
