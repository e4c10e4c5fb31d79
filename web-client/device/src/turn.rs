//! One input's work: a draft of rows, the volatile part, and what is to be done once it is stored.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::frame::{ClientFrame, Cursor, Notice};
use protocol::http::{Intake, InvitationFound};
use protocol::{AccountId, CircleId, Code, OpId, PersonId, Timestamp};
use serde::Serialize;

use crate::api::{Counters, Effect, Event, Item, Link};
use crate::ask::{Answer, Ask, READ_AGAIN_MS};
use crate::chance;
use crate::error::{Error, Result};
use crate::invited::Invited;
use crate::link::SignInLink;
use crate::rows::{Changes, Draft, Rows};
use crate::state::{Circle, Me, Why, key};

/// What is not worth storing: after a restart it is found out again.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about one moment, each read and written on its own"
)]
pub struct Volatile {
    /// How the device stands.
    pub link: Option<Link>,
    /// A person wants it online.
    pub wanted: bool,
    /// Failed attempts to connect since the last success.
    pub attempts: u32,
    /// When to try again.
    pub retry_at: Option<Timestamp>,
    /// The ticket for the socket being opened.
    pub ticket: Option<protocol::Bytes>,
    /// Requests that await their answer.
    pub asked: BTreeMap<u32, Ask>,
    /// The number of the last request.
    pub last_request: u32,
    /// What was asked and could not be said: asked again.
    pub unread: Vec<Ask>,
    /// A link that was looked at.
    pub invitation: Option<Invitation>,
    /// Notices in order; the first one is being worked on.
    pub inbox: VecDeque<Notice>,
    /// The first notice could not be worked on: the server was out of reach.
    pub inbox_stuck: bool,
    /// Circles with a message at the server, by its operation.
    pub flying: BTreeMap<OpId, CircleId>,
    /// Circles with a founding, claim or commit at the server.
    pub committing: BTreeSet<CircleId>,
    /// The request whose answer last said how a circle stands there: what answers an earlier one is older.
    pub circles_read: BTreeMap<CircleId, u32>,
    /// Circles to leave alone until the next connection: the server said no.
    pub blocked: BTreeSet<CircleId>,
    /// Circles where the server asked this device to commit a removal.
    pub commit_asked: BTreeSet<CircleId>,
    /// How often a commit was refused there since the log last moved.
    pub commit_attempts: BTreeMap<CircleId, u32>,
    /// Until when the Welcome is awaited into circles that this device was brought into.
    pub welcomes_due: BTreeMap<CircleId, Timestamp>,
    /// Circles that this device is coming into just now.
    pub returning: BTreeSet<CircleId>,
    /// Circles in whose group this person has a later identity key than this device knows: the vault is
    /// being read.
    pub behind: BTreeSet<CircleId>,
    /// Circles that this device came into since the last `hello`, which did not name them.
    pub unfollowed: BTreeSet<CircleId>,
    /// Circles whose history is being read just now.
    pub reading: BTreeSet<CircleId>,
    /// How far this device's clock is ahead of the server's, seconds.
    pub skew_s: i64,
    /// The person's devices as the server named them.
    pub devices: Option<protocol::http::Devices>,
    /// The person whose invitation a page shows.
    pub watching: Option<PersonId>,
    /// How it stood when the server last said so.
    pub came: Option<(PersonId, Intake)>,
    /// When it is to be asked for again.
    pub look_at: Option<Timestamp>,
    /// This device shows a link to a new one: the link's secret.
    pub enrolling: Option<[u8; 16]>,
    /// The vault was read since this device went online, so pins and era keys are here.
    pub vault_read: bool,
    /// A vault is on its way to the server.
    pub vault_flying: bool,
    /// The vault was opened again at this version.
    pub reopened: u64,
    /// When this device last told that its person is writing.
    pub typed_at: BTreeMap<CircleId, Timestamp>,
    /// When read receipts are due.
    pub receipts_due: BTreeMap<CircleId, Timestamp>,
    /// What came of the present epoch's ephemerals: a server that sends one again is not heard.
    pub heard: BTreeMap<CircleId, (u64, BTreeSet<[u8; 24]>)>,
    /// How far others have read.
    pub receipts: BTreeMap<CircleId, BTreeMap<AccountId, u64>>,
}

