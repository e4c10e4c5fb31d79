//! Planned mails: rows that are due at a time. [`replan`] makes them agree with what `care` wants, in
//! the transaction of every change; [`lease`] decides again about due ones and takes them in [`hand`]; [`settle`] notes
//! what became of them.
//!
//! A delivery is one mail for one reason: `dedupe` is a hash of (appointment, sequence, participant,
//! step, channel), of one that speaks for a series of that too. Planning twice finds the same row; a row that is no
//! longer wanted is cancelled and can be wanted again; one that was sent stays as it is. Mails about messages that
//! wait are planned by [`unread`], from what [`waiting`] finds; [`told`] says what became of them. Reminders that leave
//! together are [`bundles`]. News that safe hours keep from coming in time, or for which there is no address that takes
//! mail, is noted by [`untold`]; what was dropped in the last moment another visit says ([`unsaid`]). [`visit_mails`]
//! says of an appointment who got what, and why not.

use std::collections::HashMap;

use care::reminders::{self, Heard, Planned, Recipient, Visit, Way};
use protocol::{
    AppointmentId, DeliveryId, Disclosure, EntryId, ParticipantId, PersonId, Response, Role, Step,
    Timestamp,
};
use uuid::Uuid;

use crate::appointments::{self, AppointmentRow};
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::preferences::HoursRow;
use crate::seal::LINK_SECRET;
use crate::series::mails::{self, Place};
use crate::tasks::unreached;
use crate::tx::Tx;
use crate::wake::Topic;

pub(crate) mod agenda;
pub(crate) mod bundles;
pub(crate) mod due;
pub(crate) mod facts;
pub(crate) mod hand;
pub(crate) mod lease;
pub(crate) mod settle;
pub(crate) mod told;
pub(crate) mod unread;
pub(crate) mod unsaid;
pub(crate) mod untold;
pub(crate) mod visit_mails;
pub(crate) mod waiting;

