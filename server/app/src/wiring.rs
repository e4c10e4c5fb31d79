//! Hub, store and gateway put together, and taken apart again in the right order.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use care::Clock;
use care::civil::{Zone, Zones};
use care::email::EmailAddress;
use gateway::{DemoMails, Hub, Network, Rates, Running};
use mail::{Door, ReturnAddress, Transport};
use scheduler::{Bell, Intake, Replies, Worker};
use store::{Database, RootKey, Store};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::outside::{SystemChance, SystemClock};
use crate::web::WebClient;

/// A store with the hub and the due loop's bell that it wakes.
pub struct Opened {
    /// The store.
    pub store: Store,
    hub: Hub,
    bell: Bell,
}

/// How mails leave.
pub struct Mailing {
    /// Who writes.
    pub identity: mail::Identity,
    /// The way out.
    pub transport: Transport,
    /// The scheduler's clock.
    pub clock: Arc<dyn Clock>,
    /// What is done about mails that come back.
    pub replies: Replies,
}

/// Where mails that come back are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// Where the mail server hands them over.
    pub place: TakingPlace,
    /// The address to which people answer.
    pub from: EmailAddress,
    /// The envelope senders of our mails.
    pub returns: ReturnAddress,
    /// The name that we give ourselves: the domain of `from`, never the machine's.
    pub name: String,
}

/// A place on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakingPlace {
    /// A loopback port.
    Port(SocketAddr),
    /// A socket in the file system.
    Socket(PathBuf),
}

/// What is shown on the pages behind the links of mails.
#[derive(Default)]
pub struct Pages {
    /// The number to call.
    pub phone: Option<String>,
    /// The demo's mails.
    pub demo_mails: Option<Arc<dyn DemoMails>>,
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
    /// What the pages behind the links of mails show.
    pub pages: Pages,
}

/// Who the devices think they are talking to, and how they may sign in.
pub struct Identity {
    /// The host (and port, unless 443) that devices sign.
    pub server_name: String,
    /// The device's signature alone begins a session.
    pub demo: bool,
    /// By which clocks the agency lives.
    pub clocks: Clocks,
}

/// A zone database, and the zone of people who never chose one.
pub struct Clocks {
    /// The database.
    pub zones: Zones,
    /// The zone, from that database.
    pub zone: Zone,
}

impl Clocks {
    /// A zone by the name that the database has for it.
    pub fn in_zone(zones: Zones, name: &str) -> anyhow::Result<Self> {
        let zone = zones
            .find(name)
            .map_err(|refusal| anyhow::anyhow!("zone: {}", refusal.detail))?;
        Ok(Self { zones, zone })
    }
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
    let (hub, bell) = (Hub::default(), Bell::default());
    let Clocks { zones, zone } = identity.clocks;
    tracing::info!(
        event = "zones",
        release = zones.version(),
        zone = zone.name()
    );
    let store = Store::open(store::Settings {
        database,
        root_key,
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        wake: Arc::new((hub.clone(), bell.clone())),
        zones,
        zone,
        server_name: identity.server_name,
        demo: identity.demo,
    })
    .await?;
    Ok(Opened { store, hub, bell })
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
        chance: Arc::new(SystemChance),
        phone: edge.pages.phone,
        demo_mails: edge.pages.demo_mails,
    };
    let (store, hub) = (opened.store.clone(), opened.hub.clone());
    Ok(gateway::start(settings, store, hub, Arc::new(WebClient))?)
}

impl Opened {
    /// The due loop's bell: rung when the scheduler's clock was moved.
    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Starts to do what is due, and to send mails if there is a way out for them.
    pub fn do_what_is_due(&self, mailing: Option<Mailing>) -> scheduler::Running {
        let store = self.store.clone();
        let worker = match mailing {
            None => Worker::without_mails(store, Arc::new(SystemClock)),
            Some(mailing) => Worker::new(store, mailing.clock, mailing.identity, mailing.transport)
                .with_replies(mailing.replies),
        };
        scheduler::start(Arc::new(worker), self.bell())
    }

    /// Starts to take mails that come back, once whose address one came from can be found.
    pub async fn take_mails(&self, taking: Taking) -> anyhow::Result<mail::intake::Running> {
        self.store.index_addresses().await?;
        let door = match &taking.place {
            TakingPlace::Port(address) => Door::port(*address)
                .with_context(|| format!("mail.intake: cannot listen on {address}"))?,
            TakingPlace::Socket(path) => Door::socket(path)
                .with_context(|| format!("mail.intake: cannot listen on {}", path.display()))?,
        };
        let intake = Intake::new(self.store.clone(), taking.from, taking.returns);
        Ok(mail::intake::serve(door, taking.name, Arc::new(intake)))
    }
}

/// Whoever may tell the server to stop: SIGINT and SIGTERM. From the moment it listens they end nothing by
/// themselves, so it begins before anybody is told that the server is up.
pub struct Told {
    interrupt: Signal,
    terminate: Signal,
}

impl Told {
    /// Begins to listen.
    pub fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn once(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What is done by itself, while it runs.
pub struct Post {
    /// What is due is done.
    pub due: scheduler::Running,
    /// What comes back is taken.
    pub intake: Option<mail::intake::Running>,
}

/// Serves until it is told to stop, then stops in order: mails, sockets, requests, store. Told once more, it
/// ends without waiting.
pub async fn until_told(
    mut told: Told,
    running: Running,
    Post { due, intake }: Post,
    opened: Opened,
) -> anyhow::Result<()> {
    told.once().await;
    tracing::info!(event = "stopping");
    let down = async {
        if let Some(intake) = intake {
            intake.stop().await;
        }
        due.stop().await;
        running.stop().await;
        opened.store.close().await;
    };
    tokio::select! {
        () = down => tracing::info!(event = "stopped"),
        () = told.once() => bail!("told twice to stop: ended without waiting"),
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
