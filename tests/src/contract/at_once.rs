//! What two do at the same moment, each before they know of the other: nothing of either is lost, and nothing is there
//! twice. On `PostgreSQL` both have read what they go by before one of them writes (`house::Beside::at_once`).

use care::Caller;
use mail::ReturnAddress;
use protocol::http::{AddClient, AssignClient, EndAssignment, Phone, PlanCircle, SafeHours};
use protocol::policy::HistoryMode;
use protocol::{Code, PersonId, Role};
use store::{LinkSecret, Note, What};
use testkit::{Engine, agency};

use super::addresses::{self, ELSEWHERE};
use super::booking_links;
use super::desk::{Desk, TUESDAY, link, of};
use super::house::code;
use super::postbox::{self, FROM, bounce};
use super::teams::enrolled;
use super::unread;

/// Locks a person's rows of a table.
fn rows_of(desk: &Desk, table: &str, person: PersonId) -> String {
    let person = desk.house.id(person.as_bytes());
    format!("SELECT 1 FROM {table} WHERE person = {person} FOR NO KEY UPDATE")
}

/// The link in Maria's invitation to a visit.
async fn invited(desk: &Desk) -> LinkSecret {
    desk.book(TUESDAY).await;
    let mails = desk.post().await;
    link(&of(&mails, desk.house.agency.maria)[0])
}

pub async fn whoever_ends_reminders_while_their_hours_change_loses_neither(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let secret = invited(&desk).await;
    let mut wish = store.preferences(&desk.dana, maria).await.unwrap();
    wish.safe_hours = Some(SafeHours {
        from: 9 * 60,
        until: 12 * 60,
    });
    let (put, ended) = desk
        .house
        .beside()
        .at_once(
            &rows_of(&desk, "preference", maria),
            Box::pin(store.put_preferences(&desk.dana, maria, wish.clone())),
            Box::pin(store.opt_out_by_link(&secret)),
        )
        .await;
    put.unwrap();
    ended.unwrap();
    wish.reminders = false;
    assert_eq!(store.preferences(&desk.dana, maria).await.unwrap(), wish);
}

pub async fn whoever_stops_one_kind_of_mail_and_then_the_other_gets_neither(engine: Engine) {
    let mut scene = unread::Scene::open(engine).await;
    scene.a_message_waits().await;
    let desk = &scene.desk;
    let (store, maria) = (desk.store(), desk.maria.person);
    let mails = of(&desk.post().await, desk.house.agency.maria);
    let (_, after) = mails[0]
        .plain
        .split_once("https://house.example/u/")
        .unwrap();
    let stop = LinkSecret::parse(&after[..22]).unwrap();
    let secret = invited(desk).await;
    let (ended, stopped) = desk
        .house
        .beside()
        .at_once(
            &rows_of(desk, "preference", maria),
            Box::pin(store.opt_out_by_link(&secret)),
            Box::pin(store.choose_by_stop_link(&stop, false)),
        )
        .await;
    ended.unwrap();
    assert!(!stopped.unwrap().wanted);
    let wish = store.preferences(&desk.dana, maria).await.unwrap();
    assert!(!wish.reminders && !wish.unread_mail, "{wish:?}");
}

pub async fn an_address_that_is_tried_again_gives_way_to_another_one(engine: Engine) {
    let desk = addresses::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let id = desk.house.id(maria.as_bytes());
    let refused = format!("UPDATE address SET refused_at = 1 WHERE person = {id}");
    desk.house.run(&refused).await;
    let mut wish = store.preferences(&desk.dana, maria).await.unwrap();
    wish.email = Some(ELSEWHERE.to_owned());
    let (asked, put) = desk
        .house
        .beside()
        .at_once(
            &rows_of(&desk, "address", maria),
            Box::pin(store.ask_address(&desk.dana, maria)),
            Box::pin(store.put_preferences(&desk.dana, maria, wish.clone())),
        )
        .await;
    asked.unwrap();
    assert_eq!(put.unwrap(), wish);
    let live = format!("SELECT COUNT(*) FROM address WHERE person = {id} AND ended_at IS NULL");
    assert_eq!(desk.house.count(&live).await, 1);
}

