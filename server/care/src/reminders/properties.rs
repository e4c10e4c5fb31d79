//! What is true of every plan, whatever the visit and its people.

use proptest::prelude::*;

use super::tests::{calls, mails};
use super::*;
use crate::civil::Zones;
use crate::quiet::any_window;

fn zone(name: &str) -> Zone {
    Zones::bundled().find(name).unwrap()
}

fn participant(number: u8) -> ParticipantId {
    ParticipantId::from_bytes([number; 16])
}

fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(
        &[
            "America/Edmonton",
            "Australia/Lord_Howe",
            "Africa/Cairo",
            "America/Havana",
            "America/Santiago",
            "Asia/Kathmandu",
            "Europe/Dublin",
            "Pacific/Apia",
        ][..],
    )
    .prop_map(zone)
}

/// From 2011 (the year of Apia's missing day) to 2030, any minute.
fn any_minute() -> impl Strategy<Value = Timestamp> {
    (21_600_000_i64..31_600_000).prop_map(|minute| Timestamp::from_micros(minute * 60_000_000))
}

fn any_visit() -> impl Strategy<Value = Visit> {
    (
        prop::sample::select(AppointmentKind::ALL),
        prop_oneof![
            Just(AppointmentState::Booked),
            prop::sample::select(AppointmentState::ALL)
        ],
        any_minute(),
        5_i64..720,
        -100_i64..30_000,
        any::<bool>(),
        prop::option::of(-5_i64..100),
        prop::option::of(-2_000_i64..2_000),
        any::<bool>(),
    )
        .prop_map(
            |(kind, state, start, minutes, ahead, has_link, notice, from, by_law)| {
                let told_at = start.plus_seconds(-ahead * 60);
                Visit {
                    kind,
                    state,
                    start,
                    end: start.plus_seconds(minutes * 60),
                    sequence: 3,
                    told_at,
                    has_link,
                    by_law,
                    moved_from: from.map(|minutes| start.plus_seconds(minutes * 60)),
                    in_series: None,
                    cancel_notice_at: notice.map(|minutes| told_at.plus_seconds(minutes * 60)),
                }
            },
        )
}

fn any_recipient() -> impl Strategy<Value = Recipient> {
    (
        prop::sample::select(Role::ALL),
        any_zone(),
        any::<[bool; 4]>(),
        prop::bool::weighted(0.8),
        prop::sample::select(Response::ALL),
        prop::option::of(any_window()),
    )
        .prop_map(
            |(
                role,
                zone,
                [takes_part, told, wants_reminders, wants_all_reminders],
                reachable,
                response,
                safe,
            )| {
                Recipient {
                    participant: participant(0),
                    role,
                    hours: MailHours { zone, safe },
                    reachable,
                    takes_part,
                    cleared_at: None,
                    told,
                    outdated: told && wants_reminders,
                    called: false,
                    agreed: false,
                    heard: Heard::Nothing,
                    joined: false,
                    wants_reminders,
                    wants_all_reminders,
                    response,
                }
            },
        )
        .prop_flat_map(|to| {
            let heard = prop::sample::select(&[Heard::Nothing, Heard::Before, Heard::Now][..]);
            heard.prop_map(move |heard| Recipient {
                heard,
                ..to.clone()
            })
        })
}

fn any_place() -> impl Strategy<Value = InSeries> {
    any::<[bool; 2]>().prop_map(|[first, alone]| InSeries { first, alone })
}

