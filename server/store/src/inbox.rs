//! What waits for a device (its inbox), and how far it has come (its cursors).

use std::collections::BTreeMap;

use care::Caller;
use care::rules::{Act, Permit, Standing};
use protocol::frame::{Ack, Cursor, Inbox, Notice, NoticeKind, WelcomeNotice};
use protocol::{Bytes, CircleId, Code, DeviceId, PersonId, Refusal, WelcomeId, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::{Error, Result};
use crate::many::MANY_MAX;
use crate::standing::{self, CircleFacts};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

/// Delivery of one circle's log to one device is audited at most this often, microseconds.
const AUDITED_EVERY_MICROS: i64 = 5_000_000;

many! {
    // Of several positions for one cursor the furthest counts; each is looked at on its own before.
    MOVE_CURSORS = [device: Id, circle: Id, generation: Integer, seq: Integer] "
        INSERT INTO cursor (device, circle, generation, seq, audited_seq, audited_at)
        SELECT cd.device, cd.circle, k.generation, MAX(asked.seq), cd.added_seq, 0
        FROM asked CROSS JOIN circle_device cd JOIN circle k ON k.id = cd.circle
        WHERE cd.device = asked.device AND cd.circle = asked.circle
            AND k.generation = asked.generation AND k.next_seq > asked.seq
        GROUP BY cd.device, cd.circle, k.generation, cd.added_seq
        ON CONFLICT (device, circle, generation) DO UPDATE SET seq = excluded.seq
            WHERE excluded.seq > cursor.seq
        RETURNING device, circle, generation, seq, audited_seq, audited_at,
            (SELECT k.client FROM circle k WHERE k.id = cursor.circle) AS client";
    AUDITED = [
        device: Id, circle: Id, generation: Integer, audited_seq: Integer, audited_at: Integer,
    ] "
        UPDATE cursor SET audited_seq = asked.audited_seq, audited_at = asked.audited_at
        FROM asked
        WHERE cursor.device = asked.device AND cursor.circle = asked.circle
            AND cursor.generation = asked.generation";
}

statements! {
    TAKE_NUMBER = "
        UPDATE device SET inbox_next = inbox_next + 1 WHERE id = $1 RETURNING inbox_next - 1";
    INSERT_NOTICE = "
        INSERT INTO inbox (device, seq, circle, kind, welcome, generation, start_seq, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    PAGE = "
        SELECT seq, circle, kind, welcome, generation, start_seq
        FROM inbox WHERE device = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    FORGET = "DELETE FROM inbox WHERE device = $1 AND seq <= $2 RETURNING welcome";
    FORGET_WELCOME = "
        DELETE FROM welcome WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.welcome = $1)";
    READ_WELCOME = "
        SELECT w.bytes, w.circle FROM inbox i JOIN welcome w ON w.id = i.welcome
        WHERE i.device = $1 AND i.welcome = $2";
    UNAUDITED = "
        SELECT u.device, u.circle, u.generation, u.seq, u.audited_seq, u.audited_at, k.client
        FROM cursor u JOIN circle k ON k.id = u.circle
        WHERE u.device = $1 AND u.audited_seq < u.seq";
    CLIENT_OF = "SELECT client FROM circle WHERE id = $1";
}

/// Puts a notice into a device's inbox and wakes it.
pub(crate) async fn notify(
    tx: &mut Tx,
    device: DeviceId,
    circle: CircleId,
    kind: NoticeKind,
) -> Result<()> {
    let (seq,): (i64,) = tx.sql(TAKE_NUMBER).bind(device.uuid()).one().await?;
    let welcome = match kind {
        NoticeKind::Roster => None,
        NoticeKind::Welcome(welcome) => Some(welcome),
    };
    let now = tx.now().micros();
    tx.sql(INSERT_NOTICE)
        .bind(device.uuid())
        .bind(seq)
        .bind(circle.uuid())
        .bind(if welcome.is_some() {
            "welcome"
        } else {
            "roster"
        })
        .bind(welcome.map(|notice| notice.welcome.uuid()))
        .bind(welcome.map(|notice| i64::from(notice.generation)))
        .bind(welcome.map(|notice| to_db(notice.start_seq)))
        .bind(now)
        .run()
        .await?;
    tx.wake(Topic::Device(device));
    Ok(())
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    seq: i64,
    circle: Uuid,
    kind: String,
    welcome: Option<Uuid>,
    generation: Option<i64>,
    start_seq: Option<i64>,
}

impl NoticeRow {
    fn notice(&self) -> Result<Notice> {
        let kind = match (self.kind.as_str(), self.welcome) {
            ("roster", None) => NoticeKind::Roster,
            ("welcome", Some(welcome)) => NoticeKind::Welcome(WelcomeNotice {
                welcome: welcome.into(),
                generation: self.generation.map_or(0, db::small),
                start_seq: self.start_seq.map_or(0, db::from_db),
            }),
            _ => return Err(Error::broken("a notice of no kind")),
        };
        Ok(Notice {
            seq: db::from_db(self.seq),
            circle: self.circle.into(),
            kind,
        })
    }
}

#[derive(sqlx::FromRow)]
struct WelcomeRow {
    bytes: Vec<u8>,
    circle: Uuid,
}

impl Store {
    /// Notices for the caller's device after a number: at most [`limits::INBOX_PAGE`]. They stay until
    /// acknowledged.
    pub async fn inbox_after(&self, caller: &Caller, seq: u64) -> Result<Inbox> {
        let caller = *caller;
        self.read("inbox after", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Device(caller.device);
            tx.authorize(&caller, Act::ReadInbox, standing, object)?;
            let rows = tx
                .sql(PAGE)
                .bind(caller.device.uuid())
                .bind(to_db(seq))
                .bind(to_db(limits::INBOX_PAGE as u64))
                .all::<NoticeRow>()
                .await?;
            let notices = rows.iter().map(NoticeRow::notice).collect::<Result<_>>()?;
            Ok(Inbox { notices })
        })
        .await
    }

    /// A Welcome that a notice in the device's inbox names; gone once the notice is acknowledged.
    pub async fn welcome(&self, caller: &Caller, welcome: WelcomeId) -> Result<Bytes> {
        let caller = *caller;
        self.read_audited("welcome", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let inbox = Object::Device(caller.device);
            tx.authorize(&caller, Act::ReadInbox, standing, inbox)?;
            let row = tx
                .sql(READ_WELCOME)
                .bind(caller.device.uuid())
                .bind(welcome.uuid())
                .maybe::<WelcomeRow>()
                .await?
                .ok_or_else(|| Refusal::from(Code::NotFound))?;
            // It was left for this device; whether its person may still come in is asked now.
            let circle = row.circle.into();
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::ReadWelcome, facts.standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(row.bytes.into())
        })
        .await
    }
}

