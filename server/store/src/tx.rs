//! Transactions are named closures: `store.write("append", async move |tx| …)`. They are tried again
//! when the engine says that others were faster, timed and counted under their name, and what they woke
//! is told only after their COMMIT.
//!
//! The closure may run more than once, so it owns (or shares) its input and changes nothing outside the
//! transaction. Nothing in it waits for the world.

use std::sync::Arc;
use std::time::{Duration, Instant};

use care::rules::{Act, Permit, Standing, may};
use care::{Caller, Chance};
use protocol::{EntryId, SessionId, Timestamp};

use crate::audit::{self, Entry, Object};
use crate::core::Core;
use crate::engine::{Connection, Engine, Statement};
use crate::error::{Error, Result};
use crate::keys;
use crate::many::{Asked, Many};
use crate::seal::SealKey;
use crate::store::Store;
use crate::tail::Written;
use crate::wake::Topic;

mod sealed;

/// A transaction is tried this often before the answer is [`Error::Busy`].
const TRIES: u32 = 6;
/// The pause before the second try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(2);

/// One transaction under way: the only way to the database.
pub(crate) struct Tx {
    on: Connection,
    core: Arc<Core>,
    now: Timestamp,
    wakes: Vec<Topic>,
    ended: Vec<SessionId>,
    entries: Vec<Entry>,
    denied: Vec<Entry>,
    /// Entries whose ids rows already name.
    named: Vec<(EntryId, Entry)>,
    written: Vec<Written>,
    /// How often clients were erased, once that was asked.
    erasures: Option<i64>,
    keys_changed: KeysChanged,
}

/// What happened to keys that are also in memory: told after the COMMIT.
#[derive(Default)]
struct KeysChanged {
    /// So many erasures have happened.
    erasures: Option<i64>,
    root: Option<SealKey>,
}

/// What a closure left behind besides its answer.
pub(crate) struct Traces {
    /// Entries of reads, to be written before anybody is answered.
    pub(crate) seen: Vec<Entry>,
    /// Refused acts, to be written although their transaction was undone.
    pub(crate) denied: Vec<Entry>,
}

