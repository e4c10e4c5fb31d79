//! Wakes the due loop.

use std::sync::Arc;

use store::{Topic, Wake};
use tokio::sync::Notify;

/// Rung when something was planned, or when the scheduler's clock was moved. Clones are one bell; a ring
/// that nobody waits for is kept for the next who does.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Wakes the due loop.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn rung(&self) {
        self.0.notified().await;
    }
}

impl Wake for Bell {
    fn wake(&self, topic: Topic) {
        if topic == Topic::Due {
            self.ring();
        }
    }
}
