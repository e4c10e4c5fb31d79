//! People who were away for long are let into a new circle once they are back.

use super::on_both_engines;

on_both_engines![
    whoever_is_back_after_43_days_comes_into_a_new_circle,
    whoever_is_back_after_90_days_comes_into_a_new_circle,
];

mod tell {
    use anyhow::{Result, ensure};
    use care::Clock as _;
    use protocol::http::Circle;
    use protocol::limits;
    use testkit::{Engine, FakeClock, Options, Story};

    use super::super::family::plan;
    use crate::contract::house::Beside;

    const OLD: &str = "Maria and Dana";
    const NEW: &str = "Rides to the doctor";

    pub async fn whoever_is_back_after_43_days_comes_into_a_new_circle(
        engine: Engine,
    ) -> Result<()> {
        are_away_for(engine, 43).await
    }

    pub async fn whoever_is_back_after_90_days_comes_into_a_new_circle(
        engine: Engine,
    ) -> Result<()> {
        are_away_for(engine, 90).await
    }

    async fn are_away_for(engine: Engine, days: i64) -> Result<()> {
        let end = FakeClock::default().now();
        let options = Options {
            clock: FakeClock::at(end.plus_seconds(-days * 86_400)),
            ..Options::new(engine)
        };
        let story = Story::begin_with(options).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        for phone in [&dana, &maria] {
            phone.joins(OLD, 2).await?;
        }
        // The library that makes key packages dates them by the machine's clock, which no story moves.
        let made_at = story.server.clock().now();
        let over = made_at.plus_seconds(limits::KEY_PACKAGE_S).micros();
        Beside(story.server.database())
            .run(&format!("UPDATE key_package SET not_after = {over}"))
            .await;
        let (dana_off, maria_off) = (dana.off().await?, maria.off().await?);
        story.server.clock().advance(days * 86_400);

        let dana = story.back(&dana_off).await?;
        dana.online().await?;
        let new = plan(&dana, NEW, 0xe0, &[agency.maria]).await?;
        dana.joins(NEW, 1).await?;
        let path = format!("/v1/circles/{new}");
        let alone: Circle = dana.asks("GET", &path, &()).await?;
        ensure!(alone.awaiting.is_empty(), "what she left is kept back");
        // Her device brings others, Dana's is told, and adds it.
        let maria = story.back(&maria_off).await?;
        ensure!(maria.joins(NEW, 2).await? == new);
        maria.says(new, "I am back").await?;
        dana.reads(new, &["I am back"]).await
    }
}
