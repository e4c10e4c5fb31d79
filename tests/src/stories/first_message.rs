//! The first message, in every order; being away; what the server never holds.

use super::on_both_engines;

on_both_engines![
    the_case_manager_comes_first,
    the_client_comes_first,
    a_third_person_comes_later,
    who_was_away_reads_everything_once_and_in_order,
    the_server_never_holds_the_text,
];

mod tell {
    use anyhow::{Result, ensure};
    use testkit::{Engine, Story};

    const TITLE: &str = "Maria and Dana";

    pub async fn the_case_manager_comes_first(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let circle = dana.joins(TITLE, 1).await?;
        dana.says(circle, "Hello Maria, this is written before you are here.")
            .await?;
        let maria = story.enrol(agency.maria).await?;
        ensure!(maria.joins(TITLE, 2).await? == circle);
        dana.joins(TITLE, 2).await?;
        maria.says(circle, "Hello Dana.").await?;
        dana.reads(
            circle,
            &[
                "Hello Maria, this is written before you are here.",
                "Hello Dana.",
            ],
        )
        .await?;
        // Who comes later does not read what was said before: history is a human's choice.
        maria.reads(circle, &["Hello Dana."]).await
    }

    pub async fn the_client_comes_first(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let maria = story.enrol(agency.maria).await?;
        let dana = story.enrol(agency.dana).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        maria.says(circle, "Can you hear me?").await?;
        dana.reads(circle, &["Can you hear me?"]).await?;
        dana.says(circle, "Loud and clear.").await?;
        maria
            .reads(circle, &["Can you hear me?", "Loud and clear."])
            .await?;
        let everyone = maria.device.seen().circles;
        let members = &everyone[0].members;
        ensure!(
            members.iter().all(|member| !member.verified),
            "nobody was met in person"
        );
        Ok(())
    }

    pub async fn a_third_person_comes_later(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        maria.says(circle, "one").await?;
        dana.reads(circle, &["one"]).await?;
        let sam = story.enrol(agency.sam).await?;
        ensure!(sam.joins(TITLE, 3).await? == circle);
        sam.says(circle, "two").await?;
        maria.reads(circle, &["one", "two"]).await?;
        maria.says(circle, "three").await?;
        dana.says(circle, "four").await?;
        // The last two were written at once: their order is the log's.
        let all = ["three", "four"];
        let heard = sam.hears(circle, 3).await?;
        ensure!(heard[0] == "two" && all.iter().all(|text| heard.contains(&(*text).to_owned())));
        let order: Vec<&str> = heard.iter().map(String::as_str).collect();
        sam.reads(circle, &order).await?;
        let with_first = [&["one"], order.as_slice()].concat();
        maria.reads(circle, &with_first).await?;
        dana.reads(circle, &with_first).await
    }

    pub async fn who_was_away_reads_everything_once_and_in_order(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        dana.says(circle, "zero").await?;
        maria.reads(circle, &["zero"]).await?;
        let off = maria.off().await?;
        for text in ["one", "two", "three"] {
            dana.says(circle, text).await?;
        }
        dana.reads(circle, &["zero", "one", "two", "three"]).await?;
        let maria = story.back(&off).await?;
        maria.reads(circle, &["zero", "one", "two", "three"]).await
    }

    pub async fn the_server_never_holds_the_text(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        let planted = "marmalade-canary-4711";
        dana.says(circle, planted).await?;
        maria.reads(circle, &[planted]).await?;
        let database = story.server.database();
        // The search would find it: an id is plain on purpose.
        ensure!(database.holds(circle.as_bytes()).await?);
        for words in [planted, "Maria Sample", "Dana Placeholder", TITLE] {
            ensure!(
                !database.holds(words.as_bytes()).await?,
                "the server holds {words:?}"
            );
        }
        Ok(())
    }
}
