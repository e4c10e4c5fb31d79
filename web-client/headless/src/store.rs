//! A device's store outside the browser: one redb file and the vault key beside it.
//!
//! | file | what | mode |
//! |---|---|---|
//! | `device.redb` | tables `state` and `items` (sealed by the device), `host` (server, session cookie) | 0600 |
//! | `vault.key` | 32 random bytes under which the device seals | 0600 |
//!
//! One step is one durable transaction. redb locks its file, so a second process is refused. The
//! store is made first and its key second: a store with rows and no key, or a key and no store, is
//! damage and an error, never a new device.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use device::api::{Delta, Write};
use redb::{
    Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, ReadableTableMetadata as _,
    TableDefinition, WriteTransaction,
};
use zeroize::Zeroizing;

use crate::Error;
use crate::error::StoreFailure;

const STORE_FILE: &str = "device.redb";
const KEY_FILE: &str = "vault.key";
/// The length of a circle's id, with which the keys of its items begin.
const CIRCLE_BYTES: usize = 16;
/// No place behind a circle is longer.
const PLACE_BYTES_MAX: usize = 16;

/// Rows as they are read: key and sealed value.
pub type Rows = Vec<(Vec<u8>, Vec<u8>)>;

type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;
const STATE: Table = TableDefinition::new("state");
const ITEMS: Table = TableDefinition::new("items");
const HOST: TableDefinition<'static, &'static str, &'static [u8]> = TableDefinition::new("host");

/// What the host itself remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The server that this device belongs to.
    Server,
    /// The authorities it trusts, as PEM.
    Authorities,
    /// The session cookie.
    Cookie,
}

impl Note {
    const fn key(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Authorities => "authorities",
            Self::Cookie => "cookie",
        }
    }
}

/// An open store. Dropping it closes the file and ends the lock.
#[derive(Debug)]
pub struct Store {
    database: Database,
    key: Zeroizing<[u8; 32]>,
}

impl Store {
    /// Opens the store in a directory, making both when neither is there.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        let in_the_way = |detail: &dyn std::fmt::Display| Error::Data {
            path: directory.to_path_buf(),
            detail: detail.to_string(),
        };
        let mut make = DirBuilder::new();
        make.recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| in_the_way(&error))?;
        let (file, key_file) = (directory.join(STORE_FILE), directory.join(KEY_FILE));
        let key = read_key(&key_file)?;
        let is_empty = fs::metadata(&file).map_or(true, |facts| facts.len() == 0);
        if is_empty && key.is_some() {
            return Err(Error::StoreMissing(file));
        }
        let mut private = OpenOptions::new();
        private.create(true).truncate(false).write(true).mode(0o600);
        private.open(&file).map_err(|error| in_the_way(&error))?;
        let database = Database::create(&file).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => Error::InUse(directory.to_path_buf()),
            other => Error::from(StoreFailure(other)),
        })?;
        let rows = make_tables(&database)?;
        let key = match key {
            Some(key) => key,
            None if rows == 0 => make_key(&key_file).map_err(|error| in_the_way(&error))?,
            None => return Err(Error::KeyMissing(key_file)),
        };
        Ok(Self { database, key })
    }

    /// The key under which the device seals.
    pub fn vault_key(&self) -> [u8; 32] {
        *self.key
    }

    /// Every row of the table `state`.
    pub fn state(&self) -> Result<Rows, Error> {
        let transaction = self.database.begin_read().map_err(StoreFailure)?;
        let table = transaction.open_table(STATE).map_err(StoreFailure)?;
        let rows = table.iter().map_err(StoreFailure)?;
        rows.map(|row| {
            let (key, value) = row.map_err(StoreFailure)?;
            Ok((key.value().to_vec(), value.value().to_vec()))
        })
        .collect()
    }

    /// The last `limit` rows of the table `items` whose keys begin so, oldest first.
    pub fn items(&self, prefix: &[u8], limit: usize) -> Result<Rows, Error> {
        let transaction = self.database.begin_read().map_err(StoreFailure)?;
        let table = transaction.open_table(ITEMS).map_err(StoreFailure)?;
        let mut end = prefix.to_vec();
        end.extend([0xff; 9]);
        let range = table
            .range::<&[u8]>(prefix..end.as_slice())
            .map_err(StoreFailure)?;
        let mut rows = Vec::new();
        for row in range.rev().take(limit) {
            let (key, value) = row.map_err(StoreFailure)?;
            rows.push((key.value().to_vec(), value.value().to_vec()));
        }
        rows.reverse();
        Ok(rows)
    }

    /// Stores one step: all of it, durably, or nothing.
    pub fn apply(&self, delta: &Delta) -> Result<(), Error> {
        if delta.state.is_empty() && delta.items.is_empty() {
            return Ok(());
        }
        let transaction = self.database.begin_write().map_err(StoreFailure)?;
        write(&transaction, STATE, &delta.state)?;
        clear_circles(&transaction, &delta.items)?;
        write(&transaction, ITEMS, &delta.items)?;
        transaction.commit().map_err(StoreFailure)?;
        Ok(())
    }

    /// What the host remembers under a name.
    pub fn note(&self, note: Note) -> Result<Option<Vec<u8>>, Error> {
        let transaction = self.database.begin_read().map_err(StoreFailure)?;
        let table = transaction.open_table(HOST).map_err(StoreFailure)?;
        let found = table.get(note.key()).map_err(StoreFailure)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    /// Remembers, or forgets, durably.
    pub fn remember(&self, note: Note, value: Option<&[u8]>) -> Result<(), Error> {
        let transaction = self.database.begin_write().map_err(StoreFailure)?;
        {
            let mut table = transaction.open_table(HOST).map_err(StoreFailure)?;
            match value {
                Some(value) => table.insert(note.key(), value),
                None => table.remove(note.key()),
            }
            .map_err(StoreFailure)?;
        }
        transaction.commit().map_err(StoreFailure)?;
        Ok(())
    }
}

