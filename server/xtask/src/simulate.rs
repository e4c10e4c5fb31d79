//! `cargo xtask simulate`: seeded simulations of whole circles, each seed of which fails again in the
//! same way (messaging.md, section 13; `tests/src/simulator/mod.rs` says what is simulated).
//!
//! The simulator is a binary of `tests/`, built with everything that `cargo xtask test` compiles.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::machine::{self, part, run_to_last_line, warn};

/// What the suite asks for: seeds 1 to 2,000, or as many of them as a slow machine runs in so many minutes.
const SUITE: &[&str] = &["--seeds", "2000", "--from", "1", "--minutes", "8"];

/// Runs the simulator with its own arguments (`--seeds N --from S`). Fewer seeds than were asked for are a warning.
pub fn simulate(arguments: &[&str]) -> Result<()> {
    let programs = machine::programs()?;
    part("simulations", || {
        let mut simulator = Command::new(programs.join("simulate"));
        let last = run_to_last_line(simulator.args(arguments))?;
        let (ran, asked) = seeds(&last).context("the simulator does not say how many seeds ran")?;
        if ran < asked {
            warn(format!(
                "only {ran} of {asked} simulations ran before the time was over: this proves less than the suite asks for"
            ));
        }
        Ok(())
    })
}

/// Of `seeds N failed M of K asked` how many ran and how many were asked for.
fn seeds(last: &str) -> Option<(u64, u64)> {
    let words: Vec<&str> = last.split(' ').collect();
    match words[..] {
        ["seeds", ran, "failed", _, "of", asked, "asked"] => {
            Some((ran.parse().ok()?, asked.parse().ok()?))
        }
        _ => None,
    }
}

/// As a part of the whole suite.
pub fn suite() -> Result<()> {
    simulate(SUITE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_says_how_many_seeds_ran() {
        assert_eq!(
            seeds("seeds 1730 failed 0 of 2000 asked"),
            Some((1_730, 2_000))
        );
        assert_eq!(seeds("seeds 1730 failed 0"), None);
    }
}
