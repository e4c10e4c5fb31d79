//! `carecircle admin`: asks a running server to do something.

use care::civil::Zone;
use protocol::Timestamp;

use crate::cli;
use crate::control::{self, Reply, Request};

/// Moves or reads the clock of the demo's scheduler.
pub async fn clock(options: cli::AdminClock) -> anyhow::Result<()> {
    let forward_s = u32::try_from(options.forward_s.unwrap_or(0))?;
    let reply = control::ask(&options.data, &Request::Clock { forward_s }).await?;
    if let Reply::Clock { now } = reply {
        let local = Zone::utc().local(Timestamp::from_micros(now));
        println!("The scheduler's clock shows {} UTC.", local.civil);
    }
    Ok(())
}
