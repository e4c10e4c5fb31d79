//! Another release of the zone database than the one inside this binary: a directory of compiled zones (RFC
//! 9636), such as `/usr/share/zoneinfo`, or one that somebody put there because a law changed faster than this
//! program. It is read once; a server that is to follow another release is started again.
//!
//! What it holds besides zones is left alone: tables of countries, and the copies of everything that count leap
//! seconds (`right`) or do not (`posix`).

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use care::civil::{NotZones, Zones};
use protocol::limits;

/// How a compiled zone begins.
const MAGIC: &[u8] = b"TZif";
/// Where a directory says which release it is, in a line of its own.
const VERSION: &str = "+VERSION";
/// Where it may say so as well: the sources, whose first line is `# version 2026f`.
const SOURCES: &str = "tzdata.zi";
/// Copies of all zones.
const COPIES: [&str; 2] = ["posix", "right"];
/// `America/North_Dakota/New_Salem`.
const DEPTH_MAX: usize = 4;
/// A first line is not longer.
const LINE_BYTES_MAX: u64 = 128;

/// Why a directory is not a zone database, in words for whoever starts the server.
#[derive(Debug, thiserror::Error)]
pub enum ZoneDirectoryError {
    /// It cannot be read.
    #[error("{path}: {reason}")]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// What the operating system says.
        reason: std::io::ErrorKind,
    },
    /// It does not say which release it is, so nobody could tell when that changes.
    #[error(
        "{0} does not say which release of the zone database it is: it needs a file +VERSION that says 2026f or the \
         like, or a file tzdata.zi whose first line is \"# version 2026f\""
    )]
    NoVersion(PathBuf),
    /// It holds no compiled zone.
    #[error("{0} holds no compiled zones")]
    Empty(PathBuf),
    /// It holds more than any release does.
    #[error("{0} holds more, or larger, files of zones than any release of the database")]
    TooMuch(PathBuf),
    /// What it holds is damaged.
    #[error("{path}: {why}")]
    Damaged {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        why: NotZones,
    },
}

/// Reads all of it.
pub fn read(directory: &Path) -> Result<Zones, ZoneDirectoryError> {
    let mut files = Vec::new();
    collect(directory, directory, DEPTH_MAX, &mut files)?;
    let release = release(directory)?;
    if files.is_empty() {
        return Err(ZoneDirectoryError::Empty(directory.to_owned()));
    }
    Zones::compiled(&release, files).map_err(|why| ZoneDirectoryError::Damaged {
        path: directory.to_owned(),
        why,
    })
}

/// Which release it says it is.
fn release(directory: &Path) -> Result<String, ZoneDirectoryError> {
    if let Some(line) = first_line(&directory.join(VERSION))? {
        return Ok(line);
    }
    let line = first_line(&directory.join(SOURCES))?;
    let release = line.and_then(|line| line.strip_prefix("# version ").map(ToOwned::to_owned));
    release.ok_or_else(|| ZoneDirectoryError::NoVersion(directory.to_owned()))
}

/// `None` without such a file.
fn first_line(path: &Path) -> Result<Option<String>, ZoneDirectoryError> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unread(path, &error)),
    };
    let mut line = String::new();
    let mut file = BufReader::new(file.take(LINE_BYTES_MAX));
    file.read_line(&mut line)
        .map_err(|error| unread(path, &error))?;
    Ok(Some(line.trim_end().to_owned()))
}

type Files = Vec<(String, Vec<u8>)>;

/// Links count as what they lead to: a release may have its other names as links.
fn collect(
    top: &Path,
    directory: &Path,
    depth: usize,
    files: &mut Files,
) -> Result<(), ZoneDirectoryError> {
    let entries = fs::read_dir(directory).map_err(|error| unread(directory, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unread(directory, &error))?.path();
        let Some(name) = path.strip_prefix(top).ok().and_then(Path::to_str) else {
            continue;
        };
        if COPIES.contains(&name) {
            continue;
        }
        if path.is_dir() {
            if depth > 1 {
                collect(top, &path, depth - 1, files)?;
            }
        } else if path.is_file()
            && let Some(bytes) = zone(top, &path)?
        {
            if files.len() >= limits::ZONES_MAX {
                return Err(ZoneDirectoryError::TooMuch(top.to_owned()));
            }
            files.push((name.to_owned(), bytes));
        }
    }
    Ok(())
}

