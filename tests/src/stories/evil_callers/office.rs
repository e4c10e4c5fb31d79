//! An agency over real sockets, and somebody who asks it for what is not theirs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use care::Caller;
use protocol::http::{ErrorBody, SESSION_COOKIE};
use protocol::{Code, OpId, Role};
use reqwest::{Client, Method};
use serde_json::Value;
use testkit::{Engine, Options, Person, TestServer, agency};

use crate::contract::desk::{dump, tls};
use crate::contract::house::{Beside, Enrolled, dsk, request};

pub const DEADLINE: Duration = Duration::from_secs(20);
/// Vaults that a device may write at once here.
pub const VAULTS: u32 = 3;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub code: Option<Code>,
    pub body: Value,
    pub kind: String,
    pub nosniff: bool,
}

/// The agency as agencies run it, with Jo, who serves Lee and nobody else.
pub struct Gate {
    pub server: TestServer,
    pub client: Client,
    pub seeds: AtomicU8,
    pub ops: AtomicU8,
    pub dana: Enrolled,
    pub jo: Enrolled,
    pub robin: Enrolled,
    pub kim: Enrolled,
    pub lee: Person,
}

impl Gate {
    pub async fn open(engine: Engine) -> Result<Self> {
        let mut options = Options::new(engine);
        options.demo = false;
        options.rates.vaults_burst = VAULTS;
        options.trusted_networks = vec!["127.0.0.0/8".parse()?];
        let server = TestServer::start_with(options).await?;
        let store = server.store();
        let jo = agency::add(store, "Jo Curious", Role::CaseManager).await?;
        let lee = agency::add(store, "Lee Example", Role::Client).await?;
        let robin = agency::add(store, "Robin Overview", Role::Supervisor).await?;
        let kim = agency::add(store, "Kim Keyring", Role::Administrator).await?;
        let installation = Caller::installation();
        store.assign(&installation, jo.account, lee.person).await?;
        store
            .set_hours(
                &installation,
                jo.account,
                agency::ZONE,
                agency::office_hours(),
            )
            .await?;
        let dana = server.agency().dana;
        Ok(Self {
            client: Client::builder()
                .use_preconfigured_tls(tls(server.ca_pem()))
                .build()?,
            seeds: AtomicU8::new(10),
            ops: AtomicU8::new(1),
            dana: enrol(&server, dana, 1).await?,
            jo: enrol(&server, jo, 2).await?,
            robin: enrol(&server, robin, 3).await?,
            kim: enrol(&server, kim, 4).await?,
            lee,
            server,
        })
    }

    pub fn op(&self) -> String {
        OpId::from_bytes([self.ops.fetch_add(1, Ordering::Relaxed); 16]).to_string()
    }

    pub async fn asks(&self, who: Option<&Enrolled>, route: &str, body: Value) -> Result<Answer> {
        let body = if body.is_null() {
            Vec::new()
        } else {
            serde_json::to_vec(&body)?
        };
        self.sends(who, route, body).await
    }

    pub async fn sends(
        &self,
        who: Option<&Enrolled>,
        route: &str,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let (method, path) = route.split_once(' ').context("a method and a path")?;
        let url = format!("{}{path}", self.server.url());
        let mut request = self.client.request(method.parse::<Method>()?, url);
        request = request.header("origin", self.server.url());
        if let Some(who) = who {
            request = request.header("cookie", cookie(who));
        }
        if !body.is_empty() {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
                .to_owned()
        };
        let (kind, sniff) = (header("content-type"), header("x-content-type-options"));
        let bytes = answer.bytes().await?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let refused: Option<ErrorBody> = serde_json::from_slice(&bytes).ok();
        Ok(Answer {
            status,
            code: refused.map(|refused| refused.code),
            body,
            kind,
            nosniff: sniff == "nosniff",
        })
    }

    /// Everything but sessions, which note when they were used.
    pub async fn facts(&self) -> BTreeMap<String, Vec<String>> {
        let mut facts = dump(self.server.database()).await;
        facts.remove("session");
        facts
    }

    pub async fn newcomer(&self, name: &'static str, role: Role) -> Result<Enrolled> {
        let person = agency::add(self.server.store(), name, role).await?;
        let seed = self.seeds.fetch_add(1, Ordering::Relaxed);
        enrol(&self.server, person, seed).await
    }
}

pub fn cookie(who: &Enrolled) -> String {
    format!("{SESSION_COOKIE}={}", who.token.to_text())
}

/// A device comes in by a link; nothing else was shown yet.
pub async fn arrive(server: &TestServer, person: Person, seed: u8) -> Result<Enrolled> {
    let store = server.store();
    let invitation = store
        .invite(&Caller::installation(), person.account)
        .await?;
    let now = care::Clock::now(server.clock());
    let asked = request(person.account, invitation.secret, seed, now);
    let (_, token) = store.redeem_invitation(asked.clone()).await?;
    Ok(Enrolled {
        caller: store.caller(&token).await?,
        token,
        dsk: dsk(seed),
        request: asked,
    })
}

/// The same, and a passkey was shown.
pub async fn enrol(server: &TestServer, person: Person, seed: u8) -> Result<Enrolled> {
    let enrolled = arrive(server, person, seed).await?;
    let beside = Beside(server.database());
    let now = care::Clock::now(server.clock()).micros();
    beside
        .run(&format!(
            "UPDATE session SET proved_at = {now}, begun_by = 'authenticator' WHERE id = {}",
            beside.id(enrolled.caller.session.as_bytes()),
        ))
        .await;
    Ok(enrolled)
}
