//! Visits that are booked with somebody who serves their client no longer, or not for long: whoever does is asked to
//! take them over (`team::change`), or to call them off. What is booked stays until then.

use std::collections::{HashMap, HashSet};

use protocol::{AccountId, AppointmentId, AppointmentState, PersonId, TaskKind};
use uuid::Uuid;

use super::AppointmentRow;
use crate::devices;
use crate::error::Result;
use crate::tasks::{self, Concern};
use crate::tx::Tx;

statements! {
    STAYS = "
        SELECT COUNT(*) FROM assignment
        WHERE account = $1 AND client = $2 AND from_at <= $3 AND ended_at IS NULL";
    // Of a series the next one, which speaks for the others.
    TO_COME = "
        SELECT k.id, k.client FROM appointment k
        WHERE k.organizer = $1 AND k.client = COALESCE($2, k.client)
            AND k.state = 'booked' AND k.start_at > $3
            AND NOT EXISTS (SELECT 1 FROM appointment e
                WHERE e.series = k.series AND e.organizer = k.organizer
                    AND e.state = 'booked' AND e.start_at > $3
                    AND (e.start_at < k.start_at OR (e.start_at = k.start_at AND e.id < k.id)))
            AND NOT EXISTS (SELECT 1 FROM task t
                WHERE t.appointment = k.id AND t.kind = 'client_assigned' AND t.done_at IS NULL)
        ORDER BY k.start_at, k.id";
    // The same of which nobody was ever asked, and who was to serve the client instead.
    UNASKED = "
        SELECT k.id, (SELECT g.handed_to FROM assignment g
                WHERE g.account = k.organizer AND g.client = k.client AND g.handed_to IS NOT NULL
                ORDER BY g.from_at DESC, g.id DESC LIMIT 1) AS handed_to
        FROM appointment k
        WHERE k.organizer = $1 AND k.client = $2 AND k.state = 'booked' AND k.start_at > $3
            AND k.id = COALESCE($4, k.id)
            AND NOT EXISTS (SELECT 1 FROM appointment e
                WHERE e.series = k.series AND e.organizer = k.organizer
                    AND e.state = 'booked' AND e.start_at > $3
                    AND (e.start_at < k.start_at OR (e.start_at = k.start_at AND e.id < k.id)))
            AND NOT EXISTS (SELECT 1 FROM task t
                WHERE t.appointment = k.id AND t.kind = 'client_assigned')
        ORDER BY k.start_at, k.id";
    FINISH = "
        UPDATE task SET done_at = $3
        WHERE client = $2 AND kind = 'client_assigned' AND done_at IS NULL
            AND appointment IN (SELECT k.id FROM appointment k
                WHERE k.organizer = $1 AND k.client = $2)";
}

/// Whether a worker serves a client, and no end of it is set.
pub(crate) async fn stays(tx: &mut Tx, worker: AccountId, client: PersonId) -> Result<bool> {
    let now = tx.now().micros();
    let stays = tx.sql(STAYS).bind(worker.uuid()).bind(client.uuid());
    let (stays,): (i64,) = stays.bind(now).one().await?;
    Ok(stays > 0)
}

/// Of some appointments those to come that are booked with somebody else than the reader, who does not go on serving
/// the client; of the clients given alone.
pub(super) async fn among(
    tx: &mut Tx,
    reader: AccountId,
    rows: &[AppointmentRow],
    clients: &HashSet<Uuid>,
) -> Result<HashSet<Uuid>> {
    let now = tx.now().micros();
    let mut known: HashMap<(Uuid, Uuid), bool> = HashMap::new();
    let mut left = HashSet::new();
    for row in rows {
        let to_come = row.state == AppointmentState::Booked.as_str() && row.start_at > now;
        let others = row.organizer != reader.uuid() && clients.contains(&row.client);
        if !to_come || !others {
            continue;
        }
        let of = (row.organizer, row.client);
        let goes_on = match known.get(&of) {
            Some(goes_on) => *goes_on,
            None => stays(tx, row.organizer(), row.client()).await?,
        };
        known.insert(of, goes_on);
        if !goes_on {
            left.insert(row.id);
        }
    }
    Ok(left)
}

/// A worker's service of a client ends, or of all: asks somebody to see to the visits that are booked with them. Asked
/// of the worker, it is whoever serves the client from then on who is.
pub(crate) async fn ask(
    tx: &mut Tx,
    worker: AccountId,
    client: Option<PersonId>,
    asked: AccountId,
) -> Result<()> {
    let now = tx.now().micros();
    let visits = tx.sql(TO_COME).bind(worker.uuid());
    let visits = visits.bind(client.map(|client| client.uuid())).bind(now);
    let visits = visits.all::<(Uuid, Uuid)>().await?;
    if visits.is_empty() {
        return Ok(());
    }
    let person = devices::person_of(tx, worker).await?;
    for (id, client) in visits {
        let concern = Concern {
            account: asked,
            client: client.into(),
            person,
            appointment: Some(AppointmentId::from(id)),
        };
        tasks::raise(tx, TaskKind::ClientAssigned, &concern).await?;
    }
    Ok(())
}

/// Asks about an appointment if it is left and nobody was ever asked about it: one of a series once the visits before it
/// have been or were taken over, or one that was booked by whoever served the client not for long. Whether that is new.
pub(crate) async fn ask_about(tx: &mut Tx, row: &AppointmentRow) -> Result<u64> {
    let now = tx.now().micros();
    let to_come = row.state == AppointmentState::Booked.as_str() && row.start_at > now;
    if !to_come || stays(tx, row.organizer(), row.client()).await? {
        return Ok(0);
    }
    ask_unasked(tx, (row.organizer(), row.client()), Some(row.id)).await
}

/// Of a worker's visits with a client those of which nobody was ever asked, or that one alone; how many.
pub(super) async fn ask_unasked(
    tx: &mut Tx,
    (worker, client): (AccountId, PersonId),
    visit: Option<Uuid>,
) -> Result<u64> {
    let now = tx.now().micros();
    let unasked = tx.sql(UNASKED).bind(worker.uuid()).bind(client.uuid());
    let unasked = unasked.bind(now).bind(visit);
    let unasked = unasked.all::<(Uuid, Option<Uuid>)>().await?;
    if unasked.is_empty() {
        return Ok(0);
    }
    let person = devices::person_of(tx, worker).await?;
    let asked = unasked.len() as u64;
    for (id, handed_to) in unasked {
        let concern = Concern {
            account: handed_to.map_or(worker, AccountId::from),
            client,
            person,
            appointment: Some(AppointmentId::from(id)),
        };
        tasks::raise(tx, TaskKind::ClientAssigned, &concern).await?;
    }
    Ok(asked)
}

/// The worker serves the client again: nobody needs to take their visits over.
pub(crate) async fn keep(tx: &mut Tx, worker: AccountId, client: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH).bind(worker.uuid()).bind(client.uuid());
    finish.bind(now).run().await?;
    Ok(())
}
