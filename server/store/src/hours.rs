//! When a worker can be booked, and what keeps them busy.

use care::Caller;
use care::availability::{Busy, Dated, Hours, SlotSpan, Terms, Weekly};
use care::civil::{Date, Zone, parse_date, plus_days, weekday};
use care::rules::{Act, Standing};
use protocol::http::{Slot, Slots};
use protocol::{AccountId, Code, EntryId, Refusal, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::tx::Tx;
use crate::{agency, preferences, standing};

statements! {
    RESOURCE_OF = "SELECT id, zone FROM resource WHERE account = $1";
    INSERT_RESOURCE = "
        INSERT INTO resource (id, kind, account, zone, version) VALUES ($1, 'staff', $2, $3, 0)
        ON CONFLICT (account) DO UPDATE SET zone = excluded.zone";
    FORGET_HOURS = "DELETE FROM availability WHERE resource = $1";
    INSERT_HOURS = "
        INSERT INTO availability (id, resource, weekday, date, from_minute, until_minute)
        VALUES ($1, $2, $3, $4, $5, $6)";
    HOURS = "
        SELECT weekday, date, from_minute, until_minute FROM availability
        WHERE resource = $1 ORDER BY date, weekday, from_minute";
    HOLD = "UPDATE resource SET version = version + 1 WHERE id = $1";
    BUSY = "
        SELECT start_at, end_at FROM claim
        WHERE resource = $1 AND start_at < $3 AND end_at > $2
            AND (appointment IS NULL OR appointment <> $4)
        ORDER BY start_at";
}

#[derive(sqlx::FromRow)]
struct ResourceRow {
    id: Uuid,
    zone: String,
}

#[derive(sqlx::FromRow)]
struct HoursRow {
    weekday: Option<i64>,
    date: Option<String>,
    from_minute: i64,
    until_minute: i64,
}

/// A worker as something that can be busy.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: Uuid,
    pub(crate) zone: Zone,
    pub(crate) hours: Hours,
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
    /// The zone in which days are counted and slots are told; the caller's if absent.
    pub zone: Option<String>,
}

/// How many slots of what length, within which time.
pub(crate) struct Search {
    pub(crate) span: SlotSpan,
    pub(crate) minutes: u16,
    pub(crate) count_max: usize,
}

impl Store {
    /// Says when a worker can be booked, in their zone; what was said before no longer holds.
    pub async fn set_hours(
        &self,
        caller: &Caller,
        worker: AccountId,
        zone: Zone,
        hours: Hours,
    ) -> Result<()> {
        let caller = *caller;
        self.write("set hours", async move |tx: &mut Tx| {
            let standing = if caller.is_installation() {
                Standing::installation()
            } else {
                standing::of_session(tx, &caller).await?
            };
            let object = Object::Account(worker);
            let permit = tx.authorize(&caller, Act::SetHours, standing, object)?;
            if !standing::is_staff(agency::role_of(tx, worker).await?) {
                return Err(Refusal::new(Code::BadRequest, "worker: not a member of staff").into());
            }
            write(tx, worker, &zone, &hours).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// Times at which the caller could be booked, soonest first. A hint: the booking decides, by the
    /// same rules.
    pub async fn find_slots(&self, caller: &Caller, wish: SlotSearch) -> Result<Slots> {
        let caller = *caller;
        self.read_audited("find slots", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::FindSlots, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            let zone = match &wish.zone {
                Some(name) => tx.core().zones.find(name)?,
                None => preferences::zone_of(tx, caller.person).await?,
            };
            let Some(resource) = of(tx, caller.account).await? else {
                return Ok(Slots { slots: Vec::new() });
            };
            let search = Search {
                span: SlotSpan {
                    from: zone.start_of(wish.from),
                    until: zone.start_of(plus_days(wish.from, i32::from(wish.days))),
                },
                minutes: wish.minutes,
                count_max: limits::SLOTS_MAX,
            };
            let free = free(tx, &resource, &search, None).await?;
            let slots = free.into_iter().map(|start| slot(start, &zone)).collect();
            Ok(Slots { slots })
        })
        .await
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
    let (id,) = {
        let row: ResourceRow = tx.sql(RESOURCE_OF).bind(worker.uuid()).one().await?;
        (row.id,)
    };
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
    let row = tx
        .sql(RESOURCE_OF)
        .bind(worker.uuid())
        .maybe::<ResourceRow>()
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let rows = tx.sql(HOURS).bind(row.id).all::<HoursRow>().await?;
    Ok(Some(Resource {
        id: row.id,
        zone: preferences::zone(tx, &row.zone),
        hours: read(rows)?,
    }))
}

fn read(rows: Vec<HoursRow>) -> Result<Hours> {
    let minute = |n: i64| u16::try_from(n).unwrap_or(0);
    let mut hours = Hours {
        weekly: Vec::new(),
        dated: Vec::new(),
    };
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

/// What a booking of so many minutes must keep to.
pub(crate) fn terms(minutes: u16) -> Terms {
    Terms {
        minutes,
        step_minutes: limits::SLOT_STEP_MINUTES,
        notice_s: 0,
        days_ahead: limits::BOOKING_DAYS_AHEAD,
    }
}

/// When the resource is busy, except by one appointment.
pub(crate) async fn busy(
    tx: &mut Tx,
    resource: &Resource,
    span: SlotSpan,
    except: Option<Uuid>,
) -> Result<Vec<Busy>> {
    let rows = tx
        .sql(BUSY)
        .bind(resource.id)
        .bind(span.from.micros())
        .bind(span.until.micros())
        .bind(except.unwrap_or_default())
        .all::<(i64, i64)>()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(start, end)| Busy {
            start: db::at(start),
            end: db::at(end),
        })
        .collect())
}

/// A slot as it is told.
pub(crate) fn slot(start: Timestamp, zone: &Zone) -> Slot {
    Slot {
        start,
        at: zone.local(start),
    }
}

/// Free slots, soonest first.
pub(crate) async fn free(
    tx: &mut Tx,
    resource: &Resource,
    search: &Search,
    except: Option<Uuid>,
) -> Result<Vec<Timestamp>> {
    // A claim that ends after the span's start, or begins before the end of its last slot.
    let reach = SlotSpan {
        from: search.span.from,
        until: search
            .span
            .until
            .plus_seconds(i64::from(search.minutes) * 60),
    };
    let busy = busy(tx, resource, reach, except).await?;
    Ok(care::availability::slots(
        &resource.hours,
        &resource.zone,
        &terms(search.minutes),
        search.span,
        &busy,
        tx.now(),
        search.count_max,
    ))
}