statements! {
    RECIPIENTS = "
        SELECT p.id, p.role, p.response, p.left_at, p.cleared_at, p.joined_at, f.zone, f.reminders_off_at,
            f.confirmed_reminders_at,
            f.disclosure, f.calendar_file_off_at, f.safe_from, f.safe_until,
            (SELECT COUNT(*) FROM address d WHERE d.person = p.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NOT NULL)
                AS addresses,
            (SELECT COUNT(*) FROM consent c
                WHERE c.client = $3 AND c.caregiver = p.person AND c.appointments_at IS NOT NULL
                    AND c.from_at <= $2 AND c.withdrawn_at IS NULL
                    AND (c.until_at IS NULL OR c.until_at > $2)) AS consents,
            (SELECT COUNT(*) FROM consent c
                WHERE c.client = $3 AND c.caregiver = p.person AND c.reminders_at IS NOT NULL
                    AND c.from_at <= $2 AND c.withdrawn_at IS NULL
                    AND (c.until_at IS NULL OR c.until_at > $2)) AS reminded,
            (SELECT COUNT(*) FROM assignment g
                WHERE g.account = p.account AND g.client = $3 AND g.from_at <= $2
                    AND (g.ended_at IS NULL OR g.ended_at > $2)) AS assignments,
            (SELECT COUNT(*) FROM appointment o
                WHERE o.id = p.appointment AND o.organizer <> p.account) AS beside,
            (SELECT MAX(v.ics_sequence) FROM delivery v
                WHERE v.appointment = p.appointment AND v.participant = p.id
                AND (v.state IN ('sent', 'leased') OR v.began > 0)) AS told,
            (SELECT CAST(MAX(CASE WHEN v.series = $4 AND v.created_at >= $6 THEN 2 ELSE 1 END) AS BIGINT)
                FROM delivery v
                WHERE v.person = p.person AND v.series IN ($4, $5) AND v.step = 'invitation'
                AND (v.state IN ('sent', 'leased') OR v.began > 0)) AS heard,
            (SELECT COUNT(*) FROM delivery v
                WHERE v.person = p.person AND v.step = 'invitation'
                AND (v.appointment = p.appointment OR v.series IN ($4, $5))
                AND (v.state = 'failed' OR (v.state = 'skipped' AND v.reason IN ('no_address',
                    'address_unconfirmed', 'address_refused', 'outside_safe_hours')))) AS called,
            (SELECT COUNT(*) FROM delivery v
                WHERE v.appointment = p.appointment AND v.participant = p.id
                AND v.step = 'cancellation' AND v.created_at >= p.cleared_at
                AND (v.state IN ('sent', 'leased') OR v.began > 0)) AS cleared,
            (SELECT COUNT(*) FROM appointment k
                WHERE k.id = p.appointment AND p.response = 'accepted'
                    AND p.response_at >= k.told_at) AS agreed,
            p.person
        FROM participant p LEFT JOIN preference f ON f.person = p.person
        WHERE p.appointment = $1 ORDER BY p.id";
    // What one address certainly did not take may come to another one.
    ROWS = "
        SELECT v.id, v.dedupe, v.state, v.due_at, v.tries,
            CAST(CASE WHEN v.state IN ('planned', 'cancelled')
                OR (v.state = 'failed' AND v.reason = 'address_refused')
                OR (v.state = 'failed' AND v.reason IN ('rejected', 'deferred') AND v.began = 0
                    AND EXISTS (SELECT 1 FROM address d
                        WHERE d.person = v.person AND d.channel = 'email' AND d.id <> v.address
                            AND d.ended_at IS NULL AND d.refused_at IS NULL
                            AND d.confirmed_at IS NOT NULL))
                OR (v.state = 'skipped' AND v.reason IN ('no_address', 'address_unconfirmed',
                    'address_refused', 'outside_safe_hours')) THEN 1 ELSE 0 END AS BIGINT) AS open,
            CAST(CASE WHEN v.reason IN ('no_address', 'address_unconfirmed', 'address_refused')
                OR (v.state = 'failed' AND v.reason IN ('rejected', 'deferred'))
                THEN 1 ELSE 0 END AS BIGINT) AS unreached
        FROM delivery v WHERE v.appointment = $1";
    INSERT = "
        INSERT INTO delivery (id, dedupe, person, appointment, participant, ics_sequence, step,
            channel, due_at, not_after, state, tries, began, created_at, series)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'email', $8, $9, 'planned', 0, 0, $10, $11)";
    AGAIN = "
        UPDATE delivery SET state = 'planned', due_at = $2, not_after = $3, reason = NULL, tries = 0,
            settled_at = NULL
        WHERE id = $1";
    CANCEL = "
        UPDATE delivery SET state = 'cancelled', reason = 'changed', settled_at = $2
        WHERE id = $1 AND state = 'planned'";
    TOLD_OF = "
        SELECT COUNT(*) FROM delivery
        WHERE appointment = $1 AND ics_sequence = $2
            AND (state IN ('sent', 'leased') OR began > 0)";
    LINK_OF = "SELECT id FROM link WHERE participant = $1 AND ics_sequence = $2";
    INSERT_LINK = "
        INSERT INTO link (id, secret_hash, secret, appointment, participant, ics_sequence, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// A link's secret, bytes.
pub(crate) const LINK_SECRET_BYTES: usize = 16;

#[derive(sqlx::FromRow)]
struct RecipientRow {
    id: Uuid,
    role: String,
    response: String,
    left_at: Option<i64>,
    cleared_at: Option<i64>,
    joined_at: Option<i64>,
    #[sqlx(flatten)]
    hours: HoursRow,
    reminders_off_at: Option<i64>,
    confirmed_reminders_at: Option<i64>,
    disclosure: Option<String>,
    calendar_file_off_at: Option<i64>,
    addresses: i64,
    consents: i64,
    reminded: i64,
    assignments: i64,
    beside: i64,
    told: Option<i64>,
    heard: Option<i64>,
    called: i64,
    cleared: i64,
    agreed: i64,
    person: Uuid,
}

impl RecipientRow {
    fn recipient(&self, tx: &Tx, sequence: u32) -> Result<Recipient> {
        let role = db::role(&self.role)?;
        let response = db::response(&self.response)?;
        let calendar = Calendar {
            disclosure: self.disclosure.as_deref(),
            file_off: self.calendar_file_off_at.is_some(),
            cleared: self.cleared > 0,
        };
        Ok(Recipient {
            participant: self.id.into(),
            role,
            hours: self.hours.read(tx)?,
            reachable: self.addresses > 0,
            takes_part: self.left_at.is_none()
                && by_right(
                    role,
                    self.consents > 0,
                    self.assignments > 0 || self.beside > 0,
                ),
            cleared_at: calendar.to_clear(self.cleared_at, role)?,
            told: self.told.is_some(),
            outdated: is_outdated(self.told, sequence),
            called: self.called > 0 || said_yes(role, response),
            agreed: self.agreed > 0,
            heard: heard(self.heard),
            joined: self.joined_at.is_some(),
            wants_all_reminders: self.confirmed_reminders_at.is_some(),
            wants_reminders: self.reminders_off_at.is_none()
                && (role != Role::Caregiver || self.reminded > 0),
            response,
        })
    }
}

/// Whether somebody who is served has said that they will come: then they know of it, whoever told them.
fn said_yes(role: Role, response: Response) -> bool {
    matches!(role, Role::Client | Role::Caregiver) && response == Response::Accepted
}

/// Whether the last mail that told somebody of an appointment was of an earlier sequence.
fn is_outdated(told: Option<i64>, sequence: u32) -> bool {
    told.is_some_and(|told| told < i64::from(sequence))
}

/// What somebody was told of a series, as the statements say it.
fn heard(heard: Option<i64>) -> Heard {
    match heard {
        None => Heard::Nothing,
        Some(1) => Heard::Before,
        Some(_) => Heard::Now,
    }
}

/// Whether a participant of that role takes part by right: a caregiver under a live consent, a case
/// manager for as long as they serve the client, or come along with whoever does.
fn by_right(role: Role, consent: bool, works: bool) -> bool {
    match role {
        Role::Caregiver => consent,
        Role::CaseManager => works,
        _ => true,
    }
}

/// What of appointments reached a person's calendar.
struct Calendar<'r> {
    /// What their mails may say; `None`: as it is without their wish.
    disclosure: Option<&'r str>,
    /// They want no calendar files.
    file_off: bool,
    /// It was cleared of the appointment, or may have been.
    cleared: bool,
}

