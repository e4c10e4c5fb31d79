//! What must hold after every step, and at the end (messaging.md, section 13).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use device::api::{Content, Effect, Event, Input};
use protocol::frame::{LogEntry, LogPage, ServerFrame};
use protocol::{AccountId, CircleId, DeviceId, EntryKind, Timestamp, Urgency};
use sqlx::{Connection as _, SqliteConnection};
use store::Store;

use super::phone::{Phone, text_of};

/// A device that is somebody else's since a place of the log.
struct Cut {
    name: String,
    device: device::Device,
    head: (u32, u64),
}

/// Looks on.
pub struct Watch {
    circle: CircleId,
    /// I1: of every (generation, epoch) the authenticator that a device showed first.
    authenticators: BTreeMap<(u32, u64), Vec<u8>>,
    cuts: Vec<Cut>,
    removing: bool,
    looks: usize,
    /// How often a device was put back to an old copy.
    put_back: BTreeMap<String, usize>,
    /// How often each outcome of a commit was seen.
    pub outcomes: BTreeMap<(String, u16), usize>,
}

/// A place in the log.
type Seat = (u32, u64);

/// The server's log and who is in the circle, as the database has them.
pub struct Log {
    entries: Vec<(u32, LogEntry)>,
    since: BTreeMap<AccountId, Seat>,
}

impl Log {
    /// How many messages people wrote.
    pub fn messages(&self) -> usize {
        self.written().count()
    }

    fn written(&self) -> impl Iterator<Item = &(u32, LogEntry)> {
        let written = |(_, entry): &&(u32, LogEntry)| {
            entry.kind == EntryKind::Message && !entry.body.is_empty()
        };
        self.entries.iter().filter(written)
    }
}

impl Watch {
    /// At one circle.
    pub fn new(circle: CircleId) -> Self {
        Self {
            circle,
            authenticators: BTreeMap::new(),
            cuts: Vec::new(),
            removing: false,
            looks: 0,
            put_back: BTreeMap::new(),
            outcomes: BTreeMap::new(),
        }
    }

    /// A request was answered.
    pub fn called(&mut self, path: &str, status: u16) {
        let tail = path.rsplit('/').next().unwrap_or_default().to_owned();
        *self.outcomes.entry((tail, status)).or_default() += 1;
    }

    /// A device was put back to an old copy: what it had read since, it has not read.
    pub fn forgot(&mut self, name: &str) {
        *self.put_back.entry(name.to_owned()).or_default() += 1;
    }

    /// Whether anybody sees a removal waiting.
    pub fn removing(&self) -> bool {
        self.removing
    }

    /// The device's id, once it has one.
    pub fn device_of(&self, phone: &Phone) -> Option<DeviceId> {
        let opened = phone.copy().ok()?;
        opened.device_id().ok()?
    }

    /// A device is somebody else's from here on.
    pub fn cut(&mut self, phone: &Phone, head: Seat) -> Result<()> {
        self.cuts.push(Cut {
            name: phone.name.clone(),
            device: phone.copy()?,
            head,
        });
        Ok(())
    }

    /// After every step: I1, nobody stopped, and now and then I3.
    pub fn look(&mut self, phones: &[Phone]) -> Result<()> {
        self.looks += 1;
        self.removing = false;
        for phone in phones.iter().filter(|phone| !phone.gone) {
            for place in phone.places()? {
                if let Some(reason) = place.stopped {
                    bail!("{} stopped with an honest server: {reason}", phone.name);
                }
                self.removing |= place.removing;
                let Some((generation, epoch, authenticator)) = place.group else {
                    continue;
                };
                let first = self
                    .authenticators
                    .entry((generation, epoch))
                    .or_insert_with(|| authenticator.clone());
                ensure!(
                    *first == authenticator,
                    "I1: {} has another epoch {generation}/{epoch}",
                    phone.name
                );
            }
            if self.looks.is_multiple_of(25) {
                shown_once(phone)?;
            }
        }
        Ok(())
    }

    /// I4: whether everybody is at the same place with nothing on the way.
    pub fn at_rest(&self, phones: &[Phone]) -> Result<bool> {
        Ok(self.unrest(phones)?.is_empty())
    }

    /// Who is not.
    pub fn unrest(&self, phones: &[Phone]) -> Result<String> {
        let mut seen = BTreeSet::new();
        let mut unrest = Vec::new();
        for phone in phones.iter().filter(|phone| !phone.gone) {
            let places = phone.places()?;
            let Some(place) = places.iter().find(|place| place.circle == self.circle) else {
                unrest.push(format!("{} does not know the circle", phone.name));
                continue;
            };
            let group = place
                .group
                .as_ref()
                .map(|(generation, epoch, _)| (*generation, *epoch));
            let quiet = phone.is_quiet();
            if group.is_none() || !place.settled || place.waiting > 0 || !quiet {
                unrest.push(format!(
                    "{}: group {group:?} cursor {} settled {} waiting {} quiet {quiet} ({})",
                    phone.name, place.cursor, place.settled, place.waiting, place.note
                ));
            }
            seen.insert((group, place.cursor));
        }
        if seen.len() > 1 {
            unrest.push(format!("places differ: {seen:?}"));
        }
        Ok(unrest.join("; "))
    }

