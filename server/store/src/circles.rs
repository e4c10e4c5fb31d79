//! Circles as their people see them: title, people, their devices, who waits to be added.
//!
//! One list is a handful of statements however long it is: each reads a range of circle ids, which is
//! everything for the list and one id for one circle.

use std::collections::BTreeMap;

use care::Caller;
use care::rules::{Act, Standing, may};
use protocol::http::{Circle, Circles, Member};
use protocol::{
    AccountId, Bytes, CircleId, CircleStatus, Code, DeviceId, MemberState, Refusal, Role, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::seal::{CIRCLE_TITLE, PERSON_NAME};
use crate::store::Store;
use crate::tx::Tx;
use crate::{removal_keys, standing};

statements! {
    CIRCLES = "
        SELECT k.id, k.client, k.title, k.status, k.generation, k.epoch, k.era, k.history, m.state,
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                WHERE cc.circle = k.id AND c.client = k.client AND c.caregiver = a.person
                AND c.from_at <= $4 AND c.withdrawn_at IS NULL
                AND (c.until_at IS NULL OR c.until_at > $4)) AS consents,
            (SELECT COUNT(*) FROM assignment g
                WHERE g.account = a.id AND g.client = k.client
                AND g.from_at <= $4 AND (g.ended_at IS NULL OR g.ended_at > $4)) AS assignments
        FROM circle_member m
            JOIN account a ON a.id = m.account
            JOIN circle k ON k.id = m.circle
        WHERE m.account = $1 AND m.circle >= $2 AND m.circle <= $3 AND m.state <> 'left'
        ORDER BY k.id";
    MEMBERS = "
        SELECT m.circle, m.account, m.role, m.state, p.id AS person, p.name,
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                JOIN circle k ON k.id = m.circle
                WHERE cc.circle = m.circle AND c.client = k.client AND c.caregiver = a.person
                AND c.from_at <= $4 AND c.withdrawn_at IS NULL
                AND (c.until_at IS NULL OR c.until_at > $4)) AS consents
        FROM circle_member me
            JOIN circle_member m ON m.circle = me.circle
            JOIN account a ON a.id = m.account
            JOIN person p ON p.id = a.person
        WHERE me.account = $1 AND me.circle >= $2 AND me.circle <= $3 AND me.state <> 'left'
        ORDER BY m.circle, m.place";
    ROSTER = "
        SELECT cd.circle, cd.account, cd.device
        FROM circle_member me
            JOIN circle_device cd ON cd.circle = me.circle
        WHERE me.account = $1 AND me.circle >= $2 AND me.circle <= $3 AND me.state <> 'left'
        ORDER BY cd.circle, cd.device";
    AWAITING = "
        SELECT DISTINCT m.circle, m.account
        FROM circle_member me
            JOIN circle_member m ON m.circle = me.circle
            JOIN device d ON d.account = m.account AND d.revoked_at IS NULL
            JOIN key_package q ON q.device = d.id AND q.not_after >= $4
            LEFT JOIN circle_device cd ON cd.circle = m.circle AND cd.device = d.id
        WHERE me.account = $1 AND me.circle >= $2 AND me.circle <= $3 AND me.state <> 'left'
            AND m.state <> 'left' AND cd.device IS NULL";
    LEAVING = "
        SELECT DISTINCT r.circle, r.account
        FROM circle_member me
            JOIN pending_removal r ON r.circle = me.circle
        WHERE me.account = $1 AND me.circle >= $2 AND me.circle <= $3 AND me.state <> 'left'
        ORDER BY r.circle, r.account";
    GROUP_INFO = "SELECT group_info FROM circle_group WHERE circle = $1";
}

#[derive(sqlx::FromRow)]
struct CircleRow {
    id: Uuid,
    client: Uuid,
    title: Vec<u8>,
    status: String,
    generation: i64,
    epoch: i64,
    era: i64,
    history: String,
    state: String,
    consents: i64,
    assignments: i64,
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    circle: Uuid,
    account: Uuid,
    role: String,
    state: String,
    person: Uuid,
    name: Vec<u8>,
    consents: i64,
}

