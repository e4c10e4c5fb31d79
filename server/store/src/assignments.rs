//! Who serves which client. A supervisor assigns and ends; a case manager may end their own service as long
//! as somebody else serves the client; a transfer hands over (`transfers`). With an assignment every
//! right to the client's circles ends, in the same transaction.
//!
//! Whoever begins or ends an assignment first holds the circles that it concerns, then the accounts of
//! the client and the staff, both in ascending order.

use care::Caller;
use care::rules::{Act, Permit, Standing};
use protocol::http::{AssignClient, EndAssignment};
use protocol::{
    AccountId, CircleId, Code, EntryId, PersonId, Refusal, RemovalReason, Role, TaskKind,
};
use uuid::Uuid;

use crate::appointments::left;
use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::operations::{self, Outcome};
use crate::removals::{self, Whom};
use crate::store::Store;
use crate::tasks::{self, About};
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, client_keys, devices, erasures, roster, series, standing, transfers};

statements! {
    OPEN = "
        SELECT id FROM assignment WHERE account = $1 AND client = $2 AND ended_at IS NULL";
    TAKE_BACK = "
        UPDATE assignment SET ended_at = NULL, handed_to = NULL
        WHERE account = $1 AND client = $2 AND from_at <= $3 AND ended_at > $3";
    INSERT = "
        INSERT INTO assignment (id, account, client, from_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    END = "
        UPDATE assignment SET ended_at = $3
        WHERE account = $1 AND client = $2 AND (ended_at IS NULL OR ended_at > $3)";
    OTHERS = "
        SELECT COUNT(*) FROM assignment g JOIN account a ON a.id = g.account
        WHERE g.client = $1 AND g.account <> $2 AND g.ended_at IS NULL AND a.ended_at IS NULL";
    CIRCLES = "
        SELECT m.circle FROM circle_member m JOIN circle k ON k.id = m.circle
        WHERE m.account = $1 AND k.client = $2 AND m.state <> 'left' ORDER BY m.circle";
}

impl Store {
    /// A supervisor gives a client to a case manager, who is asked by a task to get in touch. Again, or
    /// for one who serves the client already, changes nothing. [`Code::BadRequest`] if either is not
    /// that, [`Code::AccountState`] if the case manager's account was ended.
    pub async fn assign_client(&self, caller: &Caller, asked: AssignClient) -> Result<()> {
        let caller = *caller;
        self.write("assign client", async move |tx: &mut Tx| {
            let AssignClient {
                op_id,
                staff,
                client,
            } = asked;
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(staff);
            let permit = tx.authorize(&caller, Act::Assign, standing, object)?;
            let both = operations::together([staff.uuid(), client.uuid()]);
            if operations::seen(tx, &caller, Act::Assign, op_id, both)
                .await?
                .is_some()
            {
                return Ok(());
            }
            hold(tx, client, &[staff]).await?;
            must_be_a_case_manager(tx, staff).await?;
            agency::must_be(tx, client, Role::Client, "client").await?;
            if begin(tx, staff, client).await? {
                let about = About {
                    account: staff,
                    client,
                    person: client,
                    transfer: None,
                };
                tasks::ask(tx, TaskKind::ClientAssigned, &about).await?;
            }
            operations::remember(tx, &caller, Act::Assign, op_id, Outcome::of(both)).await?;
            tx.audit(Entry::done(&caller, permit, object).about(client));
            Ok(())
        })
        .await
    }

    /// A case manager serves a client no longer: said by a supervisor, or by themselves while somebody
    /// else serves the client ([`Code::OnlyManager`]). Their devices leave the client's circles. Again
    /// changes nothing.
    pub async fn end_assignment(&self, caller: &Caller, asked: EndAssignment) -> Result<()> {
        let caller = *caller;
        self.write("end assignment", async move |tx: &mut Tx| {
            let EndAssignment {
                op_id,
                staff,
                client,
            } = asked;
            let (act, both) = (
                Act::EndAssignment,
                operations::together([staff.uuid(), client.uuid()]),
            );
            let seen = operations::seen(tx, &caller, act, op_id, both).await?;
            let circles = circles(tx, staff, client).await?;
            hold_circles(tx, &circles).await?;
            hold(tx, client, &[staff]).await?;
            if self::circles(tx, staff, client).await? != circles {
                // They were named in another one meanwhile: once more, with all of them held.
                return Err(Error::Busy);
            }
            let standing = Standing {
                own: staff == caller.account,
                ..standing::to_client(tx, &caller, client).await?
            };
            let object = Object::Account(staff);
            if seen.is_some() && standing.session {
                return Ok(());
            }
            let permit = tx.authorize(&caller, Act::EndAssignment, standing, object)?;
            if standing.own {
                must_be_served_by_another(tx, client, staff).await?;
            }
            end(tx, (&caller, permit), staff, client, &circles).await?;
            operations::remember(tx, &caller, act, op_id, Outcome::of(both)).await?;
            tx.audit(Entry::done(&caller, permit, object).about(client));
            Ok(())
        })
        .await
    }
}

/// Holds the accounts of the client and of staff, as far as there are such.
pub(crate) async fn hold(tx: &mut Tx, client: PersonId, staff: &[AccountId]) -> Result<()> {
    let mut accounts = staff.to_vec();
    accounts.extend(agency::account_of(tx, client, Role::Client).await?);
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        devices::hold_account(tx, account).await?;
    }
    Ok(())
}

