//! When a worker can be booked, and what keeps them busy.

use care::Caller;
use care::availability::{Dated, Hours, SlotSpan, Terms, Weekly, fits};
use care::civil::{Clocks, Date, Zone, parse_date, plus_days, weekday};
use care::rules::{Act, Standing};
use care::visit_type::{VisitType, plain_terms};
use protocol::http::{Slot, Slots, WorkingHours};
use protocol::{AccountId, Code, EntryId, Refusal, Timestamp, VisitTypeId, limits};
use uuid::Uuid;

use crate::appointments::team::{self, Team};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::many::MANY_MAX;
use crate::store::Store;
use crate::tx::Tx;
use crate::{agency, closures, preferences, standing, visit_types};

pub(crate) mod slots;

pub(crate) use slots::{busy, free, free_of_many, full_days};

many! {
    RESOURCES = [place: Integer, account: Id] "
        SELECT asked.place, r.id, r.zone, v.weekday, v.date, v.from_minute, v.until_minute,
            CAST(CASE WHEN a.role = 'case_manager' AND a.ended_at IS NULL THEN 1 ELSE 0 END AS BIGINT) AS here
        FROM asked CROSS JOIN resource r JOIN account a ON a.id = r.account
            LEFT JOIN availability v ON v.resource = r.id
        WHERE r.account = asked.account";
}

statements! {
    RESOURCE_OF = "SELECT id FROM resource WHERE account = $1";
    INSERT_RESOURCE = "
        INSERT INTO resource (id, kind, account, zone, version) VALUES ($1, 'staff', $2, $3, 0)
        ON CONFLICT (account) DO UPDATE SET zone = excluded.zone";
    FORGET_HOURS = "DELETE FROM availability WHERE resource = $1";
    INSERT_HOURS = "
        INSERT INTO availability (id, resource, weekday, date, from_minute, until_minute)
        VALUES ($1, $2, $3, $4, $5, $6)";
    HOLD = "UPDATE resource SET version = version + 1 WHERE id = $1";
    TO_COME = "
        SELECT k.start_at, k.minutes
        FROM participant p JOIN appointment k ON k.id = p.appointment
        WHERE p.account = $1 AND p.left_at IS NULL AND k.state = 'booked' AND k.start_at > $2";
}

/// A worker with one of their hours; somebody without any has one row.
#[derive(sqlx::FromRow)]
struct ResourceRow {
    place: i64,
    id: Uuid,
    zone: String,
    here: i64,
    weekday: Option<i64>,
    date: Option<String>,
    from_minute: Option<i64>,
    until_minute: Option<i64>,
}

/// A worker as something that can be busy.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: Uuid,
    /// The worker.
    pub(crate) account: AccountId,
    pub(crate) zone: Zone,
    pub(crate) hours: Hours,
    /// A case manager whose account had not ended when this was read.
    works_here: bool,
}

/// What a search for slots wants to know.
#[derive(Debug, Clone)]
pub struct SlotSearch {
    /// The first day.
    pub from: Date,
    /// How many days.
    pub days: u16,
    /// How long, minutes.
    pub minutes: u16,
    /// As what kind of visit, if as one.
    pub visit_type: Option<VisitTypeId>,
    /// The zone in which days are counted and slots are told; the caller's if absent.
    pub zone: Option<String>,
    /// Who else of the staff is to be free then.
    pub staff: Vec<AccountId>,
}

/// How many slots of what length, within which time.
pub(crate) struct Search<'a> {
    pub(crate) span: SlotSpan,
    pub(crate) rules: &'a Rules,
    pub(crate) count_max: usize,
}

/// What a booking keeps to: the terms of its kind of visit, or those of none.
pub(crate) struct Rules {
    pub(crate) terms: Terms,
    /// At most so many of the kind on one of the worker's days.
    pub(crate) cap: Option<(VisitTypeId, u16)>,
}

