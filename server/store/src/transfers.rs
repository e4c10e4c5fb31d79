//! Clients go from one case manager to another: offered with a note, accepted or declined. Until then
//! nothing changes. From an accepted offer on the colleague serves the client, and whoever offered does so
//! for [`limits::HANDOVER_S`] more: only somebody inside a circle can let the colleague in, and a human
//! decides which circles those are ([`Store::name_member`]).
//!
//! One client has at most one open offer of one case manager's; a unique index sees to it. Whatever
//! settles an offer does so by one statement that finds it open: of two who try, one does.

use care::Caller;
use care::private::Note;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::http::{AcceptTransfer, DeclineTransfer, OfferTransfer, Transfers, WithdrawTransfer};
use protocol::{
    AccountId, Code, OpId, PersonId, Refusal, TaskKind, Timestamp, TransferId, TransferState,
    limits,
};
use uuid::Uuid;

use crate::appointments::left;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::{TRANSFER_NOTE, TRANSFER_REASON};
use crate::store::Store;
use crate::tasks::{self, About};
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{assignments, devices, series, standing};

pub(crate) mod list;

use list::list;

/// The limit of [`LATE`].
const LATE_AT_ONCE: usize = 64;

statements! {
    SERVES = "
        SELECT COUNT(*) FROM assignment
        WHERE account = $1 AND client = $2 AND from_at <= $3 AND ended_at IS NULL";
    INSERT = "
        INSERT INTO transfer (id, client, from_account, to_account, note, state, offered_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, 'offered', $6, $7)
        ON CONFLICT DO NOTHING";
    PARTIES = "
        SELECT client, from_account, to_account, expires_at FROM transfer WHERE id = $1";
    SETTLE = "
        UPDATE transfer SET state = $2, settled_at = $3, reason = $4
        WHERE id = $1 AND state = 'offered'";
    HAND_OVER = "
        UPDATE assignment SET ended_at = $4, handed_to = $3
        WHERE account = $1 AND client = $2 AND ended_at IS NULL";
    LATE = "
        SELECT id FROM transfer WHERE state = 'offered' AND expires_at <= $1
        ORDER BY expires_at, id LIMIT 64";
    LATE_OF = "
        SELECT id FROM transfer
        WHERE client = $1 AND from_account = $2 AND state = 'offered' AND expires_at <= $3";
    OPEN_ABOUT = "
        SELECT id FROM transfer
        WHERE state = 'offered' AND from_account = $1 AND client = $2 ORDER BY id";
    OPEN_OF = "
        SELECT id FROM transfer
        WHERE state = 'offered' AND (from_account = $1 OR to_account = $1) ORDER BY id";
    NEXT_END = "SELECT MIN(expires_at) FROM transfer WHERE state = 'offered'";
}

/// Whose an offer is.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
struct Parties {
    client: Uuid,
    from_account: Uuid,
    to_account: Uuid,
    expires_at: i64,
}

impl Parties {
    fn client(&self) -> PersonId {
        self.client.into()
    }

    fn from(&self) -> AccountId {
        self.from_account.into()
    }

    fn to(&self) -> AccountId {
        self.to_account.into()
    }
}

fn gone() -> Refusal {
    Refusal::new(Code::TransferGone, "this offer is settled or over")
}

