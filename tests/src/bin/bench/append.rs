//! Messages a second, and how long one takes: 25 circles of 4 devices, one sender each, with one message
//! and with eight of each circle under way, and at a pace of 1,000 a second; and one circle of 50
//! devices.
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
use crate::drive::{Lane, Load, Measured, Prepared, drive};
use crate::keys::Keys;
use crate::relay::Relay;
use carecircle_tests::socket::{Door, server_name};

/// Circles and their devices.
#[derive(Clone, Copy)]
struct Shape {
    circles: u32,
    devices: u32,
    /// Messages that each sender encrypts beforehand, for all loads together.
    prepared: usize,
    loads: &'static [Load],
}

const MANY: Shape = Shape {
    circles: 25,
    devices: DEVICES,
    prepared: 14_000,
    loads: &[Load::Window(1), Load::Window(8), Load::Paced(1_000)],
};
const LARGE: Shape = Shape {
    circles: 1,
    devices: 50,
    prepared: 40_000,
    loads: &[Load::Window(1), Load::Window(8)],
};
/// Frames a second, and at once, on one websocket.
const FRAMES: u32 = 100_000;
/// Between two moves of the server's clock.
const TICK: Duration = Duration::from_millis(50);

/// One line.
#[derive(Serialize)]
struct Figure<'a> {
    bench: &'a str,
    engine: &'a str,
    window: Option<usize>,
    paced_per_s: Option<u32>,
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

/// Both engines, then the ceiling, each with many circles and with a large one.
pub async fn run() -> Result<()> {
    let mut sends = Vec::new();
    for (engine, name) in [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")] {
        sends = vec![
            on(engine, name, MANY).await?,
            on(engine, name, LARGE).await?,
        ];
    }
    for (shape, sends) in [MANY, LARGE].into_iter().zip(sends) {
        ceiling(shape, &sends).await?;
    }
    Ok(())
}

/// What one circle sends.
struct Sends {
    circle: CircleId,
    supply: Arc<Vec<Prepared>>,
}

fn rates(shape: Shape) -> Rates {
    Rates {
        frames_per_second: FRAMES,
        frames_burst: FRAMES,
        sockets_per_address: 2 * shape.circles * shape.devices,
        ..Rates::default()
    }
}

/// Moves a server's clock on with real time, so that sessions are looked at as often as they would be.
pub fn tick(clock: &FakeClock) -> JoinSet<()> {
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

async fn on(engine: Engine, name: &str, shape: Shape) -> Result<Vec<Sends>> {
    let mut options = Options::new(engine);
    options.rates = rates(shape);
    let _ticking = tick(&options.clock);
    let mut server = TestServer::start_with(options).await?;
    let mut circles = Vec::new();
    for number in 0..shape.circles {
        circles.push(Circle::found(server.store(), number, shape.devices, crate::now()).await?);
    }
    let mut circles = prepare(circles, shape.prepared).await?;
    let door = Door::new(server.addr(), server.ca_pem())?;
    let mut from = vec![0; circles.len()];
    for load in shape.loads {
        let mut lanes = Vec::new();
        for ((circle, sends), from) in circles.iter().zip(&from) {
            let hellos = circle.hellos(server.store(), door.server_name()).await?;
            lanes.push(lane(&door, hellos, sends, *from).await?);
        }
        let measured = drive(lanes, *load).await?;
        for (((circle, _), from), sent) in circles.iter_mut().zip(&mut from).zip(&measured.sent) {
            *from += sent;
            circle.head += u64::try_from(*sent)?;
        }
        let rates = rates(shape);
        figure(name, shape, *load, Some(&rates)).print(&measured, &circles[0].1)?;
    }
    server.down(Down::Gracefully).await?;
    Ok(circles.into_iter().map(|(_, sends)| sends).collect())
}

/// Every sender encrypts on a thread of its own.
async fn prepare(circles: Vec<Circle>, count: usize) -> Result<Vec<(Circle, Sends)>> {
    let mut senders = JoinSet::new();
    for mut circle in circles {
        senders.spawn_blocking(move || {
            let supply = Arc::new(circle.prepare(count)?);
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
async fn ceiling(shape: Shape, circles: &[Sends]) -> Result<()> {
    let certificate = Certificate::make()?;
    let relay = Relay::start(certificate.server())?;
    let door = Door::new(relay.addr, certificate.ca_pem())?;
    for load in shape.loads {
        let mut lanes = Vec::new();
        for (number, sends) in (0..).zip(circles) {
            let hellos = (0..shape.devices).map(|place| {
                let cursor = Cursor {
                    circle: sends.circle,
                    generation: 0,
                    seq: 0,
                };
                let keys = Keys::of(number * shape.devices + place);
                keys.hello(Bytes::from([0; 32]), &server_name(relay.addr), vec![cursor])
            });
            let mut lane = lane(&door, hellos.collect(), sends, 0).await?;
            lane.again = true;
            lanes.push(lane);
        }
        let measured = drive(lanes, *load).await?;
        figure("ceiling", shape, *load, None).print(&measured, &circles[0])?;
    }
    Ok(())
}

/// A line about nothing so far.
fn figure<'a>(engine: &'a str, shape: Shape, load: Load, rates: Option<&Rates>) -> Figure<'a> {
    let (window, paced_per_s) = match load {
        Load::Window(window) => (Some(window), None),
        Load::Paced(per_s) => (None, Some(per_s)),
    };
    Figure {
        bench: "append",
        engine,
        window,
        paced_per_s,
        circles: shape.circles,
        messages_per_s: 0.0,
        p50_ms: 0.0,
        p99_ms: 0.0,
        max_ms: 0.0,
        messages: 0,
        seconds: 0.0,
        devices_per_circle: shape.devices,
        body_bytes: BODY_BYTES,
        frame_bytes: 0,
        frames_per_second: rates.map(|rates| rates.frames_per_second),
        frames_burst: rates.map(|rates| rates.frames_burst),
        sockets_per_address: rates.map(|rates| rates.sockets_per_address),
        one_process: true,
    }
}

impl Figure<'_> {
    fn print(mut self, measured: &Measured, sends: &Sends) -> Result<()> {
        let latency = &measured.latency_us;
        let messages = f64::from(u32::try_from(measured.messages)?);
        self.messages_per_s = (messages / measured.seconds).round();
        self.p50_ms = ms(latency.value_at_quantile(0.5));
        self.p99_ms = ms(latency.value_at_quantile(0.99));
        self.max_ms = ms(latency.max());
        self.messages = measured.messages;
        self.seconds = crate::rounded(measured.seconds);
        self.frame_bytes = sends.supply.first().map_or(0, |first| first.frame.len());
        crate::print(&self)
    }
}

/// Milliseconds with three decimals.
pub fn ms(us: u64) -> f64 {
    crate::rounded(Duration::from_micros(us).as_secs_f64() * 1e3)
}
