//! Mails about messages that wait, and the address to which they would go: nobody confirmed it yet, or it takes no mail.

use mail::{ReadBack, Sent};
use protocol::{Code, Urgency, limits};
use store::LinkSecret;
use testkit::Engine;

use super::addresses::{ELSEWHERE, STRANGERS, asked, leaves, writes};
use super::house::code;
use super::unread::Scene;

const NOTHING: [&str; 0] = [];

pub async fn to_an_address_that_nobody_confirmed_nothing_is_mailed(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    scene.plan().await;
    writes(&scene.desk, &scene.desk.dana, ELSEWHERE).await;
    scene.desk.post().await;
    assert_eq!(scene.marias().await, ["unread skipped address_unconfirmed"]);
}

pub async fn what_came_before_an_address_was_confirmed_is_mailed_then(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    writes(&scene.desk, &scene.desk.dana, ELSEWHERE).await;
    let secret = asked(&scene.desk, ELSEWHERE).await;
    scene.a_message_waits().await;
    assert_eq!(leaves(&scene.desk).await.len(), 0);
    assert_eq!(scene.marias().await, NOTHING);
    let confirm = scene.desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    let mails = leaves(&scene.desk).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0 == ELSEWHERE && mails[0].1.subject == "You have an update");
    // One that was planned already, and dropped because of another address.
    scene.pass(limits::UNREAD_PAUSE_S).await;
    scene.a_message_waits().await;
    scene.plan().await;
    writes(&scene.desk, &scene.desk.dana, STRANGERS).await;
    let secret = asked(&scene.desk, STRANGERS).await;
    let dropped = ["unread sent", "unread skipped address_unconfirmed"];
    assert_eq!(scene.marias().await, dropped);
    let confirm = scene.desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    assert_eq!(leaves(&scene.desk).await.len(), 1);
    let sent = scene.marias().await.into_iter();
    assert_eq!(sent.filter(|row| row == "unread sent").count(), 2);
}

pub async fn a_refused_address_is_not_tried_again_and_a_human_is_asked(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    scene.desk.memory.answer_next([Sent::Rejected {
        code: 550,
        address: true,
    }]);
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread failed address_refused"]);
    assert_eq!(scene.desk.to_do().await, ["maria cannot_reach_by_email"]);
    for _ in 0..3 {
        scene.dana_says(Urgency::Urgent).await;
        scene.pass(limits::UNREAD_PAUSE_S).await;
        assert!(!scene.tells_maria().await);
    }
    assert_eq!(scene.marias().await.len(), 1);
    assert_eq!(scene.desk.to_do().await.len(), 1, "asked once");
}

/// The link by which whoever reads the newest mail to that address stops such mails.
fn way_out(mails: &[(String, ReadBack)], address: &str) -> LinkSecret {
    let (_, newest) = mails.iter().rfind(|(to, _)| to == address).unwrap();
    let (_, after) = newest.plain.split_once("https://house.example/u/").unwrap();
    LinkSecret::parse(&after[..22]).unwrap()
}

pub async fn an_old_inbox_stops_nothing_at_the_new_address(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    let mails = leaves(&scene.desk).await;
    let old = way_out(&mails, &testkit::agency::email("Maria Sample"));
    writes(&scene.desk, &scene.desk.dana, ELSEWHERE).await;
    let store = scene.desk.store();
    assert_eq!(code(store.open_stop_link(&old).await), Code::LinkGone);
    for wanted in [false, true] {
        let chosen = store.choose_by_stop_link(&old, wanted).await;
        assert_eq!(code(chosen), Code::LinkGone);
    }
    let secret = asked(&scene.desk, ELSEWHERE).await;
    store.answer_address_link(&secret, true).await.unwrap();
    scene.pass(limits::UNREAD_PAUSE_S).await;
    scene.a_message_waits().await;
    let mails = leaves(&scene.desk).await;
    let fresh = way_out(&mails, ELSEWHERE);
    let store = scene.desk.store();
    let stopped = store.choose_by_stop_link(&old, false).await;
    assert_eq!(code(stopped), Code::LinkGone);
    assert!(store.open_stop_link(&fresh).await.unwrap().wanted);
    let stopped = store.choose_by_stop_link(&fresh, false).await.unwrap();
    assert!(!stopped.wanted);
}
