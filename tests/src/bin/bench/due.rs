//! 10,000 mails that are due at the same moment, sent into memory: lease, decide, write, note, settle.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use mail::Transport;
use scheduler::Scheduler;
use serde::Serialize;
use testkit::Engine;
use tokio::time::Instant;

use crate::desk::{Booked, ENGINES, book, open, visit};

/// Each appointment has two invitations, the worker's and the client's.
const DELIVERIES: usize = 10_000;
const WORKERS: u32 = 50;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    transport: &'static str,
    deliveries_per_s: f64,
    duplicates: usize,
    missing: usize,
    deliveries: usize,
    seconds: f64,
    mail_bytes: usize,
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
    let per_desk = DELIVERIES / 2 / desks.len();
    let mut op = 0;
    for desk in &desks {
        // Sixteen half hours a day, five days a week.
        for visit_number in 0..per_desk {
            op += 1;
            let (day, half_hour) = (visit_number / 16, visit_number % 16);
            let date = [
                "2026-12-01",
                "2026-12-02",
                "2026-12-03",
                "2026-12-04",
                "2026-12-07",
            ]
            .into_iter()
            .chain(["2026-12-08", "2026-12-09"])
            .nth(day)
            .context("more visits than seven days hold")?;
            let start = format!("{date}T{:02}:{:02}", 9 + half_hour / 2, half_hour % 2 * 30);
            if let Booked::Taken(_) = book(&scheduler, desk, visit(desk, op, start)).await? {
                bail!("an empty half hour is taken");
            }
        }
    }
    let began = Instant::now();
    while server.post().pass().await?.leased > 0 {}
    let seconds = began.elapsed().as_secs_f64();
    let Transport::Memory(memory) = server.post().transport() else {
        bail!("the bench sends into memory");
    };
    let mails = memory.take();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in &mails {
        *seen.entry(&mail.message_id).or_default() += 1;
    }
    let expected = per_desk * desks.len() * 2;
    let sent = f64::from(u32::try_from(mails.len())?);
    crate::print(&Figure {
        bench: "due",
        engine: name,
        transport: "memory",
        deliveries_per_s: crate::rounded(sent / seconds),
        duplicates: mails.len() - seen.len(),
        missing: expected.saturating_sub(seen.len()),
        deliveries: mails.len(),
        seconds: crate::rounded(seconds),
        mail_bytes: mails.first().map_or(0, |mail| mail.bytes.len()),
    })
}
