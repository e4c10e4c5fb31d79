//! Days on which an agency is closed. Pure: the store reads and writes them, every worker's [`Hours`] know them.
//!
//! [`Hours`]: crate::availability::Hours

use protocol::http::ClosedDays;
use protocol::{Code, Refusal, limits};

use crate::availability::Closed;
use crate::civil::{parse_date, plus_days};
use crate::private::Title;

/// Days on which an agency is closed, in good form.
#[derive(Debug, Clone)]
pub struct Closure {
    /// What staff call them.
    pub name: Title,
    /// Which they are.
    pub days: Closed,
}

impl Closure {
    /// Checks what somebody wrote. [`Code::TimeMalformed`] for a date that reads as none; [`Code::BadRequest`] for
    /// days that end before they begin and more than [`limits::CLOSURE_DAYS_MAX`] of them;
    /// [`Code::NameTooLong`].
    pub fn check(written: &ClosedDays) -> Result<Self, Refusal> {
        let days = Closed {
            first: parse_date(&written.from)?,
            last: parse_date(&written.until)?,
        };
        if days.last < days.first {
            return Err(Refusal::new(Code::BadRequest, "until: before from"));
        }
        if days.last >= plus_days(days.first, i32::from(limits::CLOSURE_DAYS_MAX)) {
            let detail = format!("until: at most {} days", limits::CLOSURE_DAYS_MAX);
            return Err(Refusal::new(Code::BadRequest, detail));
        }
        Ok(Self {
            name: Title::new(&written.name)?,
            days,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(from: &str, until: &str) -> ClosedDays {
        ClosedDays {
            name: " Thanksgiving ".to_owned(),
            from: from.to_owned(),
            until: until.to_owned(),
        }
    }

    #[test]
    fn one_day_or_several_are_closed() {
        let one = Closure::check(&written("2026-11-26", "2026-11-26")).unwrap();
        assert_eq!(one.name.reveal(), "Thanksgiving");
        assert_eq!(one.days.first, one.days.last);
        let most = plus_days(one.days.first, i32::from(limits::CLOSURE_DAYS_MAX) - 1);
        let most = written("2026-11-26", &most.to_string());
        assert!(Closure::check(&most).is_ok());
    }

    #[test]
    fn what_are_no_days_is_refused() {
        let first = parse_date("2026-11-26").unwrap();
        let too_far = plus_days(first, i32::from(limits::CLOSURE_DAYS_MAX)).to_string();
        for (from, until, code) in [
            ("2026-11-27", "2026-11-26", Code::BadRequest),
            ("2026-11-26", too_far.as_str(), Code::BadRequest),
            ("2026-11-31", "2026-12-01", Code::TimeMalformed),
            ("2026-11-26", "tomorrow", Code::TimeMalformed),
        ] {
            let refused = Closure::check(&written(from, until)).unwrap_err();
            assert_eq!(refused.code, code, "{from} {until}");
        }
        let mut nameless = written("2026-11-26", "2026-11-26");
        nameless.name = " ".to_owned();
        let refused = Closure::check(&nameless).unwrap_err();
        assert_eq!(refused.code, Code::BadRequest);
    }
}
