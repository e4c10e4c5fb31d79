//! Planning a circle: a human names the client, a title and the people. Nobody has a right in it yet,
//! and no device has made its group.

use care::Caller;
use care::private::Title;
use care::rules::Act;
use protocol::frame::NoticeKind;
use protocol::http::{Circle, PlanCircle};
use protocol::policy::HistoryMode;
use protocol::{
    AccountId, CircleId, CircleStatus, Code, ConsentId, DeviceId, PersonId, Refusal, Role, limits,
};
use uuid::Uuid;

use crate::agency::{account_of, standing_of};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::CIRCLE_TITLE;
use crate::store::Store;
use crate::tx::Tx;
use crate::{circles, devices, inbox, standing};

statements! {
    INSERT_CIRCLE = "
        INSERT INTO circle (id, client, title, status, generation, epoch, era, history, next_seq, created_at)
        VALUES ($1, $2, $3, 'planned', 0, 0, 0, $5, 1, $4)";
    INSERT_MEMBER = "
        INSERT INTO circle_member (circle, account, role, state, place, invited_at)
        VALUES ($1, $2, $3, 'invited', $4, $5)";
    CIRCLES_OF = "SELECT COUNT(*) FROM circle_member WHERE account = $1 AND state <> 'left'";
    ASSIGNED = "
        SELECT COUNT(*) FROM assignment
        WHERE account = $1 AND client = $2 AND from_at <= $3 AND (ended_at IS NULL OR ended_at > $3)";
    LIVE_CONSENT = "
        SELECT c.id FROM consent c JOIN account a ON a.person = c.caregiver
        WHERE a.id = $1 AND c.client = $2 AND c.from_at <= $3 AND c.withdrawn_at IS NULL
            AND (c.until_at IS NULL OR c.until_at > $3)
        ORDER BY c.from_at DESC, c.id DESC LIMIT 1";
    COVER = "INSERT INTO consent_circle (consent, circle, added_at) VALUES ($1, $2, $3)";
    DEVICES = "
        SELECT d.id FROM circle_member m
            JOIN device d ON d.account = m.account AND d.revoked_at IS NULL
        WHERE m.circle = $1 AND d.packages_at IS NOT NULL";
}

/// Somebody to be named.
struct Named {
    account: AccountId,
    role: Role,
    /// A caregiver's, which from now on covers the circle.
    consent: Option<ConsentId>,
}

impl Store {
    /// Names a new circle and its people. The client and a calling person are always among them.
    /// Caregivers need a live consent of the client ([`Code::ConsentRequired`]), which then covers
    /// messages here; case managers a live assignment ([`Code::NotAllowed`]); another client cannot be
    /// named. The same operation again gets the same circle.
    pub async fn plan_circle(&self, caller: &Caller, plan: PlanCircle) -> Result<Circle> {
        let caller = *caller;
        let title = Title::new(&plan.title)?;
        if plan.members.len() + 2 > limits::CIRCLE_MEMBERS_MAX {
            return Err(Refusal::new(Code::TooLarge, "members: too many").into());
        }
        self.write("plan circle", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, plan.client).await?;
            let object = Object::Person(plan.client);
            let permit = tx.authorize(&caller, Act::PlanCircle, standing, object)?;
            if let Some(done) = operations::made(tx, &caller, Act::PlanCircle, plan.op_id).await? {
                let circle = done.object.into();
                operations::must_be_about(inbox::client_of(tx, circle).await?, plan.client)?;
                return show(tx, &caller, circle, (&title, plan.history)).await;
            }
            let named = name(tx, &caller, &plan).await?;
            let circle = insert(tx, (plan.client, plan.history), &title, &named).await?;
            let outcome = Outcome::of(circle.uuid());
            operations::remember(tx, &caller, Act::PlanCircle, plan.op_id, outcome).await?;
            notify(tx, circle).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Circle(circle))
                    .about(plan.client)
                    .value("title", title.reveal(), salt)
                    .shown(named.iter().map(|named| named.account.uuid())),
            );
            show(tx, &caller, circle, (&title, plan.history)).await
        })
        .await
    }
}

/// The client, the calling person, then the others in the order given; each once.
async fn name(tx: &mut Tx, caller: &Caller, plan: &PlanCircle) -> Result<Vec<Named>> {
    let client = account_of(tx, plan.client, Role::Client)
        .await?
        .ok_or_else(|| Refusal::new(Code::NotFound, "no such client"))?;
    let mut accounts = vec![client];
    if !caller.is_installation() {
        accounts.push(caller.account);
    }
    for account in &plan.members {
        if !accounts.contains(account) {
            accounts.push(*account);
        }
    }
    // Nobody stops serving the client, and nobody's account ends, while they are named.
    let mut held = accounts.clone();
    held.sort_unstable();
    for account in held {
        devices::hold_account(tx, account).await?;
    }
    let mut named = Vec::with_capacity(accounts.len());
    for account in accounts {
        named.push(admit(tx, account, client, plan.client).await?);
    }
    Ok(named)
}

