//! Keeps every circle's window full, or sends at a pace, and measures what comes of it.
//!
//! A message is *complete* when its sender has the answer that it is durable and all others have it in a
//! page of the log. Only then does it leave its circle's window, so a window of 1 is the pace of one
//! message after another. Latency is from just before the sender writes it to the last of these events,
//! all seen in this process. At a pace it is from the moment at which the message was due, whether or
//! not it could be written then.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hdrhistogram::Histogram;
use protocol::OpId;
use protocol::frame::ServerFrame;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::sync::CancellationToken;

use carecircle_tests::socket::{Socket, next};

/// Before anything is counted.
pub const WARM_UP: Duration = Duration::from_secs(2);
/// The measured run; shorter only if a sender has nothing left to send.
pub const MEASURED: Duration = Duration::from_secs(5);
/// For what is still under way at the end.
const DRAIN: Duration = Duration::from_secs(20);
/// Longer than any latency, microseconds.
const LATENCY_US_MAX: u64 = 60_000_000;

/// A message that was encrypted beforehand.
#[derive(Clone)]
pub struct Prepared {
    /// By which its answer and its entries are known.
    pub op_id: OpId,
    /// The frame to send.
    pub frame: Bytes,
}

/// One circle with its open websockets.
pub struct Lane {
    /// Who sends.
    pub sender: Socket,
    /// Who receives.
    pub receivers: Vec<Socket>,
    /// What is sent.
    pub supply: Arc<Vec<Prepared>>,
    /// The first that was not yet sent.
    pub from: usize,
    /// Whether it begins again after the last, where nobody minds a repeated operation.
    pub again: bool,
}

/// When messages are sent.
#[derive(Clone, Copy)]
pub enum Load {
    /// As soon as fewer than so many of a circle are under way.
    Window(usize),
    /// So many a second, over all circles, however many are under way.
    Paced(u32),
}

/// Messages of one circle that may be under way at a pace: more than there ever are.
const UNDER_WAY_MAX: usize = 10_000;

/// What came of it.
pub struct Measured {
    /// Messages complete within the measured time.
    pub messages: u64,
    /// The measured time.
    pub seconds: f64,
    /// Their latencies, microseconds.
    pub latency_us: Histogram<u64>,
    /// How many each lane sent in all.
    pub sent: Vec<usize>,
}

/// One circle's books.
struct Tally {
    window: Semaphore,
    /// Sent and not complete: since when, and how many events are missing.
    open: Mutex<HashMap<OpId, (Instant, usize)>>,
    complete: Mutex<Histogram<u64>>,
    /// Events that complete a message.
    events: usize,
    counts: Arc<AtomicBool>,
}

impl Tally {
    fn new(window: usize, events: usize, counts: Arc<AtomicBool>) -> Result<Self> {
        Ok(Self {
            window: Semaphore::new(window),
            open: Mutex::default(),
            complete: Mutex::new(Histogram::new_with_max(LATENCY_US_MAX, 3)?),
            events,
            counts,
        })
    }

    fn sends(&self, op_id: OpId, since: Instant) {
        let mut open = self.open.lock().expect("nobody panics with the books open");
        open.insert(op_id, (since, self.events));
    }

    fn heard(&self, op_id: OpId) {
        let mut open = self.open.lock().expect("nobody panics with the books open");
        let Some((since, missing)) = open.get_mut(&op_id) else {
            return;
        };
        *missing -= 1;
        if *missing > 0 {
            return;
        }
        let took = since.elapsed();
        open.remove(&op_id);
        drop(open);
        if self.counts.load(Ordering::Relaxed) {
            let us = u64::try_from(took.as_micros()).unwrap_or(LATENCY_US_MAX);
            let mut complete = self.complete.lock().expect("recording does not panic");
            complete.saturating_record(us);
        }
        self.window.add_permits(1);
    }
}

/// Every lane under way.
struct Run {
    counts: Arc<AtomicBool>,
    stop: CancellationToken,
    exhausted: CancellationToken,
    tallies: Vec<Arc<Tally>>,
    senders: JoinSet<Result<(usize, usize)>>,
    readers: JoinSet<Result<()>>,
}

/// Runs every lane under that load: warm-up, measured run, drain.
pub async fn drive(lanes: Vec<Lane>, load: Load) -> Result<Measured> {
    let mut run = Run {
        counts: Arc::default(),
        stop: CancellationToken::new(),
        exhausted: CancellationToken::new(),
        tallies: Vec::new(),
        senders: JoinSet::new(),
        readers: JoinSet::new(),
    };
    let (begins, all) = (Instant::now(), u32::try_from(lanes.len())?);
    for (place, lane) in (0..).zip(lanes) {
        let (window, pace) = match load {
            Load::Window(window) => (window, None),
            Load::Paced(per_s) => {
                let turn = Duration::from_secs(1) / per_s;
                let pace = Pace {
                    due: begins + turn * place,
                    every: turn * all,
                };
                (UNDER_WAY_MAX, Some(pace))
            }
        };
        run.begin(lane, window, pace)?;
    }
    let seconds = tokio::select! {
        seconds = measure(&run.counts, &run.exhausted) => seconds,
        Some(ended) = run.readers.join_next() => return Err(failure(ended)),
    };
    run.stop.cancel();
    let sent = tokio::select! {
        drained = timeout(DRAIN, drain(&mut run.senders)) => drained
            .context("messages got lost: not everything sent was answered and received")??,
        Some(ended) = run.readers.join_next() => return Err(failure(ended)),
    };
    sum(&run.tallies, seconds, sent)
}

