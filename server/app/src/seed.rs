//! The invented agency of the demo: six people who do not exist.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use care::availability::{Hours, Weekly};
use care::civil::weekday;
use care::private::{Name, Relationship, Title};
use care::{Caller, Chance, Clock};
use protocol::http::{PlanCircle, Preferences};
use protocol::{Disclosure, Language, OpId, Role};
use store::{PersonAdded, Store};

/// Its name.
pub const AGENCY: &str = "Riverbend Example Agency";
/// Where it is.
pub const ZONE: &str = "America/Chicago";
/// The case manager who carries the demo on the command line (`carecircle-device`).
pub const ON_THE_COMMAND_LINE: &str = "Sam Specimen";
/// Written last, so that a half-seeded agency is noticed.
const SEEDED: &str = "seeded";

/// Seeds the agency, once.
pub async fn once(store: &Store, data: &Path, outside: &Outside<'_>) -> anyhow::Result<()> {
    let mark = data.join(SEEDED);
    if mark.exists() {
        return Ok(());
    }
    if store.agency().await?.is_some() {
        bail!(
            "{} holds an agency that was not wholly seeded; start over with --fresh",
            data.display()
        );
    }
    people(store, outside.chance).await.context("seeding")?;
    let now = outside.clock.now().micros();
    fs::write(&mark, format!("{now}\n")).with_context(|| format!("{}", mark.display()))
}

/// Time and randomness.
pub struct Outside<'a> {
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub chance: &'a dyn Chance,
}

async fn people(store: &Store, chance: &dyn Chance) -> anyhow::Result<()> {
    let installation = Caller::installation();
    store.create_agency(&installation, name(AGENCY)?).await?;
    let dana = add(store, "Dana Placeholder", Role::CaseManager).await?;
    let maria = add(store, "Maria Sample", Role::Client).await?;
    let ana = add(store, "Ana Sample", Role::Caregiver).await?;
    let sam = add(store, ON_THE_COMMAND_LINE, Role::CaseManager).await?;
    // Who looks after the others: they serve no client, and review who saw whom.
    let robin = add(store, "Robin Overview", Role::Supervisor).await?;
    let kim = add(store, "Kim Keyring", Role::Administrator).await?;
    for staff in [dana, sam] {
        store
            .assign(&installation, staff.account, maria.person)
            .await?;
    }
    for worker in [dana, sam] {
        store
            .set_hours(&installation, worker.account, ZONE, office_hours())
            .await?;
    }
    for (person, email) in [
        (dana, "dana@example.com"),
        (maria, "maria@example.com"),
        (ana, "ana@example.com"),
        (sam, "sam@example.com"),
        (robin, "robin@example.com"),
        (kim, "kim@example.com"),
    ] {
        let preferences = Preferences {
            language: Language::En,
            zone: ZONE.to_owned(),
            email: Some(email.to_owned()),
            disclosure: Disclosure::Times,
            reminders: true,
            confirmed_reminders: false,
            calendar_file: true,
            unread_mail: true,
            safe_hours: None,
        };
        store
            .put_preferences(&installation, person.person, preferences)
            .await?;
    }
    let daughter = Relationship::new("daughter")?;
    store
        .relate(&installation, maria.person, ana.person, daughter)
        .await?;
    let circle = PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: OpId::from_bytes(chance.bytes()),
        client: maria.person,
        title: Title::new("Maria and Dana")?.reveal().to_owned(),
        members: vec![dana.account, sam.account],
    };
    store.plan_circle(&installation, circle).await?;
    Ok(())
}

/// Monday to Friday, nine to five.
fn office_hours() -> Hours {
    let weekly = (1..=5).filter_map(weekday).map(|weekday| Weekly {
        weekday,
        from: 9 * 60,
        until: 17 * 60,
    });
    Hours {
        weekly: weekly.collect(),
        ..Hours::default()
    }
}

async fn add(store: &Store, full_name: &str, role: Role) -> anyhow::Result<PersonAdded> {
    let installation = Caller::installation();
    Ok(store
        .add_person(&installation, name(full_name)?, role)
        .await?)
}

fn name(text: &str) -> anyhow::Result<Name> {
    Ok(Name::new(text)?)
}
