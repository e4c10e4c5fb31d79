//! The port: TCP, TLS 1.3, HTTP/1.1 and HTTP/2, and a limit on each step.
//!
//! A connection has [`limits::TLS_HANDSHAKE_S`] for its handshake, [`limits::HTTP_HEAD_S`] for its
//! first bytes and again for each request's head, and there are at most so many connections at once.
//! Somebody who opens connections and says nothing holds a slot for seconds, not for ever.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures_util::future::BoxFuture;
use hyper_util::rt::TokioTimer;
use protocol::limits;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;
use tokio_util::task::task_tracker::{TaskTracker, TaskTrackerToken};

/// The first bytes, and each request's head, take no longer than this.
const HEAD: Duration = Duration::from_secs(limits::HTTP_HEAD_S);
/// HTTP/2 streams of one connection: requests and websockets at the same time.
const STREAMS_MAX: u32 = 64;
/// The HTTP/2 connection preface (RFC 9113, section 3.4) is this long, and no HTTP/1.1 request is
/// shorter in practice: until so much has come, nothing else watches the time.
const PREFACE_BYTES: usize = 24;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate chain is not PEM, or holds no certificate.
    #[error("the certificate does not read as PEM")]
    Certificate,
    /// The private key is not PEM.
    #[error("the private key does not read as PEM")]
    Key,
    /// They do not fit each other, or are of a kind that is not supported.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// TLS 1.3 only, by aws-lc-rs, with X25519MLKEM768 preferred, for HTTP/2 and HTTP/1.1.
pub fn tls_config(chain: &[u8], key: &[u8]) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Takes a port. Port 0 takes a free one.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The HTTP server on a port.
pub(crate) type Server = axum_server::Server<SocketAddr, Door>;

/// Everything about HTTP and TLS, before the first connection.
pub(crate) fn server(listener: TcpListener, door: Door) -> io::Result<Server> {
    let mut server = axum_server::from_tcp(listener)?.acceptor(door);
    let head_bytes = u32::try_from(limits::HTTP_HEAD_BYTES_MAX).unwrap_or(u32::MAX);
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(limits::HTTP_HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .enable_connect_protocol()
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(head_bytes)
        .keep_alive_interval(Duration::from_secs(limits::PING_S))
        .keep_alive_timeout(Duration::from_secs(limits::SILENCE_S - limits::PING_S));
    Ok(server)
}

/// Lets connections in, so many at once, through TLS.
#[derive(Clone)]
pub(crate) struct Door {
    tls: RustlsAcceptor,
    places: Arc<Semaphore>,
    tracker: TaskTracker,
}

/// The certificate that is shown to whoever connects. All clones are one.
#[derive(Clone)]
pub struct Certificate(RustlsConfig);

impl Certificate {
    pub(crate) fn new(tls: Arc<rustls::ServerConfig>) -> Self {
        Self(RustlsConfig::from_config(tls))
    }

    /// From now on another one is shown. Who is connected stays so.
    pub fn renew(&self, tls: Arc<rustls::ServerConfig>) {
        self.0.reload_from_config(tls);
    }
}

impl Door {
    pub(crate) fn new(certificate: &Certificate, places: usize, tracker: TaskTracker) -> Self {
        let handshake = Duration::from_secs(limits::TLS_HANDSHAKE_S);
        Self {
            tls: RustlsAcceptor::new(certificate.0.clone()).handshake_timeout(handshake),
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            tracker,
        }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Door {
    type Stream = Guest<TlsStream<TcpStream>>;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let tls = self.tls.clone();
        let tracked = self.tracker.token();
        let place = Arc::clone(&self.places).try_acquire_owned();
        Box::pin(async move {
            let place = place.map_err(|_| {
                metrics::counter!("connections_refused").increment(1);
                io::Error::other("as many connections as there may be")
            })?;
            stream.set_nodelay(true)?;
            let (stream, service) = tls.accept(stream, service).await?;
            let guest = Guest {
                stream,
                missing: PREFACE_BYTES,
                patience: Box::pin(tokio::time::sleep(HEAD)),
                _place: place,
                _tracked: tracked,
            };
            Ok((guest, service))
        })
    }
}

/// One connection that was let in. It keeps its place until it is dropped, and it is dropped if its
/// first bytes do not come in time.
pub(crate) struct Guest<S> {
    stream: S,
    /// Bytes that must come before patience ends.
    missing: usize,
    patience: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
    _tracked: TaskTrackerToken,
}

impl<S: AsyncRead + Unpin> AsyncRead for Guest<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.missing > 0 {
            self.missing = self.missing.saturating_sub(buffer.filled().len() - before);
            if read.is_pending() && self.patience.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guest<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn guest() -> (Guest<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (near, far) = tokio::io::duplex(1_024);
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let guest = Guest {
            stream: near,
            missing: PREFACE_BYTES,
            patience: Box::pin(tokio::time::sleep(HEAD)),
            _place: place,
            _tracked: TaskTracker::new().token(),
        };
        (guest, far)
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_too_little_is_shown_out() {
        for words in [&b""[..], b"PRI", b"GET / HTTP/1.1\r\nHost:"] {
            let (mut guest, mut far) = guest().await;
            far.write_all(words).await.unwrap();
            let mut heard = Vec::new();
            let left = guest.read_to_end(&mut heard).await;
            assert_eq!(left.unwrap_err().kind(), io::ErrorKind::TimedOut);
            assert_eq!(heard, words);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_said_enough_is_left_to_those_who_know_http() {
        let (mut guest, mut far) = guest().await;
        far.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
            .await
            .unwrap();
        let mut heard = Vec::new();
        let day = tokio::time::timeout(HEAD * 9, guest.read_to_end(&mut heard)).await;
        assert!(day.is_err(), "still waiting, as it should");
    }

    #[test]
    fn what_is_not_a_certificate_is_refused_in_words() {
        assert!(matches!(tls_config(b"", b""), Err(TlsError::Certificate)));
        let error = tls_config(b"-----BEGIN NONSENSE-----", b"").unwrap_err();
        assert_eq!(error.to_string(), "the certificate does not read as PEM");
    }
}
