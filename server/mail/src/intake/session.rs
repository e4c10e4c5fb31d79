//! One conversation with a mail server (RFC 2033, over RFC 5321's commands): commands may come in one go
//! (RFC 2920), replies are in their order, and after the content there is one reply for each recipient.
//!
//! A line ends with CR LF, and the content with a dot between two of them and nothing else: what another mail
//! server took for a part of a mail is not taken for its end here.

use std::borrow::Cow;
use std::time::Duration;

use protocol::limits;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::lines::{Line, read_line};
use super::{Postbox, read_arrived};

/// A command, there or back.
const IDLE: Duration = Duration::from_secs(limits::LMTP_IDLE_S);
/// The content.
const CONTENT: Duration = Duration::from_secs(limits::LMTP_CONTENT_S);
/// Bytes of an address in an envelope, with a route that nobody writes any more.
const PATH_BYTES_MAX: usize = 512;

/// What is said next.
enum Step {
    /// This, and the conversation goes on.
    Say(Cow<'static, str>),
    /// A fault: too many of them end the conversation.
    Fault(&'static str),
    /// The content may come.
    Content,
    /// Goodbye.
    Quit,
}

/// What is known of the mail that is being handed over.
struct Envelope {
    sender: String,
    recipients: Vec<String>,
}

/// The content, as far as it is kept.
#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    bytes_total: usize,
    has_long_line: bool,
}

struct Session<'p, P> {
    name: &'p str,
    postbox: &'p P,
    greeted: bool,
    envelope: Option<Envelope>,
    faults: usize,
}

