//! `cargo xtask simulate`: seeded simulations of whole circles, each seed of which fails again in the
//! same way (messaging.md, section 13; `tests/src/simulator/mod.rs` says what is simulated).
//!
//! The simulator is a binary of `tests/`. Unoptimised it would need half an hour for two thousand seeds,
//! so it is built with the crates of the house that it spends its time in optimised. Everything else is
//! what `cargo xtask test` has compiled already: no second build of the dependencies.

use anyhow::Result;

use crate::machine::{self, part, run};

/// Where a simulation spends its time.
const HOT: &[&str] = &[
    "carecircle-protocol",
    "carecircle-care",
    "carecircle-judge",
    "carecircle-delivery",
    "carecircle-device",
    "carecircle-store",
    "carecircle-tests",
    "openmls",
];

/// What the suite asks for: seeds 1 to 2,000.
const SUITE: &[&str] = &["--seeds", "2000", "--from", "1"];

/// Runs the simulator with its own arguments (`--seeds N --from S`).
pub fn simulate(arguments: &[&str]) -> Result<()> {
    let simulator = |verb: &str| {
        let mut cargo = machine::cargo();
        cargo.arg(verb);
        for name in HOT {
            let optimised = format!("profile.dev.package.{name}.opt-level=2");
            cargo.args(["--config", &optimised]);
        }
        cargo.args(["--package", "carecircle-tests", "--all-features"]);
        cargo.args(["--bin", "simulate"]);
        cargo
    };
    part("simulator, optimised", || run(&mut simulator("build")))?;
    part("simulations", || {
        run(simulator("run").args(["--quiet", "--"]).args(arguments))
    })
}

/// As a part of the whole suite.
pub fn suite() -> Result<()> {
    simulate(SUITE)
}
