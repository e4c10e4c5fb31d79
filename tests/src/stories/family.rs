//! The circles that most of these stories are about: Maria and Dana, and their family's, in which Ana is for as long as
//! Maria allows it.

use std::sync::Arc;

use anyhow::Result;
use headless::faults::{Faults, NoFaults};
use protocol::http::{Circle, Consent, PlanCircle, RecordConsent, WithdrawConsent};
use protocol::{CircleId, ConsentBasis, ConsentId, OpId};
use testkit::{Agency, Phone, Story};

pub const TITLE: &str = "Maria's family";
/// The circle with which each story begins.
pub const PAIR: &str = "Maria and Dana";

/// Three people in a circle, one of them by a consent.
pub struct Family {
    pub dana: Phone,
    pub maria: Phone,
    pub ana: Phone,
    pub circle: CircleId,
    pub consent: ConsentId,
}

pub fn op(number: u8) -> OpId {
    OpId::from_bytes([number; 16])
}

/// Dana and Maria in the circle of the two. "zero" was said, and both have it.
pub async fn two(story: &Story) -> Result<(Phone, Phone, CircleId)> {
    let agency = *story.server.agency();
    let dana = story.enrol(agency.dana).await?;
    let maria = story.enrol(agency.maria).await?;
    let circle = maria.joins(PAIR, 2).await?;
    dana.joins(PAIR, 2).await?;
    dana.says(circle, "zero").await?;
    maria.reads(circle, &["zero"]).await?;
    dana.reads(circle, &["zero"]).await?;
    Ok((dana, maria, circle))
}

/// Plans a circle of Dana and Maria with further members.
pub async fn plan(
    dana: &Phone,
    title: &str,
    number: u8,
    members: &[testkit::Person],
) -> Result<CircleId> {
    let agency_client = members.first().map(|client| client.person);
    let plan = PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: op(number),
        client: agency_client.unwrap_or(dana.person.person),
        title: title.to_owned(),
        members: members[1..].iter().map(|member| member.account).collect(),
    };
    let planned: Circle = dana.asks("POST", "/v1/circles", &plan).await?;
    Ok(planned.id)
}

/// What Maria allows Ana: messages, in circles that a human names.
pub fn consent(agency: &Agency) -> RecordConsent {
    RecordConsent {
        op_id: op(0xc0),
        client: agency.maria.person,
        caregiver: agency.ana.person,
        basis: ConsentBasis::Verbal,
        note: "said so at intake".to_owned(),
        until: None,
        appointments: false,
        reminders: false,
    }
}

/// A consent, recorded by Dana.
async fn record(dana: &Phone, consent: &RecordConsent) -> Result<ConsentId> {
    let consent: Consent = dana.asks("POST", "/v1/consents", consent).await?;
    Ok(consent.id)
}

/// Maria allows it no longer; `by` records it.
pub async fn withdraw(by: &Phone, consent: ConsentId) -> Result<()> {
    let path = format!("/v1/consents/{consent}/withdraw");
    let body = WithdrawConsent {
        op_id: op(0xc1),
        clear_calendar: false,
    };
    let _: Consent = by.asks("POST", &path, &body).await?;
    Ok(())
}

impl Family {
    /// Everybody enrols and is in the circle.
    pub async fn meet(story: &Story) -> Result<Self> {
        let allowed = consent(story.server.agency());
        Self::meet_under(story, &allowed, Arc::new(NoFaults)).await
    }

    /// The same under this consent; `faults` are those of Ana's device.
    pub async fn meet_under(
        story: &Story,
        allowed: &RecordConsent,
        faults: Arc<dyn Faults>,
    ) -> Result<Self> {
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let link = story.server.link(agency.maria).await?;
        let maria = story
            .enrol_with(agency.maria, &link, Arc::new(NoFaults))
            .await?;
        let link = story.server.link(agency.ana).await?;
        let ana = story.enrol_with(agency.ana, &link, faults).await?;
        let consent = record(&dana, allowed).await?;
        let circle = plan(&dana, TITLE, 0xc2, &[agency.maria, agency.ana]).await?;
        for phone in [&dana, &maria, &ana] {
            phone.joins(TITLE, 3).await?;
        }
        ana.says(circle, "zero").await?;
        for phone in [&dana, &maria, &ana] {
            phone.reads(circle, &["zero"]).await?;
        }
        Ok(Self {
            dana,
            maria,
            ana,
            circle,
            consent,
        })
    }
}
