//! Circles without history: nothing that is said there is archived. What that means for whoever comes later, for what
//! was on its way at the switch, and when history is kept again.

use super::on_both_engines;

on_both_engines![
    a_circle_that_is_founded_without_history_archives_nothing,
    a_new_device_reads_only_what_comes_after_it,
    history_that_is_kept_again_begins_a_new_era,
    what_left_before_a_switch_and_did_not_arrive_leaves_again_in_the_other_form,
    two_who_switch_at_once_switch_once,
    nobody_is_mailed_that_history_was_switched,
];

mod tell {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use anyhow::{Context as _, Result, bail, ensure};
    use device::api::{Command, Content, Effect, History, Item};
    use headless::faults::{Faults, Verdict};
    use protocol::frame::{Append, ClientFrame, ServerFrame};
    use protocol::http::{Circle, PlanCircle};
    use protocol::policy::HistoryMode;
    use protocol::{CircleId, Code};
    use testkit::story::DEADLINE;
    use testkit::{Engine, Phone, Story};
    use tokio::sync::watch;

    use super::super::family::{PAIR, op, two};
    use crate::contract::desk::of;
    use crate::contract::house::Beside;

    /// Somebody switches history; these people see that it is so, and who did it.
    async fn switches(
        by: &Phone,
        those: &[&Phone],
        (circle, keep): (CircleId, bool),
    ) -> Result<()> {
        by.device
            .command(Command::KeepHistory { circle, keep })
            .await?;
        for phone in those {
            phone
                .circle(circle, |view| view.keeps_history == keep)
                .await?;
            phone
                .sees(circle, |item| is_switch(item, (by, keep)))
                .await?;
        }
        Ok(())
    }

    fn is_switch(item: &Item, (who, keep): (&Phone, bool)) -> bool {
        matches!(item.content, Content::HistorySet { by, kept } if by == who.person.account && kept == keep)
    }

    /// Of so many messages that were said, how many are archived: `(archived, said)`.
    async fn archived(story: &Story, circle: CircleId) -> (i64, i64) {
        let beside = Beside(story.server.database());
        let circle = beside.id(circle.as_bytes());
        let said =
            format!("SELECT COUNT(*) FROM circle_log WHERE circle = {circle} AND LENGTH(body) > 0");
        let archived = format!("{said} AND LENGTH(wrap) > 0");
        (beside.count(&archived).await, beside.count(&said).await)
    }

    /// What the server says of the circle.
    async fn told(phone: &Phone, circle: CircleId) -> Result<(HistoryMode, u32)> {
        let path = format!("/v1/circles/{circle}");
        let told: Circle = phone.asks("GET", &path, &()).await?;
        Ok((told.history, told.era))
    }

    pub async fn a_circle_that_is_founded_without_history_archives_nothing(
        engine: Engine,
    ) -> Result<()> {
        const TITLE: &str = "Off the record";
        let story = Story::begin(engine).await?;
        let (dana, maria, pair) = two(&story).await?;
        let plan = PlanCircle {
            history: HistoryMode::Off,
            op_id: op(1),
            client: maria.person.person,
            title: TITLE.to_owned(),
            members: Vec::new(),
        };
        let planned: Circle = dana.asks("POST", "/v1/circles", &plan).await?;
        let circle = planned.id;
        for phone in [&dana, &maria] {
            ensure!(phone.joins(TITLE, 2).await? == circle);
            phone.circle(circle, |view| !view.keeps_history).await?;
        }
        maria.says(circle, "one").await?;
        dana.reads(circle, &["one"]).await?;
        dana.says(circle, "two").await?;
        for phone in [&dana, &maria] {
            phone.reads(circle, &["one", "two"]).await?;
        }
        ensure!(archived(&story, circle).await == (0, 2));
        ensure!(told(&maria, circle).await? == (HistoryMode::Off, 0));
        // Another circle of the same people is as it was.
        ensure!(archived(&story, pair).await == (1, 1));
        Ok(())
    }