/// Acknowledgements of one batch.
#[derive(Default)]
pub(crate) struct Acks {
    /// Up to where devices have stored their notices.
    inboxes: BTreeMap<DeviceId, u64>,
    cursors: Vec<(DeviceId, Cursor)>,
    /// Whose they are.
    devices: BTreeMap<DeviceId, (Caller, Permit)>,
}

impl Acks {
    /// Takes one, if its session lives.
    pub(crate) fn take(
        &mut self,
        tx: &mut Tx,
        caller: &Caller,
        ack: &Ack,
        facts: &CircleFacts,
    ) -> Result<()> {
        let object = Object::Device(caller.device);
        let permit = tx.authorize(caller, Act::Deliver, facts.standing, object)?;
        self.devices.insert(caller.device, (*caller, permit));
        if let Some(seq) = ack.inbox {
            let upto = self.inboxes.entry(caller.device).or_default();
            *upto = seq.max(*upto);
        }
        let cursors = ack.cursors.iter().map(|cursor| (caller.device, *cursor));
        self.cursors.extend(cursors);
        Ok(())
    }

    /// Forgets notices, moves cursors, and audits what moved as delivered.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<()> {
        for (device, seq) in &self.inboxes {
            forget(tx, *device, *seq).await?;
        }
        let mut delivered = Vec::new();
        for cursors in self.cursors.chunks(MANY_MAX) {
            for row in move_cursors(tx, cursors).await? {
                let since = tx.now().micros() - row.audited_at;
                if row.seq > row.audited_seq && !(0..AUDITED_EVERY_MICROS).contains(&since) {
                    delivered.push(row);
                }
            }
        }
        for rows in delivered.chunks(MANY_MAX) {
            self.audit(tx, rows).await?;
        }
        Ok(())
    }

    async fn audit(&self, tx: &mut Tx, rows: &[CursorRow]) -> Result<()> {
        for row in rows {
            let (caller, permit) = self
                .devices
                .get(&row.device.into())
                .ok_or_else(|| Error::broken("a cursor moved that nobody moved"))?;
            tx.audit(row.delivery(caller, *permit));
        }
        set_audited(tx, rows).await
    }
}

