//! Who serves a client now, as a part of statements. What concerns a visit is for whoever is booked for as long as they
//! serve its client; from then on for one who does: whoever goes on to longest, which is found anew whenever it is
//! asked, so nothing has to be handed over when a service ends, and nothing waits where nobody looks. So is that somebody
//! wrote or cannot be reached by mail, and that a visit of a series could not be booked.

/// Whether an account serves a client at a time; each is named by its column or parameter.
macro_rules! serves {
    ($account:literal, $client:literal, $now:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM assignment sv WHERE sv.account = ",
            $account,
            " AND sv.client = ",
            $client,
            " AND sv.from_at <= ",
            $now,
            " AND (sv.ended_at IS NULL OR sv.ended_at > ",
            $now,
            "))"
        )
    };
}

/// The account that serves a client at a time when whoever was booked does so no longer; null if nobody does.
macro_rules! heir {
    ($client:literal, $now:literal) => {
        concat!(
            "(SELECT hr.account FROM assignment hr WHERE hr.client = ",
            $client,
            " AND hr.from_at <= ",
            $now,
            " AND (hr.ended_at IS NULL OR hr.ended_at > ",
            $now,
            ") ORDER BY CASE WHEN hr.ended_at IS NULL THEN 0 ELSE 1 END, hr.from_at, hr.id LIMIT 1)"
        )
    };
}

/// Whether a task is for whoever serves its client rather than for one account: about a visit, or of those kinds.
macro_rules! is_handed_on {
    ($task:literal) => {
        concat!(
            "(",
            $task,
            ".appointment IS NOT NULL OR ",
            $task,
            ".kind IN ('answered_by_mail', 'cannot_reach_by_email', 'series_conflict'))"
        )
    };
}

/// The account that is to see to the task of the table named `t` at a time.
macro_rules! whose {
    ($now:literal) => {
        concat!(
            "(CASE WHEN NOT ",
            $crate::serving::is_handed_on!("t"),
            " OR ",
            $crate::serving::serves!("t.account", "t.client", $now),
            " THEN t.account ELSE COALESCE(",
            $crate::serving::heir!("t.client", $now),
            ", t.account) END)"
        )
    };
}

/// Whether the task of the table named `t` is to be seen to at a time by whoever it is for then. What is about no visit
/// was asked of each who served the client: of whoever does so no longer it goes over only if nobody else was asked the
/// same or has seen to it since.
macro_rules! is_asked {
    ($now:literal) => {
        concat!(
            "(t.appointment IS NOT NULL OR NOT ",
            $crate::serving::is_handed_on!("t"),
            " OR ",
            $crate::serving::serves!("t.account", "t.client", $now),
            " OR NOT EXISTS (SELECT 1 FROM task tw
                WHERE tw.person = t.person AND tw.kind = t.kind AND tw.client = t.client
                    AND tw.appointment IS NULL AND tw.account <> t.account
                    AND (t.series IS NULL OR (tw.series = t.series AND tw.at_time = t.at_time))
                    AND (tw.done_at >= t.created_at OR (tw.done_at IS NULL AND (tw.id < t.id OR ",
            $crate::serving::serves!("tw.account", "t.client", $now),
            ")))))"
        )
    };
}

pub(crate) use {heir, is_asked, is_handed_on, serves, whose};
