//! The server is killed while it sends, wherever it then stands: the mail leaves once or twice, and is
//! the same. Each single step of a sending has its case in `contract::sendings`.

use super::on_both_engines;

on_both_engines![a_server_killed_while_sending_sends_the_same_once_or_twice];

mod tell {
    use std::collections::BTreeMap;

    use anyhow::{Result, ensure};
    use mail::Transport;
    use protocol::http::{Appointment, BookAppointment};
    use protocol::{AppointmentKind, OpId, limits};
    use testkit::{Down, Engine, Story};

    use crate::contract::desk::Mortal;

    pub async fn a_server_killed_while_sending_sends_the_same_once_or_twice(
        engine: Engine,
    ) -> Result<()> {
        let mut story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        for (n, polls) in [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64]
            .into_iter()
            .enumerate()
        {
            let request = BookAppointment {
                op_id: OpId::from_bytes([u8::try_from(n)? + 1; 16]),
                client: agency.maria.person,
                kind: AppointmentKind::Phone,
                civil_start: format!("2026-11-{:02}T{:02}:00", 10 + n / 8, 9 + n % 8),
                zone: None,
                minutes: 30,
                visit_type: None,
                caregivers: Vec::new(),
                staff: Vec::new(),
                meeting_link: None,
                place: None,
            };
            if request.civil_start.ends_with("17:00") {
                continue;
            }
            let _: Appointment = dana.asks("POST", "/v1/appointments", &request).await?;
            Mortal::new(story.server.post().pass(), polls).await;
            let mut mails = match story.server.post().transport() {
                Some(Transport::Memory(memory)) => memory.take(),
                _ => Vec::new(),
            };
            story.server.restart(Down::AtOnce).await?;
            story.server.clock().advance(limits::DELIVERY_LEASE_S + 1);
            mails.extend(story.server.do_due().await?);
            let mut copies: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
            for mail in &mails {
                copies
                    .entry(&mail.message_id)
                    .or_default()
                    .push(&mail.bytes);
            }
            ensure!(
                copies.len() == 2,
                "Maria's and Dana's, not {}",
                copies.len()
            );
            for bytes in copies.values() {
                ensure!(bytes.len() <= 2, "sent {} times", bytes.len());
                ensure!(bytes.iter().all(|copy| *copy == bytes[0]), "not the same");
            }
            story.server.clock().advance(1);
            ensure!(story.server.do_due().await?.is_empty());
        }
        Ok(())
    }
}
