//! Steps whose inputs did not change are skipped: a stamp in `target/stamps/` holds the hash of what
//! a step read the last time it succeeded.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::machine;

/// Folders that are never anybody's input.
const NEVER: &[&str] = &["node_modules", "dist", "target", ".git"];

/// The inputs of one step, hashed.
pub struct Stamp {
    name: &'static str,
    hash: Sha256,
}

impl Stamp {
    /// A stamp for the step of this name.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            hash: Sha256::new(),
        }
    }

    /// Counts a fact, such as a tool's version.
    #[must_use]
    pub fn fact(mut self, fact: &str) -> Self {
        self.add("fact", fact.as_bytes());
        self
    }

    /// Counts a file, or every file in a folder by name and content. What is absent counts as absent.
    pub fn path(self, path: &Path) -> Result<Self> {
        self.path_without(path, &[])
    }

    /// Like [`Stamp::path`], leaving out entries of the folder itself by name.
    pub fn path_without(mut self, path: &Path, without: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        collect(path, without, &mut files)?;
        files.sort();
        for file in files {
            let content = fs::read(&file).with_context(|| file.display().to_string())?;
            self.add(
                &file
                    .strip_prefix(machine::root())
                    .unwrap_or(&file)
                    .to_string_lossy(),
                &content,
            );
        }
        Ok(self)
    }

    fn add(&mut self, name: &str, content: &[u8]) {
        for part in [name.as_bytes(), content] {
            self.hash
                .update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.hash.update(part);
        }
    }

    /// Does the step unless its inputs are those of the last success and all its outputs exist.
    pub fn unless_done(self, outputs: &[PathBuf], step: impl FnOnce() -> Result<()>) -> Result<()> {
        let hash = STANDARD.encode(self.hash.finalize());
        let file = machine::target().join("stamps").join(self.name);
        let same = fs::read_to_string(&file).is_ok_and(|kept| kept == hash);
        if same && outputs.iter().all(|output| output.exists()) {
            println!("  {}: unchanged since the last time", self.name);
            return Ok(());
        }
        // Half-done work must not look done.
        if file.exists() {
            fs::remove_file(&file)?;
        }
        step()?;
        fs::create_dir_all(file.parent().context("a stamp has a folder")?)?;
        fs::write(&file, hash).context("cannot write the stamp")
    }
}

fn collect(path: &Path, without: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    }
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !NEVER.contains(&&*name) && !without.contains(&&*name) {
            collect(&entry.path(), &[], files)?;
        }
    }
    Ok(())
}
