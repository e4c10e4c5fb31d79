//! `cargo xtask check`: what a script can see, cheapest first.

mod deny;
mod layers;
mod migrations;
mod sizes;

use anyhow::Result;

use crate::machine::{self, Part, run};

const PARTS: &[Part] = &[
    ("fmt", fmt),
    ("sizes", sizes::sizes),
    ("migrations", migrations::migrations),
    ("layers", layers::layers),
    ("deny", deny::deny),
    ("clippy", clippy),
];

/// Runs the named parts, or all.
pub fn check(named: &[&str]) -> Result<()> {
    machine::parts(PARTS, named)
}

fn fmt() -> Result<()> {
    run(machine::cargo().args(["fmt", "--all", "--check"]))
}

/// What the suite then runs, compiled by clippy.
fn clippy() -> Result<()> {
    machine::programs().map(drop)
}
