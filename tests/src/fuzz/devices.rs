//! A device between whose server and itself everything is bent. It may stop, fall or wait: it must not
//! panic, must not fail as a program, and must say nothing that a stranger reads.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::any;
use protocol::Role;
use protocol::frame::ServerFrame;

use super::{Edit, bend, edits};
use crate::hostile::ghost::Ghost;
use crate::hostile::town::{DANA, MARIA, Town};

/// Bends every answer and frame as long as there are edits left.
fn lie_to(town: &mut Town, edits: &Rc<RefCell<Vec<Vec<Edit>>>>) {
    let of_answers = Rc::clone(edits);
    town.phones[MARIA].answer_lie = Some(Box::new(move |_, (status, body)| {
        match of_answers.borrow_mut().pop() {
            Some(edits) => (status, bend(&body, &edits)),
            None => (status, body),
        }
    }));
    let of_frames = Rc::clone(edits);
    town.phones[MARIA].frame_lie =
        Some(Box::new(move |frame| match of_frames.borrow_mut().pop() {
            Some(edits) => {
                let bent = bend(&frame.to_bytes(), &edits);
                ServerFrame::parse(&bent).into_iter().collect()
            }
            None => vec![frame],
        }));
}

#[test]
fn a_device_outlives_whatever_its_server_says() {
    let mut town = Town::with_ana();
    let mut ghost = Ghost::new(&town, Role::CaseManager);
    ghost.trap(&town, 1, &[MARIA]);
    let many = proptest::collection::vec(edits(), 1..12);
    let mut lies = 0;
    super::cases(48, &(many, any::<bool>()), |(many, restarts)| {
        lies += many.len();
        let edits = Rc::new(RefCell::new(many.clone()));
        lie_to(&mut town, &edits);
        town.says(DANA, "How are you?");
        town.reconnect(MARIA);
        town.says(MARIA, "Well");
        if *restarts {
            town.phones[MARIA].restart();
            town.command(MARIA, device::api::Command::Connect);
        }
        town.phones[MARIA].hears_the_truth();
        town.tick(40);
        assert_eq!(device::simulated::keys_used_twice(), 0);
    });
    assert!(lies > 0);
    assert!(!ghost.opens_any(&town.phones[MARIA]));
}
