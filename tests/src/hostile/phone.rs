//! One device, its disk, and a server in between that may lie to it.

use std::collections::VecDeque;

use device::Device;
use device::api::{CircleView, Command, Content, Effect, Event, Input, Item, Step};
use protocol::Code;
use protocol::bundle::CommitBundle;
use protocol::frame::{Append, ClientFrame, Ephemeral, LogPage, ServerFrame};
use protocol::http::{Agency, PutKeyPackages, SignedIn};
use store::SessionToken;
use testkit::Person;

use crate::simulator::phone::{Disk, Request, SERVER_NAME, Socket};
use crate::simulator::wire::Answer;

/// Changes an answer on its way to the device.
pub type AnswerLie = Box<dyn FnMut(&Request, Answer) -> Answer>;
/// Changes, drops or multiplies a frame on its way to the device.
pub type FrameLie = Box<dyn FnMut(ServerFrame) -> Vec<ServerFrame>>;

/// A person's device and all that passed between it and the server.
pub struct Phone {
    pub person: Person,
    pub device: Device,
    disk: Disk,
    vault_key: [u8; 32],
    pub cookie: Option<SessionToken>,
    pub requests: VecDeque<Request>,
    pub socket: Option<Socket>,
    pub news: VecDeque<Input>,
    /// Everything that the person was shown, in order.
    pub shown: Vec<Event>,
    /// Everything encrypted that left the device.
    pub sent: Vec<Append>,
    pub commits: Vec<CommitBundle>,
    pub signals: Vec<Ephemeral>,
    /// What the server has of the device: its key packages, what it told it of the agency, every answer.
    pub key_packages: Vec<PutKeyPackages>,
    pub answers: Vec<(String, Vec<u8>)>,
    pub agency: Option<Agency>,
    /// Frames from the device are thrown away.
    pub deaf: bool,
    pub answer_lie: Option<AnswerLie>,
    /// Requests to this path never reach the store; this is their answer, with status 409.
    pub refused: Option<(&'static str, &'static [u8])>,
    pub frame_lie: Option<FrameLie>,
}

impl Phone {
    pub fn new(person: Person, number: u8) -> Self {
        let vault_key = [number; 32];
        let device = Device::open(vault_key, SERVER_NAME.to_owned(), Vec::new()).expect("empty");
        Self {
            person,
            device,
            disk: Disk::default(),
            vault_key,
            cookie: None,
            requests: VecDeque::new(),
            socket: None,
            news: VecDeque::new(),
            shown: Vec::new(),
            sent: Vec::new(),
            commits: Vec::new(),
            signals: Vec::new(),
            deaf: false,
            key_packages: Vec::new(),
            answers: Vec::new(),
            agency: None,
            answer_lie: None,
            refused: None,
            frame_lie: None,
        }
    }

    /// One input. A device that fails on what a server says is a device that a server can break.
    pub fn hear(&mut self, input: Input, now: protocol::Timestamp) {
        let told = matches!(input, Input::Command { .. });
        match self.device.handle(input, now) {
            Ok(Step { delta, effects }) => {
                self.disk.apply(delta);
                for effect in effects {
                    self.carry_out(effect);
                }
            }
            Err(device::Error::Refused { .. }) if !told => {}
            Err(device::Error::Refused { code, detail }) => {
                self.shown.push(Event::Problem {
                    circle: None,
                    code,
                    detail: detail.to_owned(),
                });
            }
            Err(error) => panic!("{} fails: {error}", self.person.name),
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send { bytes } => {
                match ClientFrame::parse(&bytes) {
                    Ok(ClientFrame::Append(append)) => self.sent.push(append),
                    Ok(ClientFrame::Ephemeral(signal)) => self.signals.push(signal),
                    _ => {}
                }
                if let Some(socket) = self.socket.as_mut().filter(|_| !self.deaf) {
                    socket.up.push_back(bytes);
                }
            }
            Effect::Request {
                id,
                method,
                path,
                body,
                ..
            } => {
                if path.ends_with("/commits") {
                    let bundle = minicbor::decode(&body).expect("a bundle");
                    self.commits.push(bundle);
                }
                if path == "/v1/key-packages" {
                    let put = serde_json::from_slice(&body).expect("key packages");
                    self.key_packages.push(put);
                }
                self.requests.push_back(Request {
                    id,
                    method,
                    path,
                    body,
                });
            }
            Effect::Connect => {
                self.socket = Some(Socket::default());
                self.news.push_back(Input::Opened);
            }
            Effect::Disconnect => self.socket = None,
            Effect::Unseal { .. } => unreachable!("a device of its own has one key for all rows"),
            Effect::Timer { .. } => {}
            Effect::Event { event } => self.shown.push(event),
        }
    }

