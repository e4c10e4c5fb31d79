//! Intake: a case manager adds a client or a caregiver and invites them; whoever comes has no right before
//! somebody who serves them says that it is them. [`added`] has whom they add, [`confirmation`] the word that lets them
//! in; the invitation between the two is here.
//!
//! The server knows an invitation by what the inviting device derived from its secret, which the server never
//! has unless it is to mail the link (`single_mails`). What the two devices' MACs say only they can check:
//! here they are kept and handed on. "In person" is taken for [`limits::CONFIRMATION_S`] after the device came,
//! from the inviting account alone, and never by a mailed invitation.

use care::Caller;
use care::email::EmailAddress;
use care::rules::{Act, Permit};
use protocol::http::{Arrival, EndInvitation, Intake, InvitePerson, PersonIntake};
use protocol::{
    AccountId, Bytes, Code, DeviceId, IntakeState, InvitationId, PersonId, Refusal, Role,
    Timestamp, limits,
};
use uuid::Uuid;

use crate::agency;
use crate::audit::{Entry, Object};
use crate::db;
use crate::devices::{self, Why};
use crate::error::{Error, Result};
use crate::identities;
use crate::operations::{self, Outcome};
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

pub(crate) mod added;
pub(crate) mod confirmation;

/// One invitation with its account. `$1` is what the condition names.
macro_rules! intake {
    ($condition:expr) => {
        concat!(
            "
        SELECT n.id, n.account, n.inviter, n.arrived_at, n.device, n.mac, n.confirmed_at,
            n.verified_at, n.confirmation, n.ended_at, i.expires_at, a.aik, a.person,
            (SELECT COUNT(*) FROM single_mail m WHERE m.intake = n.id) AS mailed
        FROM intake n
            JOIN invitation i ON i.id = n.id
            JOIN account a ON a.id = n.account
        WHERE ",
            $condition
        )
    };
}

