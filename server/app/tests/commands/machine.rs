//! A machine on which the demo runs: a folder with certificates and data, the real binary, and a browser's
//! end of HTTPS.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use care::{Chance, Clock};
use protocol::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use store::{Database, RootKey, Store, Topic, Wake};
use tempfile::TempDir;

/// The folder in which commands run.
pub struct Machine {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

/// A server under way. Killed when dropped.
pub struct Serving {
    child: Child,
    /// `https://localhost:PORT`.
    pub url: String,
    /// Who is invited: name and link.
    pub links: Vec<(String, String)>,
}

impl Machine {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs-dev");
        std::fs::create_dir(&certs).unwrap();
        let certificate = renew_certificate(&certs);
        Self {
            folder,
            certificate,
        }
    }

    /// Puts another certificate in the place of the one before, as a renewal does.
    pub fn renew_certificate(&self) -> CertificateDer<'static> {
        renew_certificate(&self.path("certs-dev"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carecircle"));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end, about the data here.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(arguments).args(["--data", "data"]);
        command.output().unwrap()
    }

    /// Runs a command with the configuration here, and nothing else said.
    pub fn with_config(&self, arguments: &[&str], config: &str) -> Output {
        std::fs::write(self.path("carecircle.toml"), config).unwrap();
        let mut command = self.command();
        command
            .args(arguments)
            .args(["--config", "carecircle.toml"]);
        command.output().unwrap()
    }

    /// The same, which must succeed; what it printed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same, which must fail; what it said.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Starts the demo, everything that it logs going into the file `log`.
    pub fn serve(&self) -> Serving {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .unwrap();
        let mut child = self
            .command()
            .args(["demo", "--listen", "127.0.0.1:0", "--log", "trace"])
            .args(["--data", "data"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut invited, mut name) = (Vec::new(), String::new());
        let mut url = String::new();
        for line in &mut lines {
            let line = line.unwrap();
            let line = line.trim();
            if line.starts_with("https://") && line.contains("/#/link/") {
                invited.push((name.clone(), line.to_owned()));
            } else if let Some((before, _)) = line.split_once(" (") {
                before.clone_into(&mut name);
            }
            if let Some((_, mails)) = line.split_once("Mails that it sends: ") {
                mails.trim_end_matches("/demo/mails").clone_into(&mut url);
            }
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        if url.is_empty() {
            let log = std::fs::read_to_string(self.path("log")).unwrap();
            let last: Vec<&str> = log.lines().rev().take(5).collect();
            panic!("the demo did not come up: {last:#?}");
        }
        Serving {
            child,
            url,
            links: invited,
        }
    }

    /// What a browser of this machine trusts.
    pub fn tls(&self) -> rustls::ClientConfig {
        trusting(&self.certificate)
    }

    /// The store itself, while no server runs.
    pub async fn store(&self) -> Store {
        let root_key = std::fs::read(self.path("data-root-key")).unwrap();
        let zones = care::civil::Zones::bundled();
        Store::open(store::Settings {
            database: Database::Sqlite {
                directory: self.data(),
            },
            root_key: RootKey::from_bytes(root_key.try_into().unwrap()),
            clock: Arc::new(Now),
            chance: Arc::new(Random),
            wake: Arc::new(Nobody),
            zone: zones.find("America/Chicago").unwrap(),
            zones,
            server_name: "localhost".to_owned(),
            demo: true,
        })
        .await
        .unwrap()
    }
}

impl Serving {
    /// The link of whoever has that name.
    pub fn link(&self, name: &str) -> &str {
        let found = self.links.iter().find(|(invited, _)| invited == name);
        &found.unwrap().1
    }

    /// The lines of the operating system's table of what this process may use (proc(5), `/proc/PID/limits`).
    #[cfg(target_os = "linux")]
    pub fn limits(&self) -> Vec<String> {
        let table = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id()));
        table.unwrap().lines().map(ToOwned::to_owned).collect()
    }

    /// Tells it to stop as a supervisor would, and waits until it has.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").arg(id).status().unwrap();
        assert!(told.success());
        assert!(self.child.wait().unwrap().success(), "it stopped in order");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that has ended cannot be killed, which is as well.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn renew_certificate(certs: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(certs.join("localhost.crt"), certificate.pem()).unwrap();
    std::fs::write(certs.join("localhost.key"), key.serialize_pem()).unwrap();
    certificate.der().clone()
}

/// Trusts that certificate and no other.
pub fn trusting(certificate: &CertificateDer<'static>) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Every byte of every file below a directory.
pub fn everything_below(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(everything_below(&path));
        } else if path.is_file() {
            let content = std::fs::read(&path).unwrap();
            files.push((path, content));
        }
    }
    files
}

/// The operating system's time: the server beside uses it too.
pub struct Now;
impl Clock for Now {
    #[expect(
        clippy::disallowed_methods,
        reason = "a real server runs beside, by the real clock"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_micros(i64::try_from(since.unwrap().as_micros()).unwrap())
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

struct Random;
impl Chance for Random {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

struct Nobody;
impl Wake for Nobody {
    fn wake(&self, _: Topic) {}
}
