//! No file over 600 lines, and half of all files under 150: a big file is a missing noun.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::machine::{self, output};

const LINES_MAX: usize = 600;
const MEDIAN_MAX: usize = 150;
const WRITTEN_BY_HAND: &[&str] = &[".rs", ".ts", ".svelte", ".css"];

/// Measures every source file that git knows or would add.
pub fn sizes() -> Result<()> {
    let mut list = Command::new("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let mut sizes = Vec::new();
    for name in output(list.current_dir(machine::root()))?
        .lines()
        .filter(|name| counts(name))
    {
        // A file that was deleted and not yet committed is still listed.
        if let Ok(text) = fs::read_to_string(machine::root().join(name)) {
            sizes.push((text.lines().count(), name.to_owned()));
        }
    }
    sizes.sort();
    let median = sizes.get(sizes.len() / 2).map_or(0, |(lines, _)| *lines);
    println!(
        "  {} files, median {median} lines (under {MEDIAN_MAX})",
        sizes.len()
    );
    let over: Vec<String> = sizes
        .iter()
        .filter(|(lines, _)| *lines > LINES_MAX)
        .map(|(lines, name)| format!("{name} has {lines} lines; {LINES_MAX} is the wall"))
        .collect();
    if !over.is_empty() {
        bail!("{}", over.join("\n"));
    }
    if median >= MEDIAN_MAX {
        bail!("half of all files have {median} lines or more; under {MEDIAN_MAX} is wanted");
    }
    Ok(())
}

fn counts(name: &str) -> bool {
    WRITTEN_BY_HAND.iter().any(|end| name.ends_with(end))
        && !name.contains(".gen.")
        && !name.contains("/vectors/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_and_vectors_do_not_count() {
        assert!(counts("server/store/src/engine.rs"));
        assert!(counts("web-client/src/views/People.svelte"));
        assert!(!counts("web-client/src/platform/api.gen.ts"));
        assert!(!counts("tests/vectors/frames.rs"));
        assert!(!counts("README.md"));
    }
}
