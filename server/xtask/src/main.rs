//! Chores: everything that builds, checks, tests, measures or starts the product, so that a clean
//! clone needs two commands and nothing learnt by heart.
//!
//! `cargo xtask <chore>`; each chore is one file here:
//!
//! | chore | what it does |
//! |---|---|
//! | [`run`] | certificates, web client, server; then becomes `carecircle demo` |
//! | [`test`] | the whole suite in order, with a throw-away PostgreSQL, stopping at the first failure |
//! | [`check`] | what a script can see: formats, lints, licences, sizes, layers, migrations |
//! | [`certs`] | a development CA and certificate in `certs-dev/` |
//! | [`web`] | the device core as wasm, then the web client |
//! | [`bundle`] | the web client once more: whether it is the same to the byte, and its hash |
//! | [`foreign`] | other people's programs against which the tests prove things |
//! | [`simulate`] | seeded simulations of whole circles: devices, server, faults |
//! | [`bench`] | one JSON line per figure; never part of the tests |
//!
//! Beneath them: [`machine`] (processes, programs, packages, headlines), [`postgres`] (a cluster that
//! lives as long as its chore), [`wasm`] (two toolchains, one result), [`stamp`] (skip what did not
//! change), [`remap`] (no path of this machine in what is downloaded), [`workspace`] (who depends on whom)
//! and [`trust`] (the user's certificate store).
//!
//! This crate depends on no other crate of the workspace: a clean clone must be able to compile it
//! before the web client exists. Benches and simulations are binaries of `tests/` that it starts.

mod bench;
mod bundle;
mod certs;
mod check;
mod foreign;
mod machine;
mod postgres;
mod remap;
mod run;
mod simulate;
mod stamp;
mod test;
mod trust;
mod wasm;
mod web;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
Chores of carecircle.

  cargo xtask run [--fresh]     build everything and start the demo on https://localhost:8443
  cargo xtask test [PART...]    the whole suite (parts, in order: check web rust client journeys)
  cargo xtask check [PART...]   fmt clippy deny sizes layers migrations
  cargo xtask certs [--trust]   development certificates in certs-dev/; --trust: into your own store
  cargo xtask web               the device core as wasm, then the web client
  cargo xtask bundle            whether two builds of the web client are the same; prints the hash of its bundle
  cargo xtask foreign           other people's programs, for running `cargo test` by hand
  cargo xtask simulate [--seeds N] [--from S] [--tell]
                                simulations; prints `seeds N failed M of K asked`, and a failed seed to run again
  cargo xtask bench NAME...     figures, one JSON line each (append, device, revoke …)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match carry_out(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] | ["help" | "--help" | "-h", ..] => {
            print!("{USAGE}");
            Ok(())
        }
        ["run"] => run::run(&[]),
        ["run", "--fresh"] => run::run(&["--fresh"]),
        ["test", parts @ ..] => test::test(parts),
        ["check", parts @ ..] => check::check(parts),
        ["certs"] => certs::certs().map(drop),
        ["certs", "--trust"] => certs::certs().and_then(|made| trust::trust(&made.authority)),
        ["web"] => web::web(),
        ["bundle"] => bundle::bundle(),
        ["foreign"] => foreign::foreign(),
        ["simulate", words @ ..] => simulate::simulate(words),
        ["bench", names @ ..] if !names.is_empty() => bench::bench(names),
        other => bail!("`{}` is not a chore.\n\n{USAGE}", other.join(" ")),
    }
}
