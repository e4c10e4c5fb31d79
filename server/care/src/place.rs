//! Where one goes for a visit: plain words on one line, for those who take part.

use std::fmt;

use protocol::http::ChangePlace;
use protocol::{AppointmentKind, Code, OpId, Refusal, Scope, limits};
use zeroize::Zeroizing;

/// Where a visit is that is neither by video nor by phone. It may say much about the person who goes there, so it does
/// not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Place(Zeroizing<String>);

impl Place {
    /// Trims. [`Code::BadRequest`] for nothing, for more than [`limits::PLACE_CHARS_MAX`] characters (Unicode scalar
    /// values), and for what is not one line: control characters and line separators.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let chars = text.chars().count();
        if chars == 0 || chars > limits::PLACE_CHARS_MAX {
            let detail = format!("place: 1 to {} characters", limits::PLACE_CHARS_MAX);
            return Err(Refusal::new(Code::BadRequest, detail));
        }
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if text.chars().any(breaks) {
            let detail = "place: must be one line, without control characters";
            return Err(Refusal::new(Code::BadRequest, detail));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The place of a visit of that kind, if one is given: as [`Place::new`], and [`Code::BadRequest`] where nobody goes
    /// anywhere ([`has_place`]).
    pub fn of(kind: AppointmentKind, text: Option<&str>) -> Result<Option<Self>, Refusal> {
        if text.is_some() && !has_place(kind) {
            let detail = "place: not for video or phone";
            return Err(Refusal::new(Code::BadRequest, detail));
        }
        text.map(Self::new).transpose()
    }

    /// The text, for someone who takes part.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(masked)")
    }
}

/// Whether one goes somewhere for a visit of that kind.
pub fn has_place(kind: AppointmentKind) -> bool {
    !matches!(kind, AppointmentKind::Video | AppointmentKind::Phone)
}

/// On whose clocks a visit is agreed unless somebody wishes otherwise, and keeps its time when their law changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Those of the site: of the office where the worker sees people.
    Site,
    /// Those of the client.
    Client,
}

/// Whose clocks those of that kind are. An office has clocks on its walls; to everything else the worker comes, or
/// calls, so it goes by the client's. A court too: it is the one where the client lives, and what its letter says is
/// typed as it stands there; for another one the zone is wished.
pub fn anchor(kind: AppointmentKind) -> Anchor {
    match kind {
        AppointmentKind::Office => Anchor::Site,
        AppointmentKind::Video
        | AppointmentKind::Phone
        | AppointmentKind::Home
        | AppointmentKind::Community
        | AppointmentKind::Court => Anchor::Client,
    }
}

/// Where a visit is from now on, in good form. Whether its kind has a place is known to whoever knows the visit.
#[derive(Debug, Clone)]
pub struct PlaceChange {
    /// The request's id.
    pub op_id: OpId,
    /// The sequence that the caller saw.
    pub sequence: u32,
    /// Where to go; nothing is said of it if absent.
    pub place: Option<Place>,
    /// Of a series: which others are there too.
    pub scope: Scope,
}

impl PlaceChange {
    /// Checks a request's form, as [`Place::new`].
    pub fn check(request: &ChangePlace) -> Result<Self, Refusal> {
        Ok(Self {
            op_id: request.op_id,
            sequence: request.sequence,
            place: request.place.as_deref().map(Place::new).transpose()?,
            scope: request.scope,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_line_and_does_not_print() {
        let place = Place::new("  12 Elm Street, 2nd floor; ask at the desk ").unwrap();
        assert_eq!(place.reveal(), "12 Elm Street, 2nd floor; ask at the desk");
        assert_eq!(format!("{place:?}"), "Place(masked)");
        let longest = "\u{e9}".repeat(limits::PLACE_CHARS_MAX);
        assert!(Place::new(&longest).is_ok());
        let bad = [
            String::new(),
            "  ".to_owned(),
            format!("{longest}e"),
            "here\nor there".to_owned(),
            "here\r\nBcc: all".to_owned(),
            "here\u{0}".to_owned() + "x",
            "here\u{2028}there".to_owned(),
        ];
        for text in bad {
            let refusal = Place::new(&text).unwrap_err();
            assert_eq!(refusal.code, Code::BadRequest);
            assert!(!refusal.detail.contains("here"), "{}", refusal.detail);
        }
    }

    #[test]
    fn nobody_goes_anywhere_for_a_call_or_a_video_visit() {
        use AppointmentKind as Kind;
        for kind in [Kind::Video, Kind::Phone] {
            assert!(Place::of(kind, Some("here")).is_err(), "{kind:?}");
            assert_eq!(Place::of(kind, None).unwrap(), None);
        }
        for kind in [Kind::Office, Kind::Home, Kind::Community, Kind::Court] {
            assert!(Place::of(kind, Some("here")).unwrap().is_some(), "{kind:?}");
            assert_eq!(Place::of(kind, None).unwrap(), None);
        }
    }

    #[test]
    fn only_an_office_has_clocks_of_its_own() {
        for kind in AppointmentKind::ALL {
            let at_the_office = *kind == AppointmentKind::Office;
            assert_eq!(anchor(*kind) == Anchor::Site, at_the_office, "{kind:?}");
        }
    }
}
