//! A case manager's new device comes into every circle by itself.

use super::on_both_engines;

on_both_engines![a_new_device_of_a_case_manager_joins_every_circle_by_itself];

mod tell {
    use anyhow::{Result, ensure};
    use device::api::{Event, History};
    use testkit::{Engine, Story};

    use super::super::family::plan;

    /// Circles, beside the one that the agency planned.
    const CIRCLES: u8 = 8;

    pub async fn a_new_device_of_a_case_manager_joins_every_circle_by_itself(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let mut circles = Vec::new();
        for number in 0..CIRCLES {
            let title = format!("Circle {number}");
            let circle = plan(&dana, &title, number + 1, &[agency.maria]).await?;
            maria.joins(&title, 2).await?;
            dana.joins(&title, 2).await?;
            let text = format!("said in {number}");
            maria.says(circle, &text).await?;
            dana.reads(circle, &[&text]).await?;
            circles.push((title, circle, text));
        }
        // Nobody else is there to help, and the other device is off once it has approved.
        let desk = story.enrol_further(&dana, "Dana's desktop").await?;
        drop(dana.off().await?);
        drop(maria.off().await?);
        for (title, circle, text) in &circles {
            ensure!(desk.joins(title, 2).await? == *circle);
            desk.reads(*circle, &[text]).await?;
            desk.circle(*circle, |view| view.history == History::Ready)
                .await?;
        }
        let progress = |event: &Event| {
            matches!(event, Event::Status { status }
                if status.joining.is_some_and(|joining| joining.of > u32::from(CIRCLES)))
        };
        desk.device
            .wait_for(progress, testkit::story::DEADLINE)
            .await?;
        let done = |seen: &headless::Seen| {
            (seen.status.as_ref()).is_some_and(|status| status.joining.is_none())
        };
        desk.device
            .wait_until(done, testkit::story::DEADLINE)
            .await?;
        Ok(())
    }
}
