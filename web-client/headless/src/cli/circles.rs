//! `circles`: what this device is in.

use carecircle_headless::{Error, Headless};
use device::api::{CircleView, Event};

use super::{At, Failure, REACH, fits, show};

/// Lists the circles, as the server tells them now.
pub async fn circles(json: bool, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    // A circle that this device was just added to has no title before the server has told it.
    let told = |event: &Event| match event {
        Event::Circles { circles } => circles.iter().all(|circle| !circle.title.is_empty()),
        _ => false,
    };
    let told = device.wait_for(told, REACH).await;
    let circles = match told {
        // Someone in no circle at all is told of none.
        Ok(_) | Err(Error::Deadline { .. }) => device.seen().circles,
        Err(error) => return Err(error.into()),
    };
    device.stop().await?;
    for circle in &circles {
        if json {
            println!("{}", serde_json::to_string(circle)?);
        } else {
            let names = circle.members.iter().map(|member| show::line(&member.name));
            let names = names.collect::<Vec<_>>().join(", ");
            let (title, phase) = (show::line(&circle.title), show::phase(circle.phase));
            println!("{}  {title}  ({phase}: {names})", circle.id);
        }
    }
    Ok(())
}

/// Finds a circle by its id or its whole title; one that is new at the server is waited for.
pub async fn find(device: &Headless, wanted: &str) -> Result<CircleView, Failure> {
    let here = |circles: &[CircleView]| circles.iter().any(|circle| fits(circle, wanted));
    let seen = match device.wait_until(|seen| here(&seen.circles), REACH).await {
        Err(Error::Deadline { .. }) => device.seen(),
        seen => seen?,
    };
    let mut found = seen
        .circles
        .into_iter()
        .filter(|circle| fits(circle, wanted));
    match (found.next(), found.next()) {
        (Some(circle), None) => Ok(circle),
        (Some(_), Some(_)) => Err(Failure::refused(
            "several circles have this title: use the id",
        )),
        (None, _) => Err(Failure::refused(
            "this device is in no such circle; `carecircle-device circles` lists them",
        )),
    }
}
