//! Links that are mailed open nothing to a stranger: a booking link waits until somebody has said that the address is
//! the client's, and what was mailed there ends when somebody says that it is not, and when the address is replaced.

use mail::Sent;
use protocol::http::{AddVisitType, BookingLink, VisitTerms};
use protocol::{AppointmentKind, BookingLinkState, Code, Reply, Response, Role};
use testkit::Engine;

use super::addresses::{ELSEWHERE, STRANGERS, asked, leaves, open, writes};
use super::booking_links;
use super::desk::{Desk, TUESDAY, link};
use super::house::code;
use super::teams::enrolled;

/// The only link of Maria's, as staff see it.
async fn card(desk: &Desk) -> BookingLink {
    let links = desk.store().booking_links(&desk.dana, desk.maria.person);
    let mut links = links.await.unwrap().links;
    assert_eq!(links.len(), 1);
    links.remove(0)
}

pub async fn a_mailed_booking_link_waits_until_the_address_is_confirmed(engine: Engine) {
    let desk = open(engine).await;
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    booking_links::make(&desk, |asked| asked.mail = true).await;
    for _ in 0..3 {
        assert_eq!(leaves(&desk).await.len(), 0, "a stranger may read there");
        assert!(card(&desk).await.mail_waits, "and staff see that it waits");
        desk.pass(3_600).await;
    }
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0 == ELSEWHERE && mails[0].1.plain.contains("https://house.example/b/"));
    let card = card(&desk).await;
    assert!(card.mailed && !card.mail_waits);
    assert_eq!(leaves(&desk).await.len(), 0, "once");
}

pub async fn a_link_to_what_is_offered_no_longer_is_not_mailed(engine: Engine) {
    let desk = open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let request = AddVisitType {
        op_id: desk.op(),
        terms: VisitTerms {
            name: "First call".to_owned(),
            kind: AppointmentKind::Phone,
            minutes: 30,
            before_minutes: 0,
            after_minutes: 0,
            travel_minutes: 0,
            notice_minutes: 0,
            days_ahead: 30,
            per_day_max: None,
        },
    };
    let kind = desk.scheduler.add_visit_type(&robin, &request).await;
    let kind = kind.unwrap().id;
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    booking_links::make(&desk, |asked| {
        asked.mail = true;
        asked.visit_type = Some(kind);
    })
    .await;
    assert_eq!(leaves(&desk).await.len(), 0, "it waits");
    desk.store().end_visit_type(&robin, kind).await.unwrap();
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    assert_eq!(leaves(&desk).await.len(), 0, "it would lead nowhere");
    assert_eq!(card(&desk).await.state, BookingLinkState::Void);
}

pub async fn a_link_that_was_tried_before_the_address_was_replaced_leaves_too(engine: Engine) {
    let desk = open(engine).await;
    booking_links::make(&desk, |asked| asked.mail = true).await;
    desk.memory
        .answer_next([Sent::Deferred { code: Some(451) }]);
    assert_eq!(leaves(&desk).await.len(), 0, "a busy mail server");
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    desk.pass(3_600).await;
    assert_eq!(leaves(&desk).await.len(), 0);
    assert!(card(&desk).await.mail_waits);
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].0, ELSEWHERE);
}

pub async fn a_link_for_which_nobody_confirmed_the_address_is_a_task(engine: Engine) {
    let desk = open(engine).await;
    writes(&desk, &desk.dana, ELSEWHERE).await;
    asked(&desk, ELSEWHERE).await;
    booking_links::make(&desk, |asked| {
        asked.mail = true;
        asked.valid_days = 3;
    })
    .await;
    desk.pass(3 * 86_400 - 1).await;
    assert_eq!(leaves(&desk).await.len(), 0);
    assert!(desk.to_do().await.is_empty());
    desk.pass(1).await;
    assert_eq!(leaves(&desk).await.len(), 0);
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    let failed = "SELECT COUNT(*) FROM single_mail WHERE kind = 'booking_link'
        AND state = 'failed' AND reason = 'address_unconfirmed'";
    assert_eq!(desk.house.count(failed).await, 1);
}

pub async fn a_link_whose_mail_could_not_leave_in_time_is_a_task(engine: Engine) {
    let desk = open(engine).await;
    booking_links::make(&desk, |asked| {
        asked.mail = true;
        asked.valid_days = 3;
    })
    .await;
    // Nothing is sent for three days.
    desk.pass(3 * 86_400).await;
    for _ in 0..2 {
        assert_eq!(leaves(&desk).await.len(), 0);
        assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    }
    let card = card(&desk).await;
    assert!(card.state == BookingLinkState::Expired && !card.mailed);
}

