//! Mails of a worker's morning: the daily agenda, and the digest of what waits unread. Their jobs plan them
//! ([`crate::jobs::workers`]), at most one of each a day; they are written from the day as it then stands.

use care::civil::parse_date;
use care::unread;
use protocol::{AccountId, DeliveryId, JobName, Timestamp};
use uuid::Uuid;

use super::due::About;
use super::waiting;
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::jobs::workers::DueJob;
use crate::preferences;
use crate::tx::Tx;

statements! {
    PLAN = "
        INSERT INTO delivery (id, dedupe, person, ics_sequence, day, step, channel, due_at, not_after,
            state, tries, began, created_at)
        VALUES ($1, $2, $3, 0, $4, 'agenda', 'email', $5, $6, 'planned', 0, 0, $7)
        ON CONFLICT (dedupe) DO NOTHING";
    PLAN_DIGEST = "
        INSERT INTO delivery (id, dedupe, person, account, ics_sequence, day, step, channel, due_at,
            not_after, state, tries, began, created_at)
        VALUES ($1, $2, $3, $8, 0, $4, 'digest', 'email', $5, $6, 'planned', 0, 0, $7)
        ON CONFLICT (dedupe) DO NOTHING";
    CANCEL = "
        UPDATE delivery SET state = 'cancelled', reason = 'changed', settled_at = $2
        WHERE state = 'planned'
            AND ((step = 'digest' AND account = $1)
                OR (step = 'agenda' AND person = (SELECT a.person FROM account a WHERE a.id = $1)))";
    STARTS = "
        SELECT k.start_at FROM appointment k
            JOIN participant p ON p.appointment = k.id AND p.left_at IS NULL
        WHERE p.account = $1 AND k.state = 'booked' AND k.start_at >= $2 AND k.start_at < $3
            AND (k.organizer <> $1
                OR EXISTS (SELECT 1 FROM assignment g WHERE g.account = $1 AND g.client = k.client
                    AND (g.ended_at IS NULL OR g.ended_at > $2)))
        ORDER BY k.start_at";
}

/// An agenda and a digest are worthless this long after their time, seconds.
const AGENDA_S: i64 = 6 * 3_600;

/// Plans the mail of a job that was to run at `latest`, for the worker's day at `now`; nothing if that morning is long
/// over.
pub(crate) async fn plan(
    tx: &mut Tx,
    job: &DueJob,
    latest: Timestamp,
    now: Timestamp,
) -> Result<()> {
    if now >= latest.plus_seconds(AGENDA_S) {
        return Ok(());
    }
    let account = job.account.uuid();
    let label: &[u8] = if job.name == JobName::Digest {
        // On a morning when nothing waits there is no mail, and no row about one.
        let found = waiting::look(tx, (account, Uuid::nil()), now).await?;
        let wanted = found.map(|found| unread::decide_digest(&found.reader, found.conversations));
        if !matches!(wanted, Some(Ok(_))) {
            return Ok(());
        }
        b"carecircle/digest/v1"
    } else {
        b"carecircle/agenda/v1"
    };
    let day = job.zone.date(now).to_string();
    let dedupe = sha256(&[label, account.as_bytes(), day.as_bytes()]);
    let created = tx.now();
    let id = DeliveryId::from_parts(created, tx.random());
    let is_digest = job.name == JobName::Digest;
    let planned = tx
        .sql(if is_digest { PLAN_DIGEST } else { PLAN })
        .bind(id.uuid())
        .bind(dedupe.to_vec())
        .bind(job.person.uuid())
        .bind(day)
        .bind(now.micros())
        .bind(now.plus_seconds(AGENDA_S).micros())
        .bind(created.micros());
    let planned = if is_digest {
        planned.bind(account)
    } else {
        planned
    };
    planned.run().await?;
    Ok(())
}

/// Somebody has such jobs no longer: what they have planned is not sent.
pub(crate) async fn cancel_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    let cancel = tx.sql(CANCEL).bind(account.uuid()).bind(now);
    cancel.run().await?;
    Ok(())
}

/// What an agenda says: when the day's appointments begin. `None` on a free day.
pub(super) async fn about(
    tx: &mut Tx,
    account: AccountId,
    day: Option<&str>,
    zone: &str,
) -> Result<Option<About>> {
    let Some(day) = day else {
        return Ok(None);
    };
    let zone = preferences::zone(tx, zone);
    let date = parse_date(day)?;
    let (from, until) = (
        zone.start_of(date),
        zone.start_of(care::civil::plus_days(date, 1)),
    );
    let rows = tx
        .sql(STARTS)
        .bind(account.uuid())
        .bind(from.micros())
        .bind(until.micros())
        .all::<(i64,)>()
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let starts: Vec<Timestamp> = rows.into_iter().map(|(at,)| db::at(at)).collect();
    Ok(Some(About::Agenda {
        day: day.to_owned(),
        zone_named: zone.differs(&tx.core().zone, &starts),
        starts,
    }))
}
