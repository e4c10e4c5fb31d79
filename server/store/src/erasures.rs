//! Erasing a client: their own key is destroyed, and whatever is sealed under it opens nowhere any more, neither
//! here nor in a copy of the database that is read by the keys of now.
//!
//! Only once nobody serves them. What is not sealed under the client's key yet, from before clients had
//! keys, is overwritten; copies from before that hold it under a seal key, until that is revoked. Their
//! devices are signed out for good, their ways to sign in and their vault are gone, no mail waits for them. The record
//! that they were there stays, with the audit log: ids, times, states.

use care::Caller;
use care::rules::{Act, Permit};
use protocol::{AccountId, CircleId, Code, PersonId, Refusal, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::agency::account_of;
use crate::audit::{Entry, Object};
use crate::client_keys::{self, Sealing};
use crate::devices::{self, Why};
use crate::error::{Error, Result};
use crate::keys::ask;
use crate::seal::{COLUMNS, SealKey};
use crate::store::Store;
use crate::tx::Tx;
use crate::{assignments, authenticators, vaults};

statements! {
    IS_ERASED = "SELECT id FROM client_key WHERE client = $1 AND state = 'erased' LIMIT 1";
    ACCOUNT_ERASED = "
        SELECT k.id FROM account a JOIN client_key k ON k.client = a.person AND k.state = 'erased'
        WHERE a.id = $1 LIMIT 1";
    CIRCLES = "SELECT id FROM circle WHERE client = $1 ORDER BY id";
    OTHER_ACCOUNTS = "SELECT COUNT(*) FROM account WHERE person = $1 AND role <> 'client'";
    ASSIGNMENTS = "
        SELECT COUNT(*) FROM assignment
        WHERE client = $1 AND (ended_at IS NULL OR ended_at > $2)";
    // Case managers are there as long as they are assigned, the client and the custodian for good.
    IN_CIRCLES = "
        SELECT COUNT(*) FROM circle k
            JOIN circle_member m ON m.circle = k.id AND m.state <> 'left'
            JOIN account a ON a.id = m.account
        WHERE k.client = $1 AND (m.role IN ('supervisor', 'administrator')
            OR (m.role = 'caregiver' AND EXISTS (SELECT 1
                FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                WHERE cc.circle = k.id AND c.client = k.client AND c.caregiver = a.person
                    AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $2))))";
    TO_COME = "
        SELECT COUNT(*) FROM appointment
        WHERE client = $1 AND end_at > $2
            AND state NOT IN ('cancelled', 'completed', 'no_show')";
    SERIES = "
        SELECT COUNT(*) FROM series
        WHERE client = $1 AND created_at <= $2 AND (ended_at IS NULL OR ended_at > $2)";
    ERASE = "
        UPDATE client_key SET state = 'erased', wrapped = NULL, erased_at = $2 WHERE client = $1";
    COUNT = "UPDATE sentinel SET erasures = erasures + 1 RETURNING erasures";
    END_ADDRESSES = "UPDATE address SET ended_at = $2 WHERE person = $1 AND ended_at IS NULL";
    FORGET_INDEXES = "UPDATE address SET value_index = NULL WHERE person = $1";
    CANCEL_MAILS = "
        UPDATE delivery SET state = 'cancelled', reason = 'changed', settled_at = $2
        WHERE state = 'planned' AND (person = $1
            OR appointment IN (SELECT a.id FROM appointment a WHERE a.client = $1))";
    END_REPRESENTATIONS = "
        UPDATE representation SET ended_at = $2 WHERE client = $1 AND ended_at IS NULL";
    FINISH_TASKS = "UPDATE task SET done_at = $2 WHERE client = $1 AND done_at IS NULL";
    FORGET_PREFERENCES = "DELETE FROM preference WHERE person = $1";
    VOID_INVITATIONS = "
        UPDATE invitation SET expires_at = $2
        WHERE account = $1 AND used_at IS NULL AND expires_at > $2";
    END_INTAKES = "
        UPDATE intake SET ended_at = $2
        WHERE account = $1 AND ended_at IS NULL AND confirmed_at IS NULL";
}

/// What an erasure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Fields that were not under the client's own key yet: copies of the database from before hold them
    /// under a seal key, until that is revoked.
    pub overwritten: u64,
    /// Whether the destroyed key is gone from the database's files too; else it is once readers of this
    /// moment are done and the log of writes is put into its place.
    pub gone_from_files: bool,
}

#[derive(sqlx::FromRow)]
struct StrayRow {
    id: Uuid,
    sealed: Vec<u8>,
}

/// Whether the client was erased.
pub(crate) async fn is_erased(tx: &mut Tx, person: PersonId) -> Result<bool> {
    let row = tx.sql(IS_ERASED).bind(person.uuid());
    Ok(row.maybe::<(Uuid,)>().await?.is_some())
}

/// Refuses an account whose client was erased.
pub(crate) async fn must_not_be(tx: &mut Tx, account: AccountId) -> Result<()> {
    let row = tx.sql(ACCOUNT_ERASED).bind(account.uuid());
    match row.maybe::<(Uuid,)>().await? {
        None => Ok(()),
        Some(_) => Err(client_keys::erased().into()),
    }
}