/// A link that was looked at.
#[derive(Clone)]
pub struct Invitation {
    /// The link.
    pub link: SignInLink,
    /// Whom it is for.
    pub found: InvitationFound,
    /// Whose invitation it is, if a case manager's device made it.
    pub invited: Option<Invited>,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(…)")
    }
}

/// Everything that one input leads to.
pub struct Turn<'a> {
    pub draft: Draft<'a>,
    pub volatile: Volatile,
    pub now: Timestamp,
    pub server_name: &'a str,
    pub effects: Vec<Effect>,
    items: Changes,
    changed_items: BTreeMap<CircleId, Vec<Item>>,
    pub circles_changed: bool,
    pub status_changed: bool,
    pub devices_changed: bool,
    pub counters: Counters,
}

/// A turn that succeeded.
pub struct Finished {
    pub changes: Changes,
    pub items: Changes,
    pub volatile: Volatile,
    pub effects: Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub fn new(rows: &'a Rows, volatile: Volatile, server_name: &'a str, now: Timestamp) -> Self {
        let first = volatile.link.is_none();
        Self {
            draft: Draft::new(rows),
            volatile,
            now,
            server_name,
            effects: Vec::new(),
            items: Changes::new(),
            changed_items: BTreeMap::new(),
            circles_changed: first,
            status_changed: first,
            devices_changed: false,
            counters: Counters::default(),
        }
    }

    /// Ends the turn: news for people come last, after what leaves the device.
    pub fn finish(mut self) -> Result<Finished> {
        if self.volatile.link.is_none() {
            let at_rest = if self.is_signed_out() {
                Link::SignedOut
            } else {
                Link::Idle
            };
            self.volatile.link = Some(at_rest);
            self.count(true)?;
        }
        self.count(false)?;
        if self.status_changed {
            let status = self.status()?;
            self.event(Event::Status { status });
        }
        if self.circles_changed {
            let circles = self.circle_views()?;
            self.event(Event::Circles { circles });
        }
        if self.devices_changed
            && let Some(devices) = self.devices_view()?
        {
            self.event(Event::Devices { devices });
        }
        for (circle, items) in std::mem::take(&mut self.changed_items) {
            self.event(Event::Items { circle, items });
        }
        Ok(Finished {
            changes: self.draft.into_changes(),
            items: self.items,
            volatile: self.volatile,
            effects: self.effects,
        })
    }

    /// Adds to what was counted before, and tells of it if asked to or if something was counted.
    fn count(&mut self, tell: bool) -> Result<()> {
        let more = std::mem::take(&mut self.counters);
        if more == Counters::default() && !tell {
            return Ok(());
        }
        let mut counters: Counters = self.draft.read(key::COUNTERS)?.unwrap_or_default();
        if more != Counters::default() {
            counters.add(more);
            self.draft.write(key::COUNTERS, &counters);
        }
        self.event(Event::Counters { counters });
        Ok(())
    }

    /// Who this device belongs to.
    pub fn me(&self) -> Result<Option<Me>> {
        self.draft.read(key::ME)
    }

    /// Who this device belongs to, where there is no way here without.
    pub fn must_me(&self) -> Result<Me> {
        self.me()?.ok_or(Error::refused(
            Code::DeviceUnknown,
            "this device is not enrolled",
        ))
    }

    pub fn event(&mut self, event: Event) {
        self.effects.push(Effect::Event { event });
    }

    pub fn problem(&mut self, circle: Option<CircleId>, code: Code, detail: impl Into<String>) {
        self.event(Event::Problem {
            circle,
            code,
            detail: detail.into(),
        });
    }

    pub fn link(&self) -> Link {
        self.volatile.link.unwrap_or(Link::Idle)
    }

    pub fn set_link(&mut self, link: Link) {
        if self.volatile.link != Some(link) {
            self.volatile.link = Some(link);
            self.status_changed = true;
        }
    }

    pub fn is_online(&self) -> bool {
        self.link() == Link::Online
    }

    /// Sends a frame if there is a socket to send it on.
    pub fn send(&mut self, frame: &ClientFrame) {
        self.effects.push(Effect::Send {
            bytes: frame.to_bytes(),
        });
    }

