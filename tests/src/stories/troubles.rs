//! A circle that breaks, and a server that was restored from an old backup.

use super::on_both_engines;

on_both_engines![
    two_accounts_in_distress_and_staff_begin_anew,
    the_server_is_restored_from_an_old_backup,
    a_server_from_before_history_ended_does_not_bring_it_back,
    a_circle_that_the_restored_server_does_not_know_stays_readable,
    an_old_copy_says_plainly_what_it_can_never_read,
];

mod tell {
    use std::sync::Arc;

    use anyhow::{Context as _, Result, ensure};
    use device::api::{Command, Content, Effect, History, Trouble};
    use headless::faults::{Faults, Verdict};
    use protocol::http::{Distress, DistressNoted};
    use protocol::{CircleId, CircleStatus};
    use testkit::{Down, Engine, Phone, Story};

    use super::super::family::{PAIR, op, plan, two};

    /// Dana begins the circle anew; everybody is in it again, and the earlier texts stay.
    async fn begin_anew(
        (dana, maria): (&Phone, &Phone),
        circle: CircleId,
        before: &[&str],
    ) -> Result<()> {
        dana.device.command(Command::ResetCircle { circle }).await?;
        for phone in [dana, maria] {
            phone
                .circle(circle, |view| {
                    let inside = view
                        .members
                        .iter()
                        .filter(|member| member.state == protocol::MemberState::Confirmed);
                    view.trouble.is_none() && inside.count() == 2
                })
                .await?;
            phone
                .sees(circle, |item| matches!(item.content, Content::Reset { .. }))
                .await?;
        }
        maria.says(circle, "again").await?;
        dana.reads(circle, &[before, &["again"]].concat()).await?;
        dana.says(circle, "and again").await?;
        maria
            .reads(circle, &[before, &["again", "and again"]].concat())
            .await
    }

    pub async fn two_accounts_in_distress_and_staff_begin_anew(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let path = format!("/v1/circles/{circle}/distress");
        let mut noted = Vec::new();
        for (phone, number) in [(&dana, 1), (&maria, 2)] {
            let report = Distress {
                op_id: op(number),
                generation: 0,
                seq: 1,
            };
            let answer: DistressNoted = phone.asks("POST", &path, &report).await?;
            noted.push(answer.status);
        }
        ensure!(
            noted == [CircleStatus::Live, CircleStatus::NeedsReset],
            "{noted:?}"
        );
        for phone in [&dana, &maria] {
            phone
                .circle(circle, |view| view.trouble == Some(Trouble::NeedsReset))
                .await?;
        }
        begin_anew((&dana, &maria), circle, &["zero"]).await
    }

    pub async fn the_server_is_restored_from_an_old_backup(engine: Engine) -> Result<()> {
        let mut story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        story.server.down(Down::Gracefully).await?;
        let copy = story.server.database().copy().await?;
        story.server.up().await?;
        for text in ["one", "two"] {
            dana.says(circle, text).await?;
        }
        maria.reads(circle, &["zero", "one", "two"]).await?;
        dana.reads(circle, &["zero", "one", "two"]).await?;
        story.server.down(Down::Gracefully).await?;
        story.server.database().restore(&copy).await?;
        story.server.up().await?;
        for phone in [&dana, &maria] {
            phone
                .circle(circle, |view| view.trouble == Some(Trouble::Recovering))
                .await?;
        }
        // What was said after the backup stands on the devices, and only there.
        begin_anew((&dana, &maria), circle, &["zero", "one", "two"]).await
    }

    pub async fn a_server_from_before_history_ended_does_not_bring_it_back(
        engine: Engine,
    ) -> Result<()> {
        let mut story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        story.server.down(Down::Gracefully).await?;
        let copy = story.server.database().copy().await?;
        story.server.up().await?;
        let keep = false;
        maria
            .device
            .command(Command::KeepHistory { circle, keep })
            .await?;
        for phone in [&dana, &maria] {
            phone.circle(circle, |view| !view.keeps_history).await?;
        }
        dana.says(circle, "off the record").await?;
        for phone in [&dana, &maria] {
            phone.reads(circle, &["zero", "off the record"]).await?;
        }
        story.server.down(Down::Gracefully).await?;
        story.server.database().restore(&copy).await?;
        story.server.up().await?;
        for phone in [&dana, &maria] {
            phone
                .circle(circle, |view| view.trouble == Some(Trouble::Recovering))
                .await?;
        }
        begin_anew((&dana, &maria), circle, &["zero", "off the record"]).await?;
        for phone in [&dana, &maria] {
            phone.circle(circle, |view| !view.keeps_history).await?;
        }
        Ok(())
    }

    pub async fn a_circle_that_the_restored_server_does_not_know_stays_readable(
        engine: Engine,
    ) -> Result<()> {
        let mut story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let (dana, maria, _) = two(&story).await?;
        story.server.down(Down::Gracefully).await?;
        let copy = story.server.database().copy().await?;
        story.server.up().await?;
        let later = plan(&dana, "Later", 9, &[agency.maria]).await?;
        for phone in [&dana, &maria] {
            phone.joins("Later", 2).await?;
        }
        maria.says(later, "kept").await?;
        dana.reads(later, &["kept"]).await?;
        maria.reads(later, &["kept"]).await?;
        story.server.down(Down::Gracefully).await?;
        story.server.database().restore(&copy).await?;
        story.server.up().await?;
        for phone in [&dana, &maria] {
            phone
                .circle(later, |view| view.trouble == Some(Trouble::Recovering))
                .await?;
            ensure!(phone.texts(later).await? == ["kept"]);
        }
        Ok(())
    }

    /// Nothing that a device would put into its vault arrives.
    struct NoVault;

    impl Faults for NoVault {
        fn effect(&self, effect: &Effect) -> Verdict {
            match effect {
                Effect::Request { method, path, .. } if method == "PUT" && path == "/v1/vault" => {
                    Verdict::LOST
                }
                _ => Verdict::GO_ON,
            }
        }
    }

    pub async fn an_old_copy_says_plainly_what_it_can_never_read(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let (dana, maria, circle) = two(&story).await?;
        let off = maria.off().await?;
        let old = story.server.directory().join("old copy");
        copy_directory(off.data(), &old)?;
        let maria = story.back_with(&off, Arc::new(NoVault)).await?;
        // Somebody comes, a new era begins, and its key reaches this device alone.
        let sam = story.enrol(agency.sam).await?;
        sam.joins(PAIR, 3).await?;
        maria.joins(PAIR, 3).await?;
        maria.says(circle, "in the new era").await?;
        dana.reads(circle, &["zero", "in the new era"]).await?;
        maria.reads(circle, &["zero", "in the new era"]).await?;
        let off = maria.kill();
        std::fs::remove_dir_all(off.data())?;
        copy_directory(&old, off.data())?;

        let maria = story.back(&off).await?;
        maria
            .circle(circle, |view| view.history == History::Lost)
            .await?;
        dana.says(circle, "do you read this?").await?;
        maria
            .sees(circle, |item| {
                matches!(&item.content, Content::Text { text, .. } if text == "do you read this?")
            })
            .await?;
        maria.says(circle, "yes, from here on").await?;
        let all = [
            "zero",
            "in the new era",
            "do you read this?",
            "yes, from here on",
        ];
        dana.reads(circle, &all).await
    }

    fn copy_directory(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let path = entry?.path();
            let name = path.file_name().context("a file has a name")?;
            std::fs::copy(&path, to.join(name))?;
        }
        Ok(())
    }
}
