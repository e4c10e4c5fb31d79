//! The circles that this device is in, and what mends one.

use carecircle_headless::{Error, Headless};
use device::api::{CirclePhase, CircleView, Command, Event};
use protocol::CircleId;

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
            println!("{}", show::circle(circle));
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

/// The same, as the server tells it now.
pub async fn told(device: &Headless, wanted: &str) -> Result<CircleView, Failure> {
    let id = find(device, wanted).await?.id;
    let told = |event: &Event| match event {
        Event::Circles { circles } => circles.iter().any(|circle| circle.id == id),
        _ => false,
    };
    drop(device.wait_for(told, REACH).await);
    find(device, wanted).await
}

/// The same, once somebody waits there with new keys.
pub async fn with_new_key(device: &Headless, wanted: &str) -> Result<CircleView, Failure> {
    let id = find(device, wanted).await?.id;
    settled(device, id, |circle| {
        circle.members.iter().any(|member| member.new_key)
    })
    .await
}

/// Waits until a circle is as wanted.
pub async fn settled(
    device: &Headless,
    id: CircleId,
    wanted: impl Fn(&CircleView) -> bool,
) -> Result<CircleView, Failure> {
    let here = |circle: &&CircleView| circle.id == id && wanted(circle);
    let seen = device.wait_until(
        |seen| seen.circles.iter().any(|circle| here(&circle)),
        REACH,
    );
    match seen.await {
        Ok(seen) => {
            let found = seen.circles.iter().find(here).cloned();
            found.ok_or_else(|| Failure::refused("the circle is gone"))
        }
        Err(Error::Deadline { .. }) => Err(Failure::new(
            75,
            "not yet: it goes on whenever this device is online (watch keeps it online)",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Staff begin a broken circle's group anew.
pub async fn reset(wanted: &str, at: &At) -> Result<(), Failure> {
    mend(wanted, |circle| Command::ResetCircle { circle }, at).await
}

/// Leaves a circle's broken or stopped group behind and comes back in.
pub async fn rejoin(wanted: &str, at: &At) -> Result<(), Failure> {
    mend(wanted, |circle| Command::Rejoin { circle }, at).await
}

async fn mend(
    wanted: &str,
    command: impl FnOnce(CircleId) -> Command,
    at: &At,
) -> Result<(), Failure> {
    let device = at.online().await?;
    let circle = told(&device, wanted).await?.id;
    device.mark();
    device.command(command(circle)).await?;
    let well = |circle: &CircleView| circle.phase == CirclePhase::Ready && circle.trouble.is_none();
    let here = |event: &Event| match event {
        Event::Circles { circles } => circles.iter().any(|one| one.id == circle && well(one)),
        _ => false,
    };
    super::answer(&device, here).await?;
    device.stop().await?;
    Ok(())
}
