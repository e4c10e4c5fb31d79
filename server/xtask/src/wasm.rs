//! The device core as WebAssembly, and the JavaScript that loads it.
//!
//! Two toolchains can do it. Rustup's, when the target is there or can be added; else Debian's
//! `rustc-web` with its sources (`-Zbuild-std`), for machines that reach package registries only. Both
//! build into `target/wasm`, apart from everything else, and the bindings are made by the library
//! behind `wasm-bindgen` at the version in `Cargo.lock`, so that no tool has to match it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::machine::{self, output, run, succeeds};
use crate::stamp::Stamp;
use crate::workspace::Workspace;

const CRATE: &str = "carecircle-device-wasm";
const TARGET: &str = "wasm32-unknown-unknown";
/// Names the toolchain that must be taken.
const FORCED: &str = "XTASK_WASM";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";
const DEBIAN_LINKER: &str = "wasm-ld-19";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Who compiles.
enum Toolchain {
    /// The one that compiled this chore, with the target installed.
    Ours,
    /// Debian's, building the standard library from its sources.
    Debian,
}

/// Where the bindings go: the web client imports them from there.
pub fn folder() -> PathBuf {
    machine::web_client().join("src/core/wasm")
}

/// What is built: for people, or with doors for tests (`device::testing`).
struct Build {
    name: &'static str,
    features: &'static [&'static str],
    folder: PathBuf,
}

/// Builds the device core and its bindings unless nothing they are made of has changed.
pub fn build() -> Result<()> {
    made(&Build {
        name: "wasm",
        features: &[],
        folder: folder(),
    })
}

/// The same with doors for tests, for Node; answers its folder.
pub fn build_testing() -> Result<PathBuf> {
    let build = Build {
        name: "wasm-testing",
        features: &["--features", "testing"],
        folder: machine::target().join("wasm-testing"),
    };
    made(&build)?;
    // Node takes the bindings for what they are: a module.
    let manifest = build.folder.join("package.json");
    fs::write(manifest, "{ \"type\": \"module\" }\n").context("cannot write package.json")?;
    Ok(build.folder)
}

fn made(build: &Build) -> Result<()> {
    let forced = env::var_os(FORCED).unwrap_or_default();
    let mut stamp = Stamp::new(build.name).fact(&forced.to_string_lossy());
    for folder in Workspace::read()?.folders_of(CRATE)? {
        stamp = stamp.path(&folder)?;
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        stamp = stamp.path(&machine::root().join(file))?;
    }
    let made = [
        "carecircle_device.js",
        "carecircle_device.d.ts",
        "carecircle_device_bg.wasm",
    ];
    stamp.unless_done(&made.map(|file| build.folder.join(file)), || {
        let target = machine::target().join("wasm");
        let mut cargo = match toolchain()? {
            Toolchain::Ours => by_ours(&target),
            Toolchain::Debian => by_debian(&target)?,
        };
        run(cargo.args(build.features))?;
        let wasm = target.join(TARGET).join("web/carecircle_device_wasm.wasm");
        bindings(&wasm, &build.folder)
    })
}

/// `XTASK_WASM=debian` takes the second way even where the first would work.
fn toolchain() -> Result<Toolchain> {
    let forced = env::var_os(FORCED);
    if let Some(forced) = &forced
        && forced != "debian"
    {
        bail!("{FORCED} can only be `debian`");
    }
    if forced.is_none() && (has_target() || (add_target() && has_target())) {
        return Ok(Toolchain::Ours);
    }
    let missing = || {
        [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_SOURCES]
            .iter()
            .any(|path| !Path::new(path).exists())
            || machine::find(DEBIAN_LINKER).is_none()
    };
    if missing() {
        println!("  rustup has no {TARGET} here (`rustup target add {TARGET}`); using Debian's");
        machine::install(DEBIAN_PACKAGES, "the device core as WebAssembly")?;
    }
    if missing() {
        bail!(
            "{} were installed, but are not where Debian puts them",
            DEBIAN_PACKAGES.join(" ")
        );
    }
    Ok(Toolchain::Debian)
}

fn has_target() -> bool {
    let mut ask = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    ask.args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(machine::root());
    output(&mut ask).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

fn add_target() -> bool {
    println!("  $ rustup target add {TARGET}");
    succeeds(
        Command::new("rustup")
            .args(["target", "add", TARGET])
            .current_dir(machine::root()),
    )
}

fn by_ours(target: &Path) -> Command {
    let mut cargo = machine::cargo();
    cargo.args([
        "build",
        "--package",
        CRATE,
        "--lib",
        "--profile",
        "web",
        "--target",
        TARGET,
    ]);
    cargo.arg("--target-dir").arg(target);
    // What a developer's own machine asks for is not for browsers.
    cargo.env_remove("RUSTFLAGS");
    cargo
}

fn by_debian(target: &Path) -> Result<Command> {
    let mut cargo = Command::new(DEBIAN_CARGO);
    // What the outer cargo and rustup left in the environment speaks of another toolchain.
    for (name, _) in env::vars_os() {
        let name = name.to_str().unwrap_or_default();
        let kept = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR"];
        let ours = ["CARGO", "RUST", "LD_LIBRARY_PATH", "DYLD_"];
        if ours.iter().any(|start| name.starts_with(start))
            && !kept.iter().any(|start| name.starts_with(start))
        {
            cargo.env_remove(name);
        }
    }
    let linker = machine::find(DEBIAN_LINKER).context("wasm-ld-19 was just there")?;
    cargo
        .current_dir(machine::root())
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", DEBIAN_RUSTC);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    cargo.args([
        "build",
        "-Zbuild-std=std,panic_abort",
        "--package",
        CRATE,
        "--lib",
    ]);
    cargo
        .args(["--profile", "web", "--target", TARGET, "--target-dir"])
        .arg(target);
    Ok(cargo)
}

fn bindings(wasm: &Path, folder: &Path) -> Result<()> {
    println!("  bindings for {} in {}", wasm.display(), folder.display());
    Bindgen::new()
        .input_path(wasm)
        .out_name("carecircle_device")
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .context("cannot make the bindings")
}
