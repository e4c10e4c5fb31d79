//! Sockets that join while a right ends, in any order in which their threads can go on: [`shuttle`] chooses one
//! at every step, and says so when somebody would wait for ever.

use std::sync::Arc;

use shuttle::sync::Mutex;
use shuttle::{check_dfs, check_pct, future, thread};

use super::*;

const RIGHT: Topic = Topic::Circle(CircleId::from_bytes([1; 16]));
const OTHER: Topic = Topic::Circle(CircleId::from_bytes([2; 16]));

/// A database that knows whether a right has ended, and the switchboard beside it.
#[derive(Default)]
struct House {
    ended: Mutex<bool>,
    hub: Hub,
}

impl House {
    fn has_ended(&self) -> bool {
        let ended = *self.ended.lock().unwrap();
        anybody_goes_on();
        ended
    }

    /// Commits the end, and wakes.
    fn ends(&self) {
        *self.ended.lock().unwrap() = true;
        anybody_goes_on();
        self.hub.wake(RIGHT);
    }

    /// A socket that goes on until it has read that the right ended. One that misses it waits for ever.
    fn socket(&self, watches_first: bool) {
        let mut watcher = self.hub.join();
        let mut over = false;
        if !watches_first {
            over = self.has_ended();
        }
        watcher.watch(OTHER);
        anybody_goes_on();
        watcher.watch(RIGHT);
        anybody_goes_on();
        if watches_first {
            over = self.has_ended();
        }
        while !over {
            let woken = future::block_on(watcher.woken());
            assert!(!woken.topics.is_empty());
            over = self.has_ended();
        }
    }
}

/// The hub itself holds its lock from the first to the last step of a call, so between calls is everywhere.
fn anybody_goes_on() {
    thread::yield_now();
}

/// Lets them all go on at once, and waits for every one.
fn together(house: &Arc<House>, threads: Vec<fn(&House)>) {
    let threads = threads.into_iter().map(|one| {
        let house = Arc::clone(house);
        thread::spawn(move || one(&house))
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().unwrap();
    }
}

#[test]
fn whoever_joins_while_a_right_ends_learns_of_it_in_every_order() {
    let race = || {
        let house = Arc::new(House::default());
        together(
            &house,
            vec![|house: &House| house.socket(true), House::ends],
        );
        assert!(house.hub.lock().watchers.is_empty());
    };
    check_dfs(race, None);
}

/// The exploration bites.
#[test]
#[should_panic(expected = "deadlock")]
fn whoever_reads_before_watching_misses_it_in_some_order() {
    let race = || {
        let house = Arc::new(House::default());
        together(
            &house,
            vec![|house: &House| house.socket(false), House::ends],
        );
    };
    check_dfs(race, None);
}

#[test]
fn nobody_is_left_waiting_in_a_crowd() {
    let crowd = || {
        let house = Arc::new(House::default());
        let chatter = |house: &House| {
            for _ in 0..3 {
                house.hub.wake(OTHER);
                anybody_goes_on();
            }
        };
        let leaves = |house: &House| {
            let mut watcher = house.hub.join();
            watcher.watch(RIGHT);
            anybody_goes_on();
        };
        let joins = |house: &House| house.socket(true);
        let threads: Vec<fn(&House)> = vec![joins, chatter, joins, leaves, House::ends, joins];
        together(&house, threads);
        assert!(house.hub.lock().watchers.is_empty());
    };
    check_pct(crowd, 5_000, 4);
}
