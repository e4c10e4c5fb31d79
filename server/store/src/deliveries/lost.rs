//! A mail that somebody counts on did not arrive: whoever holds the visit that it was about sees to it, or, of one that
//! says that messages wait, whoever serves the person.

use protocol::TaskKind;
use uuid::Uuid;

use crate::error::Result;
use crate::tasks::{self, Concern, unreached};
use crate::tx::Tx;

statements! {
    // Whoever called it off themselves knows.
    CONCERN = "
        SELECT a.organizer, a.client, v.person, a.id,
            CAST(CASE WHEN v.step IN ('invitation', 'cancellation')
                AND p.role IN ('client', 'caregiver')
                AND (a.cancelled_by IS NULL OR a.cancelled_by <> v.person)
                THEN 1 ELSE 0 END AS BIGINT) AS is_news
        FROM delivery v
            JOIN appointment a ON a.id = v.appointment
            LEFT JOIN participant p ON p.id = v.participant
        WHERE v.id = $1";
    SERVING = "
        SELECT DISTINCT g.account, g.client, v.person
        FROM delivery v JOIN assignment g
            ON g.client = v.person OR g.client IN
                (SELECT r.client FROM related_person r WHERE r.person = v.person)
        WHERE v.id = $1 AND v.step = 'unread'
            AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)
        ORDER BY g.account, g.client";
}

/// A mail that somebody counts on did not arrive: a human must see to it. News of a visit that a client or a caregiver
/// did not get is a thing to see to for each visit; that mails do not reach a person is one, whatever else showed it.
pub(crate) async fn tell_worker(tx: &mut Tx, delivery: Uuid) -> Result<()> {
    let concern = tx
        .sql(CONCERN)
        .bind(delivery)
        .maybe::<(Uuid, Uuid, Uuid, Uuid, i64)>()
        .await?;
    let Some((account, client, person, appointment, is_news)) = concern else {
        return tell_staff(tx, delivery).await;
    };
    let concern = Concern {
        account: account.into(),
        client: client.into(),
        person: person.into(),
        appointment: Some(appointment.into()),
    };
    if is_news > 0 {
        return unreached::raise_lost(tx, &concern).await;
    }
    tasks::raise(tx, TaskKind::CannotReachByEmail, &concern).await
}

/// One about unread messages did not: whoever serves the person must see to it.
async fn tell_staff(tx: &mut Tx, delivery: Uuid) -> Result<()> {
    let now = tx.now().micros();
    let serving = tx.sql(SERVING).bind(delivery).bind(now);
    for (account, client, person) in serving.all::<(Uuid, Uuid, Uuid)>().await? {
        let concern = Concern {
            account: account.into(),
            client: client.into(),
            person: person.into(),
            appointment: None,
        };
        tasks::raise(tx, TaskKind::CannotReachByEmail, &concern).await?;
    }
    Ok(())
}
