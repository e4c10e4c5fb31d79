//! Who serves which client by a supervisor's word, or until they stop. Being assigned opens no circle, seeing to it shows
//! nothing of one, and no client is left with nobody by the person who leaves.

use std::collections::BTreeSet;

use protocol::http::CancelAppointment;
use protocol::{CancelReason, Code, PersonId, TaskKind};
use testkit::Engine;

use super::desk::{TUESDAY, first};
use super::house::{code, start};
use super::office::Office;

pub async fn a_supervisor_assigns_and_ends_and_sees_no_content(engine: Engine) {
    let office = Office::open(engine).await;
    let (house, store) = (&office.desk.house, office.desk.store());
    let (lee, sam) = (office.lee.person, office.desk.sam);
    house.gather(house.agency.circle, &[]).await;
    let before = store.caseloads(&office.robin).await.unwrap();
    let names = |of: PersonId| {
        let card = before.clients.iter().find(|card| card.person == of);
        let served = &card.unwrap().served_by;
        let names = served.iter().map(|by| first(&by.name));
        names
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(lee), ["dana"]);
    assert_eq!(names(house.agency.maria.person), ["dana", "sam"]);
    let marias = house.agency.maria.person;
    let card = before.clients.iter().find(|card| card.person == marias);
    assert_eq!(card.map(|card| (card.circles, card.tasks)), Some((1, 0)));
    let mut loads: Vec<_> = before.managers.iter().map(|load| load.clients).collect();
    loads.sort_unstable();
    assert_eq!(loads, [1, 2]);

    // Nothing of a circle: neither its name nor its people nor what is said, not even sealed.
    assert!(!format!("{before:?}").contains("Maria and Dana"));
    let circle = house.agency.circle;
    let robin = &office.robin;
    assert_eq!(code(store.circle(robin, circle).await), Code::NotFound);
    assert_eq!(
        code(store.log_after(robin, start(circle)).await),
        Code::NotFound
    );
    assert_eq!(code(store.group_info(robin, circle).await), Code::NotFound);
    assert!(store.circles(robin).await.unwrap().circles.is_empty());
    assert!(store.people(robin).await.unwrap().clients.is_empty());

    office.assign(robin, sam.account, lee).await.unwrap();
    office.assign(robin, sam.account, lee).await.unwrap();
    assert_eq!(office.serves(&sam).await, ["lee", "maria"]);
    let asked = [(TaskKind::ClientAssigned, "lee".to_owned())];
    assert_eq!(office.asked(&sam).await, asked);
    let live = "SELECT COUNT(*) FROM assignment WHERE ended_at IS NULL";
    assert_eq!(house.count(live).await, 4);
    let client = office.assign(robin, office.desk.maria.account, lee).await;
    assert_eq!(code(client), Code::BadRequest);
    let staff = office.assign(robin, sam.account, sam.person).await;
    assert_eq!(code(staff), Code::BadRequest);
    let by_dana = office.assign(&office.desk.dana, sam.account, lee).await;
    assert_eq!(code(by_dana), Code::NotAllowed);

    office.end(robin, sam.account, lee).await.unwrap();
    office.end(robin, sam.account, lee).await.unwrap();
    assert_eq!(office.serves(&sam).await, ["maria"]);
    assert!(office.asked(&sam).await.is_empty());
    office
        .end(robin, office.desk.dana.account, lee)
        .await
        .unwrap();
    let after = store.caseloads(robin).await.unwrap();
    let card = after.clients.iter().find(|card| card.person == lee);
    assert!(card.unwrap().served_by.is_empty());
}

pub async fn whoever_serves_alone_cannot_stop(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, lee) = (&office.desk, office.lee.person);
    let dana = desk.dana.account;
    let alone = office.end(&desk.dana, dana, lee).await;
    assert_eq!(code(alone), Code::OnlyManager);
    // Nor can anybody stop a colleague.
    let maria = desk.house.agency.maria.person;
    let of_sam = office.end(&desk.dana, desk.sam.account, maria).await;
    assert_eq!(code(of_sam), Code::NotAllowed);
    let by_maria = office.end(&desk.maria, dana, maria).await;
    assert_eq!(code(by_maria), Code::NotFound);
    // Of two who stop at once, one does.
    let (one, other) = tokio::join!(
        office.end(&desk.dana, dana, maria),
        office.end(&desk.sam, desk.sam.account, maria)
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    // A hand-over can be finished early.
    let id = office.offered().await;
    office.accept(&desk.sam, id).await.unwrap();
    office.end(&desk.dana, dana, lee).await.unwrap();
    assert!(!office.serves(&desk.dana).await.contains(&"lee".to_owned()));
}

pub async fn no_mail_goes_to_whom_the_client_is_entrusted_no_longer(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    desk.without_address(&desk.maria).await;
    let visit = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["dana invitation"]);
    let maria = desk.house.agency.maria.person;
    office
        .end(&office.robin, desk.dana.account, maria)
        .await
        .unwrap();
    let cancel = CancelAppointment {
        op_id: desk.op(),
        sequence: visit.sequence,
        reason: CancelReason::Agency,
        scope: protocol::Scope::This,
    };
    let cancelled = desk.scheduler.cancel(&desk.sam, visit.id, cancel).await;
    cancelled.unwrap();
    desk.until_told().await;
    assert!(desk.sends().await.is_empty());
}
