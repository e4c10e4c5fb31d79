//! The administrator's people: who works here, how they come in, what they are, and how they go. An
//! administrator sees staff and no clients, and can do nothing of this to themselves: whoever acts is an
//! administrator who stays, so there is always one.
//!
//! Every change holds the circles that it concerns, then the accounts of all administrators and of
//! whoever it is about, and looks at the caller's rights after that: of two administrators who end each
//! other, one does.
//!
//! Whoever goes, goes at once, whatever is entrusted to them: their sessions, sockets, devices and ways in
//! end in one transaction, and no secret by which they could come in is kept. Clients whom nobody serves then are the first on the supervisors' page.

use care::Caller;
use care::private::Name;
use care::rules::{Act, Standing};
use protocol::http::{
    ChangeRole, EndStaff, InviteAgain, InviteStaff, NewKeys, Staff, StaffCard, StaffEnded,
    StaffLink,
};
use protocol::{AccountId, AddressState, CircleId, Code, DeviceId, Refusal, Role, StaffState};
use uuid::Uuid;

use crate::address_links::Said;
use crate::appointments::{left, team};
use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::devices::{self, Why};
use crate::error::Result;
use crate::jobs::workers;
use crate::operations::{self, Outcome};
use crate::seal::PERSON_NAME;
use crate::store::Store;
use crate::tasks::owner::is_handed_on;
use crate::tx::Tx;
use crate::{
    agency, assignments, authenticators, calendar_feeds, ceremonies, enrolments, identities,
    series, sessions, standing, tickets, transfers, vaults,
};

