//! The device core and the password's side of it as WebAssembly, two modules, and the JavaScript that loads
//! them.
//!
//! Two toolchains can do it. Rustup's, when the target is there or can be added; else Debian's
//! `rustc-web` with its sources (`-Zbuild-std`), for machines that reach package registries only. Both
//! build into `target/wasm`, apart from everything else, and the bindings are made by the library
//! behind `wasm-bindgen` at the version in `Cargo.lock`, so that no tool has to match it. Neither leaves a path of
//! the machine in what it makes ([`crate::remap`]).

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::machine::{self, output, run, succeeds};
use crate::remap::Remapping;
use crate::stamp::Stamp;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
/// Names the toolchain that must be taken.
const FORCED: &str = "XTASK_WASM";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";
/// SHA-2 as loops, not unrolled: a phone hashes little and downloads all of it.
const SMALL_HASHES: &str = "--cfg=sha2_backend_soft=\"compact\"";
const DEBIAN_LINKER: &str = "wasm-ld-19";
/// Beside each module: which compiler made it.
const MADE_BY: &str = "made-by";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Who compiles.
enum Toolchain {
    /// The one that compiled this chore, with the target installed.
    Ours,
    /// Debian's, building the standard library from its sources.
    Debian,
}

impl Toolchain {
    fn rustc(&self) -> Command {
        match self {
            Self::Ours => ours(),
            Self::Debian => debian(DEBIAN_RUSTC),
        }
    }

    /// Compiles a crate for browsers, without the places of this machine.
    fn compile(&self, build: &Build<'_>, target: &Path) -> Result<Remapping> {
        let read = || Remapping::read(|| self.rustc());
        let compile = |remapping: &Remapping| {
            let package = build.module.package;
            let mut cargo = match self {
                Self::Ours => by_ours(package, target),
                Self::Debian => by_debian(package, target)?,
            };
            // Cargo takes flags for rustc from one place, and looks here first. Nothing that is built needs others:
            // that randomness is a browser's is a feature (`wasm_js`).
            let flags = [&remapping.flags(), SMALL_HASHES].join("\u{1f}");
            cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
            if build.testing {
                cargo.args(["--features", "testing"]);
            }
            run(&mut cargo)
        };
        let before = read()?;
        compile(&before)?;
        // A cargo that never built here unpacks sources to where there was nothing yet.
        let after = read()?;
        if after != before {
            compile(&after)?;
        }
        Ok(after)
    }
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

/// Which compilers made the modules for people, a line each.
pub fn made_by() -> Result<BTreeSet<String>> {
    MODULES
        .iter()
        .map(|module| machine::web_client().join(module.folder).join(MADE_BY))
        .map(|file| fs::read_to_string(&file).with_context(|| file.display().to_string()))
        .collect()
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
    // How they are made shows in them too.
    for chore in ["wasm.rs", "remap.rs"] {
        stamp = stamp.path(&machine::root().join("server/xtask/src").join(chore))?;
    }
    let names = [".js", ".d.ts", "_bg.wasm"].map(|end| format!("{out}{end}"));
    let mut outputs = names.map(|name| build.folder.join(name)).to_vec();
    let made_by = build.folder.join(MADE_BY);
    outputs.push(made_by.clone());
    stamp.unless_done(&outputs, || {
        let target = machine::target().join("wasm");
        let remapping = toolchain()?.compile(build, &target)?;
        let wasm = target.join(TARGET).join(format!("web/{file}.wasm"));
        bindings(&wasm, &build.folder, out)?;
        remapping.check(&build.folder.join(format!("{out}_bg.wasm")))?;
        fs::write(&made_by, format!("{}\n", remapping.compiler())).context("cannot write made-by")
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
    let mut ask = ours();
    ask.args(["--print", "target-libdir", "--target", TARGET]);
    output(&mut ask).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// The compiler that the cargo of this chore calls.
fn ours() -> Command {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(machine::root());
    rustc
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
    for name in ["RUSTFLAGS", "CARGO_INCREMENTAL"] {
        cargo.env_remove(name);
    }
    cargo
}

/// One of Debian's programs, by itself.
fn debian(program: &str) -> Command {
    let mut command = Command::new(program);
    // What the outer cargo and rustup left in the environment speaks of another toolchain.
    for (name, _) in env::vars_os() {
        let name = name.to_str().unwrap_or_default();
        let kept = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR"];
        let ours = ["CARGO", "RUST", "LD_LIBRARY_PATH", "DYLD_"];
        if ours.iter().any(|start| name.starts_with(start))
            && !kept.iter().any(|start| name.starts_with(start))
        {
            command.env_remove(name);
        }
    }
    command.current_dir(machine::root());
    command
}

fn by_debian(package: &str, target: &Path) -> Result<Command> {
    let mut cargo = debian(DEBIAN_CARGO);
    let linker = machine::find(DEBIAN_LINKER).context("wasm-ld-19 was just there")?;
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", DEBIAN_RUSTC);
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
