//! What becomes of a mail when the mail server is slow, busy, gone or says no; and that every attempt is
//! counted after the recipient was accepted and before the content leaves.

use std::cell::Cell;

use mail::{Folder, Memory, Sent, Transport};

use super::scripted::{Scripted, files};
use super::{plain, smtp, some_mail};

const GONE: Sent = Sent::Deferred { code: None };

/// Sends one mail to a server of this mode; says what became of it and whether it was counted.
async fn send_to(mode: &str) -> (Sent, bool, Scripted) {
    let server = Scripted::start(mode, &[]).await;
    let counted = Cell::new(false);
    let sent = smtp(plain(server.port()))
        .send(&some_mail(0), async || {
            counted.set(true);
            true
        })
        .await;
    (sent, counted.get(), server)
}

#[tokio::test]
async fn a_mail_arrives_byte_for_byte_and_the_next_one_through_the_same_connection() {
    let mut server = Scripted::start("ok", &[]).await;
    let transport = smtp(plain(server.port()));
    for number in 0..3 {
        let sent = transport.send(&some_mail(number), async || true).await;
        assert_eq!(sent, Sent::Accepted);
    }
    let expected: Vec<_> = (0..3).map(|number| some_mail(number).bytes).collect();
    assert!(server.taken() == expected);
    assert_eq!(server.count("connected"), 1);
}

#[tokio::test]
async fn an_attempt_is_counted_between_recipient_and_content() {
    let mut server = Scripted::start("ok", &[]).await;
    let transport = smtp(plain(server.port()));
    let sent = transport
        .send(&some_mail(0), async || {
            server.hear("rcpt").await;
            assert_eq!(server.heard(), ["connected", "mail", "rcpt"]);
            true
        })
        .await;
    assert_eq!(sent, Sent::Accepted);
    server.hear("content").await;
    assert_eq!(server.heard()[3..], ["data", "content"]);
}

#[tokio::test]
async fn a_mail_that_is_called_back_before_its_content_leaves_nothing_behind() {
    let mut server = Scripted::start("ok", &[]).await;
    let transport = smtp(plain(server.port()));
    let sent = transport.send(&some_mail(0), async || false).await;
    assert_eq!(sent, Sent::Withheld);
    let sent = transport.send(&some_mail(1), async || true).await;
    assert_eq!(sent, Sent::Accepted);
    assert!(server.taken() == [some_mail(1).bytes]);
    server.hear("content").await;
    assert_eq!(server.count("connected"), 1);
    assert_eq!(server.count("data"), 1);
}

#[tokio::test]
async fn a_busy_server_gets_the_mail_later() {
    for (mode, code) in [("closing", 421), ("busy_at_mail", 421), ("greylist", 450)] {
        let (sent, counted, server) = send_to(mode).await;
        assert_eq!(sent, Sent::Deferred { code: Some(code) }, "{mode}");
        assert!(!counted && server.taken().is_empty(), "{mode}");
    }
    let (sent, counted, _server) = send_to("try_content_later").await;
    assert_eq!(sent, Sent::Deferred { code: Some(451) });
    assert!(counted);
}

#[tokio::test]
async fn a_refused_recipient_is_told_from_a_refused_sender_and_a_refused_mail() {
    for (mode, code, address) in [
        ("unknown_user", 550, true),
        ("no_relay", 554, false),
        ("refuse_content", 550, false),
    ] {
        let (sent, _, server) = send_to(mode).await;
        assert_eq!(sent, Sent::Rejected { code, address }, "{mode}");
        assert!(server.taken().is_empty());
    }
}

#[tokio::test]
async fn a_cut_before_the_content_is_harmless_and_after_it_nobody_knows() {
    let (sent, counted, server) = send_to("cut_at_data").await;
    assert_eq!((sent, counted), (GONE, true));
    assert!(server.taken().is_empty());
    let (sent, counted, server) = send_to("cut_after_content").await;
    assert_eq!((sent, counted), (Sent::Unknown, true));
    assert!(server.taken() == [some_mail(0).bytes]);
}

