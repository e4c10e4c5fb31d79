//! The vectors of RFC 9807, appendix C, through the device's side (`password::testing`,
//! `tests/vectors/opaque/README.md`). The server's side runs them where it stands, in the gateway.

use anyhow::Result;

const VECTORS: &str = include_str!("../../vectors/opaque/vectors.json");

#[test]
fn a_device_says_what_rfc_9807_says() -> Result<()> {
    assert_eq!(
        password::testing::follow(VECTORS).map_err(anyhow::Error::msg)?,
        2
    );
    Ok(())
}

#[test]
fn a_vector_that_differs_is_noticed() {
    let message = "\"KE3\": \"4455df4f";
    assert!(VECTORS.contains(message));
    let spoiled = VECTORS.replace(message, "\"KE3\": \"5455df4f");
    let why = password::testing::follow(&spoiled).unwrap_err();
    assert_eq!(why, "KE3 is another");
}