impl Store {
    /// When the caller can be booked; without any hours, in the caller's zone.
    pub async fn hours(&self, caller: &Caller) -> Result<WorkingHours> {
        let caller = *caller;
        self.read_audited("hours", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ReadHours, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            if let Some(resource) = of(tx, caller.account).await? {
                return Ok(resource.hours.write(resource.zone.name()));
            }
            let zone = preferences::zone_of(tx, caller.person).await?;
            Ok(Hours::default().write(zone.name()))
        })
        .await
    }

    /// How many of a worker's booked appointments to come lie outside these hours.
    pub async fn outside_hours(&self, caller: &Caller) -> Result<u32> {
        let caller = *caller;
        self.read_audited("outside hours", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ReadHours, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            let Some(resource) = of(tx, caller.account).await? else {
                return Ok(0);
            };
            let now = tx.now();
            let rows = tx
                .sql(TO_COME)
                .bind(caller.account.uuid())
                .bind(now.micros());
            let outside = rows.all::<(i64, i64)>().await?.into_iter();
            let outside = outside.filter(|(start, minutes)| {
                let minutes = u16::try_from(*minutes).unwrap_or(u16::MAX);
                let (hours, zone) = (&resource.hours, &resource.zone);
                fits(hours, zone, &plain_terms(minutes), db::at(*start), now).is_err()
            });
            Ok(u32::try_from(outside.count()).unwrap_or(u32::MAX))
        })
        .await
    }

    /// Says when a worker can be booked, in a zone ([`Code::ZoneUnknown`]); what was said before no longer
    /// holds, what is booked stays. Staff say it of themselves.
    pub async fn set_hours(
        &self,
        caller: &Caller,
        worker: AccountId,
        zone: &str,
        hours: Hours,
    ) -> Result<()> {
        let (caller, zone) = (*caller, zone.to_owned());
        self.write("set hours", async move |tx: &mut Tx| {
            let standing = if caller.is_installation() {
                Standing::installation()
            } else {
                Standing {
                    own: worker == caller.account,
                    ..standing::of_session(tx, &caller).await?
                }
            };
            let object = Object::Account(worker);
            let permit = tx.authorize(&caller, Act::SetHours, standing, object)?;
            if !standing::is_staff(agency::role_of(tx, worker).await?) {
                return Err(Refusal::new(Code::BadRequest, "worker: not a member of staff").into());
            }
            let zone = tx.core().zones.find(&zone)?;
            write(tx, worker, &zone, &hours).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// Times at which the caller could be booked, with whoever else is to be free then, soonest first; none if one
    /// of them never said when they can be. [`Code::NotFound`] for somebody who is no case manager here. A hint:
    /// the booking decides, by the same rules.
    pub async fn find_slots(&self, caller: &Caller, wish: SlotSearch) -> Result<Slots> {
        let caller = *caller;
        self.read_audited("find slots", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::FindSlots, standing, object)?;
            let team = Team::new(caller.account, &wish.staff);
            let others = team.others.iter().map(AccountId::uuid);
            tx.audit(Entry::done(&caller, permit, object).shown(others));
            let zone = match &wish.zone {
                Some(name) => tx.core().zones.find(name)?,
                None => preferences::zone_of(tx, caller.person).await?,
            };
            let workers = team.everybody();
            let resources = of_many(tx, &workers).await?;
            let here = |worker: &Resource| worker.works_here || worker.account == caller.account;
            if resources.len() < workers.len() || !resources.iter().all(here) {
                team::must_work_here(tx, &team.others).await?;
                return Ok(Slots { slots: Vec::new() });
            }
            let rules = rules(tx, wish.visit_type, wish.minutes).await?;
            let search = wish.within(&zone, &rules);
            // What they hold is theirs.
            let own = Some(caller.account.uuid());
            let free = free(tx, &resources, &search, own).await?;
            Ok(Slots {
                slots: told(free, &zone),
            })
        })
        .await
    }
}

impl SlotSearch {
    /// Its days on the clocks of a zone, by these rules.
    fn within<'r>(&self, zone: &Zone, rules: &'r Rules) -> Search<'r> {
        Search {
            span: SlotSpan {
                from: zone.start_of(self.from),
                until: zone.start_of(plus_days(self.from, i32::from(self.days))),
            },
            rules,
            count_max: limits::SLOTS_MAX,
        }
    }
}