#[derive(sqlx::FromRow)]
struct RosterRow {
    circle: Uuid,
    account: Uuid,
    device: Uuid,
}

/// Which circles to show: a range of ids, both ends included.
#[derive(Clone, Copy)]
struct Range(Uuid, Uuid);

impl Range {
    const ALL: Self = Self(Uuid::nil(), Uuid::max());

    fn one(circle: CircleId) -> Self {
        Self(circle.uuid(), circle.uuid())
    }
}

impl Store {
    /// The circles that the caller is named in and may see.
    pub async fn circles(&self, caller: &Caller) -> Result<Circles> {
        let caller = *caller;
        self.read_audited("circles", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListCircles, standing, object)?;
            let circles = show(tx, &caller, standing, Range::ALL).await?;
            let shown = circles.iter().map(|circle| circle.id.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            let (removal_key, agency_key) = removal_keys::shown(tx).await?;
            Ok(Circles {
                circles,
                removal_key,
                agency_key,
            })
        })
        .await
    }

    /// One circle. [`Code::NotFound`] if the caller is not named in it.
    pub async fn circle(&self, caller: &Caller, circle: CircleId) -> Result<Circle> {
        let caller = *caller;
        self.read_audited("circle", async move |tx: &mut Tx| {
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::ReadCircle, facts.standing, object)?;
            let shown = show_one(tx, &caller, circle).await?;
            tx.audit(Entry::done(&caller, permit, object).about(shown.client));
            Ok(shown)
        })
        .await
    }

    /// The circle's GroupInfo at its present epoch. [`Code::CircleStatus`] without a group.
    pub async fn group_info(&self, caller: &Caller, circle: CircleId) -> Result<Bytes> {
        let caller = *caller;
        self.read_audited("group info", async move |tx: &mut Tx| {
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::ReadGroupInfo, facts.standing, object)?;
            let state = facts.founded()?;
            let (bytes,): (Vec<u8>,) = tx.sql(GROUP_INFO).bind(circle.uuid()).one().await?;
            tx.audit(Entry::done(&caller, permit, object).about(state.client));
            Ok(bytes.into())
        })
        .await
    }
}

/// One circle as the caller sees it.
pub(crate) async fn show_one(tx: &mut Tx, caller: &Caller, circle: CircleId) -> Result<Circle> {
    let standing = standing::of_session(tx, caller).await?;
    let mut circles = show(tx, caller, standing, Range::one(circle)).await?;
    Ok(circles.pop().ok_or_else(|| Refusal::from(Code::NotFound))?)
}

async fn show(
    tx: &mut Tx,
    caller: &Caller,
    session: Standing,
    range: Range,
) -> Result<Vec<Circle>> {
    let now = tx.now();
    let rows = rows_of::<CircleRow>(tx, CIRCLES, caller, range, now.micros()).await?;
    let mut people = members(tx, caller, range).await?;
    let mut awaiting: BTreeMap<Uuid, Vec<AccountId>> = BTreeMap::new();
    let usable = now.plus_seconds(limits::KEY_PACKAGE_LEFT_S_MIN).micros();
    for (circle, account) in rows_of::<(Uuid, Uuid)>(tx, AWAITING, caller, range, usable).await? {
        awaiting.entry(circle).or_default().push(account.into());
    }
    let mut leaving: BTreeMap<Uuid, Vec<AccountId>> = BTreeMap::new();
    for (circle, account) in leaving_of(tx, caller, range).await? {
        leaving.entry(circle).or_default().push(account.into());
    }
    let mut circles = Vec::with_capacity(rows.len());
    for row in rows {
        let standing = Standing {
            member: Some(db::member_state(&row.state)?),
            consent: row.consents > 0,
            assigned: row.assignments > 0,
            ..session
        };
        if may(Act::ReadCircle, standing).is_err() {
            continue;
        }
        let people = People {
            named: people.remove(&row.id).unwrap_or_default(),
            awaiting: awaiting.remove(&row.id).unwrap_or_default(),
            leaving: leaving.remove(&row.id).unwrap_or_default(),
        };
        circles.push(row.circle(tx, caller, standing, people).await?);
    }
    Ok(circles)
}