/// Speaks until the mail server goes, says nothing for too long, or we stop.
pub(super) async fn talk<S, P>(stream: S, name: &str, postbox: &P, stop: &CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
    P: Postbox,
{
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::new(reader);
    let mut session = Session {
        name,
        postbox,
        greeted: false,
        envelope: None,
        faults: 0,
    };
    let mut line = Vec::new();
    let mut say = Cow::Owned(format!("220 {name} LMTP\r\n"));
    loop {
        if !said(&mut writer, &say).await {
            return;
        }
        let read = read_line(&mut reader, &mut line, limits::LMTP_COMMAND_BYTES_MAX);
        let read = tokio::select! {
            biased;
            () = stop.cancelled() => Err("421 4.3.2 shutting down\r\n"),
            read = timeout(IDLE, read) => read.map_err(|_| "421 4.4.2 nothing was said\r\n"),
        };
        let next = match read {
            Err(goodbye) => {
                said(&mut writer, goodbye).await;
                return;
            }
            Ok(Line::Closed) => return,
            Ok(Line::TooLong) => Step::Fault("500 5.5.2 the line is too long\r\n"),
            Ok(Line::Whole) => session.hear(&line),
        };
        say = match next {
            Step::Say(say) => say,
            Step::Fault(fault) => {
                session.faults += 1;
                if session.faults > limits::LMTP_FAULTS_MAX {
                    said(&mut writer, "421 4.7.0 too many faults\r\n").await;
                    return;
                }
                fault.into()
            }
            Step::Quit => {
                said(&mut writer, "221 2.0.0 goodbye\r\n").await;
                return;
            }
            Step::Content => {
                if !said(&mut writer, "354 go on\r\n").await {
                    return;
                }
                match timeout(CONTENT, read_content(&mut reader)).await {
                    Ok(Some(content)) => session.take(content).await.into(),
                    // Cut off, or endless: none of it is a mail.
                    Ok(None) | Err(_) => return,
                }
            }
        };
    }
}

/// Says something; whether the other end took it.
async fn said<W: AsyncWrite + Unpin>(writer: &mut W, say: &str) -> bool {
    let write = async {
        writer.write_all(say.as_bytes()).await?;
        writer.flush().await
    };
    matches!(timeout(IDLE, write).await, Ok(Ok(())))
}

/// Reads to the dot. None if it does not come, or if there is no end to it.
async fn read_content<R: AsyncBufRead + Unpin>(reader: &mut R) -> Option<Content> {
    let mut content = Content::default();
    let mut line = Vec::new();
    let mut after_line_end = true;
    loop {
        let read = read_line(reader, &mut line, limits::RECEIVED_LINE_BYTES_MAX).await;
        match read {
            Line::Closed => return None,
            Line::TooLong => content.has_long_line = true,
            Line::Whole if after_line_end && line == b".\r\n" => return Some(content),
            Line::Whole => {}
        }
        // A dot that stands before a dot is not of the mail (RFC 5321, section 4.5.2).
        let stuffed = after_line_end && line.first() == Some(&b'.');
        // Of one that is too long the end is not kept; the mail is refused in any case.
        after_line_end = read == Line::TooLong || line.ends_with(b"\r\n");
        content.keep(line.get(usize::from(stuffed)..).unwrap_or_default());
        if content.bytes_total > limits::RECEIVED_MAIL_BYTES_MAX * 2 {
            return None;
        }
    }
}

impl Content {
    fn keep(&mut self, line: &[u8]) {
        self.bytes_total += line.len();
        let room = limits::RECEIVED_MAIL_BYTES_READ.saturating_sub(self.bytes.len());
        let kept = line.get(..line.len().min(room)).unwrap_or_default();
        self.bytes.extend_from_slice(kept);
    }
}

impl<P: Postbox> Session<'_, P> {
    fn hear(&mut self, line: &[u8]) -> Step {
        let Some(line) = std::str::from_utf8(line)
            .ok()
            .filter(|line| line.is_ascii())
        else {
            return Step::Fault("500 5.5.2 what is that?\r\n");
        };
        let line = line.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" => self.greet(rest),
            "MAIL" => self.begin(rest),
            "RCPT" => self.add(rest),
            "DATA" if rest.trim().is_empty() => match &self.envelope {
                Some(envelope) if !envelope.recipients.is_empty() => Step::Content,
                _ => Step::Fault("503 5.5.1 to whom?\r\n"),
            },
            "RSET" => {
                self.envelope = None;
                Step::Say("250 2.0.0 forgotten\r\n".into())
            }
            "NOOP" => Step::Say("250 2.0.0 still here\r\n".into()),
            "VRFY" => Step::Say("252 2.1.5 send it and see\r\n".into()),
            "QUIT" => Step::Quit,
            "HELO" | "EHLO" => Step::Fault("500 5.5.1 this is LMTP: say LHLO\r\n"),
            _ => Step::Fault("500 5.5.2 what is that?\r\n"),
        }
    }

    fn greet(&mut self, name: &str) -> Step {
        if name.trim().is_empty() {
            return Step::Fault("501 5.5.4 who are you?\r\n");
        }
        self.greeted = true;
        self.envelope = None;
        Step::Say(Cow::Owned(format!(
            "250-{}\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE {}\r\n",
            self.name,
            limits::RECEIVED_MAIL_BYTES_MAX
        )))
    }

    fn begin(&mut self, rest: &str) -> Step {
        if !self.greeted {
            return Step::Fault("503 5.5.1 say LHLO first\r\n");
        }
        if self.envelope.is_some() {
            return Step::Fault("503 5.5.1 one mail after the other\r\n");
        }
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return Step::Fault("501 5.5.4 from whom?\r\n");
        };
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            let size = value.parse::<usize>();
            if is("SIZE") && size.is_ok_and(|size| size > limits::RECEIVED_MAIL_BYTES_MAX) {
                return Step::Say("552 5.3.4 too large\r\n".into());
            }
            if !is("SIZE") && !is("BODY") {
                return Step::Fault("555 5.5.4 no such parameter\r\n");
            }
        }
        self.envelope = Some(Envelope {
            sender: sender.to_owned(),
            recipients: Vec::new(),
        });
        Step::Say("250 2.1.0 go on\r\n".into())
    }

    fn add(&mut self, rest: &str) -> Step {
        let Some(envelope) = &mut self.envelope else {
            return Step::Fault("503 5.5.1 from whom?\r\n");
        };
        let Some((recipient, parameters)) = path(rest, "TO:") else {
            return Step::Fault("501 5.5.4 to whom?\r\n");
        };
        if !parameters.trim().is_empty() {
            return Step::Fault("555 5.5.4 no such parameter\r\n");
        }
        if !self.postbox.knows(recipient) {
            return Step::Say("550 5.1.1 nobody by that name\r\n".into());
        }
        if envelope.recipients.len() >= limits::LMTP_RECIPIENTS_MAX {
            return Step::Say("452 4.5.3 too many at once\r\n".into());
        }
        envelope.recipients.push(recipient.to_owned());
        Step::Say("250 2.1.5 go on\r\n".into())
    }

    /// One reply for each recipient, in their order.
    async fn take(&mut self, content: Content) -> String {
        let Some(envelope) = self.envelope.take() else {
            return "503 5.5.1 to whom?\r\n".to_owned();
        };
        let refusal = if content.bytes_total > limits::RECEIVED_MAIL_BYTES_MAX {
            Some("552 5.3.4 too large\r\n")
        } else if content.has_long_line {
            Some("554 5.6.0 a line is too long\r\n")
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return refusal.repeat(envelope.recipients.len());
        }
        let arrived = read_arrived(&content.bytes, &envelope.sender);
        drop(content);
        let mut replies = String::new();
        for recipient in &envelope.recipients {
            let taken = self.postbox.take(recipient, arrived.clone()).await;
            replies.push_str(match taken {
                Ok(()) => "250 2.6.0 taken\r\n",
                Err(_) => "451 4.3.0 not now\r\n",
            });
        }
        replies
    }
}

