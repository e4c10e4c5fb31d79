//! What comes back by mail: a desk whose mails come back, and mails that did not arrive.

use std::sync::atomic::{AtomicU64, Ordering};

use care::Caller;
use care::email::EmailAddress;
use mail::{Mail, Postbox as _, ReturnAddress, read_arrived};
use protocol::http::{AddClient, MailInvitation};
use protocol::{Bytes, Language, limits};
use scheduler::{Intake, Replies};
use store::{Note, What};
use testkit::{Engine, Person, agency};

use super::desk::{Desk, TUESDAY, read, to, worker};

/// To which people answer.
pub const FROM: &str = "appointments@example.net";
pub const PHONE: &str = "555 0100";
/// When the house's clock begins, as a calendar writes it.
pub const NOW: &str = "20261102T150000Z";

/// A desk whose mails come back.
pub struct Scene {
    pub desk: Desk,
    intake: Intake,
    mails: AtomicU64,
}

impl Scene {
    pub async fn open(engine: Engine) -> Self {
        let mut desk = Desk::open(engine).await;
        desk.worker = worker(&desk.house, &desk.memory).with_replies(replies());
        let from = EmailAddress::parse(FROM).unwrap();
        let returns = ReturnAddress::new(FROM).unwrap();
        Self {
            intake: Intake::new(desk.store().clone(), from, returns),
            mails: AtomicU64::new(1),
            desk,
        }
    }

    /// Hands a mail over as a mail server would; whether anybody by that name takes mail.
    pub async fn arrives(&self, recipient: &str, sender: &str, text: &str) -> bool {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        if !self.intake.knows(recipient) {
            return false;
        }
        let arrived = read_arrived(&bytes, sender);
        self.intake.take(recipient, arrived).await.unwrap();
        true
    }

    /// A Message-ID that no mail had.
    fn message_id(&self) -> String {
        let n = self.mails.fetch_add(1, Ordering::Relaxed);
        format!("<{n}@mailbox.example>")
    }

    /// A delivery report about a mail comes to its envelope sender.
    pub async fn bounces(&self, mail: &Mail, (action, status): (&str, &str)) -> bool {
        let report = bounce(&self.message_id(), &mail.from, (action, status));
        self.arrives(&mail.from, "", &report).await
    }

    /// A calendar answers.
    pub async fn calendar(&self, person: Person, answer: &CalendarText<'_>) {
        let text = reply(&self.message_id(), &agency::email(person.name), answer);
        let sender = agency::email(person.name);
        assert!(self.arrives(FROM, &sender, &text).await);
    }

    /// Somebody writes.
    pub async fn writes(&self, sender: &str, text: &str) {
        let mail = letter(&self.message_id(), sender, text);
        assert!(self.arrives(FROM, sender, &mail).await);
    }

    pub async fn of(&self, person: Person, column: &str) -> Vec<String> {
        let id = self.desk.house.id(person.person.as_bytes());
        let sql = format!("SELECT {column} FROM participant WHERE person = {id}");
        self.desk.house.texts(&sql).await
    }

    pub async fn states(&self) -> Vec<String> {
        let sql = "SELECT state FROM appointment ORDER BY start_at";
        self.desk.house.texts(sql).await
    }

    pub async fn to_do_of(&self, caller: &Caller) -> Vec<String> {
        let tasks = self.desk.tasks(caller).await;
        let words = tasks.iter().map(|task| task.kind.as_str().to_owned());
        words.collect()
    }
}

fn replies() -> Replies {
    Replies {
        returns: Some(ReturnAddress::new(FROM).unwrap()),
        phone: Some(PHONE.to_owned()),
    }
}

/// What a calendar says.
#[derive(Clone, Copy)]
pub struct CalendarText<'t> {
    pub uid: &'t str,
    pub sequence: u32,
    pub answer: &'t str,
    pub stamp: &'t str,
}

/// A delivery report in Postfix's form.
pub fn bounce(id: &str, to: &str, (action, status): (&str, &str)) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.net\nTo: {to}\nMessage-ID: {id}\nMIME-Version: 1.0\n\
         Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nThis is the mail system.\n\n\
         --b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.net\n\n\
         Final-Recipient: rfc822; maria.sample@example.com\nAction: {action}\nStatus: {status}\n\n\
         --b--\n"
    )
}

