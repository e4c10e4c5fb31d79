//! One websocket with its socket: the select loop around [`Session`].
//!
//! Five things can happen: a message comes, a watched topic wakes, the store answers, something has
//! left, time passes. Each becomes one [`Input`]; the effects are carried out in order. All work of a
//! connection happens in its own task, so that a defect in one ends that one.
//!
//! Commands (`hello`, `append`, `ack`) go to the store one after another, because a device's send
//! counters must arrive in order; reads go beside them. Whether the session still lives is asked
//! before and after each question: nothing goes in or out for a session that was revoked meanwhile.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use care::Caller;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt as _, StreamExt as _};
use protocol::{Code, Refusal};
use store::Store;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Error as SocketError;

use crate::Gateway;
use crate::error::refusal;
use crate::hub::{Seat, Watcher};
use crate::outbox::Outbox;
use crate::session::{Answer, Effect, Input, Question, Session, Who};

/// How long a peer is given to read the reason and to answer the close frame.
const CLOSING: Duration = Duration::from_secs(2);

/// One websocket, from its upgrade to its end.
pub struct Connection {
    gateway: Gateway,
    session: Session,
    watcher: Watcher,
    opened: Instant,
    outbox: Outbox,
    caller: Option<(Caller, Seat)>,
    /// Commands, of which the first is at the store.
    commands: VecDeque<Question>,
    command: Option<BoxFuture<'static, Told>>,
    reads: FuturesUnordered<BoxFuture<'static, Told>>,
    code: Option<Code>,
}

/// What the store's answer means to the session, and who it is from if that is new.
type Told = (Answer, Option<(Caller, Seat)>);

/// What ended the loop.
enum End {
    /// The session said its last word.
    Said(Code),
    /// The peer closed or is gone, or the process gives up its sockets at once.
    Gone,
}

impl Connection {
    /// A socket that was just opened.
    pub fn new(gateway: Gateway) -> Self {
        Self {
            session: Session::new(gateway.rates.clone()),
            watcher: gateway.hub.join(),
            opened: Instant::now(),
            outbox: Outbox::default(),
            caller: None,
            commands: VecDeque::new(),
            command: None,
            reads: FuturesUnordered::new(),
            code: None,
            gateway,
        }
    }

    /// Runs until the socket is closed.
    pub async fn run(mut self, socket: WebSocket) {
        let (mut sink, mut stream) = socket.split();
        if let End::Said(code) = self.serve(&mut sink, &mut stream).await {
            metrics::counter!("sockets_closed", "code" => code.as_str()).increment(1);
            tracing::debug!(event = "socket_closed", code = code.as_str());
            self.outbox.push_close(code);
            let abort = self.gateway.abort.clone();
            // A peer that does not read its reason in time goes without it.
            let farewell = timeout(CLOSING, self.farewell(&mut sink, &mut stream));
            let _read_or_not = abort.run_until_cancelled(farewell).await;
        }
    }

    async fn serve(
        &mut self,
        sink: &mut SplitSink<WebSocket, Message>,
        stream: &mut SplitStream<WebSocket>,
    ) -> End {
        let stop = self.gateway.stop.clone();
        let abort = self.gateway.abort.clone();
        loop {
            if let Some(code) = self.code {
                return End::Said(code);
            }
            let now = self.opened.elapsed();
            let reads = self.session.reads(now);
            let tick = sleep_until(self.opened + self.session.tick_at(now));
            let input = tokio::select! {
                () = abort.cancelled() => return End::Gone,
                () = stop.cancelled() => Input::GoingDown,
                message = stream.next(), if reads => {
                    let Some(input) = message.and_then(input) else {
                        // Answers the peer's close frame, if there was one.
                        drop(timeout(CLOSING, self.outbox.drain(sink)).await);
                        return End::Gone;
                    };
                    input
                }
                topics = self.watcher.woken() => Input::Woken(topics),
                told = next(&mut self.command) => self.answered(told, true),
                Some(told) = self.reads.next() => self.answered(told, false),
                left = self.outbox.drain(sink), if !self.outbox.is_empty() => match left {
                    Ok(()) => Input::Drained,
                    Err(_) => return End::Gone,
                },
                () = tick => Input::Tick,
            };
            self.handle(input);
        }
    }

    fn handle(&mut self, input: Input) {
        let now = self.opened.elapsed();
        for effect in self.session.handle(input, now) {
            self.carry_out(effect);
        }
        if self.outbox.is_over() {
            for effect in self.session.handle(Input::Overflow, now) {
                self.carry_out(effect);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send(frame) => self.outbox.push(&frame),
            Effect::Ping => self.outbox.push_ping(),
            Effect::Watch(topic) => self.watcher.watch(topic),
            Effect::Unwatch(topic) => self.watcher.unwatch(topic),
            Effect::Close(code) => self.code = Some(code),
            Effect::Ask(question) => match question {
                Question::Greet(_) | Question::Append(_) | Question::Ack(_) => {
                    self.commands.push_back(question);
                    self.next_command();
                }
                Question::Stand
                | Question::ReadLog(_)
                | Question::ReadInbox(_)
                | Question::StillLive => self.reads.push(self.ask(question)),
            },
        }
    }

    fn next_command(&mut self) {
        if self.command.is_none()
            && let Some(question) = self.commands.pop_front()
        {
            self.command = Some(self.ask(question));
        }
    }

    fn answered(&mut self, (answer, caller): Told, command: bool) -> Input {
        if command {
            self.command = None;
            self.next_command();
        }
        if caller.is_some() {
            self.caller = caller;
        }
        Input::Answer(answer)
    }

    fn ask(&self, question: Question) -> BoxFuture<'static, Told> {
        let gateway = self.gateway.clone();
        match &self.caller {
            Some((caller, _)) => {
                let caller = *caller;
                async move { (ask(&gateway.store, &caller, question).await, None) }.boxed()
            }
            None => async move { greet(&gateway, question).await }.boxed(),
        }
    }