impl Run {
    fn begin(&mut self, lane: Lane, window: usize, due: Option<Pace>) -> Result<()> {
        let place = self.tallies.len();
        let events = lane.receivers.len() + 1;
        let tally = Arc::new(Tally::new(window, events, Arc::clone(&self.counts))?);
        for receiver in lane.receivers {
            self.readers.spawn(receive(receiver, Arc::clone(&tally)));
        }
        let (sink, stream) = lane.sender.split();
        self.readers.spawn(answers(stream, Arc::clone(&tally)));
        let sender = Sender {
            sink,
            tally: Arc::clone(&tally),
            supply: lane.supply,
            from: lane.from,
            again: lane.again,
            pace: due,
        };
        let (stop, exhausted) = (self.stop.clone(), self.exhausted.clone());
        self.senders
            .spawn(async move { Ok((place, sender.send(stop, exhausted).await?)) });
        self.tallies.push(tally);
        Ok(())
    }
}

/// What each lane sent, once all of it is complete.
async fn drain(senders: &mut JoinSet<Result<(usize, usize)>>) -> Result<Vec<usize>> {
    let mut sent = vec![0; senders.len()];
    while let Some(ended) = senders.join_next().await {
        let (place, count) = ended??;
        sent[place] = count;
    }
    Ok(sent)
}

async fn measure(counts: &AtomicBool, exhausted: &CancellationToken) -> f64 {
    tokio::select! {
        () = sleep(WARM_UP) => {}
        () = exhausted.cancelled() => {}
    }
    counts.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    tokio::select! {
        () = sleep(MEASURED) => {}
        () = exhausted.cancelled() => {}
    }
    counts.store(false, Ordering::Relaxed);
    begun.elapsed().as_secs_f64()
}

fn failure(ended: Result<Result<()>, tokio::task::JoinError>) -> anyhow::Error {
    match ended {
        Ok(Err(error)) => error,
        Err(error) => error.into(),
        Ok(Ok(())) => anyhow::anyhow!("a reader ended"),
    }
}

fn sum(tallies: &[Arc<Tally>], seconds: f64, sent: Vec<usize>) -> Result<Measured> {
    let mut latency_us = Histogram::new_with_max(LATENCY_US_MAX, 3)?;
    for tally in tallies {
        latency_us.add(&*tally.complete.lock().expect("recording does not panic"))?;
    }
    ensure!(!latency_us.is_empty(), "nothing was complete in time");
    Ok(Measured {
        messages: latency_us.len(),
        seconds,
        latency_us,
        sent,
    })
}

/// The sender's own websocket: its answers. Its own entries come too and are read past.
async fn answers(mut stream: SplitStream<Socket>, tally: Arc<Tally>) -> Result<()> {
    loop {
        match next(&mut stream).await? {
            ServerFrame::Ok(done) => tally.heard(done.op_id),
            ServerFrame::Err(refused) => bail!("refused: {refused:?}"),
            ServerFrame::Bye(bye) => bail!("closed: {}", bye.code),
            _ => {}
        }
    }
}

async fn receive(mut socket: Socket, tally: Arc<Tally>) -> Result<()> {
    loop {
        match next(&mut socket).await? {
            ServerFrame::Log(page) => {
                for entry in page.entries {
                    tally.heard(entry.op_id);
                }
            }
            ServerFrame::Bye(bye) => bail!("closed: {}", bye.code),
            _ => {}
        }
    }
}

struct Sender {
    sink: SplitSink<Socket, Message>,
    tally: Arc<Tally>,
    supply: Arc<Vec<Prepared>>,
    from: usize,
    again: bool,
    pace: Option<Pace>,
}

/// When a sender's next message is due.
struct Pace {
    due: Instant,
    every: Duration,
}

impl Pace {
    /// Waits for the next message's time.
    async fn next(&mut self) -> Instant {
        let due = self.due;
        self.due += self.every;
        sleep_until(due).await;
        due
    }
}

impl Sender {
    /// Sends until told to stop, then waits until everything sent is complete; how many that were.
    async fn send(
        mut self,
        stop: CancellationToken,
        exhausted: CancellationToken,
    ) -> Result<usize> {
        let window = self.tally.window.available_permits();
        let mut sent = 0;
        loop {
            let permit = tokio::select! {
                () = stop.cancelled() => break,
                permit = self.tally.window.acquire() => permit?,
            };
            let since = match &mut self.pace {
                None => Instant::now(),
                Some(pace) => pace.next().await,
            };
            let place = self.from + sent;
            let place = if self.again {
                place % self.supply.len()
            } else {
                place
            };
            let Some(next) = self.supply.get(place) else {
                exhausted.cancel();
                break;
            };
            // It is given back by whoever sees the last event.
            permit.forget();
            self.tally.sends(next.op_id, since);
            self.sink.send(Message::Binary(next.frame.clone())).await?;
            sent += 1;
        }
        let all = u32::try_from(window)?;
        drop(self.tally.window.acquire_many(all).await?);
        Ok(sent)
    }
}
