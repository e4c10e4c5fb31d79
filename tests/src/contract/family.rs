//! A family in a circle with a real group, as most cases about devices begin.

use protocol::http::{PlanCircle, RecordConsent};
use protocol::{CircleId, ConsentBasis, ConsentId, OpId};
use testkit::Engine;

use super::gathering::{Device, Gathering};
use super::house::House;

/// Dana, Maria and Ana (under a consent) in a new circle "Maria's family", each with one device.
pub struct Family {
    pub house: House,
    pub dana: Device,
    pub maria: Device,
    pub ana: Device,
    pub gathering: Gathering,
    pub consent: ConsentId,
}

impl Family {
    pub async fn meet(engine: Engine) -> Self {
        let house = House::build(engine).await;
        let agency = house.agency;
        let dana = house.enrol(agency.dana, 1).await;
        let maria = house.enrol(agency.maria, 2).await;
        let ana = house.enrol(agency.ana, 3).await;
        let record = RecordConsent {
            op_id: OpId::from_bytes([0xc0; 16]),
            client: agency.maria.person,
            caregiver: agency.ana.person,
            basis: ConsentBasis::Verbal,
            note: "said so".to_owned(),
            until: None,
            appointments: false,
            reminders: false,
        };
        let consent = house.store.record_consent(&dana.caller, record);
        let consent = consent.await.unwrap().id;
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: OpId::from_bytes([0xc1; 16]),
            client: agency.maria.person,
            title: "Maria's family".to_owned(),
            members: vec![agency.ana.account],
        };
        let circle = house
            .store
            .plan_circle(&dana.caller, plan)
            .await
            .unwrap()
            .id;
        let mut dana = Device::new(dana, 1, circle);
        let mut maria = Device::new(maria, 2, circle);
        let mut ana = Device::new(ana, 3, circle);
        let mut all = [&mut dana, &mut maria, &mut ana];
        let gathering = Gathering::of(&house, circle, &mut all).await;
        house.woken.take();
        Self {
            house,
            dana,
            maria,
            ana,
            gathering,
            consent,
        }
    }

    pub fn circle(&self) -> CircleId {
        self.gathering.circle
    }

    /// Rows that wait in the circle.
    pub async fn pending(&self) -> i64 {
        self.house
            .count("SELECT COUNT(*) FROM pending_removal")
            .await
    }
}
