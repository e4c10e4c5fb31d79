//! The audit log: acts audited a second while messages are appended, and one client's entries among a
//! million.
//!
//! The million is put there by one statement: copies of an entry that was written, about a thousand
//! clients. They are no leaves of the tree, which the question does not ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use care::Caller;
use hdrhistogram::Histogram;
use protocol::frame::{Append, ClientFrame};
use protocol::http::AskAudit;
use protocol::{AuditView, PersonId};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::{Database, Store};
use testkit::{Engine, Options, TestServer};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::circle::{Circle, DEVICES};
use crate::desk::ENGINES;

const ENTRIES: u64 = 1_000_000;
const CLIENTS: u64 = 1_000;
/// Who looks at something, over and over.
const READERS: usize = 64;
const MEASURED: Duration = Duration::from_secs(10);
const MESSAGES: usize = 2_000;
const ROUNDS: usize = 20;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    /// Audited acts, each with an entry of its own.
    entries_per_s: u64,
    /// Messages appended beside them.
    appends_per_s: u64,
    /// One page of one client's entries.
    query_ms: f64,
    query_p99_ms: f64,
    entries: u64,
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
    let mut circle = Circle::found(&store, 1, DEVICES, now).await?;
    let (entries_per_s, appends_per_s) = write(&store, &mut circle).await?;
    let client = circle.client();
    fill(&server, client).await?;
    let queries = query(&store, client).await?;
    let millis = |quantile: f64| {
        let micros = u32::try_from(queries.value_at_quantile(quantile)).unwrap_or(u32::MAX);
        crate::rounded(f64::from(micros) / 1e3)
    };
    crate::print(&Figure {
        bench: "audit",
        engine: name,
        entries_per_s,
        appends_per_s,
        query_ms: millis(0.5),
        query_p99_ms: millis(0.99),
        entries: ENTRIES,
    })
}

/// Looks at the circle from many sides while its sender writes.
async fn write(store: &Store, circle: &mut Circle) -> Result<(u64, u64)> {
    let sender = circle.sender();
    let appends: Vec<Append> = circle
        .prepare(MESSAGES)?
        .iter()
        .map(|prepared| match ClientFrame::parse(&prepared.frame) {
            Ok(ClientFrame::Append(append)) => Ok(append),
            _ => bail!("not an append"),
        })
        .collect::<Result<_>>()?;
    let (looks, sent) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    for _ in 0..READERS {
        let (store, looks, stop, id) = (store.clone(), looks.clone(), stop.clone(), circle.id);
        tasks.spawn(async move {
            while !stop.is_cancelled() {
                store.circle(&sender, id).await?;
                looks.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    let (to, count, ends) = (store.clone(), sent.clone(), stop.clone());
    tasks.spawn(async move {
        for append in appends {
            if ends.is_cancelled() {
                break;
            }
            to.append(&sender, append).await?;
            count.fetch_add(1, Ordering::Relaxed);
        }
        anyhow::Ok(())
    });
    let began = Instant::now();
    tokio::time::sleep(MEASURED).await;
    let millis = u64::try_from(began.elapsed().as_millis())?;
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) * 1_000 / millis;
    let rates = (read(&looks), read(&sent));
    stop.cancel();
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(rates)
}

/// Brings the log up to a million entries, one in a thousand of which is about this client.
async fn fill(server: &TestServer, client: PersonId) -> Result<()> {
    let id = client.as_bytes();
    let hex = id
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    match server.database().settings() {
        Database::Sqlite { directory } => {
            let file = directory.join("carecircle.sqlite");
            let url = format!("sqlite://{}", file.display());
            let mut on = SqliteConnection::connect(&url).await?;
            let sql = format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ENTRIES}),
                    one AS (SELECT * FROM audit_entry WHERE client = X'{hex}' LIMIT 1)
                 INSERT INTO audit_entry (id, at, act, outcome, account, client, bytes)
                 SELECT randomblob(16), one.at - n.i * 1000, one.act, one.outcome, one.account,
                    CASE WHEN n.i % {CLIENTS} = 0 THEN one.client
                        ELSE unhex(printf('%032x', n.i % {CLIENTS})) END,
                    one.bytes FROM n, one"
            );
            on.execute(AssertSqlSafe(sql))
                .await
                .context("a million entries")?;
            on.close().await?;
        }
        Database::Postgres { url, .. } => {
            let mut on = PgConnection::connect(&url).await?;
            let sql = format!(
                "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_waits;
                 INSERT INTO audit_entry (id, at, act, outcome, account, client, bytes)
                 SELECT gen_random_uuid(), one.at - n * 1000, one.act, one.outcome, one.account,
                    CASE WHEN n % {CLIENTS} = 0 THEN one.client
                        ELSE lpad(to_hex(n % {CLIENTS}), 32, '0')::uuid END,
                    one.bytes
                 FROM generate_series(1, {ENTRIES}) n,
                    (SELECT * FROM audit_entry WHERE client = '{client}' LIMIT 1) one;
                 ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_waits;
                 ANALYZE audit_entry"
            );
            on.execute(AssertSqlSafe(sql))
                .await
                .context("a million entries")?;
            on.close().await?;
        }
    }
    Ok(())
}

async fn query(store: &Store, client: PersonId) -> Result<Histogram<u64>> {
    let mut times = Histogram::<u64>::new(3)?;
    for _ in 0..ROUNDS {
        let ask = AskAudit {
            view: AuditView::Client,
            person: Some(client),
            from: None,
            until: None,
            denied: false,
            before: None,
        };
        let began = Instant::now();
        let page = store.audit(&Caller::installation(), ask).await?;
        times.record(u64::try_from(began.elapsed().as_micros())?)?;
        if page.next.is_none() {
            bail!("a page is missing");
        }
    }
    Ok(times)
}