statements! {
    LIST = "
        SELECT a.id AS account, a.role, a.ended_at, p.id AS person, p.name,
            CAST(CASE WHEN a.aik IS NULL THEN 0 ELSE 1 END AS BIGINT) AS active,
            (SELECT MAX(i.expires_at) FROM invitation i WHERE i.account = a.id
                AND i.used_at IS NULL AND i.expires_at > $1) AS invited_until,
            (SELECT MAX(s.last_seen_at) FROM session s WHERE s.account = a.id) AS seen_at,
            d.id AS address, d.confirmed_at, d.refused_at, d.disowned_at
        FROM account a JOIN person p ON p.id = a.person
            LEFT JOIN address d ON d.person = p.id AND d.channel = 'email' AND d.ended_at IS NULL
        WHERE a.role IN ('case_manager', 'supervisor', 'administrator', 'custodian')
        ORDER BY a.id";
    CALLED = "
        SELECT p.id, p.name FROM account a JOIN person p ON p.id = a.person WHERE a.id = $1";
    HOLD = "
        UPDATE account SET session_generation = session_generation
        WHERE role = 'administrator' OR id = $1";
    CIRCLES = "
        SELECT circle FROM circle_member WHERE account = $1 AND state <> 'left' ORDER BY circle";
    SET_ROLE = "
        UPDATE account SET role = $2, grant_generation = grant_generation + 1 WHERE id = $1";
    SIGN_OUT = "UPDATE account SET session_generation = session_generation + 1 WHERE id = $1";
    END = "
        UPDATE account SET ended_at = $2, session_generation = session_generation + 1 WHERE id = $1";
    SERVED = "
        SELECT COUNT(*) FROM assignment WHERE account = $1 AND (ended_at IS NULL OR ended_at > $2)";
    END_ASSIGNMENTS = "
        UPDATE assignment SET ended_at = $2
        WHERE account = $1 AND (ended_at IS NULL OR ended_at > $2)";
    LEFT_ALONE = "
        SELECT COUNT(DISTINCT g.client) FROM assignment g
        WHERE g.account = $1 AND g.ended_at = $2
            AND NOT EXISTS (SELECT 1 FROM assignment o WHERE o.client = g.client
                AND o.from_at <= $2 AND (o.ended_at IS NULL OR o.ended_at > $2))";
    // What is for whoever serves the client goes over to whoever does by now, or will.
    END_TASKS = concat!("
        UPDATE task SET done_at = $2
        WHERE account = $1 AND done_at IS NULL AND NOT ", is_handed_on!("task"));
    VOID_INVITATIONS = "
        UPDATE invitation SET expires_at = $2
        WHERE account = $1 AND used_at IS NULL AND expires_at > $2";
    // Unless the person has another account here.
    END_ADDRESSES = "
        UPDATE address SET ended_at = $2
        WHERE ended_at IS NULL AND person = (SELECT a.person FROM account a WHERE a.id = $1)
            AND NOT EXISTS (SELECT 1 FROM account o
                WHERE o.person = address.person AND o.id <> $1 AND o.ended_at IS NULL)";
}

#[derive(sqlx::FromRow)]
struct StaffRow {
    account: Uuid,
    role: String,
    ended_at: Option<i64>,
    person: Uuid,
    name: Vec<u8>,
    active: i64,
    invited_until: Option<i64>,
    seen_at: Option<i64>,
    /// Where mails reach them, if anywhere.
    address: Option<Uuid>,
    #[sqlx(flatten)]
    said: Said,
}

impl StaffRow {
    fn state(&self) -> StaffState {
        if self.ended_at.is_some() {
            StaffState::Ended
        } else if self.active != 0 {
            StaffState::Active
        } else if self.invited_until.is_some() {
            StaffState::Invited
        } else {
            StaffState::Uninvited
        }
    }

    async fn card(&self, tx: &mut Tx) -> Result<StaffCard> {
        let state = self.state();
        let until = self
            .invited_until
            .filter(|_| state == StaffState::Invited)
            .map(db::at);
        let name = tx.open_text(PERSON_NAME, self.person, &self.name).await?;
        let zone = &tx.core().zone;
        Ok(StaffCard {
            person: self.person.into(),
            account: self.account.into(),
            name,
            role: db::role(&self.role)?,
            state,
            invited_until: until,
            seen_on: self.seen_at.map(|at| zone.date(db::at(at)).to_string()),
            address: match self.address {
                Some(_) => self.said.state(),
                None => AddressState::Absent,
            },
        })
    }
}

/// Whom administrators invite and end.
fn works_here(role: Role) -> bool {
    standing::is_staff(role) || role == Role::Custodian
}

impl Store {
    /// The staff and the record-keeper, ended ones too. For administrators.
    pub async fn staff(&self, caller: &Caller) -> Result<Staff> {
        let caller = *caller;
        self.read_audited("staff", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListStaff, standing, object)?;
            let now = tx.now().micros();
            let rows = tx.sql(LIST).bind(now).all::<StaffRow>().await?;
            let mut members = Vec::with_capacity(rows.len());
            for row in rows {
                members.push(row.card(tx).await?);
            }
            let shown = members.iter().map(|card| card.person.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(Staff { members })
        })
        .await
    }

    /// Adds a member of staff and gives out a one-time link, which is shown once. The same operation again
    /// gives out a fresh link instead of the lost one, as long as nobody has come in by one
    /// ([`Code::AccountState`]). [`Code::BadRequest`] for a role that does not work here.
    pub async fn invite_staff(&self, caller: &Caller, asked: InviteStaff) -> Result<StaffLink> {
        let caller = *caller;
        let name = Name::new(&asked.name)?;
        self.write("invite staff", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Agency(Uuid::nil());
            let permit = tx.authorize(&caller, Act::InviteStaff, standing, object)?;
            if !works_here(asked.role) {
                return Err(Refusal::new(Code::BadRequest, "role: not one of staff").into());
            }
            let (act, op_id) = (Act::InviteStaff, asked.op_id);
            let account = if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                // Nobody's link is given out as another's.
                must_be_called(tx, done.object, &name).await?;
                done.object.into()
            } else {
                // Whoever invites gives the link to whom it is for.
                let confirmed = Some(tx.now());
                agency::add(tx, &name, asked.role, confirmed).await?.account
            };
            let salt = tx.random();
            let entry = Entry::done(&caller, permit, Object::Account(account));
            tx.audit(entry.value("name", name.reveal(), salt));
            give_link(tx, account, (&caller, asked.op_id)).await
        })
        .await
    }

    /// Gives out a new link to somebody who has not come in yet; earlier ones are void.
    /// [`Code::AccountState`] for one who has, or whose account was ended; [`Code::NotFound`] for
    /// anybody who is not of staff.
    pub async fn invite_staff_again(
        &self,
        caller: &Caller,
        account: AccountId,
        asked: InviteAgain,
    ) -> Result<StaffLink> {
        let caller = *caller;
        self.write("invite staff again", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(account);
            let permit = tx.authorize(&caller, Act::InviteStaff, standing, object)?;
            must_work_here(tx, account).await?;
            tx.audit(Entry::done(&caller, permit, object));
            give_link(tx, account, (&caller, asked.op_id)).await
        })
        .await
    }

    /// Makes a member of staff a case manager, supervisor or administrator. Their sessions and sockets end
    /// at once, they are in no circle any more and come along to no visit, their calendar feed is gone, and no agenda and
    /// no digest comes any more that was theirs before: what they were let in as, they are no longer.
    /// [`Code::ServesClients`] while clients are entrusted to them. Never one's own. Again changes nothing.
    pub async fn change_role(
        &self,
        caller: &Caller,
        account: AccountId,
        asked: ChangeRole,
    ) -> Result<()> {
        let caller = *caller;
        self.write("change role", async move |tx: &mut Tx| {
            let circles = hold(tx, account).await?;
            let object = Object::Account(account);
            let standing = to_account(tx, &caller, account).await?;
            let permit = tx.authorize(&caller, Act::ChangeRole, standing, object)?;
            let (act, op_id) = (Act::ChangeRole, asked.op_id);
            let done = operations::seen(tx, &caller, act, op_id, account.uuid()).await?;
            if done.is_some() {
                return Ok(());
            }
            let role = must_work_here(tx, account).await?;
            if !standing::is_staff(asked.role) || role == Role::Custodian {
                return Err(Refusal::new(Code::BadRequest, "role: not one of staff").into());
            }
            operations::remember(tx, &caller, act, op_id, Outcome::of(account.uuid())).await?;
            let salt = tx.random();
            let entry = Entry::done(&caller, permit, object);
            tx.audit(entry.value("role", asked.role.as_str(), salt));
            if role == asked.role {
                return Ok(());
            }
            must_serve_nobody(tx, account).await?;
            assignments::leave(tx, (&caller, permit), account, &circles).await?;
            team::leave(tx, (&caller, permit), account).await?;
            calendar_feeds::end_of(tx, account).await?;
            workers::end_of(tx, account).await?;
            tx.sql(SET_ROLE)
                .bind(account.uuid())
                .bind(asked.role.as_str())
                .run()
                .await?;
            sessions::end_all(tx, account).await
        })
        .await
    }

    /// Ends every session of a member of staff, here and on their sockets. Their devices stay.
    /// Again ends what has begun since.
    pub async fn end_sessions(
        &self,
        caller: &Caller,
        account: AccountId,
        asked: EndStaff,
    ) -> Result<()> {
        let caller = *caller;
        self.write("end sessions", async move |tx: &mut Tx| {
            let object = Object::Account(account);
            let standing = to_account(tx, &caller, account).await?;
            let permit = tx.authorize(&caller, Act::EndSessions, standing, object)?;
            let (act, op_id) = (Act::EndSessions, asked.op_id);
            let done = operations::seen(tx, &caller, act, op_id, account.uuid()).await?;
            if done.is_some() {
                return Ok(());
            }
            must_work_here(tx, account).await?;
            tx.sql(SIGN_OUT).bind(account.uuid()).run().await?;
            sessions::end_all(tx, account).await?;
            operations::remember(tx, &caller, act, op_id, Outcome::of(account.uuid())).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// Somebody works here no longer: sessions, sockets, devices, passkeys, links and the vault end, their
    /// devices leave every circle, they come along to no visit, what was entrusted to them is nobody's or somebody else's. Never
    /// oneself. Again gets the same answer.
    pub async fn end_account(
        &self,
        caller: &Caller,
        account: AccountId,
        asked: EndStaff,
    ) -> Result<StaffEnded> {
        let caller = *caller;
        self.write("end account", async move |tx: &mut Tx| {
            let circles = hold(tx, account).await?;
            let object = Object::Account(account);
            let standing = to_account(tx, &caller, account).await?;
            let permit = tx.authorize(&caller, Act::EndAccount, standing, object)?;
            let (act, op_id) = (Act::EndAccount, asked.op_id);
            let done = operations::seen(tx, &caller, act, op_id, account.uuid()).await?;
            if let Some(done) = done {
                return Ok(StaffEnded {
                    clients_left: db::small(to_db(done.seq)),
                });
            }
            must_work_here(tx, account).await?;
            team::leave(tx, (&caller, permit), account).await?;
            let devices: Vec<DeviceId> = devices::live(tx, account).await?;
            devices::revoke(tx, (&caller, permit), account, &devices, Why::Ended).await?;
            assignments::leave(tx, (&caller, permit), account, &circles).await?;
            transfers::void_of(tx, account, None).await?;
            end(tx, account).await?;
            let now = tx.now().micros();
            let left = tx.sql(LEFT_ALONE).bind(account.uuid()).bind(now);
            let (left,): (i64,) = left.one().await?;
            let outcome = Outcome {
                seq: db::from_db(left),
                ..Outcome::of(account.uuid())
            };
            operations::remember(tx, &caller, act, op_id, outcome).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(StaffEnded {
                clients_left: db::small(left),
            })
        })
        .await
    }
}

/// Holds what a change of the account concerns; the circles in which it is named, in ascending order.
async fn hold(tx: &mut Tx, account: AccountId) -> Result<Vec<CircleId>> {
    let circles = circles(tx, account).await?;
    assignments::hold_circles(tx, &circles).await?;
    tx.sql(HOLD).bind(account.uuid()).run().await?;
    if self::circles(tx, account).await? != circles {
        // They were named in another one meanwhile: once more, with all of them held.
        return Err(crate::error::Error::Busy);
    }
    Ok(circles)
}

async fn circles(tx: &mut Tx, account: AccountId) -> Result<Vec<CircleId>> {
    let rows = tx.sql(CIRCLES).bind(account.uuid());
    let rows = rows.all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(circle,)| circle.into()).collect())
}

