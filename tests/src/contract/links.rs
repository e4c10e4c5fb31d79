//! Links from mails: looking changes nothing, answering does what it says, once.

use mail::ReadBack;
use protocol::{AppointmentState, Code, Disclosure, Reply, Response};
use store::LinkSecret;
use testkit::Engine;

use super::desk::{Desk, TUESDAY, link, of};
use super::house::code;

/// A booked appointment of which Maria, Dana and Ana were told; their links, in this order.
async fn told(desk: &Desk) -> (protocol::http::Appointment, [LinkSecret; 3]) {
    let (card, _) = desk.book_with_ana(TUESDAY).await;
    let mails = desk.post().await;
    let agency = desk.house.agency;
    let links = [agency.maria, agency.dana, agency.ana].map(|person| {
        let mails: Vec<ReadBack> = of(&mails, person);
        link(&mails[0])
    });
    (card, links)
}

async fn state(desk: &Desk, secret: &LinkSecret) -> (AppointmentState, Response, bool) {
    let view = desk.store().open_link(secret).await.unwrap();
    (view.state, view.response, view.undo)
}

async fn claims(desk: &Desk) -> i64 {
    desk.house.count("SELECT COUNT(*) FROM claim").await
}

pub async fn looking_changes_no_row(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, links) = told(&desk).await;
    let unknown = LinkSecret::from([9; 16]);
    let look = async || {
        let before = desk.dump().await;
        assert!(before["link"].len() >= 3 && before["delivery"].len() > 8);
        for secret in &links {
            for _ in 0..3 {
                desk.store().open_link(secret).await.unwrap();
            }
        }
        let nothing = desk.store().open_link(&unknown).await;
        assert_eq!(code(nothing), Code::LinkGone);
        assert!(before == desk.dump().await, "looking changed a row");
    };
    look().await;
    let card = desk.shift(&card, "2026-11-11T10:00").await.unwrap();
    look().await;
    desk.reply(&desk.maria, (card.id, card.sequence), Reply::Cancel)
        .await
        .unwrap();
    look().await;
    desk.at("2026-12-01T10:00").await;
    look().await;
    let looked = desk.house.entries("act = 'open_link'").await;
    assert!(looked >= 36, "each look is audited, not {looked}");
}

pub async fn each_answer_does_what_it_says_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, [maria, ..]) = told(&desk).await;
    let store = desk.store();
    let twice = async |reply| {
        let view = store.reply_by_link(&maria, reply).await.unwrap();
        let after = desk.dump().await;
        desk.pass(1).await;
        let again = store.reply_by_link(&maria, reply).await.unwrap();
        assert_eq!(view.response, again.response);
        let now = desk.dump().await;
        for table in ["task", "delivery", "participant", "claim", "link"] {
            assert!(after[table] == now[table], "twice: {table} changed");
        }
        again.response
    };
    let maria_waits = async || {
        let rows = desk.deliveries(desk.house.agency.maria).await;
        let planned = rows.into_iter().filter(|row| row.ends_with(" planned"));
        planned.collect::<Vec<_>>().join(", ")
    };
    let all = "three_days planned, one_day planned, one_hour planned, room_open planned";
    assert_eq!(maria_waits().await, all);
    assert_eq!(twice(Reply::Confirm).await, Response::Accepted);
    assert_eq!(maria_waits().await, "room_open planned");
    assert!(desk.to_do().await.is_empty());

    assert_eq!(twice(Reply::AnotherTime).await, Response::Tentative);
    assert_eq!(desk.to_do().await, ["maria asked_for_another_time"]);
    assert_eq!(maria_waits().await, all);

    // She thinks again: what she asked for before is answered.
    assert_eq!(twice(Reply::Confirm).await, Response::Accepted);
    assert!(desk.to_do().await.is_empty());

    twice(Reply::AnotherTime).await;
    assert_eq!(twice(Reply::Cancel).await, Response::Declined);
    assert_eq!(desk.to_do().await, ["maria called_off"]);
    assert_eq!(claims(&desk).await, 0);
    assert_eq!(twice(Reply::Undo).await, Response::NeedsAction);
    assert!(desk.to_do().await.is_empty());
    assert_eq!(claims(&desk).await, 1);
}

