//! Messages a second, and how long one takes: 25 circles of 4 devices, one sender each.
//!
//! Every device has a TLS websocket of its own to a whole server; what is sent are real MLS messages,
//! encrypted beforehand. Server and devices share this process and its threads, so the figures are
//! those of a machine that does both. Devices do not acknowledge what they received, which would be
//! further work for the server, and do not decrypt, which would be work for the devices.
//!
//! The rates are raised beyond what is measured, or one would measure them; each line says to what.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::try_join_all;
use gateway::Rates;
use protocol::frame::{Cursor, Hello};
use protocol::{Bytes, CircleId};
use serde::Serialize;
use testkit::{Certificate, Down, Engine, FakeClock, Options, TestServer};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::circle::{BODY_BYTES, Circle, DEVICES};
use crate::drive::{Lane, Measured, Prepared, drive};
use crate::keys::Keys;
use crate::relay::Relay;
use crate::socket::{Door, server_name};

const CIRCLES: u32 = 25;
/// Messages of one circle under way.
const WINDOWS: [usize; 2] = [1, 8];
/// Messages that each sender encrypts beforehand, for all windows together.
const PREPARED: usize = 3_000;
/// Frames a second, and at once, on one websocket.
const FRAMES: u32 = 100_000;
/// Between two moves of the server's clock.
const TICK: Duration = Duration::from_millis(50);

/// One line.
#[derive(Serialize)]
struct Figure<'a> {
    bench: &'a str,
    engine: &'a str,
    window: usize,
    circles: u32,
    messages_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    messages: u64,
    seconds: f64,
    devices_per_circle: u32,
    body_bytes: usize,
    frame_bytes: usize,
    frames_per_second: Option<u32>,
    frames_burst: Option<u32>,
    sockets_per_address: Option<u32>,
    one_process: bool,
}

/// Both engines, then the ceiling.
pub async fn run() -> Result<()> {
    let mut circles = Vec::new();
    for (engine, name) in [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")] {
        circles = on(engine, name).await?;
    }
    ceiling(&circles).await
}

/// What one circle sends.
struct Sends {
    circle: CircleId,
    supply: Arc<Vec<Prepared>>,
}

fn rates() -> Rates {
    Rates {
        frames_per_second: FRAMES,
        frames_burst: FRAMES,
        sockets_per_address: 2 * CIRCLES * DEVICES,
        ..Rates::default()
    }
}

/// Moves a server's clock on with real time, so that sessions are looked at as often as they would be.
fn tick(clock: &FakeClock) -> JoinSet<()> {
    let clock = clock.clone();
    clock.set(crate::now());
    let mut ticking = JoinSet::new();
    ticking.spawn(async move {
        loop {
            sleep(TICK).await;
            clock.set(crate::now());
        }
    });
    ticking
}

async fn on(engine: Engine, name: &str) -> Result<Vec<Sends>> {
    let mut options = Options::new(engine);
    options.rates = rates();
    let _ticking = tick(&options.clock);
    let mut server = TestServer::start_with(options).await?;
    let mut circles = Vec::new();
    for number in 0..CIRCLES {
        circles.push(Circle::found(server.store(), number, crate::now()).await?);
    }
    let mut circles = prepare(circles).await?;
    let door = Door::new(server.addr(), server.ca_pem())?;
    let mut from = vec![0; circles.len()];
    for window in WINDOWS {
        let mut lanes = Vec::new();
        for ((circle, sends), from) in circles.iter().zip(&from) {
            let hellos = circle.hellos(server.store(), door.server_name()).await?;
            lanes.push(lane(&door, hellos, sends, *from).await?);
        }
        let measured = drive(lanes, window).await?;
        for (((circle, _), from), sent) in circles.iter_mut().zip(&mut from).zip(&measured.sent) {
            *from += sent;
            circle.head += u64::try_from(*sent)?;
        }
        print(name, window, &measured, &circles[0].1, Some(&rates()))?;
    }
    server.down(Down::Gracefully).await?;
    Ok(circles.into_iter().map(|(_, sends)| sends).collect())
}

/// Every sender encrypts on a thread of its own.
async fn prepare(circles: Vec<Circle>) -> Result<Vec<(Circle, Sends)>> {
    let mut senders = JoinSet::new();
    for mut circle in circles {
        senders.spawn_blocking(move || {
            let supply = Arc::new(circle.prepare(PREPARED)?);
            let sends = Sends {
                circle: circle.id,
                supply,
            };
            Ok::<_, anyhow::Error>((circle, sends))
        });
    }
    let mut prepared = Vec::new();
    while let Some(done) = senders.join_next().await {
        prepared.push(done??);
    }
    Ok(prepared)
}

async fn lane(door: &Door, hellos: Vec<Hello>, sends: &Sends, from: usize) -> Result<Lane> {
    let mut sockets = try_join_all(hellos.into_iter().map(|hello| door.open(hello))).await?;
    let receivers = sockets.split_off(1);
    Ok(Lane {
        sender: sockets.remove(0),
        receivers,
        supply: Arc::clone(&sends.supply),
        from,
        again: false,
    })
}

/// The same frames through the relay, again and again: it does not know an operation when it sees it.
async fn ceiling(circles: &[Sends]) -> Result<()> {
    let certificate = Certificate::make()?;
    let relay = Relay::start(certificate.server())?;
    let door = Door::new(relay.addr, certificate.ca_pem())?;
    for window in WINDOWS {
        let mut lanes = Vec::new();
        for (number, sends) in (0..).zip(circles) {
            let hellos = (0..DEVICES).map(|place| {
                let cursor = Cursor {
                    circle: sends.circle,
                    generation: 0,
                    seq: 0,
                };
                let keys = Keys::of(number * DEVICES + place);
                keys.hello(Bytes::from([0; 32]), &server_name(relay.addr), vec![cursor])
            });
            let mut lane = lane(&door, hellos.collect(), sends, 0).await?;
            lane.again = true;
            lanes.push(lane);
        }
        let measured = drive(lanes, window).await?;
        print("ceiling", window, &measured, &circles[0], None)?;
    }
    Ok(())
}

fn print(
    engine: &str,
    window: usize,
    measured: &Measured,
    sends: &Sends,
    rates: Option<&Rates>,
) -> Result<()> {
    let ms = |us: u64| crate::rounded(Duration::from_micros(us).as_secs_f64() * 1e3);
    let latency = &measured.latency_us;
    let messages = f64::from(u32::try_from(measured.messages)?);
    crate::print(&Figure {
        bench: "append",
        engine,
        window,
        circles: CIRCLES,
        messages_per_s: (messages / measured.seconds).round(),
        p50_ms: ms(latency.value_at_quantile(0.5)),
        p99_ms: ms(latency.value_at_quantile(0.99)),
        max_ms: ms(latency.max()),
        messages: measured.messages,
        seconds: crate::rounded(measured.seconds),
        devices_per_circle: DEVICES,
        body_bytes: BODY_BYTES,
        frame_bytes: sends.supply.first().map_or(0, |first| first.frame.len()),
        frames_per_second: rates.map(|rates| rates.frames_per_second),
        frames_burst: rates.map(|rates| rates.frames_burst),
        sockets_per_address: rates.map(|rates| rates.sockets_per_address),
        one_process: true,
    })
}
