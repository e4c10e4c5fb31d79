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
    if names.contains(&"device") {
        // ts-mls is measured beside our core.
        part("Node's packages", || foreign::node().map(drop))?;
    }
    let cluster = part("PostgreSQL, durable", || Cluster::start(Durability::Full))?;
    for name in names {
        part(name, || {
            let mut bench = bench("run");
            bench.env("CARECIRCLE_TEST_POSTGRES", cluster.url());
            bench.env(
                "CARECIRCLE_TEST_SERVER",
                machine::target().join("release/carecircle"),
            );
            run(bench.args(["--quiet", "--", name]))
        })?;
    }
    Ok(())
}
