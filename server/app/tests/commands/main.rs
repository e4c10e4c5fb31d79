//! The real binary: its commands about keys and the audit log, beside a running server and without one, on
//! one data directory; and that nothing of what people typed, and nothing that signs anybody in, stands in
//! what the server stores and logs, however much it logs.

#![expect(clippy::unwrap_used, reason = "what does not work here fails the test")]

mod agency;
mod browser;
mod bundle;
mod machine;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use care::Caller;
use care::private::Name;
use protocol::{PersonId, Role};

use crate::browser::Browser;
use crate::machine::{Machine, everything_below};

/// How every planted word begins.
const PLANT: &str = "planted-";
/// Words in notes, titles, addresses, meeting links.
const WORDS: [(usize, &str); 4] = [(90, "note"), (90, "title"), (8, "mail"), (20, "room")];

/// Two clients whom nobody serves, added while no server runs.
async fn add_unserved(machine: &Machine) -> [PersonId; 2] {
    let store = machine.store().await;
    let mut added = Vec::new();
    for n in 0..2 {
        let name = Name::new(&format!("{PLANT}name-{n}")).unwrap();
        let installation = Caller::installation();
        let person = store.add_person(&installation, name, Role::Client).await;
        added.push(person.unwrap().person);
    }
    store.close().await;
    added.try_into().unwrap()
}

/// Everything that people type, each with a word of its own.
async fn plant(dana: &Browser) -> usize {
    let people = dana.get("/v1/people").await;
    let maria = people["clients"][0]["person"].as_str().unwrap();
    let ana = people["clients"][0]["caregivers"][0]["person"]
        .as_str()
        .unwrap();
    let slots = dana
        .get("/v1/slots?from=2027-03-01&days=14&minutes=30")
        .await;
    let mut planted = 0;
    for (count, kind) in WORDS {
        for n in 0..count {
            let word = format!("{PLANT}{kind}-{n:03}");
            match kind {
                "note" => dana.consent(maria, ana, &word).await,
                "title" => dana.circle(maria, &word).await,
                "mail" => dana.address(maria, &format!("{word}@example.com")).await,
                _ => {
                    dana.visit(maria, &slots["slots"][n * 3]["at"]["civil"], &word)
                        .await;
                }
            }
            planted += 1;
        }
    }
    // What is refused is as little anybody's business.
    dana.refused_address(maria, &format!("{PLANT}no address"))
        .await;
    planted
}

