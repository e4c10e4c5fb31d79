//! What the pages of a booking link say: from what the store shows to what the template is filled with.

use care::civil::Zone;
use care::texts::{TextError, Texts, Word, texts};
use care::words_of_time::{self, Telling, day, hour};
use minijinja::{Value, context};
use protocol::{Language, Timestamp};
use store::{BookedView, BookingView, HeldView, Offer};

use super::super::LINK;
use super::Reading;

/// Days on one page.
const DAYS_SHOWN: usize = 7;
const MINUTE_US: i64 = 60_000_000;

/// What fills the template, all of it.
#[derive(Default)]
struct Said {
    title: String,
    moment: Option<String>,
    lines: Vec<String>,
    /// The number to call.
    call: Option<String>,
    /// Forms that post.
    buttons: Vec<Value>,
    days: Vec<Value>,
    /// Links.
    onward: Vec<Value>,
    clocks: Option<Value>,
}

impl Said {
    fn titled(text: &Texts, title: &str) -> Result<Self, TextError> {
        Ok(Self {
            title: text.say(title, &[])?,
            ..Self::default()
        })
    }

    fn line(&mut self, text: &Texts, key: &str) -> Result<(), TextError> {
        self.lines.push(text.say(key, &[])?);
        Ok(())
    }

    fn way(&mut self, label: String, to: String, quiet: bool) {
        self.onward.push(context! { to, label, quiet });
    }

    fn button(&mut self, label: String, to: String, quiet: bool) {
        self.buttons.push(context! { to, label, quiet });
    }

    fn values(self, language: Language) -> Value {
        let Self {
            title,
            moment,
            lines,
            call,
            buttons,
            days,
            onward,
            clocks,
        } = self;
        context! {
            language => language.as_str(),
            title,
            moment,
            lines,
            call,
            buttons,
            days,
            onward,
            clocks,
        }
    }
}

/// The free times, by day on the reader's clocks.
pub(super) fn times(
    view: &BookingView,
    reading: &Reading,
    phone: Option<&str>,
) -> Result<Value, TextError> {
    let text = texts(view.language);
    let mut said = Said::titled(text, "book-title")?;
    let minutes = Word::Count(usize::from(view.minutes));
    said.lines
        .push(text.say("book-lasts", &[("count", minutes)])?);
    if view.slots.is_empty() {
        let none = if phone.is_some() {
            "book-none-call"
        } else {
            "book-none"
        };
        said.line(text, none)?;
        said.call = number(text, phone)?;
    } else {
        said.line(text, "book-how")?;
    }
    if view.slots.iter().any(|offer| shows_another(view, offer)) {
        said.line(text, "book-there-how")?;
    }
    let days = by_day(view);
    for (place, slots) in days.iter().take(DAYS_SHOWN).enumerate() {
        said.days.push(one_day(view, reading, slots, place == 0)?);
    }
    if let Some(next) = days.get(DAYS_SHOWN).and_then(|slots| slots.first()) {
        let to = later(reading, next.start);
        said.way(text.say("book-later", &[])?, to, true);
    }
    if reading.wish.after.is_some() {
        said.way(text.say("book-first", &[])?, reading.path(""), true);
    }
    said.clocks = Some(clocks(view, reading)?);
    Ok(said.values(view.language))
}

/// Book this time?
pub(super) fn question(
    view: &HeldView,
    reading: &Reading,
    start: Timestamp,
) -> Result<Value, TextError> {
    let text = texts(view.language);
    let mut said = Said::titled(text, "book-confirm-title")?;
    said.moment = Some(told(view.language, &view.zone, start));
    let clocks = (&view.zone, view.site.as_ref());
    said.lines.extend(there(view.language, clocks, start)?);
    let minutes = Word::Count(usize::from(view.minutes));
    said.lines
        .push(text.say("book-lasts", &[("count", minutes)])?);
    match view.kept_until {
        Some(until) => {
            let left = minutes_left(until, view.now);
            let left = [("count", Word::Count(left))];
            said.lines.push(text.say("book-kept", &left)?);
        }
        None => said.line(text, "book-kept-over")?,
    }
    said.button(text.say("book-go", &[])?, reading.at("book", start), false);
    said.button(text.say("book-other", &[])?, reading.path("/let-go"), true);
    Ok(said.values(view.language))
}

/// It is booked; where it is seen and changed.
pub(super) fn booked(view: &BookedView) -> Result<Value, TextError> {
    let text = texts(view.language);
    let mut said = Said::titled(text, "book-booked-title")?;
    said.moment = Some(told(view.language, &view.zone, view.start));
    let clocks = (&view.zone, view.site.as_ref());
    said.lines.extend(there(view.language, clocks, view.start)?);
    if let Some(link) = &view.manage {
        said.line(text, "book-booked-body")?;
        let to = format!("{LINK}{}", link.to_text());
        said.way(text.say("book-see", &[])?, to, false);
    }
    Ok(said.values(view.language))
}

/// Somebody else was faster: the next free times, of which the view has no others.
pub(super) fn taken(view: &BookingView, reading: &Reading) -> Result<Value, TextError> {
    let text = texts(view.language);
    let mut said = Said::titled(text, "book-taken-title")?;
    let body = if view.slots.is_empty() {
        "book-taken-none"
    } else {
        "book-taken-body"
    };
    said.line(text, body)?;
    for offer in &view.slots {
        let label = told(view.language, &view.zone, offer.start);
        let label = with_site(view, offer, label)?;
        said.button(label, reading.at("hold", offer.start), true);
    }
    said.way(text.say("book-other", &[])?, reading.path(""), false);
    Ok(said.values(view.language))
}

