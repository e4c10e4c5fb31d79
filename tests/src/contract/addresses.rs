//! Whose an address is: what it gets before somebody there has said that it is theirs, and what after.

use care::Caller;
use mail::{ReadBack, Sent};
use protocol::{AddressState, Code, limits};
use store::LinkSecret;
use testkit::Engine;

use super::desk::{Desk, TUESDAY, read, to};
use super::house::code;

const NOTHING: [&str; 0] = [];
pub(super) const ELSEWHERE: &str = "maria.elsewhere@example.org";
pub(super) const STRANGERS: &str = "mario.sample@example.org";

/// Dana gets no mails.
pub(super) async fn open(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk
}

/// Somebody writes down another address of Maria's.
pub(super) async fn writes(desk: &Desk, caller: &Caller, email: &str) {
    let (store, person) = (desk.store(), desk.maria.person);
    let mut wish = store.preferences(caller, person).await.unwrap();
    wish.email = Some(email.to_owned());
    store.put_preferences(caller, person, wish).await.unwrap();
}

/// What leaves, to whom: nothing that `desk.sends` reads from rows of another table.
pub(super) async fn leaves(desk: &Desk) -> Vec<(String, ReadBack)> {
    let mails = desk.post().await;
    mails.iter().map(|mail| (to(mail), read(mail))).collect()
}

fn secret(mail: &ReadBack) -> LinkSecret {
    let (_, after) = mail.plain.split_once("https://house.example/c/").unwrap();
    LinkSecret::parse(&after[..22]).unwrap()
}

/// The mail that asks, and no other.
pub(super) async fn asked(desk: &Desk, email: &str) -> LinkSecret {
    let mails = leaves(desk).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].0, email);
    secret(&mails[0].1)
}

async fn state(desk: &Desk) -> AddressState {
    let stands = desk.store().address_standing(&desk.dana, desk.maria.person);
    stands.await.unwrap().state
}

pub async fn an_address_is_asked_first_and_told_when_it_is_theirs(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    writes(&desk, &desk.maria, ELSEWHERE).await;
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1, "no invitation");
    let (address, mail) = &mails[0];
    assert_eq!(address, ELSEWHERE);
    assert!(mail.calendar.is_none());
    let said = format!("{} {} {}", mail.subject, mail.plain, mail.html);
    for word in [
        "Maria",
        "Sample",
        "Dana",
        "Riverbend",
        "appointment",
        "November",
    ] {
        assert!(!said.contains(word), "{word}: {said}");
    }
    assert_eq!(state(&desk).await, AddressState::Unconfirmed);
    // Days go by, and reminders would be due.
    for civil in ["2026-11-07T10:00", "2026-11-08T09:00"] {
        desk.at(civil).await;
        assert_eq!(desk.sends().await, NOTHING);
    }
    let secret = secret(mail);
    for _ in 0..2 {
        let view = desk.store().answer_address_link(&secret, true).await;
        assert_eq!(view.unwrap().state, AddressState::Confirmed);
    }
    assert_eq!(state(&desk).await, AddressState::Confirmed);
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1, "the invitation");
    assert!(mails[0].0 == ELSEWHERE && mails[0].1.calendar.is_some());
    desk.at("2026-11-10T09:00").await;
    let mails = leaves(&desk).await;
    assert!(mails.iter().any(|(address, _)| address == ELSEWHERE));
}

pub async fn what_was_told_to_the_old_address_goes_on_at_the_new_one_only(engine: Engine) {
    let desk = open(engine).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    desk.call_off(&card).await.unwrap();
    desk.until_told().await;
    assert_eq!(leaves(&desk).await.len(), 0, "neither there nor here");
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].0, ELSEWHERE);
}

