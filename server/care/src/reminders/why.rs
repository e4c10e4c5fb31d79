//! Why the plan has no mail of a step for somebody, or has it at another time than the step says. It decides nothing:
//! [`super::plan`] has decided, and this says in a word by which of its rules.

use protocol::{AppointmentKind, AppointmentState, MailReason, Response, Role, Step, Timestamp};

use super::{FRESH_S, MORNING, Planned, Recipient, Visit, Way};
use super::{at_days_before, calls_off, comes, invites, news_at, plan};

/// Why no mail of that step is wanted at `now`. Nothing if one is, or if the step is for no such visit or person: staff
/// are not reminded, a visit that is on is not called off, one that is off needs no reminders.
pub fn why_not(visit: &Visit, to: &Recipient, step: Step, now: Timestamp) -> Option<MailReason> {
    if !concerns(visit, to, step) {
        return None;
    }
    let planned = plan(visit, std::slice::from_ref(to), now);
    let stands = |one: &Planned| one.step == step && one.way != Way::Unreachable;
    if planned.iter().any(stands) {
        return None;
    }
    let why = by_right(to)
        .or_else(|| by_wish(visit, to, step))
        .or_else(|| (!to.reachable).then_some(MailReason::NoAddress))
        .or_else(|| told_elsewhere(visit, to, step))
        .or_else(|| by_state(visit));
    Some(why.unwrap_or_else(|| by_time(visit, to, step, now)))
}

/// Why a mail is due then, if that is not when its step would have it.
pub fn why_then(visit: &Visit, to: &Recipient, step: Step, due: Timestamp) -> Option<MailReason> {
    let meant = meant(visit, to, step)?;
    let hours = if to.hours.safe.is_some() {
        MailReason::SafeHours
    } else {
        MailReason::QuietHours
    };
    (due != meant).then_some(hours)
}

fn concerns(visit: &Visit, to: &Recipient, step: Step) -> bool {
    let is_off = visit.state == AppointmentState::Cancelled;
    let is_served = matches!(to.role, Role::Client | Role::Caregiver);
    match step {
        Step::Invitation => !is_off,
        Step::Cancellation => is_off || !to.takes_part,
        Step::ThreeDays | Step::OneDay | Step::OneHour => is_served && !is_off,
        Step::RoomOpen => is_served && !is_off && visit.kind == AppointmentKind::Video,
        // About no appointment.
        Step::Agenda | Step::Unread | Step::Digest => false,
    }
}

fn by_right(to: &Recipient) -> Option<MailReason> {
    match to.role {
        _ if to.takes_part => None,
        Role::Caregiver => Some(MailReason::NoConsent),
        _ => Some(MailReason::Left),
    }
}

/// What they have said.
fn by_wish(visit: &Visit, to: &Recipient, step: Step) -> Option<MailReason> {
    if !step.is_reminder() {
        return None;
    }
    match to.response {
        Response::Declined => Some(MailReason::Declined),
        _ if !to.wants_reminders => Some(MailReason::OptedOut),
        Response::Accepted if step != Step::RoomOpen && !to.wants_all_reminders => {
            Some(MailReason::Confirmed)
        }
        _ if step == Step::RoomOpen && !visit.has_link => Some(MailReason::NoLink),
        _ => None,
    }
}

fn told_elsewhere(visit: &Visit, to: &Recipient, step: Step) -> Option<MailReason> {
    match step {
        Step::Invitation if invites(visit, to).is_none() => Some(MailReason::Series),
        Step::Cancellation if calls_off(visit, to).is_none() => {
            let heard = to.told || to.called || to.heard != super::Heard::Nothing;
            Some(if heard {
                MailReason::Series
            } else {
                MailReason::NeverTold
            })
        }
        _ => None,
    }
}

fn by_state(visit: &Visit) -> Option<MailReason> {
    match visit.state {
        AppointmentState::Booked | AppointmentState::Cancelled => None,
        AppointmentState::Completed | AppointmentState::NoShow => Some(MailReason::Over),
    }
}

fn by_time(visit: &Visit, to: &Recipient, step: Step, now: Timestamp) -> MailReason {
    let meant = meant(visit, to, step);
    let told_at = comes(visit, to, Step::Invitation, visit.told_at);
    if step.is_reminder() && meant.is_some_and(|due| due < told_at.plus_seconds(FRESH_S)) {
        MailReason::Fresh
    } else if now > visit.end {
        MailReason::Over
    } else if meant.is_some_and(|due| to.hours.next_by_day(due) != due) {
        match to.hours.safe {
            Some(_) => MailReason::OutsideSafeHours,
            None => MailReason::QuietHours,
        }
    } else {
        MailReason::TooLate
    }
}

