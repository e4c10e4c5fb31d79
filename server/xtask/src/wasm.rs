//! The device core and the password's side of it as WebAssembly, two modules, and the JavaScript that loads
//! them.
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

/// A crate that becomes a module.
struct Module {
    package: &'static str,
    /// Cargo's name for its file.
    file: &'static str,
    /// What its bindings are called.
    out: &'static str,
    /// Where they go for people: the web client imports them from there.
    folder: &'static str,
    /// By what it is remembered that it is made: for people, with doors for tests.
    stamps: [&'static str; 2],
}

const MODULES: [Module; 2] = [
    Module {
        package: "carecircle-device-wasm",
        file: "carecircle_device_wasm",
        out: "carecircle_device",
        folder: "src/core/wasm",
        stamps: ["wasm", "wasm-testing"],
    },
    Module {
        package: "carecircle-password-wasm",
        file: "carecircle_password_wasm",
        out: "carecircle_password",
        folder: "src/core/password",
        stamps: ["password-wasm", "password-wasm-testing"],
    },
];

/// What is built: for people, or with doors for tests (`device::testing`, `password::testing`).
struct Build<'m> {
    module: &'m Module,
    testing: bool,
    folder: PathBuf,
}

/// Builds the modules and their bindings unless nothing they are made of has changed.
pub fn build() -> Result<()> {
    MODULES.iter().try_for_each(|module| {
        made(&Build {
            module,
            testing: false,
            folder: machine::web_client().join(module.folder),
        })
    })
}

/// The same with doors for tests, for Node; answers their folder.
pub fn build_testing() -> Result<PathBuf> {
    let folder = machine::target().join("wasm-testing");
    for module in &MODULES {
        made(&Build {
            module,
            testing: true,
            folder: folder.clone(),
        })?;
    }
    // Node takes the bindings for what they are: a module.
    let manifest = folder.join("package.json");
    fs::write(manifest, "{ \"type\": \"module\" }\n").context("cannot write package.json")?;
    Ok(folder)
}

fn made(build: &Build<'_>) -> Result<()> {
    let Module {
        package,
        file,
        out,
        stamps,
        ..
    } = build.module;
    let forced = env::var_os(FORCED).unwrap_or_default();
    let stamp = stamps[usize::from(build.testing)];
    let mut stamp = Stamp::new(stamp).fact(&forced.to_string_lossy());
    for folder in Workspace::read()?.folders_of(package)? {
        stamp = stamp.path(&folder)?;
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        stamp = stamp.path(&machine::root().join(file))?;
    }
    let files = ["js", "d.ts"].map(|kind| build.folder.join(format!("{out}.{kind}")));
    let wasm = build.folder.join(format!("{out}_bg.wasm"));
    let [js, types] = files;
    stamp.unless_done(&[js, types, wasm], || {
        let target = machine::target().join("wasm");
        let mut cargo = match toolchain()? {
            Toolchain::Ours => by_ours(package, &target),
            Toolchain::Debian => by_debian(package, &target)?,
        };
        if build.testing {
            cargo.args(["--features", "testing"]);
        }
        run(&mut cargo)?;
        let wasm = target.join(TARGET).join(format!("web/{file}.wasm"));
        bindings(&wasm, &build.folder, out)
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
        machine::install(DEBIAN_PACKAGES, "what browsers run as WebAssembly")?;
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

fn by_ours(package: &str, target: &Path) -> Command {
    let mut cargo = machine::cargo();
    cargo.args([
        "build",
        "--package",
        package,
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

fn by_debian(package: &str, target: &Path) -> Result<Command> {
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
        package,
        "--lib",
    ]);
    cargo
        .args(["--profile", "web", "--target", TARGET, "--target-dir"])
        .arg(target);
    Ok(cargo)
}

fn bindings(wasm: &Path, folder: &Path, name: &str) -> Result<()> {
    println!("  bindings for {} in {}", wasm.display(), folder.display());
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .context("cannot make the bindings")
}
