//! The automatic answer (RFC 3834) to whoever wrote to the address of our mails: that nobody answers there, and
//! what to do instead. One for each person and day, to the address that is on record and never to the one that
//! the mail named. Planned in the transaction that saw to the mail and sent as any other (a lease, DATA counted
//! before it begins, see [`crate::deliveries`]).

use care::Caller;
use care::email::EmailAddress;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{EntryId, Language, PersonId, TaskKind, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::deliveries::due::Lease;
use crate::deliveries::settle::{self, End, RowNow, What};
use crate::error::Result;
use crate::hash::sha256;
use crate::postbox::{answers, bounces};
use crate::return_tokens::{self, Kind};
use crate::seal::ADDRESS;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO answer_mail (id, person, day, due_at, not_after, state, tries, began, created_at)
        VALUES ($1, $2, $3, $4, $5, 'planned', 0, 0, $4) ON CONFLICT DO NOTHING";
    NEXT_DUE = "
        SELECT MIN(t) FROM (
            SELECT MIN(due_at) AS t FROM answer_mail WHERE state = 'planned'
            UNION ALL
            SELECT MIN(leased_until) AS t FROM answer_mail WHERE state = 'leased') AS due";
    DUE = "
        SELECT m.id, m.not_after, m.began, m.created_at, m.address AS pinned_address,
            m.language AS pinned_language, d.id AS address, d.value AS address_value, f.language
        FROM answer_mail m
            LEFT JOIN preference f ON f.person = m.person
            LEFT JOIN address d ON d.person = m.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL
        WHERE (m.state = 'planned' AND m.due_at <= $1)
            OR (m.state = 'leased' AND m.leased_until <= $1)
        ORDER BY m.due_at, m.id LIMIT $2";
    LEASE = "
        UPDATE answer_mail SET state = 'leased', lease = $2, leased_until = $3, address = $5,
            language = $6
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    DROP = "
        UPDATE answer_mail SET state = $2, reason = $3, settled_at = $4, lease = NULL,
            leased_until = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    BEGIN = "
        UPDATE answer_mail SET began = began + 1
        WHERE id = $1 AND state = 'leased' AND lease = $2 AND began < 2
        RETURNING began";
    READ = "
        SELECT due_at, not_after, tries, began FROM answer_mail
        WHERE id = $1 AND state = 'leased' AND lease = $2";
    SETTLE = "
        UPDATE answer_mail SET state = $2, reason = $3, due_at = $4, tries = $5, began = $6,
            settled_at = $7, lease = NULL, leased_until = NULL
        WHERE id = $1";
    BOUNCED = "
        UPDATE answer_mail SET state = 'failed', reason = $2, settled_at = $3
        WHERE id = $1 AND state = 'sent'";
    REFUSE_ADDRESS = "
        UPDATE address SET refused_at = $2
        WHERE id = (SELECT m.address FROM answer_mail m WHERE m.id = $1) AND refused_at IS NULL";
    PERSON = "SELECT person FROM answer_mail WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: Uuid,
    not_after: i64,
    began: i64,
    created_at: i64,
    pinned_address: Option<Uuid>,
    pinned_language: Option<String>,
    address: Option<Uuid>,
    address_value: Option<Vec<u8>>,
    language: Option<String>,
}

/// An automatic answer to send now. Leased again it is the same mail.
#[derive(Debug, Clone)]
pub struct DueAnswer {
    /// The answer.
    pub id: EntryId,
    /// Where it goes.
    pub to: EmailAddress,
    /// In which language it speaks.
    pub language: Language,
    /// When it was planned: its Date.
    pub written_at: Timestamp,
    /// Unique and stable: the Message-ID is made of it.
    pub message_id: [u8; 16],
    /// By what it is known if it comes back.
    pub return_token: String,
    /// The address's row, which is pinned with it.
    address: Uuid,
}

/// Plans the answer of this day to a person, unless there is one.
pub(crate) async fn plan(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random());
    let day = tx.core().zone.date(now).to_string();
    let planned = tx
        .sql(INSERT)
        .bind(id.uuid())
        .bind(person.uuid())
        .bind(day)
        .bind(now.micros())
        .bind(now.plus_seconds(limits::ANSWER_MAIL_S).micros())
        .run()
        .await?;
    if planned > 0 {
        tx.wake(Topic::Due);
    }
    Ok(())
}

/// An answer that was taken did not arrive. Whether that is news.
pub(crate) async fn bounced(tx: &mut Tx, id: Uuid, address: bool) -> Result<bool> {
    let now = tx.now().micros();
    let bounced = tx.sql(BOUNCED).bind(id).bind(bounces::reason(address));
    let mut news = bounced.bind(now).run().await? > 0;
    if address && tx.sql(REFUSE_ADDRESS).bind(id).bind(now).run().await? > 0 {
        news = true;
        tell(tx, id).await?;
    }
    Ok(news)
}

/// Mails do not reach the person: whoever serves them must know.
async fn tell(tx: &mut Tx, id: Uuid) -> Result<()> {
    let (person,): (Uuid,) = tx.sql(PERSON).bind(id).one().await?;
    answers::tell(tx, person.into(), TaskKind::CannotReachByEmail).await?;
    Ok(())
}

