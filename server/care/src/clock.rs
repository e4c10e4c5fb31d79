//! Time as an argument. The binary owns the one implementation that asks the operating system; tests
//! own one that they move by hand.

use std::time::Duration;

use protocol::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now. May stand still or jump, as the clock of any computer may; code that needs order
    /// takes it from a sequence number, never from two readings.
    fn now(&self) -> Timestamp;

    /// The time that has passed since the process began: it only ever grows, at the pace of time, and nobody sets
    /// it. Only the difference of two readings of one process means anything; held beside the difference of two
    /// [`now`](Clock::now), it shows that somebody set the clock meanwhile. (Where the machine slept, it may not
    /// have counted that: to whoever watches it is a jump, and that is what it is to mails that were due.)
    fn steady(&self) -> Duration;
}