    /// An answer passes the server's lie, if it has one.
    pub fn told(&mut self, request: &Request, honest: Answer) -> Answer {
        if let ("POST", 200) = (request.method.as_str(), honest.0)
            && let Ok(session) = serde_json::from_slice::<SignedIn>(&honest.1)
        {
            self.agency = Some(session.agency);
        }
        self.answers.push((request.path.clone(), honest.1.clone()));
        match &mut self.answer_lie {
            Some(lie) => lie(request, honest),
            None => honest,
        }
    }

    /// The same of a frame.
    pub fn framed(&mut self, bytes: &[u8]) -> Vec<ServerFrame> {
        let frame = ServerFrame::parse(bytes).expect("an honest frame");
        match &mut self.frame_lie {
            Some(lie) => lie(frame),
            None => vec![frame],
        }
    }

    pub fn command(&mut self, command: Command, now: protocol::Timestamp) {
        self.hear(Input::Command { command }, now);
    }

    /// From now on the server answers a path that ends in `tail` with something else.
    pub fn is_answered(&mut self, tail: &'static str, body: impl Into<Vec<u8>>) {
        let body = body.into();
        self.answer_lie = Some(Box::new(move |request, honest| {
            let path = request.path.split('?').next().unwrap_or_default();
            if path.ends_with(tail) {
                (200, body.clone())
            } else {
                honest
            }
        }));
    }

    /// From now on the server changes what JSON answers say.
    pub fn is_told<T>(&mut self, tail: &'static str, mut lie: impl FnMut(&mut T) + 'static)
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        self.answer_lie = Some(Box::new(move |request, (status, mut body)| {
            if request.path.ends_with(tail)
                && let Ok(mut value) = serde_json::from_slice::<T>(&body)
            {
                lie(&mut value);
                body = serde_json::to_vec(&value).expect("writes");
            }
            (status, body)
        }));
    }

    /// From now on the server changes pages of the log.
    pub fn reads(&mut self, mut lie: impl FnMut(&mut LogPage) + 'static) {
        self.frame_lie = Some(Box::new(move |mut frame| {
            if let ServerFrame::Log(page) = &mut frame {
                lie(page);
            }
            vec![frame]
        }));
    }

    /// The server forgets its lies.
    pub fn hears_the_truth(&mut self) {
        self.answer_lie = None;
        self.frame_lie = None;
    }

    /// The connection breaks.
    pub fn cut(&mut self) {
        if self.socket.take().is_some() {
            self.news.push_back(Input::Closed);
        }
    }

    /// The program ends and is opened again from its disk.
    pub fn restart(&mut self) {
        self.requests.clear();
        self.news.clear();
        self.socket = None;
        let rows = self.disk.state.clone().into_iter().collect();
        self.device =
            Device::open(self.vault_key, SERVER_NAME.to_owned(), rows).expect("the store opens");
    }

    /// The last key package that the server holds: it may hand it out whenever it likes.
    pub fn key_package(&self) -> openmls::prelude::KeyPackage {
        let put = self.key_packages.last().expect("put at enrolment");
        super::ghost::read_key_package(put.last_resort.as_ref().expect("put at enrolment"))
    }

    // --- what the person sees -----------------------------------------------------------------

    /// Every item on the disk, in the order of their places.
    pub fn items(&self) -> Vec<Item> {
        let rows = self.disk.items.iter();
        rows.map(|(key, sealed)| self.device.open_item(key, sealed).expect("opens"))
            .collect()
    }

    /// Every text, in order.
    pub fn texts(&self) -> Vec<String> {
        let text = |item: Item| match item.content {
            Content::Text { text, .. } => Some(text),
            _ => None,
        };
        self.items().into_iter().filter_map(text).collect()
    }

    /// Why things could not be read, in order.
    pub fn unreadable(&self) -> Vec<String> {
        let reason = |item: Item| match item.content {
            Content::Unreadable { reason } => Some(reason),
            _ => None,
        };
        self.items().into_iter().filter_map(reason).collect()
    }

    /// Every problem that was shown.
    pub fn problems(&self) -> Vec<(Code, String)> {
        let problem = |event: &Event| match event {
            Event::Problem { code, detail, .. } => Some((*code, detail.clone())),
            _ => None,
        };
        self.shown.iter().filter_map(problem).collect()
    }

    /// Whether a problem of this text was shown.
    pub fn was_warned(&self, detail: &str) -> bool {
        self.problems().iter().any(|(_, shown)| shown == detail)
    }

    /// The circles as last shown.
    pub fn circles(&self) -> Vec<CircleView> {
        let circles = |event: &Event| match event {
            Event::Circles { circles } => Some(circles.clone()),
            _ => None,
        };
        self.shown
            .iter()
            .rev()
            .find_map(circles)
            .unwrap_or_default()
    }
}