/// The caller and the account of somebody.
async fn to_account(tx: &mut Tx, caller: &Caller, account: AccountId) -> Result<Standing> {
    Ok(Standing {
        own: caller.account == account,
        another: caller.account != account,
        ..standing::of_session(tx, caller).await?
    })
}

/// The role of somebody of staff whose account was not ended; clients and caregivers are nobody here.
async fn must_work_here(tx: &mut Tx, account: AccountId) -> Result<Role> {
    let (role, ended) = agency::standing_of(tx, account).await?;
    if !works_here(role) {
        return Err(Refusal::new(Code::NotFound, "no such account").into());
    }
    if ended {
        return Err(Refusal::new(Code::AccountState, "this account was ended").into());
    }
    Ok(role)
}

async fn must_serve_nobody(tx: &mut Tx, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    let served = tx.sql(SERVED).bind(account.uuid()).bind(now);
    let (served,): (i64,) = served.one().await?;
    if served == 0 {
        return Ok(());
    }
    let what = "clients are entrusted to this account: transfer or end that first";
    Err(Refusal::new(Code::ServesClients, what).into())
}

async fn must_be_called(tx: &mut Tx, account: Uuid, name: &Name) -> Result<()> {
    let called = tx.sql(CALLED).bind(account);
    let (person, sealed) = called.one::<(Uuid, Vec<u8>)>().await?;
    if tx.open_text(PERSON_NAME, person, &sealed).await? == name.reveal() {
        return Ok(());
    }
    Err(operations::of_another().into())
}

