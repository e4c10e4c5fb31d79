//! Where an appointment is, changed after it was booked. Its time stays, and so does what people said of it; they are
//! told, for they would go to where it was.

use care::Caller;
use care::place::{Place, PlaceChange, has_place};
use care::rules::Act;
use protocol::http::Appointment;
use protocol::{AppointmentId, Code, Refusal, Scope};

use super::book::seal_text;
use super::{AppointmentRow, hold, list};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::{PLACE, SERIES_PLACE};
use crate::store::Store;
use crate::tx::Tx;
use crate::{deliveries, series, standing};

statements! {
    CHANGE = "
        UPDATE appointment SET place = $2, place_at = $3, ics_sequence = ics_sequence + 1, told_at = $3,
            team_at = NULL
        WHERE id = $1";
    // With another one, of which people are told: of this one only where they were before.
    CHANGE_WITH = "
        UPDATE appointment SET place = $2, ics_sequence = ics_sequence + 1, told_at = $3, team_at = NULL,
            place_at = CASE WHEN EXISTS (SELECT 1 FROM delivery v WHERE v.appointment = appointment.id
                AND (v.state IN ('sent', 'leased') OR v.began > 0)) THEN CAST($3 AS BIGINT) END
        WHERE id = $1";
    CHANGE_SERIES = "UPDATE series SET place = $2 WHERE id = $1";
}

impl Store {
    /// Says where an appointment is from now on, or takes that away. With a scope others of its series are there too,
    /// and those that are still to be booked. The sequence of each whose place is another one rises; people are told of
    /// this one, and of others of which they were told alone. [`Code::BadRequest`] for one by video or phone, and for a
    /// scope without a series; refused by [`care::appointment::Stage::may_change`]. The same operation again changes it
    /// once.
    pub async fn change_place(
        &self,
        caller: &Caller,
        id: AppointmentId,
        change: PlaceChange,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("change place", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::ChangePlace, standing, object)?;
            let appointment = hold(tx, id).await?;
            let op_id = change.op_id;
            if operations::seen(tx, &caller, Act::ChangePlace, op_id, id.uuid())
                .await?
                .is_some()
            {
                return list::card(tx, &caller, id).await;
            }
            appointment.stage()?.may_change(change.sequence, tx.now())?;
            if !has_place(appointment.kind()?) {
                let detail = "place: not for video or phone";
                return Err(Refusal::new(Code::BadRequest, detail).into());
            }
            let client = appointment.client();
            let rows = scoped(tx, appointment, &change).await?;
            for row in rows {
                let one = AppointmentId::from(row.id);
                put(tx, &row, (change.place.as_ref(), one == id)).await?;
                let object = Object::Appointment(one);
                tx.audit(Entry::done(&caller, permit, object).about(client));
            }
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::ChangePlace, op_id, outcome).await?;
            list::card(tx, &caller, id).await
        })
        .await
    }
}

/// The visits of the scope, each locked; of more than one, what is booked of the series from now on is there too.
async fn scoped(
    tx: &mut Tx,
    appointment: AppointmentRow,
    change: &PlaceChange,
) -> Result<Vec<AppointmentRow>> {
    if change.scope == Scope::This {
        return Ok(vec![appointment]);
    }
    let series = series::change::of(tx, &appointment).await?;
    let id = series.id.uuid();
    let text = change.place.as_ref().map(Place::reveal);
    let sealed = seal_text(tx, series.client, (SERIES_PLACE, id), text).await?;
    let there = tx.sql(CHANGE_SERIES).bind(id).bind(sealed);
    there.run().await?;
    let mut rows = Vec::new();
    for one in series::change::targets(tx, &appointment, change.scope).await? {
        rows.push(hold(tx, one).await?);
    }
    Ok(rows)
}

/// Writes down where it now is, unless it is there already, and plans what that makes known: of this one, or of another
/// with which it changes.
async fn put(
    tx: &mut Tx,
    row: &AppointmentRow,
    (place, is_this): (Option<&Place>, bool),
) -> Result<()> {
    let text = place.map(Place::reveal);
    let known = match &row.place {
        Some(sealed) => tx.open_if_there(PLACE, row.id, sealed).await?,
        None => None,
    };
    if known.as_deref() == text {
        return Ok(());
    }
    let sealed = seal_text(tx, row.client(), (PLACE, row.id), text).await?;
    let now = tx.now().micros();
    let sql = if is_this { CHANGE } else { CHANGE_WITH };
    let change = tx.sql(sql).bind(row.id).bind(sealed);
    change.bind(now).run().await?;
    deliveries::replan(tx, row.id.into()).await
}
