//! Scripts of `tests/foreign`, in Node.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The folder of the device core as WebAssembly, with doors for tests.
pub fn wasm_folder() -> PathBuf {
    let folder = std::env::var_os("CARECIRCLE_TEST_WASM")
        .map_or_else(|| root().join("target/wasm-testing"), PathBuf::from);
    assert!(
        folder.join("carecircle_device_bg.wasm").exists(),
        "{} is missing: cargo xtask foreign makes it",
        folder.display()
    );
    folder
}

/// One of the scripts.
pub fn script(name: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(root().join("tests/foreign").join(name));
    node
}

/// One of the scripts, after a module that must be loaded first.
pub fn script_with(first: &Path, name: &str) -> Command {
    let mut node = Command::new("node");
    node.arg("--import").arg(first);
    node.arg(root().join("tests/foreign").join(name));
    node
}

/// What it prints; what it prints about a failure is the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("Node.js is missing")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {told}");
    Ok(String::from_utf8(output.stdout)?)
}
