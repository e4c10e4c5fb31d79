//! Websockets as devices open them: TCP, TLS 1.3, the upgrade, `hello`, `ready`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::{ClientFrame, Hello, SUBPROTOCOL, ServerFrame};
use protocol::limits;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// A device's end.
pub type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// From the first packet to `ready`, when many open at the same time.
const DIAL: Duration = Duration::from_secs(20);

/// Where to open websockets.
#[derive(Clone)]
pub struct Door {
    addr: SocketAddr,
    server_name: String,
    tls: TlsConnector,
}

impl Door {
    /// The server that listens there, by an authority of its own.
    pub fn new(addr: SocketAddr, ca_pem: &str) -> Result<Self> {
        Ok(Self {
            addr,
            server_name: server_name(addr),
            tls: TlsConnector::from(Arc::new(tls(ca_pem)?)),
        })
    }

    /// What devices sign.
    pub fn server_name(&self) -> &str {
        &self.server_name
    }

    /// Opens a websocket and waits until the server knows who it is.
    pub async fn open(&self, hello: Hello) -> Result<Socket> {
        let tcp = TcpStream::connect(self.addr).await?;
        let opened = timeout(DIAL, self.greet(tcp, hello)).await;
        opened.context("a websocket did not open in time")?
    }

    /// The same, with a socket that takes in no more than so many bytes that nobody reads.
    pub async fn open_narrow(&self, hello: Hello, bytes: u32) -> Result<Socket> {
        let tcp = TcpSocket::new_v4()?;
        tcp.set_recv_buffer_size(bytes)?;
        let opened = timeout(DIAL, self.greet(tcp.connect(self.addr).await?, hello)).await;
        opened.context("a websocket did not open in time")?
    }

    async fn greet(&self, tcp: TcpStream, hello: Hello) -> Result<Socket> {
        tcp.set_nodelay(true)?;
        let tls = self.tls.connect("localhost".try_into()?, tcp).await?;
        let mut request = format!("wss://{}/v1/ws", self.server_name).into_client_request()?;
        let origin = HeaderValue::try_from(format!("https://{}", self.server_name))?;
        let headers = request.headers_mut();
        headers.insert("origin", origin);
        let subprotocol = HeaderValue::from_static(SUBPROTOCOL);
        headers.insert("sec-websocket-protocol", subprotocol);
        let config = WebSocketConfig::default()
            .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
            .max_message_size(Some(limits::FRAME_BYTES_MAX))
            .max_frame_size(Some(limits::FRAME_BYTES_MAX));
        let (mut socket, _) = client_async_with_config(request, tls, Some(config)).await?;
        let hello = ClientFrame::Hello(hello).to_bytes();
        socket.send(Message::Binary(hello.into())).await?;
        match next(&mut socket).await? {
            ServerFrame::Ready(_) => Ok(socket),
            other => bail!("instead of ready: {other:?}"),
        }
    }
}

/// The next frame. A socket that ends is an error: nobody closes one while it is measured.
pub async fn next<S>(stream: &mut S) -> Result<ServerFrame>
where
    S: futures_util::Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    loop {
        match stream.next().await.context("a websocket ended")?? {
            Message::Binary(bytes) => {
                return ServerFrame::parse(&bytes).context("a frame that does not read");
            }
            Message::Close(close) => bail!("a websocket was closed: {close:?}"),
            _ => {}
        }
    }
}

/// `localhost:PORT`.
pub fn server_name(addr: SocketAddr) -> String {
    format!("localhost:{}", addr.port())
}

/// Trusts that authority and nobody else, and resumes nothing: every handshake is a whole one.
pub fn tls(ca_pem: &str) -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes())?)?;
    let mut config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}