impl Store {
    /// When an automatic answer is next due, or a lease runs out.
    pub async fn next_answer_mail(&self) -> Result<Option<Timestamp>> {
        self.read("next answer mail", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_DUE).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes at most [`limits::DELIVERIES_LEASED`] automatic answers in hand at `now`. Whether there may be
    /// more.
    pub async fn lease_answer_mails(
        &self,
        now: Timestamp,
    ) -> Result<(Lease, Vec<DueAnswer>, bool)> {
        let caller = Caller::scheduler();
        self.write("lease answer mails", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::LeaseDeliveries)?;
            let lease = Lease(tx.random());
            if clock_jumps::stands(tx).await? {
                return Ok((lease, Vec::new(), false));
            }
            let rows = tx
                .sql(DUE)
                .bind(now.micros())
                .bind(i64::try_from(limits::DELIVERIES_LEASED).unwrap_or(i64::MAX))
                .all::<DueRow>()
                .await?;
            let mut taken = Vec::with_capacity(rows.len());
            for row in &rows {
                if let Some(due) = decide(tx, row, now).await?
                    && take(tx, &due, &lease, now).await?
                {
                    taken.push(due);
                }
            }
            if !taken.is_empty() {
                let ids = taken.iter().map(|due| due.id.uuid());
                tx.audit(Entry::done(&caller, permit, Object::Deliveries).shown(ids));
            }
            let more = rows.len() == limits::DELIVERIES_LEASED;
            Ok((lease, taken, more))
        })
        .await
    }

    /// Notes what becomes of an answer that is in hand, and whether that held: it may begin only while it is
    /// leased by the same lease.
    pub async fn note_answer_mail(
        &self,
        id: EntryId,
        lease: Lease,
        what: What,
        now: Timestamp,
    ) -> Result<bool> {
        let caller = Caller::scheduler();
        self.write("note answer mail", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::SettleDeliveries)?;
            if what == What::Begins {
                let begins = tx.sql(BEGIN).bind(id.uuid()).bind(lease.0.to_vec());
                return Ok(begins.maybe::<(i64,)>().await?.is_some());
            }
            let held = settle(tx, id.uuid(), (&lease, what), now).await?;
            let entry = Entry::done(&caller, permit, Object::Deliveries);
            tx.audit(entry.shown([id.uuid()]));
            Ok(held)
        })
        .await
    }
}

fn permit(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, act, standing, Object::Deliveries)
}

/// The answer of a due row, if it is to be sent still; else the row is dropped.
async fn decide(tx: &mut Tx, row: &DueRow, now: Timestamp) -> Result<Option<DueAnswer>> {
    // Twice it may have arrived already: once more would be once too often. Nor is a second one sent elsewhere.
    let elsewhere = row.began > 0 && row.pinned_address != row.address;
    if row.began >= 2 || elsewhere {
        drop_row(tx, row.id, ("failed", "outcome_unknown"), now).await?;
        return Ok(None);
    }
    if now.micros() > row.not_after {
        drop_row(tx, row.id, ("cancelled", "too_late"), now).await?;
        return Ok(None);
    }
    let (Some(address), Some(value)) = (row.address, &row.address_value) else {
        drop_row(tx, row.id, ("cancelled", "no_address"), now).await?;
        return Ok(None);
    };
    let Some(to) = tx.open_if_there(ADDRESS, address, value).await? else {
        // A client's who was erased.
        drop_row(tx, row.id, ("cancelled", "no_address"), now).await?;
        return Ok(None);
    };
    let hash = sha256(&[b"carecircle/answer-mail/v1", row.id.as_bytes()]);
    let mut message_id = [0; 16];
    message_id.copy_from_slice(&hash[..16]);
    let pinned = row.pinned_language.as_ref().filter(|_| row.began > 0);
    let word = pinned.or(row.language.as_ref());
    Ok(Some(DueAnswer {
        id: row.id.into(),
        to: EmailAddress::parse(&to)?,
        language: word.map_or(Ok(Language::En), |word| db::language(word))?,
        written_at: db::at(row.created_at),
        message_id,
        return_token: return_tokens::write(&tx.core().sealer, Kind::Answer, row.id),
        address,
    }))
}

async fn take(tx: &mut Tx, due: &DueAnswer, lease: &Lease, now: Timestamp) -> Result<bool> {
    let until = now.plus_seconds(limits::DELIVERY_LEASE_S);
    let taken = tx
        .sql(LEASE)
        .bind(due.id.uuid())
        .bind(lease.0.to_vec())
        .bind(until.micros())
        .bind(now.micros())
        .bind(due.address)
        .bind(due.language.as_str())
        .run()
        .await?;
    Ok(taken == 1)
}

async fn drop_row(
    tx: &mut Tx,
    id: Uuid,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    let dropped = tx.sql(DROP).bind(id).bind(state).bind(reason);
    dropped.bind(now.micros()).run().await?;
    metrics::counter!("deliveries_dropped", "reason" => reason).increment(1);
    Ok(())
}

async fn settle(
    tx: &mut Tx,
    id: Uuid,
    (lease, what): (&Lease, What),
    now: Timestamp,
) -> Result<bool> {
    let row = tx.sql(READ).bind(id).bind(lease.0.to_vec());
    let Some(row) = row.maybe::<RowNow>().await? else {
        return Ok(false);
    };
    let End {
        state,
        reason,
        due_at,
        tries,
        began,
    } = settle::end(what, &row, now);
    let over = state != "planned";
    tx.sql(SETTLE)
        .bind(id)
        .bind(state)
        .bind(reason)
        .bind(due_at)
        .bind(tries)
        .bind(began)
        .bind(over.then(|| now.micros()))
        .run()
        .await?;
    if matches!(what, What::Rejected { address: true, .. })
        && tx
            .sql(REFUSE_ADDRESS)
            .bind(id)
            .bind(now.micros())
            .run()
            .await?
            > 0
    {
        tell(tx, id).await?;
    }
    metrics::counter!("deliveries_settled", "state" => state).increment(1);
    Ok(true)
}
