//! The invented people, and how a test seeds them.

use anyhow::Result;
use care::Caller;
use care::availability::{Hours, Weekly};
use care::civil::{Zone, Zones, weekday};
use care::private::{Name, Relationship};
use protocol::http::{PlanCircle, Preferences};
use protocol::{AccountId, Bytes, CircleId, Disclosure, Language, OpId, PersonId, Role};
use store::Store;

/// An invented person with an account and no device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub person: PersonId,
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: &'static str,
    /// The role.
    pub role: Role,
}

/// "Riverbend Example Agency" with the people whom every story is about. Dana and Sam are assigned to
/// Maria, Ana is Maria's daughter, and the circle "Maria and Dana" is planned with Maria, Dana and Sam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agency {
    /// Maria Sample, the client.
    pub maria: Person,
    /// Dana Placeholder, her case manager.
    pub dana: Person,
    /// Ana Sample, her daughter, a caregiver.
    pub ana: Person,
    /// Sam Specimen, the second case manager.
    pub sam: Person,
    /// "Maria and Dana".
    pub circle: CircleId,
}

impl Agency {
    /// Seeds all of it into an empty store.
    pub async fn seed(store: &Store) -> Result<Self> {
        let installation = Caller::installation();
        let name = Name::new("Riverbend Example Agency")?;
        store.create_agency(&installation, name).await?;
        let dana = add(store, "Dana Placeholder", Role::CaseManager).await?;
        let maria = add(store, "Maria Sample", Role::Client).await?;
        let ana = add(store, "Ana Sample", Role::Caregiver).await?;
        let sam = add(store, "Sam Specimen", Role::CaseManager).await?;
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
        for person in [dana, maria, ana, sam] {
            let wish = preferences(&email(person.name));
            store
                .put_preferences(&installation, person.person, wish)
                .await?;
        }
        let daughter = Relationship::new("daughter")?;
        store
            .relate(&installation, maria.person, ana.person, daughter)
            .await?;
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: OpId::from_bytes([1; 16]),
            client: maria.person,
            title: "Maria and Dana".to_owned(),
            members: vec![dana.account, sam.account],
        };
        let circle = store.plan_circle(&installation, plan).await?.id;
        Ok(Self {
            maria,
            dana,
            ana,
            sam,
            circle,
        })
    }

    /// Everybody.
    pub fn people(&self) -> [Person; 4] {
        [self.maria, self.dana, self.ana, self.sam]
    }
}

/// Where the agency is.
pub const ZONE: &str = "America/Chicago";

/// The same, from the bundled database.
///
/// # Panics
/// Never: the bundled database names it.
pub fn zone() -> Zone {
    zone_of(&Zones::bundled())
}

/// The same, from any database.
///
/// # Panics
/// If it does not name it.
pub fn zone_of(zones: &Zones) -> Zone {
    zones.find(ZONE).expect("every database names it")
}

/// Monday to Friday, nine to five.
pub fn office_hours() -> Hours {
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

/// An invented person's address: `maria.sample@example.com`.
pub fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

/// The defaults, with an address.
pub fn preferences(email: &str) -> Preferences {
    Preferences {
        language: Language::En,
        zone: zone().name().to_owned(),
        email: Some(email.to_owned()),
        disclosure: Disclosure::Times,
        reminders: true,
        confirmed_reminders: false,
        calendar_file: true,
        unread_mail: true,
        safe_hours: None,
    }
}

/// Adds a person with an account.
pub async fn add(store: &Store, name: &'static str, role: Role) -> Result<Person> {
    let installation = Caller::installation();
    let added = store
        .add_person(&installation, Name::new(name)?, role)
        .await?;
    Ok(Person {
        person: added.person,
        account: added.account,
        name,
        role,
    })
}

/// A new sign-in link for an account of the server at `url`.
pub async fn link(store: &Store, url: &str, account: AccountId) -> Result<String> {
    let invitation = store.invite(&Caller::installation(), account).await?;
    let secret = Bytes::from(invitation.secret).to_base64url();
    let fingerprint = Bytes::from(invitation.fingerprint).to_base64url();
    Ok(format!("{url}/#/link/{secret}.{fingerprint}"))
}
