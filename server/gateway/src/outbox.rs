//! What waits to leave one websocket.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::ws::{CloseFrame, Message};
use futures_util::Sink;
use protocol::frame::{Bye, ServerFrame};
use protocol::{Code, limits};

use crate::error::close_code;

/// Messages in the order in which they leave.
#[derive(Default)]
pub struct Outbox {
    queue: VecDeque<Message>,
    bytes: usize,
    unflushed: bool,
}

impl Outbox {
    /// Puts a frame at the end.
    pub fn push(&mut self, frame: &ServerFrame) {
        self.put(Message::Binary(frame.to_bytes().into()));
    }

    /// Puts a ping at the end.
    pub fn push_ping(&mut self) {
        self.put(Message::Ping(axum::body::Bytes::new()));
    }

    /// Puts the last two messages at the end: the reason, and the close frame with its code.
    pub fn push_close(&mut self, code: Code) {
        self.push(&ServerFrame::Bye(Bye { code }));
        self.put(Message::Close(Some(CloseFrame {
            code: close_code(code),
            reason: code.as_str().into(),
        })));
    }

    fn put(&mut self, message: Message) {
        self.bytes += size(&message);
        self.queue.push_back(message);
    }

    /// Whether there is nothing left to do.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && !self.unflushed
    }

    /// Whether more waits than one socket may hold.
    pub fn is_over(&self) -> bool {
        self.bytes > limits::SOCKET_WRITE_BUFFER_BYTES_MAX
    }

    /// Sends until nothing is left. May be dropped and called again at any point.
    pub async fn drain<S>(&mut self, sink: &mut S) -> Result<(), S::Error>
    where
        S: Sink<Message> + Unpin,
    {
        std::future::poll_fn(|context| self.poll_drain(Pin::new(sink), context)).await
    }

    fn poll_drain<S>(
        &mut self,
        mut sink: Pin<&mut S>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), S::Error>>
    where
        S: Sink<Message>,
    {
        while !self.queue.is_empty() {
            ready!(sink.as_mut().poll_ready(context))?;
            if let Some(message) = self.queue.pop_front() {
                self.bytes -= size(&message);
                self.unflushed = true;
                sink.as_mut().start_send(message)?;
            }
        }
        ready!(sink.as_mut().poll_flush(context))?;
        self.unflushed = false;
        Poll::Ready(Ok(()))
    }
}

fn size(message: &Message) -> usize {
    match message {
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Text(text) => text.len(),
        Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;

    use super::*;

    /// Takes as many messages as it is told, then none.
    struct Narrow<'a> {
        room: usize,
        taken: &'a RefCell<Vec<Message>>,
    }

    impl Sink<Message> for Narrow<'_> {
        type Error = Infallible;
        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            match self.room {
                0 => Poll::Pending,
                _ => Poll::Ready(Ok(())),
            }
        }
        fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Infallible> {
            self.room -= 1;
            self.taken.borrow_mut().push(message);
            Ok(())
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn what_a_slow_reader_does_not_take_stays_in_order() {
        let mut context = Context::from_waker(std::task::Waker::noop());
        let taken = RefCell::default();
        let mut outbox = Outbox::default();
        outbox.push_ping();
        outbox.push_close(Code::Silent);
        let mut narrow = Narrow {
            room: 1,
            taken: &taken,
        };
        let polled = outbox.poll_drain(Pin::new(&mut narrow), &mut context);
        assert!(polled.is_pending() && !outbox.is_empty());
        narrow.room = 9;
        let polled = outbox.poll_drain(Pin::new(&mut narrow), &mut context);
        assert!(polled.is_ready() && outbox.is_empty());
        let taken = taken.borrow();
        assert!(matches!(taken[0], Message::Ping(_)));
        let Message::Binary(bye) = &taken[1] else {
            panic!("bye comes before the close frame");
        };
        let bye = ServerFrame::parse(bye);
        assert_eq!(bye, Some(ServerFrame::Bye(Bye { code: Code::Silent })));
        let Message::Close(Some(close)) = &taken[2] else {
            panic!("the close frame comes last");
        };
        assert_eq!(close.code, 4409);
        assert_eq!(close.reason.as_str(), "silent");
    }

    #[test]
    fn more_than_its_limit_is_too_much() {
        let mut outbox = Outbox::default();
        let half = vec![0; limits::SOCKET_WRITE_BUFFER_BYTES_MAX / 2 + 1];
        outbox.put(Message::Binary(half.clone().into()));
        assert!(!outbox.is_over());
        outbox.put(Message::Binary(half.into()));
        assert!(outbox.is_over());
    }
}
