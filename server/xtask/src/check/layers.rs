//! Who may import whom (server/ARCHITECTURE.md), against what the manifests say.

use anyhow::{Result, bail};

use crate::machine::{self, output};
use crate::workspace::Workspace;

/// What a crate may import from the workspace.
enum May {
    /// These.
    Only(&'static [&'static str]),
    /// Anything: it exists to put the real parts together in tests.
    Anything,
}
use May::{Anything, Only};

const TABLE: &[(&str, May)] = &[
    ("carecircle-protocol", Only(&[])),
    ("carecircle-care", Only(&["protocol"])),
    ("carecircle-judge", Only(&["protocol"])),
    ("carecircle-delivery", Only(&["protocol", "judge"])),
    ("carecircle-device", Only(&["protocol", "judge"])),
    ("carecircle-mail", Only(&["protocol", "care"])),
    ("carecircle-store", Only(&["protocol", "care", "delivery"])),
    (
        "carecircle-scheduler",
        Only(&["protocol", "care", "store", "mail"]),
    ),
    (
        "carecircle-gateway",
        Only(&["protocol", "care", "store", "scheduler"]),
    ),
    (
        "carecircle",
        Only(&[
            "protocol",
            "care",
            "store",
            "judge",
            "delivery",
            "mail",
            "scheduler",
            "gateway",
        ]),
    ),
    ("carecircle-device-wasm", Only(&["protocol", "device"])),
    ("carecircle-password", Only(&["protocol"])),
    ("carecircle-password-wasm", Only(&["password"])),
    (
        "carecircle-headless",
        Only(&["protocol", "device", "password"]),
    ),
    ("carecircle-testkit", Anything),
    ("carecircle-tests", Anything),
    ("carecircle-xtask", Only(&[])),
];

/// Compares the table with the manifests, and proves that the server cannot open a message.
pub fn layers() -> Result<()> {
    let workspace = Workspace::read()?;
    let mut wrong = Vec::new();
    for (name, entry) in &workspace.crates {
        match TABLE.iter().find(|(listed, _)| listed == name) {
            None => wrong.push(format!("{name} is not in the table")),
            Some((_, Anything)) => {}
            Some((_, Only(may))) => {
                let short = |need: &str| need.trim_start_matches("carecircle-").to_owned();
                let strange = entry
                    .needs
                    .iter()
                    .filter(|need| !may.contains(&&*short(need)));
                wrong.extend(strange.map(|need| format!("{name} may not import {need}")));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    println!(
        "  {} crates import only what they may",
        workspace.crates.len()
    );
    no_keys_in_the_server()?;
    [
        "carecircle-device-wasm",
        "carecircle-password-wasm",
        "carecircle-headless",
    ]
    .into_iter()
    .try_for_each(nothing_for_tests_ships)
}

/// Nothing in the server's process can decrypt: the device core is not among what it is built from.
fn no_keys_in_the_server() -> Result<()> {
    let mut tree = machine::cargo();
    tree.args([
        "tree",
        "--package",
        "carecircle",
        "--edges",
        "normal,build",
        "--all-features",
    ]);
    let built_from = output(tree.args(["--target", "all", "--prefix", "none", "--format", "{p}"]))?;
    let has = |name| {
        built_from
            .lines()
            .any(|line| line.split(' ').next() == Some(name))
    };
    if !has("carecircle-protocol") {
        bail!("cargo tree does not show what the server is built from:\n{built_from}");
    }
    for (name, can) in [
        ("carecircle-device", "decrypt messages"),
        ("carecircle-password", "compute with passwords"),
    ] {
        if has(name) {
            bail!(
                "the server is built with {name}, which can {can}; see \
                 cargo tree --package carecircle --invert {name} --edges normal,build"
            );
        }
    }
    println!("  the server is built without the device core and without passwords");
    Ok(())
}

/// Features of what runs on devices that would weaken it: randomness from a seed, doors for tests.
const NEVER_SHIPPED: &[&str] = &["simulated", "testing"];

/// What people run holds the device core without them.
fn nothing_for_tests_ships(package: &str) -> Result<()> {
    let mut tree = machine::cargo();
    tree.args(["tree", "--package", package, "--edges", "normal,build"]);
    tree.args([
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p} [{f}]",
    ]);
    let built_from = output(&mut tree)?;
    let cores: Vec<&str> = built_from
        .lines()
        .filter(|line| {
            line.starts_with("carecircle-device ") || line.starts_with("carecircle-password ")
        })
        .collect();
    if cores.is_empty() {
        bail!("cargo tree does not show the device core in {package}:\n{built_from}");
    }
    for core in cores {
        if let Some(found) = NEVER_SHIPPED.iter().find(|name| core.contains(**name)) {
            bail!("{package} is built with the device core's feature `{found}`: {core}");
        }
    }
    println!("  {package} is built without doors for tests");
    Ok(())
}
