//! `cargo xtask web`: the device core as wasm, then the web client that the server carries inside.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::{self, npm, output, part, run};
use crate::stamp::Stamp;
use crate::wasm;

/// In a build: which tools made it. Others make other bytes.
const MADE_WITH: &str = "made-with.txt";
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
        .path(&locales)?
        .path(&machine::root().join("server/xtask/src/web.rs"))?
        .fact(&node()?);
    let dist = folder.join("dist");
    let outputs = ["index.html", MADE_WITH].map(|name| dist.join(name));
    stamp.unless_done(&outputs, || build_into(&dist))
}

/// Builds the web client for people into a folder, which is emptied first.
pub fn build_into(folder: &Path) -> Result<()> {
    let mut build = npm()?;
    build.args(["run", "build", "--", "--outDir"]).arg(folder);
    // What would make another client: one over a double, one for developers.
    for name in ["DEVICE", "NODE_ENV"] {
        build.env_remove(name);
    }
    run(&mut build)?;
    let tools: String = wasm::made_by()?.into_iter().chain([node()?]).collect();
    fs::write(folder.join(MADE_WITH), tools).context("cannot write made-with.txt")
}

/// Which Node.js builds, and by what it compresses.
fn node() -> Result<String> {
    let ask = "const { node, zlib, brotli } = process.versions; \
               console.log(`node ${node}, zlib ${zlib}, brotli ${brotli}`)";
    output(Command::new("node").args(["--eval", ask]))
}
