//! Free times of 50 workers over 28 days, each of whom has some of them taken already.

use anyhow::Result;
use hdrhistogram::Histogram;
use protocol::http::FindSlots;
use scheduler::Scheduler;
use serde::Serialize;
use testkit::Engine;
use tokio::time::Instant;

use crate::desk::{Booked, Desk, ENGINES, book, open, visit};

const WORKERS: u32 = 50;
const DAYS: u16 = 28;
/// Visits that each worker has already: one on each of ten working days.
const TAKEN: [u64; 10] = [1, 2, 3, 4, 7, 8, 9, 10, 11, 14];
const ROUNDS: usize = 20;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    workers: u32,
    days: u16,
    /// For all workers together.
    p50_ms: f64,
    p99_ms: f64,
    /// For one worker.
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
    let mut op = 0;
    for desk in &desks {
        for day in TAKEN {
            op += 1;
            let start = format!("2026-12-{day:02}T{:02}:00", 9 + op % 7);
            if let Booked::Taken(_) = book(&scheduler, desk, visit(desk, op, start)).await? {
                anyhow::bail!("an empty day is taken");
            }
        }
    }
    let (mut all, mut one) = (Histogram::<u64>::new(3)?, Histogram::<u64>::new(3)?);
    let mut slots = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        slots = 0;
        for desk in &desks {
            let asked = Instant::now();
            slots += find(&scheduler, desk).await?;
            one.record(u64::try_from(asked.elapsed().as_micros())?)?;
        }
        all.record(u64::try_from(began.elapsed().as_micros())?)?;
    }
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

async fn find(scheduler: &Scheduler, desk: &Desk) -> Result<usize> {
    let wish = FindSlots {
        from: "2026-12-01".to_owned(),
        days: DAYS,
        minutes: 30,
        zone: None,
    };
    Ok(scheduler.slots(&desk.caller, wish).await?.slots.len())
}
