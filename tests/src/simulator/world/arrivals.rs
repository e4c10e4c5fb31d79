//! What is on its way arrives, or does not: one request, answer, frame or look of the server's at a time.

use anyhow::{Context as _, Result};
use device::api::Input;
use protocol::frame::ServerFrame;
use store::Topic;

use super::super::phone::Way;
use super::super::wire;
use super::World;

impl World<'_> {
    pub(super) fn go_on_somewhere(&mut self) -> Result<()> {
        let mut busy = self.running();
        busy.retain(|index| !self.phones[*index].is_quiet());
        for _ in 0..3 {
            if let Some(index) = self.dice.pick(&busy) {
                self.go_on(index)?;
            }
        }
        Ok(())
    }

    /// One thing that is on its way to or from a device arrives, or does not.
    fn go_on(&mut self, index: usize) -> Result<bool> {
        let now = self.now();
        let stores = self.fault(1, "dies before its disk took a step").is_none();
        if self.phones[index].device.is_none() {
            return Ok(false);
        }
        if let Some(input) = self.phones[index].news.pop_front() {
            self.tell(|| format!("{} hears {input:?}", self.phones[index].name));
            let phone = &mut self.phones[index];
            phone.hear(input, now, stores)?;
            return Ok(true);
        }
        let open = self.phones[index].open_ways();
        let Some(way) = self.dice.pick(&open) else {
            return Ok(false);
        };
        match way {
            Way::Request => self.request(index)?,
            Way::Answer => {
                let which = self.dice.below(self.phones[index].answers.len());
                let (id, status, body) = self.phones[index].answers.remove(which);
                self.tell(|| format!("{} hears {id}: {status}", self.phones[index].name));
                self.phones[index].hear(Input::Answer { id, status, body }, now, stores)?;
            }
            Way::Up => self.frame_up(index)?,
            Way::Down => {
                let socket = self.phones[index].socket.as_mut();
                if let Some(bytes) = socket.and_then(|socket| socket.down.pop_front()) {
                    self.tell(|| {
                        let frame = ServerFrame::parse(&bytes);
                        format!("{} hears {frame:?}", self.phones[index].name)
                    });
                    self.phones[index].hear(Input::Frame { bytes }, now, stores)?;
                }
            }
            Way::Woken => self.look_for(index)?,
        }
        self.wake()?;
        Ok(true)
    }

    fn fault(&mut self, percent: usize, what: &str) -> Option<()> {
        let happens = !self.calm && self.dice.percent(percent);
        self.faults += usize::from(happens);
        if happens {
            self.tell(|| format!("FAULT {what}"));
        }
        happens.then_some(())
    }

    fn request(&mut self, index: usize) -> Result<()> {
        let which = self.dice.below(self.phones[index].requests.len());
        let request = self.phones[index].requests.remove(which);
        let id = request.id;
        if self.store.is_none() || self.fault(4, "a request is lost").is_some() {
            self.phones[index].answers.push((id, 0, Vec::new()));
            return Ok(());
        }
        let store = self.store()?;
        let twice = self.fault(3, "a request comes twice").is_some();
        let mut cookie = self.phones[index].cookie.take();
        let mut answer = (0, Vec::new());
        for _ in 0..=usize::from(twice) {
            answer = self
                .runtime
                .block_on(wire::call(&store, &mut cookie, &request));
        }
        self.phones[index].cookie = cookie;
        let name = &self.phones[index].name;
        let called = format!(
            "{name} {id}: {} {} {}",
            request.method, request.path, answer.0
        );
        self.note(&called);
        if self.fault(4, "an answer is lost").is_some() {
            answer = (0, Vec::new());
        }
        if self
            .fault(2, "a device dies after the server did it")
            .is_some()
        {
            self.phones[index].die();
            return Ok(());
        }
        let (status, body) = answer;
        self.phones[index].answers.push((id, status, body));
        Ok(())
    }

    fn frame_up(&mut self, index: usize) -> Result<()> {
        let lost = self
            .fault(3, "a frame is lost with its connection")
            .is_some();
        let Some(socket) = self.phones[index].socket.as_mut() else {
            return Ok(());
        };
        let Some(bytes) = socket.up.pop_front() else {
            return Ok(());
        };
        if lost || self.store.is_none() {
            self.phones[index].cut();
            return Ok(());
        }
        let store = self.store()?;
        let mut socket = self.phones[index].socket.take().context("just seen")?;
        let stays = self
            .runtime
            .block_on(wire::frame(&store, &mut socket, &bytes));
        self.phones[index].socket = Some(socket);
        if !stays
            || self
                .fault(2, "a connection breaks after the server did it")
                .is_some()
        {
            self.phones[index].cut();
        }
        Ok(())
    }

    fn look_for(&mut self, index: usize) -> Result<()> {
        let Some(store) = self.store.clone() else {
            self.phones[index].cut();
            return Ok(());
        };
        let mut socket = self.phones[index].socket.take().context("just seen")?;
        let stays = match socket.woken.pop_first() {
            Some(topic) => self
                .runtime
                .block_on(wire::look(&store, &mut socket, topic)),
            None => true,
        };
        self.phones[index].socket = Some(socket);
        if !stays {
            self.phones[index].cut();
        }
        Ok(())
    }

    /// Tells every socket what the store woke.
    pub(super) fn wake(&mut self) -> Result<()> {
        let topics = self.woken.take();
        if topics.contains(&Topic::Circle(self.circle)) {
            self.tree.look(self.runtime, &self.directory, self.circle)?;
        }
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
        Ok(())
    }

    /// Everything that is on its way arrives, until nothing moves any more.
    pub(super) fn settle(&mut self, most: usize) -> Result<()> {
        for _ in 0..most {
            let mut moved = false;
            for index in self.running() {
                while self.go_on(index)? {
                    moved = true;
                }
            }
            if !moved {
                return Ok(());
            }
        }
        Ok(())
    }
}
