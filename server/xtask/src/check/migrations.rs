//! Migrations are only ever added, and both engines have the same ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine::{self, output, succeeds};

/// Compares the two folders, then looks through the whole history for a change to what was there.
pub fn migrations() -> Result<()> {
    let (sqlite, postgres) = (names("migrations/sqlite")?, names("migrations/postgres")?);
    let lonely: Vec<&String> = sqlite.symmetric_difference(&postgres).collect();
    if !lonely.is_empty() {
        bail!("migrations that only one engine has: {lonely:?}");
    }
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.args(words).current_dir(machine::root());
        git
    };
    if !succeeds(&mut git(&["rev-parse", "--verify", "HEAD"])) {
        println!(
            "  {} migrations; no history to compare with yet",
            sqlite.len()
        );
        return Ok(());
    }
    if output(&mut git(&["rev-parse", "--is-shallow-repository"]))?.trim() == "true" {
        bail!("the history is cut off, so nobody can see what changed: git fetch --unshallow");
    }
    let touched = ["--no-renames", "--diff-filter=MDT", "--name-only"];
    let pathspec = ["--", "migrations/sqlite", "migrations/postgres"];
    let past = output(
        git(&["log", "-m", "--format="])
            .args(touched)
            .args(pathspec),
    )?;
    let now = output(git(&["diff", "HEAD"]).args(touched).args(pathspec))?;
    let changed: BTreeSet<&str> = past
        .lines()
        .chain(now.lines())
        .filter(|line| !line.is_empty())
        .collect();
    if !changed.is_empty() {
        bail!(
            "a migration that was once committed never changes; add a new one. Changed: {changed:?}"
        );
    }
    println!(
        "  {} migrations, the same for both engines, only ever added",
        sqlite.len()
    );
    Ok(())
}

fn names(folder: &str) -> Result<BTreeSet<String>> {
    let folder: &Path = &machine::root().join(folder);
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}