/// Holds circles in the order in which they stand here: ascending.
pub(crate) async fn hold_circles(tx: &mut Tx, circles: &[CircleId]) -> Result<()> {
    standing::hold_circles(tx, &circles.iter().copied().collect()).await
}

/// [`Code::BadRequest`] unless it is a case manager's account, [`Code::AccountState`] if it was ended.
pub(crate) async fn must_be_a_case_manager(tx: &mut Tx, staff: AccountId) -> Result<()> {
    let (role, ended) = agency::standing_of(tx, staff).await?;
    if role != Role::CaseManager {
        return Err(Refusal::new(Code::BadRequest, "not a case manager").into());
    }
    if ended {
        return Err(Refusal::new(Code::AccountState, "this account was ended").into());
    }
    Ok(())
}

/// They serve the client from now on, without an end; whether that is new. [`Code::BadRequest`] if the
/// client was erased.
pub(crate) async fn begin(tx: &mut Tx, staff: AccountId, client: PersonId) -> Result<bool> {
    let open = tx.sql(OPEN).bind(staff.uuid()).bind(client.uuid());
    if open.maybe::<(Uuid,)>().await?.is_some() {
        return Ok(false);
    }
    if erasures::is_erased(tx, client).await? {
        return Err(client_keys::erased().into());
    }
    let now = tx.now();
    let taken_back = tx
        .sql(TAKE_BACK)
        .bind(staff.uuid())
        .bind(client.uuid())
        .bind(now.micros())
        .run()
        .await?;
    if taken_back == 0 {
        let id = EntryId::from_parts(now, tx.random()).uuid();
        tx.sql(INSERT)
            .bind(id)
            .bind(staff.uuid())
            .bind(client.uuid())
            .bind(now.micros())
            .run()
            .await?;
    }
    left::keep(tx, staff, client).await?;
    tx.wake(Topic::Account(staff));
    Ok(true)
}

/// They serve the client no longer, book no more visits of a series for them, and stand in none of the client's
/// `circles`, which are held. Whoever serves the client from now on is asked to take over what is booked with them.
pub(crate) async fn end(
    tx: &mut Tx,
    by: (&Caller, Permit),
    staff: AccountId,
    client: PersonId,
    circles: &[CircleId],
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(END)
        .bind(staff.uuid())
        .bind(client.uuid())
        .bind(now)
        .run()
        .await?;
    transfers::void_of(tx, staff, Some(client)).await?;
    series::end_of(tx, staff, Some(client)).await?;
    left::ask(tx, staff, Some(client), staff).await?;
    leave(tx, by, staff, circles).await?;
    tx.wake(Topic::Account(staff));
    Ok(())
}

/// The account is in these circles no more, which are held and in ascending order.
pub(crate) async fn leave(
    tx: &mut Tx,
    by: (&Caller, Permit),
    account: AccountId,
    circles: &[CircleId],
) -> Result<()> {
    for circle in circles {
        let whom = Whom::Account(account);
        removals::begin(tx, by, *circle, whom, RemovalReason::Left).await?;
        roster::leave(tx, *circle, account).await?;
        tx.wake(Topic::Circle(*circle));
    }
    Ok(())
}

/// The client's circles in which the account is named, in ascending order.
async fn circles(tx: &mut Tx, staff: AccountId, client: PersonId) -> Result<Vec<CircleId>> {
    let rows = tx.sql(CIRCLES).bind(staff.uuid()).bind(client.uuid());
    let rows = rows.all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(circle,)| circle.into()).collect())
}

async fn must_be_served_by_another(tx: &mut Tx, client: PersonId, staff: AccountId) -> Result<()> {
    let others = tx.sql(OTHERS).bind(client.uuid()).bind(staff.uuid());
    let (others,): (i64,) = others.one().await?;
    if others > 0 {
        return Ok(());
    }
    let what = "nobody else serves this client: offer them to a colleague first";
    Err(Refusal::new(Code::OnlyManager, what).into())
}
