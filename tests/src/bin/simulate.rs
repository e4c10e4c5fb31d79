//! Runs the simulator over many seeds: `simulate --seeds N --from S [--steps 200] [--minutes M]`. Prints
//! each failure with the seed that runs it again, and as its last line `seeds N failed M of K asked`. After so many
//! minutes no further seed begins; `N` is how many ran. Every core takes the next seed when it is done with one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use carecircle_tests::simulator::{Casts, Failure, Plan, Report, run};

/// Thousands of simulations are mostly small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Wish {
    seeds: u64,
    from: u64,
    steps: usize,
    minutes: u64,
    tell: bool,
}

impl Wish {
    fn read() -> Result<Self> {
        let mut wish = Self {
            seeds: 100,
            from: 1,
            steps: 200,
            minutes: 24 * 60,
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
                "--minutes" => wish.minutes = value.parse()?,
                other => bail!("{other}? --seeds N --from S [--steps N] [--minutes N] [--tell]"),
            }
        }
        Ok(wish)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes decides only how many seeds there are"
)]
fn now() -> Instant {
    Instant::now()
}

fn main() -> Result<()> {
    let wish = Wish::read()?;
    let over = now() + Duration::from_secs(wish.minutes * 60);
    let next = AtomicU64::new(wish.from);
    let end = wish.from + wish.seeds;
    let done: Mutex<(Vec<Report>, Vec<Failure>)> = Mutex::default();
    let casts = Casts::default();
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
                    if seed >= end || now() >= over {
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
                    let ran = run(&runtime, &casts, directory.path(), plan);
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
    say_what_was_done(&reports);
    let ran = u64::try_from(reports.len() + failures.len())?;
    if ran < wish.seeds {
        let left = wish.seeds - ran;
        println!("the time was over before the other {left} seeds");
    }
    let (failed, asked) = (failures.len(), wish.seeds);
    println!("seeds {ran} failed {failed} of {asked} asked");
    if failures.is_empty() {
        Ok(())
    } else {
        bail!("run one again with --from SEED --seeds 1")
    }
}

fn say_what_was_done(reports: &[Report]) {
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
}
