//! `cargo xtask run`: from a clean clone to a running demo in one command.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::{self, part, run as command};
use crate::{certs, web};

/// Builds everything, then becomes `carecircle demo`, so that signals reach the server itself.
pub fn run(options: &[&str]) -> Result<()> {
    part("certificates", certs::certs)?;
    web::web()?;
    part("server", || {
        command(machine::cargo().args(["build", "--package", "carecircle"]))
    })?;
    let mut demo = Command::new(machine::target().join("debug/carecircle"));
    demo.arg("demo").args(options).current_dir(machine::root());
    println!("\n== carecircle demo");
    Err(demo.exec()).context("cannot start the server")
}
