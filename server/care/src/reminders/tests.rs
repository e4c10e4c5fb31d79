//! The plan as stories of one visit and one person.

use super::*;
use crate::civil::Zones;

fn zone(name: &str) -> Zone {
    Zones::bundled().find(name).unwrap()
}

fn at(zone: &Zone, civil: &str) -> Timestamp {
    zone.resolve_typed(CivilTime::parse(civil).unwrap())
        .unwrap()
}

fn participant(number: u8) -> ParticipantId {
    ParticipantId::from_bytes([number; 16])
}

fn edmonton() -> Zone {
    zone("America/Edmonton")
}

/// A half-hour video visit with a link, booked a fortnight before.
pub(super) fn visit(start: &str) -> Visit {
    let start = at(&edmonton(), start);
    Visit {
        kind: AppointmentKind::Video,
        state: AppointmentState::Booked,
        start,
        end: start.plus_seconds(1_800),
        sequence: 0,
        told_at: start.plus_seconds(-14 * 86_400),
        has_link: true,
        moved_from: None,
        by_law: false,
        in_series: None,
        cancel_notice_at: None,
    }
}

pub(super) fn maria() -> Recipient {
    Recipient {
        participant: participant(1),
        role: Role::Client,
        hours: always(edmonton()),
        reachable: true,
        takes_part: true,
        cleared_at: None,
        told: true,
        outdated: false,
        called: false,
        agreed: false,
        heard: Heard::Nothing,
        joined: false,
        wants_reminders: true,
        wants_all_reminders: false,
        response: Response::NeedsAction,
    }
}

/// On those clocks, at any time.
fn always(zone: Zone) -> MailHours {
    MailHours { zone, safe: None }
}

/// What the plan tells by mail.
pub(super) fn mails(visit: &Visit, recipients: &[Recipient], now: Timestamp) -> Vec<Planned> {
    let mut planned = plan(visit, recipients, now);
    planned.retain(|one| one.way.is_mail());
    planned
}

/// What it has somebody tell in another way, because a mail would come too late.
pub(super) fn calls(visit: &Visit, to: &Recipient) -> Vec<Step> {
    let planned = plan(visit, std::slice::from_ref(to), visit.told_at).into_iter();
    let called = planned.filter(|one| matches!(one.way, Way::Call | Way::MailAndCall));
    called.map(|one| one.step).collect()
}

/// Steps and when they are due on Edmonton's clocks, as planned when the visit was told.
fn story(visit: &Visit, to: &Recipient) -> Vec<(Step, String)> {
    let planned = mails(visit, std::slice::from_ref(to), visit.told_at);
    let told = planned.into_iter().map(|mail| {
        assert_eq!(mail.participant, to.participant);
        (mail.step, edmonton().civil(mail.due).to_string())
    });
    told.collect()
}

pub(super) fn steps(visit: &Visit, to: &Recipient) -> Vec<Step> {
    story(visit, to).into_iter().map(|(step, _)| step).collect()
}

fn told(step: Step, civil: &str) -> (Step, String) {
    (step, civil.to_owned())
}

#[test]
fn a_visit_on_tuesday_at_ten_has_the_default_plan() {
    let visit = visit("2026-12-01T10:00");
    let expected = vec![
        told(Step::Invitation, "2026-11-17T10:00"),
        told(Step::ThreeDays, "2026-11-28T10:00"),
        told(Step::OneDay, "2026-11-30T10:00"),
        told(Step::OneHour, "2026-12-01T09:00"),
        told(Step::RoomOpen, "2026-12-01T09:50"),
    ];
    assert_eq!(story(&visit, &maria()), expected);
    let ana = Recipient {
        participant: participant(2),
        role: Role::Caregiver,
        ..maria()
    };
    assert_eq!(story(&visit, &ana), expected);
    let bounds: Vec<i64> = mails(&visit, &[maria()], visit.told_at)
        .iter()
        .map(|mail| (visit.start.micros() - mail.not_after.micros()) / 60_000_000)
        .collect();
    assert_eq!(
        bounds,
        [-30, 30 * 60, 3 * 60, 0, -30],
        "minutes before the start"
    );
}

