//! A mail server in this process that takes every mail, and the simplest program that fills it. What that program
//! reaches is the server's ceiling: nobody who says the same commands over as many connections does better.
//!
//! Whoever opens it is its [`Host`]: told of every step of every mail before it is answered, and of what arrived.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Result, ensure};
use protocol::limits;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Where a mail stands (RFC 5321).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its sender was named.
    Offered,
    /// It was asked whether its content may come.
    Announced,
    /// It is here, and nobody has been told.
    Arrived,
    /// Its sender has been told that it is here.
    Answered,
}

/// Whoever keeps the mail server.
pub trait Host: Send + Sync + 'static {
    /// A mail stands there; the other side hears nothing before this returns.
    fn stands_at(&self, _step: Step) {}
    /// A whole mail came, as it was written.
    fn takes(&self, mail: &[u8]);
}

/// The mail server. It ends when this is dropped.
pub struct Sink {
    addr: SocketAddr,
    /// Ends with the sink.
    _listening: JoinSet<()>,
}

impl Sink {
    /// On a free port of this machine.
    pub async fn open(host: Arc<impl Host>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, Arc::clone(&host)));
            }
        });
        Ok(Self {
            addr,
            _listening: listening,
        })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.addr.port()
    }
}

/// One connection, until the other side ends it.
async fn talk(stream: TcpStream, host: Arc<impl Host>) -> Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    write.write_all(b"220 sink.example ready\r\n").await?;
    let (mut line, mut mail) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if read.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match verb.as_slice() {
            b"EHLO" | b"HELO" => b"250 sink.example\r\n",
            b"MAIL" => {
                host.stands_at(Step::Offered);
                b"250 so be it\r\n"
            }
            b"RCPT" | b"RSET" | b"NOOP" => b"250 so be it\r\n",
            b"DATA" => {
                host.stands_at(Step::Announced);
                write.write_all(b"354 go on\r\n").await?;
                read_mail(&mut read, &mut line, &mut mail).await?;
                host.takes(&mail);
                host.stands_at(Step::Arrived);
                write.write_all(b"250 taken\r\n").await?;
                host.stands_at(Step::Answered);
                continue;
            }
            b"QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"502 not here\r\n",
        };
        write.write_all(reply).await?;
    }
}

/// Reads a mail to its end, without the dots that only its way needs.
async fn read_mail(
    read: &mut BufReader<OwnedReadHalf>,
    line: &mut Vec<u8>,
    mail: &mut Vec<u8>,
) -> Result<()> {
    mail.clear();
    loop {
        line.clear();
        let length = read.read_until(b'\n', line).await?;
        ensure!(length > 0, "cut off within a mail");
        if line.as_slice() == b".\r\n" {
            return Ok(());
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(line.as_slice()));
    }
}

/// The Message-ID of a mail.
pub fn message_id(mail: &[u8]) -> Option<String> {
    let lines = mail.split_inclusive(|byte| *byte == b'\n');
    let mut head = lines.take_while(|line| *line != b"\r\n");
    head.find_map(|line| {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        let value = value.trim().trim_matches(['<', '>']);
        name.eq_ignore_ascii_case("message-id")
            .then(|| value.to_owned())
    })
}

/// Pushes so many copies of a mail into the sink, over as many connections as the server itself would open, each
/// waiting for every reply. Mails a second.
pub async fn push(sink: &Sink, count: usize, mail: &[u8]) -> Result<f64> {
    let content = Arc::new(stuffed(mail));
    let mut pushing = JoinSet::new();
    let began = Instant::now();
    for place in 0..limits::MAILS_IN_FLIGHT {
        let share =
            count / limits::MAILS_IN_FLIGHT + usize::from(place < count % limits::MAILS_IN_FLIGHT);
        pushing.spawn(push_some(sink.addr, share, Arc::clone(&content)));
    }
    while let Some(pushed) = pushing.join_next().await {
        pushed??;
    }
    Ok(f64::from(u32::try_from(count)?) / began.elapsed().as_secs_f64())
}

/// As it travels (RFC 5321, section 4.5.2), with its end.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            content.push(b'.');
        }
        content.extend_from_slice(line);
    }
    if !content.ends_with(b"\r\n") {
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(b".\r\n");
    content
}

async fn push_some(addr: SocketAddr, count: usize, content: Arc<Vec<u8>>) -> Result<()> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut client = (BufReader::new(read), String::new());
    reply(&mut client, "220").await?;
    say(&mut client, &mut write, (b"EHLO example.net\r\n", "250")).await?;
    let commands: [(&[u8], &str); 4] = [
        (b"MAIL FROM:<appointments@example.net>\r\n", "250"),
        (b"RCPT TO:<somebody@example.com>\r\n", "250"),
        (b"DATA\r\n", "354"),
        (content.as_slice(), "250"),
    ];
    for _ in 0..count {
        for command in commands {
            say(&mut client, &mut write, command).await?;
        }
    }
    say(&mut client, &mut write, (b"QUIT\r\n", "221")).await
}

type Replies = (BufReader<OwnedReadHalf>, String);

async fn say(
    replies: &mut Replies,
    write: &mut OwnedWriteHalf,
    (command, expected): (&[u8], &str),
) -> Result<()> {
    write.write_all(command).await?;
    reply(replies, expected).await
}

async fn reply((read, line): &mut Replies, expected: &str) -> Result<()> {
    line.clear();
    read.read_line(line).await?;
    ensure!(line.starts_with(expected), "{line:?}, not {expected}");
    Ok(())
}
