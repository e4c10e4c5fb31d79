//! Runs the simulator over many seeds: `simulate --seeds N --from S [--steps 200]`. Prints
//! `seeds N failed M`, and each failure with the seed that runs it again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail};
use carecircle_tests::simulator::{Failure, Plan, Report, run};

struct Wish {
    seeds: u64,
    from: u64,
    steps: usize,
    tell: bool,
}

impl Wish {
    fn read() -> Result<Self> {
        let mut wish = Self {
            seeds: 100,
            from: 1,
            steps: 200,
            tell: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            if word == "--tell" {
                wish.tell = true;
                continue;
            }
            let value = words.next().with_context(|| format!("{word}: a number"))?;
            match word.as_str() {
                "--seeds" => wish.seeds = value.parse()?,
                "--from" => wish.from = value.parse()?,
                "--steps" => wish.steps = value.parse()?,
                other => bail!("{other}? --seeds N --from S [--steps N] [--tell]"),
            }
        }
        Ok(wish)
    }
}

fn main() -> Result<()> {
    let wish = Wish::read()?;
    let next = AtomicU64::new(wish.from);
    let end = wish.from + wish.seeds;
    let done: Mutex<(Vec<Report>, Vec<Failure>)> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // A directory in memory, where the machine has one: the disk's honesty is tested elsewhere.
    let memory = std::path::Path::new("/dev/shm");
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let directory = if memory.is_dir() {
                        tempfile::tempdir_in(memory)
                    } else {
                        tempfile::tempdir()
                    };
                    let directory = directory.expect("a directory");
                    let plan = Plan {
                        seed,
                        steps: wish.steps,
                        tell: wish.tell,
                    };
                    let ran = run(&runtime, directory.path(), plan);
                    let mut done = done.lock().expect("nobody panics with it");
                    match ran {
                        Ok(report) => done.0.push(report),
                        Err(failure) => {
                            println!("{failure}");
                            done.1.push(failure);
                        }
                    }
                }
            });
        }
    });
    let (reports, failures) = done.into_inner().expect("every thread ended");
    let sum = |of: fn(&Report) -> usize| reports.iter().map(of).sum::<usize>();
    println!(
        "{} steps, {} devices, {} messages, {} removals, {} restarts, {} faults, {} epochs, {} attempts",
        sum(|report| report.steps),
        sum(|report| report.devices),
        sum(|report| report.accepted),
        sum(|report| report.removals),
        sum(|report| report.restarts),
        sum(|report| report.faults),
        sum(|report| report.epochs),
        sum(|report| report.attempts),
    );
    println!("seeds {} failed {}", wish.seeds, failures.len());
    if failures.is_empty() {
        Ok(())
    } else {
        bail!("run one again with --from SEED --seeds 1")
    }
}
