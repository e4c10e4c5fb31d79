//! The host's promises, with a core that does as a test says and a server of real TLS on loopback.

use std::net::Ipv4Addr;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use device::api::{Command, Delta, Effect, Event, Input, Item, Step, Write};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::{Code, Timestamp};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::core::Core;
use crate::faults::{Faults, Verdict};
use crate::headless::Cores;
use crate::store::Rows;
use crate::{Error, Headless, Settings, Tls};

const SOON: Duration = Duration::from_secs(20);

// --- a server ------------------------------------------------------------------------------------

struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    authority: String,
}

impl Server {
    async fn start() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(KeyPair::serialize_der(
            &signing_key,
        )));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Self {
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: cert.pem(),
        }
    }

    fn url(&self) -> String {
        format!(
            "https://localhost:{}",
            self.listener.local_addr().unwrap().port()
        )
    }

    async fn tls(&self) -> TlsStream<TcpStream> {
        let (tcp, _) = self.listener.accept().await.unwrap();
        self.acceptor.accept(tcp).await.unwrap()
    }

    /// Takes a websocket the way the gateway does: right path, origin and sub-protocol.
    async fn socket(&self) -> WebSocketStream<TlsStream<TcpStream>> {
        let (tls, url) = (self.tls().await, self.url());
        #[expect(clippy::result_large_err, reason = "tungstenite's own signature")]
        let check = move |request: &Request, mut response: Response| {
            assert_eq!(request.uri().path(), "/v1/ws");
            assert_eq!(request.headers()["origin"], url.as_str());
            let protocol = request.headers()["sec-websocket-protocol"].clone();
            assert_eq!(protocol, "carecircle.v1");
            response
                .headers_mut()
                .insert("sec-websocket-protocol", protocol);
            Ok(response)
        };
        tokio_tungstenite::accept_hdr_async(tls, check)
            .await
            .unwrap()
    }

    /// Takes one request without a body, answers it and hands back its head.
    async fn request(&self, headers: &str) -> String {
        let mut tls = self.tls().await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(tls.read_u8().await.unwrap());
        }
        let answer =
            format!("HTTP/1.1 200 OK\r\n{headers}content-length: 2\r\nconnection: close\r\n\r\nhi");
        tls.write_all(answer.as_bytes()).await.unwrap();
        // The client may be gone already: that is what some tests are about.
        drop(tls.shutdown().await);
        String::from_utf8(head).unwrap()
    }
}

// --- a core --------------------------------------------------------------------------------------

type Script = Arc<Mutex<dyn FnMut(&Input) -> Step + Send>>;

struct Scripted(Script);

impl Core for Scripted {
    fn handle(&mut self, input: Input, _: Timestamp) -> Result<Step, device::Error> {
        Ok((self.0.lock().unwrap())(&input))
    }

    fn open_item(&self, _: &[u8], _: &[u8]) -> Result<Item, device::Error> {
        Err(device::Error::Store("there are no items here"))
    }
}

/// A device whose core follows a script. Every opening of the core tells the rows it was opened from.
async fn open(
    data: &Path,
    server: &Server,
    faults: impl Faults,
    script: impl FnMut(&Input) -> Step + Send + 'static,
) -> Result<(Headless, mpsc::UnboundedReceiver<Rows>), Error> {
    let (opened, openings) = mpsc::unbounded_channel();
    let script: Script = Arc::new(Mutex::new(script));
    let cores: Cores = Box::new(move |_, _| {
        Box::new(move |rows| {
            opened.send(rows).unwrap();
            Ok(Box::new(Scripted(Arc::clone(&script))))
        })
    });
    let settings = Settings {
        server: Some(server.url().parse()?),
        tls: Some(Tls::authorities(server.authority.as_bytes())?),
        faults: Arc::new(faults),
        ..Settings::new(data)
    };
    Ok((Headless::open_core(settings, cores).await?, openings))
}

fn told(detail: impl Into<String>) -> Effect {
    Effect::Event {
        event: problem(detail),
    }
}

fn problem(detail: impl Into<String>) -> Event {
    Event::Problem {
        circle: None,
        code: Code::Internal,
        detail: detail.into(),
    }
}

fn ask() -> Effect {
    let (method, path) = ("GET".to_owned(), "/v1/session".to_owned());
    Effect::Request {
        id: 7,
        method,
        path,
        media_type: None,
        body: Vec::new(),
    }
}

