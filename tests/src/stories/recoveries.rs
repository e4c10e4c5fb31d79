//! The only device is lost: a recovery code, or new keys in person.

use super::on_both_engines;

on_both_engines![
    a_recovery_code_on_a_new_device_brings_everything_back,
    new_keys_in_person_come_in_once_a_human_made_sure,
];

mod tell {
    use anyhow::{Result, ensure};
    use device::api::{Command, Content, History};
    use testkit::{Engine, Story};

    const TITLE: &str = "Maria and Dana";

    pub async fn a_recovery_code_on_a_new_device_brings_everything_back(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        for text in ["one", "two"] {
            maria.says(circle, text).await?;
        }
        dana.reads(circle, &["one", "two"]).await?;
        maria.reads(circle, &["one", "two"]).await?;
        let code = maria.prints_a_recovery_code().await?;
        // Lost with everything on it.
        drop(maria.kill());
        dana.says(circle, "are you there?").await?;
        let all = ["one", "two", "are you there?"];
        dana.reads(circle, &all).await?;

        let new = story
            .recover(agency.maria, "Maria's new phone", &code)
            .await?;
        new.joins(TITLE, 2).await?;
        new.reads(circle, &all).await?;
        new.circle(circle, |view| view.history == History::Ready)
            .await?;
        new.says(circle, "here again").await?;
        let all = [&all[..], &["here again"]].concat();
        dana.reads(circle, &all).await?;
        new.reads(circle, &all).await?;
        // The same person with the same key: nobody is asked to check anything.
        let view = dana.circle(circle, |_| true).await?;
        ensure!(view.members.iter().all(|member| !member.new_key));
        Ok(())
    }

    pub async fn new_keys_in_person_come_in_once_a_human_made_sure(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let circle = dana.joins(TITLE, 1).await?;
        dana.says(circle, "before she came").await?;
        let maria = story.enrol(agency.maria).await?;
        maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        maria.says(circle, "before").await?;
        dana.reads(circle, &["before she came", "before"]).await?;
        drop(maria.kill());

        let new = story
            .begin_anew(&dana, agency.maria, "Maria's new phone")
            .await?;
        let account = agency.maria.account;
        dana.circle(circle, |view| {
            view.members
                .iter()
                .any(|member| member.account == account && member.new_key)
        })
        .await?;
        ensure!(
            new.device
                .seen()
                .circles
                .iter()
                .all(|view| view.phase != device::api::CirclePhase::Ready),
            "nobody is let in before a human made sure"
        );
        dana.device
            .command(Command::TrustNewKey { account })
            .await?;
        new.joins(TITLE, 2).await?;
        dana.sees(circle, |item| {
            matches!(&item.content, Content::Joined { accounts, .. } if accounts == &[account])
        })
        .await?;
        new.says(circle, "with new keys").await?;
        let heard = dana.hears(circle, 3).await?;
        let all = ["before she came", "before", "with new keys"];
        ensure!(heard == all, "{heard:?}");
        dana.says(circle, "welcome back").await?;
        // Dana's device gave her the circle's keys since she first came, and no others.
        new.reads(circle, &["before", "with new keys", "welcome back"])
            .await?;
        new.circle(circle, |view| view.history == History::Ready)
            .await?;
        // She keeps them: a further device of hers reads the same.
        let tablet = story.enrol_further(&new, "Maria's new tablet").await?;
        tablet.joins(TITLE, 2).await?;
        tablet
            .reads(circle, &["before", "with new keys", "welcome back"])
            .await
    }
}
