//! The log: events on standard error, as text for a person at a terminal and as JSON for a machine.
//! Standard output belongs to what a command was asked for.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

/// Starts logging. `level` is a level, or a list such as `info,gateway=debug`.
pub fn start(level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level).context("log: not a level or a list of levels")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        builder.compact().try_init()
    } else {
        builder.json().try_init()
    };
    started.map_err(|_| anyhow::anyhow!("the log was started before"))
}
