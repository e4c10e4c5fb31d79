//! Paths of the machine that builds, and what stands for them in what browsers download.
//!
//! Panics name the source file that they are in, by its absolute path. Left alone, two machines would build
//! different bytes of the same sources, nobody could compare what is served with what they built, and every download
//! would tell where the sources lay.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine::{self, output};

/// Where cargo keeps the sources of a registry, below its home: a folder for each registry.
const REGISTRIES: &str = "registry/src";
/// Where the sources of the standard library are, below the compiler's own folder.
const LIBRARY: &str = "lib/rustlib/src/rust";

/// What stands for which path.
#[derive(Debug, PartialEq, Eq)]
pub struct Remapping {
    /// From the shortest to the longest: rustc takes the last one that fits.
    prefixes: Vec<(PathBuf, String)>,
    compiler: String,
}

impl Remapping {
    /// What holds for a compiler on this machine as it is now.
    pub fn read(rustc: impl Fn() -> Command) -> Result<Self> {
        let version = output(rustc().arg("-vV"))?;
        let sysroot = output(rustc().args(["--print", "sysroot"]))?;
        let home = cargo_home()?;
        let commit = fact(&version, "commit-hash").filter(|commit| *commit != "unknown");
        let commit = commit.or_else(|| fact(&version, "release"));
        let commit = commit.context("the compiler does not say which one it is")?;
        let mut places = vec![
            (machine::root(), "/carecircle".to_owned()),
            (machine::target(), "/carecircle/target".to_owned()),
            (
                Path::new(sysroot.trim()).join(LIBRARY),
                // As the library that comes compiled names its own sources.
                format!("/rustc/{commit}"),
            ),
        ];
        let registries = fs::read_dir(home.join(REGISTRIES)).into_iter().flatten();
        for registry in registries {
            places.push((registry?.path(), "/cargo".to_owned()));
        }
        places.push((home, "/cargo".to_owned()));
        let host = fact(&version, "host").unwrap_or("an unknown machine");
        let name = version.lines().next().unwrap_or_default();
        Ok(Self::of(places, format!("{name} on {host}")))
    }

    /// Places by either name, where one is a link.
    fn of(places: Vec<(PathBuf, String)>, compiler: String) -> Self {
        let mut prefixes = Vec::new();
        for (place, stands) in places {
            if let Ok(real) = fs::canonicalize(&place) {
                prefixes.push((real, stands.clone()));
            }
            prefixes.push((place, stands));
        }
        prefixes.sort_by(|(one, _), (other, _)| {
            let length = |path: &PathBuf| path.as_os_str().len();
            (length(one), one).cmp(&(length(other), other))
        });
        prefixes.dedup();
        Self { prefixes, compiler }
    }

    /// What tells rustc, as cargo takes it in `CARGO_ENCODED_RUSTFLAGS`: paths may hold spaces.
    pub fn flags(&self) -> String {
        let flags = self
            .prefixes
            .iter()
            .map(|(path, stands)| format!("--remap-path-prefix={}={stands}", path.display()));
        flags.collect::<Vec<_>>().join("\u{1f}")
    }

    /// Which compiler it is, and on what kind of machine: both show in what it makes.
    pub fn compiler(&self) -> &str {
        &self.compiler
    }

    /// Fails if a file still names a place of this machine.
    pub fn check(&self, file: &Path) -> Result<()> {
        let bytes = fs::read(file).with_context(|| file.display().to_string())?;
        if let Some(path) = self.leak(&bytes) {
            bail!(
                "{} names {}, a path of this machine: built elsewhere it would be other bytes, and nobody could \
                 compare them. `strings` shows where it stands; `server/xtask/src/remap.rs` is what should have \
                 put another in its place",
                file.display(),
                path.display()
            );
        }
        Ok(())
    }