fn any_recipients() -> impl Strategy<Value = Vec<Recipient>> {
    prop::collection::vec(any_recipient(), 0..6).prop_map(|mut recipients| {
        for (number, to) in (1..).zip(&mut recipients) {
            to.participant = participant(number);
        }
        recipients
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_plan_keeps_its_promises(
        visit in any_visit(), recipients in any_recipients(), elapsed in -100_i64..40_000,
    ) {
        let now = visit.told_at.plus_seconds(elapsed * 60);
        let planned = mails(&visit, &recipients, now);
        let mut seen = std::collections::BTreeSet::new();
        for mail in &planned {
            prop_assert!(seen.insert((mail.participant, mail.step)), "twice: {mail:?}");
            prop_assert!(mail.due <= mail.not_after, "{mail:?}");
            prop_assert!(now <= mail.not_after && mail.not_after <= visit.end, "{mail:?}");
            let to = recipients.iter().find(|to| to.participant == mail.participant).unwrap();
            prop_assert!(to.takes_part && to.reachable, "{mail:?}");
            if visit.state == AppointmentState::Cancelled {
                prop_assert!(mail.step == Step::Cancellation && to.told, "{mail:?}");
            } else {
                prop_assert!(mail.step != Step::Cancellation, "{mail:?}");
            }
            // Said anew, by the text that people would see on their clock.
            let shown = to.hours.zone.local(mail.due).civil;
            if let Some(hours) = to.hours.safe {
                let [from, until] = [hours.from(), hours.until()]
                    .map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60));
                prop_assert!((&*from..&*until).contains(&&shown[11..]), "{shown} {hours:?} {mail:?}");
            }
            if !matches!(mail.step, Step::Invitation | Step::Cancellation) {
                let kept = to.hours.safe.is_some() || ("08:00".."21:00").contains(&&shown[11..]);
                prop_assert!(kept, "{shown} {mail:?}");
                prop_assert!(mail.due >= visit.told_at.plus_seconds(7_200), "{mail:?}");
                let done = to.response == Response::Accepted && mail.step != Step::RoomOpen;
                prop_assert!(!done || to.wants_all_reminders, "{mail:?}");
                prop_assert!(to.wants_reminders && to.response != Response::Declined);
                prop_assert!(matches!(to.role, Role::Client | Role::Caregiver));
                let opens = mail.step == Step::RoomOpen && mail.due == visit.start;
                prop_assert!(mail.due < visit.start || opens, "{mail:?}");
            }
        }
    }

    #[test]
    fn what_one_person_gets_does_not_depend_on_the_others(
        visit in any_visit(), recipients in any_recipients(),
    ) {
        let together = mails(&visit, &recipients, visit.told_at);
        let apart: Vec<Planned> = recipients
            .iter()
            .flat_map(|to| mails(&visit, std::slice::from_ref(to), visit.told_at))
            .collect();
        prop_assert_eq!(together, apart);
    }

    #[test]
    fn who_takes_part_in_a_booked_visit_is_always_invited(visit in any_visit(), to in any_recipient()) {
        let visit = Visit { state: AppointmentState::Booked, ..visit };
        let planned = mails(&visit, std::slice::from_ref(&to), visit.told_at);
        let invited = planned.iter().any(|mail| mail.step == Step::Invitation);
        let hears = to.takes_part && to.reachable;
        let next = to.hours.next(visit.told_at);
        let too_late = next != visit.told_at && next >= visit.start;
        prop_assert_eq!(invited, hears && visit.told_at <= visit.end && !too_late);
    }

    #[test]
    fn what_is_not_told_in_time_is_named(visit in any_visit(), to in any_recipient()) {
        let one = std::slice::from_ref(&to);
        let (planned, called) = (mails(&visit, one, visit.told_at), calls(&visit, &to));
        let hours = MailHours { safe: None, ..to.hours.clone() };
        let always = Recipient { hours, ..to.clone() };
        let at_once = Visit { by_law: false, ..visit };
        let without = mails(&at_once, std::slice::from_ref(&always), visit.told_at);
        for step in [Step::Invitation, Step::Cancellation] {
            let due = |mails: &[Planned]| {
                mails.iter().find(|mail| mail.step == step).map(|mail| mail.due)
            };
            let named = called.contains(&step);
            match (due(&without), due(&planned)) {
                (Some(early), None) if early.max(visit.told_at) < visit.start => prop_assert!(named),
                (Some(early), Some(due)) if early == due => prop_assert!(!named),
                (Some(_), Some(due)) => {
                    let known = visit.moved_from.filter(|_| to.told && step == Step::Invitation);
                    prop_assert!(!named || known.is_some_and(|known| known <= due));
                }
                (None, _) => prop_assert!(!named && due(&planned).is_none()),
                _ => {}
            }
        }
    }

    #[test]
    fn what_leaves_late_leaves_within_the_safe_hours(
        visit in any_visit(), to in any_recipient(), later in 0_i64..40_000,
    ) {
        let planned = mails(&visit, std::slice::from_ref(&to), visit.told_at);
        for mail in planned {
            let now = mail.due.plus_seconds(later * 60);
            let is_safe = |t| to.hours.safe.is_none_or(|safe| safe.has(&to.hours.zone, t));
            match leave(&visit, &to, (mail.step, mail.not_after), now) {
                Leaves::Now(leave) => prop_assert!(leave.at() == now && is_safe(now)),
                Leaves::Later(then) => {
                    prop_assert!(then > now && then <= mail.not_after && is_safe(then));
                    prop_assert!(then < visit.start || mail.step == Step::RoomOpen);
                }
                Leaves::Never => prop_assert!(!is_safe(now)),
                Leaves::Over => prop_assert!(to.hours.safe.is_none() && mail.step.is_reminder()),
            }
        }
    }

    #[test]
    fn no_night_is_disturbed_by_what_is_late_and_none_loses_what_is_worth_the_waiting(
        visit in any_visit(), to in any_recipient(), later in 0_i64..40_000,
    ) {
        let hours = MailHours { safe: None, ..to.hours.clone() };
        let to = Recipient { hours, ..to };
        let planned = mails(&visit, std::slice::from_ref(&to), visit.told_at);
        // Said anew, by the text that people would see on their clock.
        let by_day = |t| ("08:00".."21:00").contains(&&to.hours.zone.local(t).civil[11..]);
        for mail in planned {
            let now = mail.due.plus_seconds(later * 60);
            let left = leave(&visit, &to, (mail.step, mail.not_after), now);
            let mut morning = now;
            while !by_day(morning) {
                let quarters = morning.micros() / 900_000_000 + 1;
                morning = Timestamp::from_micros(quarters * 900_000_000);
            }
            if mail.step.is_reminder() {
                let expected = if morning == now {
                    left
                } else if morning <= mail.not_after {
                    Leaves::Later(morning)
                } else {
                    Leaves::Over
                };
                prop_assert_eq!(left, expected);
                prop_assert_eq!(matches!(left, Leaves::Now(_)), morning == now);
            } else {
                // News waits while there is time, and never longer.
                let waits = matches!(left, Leaves::Later(then) if then == morning);
                prop_assert!(waits || matches!(left, Leaves::Now(_)), "{left:?}");
                prop_assert!(!waits || morning.plus_seconds(7_200) <= visit.start);
            }
        }
    }

    #[test]
    fn a_reminder_is_moved_by_the_night_and_never_dropped(visit in any_visit(), to in any_recipient()) {
        // But where a whole day was left out there is no morning of the day before.
        prop_assume!(visit.start.micros() > 1_325_500_000_000_000);
        let hours = MailHours { safe: None, ..to.hours.clone() };
        let to = Recipient { hours, ..to };
        // Booked long before: nothing repeats the news of it.
        let visit = Visit { told_at: visit.start.plus_seconds(-40 * 86_400), ..visit };
        let planned = mails(&visit, std::slice::from_ref(&to), visit.told_at);
        for step in Step::ALL.iter().filter(|step| step.is_reminder()) {
            let wanted = wants(&visit, &to, *step).is_some() && to.reachable && to.takes_part;
            let comes = planned.iter().any(|mail| mail.step == *step);
            prop_assert_eq!(wanted, comes, "{:?}", step);
        }
    }

    #[test]
    fn of_a_series_only_news_is_told_once_and_reminders_come_for_each_visit(
        visit in any_visit(), to in any_recipient(), place in any_place(),
    ) {
        let alone = Visit { in_series: None, ..visit };
        let visit = Visit { in_series: Some(place), ..visit };
        let news = |mail: &&Planned| matches!(mail.step, Step::Invitation | Step::Cancellation);
        let planned = mails(&visit, std::slice::from_ref(&to), visit.told_at);
        let others = mails(&alone, std::slice::from_ref(&to), visit.told_at);
        let reminders = planned.iter().filter(|mail| !news(mail));
        prop_assert!(reminders.eq(others.iter().filter(|mail| !news(mail))));
        let told: Vec<_> = planned.iter().filter(news).collect();
        prop_assert!(told.len() <= 1);
        for mail in told {
            prop_assert_eq!(mail.due, others.iter().find(|other| other.step == mail.step)
                .map_or(mail.due, |other| other.due));
            prop_assert!(place.first || !mail.series, "another one speaks for the series");
            let knows = to.heard == Heard::Now && !place.alone && !to.outdated;
            prop_assert!(!knows || mail.step == Step::Cancellation, "told again: {mail:?}");
        }
    }

    #[test]
    fn time_only_takes_mails_away(visit in any_visit(), to in any_recipient(), later in 0_i64..40_000) {
        let first = mails(&visit, std::slice::from_ref(&to), visit.told_at);
        let then = mails(&visit, &[to], visit.told_at.plus_seconds(later * 60));
        let time = |mail: &Planned| (mail.step, mail.due, mail.not_after);
        let first: Vec<_> = first.iter().map(time).collect();
        prop_assert!(then.iter().all(|mail| first.contains(&time(mail))));
    }
}