pub async fn a_cancel_is_told_after_ten_minutes_and_taken_back_before(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, [maria, dana, ana]) = told(&desk).await;
    let store = desk.store();
    store.reply_by_link(&maria, Reply::Cancel).await.unwrap();
    let called_off = (AppointmentState::Cancelled, Response::Declined, true);
    assert_eq!(state(&desk, &maria).await, called_off);
    desk.pass(599).await;
    assert!(desk.post().await.is_empty());
    store.reply_by_link(&maria, Reply::Undo).await.unwrap();
    let open = (AppointmentState::Booked, Response::NeedsAction, false);
    assert_eq!(state(&desk, &maria).await, open);
    for secret in [&dana, &ana] {
        let view = store.open_link(secret).await.unwrap();
        assert!(view.stale.is_none(), "it is as if nothing had been");
    }
    desk.pass(3_600).await;
    assert!(desk.post().await.is_empty(), "nobody was told of anything");
    desk.at("2026-11-07T10:00").await;
    assert_eq!(desk.sends().await, ["ana three_days", "maria three_days"]);

    // Once more, and this time she leaves it so.
    store.reply_by_link(&maria, Reply::Cancel).await.unwrap();
    desk.pass(600).await;
    assert_eq!(
        desk.sends().await,
        [
            "ana cancellation",
            "dana cancellation",
            "maria cancellation"
        ]
    );
    let late = store.reply_by_link(&maria, Reply::Undo).await;
    assert_eq!(code(late), Code::TooLate);
    assert!(!state(&desk, &maria).await.2);
    let late = desk.reply(&desk.maria, (card.id, 1), Reply::Undo).await;
    assert_eq!(code(late), Code::TooLate);
    assert_eq!(desk.to_do().await, ["maria called_off"]);
    desk.at("2026-11-10T09:00").await;
    assert_eq!(desk.sends().await, Vec::<String>::new());
}

pub async fn a_cancel_taken_back_costs_no_reminder(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, [maria, ..]) = told(&desk).await;
    desk.at("2026-11-09T09:55").await;
    desk.sends().await;
    desk.store()
        .reply_by_link(&maria, Reply::Cancel)
        .await
        .unwrap();
    desk.pass(60).await;
    desk.store()
        .reply_by_link(&maria, Reply::Undo)
        .await
        .unwrap();
    desk.at("2026-11-09T10:00").await;
    assert_eq!(desk.sends().await, ["ana one_day", "maria one_day"]);
}

pub async fn an_undo_finds_the_time_taken(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, [maria, ..]) = told(&desk).await;
    let store = desk.store();
    store.reply_by_link(&maria, Reply::Cancel).await.unwrap();
    let other = desk.book("2026-11-10T10:15").await;
    let taken = store.reply_by_link(&maria, Reply::Undo).await;
    assert_eq!(code(taken), Code::SlotTaken);
    let called_off = (AppointmentState::Cancelled, Response::Declined, true);
    assert_eq!(state(&desk, &maria).await, called_off);
    assert_eq!(claims(&desk).await, 1);
    // Free again, it can still be taken back.
    desk.call_off(&other).await.unwrap();
    store.reply_by_link(&maria, Reply::Undo).await.unwrap();
    let id = desk.house.id(card.id.as_bytes());
    let claims = format!("SELECT COUNT(*) FROM claim WHERE appointment = {id}");
    assert_eq!(desk.house.count(&claims).await, 1);
}

pub async fn a_link_of_an_earlier_time_shows_the_newest_and_answers_nothing(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, [maria, ..]) = told(&desk).await;
    let store = desk.store();
    store
        .reply_by_link(&maria, Reply::AnotherTime)
        .await
        .unwrap();
    assert_eq!(desk.to_do().await, ["maria asked_for_another_time"]);
    let card = desk.shift(&card, "2026-11-11T10:00").await.unwrap();
    assert!(desk.to_do().await.is_empty(), "the move is the answer");
    for reply in [Reply::Confirm, Reply::AnotherTime, Reply::Cancel] {
        let before = desk.dump().await;
        let stale = store.reply_by_link(&maria, reply).await;
        assert_eq!(code(stale), Code::AppointmentChanged);
        assert!(before == desk.dump().await);
    }
    let newest = store
        .open_link(&maria)
        .await
        .unwrap()
        .stale
        .unwrap()
        .unwrap();
    let mails = of(&desk.post().await, desk.house.agency.maria);
    assert_eq!(newest, link(&mails[0]), "the one in the newest mail");
    let view = store.open_link(&newest).await.unwrap();
    assert!(view.stale.is_none());
    assert_eq!(view.at.civil, "2026-11-11T10:00");
    store.reply_by_link(&newest, Reply::Confirm).await.unwrap();

    desk.call_off(&card).await.unwrap();
    let stale = store.open_link(&newest).await.unwrap().stale.unwrap();
    let last = store.open_link(&stale.unwrap()).await.unwrap();
    assert_eq!(
        (last.state, last.undo),
        (AppointmentState::Cancelled, false)
    );
    let gone = store.reply_by_link(&newest, Reply::Confirm).await;
    assert_eq!(code(gone), Code::AppointmentState);
}

pub async fn close_to_the_start_only_yes_is_taken_and_then_nothing(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, [maria, _, ana]) = told(&desk).await;
    let store = desk.store();
    desk.at("2026-11-10T07:59").await;
    assert!(!store.open_link(&maria).await.unwrap().too_late);
    desk.at("2026-11-10T08:00").await;
    let view = store.open_link(&maria).await.unwrap();
    assert!(view.too_late && !view.over);
    for secret in [&maria, &ana] {
        for reply in [Reply::Cancel, Reply::AnotherTime] {
            let late = store.reply_by_link(secret, reply).await;
            assert_eq!(code(late), Code::TooLate);
        }
    }
    store.reply_by_link(&maria, Reply::Confirm).await.unwrap();
    desk.at("2026-11-10T10:00").await;
    assert!(store.open_link(&maria).await.unwrap().over);
    for reply in [Reply::Confirm, Reply::Cancel, Reply::AnotherTime] {
        let over = store.reply_by_link(&ana, reply).await;
        assert_eq!(code(over), Code::AppointmentState);
    }
    assert_eq!(code(desk.call_off(&card).await), Code::AppointmentState);
    let moved = desk.shift(&card, "2026-11-11T10:00").await;
    assert_eq!(code(moved), Code::AppointmentState);
}

