//! `cargo xtask bench NAME…`: figures, one JSON line each on standard output.
//!
//! The benches are a binary of `tests/`; here it gets a release build and a PostgreSQL that really
//! writes to the disk. Never part of the tests: a figure is not a verdict.

use std::process::Command;

use anyhow::Result;

use crate::foreign;
use crate::machine::{self, part, run};
use crate::postgres::{Cluster, Durability};

/// Measures what is named.
pub fn bench(names: &[&str]) -> Result<()> {
    // The server too: the start-up bench starts it.
    let build = "build --release --workspace --all-features --bin carecircle --bin bench";
    part("server and benches, release", || {
        run(machine::cargo().args(build.split(' ')))
    })?;
    let mut wasm = None;
    if names.contains(&"device") {
        // ts-mls is measured beside our core, and our core also as browsers run it.
        part("Node's packages, device core with doors for tests", || {
            wasm = Some(foreign::node()?);
            Ok(())
        })?;
    }
    let cluster = part("PostgreSQL, durable", || Cluster::start(Durability::Full))?;
    let programs = machine::target().join("release");
    for name in names {
        part(name, || {
            let mut bench = Command::new(programs.join("bench"));
            bench.env("CARECIRCLE_TEST_POSTGRES", cluster.url());
            if let Some(wasm) = &wasm {
                bench.env("CARECIRCLE_TEST_WASM", wasm);
            }
            bench.env("CARECIRCLE_TEST_SERVER", programs.join("carecircle"));
            run(bench.arg(name))
        })?;
    }
    Ok(())
}
