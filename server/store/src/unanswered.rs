//! Addresses at which nobody has answered: the mail that asked whose it is has gone stale, and nobody has said that the
//! address is theirs, or that it is not. Nothing else is sent there, so whoever serves the person is asked to see to
//! it: once, until the address is asked again.

use care::Caller;
use protocol::{PersonId, TaskKind, Timestamp};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::jobs::run::permit;
use crate::postbox::answers;
use crate::store::Store;
use crate::tasks::unreached;
use crate::tx::Tx;

/// The limit of [`UNANSWERED`].
const AT_ONCE: usize = 64;

statements! {
    // Of whoever nobody serves nobody is asked, until somebody does.
    UNANSWERED = "
        SELECT d.id, d.person FROM address d
        WHERE d.confirmed_at IS NULL AND d.ended_at IS NULL AND d.refused_at IS NULL
            AND d.unanswered_at IS NULL
            AND EXISTS (SELECT 1 FROM single_mail m WHERE m.address = d.id AND m.kind = 'address')
            AND NOT EXISTS (SELECT 1 FROM single_mail m
                WHERE m.address = d.id AND m.kind = 'address'
                    AND (m.state IN ('planned', 'leased') OR m.not_after > $1))
            AND (EXISTS (SELECT 1 FROM assignment g
                    WHERE g.client = d.person AND g.from_at <= $1
                        AND (g.ended_at IS NULL OR g.ended_at > $1))
                OR EXISTS (SELECT 1 FROM related_person r JOIN assignment g ON g.client = r.client
                    WHERE r.person = d.person AND g.from_at <= $1
                        AND (g.ended_at IS NULL OR g.ended_at > $1)))
        ORDER BY d.id LIMIT 64";
    MARK = "
        UPDATE address SET unanswered_at = $2
        WHERE id = $1 AND unanswered_at IS NULL AND confirmed_at IS NULL AND ended_at IS NULL
            AND refused_at IS NULL";
    ASKED_AGAIN = "UPDATE address SET unanswered_at = NULL WHERE id = $1";
}

impl Store {
    /// Asks staff to see to addresses at which nobody has answered by `now`, which is the scheduler's time, a few at a
    /// time; whether there may be more.
    pub async fn ask_about_unanswered_addresses(&self, now: Timestamp) -> Result<bool> {
        let rows = self
            .read("unanswered addresses", async move |tx: &mut Tx| {
                let rows = tx.sql(UNANSWERED).bind(now.micros());
                rows.all::<(Uuid, Uuid)>().await
            })
            .await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let more = rows.len() >= AT_ONCE;
        self.write(
            "ask about unanswered addresses",
            async move |tx: &mut Tx| {
                for (address, person) in &rows {
                    ask(tx, (*address, PersonId::from(*person)), now).await?;
                }
                Ok(())
            },
        )
        .await?;
        Ok(more)
    }
}

async fn ask(tx: &mut Tx, (address, person): (Uuid, PersonId), now: Timestamp) -> Result<()> {
    let caller = Caller::scheduler();
    let object = Object::Person(person);
    let permit = permit(tx, &caller, object)?;
    let mark = tx.sql(MARK).bind(address).bind(now.micros());
    if mark.run().await? == 0 {
        // Somebody answered meanwhile, or another process was faster.
        return Ok(());
    }
    let clients = answers::tell(tx, person, TaskKind::CannotReachByEmail).await?;
    if clients.is_empty() {
        // Whoever served them does so no longer: whoever will is asked.
        return asked_again(tx, address).await;
    }
    unreached::unconfirmed(tx, person).await?;
    for client in &clients {
        tx.audit(Entry::done(&caller, permit, object).about(*client));
    }
    Ok(())
}

/// The address is asked once more: nobody could have answered that yet.
pub(crate) async fn asked_again(tx: &mut Tx, address: Uuid) -> Result<()> {
    tx.sql(ASKED_AGAIN).bind(address).run().await?;
    Ok(())
}
