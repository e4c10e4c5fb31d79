//! The server's side of one call: from a path or a frame to a verb of the store, as the gateway does it,
//! without a network.

use care::Caller;
use protocol::frame::{ClientFrame, Cursor, Refused, ServerFrame};
use protocol::{CircleId, Code, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Error, SessionToken, Store, Topic};

use super::phone::{Request, Socket};

/// A status and a body.
pub type Answer = (u16, Vec<u8>);

fn refused(refusal: &Refusal) -> Answer {
    let body = serde_json::json!({ "code": refusal.code, "detail": refusal.detail });
    (
        refusal.code.status(),
        serde_json::to_vec(&body).expect("a code and a sentence"),
    )
}

fn answer<T>(result: Result<T, Error>, write: impl FnOnce(&T) -> Vec<u8>) -> Answer {
    match result {
        Ok(value) => (200, write(&value)),
        Err(error) => refused(&refusal(&error)),
    }
}

/// A refusal as it leaves the gateway.
pub fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Refused(refusal) => refusal.clone(),
        Error::UnknownKey | Error::Busy => Code::Busy.into(),
        Error::Broken(broken) => Refusal::new(Code::Internal, broken.to_string()),
    }
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("bodies have string keys and finite numbers")
}

fn cbor<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    protocol::frame::to_vec(value)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Answer> {
    serde_json::from_slice(body)
        .map_err(|error| refused(&Refusal::new(Code::BadRequest, error.to_string())))
}

