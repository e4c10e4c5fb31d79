//! The days on which the agency is closed. They are one part of every worker's hours (`hours::of_many`), so whatever
//! asks for free times or books knows them. What is booked stays, and is counted.

use std::collections::BTreeSet;

use care::Caller;
use care::availability::Closed;
use care::civil::{Date, Zone, parse_date, plus_days};
use care::closure::Closure as Checked;
use care::rules::Act;
use protocol::http::{ClosedDays, Closure, Closures};
use protocol::{ClosureId, Code, OpId, Refusal, Role, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::many::MANY_MAX;
use crate::operations::{self, Outcome};
use crate::seal::CLOSURE_NAME;
use crate::store::Store;
use crate::tx::Tx;
use crate::{preferences, standing};

many! {
    ON_DAYS = [place: Integer, zone: Text, account: Id, from_at: Integer, until_at: Integer] "
        SELECT DISTINCT asked.place, a.id
        FROM asked CROSS JOIN resource r JOIN claim c ON c.resource = r.id
            JOIN appointment a ON a.id = c.appointment
        WHERE r.zone = asked.zone AND (asked.account IS NULL OR r.account = asked.account)
            AND c.start_at < asked.until_at AND c.end_at > asked.from_at
            AND a.start_at < asked.until_at AND a.end_at > asked.from_at AND a.state = 'booked'";
}

statements! {
    LIST = "
        SELECT id, name, from_date, until_date FROM closure
        WHERE ended_at IS NULL AND until_date >= $1 ORDER BY from_date, until_date, id";
    DAYS = "SELECT from_date, until_date FROM closure WHERE ended_at IS NULL AND until_date >= $1";
    MADE_SINCE = "SELECT from_date, until_date FROM closure WHERE ended_at IS NULL AND created_at > $1";
    READ = "SELECT id, name, from_date, until_date FROM closure WHERE id = $1";
    INSERT = "
        INSERT INTO closure (id, name, from_date, until_date, created_at) VALUES ($1, $2, $3, $4, $5)";
    END = "UPDATE closure SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    ZONES = "SELECT DISTINCT zone FROM resource";
}

#[derive(sqlx::FromRow)]
struct ClosureRow {
    id: Uuid,
    name: Vec<u8>,
    from_date: String,
    until_date: String,
}

impl ClosureRow {
    fn days(&self) -> Result<Closed> {
        Ok(Closed {
            first: parse_date(&self.from_date)?,
            last: parse_date(&self.until_date)?,
        })
    }
}

/// Where some of the days lie that are left of a closure, on the clocks of one zone.
struct Stretch {
    /// Which of the closures that are asked about.
    place: i64,
    zone: String,
    from: Timestamp,
    until: Timestamp,
}

fn no_such() -> Refusal {
    Refusal::new(Code::NotFound, "no such closure")
}

impl Store {
    /// The closures that are not over yet, soonest first, each with how many booked visits to come lie on it: of the
    /// caller's own, if that is a case manager; else of everybody's.
    pub async fn closures(&self, caller: &Caller) -> Result<Closures> {
        let caller = *caller;
        self.read_audited("closures", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListClosures, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            let rows = list(tx).await?;
            Ok(Closures {
                closures: told(tx, &caller, &rows).await?,
            })
        })
        .await
    }

    /// Closes the agency on some days. What is booked then stays; the answer says how much that is.
    /// [`Code::TimePast`] for days that are over everywhere, [`Code::TooLarge`] beyond
    /// [`limits::CLOSURES_MAX`]. The same operation again adds once.
    pub async fn add_closure(
        &self,
        caller: &Caller,
        op_id: OpId,
        checked: Checked,
    ) -> Result<Closure> {
        let caller = *caller;
        self.write("add closure", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ChangeClosures, standing, object)?;
            let seen = operations::made(tx, &caller, Act::ChangeClosures, op_id).await?;
            if let Some(done) = seen {
                return read(tx, &caller, done.object.into()).await;
            }
            if checked.days.last < first_day(tx) {
                return Err(Refusal::new(Code::TimePast, "until: has passed").into());
            }
            if list(tx).await?.len() >= limits::CLOSURES_MAX {
                let detail = format!("at most {} closures", limits::CLOSURES_MAX);
                return Err(Refusal::new(Code::TooLarge, detail).into());
            }
            let id = ClosureId::from_parts(tx.now(), tx.random());
            insert(tx, id, &checked).await?;
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::ChangeClosures, op_id, outcome).await?;
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            read(tx, &caller, id).await
        })
        .await
    }

    /// The agency is open on those days after all. [`Code::NotFound`]. Again does nothing more.
    pub async fn end_closure(&self, caller: &Caller, id: ClosureId) -> Result<()> {
        let caller = *caller;
        self.write("end closure", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ChangeClosures, standing, object)?;
            row(tx, id).await?;
            let now = tx.now().micros();
            tx.sql(END).bind(id.uuid()).bind(now).run().await?;
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            Ok(())
        })
        .await
    }
}

