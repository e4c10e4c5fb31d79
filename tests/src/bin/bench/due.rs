//! 100,000 mails that are due at the same moment: lease, decide, write, count, send, settle. Into memory, and to a
//! mail server on this machine, whose own ceiling is measured in the same run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail, ensure};
use carecircle_tests::sink::{Host, Sink, message_id, push};
use mail::{Identity, Memory, Smtp, SmtpConfig, SmtpTls, Transport};
use scheduler::{Scheduler, Worker};
use serde::Serialize;
use testkit::{Engine, TestServer};
use tokio::time::Instant;

use crate::beside;
use crate::desk::{ENGINES, fill, open};

/// Each appointment has two invitations, the worker's and the client's.
const ROWS: usize = 100_000;
const WORKERS: u32 = 50;

/// Of the mails that are due now.
const DUE: &str = "SELECT COUNT(*) FROM delivery WHERE state = 'planned' AND step = 'invitation'";
const SENT: &str = "SELECT COUNT(*) FROM delivery WHERE state = 'sent'";
const ATTEMPTS: &str = "
    SELECT COUNT(*) FROM delivery_attempt WHERE outcome = 'accepted' AND ended_at IS NOT NULL";
/// As if none had been sent: the same rows are due once more.
const AGAIN: [&str; 2] = [
    "DELETE FROM delivery_attempt",
    "UPDATE delivery SET state = 'planned', reason = NULL, tries = 0, began = 0, lease = NULL,
        leased_until = NULL, settled_at = NULL
     WHERE state = 'sent'",
];

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    transport: &'static str,
    rows: usize,
    per_s: f64,
    duplicates: usize,
    missing: usize,
    seconds: f64,
    mail_bytes: usize,
    #[serde(flatten)]
    ceiling: Option<Ceiling>,
}

/// The same number of mails of the same length, pushed into the same mail server by a program that does nothing
/// else.
#[derive(Serialize)]
struct Ceiling {
    ceiling_per_s: f64,
    share_of_ceiling: f64,
}

/// What arrived.
#[derive(Default)]
struct Arrived {
    /// How often each, by its Message-ID.
    copies: HashMap<String, usize>,
    sample: Vec<u8>,
    seconds: f64,
}

/// Counts what came, and keeps nothing.
#[derive(Default)]
struct Counter(Mutex<HashMap<String, usize>>);

impl Host for Counter {
    fn takes(&self, mail: &[u8]) {
        let id = message_id(mail).unwrap_or_default();
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *copies.entry(id).or_default() += 1;
    }
}

impl Counter {
    /// How often each came since this was last asked.
    fn take(&self) -> HashMap<String, usize> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
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
    fill(&scheduler, &desks, ROWS / 2 / desks.len()).await?;
    is_due(&server).await?;
    let memory = into_memory(&server).await?;
    crate::print(&figure(&server, (name, "memory"), &memory, None).await?)?;

    beside::run(server.database(), &AGAIN).await?;
    is_due(&server).await?;
    let counter = Arc::new(Counter::default());
    let sink = Sink::open(Arc::clone(&counter)).await?;
    let mut smtp = to_a_mail_server(&server, &sink, memory.sample).await?;
    smtp.copies = counter.take();
    // The very mail of before: the same row is the same bytes, whichever way it leaves.
    let id = message_id(&smtp.sample).unwrap_or_default();
    ensure!(smtp.copies.contains_key(&id), "the sample did not come");
    let ceiling = push(&sink, ROWS, &smtp.sample).await?;
    let pushed: usize = counter.take().values().sum();
    ensure!(pushed == ROWS, "the ceiling is of {pushed} mails");
    crate::print(&figure(&server, (name, "smtp"), &smtp, Some(ceiling)).await?)
}

async fn is_due(server: &TestServer) -> Result<()> {
    let due = beside::count(server.database(), DUE).await?;
    ensure!(usize::try_from(due)? == ROWS, "{due} mails are due");
    Ok(())
}

/// Through the server's own post room.
async fn into_memory(server: &TestServer) -> Result<Arrived> {
    let Some(Transport::Memory(memory)) = server.post().transport() else {
        bail!("the bench sends into memory");
    };
    let mut arrived = Arrived::default();
    let began = Instant::now();
    loop {
        let pass = server.post().pass().await?;
        // Taken out as they come: together they would fill the memory.
        arrived.take(memory);
        if pass.leased == 0 {
            break;
        }
    }
    arrived.seconds = began.elapsed().as_secs_f64();
    Ok(arrived)
}

impl Arrived {
    fn take(&mut self, memory: &Memory) {
        for mail in memory.take() {
            if self.sample.is_empty() {
                self.sample.clone_from(&mail.bytes);
            }
            *self.copies.entry(mail.message_id).or_default() += 1;
        }
    }
}

/// Through a post room like the server's, that has a mail server.
async fn to_a_mail_server(server: &TestServer, sink: &Sink, sample: Vec<u8>) -> Result<Arrived> {
    let smtp = Smtp::new(SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port: sink.port(),
        tls: SmtpTls::None,
        hello_name: "example.net".to_owned(),
        credentials: None,
        root_certificate_pem: None,
    })?;
    let identity = Identity {
        from_name: "Appointments".to_owned(),
        from: "appointments@example.net".to_owned(),
        link_base: server.url(),
        domain: "example.net".to_owned(),
    };
    let clock = Arc::new(server.clock().clone());
    let post = Worker::new(
        server.store().clone(),
        clock,
        identity,
        Transport::Smtp(smtp),
    );
    let began = Instant::now();
    while post.pass().await?.leased > 0 {}
    Ok(Arrived {
        sample,
        seconds: began.elapsed().as_secs_f64(),
        ..Arrived::default()
    })
}

/// Refuses to be a figure of anything but every row sent and settled.
async fn figure(
    server: &TestServer,
    (engine, transport): (&'static str, &'static str),
    arrived: &Arrived,
    ceiling_per_s: Option<f64>,
) -> Result<Figure> {
    let mails: usize = arrived.copies.values().sum();
    let (duplicates, missing) = (
        mails - arrived.copies.len(),
        ROWS.saturating_sub(arrived.copies.len()),
    );
    for (what, sql) in [("settled", SENT), ("counted", ATTEMPTS)] {
        let rows = beside::count(server.database(), sql).await?;
        ensure!(usize::try_from(rows)? == ROWS, "{rows} are {what}");
    }
    ensure!(
        arrived.copies.len() <= ROWS,
        "{} different mails",
        arrived.copies.len()
    );
    let per_s = f64::from(u32::try_from(mails)?) / arrived.seconds;
    Ok(Figure {
        bench: "due",
        engine,
        transport,
        rows: ROWS,
        per_s: crate::rounded(per_s),
        duplicates,
        missing,
        seconds: crate::rounded(arrived.seconds),
        mail_bytes: arrived.sample.len(),
        ceiling: ceiling_per_s.map(|ceiling| Ceiling {
            ceiling_per_s: crate::rounded(ceiling),
            share_of_ceiling: crate::rounded(per_s / ceiling),
        }),
    })
}
