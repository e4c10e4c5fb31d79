//! A certificate lasts 400 days: ordinary life goes on when all of the beginning are over.

use super::on_both_engines;

on_both_engines![people_go_on_when_every_certificate_of_the_beginning_is_over];

mod tell {
    use anyhow::{Context as _, Result, anyhow, ensure};
    use care::Clock as _;
    use device::api::{Content, Item};
    use protocol::{CircleId, limits};
    use testkit::story::DEADLINE;
    use testkit::{Engine, FakeClock, Off, Options, Phone, Story};

    use super::super::family::{Family, TITLE, plan, withdraw};
    use crate::contract::house::{Beside, blobs};

    /// How many days pass before it is said; 401 together.
    const SAID: [(&str, i64); 4] = [
        ("a hundred days later", 100),
        ("and another hundred", 100),
        ("and one more", 100),
        ("all is over", 101),
    ];

    pub async fn people_go_on_when_every_certificate_of_the_beginning_is_over(
        engine: Engine,
    ) -> Result<()> {
        let end = FakeClock::default().now();
        let options = Options {
            clock: FakeClock::at(end.plus_seconds(-401 * 86_400)),
            ..Options::new(engine)
        };
        let story = Story::begin_with(options).await?;
        let mut family = Family::meet(&story).await?;
        let tablet = story.enrol_further(&family.maria, "Maria's tablet").await?;
        tablet.joins(TITLE, 3).await?;
        let away = tablet.off().await?;
        let first = certificates(&story).await;
        ensure!(first.len() == 4);
        let mut texts = vec!["zero"];
        for (text, days) in SAID {
            family = later(&story, family, days).await?;
            texts.push(text);
            family.dana.says(family.circle, text).await?;
            for phone in [&family.dana, &family.maria, &family.ana] {
                phone.reads(family.circle, &texts).await?;
            }
        }
        let tablet = returns(&story, &family, &away, texts).await?;
        listed(&story, family.circle).await?;
        let now = story.server.clock().now();
        let long = now.plus_seconds(limits::CERTIFICATE_LEFT_S_MIN);
        for certificate in certificates(&story).await {
            ensure!(!first.contains(&certificate), "one of the beginning");
            let read = judge::certificate::read_device_cert(&certificate);
            let read = read.map_err(|violation| anyhow!("{violation}"))?;
            ensure!(read.not_after > long, "until {:?}", read.not_after);
        }
        people_change(&story, family, tablet).await
    }

    /// Everybody is away for so long.
    async fn later(story: &Story, family: Family, days: i64) -> Result<Family> {
        let dana = family.dana.off().await?;
        let maria = family.maria.off().await?;
        let ana = family.ana.off().await?;
        story.server.clock().advance(days * 86_400);
        Ok(Family {
            dana: story.back(&dana).await?,
            maria: story.back(&maria).await?,
            ana: story.back(&ana).await?,
            circle: family.circle,
            consent: family.consent,
        })
    }

    /// A device that was off all the time comes back by itself.
    async fn returns(
        story: &Story,
        family: &Family,
        away: &Off,
        mut texts: Vec<&str>,
    ) -> Result<Phone> {
        let tablet = story.back(away).await?;
        tablet.reads(family.circle, &texts).await?;
        tablet.says(family.circle, "from the drawer").await?;
        texts.push("from the drawer");
        for phone in [&family.dana, &family.maria, &family.ana, &tablet] {
            phone.reads(family.circle, &texts).await?;
        }
        Ok(tablet)
    }

    /// A removal works, a device of somebody who is there comes in, and one that is let in by its key packages.
    async fn people_change(story: &Story, family: Family, tablet: Phone) -> Result<()> {
        let Family {
            dana,
            maria,
            ana,
            circle,
            consent,
        } = family;
        withdraw(&dana, consent).await?;
        ana.no_longer_sees(circle).await?;
        let is_removal = |item: &Item| matches!(item.content, Content::Removed { .. });
        for phone in [&dana, &maria, &tablet] {
            phone.sees(circle, is_removal).await?;
        }
        let new = story.enrol_further(&maria, "Maria's new phone").await?;
        new.joins(TITLE, 2).await?;
        let client = story.server.agency().maria;
        let second = plan(&dana, "The second year", 0xe1, &[client]).await?;
        for phone in [&dana, &maria, &tablet, &new] {
            phone.joins("The second year", 2).await?;
        }
        new.says(second, "from the new one").await?;
        dana.reads(second, &["from the new one"]).await
    }

    async fn certificates(story: &Story) -> Vec<Vec<u8>> {
        let sql = "SELECT certificate FROM device WHERE revoked_at IS NULL ORDER BY id";
        blobs(story.server.database(), sql).await
    }

    /// Waits until the circle's group has the present certificate of every device: each has committed under it.
    async fn listed(story: &Story, circle: CircleId) -> Result<()> {
        let database = story.server.database();
        let id = Beside(database).id(circle.as_bytes());
        let sql = format!("SELECT group_info FROM circle_group WHERE circle = {id}");
        let all = async || {
            let groups = blobs(database, &sql).await;
            let lists = |certificate: &Vec<u8>| {
                let has = |group: &Vec<u8>| {
                    let mut parts = group.windows(certificate.len());
                    parts.any(|part| part == &certificate[..])
                };
                groups.iter().any(has)
            };
            certificates(story).await.iter().all(lists)
        };
        let waiting = async {
            while !all().await {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(DEADLINE, waiting).await;
        waited.context("a leaf has a certificate of before")
    }
}
