//! What is sent when, and what is not: reminders by the plan, refusals, outages, and the daily agenda.

use mail::Sent;
use protocol::{Code, Disclosure, Reply, limits};
use testkit::Engine;

use super::desk::{Desk, TUESDAY, of, read, to};
use super::house::code;

const NOTHING: [&str; 0] = [];

/// What is sent at each of these times.
async fn sent_at(desk: &Desk, times: &[&str]) -> Vec<String> {
    let mut sent = Vec::new();
    for civil in times {
        desk.at(civil).await;
        sent.extend(desk.sends().await);
    }
    sent
}

/// What is sent until then, with the minute. The clock moves as the due loop wakes, and every two hours.
pub async fn diary(desk: &Desk, until: &str) -> Vec<String> {
    let mut diary = Vec::new();
    let zone = testkit::agency::zone();
    loop {
        for line in desk.sends().await {
            diary.push(format!("{} {line}", zone.civil(desk.house.clock_now())));
        }
        let now = desk.house.clock_now();
        if now >= Desk::instant(until) {
            return diary;
        }
        let store = desk.store();
        let due = [store.next_due().await, store.next_job().await];
        let due = due.into_iter().filter_map(Result::unwrap);
        let next = due.filter(|at| *at > now).min();
        let poll = now.plus_seconds(7_200);
        desk.house
            .clock
            .set(next.map_or(poll, |next| next.min(poll)));
        desk.pass(0).await;
    }
}

pub async fn a_visit_is_told_by_the_plan(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    assert_eq!(
        diary(&desk, "2026-11-10T12:00").await,
        [
            "2026-11-02T09:00 dana invitation",
            "2026-11-02T09:00 maria invitation",
            "2026-11-07T10:00 maria three_days",
            "2026-11-09T10:00 maria one_day",
            "2026-11-10T07:30 dana agenda",
            "2026-11-10T09:00 maria one_hour",
            "2026-11-10T09:50 maria room_open",
        ]
    );
}

pub async fn reminders_come_on_the_recipients_own_clock(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.zone = "America/New_York".to_owned();
    })
    .await;
    desk.sends().await;
    assert_eq!(sent_at(&desk, &["2026-11-07T08:59"]).await, NOTHING);
    assert_eq!(
        sent_at(&desk, &["2026-11-07T09:00"]).await,
        ["maria three_days"]
    );
    let seen = desk.store().appointments_of(&desk.dana, card.client).await;
    assert_eq!(
        seen.unwrap().appointments[0].at.civil,
        TUESDAY,
        "it did not move"
    );
}

pub async fn after_a_cancel_nobody_is_reminded(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.sends().await;
    desk.at("2026-11-07T09:59").await;
    desk.call_off(&card).await.unwrap();
    assert_eq!(desk.sends().await, NOTHING, "it can be taken back");
    desk.until_told().await;
    assert_eq!(
        desk.sends().await,
        ["dana cancellation", "maria cancellation"]
    );
    assert_eq!(diary(&desk, "2026-11-10T12:00").await, NOTHING);
}

pub async fn whoever_was_told_nothing_is_told_of_no_cancel(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.call_off(&card).await.unwrap();
    assert_eq!(diary(&desk, "2026-11-04T12:00").await, NOTHING);
}

pub async fn after_a_move_only_the_new_time_is_told(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.sends().await;
    desk.shift(&card, "2026-11-12T14:00").await.unwrap();
    assert_eq!(
        diary(&desk, "2026-11-12T15:00").await,
        [
            "2026-11-02T09:00 dana invitation",
            "2026-11-02T09:00 maria invitation",
            "2026-11-09T10:00 maria three_days",
            "2026-11-11T10:00 maria one_day",
            "2026-11-12T07:30 dana agenda",
            "2026-11-12T13:00 maria one_hour",
            "2026-11-12T13:50 maria room_open",
        ]
    );
}

pub async fn who_has_confirmed_is_not_reminded(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, _) = desk.book_with_ana(TUESDAY).await;
    desk.sends().await;
    desk.reply(&desk.maria, (card.id, 0), Reply::Confirm)
        .await
        .unwrap();
    let days = ["2026-11-07T10:00", "2026-11-09T10:00", "2026-11-10T09:00"];
    assert_eq!(
        sent_at(&desk, &days).await,
        [
            "ana three_days",
            "ana one_day",
            "ana one_hour",
            "dana agenda"
        ]
    );
    let open = sent_at(&desk, &["2026-11-10T09:50"]).await;
    assert_eq!(open, ["ana room_open", "maria room_open"]);
}

pub async fn who_has_confirmed_is_reminded_if_they_want_that(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, _) = desk.book_with_ana(TUESDAY).await;
    desk.sends().await;
    for person in [&desk.maria, &desk.ana] {
        let confirmed = desk.reply(person, (card.id, 0), Reply::Confirm).await;
        confirmed.unwrap();
    }
    // Dana writes down what Maria said; Ana wants none of it.
    desk.prefer(&desk.dana, desk.maria.person, |wish| {
        wish.confirmed_reminders = true;
    })
    .await;
    assert_eq!(
        sent_at(&desk, &["2026-11-07T10:00", "2026-11-09T10:00"]).await,
        ["maria three_days", "maria one_day"]
    );
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.confirmed_reminders = false;
    })
    .await;
    assert_eq!(sent_at(&desk, &["2026-11-10T09:00"]).await, ["dana agenda"]);
    // Without reminders there are none, whatever else is said.
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.confirmed_reminders = true;
        wish.reminders = false;
    })
    .await;
    let open = sent_at(&desk, &["2026-11-10T09:50"]).await;
    assert_eq!(open, ["ana room_open"]);
}

