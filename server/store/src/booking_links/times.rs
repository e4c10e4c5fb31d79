//! At which times a booking link's visit may be: the link's days on the client's clocks, and when one of its
//! workers or another is free. The same search offers a time and decides about it.
//!
//! It is read on the client's clocks; at an office it is agreed on those of the site (`appointments::zones`), which
//! depends on whose office it is.

use care::availability::{SlotSpan, kept_free};
use care::civil::{Clocks, Zone, parse_date, plus_days};
use care::place::{Anchor, anchor};
use protocol::{AppointmentKind, Code, Instead, Refusal, Timestamp, limits};
use uuid::Uuid;

use super::LinkRow;
use super::by_link::Offer;
use crate::appointments::{self, Asked, Found};
use crate::error::{Error, Result};
use crate::holds::Hold;
use crate::hours::{self, Resource, Rules, Search};
use crate::preferences;
use crate::tx::Tx;

/// Clocks that a page offers beside the reader's own and the agency's.
const ZONES: [&str; 8] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
];

/// With whom, and when.
pub(super) struct Wanted<'a> {
    pub(super) resources: &'a [Resource],
    pub(super) asked: &'a Asked,
    pub(super) start: Timestamp,
    /// Who wants it: the link.
    pub(super) actor: Uuid,
}

/// The days that the link allows, on the client's clocks.
pub(super) fn span(link: &LinkRow, own: &Zone) -> Result<SlotSpan> {
    Ok(SlotSpan {
        from: own.start_of(parse_date(&link.first_day)?),
        until: own.start_of(plus_days(parse_date(&link.last_day)?, 1)),
    })
}

/// The time as it was asked for, by the link's terms. What the clocks of the client never show, or show twice
/// and mean the first, is nowhere offered; nor is what lies outside the link's days.
pub(super) async fn asked(
    tx: &mut Tx,
    link: &LinkRow,
    resources: &[Resource],
    start: Timestamp,
) -> Result<Asked> {
    let zone = preferences::zone_of(tx, link.client()).await?;
    let rules = hours::rules(tx, link.visit_type(), link.minutes()).await?;
    let days = span(link, &zone)?;
    let civil = zone.civil(start);
    let within = days.from <= start && start < days.until;
    if !within || zone.resolve(civil) != start {
        return Err(instead(tx, (link, &zone), resources, (&rules, days.from)).await);
    }
    Ok(Asked { civil, zone, rules })
}

/// The same time as it is written down if one of the workers holds the visit.
pub(super) fn agreed(
    kind: AppointmentKind,
    asked: Asked,
    (worker, start): (&Resource, Timestamp),
) -> Asked {
    match site(kind, std::slice::from_ref(worker)) {
        None => asked,
        Some(zone) => Asked {
            civil: zone.civil(start),
            zone,
            rules: asked.rules,
        },
    }
}

/// The site of a visit with one of these workers; none where it has no clocks of its own, or they depend on with whom.
pub(super) fn site(kind: AppointmentKind, workers: &[Resource]) -> Option<Zone> {
    let (first, others) = workers.split_first()?;
    let same = others.iter().all(|other| other.zone == first.zone);
    (same && anchor(kind) == Anchor::Site).then(|| first.zone.clone())
}

/// Whether a visit with that worker can be agreed to begin then: of what the clocks of a site show twice, the first is
/// meant.
fn can_be_agreed(kind: AppointmentKind, worker: &Resource, start: Timestamp) -> bool {
    let zone = &worker.zone;
    anchor(kind) == Anchor::Client || zone.resolve(zone.civil(start)) == start
}

