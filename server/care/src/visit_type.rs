//! Kinds of visits as an agency offers them. Pure: the store reads and writes them, bookings keep to them.

use protocol::http::VisitTerms;
use protocol::{AppointmentKind, Code, Refusal, limits};

use crate::availability::Terms;
use crate::private::Title;

/// A kind of visit, in good form.
#[derive(Debug, Clone)]
pub struct VisitType {
    /// The agency's name for it.
    pub name: Title,
    /// Where it happens.
    pub kind: AppointmentKind,
    /// How long, minutes.
    pub minutes: u16,
    /// Kept free before it, minutes.
    pub before_minutes: u16,
    /// Kept free after it, minutes.
    pub after_minutes: u16,
    /// The way there, and the way back, minutes each.
    pub travel_minutes: u16,
    /// Booked at least so long before, minutes.
    pub notice_minutes: u16,
    /// At most so many days ahead.
    pub days_ahead: u16,
    /// At most so many on one of a worker's days.
    pub per_day_max: Option<u16>,
}

impl VisitType {
    /// Checks what somebody wrote. [`Code::BadRequest`] names the field; [`Code::NameTooLong`].
    pub fn check(terms: &VisitTerms) -> Result<Self, Refusal> {
        let (least, most) = (
            limits::APPOINTMENT_MINUTES_MIN,
            limits::APPOINTMENT_MINUTES_MAX,
        );
        let buffer = 0..=limits::BUFFER_MINUTES_MAX;
        let within = |n: u16, field: &str, range: std::ops::RangeInclusive<u16>| {
            if range.contains(&n) {
                return Ok(n);
            }
            let (least, most) = (range.start(), range.end());
            let detail = format!("{field}: {least} to {most}");
            Err(Refusal::new(Code::BadRequest, detail))
        };
        let per_day_max = terms.per_day_max;
        let per_day_max = per_day_max.map(|max| within(max, "per_day_max", 1..=u16::MAX));
        Ok(Self {
            name: Title::new(&terms.name)?,
            kind: terms.kind,
            minutes: within(terms.minutes, "minutes", least..=most)?,
            before_minutes: within(terms.before_minutes, "before_minutes", buffer.clone())?,
            after_minutes: within(terms.after_minutes, "after_minutes", buffer.clone())?,
            travel_minutes: within(terms.travel_minutes, "travel_minutes", buffer)?,
            notice_minutes: within(
                terms.notice_minutes,
                "notice_minutes",
                0..=limits::NOTICE_MINUTES_MAX,
            )?,
            days_ahead: within(
                terms.days_ahead,
                "days_ahead",
                1..=limits::BOOKING_DAYS_AHEAD,
            )?,
            per_day_max: per_day_max.transpose()?,
        })
    }

    /// What a booking of so many minutes must keep to.
    pub fn terms(&self, minutes: u16) -> Terms {
        Terms {
            minutes,
            step_minutes: limits::SLOT_STEP_MINUTES,
            notice_s: i64::from(self.notice_minutes) * 60,
            days_ahead: self.days_ahead,
            before_minutes: self.before_minutes + self.travel_minutes,
            after_minutes: self.after_minutes + self.travel_minutes,
        }
    }
}

/// What a booking of so many minutes must keep to that is of no kind in particular.
pub fn plain_terms(minutes: u16) -> Terms {
    Terms {
        minutes,
        step_minutes: limits::SLOT_STEP_MINUTES,
        notice_s: 0,
        days_ahead: limits::BOOKING_DAYS_AHEAD,
        before_minutes: 0,
        after_minutes: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_visit() -> VisitTerms {
        VisitTerms {
            name: " Home visit ".to_owned(),
            kind: AppointmentKind::Home,
            minutes: 60,
            before_minutes: 0,
            after_minutes: 15,
            travel_minutes: 30,
            notice_minutes: 24 * 60,
            days_ahead: 60,
            per_day_max: Some(3),
        }
    }

    #[test]
    fn the_way_there_and_back_is_kept_free_like_a_buffer() {
        let visit_type = VisitType::check(&home_visit()).unwrap();
        assert_eq!(visit_type.name.reveal(), "Home visit");
        let terms = visit_type.terms(90);
        assert_eq!((terms.before_minutes, terms.after_minutes), (30, 45));
        assert_eq!((terms.minutes, terms.notice_s), (90, 86_400));
    }

    #[test]
    fn nothing_keeps_a_worker_busy_for_longer_than_a_claim_may_last() {
        let longest = VisitTerms {
            minutes: limits::APPOINTMENT_MINUTES_MAX,
            before_minutes: limits::BUFFER_MINUTES_MAX,
            after_minutes: limits::BUFFER_MINUTES_MAX,
            travel_minutes: limits::BUFFER_MINUTES_MAX,
            ..home_visit()
        };
        let terms = VisitType::check(&longest).unwrap().terms(longest.minutes);
        let minutes = terms.before_minutes + terms.minutes + terms.after_minutes;
        assert_eq!(minutes, limits::CLAIM_MINUTES_MAX);
    }

    #[test]
    fn what_is_no_kind_of_visit_is_refused_by_its_field() {
        type Change = fn(&mut VisitTerms);
        let changes: [(&str, Change); 7] = [
            ("minutes", |terms| terms.minutes = 0),
            ("before_minutes", |terms| terms.before_minutes = 1_441),
            ("travel_minutes", |terms| terms.travel_minutes = u16::MAX),
            ("notice_minutes", |terms| terms.notice_minutes = u16::MAX),
            ("days_ahead", |terms| terms.days_ahead = 0),
            ("per_day_max", |terms| terms.per_day_max = Some(0)),
            ("title", |terms| terms.name = " ".to_owned()),
        ];
        for (field, change) in changes {
            let mut terms = home_visit();
            change(&mut terms);
            let refusal = VisitType::check(&terms).unwrap_err();
            assert_eq!(refusal.code, Code::BadRequest);
            assert!(refusal.detail.starts_with(field), "{refusal:?}");
        }
    }
}
