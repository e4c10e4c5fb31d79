//! Whoever signs in after a while has other keys in their circles, and everybody reads on.

use super::on_both_engines;

on_both_engines![who_signs_in_a_day_later_has_a_new_leaf_and_is_read_by_all];

mod tell {
    use anyhow::{Context as _, Result, anyhow, ensure};
    use judge::roster::Leaf;
    use protocol::{CircleId, DeviceId, limits};
    use testkit::story::DEADLINE;
    use testkit::{Engine, Story};

    use super::super::family::Family;
    use crate::contract::house::{Beside, blobs};
    use crate::hostile::town::public_group_of;

    pub async fn who_signs_in_a_day_later_has_a_new_leaf_and_is_read_by_all(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let family = Family::meet(&story).await?;
        let (maria, circle) = (&family.maria, family.circle);
        let marias = maria.id().await?;
        let danas = family.dana.id().await?;
        let before = leaf_key(&story, circle, marias).await?;
        let danas_before = leaf_key(&story, circle, danas).await?;
        let (dana, ana) = (family.dana.off().await?, family.ana.off().await?);

        maria.signs_out().await?;
        story.server.clock().advance(limits::SELF_UPDATE_ON_LOGIN_S);
        maria.signs_in().await?;
        maria.online().await?;
        let renewed = async {
            while leaf_key(&story, circle, marias).await? == before {
                tokio::task::yield_now().await;
            }
            anyhow::Ok(())
        };
        let waited = tokio::time::timeout(DEADLINE, renewed).await;
        waited.context("the leaf has the key of before")??;

        maria.says(circle, "good morning").await?;
        let (dana, ana) = (story.back(&dana).await?, story.back(&ana).await?);
        for phone in [maria, &dana, &ana] {
            phone.reads(circle, &["zero", "good morning"]).await?;
        }
        dana.says(circle, "and to you").await?;
        let texts = ["zero", "good morning", "and to you"];
        for phone in [maria, &dana, &ana] {
            phone.reads(circle, &texts).await?;
        }
        ensure!(
            leaf_key(&story, circle, danas).await? == danas_before,
            "whoever did not sign in goes on as before"
        );
        Ok(())
    }

    /// The public key of a device's leaf, as the server has the group.
    async fn leaf_key(story: &Story, circle: CircleId, device: DeviceId) -> Result<Vec<u8>> {
        let database = story.server.database();
        let id = Beside(database).id(circle.as_bytes());
        let sql = format!("SELECT group_info FROM circle_group WHERE circle = {id}");
        let groups = blobs(database, &sql).await;
        let group = public_group_of(groups.first().context("the circle has a group")?);
        for member in group.members() {
            let cert = Leaf::of_member(&member).and_then(|leaf| leaf.claim());
            let cert = cert.map_err(|violation| anyhow!("{violation}"))?;
            if cert.device == device {
                return Ok(member.encryption_key);
            }
        }
        Err(anyhow!("the device is not in the group"))
    }
}