/// A file's bytes if it is a compiled zone.
fn zone(top: &Path, path: &Path) -> Result<Option<Vec<u8>>, ZoneDirectoryError> {
    let file = fs::File::open(path).map_err(|error| unread(path, &error))?;
    let mut bytes = Vec::new();
    file.take(limits::ZONE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unread(path, &error))?;
    if !bytes.starts_with(MAGIC) {
        return Ok(None);
    }
    if bytes.len() as u64 > limits::ZONE_BYTES_MAX {
        return Err(ZoneDirectoryError::TooMuch(top.to_owned()));
    }
    Ok(Some(bytes))
}

fn unread(path: &Path, error: &std::io::Error) -> ZoneDirectoryError {
    ZoneDirectoryError::Read {
        path: path.to_owned(),
        reason: error.kind(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELEASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/zones");

    /// A directory with one zone of a release in it.
    fn with_edmonton() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("America")).unwrap();
        let from = Path::new(RELEASES).join("2026f/America/Edmonton");
        fs::copy(from, directory.path().join("America/Edmonton")).unwrap();
        directory
    }

    #[test]
    fn a_release_says_which_it_is_in_either_file() {
        let directory = with_edmonton();
        let refused = read(directory.path()).unwrap_err().to_string();
        assert!(refused.contains("does not say which release"), "{refused}");
        let sources = directory.path().join(SOURCES);
        fs::write(&sources, "# version 2026b-dirty\n# This zic input file\n").unwrap();
        let zones = read(directory.path()).unwrap();
        assert_eq!(zones.version(), "2026b-dirty");
        fs::write(directory.path().join(VERSION), "2026f\n").unwrap();
        let zones = read(directory.path()).unwrap();
        assert_eq!(zones.version(), "2026f");
        let found = zones.find("America/Edmonton").unwrap();
        assert_eq!(found.name(), "America/Edmonton");
        assert!(zones.find("America/Chicago").is_err());
    }

    #[test]
    fn a_directory_that_cannot_be_trusted_is_refused_in_words() {
        let refused = |directory: &Path| read(directory).unwrap_err().to_string();
        let empty = tempfile::tempdir().unwrap();
        let said = refused(&empty.path().join("nowhere"));
        assert!(said.contains("nowhere: entity not found"), "{said}");
        fs::write(empty.path().join(VERSION), "2026f\n").unwrap();
        assert!(refused(empty.path()).contains("holds no compiled zones"));

        let directory = with_edmonton();
        for (version, says) in [
            ("latest\n", "the name of a release is written 2026f"),
            ("\n", "the name of a release is written 2026f"),
        ] {
            fs::write(directory.path().join(VERSION), version).unwrap();
            let said = refused(directory.path());
            assert!(said.contains(says), "{said}");
        }
        fs::write(directory.path().join(VERSION), "2026f\n").unwrap();
        let edmonton = directory.path().join("America/Edmonton");
        let whole = fs::read(&edmonton).unwrap();
        fs::write(&edmonton, &whole[..whole.len() / 2]).unwrap();
        assert!(refused(directory.path()).contains("America/Edmonton is not a compiled zone"));
        let mut long = whole;
        long.resize(200_000, 0);
        fs::write(&edmonton, long).unwrap();
        assert!(refused(directory.path()).contains("larger"));
    }

    #[test]
    fn copies_and_tables_are_no_zones() {
        let directory = with_edmonton();
        for (folder, name) in [("right", "Edmonton"), ("posix", "Edmonton")] {
            fs::create_dir(directory.path().join(folder)).unwrap();
            let copy = directory.path().join(folder).join(name);
            fs::copy(directory.path().join("America/Edmonton"), copy).unwrap();
        }
        fs::write(directory.path().join("zone1970.tab"), "CA\t+5333\n").unwrap();
        fs::write(directory.path().join(VERSION), "2026f\n").unwrap();
        let zones = read(directory.path()).unwrap();
        for name in [
            "right/Edmonton",
            "posix/Edmonton",
            "zone1970.tab",
            "America",
        ] {
            assert!(zones.find(name).is_err(), "{name}");
        }
        assert!(zones.find("America/Edmonton").is_ok());
    }
}
