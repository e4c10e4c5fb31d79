//! Messages that wait for staff: a digest each working morning, and at once what is urgent; and what staff see of the
//! mails about messages that wait for clients.

use protocol::{Code, DeliveryState, Step, Urgency, limits};
use testkit::Engine;

use super::desk::of;
use super::house::code;
use super::unread::{A_MINUTE, Scene, TEN_MINUTES};

const NOTHING: [&str; 0] = [];

pub async fn staff_are_told_each_working_morning_how_many_conversations_wait(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let (dana, maria) = (scene.desk.house.agency.dana, scene.desk.maria);
    let is_digest = |sent: &[String]| sent.contains(&"dana digest".to_owned());
    assert_eq!(scene.desk.sends().await, NOTHING);
    scene.at("2026-11-03T08:00").await;
    assert!(!is_digest(&scene.desk.sends().await), "nothing waits");
    let rows = scene.desk.deliveries(dana).await;
    assert!(
        !rows.iter().any(|row| row.starts_with("digest")),
        "{rows:?}"
    );
    for _ in 0..2 {
        scene.says_in(scene.circle, maria, Urgency::Routine).await;
    }
    scene.pass(TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, NOTHING, "it can wait");
    scene.at("2026-11-04T07:59").await;
    assert!(!is_digest(&scene.desk.sends().await));
    scene.at("2026-11-04T08:00").await;
    let mails = scene.desk.post().await;
    let hers = of(&mails, dana);
    assert_eq!(hers.len(), 1);
    assert!(hers[0].plain.contains("One conversation waits for you"));
    assert!(!hers[0].plain.contains("Maria"), "{}", hers[0].plain);
    scene.pass(3_600).await;
    assert_eq!(scene.desk.sends().await, NOTHING, "once a day");
    // It still waits, until she has read it.
    scene.at("2026-11-05T08:00").await;
    assert!(is_digest(&scene.desk.sends().await));
    scene.reads(&scene.desk.dana).await;
    scene.at("2026-11-06T08:00").await;
    assert!(!is_digest(&scene.desk.sends().await));
    scene.says_in(scene.circle, maria, Urgency::Routine).await;
    // On a Saturday and a Sunday she does not work.
    for day in ["2026-11-07T09:00", "2026-11-08T09:00"] {
        scene.at(day).await;
        assert!(!is_digest(&scene.desk.sends().await), "{day}");
    }
    scene.at("2026-11-09T08:00").await;
    assert!(is_digest(&scene.desk.sends().await));
}

pub async fn staff_are_told_of_urgent_messages_at_once(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let (maria, dana) = (scene.desk.maria, scene.desk.dana);
    scene.at("2026-11-03T23:00").await;
    scene.desk.sends().await;
    scene.says_in(scene.circle, maria, Urgency::Crisis).await;
    scene.pass(A_MINUTE).await;
    scene.seen(&dana, 1).await;
    assert_eq!(scene.desk.sends().await, ["dana unread"]);
}

pub async fn staff_see_what_became_of_such_mails_and_not_about_what(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let agency = scene.desk.house.agency;
    scene.a_message_waits().await;
    scene.desk.sends().await;
    scene.pass(60).await;
    scene.dana_says(Urgency::Routine).await;
    scene.pass(limits::UNREAD_PAUSE_S).await;
    scene.plan().await;
    scene.reads(&scene.desk.maria).await;
    scene.desk.sends().await;
    let (store, person) = (scene.desk.store(), agency.maria.person);
    for who in [&scene.desk.dana, &scene.desk.sam] {
        let mails = store.update_mails(who, person).await.unwrap().mails;
        let told: Vec<_> = mails
            .iter()
            .map(|mail| (mail.step, mail.state, mail.reason.as_deref()))
            .collect();
        let expected = [
            (Step::Unread, DeliveryState::Skipped, Some("read")),
            (Step::Unread, DeliveryState::Sent, None),
        ];
        assert_eq!(told, expected);
    }
    scene.is_here(&scene.desk.ana).await;
    let refused = store.update_mails(&scene.desk.ana, person).await;
    assert_eq!(code(refused), Code::NotFound);
    scene
        .desk
        .house
        .run("UPDATE assignment SET ended_at = 1")
        .await;
    let refused = store.update_mails(&scene.desk.dana, person).await;
    assert_eq!(code(refused), Code::NotFound);
}
