//! What people read in a terminal. Names, titles and texts come from other people: nothing in them
//! may move the cursor, change colours or reverse the reading order.

use device::api::{Backup, CirclePhase, CircleView, Content, History, Item, Link, Trouble};
use protocol::AccountId;

/// Text as one harmless line.
pub fn line(text: &str) -> String {
    let is_harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars()
        .flat_map(|c| {
            let escaped = is_harmful(c).then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// A person's name in a circle.
pub fn name(circle: &CircleView, account: AccountId) -> Option<&str> {
    let member = circle
        .members
        .iter()
        .find(|member| member.account == account);
    member.map(|member| member.name.as_str())
}

/// One entry of a conversation, for people or as one JSON object.
pub fn entry(circle: &CircleView, entry: &Item, json: bool) -> serde_json::Result<String> {
    if !json {
        return Ok(item(circle, entry));
    }
    let from = match &entry.content {
        Content::Text { from, .. } => name(circle, *from),
        Content::Joined { by, .. }
        | Content::Removed { by, .. }
        | Content::Reset { by }
        | Content::HistorySet { by, .. }
        | Content::UrgentAck { by, .. } => name(circle, *by),
        Content::KeyChanged { account } => name(circle, *account),
        Content::Unreadable { .. } => None,
    };
    serde_json::to_string(&serde_json::json!({
        "circle": circle.id, "title": circle.title, "from": from, "item": entry,
    }))
}

fn item(circle: &CircleView, item: &Item) -> String {
    let shown = |account| line(name(circle, account).unwrap_or("somebody who left"));
    let what = match &item.content {
        Content::Text { from, text, .. } => format!("{}: {}", shown(*from), line(text)),
        Content::Joined { by, accounts } => {
            let names: Vec<String> = accounts.iter().map(|account| shown(*account)).collect();
            format!("({} added {})", shown(*by), names.join(", "))
        }
        Content::Removed { by, accounts, .. } => {
            let names: Vec<String> = accounts.iter().map(|account| shown(*account)).collect();
            format!("({} took {} out)", shown(*by), names.join(", "))
        }
        Content::KeyChanged { account } => {
            format!("({} has new keys, not verified any more)", shown(*account))
        }
        Content::Reset { by } => format!("({} began the circle anew)", shown(*by)),
        Content::HistorySet { by, kept } => {
            let what = if *kept { "on" } else { "off" };
            format!("({} switched history {what}, from here on)", shown(*by))
        }
        Content::UrgentAck { by, .. } => format!("({} sees to it)", shown(*by)),
        Content::Unreadable { reason } if reason == "not_kept" => {
            "(missed, and not kept: history was off; ask for it again)".to_owned()
        }
        Content::Unreadable { reason } => format!("(could not be read: {})", line(reason)),
    };
    format!("{}  {}  {what}", time(item.at_ms), line(&circle.title))
}

/// A time, UTC.
pub fn time(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map_or_else(|_| "?".to_owned(), |at| format!("{at:.0}"))
}

/// A circle in the list.
pub fn circle(circle: &CircleView) -> String {
    let names = circle.members.iter().map(|member| line(&member.name));
    let names = names.collect::<Vec<_>>().join(", ");
    let (title, phase) = (line(&circle.title), phase(circle.phase));
    let history = match circle.history {
        History::Ready => "",
        History::Coming => "; earlier messages are coming",
        History::NotYet => "; earlier messages cannot be read here yet",
        History::Lost => "; some earlier messages can never be read here",
    };
    let kept = if circle.keeps_history {
        ""
    } else {
        "; keeps no history"
    };
    let trouble = circle.trouble.map_or("", trouble);
    format!(
        "{}  {title}  ({phase}: {names}{kept}{history}{trouble})",
        circle.id
    )
}

/// Whether what is said in a circle is kept for devices that come later.
pub const fn keeping(circle: &CircleView) -> &'static str {
    if circle.keeps_history {
        "This circle keeps history: a new device of somebody who is in it can read what was said."
    } else {
        "This circle keeps no history: a new device starts empty."
    }
}

const fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Rejoining => "; coming back in",
        Trouble::OldCopy => "; this is an old copy of the device: coming back in with new keys",
        Trouble::Clock => "; the clock of this machine is wrong",
        Trouble::NeedsReset => "; broken, staff must begin it anew: carecircle-device reset",
        Trouble::Recovering => "; the server was restored, staff must begin it anew",
        Trouble::SecurityStop => {
            "; something came that honest programs never send: tell the agency"
        }
        Trouble::NewKey => "; somebody came with new keys: carecircle-device members",
    }
}

/// How a person would get their keys back.
pub fn backup(backup: Backup) -> String {
    let code = if backup.code {
        "a recovery code"
    } else {
        "no recovery code"
    };
    let safe = if backup.safe {
        "the keys are safe"
    } else {
        "NOT safe yet: add a device, print a recovery code"
    };
    format!("{code}, {} other device(s): {safe}", backup.siblings)
}

/// Whether one can write in a circle.
pub const fn phase(phase: CirclePhase) -> &'static str {
    match phase {
        CirclePhase::Waiting => "waiting to be added",
        CirclePhase::Ready => "ready",
        CirclePhase::Stopped => "stopped, staff must reset it",
    }
}

/// Whether the server can be reached.
pub const fn link(link: Link) -> &'static str {
    match link {
        Link::Idle => "not connected",
        Link::Connecting => "connecting",
        Link::Online => "online",
        Link::Offline => "offline, trying again",
        Link::SignedOut => "signed out",
        Link::Unproved => "waiting for a passkey",
        Link::Awaited => "waiting to be confirmed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_cannot_steer_the_terminal() {
        assert_eq!(line("buenos días, Maria"), "buenos días, Maria");
        let shown = line("a\u{1b}[2Jb\nc\u{202e}d");
        assert_eq!(shown, "a\\u{1b}[2Jb\\nc\\u{202e}d");
    }
}
