//! The frames of the websocket, by the same people. One socket each; `hello` opens it.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::SinkExt as _;
use protocol::frame::{Ack, ClientFrame, Cursor, Ephemeral, Refused, ServerFrame, UrgentAck};
use protocol::{DeviceId, Role};
use tokio_tungstenite::tungstenite::Message;

use super::asker::{Asker, Relation};
use super::world::World;
use super::{Answer, REFUSALS};
use crate::contract::house::{append, hello};
use crate::socket::{Door, Socket, next};

/// Longer than any answer takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// After which something said in passing is said again.
const WHILE: Duration = Duration::from_secs(2);
/// How often at most.
const TRIES: u32 = 15;

/// What a part of the matrix found.
pub struct Found {
    pub cells: usize,
    pub wrong: Vec<String>,
}

/// Frames that are about a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Append,
    FetchLog,
    UrgentAck,
    Ephemeral,
}

const KINDS: [Kind; 4] = [
    Kind::Append,
    Kind::FetchLog,
    Kind::UrgentAck,
    Kind::Ephemeral,
];

/// Which row a frame has here; a new one must be given one. `hello` and `ack` are about oneself: everybody
/// in the matrix opens a socket, and acknowledges.
const fn _kind(frame: &ClientFrame) -> Option<Kind> {
    match frame {
        ClientFrame::Append(_) => Some(Kind::Append),
        ClientFrame::FetchLog(_) => Some(Kind::FetchLog),
        ClientFrame::UrgentAck(_) => Some(Kind::UrgentAck),
        ClientFrame::Ephemeral(_) => Some(Kind::Ephemeral),
        ClientFrame::Hello(_) | ClientFrame::Ack(_) => None,
    }
}

fn allows(kind: Kind, asker: Asker) -> bool {
    let speaks = matches!(
        asker.role,
        Role::Client | Role::Caregiver | Role::CaseManager | Role::Supervisor
    );
    // A custodian keeps the record: it reads, and says nothing.
    let keeps = asker.role == Role::Custodian && kind == Kind::FetchLog;
    asker.relation == Relation::Own && (speaks || keeps)
}

/// One asker's end.
struct Line {
    socket: Socket,
}

impl Line {
    async fn open(world: &World, asker: Asker) -> Result<Self> {
        let enrolled = world.enrolled(asker);
        let ticket = world.server.store().issue_ticket(&enrolled.caller).await?;
        let door = Door::new(world.server.addr(), world.server.ca_pem())?;
        let hello = hello(enrolled, &ticket.ticket, door.server_name());
        let mut line = Self {
            socket: door.open(hello).await?,
        };
        line.says(&ClientFrame::Ack(Ack {
            cursors: Vec::new(),
            inbox: None,
        }))
        .await?;
        Ok(line)
    }

    async fn says(&mut self, frame: &ClientFrame) -> Result<()> {
        Ok(self
            .socket
            .send(Message::Binary(frame.to_bytes().into()))
            .await?)
    }