/// The days that are left of every closure, for the hours of all workers.
pub(crate) async fn days(tx: &mut Tx) -> Result<Vec<Closed>> {
    let first = first_day(tx).to_string();
    let rows = tx.sql(DAYS).bind(first).all::<(String, String)>().await?;
    parse(rows)
}

/// The days of the closures that were made after an instant.
pub(crate) async fn made_since(tx: &mut Tx, since: Timestamp) -> Result<Vec<Closed>> {
    let rows = tx.sql(MADE_SINCE).bind(since.micros());
    let rows = rows.all::<(String, String)>().await?;
    parse(rows)
}

fn parse(rows: Vec<(String, String)>) -> Result<Vec<Closed>> {
    let mut days = Vec::with_capacity(rows.len());
    for (first, last) in rows {
        days.push(Closed {
            first: parse_date(&first)?,
            last: parse_date(&last)?,
        });
    }
    Ok(days)
}

/// A day that is not over everywhere yet; every earlier one is.
fn first_day(tx: &Tx) -> Date {
    plus_days(Zone::utc().date(tx.now()), -1)
}

async fn list(tx: &mut Tx) -> Result<Vec<ClosureRow>> {
    let first = first_day(tx).to_string();
    tx.sql(LIST).bind(first).all::<ClosureRow>().await
}

async fn row(tx: &mut Tx, id: ClosureId) -> Result<ClosureRow> {
    let row = tx.sql(READ).bind(id.uuid()).maybe::<ClosureRow>().await?;
    Ok(row.ok_or_else(no_such)?)
}

async fn read(tx: &mut Tx, caller: &Caller, id: ClosureId) -> Result<Closure> {
    let row = row(tx, id).await?;
    let told = told(tx, caller, &[row]).await?.pop();
    Ok(told.ok_or_else(no_such)?)
}

async fn insert(tx: &mut Tx, id: ClosureId, checked: &Checked) -> Result<()> {
    let name = checked.name.reveal().as_bytes();
    let name = tx.seal(CLOSURE_NAME, id.uuid(), name);
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(name)
        .bind(checked.days.first.to_string())
        .bind(checked.days.last.to_string())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// As the caller sees them.
async fn told(tx: &mut Tx, caller: &Caller, rows: &[ClosureRow]) -> Result<Vec<Closure>> {
    let booked = booked(tx, caller, rows).await?;
    let mut told = Vec::with_capacity(rows.len());
    for (row, booked) in rows.iter().zip(booked) {
        let name = tx.open_text(CLOSURE_NAME, row.id, &row.name);
        told.push(Closure {
            id: row.id.into(),
            days: ClosedDays {
                name: name.await?,
                from: row.from_date.clone(),
                until: row.until_date.clone(),
            },
            booked,
        });
    }
    Ok(told)
}

/// How many booked visits to come lie on each. One that two workers hold together counts once.
async fn booked(tx: &mut Tx, caller: &Caller, rows: &[ClosureRow]) -> Result<Vec<u32>> {
    let own = (caller.role == Role::CaseManager).then_some(caller.account.uuid());
    let stretches = stretches(tx, rows).await?;
    let mut visits = vec![BTreeSet::<Uuid>::new(); rows.len()];
    for stretches in stretches.chunks(MANY_MAX) {
        let mut select = tx.many(&ON_DAYS, stretches.len());
        for stretch in stretches {
            select = select.row(|row| {
                row.bind(stretch.place)
                    .bind(stretch.zone.clone())
                    .bind(own)
                    .bind(stretch.from.micros())
                    .bind(stretch.until.micros())
            });
        }
        for (place, visit) in select.all::<(i64, Uuid)>().await? {
            let Ok(place) = usize::try_from(place) else {
                continue;
            };
            if let Some(visits) = visits.get_mut(place) {
                visits.insert(visit);
            }
        }
    }
    let counts = visits.iter().map(BTreeSet::len);
    Ok(counts
        .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
        .collect())
}

/// What is left of each closure, in every zone in which somebody works.
async fn stretches(tx: &mut Tx, rows: &[ClosureRow]) -> Result<Vec<Stretch>> {
    let zones = tx.sql(ZONES).all::<(String,)>().await?;
    let now = tx.now();
    let mut stretches = Vec::with_capacity(zones.len() * rows.len());
    for (zone,) in zones {
        let clocks = preferences::zone(tx, &zone);
        for (place, row) in (0_i64..).zip(rows) {
            let days = row.days()?;
            stretches.push(Stretch {
                place,
                zone: zone.clone(),
                from: clocks.start_of(days.first).max(now),
                until: clocks.start_of(plus_days(days.last, 1)),
            });
        }
    }
    Ok(stretches)
}
