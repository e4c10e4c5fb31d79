//! How far an account has come into a circle, as types: what is not a way from one stage to another does
//! not compile. The database has the word ([`MemberState`]), the rules ask for the stage
//! ([`crate::rules`]), and whoever changes it names a [`Step`].
//!
//! ```compile_fail
//! use care::membership::{Confirmed, Left, Step};
//! // Whoever left comes back by being named again, never straight into the group.
//! const BACK: Step = Step::between::<Left, Confirmed>();
//! ```

use protocol::MemberState;

/// A stage of a membership.
pub trait Stage {
    /// Its word.
    const STATE: MemberState;
}

/// There is a way from this stage to that one.
pub trait Leads<To: Stage>: Stage {}

macro_rules! stages {
    ($($(#[$doc:meta])* $stage:ident => $($to:ident),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $stage {}

        impl Stage for $stage {
            const STATE: MemberState = MemberState::$stage;
        }

        $(impl Leads<$to> for $stage {})+
    )+};
}

stages! {
    /// Named by a human; no device is in the group yet: no right inside it.
    Invited => Confirmed, Left;
    /// A device is in the group. Awaited again if only that device had to go, or the group began anew.
    Confirmed => Invited, Left;
    /// Gone. Only a human's word leads back.
    Left => Invited;
}

/// From one stage to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    from: MemberState,
    to: MemberState,
}

impl Step {
    /// The way between two stages, if there is one.
    pub const fn between<From: Leads<To>, To: Stage>() -> Self {
        Self {
            from: From::STATE,
            to: To::STATE,
        }
    }

    /// The word that must stand.
    pub const fn from(self) -> &'static str {
        self.from.as_str()
    }

    /// The word that stands then.
    pub const fn to(self) -> &'static str {
        self.to.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_the_words_of_its_stages() {
        let steps = [
            Step::between::<Invited, Confirmed>(),
            Step::between::<Invited, Left>(),
            Step::between::<Confirmed, Invited>(),
            Step::between::<Confirmed, Left>(),
            Step::between::<Left, Invited>(),
        ];
        let words = steps.map(|step| format!("{} {}", step.from(), step.to()));
        assert_eq!(
            words,
            [
                "invited confirmed",
                "invited left",
                "confirmed invited",
                "confirmed left",
                "left invited",
            ]
        );
    }
}
