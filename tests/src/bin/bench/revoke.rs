//! How long a revoked device still hears anything, and how long until its group has an epoch without it.
//!
//! Families of a client and a caregiver, a case manager who is online throughout: all with native devices
//! of the real core over real sockets. One after another, each measured alone:
//!
//! * `device`: the client revokes one of her further devices. *Socket*: from her command to the moment at
//!   which that device's websocket is closed on it.
//! * `consent`: the case manager withdraws a caregiver's consent. *Socket*: from the request to the moment
//!   at which the caregiver's device, by what comes over its websocket, has put the circle away; its
//!   websocket stays, since the account does.
//! * *Epoch*: from the same beginning to the commit's row in the log, by looking every millisecond.
//!
//! * `session`: staff are signed out; see [`sessions`].
//!
//! What the server promises holds earlier than all of these: from its answer no message is accepted
//! under the old epoch; *answer* is when that came.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use care::Caller;
use care::private::Relationship;
use device::api::{Command, DeviceView};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hdrhistogram::Histogram;
use headless::{Headless, Seen};
use protocol::http::{PlanCircle, RecordConsent, WithdrawConsent};
use protocol::{AccountId, CircleId, ConsentBasis, DeviceId, OpId, Role};
use serde::Serialize;
use sqlx::{Connection as _, SqliteConnection};
use store::PersonAdded;
use tokio::time::{Instant, sleep, timeout};

use crate::append::ms;
use crate::phones::{Agency, DEADLINE, is_online, joins, online};
use crate::sessions;

const FAMILIES: u32 = 20;
/// Further devices of each client, and circles of each caregiver.
const EACH: u32 = 5;
/// Families that come about at the same time.
const AT_ONCE: usize = 4;
/// Between two looks into the log.
const LOOK: Duration = Duration::from_millis(1);
/// Longer than any of these takes, microseconds.
const US_MAX: u64 = 120_000_000;

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    what: &'static str,
    cause: &'static str,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    rounds: u64,
    devices_online: u32,
    one_process: bool,
}

/// What one cause took, microseconds.
struct Took {
    cause: &'static str,
    answer: Histogram<u64>,
    socket: Histogram<u64>,
    epoch: Histogram<u64>,
}

/// One client, one caregiver.
struct Family {
    number: u32,
    client: PersonAdded,
    caregiver: PersonAdded,
    phone: Headless,
    further: Vec<Headless>,
    caregivers_phone: Headless,
    circle: CircleId,
}

/// The whole agency.
struct Rounds {
    agency: Agency,
    worker: AccountId,
    desk: Headless,
    log: SqliteConnection,
}

/// Founds the families, then revokes and withdraws.
pub async fn run() -> Result<()> {
    let agency = Agency::open(FAMILIES * (EACH + 2) + 50).await?;
    let worker = agency.add("Staff Placeholder", Role::CaseManager).await?;
    let desk = agency.enrol(worker.account).await?;
    let families: Vec<Family> = stream::iter(0..FAMILIES)
        .map(|number| found(&agency, &desk, worker.account, number))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let file = agency.server.data().join("carecircle.sqlite");
    let log = SqliteConnection::connect(&format!("sqlite://{}?mode=ro", file.display())).await?;
    let mut rounds = Rounds {
        agency,
        worker: worker.account,
        desk,
        log,
    };
    let (mut devices, mut consents) = (Took::of("device")?, Took::of("consent")?);
    for mut family in families {
        for further in std::mem::take(&mut family.further) {
            rounds.revoke(&family, further, &mut devices).await?;
        }
        for round in 0..EACH {
            rounds.withdraw(&family, round, &mut consents).await?;
        }
    }
    devices.print()?;
    consents.print()?;
    rounds.log.close().await?;
    drop(rounds.desk);
    rounds.agency.close().await?;
    let causes = ["administrator", "elsewhere"];
    for (cause, took) in causes.into_iter().zip(sessions::run(US_MAX).await?) {
        print(("session", cause), &took, sessions::PEOPLE + 1)?;
    }
    Ok(())
}

async fn found(agency: &Agency, desk: &Headless, worker: AccountId, number: u32) -> Result<Family> {
    let (store, installation) = (agency.server.store(), Caller::installation());
    let client = agency
        .add(&format!("Client Sample {number}"), Role::Client)
        .await?;
    let caregiver = agency
        .add(&format!("Daughter Sample {number}"), Role::Caregiver)
        .await?;
    store.assign(&installation, worker, client.person).await?;
    let daughter = Relationship::new("daughter")?;
    store
        .relate(&installation, client.person, caregiver.person, daughter)
        .await?;
    let phone = agency.enrol(client.account).await?;
    let caregivers_phone = agency.enrol(caregiver.account).await?;
    let plan = plan(number, 0, client, vec![worker]);
    let circle = store.plan_circle(&installation, plan).await?.id;
    joins(desk, circle, 2).await?;
    joins(&phone, circle, 2).await?;
    let mut further = Vec::new();
    for _ in 0..EACH {
        let device = agency.offer(&phone).await?;
        phone.command(Command::ApproveDevice).await?;
        online(&device).await?;
        joins(&device, circle, 2).await?;
        further.push(device);
    }
    Ok(Family {
        number,
        client,
        caregiver,
        phone,
        further,
        caregivers_phone,
        circle,
    })
}

fn plan(family: u32, round: u32, client: PersonAdded, members: Vec<AccountId>) -> PlanCircle {
    PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: op(family, round),
        client: client.person,
        title: format!("Circle {family}-{round}"),
        members,
    }
}

fn op(family: u32, round: u32) -> OpId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&family.to_be_bytes());
    bytes[4..8].copy_from_slice(&round.to_be_bytes());
    OpId::from_bytes(bytes)
}

