//! An id belongs to one request: sent again about somebody or something else it is refused. Nothing is done then, and
//! nobody is told that it was.

use protocol::http::{
    AddClient, Appointment, AssignClient, CancelAppointment, EndAssignment, InvitePerson,
    MoveAppointment, ReplyToAppointment, UndoCancel, WithdrawConsent,
};
use protocol::{AccountId, AppointmentState, CancelReason, Code, Reply, Role, Scope};
use testkit::{Engine, agency};

use super::desk::{Desk, TUESDAY};
use super::house::{code, op};
use super::office::Office;

/// How Dana sees a visit now.
async fn seen(desk: &Desk, card: &Appointment) -> Appointment {
    let all = desk.store().appointments_of(&desk.dana, card.client).await;
    let mut all = all.unwrap().appointments.into_iter();
    all.find(|one| one.id == card.id).unwrap()
}

pub async fn an_id_of_one_visit_changes_no_other(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (dana, maria) = (&desk.dana, &desk.maria);
    let (one, other) = (
        desk.book(TUESDAY).await,
        desk.book("2026-11-11T10:00").await,
    );
    let shift = MoveAppointment {
        op_id: desk.op(),
        sequence: one.sequence,
        civil_start: "2026-11-12T10:00".to_owned(),
        zone: None,
        minutes: None,
        scope: Scope::This,
        skip_conflicts: false,
    };
    for _ in 0..2 {
        let moved = desk.scheduler.move_appointment(dana, one.id, shift.clone());
        assert_eq!(moved.await.unwrap().sequence, one.sequence + 1, "once");
    }
    let moved = desk.scheduler.move_appointment(dana, other.id, shift);
    assert_eq!(code(moved.await), Code::BadRequest);
    let one = seen(&desk, &one).await;
    let says = ReplyToAppointment {
        op_id: desk.op(),
        sequence: one.sequence,
        reply: Reply::Confirm,
        for_client: false,
    };
    desk.scheduler
        .reply(maria, one.id, says.clone())
        .await
        .unwrap();
    let said = desk.scheduler.reply(maria, other.id, says).await;
    assert_eq!(code(said), Code::BadRequest);
    let one = seen(&desk, &one).await;
    let off = CancelAppointment {
        op_id: desk.op(),
        sequence: one.sequence,
        reason: CancelReason::Agency,
        scope: Scope::This,
    };
    let cancelled = desk.scheduler.cancel(dana, one.id, off.clone()).await;
    assert_eq!(cancelled.unwrap().state, AppointmentState::Cancelled);
    let cancelled = desk.scheduler.cancel(dana, other.id, off).await;
    assert_eq!(code(cancelled), Code::BadRequest);
    assert_eq!(seen(&desk, &other).await, other, "as it was booked");

    desk.call_off(&other).await.unwrap();
    let (one, other) = (seen(&desk, &one).await, seen(&desk, &other).await);
    let undo = UndoCancel {
        op_id: desk.op(),
        sequence: one.sequence,
    };
    let back = desk.scheduler.undo_cancel(dana, one.id, undo.clone()).await;
    assert_eq!(back.unwrap().state, AppointmentState::Booked);
    let back = desk.scheduler.undo_cancel(dana, other.id, undo).await;
    assert_eq!(code(back), Code::BadRequest);
    let other = seen(&desk, &other).await;
    assert_eq!(other.state, AppointmentState::Cancelled);
}

pub async fn an_id_of_one_consent_withdraws_no_other(engine: Engine) {
    let desk = Desk::open(engine).await;
    let one = desk.consent(None).await.id;
    let other = desk.consent_with(None, false).await.id;
    let live = async || {
        let live = "SELECT COUNT(*) FROM consent WHERE withdrawn_at IS NULL";
        desk.house.count(live).await
    };
    let before = live().await;
    let request = WithdrawConsent {
        op_id: desk.op(),
        clear_calendar: false,
    };
    for _ in 0..2 {
        let withdrawn = desk
            .store()
            .withdraw_consent(&desk.maria, one, request.clone());
        withdrawn.await.unwrap();
        assert_eq!(live().await, before - 1);
    }
    let refused = desk.store().withdraw_consent(&desk.maria, other, request);
    assert_eq!(code(refused.await), Code::BadRequest);
    assert_eq!(live().await, before - 1);
}

pub async fn an_id_of_one_service_begins_and_ends_no_other(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, robin, lee) = (&office.desk, &office.robin, office.lee.person);
    let store = desk.store();
    let jo = agency::add(store, "Jo Bystander", Role::CaseManager).await;
    let (sam, jo) = (desk.sam.account, jo.unwrap().account);
    let assign = |staff: AccountId| AssignClient {
        op_id: op(1),
        staff,
        client: lee,
    };
    store.assign_client(robin, assign(sam)).await.unwrap();
    store.assign_client(robin, assign(sam)).await.unwrap();
    let refused = store.assign_client(robin, assign(jo)).await;
    assert_eq!(code(refused), Code::BadRequest);
    let end = |staff: AccountId| EndAssignment {
        op_id: op(2),
        staff,
        client: lee,
    };
    store.end_assignment(robin, end(sam)).await.unwrap();
    store.end_assignment(robin, end(sam)).await.unwrap();
    let refused = store.end_assignment(robin, end(desk.dana.account)).await;
    assert_eq!(code(refused), Code::BadRequest);
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
}

pub async fn an_id_of_one_person_invites_no_other(engine: Engine) {
    let office = Office::open(engine).await;
    let (store, dana) = (office.desk.store(), &office.desk.dana);
    let add = |n: u8, name: &str| AddClient {
        op_id: op(n),
        name: name.to_owned(),
        phone: None,
    };
    let nora = store.add_client(dana, add(3, "Nora Invented")).await;
    let nora = nora.unwrap().person;
    let omar = store.add_client(dana, add(4, "Omar Invented")).await;
    let omar = omar.unwrap().person;
    let invite = InvitePerson {
        op_id: op(5),
        lookup_hash: vec![1; 32].into(),
        mac: vec![2; 32].into(),
    };
    let invited = store.invite_person(dana, nora, invite.clone()).await;
    let again = store.invite_person(dana, nora, invite.clone()).await;
    assert_eq!(invited.unwrap().invitation, again.unwrap().invitation);
    let refused = store.invite_person(dana, omar, invite).await;
    assert_eq!(code(refused), Code::BadRequest);
    let his = store.person_intake(dana, omar).await.unwrap();
    assert!(his.intake.is_none());
}

pub async fn whoever_serves_a_client_no_longer_sees_nothing_of_them_by_adding_them_again(
    engine: Engine,
) {
    let office = Office::open(engine).await;
    let (store, dana) = (office.desk.store(), &office.desk.dana);
    let add = || AddClient {
        op_id: op(3),
        name: "Nora Invented".to_owned(),
        phone: None,
    };
    let nora = store.add_client(dana, add()).await.unwrap();
    assert_eq!(store.add_client(dana, add()).await.unwrap(), nora);
    let ended = office.end(&office.robin, dana.account, nora.person).await;
    ended.unwrap();
    let again = store.add_client(dana, add()).await;
    assert_eq!(code(again), Code::NotFound);
}