fn read_cbor<T: for<'b> minicbor::Decode<'b, ()>>(body: &[u8]) -> Result<T, Answer> {
    minicbor::decode(body)
        .map_err(|error| refused(&Refusal::new(Code::BadRequest, error.to_string())))
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Answer> {
    text.parse()
        .map_err(|_| refused(&Refusal::from(Code::NotFound)))
}

/// Who calls, by the cookie.
pub async fn caller(store: &Store, cookie: Option<&SessionToken>) -> Result<Caller, Answer> {
    let signed_out = || refused(&Refusal::new(Code::SignedOut, "sign in first"));
    let token = cookie.ok_or_else(signed_out)?;
    store
        .caller(token)
        .await
        .map_err(|error| refused(&refusal(&error)))
}

/// One HTTPS request.
pub async fn call(store: &Store, cookie: &mut Option<SessionToken>, request: &Request) -> Answer {
    let done = match door(store, cookie, request).await {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => match caller(store, cookie.as_ref()).await {
            Ok(caller) => signed_in(store, &caller, request).await,
            Err(answer) => Err(answer),
        },
        Err(answer) => Err(answer),
    };
    done.unwrap_or_else(|refused| refused)
}

/// What needs no session: the doors by which a device comes in.
async fn door(
    store: &Store,
    cookie: &mut Option<SessionToken>,
    request: &Request,
) -> Result<Option<Answer>, Answer> {
    let body = &request.body;
    let path = (request.method.as_str(), request.path.as_str());
    let mut begin = |began: Result<(protocol::http::SignedIn, SessionToken), Error>| {
        answer(
            began.map(|(signed_in, token)| {
                *cookie = Some(token);
                signed_in
            }),
            json,
        )
    };
    Ok(Some(match path {
        ("POST", "/v1/invitations/look-up") => {
            answer(store.look_up_invitation(read(body)?).await, json)
        }
        ("POST", "/v1/invitations/redeem") => begin(store.redeem_invitation(read(body)?).await),
        ("POST", "/v1/sessions/challenge") => answer(store.ask_challenge(read(body)?).await, json),
        ("POST", "/v1/sessions") => begin(store.renew_session(read(body)?).await),
        ("POST", "/v1/enrolments/offer") => answer(store.offer_device(read(body)?).await, json),
        ("POST", "/v1/enrolments/collect") => {
            let collected = store.collect_enrolment(read(body)?).await;
            answer(
                collected.map(|(collected, token)| {
                    if let Some(token) = token {
                        *cookie = Some(token);
                    }
                    collected
                }),
                json,
            )
        }
        ("POST", "/v1/recovery/open") => answer(store.open_recovery(read(body)?).await, json),
        ("POST", "/v1/recovery/enrol") => begin(store.recover_device(read(body)?).await),
        _ => return Ok(None),
    }))
}

async fn signed_in(store: &Store, caller: &Caller, request: &Request) -> Result<Answer, Answer> {
    let (path, query) = request
        .path
        .split_once('?')
        .unwrap_or((request.path.as_str(), ""));
    let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    let method = request.method.as_str();
    let body = &request.body;
    let none = |(): &()| Vec::new();
    Ok(match (method, parts.as_slice()) {
        ("DELETE", ["session"]) => answer(store.sign_out(caller).await, none),
        ("POST", ["tickets"]) => answer(store.issue_ticket(caller).await, json),
        ("PUT", ["key-packages"]) => {
            answer(store.put_key_packages(caller, read(body)?).await, json)
        }
        ("POST", ["key-packages", "claim"]) => {
            answer(store.claim_key_packages(caller, read(body)?).await, json)
        }
        ("GET", ["circles"]) => answer(store.circles(caller).await, json),
        ("GET", ["welcomes", id]) => answer(store.welcome(caller, parse(id)?).await, |bytes| {
            bytes.to_vec()
        }),
        (_, ["circles", id, rest @ ..]) => {
            return in_circle(store, caller, (parse(id)?, rest), (method, query, body)).await;
        }
        ("GET", ["devices"]) => answer(store.devices(caller).await, json),
        ("POST", ["devices", id, "revoke"]) => answer(
            store.revoke_device(caller, parse(id)?, read(body)?).await,
            none,
        ),
        ("POST", ["enrolments"]) => answer(store.begin_enrolment(caller, read(body)?).await, json),
        ("POST", ["enrolments", "approve"]) => {
            answer(store.approve_device(caller, read(body)?).await, none)
        }
        ("POST", ["enrolments", "decline"]) => {
            answer(store.decline_device(caller, read(body)?).await, none)
        }
        ("GET", ["intake"]) => answer(store.own_intake(caller).await, json),
        ("GET", ["people", id, "invitation"]) => {
            answer(store.person_intake(caller, parse(id)?).await, json)
        }
        ("POST", ["people", id, "invitations"]) => {
            let invited = store.invite_person(caller, parse(id)?, read(body)?);
            answer(invited.await, json)
        }
        ("POST", ["people", id, "invitations", "mail"]) => {
            let mailed = store.mail_invitation(caller, parse(id)?, read(body)?);
            answer(mailed.await, json)
        }
        ("POST", ["invitations", id, "confirm"]) => {
            let confirmed = store.confirm_person(caller, parse(id)?, read(body)?);
            answer(confirmed.await, json)
        }
        ("POST", ["invitations", id, "end"]) => {
            let ended = store.end_invitation(caller, parse(id)?, read(body)?);
            answer(ended.await, json)
        }
        ("GET", ["vault"]) => answer(store.vault(caller).await, json),
        ("PUT", ["vault"]) => answer(store.put_vault(caller, read(body)?).await, json),
        ("PUT", ["identity"]) => answer(store.replace_identity(caller, read(body)?).await, none),
        ("PUT", ["certificate"]) => answer(store.put_certificate(caller, read(body)?).await, none),
        _ => refused(&Refusal::new(Code::NotFound, "no such path or method")),
    })
}

async fn in_circle(
    store: &Store,
    caller: &Caller,
    (circle, rest): (CircleId, &[&str]),
    (method, query, body): (&str, &str, &[u8]),
) -> Result<Answer, Answer> {
    Ok(match (method, rest) {
        ("GET", []) => answer(store.circle(caller, circle).await, json),
        ("POST", ["group"]) => {
            let founding = read_cbor(body)?;
            answer(store.found_circle(caller, circle, founding).await, cbor)
        }
        ("POST", ["reset"]) => {
            let founding = read_cbor(body)?;
            answer(store.reset_circle(caller, circle, founding).await, cbor)
        }
        ("POST", ["commits"]) => {
            let bundle = read_cbor(body)?;
            answer(store.commit(caller, circle, bundle).await, cbor)
        }
        ("GET", ["group-info"]) => answer(store.group_info(caller, circle).await, |bytes| {
            bytes.to_vec()
        }),
        ("POST", ["distress"]) => answer(
            store.report_distress(caller, circle, read(body)?).await,
            json,
        ),
        ("GET", ["history"]) => {
            let field = |name: &str| {
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                let mut found = pairs.filter(|(key, _)| *key == name);
                found
                    .next()
                    .and_then(|(_, value)| value.parse::<u64>().ok())
            };
            let asked = protocol::http::AskHistory {
                generation: u32::try_from(field("generation").unwrap_or(0)).unwrap_or(0),
                before: field("before"),
            };
            answer(store.history(caller, circle, asked).await, cbor)
        }
        _ => refused(&Refusal::new(Code::NotFound, "no such path or method")),
    })
}

/// One frame from a device.
pub async fn frame(store: &Store, socket: &mut Socket, bytes: &[u8]) -> bool {
    let Ok(frame) = ClientFrame::parse(bytes) else {
        return false;
    };
    let Some(caller) = socket.caller else {
        let ClientFrame::Hello(hello) = frame else {
            return false;
        };
        return greet(store, socket, &hello).await;
    };
    if store.still_live(&caller).await.is_err() {
        return false;
    }
    let (op_id, done) = match frame {
        ClientFrame::Hello(_) => return false,
        ClientFrame::Append(append) => {
            let op_id = append.op_id;
            (Some(op_id), store.append(&caller, append).await.map(Some))
        }
        ClientFrame::Ack(ack) => (None, store.ack(&caller, ack).await.map(|()| None)),
        ClientFrame::FetchLog(cursor) => {
            socket.sent.insert(cursor.circle, cursor);
            socket.woken.insert(Topic::Circle(cursor.circle));
            return true;
        }
        ClientFrame::UrgentAck(ack) => (
            Some(ack.op_id),
            store.acknowledge_urgent(&caller, ack).await.map(Some),
        ),
        ClientFrame::Ephemeral(_) => return true,
    };
    match done {
        Ok(Some(done)) => socket.down.push_back(ServerFrame::Ok(done).to_bytes()),
        Ok(None) => {}
        Err(error) => {
            let Refusal { code, detail, .. } = refusal(&error);
            if matches!(code, Code::SignedOut | Code::DeviceUnknown) {
                return false;
            }
            let refused = Refused {
                op_id,
                code,
                detail,
            };
            socket.down.push_back(ServerFrame::Err(refused).to_bytes());
        }
    }
    true
}

async fn greet(store: &Store, socket: &mut Socket, hello: &protocol::frame::Hello) -> bool {
    let Ok(caller) = store.redeem_ticket(hello).await else {
        return false;
    };
    let Ok(ready) = store.ready(&caller).await else {
        return false;
    };
    for cursor in &hello.cursors {
        if ready
            .positions
            .iter()
            .any(|position| position.circle == cursor.circle)
        {
            socket.sent.insert(cursor.circle, *cursor);
            socket.woken.insert(Topic::Circle(cursor.circle));
        }
    }
    socket.woken.insert(Topic::Device(caller.device));
    socket.caller = Some(caller);
    socket.down.push_back(ServerFrame::Ready(ready).to_bytes());
    true
}

/// The server looks at one topic that woke a socket, and sends what is new.
pub async fn look(store: &Store, socket: &mut Socket, topic: Topic) -> bool {
    let Some(caller) = socket.caller else {
        return true;
    };
    if store.still_live(&caller).await.is_err() {
        return false;
    }
    match topic {
        Topic::Circle(circle) => {
            let Some(sent) = socket.sent.get(&circle).copied() else {
                return true;
            };
            match store.log_after(&caller, sent).await {
                Ok(page) => {
                    if let Some(last) = page.entries.last() {
                        let cursor = Cursor {
                            seq: last.seq,
                            ..sent
                        };
                        if last.seq < page.head {
                            socket.woken.insert(topic);
                        }
                        socket.sent.insert(circle, cursor);
                        socket.down.push_back(ServerFrame::Log(page).to_bytes());
                    }
                }
                Err(_) => {
                    socket.sent.remove(&circle);
                }
            }
        }
        Topic::Device(_) => {
            if let Ok(inbox) = store.inbox_after(&caller, socket.noticed).await
                && let Some(last) = inbox.notices.last()
            {
                socket.noticed = last.seq;
                socket.down.push_back(ServerFrame::Inbox(inbox).to_bytes());
            }
        }
        Topic::Account(_) => {
            let changed = protocol::frame::AccountChanged {};
            socket
                .down
                .push_back(ServerFrame::AccountChanged(changed).to_bytes());
        }
        Topic::Due => {}
    }
    true
}
