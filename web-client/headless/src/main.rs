//! `carecircle-device`: a device of a person, in a terminal.
//!
//! Exit codes: 0 done · 1 refused or failed, with a sentence on standard error · 2 wrong usage ·
//! 69 the server could not be reached · 75 stored, and will leave when the server can be reached.
//! What people wrote goes to standard output only; logs (`RUST_LOG`) never hold it.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // OpenMLS writes parts of its key schedule into its own log: never into ours.
    let quiet = "openmls=off".parse().expect("a rule");
    let filter = EnvFilter::from_default_env().add_directive(quiet);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let arguments = cli::Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return cli::say(&cli::Failure::from(anyhow::Error::from(error))),
    };
    match runtime.block_on(cli::carry_out(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => cli::say(&failure),
    }
}
