//! The people of the matrix: for each relation a client with a circle, a visit and people of every role
//! around them, each with a device and a session.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use care::Caller;
use protocol::http::SESSION_COOKIE;
use protocol::{Bytes, CircleId, OpId, Timestamp};
use store::{SessionToken, Store};
use testkit::{Engine, Options, Person, TestServer};

use crate::contract::house::{self, Beside, Enrolled};

use super::asker::{Asker, Relation};

mod household;

use household::{BELONGINGS, Household};

use Relation::{Acting, Invited, Left, Others, Own, RanOut, Withdrawn};

const RELATIONS: [Relation; 7] = [Own, Others, Left, Invited, Withdrawn, RanOut, Acting];

/// See the head.
pub struct World {
    pub server: TestServer,
    /// The cookie of somebody who came by a link and has shown no authenticator.
    pub unproved: String,
    /// The cookie of somebody who came by an invitation and has not been confirmed yet.
    pub awaited: String,
    households: HashMap<Relation, Household>,
    seed: u8,
    ops: AtomicU64,
}

/// What one asker asks about.
pub struct Place<'w> {
    world: &'w World,
    names: HashMap<String, String>,
    pub circle: CircleId,
}

impl Place<'_> {
    /// The text with what stands in braces put in; `{op}` is another one each time.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.names {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        let secret = [*self.op().as_bytes(), [7; 16]].concat();
        filled
            .replace("{op}", &self.op().to_string())
            .replace("{secret}", &Bytes::from(secret).to_base64url())
    }

    pub fn op(&self) -> OpId {
        self.world.op()
    }
}

impl World {
    pub async fn make(engine: Engine) -> Result<Self> {
        let mut options = Options::new(engine);
        // As agencies run it; all of this is one address that fails often.
        options.demo = false;
        options.trusted_networks = vec!["127.0.0.0/8".parse()?];
        let server = TestServer::start_with(options).await?;
        let mut world = Self {
            server,
            unproved: String::new(),
            awaited: String::new(),
            households: HashMap::new(),
            seed: 1,
            ops: AtomicU64::new(1),
        };
        for relation in RELATIONS {
            let household = world.household(relation).await?;
            world.households.insert(relation, household);
        }
        let maria = *world.server.agency();
        let newcomer = world.enrol(maria.maria).await?;
        world
            .beside()
            .run(&format!(
                "UPDATE session SET proved_at = NULL, begun_by = 'link' WHERE id = {}",
                world.beside().id(newcomer.caller.session.as_bytes()),
            ))
            .await;
        world.unproved = cookie(&newcomer.token);
        let newcomer = world.enrol(maria.ana).await?;
        world
            .beside()
            .run(&format!(
                "UPDATE account SET confirmed_at = NULL WHERE id = {}",
                world.beside().id(newcomer.caller.account.as_bytes()),
            ))
            .await;
        world.awaited = cookie(&newcomer.token);
        Ok(world)
    }

    pub fn beside(&self) -> Beside<'_> {
        Beside(self.server.database())
    }

    fn store(&self) -> &Store {
        self.server.store()
    }

    fn now(&self) -> Timestamp {
        care::Clock::now(self.server.clock())
    }

    fn op(&self) -> OpId {
        let n = self.ops.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0xee; 16];
        bytes[8..].copy_from_slice(&n.to_be_bytes());
        OpId::from_bytes(bytes)
    }

    /// Whoever asks in this relation. What is others' is asked for by whoever has their own.
    pub fn enrolled(&self, asker: Asker) -> &Enrolled {
        let relation = match asker.relation {
            Others => Own,
            relation => relation,
        };
        &self.households[&relation].people[&asker.role].1
    }

    pub fn cookie(&self, asker: Asker) -> String {
        cookie(&self.enrolled(asker).token)
    }

    /// What this asker asks about.
    pub fn place(&self, asker: Asker) -> Place<'_> {
        let household = &self.households[&asker.relation];
        let mut names = household.names.clone();
        // A device, a task, a Welcome: the asker's own, or that of their like in another household.
        for what in BELONGINGS {
            let own = &household.names[&format!("{what} of {}", asker.role.as_str())];
            names.insert(what.to_owned(), own.clone());
        }
        Place {
            world: self,
            names,
            circle: household.circle,
        }
    }

    pub fn circle(&self, relation: Relation) -> CircleId {
        self.households[&relation].circle
    }

    async fn enrol(&mut self, person: Person) -> Result<Enrolled> {
        self.seed += 1;
        let seed = self.seed;
        let invitation = self
            .store()
            .invite(&Caller::installation(), person.account)
            .await?;
        let request = house::request(person.account, invitation.secret, seed, self.now());
        let (_, token) = self.store().redeem_invitation(request.clone()).await?;
        let enrolled = Enrolled {
            caller: self.store().caller(&token).await?,
            token,
            dsk: house::dsk(seed),
            request,
        };
        self.beside()
            .run(&format!(
                "UPDATE session SET proved_at = {}, begun_by = 'authenticator' WHERE id = {}",
                self.now().micros(),
                self.beside().id(enrolled.caller.session.as_bytes()),
            ))
            .await;
        Ok(Enrolled {
            caller: self.store().caller(&enrolled.token).await?,
            ..enrolled
        })
    }
}

fn cookie(token: &SessionToken) -> String {
    format!("{SESSION_COOKIE}={}", token.to_text())
}