#[tokio::test]
async fn keys_and_the_audit_log_are_seen_to_beside_a_running_server_and_without_it() {
    let machine = Machine::new();
    machine.serve().stop();
    let unserved = add_unserved(&machine).await;

    let server = machine.serve();
    let link = server.link("Dana Placeholder").to_owned();
    let dana = Browser::enrol(&machine, &server.url, &link).await;
    assert!(plant(&dana).await >= 200);
    let maria = dana.get("/v1/people").await["clients"][0]["person"].clone();
    let maria = maria.as_str().unwrap().to_owned();

    see_to_it(&machine, &maria, unserved[0]);
    let after = dana.get("/v1/people").await;
    assert_eq!(
        after["clients"][0]["name"], "Maria Sample",
        "it went on all the while"
    );
    let token = dana.token();
    // What a thief finds who comes while it runs: the database, and what has not come into it yet.
    assert!(machine.data().join("carecircle.sqlite-wal").exists());
    let running = everything_below(&machine.data());
    for word in like_tokens(&std::fs::read(machine.path("log")).unwrap()) {
        assert!(!dana.is_let_in_by(&word).await, "logged: a session's token");
    }
    assert!(dana.is_let_in_by(&token).await, "the trial would tell");
    server.stop();

    see_to_it(&machine, &maria, unserved[1]);
    change_the_root_key(&machine);
    let server = machine.serve();
    let again = dana.at(&server.url).get("/v1/people").await;
    assert_eq!(again, after, "the same, under another root key");
    server.stop();

    let (stored, log) = (
        everything_below(&machine.data()),
        std::fs::read(machine.path("log")),
    );
    let log = log.unwrap();
    let stands = |hay: &[u8], needle: &str| {
        hay.windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    let files_with = |files: &[(PathBuf, Vec<u8>)], needle: &str| -> Vec<PathBuf> {
        let holding = files.iter().filter(|(_, content)| stands(content, needle));
        holding.map(|(path, _)| path.clone()).collect()
    };
    // It was all said, and the search would find it.
    assert!(stands(&log, "TRACE"));
    assert!(log.len() > 20_000, "{} bytes logged", log.len());
    assert!(!files_with(&stored, "plan_circle").is_empty());
    let secret = link
        .rsplit_once("/link/")
        .unwrap()
        .1
        .split_once('.')
        .unwrap()
        .0;
    let none: Vec<PathBuf> = Vec::new();
    // A mail bears its reader's address, and nothing else of what was typed.
    let mails = |(path, _): &(PathBuf, Vec<u8>)| path.starts_with(machine.data().join("mails"));
    let (sent, stored): (Vec<_>, Vec<_>) = stored.into_iter().partition(mails);
    assert!(!files_with(&sent, "planted-mail-").is_empty());
    for kind in ["name", "note", "title", "room"] {
        assert_eq!(
            files_with(&sent, &format!("{PLANT}{kind}")),
            none,
            "sent: {kind}"
        );
    }
    let running: Vec<_> = running.into_iter().filter(|file| !mails(file)).collect();
    for needle in [PLANT, token.as_str(), secret, "Maria Sample", "daughter"] {
        for files in [&running, &stored] {
            assert_eq!(files_with(files, needle), none, "stored: {needle}");
        }
        assert!(!stands(&log, needle), "logged: {needle}");
    }
}

#[test]
fn where_the_root_key_is_the_services_alone_its_server_is_asked_from_a_terminal() {
    let machine = Machine::new();
    let config = "url = \"https://localhost\"\ndata = \"data\"\nroot_key = \"credential:root-key\"\nzone = \"UTC\"\n\
        [tls]\ncertificate = \"x\"\nkey = \"x\"\n";
    let server = machine.serve();
    for arguments in [
        &["check-config"][..],
        &["keys", "list"],
        &["clock", "confirm"],
    ] {
        let output = machine.with_config(arguments, config);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
    }
    server.stop();
    let output = machine.with_config(&["keys", "list"], config);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("LoadCredential=root-key:"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_falls_leaves_no_core_dump() {
    let machine = Machine::new();
    let server = machine.serve();
    let limits = server.limits();
    let core = limits.iter().find(|line| line.starts_with("Max core file"));
    let (_, allowed) = core.unwrap().split_once("size").unwrap();
    let allowed: Vec<&str> = allowed.split_whitespace().take(2).collect();
    assert_eq!(allowed, ["0", "0"], "soft and hard");
    server.stop();
}

#[test]
fn which_release_of_the_zone_database_holds_is_said_before_it_is_served() {
    let machine = Machine::new();
    let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/zones");
    let check = |zone: &str, directory: &Path| {
        let config = format!(
            "url = \"https://localhost\"\ndata = \"data\"\nroot_key = \"root-key\"\nzone = \"{zone}\"\n\
             zone_directory = \"{}\"\n[tls]\ncertificate = \"x\"\nkey = \"x\"\n",
            directory.display()
        );
        std::fs::write(machine.path("carecircle.toml"), config).unwrap();
        let output = machine.run(&["check-config", "--config", "carecircle.toml"]);
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), said)
    };
    let (holds, said) = check("America/Vancouver", &releases.join("2025b"));
    assert!(
        holds && said.starts_with("Release 2025b of the zone database"),
        "{said}"
    );
    let (holds, said) = check("Europe/Kyiv", &releases.join("2020a"));
    assert!(!holds && said.contains("zone: not a zone"), "{said}");
    let (holds, said) = check("UTC", &releases);
    assert!(
        !holds && said.contains("does not say which release"),
        "{said}"
    );
}

#[test]
fn a_name_that_tells_what_people_come_for_is_warned_of() {
    let machine = Machine::new();
    let check = |host: &str, from: &str, name: &str| {
        let config = format!(
            "url = \"https://{host}\"\ndata = \"data\"\nroot_key = \"root-key\"\nzone = \"UTC\"\n\
             [tls]\ncertificate = \"x\"\nkey = \"x\"\n\
             [mail]\nsmtp = \"smtp+plain://127.0.0.1:25\"\nfrom = \"{from}\"\nexternal_name = \"{name}\"\n"
        );
        std::fs::write(machine.path("carecircle.toml"), config).unwrap();
        let output = machine.run(&["check-config", "--config", "carecircle.toml"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "a warning forbids nothing: {said}");
        said
    };
    let quiet = check("care.example.org", "news@mail.example.org", "Appointments");
    assert!(!quiet.contains("Warning"), "{quiet}");
    let loud = check(
        "clinic.example.org",
        "hiv@mail.example.org",
        "Casa de Recuperación",
    );
    for warning in [
        "Warning: url holds \"clinic\"",
        "Warning: mail.from holds \"hiv\"",
        "Warning: mail.external_name holds \"recuperacion\"",
    ] {
        assert!(loud.contains(warning), "{loud}");
    }
}

/// Whatever is as long as a session's token and written like one (base64url of 32 bytes).
fn like_tokens(log: &[u8]) -> BTreeSet<String> {
    let log = String::from_utf8_lossy(log);
    let words = log.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let alike = words.filter(|word| word.len() == 43);
    alike.map(ToOwned::to_owned).collect()
}

/// Each command once, whoever answers it.
fn see_to_it(machine: &Machine, maria: &str, unserved: PersonId) {
    let before = machine.done(&["keys", "list"]);
    assert!(
        before.lines().next().unwrap().contains("  valid  made "),
        "{before}"
    );
    let first = before.split_once(' ').unwrap().0.to_owned();

    let erased = machine.done(&["keys", "shred-client", &unserved.to_string()]);
    assert!(erased.starts_with("Erased:"), "{erased}");
    let served = machine.refused(&["keys", "shred-client", maria]);
    assert!(
        served.contains("still served: 2 staff are assigned"),
        "{served}"
    );

    let rotated = machine.done(&["keys", "rotate", "--clients"]);
    assert!(rotated.contains("sealed under the new key"), "{rotated}");
    let after = machine.done(&["keys", "list"]);
    assert_eq!(after.lines().count(), before.lines().count() + 1, "{after}");
    assert!(after.contains(&format!("{first}  retained")), "{after}");
    let early = machine.refused(&["keys", "revoke", &first]);
    assert!(early.contains("too early"), "{early}");
    let unknown = machine.refused(&["keys", "revoke", "00000000"]);
    assert!(unknown.contains("no such key"), "{unknown}");

    let removal = machine.done(&["keys", "rotate-removal"]);
    assert!(removal.contains("a new removal key"), "{removal}");

    // The circles that Dana planned have no groups: there is none that must hear of it.
    let begun = machine.done(&["keys", "rotate-agency"]);
    assert!(begun.contains("The next agency key is made"), "{begun}");
    let ended = machine.done(&["keys", "rotate-agency"]);
    assert!(ended.contains("destroyed"), "{ended}");

    let clock = machine.done(&["clock", "confirm"]);
    assert!(clock.contains("has not jumped"), "{clock}");

    let about = machine.done(&[
        "audit",
        "query",
        "client",
        "--person",
        &unserved.to_string(),
        "--json",
    ]);
    assert!(
        about.contains("erase_client") && about.contains(protocol::ERASED),
        "{about}"
    );
    assert!(!about.contains(PLANT), "{about}");
    let verdict = machine.done(&["audit", "verify"]);
    let export = machine.path("export");
    let _before = std::fs::remove_file(&export);
    machine.done(&["audit", "export", "--out", export.to_str().unwrap()]);
    let exported = machine.done(&["audit", "verify", export.to_str().unwrap()]);
    assert!(!verdict.is_empty() && !exported.is_empty());
    let mut text = std::fs::read_to_string(&export).unwrap();
    let at = text.find("\"entry\":\"").unwrap() + 20;
    let other = if text.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    text.replace_range(at..=at, other);
    std::fs::write(&export, text).unwrap();
    let tampered = machine.run(&["audit", "verify", export.to_str().unwrap()]);
    assert_eq!(tampered.status.code(), Some(3), "one changed byte");
}

/// The new key is read, then lies where the server looks for it.
fn change_the_root_key(machine: &Machine) {
    use std::os::unix::fs::PermissionsExt as _;
    let (new, place) = (machine.path("new-root-key"), machine.path("data-root-key"));
    std::fs::write(&new, [7; 31]).unwrap();
    let new_key = new.to_str().unwrap();
    let mode = |mode| std::fs::set_permissions(&new, std::fs::Permissions::from_mode(mode));
    mode(0o600).unwrap();
    let rewrap = ["keys", "rewrap", "--new-root-key", new_key];
    assert!(machine.refused(&rewrap).contains("31 bytes"));
    std::fs::write(&new, [7; 32]).unwrap();
    mode(0o644).unwrap();
    assert!(machine.refused(&rewrap).contains("can be read by others"));
    mode(0o600).unwrap();
    let inside = machine.data().join("key");
    std::fs::copy(&new, &inside).unwrap();
    let inside = ["keys", "rewrap", "--new-root-key", inside.to_str().unwrap()];
    assert!(machine.refused(&inside).contains("must not lie inside"));
    std::fs::remove_file(machine.data().join("key")).unwrap();
    let changed = machine.done(&rewrap);
    assert!(changed.contains("only"), "{changed}");
    let old = machine.refused(&["keys", "list"]);
    assert!(old.contains("does not open this database"), "{old}");
    std::fs::remove_file(&place).unwrap();
    std::fs::rename(&new, &place).unwrap();
    machine.done(&["keys", "list"]);
}
