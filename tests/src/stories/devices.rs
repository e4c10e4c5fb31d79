//! A person's further devices: added by link and digits, signed out, stolen.

use super::on_both_engines;

on_both_engines![
    a_second_device_by_link_reads_the_history,
    a_device_that_is_signed_out_there_opens_nothing_more,
    a_stolen_phone_opens_nothing_and_everybody_sees_that_keys_changed,
];

mod tell {
    use anyhow::{Result, ensure};
    use device::api::{Content, History};
    use testkit::{Engine, Story};

    const TITLE: &str = "Maria and Dana";

    pub async fn a_second_device_by_link_reads_the_history(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        for text in ["one", "two", "three"] {
            dana.says(circle, text).await?;
        }
        let all = ["one", "two", "three"];
        maria.reads(circle, &all).await?;
        let tablet = story.enrol_further(&maria, "Maria's tablet").await?;
        tablet.joins(TITLE, 2).await?;
        tablet.reads(circle, &all).await?;
        tablet
            .circle(circle, |view| view.history == History::Ready)
            .await?;
        tablet.says(circle, "from the tablet").await?;
        let with = [&all[..], &["from the tablet"]].concat();
        for phone in [&maria, &dana, &tablet] {
            phone.reads(circle, &with).await?;
        }
        let view = maria.devices(|view| view.devices.len() == 2).await?;
        ensure!(view.waiting.is_none());
        // The first device may be off: the second goes on by itself.
        let off = maria.off().await?;
        dana.says(circle, "are you there?").await?;
        let with = [&with[..], &["are you there?"]].concat();
        tablet.reads(circle, &with).await?;
        let maria = story.back(&off).await?;
        maria.reads(circle, &with).await
    }

    pub async fn a_device_that_is_signed_out_there_opens_nothing_more(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        let tablet = story.enrol_further(&maria, "Maria's tablet").await?;
        tablet.joins(TITLE, 2).await?;
        dana.says(circle, "to both").await?;
        for phone in [&maria, &dana, &tablet] {
            phone.reads(circle, &["to both"]).await?;
        }
        maria.signs_out_there(tablet.id().await?).await?;
        tablet.is_signed_out().await?;
        maria.says(circle, "to the phone only").await?;
        let all = ["to both", "to the phone only"];
        maria.reads(circle, &all).await?;
        dana.reads(circle, &all).await?;
        ensure!(tablet.texts(circle).await? == ["to both"]);
        let off = tablet.off().await?;
        let tablet = story.back(&off).await?;
        tablet.is_signed_out().await?;
        ensure!(tablet.texts(circle).await? == ["to both"]);
        Ok(())
    }

    pub async fn a_stolen_phone_opens_nothing_and_everybody_sees_that_keys_changed(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let phone = story.enrol(agency.maria).await?;
        let circle = phone.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        dana.says(circle, "before").await?;
        phone.reads(circle, &["before"]).await?;
        let code = phone.prints_a_recovery_code().await?;
        let tablet = story.enrol_further(&phone, "Maria's tablet").await?;
        tablet.joins(TITLE, 2).await?;
        let laptop = story.enrol_further(&phone, "Maria's laptop").await?;
        laptop.joins(TITLE, 2).await?;
        laptop.reads(circle, &["before"]).await?;

        tablet.reports_stolen(phone.id().await?).await?;
        phone.is_signed_out().await?;
        let changed = agency.maria.account;
        dana.sees(
            circle,
            |item| matches!(item.content, Content::KeyChanged { account } if account == changed),
        )
        .await?;
        tablet.says(circle, "my phone is gone").await?;
        let all = ["before", "my phone is gone"];
        dana.reads(circle, &all).await?;
        tablet.reads(circle, &all).await?;
        // Her other device was not stolen: it takes up the new key and comes back by itself.
        laptop.reads(circle, &all).await?;
        laptop.says(circle, "and I am here").await?;
        let all = ["before", "my phone is gone", "and I am here"];
        for one in [&dana, &tablet, &laptop] {
            one.reads(circle, &all).await?;
        }
        ensure!(phone.texts(circle).await? == ["before"]);
        let view = dana.circle(circle, |_| true).await?;
        let maria = view.members.iter().find(|member| member.account == changed);
        ensure!(maria.is_some_and(|member| !member.verified && !member.new_key));
        // The code that the thief may have found opens nothing any more.
        let thief = story.with_code(agency.maria, "a thief's", &code).await?;
        ensure!(thief == protocol::Code::RecoveryUnknown, "{thief}");
        Ok(())
    }
}
