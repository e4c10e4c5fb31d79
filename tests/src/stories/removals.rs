//! Consent withdrawn: the cut, the next epoch, and what a removed device can still open: nothing.

use super::on_both_engines;

on_both_engines![
    after_a_withdrawal_the_removed_device_opens_nothing,
    everybody_is_away_and_who_comes_first_commits,
    who_leaves_is_gone_for_everybody,
    a_circle_outlives_the_removal_key_that_it_was_made_with,
];

mod tell {
    use std::sync::{Arc, Mutex};

    use anyhow::{Context as _, Result, ensure};
    use care::Caller;
    use device::Device;
    use device::api::{CircleView, Content, Effect, Event, Input, Item};
    use headless::faults::{Faults, Verdict};
    use headless::store::Store;
    use protocol::frame::ServerFrame;
    use protocol::http::LeaveCircle;
    use protocol::{Bytes, Code, MemberState};
    use testkit::{Engine, Story};

    use super::super::family::{Family, TITLE, op, withdraw};
    use crate::contract::house::blobs;

    /// Every frame that the server sent to a device.
    #[derive(Default)]
    struct Recorded(Mutex<Vec<Vec<u8>>>);

    impl Faults for Recorded {
        fn frame(&self, bytes: &[u8]) -> Verdict {
            self.0.lock().expect("nobody panics").push(bytes.to_vec());
            Verdict::GO_ON
        }
    }

    fn is_removal(item: &Item) -> bool {
        matches!(&item.content, Content::Removed { accounts, took_ms: Some(_), .. } if accounts.len() == 1)
    }

    pub async fn after_a_withdrawal_the_removed_device_opens_nothing(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let family = Family::meet(&story).await?;
        let (dana, ana, circle) = (family.dana, family.ana, family.circle);
        let off = family.maria.off().await?;
        let recorded = Arc::new(Recorded::default());
        let maria = story.back_with(&off, recorded.clone()).await?;
        maria.joins(TITLE, 3).await?;

        // Ana's phone is off, and will be given everything that Maria's was.
        let ana_off = ana.off().await?;
        withdraw(&dana, family.consent).await?;
        for phone in [&dana, &maria] {
            let removed = phone.sees(circle, is_removal).await?;
            let Content::Removed { accounts, .. } = removed.content else {
                unreachable!("just matched")
            };
            ensure!(accounts == [story.server.agency().ana.account]);
        }
        maria.says(circle, "after the cut").await?;
        dana.reads(circle, &["zero", "after the cut"]).await?;
        maria.reads(circle, &["zero", "after the cut"]).await?;

        let kept = Store::open(ana_off.data())?;
        let mut thief = Device::open(kept.vault_key(), story.server.name(), kept.state()?)?;
        let now = care::Clock::now(story.server.clock());
        let mut given = 0;
        for bytes in recorded.0.lock().expect("nobody panics").iter() {
            if !matches!(ServerFrame::parse(bytes), Some(ServerFrame::Log(_))) {
                continue;
            }
            given += 1;
            let bytes = bytes.clone();
            for effect in thief.handle(Input::Frame { bytes }, now)?.effects {
                if let Effect::Event {
                    event: Event::Items { items, .. },
                } = effect
                {
                    let texts = items
                        .iter()
                        .any(|item| matches!(item.content, Content::Text { .. }));
                    ensure!(!texts, "a removed device opened {items:?}");
                }
            }
        }
        ensure!(given > 0, "nothing was recorded");
        let items = |kept: &Store| kept.items(circle.as_bytes(), 99);
        ensure!(!items(&kept)?.is_empty(), "what she had read is still here");
        drop((thief, kept));

        // What she had read went with the circle: nobody who finds the phone reads it.
        let ana = story.back(&ana_off).await?;
        ana.no_longer_sees(circle).await?;
        ensure!(ana.texts(circle).await?.is_empty());
        let refused = ana
            .is_refused("GET", &format!("/v1/circles/{circle}"), &())
            .await?;
        ensure!(refused == Code::NotOnRoster, "{refused}");
        Ok(())
    }

