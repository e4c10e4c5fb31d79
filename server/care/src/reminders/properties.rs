//! What is true of every plan, whatever the visit and its people.

use proptest::prelude::*;

use super::*;
use crate::civil::Zones;

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
    )
        .prop_map(|(kind, state, start, minutes, ahead, has_link, notice)| {
            let told_at = start.plus_seconds(-ahead * 60);
            Visit {
                kind,
                state,
                start,
                end: start.plus_seconds(minutes * 60),
                sequence: 3,
                told_at,
                has_link,
                in_series: false,
                cancel_notice_at: notice.map(|minutes| told_at.plus_seconds(minutes * 60)),
            }
        })
}

fn any_recipient() -> impl Strategy<Value = Recipient> {
    (
        prop::sample::select(Role::ALL),
        any_zone(),
        any::<[bool; 3]>(),
        prop::bool::weighted(0.8),
        prop::sample::select(Response::ALL),
    )
        .prop_map(
            |(role, zone, [takes_part, told, wants_reminders], reachable, response)| Recipient {
                participant: participant(0),
                role,
                zone,
                reachable,
                takes_part,
                cleared_at: None,
                told,
                wants_reminders,
                response,
            },
        )
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
        let planned = plan(&visit, &recipients, now);
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
            if !matches!(mail.step, Step::Invitation | Step::Cancellation) {
                // Said anew, by the text that people would see on their clock.
                let shown = to.zone.local(mail.due).civil;
                prop_assert!(("08:00".."21:00").contains(&&shown[11..]), "{shown} {mail:?}");
                prop_assert!(mail.due >= visit.told_at.plus_seconds(7_200), "{mail:?}");
                prop_assert!(to.wants_reminders && to.response != Response::Declined);
                prop_assert!(matches!(to.role, Role::Client | Role::Caregiver));
                prop_assert!(mail.due < visit.start, "{mail:?}");
            }
        }
    }

    #[test]
    fn what_one_person_gets_does_not_depend_on_the_others(
        visit in any_visit(), recipients in any_recipients(),
    ) {
        let together = plan(&visit, &recipients, visit.told_at);
        let apart: Vec<Planned> = recipients
            .iter()
            .flat_map(|to| plan(&visit, std::slice::from_ref(to), visit.told_at))
            .collect();
        prop_assert_eq!(together, apart);
    }

    #[test]
    fn who_takes_part_in_a_booked_visit_is_always_invited(visit in any_visit(), to in any_recipient()) {
        let visit = Visit { state: AppointmentState::Booked, ..visit };
        let planned = plan(&visit, std::slice::from_ref(&to), visit.told_at);
        let invited = planned.iter().any(|mail| mail.step == Step::Invitation);
        prop_assert_eq!(invited, to.takes_part && to.reachable && visit.told_at <= visit.end);
    }

    #[test]
    fn a_series_is_told_visit_by_visit_when_each_comes_near(visit in any_visit(), to in any_recipient()) {
        let visit = Visit { state: AppointmentState::Booked, in_series: true, ..visit };
        let alone = Visit { in_series: false, ..visit };
        let planned = plan(&visit, std::slice::from_ref(&to), visit.told_at);
        let others = plan(&alone, std::slice::from_ref(&to), visit.told_at);
        prop_assert_eq!(planned.len(), others.len(), "nobody is left out");
        for (mail, other) in planned.iter().zip(&others) {
            if mail.step == Step::Invitation && !to.told {
                let near = visit.start.plus_seconds(-28 * 86_400);
                prop_assert_eq!(mail.due, near.max(other.due));
            } else {
                prop_assert_eq!(mail, other);
            }
        }
    }

    #[test]
    fn time_only_takes_mails_away(visit in any_visit(), to in any_recipient(), later in 0_i64..40_000) {
        let first = plan(&visit, std::slice::from_ref(&to), visit.told_at);
        let then = plan(&visit, &[to], visit.told_at.plus_seconds(later * 60));
        prop_assert!(then.iter().all(|mail| first.contains(mail)));
    }
}
