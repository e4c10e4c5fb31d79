//! `enrol` and `recover`: the three ways in which a directory becomes a person's device.

use std::io::{self, Write as _};
use std::time::Duration;

use carecircle_headless::{Error, Headless, Seen, ServerUrl};
use device::api::{Command, Event, History, Link};
use protocol::limits;

use super::{At, Failure, REACH, answer, answer_within, show};

/// As long as an approval can take.
const APPROVAL: Duration = Duration::from_secs(limits::ENROLMENT_S.unsigned_abs());

/// Enrols this directory's device and waits until it was online once.
pub async fn enrol(text: &str, at: &At) -> Result<(), Failure> {
    let device = new_device(text.parse()?, at).await?;
    if text.contains("/device/") {
        return add(device, text, at).await;
    }
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
    let came = |event: &Event| awaits(event).is_some() || is_online(event);
    if let Some(digits) = awaits(&answer(&device, came).await?) {
        println!("These six digits must be on both screens: {digits}");
        io::stdout().flush()?;
        answer_within(&device, is_online, APPROVAL).await?;
    }
    device.stop().await?;
    println!(
        "This device is enrolled; its keys are in {} and nowhere else.",
        at.data.display()
    );
    Ok(())
}

/// The digits that an invited device shows while nobody has confirmed its person.
fn awaits(event: &Event) -> Option<String> {
    match event {
        Event::Status { status } => status.awaits.as_ref().map(|awaits| awaits.digits.clone()),
        _ => None,
    }
}

/// Answers a link that another device of the same person shows.
async fn add(device: Headless, link: &str, at: &At) -> Result<(), Failure> {
    let link = link.to_owned();
    device.command(Command::OpenLink { link }).await?;
    let digits = answer(&device, |event| matches!(event, Event::Enrolment { .. })).await?;
    if let Event::Enrolment { code } = digits {
        println!("These six digits must be on both screens: {code}");
        io::stdout().flush()?;
    }
    answer_within(&device, is_online, APPROVAL).await?;
    come_in(device, at).await
}

/// A new device from a recovery code, which is asked for if it was not given.
pub async fn recover(server: ServerUrl, code: Option<String>, at: &At) -> Result<(), Failure> {
    let device = new_device(server, at).await?;
    let code = if let Some(code) = code {
        code
    } else {
        eprintln!("The recovery code:");
        let line = tokio::task::spawn_blocking(|| io::stdin().lines().next()).await?;
        line.transpose()?.unwrap_or_default()
    };
    device.command(Command::Recover { code }).await?;
    answer(&device, is_online).await?;
    come_in(device, at).await
}

/// A device in a directory that holds nobody's yet.
async fn new_device(server: ServerUrl, at: &At) -> Result<Headless, Failure> {
    let device = at.open(Some(server)).await?;
    let known = device
        .wait_until(|seen| seen.status.is_some(), REACH)
        .await?;
    if known.status.is_some_and(|status| status.me.is_some()) {
        return Err(Failure::refused(
            "this directory already holds somebody's device",
        ));
    }
    device.mark();
    Ok(device)
}

/// Waits until a further device is in its person's circles and has read their history.
async fn come_in(device: Headless, at: &At) -> Result<(), Failure> {
    let inside = |seen: &Seen| {
        let joining = seen.status.as_ref().and_then(|status| status.joining);
        let coming = |history| history == History::Coming;
        let reading = seen.circles.iter().any(|circle| coming(circle.history));
        !seen.circles.is_empty() && joining.is_none() && !reading
    };
    let seen = match device.wait_until(inside, REACH).await {
        // In no circle at all, or in very many: the rest follows whenever it is online.
        Err(Error::Deadline { .. }) => device.seen(),
        seen => seen?,
    };
    device.stop().await?;
    println!(
        "This device is enrolled; its keys are in {}.",
        at.data.display()
    );
    for circle in &seen.circles {
        println!("{}", show::circle(circle));
    }
    Ok(())
}

fn is_online(event: &Event) -> bool {
    matches!(event, Event::Status { status } if status.me.is_some() && status.link == Link::Online)
}