#[test]
fn ten_in_the_morning_is_on_the_recipients_clocks_and_a_day_is_a_calendar_day() {
    let mut visit = visit("2026-12-01T10:00");
    let vancouver = Recipient {
        hours: always(zone("America/Vancouver")),
        ..maria()
    };
    assert_eq!(
        story(&visit, &vancouver)[2],
        told(Step::OneDay, "2026-11-30T11:00")
    );
    // The day before is 23 hours long in Dublin, and ten o'clock is ten o'clock all the same.
    let dublin = zone("Europe/Dublin");
    visit.start = at(&dublin, "2026-03-29T14:00");
    visit.end = visit.start.plus_seconds(1_800);
    visit.told_at = at(&dublin, "2026-03-01T10:00");
    let there = Recipient {
        hours: always(dublin.clone()),
        ..maria()
    };
    let planned = mails(&visit, &[there], visit.told_at);
    assert_eq!(planned[2].due, at(&dublin, "2026-03-28T10:00"));
    assert_eq!(
        visit.start.micros() - planned[2].due.micros(),
        27 * 3_600 * 1_000_000
    );
    // For somebody far east the visit is on another date.
    visit.start = at(&edmonton(), "2026-12-01T20:00");
    visit.end = visit.start.plus_seconds(1_800);
    let kathmandu = zone("Asia/Kathmandu");
    let far = Recipient {
        hours: always(kathmandu.clone()),
        ..maria()
    };
    let planned = mails(&visit, &[far], visit.told_at);
    assert_eq!(
        planned[2].due,
        at(&kathmandu, "2026-12-01T10:00"),
        "{planned:?}"
    );
}

#[test]
fn staff_get_the_invitation_and_no_reminders() {
    for role in [
        Role::CaseManager,
        Role::Supervisor,
        Role::Administrator,
        Role::Custodian,
    ] {
        let dana = Recipient { role, ..maria() };
        assert_eq!(
            steps(&visit("2026-12-01T10:00"), &dana),
            [Step::Invitation],
            "{role:?}"
        );
    }
}

#[test]
fn the_room_opens_for_video_with_a_link_only() {
    let video = visit("2026-12-01T10:00");
    assert!(steps(&video, &maria()).contains(&Step::RoomOpen));
    let no_link = Visit {
        has_link: false,
        ..video
    };
    assert!(!steps(&no_link, &maria()).contains(&Step::RoomOpen));
    for kind in AppointmentKind::ALL
        .iter()
        .filter(|kind| **kind != AppointmentKind::Video)
    {
        let other = Visit {
            kind: *kind,
            ..video
        };
        assert!(
            !steps(&other, &maria()).contains(&Step::RoomOpen),
            "{kind:?}"
        );
    }
}

#[test]
fn an_answer_ends_the_reminders_it_makes_needless() {
    let visit = visit("2026-12-01T10:00");
    let after = |response| {
        steps(
            &visit,
            &Recipient {
                response,
                ..maria()
            },
        )
    };
    assert_eq!(
        after(Response::Accepted),
        [Step::Invitation, Step::RoomOpen]
    );
    assert_eq!(after(Response::Declined), [Step::Invitation]);
    for (response, count) in [
        (Response::Accepted, 5),
        (Response::Tentative, 5),
        (Response::Declined, 1),
    ] {
        let all = Recipient {
            wants_all_reminders: true,
            response,
            ..maria()
        };
        assert_eq!(steps(&visit, &all).len(), count, "{response:?}");
        let none = Recipient {
            wants_reminders: false,
            ..all
        };
        assert_eq!(steps(&visit, &none), [Step::Invitation]);
    }
    assert_eq!(after(Response::Tentative).len(), 5);
    let unwanted = Recipient {
        wants_reminders: false,
        ..maria()
    };
    assert_eq!(steps(&visit, &unwanted), [Step::Invitation]);
}

#[test]
fn who_does_not_take_part_or_cannot_be_reached_gets_no_mail() {
    for state in AppointmentState::ALL {
        let visit = Visit {
            state: *state,
            ..visit("2026-12-01T10:00")
        };
        let gone = Recipient {
            takes_part: false,
            ..maria()
        };
        assert_eq!(steps(&visit, &gone), [], "{state:?}");
        let mute = Recipient {
            reachable: false,
            ..maria()
        };
        assert_eq!(steps(&visit, &mute), [], "{state:?}");
    }
}