pub async fn of_two_numbers_that_are_written_down_at_once_the_later_one_stays(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let number = |text: &str| Phone {
        number: Some(text.to_owned()),
    };
    let put = store.put_phone(&desk.dana, maria, number("312 555 0101"));
    put.await.unwrap();
    let (one, other) = desk
        .house
        .beside()
        .at_once(
            &rows_of(&desk, "phone", maria),
            Box::pin(store.put_phone(&desk.dana, maria, number("312 555 0102"))),
            Box::pin(store.put_phone(&desk.maria, maria, number("312 555 0103"))),
        )
        .await;
    one.unwrap();
    assert_eq!(other.unwrap(), number("312 555 0103"));
    let phone = store.phone(&desk.dana, maria).await.unwrap();
    assert_eq!(phone, number("312 555 0103"));
}

pub async fn the_same_request_sent_twice_at_once_is_done_once_and_answered_twice(engine: Engine) {
    let desk = Desk::open(engine).await;
    let add = AddClient {
        op_id: desk.op(),
        name: "Nora Invented".to_owned(),
        phone: None,
    };
    let people = "SELECT COUNT(*) FROM person";
    let before = desk.house.count(people).await;
    // Whoever makes a client's key waits for this.
    let (one, other) = desk
        .house
        .beside()
        .at_once(
            "SELECT 1 FROM sentinel FOR NO KEY UPDATE",
            Box::pin(desk.store().add_client(&desk.dana, add.clone())),
            Box::pin(desk.store().add_client(&desk.dana, add)),
        )
        .await;
    assert_eq!(one.unwrap().person, other.unwrap().person);
    assert_eq!(desk.house.count(people).await, before + 1);
}

pub async fn two_letters_that_come_at_once_are_one_task(engine: Engine) {
    let scene = postbox::Scene::open(engine).await;
    let desk = &scene.desk;
    let maria = desk.house.agency.maria;
    let sender = agency::email(maria.name);
    let id = desk.house.id(maria.person.as_bytes());
    desk.house
        .beside()
        .at_once(
            &format!("SELECT 1 FROM person WHERE id = {id} FOR UPDATE"),
            Box::pin(scene.writes(&sender, "planted words")),
            Box::pin(scene.writes(&sender, "other planted words")),
        )
        .await;
    for worker in [&desk.dana, &desk.sam] {
        assert_eq!(scene.to_do_of(worker).await, ["answered_by_mail"]);
    }
}

pub async fn a_mail_that_comes_back_while_it_is_noted_as_sent_has_not_arrived(engine: Engine) {
    let scene = postbox::Scene::open(engine).await;
    let desk = &scene.desk;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    let (store, now) = (desk.store(), desk.house.clock_now());
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    let id = due[0].id;
    let note = |what| store.note_deliveries(vec![Note { id, lease, what }], now);
    assert_eq!(note(What::Begins).await.unwrap(), [true]);
    let sender = ReturnAddress::new(FROM).unwrap();
    let sender = sender.with(&due[0].return_token);
    let report = bounce("<at.once@x>", &sender, ("failed", "5.2.2"));
    let (came, noted) = desk
        .house
        .beside()
        .at_once(
            "SELECT 1 FROM delivery FOR NO KEY UPDATE",
            Box::pin(scene.arrives(&sender, "", &report)),
            Box::pin(note(What::Accepted)),
        )
        .await;
    assert!(came);
    assert_eq!(noted.unwrap(), [false]);
    let rows = desk.deliveries(desk.house.agency.maria).await;
    assert_eq!(rows[0], "invitation failed rejected");
}

