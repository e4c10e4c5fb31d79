//! `send`: one message, durable here first, then durable at the server.

use std::collections::BTreeSet;

use device::api::{Command, Content, Event, Item, Progress};
use protocol::Urgency;

use super::{At, Failure, REACH, circles, stored};

/// Sends and waits for the server's word that it has the message.
pub async fn send(wanted: &str, text: String, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let circle = circles::find(&device, wanted).await?.id;
    let earlier: BTreeSet<String> = device
        .items(circle, usize::MAX)
        .await?
        .into_iter()
        .map(|item| item.id)
        .collect();
    device.mark();
    device
        .command(Command::Send {
            circle,
            text,
            urgency: Urgency::Routine,
        })
        .await?;
    let is_sent = |item: &Item| {
        let sent = matches!(
            item.content,
            Content::Text {
                mine: true,
                progress: Progress::Sent,
                ..
            }
        );
        sent && !earlier.contains(&item.id)
    };
    let settled = |event: &Event| match event {
        Event::Items { circle: of, items } => *of == circle && items.iter().any(is_sent),
        Event::Problem { circle: of, .. } => *of == Some(circle),
        _ => false,
    };
    let outcome = device.wait_for(settled, REACH).await;
    device.stop().await?;
    stored(outcome)
}
