//! Hub, store and gateway put together, and taken apart again in the right order.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use gateway::{Hub, Network, Rates, Running};
use store::{Database, RootKey, Store};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::outside::{SystemChance, SystemClock};
use crate::web::WebClient;

/// A store with the hub that it wakes.
pub struct Opened {
    /// The store.
    pub store: Store,
    hub: Hub,
}

/// What the gateway is told, besides the store.
pub struct Edge {
    /// The port, taken.
    pub listener: TcpListener,
    /// Pages that may speak to the server.
    pub origins: Vec<String>,
    /// How much of everything.
    pub rates: Rates,
    /// Where the limits by address do not hold.
    pub trusted_networks: Vec<Network>,
    /// Certificate and key.
    pub tls: Arc<rustls::ServerConfig>,
}

/// Who the devices think they are talking to, and how they may sign in.
pub struct Identity {
    /// The host (and port, unless 443) that devices sign.
    pub server_name: String,
    /// The device's signature alone begins a session.
    pub demo: bool,
}

/// The runtime of every command that serves.
pub fn runtime() -> anyhow::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().context("cannot start threads")
}

/// Takes a port, or says who probably has it.
pub fn take_port(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match gateway::bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "{address} is in use: another carecircle, or another program, listens there; \
             stop it or choose another address"
        ),
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// Opens the store.
pub async fn open(
    database: Database,
    root_key: RootKey,
    identity: Identity,
) -> anyhow::Result<Opened> {
    let hub = Hub::default();
    let store = Store::open(store::Settings {
        database,
        root_key,
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        wake: Arc::new(hub.clone()),
        server_name: identity.server_name,
        demo: identity.demo,
    })
    .await?;
    Ok(Opened { store, hub })
}

/// Starts to listen.
pub fn listen(opened: &Opened, edge: Edge) -> anyhow::Result<Running> {
    let settings = gateway::Settings {
        listener: edge.listener,
        origins: edge.origins,
        rates: edge.rates,
        trusted_networks: edge.trusted_networks,
        tls: edge.tls,
        clock: Arc::new(SystemClock),
    };
    let (store, hub) = (opened.store.clone(), opened.hub.clone());
    Ok(gateway::start(settings, store, hub, Arc::new(WebClient))?)
}

/// Serves until SIGINT or SIGTERM, then stops in order: sockets, requests, store. A second signal ends
/// the waiting.
pub async fn until_told(running: Running, opened: Opened) -> anyhow::Result<()> {
    told().await?;
    tracing::info!(event = "stopping");
    let down = async {
        running.stop().await;
        opened.store.close().await;
    };
    tokio::select! {
        () = down => tracing::info!(event = "stopped"),
        again = told() => {
            again?;
            bail!("told twice to stop: ended without waiting");
        }
    }
    Ok(())
}

async fn told() -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Refuses a root key that would travel with a copy of the data.
pub fn keep_apart(data: &Path, root_key: &Path) -> anyhow::Result<()> {
    let inside = match (data.canonicalize(), root_key.canonicalize()) {
        (Ok(data), Ok(root_key)) => root_key.starts_with(data),
        _ => root_key.starts_with(data),
    };
    if inside {
        bail!("root_key: must not lie inside the data directory, where every backup would hold it");
    }
    Ok(())
}
