//! What a calendar answers: the one event of a `METHOD:REPLY` (RFC 5546, section 3.2.3), read as strictly as it
//! can be told: one event, not one of a series, one attendee who is the sender, an answer, and when it was given
//! in UTC. Whatever is told otherwise is a mail like any other.

use care::email::EmailAddress;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use protocol::{Response, Timestamp, limits};

use super::CalendarAnswer;

/// Bytes of a UID that may be one of ours.
const UID_BYTES_MAX: usize = 255;

/// One line of content: `NAME;PARAMETER=value:VALUE` (RFC 5545, section 3.1).
struct Property<'l> {
    name: String,
    parameters: Vec<(String, &'l str)>,
    value: &'l str,
}

#[derive(Default)]
struct Event {
    uid: Option<String>,
    sequence: Option<u32>,
    stamp: Option<Timestamp>,
    response: Option<Response>,
    attendees: usize,
    of_series: bool,
}

/// The answer of this sender, if the file holds one.
pub(super) fn read(text: &str, sender: &EmailAddress) -> Option<CalendarAnswer> {
    if text.len() > limits::RECEIVED_CALENDAR_BYTES_MAX {
        return None;
    }
    let lines = unfold(text)?;
    let mut inside: Vec<String> = Vec::new();
    let (mut is_reply, mut events, mut event) = (false, 0, Event::default());
    for line in &lines {
        let property = parse(line)?;
        match (property.name.as_str(), inside.as_slice()) {
            ("BEGIN", _) => {
                let name = property.value.trim().to_ascii_uppercase();
                events += usize::from(name == "VEVENT");
                inside.push(name);
            }
            ("END", _) => {
                let begun = inside.pop()?;
                if !property.value.trim().eq_ignore_ascii_case(&begun) {
                    return None;
                }
            }
            ("METHOD", [_]) => is_reply = property.value.trim().eq_ignore_ascii_case("REPLY"),
            (_, [_, component]) if component == "VEVENT" => event.hear(&property, sender),
            _ => {}
        }
    }
    if !is_reply || events != 1 || event.of_series || event.attendees != 1 {
        return None;
    }
    Some(CalendarAnswer {
        uid: event.uid?,
        attendee: sender.clone(),
        response: event.response?,
        // Zero if it is not told (RFC 5545, section 3.8.7.4).
        sequence: event.sequence.unwrap_or(0),
        stamp: event.stamp?,
    })
}

impl Event {
    fn hear(&mut self, property: &Property<'_>, sender: &EmailAddress) {
        let value = property.value.trim();
        match property.name.as_str() {
            "UID" if !value.is_empty() && value.len() <= UID_BYTES_MAX => {
                self.uid = Some(value.to_owned());
            }
            "SEQUENCE" => self.sequence = value.parse().ok().or(Some(u32::MAX)),
            "DTSTAMP" => self.stamp = instant(value),
            "RECURRENCE-ID" => self.of_series = true,
            "ATTENDEE" if is(value, sender) => {
                self.attendees += 1;
                self.response = property.parameter("PARTSTAT").and_then(response);
            }
            _ => {}
        }
    }
}

impl Property<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| *value)
    }
}

/// `mailto:` and the address, in any case.
fn is(value: &str, address: &EmailAddress) -> bool {
    let mailto = value
        .get(..7)
        .filter(|begin| begin.eq_ignore_ascii_case("mailto:"));
    let rest = mailto.and_then(|_| value.get(7..)).unwrap_or_default();
    rest.trim().eq_ignore_ascii_case(address.reveal())
}

fn response(word: &str) -> Option<Response> {
    match word.to_ascii_uppercase().as_str() {
        "ACCEPTED" => Some(Response::Accepted),
        "DECLINED" => Some(Response::Declined),
        "TENTATIVE" => Some(Response::Tentative),
        _ => None,
    }
}

/// `20261201T160000Z` (RFC 5545, section 3.8.7.2: in UTC).
fn instant(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let at = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(at.as_microsecond()))
}

/// Lines that were folded, whole again (RFC 5545, section 3.1). None if there are too many.
fn unfold(text: &str) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
        if lines.len() > limits::RECEIVED_FIELDS_MAX {
            return None;
        }
    }
    Some(lines)
}

/// Reads one line: what is quoted may hold colons and semicolons.
fn parse(line: &str) -> Option<Property<'_>> {
    let mut quoted = false;
    let mut ends = Vec::new();
    let mut value = None;
    for (place, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => ends.push(place),
            ':' if !quoted => {
                value = line.get(place + 1..);
                ends.push(place);
                break;
            }
            _ => {}
        }
    }
    let value = value?;
    let (first, rest) = ends.split_first()?;
    let name = line.get(..*first)?.trim().to_ascii_uppercase();
    let mut parameters = Vec::with_capacity(rest.len());
    let mut begin = first + 1;
    for end in rest {
        let parameter = line.get(begin..*end)?;
        let (name, value) = parameter.split_once('=')?;
        parameters.push((
            name.trim().to_ascii_uppercase(),
            value.trim().trim_matches('"'),
        ));
        begin = end + 1;
    }
    Some(Property {
        name,
        parameters,
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maria() -> EmailAddress {
        EmailAddress::parse("maria.sample@mailbox.example").unwrap()
    }

    fn file(attendee: &str, more: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:one\r\n\
             DTSTAMP:20261130T171500Z\r\nSEQUENCE:2\r\n{attendee}\r\n{more}END:VEVENT\r\n\
             END:VCALENDAR\r\n"
        )
    }

    #[test]
    fn an_answer_is_read_with_folds_quotes_and_capitals() {
        let attendee = "ATTENDEE;CN=\"Sample; Maria: x\";partstat=Declined:MAILTO:Maria.Sam\r\n \
                        ple@mailbox.example";
        let read = read(&file(attendee, ""), &maria()).unwrap();
        assert_eq!(read.uid, "one");
        assert_eq!((read.response, read.sequence), (Response::Declined, 2));
        assert_eq!(read.stamp.micros(), 1_796_058_900 * 1_000_000);
    }

    #[test]
    fn whatever_is_told_otherwise_is_no_answer() {
        let good = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria.sample@mailbox.example";
        assert!(read(&file(good, ""), &maria()).is_some());
        let alarm = "BEGIN:VALARM\r\nUID:two\r\nEND:VALARM\r\n";
        assert_eq!(read(&file(good, alarm), &maria()).unwrap().uid, "one");
        for (attendee, more) in [
            (
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana.sample@mailbox.example",
                "",
            ),
            (
                "ATTENDEE;PARTSTAT=DELEGATED:mailto:maria.sample@mailbox.example",
                "",
            ),
            ("ATTENDEE:mailto:maria.sample@mailbox.example", ""),
            (
                "ATTENDEE;PARTSTAT=ACCEPTED:maria.sample@mailbox.example",
                "",
            ),
            (good, "RECURRENCE-ID:20261201T160000Z\r\n"),
            (good, "DTSTAMP:20261130T171500\r\n"),
            (good, &format!("{good}\r\n")),
            (good, "END:VEVENT\r\nBEGIN:VEVENT\r\n"),
            (good, "END:VALARM\r\n"),
            (good, "no property\r\n"),
        ] {
            assert!(
                read(&file(attendee, more), &maria()).is_none(),
                "{attendee} {more}"
            );
        }
        let request = file(good, "").replace("REPLY", "REQUEST");
        assert!(read(&request, &maria()).is_none());
        let long = file(good, &"X-LONG:x\r\n".repeat(limits::RECEIVED_FIELDS_MAX));
        assert!(read(&long, &maria()).is_none());
    }
}
