//! A store with people in it, and what a case does to them.

use std::sync::{Arc, Mutex};

use care::Caller;
use ed25519_dalek::{Signer as _, SigningKey};
use judge::certificate::to_be_signed;
use protocol::certificate::{DeviceCert, Signed};
use protocol::frame::{Append, Cursor, Hello};
use protocol::http::{AskChallenge, RedeemInvitation, RenewSession};
use protocol::{
    AccountId, Bytes, CircleId, DeviceId, OpId, Timestamp, Urgency, frame, labels, limits,
};
use store::{Error, RootKey, SessionToken, Settings, Store, Topic, Wake};
use tempfile::TempDir;
use testkit::{Agency, Engine, FakeClock, Person, SeededChance, TestDatabase};

mod beside;

pub use beside::{Beside, blobs, hex, texts};

/// What devices of the house sign.
pub const SERVER_NAME: &str = "house.example:8443";

/// Remembers what was woken.
#[derive(Default)]
pub struct Woken(Mutex<Vec<Topic>>);

impl Wake for Woken {
    fn wake(&self, topic: Topic) {
        self.0.lock().unwrap().push(topic);
    }
}

impl Woken {
    /// What was woken since the last time.
    pub fn take(&self) -> Vec<Topic> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A store with the agency of every story.
pub struct House {
    pub store: Store,
    pub clock: FakeClock,
    pub woken: Arc<Woken>,
    pub agency: Agency,
    pub database: TestDatabase,
    // Dropped last: the database stands in it.
    directory: TempDir,
}

/// A device of one of the people, signed in.
pub struct Enrolled {
    pub caller: Caller,
    pub token: SessionToken,
    pub dsk: SigningKey,
    pub request: RedeemInvitation,
}

/// A house whose store is closed.
pub struct Closed {
    pub database: TestDatabase,
    pub agency: Agency,
    clock: FakeClock,
    woken: Arc<Woken>,
    directory: TempDir,
}

impl Closed {
    /// How its store is opened, with the n-th root key.
    pub fn settings(&self, key: u8) -> Settings {
        settings(&self.database, &self.clock, &self.woken, key)
    }

    /// Opens it with the n-th root key.
    pub async fn open(self, key: u8) -> House {
        House {
            store: Store::open(self.settings(key)).await.unwrap(),
            clock: self.clock,
            woken: self.woken,
            agency: self.agency,
            database: self.database,
            directory: self.directory,
        }
    }
}

impl House {
    /// Closes the store, of which nobody may hold another clone.
    pub async fn close(self) -> Closed {
        self.store.close().await;
        Closed {
            database: self.database,
            agency: self.agency,
            clock: self.clock,
            woken: self.woken,
            directory: self.directory,
        }
    }

    /// With the people of [`Agency`] and no devices.
    pub async fn build(engine: Engine) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = TestDatabase::make(engine, directory.path()).await.unwrap();
        let clock = FakeClock::default();
        let woken = Arc::new(Woken::default());
        let store = Store::open(settings(&database, &clock, &woken, 1))
            .await
            .unwrap();
        let agency = Agency::seed(&store).await.unwrap();
        Self {
            store,
            clock,
            woken,
            agency,
            database,
            directory,
        }
    }

    /// How the house's store was opened, with the n-th root key.
    pub fn settings(&self, key: u8) -> Settings {
        settings(&self.database, &self.clock, &self.woken, key)
    }

    /// What a device of this account's would send to enrol; `seed` makes its keys and ids.
    pub async fn request(&self, account: AccountId, seed: u8) -> RedeemInvitation {
        let invitation = self
            .store
            .invite(&Caller::installation(), account)
            .await
            .unwrap();
        request(account, invitation.secret, seed, self.clock_now())
    }

    /// Enrols a device of this person's.
    pub async fn enrol(&self, person: Person, seed: u8) -> Enrolled {
        let request = self.request(person.account, seed).await;
        let (_, token) = self.store.redeem_invitation(request.clone()).await.unwrap();
        Enrolled {
            caller: self.store.caller(&token).await.unwrap(),
            token,
            dsk: dsk(seed),
            request,
        }
    }

