//! A daughter is invited, under a consent, into a new circle and into no other.

use super::on_both_engines;

on_both_engines![the_daughter_sees_the_new_circle_and_not_that_the_old_one_exists];

mod tell {
    use anyhow::{Result, ensure};
    use protocol::http::{Circle, Consent, People, PlanCircle, RecordConsent};
    use protocol::{Code, ConsentBasis, OpId};
    use testkit::{Engine, Story};

    const OLD: &str = "Maria and Dana";
    const NEW: &str = "Maria's family";

    pub async fn the_daughter_sees_the_new_circle_and_not_that_the_old_one_exists(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let ana = story.enrol(agency.ana).await?;
        let old = dana.joins(OLD, 2).await?;
        dana.says(old, "between us").await?;
        maria.reads(old, &["between us"]).await?;

        let mut plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: OpId::from_bytes([7; 16]),
            client: agency.maria.person,
            title: NEW.to_owned(),
            members: vec![agency.ana.account],
        };
        let without = dana.is_refused("POST", "/v1/circles", &plan).await?;
        ensure!(
            without == Code::ConsentRequired,
            "{without} without a consent"
        );
        let consent = RecordConsent {
            op_id: OpId::from_bytes([8; 16]),
            client: agency.maria.person,
            caregiver: agency.ana.person,
            basis: ConsentBasis::Verbal,
            note: "said so at intake".to_owned(),
            until: None,
            appointments: false,
            reminders: false,
        };
        let not_hers = ana.is_refused("POST", "/v1/consents", &consent).await?;
        ensure!(
            not_hers == Code::NotFound || not_hers == Code::NotAllowed,
            "{not_hers}"
        );
        let recorded: Consent = dana.asks("POST", "/v1/consents", &consent).await?;
        ensure!(
            recorded.messages_in.is_empty(),
            "a consent opens no circle by itself"
        );
        plan.op_id = OpId::from_bytes([9; 16]);
        let planned: Circle = dana.asks("POST", "/v1/circles", &plan).await?;

        let new = ana.joins(NEW, 3).await?;
        ensure!(new == planned.id && new != old);
        ana.says(new, "Hello everybody.").await?;
        for person in [&dana, &maria] {
            ensure!(person.joins(NEW, 3).await? == new);
            person.reads(new, &["Hello everybody."]).await?;
        }

        ensure!(ana.titles() == [NEW], "she sees {:?}", ana.titles());
        for path in [
            format!("/v1/circles/{old}"),
            format!("/v1/circles/{old}/group-info"),
        ] {
            let code = ana.is_refused("GET", &path, &()).await?;
            ensure!(code == Code::NotFound, "{path}: {code}");
        }
        let people: People = ana.asks("GET", "/v1/people", &()).await?;
        ensure!(people.clients.is_empty(), "a caregiver sees nobody's card");
        maria.reads(old, &["between us"]).await
    }
}
