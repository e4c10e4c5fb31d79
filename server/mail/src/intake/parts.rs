//! The parts of a mail (RFC 2046). How deep they are nested is a stranger's to choose: whoever follows them by calling
//! itself, or lets go of them so, comes to the end of its stack, and no wall keeps that from ending the server. So parts
//! wait in a list here, there is a limit on them, and a mail within a mail is never opened.

use mail_parser::{Message, MessageParser, MimeHeaders as _};
use protocol::limits;

/// The head of a mail, or of a part of one; none without a field.
pub(super) fn head(bytes: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(bytes)
}

/// The parts of these kinds (type and subtype), in their order, each read as a mail of one part.
pub(super) fn of_kinds<'m>(mail: &'m [u8], kinds: &[(&str, &str)]) -> Vec<Message<'m>> {
    let mut found = Vec::new();
    let mut waiting = vec![mail];
    for _ in 0..limits::RECEIVED_PARTS_MAX {
        let Some(part) = waiting.pop() else {
            break;
        };
        let Some(head) = head(part) else {
            continue;
        };
        if let Some(boundary) = boundary(&head) {
            waiting.extend(split(part, boundary).into_iter().rev());
        } else if kinds
            .iter()
            .any(|(kind, of)| head.is_content_type(kind, of))
        {
            found.extend(MessageParser::default().parse(part));
        }
    }
    found
}

/// What divides a part into others, if it is of others.
fn boundary<'h>(head: &'h Message<'_>) -> Option<&'h str> {
    let kind = head.content_type()?;
    let boundary = kind.attribute("boundary").filter(|word| !word.is_empty());
    boundary.filter(|_| kind.ctype().eq_ignore_ascii_case("multipart"))
}

/// What stands between the lines that divide it.
fn split<'m>(part: &'m [u8], boundary: &str) -> Vec<&'m [u8]> {
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at = 0;
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        let after = at + line.len();
        if let Some(is_last) = divides(line, boundary) {
            parts.extend(begun.and_then(|from| part.get(from..at)));
            if is_last {
                return parts;
            }
            begun = Some(after);
        }
        at = after;
    }
    // Of a mail that was cut off.
    parts.extend(begun.and_then(|from| part.get(from..)));
    parts
}

/// Whether a line divides parts, and whether it is the last that does.
fn divides(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?;
    let rest = rest.strip_prefix(boundary.as_bytes())?;
    let (rest, is_last) = match rest.strip_prefix(b"--") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    rest.trim_ascii().is_empty().then_some(is_last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_divided_by_whole_lines_and_one_that_was_cut_off_has_a_last_part() {
        let mail =
            b"before\r\n--b\r\none\r\n--bb\r\n --b\r\n--b \t\r\ntwo\r\n--b--\r\nafter\r\n--b\r\n";
        let one = b"one\r\n--bb\r\n --b\r\n".as_slice();
        assert_eq!(split(mail, "b"), [one, b"two\r\n"]);
        assert_eq!(split(b"--b\nthe rest", "b"), [b"the rest"]);
        assert!(split(b"nothing\n", "b").is_empty());
    }
}
