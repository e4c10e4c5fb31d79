//! `carecircle admin invite-administrator`: the first one-time link of a new installation. From it the
//! administrator makes a passkey; everybody else comes in by links that people give out. Where all administrators
//! are lost, whoever runs the machine makes another one.

use anyhow::{Context as _, bail};
use care::Caller;
use care::private::Name;
use protocol::Role;
use store::Store;

use crate::config::Config;
use crate::wiring::{self, Identity};
use crate::{cli, demo, files};

/// Makes the agency if there is none yet, and prints its administrator's link. The server must not be
/// running: both would want the data directory.
pub async fn run(options: cli::InviteAdministrator) -> anyhow::Result<()> {
    let config = Config::read(&options.server)?;
    let root_key = config.root_key_file()?;
    wiring::keep_apart(&config.data, &root_key)?;
    let root_key = files::read_root_key(&root_key)?;
    let host = config.server_name();
    let identity = Identity {
        server_name: host.clone(),
        demo: false,
        clocks: config.clocks()?,
    };
    let opened = wiring::open(config.database()?, root_key, identity).await?;
    let link = first_link(&opened.store, &host, &options).await;
    opened.store.close().await;
    println!("{}\n\nIt works once, for 72 hours.", link?);
    Ok(())
}

async fn first_link(
    store: &Store,
    host: &str,
    options: &cli::InviteAdministrator,
) -> anyhow::Result<String> {
    let installation = Caller::installation();
    let name = Name::new(&options.name).context("--name")?;
    let is_new = store.agency().await?.is_none();
    if is_new {
        let agency = Name::new(&options.agency).context("--agency")?;
        store.create_agency(&installation, agency).await?;
    }
    let account = if is_new || options.another {
        let role = Role::Administrator;
        store.add_person(&installation, name, role).await?.account
    } else {
        let waiting = store.uninvited(&installation).await?;
        let administrator = waiting.iter().find(|card| card.role == Role::Administrator);
        let Some(card) = administrator else {
            bail!(
                "this agency has its first administrator already; they invite others. If nobody can sign in as an \
                 administrator any more, add --another"
            );
        };
        card.account
    };
    let invitation = store.invite(&installation, account).await?;
    Ok(demo::link(host, &invitation))
}

#[cfg(test)]
mod tests {
    use care::civil::Zones;
    use clap::Parser as _;
    use protocol::http::PersonCard;
    use store::{Database, RootKey};

    use super::*;
    use crate::wiring::Clocks;

    fn options() -> cli::InviteAdministrator {
        let words = "carecircle admin invite-administrator --config x --agency A --name B";
        let cli = cli::Cli::parse_from(words.split(' '));
        let cli::Command::Admin(cli::Admin::InviteAdministrator(options)) = cli.command else {
            panic!("it is that command")
        };
        options
    }

    #[tokio::test]
    async fn the_first_administrator_is_invited_again_for_as_long_as_no_device_came() {
        let data = tempfile::tempdir().unwrap();
        let database = Database::Sqlite {
            directory: data.path().to_owned(),
        };
        let identity = Identity {
            server_name: "care.example.org".to_owned(),
            demo: false,
            clocks: Clocks::in_zone(Zones::bundled(), "America/Chicago").unwrap(),
        };
        let root_key = RootKey::from_bytes([1; 32]);
        let opened = wiring::open(database, root_key, identity).await.unwrap();
        let store = &opened.store;
        let first = first_link(store, "care.example.org", &options())
            .await
            .unwrap();
        assert!(
            first.starts_with("https://care.example.org/#/link/"),
            "{first}"
        );
        let again = first_link(store, "care.example.org", &options())
            .await
            .unwrap();
        assert_ne!(first, again);
        let waiting = store.uninvited(&Caller::installation()).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].role, Role::Administrator);
        // All of them are lost.
        let another = cli::InviteAdministrator {
            name: "C".to_owned(),
            another: true,
            ..options()
        };
        let link = first_link(store, "care.example.org", &another)
            .await
            .unwrap();
        assert!(link != first && link != again, "{link}");
        let waiting = store.uninvited(&Caller::installation()).await.unwrap();
        let added = |card: &&PersonCard| card.role == Role::Administrator && card.name == "C";
        assert_eq!(waiting.iter().filter(added).count(), 1);
        assert_eq!(waiting.len(), 2);
        opened.store.close().await;
    }
}
