//! What a websocket that says nothing costs the server, in resident memory.
//!
//! The server is a process of its own: this binary once more, under the name [`SERVER`], with SQLite in
//! a temporary directory. It founds real circles and tells its parent the first frame of each socket
//! on its standard output; it ends when its standard input does. Every socket is an enrolled device that said
//! hello and follows its circle.
//!
//! The memory that founding the circles left free would hide what the first sockets cost. So some are
//! opened before the first reading, and stay.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gateway::Rates;
use protocol::Bytes;
use protocol::frame::{ClientFrame, Hello};
use serde::{Deserialize, Serialize};
use testkit::{Down, Engine, FakeClock, Options, TestServer};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use crate::circle::{Circle, DEVICES};
use crate::process::{must_open, resident_kib};
use carecircle_tests::socket::{Door, Socket, next};

/// The server's name among the benches.
pub const SERVER: &str = "idle-server";

/// Sockets that are measured.
const SOCKETS: u32 = 2_000;
/// Sockets that are open before.
const BEFORE: u32 = 500;
/// Sockets of one device: as many as an account may have.
const OF_ONE_DEVICE: u32 = protocol::limits::SOCKETS_PER_ACCOUNT;
/// Handshakes at the same time.
const AT_ONCE: usize = 16;
/// From the last socket to the reading.
const SETTLE: Duration = Duration::from_secs(3);
/// For the server to found its circles.
const SEEDING: Duration = Duration::from_mins(2);
/// Open files beside the sockets.
const OTHER_FILES: u32 = 200;

/// What the server tells its parent, on one line.
#[derive(Serialize, Deserialize)]
struct Told {
    addr: SocketAddr,
    ca_pem: String,
    /// The first frame of each socket.
    hellos: Vec<Bytes>,
}

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    sockets: u32,
    kib_per_socket: f64,
    rss_before_mib: f64,
    rss_after_mib: f64,
    sockets_before: u32,
    circles_per_socket: u32,
    sockets_per_account: u32,
    sockets_per_address: u32,
}

fn rates() -> Rates {
    Rates {
        sockets_per_address: SOCKETS + BEFORE,
        sockets_per_account: OF_ONE_DEVICE,
        ..Rates::default()
    }
}

/// Starts the server, opens the sockets, reads its memory.
pub async fn run() -> Result<()> {
    must_open(u64::from(SOCKETS + BEFORE + OTHER_FILES))?;
    let mut server = Command::new(std::env::current_exe()?)
        .arg(SERVER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    // However this ends, the pipe closes, and with it the server.
    let hold = server.stdin.take().context("its input is piped")?;
    let stdout = server.stdout.take().context("its output is piped")?;
    let told = timeout(SEEDING, spawn_blocking(|| hear(stdout)))
        .await
        .context("the server was not ready in time")???;
    let door = Door::new(told.addr, &told.ca_pem)?;
    let mut hellos = told.hellos.into_iter();
    let mut open = JoinSet::new();
    sit(&door, hellos.by_ref().take(BEFORE as usize), &mut open).await?;
    sleep(SETTLE).await;
    let before = resident_kib(server.id())?;
    sit(&door, hellos.take(SOCKETS as usize), &mut open).await?;
    sleep(SETTLE).await;
    let after = resident_kib(server.id())?;
    let ended = open.try_join_next();
    ensure!(ended.is_none(), "a socket did not stay open: {ended:?}");
    ensure!(
        open.len() == (SOCKETS + BEFORE) as usize,
        "{} sockets",
        open.len()
    );
    print(before, after)?;
    open.abort_all();
    drop(hold);
    server.wait()?;
    Ok(())
}

fn print(before: u64, after: u64) -> Result<()> {
    let kib = |kib: u64| u32::try_from(kib).map(f64::from);
    let grown = kib(after.saturating_sub(before))?;
    crate::print(&Figure {
        bench: "idle",
        sockets: SOCKETS,
        kib_per_socket: crate::rounded(grown / f64::from(SOCKETS)),
        rss_before_mib: crate::rounded(kib(before)? / 1_024.0),
        rss_after_mib: crate::rounded(kib(after)? / 1_024.0),
        sockets_before: BEFORE,
        circles_per_socket: 1,
        sockets_per_account: rates().sockets_per_account,
        sockets_per_address: rates().sockets_per_address,
    })
}

fn hear(stdout: ChildStdout) -> Result<Told> {
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    serde_json::from_str(&line).context("the server did not come up")
}

/// Opens sockets and keeps them: pings are answered by reading.
async fn sit(
    door: &Door,
    hellos: impl Iterator<Item = Bytes>,
    open: &mut JoinSet<Result<()>>,
) -> Result<()> {
    let hellos: Vec<Hello> = hellos.map(|bytes| hello(&bytes)).collect::<Result<_>>()?;
    let sockets: Vec<Socket> = stream::iter(hellos.into_iter().map(|hello| door.open(hello)))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for mut socket in sockets {
        open.spawn(async move {
            loop {
                next(&mut socket).await?;
            }
        });
    }
    Ok(())
}

fn hello(bytes: &[u8]) -> Result<Hello> {
    match ClientFrame::parse(bytes) {
        Ok(ClientFrame::Hello(hello)) => Ok(hello),
        other => bail!("not a first frame: {other:?}"),
    }
}

/// The server, until its parent lets go.
pub async fn serve() -> Result<()> {
    let mut options = Options::new(Engine::Sqlite);
    options.rates = rates();
    // It stands still, so tickets are good for as long as it takes.
    options.clock = FakeClock::at(crate::now());
    let mut server = TestServer::start_with(options).await?;
    crate::print(&Told {
        addr: server.addr(),
        ca_pem: server.ca_pem().to_owned(),
        hellos: hellos(&server).await?,
    })?;
    spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    server.down(Down::AtOnce).await
}

async fn hellos(server: &TestServer) -> Result<Vec<Bytes>> {
    let (store, name) = (server.store(), server.name());
    let circles = (SOCKETS + BEFORE).div_ceil(DEVICES * OF_ONE_DEVICE);
    let mut hellos = Vec::new();
    for number in 0..circles {
        let circle = Circle::found(store, number, DEVICES, crate::now()).await?;
        for _ in 0..OF_ONE_DEVICE {
            let frames = circle.hellos(store, &name).await?.into_iter();
            hellos.extend(frames.map(|hello| ClientFrame::Hello(hello).to_bytes().into()));
        }
    }
    Ok(hellos)
}
