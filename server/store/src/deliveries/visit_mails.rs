//! "Why did they get this mail, and why not?" of mails about an appointment, for the staff who serve its client. What
//! was ever planned stands in the rows; of a step that has none, or one that was taken back, the plan is asked why. No
//! address and no text of a mail is shown, and none is opened.

use std::collections::HashMap;

use care::Caller;
use care::civil::Zone;
use care::reminders::{self, Recipient, Visit};
use care::rules::Act;
use protocol::http::{MailsToPerson, VisitMail, VisitMails};
use protocol::{AppointmentId, DeliveryState, MailReason, Role, Step, limits};
use uuid::Uuid;

use super::recipients::{self, RecipientRow};
use crate::appointments::{self, AppointmentRow};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::seal::PERSON_NAME;
use crate::series::mails;
use crate::store::Store;
use crate::tx::Tx;
use crate::{clock_jumps, db, preferences, standing};

statements! {
    // What was taken back from an earlier sequence is of no interest: there is a later one.
    LAST = "
        SELECT v.participant, v.step, v.ics_sequence, v.due_at, v.settled_at, v.state, v.reason, v.tries,
            v.series
        FROM delivery v
        WHERE v.appointment = $1 AND v.participant IS NOT NULL
            AND (v.state <> 'cancelled' OR v.ics_sequence = $2)
        ORDER BY v.id DESC LIMIT $3";
    PEOPLE = "
        SELECT p.id, n.name,
            (SELECT COUNT(*) FROM address d WHERE d.person = p.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NOT NULL) AS refused,
            (SELECT COUNT(*) FROM address d WHERE d.person = p.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NULL)
                AS unconfirmed
        FROM participant p JOIN person n ON n.id = p.person
        WHERE p.appointment = $1";
}

#[derive(sqlx::FromRow)]
struct MailRow {
    participant: Uuid,
    step: String,
    ics_sequence: i64,
    due_at: i64,
    settled_at: Option<i64>,
    state: String,
    reason: Option<String>,
    tries: i64,
    series: Option<Uuid>,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: Uuid,
    name: Vec<u8>,
    refused: i64,
    unconfirmed: i64,
}

impl PersonRow {
    /// Why an address takes no mail, if there is one.
    fn of_address(&self) -> MailReason {
        if self.refused > 0 {
            MailReason::AddressRefused
        } else if self.unconfirmed > 0 {
            MailReason::AddressUnconfirmed
        } else {
            MailReason::NoAddress
        }
    }
}

/// An appointment as its mails see it, and on whose clocks they are told of.
struct Asked {
    visit: Visit,
    reader: Zone,
    /// The clock of the server is in doubt.
    jumped: bool,
}

impl Store {
    /// The mails about an appointment: who got which, who will, and why not. For the staff who serve its client.
    pub async fn visit_mails(&self, caller: &Caller, id: AppointmentId) -> Result<VisitMails> {
        let caller = *caller;
        self.read_audited("visit mails", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::ReadVisitMails, standing, object)?;
            let row = appointments::read(tx, id).await?;
            let reader = preferences::zone_of(tx, caller.person).await?;
            let (people, shown) = people(tx, &row, reader).await?;
            let entry = Entry::done(&caller, permit, object).about(row.client());
            tx.audit(entry.shown(shown));
            Ok(VisitMails { people })
        })
        .await
    }
}

