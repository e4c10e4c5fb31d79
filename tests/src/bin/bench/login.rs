//! Signing in by a password, over real TLS: how long people's own sign-ins take beside a run of bad
//! attempts, against how long they take alone.
//!
//! The bad ones come at a steady rate whatever becomes of those before, from a device that is nobody's, at
//! the names of everybody in turn. The limits that would meet them (by address, network and name) are
//! raised, so that the server works every one of them through: the figures say so. Devices do not stretch
//! here; on people's own machines that takes its time whatever the server does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use opaque_ke::ksf::Identity;
use password::{NewPassword, Password, Showing};
use protocol::http::{
    AskNewPassword, AskPassword, NewPasswordAsked, PasswordAsked, PasswordShown, RegisterPassword,
    SESSION_COOKIE, SignInByPassword,
};
use protocol::{Code, Role};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, StatusCode};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use testkit::{Engine, Options, TestServer, agency};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::desk::ENGINES;
use crate::keys::Keys;

/// Who signs in, again and again.
const PEOPLE: u32 = 20;
/// Sign-ins measured alone, and as many beside the run.
const SIGN_INS: u32 = 400;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(20);
const BAD_PER_S: u64 = 200;
/// Bad attempts under way at once; more are not sent and counted.
const BAD_IN_FLIGHT_MAX: usize = 256;
const PASSWORD: &str = "four plain words here";

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    kind: &'static str,
    engine: &'static str,
    honest_p95_ratio: f64,
    honest_p50_alone_ms: f64,
    honest_p95_alone_ms: f64,
    honest_p95_beside_ms: f64,
    sign_ins: u32,
    bad_per_s: u64,
    bad_answered_per_s: u64,
    bad_not_sent: u64,
    limits: &'static str,
}

/// Somebody with a password and a device of their own.
struct Person {
    keys: Keys,
    login: String,
    http: Client,
    cookie: Option<String>,
}

/// Both engines.
pub async fn run() -> Result<()> {
    for (engine, name) in ENGINES {
        on(engine, name).await?;
    }
    Ok(())
}

async fn on(engine: Engine, name: &'static str) -> Result<()> {
    let mut options = Options::new(engine);
    options.demo = false;
    options.trusted_networks = vec!["127.0.0.0/8".parse()?];
    options.rates.failures_per_account = u32::MAX;
    let server = TestServer::start_with(options).await?;
    server.clock().set(crate::now());
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(Person::arrive(&server, number).await?);
    }
    let alone = sign_ins(&server, &mut people).await?;
    let run = Run::begin(&server)?;
    let began = Instant::now();
    let beside = sign_ins(&server, &mut people).await?;
    let took = began.elapsed();
    let (answered, not_sent) = run.end().await?;
    let ms = |histogram: &Histogram<u64>, quantile| {
        let us = u32::try_from(histogram.value_at_quantile(quantile)).unwrap_or(u32::MAX);
        crate::rounded(f64::from(us) / 1_000.0)
    };
    let (p95_alone, p95_beside) = (ms(&alone, 0.95), ms(&beside, 0.95));
    crate::print(&Figure {
        bench: "login",
        kind: "opaque",
        engine: name,
        honest_p95_ratio: crate::rounded(p95_beside / p95_alone),
        honest_p50_alone_ms: ms(&alone, 0.5),
        honest_p95_alone_ms: p95_alone,
        honest_p95_beside_ms: p95_beside,
        sign_ins: SIGN_INS,
        bad_per_s: BAD_PER_S,
        bad_answered_per_s: answered * 1_000 / u64::try_from(took.as_millis())?.max(1),
        bad_not_sent: not_sent,
        limits: "raised: every bad attempt is worked through",
    })
}

