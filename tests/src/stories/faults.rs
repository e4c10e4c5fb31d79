//! Killed servers, killed senders, lost answers: nothing is lost, nothing is doubled.

use super::on_both_engines;

on_both_engines![
    the_server_is_killed_between,
    the_sender_is_killed_between_send_and_answer,
    the_answer_to_a_message_is_lost,
    the_answer_to_the_enrolment_is_lost,
    the_committer_is_killed_between_send_and_answer,
];

mod tell {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use anyhow::Result;
    use device::api::Effect;
    use headless::faults::{Faults, Verdict};
    use protocol::frame::ClientFrame;
    use testkit::{Down, Engine, Story};

    use super::super::family::{PAIR, two};

    /// What happens to the first effect that a story waits for.
    struct Once {
        wanted: fn(&Effect) -> bool,
        verdict: Verdict,
        armed: AtomicBool,
    }

    impl Once {
        fn new(wanted: fn(&Effect) -> bool, verdict: Verdict) -> Arc<Self> {
            Arc::new(Self {
                wanted,
                verdict,
                armed: AtomicBool::new(true),
            })
        }
    }

    impl Faults for Once {
        fn effect(&self, effect: &Effect) -> Verdict {
            if (self.wanted)(effect) && self.armed.swap(false, Ordering::SeqCst) {
                self.verdict
            } else {
                Verdict::GO_ON
            }
        }
    }

    fn is_append(effect: &Effect) -> bool {
        matches!(effect, Effect::Send { bytes }
            if matches!(ClientFrame::parse(bytes), Ok(ClientFrame::Append(_))))
    }

    fn is_request(effect: &Effect, tail: &str) -> bool {
        matches!(effect, Effect::Request { path, .. } if path.ends_with(tail))
    }

    pub async fn the_server_is_killed_between(engine: Engine) -> Result<()> {
        let mut story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let off = maria.off().await?;
        for text in ["one", "two"] {
            dana.says(circle, text).await?;
        }
        dana.reads(circle, &["zero", "one", "two"]).await?;
        story.server.down(Down::AtOnce).await?;
        dana.says(circle, "three").await?;
        story.server.up().await?;
        let maria = story.back(&off).await?;
        let all = ["zero", "one", "two", "three"];
        maria.reads(circle, &all).await?;
        dana.reads(circle, &all).await
    }

    pub async fn the_sender_is_killed_between_send_and_answer(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let off = dana.off().await?;
        let dana = story
            .back_with(&off, Once::new(is_append, Verdict::THEN_DIE))
            .await?;
        dana.online().await?;
        // Stored and sent; whether she still hears that it was is the fault's doing.
        drop(dana.says(circle, "one").await);
        let off = dana.dies().await;
        let dana = story.back(&off).await?;
        dana.says(circle, "two").await?;
        let all = ["zero", "one", "two"];
        maria.reads(circle, &all).await?;
        dana.reads(circle, &all).await
    }

    pub async fn the_answer_to_a_message_is_lost(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (dana, maria, circle) = two(&story).await?;
        let off = dana.off().await?;
        let dana = story
            .back_with(&off, Once::new(is_append, Verdict::THEN_CUT))
            .await?;
        dana.online().await?;
        for text in ["one", "two"] {
            dana.says(circle, text).await?;
        }
        let all = ["zero", "one", "two"];
        maria.reads(circle, &all).await?;
        dana.reads(circle, &all).await
    }

    pub async fn the_answer_to_the_enrolment_is_lost(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let link = story.server.link(agency.dana).await?;
        let lost = Once::new(|effect| is_request(effect, "/redeem"), Verdict::THEN_CUT);
        let dana = story.enrol_with(agency.dana, &link, lost).await?;
        dana.joins(PAIR, 1).await?;
        Ok(())
    }

    pub async fn the_committer_is_killed_between_send_and_answer(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let link = story.server.link(agency.dana).await?;
        let killed = Once::new(|effect| is_request(effect, "/commits"), Verdict::THEN_DIE);
        let dana = story.enrol_with(agency.dana, &link, killed).await?;
        let circle = dana.joins(PAIR, 1).await?;
        let maria = story.enrol(agency.maria).await?;
        let off = dana.dies().await;
        maria.joins(PAIR, 2).await?;
        let dana = story.back(&off).await?;
        dana.joins(PAIR, 2).await?;
        // The committer's first message after the commit is read by all.
        dana.says(circle, "first").await?;
        maria.reads(circle, &["first"]).await?;
        maria.says(circle, "second").await?;
        dana.reads(circle, &["first", "second"]).await
    }
}
