//! `cargo xtask simulate`: seeded simulations of whole circles, each seed of which fails again in the
//! same way (messaging.md, section 13; `tests/src/simulator/mod.rs` says what is simulated).
//!
//! The simulator is a binary of `tests/`, built with everything that `cargo xtask test` compiles.

use std::process::Command;

use anyhow::Result;

use crate::machine::{self, part, run};

/// What the suite asks for: seeds 1 to 2,000, or as many of them as a slow machine runs in so many minutes.
const SUITE: &[&str] = &["--seeds", "2000", "--from", "1", "--minutes", "8"];

/// Runs the simulator with its own arguments (`--seeds N --from S`).
pub fn simulate(arguments: &[&str]) -> Result<()> {
    let programs = machine::programs()?;
    part("simulations", || {
        run(Command::new(programs.join("simulate")).args(arguments))
    })
}

/// As a part of the whole suite.
pub fn suite() -> Result<()> {
    simulate(SUITE)
}
