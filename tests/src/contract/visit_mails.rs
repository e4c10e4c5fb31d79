//! Who got which mails about a visit, and why not: for the staff who serve its client, and without a word of what
//! stood in them.

use care::Caller;
use mail::Sent;
use protocol::http::{Appointment, BookAppointment, MailsToPerson, SafeHours};
use protocol::{AppointmentId, AppointmentKind, Code, Reply};
use testkit::Engine;

use super::desk::{Desk, TUESDAY, first};
use super::house::code;
use super::teams::noor;

async fn people(desk: &Desk, card: &Appointment) -> Vec<MailsToPerson> {
    let mails = desk.store().visit_mails(&desk.dana, card.id).await;
    mails.unwrap().people
}

/// What Dana is told of one of the people: the step, what became of it, and why.
async fn told(desk: &Desk, card: &Appointment, name: &str) -> Vec<String> {
    let people = people(desk, card).await;
    let of = people.into_iter().find(|one| first(&one.name) == name);
    let mails = of.map(|one| one.mails).unwrap_or_default().into_iter();
    let told = mails.map(|mail| {
        let why = mail.reason.map(|why| format!(" {}", why.as_str()));
        let (step, state) = (mail.step.as_str(), mail.state.as_str());
        format!("{step} {state}{}", why.unwrap_or_default())
    });
    told.collect()
}

/// Dana gets no mails.
async fn quietly(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk
}

pub async fn each_mail_says_when_it_comes_or_why_it_does_not(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(
        told(&desk, &card, "maria").await,
        [
            "invitation planned",
            "three_days planned",
            "one_day planned",
            "one_hour planned",
            "room_open planned",
        ]
    );
    assert_eq!(told(&desk, &card, "dana").await, ["invitation planned"]);
    desk.sends().await;
    let people = people(&desk, &card).await;
    assert_eq!(people[0].name, "Maria Sample", "the client first");
    let when = people[0].mails.iter().map(|mail| mail.at.as_ref().unwrap());
    let when: Vec<_> = when.map(|at| at.civil.as_str()).collect();
    assert_eq!(when[..2], ["2026-11-02T09:00", "2026-11-07T10:00"]);
    desk.reply(&desk.maria, (card.id, 0), Reply::Confirm)
        .await
        .unwrap();
    assert_eq!(
        told(&desk, &card, "maria").await,
        [
            "invitation sent",
            "three_days skipped confirmed",
            "one_day skipped confirmed",
            "one_hour skipped confirmed",
            "room_open planned",
        ]
    );
    // A move asks anew; what went out before is still told.
    let card = desk.shift(&card, "2026-11-12T10:00").await.unwrap();
    let after = told(&desk, &card, "maria").await;
    assert_eq!(after[..2], ["invitation sent", "invitation planned"]);
    assert!(!after.iter().any(|line| line.contains("confirmed")));
    let card = desk.call_off(&card).await.unwrap();
    assert_eq!(
        told(&desk, &card, "maria").await,
        ["invitation sent", "cancellation planned"]
    );
}

pub async fn what_somebody_wishes_is_the_reason(engine: Engine) {
    let desk = quietly(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.reminders = false;
    })
    .await;
    let mails = told(&desk, &card, "maria").await;
    assert_eq!(
        mails[..2],
        ["invitation planned", "three_days skipped opted_out"]
    );
    assert_eq!(mails[4], "room_open skipped opted_out");
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.reminders = true;
        wish.safe_hours = Some(SafeHours {
            from: 11 * 60,
            until: 13 * 60,
        });
    })
    .await;
    assert_eq!(
        told(&desk, &card, "maria").await,
        [
            "invitation planned safe_hours",
            "three_days planned safe_hours",
            "one_day planned safe_hours",
            "one_hour planned safe_hours",
            "room_open skipped outside_safe_hours",
        ]
    );
    desk.at("2026-11-02T11:00").await;
    desk.sends().await;
    desk.at("2026-11-09T18:00").await;
    let card = desk.call_off(&card).await.unwrap();
    let call = "cancellation skipped outside_safe_hours".to_owned();
    assert!(told(&desk, &card, "maria").await.contains(&call));
}

