//! Which page is served: what the binary says of itself, what the server says, and what it then serves, are one.

use std::net::SocketAddr;
use std::process::Command;

use reqwest::Client;
use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, SET_COOKIE};
use sha2::{Digest as _, Sha256};

use crate::machine::Machine;

fn hash(bytes: &[u8]) -> String {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The path that a browser asks for to be given this file, and the encoding that it then accepts.
fn asked(file: &str) -> (&str, &str) {
    if let Some(path) = file.strip_suffix(".br") {
        (path, "br")
    } else if let Some(path) = file.strip_suffix(".gz") {
        (path, "gzip")
    } else {
        (file, "identity")
    }
}

#[tokio::test]
async fn every_file_that_is_served_is_the_one_that_the_public_list_names() {
    let machine = Machine::new();
    let server = machine.serve();
    let client = Client::builder()
        .use_preconfigured_tls(machine.tls())
        .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)));
    let client = client.build().unwrap();

    let listing = client.get(format!("{}/bundle.txt", server.url));
    let listing = listing.send().await.unwrap();
    assert!(listing.status().is_success());
    let headers = listing.headers();
    assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(headers[CACHE_CONTROL], "no-cache");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(!headers.contains_key(SET_COOKIE), "anybody may look");
    let listing = listing.text().await.unwrap();

    let mut binary = Command::new(env!("CARGO_BIN_EXE_carecircle"));
    let told = binary.arg("bundle").output().unwrap();
    assert!(told.status.success());
    assert_eq!(String::from_utf8(told.stdout).unwrap(), listing);

    let (files, whole) = listing.trim_end().rsplit_once('\n').unwrap();
    let files = format!("{files}\n");
    assert_eq!(whole, format!("{}  bundle", hash(files.as_bytes())));
    let mut paths = Vec::new();
    for line in files.lines() {
        let (expected, file) = line.split_once("  ").unwrap();
        let (path, encoding) = asked(file);
        let asking = client.get(format!("{}/{path}", server.url));
        let answer = asking.header(ACCEPT_ENCODING, encoding).send().await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{file}");
        let came = answer.headers().get(CONTENT_ENCODING);
        let came = came.map_or("identity", |came| came.to_str().unwrap());
        assert_eq!(came, encoding, "{file}");
        assert_eq!(hash(&answer.bytes().await.unwrap()), expected, "{file}");
        paths.push(file);
    }
    assert!(paths.contains(&"index.html"));
    assert!(paths.is_sorted());
    server.stop();
}
