//! What a device still has to be sent: one lagging cursor for each circle, and one for its inbox.
//!
//! A feed is *wanted* (there may be something after its cursor), *reading* (a page was asked for) or
//! at rest. Pages are read a few at a time and the next ones only when these have left the process:
//! the network's pace is the pace of reading, and memory does not depend on how far a device lags.

use std::collections::BTreeMap;

use protocol::frame::{Cursor, Inbox, LogPage, Position};
use protocol::{CircleId, limits};

use super::Question;

/// Pages being read or not yet sent, over all feeds of a socket.
pub(super) const PAGES_MAX: usize = 2;

/// Everything one device follows.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    circles: BTreeMap<CircleId, Feed>,
    inbox: InboxFeed,
    /// Where the search for the next wanted circle begins, so that each gets its turn.
    after: Option<CircleId>,
    reading: usize,
    unsent: usize,
}

#[derive(Debug)]
struct Feed {
    /// Everything up to here was sent on this socket.
    sent: Cursor,
    wanted: bool,
    page: Page,
    /// The device asked by itself: it gets an answer even if there is nothing new.
    asked: bool,
    /// Begun since the store was last asked how circles stand: an answer to that knows nothing of it.
    begun: bool,
}

/// Whether a page of a log is being read.
#[derive(Debug)]
enum Page {
    None,
    Reading,
    /// It is, but the device went to this position meanwhile.
    Outdated(Cursor),
}

impl Feed {
    fn is_reading(&self) -> bool {
        !matches!(self.page, Page::None)
    }
}

#[derive(Debug, Default)]
struct InboxFeed {
    sent: u64,
    wanted: bool,
    reading: bool,
}

impl Feeds {
    /// Follows a circle from a position, or goes back to it.
    pub(super) fn follow(&mut self, cursor: Cursor, asked: bool) {
        let feed = self.circles.entry(cursor.circle).or_insert(Feed {
            sent: cursor,
            wanted: false,
            page: Page::None,
            asked: false,
            begun: true,
        });
        if feed.is_reading() {
            feed.page = Page::Outdated(cursor);
        } else {
            feed.sent = cursor;
        }
        feed.wanted = true;
        feed.asked |= asked;
    }

    /// Whether this circle is followed.
    pub(super) fn follows(&self, circle: CircleId) -> bool {
        self.circles.contains_key(&circle)
    }

    /// How far this circle's log was sent, if it is followed.
    pub(super) fn sent(&self, circle: CircleId) -> Option<u64> {
        self.circles.get(&circle).map(|feed| feed.sent.seq)
    }

    /// How many are followed.
    pub(super) fn len(&self) -> usize {
        self.circles.len()
    }

    /// Stops following; says whether the device had asked for this circle by itself.
    pub(super) fn drop_circle(&mut self, circle: CircleId) -> bool {
        let feed = self.circles.remove(&circle);
        if feed.as_ref().is_some_and(Feed::is_reading) {
            self.reading -= 1;
        }
        feed.is_some_and(|feed| feed.asked)
    }

    /// Something may be new in this circle.
    pub(super) fn want(&mut self, circle: CircleId) {
        if let Some(feed) = self.circles.get_mut(&circle) {
            feed.wanted = true;
        }
    }

    /// Something may be new in the inbox.
    pub(super) fn want_inbox(&mut self) {
        self.inbox.wanted = true;
    }

    /// The store is asked how the circles stand.
    pub(super) fn stand_asked(&mut self) {
        for feed in self.circles.values_mut() {
            feed.begun = false;
        }
    }

    /// Compares with where the logs stand; gives back the followed circles that are gone.
    pub(super) fn compare(&mut self, positions: &[Position]) -> Vec<CircleId> {
        for position in positions {
            if let Some(feed) = self.circles.get_mut(&position.circle) {
                let same = feed.sent.generation == position.generation;
                feed.wanted |= !same || feed.sent.seq < position.head;
            }
        }
        let here = |circle: &CircleId| positions.iter().any(|p| p.circle == *circle);
        // One that is being read is left to the answer, which refuses it for the same reason.
        let settled = |feed: &Feed| !feed.is_reading() && !feed.begun;
        let gone = (self.circles.iter()).filter(|(circle, feed)| settled(feed) && !here(circle));
        gone.map(|(circle, _)| *circle).collect()
    }

    /// What to read next, if anything may be read now.
    pub(super) fn next(&mut self) -> Option<Question> {
        if self.reading + self.unsent >= PAGES_MAX {
            return None;
        }
        if self.inbox.wanted && !self.inbox.reading {
            self.inbox.wanted = false;
            self.inbox.reading = true;
            self.reading += 1;
            return Some(Question::ReadInbox(self.inbox.sent));
        }
        let ready = |(_, feed): &(&CircleId, &Feed)| feed.wanted && !feed.is_reading();
        let later = |(circle, _): &(&CircleId, &Feed)| Some(**circle) > self.after;
        let mut candidates = self.circles.iter().filter(ready);
        let circle = candidates
            .clone()
            .find(later)
            .or_else(|| candidates.next())
            .map(|(circle, _)| *circle)?;
        self.after = Some(circle);
        let feed = self.circles.get_mut(&circle)?;
        feed.wanted = false;
        feed.page = Page::Reading;
        self.reading += 1;
        Some(Question::ReadLog(feed.sent))
    }

    /// What was being read is read no more: the device went to another position meanwhile, perhaps of the
    /// next generation. Whatever the store answers about the one before says nothing.
    pub(super) fn restarts(&mut self, circle: CircleId) -> bool {
        let Some(feed) = self.circles.get_mut(&circle) else {
            return false;
        };
        let Page::Outdated(cursor) = feed.page else {
            return false;
        };
        feed.page = Page::None;
        feed.sent = cursor;
        feed.wanted = true;
        self.reading -= 1;
        true
    }

    /// A page was read: gives it back if it is to be sent.
    pub(super) fn read_log(&mut self, page: LogPage) -> Option<LogPage> {
        if self.restarts(page.circle) {
            return None;
        }
        let feed = self.circles.get_mut(&page.circle)?;
        if !feed.is_reading() {
            return None;
        }
        feed.page = Page::None;
        self.reading -= 1;
        if let Some(last) = page.entries.last() {
            feed.sent.generation = page.generation;
            feed.sent.seq = last.seq;
            feed.wanted |= last.seq < page.head;
        } else if !feed.asked {
            return None;
        }
        feed.asked = false;
        self.unsent += 1;
        Some(page)
    }

    /// A page could not be read for now; the next wake or poll tries again.
    pub(super) fn postpone_log(&mut self, circle: CircleId) {
        if let Some(feed) = self.circles.get_mut(&circle)
            && feed.is_reading()
        {
            feed.page = Page::None;
            self.reading -= 1;
        }
    }

    /// Notices were read: gives them back if there are any.
    pub(super) fn read_inbox(&mut self, inbox: Inbox) -> Option<Inbox> {
        self.postpone_inbox();
        let last = inbox.notices.last()?;
        self.inbox.sent = last.seq;
        self.inbox.wanted |= inbox.notices.len() >= limits::INBOX_PAGE;
        self.unsent += 1;
        Some(inbox)
    }

    /// The inbox could not be read for now.
    pub(super) fn postpone_inbox(&mut self) {
        if std::mem::take(&mut self.inbox.reading) {
            self.reading -= 1;
        }
    }

    /// Everything sent has left the process.
    pub(super) fn drained(&mut self) {
        self.unsent = 0;
    }
}