impl Calendar<'_> {
    /// Since when it is to be cleared; nothing if no file is in it, or no more. Staff are told in any case.
    fn to_clear(&self, since: Option<i64>, role: Role) -> Result<Option<Timestamp>> {
        let level = self.disclosure.map(db::disclosure).transpose()?;
        let has_file = !self.file_off && level != Some(Disclosure::Update);
        let concerns = has_file || role == Role::CaseManager;
        Ok(since.filter(|_| concerns && !self.cleared).map(db::at))
    }
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: Uuid,
    dedupe: Vec<u8>,
    state: String,
    due_at: i64,
    tries: i64,
    /// May be planned again: waits, was no longer wanted, had no address that takes mail, or there is another one.
    open: i64,
    /// It was the address.
    unreached: i64,
}

impl DeliveryRow {
    /// Its time has come, or it was put off when it had: whoever leases it decides.
    fn waits_since(&self, due: Timestamp, now: Timestamp) -> bool {
        let put_off = due <= now && self.due_at > due.micros();
        self.state == "planned" && (put_off || self.due_at <= now.micros())
    }
}

/// What the plan needs to know of an appointment, which stands there in its series.
pub(crate) fn visit(row: &AppointmentRow, place: Option<&Place>) -> Result<Visit> {
    Ok(Visit {
        kind: row.kind()?,
        state: row.state()?,
        start: db::at(row.start_at),
        end: db::at(row.end_at),
        sequence: row.sequence(),
        told_at: db::at(row.told_at),
        moved_from: row.moved_from_at.map(db::at),
        by_law: row.law_at == Some(row.told_at),
        has_link: row.meeting_link.is_some(),
        in_series: place.map(|place| place.in_series),
        cancel_notice_at: row.cancel_notice_at.map(db::at),
    })
}