/// What a full disk would say: for faults.
pub(crate) fn refused_on_purpose() -> Error {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    Error::Store(Box::new(redb::Error::Io(full)))
}

fn write(transaction: &WriteTransaction, table: Table, rows: &[Write]) -> Result<(), Error> {
    let mut table = transaction.open_table(table).map_err(StoreFailure)?;
    for Write { key, value } in rows {
        match value {
            Some(value) => table.insert(key.as_slice(), value.as_slice()),
            None => table.remove(key.as_slice()),
        }
        .map_err(StoreFailure)?;
    }
    Ok(())
}

/// A deletion of a circle alone takes every item of the circle.
fn clear_circles(transaction: &WriteTransaction, rows: &[Write]) -> Result<(), Error> {
    let mut table = transaction.open_table(ITEMS).map_err(StoreFailure)?;
    let whole = |row: &&Write| row.key.len() == CIRCLE_BYTES && row.value.is_none();
    for row in rows.iter().filter(whole) {
        let after = [row.key.as_slice(), &[0xff; PLACE_BYTES_MAX]].concat();
        table
            .retain_in(row.key.as_slice()..after.as_slice(), |_, _| false)
            .map_err(StoreFailure)?;
    }
    Ok(())
}

/// Makes the tables that are not there yet and counts the device's rows.
fn make_tables(database: &Database) -> Result<u64, Error> {
    let transaction = database.begin_write().map_err(StoreFailure)?;
    let rows = {
        transaction.open_table(HOST).map_err(StoreFailure)?;
        let state = transaction.open_table(STATE).map_err(StoreFailure)?;
        let items = transaction.open_table(ITEMS).map_err(StoreFailure)?;
        state.len().map_err(StoreFailure)? + items.len().map_err(StoreFailure)?
    };
    transaction.commit().map_err(StoreFailure)?;
    Ok(rows)
}

fn read_key(file: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, Error> {
    let wrong = |detail: &str| Error::Data {
        path: file.to_path_buf(),
        detail: detail.to_owned(),
    };
    let bytes = match fs::read(file) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(&error.to_string())),
    };
    let mode = fs::metadata(file)
        .map_err(|error| wrong(&error.to_string()))?
        .permissions()
        .mode();
    if mode.trailing_zeros() < 6 {
        return Err(wrong(
            "others on this machine can read it; make it yours alone (chmod 600)",
        ));
    }
    let key = bytes
        .as_slice()
        .try_into()
        .map_err(|_| wrong("it is not 32 bytes long"))?;
    Ok(Some(Zeroizing::new(key)))
}

