//! No core dumps: what a process held in memory when it fell (root key, names, tickets) is not left in a file.
//!
//! The limit alone is not enough where the system hands dumps to a program (`core_pattern` with a pipe, as
//! systemd's does): such a program is asked whatever the limit. A process that is not dumpable is passed over there
//! too, and nobody but root may look into its memory or attach a debugger.

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids them for this process and whatever it starts; for good, since a hard limit cannot be raised again.
pub fn forbid() -> anyhow::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).context("cannot forbid core dumps: their limit")?;
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .context("cannot forbid core dumps: the process stays dumpable")?;
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn a_process_that_forbids_core_dumps_leaves_none_to_files_or_programs() {
        super::forbid().unwrap();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
