//! Free times of 50 workers over 28 days, each of whom has some of them taken already: of each alone, and when all
//! of them are free at once, which must be what they have in common.

use anyhow::{Context as _, Result, ensure};
use care::civil::parse_date;
use hdrhistogram::Histogram;
use protocol::Timestamp;
use protocol::http::FindSlots;
use scheduler::Scheduler;
use serde::Serialize;
use store::SlotSearch;
use testkit::{Engine, TestServer};
use tokio::time::Instant;

use crate::desk::{Booked, Desk, ENGINES, book, open, visit};

const WORKERS: u32 = 50;
const FROM: &str = "2026-12-01";
const DAYS: u16 = 28;
const MINUTES: u16 = 30;
/// Visits that each worker has already: one on each of ten working days.
const TAKEN: [u64; 10] = [1, 2, 3, 4, 7, 8, 9, 10, 11, 14];
/// Twenty working days, each with 31 beginnings from nine to half past four; a visit takes three of them.
const EACH: usize = 20 * 31 - 10 * 3;
const ROUNDS: usize = 200;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    workers: u32,
    days: u16,
    /// When all workers are free at once.
    p50_ms: f64,
    p99_ms: f64,
    /// For one worker, as they see it themselves.
    one_p50_ms: f64,
    slots: usize,
    rounds: usize,
}

/// Both engines.
pub async fn run() -> Result<()> {
    for (engine, name) in ENGINES {
        on(engine, name).await?;
    }
    Ok(())
}

async fn on(engine: Engine, name: &'static str) -> Result<()> {
    let (server, desks) = open(engine, WORKERS).await?;
    let scheduler = Scheduler::new(server.store().clone());
    take_some(&scheduler, &desks).await?;
    let mut one = Histogram::<u64>::new(3)?;
    let mut alone = Vec::new();
    for desk in &desks {
        let asked = Instant::now();
        alone.push(find(&scheduler, desk).await?);
        one.record(u64::try_from(asked.elapsed().as_micros())?)?;
    }
    let mut common = alone.first().cloned().unwrap_or_default();
    common.retain(|start| alone.iter().all(|free| free.contains(start)));
    ensure!(!common.is_empty(), "they are never free at once");
    let mut all = Histogram::<u64>::new(3)?;
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        let found = find_all(&server, &desks).await?;
        all.record(u64::try_from(asked.elapsed().as_micros())?)?;
        ensure!(found == common, "searched together, other times are free");
    }
    let slots: usize = alone.iter().map(Vec::len).sum();
    let expected = EACH * desks.len();
    ensure!(slots == expected, "{slots} slots, not {expected}");
    let millis = |times: &Histogram<u64>, quantile: f64| {
        let micros = u32::try_from(times.value_at_quantile(quantile)).unwrap_or(u32::MAX);
        crate::rounded(f64::from(micros) / 1e3)
    };
    crate::print(&Figure {
        bench: "slots",
        engine: name,
        workers: WORKERS,
        days: DAYS,
        p50_ms: millis(&all, 0.5),
        p99_ms: millis(&all, 0.99),
        one_p50_ms: millis(&one, 0.5),
        slots,
        rounds: ROUNDS,
    })
}

async fn take_some(scheduler: &Scheduler, desks: &[Desk]) -> Result<()> {
    let mut op = 0;
    for desk in desks {
        for day in TAKEN {
            op += 1;
            // From ten to half past three: each takes three beginnings away, its own and those around it.
            let start = format!("2026-12-{day:02}T{:02}:00", 10 + op % 6);
            if let Booked::Taken(_) = book(scheduler, desk, visit(desk, op, start)).await? {
                anyhow::bail!("an empty day is taken");
            }
        }
    }
    Ok(())
}

async fn find(scheduler: &Scheduler, desk: &Desk) -> Result<Vec<Timestamp>> {
    let wish = FindSlots {
        from: FROM.to_owned(),
        days: DAYS,
        minutes: MINUTES,
        visit_type: None,
        zone: None,
        staff: None,
    };
    let slots = scheduler.slots(&desk.caller, wish).await?.slots;
    Ok(slots.into_iter().map(|slot| slot.start).collect())
}

/// When the first is free with all the others.
async fn find_all(server: &TestServer, desks: &[Desk]) -> Result<Vec<Timestamp>> {
    let (first, others) = desks.split_first().context("nobody works here")?;
    let wish = SlotSearch {
        from: parse_date(FROM)?,
        days: DAYS,
        minutes: MINUTES,
        visit_type: None,
        zone: None,
        staff: others.iter().map(|desk| desk.caller.account).collect(),
    };
    let found = server.store().find_slots(&first.caller, wish).await?;
    Ok(found.slots.into_iter().map(|slot| slot.start).collect())
}
