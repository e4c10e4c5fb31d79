//! 200 people who book on one day at the same time: ten workers with sixteen half hours each. Whoever
//! finds a time taken takes the first that is offered instead, until the day is full.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use protocol::AppointmentId;
use scheduler::Scheduler;
use serde::Serialize;
use testkit::Engine;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::desk::{Booked, DAY, Desk, ENGINES, book, open, visit};

const DESKS: u32 = 10;
const BOOKERS: u64 = 200;
/// Half hours from nine to five.
const SLOTS: usize = 16;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    bookings_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    wrong: usize,
    lost: usize,
    booked: usize,
    requests: u64,
    bookers: u64,
    workers: u32,
}

/// Both engines.
pub async fn run() -> Result<()> {
    for (engine, name) in ENGINES {
        on(engine, name).await?;
    }
    Ok(())
}

async fn on(engine: Engine, name: &'static str) -> Result<()> {
    let (server, desks) = open(engine, DESKS).await?;
    let scheduler = Scheduler::new(server.store().clone());
    let times = Arc::new(Mutex::new(Histogram::<u64>::new(3)?));
    let ops = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut bookers = JoinSet::new();
    for booker in 0..BOOKERS {
        let desk = desks[usize::try_from(booker)? % desks.len()];
        let (scheduler, times, ops) = (scheduler.clone(), Arc::clone(&times), Arc::clone(&ops));
        bookers.spawn(async move { insist(&scheduler, &desk, booker, (&times, &ops)).await });
    }
    let mut acknowledged = BTreeSet::new();
    while let Some(booked) = bookers.join_next().await {
        acknowledged.extend(booked??);
    }
    let seconds = began.elapsed().as_secs_f64();
    let (wrong, lost) = verify(&scheduler, &desks, &acknowledged).await?;
    let times = times.lock().await;
    let millis = |quantile: f64| {
        let micros = u32::try_from(times.value_at_quantile(quantile)).unwrap_or(u32::MAX);
        crate::rounded(f64::from(micros) / 1e3)
    };
    let booked = acknowledged.len();
    crate::print(&Figure {
        bench: "book",
        engine: name,
        bookings_per_s: crate::rounded(f64::from(u32::try_from(booked)?) / seconds),
        p50_ms: millis(0.5),
        p99_ms: millis(0.99),
        wrong,
        lost,
        booked,
        requests: ops.load(Ordering::SeqCst),
        bookers: BOOKERS,
        workers: DESKS,
    })
}

/// Books once, whatever is taken meanwhile; `None` when the day is full.
async fn insist(
    scheduler: &Scheduler,
    desk: &Desk,
    booker: u64,
    (times, ops): (&Mutex<Histogram<u64>>, &AtomicU64),
) -> Result<Option<AppointmentId>> {
    let half_hour = booker * 7 % 16;
    let mut start = format!("{DAY}T{:02}:{:02}", 9 + half_hour / 2, half_hour % 2 * 30);
    loop {
        let op = ops.fetch_add(1, Ordering::SeqCst);
        let asked = Instant::now();
        let answer = book(scheduler, desk, visit(desk, op, start)).await?;
        let micros = u64::try_from(asked.elapsed().as_micros())?;
        times.lock().await.record(micros)?;
        start = match answer {
            Booked::Yes(appointment) => return Ok(Some(appointment.id)),
            Booked::Taken(free) => {
                let on_the_half_hour = |time: &&String| {
                    time.starts_with(DAY) && (time.ends_with(":00") || time.ends_with(":30"))
                };
                // The offers of one moment are the same for everybody: whoever asks spreads out.
                match free.iter().find(on_the_half_hour) {
                    Some(time) => time.clone(),
                    None if half_hour > 0 && !free.iter().any(|time| time.starts_with(DAY)) => {
                        return earlier(scheduler, desk, ops).await;
                    }
                    None => return Ok(None),
                }
            }
        };
    }
}

/// Nothing is free later that day: looks from the morning on.
async fn earlier(
    scheduler: &Scheduler,
    desk: &Desk,
    ops: &AtomicU64,
) -> Result<Option<AppointmentId>> {
    let mut start = format!("{DAY}T09:00");
    loop {
        let op = ops.fetch_add(1, Ordering::SeqCst);
        match book(scheduler, desk, visit(desk, op, start)).await? {
            Booked::Yes(appointment) => return Ok(Some(appointment.id)),
            Booked::Taken(free) => match free.into_iter().find(|time| time.starts_with(DAY)) {
                Some(time) => start = time,
                None => return Ok(None),
            },
        }
    }
}

/// Overlaps that were accepted, and bookings that were acknowledged and are not there or the other way.
async fn verify(
    scheduler: &Scheduler,
    desks: &[Desk],
    acknowledged: &BTreeSet<AppointmentId>,
) -> Result<(usize, usize)> {
    let (mut wrong, mut there) = (0, BTreeSet::new());
    for desk in desks {
        let listed = scheduler.appointments_of(&desk.caller, desk.client).await?;
        let mut end = i64::MIN;
        for appointment in listed.appointments {
            let start = appointment.start.micros();
            wrong += usize::from(start < end);
            end = end.max(start + i64::from(appointment.minutes) * 60_000_000);
            there.insert(appointment.id);
        }
    }
    ensure!(
        there.len() <= desks.len() * SLOTS,
        "more visits than half hours"
    );
    Ok((wrong, there.symmetric_difference(acknowledged).count()))
}
