//! The edge of a real server: what a browser, a program and a stranger are told.
#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use carecircle_testkit::{Down, Engine, Options, TestServer};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::{Ack, Bye, ClientFrame, Hello, SUBPROTOCOL, ServerFrame};
use protocol::http::ErrorBody;
use protocol::{Code, DeviceId, limits};
use reqwest::{Client, Method, StatusCode};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const DEADLINE: Duration = Duration::from_secs(20);

fn browser(server: &TestServer) -> Client {
    let ca = reqwest::Certificate::from_pem(server.ca_pem().as_bytes()).unwrap();
    Client::builder()
        .use_preconfigured_tls(tls(server))
        .add_root_certificate(ca)
        .timeout(DEADLINE)
        .build()
        .unwrap()
}

fn tls(server: &TestServer) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(server.ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

type Socket = WebSocketStream<TlsStream<TcpStream>>;

async fn open(
    server: &TestServer,
    origin: Option<&str>,
    subprotocol: Option<&str>,
) -> Result<Socket, Error> {
    let tcp = TcpStream::connect(server.addr()).await.unwrap();
    let connector = TlsConnector::from(Arc::new(tls(server)));
    let stream = connector
        .connect("localhost".try_into().unwrap(), tcp)
        .await
        .unwrap();
    let mut request = format!("wss://{}/v1/ws", server.name()).into_client_request()?;
    for (name, value) in [("origin", origin), ("sec-websocket-protocol", subprotocol)] {
        if let Some(value) = value {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).unwrap());
        }
    }
    client_async(request, stream)
        .await
        .map(|(socket, _)| socket)
}

async fn ours(server: &TestServer) -> Socket {
    open(server, Some(&server.url()), Some(SUBPROTOCOL))
        .await
        .unwrap()
}

