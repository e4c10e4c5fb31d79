//! Naming somebody in a circle that exists: a case manager who serves the client now, by one who is inside
//! and serves the client too. Nobody comes in by an assignment alone; a human says so, circle by circle.
//! The newcomer reads nothing from before they came in unless somebody shares it.

use care::Caller;
use care::membership::{Invited, Left, Stage as _, Step};
use care::rules::Act;
use protocol::frame::NoticeKind;
use protocol::http::{Circle, NameMember};
use protocol::{AccountId, CircleId, Code, DeviceId, Refusal, Role, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, circles, db, devices, inbox, planning, standing};

statements! {
    MEMBER = "SELECT state FROM circle_member WHERE circle = $1 AND account = $2";
    PLACES = "SELECT COUNT(*) FROM circle_member WHERE circle = $1";
    INSERT = "
        INSERT INTO circle_member (circle, account, role, state, place, invited_at)
        VALUES ($1, $2, 'case_manager', $5, $3, $4)";
    COME_BACK = "
        UPDATE circle_member SET state = $5, role = 'case_manager', invited_at = $3
        WHERE circle = $1 AND account = $2 AND state = $4";
    STAYS = "
        SELECT COUNT(*) FROM circle_device WHERE circle = $1 AND account = $2";
    DEVICES = "
        SELECT d.id FROM circle_member m
            JOIN device d ON d.account = m.account AND d.revoked_at IS NULL
        WHERE m.circle = $1 AND m.state <> 'left' AND d.packages_at IS NOT NULL ORDER BY d.id";
}

/// Whoever left is named again.
const BACK: Step = Step::between::<Left, Invited>();

impl Store {
    /// Names a case manager who serves the client ([`Code::NotAllowed`]) in an existing circle; a device
    /// inside adds theirs. Somebody whose devices are still on their way out waits for that
    /// ([`Code::PendingRemovals`]). One who is named already changes nothing, and so does the same
    /// operation again.
    pub async fn name_member(
        &self,
        caller: &Caller,
        circle: CircleId,
        asked: NameMember,
    ) -> Result<Circle> {
        let caller = *caller;
        self.write("name member", async move |tx: &mut Tx| {
            standing::hold_circle(tx, circle).await?;
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::NameMember, facts.standing, object)?;
            let state = facts.live()?;
            let (act, op_id) = (Act::NameMember, asked.op_id);
            let both = operations::together([circle.uuid(), asked.account.uuid()]);
            let done = operations::seen(tx, &caller, act, op_id, both).await?;
            if done.is_none() {
                devices::hold_account(tx, asked.account).await?;
                must_serve(tx, asked.account, state.client).await?;
                name(tx, circle, asked.account).await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(both)).await?;
                let entry = Entry::done(&caller, permit, object).about(state.client);
                tx.audit(entry.shown([asked.account.uuid()]));
            }
            circles::show_one(tx, &caller, circle).await
        })
        .await
    }
}

async fn must_serve(tx: &mut Tx, account: AccountId, client: protocol::PersonId) -> Result<()> {
    let (role, ended) = agency::standing_of(tx, account).await?;
    if role != Role::CaseManager || ended {
        return Err(Refusal::new(Code::NotAllowed, "not a case manager who works here").into());
    }
    planning::must_be_assigned(tx, account, client).await
}

async fn name(tx: &mut Tx, circle: CircleId, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    let member = tx.sql(MEMBER).bind(circle.uuid()).bind(account.uuid());
    match member.maybe::<(String,)>().await? {
        Some((state,)) if state == BACK.from() => {
            let stays = tx.sql(STAYS).bind(circle.uuid()).bind(account.uuid());
            let (stays,): (i64,) = stays.one().await?;
            if stays > 0 {
                return Err(Code::PendingRemovals.into());
            }
            let back = tx.sql(COME_BACK).bind(circle.uuid()).bind(account.uuid());
            let back = back.bind(now).bind(BACK.from());
            back.bind(BACK.to()).run().await?;
        }
        Some(_) => return Ok(()),
        None => {
            let (places,): (i64,) = tx.sql(PLACES).bind(circle.uuid()).one().await?;
            if db::from_db(places) >= limits::CIRCLE_MEMBERS_MAX as u64 {
                return Err(Refusal::new(Code::TooLarge, "too many people").into());
            }
            tx.sql(INSERT)
                .bind(circle.uuid())
                .bind(account.uuid())
                .bind(places)
                .bind(now)
                .bind(Invited::STATE.as_str())
                .run()
                .await?;
        }
    }
    tell(tx, circle).await
}

/// Every device of the named that can take part looks at the circle again: the newcomer's learn of it,
/// one inside adds them.
async fn tell(tx: &mut Tx, circle: CircleId) -> Result<()> {
    let devices = tx.sql(DEVICES).bind(circle.uuid()).all::<(Uuid,)>().await?;
    for (device,) in devices {
        inbox::notify(tx, DeviceId::from(device), circle, NoticeKind::Roster).await?;
    }
    tx.wake(Topic::Circle(circle));
    Ok(())
}
