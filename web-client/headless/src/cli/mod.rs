//! The commands, one file each; here what they share: arguments, opening, failures.

mod circles;
mod counters;
mod devices;
mod enrol;
mod history;
mod passwords;
mod people;
mod read;
mod send;
mod show;
mod verbs;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use carecircle_headless::{Error, Headless, Seen, ServerUrl, Settings, Tls};
use clap::Args;
use device::api::{CircleView, Command, Event, Link};
use protocol::OpId;

pub use verbs::Arguments;
use verbs::Verb;

/// How long a command tries to reach the server.
const REACH: Duration = Duration::from_secs(30);

/// Which device.
#[derive(Args)]
pub struct At {
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
            Ok(seen) if matches!(link(&seen), Some(Link::SignedOut | Link::Unproved)) => {
                Err(Failure::signed_out())
            }
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
    matches!(
        link(seen),
        Some(Link::Online | Link::SignedOut | Link::Unproved)
    )
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
        Verb::Recover { server, code, at } => enrol::recover(server, code, &at).await,
        Verb::SetPassword { login, at } => passwords::set(&login, &at).await,
        Verb::CodeApp { at } => passwords::code_app(&at).await,
        Verb::SignIn { login, at } => passwords::sign_in(&login, &at).await,
        Verb::Circles { json, at } => circles::circles(json, &at).await,
        Verb::Counters { json, at } => counters::counters(json, &at).await,
        Verb::Members { circle, json, at } => people::members(&circle, json, &at).await,
        Verb::Read { circle, json, at } => read::read(&circle, json, &at).await,
        Verb::Send { circle, text, at } => send::send(&circle, text, &at).await,
        Verb::Watch { circle, json, at } => watch::watch(circle.as_deref(), json, &at).await,
        Verb::Devices { json, at } => devices::devices(json, &at).await,
        Verb::AddDevice { at } => devices::add_device(&at).await,
        Verb::Revoke { device, at } => devices::take_away(device, false, &at).await,
        Verb::Stolen { device, at } => devices::take_away(device, true, &at).await,
        Verb::RecoveryCode { at } => devices::recovery_code(&at).await,
        Verb::Withdraw {
            caregiver,
            client,
            clear_calendar,
            at,
        } => people::withdraw(&caregiver, client.as_deref(), clear_calendar, &at).await,
        Verb::Leave { circle, at } => people::leave(&circle, &at).await,
        Verb::NewKeys { person, at } => people::new_keys(&person, &at).await,
        Verb::Trust { member, circle, at } => people::trust(&member, &circle, &at).await,
        Verb::History {
            circle,
            keep,
            json,
            at,
        } => history::history(&circle, keep, json, &at).await,
        Verb::Reset { circle, at } => circles::reset(&circle, &at).await,
        Verb::Rejoin { circle, at } => circles::rejoin(&circle, &at).await,
    }
}

/// What was waited for, or the problem that came instead.
async fn answer(device: &Headless, good: impl Fn(&Event) -> bool) -> Result<Event, Failure> {
    answer_within(device, good, REACH).await
}

async fn answer_within(
    device: &Headless,
    good: impl Fn(&Event) -> bool,
    deadline: Duration,
) -> Result<Event, Failure> {
    let either = |event: &Event| good(event) || matches!(event, Event::Problem { .. });
    match device.wait_for(either, deadline).await {
        // The core has a sentence for every refusal, and none for a server that did not answer.
        Ok(Event::Problem { detail, .. }) if detail.is_empty() => Err(Failure::unreachable()),
        Ok(Event::Problem { code, detail, .. }) => {
            Err(Failure::refused(format!("{detail} ({code})")))
        }
        Ok(event) => Ok(event),
        Err(Error::Deadline { .. }) => Err(Failure::unreachable()),
        Err(error) => Err(error.into()),
    }
}

/// What became of something that is stored here and leaves by itself, now or later.
fn stored(outcome: Result<Event, Error>) -> Result<(), Failure> {
    match outcome {
        Ok(Event::Problem { code, detail, .. }) => {
            Err(Failure::refused(format!("{detail} ({code})")))
        }
        Ok(_) => Ok(()),
        Err(Error::Deadline { .. }) => Err(Failure::new(
            75,
            "stored here; it leaves the next time this device is online (watch keeps it online)",
        )),
        Err(error) => Err(error.into()),
    }
}

/// A new operation's id.
fn op_id() -> Result<OpId, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(OpId::from_bytes(bytes))
}

/// Whether a circle is the one that was named, by its id or its whole title.
fn fits(circle: &CircleView, wanted: &str) -> bool {
    circle.title == wanted || circle.id.to_string() == wanted
}
