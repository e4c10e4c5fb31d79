//! The clock of the server jumped: whoever watches it (the scheduler) writes that down, and while it stands no
//! process takes anything in hand that is to be sent: mails about appointments and days, with invitations, with
//! booking links. It is one row for all processes, and each asks for it in the transaction of its lease.
//!
//! Jobs do not run either, not even those that send nothing. By a clock that is a year ahead, what is over is
//! deleted that is not over, rights lapse and offers run out that still hold, visits count as held of which
//! nobody has said so, and a moved visit is told to everybody: none of it is undone by the right time. What is
//! put off is late, and that is known how to live with. The sign of life goes on.
//!
//! It ends when the clock is back, or when an administrator (or whoever runs the machine) says that it is right.
//! Either way the time between was an outage like any other (`outages`): what is stale by then is skipped, not
//! sent in a burst, and whom it should have reached stands on the list of people to call.
//!
//! All times here are the store's clock's; of the watching clock only the difference counts.

use care::Caller;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::http::{ClockJump, ConfirmClock};
use protocol::{ClockJumpId, Code, Refusal, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{db, outages, standing};

statements! {
    STANDING = "SELECT id, expected_at, shown_at FROM clock_jump WHERE standing = 1";
    INSERT = "
        INSERT INTO clock_jump (id, standing, expected_at, shown_at) VALUES ($1, 1, $2, $3)
        ON CONFLICT (standing) DO NOTHING";
    ENDED = "SELECT ended FROM clock_jump WHERE id = $1";
    END = "
        UPDATE clock_jump SET standing = NULL, ended_at = $2, ended = $3, confirmed_by = $4
        WHERE id = $1 AND standing = 1
        RETURNING expected_at";
}

/// What became of a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// Nothing is sent.
    Stands,
    /// The clock of whoever noted it came back.
    CameBack,
    /// Somebody says that the clock is right.
    Confirmed,
}

/// A clock that shows less than was heard of it before the process began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockBehind {
    /// It stands as this jump.
    pub jump: ClockJumpId,
    /// By so much, microseconds.
    pub micros: i64,
}

#[derive(sqlx::FromRow)]
struct JumpRow {
    id: Uuid,
    expected_at: i64,
    shown_at: i64,
}

impl Store {
    /// The jump that stands.
    pub async fn clock_jump(&self) -> Result<Option<ClockJump>> {
        self.read("clock jump", async move |tx: &mut Tx| {
            standing_jump(tx).await
        })
        .await
    }

    /// What became of one.
    pub async fn clock_state(&self, id: ClockJumpId) -> Result<ClockState> {
        self.read("clock state", async move |tx: &mut Tx| {
            let ended = tx.sql(ENDED).bind(id.uuid());
            let ended = ended.maybe::<(Option<String>,)>().await?;
            Ok(match ended.and_then(|(word,)| word).as_deref() {
                None => ClockState::Stands,
                Some("confirmed") => ClockState::Confirmed,
                Some(_) => ClockState::CameBack,
            })
        })
        .await
    }

    /// The clock is ahead by so many microseconds of what it should show (behind, if negative). Of several who
    /// say so one is first; the jump that stands.
    pub async fn note_clock_jump(&self, ahead_micros: i64) -> Result<ClockJumpId> {
        self.write("note clock jump", async move |tx: &mut Tx| {
            note(tx, ahead_micros).await
        })
        .await
    }

    /// Whether the clock shows more than [`limits::CLOCK_BACK_S`] less than when the scheduler was last heard of,
    /// for a process that begins: then it has jumped. Nothing, if a jump stands already: of that a process that was
    /// not there knows nothing, and a person must say what is right. (That it shows more is an outage.)
    pub async fn note_clock_behind(&self) -> Result<Option<ClockBehind>> {
        let behind = self
            .read("clock at start", async move |tx: &mut Tx| {
                let heard = outages::heard_at(tx).await?;
                let micros = heard.map_or(0, |heard| heard.micros() - tx.now().micros());
                Ok(micros > limits::CLOCK_BACK_S * 1_000_000 && !stands(tx).await?)
            })
            .await?;
        if !behind {
            return Ok(None);
        }
        self.write("note clock behind", async move |tx: &mut Tx| {
            let heard = outages::heard_at(tx).await?;
            let micros = heard.map_or(0, |heard| heard.micros() - tx.now().micros());
            if micros <= limits::CLOCK_BACK_S * 1_000_000 {
                return Ok(None);
            }
            let jump = note(tx, -micros).await?;
            Ok(Some(ClockBehind { jump, micros }))
        })
        .await
    }

