//! Mails to a mail server (RFC 5321), step by step over lettre's connection, because two things must
//! happen between the steps: the caller counts the attempt after the recipient was accepted and before
//! the content leaves, and a failure means something else before the content and after it.
//!
//! A few open connections are kept and asked for a sign of life (NOOP) before they are used again. One
//! mail has [`limits::MAIL_S`] seconds from connecting to the last reply, and at most
//! [`limits::MAILS_IN_FLIGHT`] are under way: lettre's own timeout covers the connecting only. Replies
//! quote addresses, so nothing but their codes leaves this module, and nothing is logged.

mod config;
mod reply;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use protocol::limits;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use config::{SmtpConfig, SmtpCredentials, SmtpError, SmtpTls};
use reply::Failure;

use super::Sent;
use crate::Mail;

/// The whole of one mail.
const MAIL: Duration = Duration::from_secs(limits::MAIL_S);
/// A sign of life, or the end of a session that does not matter any more.
const ASIDE: Duration = Duration::from_secs(5);

/// Sends to one mail server.
pub struct Smtp {
    config: SmtpConfig,
    tls: Option<TlsParameters>,
    under_way: Semaphore,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    /// Checks the configuration and reads the machine's authorities; connects to nothing yet.
    pub fn new(config: SmtpConfig) -> Result<Self, SmtpError> {
        let tls = config.check()?;
        Ok(Self {
            config,
            tls,
            under_way: Semaphore::new(limits::MAILS_IN_FLIGHT),
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(super) async fn send<F>(&self, mail: &Mail, before_data: F) -> Sent
    where
        F: AsyncFnOnce() -> bool,
    {
        let (Ok(from), Ok(to)) = (mail.from.parse(), mail.to.reveal().parse()) else {
            return Sent::Deferred { code: None };
        };
        let _turn = self
            .under_way
            .acquire()
            .await
            .expect("nobody closes the semaphore");
        let content_began = AtomicBool::new(false);
        let attempt = self.attempt(
            Envelope { from, to },
            &mail.bytes,
            &content_began,
            before_data,
        );
        match timeout(MAIL, attempt).await {
            Ok(sent) => sent,
            Err(_) if content_began.load(Ordering::Relaxed) => Sent::Unknown,
            Err(_) => Sent::Deferred { code: None },
        }
    }

    /// Ends the connections that are kept open; what is under way goes on.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for mut connection in idle {
            let _ = timeout(ASIDE, connection.command(Quit)).await;
        }
    }

    async fn attempt<F>(
        &self,
        envelope: Envelope,
        content: &[u8],
        content_began: &AtomicBool,
        before_data: F,
    ) -> Sent
    where
        F: AsyncFnOnce() -> bool,
    {
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(failure) => return failure.deferred(),
        };
        let sent = deliver(
            &mut connection,
            envelope,
            content,
            content_began,
            before_data,
        )
        .await;
        match sent {
            Sent::Accepted => self.keep(connection),
            // The session is whole, only its mail is not: begin anew for the next one.
            Sent::Withheld
            | Sent::Rejected { .. }
            | Sent::Deferred {
                code: Some(400..=420 | 422..=499),
            } => {
                if matches!(timeout(ASIDE, connection.command(Rset)).await, Ok(Ok(_))) {
                    self.keep(connection);
                }
            }
            Sent::Deferred { .. } | Sent::Unknown => {}
        }
        sent
    }

    /// One that is open and alive, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Failure> {
        loop {
            let kept = self.idle().pop();
            let Some(mut connection) = kept else {
                return self.connect().await;
            };
            if matches!(timeout(ASIDE, connection.test_connected()).await, Ok(true)) {
                return Ok(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let config = &self.config;
        let hello = ClientId::Domain(config.hello_name.clone());
        let implicit = self.tls.clone().filter(|_| config.tls == SmtpTls::Implicit);
        let server = (config.host.as_str(), config.port);
        let mut connection = match implicit {
            // Such a stream lettre opens itself.
            Some(tls) => {
                AsyncSmtpConnection::connect_tokio1(server, Some(MAIL), &hello, Some(tls), None)
                    .await?
            }
            None => {
                AsyncSmtpConnection::connect_with_transport(Box::new(open(server).await?), &hello)
                    .await?
            }
        };
        if config.tls == SmtpTls::StartTls
            && let Some(tls) = self.tls.clone()
        {
            connection.starttls(tls, &hello).await?;
        }
        if config.tls != SmtpTls::None && !connection.is_encrypted() {
            return Err(Failure::default());
        }
        if let Some(credentials) = &config.credentials {
            let credentials = Credentials::new(
                credentials.username.clone(),
                credentials.password.expose_secret().to_owned(),
            );
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await?;
        }
        Ok(connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        if idle.len() < limits::MAILS_IN_FLIGHT && !connection.has_broken() {
            idle.push(connection);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream on which what is written leaves at once: the end of a mail would otherwise wait until its content is
/// acknowledged (RFC 896), which servers put off by 40 ms (RFC 1122, section 4.2.3.2).
async fn open(server: (&str, u16)) -> Result<TcpStream, Failure> {
    let trouble = |_: io::Error| Failure::default();
    let stream = TcpStream::connect(server).await.map_err(trouble)?;
    stream.set_nodelay(true).map_err(trouble)?;
    Ok(stream)
}

struct Envelope {
    from: Address,
    to: Address,
}

/// The transaction of one mail. Every reply must be the one that its command may have: a reply that came
/// too early, injected before TLS began, would shift all the others and shows at DATA.
async fn deliver<F>(
    connection: &mut AsyncSmtpConnection,
    envelope: Envelope,
    content: &[u8],
    content_began: &AtomicBool,
    before_data: F,
) -> Sent
where
    F: AsyncFnOnce() -> bool,
{
    let Envelope { from, to } = envelope;
    // What we write is ASCII in lines of at most 998 bytes, so no extension is asked for.
    if let Err(error) = connection.command(MailFrom::new(Some(from), vec![])).await {
        return Failure::from(error).about_sender();
    }
    if let Err(error) = connection.command(Rcpt::new(to, vec![])).await {
        return Failure::from(error).about_recipient();
    }
    if !before_data().await {
        return Sent::Withheld;
    }
    match connection.command(Data).await {
        Ok(reply) if reply.has_code(354) => {}
        Ok(_) => return Sent::Deferred { code: None },
        Err(error) => return Failure::from(error).about_content(),
    }
    content_began.store(true, Ordering::Relaxed);
    // The end of the content brings its own line end.
    let content = content.strip_suffix(b"\r\n").unwrap_or(content);
    match connection.message(content).await {
        Ok(reply) if (200..300).contains(&u16::from(reply.code())) => Sent::Accepted,
        Ok(_) => Sent::Unknown,
        Err(error) => Failure::from(error).after_content(),
    }
}
