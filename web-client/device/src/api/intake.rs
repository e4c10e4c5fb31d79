//! What people see of an invitation, on the device that made it and on the one that came by it.

use protocol::http::Intake;
use protocol::{IntakeState, PersonId};
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

/// How a person's invitation stands, for the page of whoever invites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct IntakeView {
    /// Whose it is.
    pub person: PersonId,
    /// How far; absent if there never was one.
    #[cfg_attr(feature = "ts", ts(type = "IntakeState | null | undefined"))]
    pub state: Option<IntakeState>,
    /// The link to show while nobody has used it: what follows the `#` of this server's address.
    #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
    pub link: Option<String>,
    /// The same to type: 26 letters and digits in groups.
    #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
    pub code: Option<String>,
    /// When the link ends, milliseconds since 1970 UTC.
    #[cfg_attr(feature = "ts", ts(type = "number | null | undefined"))]
    pub expires_ms: Option<i64>,
    /// A device came: these six digits must be on its screen. Absent once it is too late to confirm in
    /// person.
    #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
    pub digits: Option<String>,
    /// Until when it can be confirmed in person, milliseconds since 1970 UTC.
    #[cfg_attr(feature = "ts", ts(type = "number | null | undefined"))]
    pub until_ms: Option<i64>,
    /// Another device made the invitation: neither link nor digits can be shown here.
    pub elsewhere: bool,
    /// It left by mail: no link is shown, and whoever comes by it cannot be checked in person.
    pub mailed: bool,
    /// Whoever came does not hold the invitation's secret, or the server names another key than theirs.
    pub forged: bool,
}

impl IntakeView {
    /// What the server says of it.
    pub fn of(person: PersonId, intake: Option<&Intake>) -> Self {
        let ms = |at: protocol::Timestamp| at.micros() / 1_000;
        let arrived = intake.and_then(|intake| intake.arrived.as_ref());
        Self {
            person,
            state: intake.map(|intake| intake.state),
            link: None,
            code: None,
            expires_ms: intake.map(|intake| ms(intake.expires_at)),
            digits: None,
            until_ms: arrived.map(|arrived| ms(arrived.until)),
            elsewhere: false,
            mailed: intake.is_some_and(|intake| intake.mailed),
            forged: false,
        }
    }

    /// Whether something may still come of it.
    pub fn is_under_way(&self) -> bool {
        self.state.is_some_and(Self::waits)
    }

    /// The same, of a state.
    pub fn waits(state: IntakeState) -> bool {
        matches!(state, IntakeState::Open | IntakeState::Arrived)
    }
}

/// A device that came by an invitation: what its person compares, and with whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Awaits {
    /// Six digits.
    pub digits: String,
    /// Who invited, as the server names them.
    pub inviter: String,
}
