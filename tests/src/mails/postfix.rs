//! A real mail server: Postfix with a configuration and a queue of its own, on a free loopback port, which
//! passes on what it took to the scripted server, its next hop, and hands what comes back to our intake.
//!
//! Postfix starts as root only, so these tests run as root or where `sudo` asks nothing.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use care::email::EmailAddress;
use mail::{Mail, Sent, SmtpConfig, SmtpTls};
use tempfile::TempDir;

use super::scripted::Scripted;
use super::tls::Certificate;
use super::{RECIPIENT, plain, smtp, some_mail};

/// A running Postfix that knows the mailboxes of its routes, and talks through STARTTLS only.
pub(super) struct Postfix {
    folder: TempDir,
    port: u16,
}

/// Which mails it takes, and where they go.
#[derive(Clone, Copy)]
pub(super) struct Routes {
    /// Mailboxes that it knows, beside those of our own domain.
    pub(super) mailboxes: &'static [&'static str],
    /// The port of the server to which their mails go on.
    pub(super) next_hop: u16,
    /// The port of our intake, to which go the mails for `appointments@example.net`, with whichever token.
    pub(super) intake: Option<u16>,
}

impl Routes {
    /// [`RECIPIENT`]'s mails go on to that port.
    pub(super) fn to(next_hop: u16) -> Self {
        Self {
            mailboxes: &[RECIPIENT],
            next_hop,
            intake: None,
        }
    }

    /// What it knows, one a line.
    fn known(&self) -> String {
        let own = self.intake.map(|_| OWN).into_iter();
        let known = self.mailboxes.iter().copied().chain(own);
        let lines: Vec<_> = known.map(|mailbox| format!("{mailbox} known")).collect();
        lines.join("\n") + "\n"
    }

    /// The domains of those, and for ours the way to the intake.
    fn domains(&self) -> String {
        let domain = |mailbox: &&str| mailbox.rsplit('@').next().unwrap().to_owned();
        let own = self.intake.map(|_| OWN).into_iter();
        let all = self.mailboxes.iter().copied().chain(own);
        all.map(|mailbox| domain(&mailbox))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn transports(&self) -> String {
        let to = |port| format!("example.net lmtp:inet:[127.0.0.1]:{port}\n");
        self.intake.map(to).unwrap_or_default()
    }
}

/// Our own address.
const OWN: &str = "appointments@example.net";

impl Postfix {
    pub(super) fn start(certificate: &Certificate, routes: Routes) -> Self {
        assert!(
            Path::new("/usr/sbin/postfix").exists(),
            "Postfix is missing (Debian: apt-get install postfix)"
        );
        // Somebody else may take the free port between our look and its start.
        (0..3)
            .find_map(|_| Self::try_start(certificate, routes))
            .expect("Postfix starts")
    }

    fn try_start(certificate: &Certificate, routes: Routes) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let folder = tempfile::Builder::new()
            .prefix("postfix")
            .tempdir()
            .unwrap();
        // Its own user walks through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let postfix = Self { folder, port };
        for name in ["config", "queue", "data"] {
            fs::create_dir(postfix.path(name)).unwrap();
        }
        let config = postfix.path("config");
        fs::write(config.join("mailboxes"), routes.known()).unwrap();
        fs::write(config.join("transports"), routes.transports()).unwrap();
        fs::write(config.join("main.cf"), postfix.main(certificate, routes)).unwrap();
        fs::write(config.join("master.cf"), postfix.master()).unwrap();
        let data = postfix.path("data");
        assert!(as_root(Command::new("chown").arg("postfix").arg(&data)));
        // It answers when it listens.
        postfix.control("start").then_some(postfix)
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn main(&self, certificate: &Certificate, routes: Routes) -> String {
        let folder = self.folder.path().display();
        let (domains, next_hop) = (routes.domains(), routes.next_hop);
        format!(
            "compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.mailbox.example
mydestination =
alias_maps =
alias_database =
relay_domains = {domains}
relay_recipient_maps = texthash:{folder}/config/mailboxes
recipient_delimiter = +
transport_maps = texthash:{folder}/config/transports
relay_transport = smtp:[127.0.0.1]:{next_hop}
default_transport = error:nothing leaves this machine
smtp_dns_support_level = disabled
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {}
smtpd_tls_key_file = {}
",
            certificate.file("certificate.pem"),
            certificate.file("key.pem"),
        )
    }

    /// The programs it consists of: name, kind, private, unprivileged, chroot, wake-up, processes.
    fn master(&self) -> String {
        let port = self.port;
        format!(
            "127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n - 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
error unix - - n - - error
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
postlog unix-dgram n - n - 1 postlogd
"
        )
    }

    fn control(&self, word: &str) -> bool {
        as_root(
            Command::new("/usr/sbin/postfix")
                .arg("-c")
                .arg(self.path("config"))
                .arg(word),
        )
    }

    /// What it says about itself, for who reads a failed test.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.control("stop");
        as_root(Command::new("rm").arg("-rf").arg(self.folder.path()));
    }
}

/// Runs it, with `sudo` where we are not root.
fn as_root(command: &Command) -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut run = if is_root {
        Command::new(command.get_program())
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("-n").arg(command.get_program());
        sudo
    };
    run.args(command.get_args())
        .output()
        .is_ok_and(|output| output.status.success())
}

fn addressed(to: &str) -> Mail {
    let mut mail = some_mail(0);
    mail.to = EmailAddress::parse(to).unwrap();
    mail
}

#[tokio::test]
async fn a_real_mail_server_passes_on_what_was_written_and_says_whom_it_does_not_know() {
    let mut next_hop = Scripted::start("ok", &[]).await;
    let certificate = Certificate::make("localhost");
    let postfix = Postfix::start(&certificate, Routes::to(next_hop.port()));
    let transport = smtp(SmtpConfig {
        host: "localhost".to_owned(),
        tls: SmtpTls::StartTls,
        root_certificate_pem: Some(certificate.authority()),
        ..plain(postfix.port)
    });
    for (to, expected) in [
        (RECIPIENT, Sent::Accepted),
        ("nobody@mailbox.example", refused(550, true)),
        ("somebody@elsewhere.example", refused(554, false)),
        (RECIPIENT, Sent::Accepted),
    ] {
        let sent = transport.send(&addressed(to), async || true).await;
        assert_eq!(sent, expected, "{to}: {}", postfix.log());
    }
    next_hop.hear("content").await;
    next_hop.hear("content").await;
    let ours = String::from_utf8(some_mail(0).bytes).unwrap();
    for arrived in next_hop.taken() {
        let arrived = String::from_utf8(arrived).unwrap();
        // Its own line stands before ours, which it leaves as they are.
        let received = arrived.strip_suffix(&ours).expect(&arrived);
        assert!(received.contains("from post.example"), "{received}");
    }
}

fn refused(code: u16, address: bool) -> Sent {
    Sent::Rejected { code, address }
}