/// `FROM:<someone@mailbox.example> SIZE=1000`: the address, without a route, and what follows.
fn path<'l>(rest: &'l str, name: &str) -> Option<(&'l str, &'l str)> {
    let rest = rest.trim_start();
    let named = rest.get(..name.len())?.eq_ignore_ascii_case(name);
    let rest = rest.get(name.len()..).filter(|_| named)?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let address = match address.split_once(':') {
        Some((route, address)) if route.starts_with('@') => address,
        _ => address,
    };
    (address.len() <= PATH_BYTES_MAX).then_some((address, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_an_envelope_is_read_with_what_follows() {
        for (rest, expected) in [
            ("FROM:<a@b.example>", Some(("a@b.example", ""))),
            ("from: <> SIZE=7", Some(("", " SIZE=7"))),
            (
                "FROM:<@x.example,@y.example:a@b.example>",
                Some(("a@b.example", "")),
            ),
            ("FROM:a@b.example", None),
            ("FROM:<a@b.example", None),
            ("TO:<a@b.example>", None),
            ("", None),
        ] {
            assert_eq!(path(rest, "FROM:"), expected, "{rest}");
        }
    }

    async fn content_of(text: &str) -> Option<(String, bool)> {
        let content = read_content(&mut text.as_bytes()).await?;
        let kept = String::from_utf8(content.bytes).unwrap();
        Some((kept, content.has_long_line))
    }

    #[tokio::test]
    async fn the_content_ends_with_a_dot_between_two_line_ends_and_with_nothing_else() {
        let read = content_of("one\r\n..two\r\n.\r\nQUIT\r\n").await;
        assert_eq!(read, Some(("one\r\n.two\r\n".to_owned(), false)));
        assert_eq!(content_of(".\r\n").await, Some((String::new(), false)));
        for smuggled in ["one\n.\r\n", "one\r\n.\n", "one\r.\r\n", "one\n.\n"] {
            assert_eq!(content_of(smuggled).await, None, "{smuggled:?}");
            let whole = format!("{smuggled}two\r\n.\r\n");
            let (kept, _) = content_of(&whole).await.unwrap();
            assert!(kept.ends_with("two\r\n"), "{smuggled:?}");
        }
    }

    #[tokio::test]
    async fn a_line_of_content_that_is_too_long_is_noticed_and_let_go() {
        let long = "x".repeat(limits::RECEIVED_LINE_BYTES_MAX);
        let read = content_of(&format!("{long}\r\nrest\r\n.\r\n")).await;
        let (kept, has_long_line) = read.unwrap();
        assert!(has_long_line && kept.ends_with("rest\r\n"));
        let last = content_of(&format!("{long}\r\n.\r\n")).await;
        assert!(last.is_some_and(|(_, has_long_line)| has_long_line));
    }
}
