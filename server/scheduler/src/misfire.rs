//! What becomes of runs that were missed: a pure function of when a job was planned and what time it is.

use protocol::{Misfire, Timestamp, limits};

/// What to do with a job that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// It runs.
    pub runs: bool,
    /// When it is due next; at once, if missed runs are left to catch up with. Absent: never.
    pub next: Option<Timestamp>,
}

/// By its policy, of a job that was planned for a time that has come. `after` says the run that follows an
/// instant. A run that is late by no more than [`limits::JOB_LATE_S`] was not missed.
pub fn turn(
    (misfire, catch_up): (Misfire, usize),
    planned: Timestamp,
    now: Timestamp,
    after: &impl Fn(Timestamp) -> Option<Timestamp>,
) -> Turn {
    match misfire {
        Misfire::RunOnce => Turn {
            runs: true,
            next: after(now),
        },
        Misfire::Skip => {
            // The latest run that was due; an earlier one was missed in any case.
            let latest = missed(planned, now, after).last().copied();
            let latest = latest.unwrap_or(planned);
            Turn {
                runs: now <= latest.plus_seconds(limits::JOB_LATE_S),
                next: after(now),
            }
        }
        Misfire::CatchUp => {
            let due = missed(planned, now, after);
            // Of those that are left after this one, the latest so many.
            let left = due.len().saturating_sub(1).min(catch_up.max(1) - 1);
            let next = due.len().checked_sub(left).and_then(|at| due.get(at));
            Turn {
                runs: true,
                next: next.copied().or_else(|| after(now)),
            }
        }
    }
}

/// Every run from the planned one until now, at most [`limits::JOB_MISSED_MAX`]: of more, the latest ones are
/// not worth the looking.
fn missed(
    planned: Timestamp,
    now: Timestamp,
    after: &impl Fn(Timestamp) -> Option<Timestamp>,
) -> Vec<Timestamp> {
    let mut due = vec![planned];
    let mut last = planned;
    while due.len() < limits::JOB_MISSED_MAX {
        let Some(run) = after(last).filter(|run| *run <= now) else {
            break;
        };
        due.push(run);
        last = run;
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(hours * HOUR)
    }

    /// Every hour on the hour.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "what follows a run may be nothing"
    )]
    fn hourly(after: Timestamp) -> Option<Timestamp> {
        Some(at(after.micros() / (HOUR * 1_000_000) + 1))
    }

    /// When it ran, from being planned for one o'clock until nothing is due at half past nine.
    fn runs(misfire: Misfire, catch_up: usize) -> Vec<bool> {
        let now = at(9).plus_seconds(HOUR / 2);
        let mut planned = at(1);
        let mut runs = Vec::new();
        while planned <= now {
            let turn = turn((misfire, catch_up), planned, now, &hourly);
            runs.push(turn.runs);
            planned = turn.next.unwrap();
        }
        assert_eq!(planned, at(10), "and then as ever");
        runs
    }

    #[test]
    fn nine_missed_runs_are_one_or_none_or_the_latest() {
        assert_eq!(runs(Misfire::RunOnce, 1), [true]);
        assert_eq!(runs(Misfire::Skip, 1), [false]);
        assert_eq!(runs(Misfire::CatchUp, 1), [true]);
        assert_eq!(runs(Misfire::CatchUp, 3), [true; 3]);
        assert_eq!(runs(Misfire::CatchUp, 24), [true; 9]);
    }

    #[test]
    fn a_little_late_is_not_missed() {
        let now = at(1).plus_seconds(limits::JOB_LATE_S);
        let skip = (Misfire::Skip, 1);
        assert!(turn(skip, at(1), now, &hourly).runs);
        assert!(!turn(skip, at(1), now.plus_seconds(1), &hourly).runs);
        // Down over two runs, and back in time for the third.
        assert!(turn(skip, at(1), at(3), &hourly).runs);
    }

    #[test]
    fn what_never_comes_again_ran_for_the_last_time() {
        for misfire in Misfire::ALL {
            let turn = turn((*misfire, 3), at(1), at(1), &|_| None);
            let expected = Turn {
                runs: true,
                next: None,
            };
            assert_eq!(turn, expected);
        }
    }
}
