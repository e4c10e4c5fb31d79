//! The handle: open a device, tell it what to do, see what it tells.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use device::Device;
use device::api::{Command, Event, Item};
use protocol::{CircleId, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::core::{Core, Open};
use crate::faults::{Faults, NoFaults};
use crate::host::{Ending, Host, Life, MESSAGES_MAX, Message, ORDERS_MAX};
use crate::http::{Client, Request};
use crate::network::Network;
use crate::seen::Log;
use crate::store::{Note, Store};
use crate::timers::Timers;
use crate::{Error, Events, Seen, ServerUrl, Tls};

/// Where a device reads the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge where a headless device reads the time"
)]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}

/// How a device is opened.
#[derive(Clone)]
pub struct Settings {
    /// The data directory, for this device alone; made when absent.
    pub data: PathBuf,
    /// The server. Absent: the one that the data directory remembers.
    pub server: Option<ServerUrl>,
    /// Whom to trust. Absent: whom the data directory remembers, else this machine's authorities.
    pub tls: Option<Tls>,
    /// Where the device reads the time.
    pub clock: Clock,
    /// Trouble on purpose.
    pub faults: Arc<dyn Faults>,
}

impl Settings {
    /// A device of this machine's clock, without faults, as its data directory remembers it.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        Self {
            data,
            server: None,
            tls: None,
            clock: system_clock(),
            faults: Arc::new(NoFaults),
        }
    }
}

/// A running device. [`Headless::stop`] ends it gracefully; dropping it is `kill -9`: nothing more is
/// carried out, connections break, and the data directory is free when the drop returns.
pub struct Headless {
    to_host: mpsc::Sender<Message>,
    log: Arc<Log>,
    life: Arc<Life>,
    thread: Option<JoinHandle<()>>,
    network: JoinSet<()>,
    client: Option<Arc<Client>>,
}

/// Makes the core's opener from the vault key and the server's name.
pub(crate) type Cores = Box<dyn FnOnce([u8; 32], String) -> Open + Send>;

impl Headless {
    /// Opens a device of this server, with everything else as usual. It stays offline until
    /// [`Command::Connect`] or [`Command::Enrol`].
    pub async fn open(data: &Path, server: &str, tls: Tls) -> Result<Self, Error> {
        let server = Some(server.parse()?);
        Self::open_with(Settings {
            server,
            tls: Some(tls),
            ..Settings::new(data)
        })
        .await
    }

    /// Opens a device. Must be called on a tokio runtime, which then carries its connections.
    pub async fn open_with(settings: Settings) -> Result<Self, Error> {
        let cores: Cores = Box::new(|key, server| {
            Box::new(move |rows| {
                let device = Device::open(key, server.clone(), rows)?;
                Ok(Box::new(device) as Box<dyn Core>)
            })
        });
        Self::open_core(settings, cores).await
    }

    pub(crate) async fn open_core(settings: Settings, cores: Cores) -> Result<Self, Error> {
        let (to_host, messages) = mpsc::channel(MESSAGES_MAX);
        let (orders, ordered) = mpsc::channel(ORDERS_MAX);
        let (ready, is_ready) = oneshot::channel();
        let (log, life) = (Log::new(), Life::new(to_host.clone()));
        let (faults, at_host) = (
            Arc::clone(&settings.faults),
            (Arc::clone(&log), Arc::clone(&life)),
        );
        let work = move || {
            let (log, life) = at_host;
            match Opened::open(&settings, cores) {
                Err(error) => drop(ready.send(Err(error))),
                Ok(Opened {
                    store,
                    open,
                    core,
                    contact,
                }) => {
                    let host = Host {
                        store,
                        open,
                        core,
                        clock: Arc::clone(&settings.clock),
                        faults: Arc::clone(&settings.faults),
                        life,
                        orders,
                        generation: 0,
                        wanted: false,
                        resume: false,
                        log: Ending(log),
                    };
                    drop(ready.send(Ok(contact)));
                    host.run(messages);
                }
            }
        };
        let thread = thread::Builder::new().name("device".to_owned()).spawn(work);
        let thread = Some(thread.map_err(|_| Error::Ended)?);
        let mut opened = Self {
            to_host,
            log,
            life,
            thread,
            network: JoinSet::new(),
            client: None,
        };
        let Contact {
            server,
            tls,
            cookie,
        } = is_ready.await.map_err(|_| Error::Ended)??;
        let client = Arc::new(Client::new(&server, &tls, cookie)?);
        opened.client = Some(Arc::clone(&client));
        let network = Network {
            client,
            server,
            tls,
            faults,
            life: Arc::clone(&opened.life),
            to_host: opened.to_host.clone(),
            socket: None,
            timers: Timers::default(),
            tasks: JoinSet::new(),
        };
        opened.network.spawn(network.run(ordered));
        // The first status and circles.
        opened.send(Message::Tick).await?;
        Ok(opened)
    }

    async fn send(&self, message: Message) -> Result<(), Error> {
        self.to_host.send(message).await.map_err(|_| Error::Ended)
    }

