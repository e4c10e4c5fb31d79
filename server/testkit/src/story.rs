//! Story verbs: people with native devices who enrol, say and read, over real sockets.
//!
//! A [`Phone`] is one headless device in a data directory of its own. Dropping it is `kill -9`;
//! [`Phone::off`] keeps the directory so that [`Story::back`] can switch it on again.

mod intake;
mod keys;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use device::api::{CirclePhase, CircleView, Command, Content, Event, Item, Link, Progress};
use headless::faults::{Faults, NoFaults};
use headless::{Headless, Seen, Settings, Tls};
use protocol::http::ErrorBody;
use protocol::{CircleId, Code, Timestamp, Urgency};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Engine, Options, Person, TestServer};

/// The longest that a story waits for anything. A shared, noisy machine must not fail it.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// A server and its people.
pub struct Story {
    /// The server.
    pub server: TestServer,
    begun: tokio::time::Instant,
}

/// A person's native device, switched on.
pub struct Phone {
    /// Whose it is.
    pub person: Person,
    /// The device.
    pub device: Headless,
    data: PathBuf,
}

/// A device that is switched off; its data directory stays.
#[derive(Debug, Clone)]
pub struct Off {
    person: Person,
    data: PathBuf,
}

impl Off {
    /// Its directory.
    pub fn data(&self) -> &std::path::Path {
        &self.data
    }
}

impl Story {
    /// Begins on an engine, with the invented agency.
    pub async fn begin(engine: Engine) -> Result<Self> {
        Self::begin_with(Options::new(engine)).await
    }

    /// Begins with choices of the story's own.
    pub async fn begin_with(options: Options) -> Result<Self> {
        let server = TestServer::start_with(options).await?;
        Ok(Self {
            server,
            begun: tokio::time::Instant::now(),
        })
    }

    /// The device's time: the server's, plus what has really passed, so that waits end.
    fn clock(&self) -> headless::Clock {
        let (server, begun) = (self.server.clock().for_device(), self.begun);
        Arc::new(move || {
            let passed = i64::try_from(begun.elapsed().as_micros()).unwrap_or(0);
            Timestamp::from_micros(server().micros() + passed)
        })
    }

    async fn open(&self, off: &Off, faults: Arc<dyn Faults>) -> Result<Phone> {
        let device = Headless::open_with(Settings {
            server: Some(self.server.url().parse()?),
            tls: Some(Tls::authorities(self.server.ca_pem().as_bytes())?),
            clock: self.clock(),
            faults,
            ..Settings::new(&off.data)
        })
        .await?;
        Ok(Phone {
            person: off.person,
            device,
            data: off.data.clone(),
        })
    }

    /// A person opens their link on a new device and enrols it.
    pub async fn enrol(&self, person: Person) -> Result<Phone> {
        let link = self.server.link(person).await?;
        self.enrol_with(person, &link, Arc::new(NoFaults)).await
    }

    /// The same by a link already given out, with faults.
    pub async fn enrol_with(
        &self,
        person: Person,
        link: &str,
        faults: Arc<dyn Faults>,
    ) -> Result<Phone> {
        let data = self
            .server
            .directory()
            .join(format!("device of {}", person.name));
        let phone = self.open(&Off { person, data }, faults).await?;
        phone
            .device
            .command(Command::OpenLink {
                link: link.to_owned(),
            })
            .await?;
        let invited = |event: &Event| matches!(event, Event::Invitation { .. });
        phone
            .device
            .wait_for(invited, DEADLINE)
            .await
            .context("the link is looked at")?;
        phone.device.command(Command::Enrol).await?;
        phone.online().await.context("the device enrols")?;
        Ok(phone)
    }

    /// A person opens their link on a new device outside the demo: its keys are made, and what is missing
    /// is something to sign in by.
    pub async fn arrive(
        &self,
        person: Person,
        link: &str,
        faults: Arc<dyn Faults>,
    ) -> Result<Phone> {
        let data = self
            .server
            .directory()
            .join(format!("device of {}", person.name));
        let phone = self.open(&Off { person, data }, faults).await?;
        let link = link.to_owned();
        phone.device.command(Command::OpenLink { link }).await?;
        let invited = |event: &Event| matches!(event, Event::Invitation { .. });
        phone.device.wait_for(invited, DEADLINE).await?;
        phone.device.command(Command::Enrol).await?;
        phone
            .is_linked(Link::Unproved)
            .await
            .context("the device enrols")?;
        Ok(phone)
    }

    /// A device is switched on again.
    pub async fn back(&self, off: &Off) -> Result<Phone> {
        self.back_with(off, Arc::new(NoFaults)).await
    }

    /// The same, with faults.
    pub async fn back_with(&self, off: &Off, faults: Arc<dyn Faults>) -> Result<Phone> {
        let phone = self.open(off, faults).await?;
        phone.device.command(Command::Connect).await?;
        Ok(phone)
    }
}

impl Phone {
    /// Waits until the server knows the device.
    pub async fn online(&self) -> Result<()> {
        self.is_linked(Link::Online).await
    }

    async fn is_linked(&self, link: Link) -> Result<()> {
        let linked = |seen: &Seen| seen.status.as_ref().is_some_and(|s| s.link == link);
        self.device.wait_until(linked, DEADLINE).await?;
        Ok(())
    }

    /// Goes online with what was just shown.
    pub async fn signs_in(&self) -> Result<()> {
        Ok(self.device.command(Command::SignIn).await?)
    }

    /// Ends the session.
    pub async fn signs_out(&self) -> Result<()> {
        self.device.command(Command::SignOut).await?;
        self.is_linked(Link::SignedOut).await
    }