    /// At the end: I2, I3, I9.
    pub fn judge(&mut self, phones: &[Phone], log: &Log) -> Result<()> {
        for cut in &mut self.cuts {
            opens_nothing(cut, self.circle, log)?;
        }
        for phone in phones.iter().filter(|phone| !phone.gone) {
            shown_once(phone)?;
            let since = log
                .since
                .get(&phone.person.account)
                .copied()
                .unwrap_or_default();
            let expected: BTreeSet<Seat> = log
                .written()
                .map(|(generation, entry)| (*generation, entry.seq))
                .filter(|seat| *seat > since)
                .collect();
            let read = seats(phone)?;
            // Whoever goes on from an old copy may have lost the only copy of an era's key; the device
            // says so ("not yet"), and that is the one way in which a message may stay unread.
            let lost_keys = self.put_back.contains_key(&phone.name);
            let dark: Vec<_> = phone
                .places()?
                .into_iter()
                .flat_map(|place| place.dark)
                .collect();
            let excused = |(generation, seq): &Seat| {
                lost_keys
                    && dark
                        .iter()
                        .any(|(of, before, until)| of == generation && seq < before && seq > until)
            };
            if let Some(lost) = expected.difference(&read).find(|seat| !excused(seat)) {
                let notes: Vec<_> = phone
                    .places()?
                    .into_iter()
                    .map(|place| place.note)
                    .collect();
                bail!(
                    "I3/I9: {} never read the message at {lost:?} ({notes:?}, put back {} times)",
                    phone.name,
                    self.put_back.get(&phone.name).copied().unwrap_or_default()
                );
            }
            if let Some(strange) = read.difference(&expected).next() {
                bail!(
                    "I3: {} reads a message that is not in the log at {strange:?}",
                    phone.name
                );
            }
        }
        Ok(())
    }
}

/// I3: no text twice.
fn shown_once(phone: &Phone) -> Result<()> {
    let mut seen = BTreeSet::new();
    for item in phone.items()? {
        if let Some((text, _)) = text_of(&item)
            && !seen.insert(text.to_owned())
        {
            bail!("I3: {} shows {text} twice", phone.name);
        }
    }
    Ok(())
}

/// The places of the texts on a device's disk.
fn seats(phone: &Phone) -> Result<BTreeSet<Seat>> {
    let mut seats = BTreeSet::new();
    for (key, item) in phone.disk.items.keys().zip(phone.items()?) {
        if !matches!(item.content, Content::Text { .. }) {
            continue;
        }
        let place = key.get(16..24).context("a place has 8 bytes")?;
        let place = u64::from_be_bytes(place.try_into()?);
        let waiting = place >= u64::MAX / 2;
        ensure!(
            !waiting,
            "I3: {} still has a message on its way",
            phone.name
        );
        seats.insert((u32::try_from(place >> 40)?, place & ((1 << 40) - 1)));
    }
    Ok(seats)
}

/// I2: whoever has the device as it was when its right ended reads nothing that came after, whether it
/// goes on with the log or tries each message by itself.
fn opens_nothing(cut: &mut Cut, circle: CircleId, log: &Log) -> Result<()> {
    let place = cut
        .device
        .places()?
        .into_iter()
        .find(|place| place.circle == circle);
    let Some(place) = place else {
        return Ok(());
    };
    let Some((generation, _, _)) = place.group else {
        return Ok(());
    };
    let rest: Vec<LogEntry> = log
        .entries
        .iter()
        .filter(|(of, entry)| *of == generation && entry.seq > place.cursor)
        .map(|(_, entry)| entry.clone())
        .collect();
    let after = |entry: &LogEntry| (generation, entry.seq) > cut.head;
    for entry in rest.iter().filter(|entry| after(entry)) {
        let alone = LogEntry {
            seq: place.cursor + 1,
            ..entry.clone()
        };
        let mut thief = cut.device.duplicate();
        if let Some(text) = shown(&mut thief, circle, generation, vec![alone])?.first() {
            bail!("I2: {} opens {text}, which came after its end", cut.name);
        }
    }
    for page in rest.chunks(16) {
        let late: BTreeSet<u64> = page
            .iter()
            .filter(|entry| after(entry))
            .map(|e| e.seq)
            .collect();
        for (seq, text) in shown_at(&mut cut.device, circle, generation, page.to_vec())? {
            ensure!(
                !seq.is_some_and(|seq| late.contains(&seq)),
                "I2: {} goes on and opens {text}, which came after its end",
                cut.name
            );
        }
    }
    Ok(())
}

