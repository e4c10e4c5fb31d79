//! What the server says beside its answers: its log, with every event of our own code, and the names and labels of
//! what it measures. Both are the whole program's, so what other tests make it say is heard as well: it must not hold
//! what nobody may read either.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context as _, Result};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tracing_subscriber::EnvFilter;

/// All that our own code can say; of others as much as an installation hears.
const FILTER: &str = "info,carecircle_care=trace,carecircle_delivery=trace,carecircle_gateway=trace,\
    carecircle_judge=trace,carecircle_mail=trace,carecircle_scheduler=trace,carecircle_store=trace";

/// What was heard since somebody began to listen.
#[derive(Clone, Default)]
pub struct Ear {
    log: Arc<Mutex<Vec<u8>>>,
    measured: Arc<Mutex<BTreeSet<String>>>,
}

impl Ear {
    /// Begins to listen, once for the whole program.
    pub fn open() -> Result<Self> {
        static EAR: OnceLock<Ear> = OnceLock::new();
        let mut began = false;
        let ear = EAR.get_or_init(|| {
            began = true;
            Self::default()
        });
        if began {
            let log = Arc::clone(&ear.log);
            let subscriber = tracing_subscriber::fmt()
                .json()
                .with_env_filter(EnvFilter::try_new(FILTER)?)
                .with_writer(move || Line(Arc::clone(&log)))
                .finish();
            tracing::subscriber::set_global_default(subscriber)
                .context("somebody else listens to the log")?;
            metrics::set_global_recorder(Names(Arc::clone(&ear.measured)))
                .ok()
                .context("somebody else measures")?;
        }
        Ok(ear.clone())
    }

    /// Every line of the log.
    pub fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }

    /// What is measured, a line each: name and labels.
    pub fn measured(&self) -> Vec<String> {
        let measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.iter().cloned().collect()
    }
}

struct Line(Arc<Mutex<Vec<u8>>>);

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Names(Arc<Mutex<BTreeSet<String>>>);

impl Names {
    fn keep(&self, key: &Key) {
        let labels = key
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        let line = key.name().to_owned() + &labels.collect::<String>();
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(line);
    }
}

impl Recorder for Names {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.keep(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.keep(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.keep(key);
        Histogram::noop()
    }
}