    /// The next frame that answers something, and what was said in passing before it.
    async fn hears(&mut self, passing: &mut Vec<DeviceId>) -> Result<ServerFrame> {
        let answer = async {
            loop {
                match next(&mut self.socket).await? {
                    answer @ (ServerFrame::Ok(_) | ServerFrame::Err(_) | ServerFrame::Log(_)) => {
                        return Ok(answer);
                    }
                    ServerFrame::Ephemeral(said) => passing.push(said.device),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(DEADLINE, answer)
            .await
            .context("no answer")?
    }

    /// Follows a circle from its start, and from then on hears what is said there.
    async fn follows(
        &mut self,
        world: &World,
        relation: Relation,
        passing: &mut Vec<DeviceId>,
    ) -> Result<()> {
        let cursor = Cursor {
            circle: world.circle(relation),
            generation: 0,
            seq: 0,
        };
        self.says(&ClientFrame::FetchLog(cursor)).await?;
        let answer = self.hears(passing).await?;
        ensure!(matches!(answer, ServerFrame::Log(_)), "{answer:?}");
        Ok(())
    }

    async fn asks(&mut self, world: &World, asker: Asker, kind: Kind, urgent: u64) -> Result<()> {
        let circle = world.place(asker).circle;
        let frame = match kind {
            Kind::Append => ClientFrame::Append(append(circle, 2)),
            Kind::FetchLog => ClientFrame::FetchLog(Cursor {
                circle,
                generation: 0,
                seq: 0,
            }),
            Kind::UrgentAck => ClientFrame::UrgentAck(UrgentAck {
                op_id: world.place(asker).op(),
                circle,
                generation: 0,
                seq: urgent,
            }),
            Kind::Ephemeral => ClientFrame::Ephemeral(Ephemeral {
                circle,
                generation: 0,
                epoch: 5,
                device: world.enrolled(asker).caller.device,
                sealed: b"typing".to_vec().into(),
            }),
        };
        self.says(&frame).await
    }

    /// What comes of an answer.
    async fn answer(&mut self) -> Result<Answer> {
        let code = match self.hears(&mut Vec::new()).await? {
            ServerFrame::Err(Refused { code, .. }) => Some(code),
            _ => None,
        };
        Ok(Answer { status: 0, code })
    }
}

/// Somebody in a circle who hears whatever is said there in passing.
async fn listener(world: &World, relation: Relation) -> Result<Line> {
    let asker = Asker {
        role: Role::Supervisor,
        relation,
    };
    let mut line = Line::open(world, asker).await?;
    line.follows(world, relation, &mut Vec::new()).await?;
    Ok(line)
}

/// Whatever each may not say is refused, and what they say in passing reaches nobody.
pub async fn refused(world: &World) -> Result<Found> {
    let mut found = Found {
        cells: 0,
        wrong: Vec::new(),
    };
    let circles = [Relation::Own, Relation::Withdrawn, Relation::RanOut];
    let mut listeners = Vec::new();
    for relation in circles {
        listeners.push((relation, listener(world, relation).await?));
    }
    for asker in Asker::ALL {
        let kinds = KINDS.into_iter().filter(|kind| !allows(*kind, *asker));
        let mut line = Line::open(world, *asker).await?;
        for kind in kinds {
            found.cells += 1;
            line.asks(world, *asker, kind, 1).await?;
            if kind == Kind::Ephemeral {
                continue;
            }
            let answer = line.answer().await?;
            if !answer.code.is_some_and(|code| REFUSALS.contains(&code)) {
                found
                    .wrong
                    .push(format!("{kind:?} by {asker:?} is not refused: {answer:?}"));
            }
        }
    }
    for (relation, mut line) in listeners {
        let mut passing = Vec::new();
        line.follows(world, relation, &mut passing).await?;
        if !passing.is_empty() {
            found.wrong.push(format!(
                "{} said something in the circle of {relation:?}",
                passing.len()
            ));
        }
    }
    Ok(found)
}

/// Whatever each may say is taken, and what they say in passing is heard.
pub async fn allowed(world: &World) -> Result<Found> {
    let mut found = Found {
        cells: 0,
        wrong: Vec::new(),
    };
    let urgent = urgent(world).await?;
    let mut listener = listener(world, Relation::Own).await?;
    let mut spoke = Vec::new();
    for asker in Asker::ALL {
        let mut line = Line::open(world, *asker).await?;
        for kind in KINDS.into_iter().filter(|kind| allows(*kind, *asker)) {
            found.cells += 1;
            line.asks(world, *asker, kind, urgent).await?;
            if kind == Kind::Ephemeral {
                // A device does not hear itself.
                if asker.role == Role::Supervisor {
                    continue;
                }
                let device = world.enrolled(*asker).caller.device;
                let mut tries = 0;
                // What is said in passing may be lost on a busy server: it is said again.
                while !heard(&mut listener, device, &spoke).await? {
                    tries += 1;
                    ensure!(tries < TRIES, "nobody hears {asker:?}");
                    line.asks(world, *asker, kind, urgent).await?;
                }
                spoke.push(device);
                continue;
            }
            let answer = line.answer().await?;
            if answer.code.is_some() {
                found
                    .wrong
                    .push(format!("{kind:?} by {asker:?} is refused: {answer:?}"));
            }
        }
    }
    ensure!(spoke.len() == 3, "{} spoke", spoke.len());
    Ok(found)
}

/// Whether something of this device's is heard in passing within a while; of others only those who spoke
/// before, once more.
async fn heard(listener: &mut Line, device: DeviceId, before: &[DeviceId]) -> Result<bool> {
    let hearing = async {
        loop {
            if let ServerFrame::Ephemeral(said) = next(&mut listener.socket).await?
                && !before.contains(&said.device)
            {
                ensure!(said.device == device, "somebody else is heard");
                return Ok(());
            }
        }
    };
    match tokio::time::timeout(WHILE, hearing).await {
        Ok(heard) => heard.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Puts an urgent message into the own circle; its place.
async fn urgent(world: &World) -> Result<u64> {
    let asker = Asker {
        role: Role::CaseManager,
        relation: Relation::Own,
    };
    let mut message = append(world.circle(Relation::Own), 200);
    message.urgency = protocol::Urgency::Urgent;
    message.send_counter = 1;
    let caller = world.enrolled(asker).caller;
    let done = world.server.store().append(&caller, message).await?;
    Ok(done.seq)
}