/// People sign in one after the other; microseconds from KE1 to the session.
async fn sign_ins(server: &TestServer, people: &mut [Person]) -> Result<Histogram<u64>> {
    let mut histogram = Histogram::new(3)?;
    let mut pace = interval(PAUSE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for place in 0..SIGN_INS {
        pace.tick().await;
        let person = &mut people[(place % PEOPLE) as usize];
        person.cookie = None;
        let began = Instant::now();
        let shown = person.sign_in(server).await?;
        ensure!(!shown.second_factor, "a client needs no second factor");
        histogram.record(u64::try_from(began.elapsed().as_micros())?)?;
    }
    Ok(histogram)
}

impl Person {
    async fn arrive(server: &TestServer, number: u32) -> Result<Self> {
        let store = server.store();
        let person = agency::add(store, "Client Sample", Role::Client).await?;
        let installation = care::Caller::installation();
        let link = store.invite(&installation, person.account).await?;
        let keys = Keys::of(2_000_000 + number);
        let certificate = keys.certificate(person.account, crate::now());
        let request = keys.request(link.secret, certificate);
        let (_, token) = store.redeem_invitation(request).await?;
        let mut person = Self {
            keys,
            login: format!("client.{number}"),
            http: client(server)?,
            cookie: Some(token.to_text()),
        };
        person.set_password(server).await?;
        Ok(person)
    }

    async fn set_password(&mut self, server: &TestServer) -> Result<()> {
        let chosen = Password::choose(PASSWORD, &self.login)?;
        let (making, request) = NewPassword::<Identity>::begin(chosen, &mut chance);
        let ask = AskNewPassword {
            login: self.login.clone(),
            request: request.into(),
        };
        let asked: NewPasswordAsked = self.post(server, "authenticators/password", &ask).await?;
        let record = making.finish(&asked.response, &mut chance)?;
        let register = RegisterPassword {
            ceremony: asked.ceremony,
            record: record.into(),
            shared: false,
        };
        let path = "authenticators/password/finish";
        self.post::<PasswordShown>(server, path, &register).await?;
        Ok(())
    }

    async fn sign_in(&mut self, server: &TestServer) -> Result<PasswordShown> {
        let name = server.name();
        let typed = Password::typed(PASSWORD)?;
        let (showing, ke1) = Showing::<Identity>::begin(typed, &mut chance);
        let (nonce, signature) = self.keys.signs(&password::name_of(&ke1), &name);
        let ask = AskPassword {
            login: self.login.clone(),
            ke1: ke1.into(),
            device: self.keys.device,
            nonce,
            signature,
        };
        let asked: PasswordAsked = self.post(server, "sign-in/password", &ask).await?;
        let ke3 = showing.finish(&asked.ke2, &name, &mut chance)?;
        let (nonce, signature) = self.keys.signs(&asked.ceremony, &name);
        let finish = SignInByPassword {
            ceremony: asked.ceremony,
            ke3: ke3.into(),
            device: self.keys.device,
            nonce,
            signature,
            shared: false,
        };
        self.post(server, "sign-in/password/finish", &finish).await
    }

    async fn post<T: DeserializeOwned>(
        &mut self,
        server: &TestServer,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let mut asking = self
            .http
            .post(format!("{}/v1/{path}", server.url()))
            .json(body);
        if let Some(cookie) = &self.cookie {
            asking = asking.header(COOKIE, format!("{SESSION_COOKIE}={cookie}"));
        }
        let answer = asking.send().await?.error_for_status()?;
        if let Some(set) = answer.headers().get(SET_COOKIE) {
            let value = set.to_str()?.split_once('=').context("a cookie")?.1;
            self.cookie = value.split(';').next().map(ToOwned::to_owned);
        }
        Ok(answer.json().await?)
    }
}

/// Bad attempts at a steady rate.
struct Run {
    stop: CancellationToken,
    sending: JoinSet<Result<u64>>,
    answered: Arc<AtomicU64>,
}

impl Run {
    fn begin(server: &TestServer) -> Result<Self> {
        let (stop, answered) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
        let (http, url) = (
            client(server)?,
            format!("{}/v1/sign-in/password", server.url()),
        );
        // A thief need not compute anything either: one KE1 does for all.
        let typed = Password::typed("password1234")?;
        let (_, ke1) = Showing::<Identity>::begin(typed, &mut chance);
        let keys = Keys::of(9_000_000);
        let (nonce, signature) = keys.signs(&password::name_of(&ke1), &server.name());
        let ask = AskPassword {
            login: String::new(),
            ke1: ke1.into(),
            device: keys.device,
            nonce,
            signature,
        };
        let mut sending = JoinSet::new();
        sending.spawn(send(http, url, ask, (stop.clone(), Arc::clone(&answered))));
        Ok(Self {
            stop,
            sending,
            answered,
        })
    }

    /// How many were answered, and how many were not sent because too many were under way.
    async fn end(mut self) -> Result<(u64, u64)> {
        self.stop.cancel();
        let ended = self.sending.join_next().await.context("the run")?;
        Ok((self.answered.load(Ordering::Relaxed), ended??))
    }
}

async fn send(
    http: Client,
    url: String,
    ask: AskPassword,
    (stop, answered): (CancellationToken, Arc<AtomicU64>),
) -> Result<u64> {
    let mut beat = interval(Duration::from_micros(1_000_000 / BAD_PER_S));
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut flying, mut not_sent, mut number) = (JoinSet::new(), 0, 0_u32);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beat.tick() => {}
        }
        while let Some(done) = flying.try_join_next() {
            done??;
        }
        if flying.len() >= BAD_IN_FLIGHT_MAX {
            not_sent += 1;
            continue;
        }
        number += 1;
        let ask = AskPassword {
            login: format!("client.{}", number % (2 * PEOPLE)),
            ..ask.clone()
        };
        let (http, url, answered) = (http.clone(), url.clone(), Arc::clone(&answered));
        flying.spawn(async move {
            let answer = http.post(url).json(&ask).send().await?;
            let status = answer.status();
            // Whoever is told to wait was not worked through: the limits are raised for that.
            ensure!(
                status == StatusCode::OK,
                "{status}, not {}",
                Code::RateLimited
            );
            answer.json::<PasswordAsked>().await?;
            answered.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
    }
    Ok(not_sent)
}

/// A program that trusts the server's authority and no other.
pub fn client(server: &TestServer) -> Result<Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.ca_pem().as_bytes())?)?;
    let tls = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder().use_preconfigured_tls(tls).build()?)
}

fn chance(bytes: &mut [u8]) {
    // Blinding need not be secret here, and must be no zero.
    bytes.fill(7);
}