    pub async fn everybody_is_away_and_who_comes_first_commits(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let family = Family::meet(&story).await?;
        let circle = family.circle;
        // Sam serves Maria too and is not in this circle.
        let sam = story.enrol(agency.sam).await?;
        let (dana_off, maria_off) = (family.dana.off().await?, family.maria.off().await?);
        withdraw(&sam, family.consent).await?;
        family.ana.no_longer_sees(circle).await?;

        let maria = story.back(&maria_off).await?;
        maria.sees(circle, is_removal).await?;
        maria.says(circle, "only us now").await?;
        maria.reads(circle, &["zero", "only us now"]).await?;
        let dana = story.back(&dana_off).await?;
        dana.reads(circle, &["zero", "only us now"]).await?;
        dana.sees(circle, is_removal).await?;
        Ok(())
    }

    pub async fn a_circle_outlives_the_removal_key_that_it_was_made_with(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let family = Family::meet(&story).await?;
        let circle = family.circle;
        let house = story.server.store();
        let first = house.agency().await?.context("an agency")?.removal_key;
        let listed = async || {
            let sql = "SELECT group_info FROM circle_group ORDER BY circle";
            let groups = blobs(story.server.database(), sql).await;
            let lists = |key: &Bytes| {
                let lists = |group: &Vec<u8>| group.windows(key.len()).any(|part| part == &key[..]);
                groups.iter().any(lists)
            };
            let second = house
                .agency()
                .await
                .ok()
                .flatten()
                .map(|agency| agency.removal_key);
            (lists(&first), second.is_some_and(|key| lists(&key)))
        };
        let tablet = story.enrol_further(&family.maria, "Maria's tablet").await?;
        tablet.joins(TITLE, 3).await?;
        let stolen = tablet.id().await?;
        story.server.clock().advance(60);
        house.rotate_removal_key(&Caller::installation()).await?;
        ensure!(listed().await == (true, false), "nobody has changed it yet");

        // Dana comes back. What the server proposes under the key that the circle lists, she commits as ever,
        // whether she has heard of the new one yet or not.
        let (dana_off, maria_off) = (family.dana.off().await?, family.maria.off().await?);
        let tablet_off = tablet.off().await?;
        let dana = story.back(&dana_off).await?;
        dana.reads(circle, &["zero"]).await?;
        let sam = story.enrol(story.server.agency().sam).await?;
        withdraw(&sam, family.consent).await?;
        family.ana.no_longer_sees(circle).await?;
        dana.sees(circle, is_removal).await?;

        // Whoever was away follows. By the next removal she has heard of it: from then on the circle lists it.
        let maria = story.back(&maria_off).await?;
        maria.says(circle, "under the second").await?;
        dana.reads(circle, &["zero", "under the second"]).await?;
        maria.signs_out_there(stolen).await?;
        maria.says(circle, "without the tablet").await?;
        let all = ["zero", "under the second", "without the tablet"];
        dana.reads(circle, &all).await?;
        maria.reads(circle, &all).await?;
        ensure!(listed().await == (false, true), "no change listed it");
        let tablet = story.back(&tablet_off).await?;
        tablet.is_signed_out().await
    }

    pub async fn who_leaves_is_gone_for_everybody(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let family = Family::meet(&story).await?;
        let circle = family.circle;
        let path = format!("/v1/circles/{circle}/leave");
        let body = serde_json::to_vec(&LeaveCircle { op_id: op(0xc3) })?;
        let (status, _) = family.ana.device.ask("POST", &path, Some(body)).await?;
        ensure!(status == 204, "{status}");
        family.ana.no_longer_sees(circle).await?;
        for phone in [&family.dana, &family.maria] {
            phone.sees(circle, is_removal).await?;
            // The group says that she is out of it; that she left is the server's word, which follows.
            let ana = story.server.agency().ana.account;
            let left = |view: &CircleView| {
                let listed = view.members.iter().find(|member| member.account == ana);
                listed.is_none_or(|member| member.state == MemberState::Left)
            };
            phone
                .circle(circle, |view| !view.removing && left(view))
                .await
                .context("the removal is done")?;
        }
        family.maria.says(circle, "without her").await?;
        family.dana.reads(circle, &["zero", "without her"]).await
    }
}