/// A member with what decides whether they may be added.
struct Named {
    member: Member,
    admissible: bool,
}

async fn members(tx: &mut Tx, caller: &Caller, range: Range) -> Result<BTreeMap<Uuid, Vec<Named>>> {
    let now = tx.now().micros();
    let mut devices: BTreeMap<(Uuid, Uuid), Vec<DeviceId>> = BTreeMap::new();
    for row in roster(tx, caller, range).await? {
        devices
            .entry((row.circle, row.account))
            .or_default()
            .push(row.device.into());
    }
    let mut people: BTreeMap<Uuid, Vec<Named>> = BTreeMap::new();
    for row in rows_of::<MemberRow>(tx, MEMBERS, caller, range, now).await? {
        let role = db::role(&row.role)?;
        let state = db::member_state(&row.state)?;
        people.entry(row.circle).or_default().push(Named {
            admissible: state != MemberState::Left && (role != Role::Caregiver || row.consents > 0),
            member: Member {
                account: row.account.into(),
                name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
                role,
                state,
                devices: devices
                    .remove(&(row.circle, row.account))
                    .unwrap_or_default(),
            },
        });
    }
    Ok(people)
}

async fn rows_of<R: crate::engine::Row>(
    tx: &mut Tx,
    sql: &'static str,
    caller: &Caller,
    range: Range,
    instant: i64,
) -> Result<Vec<R>> {
    tx.sql(sql)
        .bind(caller.account.uuid())
        .bind(range.0)
        .bind(range.1)
        .bind(instant)
        .all()
        .await
}

async fn leaving_of(tx: &mut Tx, caller: &Caller, range: Range) -> Result<Vec<(Uuid, Uuid)>> {
    tx.sql(LEAVING)
        .bind(caller.account.uuid())
        .bind(range.0)
        .bind(range.1)
        .all()
        .await
}

async fn roster(tx: &mut Tx, caller: &Caller, range: Range) -> Result<Vec<RosterRow>> {
    tx.sql(ROSTER)
        .bind(caller.account.uuid())
        .bind(range.0)
        .bind(range.1)
        .all()
        .await
}

/// A circle's people, and who of them waits to be added or taken out.
struct People {
    named: Vec<Named>,
    awaiting: Vec<AccountId>,
    leaving: Vec<AccountId>,
}

impl People {
    fn has(&self, device: DeviceId) -> bool {
        self.named
            .iter()
            .any(|named| named.member.devices.contains(&device))
    }

    /// Accounts with a device that could be added now, in ascending order.
    fn awaiting(&self) -> Vec<AccountId> {
        let mut awaiting = self.awaiting.clone();
        awaiting.retain(|account| {
            self.named
                .iter()
                .any(|named| named.admissible && named.member.account == *account)
        });
        awaiting.sort_unstable();
        awaiting
    }
}

impl CircleRow {
    async fn circle(
        self,
        tx: &mut Tx,
        caller: &Caller,
        standing: Standing,
        people: People,
    ) -> Result<Circle> {
        let status = db::circle_status(&self.status)?;
        let may_add = match status {
            CircleStatus::Planned => may(Act::FoundCircle, standing).is_ok(),
            CircleStatus::Live => {
                people.has(caller.device) && may(Act::ClaimKeyPackages, standing).is_ok()
            }
            CircleStatus::Recovering | CircleStatus::NeedsReset => false,
        };
        Ok(Circle {
            id: self.id.into(),
            title: tx.open_text(CIRCLE_TITLE, self.id, &self.title).await?,
            client: self.client.into(),
            status,
            generation: db::small(self.generation),
            epoch: db::from_db(self.epoch),
            awaiting: people.awaiting(),
            leaving: people.leaving,
            era: db::small(self.era),
            members: people.named.into_iter().map(|named| named.member).collect(),
            may_add,
            history: db::history_mode(&self.history)?,
        })
    }
}
