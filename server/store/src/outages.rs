//! The dead man's switch. While the scheduler lives it says so; when it comes back after too long a
//! silence, the time between becomes a row, and whoever was not told of an appointment because of it
//! stands on a list of people to call. What was missed is never sent in a burst afterwards: the lease
//! skips what is stale (`deliveries::decision`), and what it skipped is what this shows.

use care::Caller;
use care::civil::Zone;
use care::rules::Act;
use protocol::http::{Called, NoteCall, Outage, OutageCall, Outages};
use protocol::{Code, OutageId, PersonId, Refusal, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::jobs::run::permit;
use crate::phones::Numbers;
use crate::seal::PERSON_NAME;
use crate::store::Store;
use crate::tx::Tx;
use crate::{clock_jumps, db, preferences, standing};

statements! {
    HEARD = "SELECT at FROM heartbeat WHERE one = 1";
    FIRST = "INSERT INTO heartbeat (one, at) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
    BEAT = "UPDATE heartbeat SET at = $1 WHERE one = 1 AND at = $2";
    GO_ON = "UPDATE heartbeat SET at = $1 WHERE one = 1";
    INSERT = "INSERT INTO outage (id, from_at, until_at) VALUES ($1, $2, $3)";
    HEALTH = "
        SELECT (SELECT at FROM heartbeat WHERE one = 1) AS heard_at,
            (SELECT MIN(t) FROM (
                SELECT MIN(due_at) AS t FROM delivery WHERE state = 'planned'
                UNION ALL
                SELECT MIN(due_at) AS t FROM single_mail WHERE state = 'planned') AS planned) AS due_at,
            (SELECT MAX(n) FROM (
                SELECT MAX(tries) AS n FROM delivery WHERE state = 'planned' AND due_at <= $1
                UNION ALL
                SELECT MAX(tries) AS n FROM single_mail WHERE state = 'planned' AND due_at <= $1) AS put_off) AS tries,
            (SELECT COUNT(*) FROM clock_jump WHERE standing = 1) AS jumps";
    LIST = "
        SELECT o.id, o.from_at, o.until_at,
            (SELECT COUNT(*) FROM delivery v
                WHERE v.state = 'skipped' AND v.reason IN ('too_late', 'superseded', 'outside_safe_hours')
                    AND v.appointment IS NOT NULL
                    AND v.due_at >= o.from_at AND v.due_at < o.until_at) AS not_sent
        FROM outage o WHERE o.until_at >= $1 ORDER BY o.until_at DESC, o.id LIMIT $2";
    // Whoever was told in time after all, or of what became of the visit since, need not be called.
    CALLS = "
        SELECT v.participant, v.step, v.appointment, k.client, k.start_at,
            n.id AS person, n.name AS person_name, c.name AS client_name,
            x.called_at, w.id AS caller, w.name AS caller_name
        FROM delivery v
            JOIN appointment k ON k.id = v.appointment
            JOIN participant p ON p.id = v.participant
            JOIN person n ON n.id = p.person
            JOIN person c ON c.id = k.client
            LEFT JOIN outage_call x ON x.outage = $1 AND x.participant = v.participant
            LEFT JOIN account a ON a.id = x.account
            LEFT JOIN person w ON w.id = a.person
        WHERE v.state = 'skipped' AND v.reason IN ('too_late', 'superseded', 'outside_safe_hours')
            AND v.due_at >= $2 AND v.due_at < $3
            AND p.role IN ('client', 'caregiver') AND p.left_at IS NULL
            AND EXISTS (SELECT 1 FROM assignment g WHERE g.account = $4 AND g.client = k.client
                AND g.from_at <= $5 AND (g.ended_at IS NULL OR g.ended_at > $5))
            AND NOT EXISTS (SELECT 1 FROM delivery s
                WHERE s.appointment = v.appointment AND s.participant = v.participant
                    AND s.ics_sequence >= v.ics_sequence AND s.state = 'sent'
                    AND s.settled_at >= $3 AND s.settled_at < k.start_at)
        ORDER BY k.start_at, v.participant, v.due_at, v.id LIMIT $6";
    SUBJECT = "
        SELECT k.client FROM participant p JOIN appointment k ON k.id = p.appointment
        WHERE p.id = $1";
    IS_THERE = "SELECT id FROM outage WHERE id = $1";
    NOTE = "
        INSERT INTO outage_call (outage, participant, account, called_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (outage, participant) DO NOTHING";
}

/// A mail that was tried so often in vain has been due for longer than [`limits::LAG_ALARM_S`], though each time it was
/// put off.
const LATE_TRIES: i64 = 3;
const _: () = assert!(limits::MAIL_BACKOFF_S[0] + limits::MAIL_BACKOFF_S[1] > limits::LAG_ALARM_S);
/// No mail is put off for longer than this, seconds.
const PUT_OFF_MAX_S: i64 = limits::MAIL_BACKOFF_S[3];

/// How the scheduler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchedulerHealth {
    /// When it was last heard of.
    pub heard_at: Option<Timestamp>,
    /// Something has been due for longer than [`limits::LAG_ALARM_S`], looked at or tried in vain.
    pub late: bool,
    /// It was heard of, but not for [`limits::OUTAGE_S`].
    pub silent: bool,
    /// The clock of the server jumped, and nothing is sent.
    pub jumped: bool,
}

#[derive(sqlx::FromRow)]
struct OutageRow {
    id: Uuid,
    from_at: i64,
    until_at: i64,
    not_sent: i64,
}

#[derive(sqlx::FromRow)]
struct CallRow {
    participant: Uuid,
    step: String,
    appointment: Uuid,
    client: Uuid,
    start_at: i64,
    person: Uuid,
    person_name: Vec<u8>,
    client_name: Vec<u8>,
    called_at: Option<i64>,
    caller: Option<Uuid>,
    caller_name: Option<Vec<u8>>,
}

impl Store {
    /// The scheduler lives. Writes at most once in [`limits::HEARTBEAT_S`]; after a silence of more than
    /// [`limits::OUTAGE_S`] the time between is noted as an outage, unless the clock is in doubt (`clock_jumps`
    /// notes it then). By the store's clock.
    pub async fn beat(&self) -> Result<()> {
        let heard = self
            .read("heartbeat", async move |tx: &mut Tx| {
                let now = tx.now();
                let heard = tx.sql(HEARD).maybe::<(i64,)>().await?;
                Ok(heard.map(|(at,)| (at, now.micros() - at)))
            })
            .await?;
        let fresh = 0..limits::HEARTBEAT_S * 1_000_000;
        if heard.is_some_and(|(_, silence)| fresh.contains(&silence)) {
            return Ok(());
        }
        let before = heard.map(|(at, _)| at);
        self.write("beat", async move |tx: &mut Tx| {
            let caller = Caller::scheduler();
            let object = Object::Deliveries;
            let permit = permit(tx, &caller, object)?;
            let now = tx.now();
            let Some(before) = before else {
                tx.sql(FIRST).bind(now.micros()).run().await?;
                return Ok(());
            };
            // Of several processes one is first, and notes what was between.
            let beat = tx.sql(BEAT).bind(now.micros()).bind(before);
            let first = beat.run().await? > 0;
            if first
                && !clock_jumps::stands(tx).await?
                && let Some(id) = note(tx, db::at(before)).await?
            {
                tx.audit(Entry::done(&caller, permit, object).shown([id.uuid()]));
            }
            Ok(())
        })
        .await
    }

    /// How the scheduler is, for whoever watches the server.
    pub async fn scheduler_health(&self) -> Result<SchedulerHealth> {
        self.read("scheduler health", async move |tx: &mut Tx| {
            health(tx).await
        })
        .await
    }

    /// The outages of the last [`limits::OUTAGE_SHOWN_S`], and of each whom the caller should think of
    /// calling: people around clients whom the caller serves, who were not told in time.
    pub async fn outages(&self, caller: &Caller) -> Result<Outages> {
        let caller = *caller;
        self.read_audited("outages", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ReadOutages, standing, object)?;
            let since = tx.now().plus_seconds(-limits::OUTAGE_SHOWN_S);
            let rows = tx
                .sql(LIST)
                .bind(since.micros())
                .bind(i64::try_from(limits::OUTAGES_LISTED_MAX).unwrap_or(i64::MAX))
                .all::<OutageRow>()
                .await?;
            let zone = preferences::zone_of(tx, caller.person).await?;
            let mut outages = Vec::with_capacity(rows.len());
            let mut shown = Vec::new();
            let mut numbers = Numbers::of(&caller);
            for row in rows {
                let calls = calls(tx, &caller, &row, (&zone, &mut numbers)).await?;
                shown.extend(calls.iter().map(|call| call.client.uuid()));
                outages.push(Outage {
                    id: row.id.into(),
                    from: zone.local(db::at(row.from_at)),
                    until: zone.local(db::at(row.until_at)),
                    not_sent: db::small(row.not_sent),
                    calls,
                });
            }
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(Outages { outages })
        })
        .await
    }

    /// The caller has called somebody who was not told; the first who says so stays.
    /// [`Code::NotFound`] about a client whom the caller does not serve. Again does nothing more.
    pub async fn note_call(&self, caller: &Caller, id: OutageId, note: NoteCall) -> Result<()> {
        let caller = *caller;
        self.write("note call", async move |tx: &mut Tx| {
            let participant = note.participant;
            let subject = tx.sql(SUBJECT).bind(participant.uuid());
            let subject = subject.maybe::<(Uuid,)>().await?;
            // A part that nobody has is refused like one that the caller may not know of.
            let client = PersonId::from(subject.map_or(Uuid::nil(), |(client,)| client));
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::NoteCall, standing, object)?;
            let there = tx.sql(IS_THERE).bind(id.uuid());
            if there.maybe::<(Uuid,)>().await?.is_none() {
                return Err(Refusal::new(Code::NotFound, "no such outage").into());
            }
            let now = tx.now();
            tx.sql(NOTE)
                .bind(id.uuid())
                .bind(participant.uuid())
                .bind(caller.account.uuid())
                .bind(now.micros())
                .run()
                .await?;
            let shown = [id.uuid(), participant.uuid()];
            tx.audit(
                Entry::done(&caller, permit, object)
                    .about(client)
                    .shown(shown),
            );
            Ok(())
        })
        .await
    }
}

