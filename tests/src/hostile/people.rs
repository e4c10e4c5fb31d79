//! The agency and its invented people, before anybody has a device.

use care::Caller;
use care::private::{Name, Relationship};
use protocol::Role;
use store::Store;
use testkit::Person;

/// Dana, who serves Maria, whose daughter is Ana.
pub async fn invent(store: &Store) -> anyhow::Result<(Person, Person, Person)> {
    let installation = Caller::installation();
    let name = Name::new("Riverbend Example Agency")?;
    store.create_agency(&installation, name).await?;
    let dana = testkit::agency::add(store, "Dana Placeholder", Role::CaseManager).await?;
    let maria = testkit::agency::add(store, "Maria Sample", Role::Client).await?;
    let ana = testkit::agency::add(store, "Ana Sample", Role::Caregiver).await?;
    store
        .assign(&installation, dana.account, maria.person)
        .await?;
    let daughter = Relationship::new("daughter")?;
    store
        .relate(&installation, maria.person, ana.person, daughter)
        .await?;
    Ok((dana, maria, ana))
}
