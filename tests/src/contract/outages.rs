//! The dead man's switch: what was not sent while the scheduler was down, and who should be called.

use protocol::http::{NoteCall, Outages};
use protocol::{Code, Language, OutageId, ParticipantId, Role, Step, limits};
use testkit::Engine;

use super::desk::Desk;
use super::house::code;

/// This afternoon at two.
const TODAY: &str = "2026-11-02T14:00";

async fn outages(desk: &Desk, caller: &care::Caller) -> Outages {
    desk.store().outages(caller).await.unwrap()
}

/// A visit of today's, and nothing is sent from nine until three.
async fn down(desk: &Desk) {
    desk.without_address(&desk.dana).await;
    desk.store().beat().await.unwrap();
    desk.book(TODAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-02T15:00").await;
    desk.store().beat().await.unwrap();
    assert_eq!(desk.sends().await, Vec::<String>::new(), "no burst");
}

pub async fn a_silence_becomes_an_outage_with_people_to_call(engine: Engine) {
    let desk = Desk::open(engine).await;
    assert!(outages(&desk, &desk.dana).await.outages.is_empty());
    down(&desk).await;
    let seen = outages(&desk, &desk.dana).await.outages;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0].from.civil, "2026-11-02T09:00");
    assert_eq!(seen[0].until.civil, "2026-11-02T15:00");
    assert_eq!(seen[0].not_sent, 2);
    let [call] = &seen[0].calls[..] else {
        panic!("{:?}", seen[0].calls);
    };
    assert_eq!(call.name, "Maria Sample");
    assert_eq!(call.at.civil, TODAY);
    assert_eq!(call.steps, [Step::OneHour, Step::RoomOpen]);
    assert!(call.called.is_none());
    // An administrator sees how much it was, and nobody.
    let kim = testkit::agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    let kim = desk.house.enrol(kim.unwrap(), 5).await.caller;
    let seen = outages(&desk, &kim).await.outages;
    assert!(seen[0].not_sent == 2 && seen[0].calls.is_empty());
    for who in [desk.maria, desk.ana] {
        assert_eq!(code(desk.store().outages(&who).await), Code::NotAllowed);
    }
    desk.pass(limits::OUTAGE_SHOWN_S + 1).await;
    assert!(outages(&desk, &desk.dana).await.outages.is_empty());
}

pub async fn who_changes_something_before_the_scheduler_is_back_is_called_all_the_same(
    engine: Engine,
) {
    for reminders in [true, false] {
        let desk = Desk::open(engine).await;
        desk.without_address(&desk.dana).await;
        desk.store().beat().await.unwrap();
        desk.book("2026-11-04T10:00").await;
        assert_eq!(desk.sends().await, ["maria invitation"]);
        // What reminds of it the day before is worthless by then.
        desk.at("2026-11-04T08:00").await;
        desk.prefer(&desk.maria, desk.maria.person, |wish| {
            wish.language = Language::Es;
            wish.reminders = reminders;
        })
        .await;
        desk.store().beat().await.unwrap();
        let sent = desk.sends().await;
        assert!(!sent.iter().any(|mail| mail.starts_with("maria")));
        let seen = outages(&desk, &desk.dana).await.outages;
        let steps: Vec<Step> = seen[0]
            .calls
            .iter()
            .flat_map(|call| call.steps.clone())
            .collect();
        let missed = reminders.then_some(Step::OneDay);
        assert_eq!(steps, Vec::from_iter(missed));
    }
}

pub async fn whoever_was_told_of_a_move_since_need_not_be_called(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.store().beat().await.unwrap();
    let card = desk.book("2026-11-04T10:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-04T08:00").await;
    desk.store().beat().await.unwrap();
    desk.sends().await;
    let seen = outages(&desk, &desk.dana).await.outages;
    assert_eq!(seen[0].calls.len(), 1);
    desk.shift(&card, "2026-11-06T10:00").await.unwrap();
    assert_eq!(desk.sends().await, ["maria invitation"]);
    let seen = outages(&desk, &desk.dana).await.outages;
    assert!(seen[0].calls.is_empty(), "{:?}", seen[0].calls);
}

pub async fn a_short_silence_is_none_and_the_backlog_is_an_alarm(engine: Engine) {
    let desk = Desk::open(engine).await;
    let health = desk.store().scheduler_health().await.unwrap();
    assert!(health.heard_at.is_none() && !health.silent);
    desk.store().beat().await.unwrap();
    desk.pass(limits::OUTAGE_S).await;
    let health = desk.store().scheduler_health().await.unwrap();
    assert!(!health.silent && !health.late);
    desk.store().beat().await.unwrap();
    assert!(outages(&desk, &desk.dana).await.outages.is_empty());
    desk.book(TODAY).await;
    desk.pass(limits::LAG_ALARM_S).await;
    let health = desk.store().scheduler_health().await.unwrap();
    assert!(!health.late);
    desk.pass(1).await;
    assert!(desk.store().scheduler_health().await.unwrap().late);
    desk.sends().await;
    assert!(!desk.store().scheduler_health().await.unwrap().late);
    desk.pass(limits::OUTAGE_S).await;
    assert!(desk.store().scheduler_health().await.unwrap().silent);
}

pub async fn whoever_is_called_is_noted_by_who_serves_them(engine: Engine) {
    let desk = Desk::open(engine).await;
    down(&desk).await;
    let outage = outages(&desk, &desk.dana).await.outages.remove(0);
    let note = NoteCall {
        participant: outage.calls[0].participant,
    };
    for who in [desk.maria, desk.ana] {
        let noted = desk.scheduler.note_call(&who, outage.id, note.clone());
        let code = code(noted.await);
        assert!([Code::NotAllowed, Code::NotFound].contains(&code), "{code}");
    }
    let nobody = NoteCall {
        participant: ParticipantId::from_bytes([9; 16]),
    };
    let noted = desk.scheduler.note_call(&desk.dana, outage.id, nobody);
    assert_eq!(code(noted.await), Code::NotFound);
    let never = OutageId::from_bytes([9; 16]);
    let noted = desk.scheduler.note_call(&desk.dana, never, note.clone());
    assert_eq!(code(noted.await), Code::NotFound);
    let noted = desk
        .scheduler
        .note_call(&desk.dana, outage.id, note.clone());
    let noted = noted.await.unwrap().outages;
    let called = noted[0].calls[0].called.clone().unwrap();
    assert_eq!(called.by, "Dana Placeholder");
    // Sam sees that Dana has, and whoever says it second changes nothing.
    desk.pass(60).await;
    let again = desk.scheduler.note_call(&desk.sam, outage.id, note).await;
    let again = again.unwrap().outages;
    assert_eq!(again[0].calls[0].called, Some(called));
    let done = "act = 'note_call' AND outcome = 'done'";
    assert_eq!(desk.house.entries(done).await, 2);
}
