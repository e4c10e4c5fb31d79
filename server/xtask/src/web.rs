//! `cargo xtask web`: the device core as wasm, then the web client that the server carries inside.

use std::fs;

use anyhow::Result;

use crate::machine::{self, npm, part, run};
use crate::stamp::Stamp;
use crate::wasm;

/// Folders of the web client that its build does not read.
const NOT_READ: &[&str] = &[
    "device",
    "device-wasm",
    "headless",
    "password",
    "password-wasm",
];

/// Builds what changed.
pub fn web() -> Result<()> {
    part("device core and password as wasm", wasm::build)?;
    part("web client's packages", packages)?;
    part("web client", client)
}

/// `npm ci`, when the lock file is newer than what was installed.
pub fn packages() -> Result<()> {
    let folder = machine::web_client();
    let changed = |file: &str| {
        fs::metadata(folder.join(file))
            .and_then(|facts| facts.modified())
            .ok()
    };
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_some() && installed >= changed("package-lock.json") {
        println!("  node_modules: unchanged since the last time");
        return Ok(());
    }
    run(npm()?.args(["ci", "--no-audit", "--no-fund"]))
}

fn client() -> Result<()> {
    let folder = machine::web_client();
    // The locales are the server's, read through an alias.
    let locales = machine::root().join("server/care/locales");
    let stamp = Stamp::new("web")
        .path_without(&folder, NOT_READ)?
        .path(&locales)?;
    stamp.unless_done(&[folder.join("dist/index.html")], || {
        run(npm()?.args(["run", "build"]))
    })
}
