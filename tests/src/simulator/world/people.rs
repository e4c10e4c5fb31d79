//! Who is in a world, and how their circle begins.

use anyhow::{Context as _, Result};
use care::Caller;
use care::private::{Name, Relationship};
use protocol::http::{PlanCircle, RecordConsent};
use protocol::policy::HistoryMode;
use protocol::{ConsentBasis, OpId, Role};
use store::Store;
use testkit::Person;

use super::super::invariants::Watch;
use super::World;

/// A client with two case managers and some caregivers.
#[derive(Clone)]
pub(super) struct People {
    pub(super) client: Person,
    pub(super) manager: Person,
    pub(super) second: Person,
    pub(super) caregivers: Vec<Person>,
}

impl People {
    pub(super) async fn add(store: &Store, caregivers: usize) -> Result<Self> {
        let installation = Caller::installation();
        store
            .create_agency(&installation, Name::new("Riverbend Example Agency")?)
            .await?;
        let manager = testkit::agency::add(store, "Dana Placeholder", Role::CaseManager).await?;
        let second = testkit::agency::add(store, "Sam Specimen", Role::CaseManager).await?;
        let client = testkit::agency::add(store, "Maria Sample", Role::Client).await?;
        for staff in [manager, second] {
            store
                .assign(&installation, staff.account, client.person)
                .await?;
        }
        let names = ["Ana Sample", "Ben Sample", "Cleo Sample"];
        let mut people = Vec::new();
        for name in names.into_iter().take(caregivers) {
            let person = testkit::agency::add(store, name, Role::Caregiver).await?;
            let family = Relationship::new("family")?;
            store
                .relate(&installation, client.person, person.person, family)
                .await?;
            people.push(person);
        }
        Ok(Self {
            client,
            manager,
            second,
            caregivers: people,
        })
    }
}

impl World<'_> {
    /// The circle begins without history in one cast of four.
    fn first_history(&self) -> HistoryMode {
        if self.plan.seed % 4 == 1 {
            HistoryMode::Off
        } else {
            HistoryMode::Eras
        }
    }

    /// The manager writes the consents down and plans the circle.
    pub(super) fn plan(&mut self) -> Result<()> {
        let people = self.people.clone();
        let store = self.store()?;
        let caller = self.session_of(people.manager).context("enrolled")?;
        let mut members = vec![people.second.account];
        for (number, caregiver) in (1..).zip(&people.caregivers) {
            let record = RecordConsent {
                op_id: OpId::from_bytes([number; 16]),
                client: people.client.person,
                caregiver: caregiver.person,
                basis: ConsentBasis::Verbal,
                note: "said so".to_owned(),
                until: None,
                appointments: false,
                reminders: false,
            };
            let consent = self
                .runtime
                .block_on(store.record_consent(&caller, record))?;
            self.consents.push((*caregiver, consent.id));
            members.push(caregiver.account);
        }
        let plan = PlanCircle {
            history: self.first_history(),
            op_id: OpId::from_bytes([99; 16]),
            client: people.client.person,
            title: "Maria's circle".to_owned(),
            members,
        };
        self.circle = self.runtime.block_on(store.plan_circle(&caller, plan))?.id;
        self.watch = Watch::new(self.circle);
        self.wake()?;
        self.settle(100)
    }
}
