//! What a delivery report says (RFC 3464): whether the mail that it is about did not arrive and will not, and
//! whether its address is the reason. Each of our mails has one recipient, so one report is about one address,
//! whatever became of the copies that it was forwarded to.

use protocol::limits;

use crate::status::{self, Status};

/// Whether a mail has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    /// The address is the reason.
    pub(super) address: bool,
}

/// What is said about one recipient.
#[derive(Default)]
struct Group {
    action: String,
    status: String,
    diagnostic: String,
}

/// The failure that a `message/delivery-status` tells of, if it does: something failed and nothing arrived.
pub(super) fn read(text: &str) -> Option<Failure> {
    let groups = groups(text);
    let arrived =
        |group: &Group| matches!(group.action.as_str(), "delivered" | "relayed" | "expanded");
    if groups.iter().any(arrived) {
        return None;
    }
    let failed = groups.iter().find(|group| group.action == "failed")?;
    Some(Failure {
        address: is_about_the_address(failed),
    })
}

/// Fields in groups, divided by empty lines. The first group is about the report itself and has no action.
fn groups(text: &str) -> Vec<Group> {
    let mut groups = vec![Group::default()];
    let mut field: Option<(String, String)> = None;
    for line in text.lines().take(limits::RECEIVED_FIELDS_MAX) {
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = &mut field
        {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        put(&mut groups, field.take());
        if line.trim().is_empty() {
            groups.push(Group::default());
        } else if let Some((name, value)) = line.split_once(':') {
            field = Some((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    put(&mut groups, field);
    groups
}

fn put(groups: &mut [Group], field: Option<(String, String)>) {
    let (Some(group), Some((name, value))) = (groups.last_mut(), field) else {
        return;
    };
    // A comment may stand behind a word: `failed (delivery timed out)`.
    let word = || {
        value
            .split([' ', '\t', '(', ';'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    match name.as_str() {
        "action" if group.action.is_empty() => group.action = word(),
        "status" if group.status.is_empty() => group.status = word(),
        "diagnostic-code" if group.diagnostic.is_empty() => group.diagnostic = value,
        _ => {}
    }
}

/// As a reply at the door would be judged; a time that ran out (4) is not the address's fault.
fn is_about_the_address(group: &Group) -> bool {
    match Status::parse(&group.status) {
        _ if group.status.starts_with('4') => false,
        Some(status) if !status.is_vague() => status.is_the_address(),
        // Nothing said: then what the mail server replied.
        _ if group.status.is_empty() || group.status.starts_with("5.0") => {
            is_refused_recipient(&group.diagnostic)
        }
        _ => false,
    }
}

/// `smtp; 550 5.1.1 <someone@mailbox.example>: no such user`, or without the longer code.
fn is_refused_recipient(diagnostic: &str) -> bool {
    let Some((kind, reply)) = diagnostic.split_once(';') else {
        return false;
    };
    let reply = reply.trim_start();
    let (Some(code), Some(text)) = (reply.get(..3), reply.get(3..)) else {
        return false;
    };
    if !kind.trim().eq_ignore_ascii_case("smtp") {
        return false;
    }
    let word = text.trim_start_matches([' ', '-']);
    let word = word.split_ascii_whitespace().next().unwrap_or_default();
    match Status::parse(word) {
        Some(status) => status.is_the_address(),
        None => code.parse().is_ok_and(status::is_the_address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(action: &str, status: &str, diagnostic: &str) -> Option<bool> {
        let text = format!(
            "Reporting-MTA: dns; mx.mailbox.example\r\n\r\nFinal-Recipient: rfc822;\r\n \
             someone@mailbox.example\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: {diagnostic}\r\n"
        );
        read(&text).map(|failure| failure.address)
    }

    #[test]
    fn only_what_failed_for_good_is_a_failure_and_not_every_one_is_the_addresss() {
        for (action, status, diagnostic, expected) in [
            (
                "failed",
                "5.1.1",
                "smtp; 550 5.1.1 no such user",
                Some(true),
            ),
            (
                "Failed",
                "5.2.2",
                "smtp; 552 5.2.2 mailbox full",
                Some(false),
            ),
            (
                "failed",
                "5.4.1",
                "smtp; 550 5.4.1 access denied",
                Some(false),
            ),
            ("failed", "5.4.4", "X-Postfix; host not found", Some(false)),
            ("failed", "5.2.1", "smtp; 550 5.2.1 closed", Some(true)),
            ("failed", "5.1.8", "smtp; 550 5.1.8 sender", Some(false)),
            ("failed", "5.1", "smtp; 550 no", Some(false)),
            (
                "failed",
                "5.0.0",
                "smtp; 550-5.1.1 no such user",
                Some(true),
            ),
            ("failed", "5.0.0", "smtp; 550 5.7.1 blocked", Some(false)),
            ("failed", "", "", Some(false)),
            (
                "failed",
                "5.7.1",
                "smtp; 550 5.7.1 looks like spam",
                Some(false),
            ),
            ("failed", "5.3.4", "smtp; 552 5.3.4 too large", Some(false)),
            (
                "failed",
                "5.0.0",
                "smtp; 550 listed at bl.example",
                Some(false),
            ),
            ("failed", "5.0.0", "smtp; 554 no", Some(false)),
            ("failed", "", "smtp; 551 user has moved", Some(true)),
            ("failed", "4.4.7", "smtp; 451 later", Some(false)),
            ("failed (for good)", "5.1.1 (unknown)", "", Some(true)),
            ("delayed", "4.4.1", "", None),
            ("delivered", "2.0.0", "", None),
            ("relayed", "2.0.0", "", None),
            ("", "5.1.1", "", None),
        ] {
            assert_eq!(
                judged(action, status, diagnostic),
                expected,
                "{action} {status}"
            );
        }
    }

    #[test]
    fn what_arrived_somewhere_did_not_fail() {
        let forwarded = "Reporting-MTA: dns; mx\n\nAction: delivered\nStatus: 2.0.0\n\n\
                         Action: failed\nStatus: 5.1.1\n";
        assert_eq!(read(forwarded), None);
        assert_eq!(read(""), None);
        assert_eq!(read("Action failed\n: \n \n\t\n"), None);
    }
}
