//! The server's post is down over a visit: nobody gets stale mail when it is back, the case manager sees whom
//! to call, calls, and says so.

use super::on_both_engines;

on_both_engines![after_an_outage_the_case_manager_calls_whom_no_reminder_reached];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use protocol::http::{Appointment, BookAppointment, NoteCall, Outages};
    use protocol::{AppointmentKind, Code, OpId};
    use testkit::{Engine, Story};

    use crate::contract::house::Beside;

    /// So many seconds pass, and nobody's session ends meanwhile.
    async fn pass(story: &Story, seconds: i64) {
        let now = care::Clock::now(story.server.clock()).plus_seconds(seconds);
        let (seen, ends) = (now.micros(), now.plus_seconds(30 * 86_400).micros());
        Beside(story.server.database())
            .run(&format!(
                "UPDATE session SET last_seen_at = {seen}, proved_at = {seen}, ends_at = {ends}"
            ))
            .await;
        story.server.clock().advance(seconds);
    }

    pub async fn after_an_outage_the_case_manager_calls_whom_no_reminder_reached(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (server, agency) = (&story.server, *story.server.agency());
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        server.store().beat().await?;
        let request = BookAppointment {
            op_id: OpId::from_bytes([1; 16]),
            client: agency.maria.person,
            kind: AppointmentKind::Phone,
            civil_start: "2026-11-02T14:00".to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: Vec::new(),
            staff: Vec::new(),
            meeting_link: None,
            place: None,
        };
        let _: Appointment = dana.asks("POST", "/v1/appointments", &request).await?;
        ensure!(server.do_due().await?.len() == 2, "both are told of it");

        // From nine until three nothing is sent.
        pass(&story, 6 * 3_600).await;
        server.store().beat().await?;
        ensure!(server.do_due().await?.is_empty(), "something stale left");
        let seen: Outages = dana.asks("GET", "/v1/outages", &()).await?;
        let outage = seen.outages.first().context("an outage")?;
        ensure!(
            outage.not_sent == 1 && outage.calls.len() == 1,
            "{outage:?}"
        );
        ensure!(outage.calls[0].name == agency.maria.name);
        let hers = maria.is_refused("GET", "/v1/outages", &()).await?;
        ensure!(hers == Code::NotAllowed, "{hers}");

        let path = format!("/v1/outages/{}/calls", outage.id);
        let note = NoteCall {
            participant: outage.calls[0].participant,
        };
        let noted: Outages = dana.asks("POST", &path, &note).await?;
        let noted = noted.outages.first().context("the outage")?;
        let called = noted.calls[0].called.as_ref().context("it was noted")?;
        ensure!(called.by == agency.dana.name);
        Ok(())
    }
}
