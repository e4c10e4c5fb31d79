//! The kinds of visits that the agency offers. One that is offered no longer keeps its row: appointments
//! that were booked as one go on by its terms.

use care::Caller;
use care::no_show::Offered;
use care::rules::Act;
use care::visit_type::VisitType as Checked;
use protocol::http::{VisitTerms, VisitType, VisitTypes};
use protocol::{Code, OpId, Refusal, VisitTypeId, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::VISIT_TYPE_NAME;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    LIST = "
        SELECT id, name, kind, minutes, before_minutes, after_minutes, travel_minutes, notice_minutes,
            days_ahead, per_day_max
        FROM visit_type WHERE ended_at IS NULL ORDER BY created_at, id";
    READ = "
        SELECT id, name, kind, minutes, before_minutes, after_minutes, travel_minutes, notice_minutes,
            days_ahead, per_day_max
        FROM visit_type WHERE id = $1";
    OFFERS = "
        SELECT id, kind, minutes FROM visit_type WHERE ended_at IS NULL ORDER BY created_at, id";
    LIVE = "SELECT id FROM visit_type WHERE id = $1 AND ended_at IS NULL";
    INSERT = "
        INSERT INTO visit_type (id, name, kind, minutes, before_minutes, after_minutes, travel_minutes,
            notice_minutes, days_ahead, per_day_max, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    CHANGE = "
        UPDATE visit_type SET name = $2, kind = $3, minutes = $4, before_minutes = $5,
            after_minutes = $6, travel_minutes = $7, notice_minutes = $8, days_ahead = $9,
            per_day_max = $10
        WHERE id = $1 AND ended_at IS NULL";
    END = "UPDATE visit_type SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct TypeRow {
    id: Uuid,
    name: Vec<u8>,
    kind: String,
    minutes: i64,
    before_minutes: i64,
    after_minutes: i64,
    travel_minutes: i64,
    notice_minutes: i64,
    days_ahead: i64,
    per_day_max: Option<i64>,
}

impl TypeRow {
    async fn terms(&self, tx: &mut Tx) -> Result<VisitTerms> {
        let small = |n: i64| u16::try_from(n).unwrap_or(u16::MAX);
        let name = tx.open_text(VISIT_TYPE_NAME, self.id, &self.name);
        Ok(VisitTerms {
            name: name.await?,
            kind: db::appointment_kind(&self.kind)?,
            minutes: small(self.minutes),
            before_minutes: small(self.before_minutes),
            after_minutes: small(self.after_minutes),
            travel_minutes: small(self.travel_minutes),
            notice_minutes: small(self.notice_minutes),
            days_ahead: small(self.days_ahead),
            per_day_max: self.per_day_max.map(small),
        })
    }

    async fn told(&self, tx: &mut Tx) -> Result<VisitType> {
        Ok(VisitType {
            id: self.id.into(),
            terms: self.terms(tx).await?,
        })
    }
}

fn no_such() -> Refusal {
    Refusal::new(Code::NotFound, "no such kind of visit is offered")
}

impl Store {
    /// The kinds of visits that are offered, oldest first.
    pub async fn visit_types(&self, caller: &Caller) -> Result<VisitTypes> {
        let caller = *caller;
        self.read_audited("visit types", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListVisitTypes, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(VisitTypes {
                visit_types: list(tx).await?,
            })
        })
        .await
    }

    /// Offers one more. [`Code::TooLarge`] beyond [`limits::VISIT_TYPES_MAX`]. The same operation again
    /// adds once.
    pub async fn add_visit_type(
        &self,
        caller: &Caller,
        op_id: OpId,
        checked: Checked,
    ) -> Result<VisitType> {
        let caller = *caller;
        self.write("add visit type", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ChangeVisitTypes, standing, object)?;
            let seen = operations::made(tx, &caller, Act::ChangeVisitTypes, op_id).await?;
            if let Some(done) = seen {
                return read(tx, done.object.into()).await?.told(tx).await;
            }
            if list(tx).await?.len() >= limits::VISIT_TYPES_MAX {
                let detail = format!("at most {} kinds of visits", limits::VISIT_TYPES_MAX);
                return Err(Refusal::new(Code::TooLarge, detail).into());
            }
            let now = tx.now();
            let id = VisitTypeId::from_parts(now, tx.random());
            put(tx, INSERT, id, &checked, Some(now.micros())).await?;
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::ChangeVisitTypes, op_id, outcome).await?;
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            read(tx, id).await?.told(tx).await
        })
        .await
    }

    /// Changes what one is. What was booked as one stays where it is. [`Code::NotFound`].
    pub async fn change_visit_type(
        &self,
        caller: &Caller,
        id: VisitTypeId,
        checked: Checked,
    ) -> Result<VisitType> {
        let caller = *caller;
        self.write("change visit type", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ChangeVisitTypes, standing, object)?;
            if put(tx, CHANGE, id, &checked, None).await? == 0 {
                return Err(no_such().into());
            }
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            read(tx, id).await?.told(tx).await
        })
        .await
    }

    /// Offers one no longer. Again does nothing more.
    pub async fn end_visit_type(&self, caller: &Caller, id: VisitTypeId) -> Result<()> {
        let caller = *caller;
        self.write("end visit type", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ChangeVisitTypes, standing, object)?;
            read(tx, id).await?;
            let now = tx.now().micros();
            tx.sql(END).bind(id.uuid()).bind(now).run().await?;
            tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            Ok(())
        })
        .await
    }
}

