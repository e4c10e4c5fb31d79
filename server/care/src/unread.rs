//! When somebody is told by mail that messages wait.
//!
//! A mail is for whoever is away: a message came more than ten minutes ago, no device of theirs has it, and
//! none was at work since. It says nothing but that there is an update, comes at most once in four hours, never
//! by night on their clocks, and not again for messages of which an earlier one told. **An urgent message**
//! waits for no morning, and for no pause but the one between two urgent ones. Staff are told by a digest
//! each working morning, and in between of urgent messages alone. To whoever has safe hours every one comes
//! within them, an urgent one too.
//!
//! [`decide`] is asked when a mail is planned and once more right before it leaves: what was read meanwhile,
//! or may be read no longer, is no reason any more.

use protocol::{Timestamp, limits};

use crate::quiet::MailHours;

/// What the rule needs to know of one person.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each loaded from its own place"
)]
pub struct Reader {
    /// When mails come to them.
    pub hours: MailHours,
    /// Has a digest each working morning.
    pub has_digest: bool,
    /// Has a usable address.
    pub reachable: bool,
    /// Has an address of which nobody has said yet that it is theirs.
    pub unconfirmed: bool,
    /// Wants such mails.
    pub wants_mail: bool,
    /// When a device of theirs was last at work.
    pub seen_at: Option<Timestamp>,
    /// When the last such mail was written.
    pub told_at: Option<Timestamp>,
    /// When the last one about an urgent message was.
    pub told_urgent_at: Option<Timestamp>,
    /// Messages wait where they may read no longer.
    pub shut_out: bool,
}

/// What waits for them: messages of others that none of their devices has, where they may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// When the newest came of those that wait for [`limits::UNREAD_S`].
    pub newest: Option<Timestamp>,
    /// When the newest urgent one came of those that wait for [`limits::UNREAD_URGENT_S`].
    pub newest_urgent: Option<Timestamp>,
}

/// A mail that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// When it is sent: now, or later.
    pub due: Timestamp,
    /// When the urgent message came that it is about, if it is about one.
    pub urgent: Option<Timestamp>,
}

/// Why no mail is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing waits.
    Read,
    /// A device of theirs was at work since.
    Seen,
    /// A mail told them since.
    Told,
    /// They may no longer read what waits.
    NoRight,
    /// They want no such mails.
    Unwanted,
    /// No address takes mail.
    NoAddress,
    /// Nobody has said yet that the address is theirs.
    Unconfirmed,
}

impl Why {
    /// In a word, as rows and staff have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Seen => "seen",
            Self::Told => "told",
            Self::NoRight => "no_right",
            Self::Unwanted => "unwanted",
            Self::NoAddress => "no_address",
            Self::Unconfirmed => "address_unconfirmed",
        }
    }
}

/// Whether they are to be told, and when. A mail that is due later is decided again then.
pub fn decide(reader: &Reader, waiting: Waiting, now: Timestamp) -> Result<Wanted, Why> {
    let wanted = match is_news(reader, waiting.newest_urgent) {
        Ok(came) => Wanted {
            due: reader.hours.next(after_pause(reader.told_urgent_at, now)),
            urgent: Some(came),
        },
        Err(why) if reader.has_digest => return Err(why),
        Err(_) => {
            is_news(reader, waiting.newest)?;
            Wanted {
                due: reader.hours.next_by_day(after_pause(reader.told_at, now)),
                urgent: None,
            }
        }
    };
    may_tell(reader)?;
    Ok(wanted)
}

/// Whether staff get a digest in which that many conversations wait.
pub fn decide_digest(reader: &Reader, conversations: usize) -> Result<usize, Why> {
    if conversations == 0 {
        return Err(if reader.shut_out {
            Why::NoRight
        } else {
            Why::Read
        });
    }
    may_tell(reader)?;
    Ok(conversations)
}

fn may_tell(reader: &Reader) -> Result<(), Why> {
    if !reader.wants_mail {
        return Err(Why::Unwanted);
    }
    if !reader.reachable {
        return Err(if reader.unconfirmed {
            Why::Unconfirmed
        } else {
            Why::NoAddress
        });
    }
    Ok(())
}

/// When it came, if they know nothing of it.
fn is_news(reader: &Reader, newest: Option<Timestamp>) -> Result<Timestamp, Why> {
    let Some(came) = newest else {
        return Err(if reader.shut_out {
            Why::NoRight
        } else {
            Why::Read
        });
    };
    if reader.seen_at.is_some_and(|seen| seen >= came) {
        return Err(Why::Seen);
    }
    if reader.told_at.is_some_and(|told| told >= came) {
        return Err(Why::Told);
    }
    Ok(came)
}

/// Now, or when the pause after that mail is over.
fn after_pause(told: Option<Timestamp>, now: Timestamp) -> Timestamp {
    told.map_or(now, |told| {
        now.max(told.plus_seconds(limits::UNREAD_PAUSE_S))
    })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
