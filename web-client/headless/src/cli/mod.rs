//! The commands, one file each; here what they share: arguments, opening, failures.

mod circles;
mod enrol;
mod send;
mod show;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use carecircle_headless::{Error, Headless, Seen, ServerUrl, Settings, Tls};
use clap::{Args, Parser, Subcommand};
use device::api::{CircleView, Command, Link};

/// How long a command tries to reach the server.
const REACH: Duration = Duration::from_secs(30);

/// A carecircle device without a screen.
#[derive(Parser)]
#[command(name = "carecircle-device", version, about, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make this directory a device of the person whom a sign-in link is for
    Enrol {
        /// The sign-in link, as it was given out
        #[arg(long)]
        link: String,
        #[command(flatten)]
        at: At,
    },
    /// List the circles
    Circles {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// Send a message and wait until the server has it
    Send {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        /// What to say
        text: String,
        #[command(flatten)]
        at: At,
    },
    /// Print messages as they come, until interrupted
    Watch {
        /// Only this circle, by its title or id
        #[arg(long)]
        circle: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
}

/// Which device.
#[derive(Args)]
struct At {
    /// The device's own directory: its keys and messages
    #[arg(long)]
    data: PathBuf,
    /// Trust the authorities in this PEM file, and no other (kept for later commands)
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl At {
    async fn open(&self, server: Option<ServerUrl>) -> Result<Headless, Failure> {
        let tls = self.ca.as_deref().map(Tls::authorities_in).transpose()?;
        if server.is_none() && !self.data.join("device.redb").exists() {
            return Err(Failure::not_enrolled());
        }
        let settings = Settings {
            server,
            tls,
            ..Settings::new(&self.data)
        };
        Ok(Headless::open_with(settings).await?)
    }

    /// Opens an enrolled device, on its way to the server.
    async fn enrolled(&self) -> Result<Headless, Failure> {
        let device = self.open(None).await?;
        let known = device
            .wait_until(|seen| seen.status.is_some(), REACH)
            .await?;
        if known.status.is_none_or(|status| status.me.is_none()) {
            return Err(Failure::not_enrolled());
        }
        device.mark();
        device.command(Command::Connect).await?;
        Ok(device)
    }

    /// Opens an enrolled device and waits until it is online.
    async fn online(&self) -> Result<Headless, Failure> {
        let device = self.enrolled().await?;
        match device.wait_until(is_settled, REACH).await {
            Ok(seen) if link(&seen) == Some(Link::SignedOut) => Err(Failure::signed_out()),
            Ok(_) => Ok(device),
            Err(Error::Deadline { .. }) => Err(Failure::unreachable()),
            Err(error) => Err(error.into()),
        }
    }
}

fn link(seen: &Seen) -> Option<Link> {
    seen.status.as_ref().map(|status| status.link)
}

fn is_settled(seen: &Seen) -> bool {
    matches!(link(seen), Some(Link::Online | Link::SignedOut))
}

/// Why a command ended without success.
pub struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    fn new(code: u8, sentence: impl Into<String>) -> Self {
        Self {
            code,
            error: anyhow::Error::msg(sentence.into()),
        }
    }

    fn refused(sentence: impl Into<String>) -> Self {
        Self::new(1, sentence)
    }

    fn not_enrolled() -> Self {
        Self::refused("there is no device here yet: carecircle-device enrol --link … --data …")
    }

    fn signed_out() -> Self {
        Self::refused("the session has ended: a person must sign this device in again")
    }

    fn unreachable() -> Self {
        Self::new(69, "the server could not be reached")
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            code: 1,
            error: error.into(),
        }
    }
}

/// Says why on standard error; the exit code tells programs.
pub fn say(failure: &Failure) -> ExitCode {
    eprintln!("carecircle-device: {:#}", failure.error);
    ExitCode::from(failure.code)
}

/// Carries out one command.
pub async fn carry_out(arguments: Arguments) -> Result<(), Failure> {
    match arguments.verb {
        Verb::Enrol { link, at } => enrol::enrol(&link, &at).await,
        Verb::Circles { json, at } => circles::circles(json, &at).await,
        Verb::Send { circle, text, at } => send::send(&circle, text, &at).await,
        Verb::Watch { circle, json, at } => watch::watch(circle.as_deref(), json, &at).await,
    }
}

/// Whether a circle is the one that was named, by its id or its whole title.
fn fits(circle: &CircleView, wanted: &str) -> bool {
    circle.title == wanted || circle.id.to_string() == wanted
}
