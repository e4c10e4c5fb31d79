//! The data that a command is about: a running server's, or a directory where none runs.

use std::path::{Path, PathBuf};

use anyhow::bail;
use care::civil::Zones;
use store::{Database, Store};

use crate::cli::{self, Where};
use crate::config::Config;
use crate::files;
use crate::wiring::{self, Clocks, Identity};

/// Where the data is: named, or the configuration's.
pub fn data(place: &Where) -> anyhow::Result<PathBuf> {
    match &place.config {
        Some(path) => Ok(config(path)?.data),
        None => Ok(place.data.clone()),
    }
}

fn config(path: &Path) -> anyhow::Result<Config> {
    Config::read(&cli::Serve {
        config: path.to_owned(),
        listen: None,
        data: None,
    })
}

/// The store itself, where no server runs.
pub async fn open(place: &Where, data: &Path) -> anyhow::Result<Store> {
    let (database, key, identity) = if let Some(path) = &place.config {
        let config = config(path)?;
        let identity = Identity {
            server_name: config.server_name(),
            demo: false,
            clocks: config.clocks()?,
        };
        (config.database()?, config.root_key_file()?, identity)
    } else {
        let identity = Identity {
            server_name: "localhost".to_owned(),
            demo: true,
            clocks: Clocks::in_zone(Zones::bundled(), crate::seed::ZONE)?,
        };
        let database = Database::Sqlite {
            directory: data.to_owned(),
        };
        (database, files::root_key_beside(data)?, identity)
    };
    if !data.exists() {
        bail!("there is no data in {}", data.display());
    }
    let root_key = files::read_root_key(&key)?;
    Ok(wiring::open(database, root_key, identity).await?.store)
}
