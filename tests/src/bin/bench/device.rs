//! What a device computes: a message of 1 KiB encrypted and decrypted, a commit that adds a member, and
//! that member's joining, in groups of 16 and of 64 devices.
//!
//! * `carecircle`: one whole step of the device core each: the input parsed, state opened, MLS, the body
//!   under its content key, the archive wrap, the judge's verdict over certificates and policy, the era of
//!   a commit, and the step's rows sealed. Not the disk, and not the network: the server's store answers in
//!   this process, beside the clock that measures.
//!   Native, and as wasm in Node: there what some of these devices met is met again
//!   ([`replay`](device::testing::replay)), so it is the same work.
//! * `mls-rs`, with the cryptography of `RustCrypto` as here: MLS alone, from and to bytes; the 1 KiB is the
//!   MLS message's own. Groups as large, made alike: one committer, whose commits have a path.
//! * `ts-mls`: the same as `mls-rs`, in Node (`tests/foreign/bench.mjs`); but its commits that add have no
//!   path, which cannot be asked of it. For that reason there is `update`, an empty commit, of both.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::time::Instant;

mod carecircle;
mod mls_rs;

/// Sizes of groups, the last member included.
const SIZES: [usize; 2] = [16, 64];
/// Messages that are measured in each group.
const MESSAGES: usize = 200;
/// What is encrypted, bytes.
const TEXT_BYTES: usize = 1_024;
/// Longer than any of these takes, microseconds.
const US_MAX: u64 = 60_000_000;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    op: &'static str,
    #[serde(rename = "impl")]
    by: &'static str,
    target: &'static str,
    members: usize,
    p50_us: u64,
    p99_us: u64,
    samples: u64,
}

/// Times of one operation in groups of one size.
struct Took {
    by: &'static str,
    op: &'static str,
    members: usize,
    us: Histogram<u64>,
}

impl Took {
    fn new(by: &'static str, op: &'static str, members: usize) -> Result<Self> {
        let us = Histogram::new_with_max(US_MAX, 3)?;
        Ok(Self {
            by,
            op,
            members,
            us,
        })
    }

    fn add(&mut self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(US_MAX);
        self.us.saturating_record(us);
    }

    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let made = work();
        self.add(begun.elapsed());
        made
    }

    fn print(&self) -> Result<()> {
        ensure!(!self.us.is_empty(), "{} {}: no samples", self.by, self.op);
        crate::print(&Figure {
            bench: "device",
            op: self.op,
            by: self.by,
            target: "native",
            members: self.members,
            p50_us: self.us.value_at_quantile(0.5),
            p99_us: self.us.value_at_quantile(0.99),
            samples: self.us.len(),
        })
    }
}

/// Every implementation in one run.
pub async fn run() -> Result<()> {
    let recorded = tempfile::tempdir()?;
    carecircle::run(recorded.path()).await?;
    wasm(recorded.path())?;
    for members in SIZES {
        mls_rs::run(members)?;
    }
    ts_mls()
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign")
}

/// What our devices met, met again by the wasm build in Node. The script prints the figures itself.
#[expect(
    clippy::disallowed_methods,
    reason = "how `cargo xtask bench` names the build"
)]
fn wasm(recorded: &Path) -> Result<()> {
    let build = std::env::var("CARECIRCLE_TEST_WASM");
    let mut replay = Process::new("node");
    replay
        .arg(scripts().join("replay.mjs"))
        .arg(build.context("CARECIRCLE_TEST_WASM: the build with doors for tests")?);
    for file in std::fs::read_dir(recorded)? {
        replay.arg(file?.path());
    }
    let status = replay.status().context("Node.js is missing")?;
    ensure!(status.success(), "the wasm build went another way");
    Ok(())
}

/// The script prints the figures itself.
fn ts_mls() -> Result<()> {
    let folder = scripts();
    let status = Process::new("node")
        .arg("--import")
        .arg(folder.join("ts-mls.mjs"))
        .arg(folder.join("bench.mjs"))
        .status()
        .context("Node.js is missing")?;
    ensure!(
        status.success(),
        "ts-mls: install its packages with `cargo xtask foreign`"
    );
    Ok(())
}
