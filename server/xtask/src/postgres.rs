//! A PostgreSQL cluster that lives as long as the chore that asked for it.
//!
//! A small shell script is the cluster's keeper: it starts the server in a folder of its own (under
//! the temporary directory, or in memory for tests) and then waits for the end of its standard input,
//! which this process holds.
//! However the chore ends (success, failure, panic, Ctrl-C, `kill -9`), the pipe closes, the keeper
//! stops the server and removes the folder. It listens on a free port of 127.0.0.1 and on a socket in
//! its folder; anybody on this machine may connect, which is fine for invented people only.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::machine::{self, find, is_root, output, succeeds};

/// Whether a COMMIT reaches the disk.
#[derive(Clone, Copy)]
pub enum Durability {
    /// As an agency runs it: what benches measure.
    Full,
    /// As fast as it goes: what tests need.
    None,
}

/// A running cluster. Dropping it stops the server and removes its files.
pub struct Cluster {
    keeper: Child,
    port: u16,
}

/// `$1` binaries, `$2` folder, then the server's options.
const KEEPER: &str = r#"
binaries=$1 folder=$2; shift 2
"$binaries/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
  >"$folder/log" 2>&1 &&
"$binaries/postgres" -D "$folder/data" -k "$folder" "$@" >>"$folder/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null && wait "$server"
rm -rf "$folder"
"#;

impl Cluster {
    /// Finds (or installs) PostgreSQL, makes a cluster and waits until it answers.
    pub fn start(durability: Durability) -> Result<Self> {
        if binaries().is_none() {
            machine::install(&["postgresql"], "what must hold on PostgreSQL")?;
        }
        let binaries = binaries().context("PostgreSQL is installed, but not its `initdb`")?;
        let mut folder = tempfile::Builder::new();
        folder.prefix("carecircle-pg-");
        let folder = match (durability, machine::memory()) {
            (Durability::None, Some(memory)) => folder.tempdir_in(memory)?,
            _ => folder.tempdir()?,
        };
        let folder = folder.keep();
        let port = free_port()?;
        let mut cluster = Self {
            keeper: keeper(&binaries, &folder, port, durability)?,
            port,
        };
        let mut ask = Command::new(binaries.join("pg_isready"));
        ask.arg("-q")
            .arg("-h")
            .arg(&folder)
            .arg("-p")
            .arg(port.to_string());
        let ready = machine::wait_until(Duration::from_mins(1), || {
            // The keeper ends only when told to; the server's own failure shows in its log.
            Ok(succeeds(&mut ask) || cluster.keeper.try_wait()?.is_some())
        })?;
        if !ready || !succeeds(&mut ask) {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("PostgreSQL did not start:\n{log}");
        }
        println!(
            "  PostgreSQL from {} on 127.0.0.1:{port}",
            binaries.display()
        );
        Ok(cluster)
    }

    /// Where tests and benches connect; they make databases of their own in it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            eprintln!("xtask: the PostgreSQL keeper could not be waited for: {error}");
        }
    }
}

fn keeper(binaries: &Path, folder: &Path, port: u16, durability: Durability) -> Result<Child> {
    let mut command = shell(folder)?;
    command
        .args(["-c", KEEPER, "keeper"])
        .arg(binaries)
        .arg(folder);
    command.args([
        "-h",
        "127.0.0.1",
        "-p",
        &port.to_string(),
        "-c",
        "max_connections=400",
    ]);
    if let Durability::None = durability {
        command.args(["-c", "fsync=off", "-c", "synchronous_commit=off"]);
        command.args(["-c", "full_page_writes=off"]);
        // A test that searches the write-ahead log of the last seconds finds it though a checkpoint came between.
        command.args(["-c", "wal_keep_size=256MB"]);
    }
    // A group of its own, so that Ctrl-C reaches the chore only, and the folder as working directory,
    // because the user may not be allowed to see ours.
    command
        .process_group(0)
        .current_dir(folder)
        .stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().context("cannot start PostgreSQL's keeper")
}

/// A shell as a user whom PostgreSQL accepts: it refuses to run as root.
fn shell(folder: &Path) -> Result<Command> {
    if !is_root() {
        return Ok(Command::new("sh"));
    }
    let user = ["postgres", "nobody"]
        .into_iter()
        .find(|user| succeeds(Command::new("id").args(["-u", user])))
        .context("PostgreSQL refuses to run as root, and there is no user to run it as")?;
    let group = output(Command::new("id").args(["-gn", user]))?;
    let group = group.trim();
    output(
        Command::new("chown")
            .arg(format!("{user}:{group}"))
            .arg(folder),
    )?;
    let mut shell = Command::new("setpriv");
    shell.args(["--reuid", user, "--regid", group, "--init-groups", "sh"]);
    Ok(shell)
}

/// The newest installed server: Debian's folders, else `PATH`.
fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .ok()
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .map(|(version, path): (u32, PathBuf)| (version, path.join("bin")))
        .filter(|(_, bin)| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, bin)| bin);
    newest.or_else(|| Some(find("initdb")?.parent()?.to_path_buf()))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
