//! What a reader costs who stops reading: resident memory of the server, and the others' patience.
//!
//! The server is a process of its own, as for [`crate::idle`]: this binary under the name [`SERVER`]. It
//! founds circles, encrypts what their senders will send, and tells its parent all of it. Three times the
//! same is sent at a pace: once so that what grows with any traffic has grown; once with everybody reading;
//! and once while one device of each circle has stopped, with a socket that takes little in. The second and
//! the third are compared.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::future::try_join_all;
use gateway::Rates;
use protocol::frame::{ClientFrame, Hello};
use protocol::{Bytes, OpId};
use serde::{Deserialize, Serialize};
use testkit::{Down, Engine, FakeClock, Options, TestServer};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use crate::append::ms;
use crate::circle::{Circle, DEVICES};
use crate::drive::{Lane, Load, Measured, Prepared, drive};
use crate::process::resident_kib;
use carecircle_tests::socket::{Door, Socket, next};

/// The server's name among the benches.
pub const SERVER: &str = "slow-reader-server";

const CIRCLES: u32 = 4;
/// Messages a second, over all circles.
const PACE: u32 = 1_000;
/// Messages that each sender has: more than three runs take.
const PREPARED: usize = 7_000;
const RUNS: usize = 3;
/// What the sockets of slow readers take in beyond what is read, bytes.
const NARROW_BYTES: u32 = 4 * 1024;
/// For the server to found its circles and to encrypt.
const SEEDING: Duration = Duration::from_mins(2);

/// What the server tells its parent, on one line.
#[derive(Serialize, Deserialize)]
struct Told {
    addr: SocketAddr,
    ca_pem: String,
    circles: Vec<Sends>,
}

#[derive(Serialize, Deserialize)]
struct Sends {
    /// For each run the first frame of each socket, the sender's first.
    hellos: Vec<Vec<Bytes>>,
    supply: Vec<(OpId, Bytes)>,
}

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    /// For one slow reader, beyond what grew while everybody read.
    extra_mib: f64,
    others_p99_ratio: f64,
    others_p99_ms: f64,
    p99_ms_before: f64,
    grown_mib: f64,
    grown_mib_before: f64,
    slow_readers: u32,
    paced_per_s: u32,
    circles: u32,
    devices_per_circle: u32,
}

/// One run and what it left.
struct Ran {
    measured: Measured,
    grown_kib: f64,
}

fn rates() -> Rates {
    Rates {
        frames_per_second: 100_000,
        frames_burst: 100_000,
        sockets_per_address: 8 * CIRCLES * DEVICES,
        ..Rates::default()
    }
}

/// Starts the server, runs, compares.
pub async fn run() -> Result<()> {
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
    let mut from = vec![0; told.circles.len()];
    let mut runs = Vec::new();
    for number in 0..RUNS {
        let slow = number + 1 == RUNS;
        let before = resident_kib(server.id())?;
        let (lanes, others) = open(&door, &told.circles, (number, slow), &from).await?;
        let measured = drive(lanes, Load::Paced(PACE)).await?;
        let after = resident_kib(server.id())?;
        drop(others);
        for (from, sent) in from.iter_mut().zip(&measured.sent) {
            *from += sent;
        }
        let grown_kib = f64::from(u32::try_from(after)?) - f64::from(u32::try_from(before)?);
        runs.push(Ran {
            measured,
            grown_kib,
        });
    }
    print(&runs)?;
    drop(hold);
    server.wait()?;
    Ok(())
}

fn print(runs: &[Ran]) -> Result<()> {
    let [.., before, with] = runs else {
        anyhow::bail!("there were not enough runs");
    };
    let p99 = |ran: &Ran| ms(ran.measured.latency_us.value_at_quantile(0.99));
    crate::print(&Figure {
        bench: "slow_reader",
        extra_mib: crate::rounded(
            (with.grown_kib - before.grown_kib) / 1_024.0 / f64::from(CIRCLES),
        ),
        others_p99_ratio: crate::rounded(p99(with) / p99(before)),
        others_p99_ms: p99(with),
        p99_ms_before: p99(before),
        grown_mib: crate::rounded(with.grown_kib / 1_024.0),
        grown_mib_before: crate::rounded(before.grown_kib / 1_024.0),
        slow_readers: CIRCLES,
        paced_per_s: PACE,
        circles: CIRCLES,
        devices_per_circle: DEVICES,
    })
}

/// Every circle's sockets. The last device of each is not waited for: it reads by itself, or not at all.
async fn open(
    door: &Door,
    circles: &[Sends],
    (run, slow): (usize, bool),
    from: &[usize],
) -> Result<(Vec<Lane>, JoinSet<Result<()>>)> {
    let (mut lanes, mut others) = (Vec::new(), JoinSet::new());
    for (circle, from) in circles.iter().zip(from) {
        let mut hellos: Vec<Hello> = (circle.hellos[run].iter())
            .map(|bytes| hello(bytes))
            .collect::<Result<_>>()?;
        let last = hellos.pop().context("a circle has devices")?;
        let mut sockets = try_join_all(hellos.into_iter().map(|hello| door.open(hello))).await?;
        let last = if slow {
            door.open_narrow(last, NARROW_BYTES).await?
        } else {
            door.open(last).await?
        };
        others.spawn(follow(last, slow));
        let receivers = sockets.split_off(1);
        lanes.push(Lane {
            sender: sockets.remove(0),
            receivers,
            supply: Arc::new(circle.supply.iter().map(prepared).collect()),
            from: *from,
            again: false,
        });
    }
    Ok((lanes, others))
}

fn prepared((op_id, frame): &(OpId, Bytes)) -> Prepared {
    Prepared {
        op_id: *op_id,
        frame: frame.0.clone().into(),
    }
}

async fn follow(mut socket: Socket, slow: bool) -> Result<()> {
    if slow {
        std::future::pending::<()>().await;
    }
    loop {
        next(&mut socket).await?;
    }
}

fn hear(stdout: ChildStdout) -> Result<Told> {
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    serde_json::from_str(&line).context("the server did not come up")
}

fn hello(bytes: &[u8]) -> Result<Hello> {
    match ClientFrame::parse(bytes) {
        Ok(ClientFrame::Hello(hello)) => Ok(hello),
        other => anyhow::bail!("not a first frame: {other:?}"),
    }
}

/// The server, until its parent lets go.
pub async fn serve() -> Result<()> {
    let mut options = Options::new(Engine::Sqlite);
    options.rates = rates();
    // It stands still, so tickets are good for as long as it takes.
    options.clock = FakeClock::at(crate::now());
    let mut server = TestServer::start_with(options).await?;
    let mut circles = Vec::new();
    for number in 0..CIRCLES {
        let mut circle = Circle::found(server.store(), number, DEVICES, crate::now()).await?;
        let mut hellos = Vec::new();
        for _ in 0..RUNS {
            let frames = circle.hellos(server.store(), &server.name()).await?;
            let frames = frames.into_iter().map(ClientFrame::Hello);
            hellos.push(frames.map(|frame| frame.to_bytes().into()).collect());
        }
        let supply = spawn_blocking(move || circle.prepare(PREPARED)).await??;
        let supply = supply.into_iter();
        circles.push(Sends {
            hellos,
            supply: supply
                .map(|next| (next.op_id, next.frame.to_vec().into()))
                .collect(),
        });
    }
    crate::print(&Told {
        addr: server.addr(),
        ca_pem: server.ca_pem().to_owned(),
        circles,
    })?;
    spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    server.down(Down::AtOnce).await
}
