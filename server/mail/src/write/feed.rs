//! The calendar file of a feed (RFC 5545, RFC 7986): when somebody is busy, for whoever has its address. It is fetched
//! again and again and takes the place of the one before (RFC 5546, section 3.2.1), so what is called off is not in it.
//!
//! The same feed is the same file: nothing in it is of the moment at which it is written. Everything of one visit that
//! differs from another's is its times, how often it was changed, and a name that stands nowhere else.

use care::texts::texts;
use icalendar::{Calendar, Component as _, Event, EventStatus, Property};
use protocol::{Language, Timestamp, limits};

use super::calendar::{PRODUCT, instant};
use super::{WriteError, hex};

/// RFC 5546, section 3.2.1, wants an organiser of whatever is published. There is none: the domain is nobody's
/// (RFC 2606, section 2).
const NOBODY: &str = "mailto:nobody@calendar.invalid";

/// What a feed tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its owner's language.
    pub language: Language,
    /// Since when there is the feed: the DTSTAMP of everything in it.
    pub made: Timestamp,
    /// When its owner is busy.
    pub visits: Vec<FeedVisit>,
}

/// One time at which the owner of a feed is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedVisit {
    /// The UID, of which nothing can be told: as hexadecimal digits.
    pub name: [u8; 16],
    /// Rises when it is moved.
    pub sequence: u32,
    /// When it begins.
    pub start: Timestamp,
    /// When it is over.
    pub end: Timestamp,
}

/// Writes the file: lines of at most 75 octets, ended by CRLF. The same feed makes the same bytes.
pub fn write_feed(feed: &Feed) -> Result<String, WriteError> {
    let text = texts(feed.language);
    let name = text.say("feed-name", &[])?;
    let refresh = format!("PT{}H", limits::FEED_REFRESH_HOURS);
    let mut interval = Property::new("REFRESH-INTERVAL", refresh.as_str());
    interval.add_parameter("VALUE", "DURATION");
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", PRODUCT))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        // Programs that find no name show the address, which is a secret.
        .append_property(("NAME", name.as_str()))
        .append_property(("X-WR-CALNAME", name.as_str()))
        .append_property(interval)
        .append_property(("X-PUBLISHED-TTL", refresh.as_str()));
    let summary = text.say("feed-summary", &[])?;
    let made = instant(feed.made)?;
    for visit in &feed.visits {
        calendar.push(event(visit, &made, &summary)?);
    }
    Ok(calendar.to_string())
}

fn event(visit: &FeedVisit, made: &str, summary: &str) -> Result<Event, WriteError> {
    let mut event = Event::with_uid(&hex(&visit.name));
    event
        .add_property("DTSTAMP", made)
        .add_property("DTSTART", instant(visit.start)?)
        .add_property("DTEND", instant(visit.end)?)
        .add_property("SEQUENCE", visit.sequence.to_string())
        .add_property("CLASS", "PRIVATE")
        .add_property("TRANSP", "OPAQUE")
        .add_property("ORGANIZER", NOBODY)
        .summary(summary)
        .status(EventStatus::Confirmed);
    Ok(event)
}