    /// A second device of the same account, as an enrolment would bring it in; `aik` is the seed of the
    /// first one's keys.
    pub async fn sibling(&self, of: &Enrolled, aik: u8, seed: u8) -> Enrolled {
        let account = of.caller.account;
        let dsk = SigningKey::from_bytes(&[seed ^ 0x80; 32]);
        let device = DeviceId::from_bytes([seed; 16]);
        let aik = SigningKey::from_bytes(&[aik; 32]);
        let certificate = certificate(account, &aik, (device, &dsk), self.clock_now());
        self.run(&format!(
            "INSERT INTO device (id, account, certificate, dsk, generation, inbox_next, created_at)
             VALUES ({}, {}, {}, {}, 0, 1, 1)",
            self.id(device.as_bytes()),
            self.id(account.as_bytes()),
            self.bytes(&certificate),
            self.bytes(dsk.verifying_key().as_bytes()),
        ))
        .await;
        let token = self.renewed(device, &dsk).await;
        Enrolled {
            caller: self.store.caller(&token).await.unwrap(),
            token,
            dsk,
            request: RedeemInvitation {
                certificate,
                ..of.request.clone()
            },
        }
    }

    /// A new session of a device's, as the demo gives one.
    pub async fn renewed(&self, device: DeviceId, dsk: &SigningKey) -> SessionToken {
        let challenge = self.store.ask_challenge(AskChallenge { device }).await;
        let challenge = challenge.unwrap().challenge;
        let content = [&challenge[..], &[3; 32], SERVER_NAME.as_bytes()].concat();
        let signature = dsk.sign(&to_be_signed(labels::LOGIN, &content));
        let renew = RenewSession {
            device,
            challenge,
            nonce: [3; 32].into(),
            signature: signature.to_bytes().into(),
        };
        self.store.renew_session(renew).await.unwrap().1
    }

    /// The same house, its store opened as agencies run it.
    pub async fn outside_the_demo(self) -> Self {
        let settings = Settings {
            demo: false,
            ..self.settings(1)
        };
        self.store.close().await;
        let store = Store::open(settings).await.unwrap();
        Self { store, ..self }
    }

    pub fn clock_now(&self) -> Timestamp {
        care::Clock::now(&self.clock)
    }

    /// Makes the planned circle live with these devices in its group, as commits would.
    pub async fn gather(&self, circle: CircleId, devices: &[&Enrolled]) {
        self.beside().gather(circle, devices).await;
    }

    /// What is done beside the store.
    pub fn beside(&self) -> Beside<'_> {
        Beside(&self.database)
    }

    /// An id as this engine writes it in SQL.
    pub fn id(&self, bytes: &[u8; 16]) -> String {
        self.beside().id(bytes)
    }

    /// Bytes as this engine writes them in SQL.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        self.beside().bytes(bytes)
    }

    /// Runs SQL beside the store.
    pub async fn run(&self, sql: &str) {
        self.beside().run(sql).await;
    }

    /// Runs SQL beside the store that the database may refuse; how many rows it changed.
    pub async fn attempt(&self, sql: &str) -> Result<u64, sqlx::Error> {
        self.beside().attempt(sql).await
    }

    /// The one number that a query beside the store yields.
    pub async fn count(&self, sql: &str) -> i64 {
        self.beside().count(sql).await
    }

    /// A column of bytes that a query beside the store yields.
    pub async fn blobs(&self, sql: &str) -> Vec<Vec<u8>> {
        blobs(&self.database, sql).await
    }

    /// A column of text that a query beside the store yields.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        texts(&self.database, sql).await
    }

    /// How many audit entries match.
    pub async fn entries(&self, condition: &str) -> i64 {
        self.count(&format!(
            "SELECT COUNT(*) FROM audit_entry WHERE {condition}"
        ))
        .await
    }
}

