//! Who serves a client now, as a part of statements. What is booked with somebody, or asked of them, is for whoever
//! goes on to longest once they serve its client no longer. That is found anew whenever it is asked, so nothing has to
//! be handed over when a service ends, and nothing waits where nobody looks. Which tasks that holds for says
//! [`crate::tasks::owner`].

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

pub(crate) use {heir, serves};
