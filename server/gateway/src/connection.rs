//! One websocket with its socket: the select loop around [`Session`].
//!
//! Five things can happen: a message comes, a watched topic wakes, the store answers, something has
//! left, time passes. Each becomes one [`Input`]; the effects are carried out in order. All work of a
//! connection happens in its own task, so that a defect in one ends that one.
//!
//! Commands (`append`, `ack`) are queued at the store in the order in which they came, because a device's
//! send counters must arrive in order, and answered in that order; none waits for the answer of the one
//! before it, so that what a device sends at once can share a COMMIT. Reads go beside them. Whether the
//! session still lives is asked before and after each question: nothing goes in or out for a session
//! that was revoked meanwhile.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use care::Caller;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt as _, StreamExt as _};
use protocol::frame::{CommitPlease, ServerFrame};
use protocol::{CircleId, Code, Refusal, limits};
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
    /// Commands that wait until it is known again that the session lives.
    commands: VecDeque<Question>,
    lives: Option<BoxFuture<'static, Result<(), Refusal>>>,
    /// Commands that are queued at the store.
    queued: FuturesOrdered<BoxFuture<'static, Answer>>,
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
            lives: None,
            queued: FuturesOrdered::new(),
            reads: FuturesUnordered::new(),
            code: None,
            gateway,
        }
    }

    /// Runs until the socket is closed.
    pub async fn run(mut self, socket: WebSocket) {
        let (mut sink, mut stream) = socket.split();
        let end = self.serve(&mut sink, &mut stream).await;
        self.let_go();
        if let End::Said(code) = end {
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
        let mut tick = pin!(sleep_until(self.opened));
        loop {
            if let Some(code) = self.code {
                return End::Said(code);
            }
            let now = self.opened.elapsed();
            let reads = self.session.reads(now);
            let tick_at = self.opened + self.session.tick_at(now);
            if tick.deadline() != tick_at {
                tick.as_mut().reset(tick_at);
            }
            // In this order: what the store knows is told before anything leaves, so that it leaves
            // together, and what was told leaves before more is read.
            let input = tokio::select! {
                biased;
                () = abort.cancelled() => return End::Gone,
                () = stop.cancelled() => Input::GoingDown,
                () = &mut tick => Input::Tick,
                lives = known(&mut self.lives) => {
                    self.lives = None;
                    match lives {
                        Ok(()) => {
                            self.queue_commands();
                            continue;
                        }
                        Err(refusal) => Input::Answer(Answer::Live(Err(refusal))),
                    }
                }
                Some(answer) = self.queued.next() => Input::Answer(answer),
                Some(told) = self.reads.next() => self.told(told),
                woken = self.watcher.woken() => {
                    if !woken.ephemerals.is_empty() {
                        self.handle(Input::Overheard(woken.ephemerals));
                    }
                    Input::Woken(woken.topics)
                }
                left = self.outbox.drain(sink), if !self.outbox.is_empty() => match left {
                    Ok(()) => Input::Drained,
                    Err(_) => return End::Gone,
                },
                message = stream.next(), if reads => {
                    let Some(input) = message.and_then(input) else {
                        self.let_go();
                        // Answers the peer's close frame, if there was one.
                        drop(timeout(CLOSING, self.outbox.drain(sink)).await);
                        return End::Gone;
                    };
                    input
                }
            };
            self.handle(input);
        }
    }

    fn handle(&mut self, input: Input) {
        let now = self.opened.elapsed();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.session.handle(input, now) {
                inputs.extend(self.carry_out(effect));
            }
        }
        if self.outbox.is_over() {
            for effect in self.session.handle(Input::Overflow, now) {
                self.carry_out(effect);
            }
        }
    }

    /// Carries out an effect; what follows from it at once, if anything.
    fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Send(frame) => self.outbox.push(&frame),
            Effect::Ping => self.outbox.push_ping(),
            Effect::Watch(topic) => self.watcher.watch(topic),
            Effect::Unwatch(topic) => self.watcher.unwatch(topic),
            Effect::Close(code) => self.code = Some(code),
            Effect::Place(circle, leaving) => {
                let place = self.watcher.place(circle, &leaving);
                return Some(Input::Placed(circle, place));
            }
            Effect::Plead(circle) => self.plead(circle),
            Effect::Relay(ephemeral) => self.watcher.relay(&ephemeral),
            Effect::Ask(question) => match question {
                Question::Append(_) | Question::AcknowledgeUrgent(_) | Question::Ack(_) => {
                    self.commands.push_back(question);
                    self.next_commands();
                }
                Question::Greet(_)
                | Question::MayRelay(_)
                | Question::Stand
                | Question::ReadLog(_)
                | Question::ReadInbox(_)
                | Question::StillLive => self.reads.push(self.ask(question)),
            },
        }
        None
    }

    fn plead(&mut self, circle: CircleId) {
        let stagger_s = i64::try_from(limits::COMMIT_STAGGER_S).unwrap_or(i64::MAX);
        let deadline = self.gateway.clock.now().plus_seconds(stagger_s);
        let plea = CommitPlease { circle, deadline };
        self.outbox.push(&ServerFrame::CommitPlease(plea));
    }

    /// Queues what waits, if the session is known to live, or finds out whether it does.
    fn next_commands(&mut self) {
        let Some((caller, _)) = &self.caller else {
            return;
        };
        if self.lives.is_some() {
            return;
        }
        if self.gateway.store.believed_live(caller) {
            self.queue_commands();
        } else {
            let (store, caller) = (self.gateway.store.clone(), *caller);
            self.lives = Some(async move { alive(&store, &caller).await }.boxed());
        }
    }

    fn queue_commands(&mut self) {
        let Some((caller, _)) = &self.caller else {
            return;
        };
        for question in self.commands.drain(..) {
            let answer = queue(&self.gateway.store, caller, question);
            self.queued.push_back(answer);
        }
    }

    fn told(&mut self, (answer, caller): Told) -> Input {
        if let Some((known, _)) = &caller {
            self.watcher.introduce(known.role, known.device);
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

    /// Gives up what was asked of the store: nobody hears an answer any more, and a question that is asked on by
    /// nobody would keep its connection, or the one writer, from everybody for as long as the peer takes to go. What
    /// is in the store's queue stays there.
    fn let_go(&mut self) {
        self.lives = None;
        self.commands.clear();
        self.queued = FuturesOrdered::new();
        self.reads.clear();
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

/// What is being found out, or never.
async fn known(lives: &mut Option<BoxFuture<'static, Result<(), Refusal>>>) -> Result<(), Refusal> {
    match lives {
        Some(lives) => lives.await,
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

/// Puts a command into the store's queue at once; what it gives back waits for the answer.
fn queue(store: &Store, caller: &Caller, command: Question) -> BoxFuture<'static, Answer> {
    let (live_in, caller) = (store.clone(), *caller);
    match command {
        Question::Append(append) => {
            let op_id = append.op_id;
            let done = store.queue_append(&caller, append);
            async move {
                let answer = Answer::Appended(op_id, refused(done.await));
                answer_alive(&live_in, &caller, answer).await
            }
            .boxed()
        }
        Question::AcknowledgeUrgent(ack) => {
            let op_id = ack.op_id;
            async move {
                let done = live_in.acknowledge_urgent(&caller, ack).await;
                let answer = Answer::Appended(op_id, refused(done));
                answer_alive(&live_in, &caller, answer).await
            }
            .boxed()
        }
        Question::Ack(ack) => {
            let done = store.queue_ack(&caller, ack);
            async move {
                let answer = Answer::Acked(refused(done.await));
                answer_alive(&live_in, &caller, answer).await
            }
            .boxed()
        }
        question => async move { ask(&live_in, &caller, question).await }.boxed(),
    }
}

/// Puts a question to the store.
async fn ask(store: &Store, caller: &Caller, question: Question) -> Answer {
    if let Err(refusal) = alive(store, caller).await {
        return Answer::Live(Err(refusal));
    }
    let answer = match question {
        Question::MayRelay(ephemeral) => {
            let may = store.may_send_ephemeral(caller, &ephemeral).await;
            Answer::Relayable(refused(may).map(|()| ephemeral))
        }
        Question::Stand => Answer::Stands(refused(store.ready(caller).await)),
        Question::ReadLog(cursor) => Answer::Log(
            cursor.circle,
            refused(store.log_after(caller, cursor).await),
        ),
        Question::ReadInbox(after) => {
            Answer::Inbox(refused(store.inbox_after(caller, after).await))
        }
        Question::StillLive => return Answer::Live(Ok(())),
        // The first has its own way, the others are queued.
        Question::Greet(_)
        | Question::Append(_)
        | Question::AcknowledgeUrgent(_)
        | Question::Ack(_) => {
            return Answer::Live(Err(Code::Internal.into()));
        }
    };
    answer_alive(store, caller, answer).await
}

/// The answer, if the session still lives.
async fn answer_alive(store: &Store, caller: &Caller, answer: Answer) -> Answer {
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