impl Store {
    /// What is offered to the caller, what the caller offered (settled ones for as long as a hand-over
    /// takes), and to whom they can offer.
    pub async fn transfers(&self, caller: &Caller) -> Result<Transfers> {
        let caller = *caller;
        self.read_audited("transfers", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListTransfers, standing, object)?;
            let list = list(tx, &caller).await?;
            let cards = list.incoming.iter().chain(&list.outgoing);
            let shown: Vec<_> = cards.map(|card| card.client.uuid()).collect();
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(list)
        })
        .await
    }

    /// Offers clients to a colleague, all or none. [`Code::NotFound`] for a client whom the caller does
    /// not serve, [`Code::TransferOpen`] for one who is offered or handed over already,
    /// [`Code::BadRequest`] unless the colleague is another case manager.
    pub async fn offer_transfer(&self, caller: &Caller, asked: OfferTransfer) -> Result<Transfers> {
        let caller = *caller;
        let note = Note::new(&asked.note)?;
        let clients = once_each(&asked.clients)?;
        self.write("offer transfer", async move |tx: &mut Tx| {
            let mut permits = Vec::with_capacity(clients.len());
            for client in &clients {
                let standing = standing::to_client(tx, &caller, *client).await?;
                let object = Object::Person(*client);
                permits.push(tx.authorize(&caller, Act::OfferTransfer, standing, object)?);
            }
            let (act, op_id) = (Act::OfferTransfer, asked.op_id);
            let people = clients.iter().map(PersonId::uuid);
            let offered = operations::together(people.chain([asked.to.uuid()]));
            let done = operations::seen(tx, &caller, act, op_id, offered).await?;
            if done.is_some() {
                return list(tx, &caller).await;
            }
            if asked.to == caller.account {
                return Err(Refusal::new(Code::BadRequest, "to: yourself").into());
            }
            let mut accounts = [caller.account, asked.to];
            accounts.sort_unstable();
            for account in accounts {
                devices::hold_account(tx, account).await?;
            }
            assignments::must_be_a_case_manager(tx, asked.to).await?;
            for (client, permit) in clients.iter().zip(permits) {
                let id = offer(tx, &caller, (*client, asked.to), &note).await?;
                let salt = tx.random();
                let entry = Entry::done(&caller, permit, Object::Transfer(id)).about(*client);
                tx.audit(
                    entry
                        .value("note", note.reveal(), salt)
                        .shown([asked.to.uuid()]),
                );
            }
            operations::remember(tx, &caller, act, op_id, Outcome::of(offered)).await?;
            list(tx, &caller).await
        })
        .await
    }

    /// The colleague takes the client over, from now on. [`Code::TransferGone`] if the offer is settled or
    /// over. Again changes nothing.
    pub async fn accept_transfer(
        &self,
        caller: &Caller,
        id: TransferId,
        asked: AcceptTransfer,
    ) -> Result<Transfers> {
        let caller = *caller;
        self.write("accept transfer", async move |tx: &mut Tx| {
            let answered = Answered {
                act: Act::AnswerTransfer,
                op_id: asked.op_id,
                state: TransferState::Accepted,
                reason: None,
            };
            settle(tx, &caller, id, answered).await
        })
        .await
    }

    /// The colleague says no, and why ([`Code::BadRequest`] without). [`Code::TransferGone`] if the offer
    /// is settled or over.
    pub async fn decline_transfer(
        &self,
        caller: &Caller,
        id: TransferId,
        asked: DeclineTransfer,
    ) -> Result<Transfers> {
        let caller = *caller;
        let reason = Note::new(&asked.reason)?;
        if reason.reveal().is_empty() {
            return Err(Refusal::new(Code::BadRequest, "reason: must not be empty").into());
        }
        self.write("decline transfer", async move |tx: &mut Tx| {
            let answered = Answered {
                act: Act::AnswerTransfer,
                op_id: asked.op_id,
                state: TransferState::Declined,
                reason: Some(reason.clone()),
            };
            settle(tx, &caller, id, answered).await
        })
        .await
    }

    /// Whoever offered takes it back. [`Code::TransferGone`] if the offer is settled or over.
    pub async fn withdraw_transfer(
        &self,
        caller: &Caller,
        id: TransferId,
        asked: WithdrawTransfer,
    ) -> Result<Transfers> {
        let caller = *caller;
        self.write("withdraw transfer", async move |tx: &mut Tx| {
            let answered = Answered {
                act: Act::WithdrawTransfer,
                op_id: asked.op_id,
                state: TransferState::Withdrawn,
                reason: None,
            };
            settle(tx, &caller, id, answered).await
        })
        .await
    }

    /// Ends offers that nobody answered, a few at a time; whether there may be more. Whoever offered is
    /// told by a task.
    pub async fn expire_transfers(&self, now: Timestamp) -> Result<bool> {
        let late = self
            .read("late transfers", async move |tx: &mut Tx| {
                let late = tx.sql(LATE).bind(now.micros());
                late.all::<(Uuid,)>().await
            })
            .await?;
        for (id,) in &late {
            let id = TransferId::from(*id);
            self.write("expire transfer", async move |tx: &mut Tx| {
                let caller = Caller::scheduler();
                let standing = Standing {
                    asker: Asker::Scheduler,
                    ..Standing::default()
                };
                let object = Object::Transfer(id);
                let permit = tx.authorize(&caller, Act::RunJob, standing, object)?;
                if let Some(parties) = parties(tx, id).await?
                    && close(tx, id, TransferState::Expired, None).await?
                {
                    tell(tx, TaskKind::TransferExpired, id, &parties).await?;
                    tx.audit(Entry::done(&caller, permit, object).about(parties.client()));
                }
                Ok(())
            })
            .await?;
        }
        Ok(late.len() >= LATE_AT_ONCE)
    }

    /// When the next offer ends by itself.
    pub async fn next_transfer_end(&self) -> Result<Option<Timestamp>> {
        self.read("next transfer end", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_END).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }
}

