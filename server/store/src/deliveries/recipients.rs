//! To whom a mail about an appointment would go, as `care::reminders` wants to know them: whether they take part by
//! right, what they have heard of it, and how they wish to be told. Asked for all of an appointment's when mails are
//! planned or looked at, and for the one of each row that is due.

use care::reminders::{Heard, Recipient};
use protocol::{Disclosure, Response, Role, Timestamp};
use uuid::Uuid;

use super::due_rows::DueRow;
use crate::appointments::AppointmentRow;
use crate::db;
use crate::error::Result;
use crate::preferences::HoursRow;
use crate::series::mails::Place;
use crate::tx::Tx;

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
}

/// Somebody's part in an appointment, what they have heard of it, and how they wish to be told: of whoever takes part,
/// and of whom a due row is for.
#[derive(sqlx::FromRow)]
pub(super) struct PartRow {
    /// None in a mail about no appointment.
    role: Option<String>,
    response: Option<String>,
    pub(super) left_at: Option<i64>,
    cleared_at: Option<i64>,
    pub(super) joined_at: Option<i64>,
    #[sqlx(flatten)]
    pub(super) hours: HoursRow,
    pub(super) reminders_off_at: Option<i64>,
    confirmed_reminders_at: Option<i64>,
    pub(super) disclosure: Option<String>,
    pub(super) calendar_file_off_at: Option<i64>,
    consents: i64,
    pub(super) reminded: i64,
    assignments: i64,
    beside: i64,
    pub(super) told: Option<i64>,
    pub(super) heard: Option<i64>,
    called: i64,
    cleared: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct RecipientRow {
    pub(super) id: Uuid,
    #[sqlx(flatten)]
    pub(super) part: PartRow,
    addresses: i64,
    agreed: i64,
    pub(super) person: Uuid,
}

/// Whose part it is, and what else is known of them.
struct Known {
    participant: Uuid,
    reachable: bool,
    agreed: bool,
}

impl PartRow {
    pub(super) fn role(&self) -> Result<Option<Role>> {
        self.role.as_deref().map(db::role).transpose()
    }

    /// As the plan for that sequence sees them.
    fn recipient(&self, tx: &Tx, known: &Known, sequence: u32) -> Result<Recipient> {
        let role = self.role()?.unwrap_or(Role::Client);
        let response = self.response.as_deref();
        let response = response.map_or(Ok(Response::NeedsAction), db::response)?;
        let calendar = Calendar {
            disclosure: self.disclosure.as_deref(),
            file_off: self.calendar_file_off_at.is_some(),
            cleared: self.cleared > 0,
        };
        Ok(Recipient {
            participant: known.participant.into(),
            role,
            hours: self.hours.read(tx)?,
            reachable: known.reachable,
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
            agreed: known.agreed,
            heard: heard(self.heard),
            joined: self.joined_at.is_some(),
            wants_all_reminders: self.confirmed_reminders_at.is_some(),
            wants_reminders: self.reminders_off_at.is_none()
                && (role != Role::Caregiver || self.reminded > 0),
            response,
        })
    }
}

impl RecipientRow {
    /// As the plan for that sequence sees them.
    pub(super) fn recipient(&self, tx: &Tx, sequence: u32) -> Result<Recipient> {
        let known = Known {
            participant: self.id,
            reachable: self.addresses > 0,
            agreed: self.agreed > 0,
        };
        self.part.recipient(tx, &known, sequence)
    }
}

/// Who takes part, or did.
pub(super) async fn read(
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

/// Whoever a due row is for, likewise.
pub(super) fn of_due(tx: &Tx, row: &DueRow, sequence: u32) -> Result<Recipient> {
    let known = Known {
        participant: row.participant.unwrap_or_default(),
        reachable: true,
        // It is about to leave: whether they need no call is asked no more.
        agreed: false,
    };
    row.part.recipient(tx, &known, sequence)
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