pub async fn what_was_mailed_to_a_stranger_opens_nothing_once_they_say_so(engine: Engine) {
    let desk = open(engine).await;
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    let booking = booking_links::make(&desk, |asked| asked.mail = true).await;
    desk.book(TUESDAY).await;
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 2);
    let invitation = mails.iter().find(|(_, mail)| mail.calendar.is_some());
    let visit = link(&invitation.unwrap().1);
    booking_links::hold(&desk, &booking, "2026-11-10T13:00")
        .await
        .unwrap();
    assert!(desk.store().open_link(&visit).await.is_ok());
    let deny = desk.store().answer_address_link(&secret, false);
    deny.await.unwrap();
    assert_eq!(card(&desk).await.state, BookingLinkState::Revoked);
    let held = "SELECT COUNT(*) FROM hold";
    assert_eq!(desk.house.count(held).await, 0, "what it held is free");
    let kept = booking_links::hold(&desk, &booking, "2026-11-10T14:00").await;
    assert_eq!(code(kept), Code::LinkGone);
    assert_eq!(code(desk.store().open_link(&visit).await), Code::LinkGone);
    // Where she does read, she gets links of her own.
    desk.prefer(&desk.dana, desk.maria.person, |wish| {
        wish.email = Some("maria.sample@example.net".to_owned());
    })
    .await;
    desk.at("2026-11-07T10:00").await;
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1, "a reminder");
    assert!(desk.store().open_link(&link(&mails[0].1)).await.is_ok());
}

pub async fn what_was_mailed_to_an_address_that_was_replaced_opens_nothing(engine: Engine) {
    for by_herself in [true, false] {
        let desk = open(engine).await;
        let booking = booking_links::make(&desk, |asked| asked.mail = true).await;
        desk.book(TUESDAY).await;
        let mails = leaves(&desk).await;
        assert_eq!(mails.len(), 2);
        let invitation = mails.iter().find(|(_, mail)| mail.calendar.is_some());
        let visit = link(&invitation.unwrap().1);
        booking_links::hold(&desk, &booking, "2026-11-10T13:00")
            .await
            .unwrap();
        let caller = if by_herself { &desk.maria } else { &desk.dana };
        writes(&desk, caller, ELSEWHERE).await;
        let store = desk.store();
        assert_eq!(code(store.open_link(&visit).await), Code::LinkGone);
        for reply in [Reply::Confirm, Reply::Cancel] {
            let said = store.reply_by_link(&visit, reply).await;
            assert_eq!(code(said), Code::LinkGone);
        }
        assert_eq!(code(store.opt_out_by_link(&visit).await), Code::LinkGone);
        let hers = store.preferences(&desk.dana, desk.maria.person).await;
        assert!(hers.unwrap().reminders, "she is told still");
        assert_eq!(card(&desk).await.state, BookingLinkState::Revoked);
        let held = "SELECT COUNT(*) FROM hold";
        assert_eq!(desk.house.count(held).await, 0, "what it held is free");
        let kept = booking_links::hold(&desk, &booking, "2026-11-10T14:00").await;
        assert_eq!(code(kept), Code::LinkGone);
        // At the new one she gets links of her own, once it is hers.
        let secret = asked(&desk, ELSEWHERE).await;
        store.answer_address_link(&secret, true).await.unwrap();
        desk.at("2026-11-07T10:00").await;
        let mails = leaves(&desk).await;
        assert_eq!(mails.len(), 1, "a reminder");
        assert_eq!(mails[0].0, ELSEWHERE);
        let fresh = link(&mails[0].1);
        let confirmed = store.reply_by_link(&fresh, Reply::Confirm).await.unwrap();
        assert_eq!(confirmed.response, Response::Accepted);
        assert_eq!(code(store.open_link(&visit).await), Code::LinkGone);
    }
}

pub async fn what_waits_to_be_mailed_outlives_the_address(engine: Engine) {
    let desk = open(engine).await;
    writes(&desk, &desk.maria, STRANGERS).await;
    asked(&desk, STRANGERS).await;
    booking_links::make(&desk, |asked| asked.mail = true).await;
    assert_eq!(leaves(&desk).await.len(), 0);
    writes(&desk, &desk.maria, ELSEWHERE).await;
    assert_eq!(card(&desk).await.state, BookingLinkState::Open);
    let secret = asked(&desk, ELSEWHERE).await;
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0 == ELSEWHERE && mails[0].1.plain.contains("https://house.example/b/"));
}