/// Written whole under another name first: a key that is half there would lock the device out.
fn make_key(file: &Path) -> std::io::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(std::io::Error::other)?;
    let beside: PathBuf = file.with_extension("new");
    let mut options = OpenOptions::new();
    let mut written = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    written.write_all(key.as_slice())?;
    written.sync_all()?;
    fs::rename(&beside, file)?;
    if let Some(directory) = file.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &[u8], value: Option<&[u8]>) -> Write {
        Write {
            key: key.to_vec(),
            value: value.map(<[u8]>::to_vec),
        }
    }

    #[test]
    fn a_step_is_read_back_by_the_next_opening_and_deletions_count() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = store.vault_key();
        let state = vec![row(b"a", Some(b"1")), row(b"b", Some(b"2"))];
        store
            .apply(&Delta {
                state,
                items: vec![],
            })
            .unwrap();
        store
            .apply(&Delta {
                state: vec![row(b"a", None)],
                items: vec![],
            })
            .unwrap();
        store.remember(Note::Cookie, Some(b"c")).unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.vault_key(), key);
        assert_eq!(store.state().unwrap(), [(b"b".to_vec(), b"2".to_vec())]);
        assert_eq!(
            store.note(Note::Cookie).unwrap().as_deref(),
            Some(b"c".as_slice())
        );
        assert_eq!(store.note(Note::Server).unwrap(), None);
    }

    #[test]
    fn items_come_newest_last_and_of_one_circle_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = |circle: u8, place: u64| [&[circle; 16][..], &place.to_be_bytes()].concat();
        let places = [(1, 3), (1, 1), (2, 2), (1, 2), (1, u64::MAX)];
        let items = places
            .map(|(circle, place)| row(&key(circle, place), Some(b"x")))
            .to_vec();
        store
            .apply(&Delta {
                state: vec![],
                items,
            })
            .unwrap();
        let keys = |circle: u8, limit: usize| -> Vec<Vec<u8>> {
            store
                .items(&[circle; 16], limit)
                .unwrap()
                .into_iter()
                .map(|(key, _)| key)
                .collect()
        };
        assert_eq!(keys(1, 2), [key(1, 3), key(1, u64::MAX)]);
        assert_eq!(keys(1, 9).len(), 4);
        assert_eq!(keys(2, 9), [key(2, 2)]);
    }

    #[test]
    fn deleting_a_circle_alone_takes_its_items_and_no_other_row() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = |circle: u8, place: u64| [&[circle; 16][..], &place.to_be_bytes()].concat();
        let mut longer = key(1, u64::MAX);
        longer.push(2);
        let items = [key(1, 1), key(1, 2), longer, key(2, 3)];
        let items = items.map(|key| row(&key, Some(b"x"))).to_vec();
        let state = vec![row(&[1; 16], Some(b"s")), row(&[1; 20], Some(b"t"))];
        store.apply(&Delta { state, items }).unwrap();
        let items = vec![row(&[1; 16], None), row(&key(1, 4), Some(b"y"))];
        let state = vec![row(&[1; 16], None)];
        store.apply(&Delta { state, items }).unwrap();
        let left = store.items(&[1; 16], 9).unwrap();
        assert_eq!(left, [(key(1, 4), b"y".to_vec())]);
        assert_eq!(store.items(&[2; 16], 9).unwrap().len(), 1);
        assert_eq!(store.state().unwrap().len(), 1, "a state row is one row");
    }

    #[test]
    fn a_second_opening_a_lost_key_and_a_lost_store_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let store = Store::open(path).unwrap();
        assert!(matches!(Store::open(path), Err(Error::InUse(_))));
        store
            .apply(&Delta {
                state: vec![row(b"a", Some(b"1"))],
                items: vec![],
            })
            .unwrap();
        drop(store);
        fs::rename(path.join(KEY_FILE), path.join("away")).unwrap();
        assert!(matches!(Store::open(path), Err(Error::KeyMissing(_))));
        fs::rename(path.join("away"), path.join(KEY_FILE)).unwrap();
        fs::write(path.join(STORE_FILE), b"").unwrap();
        assert!(matches!(Store::open(path), Err(Error::StoreMissing(_))));
        fs::remove_file(path.join(STORE_FILE)).unwrap();
        assert!(matches!(Store::open(path), Err(Error::StoreMissing(_))));
    }

    #[test]
    fn a_start_that_died_before_its_key_starts_anew_and_files_are_private() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
        drop(Store::open(folder.path()).unwrap());
        for name in [KEY_FILE, STORE_FILE] {
            let mode = fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let open = fs::Permissions::from_mode(0o640);
        fs::set_permissions(folder.path().join(KEY_FILE), open).unwrap();
        assert!(matches!(
            Store::open(folder.path()),
            Err(Error::Data { .. })
        ));
    }
}