/// What somebody is to tell them because no address takes a mail.
fn missed(visit: &Visit, to: &Recipient, now: Timestamp) -> Vec<Step> {
    let planned = plan(visit, std::slice::from_ref(to), now).into_iter();
    let missed = planned.filter(|one| one.way == Way::Unreachable);
    missed.map(|one| one.step).collect()
}

#[test]
fn news_for_whom_no_mail_reaches_is_told_in_another_way_until_the_visit_begins() {
    use AppointmentState as State;
    let booked = visit("2026-12-01T10:00");
    let off = Visit {
        state: State::Cancelled,
        ..booked
    };
    let mute = Recipient {
        reachable: false,
        ..maria()
    };
    let ana = Recipient {
        role: Role::Caregiver,
        ..mute.clone()
    };
    for to in [&mute, &ana] {
        assert_eq!(missed(&booked, to, booked.told_at), [Step::Invitation]);
        assert_eq!(missed(&off, to, off.told_at), [Step::Cancellation]);
        assert_eq!(missed(&off, to, off.start), [], "it would have begun");
        let agreed = Recipient {
            agreed: true,
            ..to.clone()
        };
        assert_eq!(missed(&booked, &agreed, booked.told_at), [], "they know");
        assert_eq!(missed(&off, &agreed, off.told_at), [Step::Cancellation]);
    }
    // Staff have the app; who takes part no longer is told nothing; who never heard of it need not hear that it is off.
    let dana = Recipient {
        role: Role::CaseManager,
        ..mute.clone()
    };
    let gone = Recipient {
        takes_part: false,
        cleared_at: Some(off.told_at),
        ..ana
    };
    let unaware = Recipient {
        told: false,
        ..mute.clone()
    };
    for to in [&dana, &gone, &unaware] {
        assert_eq!(missed(&off, to, off.told_at), []);
    }
    // Whoever was told on the phone hears on the phone that it is off, or by mail once one reaches them.
    let called = Recipient {
        called: true,
        ..unaware
    };
    assert_eq!(missed(&off, &called, off.told_at), [Step::Cancellation]);
    let reached = Recipient {
        reachable: true,
        ..called
    };
    assert_eq!(steps(&off, &reached), [Step::Cancellation]);
}

#[test]
fn each_state_has_its_mails() {
    use AppointmentState as State;
    for (state, expected) in [
        (State::Completed, &[][..]),
        (State::NoShow, &[]),
        (State::Cancelled, &[Step::Cancellation]),
    ] {
        let visit = Visit {
            state,
            ..visit("2026-12-01T10:00")
        };
        assert_eq!(steps(&visit, &maria()), expected, "{state:?}");
    }
}

#[test]
fn a_cancellation_goes_to_who_was_told_and_may_wait_for_the_undo() {
    let mut visit = Visit {
        state: AppointmentState::Cancelled,
        ..visit("2026-12-01T10:00")
    };
    let dana = Recipient {
        role: Role::CaseManager,
        ..maria()
    };
    assert_eq!(
        story(&visit, &dana),
        [told(Step::Cancellation, "2026-11-17T10:00")]
    );
    let plain = Recipient {
        wants_reminders: false,
        response: Response::Declined,
        ..maria()
    };
    assert_eq!(steps(&visit, &plain), [Step::Cancellation]);
    assert_eq!(
        steps(
            &visit,
            &Recipient {
                told: false,
                ..maria()
            }
        ),
        []
    );
    visit.cancel_notice_at = Some(visit.told_at.plus_seconds(600));
    assert_eq!(
        story(&visit, &maria()),
        [told(Step::Cancellation, "2026-11-17T10:10")]
    );
    // Called off at night: invitations and cancellations do not wait for the morning.
    visit.cancel_notice_at = Some(at(&edmonton(), "2026-11-30T23:30"));
    assert_eq!(
        story(&visit, &maria()),
        [told(Step::Cancellation, "2026-11-30T23:30")]
    );
    // Too late to matter.
    visit.cancel_notice_at = Some(visit.end.plus_seconds(1));
    assert_eq!(steps(&visit, &maria()), []);
}