/// Nothing stored, these effects.
fn does(effects: Vec<Effect>) -> Step {
    Step {
        effects,
        ..Step::default()
    }
}

/// `connect` asks the server something and tells the answer's status.
fn asking(input: &Input) -> Step {
    does(match input {
        Input::Command { .. } => vec![ask()],
        Input::Answer { status, .. } => vec![told(format!("status {status}"))],
        _ => vec![],
    })
}

/// `connect` opens a websocket; its news and the text of its frames are told; `tick` sends a frame.
fn talking(input: &Input) -> Step {
    does(match input {
        Input::Command {
            command: Command::Connect,
        } => vec![Effect::Connect],
        Input::Command { .. } => vec![Effect::Send {
            bytes: b"hello".to_vec(),
        }],
        Input::Opened => vec![told("opened")],
        Input::Closed => vec![told("closed")],
        Input::Frame { bytes } => vec![told(String::from_utf8_lossy(bytes))],
        Input::Answer { .. } | Input::Tick => vec![],
    })
}

/// No faults but this verdict on frames and requests.
struct On(Verdict);

impl Faults for On {
    fn effect(&self, effect: &Effect) -> Verdict {
        match effect {
            Effect::Send { .. } | Effect::Request { .. } => self.0,
            _ => Verdict::GO_ON,
        }
    }
}

const NONE: On = On(Verdict::GO_ON);

/// Nothing here takes long; what does not come fails instead of hanging.
fn soon<'a, T>(coming: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(async { tokio::time::timeout(SOON, coming).await.expect("in time") })
}

async fn hears(device: &Headless, detail: &str) {
    let wanted = problem(detail);
    device
        .wait_for(|event| *event == wanted, SOON)
        .await
        .unwrap();
}

// --- what is promised ----------------------------------------------------------------------------

fn storing(input: &Input) -> Step {
    let Input::Command { .. } = input else {
        return Step::default();
    };
    let row = Write {
        key: b"outbox".to_vec(),
        value: Some(b"sealed".to_vec()),
    };
    let delta = Delta {
        state: vec![row],
        items: Vec::new(),
    };
    Step {
        delta,
        effects: vec![ask(), told("done")],
    }
}

#[tokio::test]
async fn a_step_is_stored_before_its_first_effect() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let dying = On(Verdict::DIE);
    let (device, _) = open(folder.path(), &server, dying, storing).await.unwrap();
    drop(device.command(Command::Connect).await);
    soon(device.ended()).await;
    assert!(
        device.wait_for(|_| true, SOON).await.is_err(),
        "told something after its death"
    );
    drop(device);
    let (_device, mut openings) = open(folder.path(), &server, NONE, asking).await.unwrap();
    assert_eq!(
        soon(openings.recv()).await.unwrap(),
        [(b"outbox".to_vec(), b"sealed".to_vec())]
    );
}

/// A disk that is full the first time.
struct FullOnce(Mutex<bool>);

impl Faults for FullOnce {
    fn takes(&self, delta: &Delta) -> bool {
        delta.state.is_empty() || !std::mem::replace(&mut self.0.lock().unwrap(), false)
    }
}

#[tokio::test]
async fn a_step_that_cannot_be_stored_never_happened() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let full = FullOnce(Mutex::new(true));
    let (device, mut openings) = open(folder.path(), &server, full, storing).await.unwrap();
    assert_eq!(soon(openings.recv()).await.unwrap(), []);
    let refused = device.command(Command::Connect).await;
    assert!(matches!(refused, Err(Error::Store(_))), "{refused:?}");
    assert_eq!(
        soon(openings.recv()).await.unwrap(),
        [],
        "the core was not opened from its store again"
    );
    let nothing = device.wait_for(|_| true, Duration::ZERO).await;
    assert!(
        matches!(nothing, Err(Error::Deadline { .. })),
        "{nothing:?}"
    );
    device.command(Command::Connect).await.unwrap();
    hears(&device, "done").await;
}