impl Tx {
    /// Begins a statement.
    pub(crate) fn sql(&mut self, sql: &'static str) -> Statement<'_> {
        self.on.sql(sql)
    }

    /// Begins a statement about so many things, at most [`MANY_MAX`](crate::many::MANY_MAX).
    pub(crate) fn many(&mut self, many: &'static Many, rows: usize) -> Asked<'_> {
        Asked::about(&mut self.on, many, rows)
    }

    /// Whether nobody else can write before this transaction ends, whatever it has locked.
    pub(crate) fn writes_alone(&self) -> bool {
        self.on.engine() == Engine::Sqlite
    }

    /// The transaction's time: the same for all it does.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// `N` fresh random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        self.core.chance.bytes()
    }

    /// Randomness itself.
    pub(crate) fn chance(&self) -> &dyn Chance {
        &*self.core.chance
    }

    /// The keys and settings of the process.
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Asks the rules. A refusal is audited even though the transaction is then undone.
    pub(crate) fn authorize(
        &mut self,
        caller: &Caller,
        act: Act,
        standing: Standing,
        object: Object,
    ) -> Result<Permit> {
        may(act, standing).map_err(|refusal| {
            self.denied
                .push(Entry::denied(caller, act, object, refusal.code));
            refusal.into()
        })
    }

    /// Notes that an act was refused for a reason outside the rules' table (a signature, the roster).
    pub(crate) fn deny(&mut self, entry: Entry) {
        self.denied.push(entry);
    }

    /// Audits: in this transaction if it writes, else in the group commit before the answer.
    pub(crate) fn audit(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Audits in this transaction, which writes rows that name the entry.
    pub(crate) fn audit_as(&mut self, id: EntryId, entry: Entry) {
        self.named.push((id, entry));
    }

    /// Tells, after the COMMIT, whom it concerns.
    pub(crate) fn wake(&mut self, topic: Topic) {
        if !self.wakes.contains(&topic) {
            self.wakes.push(topic);
        }
    }

    /// Keeps, after the COMMIT, a row of a log at hand for its readers.
    pub(crate) fn keep_at_hand(&mut self, row: Written) {
        self.written.push(row);
    }

    /// Forgets, after the COMMIT, that this session was found alive.
    pub(crate) fn end_session(&mut self, session: SessionId) {
        self.ended.push(session);
    }

    /// Wipes, after the COMMIT, clients' keys that are in memory.
    pub(crate) fn hear_of_erasures(&mut self, erasures: i64) {
        self.keys_changed.erasures = Some(erasures);
    }

    /// Wraps, after the COMMIT, by another root key.
    pub(crate) fn change_root(&mut self, root: SealKey) {
        self.keys_changed.root = Some(root);
    }

    /// Refusals so far become entries of this transaction: for batches, which go on after one.
    pub(crate) fn keep_denials(&mut self) {
        self.entries.append(&mut self.denied);
    }

    /// Writes what was audited; how many entries that were.
    async fn write_entries(&mut self) -> Result<usize> {
        let mut entries = std::mem::take(&mut self.named);
        for entry in std::mem::take(&mut self.entries) {
            entries.push((EntryId::from_parts(self.now, self.random()), entry));
        }
        audit::write(self, &entries).await?;
        Ok(entries.len())
    }
}

impl Core {
    /// Runs a writing closure to its COMMIT.
    pub(crate) async fn write<T, F>(
        self: &Arc<Self>,
        name: &'static str,
        act: &F,
    ) -> (Result<T>, Traces)
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let started = now();
        let mut pause = PAUSE;
        let mut tries = 1;
        let mut reread = false;
        let (result, traces) = loop {
            // Waiting for a connection has its own limit; only what a transaction met is tried again.
            let on = match self.pools.begin_write().await {
                Ok(on) => on,
                Err(error) => break (Err(error), Traces::none()),
            };
            let (result, traces) = self.write_once(on, act).await;
            match result {
                Err(Error::UnknownKey) if !reread => {
                    reread = true;
                    if let Err(error) = Box::pin(keys::reread(self)).await {
                        break (Err(error), traces);
                    }
                }
                Err(Error::Busy) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                result => break (result, traces),
            }
        };
        measure(name, started, tries, result.as_ref().err());
        (result, traces)
    }

    async fn write_once<T, F>(self: &Arc<Self>, on: Connection, act: &F) -> (Result<T>, Traces)
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let mut tx = self.tx(on);
        let result = match act(&mut tx).await {
            Ok(answer) => tx.write_entries().await.map(|count| (answer, count)),
            Err(error) => Err(error),
        };
        let Tx {
            on,
            wakes,
            ended,
            denied,
            written,
            now,
            keys_changed,
            ..
        } = tx;
        let result = match result {
            Ok((answer, count)) => on.commit().await.map(|()| {
                self.audited.add(count);
                answer
            }),
            Err(error) => match on.rollback().await {
                // The connection is gone; so is the transaction.
                Ok(()) | Err(_) => Err(error),
            },
        };
        if result.is_ok() {
            for session in ended {
                self.live.forget(session);
            }
            if let Some(erasures) = keys_changed.erasures {
                self.sealer.clients.heard_of(erasures);
            }
            if let Some(root) = keys_changed.root {
                self.sealer.change_root(root);
            }
            // Before anybody is woken who would look for them.
            self.tail.extend(written, now);
            for topic in wakes {
                self.wake.wake(topic);
            }
        }
        let traces = Traces {
            seen: Vec::new(),
            denied,
        };
        (result, traces)
    }

