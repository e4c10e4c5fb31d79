//! A person in a terminal: the real `carecircle-device` program against the real server, over TLS.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};
use testkit::{Engine, FakeClock, Options, TestServer};

const TITLE: &str = "Maria and Dana";

/// Where the programs' files are, and whom they trust.
struct Terminal {
    directory: PathBuf,
    ca: PathBuf,
    url: String,
}

/// A program that is not left behind by a test that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Running {
    /// The next line of its standard output.
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let out = self.0.stdout.as_mut().context("it is read")?;
        // One byte at a time would do as well: what follows the line is read by nobody else.
        BufReader::with_capacity(1, out).read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn types(&mut self, text: &str) -> Result<()> {
        let input = self.0.stdin.as_mut().context("it listens")?;
        Ok(writeln!(input, "{text}")?)
    }

    fn succeeds(&mut self) -> Result<bool> {
        Ok(self.0.wait()?.success())
    }
}

impl Terminal {
    fn command(&self, device: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carecircle-device"));
        command
            .args(words)
            .arg("--data")
            .arg(self.directory.join(device))
            .arg("--ca")
            .arg(&self.ca)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    fn start(&self, device: &str, words: &[&str]) -> Result<Running> {
        Ok(Running(self.command(device, words).spawn()?))
    }

    fn run(&self, device: &str, words: &[&str]) -> Result<Output> {
        Ok(self
            .command(device, words)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .output()?)
    }

    /// Runs a command that must be done; what it printed.
    fn does(&self, device: &str, words: &[&str]) -> Result<String> {
        let output = self.run(device, words)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{device} {}: {said}", words[0]);
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs a command that must be refused; why.
    fn is_refused(&self, device: &str, words: &[&str]) -> Result<String> {
        let output = self.run(device, words)?;
        ensure!(output.status.code() == Some(1), "{device} {}", words[0]);
        Ok(String::from_utf8(output.stderr)?)
    }

    /// A new device answers the link that another shows; `digits` decides what is typed there.
    fn add(&self, first: &str, new: &str, digits: impl Fn(&str) -> String) -> Result<bool> {
        let mut shows = self.start(first, &["add-device"])?;
        let link = shows.line()?;
        let mut opens = self.start(new, &["enrol", "--link", &link])?;
        let told = opens.line()?;
        let six = told.rsplit(' ').next().context("the digits come last")?;
        shows.types(&digits(six))?;
        let added = shows.succeeds()?;
        if added {
            ensure!(opens.succeeds()?, "the new device is not enrolled");
        }
        Ok(added)
    }
}

async fn server() -> Result<(TestServer, Terminal)> {
    let mut options = Options::new(Engine::Sqlite);
    // The program reads the machine's clock.
    options.clock = FakeClock::at(carecircle_headless::system_clock()());
    let server = TestServer::start_with(options).await?;
    let directory = server.directory().to_owned();
    let ca = directory.join("ca.crt");
    std::fs::write(&ca, server.ca_pem())?;
    let url = server.url();
    Ok((server, Terminal { directory, ca, url }))
}

fn id_of(devices: &str, place: usize) -> Result<String> {
    let devices: serde_json::Value = serde_json::from_str(devices)?;
    let id = devices["devices"][place]["device"].as_str();
    Ok(id.context("so many devices")?.to_owned())
}

fn reads(terminal: &Terminal, device: &str, text: &str) -> Result<()> {
    let read = terminal.does(device, &["read", "--circle", TITLE, "--json"])?;
    ensure!(
        read.contains(text),
        "{device} does not read {text:?}: {read}"
    );
    Ok(())
}

fn walk(terminal: &Terminal, maria: &str, dana: &str) -> Result<()> {
    terminal.does("dana", &["enrol", "--link", dana])?;
    terminal.does("maria", &["enrol", "--link", maria])?;
    let _watching = terminal.start("dana", &["watch"])?;
    terminal.does(
        "maria",
        &["send", "--circle", TITLE, "written on the phone"],
    )?;
    let members = terminal.does("maria", &["members", "--circle", TITLE])?;
    ensure!(members.contains("Dana Placeholder"), "{members}");

    let wrong = |digits: &str| if digits == "000000" { "1" } else { "000000" }.to_owned();
    ensure!(
        !terminal.add("maria", "somebody's", wrong)?,
        "wrong digits turn it away"
    );
    ensure!(terminal.add("maria", "tablet", str::to_owned)?);
    reads(terminal, "tablet", "written on the phone")?;

    let code = terminal.does("maria", &["recovery-code"])?;
    let mut recovers = terminal.start("laptop", &["recover", "--server", &terminal.url])?;
    recovers.types(code.trim())?;
    ensure!(recovers.succeeds()?, "the code opens nothing");
    reads(terminal, "laptop", "written on the phone")?;

    let devices = terminal.does("maria", &["devices", "--json"])?;
    let tablet = id_of(&devices, 1)?;
    terminal.does("laptop", &["revoke", "--device", &tablet])?;
    let refused = terminal.is_refused("tablet", &["circles"])?;
    ensure!(refused.contains("session has ended"), "{refused}");
    terminal.does("laptop", &["stolen", "--device", &id_of(&devices, 0)?])?;
    terminal.is_refused("maria", &["circles"])?;
    terminal.does(
        "laptop",
        &["send", "--circle", TITLE, "written on the laptop"],
    )?;
    let refused = terminal.is_refused("empty", &["circles"])?;
    ensure!(refused.contains("no device here yet"), "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_in_a_terminal_keeps_devices_and_keys() -> Result<()> {
    let (server, terminal) = server().await?;
    let maria = server.link(server.agency().maria).await?;
    let dana = server.link(server.agency().dana).await?;
    let walked = tokio::task::spawn_blocking(move || walk(&terminal, &maria, &dana)).await?;
    // Not before: it is what the programs speak to.
    drop(server);
    walked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_let_a_person_begin_anew_and_take_a_caregiver_out() -> Result<()> {
    let (server, terminal) = server().await?;
    let maria = server.link(server.agency().maria).await?;
    let dana = server.link(server.agency().dana).await?;
    let walked = tokio::task::spawn_blocking(move || -> Result<()> {
        terminal.does("dana", &["enrol", "--link", &dana])?;
        terminal.does("maria", &["enrol", "--link", &maria])?;
        let watching = terminal.start("dana", &["watch"])?;
        terminal.does("maria", &["send", "--circle", TITLE, "before the river"])?;
        drop(watching);
        let none = terminal.is_refused("dana", &["withdraw", "--caregiver", "Ana Sample"])?;
        ensure!(none.contains("no consent"), "{none}");
        let link = terminal.does("dana", &["new-keys", "--person", "Maria Sample"])?;
        terminal.does("new phone", &["enrol", "--link", link.trim()])?;
        let trust = ["trust", "--member", "Maria Sample", "--circle", TITLE];
        terminal.does("dana", &trust)?;
        reads(&terminal, "new phone", "before the river")
    })
    .await?;
    drop(server);
    walked
}

/// What a command said beside its rows.
fn remark(terminal: &Terminal, device: &str, words: &[&str]) -> Result<String> {
    let output = terminal.run(device, words)?;
    ensure!(output.status.success(), "{device} {}", words[0]);
    Ok(String::from_utf8(output.stderr)?)
}

fn switch(terminal: &Terminal) -> Result<()> {
    let with =
        |verb: &'static str, more: &[&'static str]| [&[verb, "--circle", TITLE][..], more].concat();
    let keeps_history = |device: &str, more: &[&'static str]| -> Result<bool> {
        let said = terminal.does(device, &with("history", &[more, &["--json"]].concat()))?;
        let circle: serde_json::Value = serde_json::from_str(&said)?;
        circle["keeps_history"].as_bool().context("it says so")
    };
    terminal.does("maria", &with("send", &["kept for later"]))?;
    ensure!(keeps_history("maria", &[])?);
    ensure!(!keeps_history("maria", &["--keep", "off"])?);
    ensure!(!keeps_history("maria", &["--keep", "off"])?, "said twice");
    terminal.does("maria", &with("send", &["for whoever is here"]))?;
    let list = terminal.does("maria", &["circles"])?;
    ensure!(list.contains("keeps no history"), "{list}");
    let beside = remark(terminal, "maria", &with("members", &[]))?;
    ensure!(beside.contains("keeps no history"), "{beside}");

    ensure!(terminal.add("maria", "tablet", str::to_owned)?);
    let read = terminal.does("tablet", &with("read", &[]))?;
    ensure!(read.contains("kept for later"), "{read}");
    ensure!(!read.contains("for whoever is here"), "{read}");
    let beside = remark(terminal, "tablet", &with("read", &[]))?;
    ensure!(beside.contains("a new device starts empty"), "{beside}");

    ensure!(keeps_history("tablet", &["--keep", "on"])?);
    for (device, how) in [("maria", "off"), ("tablet", "on")] {
        let read = terminal.does(device, &with("read", &[]))?;
        let note = format!("Maria Sample switched history {how}");
        ensure!(read.contains(&note), "{device}: {read}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_switches_history_and_sees_how_it_stands() -> Result<()> {
    let (server, terminal) = server().await?;
    let maria = server.link(server.agency().maria).await?;
    let dana = server.link(server.agency().dana).await?;
    let walked = tokio::task::spawn_blocking(move || -> Result<()> {
        terminal.does("dana", &["enrol", "--link", &dana])?;
        terminal.does("maria", &["enrol", "--link", &maria])?;
        let _watching = terminal.start("dana", &["watch"])?;
        switch(&terminal)
    })
    .await?;
    drop(server);
    walked
}

#[test]
fn every_command_says_what_it_does() {
    let help = Command::new(env!("CARGO_BIN_EXE_carecircle-device"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for verb in [
        "enrol",
        "recover",
        "devices",
        "add-device",
        "revoke",
        "stolen",
        "recovery-code",
        "circles",
        "members",
        "withdraw",
        "leave",
        "new-keys",
        "trust",
        "history",
        "reset",
        "rejoin",
        "read",
        "send",
        "watch",
    ] {
        assert!(help.contains(&format!("  {verb} ")), "{verb}");
    }
}
