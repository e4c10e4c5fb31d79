//! Whom an entry concerns that does not say so itself: whoever was refused a circle, an appointment or a
//! person has tried to see a client, and the client's own page must not miss it.

use protocol::{EntryId, PersonId};
use uuid::Uuid;

use super::{Entry, Object};
use crate::error::Result;
use crate::tx::Tx;

statements! {
    OF_CIRCLE = "SELECT client FROM circle WHERE id = $1";
    OF_APPOINTMENT = "SELECT client FROM appointment WHERE id = $1";
    OF_BOOKING_LINK = "SELECT client FROM booking_link WHERE id = $1";
    OF_CONSENT = "SELECT client FROM consent WHERE id = $1";
    OF_REPRESENTATION = "SELECT client FROM representation WHERE id = $1";
    OF_PERSON = "SELECT person FROM account WHERE person = $1 AND role = 'client'";
}

/// The client of each entry.
pub(super) async fn of(tx: &mut Tx, entries: &[(EntryId, Entry)]) -> Result<Vec<Option<PersonId>>> {
    let mut clients = Vec::with_capacity(entries.len());
    for (_, entry) in entries {
        clients.push(match entry.client {
            Some(client) => Some(client),
            None => behind(tx, entry).await?,
        });
    }
    Ok(clients)
}

async fn behind(tx: &mut Tx, entry: &Entry) -> Result<Option<PersonId>> {
    let sql = match entry.object {
        Object::Person(_) => OF_PERSON,
        Object::Circle(_) if entry.denied.is_some() => OF_CIRCLE,
        Object::Appointment(_) if entry.denied.is_some() => OF_APPOINTMENT,
        Object::BookingLink(_) if entry.denied.is_some() => OF_BOOKING_LINK,
        Object::Consent(_) if entry.denied.is_some() => OF_CONSENT,
        Object::Representation(_) if entry.denied.is_some() => OF_REPRESENTATION,
        _ => return Ok(None),
    };
    let client = tx
        .sql(sql)
        .bind(entry.object.id())
        .maybe::<(Uuid,)>()
        .await?;
    Ok(client.map(|(client,)| client.into()))
}
