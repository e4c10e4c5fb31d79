//! Bans, licences, sources and, where its database can be reached, known vulnerabilities.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::machine::{self, output, run, succeeds};

const VERSION: &str = "0.20.2";

/// Runs cargo-deny over `.deny.toml`; installs it into `target/tools` when it is missing.
pub fn deny() -> Result<()> {
    let program = program()?;
    let ask = |words: &[&str]| {
        let mut deny = Command::new(&program);
        deny.args(["--workspace", "--config", ".deny.toml"]);
        deny.args(words).current_dir(machine::root());
        deny
    };
    // Rooms that are still thin do not use everything that the fences allow them.
    let offline = [
        "check",
        "--allow",
        "unused-wrapper",
        "bans",
        "licenses",
        "sources",
    ];
    run(&mut ask(&offline))?;
    // Where nothing answers, git gives up after a while instead of never.
    let mut fetch = ask(&["fetch", "db"]);
    fetch
        .env("GIT_HTTP_LOW_SPEED_LIMIT", "1")
        .env("GIT_HTTP_LOW_SPEED_TIME", "30");
    if succeeds(&mut fetch) {
        return run(&mut ask(&["check", "advisories"]));
    }
    println!("  advisories: SKIPPED, the RustSec database cannot be reached from here");
    Ok(())
}

fn program() -> Result<PathBuf> {
    let tools = machine::target().join("tools");
    let ours = tools.join("bin/cargo-deny");
    let known = [PathBuf::from("cargo-deny"), ours.clone()];
    if let Some(found) = known.into_iter().find(|program| is_right(program)) {
        return Ok(found);
    }
    println!("  cargo-deny {VERSION} is missing: installing (some minutes, once)");
    let mut install = machine::cargo();
    install.args([
        "install",
        "cargo-deny",
        "--version",
        VERSION,
        "--locked",
        "--root",
    ]);
    run(install.arg(&tools).env_remove("CARGO_TARGET_DIR"))?;
    Ok(ours)
}

fn is_right(program: &Path) -> bool {
    output(Command::new(program).arg("--version"))
        .is_ok_and(|version| version.split_whitespace().next_back() == Some(VERSION))
}