    /// Waits until this device is in the circle of that title, and with so many people in the group.
    pub async fn joins(&self, title: &str, people: usize) -> Result<CircleId> {
        let ready = |circle: &CircleView| {
            circle.title == title
                && circle.phase == CirclePhase::Ready
                && in_group(circle) >= people
        };
        let seen = self
            .device
            .wait_until(|seen| seen.circles.iter().any(ready), DEADLINE)
            .await
            .with_context(|| format!("{} joins {title:?}", self.person.name))?;
        let found = seen.circles.iter().find(|circle| ready(circle));
        Ok(found.context("just seen")?.id)
    }

    /// The titles of the circles that this person sees.
    pub fn titles(&self) -> Vec<String> {
        self.device
            .seen()
            .circles
            .into_iter()
            .map(|circle| circle.title)
            .collect()
    }

    /// Says something; it is stored when this returns and leaves when it can.
    pub async fn says(&self, circle: CircleId, text: &str) -> Result<()> {
        let text = text.to_owned();
        let command = Command::Send {
            circle,
            text,
            urgency: Urgency::Routine,
        };
        Ok(self.device.command(command).await?)
    }

    /// Every text of a conversation, oldest first.
    pub async fn texts(&self, circle: CircleId) -> Result<Vec<String>> {
        let items = self.device.items(circle, 1_000).await?;
        Ok(items.into_iter().filter_map(text_of).collect())
    }

    /// Waits until the conversation's texts are exactly these, each once and in this order, and none
    /// of this device's own waits any more.
    pub async fn reads(&self, circle: CircleId, expected: &[&str]) -> Result<()> {
        let reading = async {
            let mut events = self.device.events();
            loop {
                let items = self.device.items(circle, 1_000).await?;
                let settled = items.iter().all(|item| item.seq.is_some());
                let texts: Vec<_> = items.into_iter().filter_map(text_of).collect();
                if settled && texts == expected {
                    return self.is_untroubled().await;
                }
                if texts.len() > expected.len() {
                    bail!("{} reads {texts:?}, not {expected:?}", self.person.name);
                }
                events.next().await.context("the device ended")?;
            }
        };
        match tokio::time::timeout(DEADLINE, reading).await {
            Ok(read) => read,
            Err(_) => bail!(
                "{} reads {:?}, not {expected:?}",
                self.person.name,
                self.texts(circle).await?
            ),
        }
    }

    /// Waits until the conversation has so many settled texts, and answers them in the log's order.
    pub async fn hears(&self, circle: CircleId, count: usize) -> Result<Vec<String>> {
        let hearing = async {
            let mut events = self.device.events();
            loop {
                let items = self.device.items(circle, 1_000).await?;
                let settled = items.iter().all(|item| item.seq.is_some());
                let texts: Vec<_> = items.into_iter().filter_map(text_of).collect();
                if settled && texts.len() >= count {
                    return Ok(texts);
                }
                events.next().await.context("the device ended")?;
            }
        };
        tokio::time::timeout(DEADLINE, hearing).await?
    }

    /// Fails if the device has told of any trouble so far: people would have seen it.
    async fn is_untroubled(&self) -> Result<()> {
        let mut events = self.device.events();
        while let Ok(Some(event)) = tokio::time::timeout(Duration::ZERO, events.next()).await {
            if let Event::Problem { code, detail, .. } = event {
                bail!("{} was told of trouble: {code} {detail}", self.person.name);
            }
        }
        Ok(())
    }

    /// Makes a page's request in this person's session and reads its answer.
    pub async fn asks<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let json = (method != "GET")
            .then(|| serde_json::to_vec(body))
            .transpose()?;
        let (status, answer) = self.device.ask(method, path, json).await?;
        if status == 200 {
            return Ok(serde_json::from_slice(&answer)?);
        }
        bail!(
            "{method} {path}: {status} {}",
            String::from_utf8_lossy(&answer)
        )
    }

    /// Makes a page's request that must be refused; answers the code.
    pub async fn is_refused(
        &self,
        method: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Code> {
        let json = (method != "GET")
            .then(|| serde_json::to_vec(body))
            .transpose()?;
        let (status, answer) = self.device.ask(method, path, json).await?;
        let refused: ErrorBody = serde_json::from_slice(&answer)
            .with_context(|| format!("{method} {path}: {status} is no refusal"))?;
        Ok(refused.code)
    }

    /// Waits until the device has ended, by a fault of its own.
    pub async fn dies(self) -> Off {
        self.device.ended().await;
        Off {
            person: self.person,
            data: self.data,
        }
    }

    /// Switches the device off as a person closes a tab.
    pub async fn off(self) -> Result<Off> {
        self.device.stop().await?;
        Ok(Off {
            person: self.person,
            data: self.data,
        })
    }

    /// Kills the device where it stands.
    pub fn kill(self) -> Off {
        let Self {
            person,
            device,
            data,
        } = self;
        drop(device);
        Off { person, data }
    }
}

fn in_group(circle: &CircleView) -> usize {
    let confirmed = protocol::MemberState::Confirmed;
    circle
        .members
        .iter()
        .filter(|member| member.state == confirmed)
        .count()
}

fn text_of(item: Item) -> Option<String> {
    match item.content {
        Content::Text {
            text,
            progress: Progress::Sent | Progress::Received,
            ..
        } => Some(text),
        Content::Text {
            text,
            progress: Progress::Waiting,
            ..
        } => Some(format!("{text} (waiting)")),
        Content::Unreadable { reason } => Some(format!("(unreadable: {reason})")),
        _ => None,
    }
}
