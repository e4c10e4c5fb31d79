//! The intake's conversation over a real socket: whatever a mail server says, in whichever pieces, each gets its
//! own replies, and nobody hurts anybody else.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mail::intake::{Running, serve};
use mail::{Arrived, Door, NotNow, Postbox};
use protocol::limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::DEADLINE;

/// Keeps what it is given.
#[derive(Default)]
struct Kept {
    taken: Mutex<Vec<(String, Arrived)>>,
    is_down: AtomicBool,
}

impl Kept {
    fn names(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken
            .iter()
            .map(|(_, arrived)| arrived.named.clone())
            .collect()
    }

    fn recipients(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken
            .iter()
            .map(|(recipient, _)| recipient.clone())
            .collect()
    }
}

impl Postbox for Kept {
    fn knows(&self, recipient: &str) -> bool {
        recipient.ends_with("@post.example")
    }

    async fn take(&self, recipient: &str, arrived: Arrived) -> Result<(), NotNow> {
        if self.is_down.load(Ordering::Relaxed) {
            return Err(NotNow);
        }
        let mut taken = self.taken.lock().unwrap();
        taken.push((recipient.to_owned(), arrived));
        Ok(())
    }
}

/// A running intake.
struct House {
    kept: Arc<Kept>,
    address: SocketAddr,
    running: Running,
}

impl House {
    fn open() -> Self {
        let kept = Arc::new(Kept::default());
        let door = Door::port(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = door.address().unwrap();
        let running = serve(door, "post.example".to_owned(), Arc::clone(&kept));
        Self {
            kept,
            address,
            running,
        }
    }

    async fn guest(&self) -> Guest {
        let mut guest = Guest {
            stream: TcpStream::connect(self.address).await.unwrap(),
            heard: Vec::new(),
        };
        assert_eq!(guest.hear(1).await, ["220 post.example LMTP"]);
        guest
    }
}

/// A mail server.
struct Guest {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Guest {
    async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next so many lines.
    async fn hear(&mut self, lines: usize) -> Vec<String> {
        let mut heard = Vec::new();
        while heard.len() < lines {
            let line = tokio::time::timeout(DEADLINE, self.line()).await;
            let line = line.unwrap_or_else(|_| panic!("waited in vain after {heard:?}"));
            heard.push(line.unwrap_or_else(|| panic!("closed after {heard:?}")));
        }
        heard
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.heard.windows(2).position(|two| two == b"\r\n") {
                let line = self.heard.drain(..end + 2).collect::<Vec<_>>();
                return Some(String::from_utf8(line[..end].to_vec()).unwrap());
            }
            let mut more = [0; 1_024];
            let read = self.stream.read(&mut more).await.unwrap_or(0);
            if read == 0 {
                return None;
            }
            self.heard.extend_from_slice(&more[..read]);
        }
    }

    /// The codes of the next so many replies, each of one line.
    async fn codes(&mut self, replies: usize) -> Vec<u16> {
        let lines = self.hear(replies).await;
        lines
            .iter()
            .map(|line| line[..3].parse().unwrap())
            .collect()
    }

    /// Nothing more comes.
    async fn ends(&mut self) {
        let end = tokio::time::timeout(DEADLINE, self.line()).await.unwrap();
        assert_eq!(end, None);
    }

    async fn greets(&mut self) {
        self.say("LHLO mx.example\r\n").await;
        let heard = self.hear(5).await;
        assert!(heard.contains(&"250-PIPELINING".to_owned()), "{heard:?}");
        let size = format!("250 SIZE {}", limits::RECEIVED_MAIL_BYTES_MAX);
        assert_eq!(heard.last(), Some(&size));
    }