    async fn farewell(
        &mut self,
        sink: &mut SplitSink<WebSocket, Message>,
        stream: &mut SplitStream<WebSocket>,
    ) {
        if self.outbox.drain(sink).await.is_err() {
            return;
        }
        // Until the peer answers the close frame. To close with unread bytes would reset the
        // connection, which could take the reason with it: what still comes is read and dropped, and
        // where nothing more can be read, the peer has the rest of the time to notice.
        let mut closed = false;
        while let Some(message) = stream.next().await {
            closed |= matches!(message, Ok(Message::Close(_)));
        }
        if !closed {
            std::future::pending::<()>().await;
        }
    }
}

/// The command under way, or never.
async fn next(command: &mut Option<BoxFuture<'static, Told>>) -> Told {
    match command {
        Some(command) => command.await,
        None => std::future::pending().await,
    }
}

/// The only question before anybody is known: who is this? Counts the account's sockets.
async fn greet(gateway: &Gateway, question: Question) -> Told {
    let Question::Greet(hello) = question else {
        return (Answer::Live(Err(Code::HelloExpected.into())), None);
    };
    let max = gateway.rates.sockets_per_account;
    let greeted = match gateway.store.redeem_ticket(&hello).await {
        Ok(caller) => gateway
            .hub
            .seat_account(caller.account, max)
            .map(|seat| (caller, seat)),
        Err(error) => Err(refusal(&error)),
    };
    match greeted {
        Ok((caller, seat)) => {
            let who = Who {
                account: caller.account,
                device: caller.device,
            };
            (Answer::Greeted(Ok(who)), Some((caller, seat)))
        }
        Err(refusal) => (Answer::Greeted(Err(refusal)), None),
    }
}

async fn ask(store: &Store, caller: &Caller, question: Question) -> Answer {
    if let Err(refusal) = alive(store, caller).await {
        return Answer::Live(Err(refusal));
    }
    let answer = match question {
        Question::Append(append) => {
            let op_id = append.op_id;
            Answer::Appended(op_id, refused(store.append(caller, append).await))
        }
        Question::Ack(ack) => Answer::Acked(refused(store.ack(caller, ack).await)),
        Question::Stand => Answer::Stands(refused(store.ready(caller).await)),
        Question::ReadLog(cursor) => Answer::Log(
            cursor.circle,
            refused(store.log_after(caller, cursor).await),
        ),
        Question::ReadInbox(after) => {
            Answer::Inbox(refused(store.inbox_after(caller, after).await))
        }
        Question::StillLive => return Answer::Live(Ok(())),
        Question::Greet(_) => return Answer::Greeted(Err(Code::MalformedFrame.into())),
    };
    match alive(store, caller).await {
        Ok(()) => answer,
        Err(refusal) => Answer::Live(Err(refusal)),
    }
}

/// A store that is too busy to say whether the session lives does not end it: every verb looks again
/// in its own transaction.
async fn alive(store: &Store, caller: &Caller) -> Result<(), Refusal> {
    match refused(store.still_live(caller).await) {
        Err(refusal) if matches!(refusal.code, Code::Busy | Code::Internal) => Ok(()),
        other => other,
    }
}

fn refused<T>(result: store::Result<T>) -> Result<T, Refusal> {
    result.map_err(|error| refusal(&error))
}

/// What came from the peer; `None` when it has closed or is gone.
fn input(message: Result<Message, axum::Error>) -> Option<Input> {
    match message {
        Ok(Message::Binary(bytes)) => Some(Input::Frame(bytes)),
        Ok(Message::Text(_)) => Some(Input::Text),
        Ok(Message::Ping(_) | Message::Pong(_)) => Some(Input::Heard),
        Ok(Message::Close(_)) => None,
        Err(error) => match error.into_inner().downcast_ref::<SocketError>() {
            Some(SocketError::Capacity(_)) => Some(Input::TooLarge),
            Some(SocketError::Utf8(_)) => Some(Input::Text),
            Some(SocketError::Protocol(problem)) if !is_gone(problem) => Some(Input::Broken),
            _ => None,
        },
    }
}

fn is_gone(problem: &tokio_tungstenite::tungstenite::error::ProtocolError) -> bool {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    matches!(
        problem,
        ProtocolError::ResetWithoutClosingHandshake | ProtocolError::ReceivedAfterClosing
    )
}
