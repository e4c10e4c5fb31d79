//! A case manager's new device comes into 100 circles by itself, by external commits, and reads what was
//! said in each before it came.
//!
//! Server, the new device, the earlier one and the 100 clients' devices share this process and its two
//! cores; all have sockets of their own and stores on the disk. Everybody stays online and follows what
//! the new device does to their groups, as in an office's morning. It begins when the earlier device lets
//! the new one in, and ends when the last circle is open and its history read; the seconds in which the
//! new device asks whether it was let in (it asks every 1.5 s) are within.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use care::Caller;
use device::api::{CirclePhase, Command, Content, Event};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use headless::Headless;
use protocol::http::PlanCircle;
use protocol::{AccountId, CircleId, OpId, Role, Urgency};
use serde::Serialize;
use tokio::time::{Instant, timeout};

use crate::phones::{Agency, DEADLINE, joins};

const CIRCLES: u32 = 100;
/// Messages in each circle before the new device comes.
const MESSAGES: usize = 5;
/// Circles that are founded at the same time.
const AT_ONCE: usize = 4;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    circles: u32,
    /// Until every circle is open and all of its history read.
    seconds: f64,
    /// Until every circle is open.
    seconds_open: f64,
    /// Until the first circle is open.
    seconds_first_open: f64,
    messages_per_circle: usize,
    devices_per_circle: u32,
    devices_online: u32,
    one_process: bool,
}

/// Founds the circles, lets the new device in, waits.
pub async fn run() -> Result<()> {
    let agency = Agency::open(2 * CIRCLES + 10).await?;
    let worker = agency.add("Staff Placeholder", Role::CaseManager).await?;
    let first = agency.enrol(worker.account).await?;
    let founded: Vec<(CircleId, Headless)> = stream::iter(0..CIRCLES)
        .map(|number| found(&agency, &first, worker.account, number))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let new = Arc::new(agency.offer(&first).await?);
    let mut watching = tokio::task::JoinSet::new();
    watching.spawn(timeout(DEADLINE * 2, watch(Arc::clone(&new), CIRCLES)));
    first.command(Command::ApproveDevice).await?;
    let begun = Instant::now();
    let watched = watching.join_next().await.context("it watches")?;
    let read = watched??.context("the device ended")?;
    let since = |at: Instant| crate::rounded(at.duration_since(begun).as_secs_f64());
    crate::print(&Figure {
        bench: "rejoin",
        circles: CIRCLES,
        seconds: since(read.all),
        seconds_open: since(read.open),
        seconds_first_open: since(read.first_open),
        messages_per_circle: MESSAGES,
        devices_per_circle: 3,
        devices_online: CIRCLES + 2,
        one_process: true,
    })?;
    drop((founded, first, new));
    agency.close().await
}

/// A client with a device, in a circle with the worker, who has said something.
async fn found(
    agency: &Agency,
    first: &Headless,
    worker: AccountId,
    number: u32,
) -> Result<(CircleId, Headless)> {
    let (store, installation) = (agency.server.store(), Caller::installation());
    let name = format!("Client Sample {number}");
    let client = agency.add(&name, Role::Client).await?;
    store.assign(&installation, worker, client.person).await?;
    let device = agency.enrol(client.account).await?;
    let mut op_id = [0; 16];
    op_id[..4].copy_from_slice(&number.to_be_bytes());
    let plan = PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: OpId::from_bytes(op_id),
        client: client.person,
        title: format!("Circle {number}"),
        members: vec![worker],
    };
    let circle = store.plan_circle(&installation, plan).await?.id;
    joins(first, circle, 2).await?;
    joins(&device, circle, 2).await?;
    for said in 0..MESSAGES {
        let command = Command::Send {
            circle,
            text: format!("message {said}"),
            urgency: Urgency::Routine,
        };
        device.command(command).await?;
    }
    let mut events = device.events();
    let mut sent = HashSet::new();
    while sent.len() < MESSAGES {
        let event = timeout(DEADLINE, events.next()).await?;
        if let Event::Items { items, .. } = event.context("a client's device ended")? {
            sent.extend(items.iter().filter_map(|item| item.seq));
        }
    }
    Ok((circle, device))
}

/// When it came how far.
struct Read {
    first_open: Instant,
    open: Instant,
    all: Instant,
}

/// Follows what the new device tells, until all is read.
async fn watch(new: Arc<Headless>, circles: u32) -> Option<Read> {
    let circles = circles as usize;
    let mut events = new.events();
    let mut texts: HashSet<(CircleId, u64)> = HashSet::new();
    let (mut first_open, mut open) = (None, None);
    loop {
        match events.next().await? {
            Event::Circles { circles: views } => {
                let ready = |view: &&_| is_ready(view);
                let count = views.iter().filter(ready).count();
                if count > 0 {
                    first_open.get_or_insert_with(Instant::now);
                }
                if count == circles {
                    open.get_or_insert_with(Instant::now);
                }
            }
            Event::Items { circle, items } => {
                let text = |item: &&_| is_text(item);
                let seqs = items.iter().filter(text).filter_map(|item| item.seq);
                texts.extend(seqs.map(|seq| (circle, seq)));
            }
            _ => {}
        }
        if let (Some(first_open), Some(open)) = (first_open, open)
            && texts.len() == circles * MESSAGES
        {
            let all = Instant::now();
            return Some(Read {
                first_open,
                open,
                all,
            });
        }
    }
}

fn is_ready(view: &device::api::CircleView) -> bool {
    view.phase == CirclePhase::Ready
}

fn is_text(item: &device::api::Item) -> bool {
    matches!(item.content, Content::Text { .. })
}