    /// Up to the content.
    async fn begins(&mut self) {
        self.say("MAIL FROM:<maria@mailbox.example>\r\nRCPT TO:<visits@post.example>\r\nDATA\r\n")
            .await;
        assert_eq!(self.codes(3).await, [250, 250, 354]);
    }
}

const MAIL: &str =
    "From: Maria <maria@mailbox.example>\r\nMessage-ID: <one@mailbox.example>\r\n\r\n";

#[tokio::test]
async fn commands_in_one_go_get_their_replies_in_order() {
    let house = House::open();
    let mut guest = house.guest().await;
    guest.greets().await;
    let go = format!(
        "mail from:<> BODY=8BITMIME SIZE=100\r\nRCPT TO:<visits@post.example>\r\n\
         RCPT TO:<nobody@elsewhere.example>\r\nrcpt to:<bounces@post.example>\r\nDATA\r\n\
         {MAIL}one\r\n.\r\nNOOP\r\nMAIL FROM:<maria@mailbox.example>\r\nRSET\r\nVRFY x\r\nQUIT\r\n"
    );
    guest.say(&go).await;
    let codes = guest.codes(12).await;
    assert_eq!(
        codes,
        [250, 250, 550, 250, 354, 250, 250, 250, 250, 250, 252, 221]
    );
    guest.ends().await;
    assert_eq!(
        house.kept.recipients(),
        ["visits@post.example", "bounces@post.example"]
    );
    let taken = house.kept.taken.lock().unwrap();
    assert!(
        taken.iter().all(|(_, arrived)| arrived.automatic),
        "from nobody"
    );
}

#[tokio::test]
async fn a_mail_in_the_smallest_pieces_is_whole_and_its_dots_are_its_own() {
    let house = House::open();
    let mut guest = house.guest().await;
    guest.greets().await;
    guest.begins().await;
    // Without a Message-ID it is named by its head.
    for byte in "From: a@b.example\r\n..Dotted: yes\r\n\r\n.\r\n".chars() {
        guest.say(&byte.to_string()).await;
    }
    assert_eq!(guest.codes(1).await, [250]);
    assert_eq!(house.kept.names(), ["From: a@b.example\r\n.Dotted: yes"]);
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_the_conversation_goes_on() {
    let house = House::open();
    let mut guest = house.guest().await;
    guest.greets().await;
    let max = limits::RECEIVED_MAIL_BYTES_MAX;
    guest
        .say(&format!("MAIL FROM:<> SIZE={}\r\n", max + 1))
        .await;
    assert_eq!(guest.codes(1).await, [552]);
    guest
        .say(&format!(
            "NOOP {}\r\n",
            "x".repeat(limits::LMTP_COMMAND_BYTES_MAX)
        ))
        .await;
    assert_eq!(guest.codes(1).await, [500]);
    // A line of content.
    guest.begins().await;
    let long = "x".repeat(limits::RECEIVED_LINE_BYTES_MAX + 1);
    guest.say(&format!("{MAIL}{long}\r\n.\r\n")).await;
    assert_eq!(guest.codes(1).await, [554]);
    // Recipients.
    guest.say("MAIL FROM:<>\r\n").await;
    assert_eq!(guest.codes(1).await, [250]);
    for n in 0..=limits::LMTP_RECIPIENTS_MAX {
        guest
            .say(&format!("RCPT TO:<visits+{n}@post.example>\r\n"))
            .await;
        let expected = if n < limits::LMTP_RECIPIENTS_MAX {
            250
        } else {
            452
        };
        assert_eq!(guest.codes(1).await, [expected], "{n}");
    }
    guest.say(&format!("DATA\r\n{MAIL}.\r\n")).await;
    assert_eq!(guest.codes(1).await, [354]);
    let replies = guest.codes(limits::LMTP_RECIPIENTS_MAX).await;
    assert!(
        replies.iter().all(|code| *code == 250),
        "one for each recipient"
    );
    assert_eq!(house.kept.names().len(), limits::LMTP_RECIPIENTS_MAX);
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_refused_after_it_was_let_go_and_a_long_one_is_read_so_far() {
    let house = House::open();
    let mut guest = house.guest().await;
    guest.greets().await;
    let line = format!("{}\r\n", "x".repeat(998));
    for (bytes, expected) in [
        (limits::RECEIVED_MAIL_BYTES_MAX + 1_000, 552),
        (limits::RECEIVED_MAIL_BYTES_READ * 2, 250),
    ] {
        guest.begins().await;
        guest.say(MAIL).await;
        for _ in 0..=bytes / 1_000 {
            guest.say(&line).await;
        }
        guest.say(".\r\n").await;
        assert_eq!(guest.codes(1).await, [expected]);
    }
    assert_eq!(house.kept.names(), ["one@mailbox.example"]);
}

#[tokio::test]
async fn where_it_cannot_be_written_down_the_mail_server_comes_again() {
    let house = House::open();
    house.kept.is_down.store(true, Ordering::Relaxed);
    let mut guest = house.guest().await;
    guest.greets().await;
    guest.begins().await;
    guest.say(&format!("{MAIL}.\r\n")).await;
    assert_eq!(guest.codes(1).await, [451]);
    house.kept.is_down.store(false, Ordering::Relaxed);
    guest.begins().await;
    guest.say(&format!("{MAIL}.\r\n")).await;
    assert_eq!(guest.codes(1).await, [250]);
    assert_eq!(house.kept.names(), ["one@mailbox.example"]);
}

#[tokio::test]
async fn garbage_is_answered_a_few_times_and_then_no_more() {
    let house = House::open();
    let mut guest = house.guest().await;
    for (said, code) in [
        ("EHLO mx.example\r\n", 500),
        ("MAIL FROM:<>\r\n", 503),
        ("RCPT TO:<visits@post.example>\r\n", 503),
        ("DATA\r\n", 503),
        ("LHLO\r\n", 501),
        ("GET / HTTP/1.1\r\n", 500),
        ("\u{e9}\r\n", 500),
        ("\r\n", 500),
        ("\u{0}\n", 500),
        ("MAIL\r\n", 503),
    ] {
        guest.say(said).await;
        assert_eq!(guest.codes(1).await, [code], "{said:?}");
    }
    guest.say("once too often\r\n").await;
    assert_eq!(guest.codes(1).await, [421]);
    guest.ends().await;
    let mut guest = house.guest().await;
    guest.greets().await;
    for (said, code) in [
        ("MAIL FROM:<> SMTPUTF8\r\n", 555),
        ("MAIL FROM:nobody\r\n", 501),
        ("MAIL FROM:<>\r\n", 250),
        ("MAIL FROM:<>\r\n", 503),
        ("RCPT TO:<visits@post.example> NOTIFY=NEVER\r\n", 555),
        ("RCPT visits@post.example\r\n", 501),
        ("DATA now\r\n", 500),
        ("DATA\r\n", 503),
    ] {
        guest.say(said).await;
        assert_eq!(guest.codes(1).await, [code], "{said:?}");
    }
}

#[tokio::test]
async fn whoever_goes_within_the_content_leaves_nothing_and_hurts_nobody() {
    let house = House::open();
    let mut silent = house.guest().await;
    let mut goes = house.guest().await;
    goes.greets().await;
    goes.begins().await;
    goes.say(&format!("{MAIL}half of a")).await;
    drop(goes);
    let mut other = house.guest().await;
    other.greets().await;
    other.begins().await;
    other.say(&format!("{MAIL}whole\r\n.\r\n")).await;
    assert_eq!(other.codes(1).await, [250]);
    assert_eq!(house.kept.names().len(), 1);
    silent.greets().await;
}

#[tokio::test]
async fn so_many_speak_at_once_and_one_more_is_told_so() {
    let house = House::open();
    let mut guests = Vec::new();
    for _ in 0..limits::LMTP_CONNECTIONS_MAX {
        guests.push(house.guest().await);
    }
    let mut late = Guest {
        stream: TcpStream::connect(house.address).await.unwrap(),
        heard: Vec::new(),
    };
    assert_eq!(late.codes(1).await, [421]);
    late.ends().await;
    for guest in &mut guests {
        guest.greets().await;
    }
}

#[tokio::test]
async fn whoever_speaks_when_the_server_stops_is_told_to_come_again() {
    let house = House::open();
    let mut guest = house.guest().await;
    guest.greets().await;
    house.running.stop().await;
    assert_eq!(guest.codes(1).await, [421]);
    guest.ends().await;
    assert!(TcpStream::connect(house.address).await.is_err());
}
