//! A mail that was taken by a mail server and did not arrive: as if it had been refused at the door. Its address
//! is marked where that is the reason, and a human is asked.

use uuid::Uuid;

use super::{Doing, Taken};
use crate::appointments;
use crate::audit::{Entry, Object};
use crate::deliveries::{self, lost};
use crate::error::Result;
use crate::return_tokens::{Kind, Sending};
use crate::single_mails;
use crate::tx::Tx;

statements! {
    // What was taken may come back before whoever sent it has noted that.
    BOUNCED = "
        UPDATE delivery SET state = 'failed', reason = $2, began = 0, settled_at = $3, lease = NULL,
            leased_until = NULL
        WHERE (id = $1 OR bundle = $1) AND (state = 'sent' OR (state = 'leased' AND began > 0))";
    BESIDE = "
        SELECT id, appointment FROM delivery
        WHERE bundle = $1 AND id <> $1 AND (state = 'sent' OR (state = 'leased' AND began > 0))";
    ABOUT = "
        SELECT v.appointment, d.id AS address, d.refused_at,
            CAST(CASE WHEN d.id IS NOT NULL AND d.ended_at IS NOT NULL AND EXISTS (SELECT 1
                FROM address o WHERE o.person = d.person AND o.ended_at IS NULL
                    AND o.refused_at IS NULL AND o.confirmed_at IS NOT NULL)
                THEN 1 ELSE 0 END AS BIGINT) AS replaced
        FROM delivery v LEFT JOIN address d ON d.id = v.address WHERE v.id = $1";
    REFUSE = "UPDATE address SET refused_at = $2 WHERE id = $1 AND refused_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct AboutRow {
    appointment: Option<Uuid>,
    address: Option<Uuid>,
    refused_at: Option<i64>,
    /// The person has another one by now that takes mails.
    replaced: i64,
}

/// Why a row has failed.
pub(crate) fn reason(address: bool) -> &'static str {
    if address {
        "address_refused"
    } else {
        "rejected"
    }
}

/// Notes that a mail did not arrive.
pub(super) async fn note(
    tx: &mut Tx,
    doing: &Doing,
    Sending { kind, id }: Sending,
    address: bool,
) -> Result<Taken> {
    let noted = match kind {
        Kind::Delivery => delivery(tx, id, address).await?,
        Kind::Single(kind) => single_mails::settle::bounced(tx, kind, id, address).await?,
    };
    if !noted {
        return Ok(Taken::LetGo);
    }
    let entry = Entry::done(&doing.caller, doing.permit, Object::Deliveries);
    tx.audit(entry.shown([id]));
    Ok(Taken::Bounced)
}

/// A mail about an appointment or a day. Whether that is news.
async fn delivery(tx: &mut Tx, id: Uuid, address: bool) -> Result<bool> {
    let about = tx.sql(ABOUT).bind(id).maybe::<AboutRow>().await?;
    let Some(about) = about else {
        return Ok(false);
    };
    // A mail that lists several visits is news of each.
    let told = tx.sql(BESIDE).bind(id).all::<(Uuid, Option<Uuid>)>();
    let mut told = told.await?;
    told.push((id, about.appointment));
    told.sort_by_key(|(_, appointment)| *appointment);
    // Whoever moves the appointment at this moment plans before it or finds it.
    for (_, appointment) in &told {
        if let Some(appointment) = *appointment {
            appointments::hold(tx, appointment.into()).await?;
        }
    }
    let now = tx.now().micros();
    let bounced = tx.sql(BOUNCED).bind(id).bind(reason(address));
    let mut news = bounced.bind(now).run().await? > 0;
    if let (Some(row), true, None) = (about.address, address, about.refused_at) {
        news |= tx.sql(REFUSE).bind(row).bind(now).run().await? > 0;
    }
    if !news {
        return Ok(false);
    }
    for (id, appointment) in told {
        match appointment {
            // It comes to the other one, whatever was wrong with the one before.
            Some(appointment) if about.replaced > 0 => {
                deliveries::replan(tx, appointment.into()).await?;
            }
            _ => lost::tell_worker(tx, id).await?,
        }
    }
    Ok(true)
}
