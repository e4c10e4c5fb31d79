//! Appointments of one client at the same time: whoever serves the client is warned, and nobody is stopped. It is
//! found anew whenever a card is shown, so it holds as long as the two overlap and no longer, whoever booked the other.
//! A card says nothing of the other one; whoever may see the warning may list all of the client's.

use std::collections::{HashMap, HashSet};

use protocol::{AppointmentState, limits};
use uuid::Uuid;

use super::AppointmentRow;
use crate::error::Result;
use crate::tx::Tx;

statements! {
    // None is longer than `$2` looks back from `$3`.
    OTHERS = "
        SELECT id, start_at, end_at FROM appointment
        WHERE client = $1 AND state = 'booked'
            AND start_at > $2 AND end_at > $3 AND start_at < $4";
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
    for (client, shown) in standing {
        let others = others(tx, client, &shown, now).await?;
        for (id, span) in shown {
            if others
                .iter()
                .any(|other| other.0 != id && meet(span, (other.1, other.2)))
            {
                overlapping.insert(id);
            }
        }
    }
    Ok(overlapping)
}

/// What the client has in the time that these span and is not over.
async fn others(
    tx: &mut Tx,
    client: Uuid,
    shown: &[(Uuid, Span)],
    now: i64,
) -> Result<Vec<(Uuid, i64, i64)>> {
    let from = shown.iter().map(|(_, (from, _))| *from).min();
    let until = shown.iter().map(|(_, (_, until))| *until).max();
    let (Some(from), Some(until)) = (from, until) else {
        return Ok(Vec::new());
    };
    let longest = i64::from(limits::APPOINTMENT_MINUTES_MAX) * 60_000_000;
    let others = tx.sql(OTHERS).bind(client);
    let others = others.bind(from.saturating_sub(longest + 1));
    let others = others.bind(from.max(now));
    others.bind(until).all().await
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
