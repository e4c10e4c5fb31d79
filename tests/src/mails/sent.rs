//! A booked visit that really leaves: from the case manager's request over TLS, through the scheduler, to
//! a real mail server, on both engines.

use anyhow::Result;
use care::Caller;
use mail::{SmtpConfig, SmtpTls, read_back};
use protocol::http::{
    Appointment, BookAppointment, CancelAppointment, MoveAppointment, Preferences,
};
use protocol::{AppointmentKind, CancelReason, OpId, limits};
use testkit::agency::preferences;
use testkit::{Down, Engine, Options, Phone, Story};

use super::postfix::{Postfix, Routes};
use super::scripted::Scripted;
use super::tls::Certificate;
use super::{RECIPIENT, plain};

/// A Tuesday in the testkit's time to come.
const TUESDAY: &str = "2026-12-01T10:00";

async fn story(engine: Engine, smtp: SmtpConfig) -> Result<(Story, Phone)> {
    let story = Story::begin_with(Options {
        smtp: Some(smtp),
        ..Options::new(engine)
    })
    .await?;
    let dana = story.enrol(story.server.agency().dana).await?;
    let agency = *story.server.agency();
    for (person, email) in [(agency.maria, Some(RECIPIENT)), (agency.dana, None)] {
        let (server, installation) = (&story.server, Caller::installation());
        let wish = Preferences {
            email: email.map(str::to_owned),
            ..preferences(RECIPIENT)
        };
        // What the installation writes down is asked about by nobody.
        let put = server
            .store()
            .put_preferences(&installation, person.person, wish);
        put.await?;
    }
    Ok((story, dana))
}

async fn book(story: &Story, dana: &Phone) -> Result<Appointment> {
    let wish = BookAppointment {
        op_id: OpId::from_bytes([1; 16]),
        client: story.server.agency().maria.person,
        kind: AppointmentKind::Video,
        civil_start: TUESDAY.to_owned(),
        zone: None,
        minutes: 30,
        visit_type: None,
        caregivers: Vec::new(),
        staff: Vec::new(),
        meeting_link: Some("https://meet.example.org/room".to_owned()),
        place: None,
    };
    dana.asks("POST", "/v1/appointments", &wish).await
}

/// Method and sequence of the calendar file in each mail, in the order of sequences.
fn calendars(mails: &[Vec<u8>]) -> Vec<(String, String)> {
    let line = |calendar: &str, name: &str| {
        let found = calendar.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().to_owned()
    };
    let mut found: Vec<_> = mails
        .iter()
        .filter_map(|mail| read_back(mail)?.calendar)
        .map(|calendar| (line(&calendar, "SEQUENCE:"), line(&calendar, "METHOD:")))
        .collect();
    found.sort();
    found
}

async fn an_invitation_a_move_and_a_cancel_arrive_through_postfix(engine: Engine) -> Result<()> {
    let mut next_hop = Scripted::start("ok", &[]).await;
    let certificate = Certificate::make("localhost");
    let postfix = Postfix::start(&certificate, Routes::to(next_hop.port()));
    let smtp = SmtpConfig {
        host: "localhost".to_owned(),
        tls: SmtpTls::StartTls,
        root_certificate_pem: Some(certificate.authority()),
        ..plain(postfix.port())
    };
    let (story, dana) = story(engine, smtp).await?;
    let booked = book(&story, &dana).await?;
    story.server.do_due().await?;
    next_hop.hear("content").await;
    let path = format!("/v1/appointments/{}", booked.id);
    let change = MoveAppointment {
        op_id: OpId::from_bytes([2; 16]),
        sequence: booked.sequence,
        civil_start: "2026-12-01T14:00".to_owned(),
        zone: None,
        minutes: None,
        scope: protocol::Scope::This,
        skip_conflicts: false,
    };
    let moved: Appointment = dana.asks("POST", &format!("{path}/move"), &change).await?;
    story.server.do_due().await?;
    next_hop.hear("content").await;
    let cancel = CancelAppointment {
        op_id: OpId::from_bytes([3; 16]),
        sequence: moved.sequence,
        reason: CancelReason::Agency,
        scope: protocol::Scope::This,
    };
    let _: Appointment = dana
        .asks("POST", &format!("{path}/cancel"), &cancel)
        .await?;
    story.server.clock().advance(limits::STAFF_UNDO_S);
    story.server.do_due().await?;
    next_hop.hear("content").await;
    let arrived = next_hop.taken();
    let expected = [("0", "REQUEST"), ("1", "REQUEST"), ("2", "CANCEL")];
    let expected = expected.map(|(n, method)| (n.to_owned(), method.to_owned()));
    assert_eq!(calendars(&arrived), expected);
    for mail in &arrived {
        let shown = read_back(mail).expect("what arrived is a mail");
        assert_eq!(shown.to, RECIPIENT);
        let all = format!("{shown:?}");
        for canary in ["Maria", "Sample", "Dana", "Riverbend", "meet.example.org"] {
            assert!(!all.contains(canary), "{canary} in {all}");
        }
    }
    // Nothing else was planned to come.
    story.server.clock().advance(30 * 86_400);
    story.server.do_due().await?;
    assert_eq!(next_hop.taken().len(), 3);
    Ok(())
}

async fn a_mail_cut_off_after_its_content_comes_once_more_with_the_same_bytes(
    engine: Engine,
) -> Result<()> {
    let mut server = Scripted::start("cut_after_content", &[]).await;
    let (mut story, dana) = story(engine, plain(server.port())).await?;
    book(&story, &dana).await?;
    story.server.do_due().await?;
    server.hear("content").await;
    assert_eq!(server.taken().len(), 1);
    // The server dies before anything else happens, and is back when the pause is over.
    drop(dana);
    story.server.restart(Down::AtOnce).await?;
    story.server.clock().advance(60);
    story.server.do_due().await?;
    server.hear("content").await;
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert!(taken[0] == taken[1], "sent again, it is the same mail");
    // Twice it may have arrived: never a third time.
    for _ in 0..5 {
        story.server.clock().advance(3_600);
        story.server.do_due().await?;
    }
    assert_eq!(server.taken().len(), 2);
    Ok(())
}

macro_rules! on_both_engines {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() { super::$case(testkit::Engine::Sqlite).await.unwrap(); })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $case() { super::$case(testkit::Engine::Postgres).await.unwrap(); })+
        }
    };
}

on_both_engines![
    an_invitation_a_move_and_a_cancel_arrive_through_postfix,
    a_mail_cut_off_after_its_content_comes_once_more_with_the_same_bytes,
];