    /// Runs a reading closure on one state of the database.
    pub(crate) async fn read<T, F>(
        self: &Arc<Self>,
        name: &'static str,
        act: &F,
    ) -> (Result<T>, Traces)
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let started = now();
        let (mut result, mut traces) = self.read_once(act).await;
        if matches!(result, Err(Error::UnknownKey)) && Box::pin(keys::reread(self)).await.is_ok() {
            (result, traces) = self.read_once(act).await;
        }
        measure(name, started, 1, result.as_ref().err());
        (result, traces)
    }

    async fn read_once<T, F>(self: &Arc<Self>, act: &F) -> (Result<T>, Traces)
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let mut tx = match self.pools.begin_read().await {
            Ok(on) => self.tx(on),
            Err(error) => return (Err(error), Traces::none()),
        };
        let result = act(&mut tx).await;
        let Tx {
            on,
            entries,
            denied,
            ..
        } = tx;
        let ended = on.commit().await;
        let result = result.and_then(|answer| ended.map(|()| answer));
        let traces = Traces {
            seen: entries,
            denied,
        };
        (result, traces)
    }

    /// Runs a closure that asks one thing, in one statement, and audits nothing.
    pub(crate) async fn look<T, F>(self: &Arc<Self>, name: &'static str, act: &F) -> Result<T>
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let started = now();
        let result = match self.pools.look().await {
            Ok(on) => act(&mut self.tx(on)).await,
            Err(error) => Err(error),
        };
        measure(name, started, 1, result.as_ref().err());
        result
    }

    fn tx(self: &Arc<Self>, on: Connection) -> Tx {
        Tx {
            on,
            core: Arc::clone(self),
            now: self.clock.now(),
            wakes: Vec::new(),
            ended: Vec::new(),
            entries: Vec::new(),
            denied: Vec::new(),
            named: Vec::new(),
            written: Vec::new(),
            erasures: None,
            keys_changed: KeysChanged::default(),
        }
    }
}

impl Traces {
    fn none() -> Self {
        Self {
            seen: Vec::new(),
            denied: Vec::new(),
        }
    }
}

impl Store {
    /// Runs a writing closure. What it was refused is audited before the refusal is answered.
    pub(crate) async fn write<T, F>(&self, name: &'static str, act: F) -> Result<T>
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let (result, traces) = self.core().write(name, &act).await;
        self.record(traces.denied).await?;
        result
    }

    /// Runs a closure that reads facts which nobody need know were read. What it was refused is
    /// audited all the same.
    pub(crate) async fn read<T, F>(&self, name: &'static str, act: F) -> Result<T>
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let (result, traces) = self.core().read(name, &act).await;
        debug_assert!(traces.seen.is_empty(), "{name} audits: use read_audited");
        self.record(traces.denied).await?;
        result
    }

    /// Runs a reading closure and answers only after the COMMIT of its audit entries: who could not be
    /// seen looking is shown nothing.
    pub(crate) async fn read_audited<T, F>(&self, name: &'static str, act: F) -> Result<T>
    where
        F: AsyncFn(&mut Tx) -> Result<T>,
    {
        let (result, traces) = self.core().read(name, &act).await;
        debug_assert!(
            result.is_err() || !traces.seen.is_empty(),
            "{name} shows something without an audit entry"
        );
        self.record(traces.denied).await?;
        self.record(traces.seen).await?;
        result
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "durations of transactions are measured here and nowhere else; no decision reads them"
)]
fn now() -> Instant {
    Instant::now()
}

fn measure(name: &'static str, started: Instant, tries: u32, error: Option<&Error>) {
    let outcome = match error {
        None => "done",
        Some(Error::Refused(_)) => "refused",
        Some(Error::Busy) => "busy",
        Some(Error::UnknownKey) => "unknown_key",
        Some(Error::Broken(broken)) => {
            tracing::error!(transaction = name, %broken, "a transaction broke");
            "broken"
        }
    };
    metrics::histogram!("store_transaction_seconds", "name" => name)
        .record(started.elapsed().as_secs_f64());
    metrics::counter!("store_transactions", "name" => name, "outcome" => outcome).increment(1);
    if tries > 1 {
        metrics::counter!("store_transactions_again", "name" => name)
            .increment(u64::from(tries - 1));
    }
}
