//! Gaps: the visits of a series that could not be booked, when it was or later. Whoever serves the client sees those
//! to come and books another time in their place; such a visit belongs to no series.

use care::Caller;
use care::appointment::Booking;
use care::civil::{CivilTime, Date};
use care::series::Occurrence;
use protocol::http::{Appointment, Conflict, NotBooked};
use protocol::{AppointmentId, Code, PersonId, Refusal, limits};
use uuid::Uuid;

use super::{Series, hold, read};
use crate::appointments::book::book_in;
use crate::db;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::tx::Tx;

/// Nothing was booked in its place that still stands.
macro_rules! open {
    () => {
        "NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = g.filled_by AND a.state <> 'cancelled')"
    };
}

statements! {
    INSERT = "
        INSERT INTO series_gap (series, occurrence, start_at, code, noted_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    OF_SERIES = "SELECT start_at, code FROM series_gap WHERE series = $1 ORDER BY start_at, occurrence";
    OF_CLIENT = concat!(
        "
        SELECT g.series, g.occurrence, g.code
        FROM series_gap g JOIN series s ON s.id = g.series
        WHERE s.client = $1 AND ", open!(), "
        ORDER BY g.start_at DESC, g.series, g.occurrence LIMIT $2"
    );
    ONE = concat!(
        "
        SELECT g.start_at, s.client, CAST(CASE WHEN ", open!(), " THEN 1 ELSE 0 END AS BIGINT) AS open
        FROM series_gap g JOIN series s ON s.id = g.series
        WHERE g.series = $1 AND g.occurrence = $2"
    );
    FILL = "UPDATE series_gap SET filled_by = $3 WHERE series = $1 AND occurrence = $2";
    FINISH_TASKS = "
        UPDATE task SET done_at = $3 WHERE series = $1 AND at_time = $2 AND done_at IS NULL";
    FINISH_GIVEN_UP = "
        UPDATE task SET done_at = $3
        WHERE series = $1 AND done_at IS NULL AND at_time IN (SELECT g.start_at FROM series_gap g
            WHERE g.series = $1 AND g.occurrence >= $2)";
    GIVE_UP = "DELETE FROM series_gap WHERE series = $1 AND occurrence >= $2";
}

#[derive(sqlx::FromRow)]
struct GapRow {
    series: Uuid,
    occurrence: String,
    code: String,
}

#[derive(sqlx::FromRow)]
struct OneRow {
    start_at: i64,
    client: Uuid,
    open: i64,
}

impl Store {
    /// Books the caller for a client in the place of a visit of a series that could not be booked; whoever was asked
    /// to see to it has. [`Code::NotFound`] if there is no such gap of this client's,
    /// [`Code::AppointmentChanged`] if something is booked in its place. Otherwise as [`Store::book`].
    pub async fn book_instead(
        &self,
        caller: &Caller,
        gap: Occurrence,
        booking: Booking,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("book instead", async move |tx: &mut Tx| {
            book_in(tx, &caller, &booking, Some(gap)).await
        })
        .await
    }
}

/// Notes that a visit could not be booked when the series would have had it, and why.
pub(super) async fn note(tx: &mut Tx, series: &Series, day: Date, code: Code) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(series.id.uuid())
        .bind(series.occurrence(day).name.to_string())
        .bind(series.start_of(day).micros())
        .bind(code.as_str())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// What of a series could not be booked so far.
pub(super) async fn of_series(tx: &mut Tx, series: &Series) -> Result<Vec<Conflict>> {
    let rows = tx.sql(OF_SERIES).bind(series.id.uuid());
    let rows = rows.all::<(i64, String)>().await?.into_iter();
    let gaps = rows.map(|(start, code)| Conflict {
        at: series.zone.local(db::at(start)),
        code: Code::parse(&code).unwrap_or(Code::NotAvailable),
        slots: Vec::new(),
    });
    Ok(gaps.collect())
}

/// What of a client's series could not be booked and is still to come, soonest first: when it would begin as its
/// series now stands.
pub(crate) async fn of_client(tx: &mut Tx, client: PersonId) -> Result<Vec<NotBooked>> {
    let most = i64::try_from(limits::SERIES_GAPS_LISTED_MAX).unwrap_or(i64::MAX);
    let rows = tx.sql(OF_CLIENT).bind(client.uuid()).bind(most);
    let mut known: Option<Series> = None;
    let mut gaps = Vec::new();
    for row in rows.all::<GapRow>().await? {
        let series = match known.take() {
            Some(series) if series.id.uuid() == row.series => series,
            _ => read(tx, row.series.into()).await?,
        };
        let day = CivilTime::parse(&row.occurrence)?.date();
        let start = series.start_of(day);
        if start > tx.now() {
            gaps.push((start, gap(&series, &row, day)));
        }
        known = Some(series);
    }
    gaps.sort_by_key(|(start, _)| *start);
    Ok(gaps.into_iter().map(|(_, gap)| gap).collect())
}

fn gap(series: &Series, row: &GapRow, day: Date) -> NotBooked {
    NotBooked {
        series: series.id,
        occurrence: row.occurrence.clone(),
        at: series.zone.local(series.start_of(day)),
        code: Code::parse(&row.code).unwrap_or(Code::NotAvailable),
        kind: series.kind,
        minutes: series.minutes,
        visit_type: series.visit_type,
    }
}

/// A gap of this client's in whose place nothing is booked, with its series locked.
pub(crate) async fn must_be_open(tx: &mut Tx, gap: Occurrence, client: PersonId) -> Result<()> {
    let found = one(tx, gap).await?;
    if found.is_none_or(|row| row.client != client.uuid()) {
        return Err(Refusal::new(Code::NotFound, "no such gap of this client's").into());
    }
    hold(tx, gap.series).await?;
    match one(tx, gap).await? {
        Some(row) if row.open != 0 => Ok(()),
        _ => Err(Refusal::new(Code::AppointmentChanged, "something is booked instead").into()),
    }
}

async fn one(tx: &mut Tx, gap: Occurrence) -> Result<Option<OneRow>> {
    let one = tx.sql(ONE).bind(gap.series.uuid());
    one.bind(gap.name.to_string()).maybe().await
}

/// That appointment is in its place.
pub(crate) async fn fill(tx: &mut Tx, gap: Occurrence, with: AppointmentId) -> Result<()> {
    let row = one(tx, gap).await?;
    let row = row.ok_or_else(|| Error::broken("a gap that was there"))?;
    tx.sql(FILL)
        .bind(gap.series.uuid())
        .bind(gap.name.to_string())
        .bind(with.uuid())
        .run()
        .await?;
    let now = tx.now().micros();
    tx.sql(FINISH_TASKS)
        .bind(gap.series.uuid())
        .bind(row.start_at)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// The visits of a series were called off from that one on: nothing is missing there any more, and nobody is to see to it.
pub(super) async fn give_up(tx: &mut Tx, series: &Series, from: &str) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_GIVEN_UP).bind(series.id.uuid());
    finish.bind(from.to_owned()).bind(now).run().await?;
    let give_up = tx.sql(GIVE_UP).bind(series.id.uuid());
    give_up.bind(from.to_owned()).run().await?;
    Ok(())
}
