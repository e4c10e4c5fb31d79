//! When workers are free: of one or of many by the same statements, whose number does not depend on how many
//! are asked about.

use std::collections::BTreeMap;

use care::availability::{Busy, Member, SlotSpan, kept_free};
use care::civil::{Date, plus_days};
use protocol::{Timestamp, VisitTypeId, limits};
use uuid::Uuid;

use super::{Resource, Rules, Search};
use crate::db;
use crate::error::Result;
use crate::many::MANY_MAX;
use crate::tx::Tx;

many! {
    BUSY = [
        place: Integer, resource: Id, since: Integer, from_at: Integer, until_at: Integer, actor: Id,
        now: Integer,
    ] "
        SELECT asked.place, c.start_at, c.end_at
        FROM asked CROSS JOIN claim c LEFT JOIN hold h ON h.id = c.hold
        WHERE c.resource = asked.resource
            AND c.start_at > asked.since AND c.start_at < asked.until_at AND c.end_at > asked.from_at
            AND (c.appointment IS NULL OR c.appointment <> asked.actor)
            AND (c.hold IS NULL OR (h.actor <> asked.actor AND h.expires_at > asked.now))
        UNION ALL
        SELECT asked.place, b.start_at, b.end_at
        FROM asked CROSS JOIN claim_beside b JOIN appointment a ON a.id = b.appointment
        WHERE b.resource = asked.resource
            AND b.start_at > asked.since AND b.start_at < asked.until_at AND b.end_at > asked.from_at
            AND b.appointment <> asked.actor AND a.state = 'booked'";
    OF_KIND = [
        place: Integer, account: Id, resource: Id, kind: Id, since: Integer, from_at: Integer,
        until_at: Integer, actor: Id, now: Integer,
    ] "
        SELECT asked.place, a.start_at
        FROM asked CROSS JOIN appointment a
        WHERE a.organizer = asked.account AND a.visit_type = asked.kind
            AND a.start_at >= asked.from_at AND a.start_at < asked.until_at
            AND a.state <> 'cancelled' AND a.id <> asked.actor
        UNION ALL
        SELECT asked.place, a.start_at
        FROM asked CROSS JOIN claim c JOIN appointment a ON a.id = c.appointment
        WHERE c.resource = asked.resource
            AND c.start_at > asked.since AND c.start_at < asked.until_at AND c.end_at > asked.from_at
            AND a.organizer <> asked.account AND a.visit_type = asked.kind
            AND a.start_at >= asked.from_at AND a.start_at < asked.until_at
            AND a.state <> 'cancelled' AND a.id <> asked.actor
        UNION ALL
        SELECT asked.place, h.start_at
        FROM asked CROSS JOIN claim c JOIN hold h ON h.id = c.hold
        WHERE c.resource = asked.resource
            AND c.start_at > asked.since AND c.start_at < asked.until_at AND c.end_at > asked.from_at
            AND h.visit_type = asked.kind
            AND h.start_at >= asked.from_at AND h.start_at < asked.until_at
            AND h.expires_at > asked.now AND h.actor <> asked.actor";
}

/// Each worker's free slots, soonest first; at most so many of each.
pub(crate) async fn free_of_many(
    tx: &mut Tx,
    resources: &[Resource],
    search: &Search<'_>,
    except: Option<Uuid>,
) -> Result<Vec<Vec<Timestamp>>> {
    let busy = taken(tx, resources, search, except).await?;
    let now = tx.now();
    let free = resources.iter().zip(&busy).map(|(resource, busy)| {
        care::availability::slots(
            &resource.hours,
            &resource.zone,
            &search.rules.terms,
            search.span,
            busy,
            now,
            search.count_max,
        )
    });
    Ok(free.collect())
}

/// When all of a team are free, soonest first, on the grid of the first one's hours.
pub(crate) async fn free(
    tx: &mut Tx,
    team: &[Resource],
    search: &Search<'_>,
    except: Option<Uuid>,
) -> Result<Vec<Timestamp>> {
    let busy = taken(tx, team, search, except).await?;
    let members = team.iter().zip(&busy).map(|(resource, busy)| Member {
        hours: &resource.hours,
        zone: &resource.zone,
        busy,
    });
    let members: Vec<Member<'_>> = members.collect();
    Ok(care::availability::slots_together(
        &members,
        &search.rules.terms,
        search.span,
        tx.now(),
        search.count_max,
    ))
}