pub async fn a_single_mail_that_comes_back_while_it_is_noted_has_not_arrived(engine: Engine) {
    let scene = postbox::Scene::open(engine).await;
    let desk = &scene.desk;
    booking_links::make(desk, |asked| asked.mail = true).await;
    let (store, now) = (desk.store(), desk.house.clock_now());
    let (lease, due, _) = store.lease_single_mails(now).await.unwrap();
    let note = |what| store.note_single_mail(due[0].id, lease, what, now);
    assert!(note(What::Begins).await.unwrap());
    let sender = ReturnAddress::new(FROM).unwrap();
    let sender = sender.with(&due[0].return_token);
    let report = bounce("<at.once@x>", &sender, ("failed", "5.2.2"));
    let (came, noted) = desk
        .house
        .beside()
        .at_once(
            "SELECT 1 FROM single_mail FOR NO KEY UPDATE",
            Box::pin(scene.arrives(&sender, "", &report)),
            Box::pin(note(What::Accepted)),
        )
        .await;
    assert!(came && !noted.unwrap());
    let states = desk.house.texts("SELECT state FROM single_mail").await;
    assert_eq!(states, ["failed"]);
}

pub async fn whoever_stops_serving_while_they_are_named_in_a_circle_is_not_in_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria, sam) = (desk.store(), desk.maria.person, desk.sam.account);
    let plan = PlanCircle {
        history: HistoryMode::Eras,
        op_id: desk.op(),
        client: maria,
        title: "Maria and her team".to_owned(),
        members: vec![sam],
    };
    let end = EndAssignment {
        op_id: desk.op(),
        staff: sam,
        client: maria,
    };
    let id = desk.house.id(sam.as_bytes());
    let (planned, ended) = desk
        .house
        .beside()
        .at_once(
            &format!("SELECT 1 FROM account WHERE id = {id} FOR UPDATE"),
            Box::pin(store.plan_circle(&desk.dana, plan)),
            Box::pin(store.end_assignment(&desk.sam, end)),
        )
        .await;
    planned.unwrap();
    ended.unwrap();
    let named =
        format!("SELECT COUNT(*) FROM circle_member WHERE account = {id} AND state <> 'left'");
    assert_eq!(desk.house.count(&named).await, 0);
}

pub async fn whoever_is_booked_in_while_the_consent_ends_takes_no_part(engine: Engine) {
    let desk = Desk::open(engine).await;
    let ana = desk.house.agency.ana.person;
    let consent = desk.consent(None).await.id;
    let mut request = desk.request(TUESDAY);
    request.caregivers = vec![ana];
    let (id, row) = (
        desk.house.id(ana.as_bytes()),
        desk.house.id(consent.as_bytes()),
    );
    let (booked, withdrawn) = desk
        .house
        .beside()
        .at_once(
            &format!(
                "SELECT 1 FROM consent c CROSS JOIN person p WHERE c.id = {row} AND p.id = {id} FOR UPDATE"
            ),
            Box::pin(desk.scheduler.book(&desk.dana, request)),
            Box::pin(desk.withdraw(&desk.maria, consent)),
        )
        .await;
    booked.unwrap();
    withdrawn.unwrap();
    let part = format!("SELECT COUNT(*) FROM participant WHERE person = {id}");
    assert_eq!(desk.house.count(&part).await, 1);
    let stays = format!("{part} AND left_at IS NULL");
    assert_eq!(desk.house.count(&stays).await, 0);
}

pub async fn a_client_who_is_entrusted_to_somebody_meanwhile_is_not_erased(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let lee = agency::add(desk.store(), "Lee Example", Role::Client).await;
    let lee = lee.unwrap().person;
    let assign = AssignClient {
        op_id: desk.op(),
        staff: desk.dana.account,
        client: lee,
    };
    let id = desk.house.id(lee.as_bytes());
    let installation = Caller::installation();
    let (assigned, erased) = desk
        .house
        .beside()
        .at_once(
            &format!("SELECT 1 FROM person WHERE id = {id} FOR UPDATE"),
            Box::pin(desk.store().assign_client(&robin, assign)),
            Box::pin(desk.store().erase_client(&installation, lee)),
        )
        .await;
    assigned.unwrap();
    assert_eq!(code(erased), Code::BadRequest);
}
