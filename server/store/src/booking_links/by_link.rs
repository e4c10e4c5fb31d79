//! What whoever holds a client's booking link can do, without an account: see free times, keep one for a few
//! minutes, let it go, book it. Looking changes nothing; booking is the same code as a case manager's
//! (`appointments::book`), and twice is once.
//!
//! The link itself is the actor: what it holds keeps everybody else out, and not itself. All of its workers'
//! resources are locked, in the order of their ids, before anything is decided; then the link is read again.

use care::appointment::{Booking, MeetingLink};
use care::civil::Zone;
use care::place::{Anchor, anchor};
use care::rules::Act;
use protocol::{AppointmentId, AppointmentState, Language, OpId, Timestamp, limits};
use uuid::Uuid;

use super::LinkRow;
use super::found::{Bearing, ask, entry, find_open, gone, lock, must_be_open, resources};
use super::times::{Wanted, agreed, asked, chosen, free, kept, pick, site, span, zones};
use crate::appointments::{Asked, book};
use crate::db;
use crate::error::Result;
use crate::holds::{self, Actor, Kept};
use crate::hours::{self, Resource};
use crate::links::{self, LINK_SECRET_BYTES, LinkSecret};
use crate::preferences;
use crate::seal::{BOOKING_MEETING_LINK, LINK_SECRET};
use crate::store::Store;
use crate::tasks::unreached;
use crate::tx::Tx;

statements! {
    USE = "
        UPDATE booking_link SET used_at = $2, appointment = $3, secret = NULL
        WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2";
    CLIENTS_PART = "
        SELECT p.id, a.ics_sequence, a.start_at, a.zone, a.state
        FROM appointment a JOIN participant p ON p.appointment = a.id AND p.person = a.client
        WHERE a.id = $1 AND p.left_at IS NULL";
    LINK_OF_PART = "SELECT id, secret FROM link WHERE participant = $1 AND ics_sequence = $2";
}

/// What the reader of a booking page asks for.
#[derive(Debug, Clone, Default)]
pub struct BookingWish {
    /// On which clocks times are told; the client's own if absent or unknown.
    pub zone: Option<String>,
    /// No times before this instant.
    pub after: Option<Timestamp>,
}

/// A time that is free.
#[derive(Debug, Clone)]
pub struct Offer {
    /// When the visit would begin.
    pub start: Timestamp,
    /// The zone of the site, if it has clocks of its own.
    pub site: Option<Zone>,
}

/// What a booking link offers: nothing but times. No name, no place, no reason.
#[derive(Debug, Clone)]
pub struct BookingView {
    /// The client's language.
    pub language: Language,
    /// On which clocks to tell the times.
    pub zone: Zone,
    /// Clocks to choose from.
    pub zones: Vec<Zone>,
    /// How long the visit is.
    pub minutes: u16,
    /// Free times, soonest first, at most [`limits::SLOTS_MAX`].
    pub slots: Vec<Offer>,
    /// Now, by the server's clock.
    pub now: Timestamp,
}

/// A time that the link keeps, or does not any more.
#[derive(Debug, Clone)]
pub struct HeldView {
    /// The client's language.
    pub language: Language,
    /// On which clocks to tell the time.
    pub zone: Zone,
    /// The zone of the site, if it has clocks of its own.
    pub site: Option<Zone>,
    /// How long the visit is.
    pub minutes: u16,
    /// Until when that time is kept; none if it is not.
    pub kept_until: Option<Timestamp>,
    /// Now, by the server's clock.
    pub now: Timestamp,
}

/// What was booked.
#[derive(Debug, Clone)]
pub struct BookedView {
    /// The client's language.
    pub language: Language,
    /// On which clocks to tell the time.
    pub zone: Zone,
    /// The zone of the site, if it has clocks of its own.
    pub site: Option<Zone>,
    /// When the visit begins.
    pub start: Timestamp,
    /// The client's link of the visit, by which they change it or call it off.
    pub manage: Option<LinkSecret>,
}

#[derive(sqlx::FromRow)]
struct PartRow {
    id: Uuid,
    ics_sequence: i64,
    start_at: i64,
    zone: String,
    state: String,
}

/// A link and its secret, sealed.
#[derive(sqlx::FromRow)]
struct SecretRow {
    id: Uuid,
    secret: Vec<u8>,
}

