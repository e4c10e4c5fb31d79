//! An office in which clients change hands: who may offer, take, assign and end, and short words for it.

use care::Caller;
use protocol::http::{
    AcceptTransfer, AssignClient, DeclineTransfer, EndAssignment, OfferTransfer, TransferCard,
    Transfers, WithdrawTransfer,
};
use protocol::{AccountId, PersonId, Role, TaskKind, TransferId};
use testkit::{Engine, Person, agency};

use super::desk::{Desk, first};

/// The people of a transfer: Dana serves Lee alone, Sam is the colleague, Robin supervises.
pub struct Office {
    pub desk: Desk,
    pub lee: Person,
    pub robin: Caller,
}

impl Office {
    pub async fn open(engine: Engine) -> Self {
        let desk = Desk::open(engine).await;
        let lee = agency::add(desk.store(), "Lee Example", Role::Client).await;
        let lee = lee.unwrap();
        let dana = desk.house.agency.dana.account;
        desk.store()
            .assign(&Caller::installation(), dana, lee.person)
            .await
            .unwrap();
        let robin = agency::add(desk.store(), "Robin Overview", Role::Supervisor).await;
        let robin = desk.house.enrol(robin.unwrap(), 50).await.caller;
        Self { desk, lee, robin }
    }

    pub async fn offer(&self, clients: &[PersonId]) -> store::Result<Transfers> {
        let offer = OfferTransfer {
            op_id: self.desk.op(),
            to: self.desk.sam.account,
            clients: clients.to_vec(),
            note: "prefers mornings".to_owned(),
        };
        let store = self.desk.store();
        store.offer_transfer(&self.desk.dana, offer).await
    }

    /// Lee is offered to Sam; the offer.
    pub async fn offered(&self) -> TransferId {
        let offered = self.offer(&[self.lee.person]).await.unwrap();
        offered.outgoing[0].id
    }

    pub async fn accept(&self, by: &Caller, id: TransferId) -> store::Result<Transfers> {
        let accept = AcceptTransfer {
            op_id: self.desk.op(),
        };
        self.desk.store().accept_transfer(by, id, accept).await
    }

    pub async fn decline(
        &self,
        by: &Caller,
        id: TransferId,
        why: &str,
    ) -> store::Result<Transfers> {
        let decline = DeclineTransfer {
            op_id: self.desk.op(),
            reason: why.to_owned(),
        };
        self.desk.store().decline_transfer(by, id, decline).await
    }

    pub async fn withdraw(&self, by: &Caller, id: TransferId) -> store::Result<Transfers> {
        let withdraw = WithdrawTransfer {
            op_id: self.desk.op(),
        };
        self.desk.store().withdraw_transfer(by, id, withdraw).await
    }

    pub async fn end(&self, by: &Caller, staff: AccountId, client: PersonId) -> store::Result<()> {
        let end = EndAssignment {
            op_id: self.desk.op(),
            staff,
            client,
        };
        self.desk.store().end_assignment(by, end).await
    }

    pub async fn assign(
        &self,
        by: &Caller,
        staff: AccountId,
        client: PersonId,
    ) -> store::Result<()> {
        let assign = AssignClient {
            op_id: self.desk.op(),
            staff,
            client,
        };
        self.desk.store().assign_client(by, assign).await
    }

    pub async fn made(&self) -> TransferCard {
        let list = self.desk.store().transfers(&self.desk.dana).await;
        list.unwrap().outgoing.remove(0)
    }

    /// The names of whom somebody serves, by the alphabet.
    pub async fn serves(&self, caller: &Caller) -> Vec<String> {
        let people = self.desk.store().people(caller).await.unwrap();
        let names = people.clients.iter().map(|card| first(&card.name));
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// Somebody's tasks: what, about whom.
    pub async fn asked(&self, caller: &Caller) -> Vec<(TaskKind, String)> {
        let tasks = self.desk.tasks(caller).await.into_iter();
        tasks
            .map(|task| (task.kind, first(&task.client_name)))
            .collect()
    }
}
