//! The agency has another key: its devices have pinned the one before, links that are out name it, and nobody
//! notices.

use super::on_both_engines;

on_both_engines![another_agency_key_takes_its_place_and_nobody_notices];

mod tell {
    use std::sync::Arc;

    use anyhow::{Context as _, Result, ensure};
    use care::Caller;
    use device::api::{Command, Content, History, Item};
    use headless::faults::NoFaults;
    use protocol::http::{Agency, Circle, Consent, PlanCircle};
    use protocol::{CircleId, IntakeState};
    use store::AgencyRotation;
    use testkit::{Engine, Person, Phone, Story};

    use super::super::family::{consent, op, plan, withdraw};

    /// Maria, Dana and, from the middle on, Sam.
    const TITLE: &str = "Maria and Dana";

    /// What is out before anything happens.
    struct Out {
        sam: String,
        ana: String,
        nora: String,
        code: String,
    }

    async fn rotate(story: &Story) -> Result<AgencyRotation> {
        let installation = Caller::installation();
        Ok(story
            .server
            .store()
            .rotate_agency_key(&installation)
            .await?)
    }

    async fn agency(story: &Story) -> Result<Agency> {
        story.server.store().agency().await?.context("an agency")
    }

    pub async fn another_agency_key_takes_its_place_and_nobody_notices(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let people = *story.server.agency();
        let dana = story.enrol(people.dana).await?;
        let maria = story.enrol(people.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        maria.says(circle, "before").await?;
        dana.reads(circle, &["before"]).await?;
        maria.reads(circle, &["before"]).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let invited = dana.invites(nora).await?.link.context("a link")?;
        let out = Out {
            sam: story.server.link(people.sam).await?,
            ana: story.server.link(people.ana).await?,
            nora: format!("{}/#{invited}", story.server.url()),
            code: maria.prints_a_recovery_code().await?,
        };
        let first = agency(&story).await?.key;

        let (dana, maria) = moves(&story, (dana, maria), circle, &out).await?;
        let next = agency(&story).await?.key;
        ensure!(next != first, "another key");
        goes_on(&story, (&dana, &maria), circle, &out).await?;
        people_come(&story, dana, nora, &out).await?;
        devices_come(&story, maria, circle, &out).await
    }

    /// From the first act to the second.
    async fn moves(
        story: &Story,
        (dana, maria): (Phone, Phone),
        circle: CircleId,
        out: &Out,
    ) -> Result<(Phone, Phone)> {
        let people = *story.server.agency();
        let tablet = story.enrol_further(&maria, "Maria's tablet").await?;
        tablet.joins(TITLE, 2).await?;
        let stolen = tablet.id().await?;
        let dana_off = dana.off().await?;
        story.server.clock().advance(60);
        ensure!(rotate(story).await? == AgencyRotation::Begun);
        // Nobody who could has told the circle: its removals go on under the key that it lists.
        maria.signs_out_there(stolen).await?;
        maria.says(circle, "without the tablet").await?;
        let mut texts = vec!["before", "without the tablet"];
        maria.reads(circle, &texts).await?;
        tablet.is_signed_out().await?;
        ensure!(rotate(story).await? == AgencyRotation::Waits { circles: 1 });

        // A circle that is founded now lists the next key's from the first: so Dana has heard of it.
        let dana = story.back(&dana_off).await?;
        plan(&dana, "Founded meanwhile", 0xd0, &[people.maria]).await?;
        maria.joins("Founded meanwhile", 2).await?;
        dana.reads(circle, &texts).await?;
        // She lets Sam in, by which the circle hears of it too.
        let sam = story
            .enrol_with(people.sam, &out.sam, Arc::new(NoFaults))
            .await?;
        sam.joins(TITLE, 3).await?;
        sam.says(circle, "Sam here").await?;
        texts.push("Sam here");
        maria.reads(circle, &texts).await?;
        let ended = rotate(story).await?;
        ensure!(matches!(ended, AgencyRotation::Done { .. }), "{ended:?}");
        Ok((dana, maria))
    }

    /// Old devices, and removals, under the next key; first online throughout, then opened again.
    async fn goes_on(
        story: &Story,
        (dana, maria): (&Phone, &Phone),
        circle: CircleId,
        out: &Out,
    ) -> Result<()> {
        let people = *story.server.agency();
        maria.says(circle, "and on").await?;
        let texts = ["before", "without the tablet", "Sam here", "and on"];
        dana.reads(circle, &texts).await?;
        let allowed: Consent = dana
            .asks("POST", "/v1/consents", &consent(story.server.agency()))
            .await?;
        let with_ana = plan(dana, "With Ana", 0xd1, &[people.maria, people.ana]).await?;
        // By a link from before the first act.
        let ana = story
            .enrol_with(people.ana, &out.ana, Arc::new(NoFaults))
            .await?;
        ana.joins("With Ana", 3).await?;
        ana.says(with_ana, "hello").await?;
        maria.reads(with_ana, &["hello"]).await?;
        withdraw(dana, allowed.id).await?;
        let is_removal = |item: &Item| matches!(item.content, Content::Removed { .. });
        maria.sees(with_ana, is_removal).await?;
        ana.no_longer_sees(with_ana).await?;
        maria.says(with_ana, "only us").await?;
        dana.reads(with_ana, &["hello", "only us"]).await
    }

    /// By an invitation from before, whose digits are compared, and by one from after.
    async fn people_come(story: &Story, dana: Phone, nora: Person, out: &Out) -> Result<()> {
        let dana = story.back(&dana.off().await?).await?;
        dana.online().await?;
        let olga = dana.adds_client("Olga Invented", 2).await?;
        let invited = dana.invites(olga).await?.link.context("a link")?;
        let link = format!("{}/#{invited}", story.server.url());
        for (n, person, link) in [(0xd2, nora, &out.nora), (0xd3, olga, &link)] {
            let title = format!("{} and Dana", person.name);
            let request = PlanCircle {
                history: protocol::policy::HistoryMode::Eras,
                op_id: op(n),
                client: person.person,
                title: title.clone(),
                members: Vec::new(),
            };
            let _: Circle = dana.asks("POST", "/v1/circles", &request).await?;
            dana.joins(&title, 1).await?;
            dana.device.mark();
            let watch = Command::WatchIntake {
                person: Some(person.person),
            };
            dana.device.command(watch).await?;
            let phone = story.comes(person, link).await?;
            let digits = phone.awaits().await?.digits;
            ensure!(dana.digits().await? == digits, "the same on both");
            let settled = dana.confirms(person, true).await?;
            ensure!(settled.state == Some(IntakeState::Verified));
            phone.online().await?;
            let circle = phone.joins(&title, 2).await?;
            phone.says(circle, "I am new").await?;
            dana.reads(circle, &["I am new"]).await?;
        }
        Ok(())
    }

    /// A further device, and one by a code from before.
    async fn devices_come(story: &Story, maria: Phone, circle: CircleId, out: &Out) -> Result<()> {
        let second = story.enrol_further(&maria, "Maria's second tablet").await?;
        second.joins(TITLE, 3).await?;
        drop(maria.kill());
        drop(second.kill());
        let person = story.server.agency().maria;
        let new = story
            .recover(person, "Maria's new phone", &out.code)
            .await?;
        new.joins(TITLE, 3).await?;
        new.circle(circle, |view| view.history == History::Ready)
            .await?;
        new.says(circle, "by the code").await?;
        let texts = [
            "before",
            "without the tablet",
            "Sam here",
            "and on",
            "by the code",
        ];
        new.reads(circle, &texts).await
    }
}
