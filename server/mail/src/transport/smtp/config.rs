//! Where the mail server is, and what may not be configured: mails or a password without TLS to another
//! machine.

use std::fmt;
use std::net::IpAddr;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use secrecy::SecretString;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte (RFC 8314; usually port 465).
    Implicit,
    /// Plain until STARTTLS (RFC 3207; usually port 587), without which no mail leaves.
    StartTls,
    /// Not at all: only to a mail server on the same machine (a loopback address).
    None,
}

/// Where the mail server is and how to speak to it.
#[derive(Clone)]
pub struct SmtpConfig {
    /// Its name, as its certificate has it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// The name that this server gives itself (EHLO): the domain of the sender's address. Never the
    /// machine's own name, which may tell whose it is and stands in every mail's Received line.
    pub hello_name: String,
    /// Sign in with this name and password. Never without TLS.
    pub credentials: Option<SmtpCredentials>,
    /// More authorities (PEM) besides those that the operating system trusts.
    pub root_certificate_pem: Option<Vec<u8>>,
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("credentials", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}

/// A name and a password.
#[derive(Debug, Clone)]
pub struct SmtpCredentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// Why this way out cannot be used as it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpError {
    /// Without TLS to another machine.
    #[error("without TLS mails may only go to a mail server on this machine (127.0.0.1, ::1)")]
    PlainToElsewhere,
    /// A password without TLS.
    #[error("a password needs TLS")]
    PlainPassword,
    /// The name for EHLO is not a domain.
    #[error("the name that this server gives itself (EHLO) must be a domain")]
    HelloName,
    /// The extra authorities are not PEM certificates.
    #[error("the root certificate is not a PEM certificate")]
    RootCertificate,
    /// TLS to this host cannot be set up: its name is not one, or no authority is known.
    #[error("TLS to the mail server cannot be set up")]
    Tls,
}

impl SmtpConfig {
    /// Refuses what must not be; makes ready what TLS needs.
    pub(super) fn check(&self) -> Result<Option<TlsParameters>, SmtpError> {
        let name_is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if self.hello_name.is_empty() || !self.hello_name.bytes().all(name_is_safe) {
            return Err(SmtpError::HelloName);
        }
        if self.tls != SmtpTls::None {
            return self.tls_parameters().map(Some);
        }
        let host: Result<IpAddr, _> = self.host.parse();
        if !host.is_ok_and(|host| host.is_loopback()) {
            return Err(SmtpError::PlainToElsewhere);
        }
        if self.credentials.is_some() {
            return Err(SmtpError::PlainPassword);
        }
        Ok(None)
    }

    fn tls_parameters(&self) -> Result<TlsParameters, SmtpError> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.root_certificate_pem {
            if !pem.windows(11).any(|window| window == b"-----BEGIN ") {
                return Err(SmtpError::RootCertificate);
            }
            let certificate = Certificate::from_pem(pem).map_err(|_| SmtpError::RootCertificate)?;
            builder = builder.add_root_certificate(certificate);
        }
        builder.build().map_err(|_| SmtpError::Tls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Smtp;

    fn config() -> SmtpConfig {
        SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: 25,
            tls: SmtpTls::None,
            hello_name: "example.test".to_owned(),
            credentials: None,
            root_certificate_pem: None,
        }
    }

    fn password() -> SmtpCredentials {
        SmtpCredentials {
            username: "visits".to_owned(),
            password: "correct horse".into(),
        }
    }

    #[test]
    fn mails_leave_this_machine_with_tls_only() {
        assert!(Smtp::new(config()).is_ok());
        for host in ["mail.example.test", "192.0.2.1", "0.0.0.0", "localhost", ""] {
            let mut config = config();
            config.host = host.to_owned();
            assert_eq!(
                Smtp::new(config).expect_err(host),
                SmtpError::PlainToElsewhere
            );
        }
    }

    #[test]
    fn a_password_is_never_told_without_tls_and_never_printed() {
        let mut config = config();
        config.credentials = Some(password());
        assert_eq!(
            Smtp::new(config.clone()).unwrap_err(),
            SmtpError::PlainPassword
        );
        config.tls = SmtpTls::StartTls;
        let smtp = Smtp::new(config.clone()).unwrap();
        let printed = format!("{config:?} {smtp:?} {:?}", config.credentials);
        assert!(!printed.contains("correct"), "{printed}");
    }

    #[test]
    fn the_name_of_this_server_cannot_carry_a_command() {
        for name in ["", "a\r\nRSET", "a b", "ü.test"] {
            let mut config = config();
            config.hello_name = name.to_owned();
            assert_eq!(Smtp::new(config).expect_err(name), SmtpError::HelloName);
        }
    }

    #[test]
    fn an_authority_that_is_none_is_refused_at_the_start() {
        let mut config = config();
        config.tls = SmtpTls::Implicit;
        config.root_certificate_pem = Some(b"not a certificate".to_vec());
        assert_eq!(Smtp::new(config).unwrap_err(), SmtpError::RootCertificate);
    }
}
