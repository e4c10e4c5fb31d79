//! How people want to be told things, and where mails reach them.

use care::Caller;
use care::civil::Zone;
use care::email::EmailAddress;
use care::quiet::{MailHours, Window};
use care::rules::{Act, Permit};
use protocol::http::{Preferences, SafeHours};
use protocol::{Code, Disclosure, EntryId, Language, PersonId, Refusal};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::seal::ADDRESS;
use crate::store::Store;
use crate::tasks::unreached;
use crate::tx::Tx;
use crate::{
    addresses, appointments, deliveries, mailed_links, representations, single_mails, standing,
};

statements! {
    READ = "
        SELECT language, zone, disclosure, reminders_off_at, calendar_file_off_at, unread_mail_off_at,
            safe_from, safe_until, confirmed_reminders_at
        FROM preference WHERE person = $1";
    PUT = "
        INSERT INTO preference (person, language, zone, disclosure, reminders_off_at,
            calendar_file_off_at, unread_mail_off_at, safe_from, safe_until, changed_at,
            confirmed_reminders_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (person) DO UPDATE SET language = excluded.language, zone = excluded.zone,
            disclosure = excluded.disclosure, reminders_off_at = excluded.reminders_off_at,
            calendar_file_off_at = excluded.calendar_file_off_at,
            unread_mail_off_at = excluded.unread_mail_off_at, safe_from = excluded.safe_from,
            safe_until = excluded.safe_until, changed_at = excluded.changed_at,
            confirmed_reminders_at = excluded.confirmed_reminders_at";
    ADDRESS_OF = "
        SELECT id, value FROM address
        WHERE person = $1 AND channel = 'email' AND ended_at IS NULL";
    END_ADDRESS = "UPDATE address SET ended_at = $2 WHERE person = $1 AND ended_at IS NULL";
    INSERT_ADDRESS = "
        INSERT INTO address (id, person, channel, value, created_at, value_index, confirmed_at)
        VALUES ($1, $2, 'email', $3, $4, $5, $6)";
    KNOWN = "SELECT id FROM person WHERE id = $1";
    // Accounts are held before what is busy, as wherever both are.
    HOLD = "UPDATE account SET session_generation = session_generation WHERE person = $1";
    UPCOMING = "
        SELECT p.appointment FROM participant p JOIN appointment a ON a.id = p.appointment
        WHERE p.person = $1 AND a.end_at > $2 ORDER BY p.appointment";
}

#[derive(sqlx::FromRow)]
struct PreferenceRow {
    language: String,
    zone: String,
    disclosure: String,
    reminders_off_at: Option<i64>,
    calendar_file_off_at: Option<i64>,
    unread_mail_off_at: Option<i64>,
    safe_from: Option<i64>,
    safe_until: Option<i64>,
    confirmed_reminders_at: Option<i64>,
}

/// When mails come to a person, of a row that joins their preferences.
#[derive(sqlx::FromRow)]
pub(crate) struct HoursRow {
    /// None of whoever never chose one.
    pub(crate) zone: Option<String>,
    safe_from: Option<i64>,
    safe_until: Option<i64>,
}

impl HoursRow {
    pub(crate) fn read(&self, tx: &Tx) -> Result<MailHours> {
        Ok(MailHours {
            zone: zone_or_agencys(tx, self.zone.as_deref()),
            safe: db::safe_hours(self.safe_from, self.safe_until)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct AddressRow {
    id: Uuid,
    value: Vec<u8>,
}

impl Store {
    /// How a person wants to be told things: one's own, or of somebody whom the caller serves.
    pub async fn preferences(&self, caller: &Caller, person: PersonId) -> Result<Preferences> {
        let caller = *caller;
        self.read_audited("preferences", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ReadPreferences, standing, object)?;
            let caller = representations::acting(&caller, standing);
            tx.audit(Entry::done(&caller, permit, object));
            read(tx, person).await
        })
        .await
    }

    /// Changes that, all of it. [`Code::ZoneUnknown`], [`Code::EmailInvalid`]; [`Code::BadRequest`] for hours that
    /// are none (`care::quiet`). Another address wants an
    /// authenticator shown lately ([`Code::StepUpRequired`]): whoever sits down at an open screen must
    /// not turn a person's mails to themselves. It gets a mail that asks whether it is theirs, and no other until
    /// somebody there has said so (`address_links`); what the installation writes down is theirs. What was mailed to
    /// the one before opens nothing any more. Reminders are planned anew in the same transaction.
    pub async fn put_preferences(
        &self,
        caller: &Caller,
        person: PersonId,
        wish: Preferences,
    ) -> Result<Preferences> {
        let caller = *caller;
        let email = wish.email.as_deref().map(EmailAddress::parse).transpose()?;
        self.write("put preferences", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ChangePreferences, standing, object)?;
            let caller = representations::acting(&caller, standing);
            must_be_known(tx, person).await?;
            hold(tx, person).await?;
            let before = read(tx, person).await?;
            if before.email != wish.email {
                tx.authorize(&caller, Act::ChangeContact, standing, object)?;
            }
            write(tx, person, &wish, &before).await?;
            put_address(tx, (&caller, permit), person, email.as_ref()).await?;
            tell_what_waits(tx, person, &wish, &before).await?;
            let mut entry = Entry::done(&caller, permit, object);
            if before.email != wish.email {
                let salt = tx.random();
                entry = entry.value(
                    "email",
                    email.as_ref().map_or("", EmailAddress::reveal),
                    salt,
                );
            }
            tx.audit(entry);
            replan_all(tx, person).await?;
            read(tx, person).await
        })
        .await
    }
}

/// Nobody else changes what the person wishes, or where they are reached, before this transaction ends: both are read
/// first and written whole, so whoever comes second must know of the first.
pub(crate) async fn hold(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.sql(HOLD).bind(person.uuid()).run().await?;
    Ok(())
}

/// Refuses a person who does not exist: the installation may ask about anybody.
pub(crate) async fn must_be_known(tx: &mut Tx, person: PersonId) -> Result<()> {
    let known = tx.sql(KNOWN).bind(person.uuid());
    match known.maybe::<(Uuid,)>().await? {
        Some(_) => Ok(()),
        None => Err(Refusal::new(Code::NotFound, "no such person").into()),
    }
}

/// Ends a person's reminders. Whether that was anything new.
pub(crate) async fn opt_out(tx: &mut Tx, person: PersonId) -> Result<bool> {
    hold(tx, person).await?;
    let mut wish = read(tx, person).await?;
    if !wish.reminders {
        return Ok(false);
    }
    let before = wish.clone();
    wish.reminders = false;
    write(tx, person, &wish, &before).await?;
    replan_all(tx, person).await?;
    Ok(true)
}

/// Has mails about unread messages come, or come no more. What is planned is decided again when it is due; of what came
/// while they were stopped, and waits still, they tell now.
pub(crate) async fn want_unread_mail(tx: &mut Tx, person: PersonId, wanted: bool) -> Result<()> {
    hold(tx, person).await?;
    let before = read(tx, person).await?;
    if before.unread_mail == wanted {
        return Ok(());
    }
    let wish = Preferences {
        unread_mail: wanted,
        ..before.clone()
    };
    write(tx, person, &wish, &before).await?;
    tell_what_waits(tx, person, &wish, &before).await
}

/// The look through the log went past what came while somebody wanted no such mails.
async fn tell_what_waits(
    tx: &mut Tx,
    person: PersonId,
    wish: &Preferences,
    before: &Preferences,
) -> Result<()> {
    if wish.unread_mail && !before.unread_mail {
        deliveries::unread::plan_for(tx, person).await?;
    }
    Ok(())
}

/// Makes the planned mails of all visits to come agree with how the person can be told things now.
pub(crate) async fn replan_all(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let upcoming = tx
        .sql(UPCOMING)
        .bind(person.uuid())
        .bind(now)
        .all::<(Uuid,)>()
        .await?;
    for (appointment,) in upcoming {
        // Whoever moves it at this moment plans by the old preferences or finds the new ones.
        appointments::hold(tx, appointment.into()).await?;
        deliveries::replan(tx, appointment.into()).await?;
    }
    Ok(())
}

/// As they stand, or the agency's defaults.
pub(crate) async fn read(tx: &mut Tx, person: PersonId) -> Result<Preferences> {
    let row = tx
        .sql(READ)
        .bind(person.uuid())
        .maybe::<PreferenceRow>()
        .await?;
    let email = address(tx, person).await?;
    let Some(row) = row else {
        return Ok(Preferences {
            language: Language::En,
            zone: tx.core().zone.name().to_owned(),
            email,
            disclosure: Disclosure::Times,
            reminders: true,
            confirmed_reminders: false,
            calendar_file: true,
            unread_mail: true,
            safe_hours: None,
        });
    };
    Ok(Preferences {
        language: db::language(&row.language)?,
        zone: row.zone,
        email,
        disclosure: db::disclosure(&row.disclosure)?,
        reminders: row.reminders_off_at.is_none(),
        confirmed_reminders: row.confirmed_reminders_at.is_some(),
        calendar_file: row.calendar_file_off_at.is_none(),
        unread_mail: row.unread_mail_off_at.is_none(),
        safe_hours: db::safe_hours(row.safe_from, row.safe_until)?.map(|hours| SafeHours {
            from: hours.from(),
            until: hours.until(),
        }),
    })
}

/// The zone in which a person is told times.
pub(crate) async fn zone_of(tx: &mut Tx, person: PersonId) -> Result<Zone> {
    let row = tx
        .sql(READ)
        .bind(person.uuid())
        .maybe::<PreferenceRow>()
        .await?;
    match row {
        Some(row) => Ok(zone(tx, &row.zone)),
        None => Ok(tx.core().zone.clone()),
    }
}

/// A stored zone; the agency's, should the zone database no longer name it.
pub(crate) fn zone(tx: &Tx, name: &str) -> Zone {
    let core = tx.core();
    core.zones.find(name).unwrap_or_else(|_| core.zone.clone())
}

/// The same, for whoever may never have chosen one.
fn zone_or_agencys(tx: &Tx, name: Option<&str>) -> Zone {
    name.map_or_else(|| tx.core().zone.clone(), |name| zone(tx, name))
}

async fn address(tx: &mut Tx, person: PersonId) -> Result<Option<String>> {
    let row = tx
        .sql(ADDRESS_OF)
        .bind(person.uuid())
        .maybe::<AddressRow>()
        .await?;
    match row {
        Some(row) => tx.open_if_there(ADDRESS, row.id, &row.value).await,
        None => Ok(None),
    }
}

async fn write(
    tx: &mut Tx,
    person: PersonId,
    wish: &Preferences,
    before: &Preferences,
) -> Result<()> {
    tx.core().zones.find(&wish.zone)?;
    let safe = safe_hours(wish)?;
    let now = tx.now().micros();
    // Since when something is off is kept while it stays off.
    let row = tx
        .sql(READ)
        .bind(person.uuid())
        .maybe::<PreferenceRow>()
        .await?;
    let since = |on: bool, was_on: bool, at: Option<i64>| {
        (!on).then(|| if was_on { now } else { at.unwrap_or(now) })
    };
    let confirmed = row.as_ref().and_then(|row| row.confirmed_reminders_at);
    let confirmed = wish.confirmed_reminders.then(|| confirmed.unwrap_or(now));
    let (reminders, calendar, unread) = row.map_or((None, None, None), |row| {
        (
            row.reminders_off_at,
            row.calendar_file_off_at,
            row.unread_mail_off_at,
        )
    });
    tx.sql(PUT)
        .bind(person.uuid())
        .bind(wish.language.as_str())
        .bind(wish.zone.clone())
        .bind(wish.disclosure.as_str())
        .bind(since(wish.reminders, before.reminders, reminders))
        .bind(since(wish.calendar_file, before.calendar_file, calendar))
        .bind(since(wish.unread_mail, before.unread_mail, unread))
        .bind(safe.map(|hours| i64::from(hours.from())))
        .bind(safe.map(|hours| i64::from(hours.until())))
        .bind(now)
        .bind(confirmed)
        .run()
        .await?;
    Ok(())
}

/// The hours in which mails may come. [`Code::BadRequest`] for hours that are none.
pub(crate) fn safe_hours(wish: &Preferences) -> Result<Option<Window>> {
    let hours = wish.safe_hours.as_ref();
    let hours = hours.map(|hours| Window::new(hours.from, hours.until));
    Ok(hours.transpose()?)
}

async fn put_address(
    tx: &mut Tx,
    (caller, permit): (&Caller, Permit),
    person: PersonId,
    email: Option<&EmailAddress>,
) -> Result<()> {
    let wished = email.map(EmailAddress::reveal);
    if address(tx, person).await?.as_deref() == wished {
        return Ok(());
    }
    let now = tx.now();
    let end = tx.sql(END_ADDRESS).bind(person.uuid()).bind(now.micros());
    if end.run().await? > 0 {
        mailed_links::end_of(tx, (caller, permit), person).await?;
    }
    unreached::finish_unreachable(tx, person).await?;
    if let Some(email) = email {
        let id = insert_address(tx, person, email, caller.is_installation()).await?;
        if caller.is_installation() {
            deliveries::unread::plan_for(tx, person).await?;
        } else {
            single_mails::addresses::plan(tx, person, id).await?;
        }
    }
    single_mails::booking_links::hasten(tx, person).await
}

async fn insert_address(
    tx: &mut Tx,
    person: PersonId,
    email: &EmailAddress,
    confirmed: bool,
) -> Result<Uuid> {
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let plain = email.reveal().as_bytes();
    let sealed = tx.seal_about(person, ADDRESS, id, plain).await?;
    let index = addresses::index(tx, email);
    tx.sql(INSERT_ADDRESS)
        .bind(id)
        .bind(person.uuid())
        .bind(sealed)
        .bind(now.micros())
        .bind(index)
        .bind(confirmed.then(|| now.micros()))
        .run()
        .await?;
    Ok(id)
}

/// An address from which mails came back may take them by now: it is asked as if it had just been written down.
/// [`Code::RateLimited`] if theirs were asked about too often within a day.
pub(crate) async fn try_address_again(tx: &mut Tx, person: PersonId) -> Result<()> {
    let Some(text) = address(tx, person).await? else {
        return Ok(());
    };
    let email = EmailAddress::parse(&text)?;
    let now = tx.now().micros();
    let end = tx.sql(END_ADDRESS).bind(person.uuid()).bind(now);
    end.run().await?;
    unreached::finish_unreachable(tx, person).await?;
    let id = insert_address(tx, person, &email, false).await?;
    single_mails::addresses::plan(tx, person, id).await?;
    replan_all(tx, person).await
}