/// Each participant with their mails, the client first; and which people those are.
async fn people(
    tx: &mut Tx,
    row: &AppointmentRow,
    reader: Zone,
) -> Result<(Vec<MailsToPerson>, Vec<Uuid>)> {
    let place = mails::place(tx, row).await?;
    let asked = Asked {
        visit: super::visit(row, place.as_ref())?,
        reader,
        jumped: clock_jumps::stands(tx).await?,
    };
    let now = tx.now();
    let recipients = recipients::read(tx, row, place.as_ref(), now).await?;
    let mut rows = rows(tx, row).await?;
    let mut known = names(tx, row).await?;
    let mut people = Vec::with_capacity(recipients.len());
    let mut shown = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let rows = rows.remove(&recipient.id).unwrap_or_default();
        let Some(person) = known.remove(&recipient.id) else {
            continue;
        };
        if recipient.part.left_at.is_some() && rows.is_empty() {
            continue;
        }
        let name = tx.open_text(PERSON_NAME, recipient.person, &person.name);
        let name = name.await?;
        people.push(MailsToPerson {
            participant: recipient.id.into(),
            name,
            role: recipient.part.role()?.unwrap_or(Role::Client),
            mails: told(tx, &asked, (&recipient, &person), &rows)?,
        });
        shown.push(recipient.person);
    }
    people.sort_by_key(|one| one.role);
    Ok((people, shown))
}

/// What was planned for each, oldest first.
async fn rows(tx: &mut Tx, row: &AppointmentRow) -> Result<HashMap<Uuid, Vec<MailRow>>> {
    let last = tx.sql(LAST).bind(row.id).bind(row.ics_sequence);
    let last = last.bind(limits::VISIT_MAILS_LISTED_MAX);
    let mut rows: HashMap<Uuid, Vec<MailRow>> = HashMap::new();
    for mail in last.all::<MailRow>().await? {
        rows.entry(mail.participant).or_default().push(mail);
    }
    for mails in rows.values_mut() {
        mails.sort_by_key(|mail| (mail.ics_sequence, mail.due_at));
    }
    Ok(rows)
}

async fn names(tx: &mut Tx, row: &AppointmentRow) -> Result<HashMap<Uuid, PersonRow>> {
    let people = tx.sql(PEOPLE).bind(row.id);
    let people = people.all::<PersonRow>().await?;
    Ok(people.into_iter().map(|one| (one.id, one)).collect())
}

/// The mails to one of them, step by step, and what there is none of.
fn told(
    tx: &Tx,
    asked: &Asked,
    (recipient, person): (&RecipientRow, &PersonRow),
    rows: &[MailRow],
) -> Result<Vec<VisitMail>> {
    let to = recipient.recipient(tx, asked.visit.sequence)?;
    let mut mails = Vec::new();
    for step in Step::ALL.iter().copied() {
        let why = reminders::why_not(&asked.visit, &to, step, tx.now());
        let why = why.map(|why| exactly(why, recipient, person, to.role));
        let mut is_there = false;
        let mut taken_back = false;
        for row in rows.iter().filter(|row| row.step == step.as_str()) {
            let is_current = row.ics_sequence == i64::from(asked.visit.sequence);
            if db::delivery_state(&row.state)? == DeliveryState::Cancelled {
                taken_back |= is_current;
                continue;
            }
            is_there |= is_current;
            let to = is_current.then_some((&to, why));
            mails.push(of_row(asked, to, (row, step))?);
        }
        if is_there {
            continue;
        }
        let none = |state, reason| VisitMail {
            step,
            at: None,
            state,
            reason: Some(reason),
            series: false,
        };
        if let Some(why) = why {
            mails.push(none(DeliveryState::Skipped, why));
        } else if taken_back {
            mails.push(none(DeliveryState::Cancelled, MailReason::Changed));
        }
    }
    Ok(mails)
}

/// One that was planned, for the sequence of now if `to` is given: to whom, and why it will not leave when it is due,
/// should that be known. Else why it is as it is stands in its row, unless it is only moved.
fn of_row(
    asked: &Asked,
    to: Option<(&Recipient, Option<MailReason>)>,
    (row, step): (&MailRow, Step),
) -> Result<VisitMail> {
    let state = db::delivery_state(&row.state)?;
    let noted = row.reason.as_deref().and_then(MailReason::parse);
    let due = db::at(row.due_at);
    // After a try its time is that of the next.
    let moved = to
        .filter(|_| row.tries == 0)
        .and_then(|(to, _)| reminders::why_then(&asked.visit, to, step, due));
    let not = to.and_then(|(_, why)| why);
    let reason = match state {
        DeliveryState::Planned if asked.jumped => Some(MailReason::ClockJump),
        DeliveryState::Planned => not.or(noted).or(moved),
        DeliveryState::Leased | DeliveryState::Sent => moved,
        DeliveryState::Skipped | DeliveryState::Cancelled | DeliveryState::Failed => noted,
    };
    let at = match state {
        DeliveryState::Sent => row.settled_at.map_or(due, db::at),
        _ => due,
    };
    Ok(VisitMail {
        step,
        at: Some(asked.reader.local(at)),
        state,
        reason,
        series: row.series.is_some(),
    })
}

