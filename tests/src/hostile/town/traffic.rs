//! What is on its way in the town: requests and answers, frames up and down, wakes. Each step moves one thing of one
//! phone, and what comes from the store passes the phone's lies; it is over when nothing moves any more.
//!
//! The order is fixed, so that a script that fails fails again.

use device::api::Input;
use std::sync::{Arc, Mutex};
use store::{Topic, Wake};

use super::Town;
use crate::simulator::wire;

/// What the store woke, until the town looks.
#[derive(Clone, Default)]
pub(super) struct Woken(Arc<Mutex<Vec<Topic>>>);

impl Wake for Woken {
    fn wake(&self, topic: Topic) {
        self.0.lock().expect("nobody panics with it").push(topic);
    }
}

impl Town {
    /// Everything on its way arrives, through the server's lies.
    pub fn settle(&mut self) {
        // Of what was done beside all phones.
        self.wake();
        for _ in 0..2_000 {
            let mut moved = false;
            for who in 0..self.phones.len() {
                moved |= self.go_on(who);
                self.wake();
            }
            if !moved {
                return;
            }
        }
        panic!("no rest");
    }

    fn go_on(&mut self, who: usize) -> bool {
        let now = self.now();
        let phone = &mut self.phones[who];
        if let Some(input) = phone.news.pop_front() {
            phone.hear(input, now);
            return true;
        }
        if let Some(request) = phone.requests.pop_front() {
            let refused = phone
                .refused
                .filter(|(tail, _)| request.path.ends_with(tail));
            let honest = if let Some((_, answer)) = refused {
                (409, answer.to_vec())
            } else {
                let done = wire::call(&self.store, &mut phone.cookie, &request);
                self.runtime.block_on(done)
            };
            let (status, body) = phone.told(&request, honest);
            let id = request.id;
            phone.hear(Input::Answer { id, status, body }, now);
            return true;
        }
        let Some(mut socket) = phone.socket.take() else {
            return false;
        };
        let mut stays = true;
        let mut moved = true;
        let mut heard = Vec::new();
        if let Some(bytes) = socket.up.pop_front() {
            stays = self
                .runtime
                .block_on(wire::frame(&self.store, &mut socket, &bytes));
        } else if let Some(bytes) = socket.down.pop_front() {
            heard = phone.framed(&bytes);
        } else if let Some(topic) = socket.woken.pop_first() {
            stays = self
                .runtime
                .block_on(wire::look(&self.store, &mut socket, topic));
        } else {
            moved = false;
        }
        phone.socket = Some(socket);
        if !stays {
            phone.cut();
        }
        for frame in heard {
            let bytes = frame.to_bytes();
            phone.hear(Input::Frame { bytes }, now);
        }
        moved
    }

    fn wake(&mut self) {
        let topics: Vec<Topic> = std::mem::take(&mut *self.woken.0.lock().expect("no panics"));
        for topic in topics {
            for phone in &mut self.phones {
                let Some(socket) = &mut phone.socket else {
                    continue;
                };
                let Some(caller) = socket.caller else {
                    continue;
                };
                let concerns = match topic {
                    Topic::Circle(circle) => socket.sent.contains_key(&circle),
                    Topic::Device(device) => device == caller.device,
                    Topic::Account(account) => account == caller.account,
                    Topic::Due => false,
                };
                if concerns {
                    socket.woken.insert(topic);
                }
            }
        }
    }
}
