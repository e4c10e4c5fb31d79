//! Who serves a client now, as a part of statements. What concerns a visit is for whoever is booked for as long as they
//! serve its client; from then on for one who does: whoever goes on to longest, which is found anew whenever it is
//! asked, so nothing has to be handed over when a service ends, and nothing waits where nobody looks.

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

/// The account that is to see to the task of the table named `t` at a time. What is about no visit is asked of each who
/// serves the client, and goes to nobody else.
macro_rules! whose {
    ($now:literal) => {
        concat!(
            "(CASE WHEN t.appointment IS NULL OR ",
            $crate::serving::serves!("t.account", "t.client", $now),
            " THEN t.account ELSE COALESCE(",
            $crate::serving::heir!("t.client", $now),
            ", t.account) END)"
        )
    };
}

pub(crate) use {heir, serves, whose};
