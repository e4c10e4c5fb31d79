//! A seed in the suite of tests; `cargo xtask simulate` runs many more.

use tokio::runtime::Builder;

use super::{Casts, Plan, run};

fn seed(number: u64) -> Result<super::Report, super::Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let plan = Plan {
        seed: number,
        steps: 200,
        tell: false,
    };
    run(&runtime, &Casts::default(), directory.path(), plan)
}

#[test]
fn the_same_seed_is_the_same_simulation() {
    let first = seed(7).unwrap_or_else(|failure| panic!("{failure}"));
    let second = seed(7).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(first, second);
    assert!(first.removals >= 3 && first.restarts >= 2 && first.faults > 0);
    assert!(first.accepted > 0, "nobody said anything");
}