/// What the server says before it closes, and the code it closes with.
async fn farewell(mut socket: Socket) -> (Option<Code>, Option<u16>) {
    let mut said = None;
    let closed = async {
        while let Some(message) = socket.next().await {
            match message {
                Ok(Message::Binary(bytes)) => match ServerFrame::parse(&bytes) {
                    Some(ServerFrame::Bye(Bye { code })) => said = Some(code),
                    other => panic!("{other:?}"),
                },
                Ok(Message::Close(close)) => return close.map(|close| u16::from(close.code)),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        None
    };
    let closed = tokio::time::timeout(DEADLINE, closed)
        .await
        .expect("the server closes");
    (said, closed)
}

fn refused(opened: Result<Socket, Error>) -> (u16, ErrorBody) {
    let Err(Error::Http(response)) = opened else {
        panic!("a socket that should have been refused");
    };
    let body = serde_json::from_slice(response.body().as_deref().unwrap()).unwrap();
    (response.status().as_u16(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_opens_only_for_our_own_page_and_protocol() {
    let server = TestServer::start(Engine::Sqlite).await.unwrap();
    let own = server.url();
    for (origin, subprotocol, status, code) in [
        (None, Some(SUBPROTOCOL), 403, Code::OriginNotAllowed),
        (
            Some("https://evil.example"),
            Some(SUBPROTOCOL),
            403,
            Code::OriginNotAllowed,
        ),
        (Some("null"), Some(SUBPROTOCOL), 403, Code::OriginNotAllowed),
        (Some(own.as_str()), None, 400, Code::BadRequest),
        (Some(own.as_str()), Some("other.v1"), 400, Code::BadRequest),
    ] {
        let (found, body) = refused(open(&server, origin, subprotocol).await);
        assert_eq!(
            (found, body.code),
            (status, code),
            "{origin:?} {subprotocol:?}"
        );
    }
    drop(ours(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_a_frame_is_said_and_closed_with_its_code() {
    let server = TestServer::start(Engine::Sqlite).await.unwrap();
    let hello = ClientFrame::Hello(Hello {
        ticket: [1; 32].into(),
        device: DeviceId::from_bytes([2; 16]),
        nonce: [3; 32].into(),
        signature: [4; 64].into(),
        cursors: Vec::new(),
    });
    let ack = ClientFrame::Ack(Ack {
        cursors: Vec::new(),
        inbox: None,
    });
    let zeroes = |size: usize| Message::Binary(vec![0; size].into());
    for (message, code) in [
        (Message::Text("hello".into()), Code::TextFrame),
        (Message::Binary(vec![0xff].into()), Code::MalformedFrame),
        (
            Message::Binary(vec![0x82, 0x18, 99, 0x80].into()),
            Code::UnknownFrame,
        ),
        (Message::Binary(ack.to_bytes().into()), Code::HelloExpected),
        (
            Message::Binary(hello.to_bytes().into()),
            Code::TicketInvalid,
        ),
        (zeroes(limits::FRAME_BYTES_MAX + 1), Code::TooLarge),
        (zeroes(4 * limits::FRAME_BYTES_MAX + 1), Code::TooLarge),
    ] {
        let mut socket = ours(&server).await;
        socket.send(message).await.unwrap();
        assert_eq!(farewell(socket).await, (Some(code), code.close()), "{code}");
    }
    let silent = ours(&server).await;
    assert_eq!(
        farewell(silent).await,
        (Some(Code::HelloTimeout), Some(4408))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_one_connection_ends_that_one_and_no_other() {
    let server = TestServer::start(Engine::Sqlite).await.unwrap();
    let hello = ClientFrame::Hello(Hello {
        ticket: [1; 32].into(),
        device: DeviceId::from_bytes([2; 16]),
        nonce: [3; 32].into(),
        signature: [4; 64].into(),
        cursors: Vec::new(),
    })
    .to_bytes();
    let mut bystander = ours(&server).await;
    let mut doomed = ours(&server).await;
    server.clock().break_once();
    doomed
        .send(Message::Binary(hello.clone().into()))
        .await
        .unwrap();
    assert_eq!(farewell(doomed).await, (None, None), "ended without a word");
    // The same act succeeds beside it: no lock is held, no transaction is left open.
    bystander.send(Message::Binary(hello.into())).await.unwrap();
    let refused = (Some(Code::TicketInvalid), Code::TicketInvalid.close());
    assert_eq!(farewell(bystander).await, refused);
    drop(ours(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_of_one_address_have_a_maximum_that_a_trusted_network_lifts() {
    let mut options = Options::new(Engine::Sqlite);
    options.rates.sockets_per_address = 2;
    let server = TestServer::start_with(options.clone()).await.unwrap();
    let held = [ours(&server).await, ours(&server).await];
    let (status, body) = refused(open(&server, Some(&server.url()), Some(SUBPROTOCOL)).await);
    assert_eq!((status, body.code), (429, Code::TooManySockets));
    drop(held);
    options.trusted_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let server = TestServer::start_with(options).await.unwrap();
    let _held = [
        ours(&server).await,
        ours(&server).await,
        ours(&server).await,
    ];
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_over_http_is_an_error_body() {
    let server = TestServer::start(Engine::Sqlite).await.unwrap();
    let browser = browser(&server);
    let look_up = "/v1/invitations/look-up";
    let large = format!(
        "{{\"secret\":\"{}\"}}",
        "A".repeat(limits::HTTP_BODY_BYTES_MAX)
    );
    let foreign = Some("https://evil.example");
    for (method, path, origin, body, code) in [
        (Method::GET, "/v1/nothing", None, None, Code::NotFound),
        (Method::DELETE, "/v1/circles", None, None, Code::NotFound),
        (Method::GET, "/v1/session", None, None, Code::SignedOut),
        (
            Method::POST,
            look_up,
            foreign,
            Some("{}"),
            Code::OriginNotAllowed,
        ),
        (Method::POST, look_up, None, Some("{}"), Code::BadRequest),
        (
            Method::POST,
            look_up,
            None,
            Some("not JSON"),
            Code::BadRequest,
        ),
        (
            Method::POST,
            look_up,
            None,
            Some(large.as_str()),
            Code::TooLarge,
        ),
    ] {
        let mut request = browser.request(method.clone(), server.url() + path);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), code.status(), "{method} {path}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(
            answer.json::<ErrorBody>().await.unwrap().code,
            code,
            "{method} {path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_links_makes_an_address_wait_and_time_lets_it_go_on() {
    let mut options = Options::new(Engine::Sqlite);
    options.rates.failures_per_address = 3;
    let server = TestServer::start_with(options).await.unwrap();
    let browser = browser(&server);
    let guess = || async {
        let answer = browser
            .post(server.url() + "/v1/invitations/look-up")
            .header("content-type", "application/json")
            .body(r#"{"secret":"AAAAAAAAAAAAAAAAAAAAAA"}"#)
            .send()
            .await
            .unwrap();
        answer.json::<ErrorBody>().await.unwrap().code
    };
    for _ in 0..3 {
        assert_eq!(guess().await, Code::InvitationUnknown);
    }
    assert_eq!(guess().await, Code::RateLimited);
    server.clock().advance(60);
    assert_eq!(guess().await, Code::InvitationUnknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_carry_their_walls() {
    let server = TestServer::start(Engine::Sqlite).await.unwrap();
    let answer = browser(&server)
        .get(server.url() + "/circles/1")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        policy.contains(&format!("connect-src 'self' wss://{};", server.name())),
        "{policy}"
    );
    assert!(
        policy.contains("require-trusted-types-for 'script'"),
        "{policy}"
    );
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    assert_eq!(
        answer.headers()["cross-origin-opener-policy"],
        "same-origin"
    );
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

async fn a_server_comes_back_with_what_it_knew(engine: Engine) {
    let mut server = TestServer::start(engine).await.unwrap();
    let url = server.url();
    for how in [Down::Gracefully, Down::AtOnce] {
        let socket = ours(&server).await;
        server.down(how).await.unwrap();
        let told = match how {
            Down::Gracefully => (Some(Code::ShuttingDown), Some(1012)),
            Down::AtOnce => (None, None),
        };
        assert_eq!(farewell(socket).await, told, "{how:?}");
        assert!(TcpStream::connect(server.addr()).await.is_err(), "{how:?}");
        server.up().await.unwrap();
        assert_eq!(server.url(), url);
        let ready = browser(&server)
            .get(server.url() + "/readyz")
            .send()
            .await
            .unwrap();
        assert_eq!(ready.status(), StatusCode::OK, "{how:?}");
        let agency = server.store().agency().await.unwrap().unwrap();
        assert_eq!(agency.name, "Riverbend Example Agency");
    }
    let link = server.link(server.agency().maria).await.unwrap();
    assert!(link.starts_with(&format!("{url}/#/link/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_sqlite_comes_back_with_what_it_knew() {
    a_server_comes_back_with_what_it_knew(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_postgres_comes_back_with_what_it_knew() {
    a_server_comes_back_with_what_it_knew(Engine::Postgres).await;
}