async fn list(tx: &mut Tx) -> Result<Vec<VisitType>> {
    let rows = tx.sql(LIST).all::<TypeRow>().await?;
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        told.push(row.told(tx).await?);
    }
    Ok(told)
}

/// What is offered, oldest first, and how many minutes each takes.
pub(crate) async fn offers(tx: &mut Tx) -> Result<Vec<(Offered, u16)>> {
    let rows = tx.sql(OFFERS).all::<(Uuid, String, i64)>().await?;
    let mut offers = Vec::with_capacity(rows.len());
    for (id, kind, minutes) in rows {
        let offered = Offered {
            visit_type: id.into(),
            kind: db::appointment_kind(&kind)?,
        };
        offers.push((offered, u16::try_from(minutes).unwrap_or(u16::MAX)));
    }
    Ok(offers)
}

async fn read(tx: &mut Tx, id: VisitTypeId) -> Result<TypeRow> {
    let row = tx.sql(READ).bind(id.uuid()).maybe::<TypeRow>().await?;
    Ok(row.ok_or_else(no_such)?)
}

/// By what an appointment that was booked as one goes on, offered or not.
pub(crate) async fn of(tx: &mut Tx, id: VisitTypeId) -> Result<Checked> {
    let terms = read(tx, id).await?.terms(tx).await?;
    Ok(Checked::check(&terms)?)
}

/// By what a new appointment is booked. [`Code::NotFound`] if it is not offered.
pub(crate) async fn offered(tx: &mut Tx, id: VisitTypeId) -> Result<Checked> {
    if !is_offered(tx, id).await? {
        return Err(no_such().into());
    }
    of(tx, id).await
}

/// Whether it is offered now.
pub(crate) async fn is_offered(tx: &mut Tx, id: VisitTypeId) -> Result<bool> {
    let live = tx.sql(LIVE).bind(id.uuid()).maybe::<(Uuid,)>().await?;
    Ok(live.is_some())
}

async fn put(
    tx: &mut Tx,
    sql: &'static str,
    id: VisitTypeId,
    checked: &Checked,
    created_at: Option<i64>,
) -> Result<u64> {
    let name = checked.name.reveal().as_bytes();
    let name = tx.seal(VISIT_TYPE_NAME, id.uuid(), name);
    let mut statement = tx
        .sql(sql)
        .bind(id.uuid())
        .bind(name)
        .bind(checked.kind.as_str())
        .bind(i64::from(checked.minutes))
        .bind(i64::from(checked.before_minutes))
        .bind(i64::from(checked.after_minutes))
        .bind(i64::from(checked.travel_minutes))
        .bind(i64::from(checked.notice_minutes))
        .bind(i64::from(checked.days_ahead))
        .bind(checked.per_day_max.map(i64::from));
    if let Some(created_at) = created_at {
        statement = statement.bind(created_at);
    }
    statement.run().await
}
