//! The audit log: what stands in it, and when.

use minicbor::Decoder;
use minicbor::data::Type;
use protocol::Code;
use protocol::frame::{Ack, Cursor};
use sha2::{Digest as _, Sha256};
use testkit::Engine;

use super::house::{House, SERVER_NAME, append, code, hello, start};

pub async fn what_is_shown_is_audited_before_it_is_answered(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let account = house.id(dana.account.as_bytes());
    let client = house.id(house.agency.maria.person.as_bytes());
    house.store.people(&dana).await.unwrap();
    house.store.circles(&dana).await.unwrap();
    house
        .store
        .circle(&dana, house.agency.circle)
        .await
        .unwrap();
    for act in ["list_people", "list_circles"] {
        let shown = house
            .entries(&format!("act = '{act}' AND account = {account}"))
            .await;
        assert_eq!(shown, 1, "{act}");
    }
    let opened = house
        .entries(&format!("act = 'read_circle' AND client = {client}"))
        .await;
    assert_eq!(opened, 1);
    // A store that can write no more shows no more.
    house.store.clone().close().await;
    assert!(house.store.people(&dana).await.is_err());
}

pub async fn a_refusal_is_audited(engine: Engine) {
    let house = House::build(engine).await;
    let ana = house.enrol(house.agency.ana, 1).await.caller;
    let account = house.id(ana.account.as_bytes());
    let before = house.entries("outcome = 'denied'").await;
    let seen = house.store.circle(&ana, house.agency.circle).await;
    assert_eq!(code(seen), Code::NotFound);
    let appended = house
        .store
        .append(&ana, append(house.agency.circle, 1))
        .await;
    assert_eq!(code(appended), Code::NotFound);
    let claimed = house.store.uninvited(&ana).await;
    assert_eq!(code(claimed), Code::NotAllowed);
    assert_eq!(house.entries("outcome = 'denied'").await, before + 3);
    let hers = house
        .entries(&format!("outcome = 'denied' AND account = {account}"))
        .await;
    assert_eq!(hers, 3);
}

/// The byte strings in the array under one key of an entry.
fn byte_strings(entry: &[u8], wanted: u64) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(entry);
    let fields = decoder.map().unwrap().unwrap();
    for _ in 0..fields {
        if decoder.u64().unwrap() == wanted {
            assert_eq!(decoder.datatype().unwrap(), Type::Array);
            let count = decoder.array().unwrap().unwrap();
            return (0..count)
                .map(|_| decoder.bytes().unwrap().to_vec())
                .collect();
        }
        decoder.skip().unwrap();
    }
    panic!("no such key");
}

pub async fn a_batch_commits_to_the_hash_of_every_row(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await.caller;
    let dana = house.enrol(house.agency.dana, 2).await;
    let circle = house.agency.circle;
    house.gather(circle, &[&dana]).await;
    let enrolled = house.count("SELECT COUNT(*) FROM circle_device").await;
    assert_eq!(enrolled, 1);
    let asks = (1..=20_u8).map(|n| {
        let store = house.store.clone();
        async move { store.append(&dana.caller, append(circle, n)).await.unwrap() }
    });
    futures_util::future::join_all(asks).await;
    assert!(house.store.append(&maria, append(circle, 1)).await.is_err());

    let entries = house
        .blobs(
            "SELECT bytes FROM audit_entry WHERE act = 'append' AND outcome = 'done' ORDER BY id",
        )
        .await;
    let rows = house
        .blobs("SELECT row_hash FROM circle_log ORDER BY seq")
        .await;
    assert_eq!(rows.len(), 20);
    let batches = house
        .count("SELECT COUNT(DISTINCT entry) FROM circle_log")
        .await;
    assert_eq!(batches, 1);
    assert_eq!(entries.len(), 1);
    let root = Sha256::digest(rows.concat()).to_vec();
    assert_eq!(byte_strings(&entries[0], 13), [root]);
}

pub async fn a_delivery_is_audited_as_a_range_and_none_is_lost(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let circle = house.agency.circle;
    house.gather(circle, &[&maria]).await;
    for n in 1..=6 {
        house
            .store
            .append(&maria.caller, append(circle, n))
            .await
            .unwrap();
    }
    let ack = async |seq| {
        let ack = Ack {
            cursors: vec![Cursor {
                seq,
                ..start(circle)
            }],
            inbox: None,
        };
        house.store.ack(&maria.caller, ack).await.unwrap();
    };
    let delivered = async || house.entries("act = 'deliver'").await;
    ack(2).await;
    assert_eq!(delivered().await, 1);
    // Too soon for another entry; backwards and beyond the end move nothing.
    ack(4).await;
    ack(1).await;
    ack(7).await;
    assert_eq!(delivered().await, 1);
    assert_eq!(house.count("SELECT seq FROM cursor").await, 4);
    house.clock.advance(5);
    ack(5).await;
    assert_eq!(delivered().await, 2);
    ack(6).await;
    assert_eq!(delivered().await, 2);
    // The rest is audited when the device comes back.
    let ticket = house
        .store
        .issue_ticket(&maria.caller)
        .await
        .unwrap()
        .ticket;
    let hello = hello(&maria, &ticket, SERVER_NAME);
    house.store.redeem_ticket(&hello).await.unwrap();
    assert_eq!(delivered().await, 3);
    assert_eq!(house.count("SELECT audited_seq FROM cursor").await, 6);
}
