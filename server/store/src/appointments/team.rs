//! Who of the staff holds an appointment: whoever is booked, and whoever comes along. Each is busy meanwhile, by a
//! claim of their own; a time is free when all of them are.
//!
//! A team is named by its accounts; what is locked, in the order of the ids, is the resources of those who can be booked.

use care::Caller;
use care::rules::Permit;
use protocol::{AccountId, AppointmentId, Code, Refusal, Scope};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::hours::{self, Resource};
use crate::many::MANY_MAX;
use crate::tx::Tx;
use crate::{deliveries, holds};

pub(crate) mod change;

many! {
    WORKING_HERE = [account: Id] "
        SELECT a.id FROM asked CROSS JOIN account a
        WHERE a.id = asked.account AND a.role = 'case_manager' AND a.ended_at IS NULL";
}

statements! {
    STAFF = "
        SELECT p.account FROM participant p JOIN appointment k ON k.id = p.appointment
        WHERE p.appointment = $1 AND p.role = 'case_manager' AND p.left_at IS NULL
        ORDER BY CASE WHEN p.account = k.organizer THEN 0 ELSE 1 END, p.account";
    STAFF_OF_SERIES = "
        SELECT p.account FROM participant p JOIN appointment k ON k.id = p.appointment
        WHERE (k.id = $1 OR (k.state = 'booked'
                AND k.series = (SELECT o.series FROM appointment o WHERE o.id = $1)))
            AND p.role = 'case_manager' AND p.left_at IS NULL
        GROUP BY p.account
        ORDER BY MIN(CASE WHEN p.account = k.organizer THEN 0 ELSE 1 END), p.account";
    RESOURCES = "
        SELECT r.id FROM participant p JOIN resource r ON r.account = p.account
        WHERE p.appointment = $1 AND p.role = 'case_manager' AND p.left_at IS NULL
        ORDER BY r.id";
    BESIDE = "
        SELECT k.id, k.client FROM participant p JOIN appointment k ON k.id = p.appointment
        WHERE p.account = $1 AND p.role = 'case_manager' AND p.left_at IS NULL
            AND k.organizer <> $1 AND k.start_at > $2
        ORDER BY k.id";
    HOLD = "UPDATE appointment SET version = version + 1 WHERE id = $1";
    LEAVE = "
        UPDATE participant SET left_at = $3
        WHERE appointment = $1 AND account = $2 AND left_at IS NULL";
    FREE = "
        DELETE FROM claim
        WHERE appointment = $1 AND resource IN (SELECT r.id FROM resource r WHERE r.account = $2)";
    FREE_BESIDE = "
        DELETE FROM claim_beside
        WHERE appointment = $1 AND resource IN (SELECT r.id FROM resource r WHERE r.account = $2)";
    LEAVE_SERIES = "DELETE FROM series_staff WHERE account = $1";
}

/// Who of the staff is to hold an appointment.
pub(crate) struct Team {
    /// Whose appointment it is.
    pub(crate) booked: AccountId,
    /// Who comes along, each once, and never whoever is booked.
    pub(crate) others: Vec<AccountId>,
}

impl Team {
    /// Whoever is booked, and who else was named.
    pub(crate) fn new(booked: AccountId, named: &[AccountId]) -> Self {
        let others = named.iter().copied().filter(|other| *other != booked);
        Self {
            booked,
            others: others.collect(),
        }
    }

    /// All of them. Whoever is booked stands first: times are looked for on the grid of their hours.
    pub(crate) fn everybody(&self) -> Vec<AccountId> {
        let others = self.others.iter().copied();
        std::iter::once(self.booked).chain(others).collect()
    }

    /// Their resources, as [`lock`] says.
    pub(crate) async fn lock(&self, tx: &mut Tx) -> Result<Vec<Resource>> {
        lock(tx, &self.everybody()).await
    }
}

/// The resources of some workers in their order, locked, without what was held on them and has expired; whoever
/// never said when they can be booked has none.
pub(crate) async fn lock(tx: &mut Tx, workers: &[AccountId]) -> Result<Vec<Resource>> {
    let team = hours::of_many(tx, workers).await?;
    let mut ids: Vec<Uuid> = team.iter().map(|resource| resource.id).collect();
    ids.sort_unstable();
    for id in ids {
        hours::hold(tx, id).await?;
        holds::drop_expired(tx, id).await?;
    }
    Ok(team)
}