/// What [`agree`] may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreeing {
    /// Everything that waits: something changed.
    All,
    /// What is not due yet: what is, whoever leases it decides.
    ToCome,
}

/// Makes the planned mails of an appointment agree with what is true now. Wanted and missing is
/// planned, planned and not wanted is cancelled; what is under way or done is left alone.
pub(crate) async fn replan(tx: &mut Tx, appointment: AppointmentId) -> Result<()> {
    agree(tx, appointment, Agreeing::All).await?;
    tx.wake(Topic::Due);
    Ok(())
}

/// The same; how many mails were planned anew, planned again or cancelled.
pub(crate) async fn agree(
    tx: &mut Tx,
    appointment: AppointmentId,
    agreeing: Agreeing,
) -> Result<u64> {
    let row = appointments::read(tx, appointment).await?;
    let place = mails::place(tx, &row).await?;
    let visit = visit(&row, place.as_ref())?;
    let now = tx.now();
    let rows = recipients(tx, &row, place.as_ref(), now).await?;
    let persons: HashMap<ParticipantId, Uuid> =
        rows.iter().map(|row| (row.id.into(), row.person)).collect();
    let recipients = rows.iter().map(|row| row.recipient(tx, visit.sequence));
    let recipients = recipients.collect::<Result<Vec<_>>>()?;
    let mut there: HashMap<Vec<u8>, DeliveryRow> = tx
        .sql(ROWS)
        .bind(row.id)
        .all::<DeliveryRow>()
        .await?
        .into_iter()
        .map(|row| (row.dedupe.clone(), row))
        .collect();
    let mut mended = 0;
    for one in reminders::plan(&visit, &recipients, now) {
        let series = place.as_ref().filter(|_| one.series);
        let of = (appointment, visit.sequence);
        let dedupe = dedupe(of, one.participant, one.step, series);
        let known = there.remove(&dedupe);
        let person = persons.get(&one.participant).copied().unwrap_or_default();
        if !one.way.is_mail() {
            let known = known.map(|row| row.id);
            mended += untold::note(tx, (&row, series), (person, dedupe, known), &one).await?;
            continue;
        }
        let of = (&row, series.map(|place| place.series));
        let (id, changed) = if let Some(row) = known {
            let untouched = agreeing == Agreeing::ToCome && row.waits_since(one.due, now);
            let changed = !untouched && plan_again(tx, &row, &one).await? > 0;
            if changed && row.unreached > 0 {
                unreached::finish_told(tx, person.into(), appointment).await?;
            }
            (row.id, changed)
        } else {
            (insert(tx, of, (person, dedupe), &one).await?, true)
        };
        mended += u64::from(changed);
        if changed && one.way == Way::MailAndCall {
            untold::tell(tx, id).await?;
        }
        let of = (appointment, row.client.into());
        ensure_link(tx, of, one.participant, visit.sequence).await?;
    }
    for row in there.into_values() {
        let is_due = row.due_at <= now.micros();
        if row.state == "planned" && (agreeing == Agreeing::All || !is_due) {
            mended += tx.sql(CANCEL).bind(row.id).bind(now.micros()).run().await?;
        }
    }
    Ok(mended)
}

