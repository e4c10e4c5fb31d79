//! People without a device core: a session each, and the requests of pages over real TLS. For stories in which weeks go
//! by between one request and the next.

use anyhow::{Result, bail};
use care::{Caller, Clock as _};
use protocol::http::SESSION_COOKIE;
use reqwest::header::COOKIE;
use reqwest::{Client, Method, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use testkit::{Person, TestServer};

use crate::contract::desk::tls;
use crate::contract::house::{Beside, request};

/// Somebody who is signed in.
pub struct Clerk {
    http: Client,
    url: String,
    /// What their session is known by.
    pub cookie: String,
}

impl Clerk {
    /// Opens their link on a device of their own, whose keys follow from a number.
    pub async fn sit_down(server: &TestServer, person: Person, seed: u8) -> Result<Self> {
        let store = server.store();
        let invitation = store
            .invite(&Caller::installation(), person.account)
            .await?;
        let now = server.clock().now();
        let request = request(person.account, invitation.secret, seed, now);
        let (_, token) = store.redeem_invitation(request).await?;
        Ok(Self {
            http: browser(server)?,
            url: server.url(),
            cookie: token.to_text(),
        })
    }

    /// Makes a page's request and reads its answer.
    pub async fn asks<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let mut asking = self
            .http
            .request(method.clone(), format!("{}{path}", self.url))
            .header(COOKIE, format!("{SESSION_COOKIE}={}", self.cookie));
        if method != Method::GET {
            asking = asking.json(body);
        }
        let answer = asking.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if status != StatusCode::OK {
            bail!("{method} {path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }
}

/// A browser that keeps nothing and goes nowhere by itself.
pub fn browser(server: &TestServer) -> Result<Client> {
    Ok(Client::builder()
        .use_preconfigured_tls(tls(server.ca_pem()))
        .redirect(redirect::Policy::none())
        .build()?)
}

/// However long it has been, nobody is signed out.
pub async fn keep_sessions(server: &TestServer) {
    let now = server.clock().now();
    let (seen, ends) = (now.micros(), now.plus_seconds(30 * 86_400).micros());
    let sql =
        format!("UPDATE session SET last_seen_at = {seen}, proved_at = {seen}, ends_at = {ends}");
    Beside(server.database()).run(&sql).await;
}
