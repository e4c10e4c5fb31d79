//! Time as an argument. The binary owns the one implementation that asks the operating system; tests
//! own one that they move by hand.

use protocol::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now. May stand still or jump, as the clock of any computer may; code that needs order
    /// takes it from a sequence number, never from two readings.
    fn now(&self) -> Timestamp;
}
