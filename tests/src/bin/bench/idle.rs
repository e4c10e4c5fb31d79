//! What a websocket that says nothing costs the server, in resident memory.
//!
//! The server is a process of its own: this binary once more, under the name [`SERVER`], with SQLite in
//! a temporary directory. It founds real circles and tells its parent one ticket for each socket on its
//! standard output; it ends when its standard input does. Every socket is an enrolled device that said
//! hello and follows its circle.
//!
//! The memory that founding the circles left free would hide what the first sockets cost. So some are
//! opened before the first reading, and stay.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use gateway::Rates;
use protocol::{Bytes, CircleId};
use protocol::frame::Cursor;
use serde::{Deserialize, Serialize};
use testkit::{Down, Engine, FakeClock, Options, TestServer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::circle::{Circle, DEVICES};
use crate::keys::Keys;
use crate::process::{must_open, resident_kib};
use crate::socket::{Door, Socket, next};

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
    sockets: Vec<Seat>,
}

/// What one socket needs.
#[derive(Serialize, Deserialize)]
struct Seat {
    number: u32,
    circle: CircleId,
    seq: u64,
    ticket: Bytes,
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
        .kill_on_drop(true)
        .spawn()?;
    let pid = server.id().context("the server ended at once")?;
    let told = told(&mut server).await?;
    let door = Door::new(told.addr, &told.ca_pem)?;
    let mut seats = told.sockets.into_iter();
    let mut open = JoinSet::new();
    sit(&door, seats.by_ref().take(BEFORE as usize), &mut open).await?;
    sleep(SETTLE).await;
    let before = resident_kib(pid)?;
    sit(&door, seats.take(SOCKETS as usize), &mut open).await?;
    sleep(SETTLE).await;
    let after = resident_kib(pid)?;
    let ended = open.try_join_next();
    ensure!(ended.is_none(), "a socket did not stay open: {ended:?}");
    let kib = |kib: u64| u32::try_from(kib).map(f64::from);
    crate::print(&Figure {
        bench: "idle",
        sockets: SOCKETS,
        kib_per_socket: crate::rounded(
            kib(after.saturating_sub(before))? / f64::from(SOCKETS),
        ),
        rss_before_mib: crate::rounded(kib(before)? / 1_024.0),
        rss_after_mib: crate::rounded(kib(after)? / 1_024.0),
        sockets_before: BEFORE,
        circles_per_socket: 1,
        sockets_per_account: rates().sockets_per_account,
        sockets_per_address: rates().sockets_per_address,
    })?;
    open.abort_all();
    drop(server.stdin.take());
    server.wait().await?;
    Ok(())
}

async fn told(server: &mut Child) -> Result<Told> {
    let stdout = server.stdout.take().context("its output is piped")?;
    let mut line = String::new();
    timeout(SEEDING, BufReader::new(stdout).read_line(&mut line))
        .await
        .context("the server was not ready in time")??;
    serde_json::from_str(&line).context("the server did not come up")
}

/// Opens sockets and keeps them: pings are answered by reading.
async fn sit(
    door: &Door,
    seats: impl Iterator<Item = Seat>,
    open: &mut JoinSet<Result<()>>,
) -> Result<()> {
    let hellos = seats.map(|seat| {
        let cursor = Cursor {
            circle: seat.circle,
            generation: 0,
            seq: seat.seq,
        };
        let keys = Keys::of(seat.number);
        keys.hello(seat.ticket, door.server_name(), vec![cursor])
    });
    let sockets: Vec<Socket> = stream::iter(hellos.map(|hello| door.open(hello)))
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

/// The server, until its parent lets go.
pub async fn serve() -> Result<()> {
    let mut options = Options::new(Engine::Sqlite);
    options.rates = rates();
    options.clock = FakeClock::at(crate::now());
    let mut server = TestServer::start_with(options).await?;
    let seats = seats(&server).await?;
    crate::print(&Told {
        addr: server.addr(),
        ca_pem: server.ca_pem().to_owned(),
        sockets: seats,
    })?;
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    server.down(Down::AtOnce).await
}

async fn seats(server: &TestServer) -> Result<Vec<Seat>> {
    let (store, name) = (server.store(), server.name());
    let circles = (SOCKETS + BEFORE).div_ceil(DEVICES * OF_ONE_DEVICE);
    let mut seats = Vec::new();
    for number in 0..circles {
        let circle = Circle::found(store, number, crate::now()).await?;
        for _ in 0..OF_ONE_DEVICE {
            for device in circle.numbers() {
                seats.push(Seat {
                    number: device,
                    circle: circle.id,
                    seq: circle.head,
                    ticket: Bytes::default(),
                });
            }
            let hellos = circle.hellos(store, &name).await?;
            let last = seats.len() - hellos.len();
            for (seat, hello) in seats[last..].iter_mut().zip(hellos) {
                seat.ticket = hello.ticket;
            }
        }
    }
    Ok(seats)
}