impl Store {
    /// Destroys a client's key, for good. [`Code::NotFound`] if there is no such client; [`Code::BadRequest`]
    /// while they are still served, with what remains. Again does nothing more.
    pub async fn erase_client(&self, caller: &Caller, client: PersonId) -> Result<Erasure> {
        let caller = *caller;
        let overwritten = self
            .write("erase client", async move |tx: &mut Tx| {
                let permit = ask(tx, &caller, Act::EraseClient)?;
                let account = account_of(tx, client, Role::Client).await?;
                let account =
                    account.ok_or_else(|| Refusal::new(Code::NotFound, "no such client"))?;
                hold(tx, client, account).await?;
                must_not_be_served(tx, client).await?;
                // Makes the key of a client who has none, so that there is one to be destroyed.
                let key = match client_keys::sealing(tx, client).await? {
                    Sealing::Own(key) => key,
                    Sealing::Erased => return Ok(0),
                    Sealing::Ring => return Err(Error::broken("a client without a key")),
                };
                let overwritten = overwrite_strays(tx, client, &key).await?;
                let now = tx.now().micros();
                tx.sql(ERASE).bind(client.uuid()).bind(now).run().await?;
                let (erasures,): (i64,) = tx.sql(COUNT).one().await?;
                tx.hear_of_erasures(erasures);
                end_ways_to_them(tx, client).await?;
                end_ways_in(tx, (&caller, permit), account).await?;
                tx.audit(Entry::done(&caller, permit, Object::Person(client)).about(client));
                Ok(overwritten)
            })
            .await?;
        Ok(Erasure {
            overwritten,
            gone_from_files: self.core().pools.forget_destroyed().await,
        })
    }
}

/// Holds what an erasure concerns: from here on nobody begins to serve the client or names people around them, and no
/// client's key is made or destroyed by anybody else.
async fn hold(tx: &mut Tx, client: PersonId, account: AccountId) -> Result<()> {
    let circles = tx.sql(CIRCLES).bind(client.uuid()).all::<(Uuid,)>().await?;
    let circles: Vec<CircleId> = circles.into_iter().map(|(id,)| id.into()).collect();
    assignments::hold_circles(tx, &circles).await?;
    devices::hold_account(tx, account).await?;
    client_keys::hold(tx).await
}

/// Says all that remains, so that whoever asked need not ask five times.
async fn must_not_be_served(tx: &mut Tx, client: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let (others,): (i64,) = tx.sql(OTHER_ACCOUNTS).bind(client.uuid()).one().await?;
    let mut remains = Vec::new();
    for (sql, what) in [
        (ASSIGNMENTS, "staff are assigned"),
        (IN_CIRCLES, "people are in circles with them"),
        (TO_COME, "appointments are to come"),
        (SERIES, "series go on"),
    ] {
        let count = tx.sql(sql).bind(client.uuid()).bind(now);
        let (count,): (i64,) = count.one().await?;
        if count > 0 {
            remains.push(format!("{count} {what}"));
        }
    }
    if others > 0 {
        remains.push("they have an account that is no client's".to_owned());
    }
    if remains.is_empty() {
        return Ok(());
    }
    let detail = format!("this client is still served: {}", remains.join(", "));
    Err(Refusal::new(Code::BadRequest, detail).into())
}

/// What another key sealed is gone too: nothing in its place, under the key that is destroyed next.
async fn overwrite_strays(tx: &mut Tx, client: PersonId, key: &SealKey) -> Result<u64> {
    let mut overwritten = 0;
    for column in COLUMNS {
        let Some(of_client) = column.of_client else {
            continue;
        };
        let strays = tx.sql(of_client.strays).bind(client.uuid());
        for stray in strays.all::<StrayRow>().await? {
            let nothing = key.seal(*column, stray.id, b"", tx.random());
            let replaced = tx.sql(column.replace).bind(stray.id).bind(nothing);
            overwritten += replaced.bind(stray.sealed).run().await?;
        }
    }
    Ok(overwritten)
}

/// Mails, who acts for them, tasks, wishes.
async fn end_ways_to_them(tx: &mut Tx, client: PersonId) -> Result<()> {
    let now = tx.now().micros();
    for sql in [
        END_ADDRESSES,
        CANCEL_MAILS,
        END_REPRESENTATIONS,
        FINISH_TASKS,
    ] {
        tx.sql(sql).bind(client.uuid()).bind(now).run().await?;
    }
    for sql in [FORGET_PREFERENCES, FORGET_INDEXES] {
        tx.sql(sql).bind(client.uuid()).run().await?;
    }
    Ok(())
}

/// Devices with their sessions, the vault, authenticators with the names that go with them, links that nobody
/// used, invitations that nobody confirmed.
async fn end_ways_in(tx: &mut Tx, by: (&Caller, Permit), account: AccountId) -> Result<()> {
    let live = devices::live(tx, account).await?;
    devices::revoke(tx, by, account, &live, Why::SignedOut).await?;
    vaults::forget(tx, account).await?;
    let now = tx.now().micros();
    for sql in [VOID_INVITATIONS, END_INTAKES] {
        tx.sql(sql).bind(account.uuid()).bind(now).run().await?;
    }
    authenticators::end_all(tx, account).await
}
