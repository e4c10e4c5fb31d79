//! Who depends on whom, by `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::machine;

/// The workspace's crates by name.
pub struct Workspace {
    /// Every crate.
    pub crates: BTreeMap<String, Crate>,
}

/// One crate of the workspace.
pub struct Crate {
    /// Its folder.
    pub folder: PathBuf,
    /// Crates of the workspace that it needs to be built (tests aside).
    pub needs: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<PathBuf>,
}

impl Workspace {
    /// Asks cargo.
    pub fn read() -> Result<Self> {
        let mut metadata = machine::cargo();
        metadata.args(["metadata", "--format-version", "1", "--no-deps"]);
        let metadata: Metadata = serde_json::from_str(&machine::output(&mut metadata)?)?;
        let crates = metadata.packages.into_iter().map(|package| {
            let needs = package.dependencies.into_iter();
            let needs =
                needs.filter(|need| need.path.is_some() && need.kind.as_deref() != Some("dev"));
            let folder = package
                .manifest_path
                .parent()
                .map(Path::to_path_buf)
                .unwrap_or_default();
            (
                package.name,
                Crate {
                    folder,
                    needs: needs.map(|need| need.name).collect(),
                },
            )
        });
        Ok(Self {
            crates: crates.collect(),
        })
    }

    /// The folders of a crate and of everything in the workspace that it is built from.
    pub fn folders_of(&self, name: &str) -> Result<BTreeSet<PathBuf>> {
        let mut found = BTreeSet::new();
        let mut ahead = vec![name];
        while let Some(name) = ahead.pop() {
            let entry = self
                .crates
                .get(name)
                .with_context(|| format!("no crate `{name}`"))?;
            if found.insert(entry.folder.clone()) {
                ahead.extend(entry.needs.iter().map(String::as_str));
            }
        }
        Ok(found)
    }
}