pub async fn whoever_wants_no_reminders_still_hears_of_changes(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.reminders = false;
    })
    .await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    assert_eq!(diary(&desk, "2026-11-08T09:00").await, NOTHING);
    // She changes her mind: what is still to come, comes.
    desk.prefer(&desk.maria, desk.maria.person, |wish| wish.reminders = true)
        .await;
    assert_eq!(
        sent_at(&desk, &["2026-11-09T10:00"]).await,
        ["maria one_day"]
    );
    desk.call_off(&card).await.unwrap();
    desk.until_told().await;
    assert_eq!(desk.sends().await, ["maria cancellation"]);
}

pub async fn an_address_that_comes_later_gets_what_is_still_true(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.without_address(&desk.maria).await;
    desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.at("2026-11-08T12:00").await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.email = Some("maria.sample@example.com".to_owned());
    })
    .await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    assert_eq!(
        sent_at(&desk, &["2026-11-09T10:00"]).await,
        ["maria one_day"]
    );
}

pub async fn a_refused_address_is_not_used_again_and_a_human_is_asked(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    desk.book("2026-11-11T10:00").await;
    let refused = Sent::Rejected {
        code: 550,
        address: true,
    };
    desk.memory.answer_next([refused, refused]);
    assert_eq!(desk.sends().await, NOTHING);
    assert_eq!(
        desk.to_do().await,
        ["maria cannot_reach_by_email"; 2],
        "once for each visit of which she was not told"
    );
    assert_eq!(diary(&desk, "2026-11-09T12:00").await, NOTHING);
    // Dana puts it right.
    desk.prefer(&desk.dana, desk.maria.person, |wish| {
        wish.email = Some("maria.sample@example.org".to_owned());
    })
    .await;
    assert!(desk.to_do().await.is_empty(), "that is what was asked for");
    let mails = desk.post().await;
    let to: Vec<_> = mails.iter().map(to).collect();
    assert_eq!(to, ["maria.sample@example.org"; 2]);
    let news = mails
        .iter()
        .map(read)
        .filter(|mail| mail.calendar.is_some());
    assert_eq!(news.count(), 2, "both invitations, and no reminder on top");
}

pub async fn a_task_is_its_owners(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.reply(&desk.maria, (card.id, 0), Reply::AnotherTime)
        .await
        .unwrap();
    assert!(desk.tasks(&desk.sam).await.is_empty());
    let task = desk.tasks(&desk.dana).await.remove(0);
    for (caller, expected) in [
        (&desk.sam, Code::NotFound),
        (&desk.maria, Code::NotFound),
        (&desk.ana, Code::NotFound),
    ] {
        let finished = desk.store().finish_task(caller, task.id).await;
        assert_eq!(code(finished), expected);
    }
    for _ in 0..2 {
        desk.store().finish_task(&desk.dana, task.id).await.unwrap();
        assert!(desk.to_do().await.is_empty());
    }
}

pub async fn a_busy_mail_server_is_asked_again_after_pauses(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    let busy = Sent::Deferred { code: Some(451) };
    desk.memory.answer_next([busy; 4]);
    assert_eq!(desk.sends().await, NOTHING);
    for (n, pause) in limits::MAIL_BACKOFF_S.into_iter().enumerate() {
        desk.pass(pause - 1).await;
        assert_eq!(desk.sends().await, NOTHING, "too early after pause {n}");
        // Whatever else happens meanwhile does not hurry it.
        desk.prefer(&desk.maria, desk.maria.person, |wish| {
            wish.calendar_file = !wish.calendar_file;
        })
        .await;
        assert_eq!(desk.sends().await, NOTHING, "hurried in pause {n}");
        desk.pass(1).await;
        let sent = desk.sends().await;
        assert_eq!(sent.len(), n / 3, "after pause {n}");
    }
    assert!(desk.to_do().await.is_empty());

    desk.book("2026-11-11T10:00").await;
    desk.memory.answer_next([busy; 5]);
    for pause in [0, 60, 300, 900, 3_600, 3_600] {
        desk.pass(pause).await;
        assert_eq!(desk.sends().await, NOTHING);
    }
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn nine_hours_down_end_in_one_mail_each(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    let visits = ["2026-11-10T10:00", "2026-11-10T13:00", "2026-11-10T16:30"];
    for civil in visits {
        desk.book(civil).await;
    }
    assert_eq!(desk.sends().await, ["maria invitation"; 3]);
    assert_eq!(
        sent_at(&desk, &["2026-11-07T10:00", "2026-11-09T10:00"]).await,
        ["maria three_days", "maria one_day"],
        "of all three"
    );
    desk.at("2026-11-10T07:50").await;
    assert_eq!(desk.sends().await, NOTHING);
    // Down from 7:50 to 16:25: the first two visits are over.
    assert_eq!(
        sent_at(&desk, &["2026-11-10T16:25"]).await,
        ["maria room_open"]
    );
    let stale = "SELECT COUNT(*) FROM delivery WHERE state = 'skipped'
        AND reason IN ('too_late', 'superseded')";
    assert_eq!(desk.house.count(stale).await, 5);
    assert_eq!(diary(&desk, "2026-11-11T10:00").await, NOTHING);
}

pub async fn whoever_is_told_late_gets_the_news_and_no_reminder_with_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book("2026-11-05T14:00").await;
    // Nothing left for a day and more: the reminder of that day would only repeat the news.
    desk.at("2026-11-04T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    assert_eq!(
        sent_at(&desk, &["2026-11-05T13:00"]).await,
        ["maria one_hour"]
    );
}