impl Store {
    /// What a link offers. Changes nothing. [`protocol::Code::LinkGone`] for one that never was, that was used, taken
    /// back or is over, and whose client nobody serves any more, all alike.
    pub async fn open_booking_link(
        &self,
        secret: &LinkSecret,
        wish: &BookingWish,
    ) -> Result<BookingView> {
        let (secret, wish) = (secret.clone(), wish.clone());
        self.read_audited("open booking link", async move |tx: &mut Tx| {
            let found = find_open(tx, &secret).await?;
            let permit = ask(tx, &found, Act::OpenBookingLink)?;
            tx.audit(entry(&found, permit));
            let own = preferences::zone_of(tx, found.link.client()).await?;
            let resources = resources(tx, &found.workers).await?;
            let rules = hours::rules(tx, found.link.visit_type(), found.link.minutes()).await?;
            let mut span = span(&found.link, &own)?;
            span.from = span.from.max(wish.after.unwrap_or(span.from));
            let wanted = (span, limits::SLOTS_MAX);
            let slots = free(tx, (&found.link, &own), &resources, (&rules, wanted)).await?;
            Ok(BookingView {
                language: language(tx, &found.link).await?,
                zone: chosen(tx, wish.zone.as_deref(), &own),
                zones: zones(tx, &own),
                minutes: found.link.minutes(),
                slots,
                now: tx.now(),
            })
        })
        .await
    }

    /// How a time stands that the link was to keep. Changes nothing.
    pub async fn held_by_link(
        &self,
        secret: &LinkSecret,
        start: Timestamp,
        wish: &BookingWish,
    ) -> Result<HeldView> {
        let (secret, wish) = (secret.clone(), wish.clone());
        self.read_audited("held by link", async move |tx: &mut Tx| {
            let found = find_open(tx, &secret).await?;
            let permit = ask(tx, &found, Act::OpenBookingLink)?;
            tx.audit(entry(&found, permit));
            let own = preferences::zone_of(tx, found.link.client()).await?;
            let held = holds::live(tx, found.link.id).await?;
            let held = held.into_iter().find(|hold| hold.start == start);
            let mut workers = resources(tx, &found.workers).await?;
            workers.retain(|worker| held.is_none_or(|held| held.resource == worker.id));
            Ok(HeldView {
                language: language(tx, &found.link).await?,
                zone: chosen(tx, wish.zone.as_deref(), &own),
                site: site(found.link.kind()?, &workers),
                minutes: found.link.minutes(),
                kept_until: held.map(|hold| hold.expires),
                now: tx.now(),
            })
        })
        .await
    }

    /// Keeps a free time for the link, [`limits::HOLD_S`] long. [`protocol::Code::SlotTaken`] names the next free times.
    /// The same time again does nothing more, and does not keep it any longer.
    pub async fn hold_by_link(&self, secret: &LinkSecret, start: Timestamp) -> Result<()> {
        let secret = secret.clone();
        self.write("hold by link", async move |tx: &mut Tx| {
            let (found, resources) = lock(tx, &secret).await?;
            must_be_open(tx, &found).await?;
            let permit = ask(tx, &found, Act::HoldByLink)?;
            let actor = found.link.id;
            let held = holds::live(tx, actor).await?;
            if held.iter().any(|hold| hold.start == start) {
                return Ok(());
            }
            let asked = asked(tx, &found.link, &resources, start).await?;
            let wanted = Wanted {
                resources: &resources,
                asked: &asked,
                start,
                actor,
            };
            let (place, time) = pick(tx, &found.link, &wanted).await?;
            let kept = Kept {
                resource: resources[place].id,
                others: Vec::new(),
                visit_type: found.link.visit_type(),
                start,
                claimed: time.claimed,
            };
            holds::make(tx, Actor::Link(actor), &kept).await?;
            tx.audit(entry(&found, permit));
            Ok(())
        })
        .await
    }

    /// Lets go of what the link holds. Again does nothing more.
    pub async fn let_go_by_link(&self, secret: &LinkSecret) -> Result<()> {
        let secret = secret.clone();
        self.write("let go by link", async move |tx: &mut Tx| {
            let (found, _) = lock(tx, &secret).await?;
            must_be_open(tx, &found).await?;
            let permit = ask(tx, &found, Act::HoldByLink)?;
            holds::let_all_go(tx, found.link.id).await?;
            tx.audit(entry(&found, permit));
            Ok(())
        })
        .await
    }

    /// Books a time, kept or not, and uses the link up. [`protocol::Code::SlotTaken`] names the next free times. The same
    /// time again, within [`limits::UNDO_S`], answers what was booked.
    pub async fn book_by_link(
        &self,
        secret: &LinkSecret,
        start: Timestamp,
        wish: &BookingWish,
    ) -> Result<BookedView> {
        let (secret, wish) = (secret.clone(), wish.clone());
        self.write("book by link", async move |tx: &mut Tx| {
            let (found, resources) = lock(tx, &secret).await?;
            let before = booked_before(tx, &found.link, start).await?;
            if before.is_none() {
                must_be_open(tx, &found).await?;
            }
            let permit = ask(tx, &found, Act::BookByLink)?;
            let id = match before {
                Some(id) => id,
                None => take(tx, &found, &resources, start).await?,
            };
            tx.audit(entry(&found, permit).shown([id.uuid()]));
            booked(tx, &found.link, id, wish.zone.as_deref()).await
        })
        .await
    }
}

