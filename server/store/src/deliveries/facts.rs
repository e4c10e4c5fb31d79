//! What a mail is written from: pinned when it is first written, so that whoever writes it again writes
//! the same bytes; and no more of it than the recipient's disclosure level allows.

use care::appointment::MeetingLink;
use care::place::Place;
use care::private::Name;
use care::reminders;
use protocol::{AccountId, Disclosure, Language, Role, Step, Timestamp};
use uuid::Uuid;

use super::due::{Facts, SeriesFacts};
use super::due_rows::DueRow;
use crate::appointments::AppointmentRow;
use crate::db;
use crate::error::Result;
use crate::preferences;
use crate::seal::{LINK_SECRET, MEETING_LINK, PERSON_NAME, PLACE};
use crate::series::mails::{self, Times};
use crate::tx::Tx;

statements! {
    NAME_OF = "SELECT p.id, p.name FROM account a JOIN person p ON p.id = a.person WHERE a.id = $1";
}

/// What a mail is first written from.
pub(super) struct Pins {
    pub(super) written_at: i64,
    pub(super) address: Uuid,
    pub(super) language: Language,
    pub(super) zone: String,
    pub(super) disclosure: Disclosure,
    pub(super) calendar_file_off_at: Option<i64>,
    /// Since when the wishes stand of which it is written.
    pub(super) preference_at: Option<i64>,
    /// Of a mail that speaks for a series: [`Times`].
    pub(super) times: Option<String>,
}

/// As pinned before, if the mail may have left; else as things stand.
pub(super) fn pins(tx: &Tx, row: &DueRow, address: Uuid, now: Timestamp) -> Result<Pins> {
    if let (Some(at), Some(language), Some(zone), Some(disclosure)) = (
        row.written_at,
        &row.pinned_language,
        &row.pinned_zone,
        &row.pinned_disclosure,
    ) && row.began > 0
    {
        return Ok(Pins {
            written_at: at,
            address,
            language: db::language(language)?,
            zone: zone.clone(),
            disclosure: db::disclosure(disclosure)?,
            calendar_file_off_at: row.pinned_off,
            preference_at: row.preference_at,
            times: None,
        });
    }
    Ok(Pins {
        written_at: now.micros(),
        address,
        language: row
            .language
            .as_deref()
            .map_or(Ok(Language::En), db::language)?,
        zone: row
            .part
            .hours
            .zone
            .clone()
            .unwrap_or_else(|| tx.core().zone.name().to_owned()),
        disclosure: allowed(row)?,
        calendar_file_off_at: row.part.calendar_file_off_at,
        preference_at: row.preference_at,
        times: None,
    })
}

/// What a mail to whom the row is for may say as things stand.
pub(super) fn allowed(row: &DueRow) -> Result<Disclosure> {
    let wish = match row.part.disclosure.as_deref() {
        None => Disclosure::Times,
        Some(word) => db::disclosure(word)?,
    };
    let role = row.part.role()?;
    Ok(match role {
        // Nothing but that there is something.
        _ if row.step == Step::Unread.as_str() => Disclosure::Update,
        Some(Role::Client) => wish,
        // Whoever is not the client is told no more than times.
        _ => wish.min(Disclosure::Times),
    })
}

/// The times that a mail tells of a series with: those of its first writing, if it may have left.
pub(super) async fn times(
    tx: &mut Tx,
    row: &DueRow,
    appointment: &AppointmentRow,
    now: Timestamp,
) -> Result<Option<String>> {
    let Some(series) = row.series else {
        return Ok(None);
    };
    if row.began > 0 && row.pinned_times.is_some() {
        return Ok(row.pinned_times.clone());
    }
    let role = row.part.role()?;
    let reminded = row.part.reminders_off_at.is_none()
        && match role {
            Some(Role::Client) => true,
            Some(Role::Caregiver) => row.part.reminded > 0,
            _ => false,
        };
    let of = (appointment, series);
    let times = Times::now(tx, of, row.person.into(), (reminded, now));
    Ok(Some(times.await?.to_text()))
}

/// What a mail that speaks for a series says of it.
async fn of_series(tx: &mut Tx, row: &DueRow, pins: &Pins) -> Result<Option<SeriesFacts>> {
    let (Some(series), Some(times)) = (row.series, &pins.times) else {
        return Ok(None);
    };
    let Times {
        starts,
        more,
        reminded,
    } = Times::from_text(times)?;
    Ok(Some(SeriesFacts {
        repeats: mails::repeats(tx, series).await?,
        starts,
        more,
        reminded,
        again: row.part.heard.is_some(),
    }))
}

