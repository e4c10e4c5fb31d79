//! `history`: whether a circle keeps what is said for devices that come later, and its switch.

use carecircle_headless::Headless;
use device::api::{CirclePhase, CircleView, Command, Event};

use super::verbs::Keep;
use super::{At, Failure, REACH, circles, show, stored};

/// Says how it stands; with `keep`, once it stands so.
pub async fn history(wanted: &str, keep: Option<Keep>, json: bool, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let mut circle = circles::told(&device, wanted).await?;
    if let Some(keep) = keep {
        circle = switch(&device, circle, keep == Keep::On).await?;
    }
    device.stop().await?;
    if json {
        println!("{}", serde_json::to_string(&circle)?);
    } else {
        println!("{}", show::keeping(&circle));
    }
    Ok(())
}

/// Staff or the client switch it. It is stored first, and done once the group's policy says so.
async fn switch(device: &Headless, circle: CircleView, keep: bool) -> Result<CircleView, Failure> {
    let id = circle.id;
    let stands = |circle: &&CircleView| {
        let inside = circle.phase == CirclePhase::Ready;
        circle.id == id && inside && circle.keeps_history == keep
    };
    device.mark();
    // Also where it stands so already: an earlier switch may be on its way, and this is the last word.
    let command = Command::KeepHistory { circle: id, keep };
    device.command(command).await?;
    if stands(&&circle) {
        return Ok(circle);
    }
    let settled = |event: &Event| match event {
        Event::Circles { circles } => circles.iter().any(|circle| stands(&circle)),
        Event::Problem { circle: of, .. } => *of == Some(id),
        _ => false,
    };
    stored(device.wait_for(settled, REACH).await)?;
    let seen = device.seen().circles;
    let now = seen.iter().find(stands).cloned();
    now.ok_or_else(|| Failure::refused("it was switched back meanwhile"))
}