fn shown(
    device: &mut device::Device,
    circle: CircleId,
    generation: u32,
    entries: Vec<LogEntry>,
) -> Result<Vec<String>> {
    let shown = shown_at(device, circle, generation, entries)?;
    Ok(shown.into_iter().map(|(_, text)| text).collect())
}

fn shown_at(
    device: &mut device::Device,
    circle: CircleId,
    generation: u32,
    entries: Vec<LogEntry>,
) -> Result<Vec<(Option<u64>, String)>> {
    let head = entries.last().map_or(0, |entry| entry.seq);
    let page = LogPage {
        circle,
        generation,
        entries,
        head,
    };
    let bytes = ServerFrame::Log(page).to_bytes();
    let step = device.handle(Input::Frame { bytes }, Timestamp::from_micros(0))?;
    let mut texts = Vec::new();
    for effect in step.effects {
        if let Effect::Event {
            event: Event::Items { items, .. },
        } = effect
        {
            for item in &items {
                if let Some((text, seq)) = text_of(item) {
                    texts.push((seq, text.to_owned()));
                }
            }
        }
    }
    Ok(texts)
}

async fn connect(directory: &Path) -> Result<SqliteConnection> {
    let file = directory.join("carecircle.sqlite");
    let url = format!("sqlite://{}?mode=ro", file.display());
    Ok(SqliteConnection::connect(&url).await?)
}

/// The newest place of a circle's log.
pub async fn head(_: &Store, circle: CircleId, directory: &Path) -> Result<Seat> {
    let mut database = connect(directory).await?;
    let (generation, next): (i64, i64) =
        sqlx::query_as("SELECT generation, next_seq FROM circle WHERE id = $1")
            .bind(circle.uuid())
            .fetch_one(&mut database)
            .await?;
    database.close().await?;
    Ok((u32::try_from(generation)?, u64::try_from(next - 1)?))
}

#[derive(sqlx::FromRow)]
struct Row {
    generation: i64,
    seq: i64,
    kind: String,
    epoch: i64,
    device: uuid::Uuid,
    op_id: uuid::Uuid,
    mls: Vec<u8>,
    body: Vec<u8>,
    wrap: Vec<u8>,
    era: i64,
    accepted_at: i64,
}

/// Everything that the server accepted.
pub async fn read_log(directory: &Path, circle: CircleId) -> Result<Log> {
    let mut database = connect(directory).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT generation, seq, kind, epoch, device, op_id, mls, body, wrap, era, accepted_at
         FROM circle_log WHERE circle = $1 ORDER BY generation, seq",
    )
    .bind(circle.uuid())
    .fetch_all(&mut database)
    .await?;
    let since: Vec<(uuid::Uuid, Option<i64>, Option<i64>)> = sqlx::query_as(
        "SELECT account, since_generation, since_seq FROM circle_member WHERE circle = $1",
    )
    .bind(circle.uuid())
    .fetch_all(&mut database)
    .await?;
    database.close().await?;
    let mut entries = Vec::with_capacity(rows.len());
    let mut next: BTreeMap<u32, u64> = BTreeMap::new();
    for row in rows {
        let generation = u32::try_from(row.generation)?;
        let expected = next.entry(generation).or_insert(1);
        ensure!(
            u64::try_from(row.seq)? == *expected,
            "the log has a gap at {expected}"
        );
        *expected += 1;
        let entry = LogEntry {
            seq: u64::try_from(row.seq)?,
            kind: EntryKind::parse(&row.kind).context("a kind that is none")?,
            epoch: u64::try_from(row.epoch)?,
            device: row.device.into(),
            op_id: row.op_id.into(),
            mls: row.mls.into(),
            body: row.body.into(),
            wrap: row.wrap.into(),
            era: u32::try_from(row.era)?,
            urgency: Urgency::Routine,
            accepted_at: Timestamp::from_micros(row.accepted_at),
        };
        entries.push((generation, entry));
    }
    let since = since
        .into_iter()
        .map(|(account, generation, seq)| {
            let seat = (
                u32::try_from(generation.unwrap_or(0))?,
                u64::try_from(seq.unwrap_or(0))?,
            );
            Ok((account.into(), seat))
        })
        .collect::<Result<_>>()?;
    Ok(Log { entries, since })
}

/// I6: no text of anybody's in anything that the server stored.
pub fn no_canary(directory: &Path, needle: &str) -> Result<()> {
    for file in std::fs::read_dir(directory)? {
        let file = file?.path();
        if !file.is_file() {
            continue;
        }
        let bytes = std::fs::read(&file)?;
        let stands = bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes());
        ensure!(!stands, "I6: a text stands in {}", file.display());
    }
    Ok(())
}
