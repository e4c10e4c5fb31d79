//! Offers as their two people see them. Whoever was offered a client and did not take them sees the name no
//! more; whoever offered sees what became of it for as long as a hand-over takes.

use care::Caller;
use protocol::http::{PersonCard, TransferCard, Transfers};
use protocol::{Timestamp, TransferState, limits};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::seal::{PERSON_NAME, TRANSFER_NOTE, TRANSFER_REASON};
use crate::tx::Tx;

/// An offer as its two people see it. `$1` is the account, `$2` the time, `$3` how many, `$4` since when.
macro_rules! cards {
    ($condition:literal) => {
        concat!(
            "
        SELECT x.id, x.client, c.name AS client_name, x.from_account, f.id AS from_person,
            f.name AS from_name, x.to_account, t.id AS to_person, t.name AS to_name, x.note, x.reason,
            x.state, x.offered_at, x.expires_at, x.settled_at,
            (SELECT COUNT(*) FROM appointment k
                WHERE k.client = x.client AND k.state = 'booked' AND k.start_at > $2) AS appointments,
            (SELECT COUNT(*) FROM circle k WHERE k.client = x.client) AS circles
        FROM transfer x
            JOIN person c ON c.id = x.client
            JOIN account fa ON fa.id = x.from_account JOIN person f ON f.id = fa.person
            JOIN account ta ON ta.id = x.to_account JOIN person t ON t.id = ta.person
        WHERE ",
            $condition,
            "
        ORDER BY x.offered_at DESC, x.id DESC LIMIT $3"
        )
    };
}

statements! {
    // Whoever was offered a client and did not take them has no more business with their name.
    INCOMING = cards!(
        "x.to_account = $1 AND x.state = 'offered' AND x.expires_at > $2 AND x.offered_at > $4"
    );
    OUTGOING = cards!("x.from_account = $1 AND (x.settled_at IS NULL OR x.settled_at > $4)");
    COLLEAGUES = "
        SELECT p.id AS person, a.id AS account, p.name FROM account a JOIN person p ON p.id = a.person
        WHERE a.role = 'case_manager' AND a.ended_at IS NULL AND a.id <> $1 ORDER BY a.id";
}

#[derive(sqlx::FromRow)]
struct CardRow {
    id: Uuid,
    client: Uuid,
    client_name: Vec<u8>,
    from_account: Uuid,
    from_person: Uuid,
    from_name: Vec<u8>,
    to_account: Uuid,
    to_person: Uuid,
    to_name: Vec<u8>,
    note: Vec<u8>,
    reason: Option<Vec<u8>>,
    state: String,
    offered_at: i64,
    expires_at: i64,
    settled_at: Option<i64>,
    appointments: i64,
    circles: i64,
}

/// See [`Store::transfers`](crate::Store::transfers).
pub(super) async fn list(tx: &mut Tx, caller: &Caller) -> Result<Transfers> {
    let incoming = cards(tx, INCOMING, caller).await?;
    let outgoing = cards(tx, OUTGOING, caller).await?;
    let rows = tx.sql(COLLEAGUES).bind(caller.account.uuid());
    let rows = rows.all::<(Uuid, Uuid, Vec<u8>)>().await?;
    let mut colleagues = Vec::with_capacity(rows.len());
    for (person, account, name) in rows {
        colleagues.push(PersonCard {
            person: person.into(),
            account: account.into(),
            name: tx.open_text(PERSON_NAME, person, &name).await?,
            role: protocol::Role::CaseManager,
        });
    }
    Ok(Transfers {
        incoming,
        outgoing,
        colleagues,
    })
}

async fn cards(tx: &mut Tx, sql: &'static str, caller: &Caller) -> Result<Vec<TransferCard>> {
    let now = tx.now();
    let rows = tx.sql(sql).bind(caller.account.uuid()).bind(now.micros());
    let rows = rows.bind(i64::try_from(limits::TRANSFERS_LISTED_MAX).unwrap_or(i64::MAX));
    let rows = rows.bind(now.plus_seconds(-limits::HANDOVER_S).micros());
    let rows = rows.all::<CardRow>().await?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(row.card(tx, now).await?);
    }
    Ok(cards)
}

impl CardRow {
    async fn card(self, tx: &mut Tx, now: Timestamp) -> Result<TransferCard> {
        let state = db::transfer_state(&self.state)?;
        let expires_at = db::at(self.expires_at);
        let is_late = state == TransferState::Offered && expires_at <= now;
        let client_name = tx.open_text(PERSON_NAME, self.client, &self.client_name);
        let client_name = client_name.await?;
        let from_name = tx.open_text(PERSON_NAME, self.from_person, &self.from_name);
        let from_name = from_name.await?;
        let to_name = tx.open_text(PERSON_NAME, self.to_person, &self.to_name);
        let to_name = to_name.await?;
        let reason = match &self.reason {
            Some(reason) => Some(tx.open_text(TRANSFER_REASON, self.id, reason).await?),
            None => None,
        };
        Ok(TransferCard {
            id: self.id.into(),
            client: self.client.into(),
            client_name,
            from: self.from_account.into(),
            from_name,
            to: self.to_account.into(),
            to_name,
            note: tx.open_text(TRANSFER_NOTE, self.id, &self.note).await?,
            state: if is_late {
                TransferState::Expired
            } else {
                state
            },
            reason,
            offered_at: db::at(self.offered_at),
            expires_at,
            settled_at: self.settled_at.map(db::at),
            appointments: db::small(self.appointments),
            circles: db::small(self.circles),
        })
    }
}