async fn write(tx: &mut Tx, worker: AccountId, zone: &Zone, hours: &Hours) -> Result<()> {
    let rules = hours.weekly.len()
        + hours
            .dated
            .iter()
            .map(|d| d.open.len().max(1))
            .sum::<usize>();
    if rules > limits::AVAILABILITY_RULES_MAX {
        return Err(Refusal::new(Code::BadRequest, "hours: too many intervals").into());
    }
    let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
    tx.sql(INSERT_RESOURCE)
        .bind(id)
        .bind(worker.uuid())
        .bind(zone.name().to_owned())
        .run()
        .await?;
    let (id,): (Uuid,) = tx.sql(RESOURCE_OF).bind(worker.uuid()).one().await?;
    tx.sql(FORGET_HOURS).bind(id).run().await?;
    for Weekly {
        weekday,
        from,
        until,
    } in &hours.weekly
    {
        let weekday = i64::from(weekday.to_monday_one_offset());
        insert(tx, id, (Some(weekday), None), (*from, *until)).await?;
    }
    for Dated { date, open } in &hours.dated {
        let date = date.to_string();
        for interval in open {
            insert(tx, id, (None, Some(date.clone())), *interval).await?;
        }
        if open.is_empty() {
            insert(tx, id, (None, Some(date)), (0, 0)).await?;
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    resource: Uuid,
    day: (Option<i64>, Option<String>),
    interval: (u16, u16),
) -> Result<()> {
    let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
    tx.sql(INSERT_HOURS)
        .bind(id)
        .bind(resource)
        .bind(day.0)
        .bind(day.1)
        .bind(i64::from(interval.0))
        .bind(i64::from(interval.1))
        .run()
        .await?;
    Ok(())
}

/// A worker's resource, if anybody ever said when they can be booked.
pub(crate) async fn of(tx: &mut Tx, worker: AccountId) -> Result<Option<Resource>> {
    Ok(of_many(tx, &[worker]).await?.pop())
}

/// Those of several workers, in their order; whoever never said when they can be booked has none. The hours of each
/// know when the agency is closed: whoever books, holds or looks for free times asks here.
pub(crate) async fn of_many(tx: &mut Tx, workers: &[AccountId]) -> Result<Vec<Resource>> {
    let mut found = Vec::with_capacity(workers.len());
    let closed = closures::days(tx).await?;
    for workers in workers.chunks(MANY_MAX) {
        let mut select = tx.many(&RESOURCES, workers.len());
        for (place, worker) in (0_i64..).zip(workers) {
            select = select.row(|row| row.bind(place).bind(worker.uuid()));
        }
        let mut rows = select.all::<ResourceRow>().await?;
        rows.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        for own in rows.chunk_by(|a, b| a.place == b.place) {
            let [row, ..] = own else { continue };
            let worker = usize::try_from(row.place).ok();
            let worker = worker.and_then(|place| workers.get(place));
            found.push(Resource {
                id: row.id,
                account: *worker.ok_or_else(|| Error::broken("a worker was not asked about"))?,
                zone: preferences::zone(tx, &row.zone),
                works_here: row.here != 0,
                hours: Hours {
                    closed: closed.clone(),
                    ..read(own)?
                },
            });
        }
    }
    Ok(found)
}

impl ResourceRow {
    /// By worker and day: the rows of one date stand together.
    fn order(&self) -> (i64, Option<&str>, Option<i64>, Option<i64>) {
        (
            self.place,
            self.date.as_deref(),
            self.weekday,
            self.from_minute,
        )
    }
}

/// One worker's, in their order.
fn read(rows: &[ResourceRow]) -> Result<Hours> {
    let minute = |n: Option<i64>| n.and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
    let mut hours = Hours::default();
    for row in rows {
        let (from, until) = (minute(row.from_minute), minute(row.until_minute));
        if let Some(number) = row.weekday {
            let weekday = weekday(number).ok_or_else(|| Error::broken("a weekday is none"))?;
            hours.weekly.push(Weekly {
                weekday,
                from,
                until,
            });
        } else if let Some(date) = &row.date {
            let date = parse_date(date)?;
            let open = (from < until).then_some((from, until));
            match hours.dated.last_mut() {
                Some(last) if last.date == date => last.open.extend(open),
                _ => hours.dated.push(Dated {
                    date,
                    open: open.into_iter().collect(),
                }),
            }
        }
    }
    Ok(hours)
}

/// Locks a resource for the rest of the transaction, so that nobody else books it meanwhile.
pub(crate) async fn hold(tx: &mut Tx, resource: Uuid) -> Result<()> {
    tx.sql(HOLD).bind(resource).run().await?;
    Ok(())
}

/// What a booking of so many minutes keeps to. [`Code::NotFound`] if there is no such kind of visit; one
/// that is offered no longer is, for what was booked as one.
pub(crate) async fn rules(
    tx: &mut Tx,
    visit_type: Option<VisitTypeId>,
    minutes: u16,
) -> Result<Rules> {
    let Some(id) = visit_type else {
        return Ok(Rules::plain(minutes));
    };
    let visit_type = visit_types::of(tx, id).await?;
    Ok(Rules::of(id, &visit_type, minutes))
}

impl Rules {
    /// Of no kind in particular.
    pub(crate) fn plain(minutes: u16) -> Self {
        Self {
            terms: plain_terms(minutes),
            cap: None,
        }
    }

    /// Of one kind.
    pub(crate) fn of(id: VisitTypeId, visit_type: &VisitType, minutes: u16) -> Self {
        Self {
            terms: visit_type.terms(minutes),
            cap: visit_type.per_day_max.map(|max| (id, max)),
        }
    }

    /// Of a series: it is agreed on once, so how far ahead single visits are booked does not bind it.
    pub(crate) fn of_series(mut self) -> Self {
        self.terms.days_ahead = limits::BOOKING_DAYS_AHEAD;
        self
    }
}

/// Slots as they are told. What the clocks show for the second time is not: whoever books what they read means the first.
pub(crate) fn told(mut slots: Vec<Timestamp>, zone: &Zone) -> Vec<Slot> {
    let mut clocks = Clocks::of(zone);
    slots.retain(|start| clocks.is_first(*start));
    let told = slots.into_iter().map(|start| Slot {
        start,
        at: clocks.local(start),
    });
    told.collect()
}
