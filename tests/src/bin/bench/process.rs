//! What Linux says about processes, by `/proc`.

use std::fs;

use anyhow::{Context as _, Result, bail};

/// The resident memory of a process, KiB (`VmRSS`, `proc_pid_status(5)`).
pub fn resident_kib(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| path.clone())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next());
    kib.with_context(|| format!("{path}: no VmRSS"))?
        .parse()
        .with_context(|| path)
}

/// Refuses to begin if this process, or a child of it, may not open so many files.
pub fn must_open(files: u64) -> Result<()> {
    let limits = fs::read_to_string("/proc/self/limits").context("/proc/self/limits")?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line
        .and_then(|rest| rest.split_whitespace().next())
        .context("/proc/self/limits: no limit of open files")?;
    if soft != "unlimited" && soft.parse::<u64>()? < files {
        bail!(
            "{files} open files are needed, and this shell allows {soft}: \
             say `ulimit -n {files}` first"
        );
    }
    Ok(())
}
