//! The whole server in this process: real TLS on a free port of 127.0.0.1, a real database, a clock
//! that is moved by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use care::civil::Zones;
use care::{Chance as _, Clock as _};
use gateway::{Asset, Assets, Encoding, Hub, Network, Rates, Running};
use mail::{Mail, Memory, Smtp, SmtpConfig, Transport};
use scheduler::Worker;
use store::{RootKey, Store};
use tempfile::TempDir;

use crate::agency::{self, Agency, Person};
use crate::certificate::Certificate;
use crate::{Engine, FakeClock, SeededChance, TestDatabase};

/// How long a data directory of this process's own may take to be free after a crash.
const FREE: Duration = Duration::from_secs(10);

/// What a test may choose.
#[derive(Clone)]
pub struct Options {
    /// The engine.
    pub engine: Engine,
    /// Rates and counts.
    pub rates: Rates,
    /// Where the limits by address do not hold.
    pub trusted_networks: Vec<Network>,
    /// A device may renew its session by its signature alone.
    pub demo: bool,
    /// A mail server; without one mails go into memory.
    pub smtp: Option<SmtpConfig>,
    /// The time at the start.
    pub clock: FakeClock,
    /// The zone database.
    pub zones: Zones,
    /// Where the server's ids and secrets come from.
    pub seed: u64,
}

/// How a server goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    /// As on SIGTERM: sockets are told, requests finished, the store closed.
    Gracefully,
    /// As on `kill -9`, as far as one process can: sockets break, the store is dropped as it stands.
    AtOnce,
}

/// A server with the invented agency in it. Dropping it removes everything.
pub struct TestServer {
    up: Option<Up>,
    options: Options,
    chance: Arc<SeededChance>,
    root_key: RootKey,
    certificate: Certificate,
    addr: SocketAddr,
    agency: Agency,
    database: TestDatabase,
    directory: TempDir,
}

struct Up {
    running: Running,
    store: Store,
    post: Worker,
}

impl Options {
    /// The defaults on an engine: as the demo runs, with nobody trusted by address.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            rates: Rates::default(),
            trusted_networks: Vec::new(),
            demo: true,
            smtp: None,
            clock: FakeClock::default(),
            zones: Zones::bundled(),
            seed: 1,
        }
    }
}

impl TestServer {
    /// Starts a server on an engine and seeds the agency.
    pub async fn start(engine: Engine) -> Result<Self> {
        Self::start_with(Options::new(engine)).await
    }

    /// Starts a server with a test's own choices and seeds the agency.
    pub async fn start_with(options: Options) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let database = TestDatabase::make(options.engine, &directory.path().join("data")).await?;
        let chance = Arc::new(SeededChance::new(options.seed));
        let mut key = [0; 32];
        chance.fill(&mut key);
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = gateway::bind(free)?;
        let addr = listener.local_addr()?;
        let root_key = RootKey::from_bytes(key);
        let settings = store_settings(&options, &chance, addr);
        let hub = Hub::default();
        let store = Store::open(settings(&database, &root_key, &hub)).await?;
        let agency = Agency::seed(&store).await?;
        let certificate = Certificate::make()?;
        let edge = edge(&options, &chance, listener, addr, &certificate);
        let running = gateway::start(edge, store.clone(), hub, Arc::new(OnePage))?;
        let post = worker(&options, &store, addr)?;
        Ok(Self {
            up: Some(Up {
                running,
                store,
                post,
            }),
            options,
            chance,
            root_key,
            certificate,
            addr,
            agency,
            database,
            directory,
        })
    }

    /// `https://localhost:PORT`.
    pub fn url(&self) -> String {
        origin(self.addr)
    }

    /// `localhost:PORT`: what devices sign.
    pub fn name(&self) -> String {
        server_name(self.addr)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The authority to trust, PEM.
    pub fn ca_pem(&self) -> &str {
        self.certificate.ca_pem()
    }

    /// The store. Let go of clones before the server goes down.
    ///
    /// # Panics
    /// While the server is down.
    pub fn store(&self) -> &Store {
        &self.up.as_ref().expect("the server is up").store
    }

    /// Sends every mail that is due, and what that makes due, by the server's clock; those that the
    /// mail server took. The due loop itself does not run in tests: they say when.
    ///
    /// # Panics
    /// While the server is down.
    pub async fn do_due(&self) -> Result<Vec<Mail>> {
        let post = &self.up.as_ref().expect("the server is up").post;
        let now = self.clock().now();
        scheduler::agency::keep_civil_times(self.store(), now).await?;
        scheduler::jobs::run(self.store(), now).await?;
        // Each pass looks at a number of rows; what waits behind another is looked at again.
        while post.pass().await?.leased > 0 {}
        match post.transport() {
            Some(Transport::Memory(memory)) => Ok(memory.take()),
            _ => Ok(Vec::new()),
        }
    }

    /// What sends mails, to look into or to drive step by step.
    ///
    /// # Panics
    /// While the server is down.
    pub fn post(&self) -> &Worker {
        &self.up.as_ref().expect("the server is up").post
    }

    /// The clock of the server.
    pub fn clock(&self) -> &FakeClock {
        &self.options.clock
    }

    /// The people.
    pub fn agency(&self) -> &Agency {
        &self.agency
    }

    /// The database, to look into beside the store.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The data directory.
    pub fn data(&self) -> std::path::PathBuf {
        self.directory.path().join("data")
    }

    /// A directory that goes with the server, for a test's own files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A new sign-in link for one of the people.
    pub async fn link(&self, person: Person) -> Result<String> {
        agency::link(self.store(), &self.url(), person.account).await
    }

    /// Takes the server down; data and port are kept for [`TestServer::up`].
    pub async fn down(&mut self, how: Down) -> Result<()> {
        let up = self.up.take().context("the server is down already")?;
        match how {
            Down::Gracefully => {
                up.running.stop().await;
                drop(up.post);
                up.store.close().await;
            }
            Down::AtOnce => {
                up.running.abort().await;
                drop(up.post);
                drop(up.store);
            }
        }
        Ok(())
    }

    /// Starts it again on the same data and the same port.
    pub async fn up(&mut self) -> Result<()> {
        let hub = Hub::default();
        let listener = gateway::bind(self.addr)?;
        let settings = store_settings(&self.options, &self.chance, self.addr);
        let open = async {
            loop {
                let settings = settings(&self.database, &self.root_key, &hub);
                match Store::open(settings).await {
                    // After a crash the last tasks of the old store may still be letting go.
                    Err(store::OpenError::InUse(_)) => tokio::task::yield_now().await,
                    opened => return opened,
                }
            }
        };
        let store = tokio::time::timeout(FREE, open)
            .await
            .context("the old store did not let go of its data directory")??;
        let edge = edge(
            &self.options,
            &self.chance,
            listener,
            self.addr,
            &self.certificate,
        );
        let running = gateway::start(edge, store.clone(), hub, Arc::new(OnePage))?;
        let post = worker(&self.options, &store, self.addr)?;
        self.up = Some(Up {
            running,
            store,
            post,
        });
        Ok(())
    }

    /// From its next start on it follows another zone database.
    pub fn use_zones(&mut self, zones: Zones) {
        self.options.zones = zones;
    }

    /// Takes it down and starts it again.
    pub async fn restart(&mut self, how: Down) -> Result<()> {
        self.down(how).await?;
        self.up().await
    }
}