    /// The first place of this machine that is named in these bytes.
    fn leak(&self, bytes: &[u8]) -> Option<&Path> {
        let names = |path: &Path| {
            let name = format!("{}/", path.display());
            // On a machine where it lies at the very place that stands for it, it is meant.
            let is_meant = self
                .prefixes
                .iter()
                .any(|(_, stands)| format!("{stands}/").starts_with(&name));
            !is_meant
                && bytes
                    .windows(name.len())
                    .any(|window| window == name.as_bytes())
        };
        let mut paths = self.prefixes.iter().map(|(path, _)| path.as_path());
        paths.find(|path| names(path))
    }
}

/// A line of `rustc -vV`.
fn fact<'v>(version: &'v str, name: &str) -> Option<&'v str> {
    let mut facts = version.lines().filter_map(|line| line.split_once(": "));
    facts.find_map(|(found, fact)| (found == name).then_some(fact))
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(machine::root().join(home));
    }
    let home = env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?;
    Ok(Path::new(&home).join(".cargo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remapping() -> Remapping {
        let places = [
            ("/nowhere/me/.cargo", "/cargo"),
            ("/nowhere/me/.cargo/registry/src/index-1", "/cargo"),
            ("/nowhere/me/my work", "/carecircle"),
            ("/nowhere/rust/lib/rustlib/src/rust", "/rustc/1"),
        ];
        let places = places.map(|(path, stands)| (PathBuf::from(path), stands.to_owned()));
        Remapping::of(places.to_vec(), "rustc".to_owned())
    }

    #[test]
    fn the_flags_name_each_place_and_the_innermost_last() {
        let flags = remapping().flags();
        let flags: Vec<&str> = flags.split('\u{1f}').collect();
        assert_eq!(
            flags,
            [
                "--remap-path-prefix=/nowhere/me/.cargo=/cargo",
                "--remap-path-prefix=/nowhere/me/my work=/carecircle",
                "--remap-path-prefix=/nowhere/rust/lib/rustlib/src/rust=/rustc/1",
                "--remap-path-prefix=/nowhere/me/.cargo/registry/src/index-1=/cargo",
            ]
        );
    }

    #[test]
    fn the_places_of_this_very_machine_are_all_named() {
        let rustc = || Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let flags = Remapping::read(rustc).unwrap().flags();
        for (place, stands) in [
            (machine::root(), "/carecircle"),
            (cargo_home().unwrap(), "/cargo"),
        ] {
            let flag = format!("--remap-path-prefix={}={stands}", place.display());
            assert!(flags.split('\u{1f}').any(|found| found == flag), "{flag}");
        }
        assert!(flags.contains("/lib/rustlib/src/rust=/rustc/"), "{flags}");
        let registry = format!("{REGISTRIES}/");
        assert!(flags.contains(&registry), "xtask was built of it: {flags}");
    }

    #[test]
    fn a_path_that_was_left_is_found_and_what_stands_for_it_is_not() {
        let remapping = remapping();
        let clean =
            b"\0/cargo/base64-0.22.1/src/lib.rs\0/rustc/1/library/core/src/str.rs\0src/lib.rs";
        assert_eq!(remapping.leak(clean), None);
        for left in ["/nowhere/me/.cargo", "/nowhere/me/my work"] {
            let bytes = format!("\0/cargo/x.rs{left}/some/lib.rs\0");
            assert_eq!(remapping.leak(bytes.as_bytes()), Some(Path::new(left)));
        }
        let at_home = Remapping::of(vec![("/cargo".into(), "/cargo".into())], String::new());
        assert_eq!(at_home.leak(clean), None, "nothing can stand for itself");
    }

    #[test]
    fn a_build_that_names_this_machine_fails_and_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("core.wasm");
        fs::write(&file, "/nowhere/me/my work/src/lib.rs").unwrap();
        let error = remapping().check(&file).unwrap_err().to_string();
        assert!(error.contains("names /nowhere/me/my work,"), "{error}");
        fs::write(&file, "/carecircle/src/lib.rs").unwrap();
        remapping().check(&file).unwrap();
    }
}
