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
    /// Do something with a server that is running.
    #[command(subcommand)]
    Admin(Admin),
    /// Print the OpenAPI document.
    Openapi,
}

/// What can be done with a running server. It is spoken to over the socket in its data directory.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// In the demo: move the scheduler's clock forward, to see reminders leave. Nothing else moves:
    /// sessions, messages and bookings keep the real time.
    Clock(AdminClock),
}

/// Options of `admin clock`.
#[derive(Debug, Clone, Args)]
pub struct AdminClock {
    /// How far: 90m, 26h, 7d. Without it the clock is only read.
    #[arg(value_name = "FORWARD", value_parser = forward)]
    pub forward_s: Option<i64>,
    /// Where the server's data is.
    #[arg(long, default_value = "target/demo", value_name = "DIRECTORY")]
    pub data: PathBuf,
}

/// Reads 90m, 26h or 7d as seconds; at most 800 days.
fn forward(text: &str) -> Result<i64, String> {
    let unit = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err("must end in m, h or d".to_owned()),
    };
    let number = text[..text.len() - 1].parse::<u32>();
    let seconds = number.map(|n| i64::from(n) * unit);
    match seconds {
        Ok(seconds) if seconds <= 800 * 86_400 => Ok(seconds),
        _ => Err("must be a number and m, h or d, at most 800d".to_owned()),
    }
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

    #[test]
    fn a_time_forward_reads() {
        assert_eq!(super::forward("90m"), Ok(5_400));
        assert_eq!(super::forward("7d"), Ok(604_800));
        for bad in ["", "7", "d", "-1d", "1w", "801d", "é"] {
            assert!(super::forward(bad).is_err(), "{bad}");
        }
    }
}
