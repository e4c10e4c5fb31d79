//! From settings to a server that listens, and back.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use scheduler::Scheduler;
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::assets::Assets;
use crate::failures::Failures;
use crate::hub::Hub;
use crate::listen::{self, Certificate, Door};
use crate::listing::bundle_listing;
use crate::origin::Origins;
use crate::paces::Paces;
use crate::settings::Settings;
use crate::sign_in::{Passkeys, Passwords};
use crate::{Edge, Gateway, router};

/// How long requests under way and closing sockets are waited for.
const GRACE: Duration = Duration::from_secs(5);

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no origin, or one of them is not `https://host` or `https://host:port`.
    #[error("origins: at least one is needed, each written https://host or https://host:port")]
    Origins,
    /// The port cannot be listened on.
    #[error("the port cannot be listened on: {0}")]
    Listen(#[from] io::Error),
}

/// A server that listens.
pub struct Running {
    /// Where.
    pub addr: SocketAddr,
    /// What is shown to whoever connects.
    pub certificate: Certificate,
    gateway: Gateway,
    handle: Handle<SocketAddr>,
}

/// Starts to listen. Must be called inside a tokio runtime; returns at once.
pub fn start(
    settings: Settings,
    store: Store,
    hub: Hub,
    assets: Arc<dyn Assets>,
) -> Result<Running, StartError> {
    let addr = settings.listener.local_addr()?;
    let tracker = TaskTracker::new();
    let trusted = settings.trusted_networks;
    let gateway = Gateway(Arc::new(Edge {
        scheduler: Scheduler::new(store.clone()),
        store,
        hub,
        listing: bundle_listing(&*assets),
        assets,
        phone: settings.phone,
        demo_mails: settings.demo_mails,
        passkeys: Passkeys::new(&settings.origins),
        passwords: Passwords::new(Arc::clone(&settings.chance)),
        chance: settings.chance,
        origins: Origins::new(&settings.origins).ok_or(StartError::Origins)?,
        failures: Failures::new(&settings.rates, trusted.clone(), settings.clock.clone()),
        paces: Paces::new(&settings.rates, settings.clock.clone()),
        trusted,
        clock: settings.clock,
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
        tracker: tracker.clone(),
        rates: settings.rates,
    }));
    let certificate = Certificate::new(settings.tls);
    let door = Door::new(&certificate, gateway.rates.connections, tracker.clone());
    let handle = Handle::new();
    let server = listen::server(settings.listener, door)?.handle(handle.clone());
    let service = router(gateway.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tracker.spawn(async move {
        if let Err(error) = server.serve(service).await {
            tracing::error!(event = "listener_ended", kind = ?error.kind());
        }
    });
    Ok(Running {
        addr,
        certificate,
        gateway,
        handle,
    })
}

impl Running {
    /// Stops: no new connections, every socket is told `shutting_down` and closed with 1012, requests
    /// under way are finished. Returns when nothing runs any more, after a few seconds at the latest.
    pub async fn stop(self) {
        self.gateway.stop.cancel();
        self.handle.graceful_shutdown(Some(GRACE));
        self.gateway.tracker.close();
        if tokio::time::timeout(GRACE, self.gateway.tracker.wait())
            .await
            .is_err()
        {
            self.abort().await;
        }
    }

    /// Ends at once and says nothing to anybody, as a crash would. Returns when nothing runs any more.
    pub async fn abort(self) {
        self.gateway.abort.cancel();
        self.handle.shutdown();
        self.gateway.tracker.close();
        self.gateway.tracker.wait().await;
    }
}
