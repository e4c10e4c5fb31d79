//! Mails and passwords leave through TLS to the right server, or not at all.

use mail::{Sent, Smtp, SmtpConfig, SmtpCredentials, SmtpTls, Transport};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use super::scripted::Scripted;
use super::{plain, smtp, some_mail};

/// A certificate of a mail server, in files, and the authority that signed it.
pub(super) struct Certificate {
    folder: TempDir,
    authority: String,
}

impl Certificate {
    /// For a server of this name.
    pub(super) fn make(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new([name.to_owned()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), leaf.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self {
            folder,
            authority: issuer.pem(),
        }
    }

    pub(super) fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(super) fn authority(&self) -> Vec<u8> {
        self.authority.clone().into_bytes()
    }
}

async fn start(certificate: &Certificate, mode: &str, tls: &str, door: &[&str]) -> Scripted {
    let (certificate, key) = (
        certificate.file("certificate.pem"),
        certificate.file("key.pem"),
    );
    let mut options = vec!["--tls", tls, "--certificate", &certificate, "--key", &key];
    options.extend(door);
    Scripted::start(mode, &options).await
}

fn config(server: &Scripted, tls: SmtpTls, certificate: &Certificate) -> SmtpConfig {
    SmtpConfig {
        host: "localhost".to_owned(),
        tls,
        root_certificate_pem: Some(certificate.authority()),
        ..plain(server.port())
    }
}

async fn send(config: SmtpConfig) -> Sent {
    smtp(config).send(&some_mail(0), async || true).await
}

#[tokio::test]
async fn mails_leave_through_tls_from_the_first_byte_or_by_starttls() {
    let certificate = Certificate::make("localhost");
    for (name, tls) in [
        ("implicit", SmtpTls::Implicit),
        ("starttls", SmtpTls::StartTls),
    ] {
        let server = start(&certificate, "ok", name, &[]).await;
        let transport = smtp(config(&server, tls, &certificate));
        for _ in 0..2 {
            let sent = transport.send(&some_mail(0), async || true).await;
            assert_eq!(sent, Sent::Accepted, "{name}");
        }
        assert!(server.taken() == [some_mail(0).bytes, some_mail(0).bytes]);
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_mail() {
    let certificate = Certificate::make("localhost");
    let mut server = Scripted::start("ok", &[]).await;
    let sent = send(config(&server, SmtpTls::StartTls, &certificate)).await;
    assert_eq!(sent, Sent::Deferred { code: None });
    server.hear("connected").await;
    assert_eq!(server.count("mail"), 0);
}

#[tokio::test]
async fn a_server_of_another_name_or_authority_gets_no_mail() {
    let stranger = Certificate::make("localhost");
    let other_name = Certificate::make("mail.other.example");
    for (served, trusted) in [(&stranger, &other_name), (&other_name, &other_name)] {
        for (name, tls) in [
            ("implicit", SmtpTls::Implicit),
            ("starttls", SmtpTls::StartTls),
        ] {
            let mut server = start(served, "ok", name, &[]).await;
            let sent = send(config(&server, tls, trusted)).await;
            assert_eq!(sent, Sent::Deferred { code: None }, "{name}");
            assert_eq!(server.count("mail"), 0, "{name}");
        }
    }
}

#[tokio::test]
async fn a_reply_that_was_smuggled_in_before_tls_never_counts_as_an_answer() {
    let certificate = Certificate::make("localhost");
    let server = start(&certificate, "inject", "starttls", &[]).await;
    let sent = send(config(&server, SmtpTls::StartTls, &certificate)).await;
    assert_eq!(sent, Sent::Deferred { code: None });
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn the_right_password_opens_the_door_and_a_wrong_one_is_not_the_recipients_fault() {
    let certificate = Certificate::make("localhost");
    let door = ["--user", "visits", "--password", "correct horse"];
    let mut server = start(&certificate, "ok", "starttls", &door).await;
    for (password, expected) in [
        ("correct horse", Sent::Accepted),
        ("battery staple", Sent::Deferred { code: Some(535) }),
    ] {
        let mut config = config(&server, SmtpTls::StartTls, &certificate);
        config.credentials = Some(SmtpCredentials {
            username: "visits".to_owned(),
            password: password.into(),
        });
        let transport = Transport::Smtp(Smtp::new(config).unwrap());
        let sent = transport.send(&some_mail(0), async || true).await;
        assert_eq!(sent, expected);
    }
    assert_eq!(server.count("mail"), 1);
}
