//! The plan, and what leaves late, by night.

use super::*;

#[test]
fn that_the_room_is_open_waits_for_the_morning_or_comes_the_evening_before() {
    for (start, due) in [
        ("2026-12-01T08:10", "2026-12-01T08:00"),
        ("2026-12-01T08:09", "2026-12-01T08:00"),
        ("2026-12-01T08:00", "2026-12-01T08:00"),
        // The night ends after the visit has begun.
        ("2026-12-01T07:59", "2026-11-30T20:30"),
        ("2026-12-01T06:00", "2026-11-30T20:30"),
        ("2026-12-01T21:09", "2026-12-01T20:59"),
        ("2026-12-01T21:10", "2026-12-01T20:30"),
    ] {
        let told = story(&visit(start), &maria());
        assert_eq!(told.last(), Some(&super::told(Step::RoomOpen, due)));
    }
    // Whoever has confirmed hears of it all the same.
    let confirmed = Recipient {
        response: Response::Accepted,
        ..maria()
    };
    let early = visit("2026-12-01T06:00");
    assert_eq!(
        steps(&early, &confirmed),
        [Step::Invitation, Step::RoomOpen]
    );
}

#[test]
fn what_comes_the_evening_before_is_early() {
    let early = visit("2026-12-01T08:30");
    let written = |civil: &str| at(&edmonton(), civil);
    for (step, civil, expected) in [
        (Step::OneHour, "2026-11-30T20:30", true),
        (Step::OneHour, "2026-12-01T07:30", false),
        (Step::RoomOpen, "2026-11-30T20:30", true),
        (Step::RoomOpen, "2026-12-01T08:00", false),
        (Step::OneDay, "2026-11-30T10:00", false),
    ] {
        assert_eq!(
            is_early(step, early.start, written(civil)),
            expected,
            "{step:?} {civil}"
        );
    }
}

/// What becomes of a mail that is due then.
fn leaves(visit: &Visit, step: Step, now: &str) -> Result<String, Leaves> {
    let to = maria();
    let (_, not_after) = time(visit, &to, step).unwrap();
    match leave(visit, &to, (step, not_after), at(&edmonton(), now)) {
        Leaves::Now(leave) => Ok(edmonton().civil(leave.at()).to_string()),
        Leaves::Later(then) => Ok(edmonton().civil(then).to_string()),
        other => Err(other),
    }
}

#[test]
fn what_is_late_by_night_waits_for_the_morning_or_is_over_by_then() {
    let visit = visit("2026-12-01T11:30");
    let morning = Ok("2026-12-01T08:00".to_owned());
    assert_eq!(leaves(&visit, Step::OneDay, "2026-11-30T22:00"), morning);
    assert_eq!(leaves(&visit, Step::OneDay, "2026-12-01T03:40"), morning);
    let by_day = Ok("2026-11-30T20:59".to_owned());
    assert_eq!(leaves(&visit, Step::OneDay, "2026-11-30T20:59"), by_day);
    // Worthless from half past five that morning on.
    let over = leaves(&visit, Step::ThreeDays, "2026-11-29T22:00");
    assert_eq!(over, Err(Leaves::Over));
    // It was to come the evening before, and half an hour is better than nothing.
    let early = super::visit("2026-12-01T08:30");
    assert_eq!(leaves(&early, Step::OneHour, "2026-11-30T22:30"), morning);
    let earlier = super::visit("2026-12-01T07:45");
    let over = leaves(&earlier, Step::OneHour, "2026-11-30T22:30");
    assert_eq!(over, Err(Leaves::Over));
    // The room is still open.
    assert_eq!(
        leaves(&earlier, Step::RoomOpen, "2026-11-30T22:30"),
        morning
    );
}

#[test]
fn late_news_waits_for_the_morning_if_that_leaves_time_and_is_never_lost() {
    let mut visit = visit("2026-12-01T10:00");
    visit.told_at = at(&edmonton(), "2026-11-30T15:00");
    let morning = Ok("2026-12-01T08:00".to_owned());
    assert_eq!(
        leaves(&visit, Step::Invitation, "2026-11-30T22:00"),
        morning
    );
    // Somebody is awake and books.
    visit.told_at = at(&edmonton(), "2026-11-30T21:30");
    let at_once = Ok("2026-11-30T22:00".to_owned());
    assert_eq!(
        leaves(&visit, Step::Invitation, "2026-11-30T22:00"),
        at_once
    );
    // The morning would be too late.
    let mut early = super::visit("2026-12-01T09:59");
    early.told_at = at(&edmonton(), "2026-11-30T15:00");
    assert_eq!(
        leaves(&early, Step::Invitation, "2026-11-30T22:00"),
        at_once
    );
}

#[test]
fn a_new_law_of_the_clocks_wakes_nobody() {
    let mut visit = Visit {
        by_law: true,
        told_at: at(&edmonton(), "2026-11-30T03:40"),
        ..visit("2026-12-01T10:00")
    };
    let news = |visit: &Visit| story(visit, &maria()).remove(0);
    assert_eq!(news(&visit), told(Step::Invitation, "2026-11-30T08:00"));
    visit.told_at = at(&edmonton(), "2026-11-30T21:00");
    assert_eq!(news(&visit), told(Step::Invitation, "2026-12-01T08:00"));
    // What only repeats it is dropped as after any other news: the hour before.
    let steps = steps(&visit, &maria());
    assert_eq!(
        steps,
        [Step::Invitation],
        "and the room opens too soon after it"
    );
    // Told in time is better than told by day.
    let mut early = Visit {
        told_at: visit.told_at,
        ..super::visit("2026-12-01T09:59")
    };
    early.by_law = true;
    assert_eq!(news(&early), told(Step::Invitation, "2026-11-30T21:00"));
    // Of a visit that somebody moved at night people hear at once.
    visit.by_law = false;
    assert_eq!(news(&visit), told(Step::Invitation, "2026-11-30T21:00"));
}