/// As [`must_work_here`], and [`Code::NotAvailable`] unless everybody has said when they can be booked. Asked of a
/// team whose resources are locked, so that nobody's account ends meanwhile.
pub(crate) async fn must_be_bookable(tx: &mut Tx, team: &Team, locked: &[Resource]) -> Result<()> {
    must_work_here(tx, &team.others).await?;
    must_be_whole(1 + team.others.len(), locked)
}

/// [`Code::NotFound`] unless each who comes along is a case manager whose account was not ended.
pub(crate) async fn must_work_here(tx: &mut Tx, others: &[AccountId]) -> Result<()> {
    for workers in others.chunks(MANY_MAX) {
        let mut select = tx.many(&WORKING_HERE, workers.len());
        for worker in workers {
            select = select.row(|row| row.bind(worker.uuid()));
        }
        if select.all::<(Uuid,)>().await?.len() < workers.len() {
            return Err(Refusal::new(Code::NotFound, "staff: no such case manager").into());
        }
    }
    Ok(())
}

fn must_be_whole(count: usize, locked: &[Resource]) -> Result<()> {
    if locked.len() == count {
        return Ok(());
    }
    let what = "nobody has said when this worker can be booked";
    Err(Refusal::new(Code::NotAvailable, what).into())
}

/// [`Code::NotAvailable`] if nobody is left who could hold it.
pub(crate) fn must_be_somebody(team: &[Resource]) -> Result<()> {
    if team.is_empty() {
        let what = "nobody is left who holds this appointment";
        return Err(Refusal::new(Code::NotAvailable, what).into());
    }
    Ok(())
}

/// The team of an appointment, locked, whether or not it has claims on it, as far as its people are still here;
/// with a scope that of all its series.
pub(crate) async fn lock_of(tx: &mut Tx, id: AppointmentId, scope: Scope) -> Result<Vec<Resource>> {
    let workers = staff(tx, id, scope).await?;
    let mut team = lock(tx, &workers).await?;
    if tx.writes_alone() {
        return Ok(team);
    }
    let still = staff(tx, id, scope).await?;
    if still.iter().any(|worker| !workers.contains(worker)) {
        // Somebody was added before the locks were there: once more, in their order.
        return Err(Error::Busy);
    }
    // And somebody's account may have ended.
    team.retain(|resource| still.contains(&resource.account));
    Ok(team)
}

async fn staff(tx: &mut Tx, id: AppointmentId, scope: Scope) -> Result<Vec<AccountId>> {
    let sql = match scope {
        Scope::This => STAFF,
        Scope::ThisAndLater | Scope::All => STAFF_OF_SERIES,
    };
    let rows = tx.sql(sql).bind(id.uuid()).all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(account,)| account.into()).collect())
}

/// Locks what is busy with an appointment, or would be; which resources those are.
pub(crate) async fn lock_resources(tx: &mut Tx, id: AppointmentId) -> Result<Vec<Uuid>> {
    let rows = tx.sql(RESOURCES).bind(id.uuid()).all::<(Uuid,)>().await?;
    let ids: Vec<Uuid> = rows.into_iter().map(|(resource,)| resource).collect();
    for id in &ids {
        hours::hold(tx, *id).await?;
    }
    Ok(ids)
}

/// What an appointment keeps of somebody's time is given back.
async fn free(tx: &mut Tx, appointment: Uuid, account: AccountId) -> Result<()> {
    for sql in [FREE, FREE_BESIDE] {
        let free = tx.sql(sql).bind(appointment).bind(account.uuid());
        free.run().await?;
    }
    Ok(())
}

/// Somebody of the staff comes along to nothing any more that is to come: their time is given back, no series names
/// them. What they are booked for themselves stays. Each appointment that they left has its entry.
pub(crate) async fn leave(
    tx: &mut Tx,
    (caller, permit): (&Caller, Permit),
    account: AccountId,
) -> Result<()> {
    if let Some(resource) = hours::of(tx, account).await? {
        hours::hold(tx, resource.id).await?;
    }
    let series = tx.sql(LEAVE_SERIES).bind(account.uuid());
    series.run().await?;
    let now = tx.now().micros();
    let beside = tx.sql(BESIDE).bind(account.uuid()).bind(now);
    for (id, client) in beside.all::<(Uuid, Uuid)>().await? {
        tx.sql(HOLD).bind(id).run().await?;
        let leave = tx.sql(LEAVE).bind(id).bind(account.uuid());
        leave.bind(now).run().await?;
        free(tx, id, account).await?;
        deliveries::replan(tx, id.into()).await?;
        let object = Object::Appointment(id.into());
        tx.audit(Entry::done(caller, permit, object).about(client.into()));
    }
    Ok(())
}