pub async fn looking_at_the_link_changes_nothing(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    writes(&desk, &desk.maria, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    let before = desk.dump().await;
    for _ in 0..3 {
        let view = desk.store().open_address_link(&secret).await.unwrap();
        assert_eq!(view.state, AddressState::Unconfirmed);
    }
    assert!(before == desk.dump().await);
}

pub async fn a_link_that_is_wrong_old_or_replaced_says_nothing(engine: Engine) {
    let desk = open(engine).await;
    let store = desk.store();
    writes(&desk, &desk.maria, STRANGERS).await;
    let first = asked(&desk, STRANGERS).await;
    writes(&desk, &desk.maria, ELSEWHERE).await;
    let second = asked(&desk, ELSEWHERE).await;
    let unknown = LinkSecret::from([7; 16]);
    for gone in [&first, &unknown] {
        assert_eq!(code(store.open_address_link(gone).await), Code::LinkGone);
        for theirs in [true, false] {
            let answer = store.answer_address_link(gone, theirs).await;
            assert_eq!(code(answer), Code::LinkGone);
        }
    }
    assert_eq!(state(&desk).await, AddressState::Unconfirmed);
    desk.pass(limits::ADDRESS_LINK_S).await;
    let late = store.answer_address_link(&second, true).await;
    assert_eq!(code(late), Code::LinkGone);
    // Asked once more, the same link is good again.
    let ask = store.ask_address(&desk.maria, desk.maria.person).await;
    assert!(!ask.unwrap().may_ask, "one is on its way");
    assert_eq!(asked(&desk, ELSEWHERE).await.to_text(), second.to_text());
    let view = store.answer_address_link(&second, true).await.unwrap();
    assert_eq!(view.state, AddressState::Confirmed);
}

pub async fn whoever_says_that_it_is_not_them_gets_nothing_and_staff_are_asked(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    writes(&desk, &desk.dana, STRANGERS).await;
    let secret = asked(&desk, STRANGERS).await;
    for theirs in [false, true, false] {
        let view = desk.store().answer_address_link(&secret, theirs).await;
        assert_eq!(view.unwrap().state, AddressState::Disowned);
    }
    assert_eq!(state(&desk).await, AddressState::Disowned);
    for worker in [&desk.dana, &desk.sam] {
        let tasks = desk.tasks(worker).await;
        assert_eq!(tasks.len(), 1, "whoever serves her, once");
        assert_eq!(tasks[0].why.as_deref(), Some("not_theirs"));
    }
    desk.at("2026-11-09T10:00").await;
    assert_eq!(leaves(&desk).await.len(), 0);
    let ask = desk
        .store()
        .ask_address(&desk.dana, desk.maria.person)
        .await;
    assert!(!ask.unwrap().may_ask);
    assert_eq!(
        leaves(&desk).await.len(),
        0,
        "a stranger is not asked again"
    );
    // The right one ends the task.
    writes(&desk, &desk.dana, ELSEWHERE).await;
    assert!(desk.to_do().await.is_empty());
    asked(&desk, ELSEWHERE).await;
}

pub async fn somebody_who_was_told_by_mistake_can_still_say_so(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    writes(&desk, &desk.dana, STRANGERS).await;
    let secret = asked(&desk, STRANGERS).await;
    desk.store()
        .answer_address_link(&secret, true)
        .await
        .unwrap();
    let view = desk.store().answer_address_link(&secret, false).await;
    assert_eq!(view.unwrap().state, AddressState::Disowned);
    assert_eq!(
        leaves(&desk).await.len(),
        0,
        "what was planned is cancelled"
    );
}

pub async fn a_mail_is_asked_for_again_three_times_a_day(engine: Engine) {
    let desk = open(engine).await;
    let (store, person) = (desk.store(), desk.maria.person);
    writes(&desk, &desk.maria, ELSEWHERE).await;
    let ask = async |caller: &Caller| store.ask_address(caller, person).await;
    assert!(!ask(&desk.maria).await.unwrap().may_ask);
    asked(&desk, ELSEWHERE).await;
    for n in 0..limits::ADDRESS_ASKED_AGAIN_MAX {
        desk.pass(60).await;
        let caller = if n == 0 { &desk.maria } else { &desk.dana };
        ask(caller).await.unwrap();
        // Pressed twice it is one mail.
        ask(caller).await.unwrap();
        asked(&desk, ELSEWHERE).await;
    }
    let stands = store.address_standing(&desk.maria, person).await.unwrap();
    assert!(!stands.may_ask && stands.asked_at.is_some());
    assert_eq!(code(ask(&desk.dana).await), Code::RateLimited);
    assert_eq!(leaves(&desk).await.len(), 0);
    desk.pass(86_400).await;
    ask(&desk.dana).await.unwrap();
    asked(&desk, ELSEWHERE).await;
}

pub async fn nobody_is_mailed_by_changing_it_to_and_fro(engine: Engine) {
    let desk = open(engine).await;
    let (store, person) = (desk.store(), desk.maria.person);
    for n in 0..limits::ADDRESSES_ASKED_MAX {
        writes(&desk, &desk.maria, &format!("maria.{n}@example.org")).await;
    }
    let mut wish = store.preferences(&desk.maria, person).await.unwrap();
    wish.email = Some(ELSEWHERE.to_owned());
    let put = store.put_preferences(&desk.maria, person, wish).await;
    assert_eq!(code(put), Code::RateLimited);
    assert_eq!(leaves(&desk).await.len(), 1, "the last one alone is asked");
}

pub async fn asking_is_for_oneself_and_for_whoever_serves_them(engine: Engine) {
    let desk = open(engine).await;
    let person = desk.maria.person;
    let ana = desk.store().ask_address(&desk.ana, person).await;
    assert!([Code::NotFound, Code::NotAllowed].contains(&code(ana)));
    let ana = desk.store().address_standing(&desk.ana, person).await;
    assert!([Code::NotFound, Code::NotAllowed].contains(&code(ana)));
    assert!(desk.store().ask_address(&desk.sam, person).await.is_ok());
}

pub async fn an_address_that_takes_no_mail_is_a_task(engine: Engine) {
    let desk = open(engine).await;
    writes(&desk, &desk.dana, STRANGERS).await;
    desk.memory.answer_next([Sent::Rejected {
        code: 550,
        address: true,
    }]);
    assert_eq!(leaves(&desk).await.len(), 0);
    assert_eq!(state(&desk).await, AddressState::Refused);
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn the_question_waits_for_safe_hours(engine: Engine) {
    let desk = open(engine).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.safe_hours = Some(protocol::http::SafeHours {
            from: 11 * 60,
            until: 13 * 60,
        });
    })
    .await;
    writes(&desk, &desk.maria, ELSEWHERE).await;
    assert_eq!(leaves(&desk).await.len(), 0);
    desk.at("2026-11-02T11:00").await;
    asked(&desk, ELSEWHERE).await;
}