/// What keeps each out of a search: what they are busy with, and their full days.
async fn taken(
    tx: &mut Tx,
    resources: &[Resource],
    search: &Search<'_>,
    except: Option<Uuid>,
) -> Result<Vec<Vec<Busy>>> {
    let Rules { terms, cap } = search.rules;
    // A claim that ends after what is kept free for the first slot begins, or begins before it ends for
    // the last.
    let reach = SlotSpan {
        from: kept_free(terms, search.span.from).from,
        until: kept_free(terms, search.span.until).until,
    };
    let mut busy = busy_of_many(tx, resources, reach, except).await?;
    if let Some(cap) = *cap {
        let full = full_days_of_many(tx, resources, cap, search.span, except).await?;
        for ((resource, busy), full) in resources.iter().zip(&mut busy).zip(full) {
            let zone = &resource.zone;
            busy.extend(full.into_iter().map(|date| Busy {
                start: zone.start_of(date),
                end: zone.start_of(plus_days(date, 1)),
            }));
            busy.sort_unstable_by_key(|busy| busy.start);
        }
    }
    Ok(busy)
}

/// When the resource is busy, except by one appointment or by what one actor holds. What was held and has
/// expired keeps nobody out.
pub(crate) async fn busy(
    tx: &mut Tx,
    resource: &Resource,
    span: SlotSpan,
    except: Option<Uuid>,
) -> Result<Vec<Busy>> {
    let busy = busy_of_many(tx, std::slice::from_ref(resource), span, except).await?;
    Ok(busy.into_iter().next().unwrap_or_default())
}

/// The worker's days within a time that hold as many of a kind as they may, what is held included, besides one
/// appointment or what one actor holds.
pub(crate) async fn full_days(
    tx: &mut Tx,
    resource: &Resource,
    cap: (VisitTypeId, u16),
    span: SlotSpan,
    except: Option<Uuid>,
) -> Result<Vec<Date>> {
    let resources = std::slice::from_ref(resource);
    let full = full_days_of_many(tx, resources, cap, span, except).await?;
    Ok(full.into_iter().next().unwrap_or_default())
}

/// When each is busy, in order of the beginnings.
async fn busy_of_many(
    tx: &mut Tx,
    resources: &[Resource],
    span: SlotSpan,
    except: Option<Uuid>,
) -> Result<Vec<Vec<Busy>>> {
    let (now, except) = (tx.now().micros(), except.unwrap_or_default());
    let mut busy = vec![Vec::new(); resources.len()];
    for (resources, busy) in resources.chunks(MANY_MAX).zip(busy.chunks_mut(MANY_MAX)) {
        let mut select = tx.many(&BUSY, resources.len());
        for (place, resource) in (0_i64..).zip(resources) {
            select = select.row(|row| {
                row.bind(place)
                    .bind(resource.id)
                    .bind(since(span.from))
                    .bind(span.from.micros())
                    .bind(span.until.micros())
                    .bind(except)
                    .bind(now)
            });
        }
        for (place, start, end) in select.all::<(i64, i64, i64)>().await? {
            let found = usize::try_from(place).ok();
            if let Some(busy) = found.and_then(|place| busy.get_mut(place)) {
                busy.push(Busy {
                    start: db::at(start),
                    end: db::at(end),
                });
            }
        }
    }
    for busy in &mut busy {
        busy.sort_unstable_by_key(|busy| busy.start);
    }
    Ok(busy)
}

/// No claim that began by then reaches a time: whatever a worker did in all the years before is not looked at.
fn since(time: Timestamp) -> i64 {
    let reach = i64::from(limits::CLAIM_MINUTES_MAX) * 60;
    time.plus_seconds(-reach).micros()
}

/// Each worker's full days, on the clocks of that worker.
async fn full_days_of_many(
    tx: &mut Tx,
    resources: &[Resource],
    (kind, max): (VisitTypeId, u16),
    span: SlotSpan,
    except: Option<Uuid>,
) -> Result<Vec<Vec<Date>>> {
    let (now, except) = (tx.now().micros(), except.unwrap_or_default());
    let mut counts = vec![BTreeMap::<Date, u16>::new(); resources.len()];
    for (resources, counts) in resources.chunks(MANY_MAX).zip(counts.chunks_mut(MANY_MAX)) {
        let mut select = tx.many(&OF_KIND, resources.len());
        for (place, resource) in (0_i64..).zip(resources) {
            let zone = &resource.zone;
            let from = zone.start_of(zone.date(span.from));
            let until = zone.start_of(plus_days(zone.date(span.until), 1));
            select = select.row(|row| {
                row.bind(place)
                    .bind(resource.account.uuid())
                    .bind(resource.id)
                    .bind(kind.uuid())
                    .bind(since(from))
                    .bind(from.micros())
                    .bind(until.micros())
                    .bind(except)
                    .bind(now)
            });
        }
        for (place, start) in select.all::<(i64, i64)>().await? {
            let Some(place) = usize::try_from(place).ok() else {
                continue;
            };
            if let (Some(resource), Some(counts)) = (resources.get(place), counts.get_mut(place)) {
                *counts.entry(resource.zone.date(db::at(start))).or_default() += 1;
            }
        }
    }
    let full = counts.into_iter().map(|counts| {
        let full = counts.into_iter().filter(|(_, count)| *count >= max);
        full.map(|(date, _)| date).collect()
    });
    Ok(full.collect())
}
