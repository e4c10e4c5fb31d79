//! One-time links.

use care::Caller;
use protocol::Code;
use protocol::http::LookUpInvitation;
use testkit::Engine;

use super::house::{House, code, op, request};

pub async fn a_link_signs_in_and_the_same_request_again_gets_the_same_answer(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.agency.maria;
    let request = house.request(maria.account, 1).await;
    let look_up = LookUpInvitation {
        secret: request.secret.clone(),
    };
    let found = house
        .store
        .look_up_invitation(look_up.clone())
        .await
        .unwrap();
    assert_eq!(found.account, maria.account);
    assert_eq!(found.name, maria.name);
    assert_eq!(found.agency.name, "Riverbend Example Agency");

    let (first, token) = house
        .store
        .redeem_invitation(request.clone())
        .await
        .unwrap();
    let (again, fresh) = house.store.redeem_invitation(request).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(first.account, maria.account);
    assert_ne!(token, fresh);
    for token in [token, fresh] {
        let caller = house.store.caller(&token).await.unwrap();
        assert_eq!(caller.device, first.device);
    }
    let devices = house.count("SELECT COUNT(*) FROM device").await;
    assert_eq!(devices, 1);
    let looked = house.store.look_up_invitation(look_up).await;
    assert_eq!(code(looked), Code::InvitationUsed);
}

pub async fn a_link_past_its_time_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    let request = house.request(house.agency.maria.account, 1).await;
    let look_up = LookUpInvitation {
        secret: request.secret.clone(),
    };
    house.clock.advance(72 * 3_600);
    assert!(
        house
            .store
            .look_up_invitation(look_up.clone())
            .await
            .is_ok()
    );
    house.clock.advance(1);
    let looked = house.store.look_up_invitation(look_up).await;
    assert_eq!(code(looked), Code::InvitationExpired);
    let redeemed = house.store.redeem_invitation(request).await;
    assert_eq!(code(redeemed), Code::InvitationExpired);
    assert_eq!(house.count("SELECT COUNT(*) FROM device").await, 0);
}

pub async fn a_used_link_refuses_every_other_request(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.agency.maria.account;
    let first = house.request(maria, 1).await;
    house.store.redeem_invitation(first.clone()).await.unwrap();

    let secret = first.secret.to_array().unwrap();
    let mut other_op = first.clone();
    other_op.op_id = op(99);
    let other_device = request(maria, secret, 2, house.clock_now());
    let mut same_op = other_device.clone();
    same_op.op_id = first.op_id;
    for request in [other_op, other_device, same_op] {
        let redeemed = house.store.redeem_invitation(request).await;
        assert_eq!(code(redeemed), Code::InvitationUsed);
    }
    // Not even the same request is a way in once the link's time is over.
    house.clock.advance(72 * 3_600 + 1);
    let redeemed = house.store.redeem_invitation(first).await;
    assert_eq!(code(redeemed), Code::InvitationExpired);
}

pub async fn an_account_with_an_identity_key_refuses_a_second_link(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.agency.maria;
    let first = house.request(maria.account, 1).await;
    let second = house.request(maria.account, 2).await;
    house.store.redeem_invitation(first).await.unwrap();
    let redeemed = house.store.redeem_invitation(second).await;
    assert_eq!(code(redeemed), Code::InvitationUsed);
}

pub async fn a_certificate_of_another_account_leaves_the_link_unused(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.agency.maria.account;
    let good = house.request(maria, 1).await;
    let secret = good.secret.to_array().unwrap();
    let wrong = request(house.agency.dana.account, secret, 1, house.clock_now());
    let redeemed = house.store.redeem_invitation(wrong).await;
    assert_eq!(code(redeemed), Code::CertificateInvalid);
    let mut forged = good.clone();
    forged.aik = [9; 32].into();
    let redeemed = house.store.redeem_invitation(forged).await;
    assert_eq!(code(redeemed), Code::CertificateInvalid);
    assert!(house.store.redeem_invitation(good).await.is_ok());
}

pub async fn an_unknown_link_is_unknown(engine: Engine) {
    let house = House::build(engine).await;
    let account = house.agency.maria.account;
    for secret in [vec![7; 16], Vec::new(), vec![7; 1_000]] {
        let look_up = LookUpInvitation {
            secret: secret.into(),
        };
        let looked = house.store.look_up_invitation(look_up).await;
        assert_eq!(code(looked), Code::InvitationUnknown);
    }
    let unknown = request(account, [7; 16], 1, house.clock_now());
    let redeemed = house.store.redeem_invitation(unknown).await;
    assert_eq!(code(redeemed), Code::InvitationUnknown);
    let uninvited = house
        .store
        .uninvited(&Caller::installation())
        .await
        .unwrap();
    assert_eq!(uninvited.len(), 4);
}
