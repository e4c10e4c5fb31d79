//! One websocket, from the first packet to the last.
//!
//! Reading and writing go on beside each other, so that a host that is busy with what was read does
//! not hold up what is to be written. Whichever ends first ends both, and the host hears `closed` once.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use device::api::Input;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::SUBPROTOCOL;
use protocol::limits;
use reqwest::header::{HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message as SocketMessage};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::faults::{Faults, Then};
use crate::host::{Life, Message};
use crate::{ServerUrl, Tls};

/// From the first packet to the open websocket.
const DIAL: Duration = Duration::from_secs(15);
/// The server pings; hearing nothing for this long means that nobody is there.
const SILENCE: Duration = Duration::from_secs(limits::SILENCE_S);
/// Saying goodbye.
const CLOSE: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// What the network hands to the socket's writer.
pub(crate) enum Out {
    /// Write and flush.
    Frame(Vec<u8>),
    /// Say goodbye and close.
    Leave,
    /// Break the connection without a word.
    Cut,
    /// The whole device dies, now that everything before is written.
    Die,
}

/// Why a socket ended, for the log.
type Ended = Result<Infallible, String>;

pub(crate) struct Link {
    pub server: ServerUrl,
    pub tls: Tls,
    pub faults: Arc<dyn Faults>,
    pub life: Arc<Life>,
    pub host: mpsc::Sender<Message>,
    pub generation: u64,
}

impl Link {
    /// Opens, carries, closes; tells the host `opened` and, in any case, `closed`.
    pub async fn run(self, queue: mpsc::Receiver<Out>) {
        let Err(reason) = self.carry(queue).await;
        tracing::debug!(reason, "the websocket is closed");
        self.tell(Input::Closed).await;
    }

    async fn tell(&self, input: Input) {
        // A host that is gone needs no news.
        drop(
            self.host
                .send(Message::Socket {
                    generation: self.generation,
                    input,
                })
                .await,
        );
    }

    async fn carry(&self, queue: mpsc::Receiver<Out>) -> Ended {
        let dialled = timeout(DIAL, self.dial()).await;
        let socket = dialled.map_err(|_| "no answer in time".to_owned())??;
        self.tell(Input::Opened).await;
        let (sink, stream) = socket.split();
        tokio::select! {
            ended = self.read(stream) => ended,
            ended = self.write(sink, queue) => ended,
        }
    }

    async fn dial(&self) -> Result<Socket, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let address = (self.server.host(), self.server.port());
        let tcp = TcpStream::connect(address)
            .await
            .map_err(|error| said(&error))?;
        tcp.set_nodelay(true).map_err(|error| said(&error))?;
        let name = ServerName::try_from(self.server.host().to_owned());
        let name = name.map_err(|error| said(&error))?;
        let connector = TlsConnector::from(Arc::new(self.tls.offering(&[b"http/1.1"])));
        let tls = connector
            .connect(name, tcp)
            .await
            .map_err(|error| said(&error))?;
        let address = format!("wss://{}/v1/ws", self.server.name());
        let mut request = address
            .into_client_request()
            .map_err(|error| said(&error))?;
        let origin = HeaderValue::try_from(self.server.to_string());
        request
            .headers_mut()
            .insert(ORIGIN, origin.map_err(|error| said(&error))?);
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        let config = WebSocketConfig::default()
            .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
            .max_message_size(Some(limits::FRAME_BYTES_MAX))
            .max_frame_size(Some(limits::FRAME_BYTES_MAX));
        let upgraded = client_async_with_config(request, tls, Some(config)).await;
        upgraded
            .map(|(socket, _)| socket)
            .map_err(|error| said(&error))
    }

    /// Pings are answered by the library as it reads.
    async fn read(&self, mut stream: SplitStream<Socket>) -> Ended {
        loop {
            let next = timeout(SILENCE, stream.next()).await;
            let message = match next.map_err(|_| "silence".to_owned())? {
                None => return Err("the end of the stream".to_owned()),
                Some(message) => message.map_err(|error| error.to_string())?,
            };
            match message {
                SocketMessage::Binary(bytes) => self.frame(bytes.into()).await?,
                SocketMessage::Ping(_) | SocketMessage::Pong(_) => {}
                SocketMessage::Close(frame) => {
                    let code = frame.map(|frame| u16::from(frame.code));
                    return Err(format!("closed by the server, code {code:?}"));
                }
                SocketMessage::Text(_) | SocketMessage::Frame(_) => {
                    return Err("a text frame; frames are binary".to_owned());
                }
            }
        }
    }

    async fn frame(&self, bytes: Vec<u8>) -> Result<(), String> {
        let verdict = self.faults.frame(&bytes);
        if verdict.carry_out {
            self.tell(Input::Frame { bytes }).await;
        }
        match verdict.then {
            Then::GoOn => Ok(()),
            Then::Cut => Err("cut on purpose".to_owned()),
            Then::Die => {
                self.life.die();
                Err("killed on purpose".to_owned())
            }
        }
    }

    async fn write(
        &self,
        mut sink: SplitSink<Socket, SocketMessage>,
        mut queue: mpsc::Receiver<Out>,
    ) -> Ended {
        while let Some(out) = queue.recv().await {
            match out {
                Out::Frame(bytes) => {
                    let written = timeout(SILENCE, sink.send(SocketMessage::Binary(bytes.into())));
                    let written: Result<(), SocketError> = written
                        .await
                        .map_err(|_| "the server does not read".to_owned())?;
                    written.map_err(|error| error.to_string())?;
                }
                Out::Leave => {
                    let said = timeout(CLOSE, sink.close()).await.is_ok();
                    return Err(format!("left (goodbye said: {said})"));
                }
                Out::Cut => return Err("cut on purpose".to_owned()),
                Out::Die => {
                    self.life.die();
                    return Err("killed on purpose".to_owned());
                }
            }
        }
        Err("another connection takes its place".to_owned())
    }
}
