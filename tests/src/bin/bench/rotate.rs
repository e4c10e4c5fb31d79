//! Seal keys: values sealed anew a second, while people go on reading what is sealed. Of clients a rotation
//! seals their wrapped keys anew, one for each; with their own keys too, everything that is about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use care::Caller;
use protocol::Role;
use serde::Serialize;
use store::Store;
use testkit::{Engine, Options, TestServer};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::circle::{Circle, DEVICES};
use crate::desk::ENGINES;

/// People whose names are sealed.
const PEOPLE: u64 = 5_000;
/// Who reads meanwhile, over and over.
const READERS: usize = 8;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    /// Whether clients got new keys of their own too.
    clients: bool,
    engine: &'static str,
    rows_per_s: u64,
    rows: u64,
    reads: u64,
    failed_reads: u64,
}

/// Both engines.
pub async fn run() -> Result<()> {
    for (engine, name) in ENGINES {
        on(engine, name).await?;
    }
    Ok(())
}

async fn on(engine: Engine, name: &'static str) -> Result<()> {
    let server = TestServer::start_with(Options::new(engine)).await?;
    let store = server.store().clone();
    let now = crate::now();
    server.clock().set(now);
    let circle = Circle::found(&store, 1, DEVICES, now).await?;
    for _ in 0..PEOPLE {
        testkit::agency::add(&store, "Client Sample", Role::Client).await?;
    }
    let (reads, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let stop = CancellationToken::new();
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let reader = circle.sender();
        let (store, reads, failed, stop) =
            (store.clone(), reads.clone(), failed.clone(), stop.clone());
        readers.spawn(async move {
            while !stop.is_cancelled() {
                let count = if store.people(&reader).await.is_ok() {
                    &reads
                } else {
                    &failed
                };
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for clients in [false, true] {
        let before = [&reads, &failed].map(|count| count.load(Ordering::Relaxed));
        let began = Instant::now();
        let rows = rotate(&store, clients).await?;
        let millis = u64::try_from(began.elapsed().as_millis())?;
        let [reads, failed_reads] = [&reads, &failed].map(|count| count.load(Ordering::Relaxed));
        crate::print(&Figure {
            bench: "rotate",
            clients,
            engine: name,
            rows_per_s: rows * 1_000 / millis.max(1),
            rows,
            reads: reads - before[0],
            failed_reads: failed_reads - before[1],
        })?;
    }
    stop.cancel();
    readers.join_all().await;
    Ok(())
}

async fn rotate(store: &Store, clients: bool) -> Result<u64> {
    let installation = Caller::installation();
    let mut rotation = store.rotate_keys(&installation, clients).await?;
    let mut last = None;
    while let Some(progress) = rotation.step().await? {
        last = Some(progress);
    }
    Ok(last.context("nothing was sealed")?.resealed)
}