fn settings(database: &TestDatabase, clock: &FakeClock, woken: &Arc<Woken>, key: u8) -> Settings {
    Settings {
        database: database.settings(),
        root_key: RootKey::from_bytes([key; 32]),
        clock: Arc::new(clock.clone()),
        chance: Arc::new(SeededChance::new(u64::from(key) + opening())),
        wake: Arc::clone(woken) as Arc<dyn Wake>,
        zones: care::civil::Zones::bundled(),
        zone: testkit::agency::zone(),
        server_name: SERVER_NAME.to_owned(),
        demo: true,
    }
}

/// A different seed for every opening, so that a reopened store does not draw the same ids again.
fn opening() -> u64 {
    static LAST: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    LAST.fetch_add(1_000, std::sync::atomic::Ordering::Relaxed)
}

/// The signing key of the device that this seed makes.
pub fn dsk(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed ^ 0x80; 32])
}

/// What a device sends to enrol with this secret.
pub fn request(account: AccountId, secret: [u8; 16], seed: u8, now: Timestamp) -> RedeemInvitation {
    let aik = SigningKey::from_bytes(&[seed; 32]);
    let dsk = dsk(seed);
    let device = DeviceId::from_bytes([seed; 16]);
    RedeemInvitation {
        op_id: op(seed),
        secret: secret.into(),
        aik: aik.verifying_key().to_bytes().into(),
        certificate: certificate(account, &aik, (device, &dsk), now),
        mac: None,
    }
}

/// A device's certificate, as long as one may last. Its `seal_key` is all sevens.
pub fn certificate(
    account: AccountId,
    aik: &SigningKey,
    (device, dsk): (DeviceId, &SigningKey),
    now: Timestamp,
) -> Bytes {
    let content = frame::to_vec(&DeviceCert {
        account,
        device,
        dsk: dsk.verifying_key().to_bytes().into(),
        issued_at: now,
        not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
        seal_key: [7; 32].into(),
    });
    let signature = aik.sign(&to_be_signed(labels::DEVICE_CERT, &content));
    frame::to_vec(&Signed {
        content: content.into(),
        signature: signature.to_bytes().into(),
    })
    .into()
}

/// The n-th operation id.
pub fn op(n: u8) -> OpId {
    OpId::from_bytes([n; 16])
}

/// An `MLSMessage(PrivateMessage)` as far as its framing goes (RFC 9420, sections 6 and 6.3).
pub fn message(circle: CircleId, generation: u32, epoch: u64) -> Bytes {
    let mut bytes = vec![0, 1, 0, 2];
    bytes.push(20);
    bytes.extend_from_slice(circle.as_bytes());
    bytes.extend_from_slice(&generation.to_be_bytes());
    bytes.extend_from_slice(&epoch.to_be_bytes());
    bytes.push(1); // application
    bytes.push(0); // authenticated_data
    bytes.push(4); // encrypted_sender_data
    bytes.extend_from_slice(b"whom");
    bytes.push(4); // ciphertext
    bytes.extend_from_slice(b"what");
    bytes.into()
}

/// A message that the circle of [`House::gather`] takes.
pub fn append(circle: CircleId, n: u8) -> Append {
    Append {
        op_id: op(n),
        circle,
        mls: message(circle, 0, 5),
        body: vec![n; 100].into(),
        wrap: vec![n; 40].into(),
        era: 2,
        send_counter: u64::from(n),
        urgency: Urgency::Routine,
    }
}

/// The start of the log.
pub fn start(circle: CircleId) -> Cursor {
    Cursor {
        circle,
        generation: 0,
        seq: 0,
    }
}

/// A hello with this ticket, signed for this server.
pub fn hello(enrolled: &Enrolled, ticket: &Bytes, server: &str) -> Hello {
    let nonce = [3_u8; 32];
    let content = [&ticket[..], &nonce, server.as_bytes()].concat();
    Hello {
        ticket: ticket.clone(),
        device: enrolled.caller.device,
        nonce: nonce.into(),
        signature: enrolled
            .dsk
            .sign(&to_be_signed(labels::HELLO, &content))
            .to_bytes()
            .into(),
        cursors: Vec::new(),
    }
}

/// The code with which a verb refused.
pub fn code<T>(result: Result<T, Error>) -> protocol::Code {
    match result {
        Ok(_) => panic!("was not refused"),
        Err(error) => error.refusal().code,
    }
}
