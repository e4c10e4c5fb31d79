//! Notes what becomes of single mails that are under way, as [`crate::deliveries::settle`] does of the others, and
//! tells who must see to one that does not arrive.

use care::Caller;
use care::quiet::Leaves;
use care::rules::Act;
use protocol::{SingleMailId, TaskKind, Timestamp};
use uuid::Uuid;

use super::{Kind, answers, book_again, booking_links, invitations, leaves, permit, why_not};
use crate::audit::{Entry, Object};
use crate::deliveries::due::Lease;
use crate::deliveries::settle::{self, End, RowNow, What};
use crate::error::Result;
use crate::postbox::bounces;
use crate::preferences::HoursRow;
use crate::store::Store;
use crate::tasks::{self, Concern};
use crate::tx::Tx;

statements! {
    READ = "
        SELECT kind, due_at, not_after, tries, began FROM single_mail
        WHERE id = $1 AND state = 'leased' AND lease = $2";
    BEGIN = "
        UPDATE single_mail SET began = began + 1
        WHERE id = $1 AND state = 'leased' AND lease = $2 AND began < 2 AND leased_until > $3
            AND (person IS NULL OR EXISTS (SELECT 1 FROM address d WHERE d.id = single_mail.address
                AND d.ended_at IS NULL AND d.refused_at IS NULL))
            AND (kind <> 'booking_link' OR disclosure = 'update' OR NOT EXISTS (SELECT 1 FROM preference h
                WHERE h.person = single_mail.person AND h.disclosure = 'update'))
        RETURNING began";
    HOURS = "
        SELECT f.zone, f.safe_from, f.safe_until
        FROM single_mail m LEFT JOIN preference f ON f.person = m.person WHERE m.id = $1";
    // It may have come back since it was read.
    SETTLE = "
        UPDATE single_mail SET state = $2, reason = $3, due_at = $4, tries = $5, began = $6,
            settled_at = $7, lease = NULL, leased_until = NULL
        WHERE id = $1 AND state = 'leased' AND lease = $8";
    FORGET = "UPDATE single_mail SET typed_address = NULL, link = NULL WHERE id = $1";
    BOUNCED = "
        UPDATE single_mail SET state = 'failed', reason = $2, settled_at = $3, lease = NULL,
            leased_until = NULL, typed_address = NULL, link = NULL
        WHERE id = $1 AND (state = 'sent' OR (state = 'leased' AND began > 0))";
    REFUSE_ADDRESS = "
        UPDATE address SET refused_at = $2
        WHERE id = (SELECT m.address FROM single_mail m WHERE m.id = $1) AND refused_at IS NULL";
}

/// A mail that is in hand.
#[derive(sqlx::FromRow)]
struct HandRow {
    kind: String,
    #[sqlx(flatten)]
    now: RowNow,
}

impl Store {
    /// Notes what becomes of a mail that is in hand, and whether that held: it may begin only while it is leased by the
    /// same lease, which has not run out, what it is about is good, its address takes mail, and whoever gets it wants to
    /// be told so much, and at such a time.
    pub async fn note_single_mail(
        &self,
        id: SingleMailId,
        lease: Lease,
        what: What,
        now: Timestamp,
    ) -> Result<bool> {
        let caller = Caller::scheduler();
        self.write("note single mail", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::SettleDeliveries)?;
            let row = tx.sql(READ).bind(id.uuid()).bind(lease.0.to_vec());
            let row = row.maybe::<HandRow>().await?;
            let held = match &row {
                Some(row) if what == What::Begins => {
                    begin(tx, (id.uuid(), row), &lease, now).await?
                }
                Some(row) => settle(tx, (id.uuid(), row), (&lease, what), now).await?,
                None => false,
            };
            if what != What::Begins {
                let entry = Entry::done(&caller, permit, Object::Deliveries);
                tx.audit(entry.shown([id.uuid()]));
            }
            Ok(held)
        })
        .await
    }
}

async fn begin(
    tx: &mut Tx,
    (id, row): (Uuid, &HandRow),
    lease: &Lease,
    now: Timestamp,
) -> Result<bool> {
    let kind = Kind::parse(&row.kind)?;
    let reason = why_not(tx, (kind, id), row.now.not_after, now).await?;
    if reason.is_some() {
        return Ok(false);
    }
    let hours: HoursRow = tx.sql(HOURS).bind(id).one().await?;
    let leaves = leaves(kind, &hours.read(tx)?, row.now.not_after, now);
    if !matches!(leaves, Leaves::Now(_)) {
        return Ok(false);
    }
    let begins = tx.sql(BEGIN).bind(id).bind(lease.0.to_vec());
    let begins = begins.bind(now.micros());
    Ok(begins.maybe::<(i64,)>().await?.is_some())
}

/// Whether it still was in hand by that lease.
async fn settle(
    tx: &mut Tx,
    (id, row): (Uuid, &HandRow),
    (lease, what): (&Lease, What),
    now: Timestamp,
) -> Result<bool> {
    let End {
        state,
        reason,
        due_at,
        tries,
        began,
    } = settle::end(what, &row.now, now);
    let over = state != "planned";
    let settle = tx
        .sql(SETTLE)
        .bind(id)
        .bind(state)
        .bind(reason)
        .bind(due_at)
        .bind(tries)
        .bind(began)
        .bind(over.then(|| now.micros()))
        .bind(lease.0.to_vec());
    if settle.run().await? == 0 {
        return Ok(false);
    }
    if over {
        tx.sql(FORGET).bind(id).run().await?;
    }
    let address = matches!(what, What::Rejected { address: true, .. });
    let refused = address && refuse_address(tx, id, now).await?;
    let kind = Kind::parse(&row.kind)?;
    if refused || (state == "failed" && kind.is_counted_on()) {
        tell(tx, kind, id).await?;
    }
    metrics::counter!("deliveries_settled", "state" => state).increment(1);
    Ok(true)
}

/// A mail that was taken did not arrive. Whether that is news. An address that was typed was not kept.
pub(crate) async fn bounced(tx: &mut Tx, kind: Kind, id: Uuid, address: bool) -> Result<bool> {
    let now = tx.now();
    let bounced = tx.sql(BOUNCED).bind(id).bind(bounces::reason(address));
    let failed = bounced.bind(now.micros()).run().await? > 0;
    let refused = address && refuse_address(tx, id, now).await?;
    if refused || (failed && kind.is_counted_on()) {
        tell(tx, kind, id).await?;
    }
    Ok(failed || refused)
}

/// Marks the address to which it went; whether that is news.
async fn refuse_address(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let refuse = tx.sql(REFUSE_ADDRESS).bind(id).bind(now.micros());
    Ok(refuse.run().await? > 0)
}

/// Mails do not reach somebody: a human must see to it.
pub(super) async fn tell(tx: &mut Tx, kind: Kind, id: Uuid) -> Result<()> {
    let (account, client, person) = match kind {
        Kind::Invitation => invitations::concern(tx, id).await?,
        Kind::BookingLink => booking_links::concern(tx, id).await?,
        Kind::BookAgain => book_again::concern(tx, id).await?,
        Kind::Answer | Kind::Address => return answers::tell(tx, id).await,
    };
    let concern = Concern {
        account: account.into(),
        client: client.into(),
        person: person.into(),
        appointment: None,
    };
    tasks::raise(tx, TaskKind::CannotReachByEmail, &concern).await
}
