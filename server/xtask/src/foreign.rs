//! Programs of other people against which the product is proved. Mails: Python's `icalendar` and libical
//! read every calendar file, a scripted mail server (aiosmtpd) fails in every way, and a real Postfix
//! takes mails. Series: `dateutil` and `recurring-ical-events` expand what repeats. Messages: ts-mls in Node is a member of a circle, and the device core runs its vectors
//! as WebAssembly.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::machine::{self, find, output, part, run, succeeds};
use crate::stamp::Stamp;
use crate::wasm;

const PURPOSE: &str = "proving mails against foreign programs";

/// Everything that `cargo test` needs besides Rust and PostgreSQL.
pub fn foreign() -> Result<()> {
    part("Python, libical, Postfix", python)?;
    part("Node's packages, device core with doors for tests", node)?;
    Ok(())
}

/// Installs what is missing; the Python that has the packages of `tests/tools/requirements.txt`.
pub fn python() -> Result<PathBuf> {
    let mut missing = Vec::new();
    let has_venv = succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]));
    if !has_venv {
        missing.extend(["python3", "python3-venv"]);
    }
    if !has_libical() {
        missing.push("libical3");
    }
    if find("postfix").is_none() && !std::path::Path::new("/usr/sbin/postfix").exists() {
        keep_postfix_quiet()?;
        missing.push("postfix");
    }
    if !missing.is_empty() {
        machine::install(&missing, PURPOSE)?;
    }
    let home = machine::target().join("python");
    let python = home.join("bin/python");
    let requirements = machine::root().join("tests/tools/requirements.txt");
    let installed = home.join("installed.txt");
    let wanted = std::fs::read_to_string(&requirements).context("tests/tools/requirements.txt")?;
    if std::fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet"])
        .args(["--disable-pip-version-check", "--requirement"])
        .arg(&requirements))?;
    std::fs::write(&installed, wanted)?;
    Ok(python)
}

/// Installs what the scripts in `tests/foreign` import; the folder of the device core with doors for tests.
pub fn node() -> Result<PathBuf> {
    let folder = machine::root().join("tests/foreign");
    let stamp = Stamp::new("foreign")
        .path(&folder.join("package.json"))?
        .path(&folder.join("package-lock.json"))?;
    stamp.unless_done(&[folder.join("node_modules/ts-mls")], || {
        let mut npm = machine::npm()?;
        run(npm
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&folder))
    })?;
    wasm::build_testing()
}

fn has_libical() -> bool {
    let ldconfig = find("ldconfig").unwrap_or_else(|| PathBuf::from("/sbin/ldconfig"));
    output(Command::new(ldconfig).arg("-p")).is_ok_and(|list| list.contains("libical.so"))
}

/// Only its programs are wanted: no configuration of the machine's, no service.
fn keep_postfix_quiet() -> Result<()> {
    let Some(debconf) = find("debconf-set-selections") else {
        return Ok(());
    };
    if !machine::is_root() {
        return Ok(());
    }
    let mut child = Command::new(debconf).stdin(Stdio::piped()).spawn()?;
    let answer = b"postfix postfix/main_mailer_type select No configuration\n";
    std::io::Write::write_all(&mut child.stdin.take().context("just piped")?, answer)?;
    if !child.wait()?.success() {
        bail!("debconf does not take an answer for postfix");
    }
    Ok(())
}