pub async fn an_address_that_gets_no_mail_is_the_reason(engine: Engine) {
    let desk = quietly(engine).await;
    desk.without_address(&desk.maria).await;
    let card = desk.book(TUESDAY).await;
    let mails = told(&desk, &card, "maria").await;
    assert_eq!(mails.len(), 5);
    assert!(
        mails
            .iter()
            .all(|line| line.ends_with(" skipped no_address"))
    );
    let store = desk.store();
    let wish = store.preferences(&desk.maria, desk.maria.person).await;
    let mut wish = wish.unwrap();
    wish.email = Some("maria.sample@example.org".to_owned());
    let put = store.put_preferences(&desk.maria, desk.maria.person, wish);
    put.await.unwrap();
    let mails = told(&desk, &card, "maria").await;
    let unconfirmed = " skipped address_unconfirmed";
    assert!(mails.iter().all(|line| line.ends_with(unconfirmed)));

    // Whose address refuses a mail gets none of those that are still planned.
    let desk = quietly(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.memory.answer_next([Sent::Rejected {
        code: 550,
        address: true,
    }]);
    desk.sends().await;
    assert_eq!(
        told(&desk, &card, "maria").await[..2],
        [
            "invitation failed address_refused",
            "three_days planned address_refused",
        ]
    );
}

pub async fn without_a_consent_a_caregiver_gets_none(engine: Engine) {
    let desk = quietly(engine).await;
    let (card, consent) = desk.book_with_ana(TUESDAY).await;
    assert_eq!(told(&desk, &card, "ana").await.len(), 5);
    desk.sends().await;
    desk.withdraw(&desk.maria, consent).await.unwrap();
    let mails = told(&desk, &card, "ana").await;
    assert_eq!(
        mails[..2],
        ["invitation sent", "three_days skipped no_consent"]
    );
    // Under a consent that covers the visits and no reminders.
    desk.consent_with(None, false).await;
    let request = BookAppointment {
        caregivers: vec![desk.ana.person],
        ..desk.request("2026-11-11T10:00")
    };
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    let mails = told(&desk, &card, "ana").await;
    assert_eq!(
        mails[..2],
        ["invitation planned", "three_days skipped no_consent"]
    );
}

pub async fn the_time_may_be_the_reason(engine: Engine) {
    let desk = quietly(engine).await;
    let card = desk.book(TUESDAY).await;
    // A busy mail server.
    let busy = Sent::Deferred { code: Some(451) };
    desk.memory.answer_next([busy]);
    desk.sends().await;
    assert_eq!(
        told(&desk, &card, "maria").await[0],
        "invitation planned deferred"
    );
    desk.pass(60).await;
    desk.sends().await;
    // Down over three days before.
    desk.at("2026-11-09T09:00").await;
    desk.sends().await;
    assert_eq!(
        told(&desk, &card, "maria").await[..2],
        ["invitation sent", "three_days skipped too_late"]
    );
    // Booked the day before: the news says it all.
    let late = desk.book("2026-11-10T14:00").await;
    let mails = told(&desk, &late, "maria").await;
    assert_eq!(mails[1], "three_days skipped fresh");
    assert!(mails.contains(&"one_hour planned".to_owned()));
    // Nobody needs to hear that it is off who never heard of it.
    let late = desk.call_off(&late).await.unwrap();
    assert_eq!(
        told(&desk, &late, "maria").await,
        ["cancellation skipped never_told"]
    );
    // Where she lives it is still night.
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.zone = "America/Los_Angeles".to_owned();
    })
    .await;
    let request = BookAppointment {
        kind: AppointmentKind::Phone,
        meeting_link: None,
        zone: Some("America/Chicago".to_owned()),
        ..desk.request("2026-11-12T09:00")
    };
    let early = desk.scheduler.book(&desk.dana, request).await.unwrap();
    let moved = "one_hour planned quiet_hours".to_owned();
    assert!(told(&desk, &early, "maria").await.contains(&moved));
    // The clock of the server is in doubt: whatever waits, waits.
    let jump = desk.store().note_clock_jump(3_600 * 1_000_000).await;
    jump.unwrap();
    let mails = told(&desk, &early, "maria").await;
    assert!(mails.contains(&"one_hour planned clock_jump".to_owned()));
}

pub async fn only_who_serves_the_client_is_told_why(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, noor) = noor(&desk).await;
    let request = BookAppointment {
        staff: vec![noor.account],
        ..desk.request(TUESDAY)
    };
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    desk.sends().await;
    let store = desk.store();
    let read = "act = 'read_visit_mails' AND outcome = 'done'";
    for caller in [&desk.dana, &desk.sam] {
        let mails = store.visit_mails(caller, card.id).await.unwrap();
        assert_eq!(mails.people.len(), 3);
        let text = serde_json::to_string(&mails).unwrap();
        for secret in ["@", "example", "meet", "http"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert_eq!(desk.house.entries(read).await, 2);
    let before = desk.dump().await;
    let refused =
        async |caller: &Caller, id: AppointmentId| code(store.visit_mails(caller, id).await);
    // Noor comes along: she knows of the visit, and not how the others want to be told things.
    assert_eq!(refused(&noor, card.id).await, Code::NotAllowed);
    for caller in [&desk.maria, &desk.ana] {
        let code = refused(caller, card.id).await;
        assert!([Code::NotFound, Code::NotAllowed].contains(&code), "{code}");
    }
    let nothing = AppointmentId::from_bytes([9; 16]);
    assert_eq!(refused(&desk.dana, nothing).await, Code::NotFound);
    assert_eq!(desk.house.entries(read).await, 2);
    assert!(before == desk.dump().await);
}
