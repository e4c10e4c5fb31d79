//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// End-to-end encrypted messaging for human-services agencies.
#[derive(Debug, Parser)]
#[command(name = "carecircle", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look around: an invented agency on this machine, with sign-in links to try.
    Demo(Demo),
    /// Serve an agency.
    Serve(Serve),
    /// Read the configuration as `serve` would and print what would hold, secrets masked.
    CheckConfig(Serve),
    /// Print the OpenAPI document.
    Openapi,
}

/// Options of `demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Start over: delete the demo's data and its root key first.
    #[arg(long)]
    pub fresh: bool,
    /// Where to listen; a loopback address.
    #[arg(long, default_value = "127.0.0.1:8443", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Where the data is. The root key stands beside it, in a file whose name ends in `-root-key`.
    #[arg(long, default_value = "target/demo", value_name = "DIRECTORY")]
    pub data: PathBuf,
}

/// Options of `serve` and `check-config`. Flags go before the environment, which goes before the file.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// The configuration, in TOML.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where the data is.
    #[arg(long, value_name = "DIRECTORY")]
    pub data: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
