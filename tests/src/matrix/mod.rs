//! The matrix of rights (security.md, section 2): every route and every frame, asked by a person of every
//! role in every relation to what it is about, over HTTPS and websockets.
//!
//! [`rows`] says for each route who may; all others must be refused, with a code that says why, and
//! whatever they asked must have changed nothing. It is written from what the agency promises its people,
//! not from the table in `care::rules`: the two are to agree. [`world`] has the people.
//!
//! A route or frame without a row fails the build: routes are those of the generated OpenAPI document,
//! frames those of [`ClientFrame`](protocol::frame::ClientFrame).

mod agency;
mod asker;
mod bookable;
mod called;
mod frames;
mod oneself;
mod reachable;
mod row;
mod rows;
mod ways_in;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use protocol::Code;
use protocol::http::ErrorBody;
use reqwest::{Client, StatusCode};
use testkit::Engine;

use crate::contract::desk::{dump, tls};
use agency::AGENCY;
use asker::Asker;
use bookable::BOOKABLE;
use called::CALLED;
use oneself::ONESELF;
use reachable::REACHABLE;
use row::{Row, Then, Who};
use rows::ROWS;
use ways_in::WAYS_IN;
use world::World;

/// Tables that say who asked, not what is so.
const TRACES: [&str; 8] = [
    "audit_entry",
    "audit_object",
    "audit_value",
    "audit_leaf",
    "audit_node",
    "audit_tree",
    "audit_checkpoint",
    "session",
];

/// What tells somebody that they may not. Anything else means that they got further than that.
const REFUSALS: [Code; 5] = [
    Code::NotAllowed,
    Code::NotFound,
    Code::NotOnRoster,
    Code::ConsentRequired,
    Code::DeviceUnknown,
];

/// An answer in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    status: u16,
    /// Why not; none if it was done.
    code: Option<Code>,
}

impl Answer {
    fn is_refusal(self) -> bool {
        self.code.is_some_and(|code| REFUSALS.contains(&code))
    }

    fn is(self, then: Then) -> bool {
        match then {
            Then::Done(status) => self.code.is_none() && self.status == status,
            Then::Fails(code) => self.code == Some(code),
        }
    }
}

/// Asks over HTTPS.
struct Browser {
    client: Client,
    url: String,
}

impl Browser {
    fn open(world: &World) -> Result<Self> {
        Ok(Self {
            client: Client::builder()
                .use_preconfigured_tls(tls(world.server.ca_pem()))
                .build()?,
            url: world.server.url(),
        })
    }

    /// What a route answers to whoever has this cookie.
    async fn asks(
        &self,
        world: &World,
        row: &Row,
        asker: Asker,
        cookie: Option<&str>,
    ) -> Result<Answer> {
        let (method, path) = row.route.split_once(' ').context("a method and a path")?;
        let place = world.place(asker);
        let (named, meant) = row.instead;
        let path = path.replace(&format!("{{{named}}}"), &format!("{{{meant}}}"));
        let url = format!("{}{}{}", self.url, place.fill(&path), place.fill(row.query));
        let mut request = self.client.request(method.parse()?, url);
        request = request.header("origin", &self.url);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request = match row.body(&place) {
            None => request,
            Some((kind, bytes)) => request.header("content-type", kind).body(bytes),
        };
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        let code = if status.is_client_error() || status.is_server_error() {
            let body: ErrorBody = serde_json::from_slice(&bytes)
                .with_context(|| format!("{} answers {status} without a reason", row.route))?;
            Some(body.code)
        } else {
            None
        };
        Ok(Answer {
            status: status.as_u16(),
            code,
        })
    }
}

/// All rows, in their order.
fn every_row() -> impl Iterator<Item = &'static Row> {
    BOOKABLE
        .iter()
        .chain(REACHABLE)
        .chain(CALLED)
        .chain(AGENCY)
        .chain(WAYS_IN)
        .chain(ONESELF)
        .chain(ROWS)
}

/// Everything in the database but the traces of asking.
async fn facts(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut dump = dump(world.server.database()).await;
    dump.retain(|table, _| !TRACES.contains(&table.as_str()));
    dump
}

