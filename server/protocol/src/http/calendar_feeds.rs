//! Bodies about the feed by which a member of staff sees in another program when they are busy.

use serde::{Deserialize, Serialize};

use crate::{OpId, Timestamp};

/// Where calendar feeds lie on this server: `/f/<secret>.ics`.
pub const FEED_PATH: &str = "/f/";
/// How the address of a feed ends: some programs go by it.
pub const FEED_ENDING: &str = ".ics";

bodies! {
    /// The caller's own feed, without what opens it.
    CalendarFeed {
        /// Since when there is the one of now; absent: there is none.
        made: Option<Timestamp>,
    }

    /// Makes the caller's feed. If there is one, it ends: each has one.
    MakeCalendarFeed {
        /// The request's id: the same one again makes one feed and gets the same answer.
        op_id: OpId,
    }

    /// The feed as it was made: to be shown once, and given to the other program.
    CalendarFeedMade {
        /// How it stands.
        feed: CalendarFeed,
        /// Where it lies on this server, `/f/….ics`; absent once it was replaced or ended. Whoever has it sees when
        /// its owner is busy.
        path: Option<String>,
    }
}