/// What somebody says to an offer.
struct Answered {
    act: Act,
    op_id: OpId,
    state: TransferState,
    reason: Option<Note>,
}

async fn settle(
    tx: &mut Tx,
    caller: &Caller,
    id: TransferId,
    answered: Answered,
) -> Result<Transfers> {
    let found = parties(tx, id).await?;
    if let Some(parties) = &found {
        assignments::hold(tx, parties.client(), &[parties.from(), parties.to()]).await?;
    }
    let permit = permit(tx, caller, (id, found), answered.act).await?;
    let (act, op_id) = (answered.act, answered.op_id);
    let done = operations::seen(tx, caller, act, op_id, id.uuid()).await?;
    if done.is_some() {
        return list(tx, caller).await;
    }
    let parties = found.ok_or_else(gone)?;
    let is_late = parties.expires_at <= tx.now().micros();
    let reason = answered.reason.as_ref();
    let reason = reason.map(|reason| (parties.client(), reason));
    if is_late || !close(tx, id, answered.state, reason).await? {
        return Err(gone().into());
    }
    match answered.state {
        TransferState::Accepted => {
            hand_over(tx, &parties).await?;
            tell(tx, TaskKind::TransferAccepted, id, &parties).await?;
        }
        TransferState::Declined => tell(tx, TaskKind::TransferDeclined, id, &parties).await?,
        _ => {}
    }
    tx.wake(Topic::Account(parties.from()));
    tx.wake(Topic::Account(parties.to()));
    operations::remember(tx, caller, act, op_id, Outcome::of(id.uuid())).await?;
    let entry = Entry::done(caller, permit, Object::Transfer(id)).about(parties.client());
    let salt = tx.random();
    let entry = entry.value("state", answered.state.as_str(), salt);
    tx.audit(match &answered.reason {
        Some(reason) => {
            let salt = tx.random();
            entry.value("reason", reason.reveal(), salt)
        }
        None => entry,
    });
    list(tx, caller).await
}

async fn permit(
    tx: &mut Tx,
    caller: &Caller,
    (id, found): (TransferId, Option<Parties>),
    act: Act,
) -> Result<Permit> {
    let whose = found.map(|parties| match act {
        Act::WithdrawTransfer => parties.from(),
        _ => parties.to(),
    });
    let standing = Standing {
        own: whose == Some(caller.account),
        ..standing::of_session(tx, caller).await?
    };
    tx.authorize(caller, act, standing, Object::Transfer(id))
}

/// From now on the colleague serves the client; the other does so for a while, and books no more visits of a
/// series: the colleague is asked to, and to take over what is booked.
async fn hand_over(tx: &mut Tx, parties: &Parties) -> Result<()> {
    let until = tx.now().plus_seconds(limits::HANDOVER_S);
    let handed = tx
        .sql(HAND_OVER)
        .bind(parties.from_account)
        .bind(parties.client)
        .bind(parties.to_account)
        .bind(until.micros())
        .run()
        .await?;
    if handed == 0 {
        return Err(gone().into());
    }
    assignments::begin(tx, parties.to(), parties.client()).await?;
    series::end_of(tx, parties.from(), Some(parties.client())).await?;
    left::ask(tx, parties.from(), Some(parties.client()), parties.to()).await?;
    tx.wake(Topic::Due);
    Ok(())
}

