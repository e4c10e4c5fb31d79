//! Tickets: how a session opens one websocket without showing its cookie to it, and what the server
//! then says first.

use care::Caller;
use care::rules::Act;
use protocol::frame::{Hello, Position, Ready};
use protocol::http::Ticket;
use protocol::{AccountId, Code, labels, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::store::Store;
use crate::tx::Tx;
use crate::{inbox, key_packages, resets, sessions, standing};

statements! {
    FORGET = "DELETE FROM ticket WHERE expires_at < $1";
    FORGET_OF_ACCOUNT = "
        DELETE FROM ticket
        WHERE session IN (SELECT s.id FROM session s WHERE s.account = $1)";
    INSERT = "INSERT INTO ticket (secret_hash, session, expires_at) VALUES ($1, $2, $3)";
    TAKE = "DELETE FROM ticket WHERE secret_hash = $1 RETURNING session, expires_at";
    READ_DSK = "SELECT dsk FROM device WHERE id = $1";
    POSITIONS = "
        SELECT k.id AS circle, k.status, k.generation, k.epoch, k.era, k.next_seq, sc.counter,
            sc.commit_epoch,
            (SELECT COUNT(*) FROM pending_removal r
                WHERE r.circle = k.id AND r.generation = k.generation) AS removals
        FROM circle_device cd
            JOIN circle k ON k.id = cd.circle
            LEFT JOIN send_counter sc ON sc.device = cd.device AND sc.circle = k.id
                AND sc.generation = k.generation
            LEFT JOIN pending_removal own ON own.circle = k.id AND own.device = cd.device
        WHERE cd.device = $1 AND k.status <> 'planned' AND own.device IS NULL
        ORDER BY k.id";
}

#[derive(sqlx::FromRow)]
struct TicketRow {
    session: Uuid,
    expires_at: i64,
}

#[derive(sqlx::FromRow)]
struct PositionRow {
    circle: Uuid,
    status: String,
    generation: i64,
    epoch: i64,
    era: i64,
    next_seq: i64,
    counter: Option<i64>,
    commit_epoch: Option<i64>,
    removals: i64,
}

/// A ticket that was taken, with what remains to be checked.
struct Taken {
    caller: Caller,
    dsk: [u8; 32],
}

impl Store {
    /// A ticket for the first frame of one websocket: single use, [`limits::TICKET_S`].
    pub async fn issue_ticket(&self, caller: &Caller) -> Result<Ticket> {
        let caller = *caller;
        self.write("issue ticket", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Session(caller.session);
            tx.authorize(&caller, Act::Connect, standing, object)?;
            let ticket: [u8; 32] = tx.random();
            let now = tx.now();
            let expires_at = now.plus_seconds(limits::TICKET_S);
            tx.sql(FORGET).bind(now.micros()).run().await?;
            tx.sql(INSERT)
                .bind(sha256(&[&ticket]).to_vec())
                .bind(caller.session.uuid())
                .bind(expires_at.micros())
                .run()
                .await?;
            Ok(Ticket {
                ticket: ticket.into(),
                expires_at,
            })
        })
        .await
    }

    /// Who says hello. The ticket is used up whatever comes of it: [`Code::TicketInvalid`] if it is
    /// unknown, used or too old, [`Code::SignedOut`] if its session ended, [`Code::DeviceUnknown`] if
    /// another device shows it, [`Code::SignatureInvalid`] if the device's key did not sign it for
    /// this server. A circle in which the device is further than the server is `recovering` from then on.
    pub async fn redeem_ticket(&self, hello: &Hello) -> Result<Caller> {
        let signed = self.signed_by_device(&hello.ticket, &hello.nonce, Code::TicketInvalid)?;
        let cursors = hello.cursors.clone();
        let ticket_hash = sha256(&[&hello.ticket]).to_vec();
        let Taken { caller, dsk } = self
            .write("take ticket", async move |tx: &mut Tx| {
                let taken = tx
                    .sql(TAKE)
                    .bind(ticket_hash.clone())
                    .maybe::<TicketRow>()
                    .await?;
                let now = tx.now().micros();
                let Some(row) = taken.filter(|row| now <= row.expires_at) else {
                    return Ok(None);
                };
                let Some(caller) = sessions::by_id(tx, row.session).await? else {
                    return Ok(None);
                };
                let (dsk,): (Vec<u8>,) = tx.sql(READ_DSK).bind(caller.device.uuid()).one().await?;
                Ok(Some(Taken {
                    caller,
                    dsk: db::array(&dsk)?,
                }))
            })
            .await?
            .ok_or(Code::TicketInvalid)?;
        let trouble = if hello.device != caller.device {
            Some(Code::DeviceUnknown)
        } else if !delivery::verify(labels::HELLO, &signed, &dsk, &hello.signature) {
            Some(Code::SignatureInvalid)
        } else {
            None
        };
        self.write("hello", async move |tx: &mut Tx| {
            let object = Object::Session(caller.session);
            if let Some(code) = trouble {
                tx.deny(Entry::denied(&caller, Act::Connect, object, code));
                return Err(code.into());
            }
            let standing = standing::of_session(tx, &caller).await?;
            let permit = tx.authorize(&caller, Act::Connect, standing, object)?;
            inbox::audit_rest(tx, &caller, standing).await?;
            resets::compare(tx, &caller, permit, &cursors).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(caller)
        })
        .await
    }

    /// What the server knows of the caller's device in each circle whose group it is in, and is not about
    /// to leave: a device that finds itself behind runs from an old copy of its store.
    pub async fn ready(&self, caller: &Caller) -> Result<Ready> {
        let caller = *caller;
        self.read("ready", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Device(caller.device);
            tx.authorize(&caller, Act::Connect, standing, object)?;
            let rows = tx
                .sql(POSITIONS)
                .bind(caller.device.uuid())
                .all::<PositionRow>()
                .await?;
            Ok(Ready {
                account: caller.account,
                now: tx.now(),
                positions: (rows.iter().map(PositionRow::position)).collect::<Result<_>>()?,
                key_packages: key_packages::left(tx, caller.device).await?,
            })
        })
        .await
    }
}

/// No socket opens by a ticket of the account's any more.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.sql(FORGET_OF_ACCOUNT).bind(account.uuid()).run().await?;
    Ok(())
}

impl PositionRow {
    fn position(&self) -> Result<Position> {
        Ok(Position {
            circle: self.circle.into(),
            generation: db::small(self.generation),
            epoch: db::from_db(self.epoch),
            head: db::from_db(self.next_seq).saturating_sub(1),
            send_counter: self.counter.map_or(0, db::from_db),
            own_commit_epoch: self.commit_epoch.map(db::from_db),
            era: db::small(self.era),
            removal_pending: self.removals > 0,
            status: db::circle_status(&self.status)?,
        })
    }
}
