//! The certificate, read again while the server runs: each hour, and at once on SIGHUP. Whoever renews it on disk, as
//! programs do every few weeks, need stop nothing. One that cannot be used is said so in the log, and the one before
//! is shown on.

use std::fs;
use std::time::Duration;

use gateway::Certificate;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::Tls;
use crate::files;

/// How often the file is looked at.
const EVERY: Duration = Duration::from_hours(1);

/// A certificate on disk, and what may tell that it was renewed.
pub struct Renewal {
    tls: Tls,
    hangup: Signal,
    /// The chain as it was last taken.
    chain: Option<Vec<u8>>,
}

impl Renewal {
    /// Begins to listen: from now on SIGHUP ends nothing.
    pub fn listen(tls: &Tls) -> anyhow::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            chain: fs::read(&tls.certificate).ok(),
            tls: tls.clone(),
        })
    }

    /// Has what is renewed shown, for ever.
    pub async fn watch(mut self, certificate: Certificate) {
        loop {
            let wanted = tokio::select! {
                _ = self.hangup.recv() => true,
                () = tokio::time::sleep(EVERY) => false,
            };
            let chain = fs::read(&self.tls.certificate).ok();
            if !wanted && chain == self.chain {
                continue;
            }
            match files::read_tls(&self.tls.certificate, &self.tls.key) {
                Ok(tls) => {
                    certificate.renew(tls);
                    self.chain = chain;
                    tracing::info!(event = "certificate_renewed");
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(event = "certificate_not_renewed", error);
                }
            }
        }
    }
}