async fn give_link(
    tx: &mut Tx,
    account: AccountId,
    (caller, op_id): (&Caller, protocol::OpId),
) -> Result<StaffLink> {
    devices::hold_account(tx, account).await?;
    if devices::aik(tx, account).await?.is_some() {
        return Err(Refusal::new(Code::AccountState, "they have come in already").into());
    }
    let (act, of) = (Act::InviteStaff, account.uuid());
    let done = operations::seen(tx, caller, act, op_id, of).await?;
    if done.is_none() {
        operations::remember(tx, caller, act, op_id, Outcome::of(of)).await?;
    }
    let NewKeys { link, expires_at } = identities::invite(tx, account).await?;
    Ok(StaffLink {
        account,
        link,
        expires_at,
    })
}

/// Everything of the account's own ends, devices and circles aside.
async fn end(tx: &mut Tx, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    for sql in [
        END_ASSIGNMENTS,
        END_TASKS,
        VOID_INVITATIONS,
        END_ADDRESSES,
        END,
    ] {
        tx.sql(sql).bind(account.uuid()).bind(now).run().await?;
    }
    workers::end_of(tx, account).await?;
    series::end_of(tx, account, None).await?;
    left::ask(tx, account, None, account).await?;
    calendar_feeds::end_of(tx, account).await?;
    forget_secrets(tx, account).await?;
    sessions::end_all(tx, account).await
}

/// Passkeys, password, code app, vault with its recovery code, and whatever is between a question and its
/// answer.
async fn forget_secrets(tx: &mut Tx, account: AccountId) -> Result<()> {
    authenticators::end_all(tx, account).await?;
    vaults::forget(tx, account).await?;
    ceremonies::forget(tx, account).await?;
    enrolments::forget(tx, account).await?;
    tickets::forget(tx, account).await
}
