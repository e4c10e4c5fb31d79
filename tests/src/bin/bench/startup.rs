//! From the start of the binary to its first answer over TLS, on a fresh data directory (which it
//! makes, migrates and seeds) and on one that it made before; and what it holds in memory then.
//!
//! The binary is the one that `CARECIRCLE_TEST_SERVER` names, or the one beside this.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::Client;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::process::resident_kib;
use carecircle_tests::socket::tls;

/// The variable that names the server's binary.
const SERVER: &str = "CARECIRCLE_TEST_SERVER";
/// Starts of each kind; the median is reported.
const RUNS: usize = 5;
/// A server that takes longer does not come up.
const READY: Duration = Duration::from_secs(30);
/// Between two questions.
const PAUSE: Duration = Duration::from_micros(500);

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    data: &'static str,
    ready_ms: f64,
    rss_mib: f64,
    ready_ms_max: f64,
    runs: usize,
}

/// How one start went.
struct Start {
    ready_ms: f64,
    rss_mib: f64,
}

/// Starts it again and again.
pub async fn run() -> Result<()> {
    let (mut fresh, mut existing) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        fresh.push(start(&data).await?);
        existing.push(start(&data).await?);
    }
    print("fresh", fresh)?;
    print("existing", existing)
}

fn print(data: &'static str, starts: Vec<Start>) -> Result<()> {
    let (ready, rss): (Vec<_>, Vec<_>) = (starts.into_iter())
        .map(|start| (start.ready_ms, start.rss_mib))
        .unzip();
    let ready_ms_max = ready.iter().copied().fold(0.0, f64::max);
    crate::print(&Figure {
        bench: "startup",
        data,
        ready_ms: crate::rounded(median(ready)),
        rss_mib: crate::rounded(median(rss)),
        ready_ms_max: crate::rounded(ready_ms_max),
        runs: RUNS,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn start(data: &Path) -> Result<Start> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("tests/ has a parent")?;
    let ca = root.join("certs-dev/ca.crt");
    let ca = std::fs::read_to_string(&ca)
        .with_context(|| format!("{}: make it with `cargo xtask certs`", ca.display()))?;
    let addr = free_address()?;
    let url = format!("https://localhost:{}/healthz", addr.port());
    let browser = Client::builder()
        .use_preconfigured_tls(tls(&ca)?)
        .resolve("localhost", addr)
        .build()?;
    let mut server = Command::new(binary()?);
    server.args(["demo", "--listen", &addr.to_string(), "--data"]);
    server.arg(data).current_dir(root);
    server
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let mut server = Running(server.spawn().context("the server cannot be started")?);
    server.is_ready(&browser, &url, began).await?;
    let ready_ms = began.elapsed().as_secs_f64() * 1e3;
    let kib = u32::try_from(resident_kib(server.0.id())?)?;
    server.stop().await?;
    Ok(Start {
        ready_ms,
        rss_mib: f64::from(kib) / 1_024.0,
    })
}

/// A server, killed when dropped.
struct Running(Child);

impl Running {
    /// Asks until it answers.
    async fn is_ready(&mut self, browser: &Client, url: &str, began: Instant) -> Result<()> {
        while began.elapsed() < READY {
            let answer = browser.get(url).timeout(READY).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.0.try_wait()? {
                bail!("the server ended by itself ({status}): start it by hand to see why");
            }
            sleep(PAUSE).await;
        }
        bail!("the server was not ready in time")
    }

    /// Tells it to stop as a supervisor would, and waits until it has.
    async fn stop(&mut self) -> Result<()> {
        let told = Command::new("kill").arg(self.0.id().to_string()).status()?;
        ensure!(told.success(), "the server could not be told to stop");
        let began = Instant::now();
        while began.elapsed() < READY {
            if let Some(status) = self.0.try_wait()? {
                ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            sleep(PAUSE).await;
        }
        bail!("the server did not stop in time")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed, which is as well.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn free_address() -> Result<SocketAddr> {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Ok(std::net::TcpListener::bind(free)?.local_addr()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "which binary is measured is the environment's to say; it configures no server"
)]
fn binary() -> Result<PathBuf> {
    let named = std::env::var(SERVER).map(PathBuf::from);
    let binary = match named {
        Ok(binary) => binary,
        Err(_) => std::env::current_exe()?.with_file_name("carecircle"),
    };
    ensure!(
        binary.is_file(),
        "{} is missing: build it with `cargo build --release --package carecircle`",
        binary.display()
    );
    Ok(binary)
}
