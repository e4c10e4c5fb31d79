//! The device core and the password's side of it as WebAssembly, in the engine of a browser.

use anyhow::Result;
use device::Device;
use device::api::{Command, Input};
use device::testing::replay::{self, Met, Recording};
use protocol::Timestamp;
use serde_json::{Value, json};

use super::node::{output, root, script, wasm_folder};
use crate::simulator::phone::SERVER_NAME;

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

/// What `cargo xtask bench device` measures there is recorded like this.
#[test]
fn whatever_happened_outside_is_met_again_as_webassembly() -> Result<()> {
    let (vault_key, now) = ([1; 32], Timestamp::from_micros(1_772_442_000_000_000));
    let mut device = Device::open(vault_key, SERVER_NAME.to_owned(), Vec::new())?;
    let (secret, fingerprint) = ("A".repeat(22), "A".repeat(43));
    let link = format!("https://{SERVER_NAME}/#/link/{secret}.{fingerprint}");
    let command = Command::OpenLink { link };
    let mut met = Vec::new();
    for (number, input) in [
        Input::Command { command },
        Input::Answer {
            id: 1,
            status: 404,
            body: br#"{"code":"not_found","detail":"no such link"}"#.to_vec(),
        },
        Input::Opened,
        Input::Frame { bytes: vec![0] },
        Input::Closed,
        Input::Tick,
    ]
    .into_iter()
    .enumerate()
    {
        replay::seed(0, number);
        let effects = replay::trace(&device.handle(input.clone(), now)?.effects);
        device::chance::unseed();
        met.push(Met {
            input,
            now,
            real: now,
            effects,
            measured: None,
        });
    }
    let recorded = Recording {
        vault_key,
        server_name: SERVER_NAME.to_owned(),
        met,
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("0.json");
    std::fs::write(&file, serde_json::to_vec(&recorded)?)?;
    let printed = output(script("replay.mjs").arg(wasm_folder()).arg(file))?;
    assert_eq!(printed, "", "nothing of it was measured");
    Ok(())
}