/// Whoever keeps that time for the link, if somebody does and still can.
pub(super) async fn kept(
    tx: &mut Tx,
    kind: AppointmentKind,
    wanted: &Wanted<'_>,
    held: Option<Hold>,
) -> Result<Option<(usize, Found)>> {
    let Some(held) = held else {
        return Ok(None);
    };
    let mut resources = wanted.resources.iter();
    let place = resources.position(|resource| {
        resource.id == held.resource && can_be_agreed(kind, resource, wanted.start)
    });
    let Some(place) = place else {
        return Ok(None);
    };
    let team = std::slice::from_ref(&wanted.resources[place]);
    let as_of = (Some(wanted.actor), held.made);
    match appointments::find_as_of(tx, team, wanted.asked, as_of).await {
        Ok(found) => Ok(Some((place, found))),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first worker who has that time free, by the same search that offered it.
pub(super) async fn pick(
    tx: &mut Tx,
    link: &LinkRow,
    wanted: &Wanted<'_>,
) -> Result<(usize, Found)> {
    let Asked { zone, rules, .. } = wanted.asked;
    let start = wanted.start;
    let search = Search {
        span: SlotSpan {
            from: start,
            until: start.plus_seconds(1),
        },
        rules,
        count_max: 1,
    };
    let kind = link.kind()?;
    let free = hours::free_of_many(tx, wanted.resources, &search, Some(wanted.actor)).await?;
    let place = wanted
        .resources
        .iter()
        .zip(&free)
        .position(|(worker, free)| free.contains(&start) && can_be_agreed(kind, worker, start));
    if let Some(place) = place {
        let found = Found {
            start,
            end: start.plus_seconds(i64::from(rules.terms.minutes) * 60),
            claimed: kept_free(&rules.terms, start),
        };
        return Ok((place, found));
    }
    Err(instead(tx, (link, zone), wanted.resources, (rules, start)).await)
}

/// The refusal that names the next free times.
async fn instead(
    tx: &mut Tx,
    (link, own): (&LinkRow, &Zone),
    resources: &[Resource],
    (rules, after): (&Rules, Timestamp),
) -> Error {
    let days = match span(link, own) {
        Ok(days) => days,
        Err(error) => return error,
    };
    let days = SlotSpan {
        from: days.from.max(after),
        until: days.until,
    };
    let wanted = (days, limits::SLOTS_INSTEAD);
    match free(tx, (link, own), resources, (rules, wanted)).await {
        Ok(free) => {
            let free = free.into_iter().map(|offer| offer.start);
            let instead = Instead::Slots(hours::told(free.collect(), own));
            let refusal = Refusal::new(Code::SlotTaken, "this time is not free");
            refusal.instead(instead).into()
        }
        Err(error) => error,
    }
}

/// When one of the workers or another is free, soonest first, each time once; with the site of whoever would hold the
/// visit, who is the first of them.
pub(super) async fn free(
    tx: &mut Tx,
    (link, own): (&LinkRow, &Zone),
    resources: &[Resource],
    (rules, (span, count_max)): (&Rules, (SlotSpan, usize)),
) -> Result<Vec<Offer>> {
    let search = Search {
        span,
        rules,
        count_max,
    };
    let free = hours::free_of_many(tx, resources, &search, Some(link.id)).await?;
    let kind = link.kind()?;
    let mut offers = Vec::new();
    for (worker, free) in resources.iter().zip(free) {
        let site = site(kind, std::slice::from_ref(worker));
        // What the clocks of a site show twice is the first, and so is what the client's do.
        let mut clocks = site.as_ref().map(Clocks::of);
        for start in free {
            if clocks.as_mut().is_none_or(|clocks| clocks.is_first(start)) {
                let site = site.clone();
                offers.push(Offer { start, site });
            }
        }
    }
    // Of those at one time the first worker's stays the first.
    offers.sort_by_key(|offer| offer.start);
    offers.dedup_by_key(|offer| offer.start);
    let mut clocks = Clocks::of(own);
    offers.retain(|offer| clocks.is_first(offer.start));
    offers.truncate(count_max);
    Ok(offers)
}

/// The clocks that the reader chose, or their own.
pub(super) fn chosen(tx: &Tx, wished: Option<&str>, own: &Zone) -> Zone {
    let found = wished.and_then(|name| tx.core().zones.find(name).ok());
    found.unwrap_or_else(|| own.clone())
}

/// The reader's own first, each once.
pub(super) fn zones(tx: &Tx, own: &Zone) -> Vec<Zone> {
    let mut zones = vec![own.clone()];
    let known = ZONES
        .iter()
        .filter_map(|name| tx.core().zones.find(name).ok());
    for zone in std::iter::once(tx.core().zone.clone()).chain(known) {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    zones
}
