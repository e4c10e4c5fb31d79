//! The device core and the password's side of it as WebAssembly, in the engine of a browser.

use anyhow::Result;
use serde_json::{Value, json};

use super::node::{output, root, script, wasm_folder};

/// The counts are those of `vectors::mls`, which runs the same code natively.
#[test]
fn the_working_groups_passive_clients_run_as_webassembly() -> Result<()> {
    let vectors = root().join("tests/vectors/mls");
    let printed = output(
        script("passive-clients.mjs")
            .arg(wasm_folder())
            .arg(vectors.join("passive-client-welcome.json"))
            .arg(vectors.join("passive-client-handling-commit.json")),
    )?;
    let followed: Value = serde_json::from_str(&printed)?;
    let expected = json!([
        { "welcomes": 8, "proposals": 0, "commits": 0, "authenticators": 8 },
        { "welcomes": 13, "proposals": 12, "commits": 26, "authenticators": 39 },
    ]);
    assert_eq!(followed, expected);
    Ok(())
}

/// `vectors::opaque` runs the same code natively.
#[test]
fn the_vectors_of_rfc_9807_run_as_webassembly() -> Result<()> {
    let vectors = root().join("tests/vectors/opaque/vectors.json");
    let printed = output(script("opaque-vectors.mjs").arg(wasm_folder()).arg(vectors))?;
    assert_eq!(printed.trim(), "2");
    Ok(())
}