/// When it would come if every hour were good.
fn meant(visit: &Visit, to: &Recipient, step: Step) -> Option<Timestamp> {
    let morning = |days: i32| at_days_before(&to.hours.zone, visit.start, days, MORNING);
    match step {
        Step::Invitation | Step::Cancellation => Some(news_at(visit, to, step)),
        Step::ThreeDays => Some(morning(3)),
        Step::OneDay => Some(morning(1)),
        Step::OneHour => Some(visit.start.plus_seconds(-3_600)),
        Step::RoomOpen => Some(visit.start.plus_seconds(-600)),
        Step::Agenda | Step::Unread | Step::Digest => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::quiet::Window;
    use crate::reminders::tests::{mails, maria, visit};
    use crate::reminders::{Heard, InSeries};

    const BEFORE: [Step; 3] = [Step::ThreeDays, Step::OneDay, Step::OneHour];

    /// As the visit is told, a fortnight before.
    fn why(visit: &Visit, to: &Recipient, step: Step) -> Option<MailReason> {
        why_not(visit, to, step, visit.told_at)
    }

    #[test]
    fn what_is_wanted_needs_no_reason() {
        let visit = visit("2026-12-01T10:00");
        for step in Step::ALL {
            assert_eq!(why(&visit, &maria(), *step), None, "{step:?}");
        }
    }

    #[test]
    fn what_somebody_has_said_is_the_reason() {
        let visit = visit("2026-12-01T10:00");
        let said = |response| Recipient {
            response,
            ..maria()
        };
        let unwilling = Recipient {
            wants_reminders: false,
            ..maria()
        };
        for step in BEFORE {
            let confirmed = why(&visit, &said(Response::Accepted), step);
            assert_eq!(confirmed, Some(MailReason::Confirmed));
        }
        for step in BEFORE.into_iter().chain([Step::RoomOpen]) {
            let declined = why(&visit, &said(Response::Declined), step);
            assert_eq!(declined, Some(MailReason::Declined));
            assert_eq!(why(&visit, &unwilling, step), Some(MailReason::OptedOut));
        }
        let keen = Recipient {
            wants_all_reminders: true,
            ..said(Response::Accepted)
        };
        assert_eq!(why(&visit, &keen, Step::OneDay), None, "it comes");
        let mut late = visit;
        late.told_at = late.start.plus_seconds(-22 * 3_600);
        let fresh = why(&late, &keen, Step::OneDay);
        assert_eq!(fresh, Some(MailReason::Fresh), "not what they said");
        let accepted = said(Response::Accepted);
        assert_eq!(why(&visit, &accepted, Step::RoomOpen), None, "it comes");
        assert_eq!(why(&visit, &unwilling, Step::Invitation), None, "it comes");
        let without_link = Visit {
            has_link: false,
            ..visit
        };
        let no_link = why(&without_link, &maria(), Step::RoomOpen);
        assert_eq!(no_link, Some(MailReason::NoLink));
    }

    #[test]
    fn without_a_right_or_an_address_nothing_comes() {
        let visit = visit("2026-12-01T10:00");
        let gone = |role| Recipient {
            role,
            takes_part: false,
            ..maria()
        };
        for step in [Step::Invitation, Step::OneDay, Step::Cancellation] {
            let ana = why(&visit, &gone(Role::Caregiver), step);
            assert_eq!(ana, Some(MailReason::NoConsent));
        }
        let sam = why(&visit, &gone(Role::CaseManager), Step::Invitation);
        assert_eq!(sam, Some(MailReason::Left));
        let nowhere = Recipient {
            reachable: false,
            ..maria()
        };
        for step in [Step::Invitation, Step::OneDay] {
            let reason = why(&visit, &nowhere, step);
            assert_eq!(reason, Some(MailReason::NoAddress));
        }
    }

    #[test]
    fn what_is_not_for_such_a_visit_or_person_is_not_spoken_of() {
        let visit = visit("2026-12-01T10:00");
        let dana = Recipient {
            role: Role::CaseManager,
            ..maria()
        };
        assert_eq!(why(&visit, &dana, Step::OneDay), None);
        assert_eq!(why(&visit, &maria(), Step::Cancellation), None);
        assert_eq!(why(&visit, &maria(), Step::Digest), None);
        let phone = Visit {
            kind: AppointmentKind::Phone,
            has_link: false,
            ..visit
        };
        assert_eq!(why(&phone, &maria(), Step::RoomOpen), None);
        let off = Visit {
            state: AppointmentState::Cancelled,
            ..visit
        };
        assert_eq!(why(&off, &maria(), Step::OneDay), None);
        let unaware = Recipient {
            told: false,
            ..maria()
        };
        let never = why(&off, &unaware, Step::Cancellation);
        assert_eq!(never, Some(MailReason::NeverTold));
    }

    #[test]
    fn another_mail_may_say_it() {
        let series = Visit {
            in_series: Some(InSeries {
                first: false,
                alone: false,
            }),
            ..visit("2026-12-01T10:00")
        };
        let knows = Recipient {
            heard: Heard::Now,
            told: false,
            ..maria()
        };
        let news = why(&series, &knows, Step::Invitation);
        assert_eq!(news, Some(MailReason::Series));
        let off = Visit {
            state: AppointmentState::Cancelled,
            ..series
        };
        let news = why(&off, &knows, Step::Cancellation);
        assert_eq!(news, Some(MailReason::Series));
    }

    #[test]
    fn time_is_a_reason_when_nothing_else_is() {
        let mut visit = visit("2026-12-01T10:00");
        // Told the day before at noon: what was due before that would only repeat it.
        visit.told_at = visit.start.plus_seconds(-22 * 3_600);
        for step in [Step::ThreeDays, Step::OneDay] {
            assert_eq!(why(&visit, &maria(), step), Some(MailReason::Fresh));
        }
        assert_eq!(why(&visit, &maria(), Step::OneHour), None);
        let begun = visit.start.plus_seconds(1);
        let late = why_not(&visit, &maria(), Step::OneHour, begun);
        assert_eq!(late, Some(MailReason::TooLate));
        let after = visit.end.plus_seconds(1);
        let over = why_not(&visit, &maria(), Step::OneHour, after);
        assert_eq!(over, Some(MailReason::Over));
        let held = Visit {
            state: AppointmentState::Completed,
            ..visit
        };
        let over = why_not(&held, &maria(), Step::OneHour, after);
        assert_eq!(over, Some(MailReason::Over));
    }

    #[test]
    fn hours_move_a_mail_and_say_so() {
        // By night: it comes the evening before, or in the morning.
        let early = visit("2026-12-01T08:30");
        let night = mails(&early, &[maria()], early.told_at);
        let hour = night.iter().find(|mail| mail.step == Step::OneHour);
        let due = hour.unwrap().due;
        let moved = why_then(&early, &maria(), Step::OneHour, due);
        assert_eq!(moved, Some(MailReason::QuietHours));
        let mut safe = maria();
        safe.hours.safe = Some(Window::new(11 * 60, 13 * 60).unwrap());
        let visit = visit("2026-12-01T15:00");
        let mail = mails(&visit, std::slice::from_ref(&safe), visit.told_at);
        let day = mail.iter().find(|mail| mail.step == Step::OneDay);
        let due = day.unwrap().due;
        let moved = why_then(&visit, &safe, Step::OneDay, due);
        assert_eq!(moved, Some(MailReason::SafeHours));
        // Ten minutes before three nobody may write to her.
        let open = why(&visit, &safe, Step::RoomOpen);
        assert_eq!(open, Some(MailReason::OutsideSafeHours));
    }

    proptest! {
        #[test]
        fn by_day_every_mail_of_the_plan_is_due_when_its_step_says(
            quarter in 40_i64..72, days in 0_i64..400,
        ) {
            // Between ten and six, so that an hour before is day as well.
            let midnight = visit("2026-12-01T00:00").start;
            let start = midnight.plus_seconds(days * 86_400 + quarter * 900);
            let visit = Visit {
                start,
                end: start.plus_seconds(1_800),
                told_at: start.plus_seconds(-14 * 86_400),
                ..visit("2026-12-01T10:00")
            };
            let planned = mails(&visit, &[maria()], visit.told_at);
            prop_assert_eq!(planned.len(), 5);
            for mail in planned {
                prop_assert_eq!(why_then(&visit, &maria(), mail.step, mail.due), None);
            }
        }
    }
}
