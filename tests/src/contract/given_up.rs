//! Whoever asked is gone before the answer: a browser that was closed, a socket that broke.

use testkit::Engine;

use super::desk::Mortal;
use super::house::House;

pub async fn what_is_given_up_leaves_no_transaction_behind(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let (mut undone, mut done) = (0, 0);
    for polls in 0..200 {
        let read = Mortal::new(house.store.people(&dana), polls).await;
        // Whoever gets its connection next finds no transaction on it: this one reads nothing old, and
        // can write.
        for _ in 0..2 {
            let ticket = house.store.issue_ticket(&dana).await;
            assert!(ticket.is_ok(), "after {polls} polls: {ticket:?}");
        }
        undone += usize::from(read.is_none());
        done += usize::from(read.is_some());
        if done > 2 {
            break;
        }
    }
    assert!(undone > 1 && done > 2, "undone {undone}, done {done}");
}
