//! Tickets.

use protocol::{Bytes, Code, DeviceId};
use testkit::Engine;

use super::house::{Enrolled, House, SERVER_NAME, code, hello};

async fn ticket(house: &House, enrolled: &Enrolled) -> Bytes {
    house
        .store
        .issue_ticket(&enrolled.caller)
        .await
        .unwrap()
        .ticket
}

pub async fn a_ticket_opens_one_socket(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ticket = ticket(&house, &maria).await;
    let hello = hello(&maria, &ticket, SERVER_NAME);
    assert_eq!(
        house.store.redeem_ticket(&hello).await.unwrap(),
        maria.caller
    );
    let again = house.store.redeem_ticket(&hello).await;
    assert_eq!(code(again), Code::TicketInvalid);
}

pub async fn a_late_ticket_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let on_time = ticket(&house, &maria).await;
    house.clock.advance(30);
    let hello_on_time = hello(&maria, &on_time, SERVER_NAME);
    assert!(house.store.redeem_ticket(&hello_on_time).await.is_ok());
    let late = ticket(&house, &maria).await;
    house.clock.advance(31);
    let hello_late = hello(&maria, &late, SERVER_NAME);
    let redeemed = house.store.redeem_ticket(&hello_late).await;
    assert_eq!(code(redeemed), Code::TicketInvalid);
}

pub async fn a_bad_signature_uses_the_ticket_up(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ticket = ticket(&house, &maria).await;
    let good = hello(&maria, &ticket, SERVER_NAME);
    let mut bad = good.clone();
    bad.nonce = [4; 32].into();
    let redeemed = house.store.redeem_ticket(&bad).await;
    assert_eq!(code(redeemed), Code::SignatureInvalid);
    let redeemed = house.store.redeem_ticket(&good).await;
    assert_eq!(code(redeemed), Code::TicketInvalid);
    let denied = house
        .entries("act = 'connect' AND outcome = 'denied'")
        .await;
    assert_eq!(denied, 1);
}

pub async fn a_ticket_is_for_its_own_device_and_server(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let first = ticket(&house, &maria).await;
    let mut other = hello(&maria, &first, SERVER_NAME);
    other.device = DeviceId::from_bytes([9; 16]);
    let redeemed = house.store.redeem_ticket(&other).await;
    assert_eq!(code(redeemed), Code::DeviceUnknown);
    let second = ticket(&house, &maria).await;
    let elsewhere = hello(&maria, &second, "elsewhere.example");
    let redeemed = house.store.redeem_ticket(&elsewhere).await;
    assert_eq!(code(redeemed), Code::SignatureInvalid);
}

pub async fn a_ticket_of_an_ended_session_is_refused(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ticket = ticket(&house, &maria).await;
    house.store.sign_out(&maria.caller).await.unwrap();
    let hello = hello(&maria, &ticket, SERVER_NAME);
    let redeemed = house.store.redeem_ticket(&hello).await;
    assert_eq!(code(redeemed), Code::SignedOut);
}
