//! The first stage: one `hello` within its time, and nothing else.

use std::time::Duration;

use protocol::frame::{ClientFrame, Cursor};
use protocol::{Code, limits};

use super::{Answer, Input, Question, Who, parse};

const HELLO: Duration = Duration::from_secs(limits::HELLO_S);
const SILENCE: Duration = Duration::from_secs(limits::SILENCE_S);

/// A socket that has not said who it is.
#[derive(Debug, Default)]
pub struct AwaitingHello {
    /// The positions it named, once its `hello` is being checked.
    greeting: Option<Vec<Cursor>>,
}

/// Where an input leads.
pub(super) enum Next {
    Stay(AwaitingHello, Option<Question>),
    Live(Who, Vec<Cursor>),
    Close(Code),
}

impl AwaitingHello {
    pub(super) fn handle(mut self, input: Input, now: Duration) -> Next {
        match input {
            Input::Frame(bytes) => match parse(&bytes) {
                Ok(ClientFrame::Hello(hello)) if self.greeting.is_none() => {
                    self.greeting = Some(hello.cursors.clone());
                    Next::Stay(self, Some(Question::Greet(hello)))
                }
                Ok(_) => Next::Close(Code::HelloExpected),
                Err(code) => Next::Close(code),
            },
            Input::Answer(Answer::Greeted(Ok(who))) => {
                Next::Live(who, self.greeting.unwrap_or_default())
            }
            Input::Answer(Answer::Greeted(Err(refusal))) => Next::Close(refusal.code),
            Input::Tick if now >= self.tick_at() => Next::Close(Code::HelloTimeout),
            _ => Next::Stay(self, None),
        }
    }

    /// Nothing is read while the ticket is being checked.
    pub(super) fn reads(&self) -> bool {
        self.greeting.is_none()
    }

    /// A store that does not answer is given longer than a device that says nothing.
    pub(super) fn tick_at(&self) -> Duration {
        if self.greeting.is_none() {
            HELLO
        } else {
            SILENCE
        }
    }
}