/// A calendar's answer in Gmail's form.
pub fn reply(id: &str, from: &str, answer: &CalendarText<'_>) -> String {
    let CalendarText {
        uid,
        sequence,
        answer,
        stamp,
    } = answer;
    format!(
        "From: Somebody <{from}>\nTo: {FROM}\nMessage-ID: {id}\nMIME-Version: 1.0\n\
         Subject: Answer\nContent-Type: multipart/alternative; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain; charset=utf-8\n\nplanted words of an answer\n\n\
         --b\nContent-Type: text/calendar; charset=utf-8; method=REPLY\n\n\
         BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:{uid}\n\
         SEQUENCE:{sequence}\nDTSTAMP:{stamp}\nSUMMARY:planted summary\n\
         ATTENDEE;CN=Somebody;PARTSTAT={answer}:mailto:{from}\n\
         END:VEVENT\nEND:VCALENDAR\n\n--b--\n"
    )
}

pub fn letter(id: &str, from: &str, text: &str) -> String {
    format!(
        "From: Somebody <{from}>\nTo: {FROM}\nMessage-ID: {id}\nSubject: planted subject\n\n{text}\n"
    )
}

/// The calendar's name of the appointment that a mail invites to.
pub fn uid(mail: &Mail) -> String {
    let calendar = read(mail).calendar.unwrap();
    let line = calendar.lines().find_map(|line| line.strip_prefix("UID:"));
    line.unwrap().to_owned()
}