#[tokio::test]
async fn a_reply_without_end_after_the_content_is_no_reply() {
    let (sent, _, server) = send_to("huge_reply").await;
    assert_eq!(sent, Sent::Unknown);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    for (mode, word, expected) in [
        ("slow_at_rcpt", "rcpt", GONE),
        ("slow_after_content", "content", Sent::Unknown),
    ] {
        let mut server = Scripted::start(mode, &[]).await;
        let transport = smtp(plain(server.port()));
        let mail = some_mail(0);
        // From then on the clock jumps to whatever is waited for: the end of the mail's time.
        let (sent, ()) = tokio::join!(transport.send(&mail, async || true), async {
            server.hear(word).await;
            tokio::time::pause();
        });
        tokio::time::resume();
        assert_eq!(sent, expected, "{mode}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_gets_the_mail_later() {
    let port = Scripted::start("ok", &[]).await.port();
    let sent = smtp(plain(port)).send(&some_mail(0), async || true).await;
    assert_eq!(sent, GONE);
}

#[tokio::test]
async fn a_kept_connection_that_has_died_is_replaced_before_anything_is_counted() {
    let mut server = Scripted::start("close_after_mail", &[]).await;
    let transport = smtp(plain(server.port()));
    for number in 0..3 {
        let counted = Cell::new(0);
        let sent = transport
            .send(&some_mail(number), async || {
                counted.set(counted.get() + 1);
                true
            })
            .await;
        assert_eq!((sent, counted.get()), (Sent::Accepted, 1));
        server.hear("content").await;
    }
    assert_eq!(server.taken().len(), 3);
    assert_eq!(server.count("connected"), 3);
}

#[tokio::test]
async fn many_mails_at_once_share_a_few_connections() {
    let mut server = Scripted::start("ok", &[]).await;
    let transport = smtp(plain(server.port()));
    let mails: Vec<_> = (0..40).map(some_mail).collect();
    let sent = futures_util::future::join_all(
        mails.iter().map(|mail| transport.send(mail, async || true)),
    )
    .await;
    assert!(sent.iter().all(|sent| *sent == Sent::Accepted));
    assert_eq!(server.taken().len(), 40);
    let connections = server.count("connected");
    assert!(
        connections <= protocol::limits::MAILS_IN_FLIGHT,
        "{connections}"
    );
}

#[tokio::test]
async fn a_folder_keeps_every_sending_as_a_whole_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mails");
    let transport = Transport::Folder(Folder::new(&path));
    assert_eq!(
        transport.send(&some_mail(1), async || false).await,
        Sent::Withheld
    );
    for number in [1, 2, 1] {
        let sent = transport.send(&some_mail(number), async || true).await;
        assert_eq!(sent, Sent::Accepted);
    }
    let expected = [1, 1, 2].map(|number| some_mail(number).bytes);
    assert!(files(&path, "eml") == expected);
    assert!(files(&path, "part").is_empty());
}

#[tokio::test]
async fn memory_answers_as_it_was_told() {
    let memory = Memory::keeping();
    memory.answer_next([GONE, Sent::Unknown]);
    let transport = Transport::Memory(memory.clone());
    let counted = Cell::new(0);
    let mut answers = Vec::new();
    for number in 0..3 {
        let count = async || {
            counted.set(counted.get() + 1);
            true
        };
        answers.push(transport.send(&some_mail(number), count).await);
    }
    assert_eq!(answers, [GONE, Sent::Unknown, Sent::Accepted]);
    assert_eq!((counted.get(), memory.count()), (2, 2));
    assert!(memory.take() == [some_mail(1), some_mail(2)]);
}

#[test]
fn a_sending_can_be_a_task_of_its_own() {
    fn is_send<T: Send>(_: &T) {}
    let transport = Transport::Memory(Memory::counting());
    let mail = some_mail(0);
    let number = 7;
    is_send(&transport.send(&mail, async || number == 7));
}
