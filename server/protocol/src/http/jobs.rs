//! Bodies about what the agency has done by itself, and about the times when it was not.

use serde::{Deserialize, Serialize};

use super::LocalTime;
use crate::{
    AppointmentId, ClockJumpId, JobName, JobOutcome, Misfire, OutageId, ParticipantId, PersonId,
    Step, Timestamp,
};

bodies! {
    /// Every job.
    Jobs {
        /// Always in the same order.
        jobs: Vec<Job>,
        /// On whose clocks their expressions run.
        zone: String,
        /// When the scheduler was last heard of; absent if never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_at: Option<Timestamp>,
        /// Something is wrong with the scheduler now: it is late, or nothing is heard of it.
        alarm: bool,
        /// The clock of the server jumped: nothing is sent and no job runs until it is back, or until somebody
        /// says that it is right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<ClockJump>,
    }

    /// The clock of the server jumped.
    ClockJump {
        /// Which time it was.
        id: ClockJumpId,
        /// What it should have shown then, by what it had shown and the time that had passed since.
        expected: Timestamp,
        /// What it showed.
        shown: Timestamp,
        /// What it shows now.
        now: Timestamp,
    }

    /// The clock is right as it is now.
    ConfirmClock {
        /// The jump that was shown.
        jump: ClockJumpId,
    }

    /// One job.
    Job {
        /// What it does.
        name: JobName,
        /// When it runs.
        terms: JobTerms,
        /// Since when it runs no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paused_at: Option<Timestamp>,
        /// Somebody wants it now, and it has not begun.
        asked: bool,
        /// It is under way.
        running: bool,
        /// The next runs by its expression, at most [`crate::limits::JOB_RUNS_SHOWN`]. An agenda comes on
        /// each worker's own clocks.
        next_runs: Vec<LocalTime>,
        /// When its last run began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        started_at: Option<Timestamp>,
        /// When it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended_at: Option<Timestamp>,
        /// How.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<JobOutcome>,
        /// How many things it deleted, moved or mended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        did: Option<u64>,
    }

    /// When a job runs.
    JobTerms {
        /// Five fields as POSIX has them: minute, hour, day of month, month, day of week. At most
        /// [`crate::limits::CRON_BYTES_MAX`].
        expression: String,
        /// The day of the month and the day of the week may both be restricted: both must match.
        #[serde(default)]
        both_days: bool,
        /// What becomes of runs that were missed.
        misfire: Misfire,
        /// Of [`Misfire::CatchUp`]: how many, 1 to [`crate::limits::JOB_CATCH_UP_MAX`].
        catch_up: u8,
    }

    /// When would this run?
    PreviewJob {
        /// Five fields.
        expression: String,
        /// Both days may be restricted.
        #[serde(default)]
        both_days: bool,
    }

    /// Then.
    JobPreview {
        /// Soonest first, at most [`crate::limits::JOB_RUNS_SHOWN`].
        next_runs: Vec<LocalTime>,
    }

    /// The times when nothing was sent, of the last days.
    Outages {
        /// Newest first, at most [`crate::limits::OUTAGES_LISTED_MAX`].
        outages: Vec<Outage>,
    }

    /// A time during which the scheduler was down.
    Outage {
        /// The outage.
        id: OutageId,
        /// When it was last heard of before.
        from: LocalTime,
        /// When it came back.
        until: LocalTime,
        /// Mails that were due then and were not sent any more.
        not_sent: u32,
        /// Whom the caller should think of calling; of nobody but those whom the caller serves.
        calls: Vec<OutageCall>,
    }

    /// Somebody who was not told of an appointment in time.
    OutageCall {
        /// Their part in the appointment.
        participant: ParticipantId,
        /// Their name.
        name: String,
        /// By which number they are called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// The client.
        client: PersonId,
        /// The client's name.
        client_name: String,
        /// The appointment.
        appointment: AppointmentId,
        /// When it begins.
        at: LocalTime,
        /// The mails that did not leave.
        steps: Vec<Step>,
        /// Who has called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        called: Option<Called>,
    }

    /// Somebody has called.
    Called {
        /// When.
        at: Timestamp,
        /// The name of who did.
        by: String,
    }

    /// I have called them.
    NoteCall {
        /// Their part in the appointment.
        participant: ParticipantId,
    }
}
