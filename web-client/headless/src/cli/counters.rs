//! `counters`: what this device has counted about itself, for whoever helps. Needs no server.

use super::{At, Failure, REACH};

/// Prints the counts since the device was made.
pub async fn counters(json: bool, at: &At) -> Result<(), Failure> {
    let device = at.open(None).await?;
    let seen = device
        .wait_until(|seen| seen.counters.is_some(), REACH)
        .await?;
    device.stop().await?;
    let counters = seen.counters.unwrap_or_default();
    if json {
        println!("{}", serde_json::to_string(&counters)?);
        return Ok(());
    }
    for (count, what) in [
        (counters.undecryptable, "items that could not be read"),
        (
            counters.resyncs,
            "times that it fell behind in a circle and came back in",
        ),
        (counters.resets, "circles that were begun anew"),
        (
            counters.stale_commits,
            "commits that lost to another's and were built anew",
        ),
        (counters.eras, "archive eras taken up"),
    ] {
        println!("{count:>8}  {what}");
    }
    Ok(())
}
