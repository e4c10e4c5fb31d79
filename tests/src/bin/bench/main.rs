//! Figures: one JSON line each on standard output. Never part of the tests: a figure is not a verdict.
//!
//! `cargo xtask bench NAME…` makes the release build, starts a PostgreSQL that really writes to the
//! disk, and runs this:
//!
//! * [`append`]: messages a second and their latency, over real TLS websockets, through real circles,
//!   on both engines, and the same fan-out with no store and no rights ([`relay`]) as the ceiling.
//! * [`slow_reader`]: what a reader who stops reading costs the server's memory and the others' time.
//! * [`idle`]: what a websocket that says nothing costs the server, which runs in a process of its own.
//! * [`book`]: 200 people who book on one day at once; [`slots`]: free times of 50 workers; [`due`]:
//!   100,000 mails due at one moment, into memory and to a mail server; [`replan`]: 20,000 appointments
//!   when the law of the clocks changes; [`page`]: a client's page after ten years of visits; on both engines.
//! * [`audit`]: acts audited a second beside appends, and one client's entries among a million; on both.
//! * [`device`]: what the device core computes for a message, a commit and a join, beside mls-rs and ts-mls.
//! * [`login`]: how long people's own sign-ins by password take beside 200 bad attempts a second, against
//!   how long they take alone; on both engines.
//! * [`rejoin`]: a case manager's new device comes into 100 circles by itself and reads their history.
//! * [`revoke`]: how long a revoked device, or somebody whose consent was withdrawn, still hears anything,
//!   and how long until a new epoch shuts them out; how long an ended session still works ([`sessions`]).
//! * [`rotate`]: fields sealed anew a second under a new seal key, and reads that fail meanwhile: none.
//! * [`startup`]: from the start of the `carecircle` binary to its first answer.
//!
//! What they stand on: [`keys`] a device signs with, [`circle`]s founded as devices found them,
//! [sockets](carecircle_tests::socket) as devices open them, [`drive`] which keeps windows full and measures, [`phones`] with the
//! real device core, [`process`] which asks Linux about processes, [`desk`]s of case managers, SQL [`beside`] the store,
//! a [mail server](carecircle_tests::sink) that takes everything.
//!
//! Everything listens on 127.0.0.1, and every run is bounded in count and in time.

mod append;
mod audit;
mod beside;
mod book;
mod circle;
mod desk;
mod device;
mod drive;
mod due;
mod idle;
mod keys;
mod login;
mod page;
mod phones;
mod process;
mod rejoin;
mod relay;
mod replan;
mod revoke;
mod rotate;
mod sessions;
mod slots;
mod slow_reader;
mod startup;

use std::process::ExitCode;

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use anyhow::{Context as _, Result, bail};
use protocol::Timestamp;
use serde::Serialize;

const NAMES: &str = "append, audit, book, device, due, idle, login, page, rejoin, replan, revoke, rotate, slots, slow_reader, startup";

#[tokio::main]
async fn main() -> ExitCode {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nothing before this line installs a provider");
    let names: Vec<String> = std::env::args().skip(1).collect();
    match run(&names).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(names: &[String]) -> Result<()> {
    if names.is_empty() {
        bail!("name what to measure: {NAMES}");
    }
    for name in names {
        match name.as_str() {
            "append" => append::run().await,
            "audit" => audit::run().await,
            "idle" => idle::run().await,
            idle::SERVER => idle::serve().await,
            "slow_reader" => slow_reader::run().await,
            slow_reader::SERVER => slow_reader::serve().await,
            "device" => device::run().await,
            "login" => login::run().await,
            "rejoin" => rejoin::run().await,
            "revoke" => Box::pin(revoke::run()).await,
            "rotate" => rotate::run().await,
            "startup" => startup::run().await,
            "book" => book::run().await,
            "slots" => slots::run().await,
            "due" => due::run().await,
            "replan" => replan::run().await,
            "page" => page::run().await,
            _ => bail!("there is no bench of that name; there are {NAMES}"),
        }
        .with_context(|| name.clone())?;
    }
    Ok(())
}

/// Prints one figure.
fn print(figure: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(figure)?);
    Ok(())
}

/// Three decimals are more than a figure is worth.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Now, for key packages and certificates whose lifetimes the cryptography holds against real time.
#[expect(
    clippy::disallowed_methods,
    reason = "a bench is the edge where time enters"
)]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = since.map_or(0, |since| since.as_micros());
    Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
