//! Whose a task is, as a part of statements: found anew whenever it is asked. What concerns a visit is for whoever is
//! booked for as long as they serve its client; from then on for one who does: whoever goes on to longest
//! ([`crate::serving`]). So is that somebody wrote or cannot be reached by mail, and that a visit of a series could not
//! be booked. All else stays with whom it was asked of.

use protocol::TaskId;
use uuid::Uuid;

use crate::error::Result;
use crate::tx::Tx;

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
            $crate::tasks::owner::is_handed_on!("t"),
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
            $crate::tasks::owner::is_handed_on!("t"),
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

pub(crate) use {is_asked, is_handed_on, whose};

statements! {
    OWNER = concat!("SELECT ", whose!("$2"), " AS account, t.client FROM task t WHERE t.id = $1");
}

/// Whose a task is by now, and which client it is about.
pub(super) async fn now(tx: &mut Tx, id: TaskId) -> Result<Option<(Uuid, Uuid)>> {
    let now = tx.now().micros();
    let owner = tx.sql(OWNER).bind(id.uuid()).bind(now);
    owner.maybe::<(Uuid, Uuid)>().await
}
