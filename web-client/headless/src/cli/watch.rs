//! `watch`: messages as they come, also while the server is away and back.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use carecircle_headless::{Error, Headless};
use device::api::{Event, Item, Link};
use protocol::CircleId;

use super::{At, Failure, circles, fits, show};

/// Prints every entry that has its place in a circle's log, once, until interrupted.
pub async fn watch(wanted: Option<&str>, json: bool, at: &At) -> Result<(), Failure> {
    let device = at.enrolled().await?;
    if let Some(wanted) = wanted {
        circles::find(&device, wanted).await?;
    }
    let mut watching = Watching {
        device: &device,
        wanted,
        json,
        printed: BTreeSet::new(),
    };
    tokio::select! {
        ended = watching.print() => ended?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    device.stop().await?;
    Ok(())
}

struct Watching<'a> {
    device: &'a Headless,
    wanted: Option<&'a str>,
    json: bool,
    /// Items that were printed: an event may bring one again. One entry of the log may be several.
    printed: BTreeSet<(CircleId, String)>,
}

impl Watching<'_> {
    async fn print(&mut self) -> Result<(), Failure> {
        let mut events = self.device.events();
        let mut was = None;
        while let Some(event) = events.next().await {
            match event {
                Event::Status { status }
                    if matches!(status.link, Link::SignedOut | Link::Unproved) =>
                {
                    return Err(Failure::signed_out());
                }
                Event::Status { status } => {
                    if was.replace(status.link) != Some(status.link) {
                        eprintln!("{}", show::link(status.link));
                    }
                }
                Event::Items { circle, items } => self.items(circle, &items)?,
                Event::Problem { code, detail, .. } => eprintln!("{detail} ({code})"),
                Event::DeviceLink { link, .. } => eprintln!("link for the new device: #{link}"),
                Event::Enrolment { code } => eprintln!("these digits must be on both: {code}"),
                Event::Devices { devices } => {
                    if let Some(code) = devices.waiting {
                        eprintln!("a new device waits, its digits must be {code}");
                    }
                }
                Event::Circles { .. }
                | Event::Counters { .. }
                | Event::Invitation { .. }
                | Event::Intake { .. }
                | Event::RecoveryCode { .. }
                | Event::SignInSigned { .. }
                | Event::Typing { .. }
                | Event::Receipts { .. } => {}
            }
        }
        Err(Error::Ended.into())
    }

    fn items(&mut self, id: CircleId, items: &[Item]) -> Result<(), Failure> {
        let seen = self.device.seen();
        let circle = seen.circles.iter().find(|circle| circle.id == id);
        let Some(circle) =
            circle.filter(|circle| self.wanted.is_none_or(|wanted| fits(circle, wanted)))
        else {
            return Ok(());
        };
        let mut out = io::stdout().lock();
        for item in items {
            if item.seq.is_some() && self.printed.insert((id, item.id.clone())) {
                writeln!(out, "{}", show::entry(circle, item, self.json)?)?;
            }
        }
        Ok(out.flush()?)
    }
}
