//! `cargo xtask bench NAME…`: figures, one JSON line each on standard output.
//!
//! The benches are a binary of `tests/`; here it gets a release build and a PostgreSQL that really
//! writes to the disk. Never part of the tests: a figure is not a verdict.

use anyhow::Result;

use crate::foreign;
use crate::machine::{self, part, run};
use crate::postgres::{Cluster, Durability};

/// Measures what is named.
pub fn bench(names: &[&str]) -> Result<()> {
    let bench = |verb: &str| {
        let mut cargo = machine::cargo();
        cargo.args([
            verb,
            "--release",
            "--package",
            "carecircle-tests",
            "--bin",
            "bench",
        ]);
        cargo
    };
    // The start-up bench starts the server itself.
    part("server, release", || {
        run(machine::cargo().args(["build", "--release", "--package", "carecircle"]))
    })?;
    part("benches, release", || run(&mut bench("build")))?;
    let mut wasm = None;
    if names.contains(&"device") {
        // ts-mls is measured beside our core, and our core also as browsers run it.
        part("Node's packages, device core with doors for tests", || {
            wasm = Some(foreign::node()?);
            Ok(())
        })?;
    }
    let cluster = part("PostgreSQL, durable", || Cluster::start(Durability::Full))?;
    for name in names {
        part(name, || {
            let mut bench = bench("run");
            bench.env("CARECIRCLE_TEST_POSTGRES", cluster.url());
            if let Some(wasm) = &wasm {
                bench.env("CARECIRCLE_TEST_WASM", wasm);
            }
            bench.env(
                "CARECIRCLE_TEST_SERVER",
                machine::target().join("release/carecircle"),
            );
            run(bench.args(["--quiet", "--", name]))
        })?;
    }
    Ok(())
}
