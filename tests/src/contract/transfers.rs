//! A client goes from one case manager to another: offered, accepted, declined, taken back, or over by itself.

use protocol::http::{AcceptTransfer, EndStaff, OfferTransfer};
use protocol::{AccountId, Code, PersonId, Role, TaskKind, TransferId, TransferState, limits};
use testkit::{Engine, agency};

use super::desk::first;
use super::house::{code, op};
use super::office::Office;

pub async fn a_client_changes_hands_and_both_serve_them_for_a_while(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, store, lee) = (&office.desk, office.desk.store(), office.lee.person);
    let id = office.offered().await;
    // Until it is accepted nothing changes.
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["maria"]);
    let asked = [(TaskKind::TransferOffered, "lee".to_owned())];
    assert_eq!(office.asked(&desk.sam).await, asked);
    let incoming = store.transfers(&desk.sam).await.unwrap().incoming;
    assert_eq!(incoming[0].note, "prefers mornings");
    assert_eq!(incoming[0].client_name, "Lee Example");

    let accept = AcceptTransfer { op_id: op(9) };
    let accepted = store.accept_transfer(&desk.sam, id, accept.clone()).await;
    assert!(accepted.unwrap().incoming.is_empty());
    let again = store.accept_transfer(&desk.sam, id, accept).await;
    again.unwrap();
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["lee", "maria"]);
    let told = [(TaskKind::TransferAccepted, "lee".to_owned())];
    assert_eq!(office.asked(&desk.dana).await, told);
    assert!(office.asked(&desk.sam).await.is_empty());
    assert_eq!(office.made().await.state, TransferState::Accepted);

    // Lee hears who it is now, and until when the other is there.
    let of_lee = desk.house.enrol(office.lee, 51).await.caller;
    let card = store.people(&of_lee).await.unwrap().clients.remove(0);
    let staff: Vec<_> = card.staff.iter().map(|one| first(&one.name)).collect();
    assert_eq!(staff, ["sam"]);
    assert_eq!(first(&card.handing_over[0].name), "dana");
    let until = desk.house.clock_now().plus_seconds(limits::HANDOVER_S);
    assert_eq!(card.handing_over[0].until, until);
    assert_eq!(
        store.next_lapse(desk.house.clock_now()).await.unwrap(),
        Some(until)
    );

    desk.pass(limits::HANDOVER_S).await;
    assert_eq!(office.serves(&desk.dana).await, ["maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["lee", "maria"]);
    let to_him = format!(
        "act = 'answer_transfer' AND outcome = 'done' AND client = {}",
        desk.house.id(lee.as_bytes())
    );
    assert_eq!(desk.house.entries(&to_him).await, 1);
}

pub async fn an_offer_is_one_persons_to_answer_and_anothers_to_take_back(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, id) = (&office.desk, office.offered().await);
    let other = agency::add(desk.store(), "Jo Bystander", Role::CaseManager).await;
    let other = desk.house.enrol(other.unwrap(), 52).await.caller;
    for by in [&desk.dana, &other] {
        assert_eq!(code(office.accept(by, id).await), Code::NotFound);
        assert_eq!(code(office.decline(by, id, "no").await), Code::NotFound);
    }
    for by in [&desk.sam, &other] {
        assert_eq!(code(office.withdraw(by, id).await), Code::NotFound);
    }
    for by in [&desk.maria, &desk.ana, &office.robin] {
        let refused = code(office.accept(by, id).await);
        assert!(matches!(refused, Code::NotFound | Code::NotAllowed));
        assert_eq!(code(desk.store().transfers(by).await), Code::NotAllowed);
    }
    let nothing = TransferId::from_bytes([9; 16]);
    assert_eq!(
        code(office.accept(&desk.sam, nothing).await),
        Code::NotFound
    );
    let list = desk.store().transfers(&other).await.unwrap();
    assert!(list.incoming.is_empty() && list.outgoing.is_empty());
    assert_eq!(office.made().await.state, TransferState::Offered);
    office.withdraw(&desk.dana, id).await.unwrap();
    assert!(office.asked(&desk.sam).await.is_empty());
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::TransferGone);
    assert_eq!(office.serves(&desk.sam).await, ["maria"]);
}

pub async fn a_declined_offer_says_why_and_leaves_everything_as_it_was(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, id) = (&office.desk, office.offered().await);
    let silent = office.decline(&desk.sam, id, "  ").await;
    assert_eq!(code(silent), Code::BadRequest);
    office
        .decline(&desk.sam, id, "too many already")
        .await
        .unwrap();
    let made = office.made().await;
    assert_eq!(made.state, TransferState::Declined);
    assert_eq!(made.reason.as_deref(), Some("too many already"));
    let told = [(TaskKind::TransferDeclined, "lee".to_owned())];
    assert_eq!(office.asked(&desk.dana).await, told);
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["maria"]);
    // Whoever declined has no more business with the client's name.
    let his = desk.store().transfers(&desk.sam).await.unwrap();
    assert!(his.incoming.is_empty());
    // Note and reason are sealed.
    let plain = "SELECT COUNT(*) FROM transfer WHERE substr(note, 1, 1) <> substr(reason, 1, 1)";
    assert_eq!(desk.house.count(plain).await, 0);
    // It can be offered again.
    office.offer(&[office.lee.person]).await.unwrap();
}