/// Books it with whoever has that time, uses the link up, and sees to the client's own link of the visit.
async fn take(
    tx: &mut Tx,
    found: &Bearing,
    resources: &[Resource],
    start: Timestamp,
) -> Result<AppointmentId> {
    let link = &found.link;
    let asked = asked(tx, link, resources, start).await?;
    let held = holds::live(tx, link.id).await?;
    let held = held.into_iter().find(|hold| hold.start == start);
    holds::let_all_go(tx, link.id).await?;
    let wanted = Wanted {
        resources,
        asked: &asked,
        start,
        actor: link.id,
    };
    let kind = link.kind()?;
    let (place, time) = match kept(tx, kind, &wanted, held).await? {
        Some(kept) => kept,
        None => pick(tx, link, &wanted).await?,
    };
    let asked = agreed(kind, asked, (&resources[place], start));
    let team = std::slice::from_ref(&resources[place]);
    let worker = found.workers.iter();
    let worker = worker
        .copied()
        .find(|worker| worker.account == resources[place].account);
    let worker = worker.ok_or_else(gone)?;
    let booking = booking(tx, link, &asked).await?;
    let (id, _) = book::put(tx, worker, &booking, team, (&asked, &time)).await?;
    let now = tx.now().micros();
    let used = tx.sql(USE).bind(link.id).bind(now).bind(id.uuid());
    if used.run().await? == 0 {
        return Err(gone());
    }
    let part: PartRow = tx.sql(CLIENTS_PART).bind(id.uuid()).one().await?;
    let of = (id, link.client());
    links::ensure(tx, of, part.id.into(), db::small(part.ics_sequence)).await?;
    // Whoever booked it has no need to be told.
    unreached::finish_told(tx, link.client(), id).await?;
    Ok(id)
}

/// What the link asks for, as a case manager would.
async fn booking(tx: &mut Tx, link: &LinkRow, asked: &Asked) -> Result<Booking> {
    let meeting_link = match &link.meeting_link {
        Some(sealed) => {
            tx.open_if_there(BOOKING_MEETING_LINK, link.id, sealed)
                .await?
        }
        None => None,
    };
    let meeting_link = meeting_link.as_deref().map(MeetingLink::new);
    Ok(Booking {
        // The link is the request.
        op_id: OpId::from(link.id),
        client: link.client(),
        kind: link.kind()?,
        civil: asked.civil,
        zone: Some(asked.zone.name().to_owned()),
        minutes: link.minutes(),
        visit_type: link.visit_type(),
        caregivers: Vec::new(),
        staff: Vec::new(),
        meeting_link: meeting_link.transpose()?,
        // Whoever is booked says later where it is.
        place: None,
        occurrence: None,
    })
}

/// The appointment that was booked by the link a moment ago, if it is at that time, and on.
async fn booked_before(
    tx: &mut Tx,
    link: &LinkRow,
    start: Timestamp,
) -> Result<Option<AppointmentId>> {
    let (Some(used), Some(id)) = (link.used_at, link.appointment) else {
        return Ok(None);
    };
    if tx.now() >= db::at(used).plus_seconds(limits::UNDO_S) {
        return Ok(None);
    }
    let part = tx.sql(CLIENTS_PART).bind(id).maybe::<PartRow>().await?;
    let on = AppointmentState::Booked.as_str();
    let same = part.is_some_and(|part| db::at(part.start_at) == start && part.state == on);
    Ok(same.then(|| id.into()))
}

async fn booked(
    tx: &mut Tx,
    link: &LinkRow,
    id: AppointmentId,
    zone: Option<&str>,
) -> Result<BookedView> {
    let own = preferences::zone_of(tx, link.client()).await?;
    let part: PartRow = tx.sql(CLIENTS_PART).bind(id.uuid()).one().await?;
    let row = tx.sql(LINK_OF_PART).bind(part.id).bind(part.ics_sequence);
    let manage = match row.maybe::<SecretRow>().await? {
        Some(row) => tx.open(LINK_SECRET, row.id, &row.secret).await?,
        None => None,
    };
    let manage: Option<[u8; LINK_SECRET_BYTES]> =
        manage.map(|secret| db::array(&secret)).transpose()?;
    let has_site = anchor(link.kind()?) == Anchor::Site;
    Ok(BookedView {
        language: language(tx, link).await?,
        zone: chosen(tx, zone, &own),
        site: has_site.then(|| preferences::zone(tx, &part.zone)),
        start: db::at(part.start_at),
        manage: manage.map(LinkSecret::from),
    })
}

async fn language(tx: &mut Tx, link: &LinkRow) -> Result<Language> {
    Ok(preferences::read(tx, link.client()).await?.language)
}
