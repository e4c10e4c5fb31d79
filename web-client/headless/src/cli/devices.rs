//! A person's own devices: list them, add one, sign one out, print a recovery code.

use std::io::{self, Write as _};
use std::time::Duration;

use carecircle_headless::{Error, Headless, Seen};
use device::api::{Command, DeviceView, DevicesView, Event};
use protocol::{DeviceId, limits};

use super::{At, Failure, REACH, answer, show};

/// As long as a link for a new device can be used.
const LINK: Duration = Duration::from_secs(limits::ENROLMENT_S.unsigned_abs());

/// Lists this person's devices, oldest first, and how the keys would be got back.
pub async fn devices(json: bool, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let devices = known(&device).await?;
    device.stop().await?;
    if json {
        println!("{}", serde_json::to_string(&devices)?);
        return Ok(());
    }
    for one in &devices.devices {
        println!("{}", line(one));
    }
    println!("{}", show::backup(devices.backup));
    Ok(())
}

/// Shows a link to a new device and lets it in once a person has typed the digits that it shows.
pub async fn add_device(at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let before = known(&device).await?.devices;
    device.mark();
    device.command(Command::AddDevice).await?;
    let shown = answer(&device, |event| matches!(event, Event::DeviceLink { .. })).await?;
    if let Event::DeviceLink { link, .. } = shown {
        println!("{}/#{link}", device.server());
        io::stdout().flush()?;
    }
    eprintln!(
        "Open this link on the new device within {} minutes.",
        LINK.as_secs() / 60
    );
    let is_waiting = |seen: &Seen| waiting(seen).is_some();
    let seen = match device.wait_until(is_waiting, LINK).await {
        Err(Error::Deadline { .. }) => return Err(Failure::refused("no device answered the link")),
        seen => seen?,
    };
    let expected = waiting(&seen).unwrap_or_default().to_owned();
    eprintln!("A device answers. Type the six digits on its screen; anything else turns it away.");
    let typed = tokio::task::spawn_blocking(|| io::stdin().lines().next()).await?;
    let digits: String = typed
        .transpose()?
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    device.mark();
    if digits != expected {
        device.command(Command::DeclineDevice).await?;
        device.stop().await?;
        return Err(Failure::refused(
            "these are not its digits: the device was turned away. Was the link seen by others?",
        ));
    }
    device.command(Command::ApproveDevice).await?;
    let grown = |devices: &DevicesView| devices.devices.len() > before.len();
    let after = changed(&device, grown).await?.devices;
    device.stop().await?;
    let is_new = |one: &&DeviceView| before.iter().all(|old| old.device != one.device);
    for new in after.iter().filter(is_new) {
        println!("{}", line(new));
    }
    Ok(())
}

/// Signs another device of this person's out for good; `stolen` replaces the keys that it had.
pub async fn take_away(wanted: DeviceId, stolen: bool, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    if !known(&device)
        .await?
        .devices
        .iter()
        .any(|one| one.device == wanted)
    {
        return Err(Failure::refused(
            "this person has no such device; `carecircle-device devices` lists them",
        ));
    }
    device.mark();
    device
        .command(if stolen {
            Command::ReportStolen { device: wanted }
        } else {
            Command::RevokeDevice { device: wanted }
        })
        .await?;
    let gone = |devices: &DevicesView| devices.devices.iter().all(|one| one.device != wanted);
    changed(&device, gone).await?;
    device.stop().await?;
    if stolen {
        println!(
            "Its keys are worth nothing now. An earlier recovery code is void: print a new one."
        );
    }
    Ok(())
}

/// Makes a recovery code and prints it once the server has what it opens.
pub async fn recovery_code(at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    known(&device).await?;
    device.mark();
    device.command(Command::MakeRecoveryCode).await?;
    let made = answer(&device, |event| matches!(event, Event::RecoveryCode { .. })).await?;
    changed(&device, |devices| devices.backup.code).await?;
    device.stop().await?;
    if let Event::RecoveryCode { code } = made {
        println!("{code}");
        eprintln!(
            "Write it down and keep it away from your devices: whoever has it has your messages."
        );
    }
    Ok(())
}

/// The devices as the server lists them, once it has.
async fn known(device: &Headless) -> Result<DevicesView, Failure> {
    match device
        .wait_until(|seen| seen.devices.is_some(), REACH)
        .await
    {
        Ok(seen) => seen.devices.ok_or_else(Failure::unreachable),
        Err(Error::Deadline { .. }) => Err(Failure::unreachable()),
        Err(error) => Err(error.into()),
    }
}

/// The devices once they are as wanted, by news after the mark.
async fn changed(
    device: &Headless,
    wanted: impl Fn(&DevicesView) -> bool,
) -> Result<DevicesView, Failure> {
    let fits = |event: &Event| matches!(event, Event::Devices { devices } if wanted(devices));
    match answer(device, fits).await? {
        Event::Devices { devices } => Ok(devices),
        _ => Err(Failure::unreachable()),
    }
}

fn waiting(seen: &Seen) -> Option<&str> {
    seen.devices.as_ref()?.waiting.as_deref()
}

fn line(device: &DeviceView) -> String {
    let this = if device.this { "  (this one)" } else { "" };
    let seen = device
        .seen_ms
        .map_or_else(|| "never".to_owned(), show::time);
    let enrolled = show::time(device.enrolled_ms);
    format!(
        "{}  since {enrolled}, last at work {seen}{this}",
        device.device
    )
}
