//! A feed as a calendar file: what the store knows of somebody's times, as other people's programs read it.

use mail::{Feed, FeedVisit};
use protocol::Code;
use store::{LinkSecret, Result};

use crate::Scheduler;

impl Scheduler {
    /// The calendar file behind the address of a feed; see [`store::Store::open_calendar_feed`] for what is refused.
    /// [`Code::Internal`] if it cannot be written, which the log is told.
    pub async fn calendar_feed(&self, secret: &LinkSecret) -> Result<String> {
        let view = self.store().open_calendar_feed(secret).await?;
        let visits = view.busy.into_iter().map(|busy| FeedVisit {
            name: busy.name,
            sequence: busy.sequence,
            start: busy.start,
            end: busy.end,
        });
        let feed = Feed {
            language: view.language,
            made: view.made,
            visits: visits.collect(),
        };
        mail::write_feed(&feed).map_err(|error| {
            tracing::error!(%error, "a calendar feed cannot be written");
            Code::Internal.into()
        })
    }
}
