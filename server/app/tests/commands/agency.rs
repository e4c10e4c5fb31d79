//! `carecircle serve`, from its configuration to its end.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use crate::machine::{Machine, everything_below, trusting};

/// A configuration that serves, on whichever port is free.
const CONFIG: &str = "url = \"https://localhost\"\nlisten = \"127.0.0.1:0\"\ndata = \"agency\"\n\
    root_key = \"agency-root-key\"\nzone = \"America/Chicago\"\n\
    [tls]\ncertificate = \"certs-dev/localhost.crt\"\nkey = \"certs-dev/localhost.key\"\n";

/// A server under way, and what it says. Killed when dropped.
struct Agency {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    port: u16,
}

impl Agency {
    fn serve(machine: &Machine) -> Self {
        std::fs::write(machine.path("carecircle.toml"), CONFIG).unwrap();
        let root_key = machine.path("agency-root-key");
        std::fs::write(&root_key, [7; 32]).unwrap();
        std::fs::set_permissions(&root_key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut command = machine.command();
        command.args(["serve", "--config", "carecircle.toml"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut agency = Self {
            child,
            log,
            port: 0,
        };
        let listening = agency.says("listening");
        let address: SocketAddr = listening["address"].as_str().unwrap().parse().unwrap();
        agency.port = address.port();
        agency
    }

    /// Waits until it says that; what it says with it.
    fn says(&mut self, event: &str) -> Value {
        for line in &mut self.log {
            let line = line.unwrap();
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if said["fields"]["event"] == event {
                return said["fields"].clone();
            }
        }
        panic!("it ended and never said {event}");
    }

    fn tell(&self, signal: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args([signal, &id]).status();
        assert!(told.unwrap().success());
    }

    /// Whether a browser that trusts so sees its pages.
    async fn is_seen_by(&self, tls: rustls::ClientConfig) -> bool {
        let client = reqwest::Client::builder()
            .use_preconfigured_tls(tls)
            .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)));
        let url = format!("https://localhost:{}/healthz", self.port);
        let seen = client.build().unwrap().get(url).send().await;
        seen.is_ok_and(|answer| answer.status().is_success())
    }

    /// Stops it as systemd does.
    fn stop(mut self) {
        self.tell("-TERM");
        assert!(self.child.wait().unwrap().success(), "it stopped in order");
    }
}

impl Drop for Agency {
    fn drop(&mut self) {
        // One that has ended cannot be killed, which is as well.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

#[tokio::test]
async fn a_certificate_that_is_renewed_on_disk_is_shown_without_a_new_start() {
    let machine = Machine::new();
    let mut agency = Agency::serve(&machine);
    assert!(agency.is_seen_by(machine.tls()).await);
    let renewed = machine.renew_certificate();
    assert!(!agency.is_seen_by(trusting(&renewed)).await);
    agency.tell("-HUP");
    agency.says("certificate_renewed");
    assert!(agency.is_seen_by(trusting(&renewed)).await);
    // One that cannot be used is not shown.
    std::fs::write(machine.path("certs-dev/localhost.key"), "no key").unwrap();
    agency.tell("-HUP");
    let said = agency.says("certificate_not_renewed");
    assert!(said["error"].as_str().unwrap().contains("localhost.key"));
    assert!(agency.is_seen_by(trusting(&renewed)).await);
    agency.stop();
}

#[test]
fn what_would_not_start_is_told_before_it_is_served() {
    let machine = Machine::new();
    for (line, says) in [
        ("log = \"carecircle=loud\"", "log: not a level"),
        ("trusted_networks = [\"office\"]", "trusted_networks: "),
        ("lisen = \"127.0.0.1:1\"", "unknown field `lisen`"),
    ] {
        let output = machine.with_config(&["check-config"], &format!("{line}\n{CONFIG}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_copy_of_a_stopped_servers_directory_is_a_backup() {
    let machine = Machine::new();
    Agency::serve(&machine).stop();
    let done = |command: &str| {
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = machine.with_config(&arguments, CONFIG);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        String::from_utf8(output.stdout).unwrap()
    };
    let invited = done("admin invite-administrator --agency Riverbend --name Kim");
    assert!(
        invited.starts_with("https://localhost/#/link/"),
        "{invited}"
    );
    let data = machine.path("agency");
    let backup = everything_below(&data);
    done("keys rotate");
    assert_eq!(done("keys list").lines().count(), 2);
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    for (path, content) in backup {
        std::fs::write(path, content).unwrap();
    }
    assert_eq!(done("keys list").lines().count(), 1);
    assert!(done("audit verify").contains("The audit log holds"));
    Agency::serve(&machine).stop();
}
