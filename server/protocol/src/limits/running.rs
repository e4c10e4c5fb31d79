//! What the server does by itself: jobs, the watch over its clock and its outages, the audit log, and the keys under
//! which rows are sealed.

/// A job's cron expression, bytes.
pub const CRON_BYTES_MAX: usize = 120;
/// Runs of a job that are shown before they come.
pub const JOB_RUNS_SHOWN: usize = 5;
/// Missed runs of a job that are caught up with at most.
pub const JOB_CATCH_UP_MAX: u8 = 24;
/// Missed runs of a job that are counted before the others are let go.
pub const JOB_MISSED_MAX: usize = 2_000;
/// Steps of one run of a job, each a transaction.
pub const JOB_STEPS_MAX: usize = 1_000;
/// Rows that one step of a job deletes or looks at.
pub const JOB_STEP_ROWS: i64 = 100;
/// A leased job is somebody else's after this, seconds.
pub const JOB_LEASE_S: i64 = 600;
/// A job that comes later than this has missed its time, seconds.
pub const JOB_LATE_S: i64 = 300;
/// The scheduler looks for what is due at least this often, seconds.
pub const DUE_POLL_S: u64 = 30;

/// The scheduler says that it lives at least this often, seconds.
pub const HEARTBEAT_S: i64 = 60;
/// A scheduler of which nothing was heard for longer than this was down, seconds.
pub const OUTAGE_S: i64 = 600;
/// Outages are shown for this long, seconds.
pub const OUTAGE_SHOWN_S: i64 = 14 * 86_400;
/// Outages in one list.
pub const OUTAGES_LISTED_MAX: usize = 20;
/// People to call about one outage in one list.
pub const OUTAGE_CALLS_MAX: usize = 500;
/// What is due and has waited for longer than this is an alarm, seconds.
pub const LAG_ALARM_S: i64 = 300;
/// A wall clock that is further ahead than this of the time that has passed has jumped, seconds.
pub const CLOCK_FORWARD_S: i64 = 3_600;
/// One that is further behind than this has jumped too, seconds.
pub const CLOCK_BACK_S: i64 = 300;
/// A wall clock may go wrong this slowly for ever, millionths; what goes faster adds up. NTP slews by half of it.
pub const CLOCK_SLEW_PPM: i64 = 1_000;

/// Entries in one page of the audit log.
pub const AUDIT_PAGE: usize = 50;
/// Leaves of the audit log after which a checkpoint is signed; the most that one signature adds.
pub const AUDIT_CHECKPOINT_LEAVES: u64 = 1_000;
/// A checkpoint of the audit log is signed this long after an entry at the latest, seconds.
pub const AUDIT_CHECKPOINT_S: u64 = 10;

/// A seal key is not destroyed sooner than this after another one began to seal, seconds.
pub const KEY_RETAINED_S: i64 = 3_600;
/// A process whose database others use too reads the seal keys this often, seconds.
pub const KEYS_READ_S: u64 = 60;
/// Clients' own keys that a process has in memory at most.
pub const CLIENT_KEYS_HELD: usize = 4_096;
/// Values sealed anew in one transaction.
pub const RESEALED_AT_ONCE: i64 = 200;
/// Addresses from before that one step finds a blind index for.
pub const ADDRESSES_INDEXED_AT_ONCE: i64 = 200;
/// Circles of which it is looked up at once which agency key vouches for them.
pub const CIRCLES_AT_ONCE: i64 = 50;