pub async fn an_offer_that_nobody_answers_ends_by_itself(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, id) = (&office.desk, office.offered().await);
    let store = desk.store();
    let end = desk.house.clock_now().plus_seconds(limits::TRANSFER_S);
    assert_eq!(store.next_transfer_end().await.unwrap(), Some(end));
    desk.pass(limits::TRANSFER_S).await;
    // Late by a moment, before anybody has swept.
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::TransferGone);
    assert!(office.asked(&desk.sam).await.is_empty());
    assert_eq!(office.made().await.state, TransferState::Expired);
    desk.post().await;
    let told = [(TaskKind::TransferExpired, "lee".to_owned())];
    assert_eq!(office.asked(&desk.dana).await, told);
    assert_eq!(store.next_transfer_end().await.unwrap(), None);
    desk.post().await;
    assert_eq!(office.asked(&desk.dana).await.len(), 1);
}

pub async fn one_client_is_offered_once_and_all_or_none(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, store, lee) = (&office.desk, office.desk.store(), office.lee.person);
    let maria = desk.house.agency.maria.person;
    let to = |to: AccountId, clients: &[PersonId]| OfferTransfer {
        op_id: desk.op(),
        to,
        clients: clients.to_vec(),
        note: String::new(),
    };
    let sam = desk.sam.account;
    let many: Vec<_> = (0..=limits::TRANSFER_CLIENTS_MAX)
        .map(|n| PersonId::from_bytes([u8::try_from(n).unwrap(); 16]))
        .collect();
    for (offer, refused) in [
        (to(desk.dana.account, &[lee]), Code::BadRequest),
        (to(desk.maria.account, &[lee]), Code::BadRequest),
        (to(sam, &[]), Code::BadRequest),
        (
            to(sam, &[lee, PersonId::from_bytes([9; 16])]),
            Code::NotFound,
        ),
        (to(sam, &many), Code::TooLarge),
    ] {
        let offered = store.offer_transfer(&desk.dana, offer).await;
        assert_eq!(code(offered), refused);
    }
    let nothing = "SELECT COUNT(*) FROM transfer";
    assert_eq!(desk.house.count(nothing).await, 0);
    let both = to(sam, &[lee, maria, lee]);
    store
        .offer_transfer(&desk.dana, both.clone())
        .await
        .unwrap();
    store.offer_transfer(&desk.dana, both).await.unwrap();
    assert_eq!(desk.house.count(nothing).await, 2);
    let jo = agency::add(store, "Jo Bystander", Role::CaseManager).await;
    let second = store
        .offer_transfer(&desk.dana, to(jo.unwrap().account, &[lee]))
        .await;
    assert_eq!(code(second), Code::TransferOpen);
    // Sam serves Maria too, and may offer her on his own.
    let back = to(desk.dana.account, &[maria]);
    store.offer_transfer(&desk.sam, back).await.unwrap();
    let not_his = to(desk.dana.account, &[lee]);
    let refused = store.offer_transfer(&desk.sam, not_his).await;
    assert_eq!(code(refused), Code::NotFound);
}

pub async fn accepting_taking_back_and_offering_anew_at_once_have_one_winner(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, lee) = (&office.desk, office.lee.person);
    let robin = &office.robin;
    for round in 0..8_u8 {
        let id = office.offered().await;
        let (accepted, withdrawn, ended) = tokio::join!(
            office.accept(&desk.sam, id),
            office.withdraw(&desk.dana, id),
            async {
                if round % 2 == 0 {
                    return None;
                }
                Some(office.end(robin, desk.dana.account, lee).await)
            },
        );
        let won = u8::from(accepted.is_ok()) + u8::from(withdrawn.is_ok());
        if ended.is_none() {
            assert_eq!(won, 1, "round {round}");
        } else {
            assert!(won <= 1, "round {round}");
        }
        let state = office.made().await.state;
        let serves = office.serves(&desk.sam).await.contains(&"lee".to_owned());
        assert_eq!(serves, accepted.is_ok(), "round {round}");
        assert_eq!(
            serves,
            state == TransferState::Accepted,
            "round {round}: {state:?}"
        );
        for refused in [accepted, withdrawn].into_iter().filter(Result::is_err) {
            assert!(matches!(code(refused), Code::TransferGone | Code::NotFound));
        }
        // As it was.
        office.end(robin, desk.sam.account, lee).await.unwrap();
        office.end(robin, desk.dana.account, lee).await.unwrap();
        office.assign(robin, desk.dana.account, lee).await.unwrap();
        // The next one is younger.
        desk.pass(1).await;
    }
    // Two offers of one client at once: one stands.
    let clients = [lee];
    let (one, other) = tokio::join!(office.offer(&clients), office.offer(&clients));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    let lost = if one.is_err() { one } else { other };
    assert_eq!(code(lost), Code::TransferOpen);
}

pub async fn what_ends_a_service_voids_its_offers(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, robin) = (&office.desk, &office.robin);
    let id = office.offered().await;
    office
        .end(robin, desk.dana.account, office.lee.person)
        .await
        .unwrap();
    assert_eq!(office.made().await.state, TransferState::Void);
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::TransferGone);
    assert!(office.asked(&desk.sam).await.is_empty());

    office
        .assign(robin, desk.dana.account, office.lee.person)
        .await
        .unwrap();
    desk.pass(1).await;
    let id = office.offered().await;
    let kim = agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    let kim = desk.house.enrol(kim.unwrap(), 53).await.caller;
    let end = EndStaff { op_id: op(60) };
    let ended = desk.store().end_account(&kim, desk.sam.account, end).await;
    // Dana serves Maria as well.
    assert_eq!(ended.unwrap().clients_left, 0);
    assert_eq!(office.made().await.state, TransferState::Void);
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::SignedOut);
    let list = desk.store().transfers(&desk.dana).await.unwrap();
    assert!(list.colleagues.is_empty());
    let again = office.offer(&[office.lee.person]).await;
    assert_eq!(code(again), Code::AccountState);
    let assigned = office
        .assign(robin, desk.sam.account, office.lee.person)
        .await;
    assert_eq!(code(assigned), Code::AccountState);
}