#[test]
fn a_fresh_booking_is_not_repeated_by_its_reminders() {
    let mut visit = visit("2026-12-01T10:00");
    visit.told_at = at(&edmonton(), "2026-11-30T08:00");
    assert_eq!(
        steps(&visit, &maria()),
        [
            Step::Invitation,
            Step::OneDay,
            Step::OneHour,
            Step::RoomOpen
        ],
        "two hours before the reminder"
    );
    visit.told_at = at(&edmonton(), "2026-11-30T08:01");
    assert_eq!(
        steps(&visit, &maria()),
        [Step::Invitation, Step::OneHour, Step::RoomOpen]
    );
    visit.told_at = at(&edmonton(), "2026-12-01T07:30");
    assert_eq!(steps(&visit, &maria()), [Step::Invitation, Step::RoomOpen]);
    visit.told_at = at(&edmonton(), "2026-12-01T09:30");
    assert_eq!(steps(&visit, &maria()), [Step::Invitation]);
}

#[test]
fn a_reminder_in_the_night_comes_the_evening_before() {
    let early = visit("2026-12-01T08:30");
    assert_eq!(
        story(&early, &maria())[3],
        told(Step::OneHour, "2026-11-30T20:30")
    );
    let at_nine = visit("2026-12-01T09:00");
    assert_eq!(
        story(&at_nine, &maria())[3],
        told(Step::OneHour, "2026-12-01T08:00")
    );
    for (start, due) in [
        ("2026-12-01T21:59", "2026-12-01T20:59"),
        ("2026-12-01T22:00", "2026-12-01T20:30"),
        ("2026-12-02T00:30", "2026-12-01T20:30"),
    ] {
        assert_eq!(story(&visit(start), &maria())[3], told(Step::OneHour, due));
    }
    // Booked in that night: the evening before is gone.
    let mut fresh = early;
    fresh.told_at = at(&edmonton(), "2026-12-01T02:00");
    assert_eq!(steps(&fresh, &maria()), [Step::Invitation, Step::RoomOpen]);
}

#[test]
fn a_reminder_in_the_night_comes_in_the_morning_if_that_leaves_time() {
    let visit = visit("2026-12-01T10:00");
    let moved = |due: &str, not_after: &str| {
        let [due, not_after] = [due, not_after].map(|civil| at(&edmonton(), civil));
        let moved = keep_quiet(&visit, &maria(), Step::OneHour, (due, not_after))?;
        Some(edmonton().civil(moved).to_string())
    };
    let morning = Some("2026-12-01T08:00".to_owned());
    let evening = Some("2026-11-30T20:30".to_owned());
    assert_eq!(moved("2026-11-30T21:00", "2026-12-01T10:00"), morning);
    assert_eq!(moved("2026-12-01T07:59", "2026-12-01T08:00"), morning);
    assert_eq!(moved("2026-12-01T07:59", "2026-12-01T07:59"), evening);
    assert_eq!(
        moved("2026-11-30T20:59", "2026-12-01T07:59"),
        Some("2026-11-30T20:59".to_owned())
    );
}

#[test]
fn what_is_late_but_not_worthless_stays_and_what_is_worthless_goes() {
    use Step::{Invitation, OneDay, OneHour, RoomOpen, ThreeDays};
    let visit = visit("2026-12-01T10:00");
    let left_at = |civil: &str| -> Vec<Step> {
        let planned = mails(&visit, &[maria()], at(&edmonton(), civil));
        planned.into_iter().map(|mail| mail.step).collect()
    };
    assert_eq!(
        left_at("2026-11-30T04:00"),
        [Invitation, ThreeDays, OneDay, OneHour, RoomOpen]
    );
    assert_eq!(
        left_at("2026-11-30T04:01"),
        [Invitation, OneDay, OneHour, RoomOpen]
    );
    assert_eq!(
        left_at("2026-12-01T07:00"),
        [Invitation, OneDay, OneHour, RoomOpen]
    );
    assert_eq!(left_at("2026-12-01T07:01"), [Invitation, OneHour, RoomOpen]);
    assert_eq!(left_at("2026-12-01T10:01"), [Invitation, RoomOpen]);
    assert_eq!(left_at("2026-12-01T10:30"), [Invitation, RoomOpen]);
    assert_eq!(left_at("2026-12-01T10:31"), []);
}

mod nights;
mod safe_hours;
