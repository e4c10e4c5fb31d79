//! What comes back through a real mail server: a mail that it took from us and could not pass on, and the answer
//! of a calendar. Both end in our intake, and in the database.

use std::net::SocketAddr;
use std::sync::Arc;

use care::email::EmailAddress;
use mail::intake::{Running, serve};
use mail::{
    Arrived, Door, Mail, NotNow, Postbox, ReturnAddress, Sent, SmtpConfig, SmtpTls, Transport,
};
use scheduler::{Intake, Replies, Worker};
use testkit::{Engine, agency};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::postfix::{Postfix, Routes};
use super::scripted::Scripted;
use super::tls::Certificate;
use super::{DEADLINE, plain, smtp};
use crate::contract::desk::{Desk, TUESDAY};
use crate::contract::postbox::{CalendarText, reply, uid};

const FROM: &str = "appointments@example.net";

/// Takes mails into the store and says so.
struct Heard {
    intake: Intake,
    taken: UnboundedSender<String>,
}

impl Postbox for Heard {
    fn knows(&self, recipient: &str) -> bool {
        self.intake.knows(recipient)
    }

    async fn take(&self, recipient: &str, arrived: Arrived) -> Result<(), NotNow> {
        let taken = self.intake.take(recipient, arrived).await;
        // A test that has ended listens no more.
        let _ = self.taken.send(recipient.to_owned());
        taken
    }
}

/// An agency's server beside its mail server.
struct House {
    desk: Desk,
    intake: Running,
    taken: UnboundedReceiver<String>,
    postfix: Postfix,
    certificate: Certificate,
}

impl House {
    /// Mails that Postfix took go on to the scripted server.
    async fn open(next_hop: &Scripted) -> Self {
        let desk = Desk::open(Engine::Sqlite).await;
        let from = EmailAddress::parse(FROM).unwrap();
        let (told, taken) = unbounded_channel();
        let heard = Heard {
            intake: Intake::new(desk.store().clone(), from, returns()),
            taken: told,
        };
        let door = Door::port(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let port = door.address().unwrap().port();
        let intake = serve(door, "example.net".to_owned(), Arc::new(heard));
        let certificate = Certificate::make("localhost");
        let routes = Routes {
            mailboxes: &["maria.sample@example.com"],
            next_hop: next_hop.port(),
            intake: Some(port),
        };
        let postfix = Postfix::start(&certificate, routes);
        Self {
            desk,
            intake,
            taken,
            postfix,
            certificate,
        }
    }

    fn transport(&self) -> Transport {
        smtp(SmtpConfig {
            host: "localhost".to_owned(),
            tls: SmtpTls::StartTls,
            root_certificate_pem: Some(self.certificate.authority()),
            ..plain(self.postfix.port())
        })
    }

    /// Sends what is due through Postfix.
    fn worker(&self) -> Worker {
        let identity = mail::Identity {
            from_name: "Appointments".to_owned(),
            from: FROM.to_owned(),
            link_base: "https://house.example".to_owned(),
            domain: "example.net".to_owned(),
        };
        let clock = Arc::new(self.desk.house.clock.clone());
        let replies = Replies {
            returns: Some(returns()),
            phone: None,
        };
        Worker::new(self.desk.store().clone(), clock, identity, self.transport())
            .with_replies(replies)
    }

    /// To which address something came back.
    async fn hears(&mut self) -> String {
        let taken = tokio::time::timeout(DEADLINE, self.taken.recv()).await;
        let taken = taken.unwrap_or_else(|_| panic!("nothing came: {}", self.postfix.log()));
        taken.unwrap()
    }
}

fn returns() -> ReturnAddress {
    ReturnAddress::new(FROM).unwrap()
}

#[tokio::test]
async fn a_mail_that_is_refused_further_on_bounces_into_the_database() {
    let next_hop = Scripted::start("unknown_user", &[]).await;
    let mut house = House::open(&next_hop).await;
    house.desk.without_address(&house.desk.dana).await;
    house.desk.book(TUESDAY).await;
    let pass = house.worker().pass().await.unwrap();
    assert_eq!(
        pass.accepted,
        1,
        "Postfix takes it: {}",
        house.postfix.log()
    );
    let recipient = house.hears().await;
    assert!(returns().token(&recipient).is_some(), "{recipient}");
    let (desk, maria) = (&house.desk, house.desk.house.agency.maria);
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    assert_eq!(
        desk.deliveries(maria).await[0],
        "invitation failed address_refused"
    );
    house.intake.stop().await;
}

#[tokio::test]
async fn the_answer_of_a_calendar_comes_through_a_mail_server_and_is_noted() {
    let mut next_hop = Scripted::start("ok", &[]).await;
    let mut house = House::open(&next_hop).await;
    house.desk.without_address(&house.desk.dana).await;
    house.desk.book(TUESDAY).await;
    let pass = house.worker().pass().await.unwrap();
    assert_eq!(pass.accepted, 1, "{}", house.postfix.log());
    next_hop.hear("content").await;
    let maria = house.desk.house.agency.maria;
    let address = EmailAddress::parse(&agency::email(maria.name)).unwrap();
    let invitation = next_hop.taken().remove(0);
    let invitation = mail(&address, FROM, invitation);
    let declines = CalendarText {
        uid: &uid(&invitation),
        sequence: 0,
        answer: "DECLINED",
        stamp: "20261102T150000Z",
    };
    let text = reply("<1@mailbox.example>", address.reveal(), &declines);
    let own = EmailAddress::parse(FROM).unwrap();
    let answer = mail(
        &own,
        address.reveal(),
        text.replace('\n', "\r\n").into_bytes(),
    );
    let sent = house.transport().send(&answer, async || true).await;
    assert_eq!(sent, Sent::Accepted, "{}", house.postfix.log());
    assert_eq!(house.hears().await, FROM);
    assert_eq!(house.desk.to_do().await, ["maria declined"]);
    let states = house
        .desk
        .house
        .texts("SELECT state FROM appointment")
        .await;
    assert_eq!(states, ["booked"]);
    house.intake.stop().await;
}

fn mail(to: &EmailAddress, from: &str, bytes: Vec<u8>) -> Mail {
    Mail {
        from: from.to_owned(),
        to: to.clone(),
        bytes,
        message_id: String::new(),
    }
}
