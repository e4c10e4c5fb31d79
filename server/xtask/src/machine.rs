//! The machine a chore runs on: its processes, its programs, its packages, and the lines people read.
//!
//! Every command is printed before it starts, so that a chore can be followed and repeated by hand.
//! Missing programs are installed by `apt-get` when that can work without asking (root on a
//! Debian-like machine, as in CI); otherwise the chore ends with a sentence that says what to install.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

/// The top of the clone that this chore was built in.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("server/xtask has two ancestors")
        .to_path_buf()
}

/// Cargo's target directory.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(path) => root().join(path),
        None => root().join("target"),
    }
}

/// The web client's folder.
pub fn web_client() -> PathBuf {
    root().join("web-client")
}

/// The cargo that started this chore.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    cargo.current_dir(root());
    cargo
}

/// The same cargo with clippy in the place of rustc: what it compiles of ours it also lints, and a warning
/// is an error.
///
/// Clippy is rustc with more opinions. `cargo clippy` would read every dependency once more, only to throw
/// away what it made of them. Of our own code it leaves out what rustc optimises before LLVM does, so
/// it is for what is tested, not for what is shipped.
pub fn strict_cargo() -> Command {
    let mut cargo = cargo();
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    // How `cargo clippy` hands over what follows its `--`.
    cargo.env(
        "CLIPPY_ARGS",
        "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
    );
    cargo
}

/// Builds the programs of the house and all tests, linted, and says which folder they are in.
///
/// Cargo compiles a dependency anew for every set of features that is asked of it, and asks by package:
/// so everybody builds the whole workspace with its tests, as the suite does, and it is compiled once.
pub fn programs() -> Result<PathBuf> {
    run(strict_cargo().args([
        "build",
        "--workspace",
        "--all-features",
        "--bins",
        "--tests",
    ]))?;
    Ok(target().join("debug"))
}

/// Where files are kept in memory, if there is room for those of a run.
///
/// Each test on PostgreSQL has a database of its own, of some 700 files that last for a second. On ext4
/// that is most of a run's time: a file that was just removed keeps its number for five seconds, and each
/// new file steps over all of those.
pub fn memory() -> Option<&'static Path> {
    const MEMORY: &str = "/dev/shm";
    const ROOM_MIB: u64 = 4_096;
    let mut ask = Command::new("df");
    ask.args(["--output=avail", "--block-size=1M", MEMORY]);
    let free: u64 = output(&mut ask).ok()?.lines().last()?.trim().parse().ok()?;
    (free >= ROOM_MIB).then_some(Path::new(MEMORY))
}

/// What is started by this keeps its temporary files there.
pub fn in_memory(command: &mut Command) {
    if let Some(memory) = memory() {
        command.env("TMPDIR", memory);
    }
}

/// `npm` in the web client's folder.
pub fn npm() -> Result<Command> {
    if find("npm").is_none() {
        bail!(
            "npm is missing: install Node.js 20.19 or newer (https://nodejs.org), then try again"
        );
    }
    let mut npm = Command::new("npm");
    npm.current_dir(web_client());
    Ok(npm)
}

/// Runs a command to its end, its output going where ours goes.
pub fn run(command: &mut Command) -> Result<()> {
    println!("  $ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// The same, and hands back the last line of its standard output.
pub fn run_to_last_line(command: &mut Command) -> Result<String> {
    println!("  $ {}", shown(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    let mut last = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            last = line?;
            println!("{last}");
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(last)
}

/// What was not done in full and is no failure either.
static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says so now, and keeps it for the end.
pub fn warn(what: String) {
    println!("  WARNING: {what}");
    let mut warnings = WARNINGS.lock().unwrap_or_else(PoisonError::into_inner);
    warnings.push(what);
}

/// All that was warned of.
pub fn warnings() -> Vec<String> {
    let warnings = WARNINGS.lock().unwrap_or_else(PoisonError::into_inner);
    warnings.clone()
}

/// Runs a command quietly and hands back its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed ({})\n{}",
            shown(command),
            output.status,
            said.trim_end()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be started and succeeds; silent.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn shown(command: &Command) -> String {
    let mut words = vec![Path::new(command.get_program()).display().to_string()];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// Where a program is, by `PATH`.
pub fn find(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    let program = program.as_ref();
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Whether this chore runs as root, so that packages can be installed and users changed.
pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs Debian packages, or says which ones are needed and for what.
pub fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let list = packages.join(" ");
    if find("apt-get").is_none() || !is_root() {
        bail!("{purpose} needs what Debian calls `{list}`: install it (apt-get install {list})");
    }
    println!("  {purpose} needs {list}: installing");
    let mut apt = Command::new("apt-get");
    apt.args(["install", "--yes", "--no-install-recommends"])
        .args(packages);
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    if succeeds(&mut apt) {
        return Ok(());
    }
    // A package list that was never fetched, or an old one: once more with a fresh one.
    run(Command::new("apt-get").args(["update", "--quiet"]))?;
    run(&mut apt)
}

/// How long each part took, in the order of their ends.
static TIMES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Carries out one part under a headline and says how long it took.
pub fn part<T>(headline: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n== {headline}");
    let start = instant();
    let done = work().with_context(|| format!("{headline} FAILED"));
    let took = format!("{headline} {:.0} s", start.elapsed().as_secs_f64());
    println!("   {took}");
    let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    times.push(took);
    done
}

/// How long everything took that was carried out, on one line.
pub fn times() -> String {
    let times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    times.join(", ")
}

/// One part of a chore: its name and its work.
pub type Part = (&'static str, fn() -> Result<()>);

/// Runs the named parts of a list in its order, or all of them when none is named.
pub fn parts(all: &[Part], named: &[&str]) -> Result<()> {
    for name in named {
        if !all.iter().any(|(known, _)| known == name) {
            let known: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
            bail!("there is no part `{name}`; there are: {}", known.join(" "));
        }
    }
    let wanted = all
        .iter()
        .filter(|(name, _)| named.is_empty() || named.contains(name));
    for (name, work) in wanted {
        part(name, work)?;
    }
    Ok(())
}

/// Seconds since 1970, for the validity of certificates.
#[expect(
    clippy::disallowed_methods,
    reason = "a chore is the edge where time enters"
)]
pub fn seconds_since_1970() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[expect(clippy::disallowed_methods, reason = "a chore times itself")]
fn instant() -> Instant {
    Instant::now()
}

/// Asks again and again, ten times a second, until it is so or the time is over.
pub fn wait_until(limit: Duration, mut is_so: impl FnMut() -> Result<bool>) -> Result<bool> {
    let start = instant();
    while start.elapsed() < limit {
        if is_so()? {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(false)
}