pub async fn one_bad_row_does_not_stop_the_others(engine: Engine) {
    let desk = Desk::open(engine).await;
    let agency = desk.house.agency;
    desk.book_with_ana(TUESDAY).await;
    let ana = desk.house.id(agency.ana.person.as_bytes());
    let garbage = desk.house.bytes(b"no sealed text at all");
    desk.house
        .run(&format!(
            "UPDATE address SET value = {garbage} WHERE person = {ana}"
        ))
        .await;
    assert_eq!(desk.sends().await, ["dana invitation", "maria invitation"]);
    assert_eq!(desk.to_do().await, ["ana cannot_reach_by_email"]);
    let garbage = desk.house.bytes(b"no secret");
    let maria = desk.house.id(agency.maria.person.as_bytes());
    desk.house
        .run(&format!(
            "UPDATE link SET secret = {garbage} WHERE participant IN
                (SELECT id FROM participant WHERE person = {maria})"
        ))
        .await;
    desk.book("2026-11-11T10:00").await;
    assert_eq!(desk.sends().await.len(), 2);
    desk.at("2026-11-10T10:00").await;
    // The agenda of a morning that passed unseen comes late; of the bad rows nothing more is heard.
    assert_eq!(desk.sends().await, ["dana agenda", "maria one_day"]);
}

pub async fn mails_say_what_their_reader_allows(engine: Engine) {
    let desk = Desk::open(engine).await;
    let agency = desk.house.agency;
    for person in [&desk.maria, &desk.ana, &desk.dana] {
        desk.prefer(person, person.person, |wish| {
            wish.disclosure = Disclosure::Details;
        })
        .await;
    }
    desk.book_with_ana(TUESDAY).await;
    let mails = desk.post().await;
    let secrets = [
        "meet.example.org",
        "Dana",
        "Placeholder",
        "Sample",
        "Riverbend",
    ];
    for person in [agency.ana, agency.dana] {
        let mail = format!("{:?}", of(&mails, person));
        for secret in secrets {
            let address = testkit::agency::email(person.name);
            assert!(
                !mail.replace(&address, "").contains(secret),
                "{secret} to {}",
                person.name
            );
        }
    }
    let hers = of(&mails, agency.maria).remove(0);
    assert!(hers.plain.contains("Dana") && hers.plain.contains("https://meet.example.org"));
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.disclosure = Disclosure::Update;
    })
    .await;
    desk.at("2026-11-09T10:00").await;
    let hers = of(&desk.post().await, agency.maria).remove(0);
    assert_eq!(hers.subject, "You have an update");
    assert!(hers.calendar.is_none() && !hers.plain.contains("November"));
}

pub async fn the_agenda_comes_once_on_each_workers_own_morning(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.sends().await;
    desk.prefer(&desk.sam, desk.sam.person, |wish| {
        wish.zone = "America/Los_Angeles".to_owned();
    })
    .await;
    desk.book(TUESDAY).await;
    desk.book("2026-11-10T14:00").await;
    let request = desk.request("2026-11-10T12:00");
    desk.scheduler.book(&desk.sam, request).await.unwrap();
    let agendas: Vec<_> = diary(&desk, "2026-11-11T12:00")
        .await
        .into_iter()
        .filter(|line| line.ends_with("agenda"))
        .collect();
    // Sam's job was planned before Sam moved west, so its first run still was Chicago's; the next is not.
    assert_eq!(
        agendas,
        [
            "2026-11-10T07:30 dana agenda",
            "2026-11-10T09:30 sam agenda"
        ]
    );
}

pub async fn an_agenda_after_a_long_outage_is_not_sent(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.sends().await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    desk.book("2026-11-11T15:00").await;
    desk.at("2026-11-09T12:00").await;
    desk.sends().await;
    desk.at("2026-11-10T13:31").await;
    let sent = desk.sends().await;
    assert!(!sent.contains(&"dana agenda".to_owned()), "{sent:?}");
    // Back before the day is old, it comes late; and once.
    desk.at("2026-11-11T09:00").await;
    assert!(desk.sends().await.contains(&"dana agenda".to_owned()));
    assert_eq!(desk.sends().await, NOTHING);
}