/// The same with what the plan does not tell apart: why there is no address, and who does not want a reminder.
fn exactly(
    why: MailReason,
    recipient: &RecipientRow,
    person: &PersonRow,
    role: Role,
) -> MailReason {
    let wants = recipient.part.reminders_off_at.is_none();
    match why {
        MailReason::NoAddress => person.of_address(),
        MailReason::OptedOut if wants && role == Role::Caregiver => MailReason::NoConsent,
        _ => why,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use care::unread::Why;
    use protocol::{MailReason, Step};

    /// What those files say in quotes besides: states, and what became of a sending.
    const OTHERS: &[&str] = &[
        "accepted",
        "cancelled",
        "failed",
        "planned",
        "rejected",
        "reason",
        "sent",
        "skipped",
        "state",
        "unknown",
        "deliveries_dropped",
        "deliveries_settled",
    ];

    /// The Rust of the store that decides or writes why a planned mail is as it is, without its tests.
    fn writers(folder: &Path, found: &mut Vec<(String, String)>) {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                writers(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
            let writes = [
                "UPDATE delivery SET",
                "INSERT INTO delivery (",
                "Decision::Drop(",
            ];
            if writes.iter().any(|verb| text.contains(verb)) && text.contains("reason") {
                found.push((path.file_name().unwrap().to_string_lossy().into(), text));
            }
        }
    }

    /// The words between two marks: small letters and underscores, no spaces.
    fn words(text: &str, quote: char) -> BTreeSet<String> {
        let pieces = text
            .lines()
            .flat_map(|line| line.split(quote).skip(1).step_by(2));
        let is_word = |piece: &&str| {
            !piece.is_empty() && piece.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        pieces.filter(is_word).map(str::to_owned).collect()
    }

    #[test]
    fn every_reason_that_a_statement_writes_has_a_name() {
        let mut files = Vec::new();
        let store = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        writers(Path::new(store), &mut files);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        for name in [
            "deliveries.rs",
            "decision.rs",
            "dropped.rs",
            "settle.rs",
            "untold.rs",
            "bounces.rs",
        ] {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
        let about_messages = [
            Why::Read,
            Why::Seen,
            Why::Told,
            Why::NoRight,
            Why::Unwanted,
            Why::NoAddress,
            Why::Unconfirmed,
        ];
        let mut seen = BTreeSet::new();
        for (name, text) in &files {
            let in_sql = text.split("reason = '").skip(1);
            seen.extend(
                in_sql
                    .filter_map(|rest| rest.split('\'').next())
                    .map(str::to_owned),
            );
            let is_about_mails = [
                "decision.rs",
                "dropped.rs",
                "settle.rs",
                "untold.rs",
                "bounces.rs",
            ];
            if is_about_mails.contains(&name.as_str()) {
                seen.extend(words(text, '"'));
            }
        }
        for word in ["changed", "too_late", "outside_safe_hours", "rejected"] {
            assert!(seen.contains(word), "{word} was not found");
        }
        for word in &seen {
            let known = MailReason::parse(word).is_some()
                || OTHERS.contains(&word.as_str())
                || Step::parse(word).is_some()
                || about_messages.iter().any(|why| why.as_str() == word);
            assert!(known, "{word} has no name among the reasons");
        }
    }
}