    /// This device has come in where no history is kept: nothing is missing, and it says so.
    async fn starts_empty(phone: &Phone, circle: CircleId) -> Result<()> {
        phone.joins(PAIR, 2).await?;
        phone
            .circle(circle, |view| {
                view.history == History::Ready && !view.keeps_history
            })
            .await?;
        Ok(())
    }

    pub async fn a_new_device_reads_only_what_comes_after_it(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let code = maria.prints_a_recovery_code().await?;
        switches(&maria, &[&dana, &maria], (circle, false)).await?;
        for text in ["one", "two"] {
            dana.says(circle, text).await?;
        }
        for phone in [&dana, &maria] {
            phone.reads(circle, &["zero", "one", "two"]).await?;
        }
        let tablet = story.enrol_further(&maria, "Maria's tablet").await?;
        starts_empty(&tablet, circle).await?;
        dana.says(circle, "three").await?;
        tablet.reads(circle, &["zero", "three"]).await?;
        // A recovery code brings back what was archived, and cannot bring back what was not.
        let recovered = story
            .recover(maria.person, "Maria's new phone", &code)
            .await?;
        starts_empty(&recovered, circle).await?;
        recovered.says(circle, "four").await?;
        recovered.reads(circle, &["zero", "four"]).await?;
        tablet.reads(circle, &["zero", "three", "four"]).await?;
        for phone in [&dana, &maria] {
            phone
                .reads(circle, &["zero", "one", "two", "three", "four"])
                .await?;
        }
        ensure!(archived(&story, circle).await == (1, 5));
        Ok(())
    }

    pub async fn history_that_is_kept_again_begins_a_new_era(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let both = [&dana, &maria];
        let (kept, era) = told(&dana, circle).await?;
        ensure!(kept == HistoryMode::Eras);
        switches(&maria, &both, (circle, false)).await?;
        dana.says(circle, "one").await?;
        for phone in both {
            phone.reads(circle, &["zero", "one"]).await?;
        }
        let now = told(&dana, circle).await?;
        ensure!(now == (HistoryMode::Off, era), "no era begins: {now:?}");
        switches(&dana, &both, (circle, true)).await?;
        let now = told(&dana, circle).await?;
        ensure!(now == (HistoryMode::Eras, era + 1), "a new one: {now:?}");
        maria.says(circle, "two").await?;
        for phone in both {
            phone.reads(circle, &["zero", "one", "two"]).await?;
        }
        ensure!(archived(&story, circle).await == (2, 3));
        let newest = format!(
            "SELECT COUNT(*) FROM circle_log WHERE LENGTH(wrap) > 0 AND era = {}",
            era + 1
        );
        let newest = Beside(story.server.database()).count(&newest).await;
        ensure!(newest == 1, "archived under the new key: {newest}");
        let tablet = story.enrol_further(&maria, "Maria's tablet").await?;
        tablet.joins(PAIR, 2).await?;
        tablet.reads(circle, &["zero", "two"]).await?;
        tablet
            .circle(circle, |view| {
                view.history == History::Ready && view.keeps_history
            })
            .await?;
        Ok(())
    }

    /// What passed between a device and the server.
    #[derive(Default, Clone)]
    struct Passed {
        left: Vec<Append>,
        refused: Vec<Code>,
    }

    /// Remembers that, and loses the first message that leaves if it is to.
    struct Line {
        loses: AtomicBool,
        passed: watch::Sender<Passed>,
    }

    impl Line {
        fn new(loses: bool) -> Arc<Self> {
            Arc::new(Self {
                loses: AtomicBool::new(loses),
                passed: watch::Sender::new(Passed::default()),
            })
        }

        fn passed(&self) -> Passed {
            self.passed.borrow().clone()
        }

        /// The first message, once one has left.
        async fn first(&self) -> Result<Append> {
            let mut passed = self.passed.subscribe();
            let left = passed.wait_for(|passed| !passed.left.is_empty());
            let left = tokio::time::timeout(DEADLINE, left).await??.left.clone();
            left.into_iter().next().context("just seen")
        }
    }