impl Rounds {
    async fn revoke(&mut self, family: &Family, further: Headless, took: &mut Took) -> Result<()> {
        let device = own(&further)?;
        let commits = self.commits(family.circle).await?;
        let begun = Instant::now();
        family
            .phone
            .command(Command::RevokeDevice { device })
            .await?;
        let closed = async {
            let closed = |seen: &Seen| !is_online(seen);
            further.wait_until(closed, DEADLINE).await?;
            anyhow::Ok(begun.elapsed())
        };
        let (socket, epoch) = tokio::join!(
            closed,
            epoch(&mut self.log, family.circle, (commits, begun))
        );
        record(&mut took.socket, socket?);
        record(&mut took.epoch, epoch?);
        Ok(())
    }

    /// A consent, a circle under it, and the consent's end.
    async fn withdraw(&mut self, family: &Family, round: u32, took: &mut Took) -> Result<()> {
        let record_consent = RecordConsent {
            op_id: op(family.number, 1_000 + round),
            client: family.client.person,
            caregiver: family.caregiver.person,
            basis: ConsentBasis::Verbal,
            note: "said so".to_owned(),
            until: None,
            appointments: false,
            reminders: false,
        };
        let store = self.agency.server.store();
        let worker = self.desk.seen().status.and_then(|status| status.me);
        ensure!(worker.is_some_and(|me| me.account == self.worker));
        let consent: protocol::http::Consent =
            ask(&self.desk, "/v1/consents", &record_consent).await?;
        let members = vec![self.worker, family.caregiver.account];
        let plan = plan(family.number, 1 + round, family.client, members);
        let circle = store.plan_circle(&Caller::installation(), plan).await?.id;
        for device in [&self.desk, &family.phone, &family.caregivers_phone] {
            joins(device, circle, 3).await?;
        }
        let commits = self.commits(circle).await?;
        let begun = Instant::now();
        let answered = async {
            let withdraw = WithdrawConsent {
                op_id: op(family.number, 2_000 + round),
                clear_calendar: false,
            };
            let path = format!("/v1/consents/{}/withdraw", consent.id);
            let _ended: protocol::http::Consent = ask(&self.desk, &path, &withdraw).await?;
            anyhow::Ok(begun.elapsed())
        };
        let put_away = async {
            let gone = |seen: &Seen| seen.circles.iter().all(|view| view.id != circle);
            family.caregivers_phone.wait_until(gone, DEADLINE).await?;
            anyhow::Ok(begun.elapsed())
        };
        let (answer, socket, epoch) = tokio::join!(
            answered,
            put_away,
            epoch(&mut self.log, circle, (commits, begun))
        );
        record(&mut took.answer, answer?);
        record(&mut took.socket, socket?);
        record(&mut took.epoch, epoch?);
        Ok(())
    }

    async fn commits(&mut self, circle: CircleId) -> Result<i64> {
        commits(&mut self.log, circle).await
    }
}

async fn commits(log: &mut SqliteConnection, circle: CircleId) -> Result<i64> {
    let count = "SELECT COUNT(*) FROM circle_log WHERE circle = $1 AND kind = 'commit'";
    let (count,) = sqlx::query_as(count)
        .bind(circle.uuid())
        .fetch_one(log)
        .await?;
    Ok(count)
}

/// Until there are more commits than there were.
async fn epoch(
    log: &mut SqliteConnection,
    circle: CircleId,
    (before, begun): (i64, Instant),
) -> Result<Duration> {
    let looking = async {
        while commits(log, circle).await? == before {
            sleep(LOOK).await;
        }
        anyhow::Ok(begun.elapsed())
    };
    timeout(DEADLINE, looking)
        .await
        .context("nobody committed")?
}

fn own(device: &Headless) -> Result<DeviceId> {
    let devices = device.seen().devices.context("its own devices")?.devices;
    let this = devices.iter().find(|view: &&DeviceView| view.this);
    Ok(this.context("this device")?.device)
}

async fn ask<T: serde::de::DeserializeOwned>(
    device: &Headless,
    path: &str,
    body: &impl Serialize,
) -> Result<T> {
    let body = serde_json::to_vec(body)?;
    let (status, answer) = device.ask("POST", path, Some(body)).await?;
    ensure!(
        status == 200,
        "{path}: {status} {}",
        String::from_utf8_lossy(&answer)
    );
    Ok(serde_json::from_slice(&answer)?)
}

fn record(into: &mut Histogram<u64>, took: Duration) {
    into.saturating_record(u64::try_from(took.as_micros()).unwrap_or(US_MAX));
}

impl Took {
    fn of(cause: &'static str) -> Result<Self> {
        let empty = || Histogram::new_with_max(US_MAX, 3);
        Ok(Self {
            cause,
            answer: empty()?,
            socket: empty()?,
            epoch: empty()?,
        })
    }

    fn print(&self) -> Result<()> {
        let each = [
            ("answer", &self.answer),
            ("socket", &self.socket),
            ("epoch", &self.epoch),
        ];
        for (what, took) in each.into_iter().filter(|(_, took)| !took.is_empty()) {
            print((what, self.cause), took, FAMILIES * (EACH + 2) + 1)?;
        }
        Ok(())
    }
}

fn print(
    (what, cause): (&'static str, &'static str),
    took: &Histogram<u64>,
    devices_online: u32,
) -> Result<()> {
    crate::print(&Figure {
        bench: "revoke",
        what,
        cause,
        p50_ms: ms(took.value_at_quantile(0.5)),
        p95_ms: ms(took.value_at_quantile(0.95)),
        p99_ms: ms(took.value_at_quantile(0.99)),
        max_ms: ms(took.max()),
        rounds: took.len(),
        devices_online,
        one_process: true,
    })
}