/// Maria's invitation, and nobody else's.
pub async fn invited(scene: &Scene) -> Mail {
    scene.desk.without_address(&scene.desk.dana).await;
    scene.desk.book(TUESDAY).await;
    let mut mails = scene.desk.post().await;
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

pub async fn a_bounce_marks_the_address_and_asks_once(engine: Engine) {
    let scene = Scene::open(engine).await;
    let mail = invited(&scene).await;
    let desk = &scene.desk;
    let maria = desk.house.agency.maria;
    let token = ReturnAddress::new(FROM).unwrap();
    let token = token.token(&mail.from).unwrap().to_owned();
    assert_eq!(token.len(), limits::RETURN_TOKEN_CHARS);
    assert!(
        !String::from_utf8_lossy(&mail.bytes).contains(&token),
        "in the envelope alone"
    );
    for _ in 0..2 {
        assert!(scene.bounces(&mail, ("failed", "5.1.1")).await);
        assert_eq!(
            desk.deliveries(maria).await[0],
            "invitation failed address_refused"
        );
        assert_eq!(
            desk.to_do().await,
            ["maria cannot_reach_by_email"],
            "asked once"
        );
    }
    let refused = "SELECT COUNT(*) FROM address WHERE refused_at IS NOT NULL";
    assert_eq!(desk.house.count(refused).await, 1);
    assert_eq!(
        desk.house
            .entries("act = 'take_mail' AND outcome = 'done'")
            .await,
        1
    );
    desk.at("2026-11-07T10:00").await;
    assert!(
        desk.post().await.is_empty(),
        "no reminder to where nothing arrives"
    );
    // Dana puts it right: it is as if the mail had never been.
    desk.prefer(&desk.dana, maria.person, |wish| {
        wish.email = Some("maria.sample@example.org".to_owned());
    })
    .await;
    assert!(desk.to_do().await.is_empty());
    let again = desk.post().await;
    assert_eq!(
        again.iter().map(to).collect::<Vec<_>>(),
        ["maria.sample@example.org"]
    );
}

pub async fn a_reminder_of_several_visits_that_bounces_is_news_of_each(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    let maria = desk.house.agency.maria;
    desk.without_address(&desk.dana).await;
    for civil in [TUESDAY, "2026-11-10T13:00"] {
        desk.book(civil).await;
    }
    desk.post().await;
    desk.at("2026-11-07T10:00").await;
    let mail = desk.post().await.remove(0);
    assert!(scene.bounces(&mail, ("failed", "5.1.1")).await);
    let rows = desk.deliveries(maria).await;
    let failed = "three_days failed address_refused";
    assert_eq!(
        rows.iter().filter(|row| *row == failed).count(),
        2,
        "{rows:?}"
    );
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    desk.prefer(&desk.dana, maria.person, |wish| {
        wish.email = Some("maria.sample@example.org".to_owned());
    })
    .await;
    let again = desk.post().await;
    assert_eq!(again.len(), 1, "both in one, once more");
    let subject = read(&again[0]).subject;
    assert!(subject.starts_with("Reminder: 2 appointments"), "{subject}");
}

pub async fn a_token_that_was_not_written_here_is_nobodys(engine: Engine) {
    let scene = Scene::open(engine).await;
    let mail = invited(&scene).await;
    let before = scene.desk.dump().await;
    let (local, domain) = mail.from.rsplit_once('@').unwrap();
    let last = if local.ends_with('a') { "b" } else { "a" };
    let forged = format!("{}{last}@{domain}", &local[..local.len() - 1]);
    let other = mail.from.replace("example.net", "example.org");
    for recipient in [
        forged.as_str(),
        &other,
        "appointments+x@example.net",
        "dana@example.net",
        "",
    ] {
        let report = bounce("<1@x>", recipient, ("failed", "5.1.1"));
        assert!(!scene.arrives(recipient, "", &report).await, "{recipient}");
    }
    // Nor does a report to the address that everybody knows.
    let report = bounce("<2@x>", FROM, ("failed", "5.1.1"));
    assert!(scene.arrives(FROM, "", &report).await);
    assert!(
        before == scene.desk.dump().await,
        "a forged report changed a row"
    );
    assert!(
        scene
            .arrives(
                &mail.from.to_uppercase(),
                "",
                &bounce("<3@x>", FROM, ("failed", "5.1.1"))
            )
            .await
    );
    assert_eq!(scene.desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn a_delay_changes_nothing_and_a_refused_content_no_address(engine: Engine) {
    let scene = Scene::open(engine).await;
    let mail = invited(&scene).await;
    let before = scene.desk.dump().await;
    for passing in [
        ("delayed", "4.4.1"),
        ("delivered", "2.0.0"),
        ("relayed", "2.0.0"),
    ] {
        assert!(scene.bounces(&mail, passing).await);
    }
    let away = letter("<away@x>", "maria.sample@example.com", "I am away.");
    let away = format!("Auto-Submitted: auto-replied\n{away}");
    assert!(scene.arrives(&mail.from, "", &away).await);
    assert!(
        before == scene.desk.dump().await,
        "what passes changed a row"
    );
    assert!(scene.bounces(&mail, ("failed", "5.7.1")).await);
    let maria = scene.desk.house.agency.maria;
    assert_eq!(
        scene.desk.deliveries(maria).await[0],
        "invitation failed rejected"
    );
    assert_eq!(scene.desk.to_do().await, ["maria cannot_reach_by_email"]);
    let refused = "SELECT COUNT(*) FROM address WHERE refused_at IS NOT NULL";
    assert_eq!(scene.desk.house.count(refused).await, 0);
}

pub async fn what_passes_is_a_task_and_silences_nobody(engine: Engine) {
    // A full mailbox, a broken way, our own machine on somebody's list.
    for status in ["5.2.2", "5.4.1", "5.7.1"] {
        let scene = Scene::open(engine).await;
        let mail = invited(&scene).await;
        let desk = &scene.desk;
        assert!(scene.bounces(&mail, ("failed", status)).await);
        let rows = desk.deliveries(desk.house.agency.maria).await;
        assert_eq!(rows[0], "invitation failed rejected", "{status}");
        assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
        let refused = "SELECT COUNT(*) FROM address WHERE refused_at IS NOT NULL";
        assert_eq!(desk.house.count(refused).await, 0, "{status}");
        desk.at("2026-11-07T10:00").await;
        let mails = desk.post().await;
        assert_eq!(mails.len(), 1, "{status}: her reminders go on");
    }
}

async fn replaced_and_bounced(engine: Engine, status: &str) {
    let scene = Scene::open(engine).await;
    let mail = invited(&scene).await;
    let desk = &scene.desk;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.email = Some("maria.elsewhere@example.org".to_owned());
    })
    .await;
    assert!(
        desk.post().await.is_empty(),
        "she was told, as far as anybody knows"
    );
    assert!(scene.bounces(&mail, ("failed", status)).await);
    let again = desk.post().await;
    assert_eq!(
        again.iter().map(to).collect::<Vec<_>>(),
        ["maria.elsewhere@example.org"],
        "{status}"
    );
    assert!(desk.to_do().await.is_empty(), "nothing is left to be done");
}

pub async fn a_bounce_of_an_address_that_was_replaced_sends_to_the_new_one(engine: Engine) {
    // Nobody by that name, a full mailbox, a broken way.
    for status in ["5.1.1", "5.2.2", "5.4.1"] {
        replaced_and_bounced(engine, status).await;
    }
}

/// A delivery report comes about the mail of that token, which its sender has in hand.
async fn comes_back_at_once(scene: &Scene, token: &str, status: &str) {
    let sender = ReturnAddress::new(FROM).unwrap().with(token);
    let report = bounce("<at.once@x>", &sender, ("failed", status));
    assert!(scene.arrives(&sender, "", &report).await);
}

pub async fn a_bounce_that_is_there_before_its_sender_has_noted_the_mail_is_not_lost(
    engine: Engine,
) {
    for (status, reason) in [("5.1.1", "address_refused"), ("5.2.2", "rejected")] {
        let scene = Scene::open(engine).await;
        let desk = &scene.desk;
        desk.without_address(&desk.dana).await;
        desk.book(TUESDAY).await;
        let (store, now) = (desk.store(), desk.house.clock_now());
        let (lease, due, _) = store.lease_due(now).await.unwrap();
        let id = due[0].id;
        let note = |what| store.note_deliveries(vec![Note { id, lease, what }], now);
        assert_eq!(note(What::Begins).await.unwrap(), [true]);
        comes_back_at_once(&scene, &due[0].return_token, status).await;
        assert_eq!(note(What::Accepted).await.unwrap(), [false]);
        let rows = desk.deliveries(desk.house.agency.maria).await;
        assert_eq!(rows[0], format!("invitation failed {reason}"));
        assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    }
}

pub async fn a_single_mail_that_comes_back_before_it_is_noted_is_not_lost(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    super::booking_links::make(desk, |asked| asked.mail = true).await;
    let (store, now) = (desk.store(), desk.house.clock_now());
    let (lease, due, _) = store.lease_single_mails(now).await.unwrap();
    let note = |what| store.note_single_mail(due[0].id, lease, what, now);
    assert!(note(What::Begins).await.unwrap());
    comes_back_at_once(&scene, &due[0].return_token, "5.2.2").await;
    assert!(!note(What::Accepted).await.unwrap());
    let failed = "SELECT COUNT(*) FROM single_mail WHERE state = 'failed'";
    assert_eq!(desk.house.count(failed).await, 1);
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn an_invitation_and_a_booking_link_that_bounce_are_tasks(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    let add = AddClient {
        op_id: desk.op(),
        name: "Nora Invented".to_owned(),
        phone: None,
    };
    let nora = desk.store().add_client(&desk.dana, add).await.unwrap();
    let (secret, print) = (Bytes::from([0x5e_u8; 16]), Bytes::from([7_u8; 32]));
    let invite = MailInvitation {
        op_id: desk.op(),
        lookup_hash: vec![9; 32].into(),
        mac: vec![1; 32].into(),
        link: format!("/join/{}.{}", secret.to_base64url(), print.to_base64url()),
        email: "nora.invented@example.com".to_owned(),
        language: Language::En,
    };
    let invited = desk
        .store()
        .mail_invitation(&desk.dana, nora.person, invite);
    invited.await.unwrap();
    super::booking_links::make(desk, |asked| asked.mail = true).await;
    let mails = desk.post().await;
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        for _ in 0..2 {
            assert!(scene.bounces(mail, ("failed", "5.1.1")).await);
        }
    }
    let mut to_do = desk.to_do().await;
    to_do.sort();
    assert_eq!(
        to_do,
        ["maria cannot_reach_by_email", "nora cannot_reach_by_email"]
    );
    let failed = "SELECT COUNT(*) FROM single_mail
        WHERE kind IN ('booking_link', 'invitation') AND state = 'failed'";
    assert_eq!(desk.house.count(failed).await, 2);
}