pub async fn whoever_is_not_the_client_declines_for_themselves(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, [maria, _, ana]) = told(&desk).await;
    let store = desk.store();
    store.reply_by_link(&ana, Reply::AnotherTime).await.unwrap();
    assert_eq!(desk.to_do().await, ["ana asked_for_another_time"]);
    store.reply_by_link(&ana, Reply::Cancel).await.unwrap();
    assert_eq!(desk.to_do().await, ["ana declined"]);
    let declined = (AppointmentState::Booked, Response::Declined, true);
    assert_eq!(state(&desk, &ana).await, declined);
    assert_eq!(state(&desk, &maria).await.1, Response::NeedsAction);
    assert_eq!(claims(&desk).await, 1);
    desk.pass(600).await;
    assert!(desk.post().await.is_empty());
    assert_eq!(
        code(store.reply_by_link(&ana, Reply::Undo).await),
        Code::TooLate
    );
    store.reply_by_link(&ana, Reply::Confirm).await.unwrap();
    assert!(desk.to_do().await.is_empty());
    store.reply_by_link(&ana, Reply::Cancel).await.unwrap();
    store.reply_by_link(&ana, Reply::Undo).await.unwrap();
    assert_eq!(state(&desk, &ana).await.1, Response::NeedsAction);
    assert!(desk.to_do().await.is_empty());
}

pub async fn unsubscribing_ends_reminders_and_nothing_else(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, [maria, ..]) = told(&desk).await;
    let store = desk.store();
    store.opt_out_by_link(&maria).await.unwrap();
    let after = desk.dump().await;
    desk.pass(5).await;
    store.opt_out_by_link(&maria).await.unwrap();
    assert!(after["preference"] == desk.dump().await["preference"]);
    let own = store.preferences(&desk.maria, desk.maria.person).await;
    assert!(!own.unwrap().reminders);
    desk.at("2026-11-07T10:00").await;
    let sent = desk.sends().await;
    assert!(sent.contains(&"ana three_days".to_owned()));
    assert!(!sent.contains(&"maria three_days".to_owned()), "{sent:?}");
    desk.shift(&card, "2026-11-12T10:00").await.unwrap();
    let sent = desk.sends().await;
    assert!(sent.contains(&"maria invitation".to_owned()), "{sent:?}");
    // The old mail's button still works, though its time is stale.
    desk.prefer(&desk.maria, desk.maria.person, |wish| wish.reminders = true)
        .await;
    store.opt_out_by_link(&maria).await.unwrap();
    let own = store.preferences(&desk.maria, desk.maria.person).await;
    assert!(!own.unwrap().reminders);
    let unknown = store.opt_out_by_link(&LinkSecret::from([9; 16])).await;
    assert_eq!(code(unknown), Code::LinkGone);
}

pub async fn whoever_lets_mails_tell_no_times_is_told_none_by_an_earlier_one(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, [maria, dana, ana]) = told(&desk).await;
    let (store, person) = (desk.store(), desk.maria.person);
    assert!(store.open_link(&maria).await.is_ok());
    assert!(store.link_reader(&maria).await.unwrap().told_times);
    desk.prefer(&desk.maria, person, |wish| {
        wish.disclosure = Disclosure::Update;
    })
    .await;
    let before = desk.dump().await;
    assert_eq!(code(store.open_link(&maria).await), Code::SignedOut);
    for reply in Reply::ALL {
        let answered = store.reply_by_link(&maria, *reply).await;
        assert_eq!(code(answered), Code::SignedOut, "{reply:?}");
    }
    assert!(!store.link_reader(&maria).await.unwrap().told_times);
    assert!(before == desk.dump().await, "that changed a row");
    // It is her wish, and nobody else's.
    for secret in [&dana, &ana] {
        assert!(store.open_link(secret).await.is_ok());
    }
    // What stops such mails does so still.
    assert!(!store.opt_out_by_link(&maria).await.unwrap().told_times);
    let own = store.preferences(&desk.maria, person).await;
    assert!(!own.unwrap().reminders);
    desk.prefer(&desk.maria, person, |wish| {
        wish.disclosure = Disclosure::Times;
    })
    .await;
    store.reply_by_link(&maria, Reply::Confirm).await.unwrap();
    let unknown = store.link_reader(&LinkSecret::from([9; 16])).await;
    assert_eq!(code(unknown), Code::LinkGone);
}

pub async fn a_worker_who_no_longer_serves_the_client_holds_a_dead_link(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, [_, dana, _]) = told(&desk).await;
    assert!(desk.store().open_link(&dana).await.is_ok());
    desk.house.run("UPDATE assignment SET ended_at = 1").await;
    let gone = desk.store().open_link(&dana).await;
    assert_eq!(code(gone), Code::LinkGone);
}
