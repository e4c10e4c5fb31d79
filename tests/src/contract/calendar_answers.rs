//! What a calendar answers is noted, in its order, and calls nothing off.

use protocol::Reply;
use testkit::{Engine, agency};

use super::desk::TUESDAY;
use super::postbox::{CalendarText, FROM, NOW, Scene, invited, reply, uid};

pub async fn what_a_calendar_declines_is_noted_and_calls_nothing_off(engine: Engine) {
    let scene = Scene::open(engine).await;
    let mail = invited(&scene).await;
    let (desk, maria) = (&scene.desk, scene.desk.house.agency.maria);
    let uid = uid(&mail);
    let declines = CalendarText {
        uid: &uid,
        sequence: 0,
        answer: "DECLINED",
        stamp: NOW,
    };
    scene.calendar(maria, &declines).await;
    assert_eq!(scene.of(maria, "response").await, ["declined"]);
    assert_eq!(
        scene.states().await,
        ["booked"],
        "it never cancels by itself"
    );
    assert_eq!(desk.to_do().await, ["maria declined"]);
    let row = format!("client = {}", desk.house.id(maria.person.as_bytes()));
    let entries = format!("act = 'take_mail' AND {row}");
    assert_eq!(desk.house.entries(&entries).await, 1);
    // She thinks again.
    let accepts = CalendarText {
        answer: "ACCEPTED",
        stamp: "20261102T160000Z",
        ..declines
    };
    desk.pass(3_600).await;
    scene.calendar(maria, &accepts).await;
    assert_eq!(scene.of(maria, "response").await, ["accepted"]);
    assert!(desk.to_do().await.is_empty());
    let maybe = CalendarText {
        answer: "TENTATIVE",
        stamp: "20261102T170000Z",
        ..declines
    };
    desk.pass(3_600).await;
    scene.calendar(maria, &maybe).await;
    assert_eq!(scene.of(maria, "response").await, ["tentative"]);
    assert_eq!(desk.to_do().await, ["maria answered_by_mail"]);
}

pub async fn an_answer_to_an_earlier_time_is_a_task_and_no_more(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    desk.without_address(&desk.dana).await;
    let card = desk.book(TUESDAY).await;
    let mails = desk.post().await;
    let uid = uid(&mails[0]);
    desk.shift(&card, "2026-11-12T14:00").await.unwrap();
    let declines = CalendarText {
        uid: &uid,
        sequence: 0,
        answer: "DECLINED",
        stamp: NOW,
    };
    let maria = desk.house.agency.maria;
    for _ in 0..2 {
        scene.calendar(maria, &declines).await;
        assert_eq!(scene.of(maria, "response").await, ["needs_action"]);
        assert_eq!(desk.to_do().await, ["maria answered_by_mail"], "asked once");
    }
    assert_eq!(scene.states().await, ["booked"]);
    // What is over waits for no answer.
    desk.at("2026-11-12T15:00").await;
    let before = desk.dump().await["participant"].clone();
    let late = CalendarText {
        sequence: 1,
        ..declines
    };
    scene.calendar(maria, &late).await;
    assert!(before == desk.dump().await["participant"]);
}

