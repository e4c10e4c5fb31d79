//! I2: what a stolen device opens.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use device::api::{Effect, Event, Input};
use protocol::frame::{LogEntry, LogPage, ServerFrame};
use protocol::{CircleId, Timestamp};

use super::super::phone::text_of;
use super::log::{Log, Seat};

/// A device that is somebody else's since a place of the log.
pub struct Cut {
    /// Whose.
    pub name: String,
    /// As it was then.
    pub device: device::Device,
    /// The newest place then.
    pub head: Seat,
}

/// I2: whoever has the device as it was when its right ended reads nothing that came after, whether it
/// goes on with the log, tries each message by itself or turns to the archive.
pub fn opens_nothing(cut: &mut Cut, circle: CircleId, log: &Log) -> Result<()> {
    let place = cut
        .device
        .places()?
        .into_iter()
        .find(|place| place.circle == circle);
    let Some(place) = place else {
        return Ok(());
    };
    let Some((generation, _, _)) = place.group else {
        return Ok(());
    };
    let rest: Vec<LogEntry> = log
        .entries
        .iter()
        .filter(|(of, entry)| *of == generation && entry.seq > place.cursor)
        .map(|(_, entry)| entry.clone())
        .collect();
    let after = |entry: &LogEntry| (generation, entry.seq) > cut.head;
    for (of, entry) in &log.entries {
        let late = (*of, entry.seq) > cut.head && !entry.body.is_empty();
        ensure!(
            !late || !cut.device.opens_archive(circle, entry)?,
            "I2: {} opens the archive of {}, which came after its end",
            cut.name,
            entry.seq
        );
    }
    for entry in rest.iter().filter(|entry| after(entry)) {
        let alone = LogEntry {
            seq: place.cursor + 1,
            ..entry.clone()
        };
        let mut thief = cut.device.duplicate();
        // What it had written itself and not sent has no place in the log, and is told again as lost.
        let place = Some(alone.seq);
        let shown = shown_at(&mut thief, circle, generation, vec![alone])?;
        if let Some((_, text)) = shown.iter().find(|(seq, _)| *seq == place) {
            bail!("I2: {} opens {text}, which came after its end", cut.name);
        }
    }
    for page in rest.chunks(16) {
        let late: BTreeSet<u64> = page
            .iter()
            .filter(|entry| after(entry))
            .map(|e| e.seq)
            .collect();
        for (seq, text) in shown_at(&mut cut.device, circle, generation, page.to_vec())? {
            ensure!(
                !seq.is_some_and(|seq| late.contains(&seq)),
                "I2: {} goes on and opens {text}, which came after its end",
                cut.name
            );
        }
    }
    Ok(())
}

fn shown_at(
    device: &mut device::Device,
    circle: CircleId,
    generation: u32,
    entries: Vec<LogEntry>,
) -> Result<Vec<(Option<u64>, String)>> {
    let head = entries.last().map_or(0, |entry| entry.seq);
    let page = LogPage {
        circle,
        generation,
        entries,
        head,
    };
    let bytes = ServerFrame::Log(page).to_bytes();
    let step = device.handle(Input::Frame { bytes }, Timestamp::from_micros(0))?;
    let mut texts = Vec::new();
    for effect in step.effects {
        if let Effect::Event {
            event: Event::Items { items, .. },
        } = effect
        {
            for item in &items {
                if let Some((text, seq)) = text_of(item) {
                    texts.push((seq, text.to_owned()));
                }
            }
        }
    }
    Ok(texts)
}