/// When the scheduler was last heard of.
pub(crate) async fn heard_at(tx: &mut Tx) -> Result<Option<Timestamp>> {
    let heard = tx.sql(HEARD).maybe::<(i64,)>().await?;
    Ok(heard.map(|(at,)| db::at(at)))
}

/// Nothing was sent since then, because the clock was in doubt: it goes on now, and that was an outage.
pub(crate) async fn go_on(tx: &mut Tx, since: Timestamp) -> Result<()> {
    note(tx, since).await?;
    // What was written meanwhile may lie ahead, or long ago.
    let now = tx.now().micros();
    tx.sql(GO_ON).bind(now).run().await?;
    Ok(())
}

/// Notes the time from then until now as an outage, if it was long enough for one.
async fn note(tx: &mut Tx, since: Timestamp) -> Result<Option<OutageId>> {
    let now = tx.now();
    if now.micros() - since.micros() <= limits::OUTAGE_S * 1_000_000 {
        return Ok(None);
    }
    let id = OutageId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(since.micros())
        .bind(now.micros())
        .run()
        .await?;
    Ok(Some(id))
}

/// How the scheduler is.
pub(crate) async fn health(tx: &mut Tx) -> Result<SchedulerHealth> {
    let put_off = tx.now().plus_seconds(PUT_OFF_MAX_S).micros();
    let health = tx.sql(HEALTH).bind(put_off).one();
    let (heard, due, tries, jumps): (Option<i64>, Option<i64>, Option<i64>, i64) = health.await?;
    let now = tx.now().micros();
    let older = |at: i64, seconds: i64| now - at > seconds * 1_000_000;
    Ok(SchedulerHealth {
        heard_at: heard.map(db::at),
        late: due.is_some_and(|due| older(due, limits::LAG_ALARM_S))
            || tries.is_some_and(|tries| tries >= LATE_TRIES),
        silent: heard.is_some_and(|heard| older(heard, limits::OUTAGE_S)),
        jumped: jumps > 0,
    })
}

