//! The log: events on standard error, as text for a person at a terminal and as JSON for a machine.
//! Standard output belongs to what a command was asked for.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

/// Reads a level, or a list such as `info,carecircle_gateway=debug`.
pub fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(level).context("log: not a level or a list of levels")
}

/// Starts logging what [`filter`] reads.
pub fn start(level: &str) -> anyhow::Result<()> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(level)?)
        .with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        builder.compact().try_init()
    } else {
        builder.json().try_init()
    };
    started.map_err(|_| anyhow::anyhow!("the log was started before"))
}
