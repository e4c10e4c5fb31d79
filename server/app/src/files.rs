//! Files that must be right before a server starts: the root key, the certificate, the lock.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use care::Chance;
use store::RootKey;

use crate::config;

/// The store's lock in a data directory.
const LOCK: &str = "carecircle.lock";

/// Reads a root key: exactly 32 bytes, readable by its owner only. In the directory of credentials, which is
/// this service's alone, systemd lets the service's user in by an access list, which shows as the group's right.
pub fn read_root_key(path: &Path) -> anyhow::Result<RootKey> {
    let credentials = config::credentials();
    let is_credential = credentials.is_some_and(|directory| path.parent() == Some(&directory));
    read_key(path, if is_credential { 0o037 } else { 0o077 })
}

fn read_key(path: &Path, others: u32) -> anyhow::Result<RootKey> {
    let shown = path.display();
    let metadata = fs::metadata(path).with_context(|| format!("the root key {shown}"))?;
    if metadata.permissions().mode() & others != 0 {
        bail!("the root key {shown} can be read by others: chmod 0400 {shown}");
    }
    let bytes = fs::read(path).with_context(|| format!("the root key {shown}"))?;
    match <[u8; 32]>::try_from(bytes) {
        Ok(bytes) => Ok(RootKey::from_bytes(bytes)),
        Err(bytes) => bail!("the root key {shown} holds {} bytes, not 32", bytes.len()),
    }
}

/// Reads a root key, or makes one where none is yet. Never replaces one.
pub fn read_or_make_root_key(path: &Path, chance: &dyn Chance) -> anyhow::Result<RootKey> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o400)
        .open(path);
    match made {
        Ok(mut file) => {
            file.write_all(&chance.bytes::<32>())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("the root key {}", path.display()))?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(error).with_context(|| format!("the root key {}", path.display()));
        }
    }
    read_root_key(path)
}

/// Reads a certificate chain and its key.
pub fn read_tls(certificate: &Path, key: &Path) -> anyhow::Result<Arc<rustls::ServerConfig>> {
    let [chain, key_pem] = [certificate, key].map(|path| {
        fs::read(path).with_context(|| format!("the certificate file {}", path.display()))
    });
    gateway::tls_config(&chain?, &key_pem?)
        .with_context(|| format!("{} and {}", certificate.display(), key.display()))
}

/// Deletes a data directory and the key beside it, but only one that a store made and that no process
/// uses now.
pub fn start_over(data: &Path, root_key: &Path) -> anyhow::Result<()> {
    let shown = data.display();
    if !data.exists() {
        return remove_if_there(root_key);
    }
    let lock = match File::options().write(true).open(data.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!(
                "{shown} was not made by carecircle, so --fresh leaves it alone; delete it yourself"
            )
        }
        Err(error) => return Err(error).with_context(|| format!("the data directory {shown}")),
    };
    if lock.try_lock().is_err() {
        bail!("the data directory {shown} is in use by another carecircle process; stop it first");
    }
    fs::remove_dir_all(data).with_context(|| format!("cannot delete {shown}"))?;
    remove_if_there(root_key)
}

fn remove_if_there(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot delete {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// The root key's place beside a data directory: outside it, so that a copy of the data is useless.
pub fn root_key_beside(data: &Path) -> anyhow::Result<PathBuf> {
    let Some(name) = data.file_name() else {
        bail!("--data: {} is not a directory's name", data.display());
    };
    let mut name = name.to_owned();
    name.push("-root-key");
    Ok(data.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::SystemChance;

    #[test]
    fn a_root_key_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("demo");
        let path = root_key_beside(&data).unwrap();
        assert_eq!(path, folder.path().join("demo-root-key"));
        read_or_make_root_key(&path, &SystemChance).unwrap();
        let first = fs::read(&path).unwrap();
        assert_eq!(first.len(), 32);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o400
        );
        read_or_make_root_key(&path, &SystemChance).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
    }

    #[test]
    fn a_root_key_that_others_can_read_or_that_is_short_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, [1; 32]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = read_root_key(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 0400"), "{error}");
        // As systemd lays a credential out: nobody but its group beside the owner, and only to read.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert!(read_key(&path, 0o037).is_ok());
        assert!(read_root_key(&path).is_err(), "elsewhere");
        for open in [0o460, 0o444] {
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
            assert!(read_key(&path, 0o037).is_err(), "{open:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, [1; 31]).unwrap();
        let error = read_root_key(&path).unwrap_err().to_string();
        assert!(error.contains("31 bytes"), "{error}");
    }

    #[test]
    fn starting_over_deletes_what_a_store_made_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("demo");
        let key = root_key_beside(&data).unwrap();
        start_over(&data, &key).unwrap();
        fs::create_dir(&data).unwrap();
        fs::write(data.join("letter.txt"), "dear").unwrap();
        let error = start_over(&data, &key).unwrap_err().to_string();
        assert!(error.contains("was not made by carecircle"), "{error}");
        let lock = File::create(data.join(LOCK)).unwrap();
        lock.lock().unwrap();
        let error = start_over(&data, &key).unwrap_err().to_string();
        assert!(error.contains("in use"), "{error}");
        assert!(data.join("letter.txt").exists());
        drop(lock);
        fs::write(&key, [1; 32]).unwrap();
        start_over(&data, &key).unwrap();
        assert!(!data.exists() && !key.exists());
    }
}
