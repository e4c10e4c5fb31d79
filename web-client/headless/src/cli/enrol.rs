//! `enrol`: look at the link, make keys here, join.

use carecircle_headless::{Error, Headless};
use device::api::{Command, Event, Link};

use super::{At, Failure, REACH, show};

/// Enrols this directory's device and waits until it was online once.
pub async fn enrol(text: &str, at: &At) -> Result<(), Failure> {
    let device = at.open(Some(text.parse()?)).await?;
    let known = device
        .wait_until(|seen| seen.status.is_some(), REACH)
        .await?;
    if known.status.is_some_and(|status| status.me.is_some()) {
        return Err(Failure::refused(
            "this directory already holds somebody's device",
        ));
    }
    device.mark();
    device
        .command(Command::OpenLink {
            link: text.to_owned(),
        })
        .await?;
    let found = answer(&device, |event| matches!(event, Event::Invitation { .. })).await?;
    if let Event::Invitation { name, agency, .. } = found {
        println!(
            "This link is for {} at {}.",
            show::line(&name),
            show::line(&agency)
        );
    }
    device.mark();
    device.command(Command::Enrol).await?;
    let online = |event: &Event| matches!(event, Event::Status { status } if status.me.is_some() && status.link == Link::Online);
    answer(&device, online).await?;
    device.stop().await?;
    println!(
        "This device is enrolled; its keys are in {} and nowhere else.",
        at.data.display()
    );
    Ok(())
}

/// What was waited for, or the problem that came instead.
async fn answer(device: &Headless, good: impl Fn(&Event) -> bool) -> Result<Event, Failure> {
    let either = |event: &Event| good(event) || matches!(event, Event::Problem { .. });
    match device.wait_for(either, REACH).await {
        // The core has a sentence for every refusal, and none for a server that did not answer.
        Ok(Event::Problem { detail, .. }) if detail.is_empty() => Err(Failure::unreachable()),
        Ok(Event::Problem { code, detail, .. }) => {
            Err(Failure::refused(format!("{detail} ({code})")))
        }
        Ok(event) => Ok(event),
        Err(Error::Deadline { .. }) => Err(Failure::unreachable()),
        Err(error) => Err(error.into()),
    }
}