/// Nothing about whose link it is, or was, or why it leads nowhere.
pub(super) fn gone(language: Language, phone: Option<&str>) -> Result<Value, TextError> {
    let text = texts(language);
    let mut said = Said::titled(text, "book-gone-title")?;
    said.line(text, "book-gone-body")?;
    said.line(text, "book-gone-call")?;
    said.call = number(text, phone)?;
    Ok(said.values(language))
}

/// Something that may pass.
pub(super) fn failed(language: Language) -> Result<Value, TextError> {
    let text = texts(language);
    let mut said = Said::titled(text, "page-failed-title")?;
    said.line(text, "page-failed-body")?;
    Ok(said.values(language))
}

/// The offers of each day on the reader's clocks, in order.
fn by_day(view: &BookingView) -> Vec<Vec<&Offer>> {
    let mut days: Vec<Vec<&Offer>> = Vec::new();
    let date = |offer: &Offer| view.zone.date(offer.start);
    for offer in &view.slots {
        match days.last_mut() {
            Some(day) if day.first().is_some_and(|one| date(one) == date(offer)) => {
                day.push(offer);
            }
            _ => days.push(vec![offer]),
        }
    }
    days
}

/// Whether the clocks of the site show another time than the reader's.
fn shows_another(view: &BookingView, offer: &Offer) -> bool {
    let site = offer.site.as_ref();
    site.is_some_and(|site| site.civil(offer.start) != view.zone.civil(offer.start))
}

/// A time as it was told, and beside it that of the site's clocks where they show another.
fn with_site(view: &BookingView, offer: &Offer, time: String) -> Result<String, TextError> {
    let Some(site) = offer.site.as_ref().filter(|_| shows_another(view, offer)) else {
        return Ok(time);
    };
    let there = hour(view.language, site, offer.start);
    let city = city(site);
    let words = [
        ("time", Word::Text(&time)),
        ("there", Word::Text(&there)),
        ("city", Word::Text(&city)),
    ];
    texts(view.language).say("book-time-there", &words)
}

/// What the clocks of the site show then, if it is something else than the reader's do.
fn there(
    language: Language,
    (zone, site): (&Zone, Option<&Zone>),
    at: Timestamp,
) -> Result<Option<String>, TextError> {
    let Some(site) = site.filter(|site| site.civil(at) != zone.civil(at)) else {
        return Ok(None);
    };
    let moment = told(language, site, at);
    let city = city(site);
    let words = [("moment", Word::Text(&moment)), ("city", Word::Text(&city))];
    texts(language).say("book-there", &words).map(Some)
}

fn one_day(
    view: &BookingView,
    reading: &Reading,
    slots: &[&Offer],
    open: bool,
) -> Result<Value, TextError> {
    let text = texts(view.language);
    let mut times = Vec::with_capacity(slots.len());
    for offer in slots {
        let label = hour(view.language, &view.zone, offer.start);
        let label = with_site(view, offer, label)?;
        let to = reading.at("hold", offer.start);
        times.push(context! { to, label });
    }
    let first = slots.first().map_or(view.now, |offer| offer.start);
    let name = day(view.language, view.zone.date(first));
    let clocks = called(view.language, &view.zone, first);
    let words = [("day", Word::Text(&name)), ("clocks", Word::Text(&clocks))];
    let label = text.say("book-day", &words)?;
    let count = text.say("book-count", &[("count", Word::Count(slots.len()))])?;
    Ok(context! { label, count, open, times })
}

/// Other clocks to read the times on.
fn clocks(view: &BookingView, reading: &Reading) -> Result<Value, TextError> {
    let text = texts(view.language);
    let at = view.slots.first().map_or(view.now, |offer| offer.start);
    let mut zones = Vec::with_capacity(view.zones.len() + 1);
    let chosen = (!view.zones.contains(&view.zone)).then_some(&view.zone);
    for zone in chosen.into_iter().chain(&view.zones) {
        let city = city(zone);
        let clocks = called(view.language, zone, at);
        let words = [("city", Word::Text(&city)), ("clocks", Word::Text(&clocks))];
        zones.push(context! {
            name => zone.name(),
            label => text.say("book-place", &words)?,
            chosen => *zone == view.zone,
        });
    }
    let to = format!("{}{}", super::BOOK, reading.link.to_text());
    Ok(context! {
        to,
        label => text.say("book-clocks", &[])?,
        go => text.say("book-clocks-go", &[])?,
        zones,
    })
}

/// "Los Angeles" of `America/Los_Angeles`.
fn city(zone: &Zone) -> String {
    let name = zone.name();
    let last = name.rsplit('/').next().unwrap_or(name);
    last.replace('_', " ")
}

fn number(text: &Texts, phone: Option<&str>) -> Result<Option<String>, TextError> {
    let Some(number) = phone else {
        return Ok(None);
    };
    let said = text.say("page-call-number", &[("number", Word::Text(number))]);
    said.map(Some)
}

fn later(reading: &Reading, next: Timestamp) -> String {
    let path = reading.path("");
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}after={}", next.micros())
}

/// Begun minutes count.
fn minutes_left(until: Timestamp, now: Timestamp) -> usize {
    let left = (until.micros() - now.micros() + MINUTE_US - 1) / MINUTE_US;
    usize::try_from(left).unwrap_or(0)
}

fn told(language: Language, zone: &Zone, at: Timestamp) -> String {
    let telling = Telling {
        language,
        zone,
        named: true,
    };
    minus(&telling.moment(at))
}

/// "Central Time".
fn called(language: Language, zone: &Zone, at: Timestamp) -> String {
    minus(&words_of_time::zone(language, zone, at))
}

/// A line may break after a hyphen, and not after a minus sign.
fn minus(text: &str) -> String {
    text.replace("GMT-", "GMT\u{2212}")
}
