//! What a link by which a client books must be before anybody looks into the database. Pure: the store asks
//! this before it makes one.

use protocol::http::MakeBookingLink;
use protocol::{AccountId, AppointmentKind, Code, OpId, Refusal, VisitTypeId, limits};

use crate::appointment::{MeetingLink, check_minutes};
use crate::civil::{Date, parse_date, plus_days};

/// A booking link whose form is good. Whether the people serve the client is the store's.
#[derive(Debug, Clone)]
pub struct BookingLink {
    /// The request's id.
    pub op_id: OpId,
    /// Where the visit happens.
    pub kind: AppointmentKind,
    /// How long it is.
    pub minutes: u16,
    /// As what kind of visit, if as one.
    pub visit_type: Option<VisitTypeId>,
    /// Where a video visit happens.
    pub meeting_link: Option<MeetingLink>,
    /// The first day on which it may be.
    pub first: Date,
    /// The last one, not before the first.
    pub last: Date,
    /// Who may hold it, each once, in the order given; nobody: whoever makes the link.
    pub workers: Vec<AccountId>,
    /// How long it is good, days.
    pub valid_days: u16,
    /// It leaves by mail too.
    pub mail: bool,
}

impl BookingLink {
    /// Checks a request's form. [`Code::TimeMalformed`], [`Code::MeetingLinkInvalid`], and
    /// [`Code::BadRequest`], which names the field.
    pub fn check(request: &MakeBookingLink) -> Result<Self, Refusal> {
        let (first, last) = (parse_date(&request.from)?, parse_date(&request.until)?);
        let days = i32::from(limits::SLOT_DAYS_MAX);
        if last < first || last >= plus_days(first, days) {
            return Err(bad(format!("until: 1 to {days} days")));
        }
        if request.kind == AppointmentKind::Court {
            return Err(bad("kind: nobody chooses when a court sits"));
        }
        let meeting_link = request.meeting_link.as_deref().map(MeetingLink::new);
        if meeting_link.is_some() && request.kind != AppointmentKind::Video {
            return Err(bad("meeting_link: only for video"));
        }
        if !(1..=limits::BOOKING_LINK_DAYS_MAX).contains(&request.valid_days) {
            let most = limits::BOOKING_LINK_DAYS_MAX;
            return Err(bad(format!("valid_days: 1 to {most}")));
        }
        Ok(Self {
            op_id: request.op_id,
            kind: request.kind,
            minutes: check_minutes(request.minutes)?,
            visit_type: request.visit_type,
            meeting_link: meeting_link.transpose()?,
            first,
            last,
            workers: workers(&request.workers)?,
            valid_days: request.valid_days,
            mail: request.mail,
        })
    }
}

/// Each once; the first named is asked first.
fn workers(named: &[AccountId]) -> Result<Vec<AccountId>, Refusal> {
    let mut workers = Vec::with_capacity(named.len());
    for account in named {
        if !workers.contains(account) {
            workers.push(*account);
        }
    }
    if workers.len() > limits::BOOKING_LINK_WORKERS_MAX {
        let most = limits::BOOKING_LINK_WORKERS_MAX;
        return Err(bad(format!("workers: at most {most}")));
    }
    Ok(workers)
}

fn bad(detail: impl Into<String>) -> Refusal {
    Refusal::new(Code::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> MakeBookingLink {
        MakeBookingLink {
            op_id: OpId::from_bytes([1; 16]),
            kind: AppointmentKind::Phone,
            minutes: 30,
            visit_type: None,
            meeting_link: None,
            from: "2026-11-09".to_owned(),
            until: "2026-11-20".to_owned(),
            workers: Vec::new(),
            valid_days: 7,
            mail: false,
        }
    }

    #[test]
    fn an_ordinary_link_is_taken_and_a_worker_named_twice_is_one() {
        let (one, other) = (
            AccountId::from_bytes([1; 16]),
            AccountId::from_bytes([2; 16]),
        );
        let mut request = asked();
        request.workers = vec![other, one, other];
        let checked = BookingLink::check(&request).unwrap();
        assert_eq!(checked.workers, [other, one]);
        request.until = request.from.clone();
        assert!(BookingLink::check(&request).is_ok(), "one day");
    }

    #[test]
    fn what_no_link_can_be_is_refused_by_its_field() {
        type Change = fn(&mut MakeBookingLink);
        let changes: [(&str, Change); 8] = [
            ("until", |request| request.until = "2026-11-08".to_owned()),
            ("until", |request| request.until = "2027-11-08".to_owned()),
            ("kind", |request| request.kind = AppointmentKind::Court),
            ("meeting_link", |request| {
                request.meeting_link = Some("https://meet.example.org/a".to_owned());
            }),
            ("valid_days", |request| request.valid_days = 0),
            ("valid_days", |request| request.valid_days = 31),
            ("minutes", |request| request.minutes = 0),
            ("workers", |request| {
                request.workers = (0..6).map(|n| AccountId::from_bytes([n; 16])).collect();
            }),
        ];
        for (field, change) in changes {
            let mut request = asked();
            change(&mut request);
            let refusal = BookingLink::check(&request).unwrap_err();
            assert_eq!(refusal.code, Code::BadRequest);
            assert!(refusal.detail.starts_with(field), "{refusal:?}");
        }
        let mut request = asked();
        request.from = "next week".to_owned();
        let refusal = BookingLink::check(&request).unwrap_err();
        assert_eq!(refusal.code, Code::TimeMalformed);
    }
}