/// The device will never read again.
pub(crate) async fn forget_all(tx: &mut Tx, device: DeviceId) -> Result<()> {
    forget(tx, device, u64::MAX).await
}

async fn forget(tx: &mut Tx, device: DeviceId, seq: u64) -> Result<()> {
    let forgotten = tx
        .sql(FORGET)
        .bind(device.uuid())
        .bind(to_db(seq))
        .all::<(Option<Uuid>,)>()
        .await?;
    for welcome in forgotten.into_iter().filter_map(|(welcome,)| welcome) {
        tx.sql(FORGET_WELCOME).bind(welcome).run().await?;
    }
    Ok(())
}

/// A cursor as it stands.
#[derive(sqlx::FromRow)]
struct CursorRow {
    device: Uuid,
    circle: Uuid,
    generation: i64,
    seq: i64,
    audited_seq: i64,
    audited_at: i64,
    client: Uuid,
}

impl CursorRow {
    /// The entry for everything that was not audited so far.
    fn delivery(&self, caller: &Caller, permit: Permit) -> Entry {
        Entry::done(caller, permit, Object::Circle(self.circle.into()))
            .about(self.client.into())
            .range(db::from_db(self.audited_seq) + 1, db::from_db(self.seq))
    }
}

/// Moves cursors that have somewhere to move; those that moved, each once.
async fn move_cursors(tx: &mut Tx, cursors: &[(DeviceId, Cursor)]) -> Result<Vec<CursorRow>> {
    let mut moved = tx.many(&MOVE_CURSORS, cursors.len());
    for (device, cursor) in cursors {
        moved = moved.row(|row| {
            row.bind(device.uuid())
                .bind(cursor.circle.uuid())
                .bind(i64::from(cursor.generation))
                .bind(to_db(cursor.seq))
        });
    }
    moved.all().await
}

/// The client around whom a circle is.
pub(crate) async fn client_of(tx: &mut Tx, circle: CircleId) -> Result<PersonId> {
    let (client,): (Uuid,) = tx.sql(CLIENT_OF).bind(circle.uuid()).one().await?;
    Ok(client.into())
}

async fn set_audited(tx: &mut Tx, rows: &[CursorRow]) -> Result<()> {
    let now = tx.now().micros();
    let mut set = tx.many(&AUDITED, rows.len());
    for row in rows {
        set = set.row(|values| {
            values
                .bind(row.device)
                .bind(row.circle)
                .bind(row.generation)
                .bind(row.seq)
                .bind(now)
        });
    }
    set.run().await?;
    Ok(())
}

/// Audits the deliveries that the last acknowledgements came too close together to show. Run when a
/// device connects, so that none stays unaudited for longer than its device stays away.
pub(crate) async fn audit_rest(tx: &mut Tx, caller: &Caller, standing: Standing) -> Result<()> {
    let permit = tx.authorize(
        caller,
        Act::Deliver,
        standing,
        Object::Device(caller.device),
    )?;
    let rows = tx
        .sql(UNAUDITED)
        .bind(caller.device.uuid())
        .all::<CursorRow>()
        .await?;
    for rows in rows.chunks(MANY_MAX) {
        for row in rows {
            tx.audit(row.delivery(caller, permit));
        }
        set_audited(tx, rows).await?;
    }
    Ok(())
}