    /// Tells the server to go on with a circle's log from here.
    pub fn follow(&mut self, circle: &Circle) {
        let Some(joined) = &circle.joined else {
            return;
        };
        if self.is_online() {
            let cursor = Cursor {
                circle: circle.id,
                generation: joined.generation,
                seq: joined.cursor,
            };
            self.send(&ClientFrame::FetchLog(cursor));
        } else {
            self.volatile.unfollowed.insert(circle.id);
        }
    }

    pub fn timer(&mut self, after_ms: u32) {
        self.effects.push(Effect::Timer { after_ms });
    }

    pub fn op_id() -> OpId {
        OpId::from_bytes(chance::bytes())
    }

    fn request(&mut self, ask: Ask, method: &str, path: String, body: Option<(&str, Vec<u8>)>) {
        self.volatile.last_request += 1;
        let id = self.volatile.last_request;
        self.volatile.asked.insert(id, ask);
        let (media_type, body) = body.map_or((None, Vec::new()), |(kind, body)| {
            (Some(kind.to_owned()), body)
        });
        let method = method.to_owned();
        self.effects.push(Effect::Request {
            id,
            method,
            path,
            media_type,
            body,
        });
    }

    pub fn get(&mut self, ask: Ask, path: String) {
        self.request(ask, "GET", path, None);
    }

    /// Asks how something stands there now. An answer to an earlier asking may come after this one's, and
    /// would bring back what is over: it is not waited for any more.
    pub fn get_anew(&mut self, ask: Ask, path: String) {
        self.volatile
            .asked
            .retain(|_, asked| !asked.is_about_the_same(&ask));
        self.get(ask, path);
    }

    pub fn delete(&mut self, ask: Ask, path: &str) {
        self.request(ask, "DELETE", path.to_owned(), None);
    }

    pub fn send_json(&mut self, ask: Ask, method: &str, path: &str, body: &impl Serialize) {
        let body = serde_json::to_vec(body).expect("bodies have string keys and finite numbers");
        self.request(
            ask,
            method,
            path.to_owned(),
            Some(("application/json", body)),
        );
    }

    /// A JSON body that was written before and is sent as the same bytes.
    pub fn send_bytes(&mut self, ask: Ask, method: &str, path: &str, json: Vec<u8>) {
        self.request(
            ask,
            method,
            path.to_owned(),
            Some(("application/json", json)),
        );
    }

    pub fn post_cbor(&mut self, ask: Ask, path: String, body: Vec<u8>) {
        self.request(
            ask,
            "POST",
            path,
            Some((protocol::bundle::MEDIA_TYPE, body)),
        );
    }

    /// Writes an item and tells people.
    pub fn put_item(&mut self, circle: &mut Circle, place: Vec<u8>, item: Item) -> Result<()> {
        let bytes = minicbor_serde::to_vec(&item).map_err(Error::mls)?;
        circle.newest = Some(bytes.clone().into());
        self.circles_changed = true;
        self.items.insert(place, Some(bytes));
        self.changed_items.entry(circle.id).or_default().push(item);
        Ok(())
    }

    /// Writes an item of the past and tells people; the list goes on showing the newest.
    pub fn put_old_item(&mut self, circle: CircleId, place: Vec<u8>, item: Item) -> Result<()> {
        let bytes = minicbor_serde::to_vec(&item).map_err(Error::mls)?;
        self.items.insert(place, Some(bytes));
        self.changed_items.entry(circle).or_default().push(item);
        Ok(())
    }

    /// Takes an item from its waiting place.
    pub fn delete_item(&mut self, place: Vec<u8>) {
        self.items.insert(place, None);
    }

    /// Takes everything that was said in a circle from the disk.
    pub fn delete_items(&mut self, circle: CircleId) {
        self.items
            .retain(|at, _| !at.starts_with(circle.as_bytes()));
        self.changed_items.remove(&circle);
        self.items.insert(circle.as_bytes().to_vec(), None);
    }

    /// Does something with one circle; if it fails, only that circle stops, with the reason.
    pub fn in_circle(
        &mut self,
        id: CircleId,
        work: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let savepoint = self.draft.savepoint();
        let Err(error) = work(self) else {
            return Ok(());
        };
        self.draft.roll_back(savepoint);
        match error {
            Error::Group(_) => self.fall(id, Why::OutOfStep, None),
            error => self.stop(id, error.code(), &error.to_string()),
        }
    }