pub async fn of_two_answers_the_later_one_counts_whichever_comes_first(engine: Engine) {
    let scene = Scene::open(engine).await;
    let mail = invited(&scene).await;
    let (desk, maria) = (&scene.desk, scene.desk.house.agency.maria);
    let uid = uid(&mail);
    let says = |answer, stamp| CalendarText {
        uid: &uid,
        sequence: 0,
        answer,
        stamp,
    };
    desk.pass(3_600).await;
    scene
        .calendar(maria, &says("ACCEPTED", "20261102T155000Z"))
        .await;
    scene
        .calendar(maria, &says("DECLINED", "20261102T154000Z"))
        .await;
    assert_eq!(scene.of(maria, "response").await, ["accepted"]);
    assert!(desk.to_do().await.is_empty());
    // A clock that is a year ahead does not have the last word for ever.
    scene
        .calendar(maria, &says("DECLINED", "20271102T154000Z"))
        .await;
    assert_eq!(scene.of(maria, "response").await, ["declined"]);
    desk.pass(60).await;
    let card = desk.store().appointments_of(&desk.dana, maria.person).await;
    let id = card.unwrap().appointments[0].id;
    desk.reply(&desk.maria, (id, 0), Reply::Confirm)
        .await
        .unwrap();
    assert_eq!(scene.of(maria, "response").await, ["accepted"]);
    scene
        .calendar(maria, &says("DECLINED", "20261102T160030Z"))
        .await;
    assert_eq!(
        scene.of(maria, "response").await,
        ["accepted"],
        "said before"
    );
    scene
        .calendar(maria, &says("DECLINED", "20261102T160130Z"))
        .await;
    assert_eq!(scene.of(maria, "response").await, ["declined"]);
}

pub async fn an_answer_in_anothers_name_or_to_nothing_is_not_noted(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    desk.without_address(&desk.dana).await;
    let (card, consent) = desk.book_with_ana(TUESDAY).await;
    let mails = desk.post().await;
    let uid = uid(&mails[0]);
    let (maria, ana) = (desk.house.agency.maria, desk.house.agency.ana);
    let declines = CalendarText {
        uid: &uid,
        sequence: 0,
        answer: "DECLINED",
        stamp: NOW,
    };
    // A stranger, who knows the name of the appointment and the address.
    let text = reply("<s@x>", &agency::email(maria.name), &declines);
    let text = text.replace(
        "From: Somebody <maria.sample",
        "From: Somebody <somebody.else",
    );
    let before = desk.dump().await;
    assert!(
        scene
            .arrives(FROM, "somebody.else@example.com", &text)
            .await
    );
    assert!(
        before == desk.dump().await,
        "a stranger's answer changed a row"
    );
    // Nobody's appointment: she wrote, and that is all.
    let nothing = CalendarText {
        uid: "nothing",
        ..declines
    };
    scene.calendar(maria, &nothing).await;
    assert_eq!(scene.of(maria, "response").await, ["needs_action"]);
    assert_eq!(desk.to_do().await, ["maria answered_by_mail"]);
    // Ana declines for herself; after the consent has ended it is not noted any more.
    scene.calendar(ana, &declines).await;
    assert_eq!(scene.of(ana, "response").await, ["declined"]);
    desk.withdraw(&desk.maria, consent).await.unwrap();
    let accepts = CalendarText {
        answer: "ACCEPTED",
        ..declines
    };
    scene.calendar(ana, &accepts).await;
    assert_eq!(scene.of(ana, "response").await, ["declined"]);
    assert_eq!(card.sequence, 0);
    assert_eq!(scene.states().await, ["booked"]);
}

pub async fn an_answer_from_an_address_that_is_theirs_no_longer_is_a_task_and_no_more(
    engine: Engine,
) {
    for gone in ["disowned_at", "ended_at"] {
        let scene = Scene::open(engine).await;
        let mail = invited(&scene).await;
        let (desk, maria) = (&scene.desk, scene.desk.house.agency.maria);
        let (id, now) = (
            desk.house.id(maria.person.as_bytes()),
            desk.house.clock_now(),
        );
        let now = now.micros();
        // Somebody else reads there, and she, or a stranger, has said so.
        let say =
            format!("UPDATE address SET refused_at = {now}, {gone} = {now} WHERE person = {id}");
        desk.house.run(&say).await;
        let declines = CalendarText {
            uid: &uid(&mail),
            sequence: 0,
            answer: "DECLINED",
            stamp: NOW,
        };
        scene.calendar(maria, &declines).await;
        assert_eq!(
            scene.of(maria, "response").await,
            ["needs_action"],
            "{gone}"
        );
        assert_eq!(desk.to_do().await, ["maria answered_by_mail"], "{gone}");
    }
}