pub async fn an_address_that_was_refused_can_be_tried_again(engine: Engine) {
    let desk = open(engine).await;
    let (store, person) = (desk.store(), desk.maria.person);
    desk.book(TUESDAY).await;
    let refused = Sent::Rejected {
        code: 550,
        address: true,
    };
    desk.memory.answer_next([refused]);
    assert_eq!(desk.sends().await, NOTHING);
    let stands = store.address_standing(&desk.dana, person).await.unwrap();
    assert!(stands.state == AddressState::Refused && stands.may_ask);
    // It is refused once more, and then it is not.
    for answers in [Some(refused), None] {
        desk.memory.answer_next(answers);
        let stands = store.ask_address(&desk.dana, person).await.unwrap();
        assert!(stands.state == AddressState::Unconfirmed && !stands.may_ask);
        if answers.is_some() {
            assert_eq!(leaves(&desk).await.len(), 0);
            assert_eq!(state(&desk).await, AddressState::Refused);
        }
    }
    let secret = asked(&desk, &testkit::agency::email("Maria Sample")).await;
    assert!(!desk.to_do().await.is_empty(), "she was not told yet");
    store.answer_address_link(&secret, true).await.unwrap();
    assert_eq!(leaves(&desk).await.len(), 1, "the invitation");
}

pub async fn what_comes_back_each_time_is_tried_so_often_a_day(engine: Engine) {
    let desk = open(engine).await;
    let (store, person) = (desk.store(), desk.maria.person);
    let refused = Sent::Rejected {
        code: 550,
        address: true,
    };
    writes(&desk, &desk.dana, ELSEWHERE).await;
    for tried in 1..=limits::ADDRESSES_ASKED_MAX {
        desk.memory.answer_next([refused]);
        assert_eq!(leaves(&desk).await.len(), 0);
        assert_eq!(state(&desk).await, AddressState::Refused);
        let stands = store.address_standing(&desk.dana, person).await.unwrap();
        assert_eq!(stands.may_ask, tried < limits::ADDRESSES_ASKED_MAX);
        if stands.may_ask {
            store.ask_address(&desk.dana, person).await.unwrap();
        }
    }
    let once_more = store.ask_address(&desk.dana, person).await;
    assert_eq!(code(once_more), Code::RateLimited);
    assert_eq!(state(&desk).await, AddressState::Refused);
    desk.pass(86_400).await;
    store.ask_address(&desk.dana, person).await.unwrap();
    asked(&desk, ELSEWHERE).await;
}