/// Sends into memory, or to the mail server that the test named.
fn worker(options: &Options, store: &Store, addr: SocketAddr) -> Result<Worker> {
    let identity = mail::Identity {
        from_name: "Appointments".to_owned(),
        from: "appointments@example.net".to_owned(),
        link_base: origin(addr),
        domain: "example.net".to_owned(),
    };
    let transport = match &options.smtp {
        None => Transport::Memory(Memory::keeping()),
        Some(smtp) => Transport::Smtp(Smtp::new(smtp.clone())?),
    };
    let clock = Arc::new(options.clock.clone());
    Ok(Worker::new(store.clone(), clock, identity, transport))
}

fn server_name(addr: SocketAddr) -> String {
    format!("localhost:{}", addr.port())
}

fn origin(addr: SocketAddr) -> String {
    format!("https://{}", server_name(addr))
}

fn store_settings(
    options: &Options,
    chance: &Arc<SeededChance>,
    addr: SocketAddr,
) -> impl Fn(&TestDatabase, &RootKey, &Hub) -> store::Settings + use<> {
    let (options, chance) = (options.clone(), Arc::clone(chance));
    move |database, root_key, hub| store::Settings {
        database: database.settings(),
        root_key: root_key.clone(),
        clock: Arc::new(options.clock.clone()),
        chance: chance.clone(),
        wake: Arc::new(hub.clone()),
        zones: options.zones.clone(),
        zone: agency::zone_of(&options.zones),
        server_name: server_name(addr),
        demo: options.demo,
    }
}

fn edge(
    options: &Options,
    chance: &Arc<SeededChance>,
    listener: std::net::TcpListener,
    addr: SocketAddr,
    certificate: &Certificate,
) -> gateway::Settings {
    gateway::Settings {
        listener,
        origins: vec![origin(addr)],
        rates: options.rates.clone(),
        trusted_networks: options.trusted_networks.clone(),
        tls: certificate.server(),
        clock: Arc::new(options.clock.clone()),
        chance: chance.clone(),
        phone: Some("555 0100".to_owned()),
        demo_mails: None,
    }
}

/// A web client of one empty page.
struct OnePage;

impl Assets for OnePage {
    fn find(&self, path: &str) -> Option<Asset> {
        (path == "index.html").then_some(Asset {
            bytes: b"<!doctype html>\n<title>carecircle</title>\n".into(),
            media_type: "text/html; charset=utf-8".into(),
            encoding: Encoding::Identity,
            immutable: false,
        })
    }

    fn paths(&self) -> Vec<std::borrow::Cow<'static, str>> {
        vec!["index.html".into()]
    }
}