    /// The clock is back: what was due since is sent or skipped.
    pub async fn end_clock_jump(&self, id: ClockJumpId) -> Result<()> {
        let caller = Caller::scheduler();
        self.write("end clock jump", async move |tx: &mut Tx| {
            let object = Object::Clock(id.uuid());
            let permit = permit(tx, &caller, object)?;
            if end(tx, id, "came_back", None).await? {
                tx.audit(Entry::done(&caller, permit, object));
            }
            Ok(())
        })
        .await
    }

    /// Somebody says that the clock is right as it is now. [`Code::NotFound`] for a jump that never was. Again, or
    /// of one that is over, does nothing more: one that came after it stands until it is shown and confirmed.
    pub async fn confirm_clock(&self, caller: &Caller, confirm: ConfirmClock) -> Result<()> {
        let caller = *caller;
        self.write("confirm clock", async move |tx: &mut Tx| {
            let id = confirm.jump;
            let object = Object::Clock(id.uuid());
            let standing = standing::of_session(tx, &caller).await?;
            let permit = tx.authorize(&caller, Act::ConfirmClock, standing, object)?;
            let there = tx.sql(ENDED).bind(id.uuid());
            if there.maybe::<(Option<String>,)>().await?.is_none() {
                return Err(Refusal::new(Code::NotFound, "the clock did not jump then").into());
            }
            let by = caller.is_person().then(|| caller.account.uuid());
            end(tx, id, "confirmed", by).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }
}

/// Whether a jump stands: whoever takes anything in hand asks first, in the same transaction.
pub(crate) async fn stands(tx: &mut Tx) -> Result<bool> {
    Ok(tx.sql(STANDING).maybe::<JumpRow>().await?.is_some())
}

/// The jump that stands, and what the clock shows now.
pub(crate) async fn standing_jump(tx: &mut Tx) -> Result<Option<ClockJump>> {
    let now = tx.now();
    let row = tx.sql(STANDING).maybe::<JumpRow>().await?;
    Ok(row.map(|row| ClockJump {
        id: row.id.into(),
        expected: db::at(row.expected_at),
        shown: db::at(row.shown_at),
        now,
    }))
}

async fn note(tx: &mut Tx, ahead_micros: i64) -> Result<ClockJumpId> {
    let caller = Caller::scheduler();
    let shown = tx.now();
    let expected = Timestamp::from_micros(shown.micros() - ahead_micros);
    let id = ClockJumpId::from_parts(shown, tx.random());
    let object = Object::Clock(id.uuid());
    let permit = permit(tx, &caller, object)?;
    let insert = tx.sql(INSERT).bind(id.uuid());
    let insert = insert.bind(expected.micros()).bind(shown.micros());
    if insert.run().await? > 0 {
        tx.audit(Entry::done(&caller, permit, object));
        return Ok(id);
    }
    let row: JumpRow = tx.sql(STANDING).one().await?;
    Ok(row.id.into())
}

/// Whether it stood until now.
async fn end(tx: &mut Tx, id: ClockJumpId, how: &'static str, by: Option<Uuid>) -> Result<bool> {
    let now = tx.now();
    let ended = tx
        .sql(END)
        .bind(id.uuid())
        .bind(now.micros())
        .bind(how)
        .bind(by)
        .maybe::<(i64,)>()
        .await?;
    let Some((expected,)) = ended else {
        return Ok(false);
    };
    outages::go_on(tx, db::at(expected)).await?;
    tx.wake(Topic::Due);
    Ok(true)
}

fn permit(tx: &mut Tx, caller: &Caller, object: Object) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, Act::WatchClock, standing, object)
}