fn changed(
    before: &BTreeMap<String, Vec<String>>,
    after: &BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let tables = before
        .iter()
        .filter(|(table, rows)| after.get(*table) != Some(rows));
    tables.map(|(table, _)| table.clone()).collect()
}

/// Nobody, whoever came by a link and has shown no authenticator yet, and whoever waits to be confirmed.
async fn outside(world: &World, browser: &Browser) -> Result<(usize, Vec<String>)> {
    let mut wrong = Vec::new();
    let mut cells = 0;
    let asker = Asker::ALL[0];
    for row in every_row().filter(|row| row.who != Who::Anybody) {
        cells += 2;
        let answer = browser.asks(world, row, asker, None).await?;
        if answer.code != Some(Code::SignedOut) {
            wrong.push(format!("{} by nobody: {answer:?}", row.route));
        }
        let answer = browser
            .asks(world, row, asker, Some(&world.unproved))
            .await?;
        if (answer.code == Some(Code::AuthenticatorRequired)) == row.unproved {
            wrong.push(format!(
                "{} by who has shown nothing: {answer:?}",
                row.route
            ));
        }
        cells += 1;
        let answer = browser
            .asks(world, row, asker, Some(&world.awaited))
            .await?;
        if (answer.code == Some(Code::NotConfirmed)) == row.awaited {
            wrong.push(format!(
                "{} by who was not confirmed: {answer:?}",
                row.route
            ));
        }
    }
    Ok((cells, wrong))
}

/// Walks the whole matrix; how many cells it has.
async fn walk(engine: Engine) -> Result<usize> {
    let world = World::make(engine).await?;
    let browser = Browser::open(&world)?;
    let mut wrong = Vec::new();
    let mut cells = 0;

    let (asked, refused_wrongly) = outside(&world, &browser).await?;
    cells += asked;
    wrong.extend(refused_wrongly);

    // Whoever may not: refused, and nothing has changed.
    let before = facts(&world).await;
    for row in every_row() {
        for asker in Asker::ALL.iter().filter(|asker| !row.allows(**asker)) {
            cells += 1;
            let answer = browser
                .asks(&world, row, *asker, Some(&world.cookie(*asker)))
                .await?;
            if !answer.is_refusal() {
                wrong.push(format!(
                    "{} by {asker:?} is not refused: {answer:?}",
                    row.route
                ));
            }
        }
    }
    let frames = frames::refused(&world).await?;
    cells += frames.cells;
    wrong.extend(frames.wrong);
    let tables = changed(&before, &facts(&world).await);
    ensure!(tables.is_empty(), "what was refused changed {tables:?}");

    // Whoever may: it is done, or fails for another reason.
    let frames = frames::allowed(&world).await?;
    cells += frames.cells;
    wrong.extend(frames.wrong);
    for row in every_row() {
        for asker in Asker::ALL.iter().filter(|asker| row.concerns(**asker)) {
            cells += 1;
            let answer = browser
                .asks(&world, row, *asker, Some(&world.cookie(*asker)))
                .await?;
            if !answer.is(row.then) {
                wrong.push(format!(
                    "{} by {asker:?}: {answer:?}, not {:?}",
                    row.route, row.then
                ));
            }
        }
    }
    ensure!(
        wrong.is_empty(),
        "{} of {cells} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    Ok(cells)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_of_rights_holds_on_sqlite() -> Result<()> {
    let cells = walk(Engine::Sqlite).await?;
    ensure!(cells > 1_500, "{cells} cells");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_of_rights_holds_on_postgres() -> Result<()> {
    let cells = walk(Engine::Postgres).await?;
    ensure!(cells > 1_500, "{cells} cells");
    Ok(())
}

#[test]
fn the_matrix_has_a_row_for_every_route() {
    let document = serde_json::to_value(gateway::openapi()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            routes.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let rows: BTreeSet<_> = every_row().map(|row| row.route.to_owned()).collect();
    assert_eq!(rows.len(), every_row().count(), "a route has two rows");
    assert_eq!(routes, rows);
    assert_eq!(StatusCode::OK, 200, "statuses compare with numbers");
}