/// Whom the caller should think of calling because of one outage, by when their appointment begins.
async fn calls(
    tx: &mut Tx,
    caller: &Caller,
    outage: &OutageRow,
    (zone, numbers): (&Zone, &mut Numbers),
) -> Result<Vec<OutageCall>> {
    let now = tx.now().micros();
    let rows = tx
        .sql(CALLS)
        .bind(outage.id)
        .bind(outage.from_at)
        .bind(outage.until_at)
        .bind(caller.account.uuid())
        .bind(now)
        .bind(i64::try_from(limits::OUTAGE_CALLS_MAX).unwrap_or(i64::MAX))
        .all::<CallRow>()
        .await?;
    let mut calls: Vec<OutageCall> = Vec::new();
    for row in rows {
        let step = db::step(&row.step)?;
        if let Some(last) = calls.last_mut()
            && last.participant.uuid() == row.participant
        {
            last.steps.push(step);
            continue;
        }
        let name = tx.open_text(PERSON_NAME, row.person, &row.person_name);
        let name = name.await?;
        let client_name = tx.open_text(PERSON_NAME, row.client, &row.client_name);
        let client_name = client_name.await?;
        calls.push(OutageCall {
            participant: row.participant.into(),
            name,
            phone: numbers.around(tx, row.client, row.person).await?,
            client: row.client.into(),
            client_name,
            appointment: row.appointment.into(),
            at: zone.local(db::at(row.start_at)),
            steps: vec![step],
            called: called(tx, &row).await?,
        });
    }
    Ok(calls)
}

async fn called(tx: &mut Tx, row: &CallRow) -> Result<Option<Called>> {
    let (Some(at), Some(by), Some(name)) = (row.called_at, row.caller, &row.caller_name) else {
        return Ok(None);
    };
    let by = tx.open_text(PERSON_NAME, by, name).await?;
    Ok(Some(Called { at: db::at(at), by }))
}
