//! The confirmation: somebody who serves a person says that whoever came by the invitation is them. From then on
//! they have the rights of their role; until then the new device asks how far it is.
//!
//! "In person" means that two people compared digits, and only their devices can know that: the server keeps the
//! MAC that says so and hands it on. It takes the word for as long as the meeting can have lasted, and from nobody but
//! the account whose device invited.

use care::Caller;
use care::rules::Act;
use protocol::http::{ConfirmPerson, Intake, OwnIntake};
use protocol::{Bytes, Code, IntakeState, InvitationId, Refusal, Timestamp};

use super::{IntakeRow, audit, find, must_be_32, newest, on, role_of};
use crate::audit::Object;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    CONFIRM_ACCOUNT = "UPDATE account SET confirmed_at = $2 WHERE id = $1";
    CONFIRM = "
        UPDATE intake SET confirmed_at = $2, confirmed_by = $3, verified_at = $4, confirmation = $5
        WHERE id = $1 AND confirmed_at IS NULL AND ended_at IS NULL";
}

impl Store {
    /// Whoever came by the invitation is its person: from here on they have the rights of their role. In
    /// person only by the account that invited, and in time ([`Code::ConfirmationLate`]); otherwise they are
    /// let in unseen. [`Code::InvitationUsed`] unless exactly this identity key waits.
    pub async fn confirm_person(
        &self,
        caller: &Caller,
        invitation: InvitationId,
        confirm: ConfirmPerson,
    ) -> Result<Intake> {
        let caller = *caller;
        if let Some(confirmation) = &confirm.confirmation {
            must_be_32("confirmation", confirmation)?;
        }
        self.write("confirm person", async move |tx: &mut Tx| {
            let act = Act::ConfirmPerson;
            let (permit, row) = on(tx, &caller, act, invitation).await?;
            if operations::seen(tx, &caller, act, confirm.op_id, row.id)
                .await?
                .is_some()
            {
                return Ok(row.intake(tx.now()));
            }
            let now = tx.now();
            let waits = row.state(now) == IntakeState::Arrived;
            if !waits || row.aik.as_deref() != Some(&confirm.aik[..]) {
                let what = "nobody waits with this key";
                return Err(Refusal::new(Code::InvitationUsed, what).into());
            }
            if confirm.confirmation.is_some() {
                in_person(&caller, &row, now)?;
            }
            write_confirmation(tx, &caller, &row, &confirm).await?;
            let outcome = Outcome::of(row.id);
            operations::remember(tx, &caller, act, confirm.op_id, outcome).await?;
            tx.wake(Topic::Account(row.account.into()));
            let who = (row.person.into(), role_of(tx, &row).await?);
            audit(tx, (&caller, permit), who, row.account.into());
            Ok(find(tx, row.id).await?.intake(now))
        })
        .await
    }

    /// How far the caller's own invitation is: asked by the new device until somebody confirms its person.
    pub async fn own_intake(&self, caller: &Caller) -> Result<OwnIntake> {
        let caller = *caller;
        self.read("own intake", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            tx.authorize(&caller, Act::AwaitConfirmation, standing, object)?;
            let row = newest(tx, caller.account).await?;
            let row = row.filter(|row| row.device == Some(caller.device.uuid()));
            let now = tx.now();
            Ok(OwnIntake {
                state: row.as_ref().map(|row| row.state(now)),
                confirmation: row.and_then(|row| row.confirmation).map(Bytes),
            })
        })
        .await
    }
}

/// Whether "in person" can still be said, and by whom.
fn in_person(caller: &Caller, row: &IntakeRow, now: Timestamp) -> Result<()> {
    if row.inviter != caller.account.uuid() {
        let what = "confirmation: only whose device invited can have compared the digits";
        return Err(Refusal::new(Code::BadRequest, what).into());
    }
    if row.mailed > 0 {
        let what = "confirmation: this invitation was mailed, whoever came by it is let in unseen";
        return Err(Refusal::new(Code::BadRequest, what).into());
    }
    if row.until().is_some_and(|until| now <= until) {
        return Ok(());
    }
    let what = "the device came too long ago to be confirmed in person";
    Err(Refusal::new(Code::ConfirmationLate, what).into())
}

async fn write_confirmation(
    tx: &mut Tx,
    caller: &Caller,
    row: &IntakeRow,
    confirm: &ConfirmPerson,
) -> Result<()> {
    let now = tx.now().micros();
    let confirmation = confirm.confirmation.as_ref();
    tx.sql(CONFIRM)
        .bind(row.id)
        .bind(now)
        .bind(caller.account.uuid())
        .bind(confirmation.map(|_| now))
        .bind(confirmation.map(|bytes| bytes.to_vec()))
        .run()
        .await?;
    tx.sql(CONFIRM_ACCOUNT)
        .bind(row.account)
        .bind(now)
        .run()
        .await?;
    Ok(())
}