/// Who takes part, or did.
async fn recipients(
    tx: &mut Tx,
    row: &AppointmentRow,
    place: Option<&Place>,
    now: Timestamp,
) -> Result<Vec<RecipientRow>> {
    tx.sql(RECIPIENTS)
        .bind(row.id)
        .bind(now.micros())
        .bind(row.client)
        .bind(place.map(|place| place.series))
        .bind(place.and_then(|place| place.earlier))
        .bind(place.map_or(0, |place| place.told_at))
        .all()
        .await
}

/// How many rows that changed.
async fn plan_again(tx: &mut Tx, row: &DeliveryRow, mail: &Planned) -> Result<u64> {
    // One that was tried waits for its pause to end, not for the time of the plan.
    let stands = row.state == "planned" && (row.tries > 0 || row.due_at == mail.due.micros());
    if row.open == 0 || stands {
        return Ok(0);
    }
    tx.sql(AGAIN)
        .bind(row.id)
        .bind(mail.due.micros())
        .bind(mail.not_after.micros())
        .run()
        .await
}

async fn insert(
    tx: &mut Tx,
    (appointment, series): (&AppointmentRow, Option<Uuid>),
    (person, dedupe): (Uuid, Vec<u8>),
    mail: &Planned,
) -> Result<Uuid> {
    let now = tx.now();
    let id = DeliveryId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(dedupe)
        .bind(person)
        .bind(appointment.id)
        .bind(mail.participant.uuid())
        .bind(appointment.ics_sequence)
        .bind(mail.step.as_str())
        .bind(mail.due.micros())
        .bind(mail.not_after.micros())
        .bind(now.micros())
        .bind(series)
        .run()
        .await?;
    Ok(id.uuid())
}

/// What makes a mail this one and no other.
fn dedupe(
    (appointment, sequence): (AppointmentId, u32),
    to: ParticipantId,
    step: Step,
    series: Option<&Place>,
) -> Vec<u8> {
    let mut of_series = Vec::new();
    if let Some(place) = series {
        of_series.extend_from_slice(b"|series");
        of_series.extend_from_slice(place.series.as_bytes());
        of_series.extend_from_slice(&place.told_at.to_be_bytes());
    }
    sha256(&[
        b"carecircle/delivery/v1",
        appointment.as_bytes(),
        &sequence.to_be_bytes(),
        to.as_bytes(),
        step.as_str().as_bytes(),
        b"|email",
        &of_series,
    ])
    .to_vec()
}

/// The link of a participant for a sequence; made when the first mail is planned, or when a client who booked
/// by themselves is to see it.
pub(crate) async fn ensure_link(
    tx: &mut Tx,
    (appointment, client): (AppointmentId, PersonId),
    participant: ParticipantId,
    sequence: u32,
) -> Result<()> {
    let there = tx
        .sql(LINK_OF)
        .bind(participant.uuid())
        .bind(i64::from(sequence))
        .maybe::<(Uuid,)>()
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let secret: [u8; LINK_SECRET_BYTES] = tx.random();
    let hash = tx.core().sealer.hash_link(&secret);
    let sealed = tx.seal_unless_erased(client, LINK_SECRET, id, &secret);
    let Some(sealed) = sealed.await? else {
        return Ok(());
    };
    tx.sql(INSERT_LINK)
        .bind(id)
        .bind(hash)
        .bind(sealed)
        .bind(appointment.uuid())
        .bind(participant.uuid())
        .bind(i64::from(sequence))
        .bind(now.micros())
        .run()
        .await?;
    Ok(())
}

/// Whether a mail about that sequence has left, or may have.
pub(crate) async fn told_of(tx: &mut Tx, id: AppointmentId, sequence: u32) -> Result<bool> {
    let (count,): (i64,) = tx
        .sql(TOLD_OF)
        .bind(id.uuid())
        .bind(i64::from(sequence))
        .one()
        .await?;
    Ok(count > 0)
}