#[tokio::test]
async fn frames_go_both_ways_and_an_earlier_socket_is_heard_no_more() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let (device, _) = open(folder.path(), &server, NONE, talking).await.unwrap();
    device.command(Command::Connect).await.unwrap();
    let mut first = soon(server.socket()).await;
    hears(&device, "opened").await;
    device.command(Command::SignOut).await.unwrap();
    assert_eq!(
        soon(first.next()).await.unwrap().unwrap(),
        Frame::binary(b"hello".to_vec())
    );
    first.send(Frame::binary(b"one".to_vec())).await.unwrap();
    hears(&device, "one").await;
    device.mark();
    device.command(Command::Connect).await.unwrap();
    let mut second = soon(server.socket()).await;
    hears(&device, "opened").await;
    assert!(
        !matches!(soon(first.next()).await, Some(Ok(_))),
        "the earlier socket still speaks"
    );
    second.send(Frame::binary(b"two".to_vec())).await.unwrap();
    let next = device
        .wait_for(|event| *event != problem("opened"), SOON)
        .await
        .unwrap();
    assert_eq!(next, problem("two"), "the earlier socket's end was told");
    device.stop().await.unwrap();
    assert!(
        matches!(soon(second.next()).await, Some(Ok(Frame::Close(_)))),
        "no goodbye"
    );
}

#[tokio::test]
async fn a_connection_can_be_cut_after_a_frame_was_written() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let cutting = On(Verdict::THEN_CUT);
    let (device, _) = open(folder.path(), &server, cutting, talking)
        .await
        .unwrap();
    device.command(Command::Connect).await.unwrap();
    let mut socket = soon(server.socket()).await;
    hears(&device, "opened").await;
    device.command(Command::SignOut).await.unwrap();
    assert_eq!(
        soon(socket.next()).await.unwrap().unwrap(),
        Frame::binary(b"hello".to_vec())
    );
    assert!(!matches!(soon(socket.next()).await, Some(Ok(_))), "not cut");
    hears(&device, "closed").await;
}

#[tokio::test]
async fn a_device_can_be_killed_after_the_server_has_answered() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let dying = On(Verdict::THEN_DIE);
    let (device, _) = open(folder.path(), &server, dying, asking).await.unwrap();
    device.command(Command::Connect).await.unwrap();
    assert!(
        soon(server.request(""))
            .await
            .starts_with("GET /v1/session ")
    );
    soon(device.ended()).await;
    assert!(matches!(
        device.command(Command::Connect).await,
        Err(Error::Ended)
    ));
    assert!(
        device.wait_for(|_| true, SOON).await.is_err(),
        "the answer was heard"
    );
}

#[tokio::test]
async fn a_lost_answer_is_an_unreachable_server() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let cutting = On(Verdict::THEN_CUT);
    let (device, _) = open(folder.path(), &server, cutting, asking).await.unwrap();
    device.command(Command::Connect).await.unwrap();
    soon(server.request("")).await;
    hears(&device, "status 0").await;
}

#[tokio::test]
async fn the_session_cookie_outlives_the_process() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let (device, _) = open(folder.path(), &server, NONE, asking).await.unwrap();
    device.command(Command::Connect).await.unwrap();
    let head = soon(server.request("set-cookie: __Host-carecircle=c1; Path=/; Secure\r\n")).await;
    assert!(!head.contains("cookie"), "{head}");
    assert!(
        head.contains(&format!("origin: {}", server.url())),
        "{head}"
    );
    hears(&device, "status 200").await;
    device.stop().await.unwrap();
    let (device, _) = open(folder.path(), &server, NONE, asking).await.unwrap();
    device.command(Command::Connect).await.unwrap();
    assert!(
        soon(server.request(""))
            .await
            .contains("cookie: __Host-carecircle=c1")
    );
}

#[tokio::test]
async fn a_dropped_device_leaves_its_directory_free_and_a_running_one_does_not() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    let (device, _) = open(folder.path(), &server, NONE, talking).await.unwrap();
    let second = open(folder.path(), &server, NONE, talking).await;
    assert!(matches!(second, Err(Error::InUse(_))));
    device.command(Command::Connect).await.unwrap();
    let mut socket = soon(server.socket()).await;
    drop(device);
    open(folder.path(), &server, NONE, talking).await.unwrap();
    assert!(
        !matches!(soon(socket.next()).await, Some(Ok(_))),
        "the connection outlived the device"
    );
}

#[tokio::test]
async fn a_directory_belongs_to_one_server() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start().await);
    drop(open(folder.path(), &server, NONE, talking).await.unwrap());
    let other = Server::start().await;
    let refused = open(folder.path(), &other, NONE, talking).await;
    assert!(matches!(refused, Err(Error::OtherServer { .. })));
}
