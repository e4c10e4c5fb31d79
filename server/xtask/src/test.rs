//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest.
//!
//! `check`, the web build, the Rust tests (units, the store contract on both engines, stories), the
//! web client's own tests, its sizes and whether it builds the same twice, 2,000 simulations, and the journeys
//! in headless Chromium. The first failure ends it; what a slow machine could not do in full is said in its last
//! lines.
//! PostgreSQL is a throw-away cluster of this run; the tests fail rather than skip when it is missing.

use std::env;
use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::machine::{self, Part, find, npm, run, succeeds};
use crate::postgres::{Cluster, Durability};
use crate::{bundle, certs, check, foreign, simulate, web};

const PARTS: &[Part] = &[
    ("check", everything),
    ("web", web::web),
    ("rust", rust),
    ("client", client),
    ("simulate", simulate::suite),
    ("journeys", journeys),
];

/// Runs the named parts, or all.
pub fn test(named: &[&str]) -> Result<()> {
    let passed = machine::parts(PARTS, named);
    // Also of a run that failed: whoever reads only its end sees what it was spent on.
    println!("\nxtask: times: {}", machine::times());
    passed?;
    println!("xtask: everything that was asked for passed");
    for what in machine::warnings() {
        println!("xtask: WARNING: {what}");
    }
    Ok(())
}

fn everything() -> Result<()> {
    check::check(&[])
}

/// Every feature is on, so that the generated TypeScript is compared too.
fn rust() -> Result<()> {
    let python = foreign::python()?;
    let wasm = foreign::node()?;
    let cluster = Cluster::start(Durability::None)?;
    let mut cargo = machine::strict_cargo();
    if succeeds(machine::cargo().args(["nextest", "--version"])) {
        cargo.args(["nextest", "run"]);
    } else {
        println!(
            "  cargo-nextest is missing (`cargo install cargo-nextest --locked`): its runs are"
        );
        println!("  faster and clearer. Going on with `cargo test`.");
        cargo.arg("test");
    }
    cargo
        .args(["--workspace", "--all-features"])
        .env("CARECIRCLE_TEST_POSTGRES", cluster.url())
        .env("CARECIRCLE_TEST_PYTHON", python)
        .env("CARECIRCLE_TEST_WASM", wasm);
    machine::in_memory(&mut cargo);
    run(&mut cargo)
}

fn client() -> Result<()> {
    web::packages()?;
    for script in ["check", "test", "size"] {
        run(npm()?.args(["run", script]))?;
    }
    bundle::bundle()
}

/// Separate browser profiles against the real binary, over TLS.
fn journeys() -> Result<()> {
    let made = certs::certs()?;
    web::packages()?;
    let folder = machine::programs()?;
    let mut journeys = npm()?;
    journeys.args(["run", "journeys"]);
    journeys.env("CARECIRCLE_TEST_SERVER", folder.join("carecircle"));
    journeys.env("CARECIRCLE_TEST_DEVICE", folder.join("carecircle-device"));
    journeys.env("CARECIRCLE_TEST_SPKI", &made.spki_hash);
    journeys.env("CHROMIUM", chromium()?);
    machine::in_memory(&mut journeys);
    run(&mut journeys)
}

fn chromium() -> Result<OsString> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Ok(named);
    }
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let found = || names.into_iter().find_map(find).map(OsString::from);
    if let Some(found) = found() {
        return Ok(found);
    }
    machine::install(
        &["chromium", "fonts-liberation"],
        "a journey in a real browser",
    )?;
    found().context("Chromium was installed, but is not on the PATH")
}