    /// Asks for one circle again.
    pub fn read_circle(&mut self, id: CircleId) {
        self.get_anew(Ask::CircleAgain(id), format!("/v1/circles/{id}"));
    }

    /// Asks for the log after this device's place again.
    pub fn fetch_log(&mut self, id: CircleId) -> Result<()> {
        if let Some(circle) = self.draft.circle(id)? {
            self.follow(&circle);
        }
        Ok(())
    }

    /// Stops a circle: nothing is merged or sent there until a human resets it.
    pub fn stop(&mut self, id: CircleId, code: Code, reason: &str) -> Result<()> {
        if let Some(mut circle) = self.draft.circle(id)?
            && circle.stopped.is_none()
        {
            circle.stopped = Some(reason.to_owned());
            self.draft.save(&circle);
            self.circles_changed = true;
            self.problem(Some(id), code, reason);
        }
        Ok(())
    }

    /// An answer came: whose is it?
    pub fn answer(&mut self, id: u32, status: u16, body: &[u8]) -> Result<()> {
        let Some(ask) = self.volatile.asked.remove(&id) else {
            return Ok(());
        };
        let answer = Answer {
            number: id,
            status,
            body,
        };
        match ask {
            Ask::LookUp(looking) => self.looked_up(looking.0, answer),
            Ask::Renew => return self.renewed(answer),
            Ask::PutKeyPackages => self.key_packages_put(answer),
            Ask::SignOut => {}
            other => return self.answer_to(&other, answer),
        }
        Ok(())
    }

    /// Asks again for what the server could not say.
    pub fn read_again(&mut self) {
        for ask in std::mem::take(&mut self.volatile.unread) {
            if let Some(path) = ask.reading() {
                self.get_anew(ask, path);
            }
        }
    }

    fn answer_to(&mut self, ask: &Ask, answer: Answer<'_>) -> Result<()> {
        if answer.is_passing() && ask.reading().is_some() {
            self.volatile.unread.push(ask.clone());
            self.timer(READ_AGAIN_MS);
            return Ok(());
        }
        match ask {
            Ask::Redeem => self.redeemed(answer),
            Ask::Challenge => self.challenged(answer),
            Ask::Ticket => self.ticketed(answer),
            Ask::Devices => self.devices_read(answer),
            Ask::Vault => self.vault_read(answer),
            Ask::PutVault(version, code) => self.vault_put(*version, code.as_ref(), answer),
            Ask::BeginEnrolment => self.enrolment_begun(answer),
            Ask::Approve | Ask::Decline | Ask::Revoke => {
                self.devices_changed(answer);
                Ok(())
            }
            Ask::Offer => self.offered(answer),
            Ask::Collect => self.collected(answer),
            Ask::OpenRecovery(code) => self.recovery_opened(code, answer),
            Ask::RecoverDevice => self.recovered(answer),
            Ask::Succeed => self.succeeded(answer),
            Ask::PutCertificate => self.certificate_put(answer),
            Ask::Invite(person) => self.person_invited(*person, answer),
            Ask::Intake(person) => self.intake_read(*person, answer),
            Ask::Settle(person) => self.intake_settled(*person, answer),
            Ask::OwnIntake => self.own_intake_read(answer),
            other => self.answer_about_a_circle(other, answer),
        }
    }

    fn answer_about_a_circle(&mut self, ask: &Ask, answer: Answer<'_>) -> Result<()> {
        match ask {
            Ask::CircleAgain(circle) => self.circle_read(*circle, false, answer),
            Ask::GroupInfo(circle) => self.group_info_read(*circle, answer),
            Ask::Distress(circle) => self.distress_noted(*circle, answer),
            Ask::History(circle, gap) => self.history_came(*circle, *gap, answer),
            Ask::Circles => self.circles_read(answer),
            Ask::Circle(circle) => self.circle_read(*circle, true, answer),
            Ask::Found(circle) => self.founded(*circle, answer),
            Ask::Claim(circle, accounts) => self.claimed(*circle, accounts, answer),
            Ask::Commit(circle, op_id) => self.committed(*circle, *op_id, answer),
            Ask::Welcome(circle) => self.welcomed(*circle, answer),
            _ => Ok(()),
        }
    }
}
