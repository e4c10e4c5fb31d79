//! Trouble on purpose, at chosen places: what the stories about lost answers, cut connections and
//! killed processes are told with. Without faults a device behaves as if this module were not there.

use device::api::{Delta, Effect};

/// Asked at each place where the world can fail. Called from the host's thread and its network tasks.
pub trait Faults: Send + Sync + 'static {
    /// An effect is about to be carried out; its step is stored.
    fn effect(&self, effect: &Effect) -> Verdict {
        let _ = effect;
        Verdict::GO_ON
    }

    /// A frame has come; the device has not seen it.
    fn frame(&self, bytes: &[u8]) -> Verdict {
        let _ = bytes;
        Verdict::GO_ON
    }

    /// Whether the disk takes this delta.
    fn takes(&self, delta: &Delta) -> bool {
        let _ = delta;
        true
    }
}

/// What becomes of an effect or a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is carried out (handed on) at all. A request that is not gets status 0.
    pub carry_out: bool,
    /// What happens afterwards.
    pub then: Then,
}

/// What happens after an effect or a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing unusual.
    GoOn,
    /// The connection it went over breaks: the websocket after its frame was written, a request after
    /// the server has answered (the answer is lost, the device hears status 0).
    Cut,
    /// The process dies as by `kill -9`: after the frame was written, or after the server has answered
    /// the request and before the device hears of it.
    Die,
}

impl Verdict {
    /// As if there were no fault.
    pub const GO_ON: Self = Self {
        carry_out: true,
        then: Then::GoOn,
    };
    /// Carried out, then the connection breaks.
    pub const THEN_CUT: Self = Self {
        carry_out: true,
        then: Then::Cut,
    };
    /// Carried out, then the process dies.
    pub const THEN_DIE: Self = Self {
        carry_out: true,
        then: Then::Die,
    };
    /// Lost.
    pub const LOST: Self = Self {
        carry_out: false,
        then: Then::GoOn,
    };
    /// Not carried out; the process dies first.
    pub const DIE: Self = Self {
        carry_out: false,
        then: Then::Die,
    };
}

/// The faults of an ordinary day: none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {}