    /// The server that this device belongs to.
    ///
    /// # Panics
    /// Never: only an opened device is handed out.
    pub fn server(&self) -> &ServerUrl {
        let client = self.client.as_ref().expect("an opened device has one");
        client.server()
    }

    /// Carries out a command: what it changes is stored when this returns, what it sends is on its way.
    pub async fn command(&self, command: Command) -> Result<(), Error> {
        let (reply, done) = oneshot::channel();
        self.send(Message::Command { command, reply }).await?;
        done.await.map_err(|_| Error::Ended)?
    }

    /// Makes an HTTPS request of a person's own (people, consents, a new circle) in this device's
    /// session, as a page would. Answers the status, 0 if the server could not be reached, and the
    /// body.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        json: Option<Vec<u8>>,
    ) -> Result<(u16, Vec<u8>), Error> {
        let client = self.client.as_ref().ok_or(Error::Ended)?;
        let answer = client
            .ask(Request {
                id: 0,
                method: method.to_owned(),
                path: path.to_owned(),
                media_type: json.is_some().then(|| "application/json".to_owned()),
                body: json.unwrap_or_default(),
            })
            .await;
        self.send(Message::Cookie(answer.cookie)).await?;
        Ok((answer.status, answer.body))
    }

    /// The newest `limit` entries of a conversation, oldest first.
    pub async fn items(&self, circle: CircleId, limit: usize) -> Result<Vec<Item>, Error> {
        let (reply, items) = oneshot::channel();
        self.send(Message::Items {
            circle,
            limit,
            reply,
        })
        .await?;
        items.await.map_err(|_| Error::Ended)?
    }

    /// Reads every event since the opening, as far back as they are kept, then new ones.
    pub fn events(&self) -> Events {
        self.log.events()
    }

    pub(crate) fn events_from_now(&self) -> Events {
        self.log.events_from_now()
    }

    /// What this device calls its server in what it signs.
    pub(crate) fn server_name(&self) -> Result<String, Error> {
        let client = self.client.as_ref().ok_or(Error::Ended)?;
        Ok(client.server().name())
    }

    /// How things stand by the latest events.
    pub fn seen(&self) -> Seen {
        self.log.seen()
    }

    /// From here on [`Headless::wait_for`] looks at later events only.
    pub fn mark(&self) {
        self.log.mark();
    }

    /// The first event since the opening, or since the last [`Headless::mark`], that is wanted; waits
    /// for it if it has not come yet. Looking uses nothing up.
    pub async fn wait_for(
        &self,
        wanted: impl FnMut(&Event) -> bool,
        deadline: Duration,
    ) -> Result<Event, Error> {
        self.log.wait_for(wanted, deadline).await
    }

    /// Waits until things stand as wanted, whatever they were before.
    pub async fn wait_until(
        &self,
        wanted: impl FnMut(&Seen) -> bool,
        deadline: Duration,
    ) -> Result<Seen, Error> {
        self.log.wait_until(wanted, deadline).await
    }

    /// Waits until the device has ended, by [`Headless::stop`] or a fault.
    pub async fn ended(&self) {
        self.log.ended().await;
    }

    /// Finishes what was begun, says goodbye to the server and ends.
    pub async fn stop(mut self) -> Result<(), Error> {
        if !self.life.is_over() {
            self.send(Message::Stop).await?;
        }
        self.log.ended().await;
        while self.network.join_next().await.is_some() {}
        Ok(())
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        self.life.die();
        self.network.abort_all();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // At most one step away. A panic in it was already printed.
            drop(thread.join());
        }
    }
}

/// What the network needs to know.
struct Contact {
    server: ServerUrl,
    tls: Tls,
    cookie: Option<String>,
}

struct Opened {
    store: Store,
    open: Open,
    core: Box<dyn Core>,
    contact: Contact,
}

impl Opened {
    fn open(settings: &Settings, cores: Cores) -> Result<Self, Error> {
        let store = Store::open(&settings.data)?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
        let kept = store.note(Note::Server)?.and_then(text);
        let server = match (kept, &settings.server) {
            (None, None) => return Err(Error::Address(String::new())),
            (Some(kept), None) => kept.parse()?,
            (Some(kept), Some(asked)) if kept != asked.to_string() => {
                return Err(Error::OtherServer {
                    kept,
                    asked: asked.to_string(),
                });
            }
            (Some(_), Some(asked)) => asked.clone(),
            (None, Some(asked)) => {
                store.remember(Note::Server, Some(asked.to_string().as_bytes()))?;
                asked.clone()
            }
        };
        let tls = match (&settings.tls, store.note(Note::Authorities)?) {
            (Some(tls), kept) => {
                if kept.as_deref() != tls.pem() {
                    store.remember(Note::Authorities, tls.pem())?;
                }
                tls.clone()
            }
            (None, Some(pem)) => Tls::authorities(&pem)?,
            (None, None) => Tls::system()?,
        };
        let cookie = store.note(Note::Cookie)?.and_then(text);
        let open = cores(store.vault_key(), server.name());
        let core = open(store.state()?)?;
        Ok(Self {
            store,
            open,
            core,
            contact: Contact {
                server,
                tls,
                cookie,
            },
        })
    }
}