    impl Faults for Line {
        fn effect(&self, effect: &Effect) -> Verdict {
            let Effect::Send { bytes } = effect else {
                return Verdict::GO_ON;
            };
            let Ok(ClientFrame::Append(append)) = ClientFrame::parse(bytes) else {
                return Verdict::GO_ON;
            };
            self.passed.send_modify(|passed| passed.left.push(append));
            if self.loses.swap(false, Ordering::SeqCst) {
                Verdict::LOST
            } else {
                Verdict::GO_ON
            }
        }

        fn frame(&self, bytes: &[u8]) -> Verdict {
            if let Some(ServerFrame::Err(refused)) = ServerFrame::parse(bytes) {
                self.passed
                    .send_modify(|passed| passed.refused.push(refused.code));
            }
            Verdict::GO_ON
        }
    }

    pub async fn what_left_before_a_switch_and_did_not_arrive_leaves_again_in_the_other_form(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let mut off = dana.off().await?;
        let mut said = vec!["zero"];
        for (keep, text) in [(false, "said for later"), (true, "said for now")] {
            let lossy = Line::new(true);
            let dana = story.back_with(&off, lossy.clone()).await?;
            dana.online().await?;
            dana.says(circle, text).await?;
            let lost = lossy.first().await?;
            ensure!(lost.wrap.is_empty() == keep, "as it was until then");
            off = dana.off().await?;
            switches(&maria, &[&maria], (circle, keep)).await?;

            let line = Line::new(false);
            let dana = story.back_with(&off, line.clone()).await?;
            said.push(text);
            for phone in [&dana, &maria] {
                phone.reads(circle, &said).await?;
            }
            let Passed { left, refused } = line.passed();
            ensure!(refused == [Code::Stale], "{refused:?}");
            let [first, again] = left.as_slice() else {
                bail!("{text:?} left {} times", left.len());
            };
            ensure!(*first == lost, "the same bytes as long as nobody answered");
            ensure!(again.op_id == lost.op_id, "one operation, done once");
            ensure!(again.wrap.is_empty() != keep, "as it is from then on");
            off = dana.off().await?;
        }
        ensure!(archived(&story, circle).await == (2, 3));
        Ok(())
    }

    pub async fn two_who_switch_at_once_switch_once(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let speaks = async |phone: &Phone, text: &str| -> Result<()> {
            let keep = false;
            phone
                .device
                .command(Command::KeepHistory { circle, keep })
                .await?;
            phone.says(circle, text).await
        };
        let (one, other) = tokio::join!(speaks(&dana, "one"), speaks(&maria, "two"));
        one?;
        other?;
        for phone in [&dana, &maria] {
            phone.circle(circle, |view| !view.keeps_history).await?;
            let mut heard = phone.hears(circle, 3).await?;
            heard.sort();
            ensure!(heard == ["one", "two", "zero"], "{heard:?}");
            let items = phone.device.items(circle, 1_000).await?;
            let switches = items
                .iter()
                .filter(|item| matches!(item.content, Content::HistorySet { .. }));
            ensure!(switches.count() == 1, "the other one had it already");
        }
        // What each said after their own wish waited until it held.
        ensure!(archived(&story, circle).await == (1, 3));
        Ok(())
    }

    pub async fn nobody_is_mailed_that_history_was_switched(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let person = maria.person;
        let off = maria.off().await?;
        story.server.clock().advance(120);
        switches(&dana, &[&dana], (circle, false)).await?;
        story.server.clock().advance(601);
        let mails = story.server.do_due().await?;
        ensure!(mails.is_empty(), "{} mails about nothing", mails.len());
        dana.says(circle, "one").await?;
        dana.reads(circle, &["zero", "one"]).await?;
        story.server.clock().advance(601);
        let mails = story.server.do_due().await?;
        ensure!(of(&mails, person).len() == 1, "{} mails", mails.len());
        let maria = story.back(&off).await?;
        maria.reads(circle, &["zero", "one"]).await
    }
}
