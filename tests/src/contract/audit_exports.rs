//! The audit log that proves itself: what becomes a leaf, and what an export betrays.

use care::Caller;
use protocol::Code;
use serde_json::{Value, json};
use store::{Database, Store, Tampering, Trust, Verdict, verify_export};
use testkit::Engine;

use super::house::{House, append, code};

/// Everything the log has, line by line.
async fn export(house: &House) -> Vec<Value> {
    let mut out = Vec::new();
    let installation = Caller::installation();
    house
        .store
        .export_audit(&installation, &mut out)
        .await
        .unwrap();
    lines(&out)
}

fn lines(text: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(text).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn check(lines: &[Value]) -> Verdict {
    check_with(lines, &Trust::default())
}

fn check_with(lines: &[Value], trust: &Trust) -> Verdict {
    let text = lines
        .iter()
        .fold(String::new(), |text, line| text + &line.to_string() + "\n");
    verify_export(text.as_bytes(), trust).unwrap()
}

/// What was found, and where.
fn found(lines: &[Value]) -> (Tampering, u64) {
    let finding = check(lines).finding.expect("something is wrong with it");
    assert_eq!(finding.until, None, "it can be said exactly");
    (finding.tampering, finding.leaf)
}

/// The place among the lines of a leaf.
fn at(lines: &[Value], leaf: u64) -> usize {
    let found = lines.iter().position(|line| line["leaf"]["leaf"] == leaf);
    found.unwrap()
}

/// Gives the leaves their indexes anew, as whoever covers their tracks would.
fn renumber(lines: &mut [Value]) {
    let leaves = lines.iter_mut().filter(|line| line.get("leaf").is_some());
    for (index, line) in (0_u64..).zip(leaves) {
        line["leaf"]["leaf"] = json!(index);
    }
}

pub async fn every_entry_becomes_a_leaf_and_the_export_holds(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    house.store.people(&dana).await.unwrap();
    let entries = house.entries("1 = 1").await;
    let placed = house
        .count("SELECT (SELECT COUNT(*) FROM audit_leaf) + (SELECT COUNT(*) FROM audit_pending)")
        .await;
    assert_eq!(placed, entries, "none is lost between the two");
    if engine == Engine::Sqlite {
        let pending = house.count("SELECT COUNT(*) FROM audit_pending").await;
        assert_eq!(pending, 0, "in the transaction of the act");
    }
    let lines = export(&house).await;
    let verdict = check(&lines);
    assert_eq!(verdict.finding, None);
    assert_eq!(
        verdict.leaves,
        u64::try_from(entries).unwrap() + 1,
        "the export is in it"
    );
    assert!(verdict.checkpoints >= 1 && verdict.key_from_export && verdict.whole);
    assert_eq!(verdict.origin, "house.example:8443/audit");
    assert_eq!(house.count("SELECT COUNT(*) FROM audit_pending").await, 0);
}

pub async fn a_changed_entry_is_named(engine: Engine) {
    let house = House::build(engine).await;
    let mut lines = export(&house).await;
    let place = at(&lines, 5);
    let other = lines[at(&lines, 9)]["leaf"]["entry"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = lines[place]["leaf"]["entry"].as_str().unwrap().to_owned();
    // One character in its middle, then a whole other entry's bytes with a tail.
    let flipped = if own.as_bytes()[40] == b'A' { "B" } else { "A" };
    for entry in [
        format!("{}{flipped}{}", &own[..40], &own[41..]),
        format!("{other}AAAA"),
    ] {
        lines[place]["leaf"]["entry"] = json!(entry);
        assert_eq!(found(&lines), (Tampering::Changed, 5));
    }
}

pub async fn a_deleted_entry_is_named(engine: Engine) {
    let house = House::build(engine).await;
    let mut lines = export(&house).await;
    lines.remove(at(&lines, 7));
    assert_eq!(found(&lines), (Tampering::Deleted, 7));
    renumber(&mut lines);
    assert_eq!(found(&lines), (Tampering::Deleted, 7));
}

pub async fn an_inserted_entry_is_named(engine: Engine) {
    let house = House::build(engine).await;
    let mut lines = export(&house).await;
    let copy = lines[at(&lines, 3)].clone();
    let place = at(&lines, 8);
    lines.insert(place, copy);
    assert_eq!(found(&lines), (Tampering::Inserted, 8));
    renumber(&mut lines);
    assert_eq!(found(&lines), (Tampering::Inserted, 8));
}

pub async fn reordered_entries_are_named(engine: Engine) {
    let house = House::build(engine).await;
    let whole = export(&house).await;
    for (one, other) in [(4, 5), (4, 9)] {
        let mut lines = whole.clone();
        let (a, b) = (at(&lines, one), at(&lines, other));
        lines.swap(a, b);
        assert_eq!(found(&lines), (Tampering::Reordered, 4));
        renumber(&mut lines);
        assert_eq!(found(&lines), (Tampering::Reordered, 4));
    }
}

pub async fn a_truncated_log_is_named(engine: Engine) {
    let house = House::build(engine).await;
    let whole = export(&house).await;
    let mut lines = whole.clone();
    lines.truncate(at(&lines, 6));
    assert_eq!(found(&lines), (Tampering::Truncated, 6));
    // The head says less, but the hashes are still there.
    lines[0]["head"]["size"] = json!(6);
    assert_eq!(found(&lines), (Tampering::Truncated, 6));
}

pub async fn whoever_changes_the_hashes_too_meets_the_next_signature(engine: Engine) {
    let house = House::build(engine).await;
    let first = house.store.sign_audit().await.unwrap();
    house
        .store
        .uninvited(&Caller::installation())
        .await
        .unwrap();
    let mut lines = export(&house).await;
    assert!(check(&lines).checkpoints >= 2);
    // The last leaf's entry and its hash, both made to agree.
    let leaf = usize::try_from(first).unwrap();
    let (place, other) = (at(&lines, first), at(&lines, 0));
    lines[place]["leaf"]["entry"] = lines[other]["leaf"]["entry"].clone();
    lines[1]["hashes"]["hashes"][leaf] = lines[1]["hashes"]["hashes"][0].clone();
    let finding = check(&lines).finding.unwrap();
    assert_eq!(finding.tampering, Tampering::Resigned);
    assert_eq!(finding.leaf, first);
    assert!(finding.until.unwrap() > first);
}

pub async fn a_log_cut_off_with_its_last_signature_is_betrayed_by_a_checkpoint_kept_elsewhere(
    engine: Engine,
) {
    let house = House::build(engine).await;
    let first = house.store.sign_audit().await.unwrap();
    house
        .store
        .uninvited(&Caller::installation())
        .await
        .unwrap();
    let mut lines = export(&house).await;
    lines.truncate(at(&lines, first));
    lines[0]["head"]["size"] = json!(first);
    let kept = usize::try_from(first).unwrap();
    let hashes = lines[1]["hashes"]["hashes"].as_array_mut().unwrap();
    hashes.truncate(kept);
    assert_eq!(check(&lines).finding, None, "it is the log as it was then");
    let (Database::Sqlite { directory } | Database::Postgres { directory, .. }) =
        house.database.settings();
    let checkpoints = std::fs::read_to_string(directory.join("audit-checkpoints")).unwrap();
    let trust = Trust {
        verifier_key: None,
        checkpoints: Some(checkpoints),
    };
    let finding = check_with(&lines, &trust).finding.unwrap();
    assert_eq!(
        (finding.tampering, finding.leaf),
        (Tampering::Truncated, first)
    );
}

pub async fn what_is_changed_in_the_database_is_named(engine: Engine) {
    let house = House::build(engine).await;
    house.store.sign_audit().await.unwrap();
    let other = house.bytes(b"another entry");
    let of = |leaf: u64| format!("(SELECT entry FROM audit_leaf WHERE leaf = {leaf})");
    // A row that is gone, one that another statement put there, one that says something else.
    let values = format!("DELETE FROM audit_value WHERE entry = {}", of(12));
    house.attempt(&values).await.unwrap();
    house
        .run(&format!("DELETE FROM audit_entry WHERE id = {}", of(12)))
        .await;
    assert_eq!(found(&export(&house).await), (Tampering::Deleted, 12));
    house
        .run(&format!(
            "UPDATE audit_entry SET bytes = {other} WHERE id = {}",
            of(3)
        ))
        .await;
    assert_eq!(found(&export(&house).await), (Tampering::Changed, 3));
}

pub async fn another_key_is_not_believed(engine: Engine) {
    let house = House::build(engine).await;
    let lines = export(&house).await;
    let own = lines[0]["head"]["verifier_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let trust = |key: String| Trust {
        verifier_key: Some(key),
        checkpoints: None,
    };
    let verdict = check_with(&lines, &trust(own));
    assert_eq!((verdict.finding, verdict.key_from_export), (None, false));
    let stranger = House::build(engine).await;
    let theirs = export(&stranger).await[0]["head"]["verifier_key"].clone();
    let verdict = check_with(&lines, &trust(theirs.as_str().unwrap().to_owned()));
    assert_eq!(verdict.finding.unwrap().tampering, Tampering::Resigned);
}

pub async fn an_export_about_a_client_proves_each_entry(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    house.store.sign_audit().await.unwrap();
    for _ in 0..300 {
        // More than one block of leaves.
        house
            .store
            .circle(&dana, house.agency.circle)
            .await
            .unwrap();
    }
    let mut out = Vec::new();
    let (installation, maria) = (Caller::installation(), house.agency.maria.person);
    let exported = house
        .store
        .export_audit_about(&installation, maria, &mut out);
    let count = exported.await.unwrap();
    let client = house.id(maria.as_bytes());
    assert_eq!(
        count,
        u64::try_from(house.entries(&format!("client = {client}")).await).unwrap()
    );
    let mut lines = lines(&out);
    let verdict = check(&lines);
    assert_eq!(
        (verdict.leaves, verdict.finding, verdict.whole),
        (count, None, false)
    );
    let other = lines[5]["proof"]["entry"].clone();
    let mut grown = lines.clone();
    grown[2]["grown"]["proof"] = json!([]);
    assert_eq!(
        check(&grown).finding.unwrap().tampering,
        Tampering::Resigned
    );
    lines[4]["proof"]["entry"] = other;
    let leaf = lines[4]["proof"]["leaf"].as_u64().unwrap();
    assert_eq!(found(&lines), (Tampering::Changed, leaf));
}

pub async fn a_checkpoint_is_signed_and_told_to_the_file(engine: Engine) {
    let house = House::build(engine).await;
    let size = house.store.sign_audit().await.unwrap();
    assert_eq!(
        house.store.sign_audit().await.unwrap(),
        size,
        "nothing new, nothing signed"
    );
    let notes = house
        .texts("SELECT note FROM audit_checkpoint ORDER BY size")
        .await;
    let last = notes.last().unwrap();
    let (Database::Sqlite { directory } | Database::Postgres { directory, .. }) =
        house.database.settings();
    let file = std::fs::read_to_string(directory.join("audit-checkpoints")).unwrap();
    let told: Value = serde_json::from_str(file.lines().last().unwrap()).unwrap();
    assert_eq!(told["checkpoint"], *last);
    assert!(last.starts_with(&format!("house.example:8443/audit\n{size}\n")));
}

pub async fn a_log_that_grows_keeps_its_beginning(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let circle = house.agency.circle;
    house.gather(circle, &[&maria]).await;
    let mut sizes = Vec::new();
    for n in 1..=3 {
        house
            .store
            .append(&maria.caller, append(circle, n))
            .await
            .unwrap();
        sizes.push(house.store.sign_audit().await.unwrap());
    }
    // Another opening of the same store goes on where the first one ended.
    let settings = house.settings(1);
    house.store.close().await;
    let again = Store::open(settings).await.unwrap();
    let mut out = Vec::new();
    again
        .export_audit(&Caller::installation(), &mut out)
        .await
        .unwrap();
    let lines = lines(&out);
    let verdict = check(&lines);
    assert_eq!(verdict.finding, None);
    assert!(verdict.checkpoints > 3 && sizes.is_sorted());
    again.close().await;
}

pub async fn only_the_installation_takes_the_log_out(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await.caller;
    let mut out = Vec::new();
    let refused = house.store.export_audit(&dana, &mut out).await;
    assert_eq!(code(refused), Code::NotAllowed);
    assert!(out.is_empty());
    let denied = house
        .entries("act = 'export_audit' AND outcome = 'denied'")
        .await;
    assert_eq!(denied, 1);
}

pub async fn the_signing_key_is_sealed(engine: Engine) {
    let house = House::build(engine).await;
    let sealed = house.blobs("SELECT secret_key FROM audit_tree").await;
    // magic 1 | suite 1 | key id 4 | nonce 24 | secret 32 | tag 16
    assert_eq!((sealed.len(), sealed[0].len(), sealed[0][0]), (1, 78, 0xcc));
}
