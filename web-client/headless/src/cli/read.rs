//! `read`: a conversation as this device has it, its history included.

use carecircle_headless::Error;
use device::api::{CirclePhase, CircleView, History};

use super::{At, Failure, REACH, circles, show};

/// Prints every entry, oldest first, once what was said before is here as far as it can be.
pub async fn read(wanted: &str, json: bool, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let id = circles::told(&device, wanted).await?.id;
    let whole = |circle: &CircleView| {
        let inside = circle.phase != CirclePhase::Waiting;
        circle.id == id && inside && circle.history != History::Coming
    };
    let seen = device
        .wait_until(|seen| seen.circles.iter().any(whole), REACH)
        .await;
    let seen = match seen {
        Err(Error::Deadline { .. }) => device.seen(),
        seen => seen?,
    };
    let items = device.items(id, usize::MAX).await?;
    device.stop().await?;
    let circle = seen.circles.iter().find(|circle| circle.id == id);
    let circle = circle.ok_or_else(|| Failure::refused("the circle is gone"))?;
    for item in &items {
        println!("{}", show::entry(circle, item, json)?);
    }
    if circle.phase == CirclePhase::Waiting {
        eprintln!("This device is not in the circle yet: somebody there lets it in.");
    }
    if !circle.keeps_history {
        eprintln!("{}", show::keeping(circle));
    }
    match circle.history {
        History::NotYet => eprintln!("Some of it cannot be read here yet: keys are missing."),
        History::Lost => eprintln!("Some of it can never be read here: the keys are gone."),
        History::Ready | History::Coming => {}
    }
    Ok(())
}