async fn admit(
    tx: &mut Tx,
    account: AccountId,
    client: AccountId,
    person: PersonId,
) -> Result<Named> {
    let (role, ended) = standing_of(tx, account).await?;
    if ended {
        return Err(Refusal::new(Code::AccountState, "an account was ended").into());
    }
    let (circles,): (i64,) = tx.sql(CIRCLES_OF).bind(account.uuid()).one().await?;
    if db::from_db(circles) >= limits::ACCOUNT_CIRCLES_MAX as u64 {
        return Err(Refusal::new(Code::TooLarge, "an account is in too many circles").into());
    }
    let consent = match role {
        Role::Caregiver => Some(live_consent(tx, account, person).await?),
        Role::CaseManager => {
            must_be_assigned(tx, account, person).await?;
            None
        }
        Role::Client if account != client => {
            return Err(Refusal::new(Code::NotAllowed, "another client cannot be named").into());
        }
        Role::Administrator => {
            return Err(Refusal::new(Code::NotAllowed, "administrators are in no circle").into());
        }
        Role::Client | Role::Supervisor | Role::Custodian => None,
    };
    Ok(Named {
        account,
        role,
        consent,
    })
}

async fn live_consent(tx: &mut Tx, account: AccountId, client: PersonId) -> Result<ConsentId> {
    let now = tx.now().micros();
    let row = tx
        .sql(LIVE_CONSENT)
        .bind(account.uuid())
        .bind(client.uuid())
        .bind(now)
        .maybe::<(Uuid,)>()
        .await?;
    let (consent,) = row.ok_or_else(|| {
        Refusal::new(
            Code::ConsentRequired,
            "a caregiver was named without a live consent of the client",
        )
    })?;
    Ok(consent.into())
}

pub(crate) async fn must_be_assigned(
    tx: &mut Tx,
    account: AccountId,
    client: PersonId,
) -> Result<()> {
    let now = tx.now().micros();
    let (assignments,): (i64,) = tx
        .sql(ASSIGNED)
        .bind(account.uuid())
        .bind(client.uuid())
        .bind(now)
        .one()
        .await?;
    if assignments > 0 {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotAllowed,
        "a case manager was named who is not assigned to the client",
    )
    .into())
}

async fn insert(
    tx: &mut Tx,
    (client, history): (PersonId, HistoryMode),
    title: &Title,
    named: &[Named],
) -> Result<CircleId> {
    let circle = CircleId::from_parts(tx.now(), tx.random());
    let now = tx.now().micros();
    let plain = title.reveal().as_bytes();
    let sealed = tx.seal_about(client, CIRCLE_TITLE, circle.uuid(), plain);
    let sealed = sealed.await?;
    tx.sql(INSERT_CIRCLE)
        .bind(circle.uuid())
        .bind(client.uuid())
        .bind(sealed)
        .bind(now)
        .bind(history.as_str())
        .run()
        .await?;
    for (place, named) in (0_i64..).zip(named) {
        tx.sql(INSERT_MEMBER)
            .bind(circle.uuid())
            .bind(named.account.uuid())
            .bind(named.role.as_str())
            .bind(place)
            .bind(now)
            .run()
            .await?;
        if let Some(consent) = named.consent {
            tx.sql(COVER)
                .bind(consent.uuid())
                .bind(circle.uuid())
                .bind(now)
                .run()
                .await?;
        }
    }
    Ok(circle)
}

/// Devices of the named that can take part hear of the circle at once; later ones when they bring
/// their key packages.
async fn notify(tx: &mut Tx, circle: CircleId) -> Result<()> {
    let devices = tx.sql(DEVICES).bind(circle.uuid()).all::<(Uuid,)>().await?;
    for (device,) in devices {
        inbox::notify(tx, DeviceId::from(device), circle, NoticeKind::Roster).await?;
    }
    Ok(())
}

/// The circle as the caller sees it; the installation sees its outline.
async fn show(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    (title, history): (&Title, HistoryMode),
) -> Result<Circle> {
    if !caller.is_installation() {
        return circles::show_one(tx, caller, circle).await;
    }
    Ok(Circle {
        id: circle,
        title: title.reveal().to_owned(),
        client: inbox::client_of(tx, circle).await?,
        status: CircleStatus::Planned,
        generation: 0,
        epoch: 0,
        members: Vec::new(),
        awaiting: Vec::new(),
        leaving: Vec::new(),
        era: 0,
        may_add: false,
        history,
    })
}
