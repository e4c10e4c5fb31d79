//! One task for everything that waits: the websocket, requests, timers.
//!
//! It never waits for the host, and the host waits for it at most as long as a stuck websocket takes to
//! be given up; so neither can hold the other for ever.

use std::sync::Arc;
use std::time::Duration;

use device::api::Input;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::faults::{Faults, Then, Verdict};
use crate::host::{Life, Message};
use crate::http::{Client, Request};
use crate::link::{Link, Out};
use crate::timers::Timers;
use crate::{ServerUrl, Tls};

/// Frames that wait for the websocket.
const FRAMES_MAX: usize = 64;
/// A graceful end waits this long for requests under way and for the server's goodbye.
const LEAVE: Duration = Duration::from_secs(5);
/// A tick that found the host's queue full comes again this much later.
const TICK_AGAIN: Duration = Duration::from_millis(50);

/// Something to do, and the trouble that a test wants with it.
pub(crate) struct Order {
    pub what: What,
    pub verdict: Verdict,
}

pub(crate) enum What {
    Send(Vec<u8>),
    Request(Request),
    Connect {
        generation: u64,
    },
    Disconnect,
    Timer(Duration),
    /// Finish what is under way, say goodbye, end.
    Leave,
}

pub(crate) struct Network {
    pub server: ServerUrl,
    pub tls: Tls,
    pub client: Arc<Client>,
    pub faults: Arc<dyn Faults>,
    pub life: Arc<Life>,
    pub to_host: mpsc::Sender<Message>,
    pub socket: Option<mpsc::Sender<Out>>,
    pub timers: Timers,
    pub tasks: JoinSet<()>,
}

impl Network {
    /// Until the host says so or is gone. Ending drops every connection at once.
    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    None => return,
                    Some(Order { what: What::Leave, .. }) => return self.leave().await,
                    Some(order) => self.carry_out(order).await,
                },
                () = self.timers.come() => {
                    if self.to_host.try_send(Message::Tick).is_err() {
                        self.timers.add(TICK_AGAIN);
                    }
                },
                Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => {}
            }
        }
    }

    async fn carry_out(&mut self, Order { what, verdict }: Order) {
        match what {
            What::Request(request) => {
                self.request(request, verdict);
                return;
            }
            _ if !verdict.carry_out => {}
            What::Send(bytes) => self.out(Out::Frame(bytes)).await,
            What::Connect { generation } => self.connect(generation),
            What::Disconnect => {
                self.out(Out::Leave).await;
                self.socket = None;
            }
            What::Timer(after) => self.timers.add(after),
            What::Leave => {}
        }
        match verdict.then {
            Then::GoOn => {}
            Then::Cut => self.out(Out::Cut).await,
            Then::Die if self.socket.is_some() => self.out(Out::Die).await,
            Then::Die => self.life.die(),
        }
    }

    /// Dropping the earlier socket's queue breaks it.
    fn connect(&mut self, generation: u64) {
        let (frames, queue) = mpsc::channel(FRAMES_MAX);
        self.socket = Some(frames);
        let link = Link {
            server: self.server.clone(),
            tls: self.tls.clone(),
            faults: Arc::clone(&self.faults),
            life: Arc::clone(&self.life),
            host: self.to_host.clone(),
            generation,
        };
        self.tasks.spawn(link.run(queue));
    }

    /// A frame for a socket that is gone is lost; the host hears, or has heard, that it is closed.
    async fn out(&self, out: Out) {
        if let Some(socket) = &self.socket {
            drop(socket.send(out).await);
        }
    }

    fn request(&mut self, request: Request, verdict: Verdict) {
        let (client, life, host) = (
            Arc::clone(&self.client),
            Arc::clone(&self.life),
            self.to_host.clone(),
        );
        self.tasks.spawn(async move {
            let id = request.id;
            let mut answer = if verdict.carry_out {
                client.ask(request).await
            } else {
                crate::http::Answer::unreachable()
            };
            match verdict.then {
                Then::GoOn => {}
                Then::Cut => answer = crate::http::Answer::unreachable(),
                Then::Die => return life.die(),
            }
            let input = Input::Answer {
                id,
                status: answer.status,
                body: answer.body,
            };
            drop(
                host.send(Message::Answer {
                    input,
                    cookie: answer.cookie,
                })
                .await,
            );
        });
    }

    async fn leave(mut self) {
        self.out(Out::Leave).await;
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(LEAVE, all).await.is_err() {
            tracing::debug!("left without an answer to everything");
        }
    }
}