statements! {
    BY_ID = intake!("n.id = $1");
    OF_ACCOUNT = intake!("n.account = $1
            ORDER BY CASE WHEN n.ended_at IS NULL THEN 0 ELSE 1 END, n.created_at DESC, n.id DESC LIMIT 1");
    INSERT_INVITATION = "
        INSERT INTO invitation (id, secret_hash, account, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (secret_hash) DO NOTHING";
    INSERT = "
        INSERT INTO intake (id, account, inviter, inviter_aik, inviter_mac, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    END_EARLIER = "
        UPDATE intake SET ended_at = $2
        WHERE account = $1 AND ended_at IS NULL AND confirmed_at IS NULL";
    VOID = "
        UPDATE invitation SET expires_at = $2
        WHERE account = $1 AND used_at IS NULL AND expires_at > $2";
    UNCONFIRM = "UPDATE account SET confirmed_at = NULL WHERE id = $1";
    END = "UPDATE intake SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    ARRIVE = "
        UPDATE intake SET arrived_at = $2, device = $3, mac = $4
        WHERE id = $1 AND arrived_at IS NULL AND ended_at IS NULL";
    WITHOUT_KEY = "UPDATE account SET aik = NULL WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct IntakeRow {
    id: Uuid,
    account: Uuid,
    inviter: Uuid,
    arrived_at: Option<i64>,
    device: Option<Uuid>,
    mac: Option<Vec<u8>>,
    confirmed_at: Option<i64>,
    verified_at: Option<i64>,
    confirmation: Option<Vec<u8>>,
    ended_at: Option<i64>,
    expires_at: i64,
    aik: Option<Vec<u8>>,
    person: Uuid,
    mailed: i64,
}

impl IntakeRow {
    fn state(&self, now: Timestamp) -> IntakeState {
        if self.ended_at.is_some() {
            IntakeState::Over
        } else if self.verified_at.is_some() {
            IntakeState::Verified
        } else if self.confirmed_at.is_some() {
            IntakeState::LetIn
        } else if self.arrived_at.is_some() {
            IntakeState::Arrived
        } else if now > db::at(self.expires_at) {
            IntakeState::Over
        } else {
            IntakeState::Open
        }
    }

    /// Until when the device that came can be confirmed in person.
    fn until(&self) -> Option<Timestamp> {
        self.arrived_at
            .map(|at| db::at(at).plus_seconds(limits::CONFIRMATION_S))
    }

    fn intake(&self, now: Timestamp) -> Intake {
        let arrived = (self.arrived_at, &self.mac, &self.aik, self.until());
        let arrived = match arrived {
            (Some(at), Some(mac), Some(aik), Some(until)) if self.ended_at.is_none() => {
                Some(Arrival {
                    aik: aik.clone().into(),
                    mac: mac.clone().into(),
                    at: db::at(at),
                    until,
                })
            }
            _ => None,
        };
        Intake {
            invitation: self.id.into(),
            account: self.account.into(),
            inviter: self.inviter.into(),
            state: self.state(now),
            expires_at: db::at(self.expires_at),
            mailed: self.mailed > 0,
            arrived,
        }
    }
}

/// 32 bytes.
fn must_be_32(field: &str, bytes: &Bytes) -> Result<()> {
    if bytes.len() == 32 {
        return Ok(());
    }
    Err(Refusal::new(Code::BadRequest, format!("{field}: not 32 bytes")).into())
}

impl Store {
    /// An invitation for a client or caregiver whom the caller serves, by a link that the caller's device
    /// made, good once and for [`limits::INVITATION_S`]. Ends an earlier one that nobody used. Who comes by
    /// it has no right before [`Store::confirm_person`]. [`Code::InvitationUsed`] if a device came already.
    pub async fn invite_person(
        &self,
        caller: &Caller,
        person: PersonId,
        invite: InvitePerson,
    ) -> Result<Intake> {
        let caller = *caller;
        check(&invite)?;
        self.write("invite person", async move |tx: &mut Tx| {
            let (id, _) = begin(tx, &caller, person, &invite, None).await?;
            stands(tx, id).await
        })
        .await
    }

    /// How a person's newest invitation stands, for whoever serves them.
    pub async fn person_intake(&self, caller: &Caller, person: PersonId) -> Result<PersonIntake> {
        let caller = *caller;
        self.read_audited("person intake", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ReadIntake, standing, object)?;
            let (account, role) = identities::account_of(tx, &caller, person).await?;
            let row = newest(tx, account).await?;
            audit(tx, (&caller, permit), (person, role), account);
            let intake = row.map(|row| row.intake(tx.now()));
            Ok(PersonIntake { intake })
        })
        .await
    }

    /// The invitation is over; a device that came by it and was not confirmed is turned away with its keys,
    /// and the person can be invited anew. Again does nothing more. [`Code::InvitationUsed`] once confirmed.
    pub async fn end_invitation(
        &self,
        caller: &Caller,
        invitation: InvitationId,
        end: EndInvitation,
    ) -> Result<Intake> {
        let caller = *caller;
        self.write("end invitation", async move |tx: &mut Tx| {
            let act = Act::EndInvitation;
            let (permit, row) = on(tx, &caller, act, invitation).await?;
            if operations::seen(tx, &caller, act, end.op_id, row.id)
                .await?
                .is_some()
            {
                return Ok(row.intake(tx.now()));
            }
            if row.confirmed_at.is_some() {
                let what = "they are in already";
                return Err(Refusal::new(Code::InvitationUsed, what).into());
            }
            let now = tx.now();
            let account = AccountId::from(row.account);
            void(tx, account, now).await?;
            if let (Some(device), None) = (row.device, row.ended_at) {
                let devices = [DeviceId::from(device)];
                let by = (&caller, permit);
                devices::revoke(tx, by, account, &devices, Why::NewKeys).await?;
                devices::hold_account(tx, account).await?;
                tx.sql(WITHOUT_KEY).bind(row.account).run().await?;
            }
            tx.sql(END).bind(row.id).bind(now.micros()).run().await?;
            let outcome = Outcome::of(row.id);
            operations::remember(tx, &caller, act, end.op_id, outcome).await?;
            let who = (row.person.into(), role_of(tx, &row).await?);
            audit(tx, (&caller, permit), who, account);
            Ok(find(tx, row.id).await?.intake(now))
        })
        .await
    }
}

/// An invitation as a device sends it.
pub(crate) fn check(invite: &InvitePerson) -> Result<()> {
    must_be_32("lookup_hash", &invite.lookup_hash)?;
    must_be_32("mac", &invite.mac)
}

/// Begins an invitation, mailed or not, and whether it was begun only now: the same operation again is the
/// same invitation.
pub(crate) async fn begin(
    tx: &mut Tx,
    caller: &Caller,
    person: PersonId,
    invite: &InvitePerson,
    mailed_to: Option<&EmailAddress>,
) -> Result<(InvitationId, bool)> {
    let standing = standing::to_person(tx, caller, person).await?;
    let object = Object::Person(person);
    let permit = tx.authorize(caller, Act::InvitePerson, standing, object)?;
    let (account, role) = identities::account_of(tx, caller, person).await?;
    let (act, op_id) = (Act::InvitePerson, invite.op_id);
    if let Some(done) = operations::made(tx, caller, act, op_id).await? {
        let made_for = find(tx, done.object).await?.person;
        operations::must_be_about(made_for.into(), person)?;
        return Ok((done.object.into(), false));
    }
    devices::hold_account(tx, account).await?;
    if devices::aik(tx, account).await?.is_some() {
        let what = "a device of theirs came already";
        return Err(Refusal::new(Code::InvitationUsed, what).into());
    }
    let id = insert(tx, caller, account, invite).await?;
    operations::remember(tx, caller, act, op_id, Outcome::of(id.uuid())).await?;
    let mut entry = concerning((caller, permit), (person, role), account);
    if let Some(to) = mailed_to {
        let salt = tx.random();
        entry = entry.value("email", to.reveal(), salt);
    }
    tx.audit(entry);
    Ok((id, true))
}

/// How an invitation stands.
pub(crate) async fn stands(tx: &mut Tx, id: InvitationId) -> Result<Intake> {
    Ok(find(tx, id.uuid()).await?.intake(tx.now()))
}

/// The permit to do something to an invitation, and how it stands, with its account held.
async fn on(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    invitation: InvitationId,
) -> Result<(Permit, IntakeRow)> {
    let known = tx
        .sql(BY_ID)
        .bind(invitation.uuid())
        .maybe::<IntakeRow>()
        .await?;
    // Of one that never was nobody serves the person.
    let person = known.as_ref().map_or(Uuid::nil(), |row| row.person);
    let standing = standing::to_person(tx, caller, person.into()).await?;
    let permit = tx.authorize(caller, act, standing, Object::Person(person.into()))?;
    let known = known.ok_or_else(|| Error::from(Code::NotFound))?;
    devices::hold_account(tx, known.account.into()).await?;
    Ok((permit, find(tx, known.id).await?))
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<IntakeRow> {
    tx.sql(BY_ID).bind(id).one().await
}

async fn newest(tx: &mut Tx, account: AccountId) -> Result<Option<IntakeRow>> {
    tx.sql(OF_ACCOUNT).bind(account.uuid()).maybe().await
}

async fn role_of(tx: &mut Tx, row: &IntakeRow) -> Result<Role> {
    agency::role_of(tx, row.account.into()).await
}

/// Links of the account that nobody used are good no longer.
async fn void(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<()> {
    tx.sql(VOID)
        .bind(account.uuid())
        .bind(now.plus_seconds(-1).micros())
        .run()
        .await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    account: AccountId,
    invite: &InvitePerson,
) -> Result<InvitationId> {
    let now = tx.now();
    let aik = devices::aik(tx, caller.account).await?;
    let aik = aik.ok_or(Code::DeviceUnknown)?;
    void(tx, account, now).await?;
    let ended = tx.sql(END_EARLIER).bind(account.uuid()).bind(now.micros());
    ended.run().await?;
    tx.sql(UNCONFIRM).bind(account.uuid()).run().await?;
    let id = InvitationId::from_parts(now, tx.random());
    let inserted = tx
        .sql(INSERT_INVITATION)
        .bind(id.uuid())
        .bind(invite.lookup_hash.to_vec())
        .bind(account.uuid())
        .bind(now.micros())
        .bind(now.plus_seconds(limits::INVITATION_S).micros())
        .run()
        .await?;
    if inserted == 0 {
        return Err(Refusal::new(Code::BadRequest, "lookup_hash: was used before").into());
    }
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(account.uuid())
        .bind(caller.account.uuid())
        .bind(aik.to_vec())
        .bind(invite.mac.to_vec())
        .bind(now.micros())
        .run()
        .await?;
    Ok(id)
}

/// What is done to a person's invitation concerns the client whom they are.
fn concerning(
    (caller, permit): (&Caller, Permit),
    (person, role): (PersonId, Role),
    account: AccountId,
) -> Entry {
    let entry = Entry::done(caller, permit, Object::Person(person)).shown([account.uuid()]);
    match role {
        Role::Client => entry.about(person),
        _ => entry,
    }
}

fn audit(tx: &mut Tx, by: (&Caller, Permit), who: (PersonId, Role), account: AccountId) {
    tx.audit(concerning(by, who, account));
}

/// A device came by an invitation; whose device invited hears of it.
pub(crate) async fn arrive(
    tx: &mut Tx,
    (id, inviter): (Uuid, AccountId),
    device: DeviceId,
    mac: &Bytes,
) -> Result<()> {
    let now = tx.now().micros();
    let arrived = tx
        .sql(ARRIVE)
        .bind(id)
        .bind(now)
        .bind(device.uuid())
        .bind(mac.to_vec())
        .run()
        .await?;
    if arrived == 0 {
        // It was ended at this very moment.
        return Err(Refusal::new(Code::InvitationExpired, "this invitation is over").into());
    }
    tx.wake(Topic::Account(inviter));
    Ok(())
}
