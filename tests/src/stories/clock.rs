//! The clock of the server jumps. Whatever watches the server hears of it, nobody gets a mail by the wrong time, and
//! the administrator says what is right.

use super::on_both_engines;

on_both_engines![after_the_clock_jumped_the_administrator_says_what_is_right];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use protocol::http::{Appointment, BookAppointment, ConfirmClock, Jobs, Outages};
    use protocol::{AppointmentKind, Code, OpId, Role};
    use reqwest::{Client, StatusCode};
    use testkit::{Engine, Phone, Story, agency};

    use crate::contract::desk::tls;
    use crate::contract::house::Beside;

    /// Somebody sets the clock, and nobody's session ends by it.
    async fn jump(story: &Story, seconds: i64) {
        let now = care::Clock::now(story.server.clock()).plus_seconds(seconds);
        let (seen, ends) = (now.micros(), now.plus_seconds(30 * 86_400).micros());
        Beside(story.server.database())
            .run(&format!(
                "UPDATE session SET last_seen_at = {seen}, proved_at = {seen}, ends_at = {ends}"
            ))
            .await;
        story.server.clock().jump(seconds);
    }

    /// What whoever watches the server is told.
    async fn alarms(story: &Story) -> Result<(StatusCode, String)> {
        let server = &story.server;
        let client = Client::builder().use_preconfigured_tls(tls(server.ca_pem()));
        let asked = client.build()?.get(format!("{}/alarmz", server.url()));
        let answer = asked.send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    async fn books(dana: &Phone, client: protocol::PersonId) -> Result<()> {
        let request = BookAppointment {
            op_id: OpId::from_bytes([1; 16]),
            client,
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
        Ok(())
    }

    pub async fn after_the_clock_jumped_the_administrator_says_what_is_right(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (server, people) = (&story.server, *story.server.agency());
        let kim = agency::add(server.store(), "Kim Keyring", Role::Administrator).await?;
        let kim = story.enrol(kim).await?;
        let dana = story.enrol(people.dana).await?;
        server.store().beat().await?;
        ensure!(alarms(&story).await? == (StatusCode::OK, "quiet\n".to_owned()));
        books(&dana, people.maria.person).await?;
        ensure!(server.do_due().await?.len() == 2, "both are told of it");

        // From nine until three, and no time has passed.
        jump(&story, 6 * 3_600).await;
        ensure!(server.do_due().await?.is_empty(), "it left by a wrong time");
        let (status, words) = alarms(&story).await?;
        ensure!(status == StatusCode::SERVICE_UNAVAILABLE);
        ensure!(words.lines().any(|word| word == "clock"), "{words}");
        let jobs: Jobs = kim.asks("GET", "/v1/jobs", &()).await?;
        let jump = jobs.clock.context("the administrator sees it")?;
        ensure!(
            jump.shown == jump.expected.plus_seconds(6 * 3_600),
            "{jump:?}"
        );
        let confirm = ConfirmClock { jump: jump.id };
        let hers = dana.is_refused("POST", "/v1/jobs/clock", &confirm).await?;
        ensure!(hers == Code::NotAllowed, "{hers}");

        let json = serde_json::to_vec(&confirm)?;
        let (status, _) = kim.device.ask("POST", "/v1/jobs/clock", Some(json)).await?;
        ensure!(status == 204, "{status}");
        let jobs: Jobs = kim.asks("GET", "/v1/jobs", &()).await?;
        ensure!(jobs.clock.is_none(), "{jobs:?}");
        ensure!(server.do_due().await?.is_empty(), "something stale left");
        ensure!(alarms(&story).await?.0 == StatusCode::OK);
        let seen: Outages = dana.asks("GET", "/v1/outages", &()).await?;
        let outage = seen.outages.first().context("it was an outage")?;
        ensure!(outage.calls.len() == 1, "{outage:?}");
        Ok(())
    }
}
