//! How long a session that was ended still works: until its websocket is closed and an HTTPS request with
//! its cookie is refused, whichever is later.
//!
//! Staff sign in, each with an open websocket, all online throughout. One after another is signed out:
//! by the administrator ("sign out everywhere"), or by the same person from another session ("sign out
//! everywhere else"). Meanwhile their cookie asks for its session without a pause.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use carecircle_tests::socket::{Door, Socket, next, tls};
use hdrhistogram::Histogram;
use protocol::http::{EndStaff, SESSION_COOKIE};
use protocol::{AccountId, OpId, Role};
use reqwest::{Client, StatusCode};
use store::SessionToken;
use tokio::time::{Instant, timeout};

use crate::keys::Keys;
use crate::phones::{Agency, DEADLINE};

/// Staff, each signed out once.
pub const PEOPLE: u32 = 200;

/// Somebody with a websocket and a second session on the same device.
struct Worker {
    account: AccountId,
    socket: Socket,
    cookie: String,
    other: String,
}

/// By whom a session is ended.
#[derive(Clone, Copy)]
enum By {
    Administrator,
    Elsewhere,
}

struct Place<'a> {
    agency: &'a Agency,
    door: Door,
    client: Client,
    url: String,
}

/// Signs them out; how long each took, microseconds: by the administrator, and from elsewhere.
pub async fn run(us_max: u64) -> Result<[Histogram<u64>; 2]> {
    let agency = Agency::open(PEOPLE + 50).await?;
    let place = Place {
        door: Door::new(agency.server.addr(), agency.server.ca_pem())?,
        client: Client::builder()
            .use_preconfigured_tls(tls(agency.server.ca_pem())?)
            .build()?,
        url: agency.server.url(),
        agency: &agency,
    };
    let administrator = place.sign_in(0, Role::Administrator).await?;
    let mut workers = Vec::new();
    for number in 1..=PEOPLE {
        workers.push(place.sign_in(number, Role::CaseManager).await?);
    }
    let mut took = [
        Histogram::new_with_max(us_max, 3)?,
        Histogram::new_with_max(us_max, 3)?,
    ];
    for (number, worker) in workers.into_iter().enumerate() {
        let by = [By::Administrator, By::Elsewhere][number % 2];
        let elapsed = place.end(worker, &administrator.cookie, by).await?;
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(us_max);
        took[number % 2].saturating_record(micros);
    }
    drop((place.client, place.door, administrator));
    agency.close().await?;
    Ok(took)
}

impl Place<'_> {
    async fn sign_in(&self, number: u32, role: Role) -> Result<Worker> {
        let added = self.agency.add("Staff Placeholder", role).await?;
        let store = self.agency.server.store();
        let installation = care::Caller::installation();
        let link = store.invite(&installation, added.account).await?;
        let keys = Keys::of(number);
        let now = care::Clock::now(self.agency.server.clock());
        let request = keys.request(link.secret, keys.certificate(added.account, now));
        let (_, token) = store.redeem_invitation(request.clone()).await?;
        let (_, other) = store.redeem_invitation(request).await?;
        let caller = store.caller(&token).await?;
        let ticket = store.issue_ticket(&caller).await?.ticket;
        let hello = keys.hello(ticket, self.door.server_name(), Vec::new());
        Ok(Worker {
            account: added.account,
            socket: self.door.open(hello).await?,
            cookie: cookie(&token),
            other: cookie(&other),
        })
    }

    /// From the request that ends the session to its last sign of life.
    async fn end(&self, worker: Worker, administrator: &str, by: By) -> Result<Duration> {
        let Worker {
            account,
            mut socket,
            cookie,
            other,
        } = worker;
        let begun = Instant::now();
        let ended = async {
            let (path, cookie) = match by {
                By::Administrator => (format!("/v1/staff/{account}/sign-out"), administrator),
                By::Elsewhere => ("/v1/session/end-others".to_owned(), &*other),
            };
            let request = self.client.post(format!("{}{path}", self.url));
            let request = request.header("origin", &self.url).header("cookie", cookie);
            let request = match by {
                By::Administrator => request.json(&EndStaff {
                    op_id: OpId::from_bytes(*account.as_bytes()),
                }),
                By::Elsewhere => request,
            };
            let status = request.send().await?.status();
            ensure!(status == StatusCode::NO_CONTENT, "signing out: {status}");
            Ok(())
        };
        let closed = async {
            while next(&mut socket).await.is_ok() {}
            begun.elapsed()
        };
        let refused = async {
            loop {
                let request = self.client.get(format!("{}/v1/session", self.url));
                let status = request.header("cookie", &cookie).send().await?.status();
                if status == StatusCode::UNAUTHORIZED {
                    return anyhow::Ok(begun.elapsed());
                }
                ensure!(status == StatusCode::OK, "asking: {status}");
            }
        };
        let all = async { tokio::join!(ended, closed, refused) };
        let (ended, closed, refused) = timeout(DEADLINE, all)
            .await
            .context("a session that was ended goes on")?;
        ended?;
        Ok(closed.max(refused?))
    }
}

fn cookie(token: &SessionToken) -> String {
    format!("{SESSION_COOKIE}={}", token.to_text())
}