/// Whether a calendar file belongs to the mail: with the first one about an appointment, and with every change. Of a
/// series the first one is a reminder, for most, and what is in nobody's calendar is not taken out of it.
fn has_file(row: &DueRow, appointment: &AppointmentRow) -> Result<bool> {
    let in_series = appointment.series.is_some();
    Ok(match db::step(&row.step)? {
        Step::Invitation => true,
        Step::Cancellation => !in_series || row.part.told.is_some(),
        _ => in_series && row.part.told.is_none(),
    })
}

/// What a mail about an appointment is written from.
pub(super) async fn facts(
    tx: &mut Tx,
    row: &DueRow,
    appointment: &AppointmentRow,
    pins: &Pins,
) -> Result<Facts> {
    let details = pins.disclosure == Disclosure::Details;
    let has_left = row.part.left_at.is_some();
    let link = match (row.link, &row.link_secret) {
        // Whose right ended would only be told there that the link is gone.
        (Some(id), Some(sealed)) if !has_left => {
            let secret = tx.open(LINK_SECRET, id, sealed).await?;
            secret.map(|secret| db::array(&secret)).transpose()?
        }
        _ => None,
    };
    let meeting_link = match (&appointment.meeting_link, details) {
        (Some(sealed), true) => {
            let text = tx
                .open_if_there(MEETING_LINK, appointment.id, sealed)
                .await?;
            text.as_deref().map(MeetingLink::new).transpose()?
        }
        _ => None,
    };
    let place = match (&appointment.place, details) {
        (Some(sealed), true) => {
            let text = tx.open_if_there(PLACE, appointment.id, sealed).await?;
            text.as_deref().map(Place::new).transpose()?
        }
        _ => None,
    };
    let worker = if details {
        Some(name_of(tx, appointment.organizer()).await?)
    } else {
        None
    };
    let series = of_series(tx, row, pins).await?;
    Ok(Facts {
        zone_named: is_named(tx, row, appointment, pins, series.as_ref())?,
        start: db::at(appointment.start_at),
        end: db::at(appointment.end_at),
        kind: appointment.kind()?,
        uid: appointment.ics_uid.clone(),
        // Later than what their calendar has (RFC 5546, section 3.2.5).
        sequence: appointment.sequence() + u32::from(has_left && knows_this(row)),
        moved: appointment.moved_at.is_some() && !is_new(row, appointment),
        kept: appointment.law_at == Some(appointment.told_at) && appointment.zone == pins.zone,
        team: appointment.team_at == Some(appointment.told_at)
            && knows_last(row)
            && !is_new(row, appointment),
        early: reminders::is_early(
            db::step(&row.step)?,
            db::at(appointment.start_at),
            db::at(pins.written_at),
        ),
        elsewhere: appointment.place_at == Some(appointment.told_at)
            && (knows_last(row) || knows_by_series(row, appointment))
            && !is_new(row, appointment),
        left: has_left,
        calendar_file: pins.calendar_file_off_at.is_none() && has_file(row, appointment)?,
        series,
        link,
        worker,
        meeting_link,
        place,
    })
}

/// Whether the recipient may take a time for that of other clocks: the agency's, or those on which the visit was agreed.
/// Where a client is, caregivers do not learn from that: to them the agency's clocks decide alone.
fn is_named(
    tx: &Tx,
    row: &DueRow,
    appointment: &AppointmentRow,
    pins: &Pins,
    series: Option<&SeriesFacts>,
) -> Result<bool> {
    let told = preferences::zone(tx, &pins.zone);
    let mut times = vec![db::at(appointment.start_at)];
    times.extend(series.iter().flat_map(|series| &series.starts));
    let role = row.part.role()?;
    let visits = preferences::zone(tx, &appointment.zone);
    let knows_where = role != Some(Role::Caregiver);
    Ok(told.differs(&tx.core().zone, &times) || knows_where && told.differs(&visits, &times))
}

/// Somebody who was told of the appointment as it stands.
fn knows_this(row: &DueRow) -> bool {
    row.part.told == Some(row.ics_sequence)
}

/// Somebody who was told of it as it stood right before.
fn knows_last(row: &DueRow) -> bool {
    row.part.told == Some(row.ics_sequence - 1)
}

/// Somebody who knows its time from what they were told of its series.
fn knows_by_series(row: &DueRow, appointment: &AppointmentRow) -> bool {
    row.part.told.is_none() && row.part.heard.is_some() && appointment.moved_at.is_none()
}

/// Somebody who comes to it by the change that the mail tells of.
fn is_new(row: &DueRow, appointment: &AppointmentRow) -> bool {
    row.part.joined_at == Some(appointment.told_at)
}

async fn name_of(tx: &mut Tx, account: AccountId) -> Result<Name> {
    let (id, sealed): (Uuid, Vec<u8>) = tx.sql(NAME_OF).bind(account.uuid()).one().await?;
    Ok(Name::new(&tx.open_text(PERSON_NAME, id, &sealed).await?)?)
}