async fn offer(
    tx: &mut Tx,
    caller: &Caller,
    (client, to): (PersonId, AccountId),
    note: &Note,
) -> Result<TransferId> {
    let open = || Refusal::new(Code::TransferOpen, "offered or handed over already");
    let now = tx.now();
    let serves = tx.sql(SERVES).bind(caller.account.uuid());
    let serves = serves.bind(client.uuid()).bind(now.micros());
    let (serves,): (i64,) = serves.one().await?;
    if serves == 0 {
        return Err(open().into());
    }
    let late = tx.sql(LATE_OF).bind(client.uuid());
    let late = late.bind(caller.account.uuid()).bind(now.micros());
    for (late,) in late.all::<(Uuid,)>().await? {
        close(tx, late.into(), TransferState::Expired, None).await?;
    }
    let id = TransferId::from_parts(now, tx.random());
    let plain = note.reveal().as_bytes();
    let sealed = tx.seal_about(client, TRANSFER_NOTE, id.uuid(), plain);
    let sealed = sealed.await?;
    let inserted = tx
        .sql(INSERT)
        .bind(id.uuid())
        .bind(client.uuid())
        .bind(caller.account.uuid())
        .bind(to.uuid())
        .bind(sealed)
        .bind(now.micros())
        .bind(now.plus_seconds(limits::TRANSFER_S).micros())
        .run()
        .await?;
    if inserted == 0 {
        return Err(open().into());
    }
    let about = About {
        account: to,
        client,
        person: caller.person,
        transfer: Some(id),
    };
    tasks::ask(tx, TaskKind::TransferOffered, &about).await?;
    tx.wake(Topic::Due);
    Ok(id)
}

/// Settles an offer that is open, with the reason about its client; whether it was open. Nobody is asked to answer it any more.
async fn close(
    tx: &mut Tx,
    id: TransferId,
    state: TransferState,
    reason: Option<(PersonId, &Note)>,
) -> Result<bool> {
    let now = tx.now().micros();
    let sealed = match reason {
        Some((client, reason)) => {
            let plain = reason.reveal().as_bytes();
            let sealed = tx.seal_about(client, TRANSFER_REASON, id.uuid(), plain);
            Some(sealed.await?)
        }
        None => None,
    };
    let settled = tx
        .sql(SETTLE)
        .bind(id.uuid())
        .bind(state.as_str())
        .bind(now)
        .bind(sealed)
        .run()
        .await?;
    if settled > 0 {
        tasks::finish_offer(tx, id).await?;
    }
    Ok(settled > 0)
}

/// Tells whoever offered what became of it.
async fn tell(tx: &mut Tx, kind: TaskKind, id: TransferId, parties: &Parties) -> Result<()> {
    let about = About {
        account: parties.from(),
        client: parties.client(),
        person: devices::person_of(tx, parties.to()).await?,
        transfer: Some(id),
    };
    tasks::ask(tx, kind, &about).await
}

/// The account's open offers of this client are void; without a client all of its offers, and those
/// made to it.
pub(crate) async fn void_of(
    tx: &mut Tx,
    account: AccountId,
    client: Option<PersonId>,
) -> Result<()> {
    let open = match client {
        Some(client) => tx.sql(OPEN_ABOUT).bind(account.uuid()).bind(client.uuid()),
        None => tx.sql(OPEN_OF).bind(account.uuid()),
    };
    for (id,) in open.all::<(Uuid,)>().await? {
        close(tx, id.into(), TransferState::Void, None).await?;
        if let Some(parties) = parties(tx, id.into()).await? {
            tx.wake(Topic::Account(parties.from()));
            tx.wake(Topic::Account(parties.to()));
        }
    }
    Ok(())
}

async fn parties(tx: &mut Tx, id: TransferId) -> Result<Option<Parties>> {
    tx.sql(PARTIES).bind(id.uuid()).maybe::<Parties>().await
}

/// Each client once, in ascending order. [`Code::BadRequest`] for none, [`Code::TooLarge`] for too many.
fn once_each(clients: &[PersonId]) -> Result<Vec<PersonId>> {
    let mut clients = clients.to_vec();
    clients.sort_unstable();
    clients.dedup();
    if clients.is_empty() {
        return Err(Refusal::new(Code::BadRequest, "clients: name at least one").into());
    }
    if clients.len() > limits::TRANSFER_CLIENTS_MAX {
        return Err(Refusal::new(Code::TooLarge, "clients: too many").into());
    }
    Ok(clients)
}
