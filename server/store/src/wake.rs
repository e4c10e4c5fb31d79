//! What became durable, told after the COMMIT that made it so. A wake carries no data.

use protocol::{AccountId, CircleId, DeviceId};

/// Told what changed, after the COMMIT that made it durable. Whoever hears it reads again from its
/// cursor; losing one costs latency, never a message.
pub trait Wake: Send + Sync + 'static {
    /// Must not block: it is called on the writer's path.
    fn wake(&self, topic: Topic);
}

/// Both are told.
impl<A: Wake, B: Wake> Wake for (A, B) {
    fn wake(&self, topic: Topic) {
        self.0.wake(topic);
        self.1.wake(topic);
    }
}

/// What to look at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A circle's log grew.
    Circle(CircleId),
    /// A device's inbox or key packages changed.
    Device(DeviceId),
    /// An account's rights or sessions changed.
    Account(AccountId),
    /// A mail was planned: something may be due sooner than was thought.
    Due,
}
