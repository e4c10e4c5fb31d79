//! Appointments of one client at the same time: whoever serves the client is warned, and nobody is stopped. It is
//! found anew whenever a card is shown, so it holds as long as the two overlap and no longer, whoever booked the other.
//! A card says nothing of the other one; whoever may see the warning may list all of the client's.

use std::collections::{HashMap, HashSet};

use protocol::{AppointmentState, limits};
use uuid::Uuid;

use super::AppointmentRow;
use crate::error::Result;
use crate::many::MANY_MAX;
use crate::tx::Tx;

many! {
    OTHERS = [client: Id, since_at: Integer, from_at: Integer, until_at: Integer] "
        SELECT o.client, o.id, o.start_at, o.end_at
        FROM asked CROSS JOIN appointment o
        WHERE o.client = asked.client AND o.state = 'booked'
            AND o.start_at > asked.since_at AND o.end_at > asked.from_at
            AND o.start_at < asked.until_at";
}

/// From, until: half-open, microseconds.
type Span = (i64, i64);

/// Of some appointments those that are booked, not over, and overlap with another of their client's; of the clients
/// given alone.
pub(super) async fn among(
    tx: &mut Tx,
    rows: &[AppointmentRow],
    clients: &HashSet<Uuid>,
) -> Result<HashSet<Uuid>> {
    let now = tx.now().micros();
    let mut standing: HashMap<Uuid, Vec<(Uuid, Span)>> = HashMap::new();
    for row in rows {
        let stands = row.state == AppointmentState::Booked.as_str();
        if stands && row.end_at > now && clients.contains(&row.client) {
            let one = (row.id, (row.start_at, row.end_at));
            standing.entry(row.client).or_default().push(one);
        }
    }
    let mut overlapping = HashSet::new();
    for (client, other, from, until) in others(tx, &standing, now).await? {
        for (id, span) in standing.get(&client).into_iter().flatten() {
            if *id != other && meet(*span, (from, until)) {
                overlapping.insert(*id);
            }
        }
    }
    Ok(overlapping)
}

/// What each client has in the time that theirs span and is not over: the client, the appointment, from, until.
async fn others(
    tx: &mut Tx,
    standing: &HashMap<Uuid, Vec<(Uuid, Span)>>,
    now: i64,
) -> Result<Vec<(Uuid, Uuid, i64, i64)>> {
    // None is longer than that.
    let longest = i64::from(limits::APPOINTMENT_MINUTES_MAX) * 60_000_000;
    let spans = standing.iter().filter_map(|(client, shown)| {
        let from = shown.iter().map(|(_, (from, _))| *from).min()?;
        let until = shown.iter().map(|(_, (_, until))| *until).max()?;
        Some((*client, (from, until)))
    });
    let spans: Vec<(Uuid, Span)> = spans.collect();
    let mut others = Vec::new();
    for spans in spans.chunks(MANY_MAX) {
        let mut select = tx.many(&OTHERS, spans.len());
        for (client, (from, until)) in spans {
            select = select.row(|row| {
                row.bind(*client)
                    .bind(from.saturating_sub(longest + 1))
                    .bind((*from).max(now))
                    .bind(*until)
            });
        }
        others.extend(select.all::<(Uuid, Uuid, i64, i64)>().await?);
    }
    Ok(others)
}

/// Whether they share a moment: one that begins when the other ends does not.
const fn meet(one: Span, other: Span) -> bool {
    one.0 < other.1 && other.0 < one.1
}

#[cfg(test)]
mod tests {
    use super::meet;

    #[test]
    fn what_follows_at_once_does_not_overlap() {
        assert!(!meet((0, 30), (30, 60)) && !meet((30, 60), (0, 30)));
        assert!(meet((0, 30), (29, 60)) && meet((29, 60), (0, 30)));
        assert!(meet((0, 60), (10, 20)) && meet((10, 20), (0, 60)) && meet((0, 30), (0, 30)));
    }
}
