//! A colleague who comes along to a visit: who may, what they see of it and are told, and that they change nothing.

use protocol::http::{
    BookSeries, CancelAppointment, CloseAppointment, EndAssignment, EndStaff, MoveAppointment,
    ReplyToAppointment,
};
use protocol::{
    AccountId, AppointmentState, CancelReason, Code, NextStep, Outcome, Reply, Response, Role,
    Scope, limits,
};
use testkit::{Engine, agency};

use super::desk::{Desk, TUESDAY, link, of};
use super::double_bookings::no_overlap;
use super::house::code;
use super::teams::{book, claims, enrolled, free, mine, noor, with};

pub async fn who_comes_along_works_here_and_has_hours(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let nobody = AccountId::from_bytes([9; 16]);
    for stranger in [nobody, desk.maria.account, desk.ana.account, robin.account] {
        let request = with(&desk, &[desk.sam.account, stranger], TUESDAY);
        let refused = desk.scheduler.book(&desk.dana, request).await;
        assert_eq!(code(refused), Code::NotFound);
        let refused = free(&desk, &desk.dana, &[stranger]).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    let idle = agency::add(desk.store(), "Noor Hourless", Role::CaseManager).await;
    let idle = idle.unwrap().account;
    let refused = desk
        .scheduler
        .book(&desk.dana, with(&desk, &[idle], TUESDAY));
    assert_eq!(code(refused.await), Code::NotAvailable);
    let none = free(&desk, &desk.dana, &[idle]).await.unwrap();
    assert_eq!(none, Vec::<String>::new());
    let many: Vec<_> = (0..=limits::APPOINTMENT_STAFF_MAX)
        .map(|n| AccountId::from_bytes([u8::try_from(n).unwrap(); 16]))
        .collect();
    let refused = desk.scheduler.book(&desk.dana, with(&desk, &many, TUESDAY));
    assert_eq!(code(refused.await), Code::TooManyParticipants);
    let refused = free(&desk, &desk.dana, &many).await;
    assert_eq!(code(refused), Code::TooManyParticipants);
    assert_eq!(claims(&desk).await, 0);
    // Oneself, and somebody twice, is once.
    let (dana, sam) = (desk.dana.account, desk.sam.account);
    let request = with(&desk, &[sam, dana, sam], TUESDAY);
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    assert_eq!(card.participants.len(), 3);
}

pub async fn who_comes_along_sees_it_and_changes_nothing(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (noor, caller) = noor(&desk).await;
    let request = with(&desk, &[noor.account], TUESDAY);
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    desk.book("2026-11-10T12:00").await;
    let seen = mine(&desk, &caller).await;
    assert_eq!(seen.len(), 1, "the client's other visits are not theirs");
    assert_eq!(seen[0].client_name, "Maria Sample");
    assert!(seen[0].beside && !card.beside);
    let accounts: Vec<_> = card.participants.iter().map(|part| part.account).collect();
    assert_eq!(accounts[0], None, "the client's is nobody's business");
    assert!(accounts.contains(&Some(noor.account)));
    let hers = mine(&desk, &desk.maria).await.remove(0);
    assert!(!hers.beside && hers.participants.iter().all(|part| part.account.is_none()));
    assert!(seen[0].meeting_link.is_some());
    assert!(!seen[0].may_change && !seen[0].may_close && !seen[0].may_reply);
    let of_maria = desk.store().appointments_of(&caller, desk.maria.person);
    assert_eq!(code(of_maria.await), Code::NotFound);
    let change = MoveAppointment {
        op_id: desk.op(),
        sequence: 0,
        civil_start: "2026-11-10T14:00".to_owned(),
        zone: None,
        minutes: None,
        scope: Scope::This,
        skip_conflicts: false,
    };
    let moved = desk.scheduler.move_appointment(&caller, card.id, change);
    assert_eq!(code(moved.await), Code::NotAllowed);
    let off = CancelAppointment {
        op_id: desk.op(),
        sequence: 0,
        reason: CancelReason::Other,
        scope: Scope::This,
    };
    let off = desk.scheduler.cancel(&caller, card.id, off).await;
    assert_eq!(code(off), Code::NotAllowed);
    desk.at("2026-11-10T10:20").await;
    let closing = CloseAppointment {
        op_id: desk.op(),
        sequence: 0,
        outcome: Outcome::Completed,
        next_step: NextStep::BookAgain,
        note: "Went well".to_owned(),
    };
    let closed = desk.scheduler.close(&caller, card.id, &closing).await;
    assert_eq!(code(closed), Code::NotAllowed);
    let closed = desk.scheduler.close(&desk.dana, card.id, &closing).await;
    assert!(closed.unwrap().closed.is_some());
    let seen = mine(&desk, &caller).await;
    assert_eq!(seen[0].state, AppointmentState::Completed);
    assert!(seen[0].closed.is_none(), "what was written is not theirs");
    // Sam serves Maria: who comes along as well may do what they may.
    let card = book(&desk, "2026-11-11T10:00").await.unwrap();
    let seen = mine(&desk, &desk.sam).await;
    assert!(
        seen.iter()
            .any(|seen| seen.id == card.id && seen.may_change)
    );
}

pub async fn who_comes_along_answers_for_themselves_alone(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (noor, caller) = noor(&desk).await;
    let both = [noor.account, desk.sam.account];
    let request = with(&desk, &both, TUESDAY);
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    // Sam serves Maria, Noor does not; neither acts for her.
    for (who, expected) in [(caller, Code::NotFound), (desk.sam, Code::NotAllowed)] {
        for reply in [Reply::Confirm, Reply::AnotherTime, Reply::Cancel] {
            let request = ReplyToAppointment {
                op_id: desk.op(),
                sequence: card.sequence,
                reply,
                for_client: true,
            };
            let refused = desk.scheduler.reply(&who, card.id, request).await;
            assert_eq!(code(refused), expected, "{reply:?}");
        }
    }
    let seen = mine(&desk, &desk.maria).await.remove(0);
    assert_eq!(seen.state, AppointmentState::Booked);
    let maria = seen
        .participants
        .iter()
        .find(|part| part.role == Role::Client);
    assert_eq!(maria.unwrap().response, Response::NeedsAction);
    assert!(desk.to_do().await.is_empty());
    // Their own answer is theirs.
    let seen = (card.id, card.sequence);
    let declined = desk.reply(&caller, seen, Reply::Cancel).await.unwrap();
    assert_eq!(declined.state, AppointmentState::Booked);
    assert_eq!(desk.to_do().await, ["noor declined"]);
}

pub async fn both_are_told_and_have_it_in_their_agenda(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let end = EndAssignment {
        op_id: desk.op(),
        staff: desk.sam.account,
        client: desk.maria.person,
    };
    desk.store().end_assignment(&robin, end).await.unwrap();
    let card = book(&desk, TUESDAY).await.unwrap();
    let mails = desk.post().await;
    assert_eq!(mails.len(), 3);
    let to_sam = of(&mails, desk.house.agency.sam).remove(0);
    let secret = link(&to_sam);
    let view = desk.store().open_link(&secret).await.unwrap();
    assert_eq!((view.role, view.start), (Role::CaseManager, card.start));
    // Who cannot come after all says so, and whoever is booked is asked to see to it.
    let declined = desk.store().reply_by_link(&secret, Reply::Cancel).await;
    assert_eq!(declined.unwrap().response, Response::Declined);
    assert_eq!(desk.to_do().await, ["sam declined"]);
    assert_eq!(claims(&desk).await, 2, "until it is seen to");
    desk.at("2026-11-10T07:30").await;
    let sent = desk.sends().await;
    for agenda in ["dana agenda", "sam agenda"] {
        assert!(sent.contains(&agenda.to_owned()), "{sent:?}");
    }
    let saved = desk.scheduler.hours(&desk.sam).await.unwrap();
    let mut shorter = saved;
    shorter.weekly.retain(|day| day.weekday != 2);
    let saved = desk.scheduler.put_hours(&desk.sam, shorter).await.unwrap();
    assert_eq!(saved.outside, 1, "what they come along to is counted");
    desk.call_off(&mine(&desk, &desk.dana).await[0])
        .await
        .unwrap();
    desk.until_told().await;
    let sent = desk.sends().await;
    assert!(sent.contains(&"sam cancellation".to_owned()), "{sent:?}");
}

pub async fn whose_account_ends_comes_along_no_more(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = enrolled(&desk, "Kim Keyring", Role::Administrator).await;
    let (noor, _) = noor(&desk).await;
    let both = [desk.sam.account, noor.account];
    let request = BookSeries {
        first: with(&desk, &both, TUESDAY),
        rule: "FREQ=WEEKLY;COUNT=30".to_owned(),
        skip_conflicts: false,
    };
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    let cards = booked.unwrap().appointments;
    let over = with(&desk, &both, "2026-11-03T10:00");
    desk.scheduler.book(&desk.dana, over).await.unwrap();
    desk.at("2026-11-04T12:00").await;
    let end = EndStaff { op_id: desk.op() };
    desk.store()
        .end_account(&kim, noor.account, end)
        .await
        .unwrap();
    let left = 2 * i64::try_from(cards.len()).unwrap();
    assert_eq!(
        claims(&desk).await,
        3 + left,
        "what is over stays as it was"
    );
    no_overlap(&desk.house).await;
    let entries = "act = 'end_account' AND outcome = 'done'";
    let entries = desk.house.entries(entries).await;
    assert!(entries > i64::try_from(cards.len()).unwrap(), "{entries}");
    let moved = desk.shift(&cards[0], "2026-11-10T11:00").await.unwrap();
    assert_eq!(moved.participants.len(), 3);
    desk.at("2026-11-16T12:00").await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().extend_series(now).await.unwrap().did, 2);
    assert_eq!(claims(&desk).await, 3 + left + 4);
    let refused = with(&desk, &[noor.account], "2026-11-18T10:00");
    let refused = desk.scheduler.book(&desk.dana, refused).await;
    assert_eq!(code(refused), Code::NotFound);
}
