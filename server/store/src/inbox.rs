//! What waits for a device (its inbox), and how far it has come (its cursors).

use care::Caller;
use care::rules::{Act, Permit, Standing};
use protocol::frame::{Ack, Cursor, Inbox, Notice, NoticeKind, WelcomeNotice};
use protocol::{Bytes, CircleId, Code, DeviceId, PersonId, Refusal, WelcomeId, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::{Error, Result};
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

/// Delivery of one circle's log to one device is audited at most this often, microseconds.
const AUDITED_EVERY_MICROS: i64 = 5_000_000;

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
    MOVE_CURSOR = "
        INSERT INTO cursor (device, circle, generation, seq, audited_seq, audited_at)
        SELECT cd.device, cd.circle, k.generation, CAST($4 AS BIGINT), cd.added_seq, 0
        FROM circle_device cd JOIN circle k ON k.id = cd.circle
        WHERE cd.device = $1 AND cd.circle = $2 AND k.generation = $3 AND k.next_seq > $4
        ON CONFLICT (device, circle, generation) DO UPDATE SET seq = excluded.seq
            WHERE excluded.seq > cursor.seq
        RETURNING seq, audited_seq, audited_at";
    AUDITED = "
        UPDATE cursor SET audited_seq = $4, audited_at = $5
        WHERE device = $1 AND circle = $2 AND generation = $3";
    UNAUDITED = "
        SELECT circle, generation, seq, audited_seq FROM cursor
        WHERE device = $1 AND audited_seq < seq";
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
            let object = Object::Device(caller.device);
            let permit = tx.authorize(&caller, Act::ReadInbox, standing, object)?;
            let row = tx
                .sql(READ_WELCOME)
                .bind(caller.device.uuid())
                .bind(welcome.uuid())
                .maybe::<WelcomeRow>()
                .await?
                .ok_or_else(|| Refusal::from(Code::NotFound))?;
            let circle = Object::Circle(row.circle.into());
            tx.audit(Entry::done(&caller, permit, circle));
            Ok(row.bytes.into())
        })
        .await
    }
}

/// Forgets notices and moves cursors, inside a batch.
pub(crate) async fn acknowledge(tx: &mut Tx, caller: &Caller, ack: &Ack) -> Result<()> {
    let standing = standing::of_session(tx, caller).await?;
    let object = Object::Device(caller.device);
    let permit = tx.authorize(caller, Act::Deliver, standing, object)?;
    if let Some(seq) = ack.inbox {
        forget(tx, caller.device, seq).await?;
    }
    for cursor in &ack.cursors {
        move_cursor(tx, caller, permit, cursor).await?;
    }
    Ok(())
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

#[derive(sqlx::FromRow)]
struct CursorRow {
    seq: i64,
    audited_seq: i64,
    audited_at: i64,
}

async fn move_cursor(tx: &mut Tx, caller: &Caller, permit: Permit, cursor: &Cursor) -> Result<()> {
    let moved = tx
        .sql(MOVE_CURSOR)
        .bind(caller.device.uuid())
        .bind(cursor.circle.uuid())
        .bind(i64::from(cursor.generation))
        .bind(to_db(cursor.seq))
        .maybe::<CursorRow>()
        .await?;
    let Some(row) = moved else {
        return Ok(());
    };
    let since = tx.now().micros() - row.audited_at;
    if row.seq <= row.audited_seq || (0..AUDITED_EVERY_MICROS).contains(&since) {
        return Ok(());
    }
    let range = (row.audited_seq, row.seq);
    audit_delivery(tx, caller, permit, cursor, range).await
}

/// One entry for everything after the first position up to the second.
async fn audit_delivery(
    tx: &mut Tx,
    caller: &Caller,
    permit: Permit,
    cursor: &Cursor,
    (after, last): (i64, i64),
) -> Result<()> {
    let client = client_of(tx, cursor.circle).await?;
    tx.audit(
        Entry::done(caller, permit, Object::Circle(cursor.circle))
            .about(client)
            .range(db::from_db(after) + 1, db::from_db(last)),
    );
    set_audited(tx, caller.device, cursor, last).await
}

/// The client around whom a circle is.
pub(crate) async fn client_of(tx: &mut Tx, circle: CircleId) -> Result<PersonId> {
    let (client,): (Uuid,) = tx.sql(CLIENT_OF).bind(circle.uuid()).one().await?;
    Ok(client.into())
}

async fn set_audited(tx: &mut Tx, device: DeviceId, cursor: &Cursor, seq: i64) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(AUDITED)
        .bind(device.uuid())
        .bind(cursor.circle.uuid())
        .bind(i64::from(cursor.generation))
        .bind(seq)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct UnauditedRow {
    circle: Uuid,
    generation: i64,
    seq: i64,
    audited_seq: i64,
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
        .all::<UnauditedRow>()
        .await?;
    for row in rows {
        let cursor = Cursor {
            circle: row.circle.into(),
            generation: db::small(row.generation),
            seq: db::from_db(row.seq),
        };
        let range = (row.audited_seq, row.seq);
        audit_delivery(tx, caller, permit, &cursor, range).await?;
    }
    Ok(())
}
