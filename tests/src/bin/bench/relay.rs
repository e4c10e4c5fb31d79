//! The ceiling: the gateway's kind of websockets, and behind them nothing. A frame is parsed, gets the
//! next number of its circle in memory, and goes to the circle's sockets, encoded once for all of them.
//! Nobody is asked who they are, nothing is checked, nothing is kept.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::serve::Listener;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::{
    Append, ClientFrame, Done, Hello, LogEntry, LogPage, Ready, SUBPROTOCOL, ServerFrame,
};
use protocol::{AccountId, CircleId, DeviceId, EntryKind, Timestamp, limits};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Frames that wait to leave one socket; more than any window needs.
const QUEUE: usize = 1_024;

/// A relay that listens until it is dropped.
pub struct Relay {
    /// Where.
    pub addr: SocketAddr,
    _serving: JoinSet<()>,
}

#[derive(Clone, Default)]
struct Rooms(Arc<Mutex<HashMap<CircleId, Room>>>);

/// One circle.
#[derive(Default)]
struct Room {
    seq: u64,
    sockets: Vec<mpsc::Sender<Bytes>>,
}

impl Relay {
    /// Listens on a free port of 127.0.0.1.
    pub fn start(tls: Arc<rustls::ServerConfig>) -> Result<Self> {
        let tcp = gateway::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let addr = tcp.local_addr()?;
        let door = Door {
            tcp: TcpListener::from_std(tcp)?,
            tls: TlsAcceptor::from(tls),
        };
        let router = Router::new()
            .route("/v1/ws", any(open))
            .with_state(Rooms::default());
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(door, router).await {
                eprintln!("bench: the relay ended: {error}");
            }
        });
        Ok(Self {
            addr,
            _serving: serving,
        })
    }
}

/// TLS, one handshake after another.
struct Door {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, addr)) = self.tcp.accept().await else {
                continue;
            };
            if stream.set_nodelay(true).is_ok()
                && let Ok(stream) = self.tls.accept(stream).await
            {
                return (stream, addr);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// With the gateway's buffers.
async fn open(State(rooms): State<Rooms>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(limits::SOCKET_WRITE_BUFFER_BYTES_MAX)
        .max_message_size(limits::FRAME_BYTES_MAX)
        .max_frame_size(limits::FRAME_BYTES_MAX)
        .on_upgrade(async move |socket| {
            // A socket that ends shows at its other end, which is ours too.
            let _ended = relay(&rooms, socket).await;
        })
}

/// One socket, until its device is gone.
async fn relay(rooms: &Rooms, socket: WebSocket) -> Option<()> {
    let (mut sink, mut stream) = socket.split();
    let ClientFrame::Hello(hello) = frame(&mut stream).await? else {
        return None;
    };
    let (own, mut outbox) = mpsc::channel(QUEUE);
    rooms.join(&hello, &own)?;
    loop {
        tokio::select! {
            frame = frame(&mut stream) => {
                let ClientFrame::Append(append) = frame? else {
                    continue;
                };
                rooms.append(append, hello.device, &own)?;
            }
            Some(first) = outbox.recv() => send(&mut sink, first, &mut outbox).await?,
        }
    }
}

async fn frame(stream: &mut SplitStream<WebSocket>) -> Option<ClientFrame> {
    loop {
        if let Message::Binary(bytes) = stream.next().await?.ok()? {
            return ClientFrame::parse(&bytes).ok();
        }
    }
}

/// Sends what there is and flushes once.
async fn send(
    sink: &mut SplitSink<WebSocket, Message>,
    first: Bytes,
    outbox: &mut mpsc::Receiver<Bytes>,
) -> Option<()> {
    let mut next = Some(first);
    while let Some(bytes) = next {
        sink.feed(Message::Binary(bytes)).await.ok()?;
        next = outbox.try_recv().ok();
    }
    sink.flush().await.ok()
}

impl Rooms {
    fn join(&self, hello: &Hello, own: &mpsc::Sender<Bytes>) -> Option<()> {
        let ready = ServerFrame::Ready(Ready {
            account: AccountId::from_bytes([0; 16]),
            now: Timestamp::from_micros(0),
            positions: Vec::new(),
            key_packages: 0,
        });
        let circle = hello.cursors.first()?.circle;
        let mut rooms = self.0.lock().expect("nobody panics in a room");
        let room = rooms.entry(circle).or_default();
        room.sockets.retain(|socket| !socket.is_closed());
        room.sockets.push(own.clone());
        own.try_send(ready.to_bytes().into()).ok()
    }

    fn append(&self, append: Append, device: DeviceId, own: &mpsc::Sender<Bytes>) -> Option<()> {
        let (circle, op_id) = (append.circle, append.op_id);
        let mut rooms = self.0.lock().expect("nobody panics in a room");
        let room = rooms.get_mut(&circle)?;
        room.seq += 1;
        let seq = room.seq;
        let done = ServerFrame::Ok(Done { op_id, seq });
        own.try_send(done.to_bytes().into()).ok()?;
        let page = ServerFrame::Log(LogPage {
            circle,
            generation: 0,
            entries: vec![entry(append, device, seq)],
            head: seq,
        });
        let page = Bytes::from(page.to_bytes());
        // A device that left is forgotten. Nobody is behind by a whole queue: a window is far smaller,
        // and a message that somebody misses is never complete, which ends the run.
        room.sockets.retain(|socket| {
            !matches!(socket.try_send(page.clone()), Err(TrySendError::Closed(_)))
        });
        Some(())
    }
}

fn entry(append: Append, device: DeviceId, seq: u64) -> LogEntry {
    LogEntry {
        seq,
        kind: EntryKind::Message,
        epoch: 1,
        device,
        op_id: append.op_id,
        mls: append.mls,
        body: append.body,
        wrap: append.wrap,
        era: append.era,
        urgency: append.urgency,
        accepted_at: Timestamp::from_micros(0),
    }
}
