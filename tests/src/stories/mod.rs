//! Stories: the whole server in this process, native devices, real TLS sockets. Each is told once and
//! runs on both engines.

mod addresses;
mod agency_keys;
mod browser;
mod calendar_feeds;
mod canaries;
mod caseload;
mod certificates;
mod clerks;
mod clock;
mod consents;
mod dead_servers;
mod devices;
mod evil_callers;
mod family;
mod faults;
mod first_message;
mod intake;
mod key_packages;
mod kills;
pub(crate) mod listening;
mod new_circle;
mod outages;
mod passkeys;
mod passwords;
mod recoveries;
mod reminders;
mod removals;
mod revocations;
mod scanners;
mod season;
mod self_booking;
mod sign_ins;
mod troubles;
mod unread;
mod visits;
mod without_history;
mod zone_laws;

/// Stamps a story for both engines: `story::sqlite` and `story::postgres`. A leg that cannot run
/// fails; none is skipped.
macro_rules! on_both_engines {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() -> anyhow::Result<()> {
                super::tell::$name(testkit::Engine::Sqlite).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() -> anyhow::Result<()> {
                super::tell::$name(testkit::Engine::Postgres).await
            }
        }
    )+};
}
use on_both_engines;
