//! `cargo xtask bundle`: builds the web client once more, compares it with what the server carries, byte by byte,
//! and prints the hash by which anybody can compare theirs. The modules are taken as they are built.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::machine::{self, part};
use crate::web;

/// A build: its files by path, with `/` between folders.
type Files = BTreeMap<String, Vec<u8>>;

/// How many differing files are named.
const NAMED: usize = 10;

/// Builds what changed, then once more, and compares.
pub fn bundle() -> Result<()> {
    web::web()?;
    part("the same web client once more", compare)
}

fn compare() -> Result<()> {
    let again = tempfile::tempdir()?;
    web::build_into(again.path())?;
    let first = files(&machine::web_client().join("dist"))?;
    let second = files(again.path())?;
    let differing = differing(&first, &second);
    if !differing.is_empty() {
        let named: Vec<&str> = differing.iter().copied().take(NAMED).collect();
        bail!(
            "two builds of the same sources differ in {} files, so nobody could compare what is served: {}",
            differing.len(),
            named.join(" ")
        );
    }
    let listing = listing(&first);
    let (_, whole) = listing.trim_end().rsplit_once('\n').context("no files")?;
    println!("  {} files, the same to the byte", first.len());
    println!("  {whole}");
    Ok(())
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<Files> {
    let mut found = Files::new();
    let mut ahead = vec![folder.to_path_buf()];
    while let Some(path) = ahead.pop() {
        let context = || path.display().to_string();
        if path.is_dir() {
            for entry in fs::read_dir(&path).with_context(context)? {
                ahead.push(entry?.path());
            }
        } else {
            let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
            found.insert(name, fs::read(&path).with_context(context)?);
        }
    }
    Ok(found)
}

/// The files that only one has, or both and not alike.
fn differing<'f>(one: &'f Files, other: &'f Files) -> BTreeSet<&'f str> {
    let paths = one.keys().chain(other.keys());
    paths
        .filter(|path| one.get(*path) != other.get(*path))
        .map(String::as_str)
        .collect()
}

/// What the server answers to `GET /bundle.txt` when it carries these files.
fn listing(files: &Files) -> String {
    let lines: String = files
        .iter()
        .map(|(path, bytes)| line(bytes, path))
        .collect();
    let whole = line(lines.as_bytes(), "bundle");
    lines + &whole
}

fn line(bytes: &[u8], name: &str) -> String {
    let mut line = String::new();
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    for byte in hash {
        write!(line, "{byte:02x}").expect("a string takes everything");
    }
    line + "  " + name + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Files {
        [("b.js", "two"), ("a.js", "one")]
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .into()
    }

    /// The same as in the gateway's test.
    #[test]
    fn the_listing_is_that_of_the_server() {
        assert_eq!(
            listing(&two()),
            "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a.js\n\
             3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b.js\n\
             815716e05fe6a3d1bd50dc59be26d8fdf1badf158064e96f7408e812645131eb  bundle\n"
        );
    }

    #[test]
    fn a_changed_a_missing_and_a_further_file_are_told() {
        let mut other = two();
        assert!(differing(&two(), &other).is_empty());
        other.insert("a.js".to_owned(), b"onf".to_vec());
        other.insert("c.js".to_owned(), Vec::new());
        other.remove("b.js");
        let first = two();
        let told: Vec<&str> = differing(&first, &other).into_iter().collect();
        assert_eq!(told, ["a.js", "b.js", "c.js"]);
    }

    #[test]
    fn files_are_named_from_their_folder_on() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join("assets/a.js"), "one").unwrap();
        fs::write(folder.path().join("index.html"), "two").unwrap();
        let files = files(folder.path()).unwrap();
        let names: Vec<&String> = files.keys().collect();
        assert_eq!(names, ["assets/a.js", "index.html"]);
        assert!(super::files(&folder.path().join("missing")).is_err());
    }
}
