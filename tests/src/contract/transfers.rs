//! Who serves which client, and how that changes: by a supervisor's word, or from one to another.

use std::collections::BTreeSet;

use care::Caller;
use protocol::http::{
    AcceptTransfer, AssignClient, CancelAppointment, DeclineTransfer, EndAssignment, EndStaff,
    NameMember, OfferTransfer, TransferCard, Transfers, WithdrawTransfer,
};
use protocol::{
    AccountId, CancelReason, Code, PersonId, RemovalReason, Role, TaskKind, TransferId,
    TransferState, limits,
};
use testkit::{Engine, Person, agency};

use super::desk::{Desk, TUESDAY, first};
use super::house::{Enrolled, House, append, code, op, start};

/// The people of a transfer: Dana serves Lee alone, Sam is the colleague, Robin supervises.
struct Office {
    desk: Desk,
    lee: Person,
    robin: Caller,
}

impl Office {
    async fn open(engine: Engine) -> Self {
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

    async fn offer(&self, clients: &[PersonId]) -> store::Result<Transfers> {
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
    async fn offered(&self) -> TransferId {
        let offered = self.offer(&[self.lee.person]).await.unwrap();
        offered.outgoing[0].id
    }

    async fn accept(&self, by: &Caller, id: TransferId) -> store::Result<Transfers> {
        let accept = AcceptTransfer {
            op_id: self.desk.op(),
        };
        self.desk.store().accept_transfer(by, id, accept).await
    }

    async fn decline(&self, by: &Caller, id: TransferId, why: &str) -> store::Result<Transfers> {
        let decline = DeclineTransfer {
            op_id: self.desk.op(),
            reason: why.to_owned(),
        };
        self.desk.store().decline_transfer(by, id, decline).await
    }

    async fn withdraw(&self, by: &Caller, id: TransferId) -> store::Result<Transfers> {
        let withdraw = WithdrawTransfer {
            op_id: self.desk.op(),
        };
        self.desk.store().withdraw_transfer(by, id, withdraw).await
    }

    async fn end(&self, by: &Caller, staff: AccountId, client: PersonId) -> store::Result<()> {
        let end = EndAssignment {
            op_id: self.desk.op(),
            staff,
            client,
        };
        self.desk.store().end_assignment(by, end).await
    }

    async fn assign(&self, by: &Caller, staff: AccountId, client: PersonId) -> store::Result<()> {
        let assign = AssignClient {
            op_id: self.desk.op(),
            staff,
            client,
        };
        self.desk.store().assign_client(by, assign).await
    }

    async fn made(&self) -> TransferCard {
        let list = self.desk.store().transfers(&self.desk.dana).await;
        list.unwrap().outgoing.remove(0)
    }

    /// The names of whom somebody serves, by the alphabet.
    async fn serves(&self, caller: &Caller) -> Vec<String> {
        let people = self.desk.store().people(caller).await.unwrap();
        let names = people.clients.iter().map(|card| first(&card.name));
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// Somebody's tasks: what, about whom.
    async fn asked(&self, caller: &Caller) -> Vec<(TaskKind, String)> {
        let tasks = self.desk.tasks(caller).await.into_iter();
        tasks
            .map(|task| (task.kind, first(&task.client_name)))
            .collect()
    }
}

pub async fn a_supervisor_assigns_and_ends_and_sees_no_content(engine: Engine) {
    let office = Office::open(engine).await;
    let (house, store) = (&office.desk.house, office.desk.store());
    let (lee, sam) = (office.lee.person, office.desk.sam);
    house.gather(house.agency.circle, &[]).await;
    let before = store.caseloads(&office.robin).await.unwrap();
    let names = |of: PersonId| {
        let card = before.clients.iter().find(|card| card.person == of);
        let served = &card.unwrap().served_by;
        let names = served.iter().map(|by| first(&by.name));
        names
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(lee), ["dana"]);
    assert_eq!(names(house.agency.maria.person), ["dana", "sam"]);
    let marias = house.agency.maria.person;
    let card = before.clients.iter().find(|card| card.person == marias);
    assert_eq!(card.map(|card| (card.circles, card.tasks)), Some((1, 0)));
    let mut loads: Vec<_> = before.managers.iter().map(|load| load.clients).collect();
    loads.sort_unstable();
    assert_eq!(loads, [1, 2]);

    // Nothing of a circle: neither its name nor its people nor what is said, not even sealed.
    assert!(!format!("{before:?}").contains("Maria and Dana"));
    let circle = house.agency.circle;
    let robin = &office.robin;
    assert_eq!(code(store.circle(robin, circle).await), Code::NotFound);
    assert_eq!(
        code(store.log_after(robin, start(circle)).await),
        Code::NotFound
    );
    assert_eq!(code(store.group_info(robin, circle).await), Code::NotFound);
    assert!(store.circles(robin).await.unwrap().circles.is_empty());
    assert!(store.people(robin).await.unwrap().clients.is_empty());

    office.assign(robin, sam.account, lee).await.unwrap();
    office.assign(robin, sam.account, lee).await.unwrap();
    assert_eq!(office.serves(&sam).await, ["lee", "maria"]);
    let asked = [(TaskKind::ClientAssigned, "lee".to_owned())];
    assert_eq!(office.asked(&sam).await, asked);
    let live = "SELECT COUNT(*) FROM assignment WHERE ended_at IS NULL";
    assert_eq!(house.count(live).await, 4);
    let client = office.assign(robin, office.desk.maria.account, lee).await;
    assert_eq!(code(client), Code::BadRequest);
    let staff = office.assign(robin, sam.account, sam.person).await;
    assert_eq!(code(staff), Code::BadRequest);
    let by_dana = office.assign(&office.desk.dana, sam.account, lee).await;
    assert_eq!(code(by_dana), Code::NotAllowed);

    office.end(robin, sam.account, lee).await.unwrap();
    office.end(robin, sam.account, lee).await.unwrap();
    assert_eq!(office.serves(&sam).await, ["maria"]);
    assert!(office.asked(&sam).await.is_empty());
    office
        .end(robin, office.desk.dana.account, lee)
        .await
        .unwrap();
    let after = store.caseloads(robin).await.unwrap();
    let card = after.clients.iter().find(|card| card.person == lee);
    assert!(card.unwrap().served_by.is_empty());
}

pub async fn a_client_changes_hands_and_both_serve_them_for_a_while(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, store, lee) = (&office.desk, office.desk.store(), office.lee.person);
    let id = office.offered().await;
    // Until it is accepted nothing changes.
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["maria"]);
    let asked = [(TaskKind::TransferOffered, "lee".to_owned())];
    assert_eq!(office.asked(&desk.sam).await, asked);
    let incoming = store.transfers(&desk.sam).await.unwrap().incoming;
    assert_eq!(incoming[0].note, "prefers mornings");
    assert_eq!(incoming[0].client_name, "Lee Example");

    let accept = AcceptTransfer { op_id: op(9) };
    let accepted = store.accept_transfer(&desk.sam, id, accept.clone()).await;
    assert!(accepted.unwrap().incoming.is_empty());
    let again = store.accept_transfer(&desk.sam, id, accept).await;
    again.unwrap();
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["lee", "maria"]);
    let told = [(TaskKind::TransferAccepted, "lee".to_owned())];
    assert_eq!(office.asked(&desk.dana).await, told);
    assert!(office.asked(&desk.sam).await.is_empty());
    assert_eq!(office.made().await.state, TransferState::Accepted);

    // Lee hears who it is now, and until when the other is there.
    let of_lee = desk.house.enrol(office.lee, 51).await.caller;
    let card = store.people(&of_lee).await.unwrap().clients.remove(0);
    let staff: Vec<_> = card.staff.iter().map(|one| first(&one.name)).collect();
    assert_eq!(staff, ["sam"]);
    assert_eq!(first(&card.handing_over[0].name), "dana");
    let until = desk.house.clock_now().plus_seconds(limits::HANDOVER_S);
    assert_eq!(card.handing_over[0].until, until);
    assert_eq!(
        store.next_lapse(desk.house.clock_now()).await.unwrap(),
        Some(until)
    );

    desk.pass(limits::HANDOVER_S).await;
    assert_eq!(office.serves(&desk.dana).await, ["maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["lee", "maria"]);
    let to_him = format!(
        "act = 'answer_transfer' AND outcome = 'done' AND client = {}",
        desk.house.id(lee.as_bytes())
    );
    assert_eq!(desk.house.entries(&to_him).await, 1);
}

pub async fn an_offer_is_one_persons_to_answer_and_anothers_to_take_back(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, id) = (&office.desk, office.offered().await);
    let other = agency::add(desk.store(), "Jo Bystander", Role::CaseManager).await;
    let other = desk.house.enrol(other.unwrap(), 52).await.caller;
    for by in [&desk.dana, &other] {
        assert_eq!(code(office.accept(by, id).await), Code::NotFound);
        assert_eq!(code(office.decline(by, id, "no").await), Code::NotFound);
    }
    for by in [&desk.sam, &other] {
        assert_eq!(code(office.withdraw(by, id).await), Code::NotFound);
    }
    for by in [&desk.maria, &desk.ana, &office.robin] {
        let refused = code(office.accept(by, id).await);
        assert!(matches!(refused, Code::NotFound | Code::NotAllowed));
        assert_eq!(code(desk.store().transfers(by).await), Code::NotAllowed);
    }
    let nothing = TransferId::from_bytes([9; 16]);
    assert_eq!(
        code(office.accept(&desk.sam, nothing).await),
        Code::NotFound
    );
    let list = desk.store().transfers(&other).await.unwrap();
    assert!(list.incoming.is_empty() && list.outgoing.is_empty());
    assert_eq!(office.made().await.state, TransferState::Offered);
    office.withdraw(&desk.dana, id).await.unwrap();
    assert!(office.asked(&desk.sam).await.is_empty());
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::TransferGone);
    assert_eq!(office.serves(&desk.sam).await, ["maria"]);
}

pub async fn a_declined_offer_says_why_and_leaves_everything_as_it_was(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, id) = (&office.desk, office.offered().await);
    let silent = office.decline(&desk.sam, id, "  ").await;
    assert_eq!(code(silent), Code::BadRequest);
    office
        .decline(&desk.sam, id, "too many already")
        .await
        .unwrap();
    let made = office.made().await;
    assert_eq!(made.state, TransferState::Declined);
    assert_eq!(made.reason.as_deref(), Some("too many already"));
    let told = [(TaskKind::TransferDeclined, "lee".to_owned())];
    assert_eq!(office.asked(&desk.dana).await, told);
    assert_eq!(office.serves(&desk.dana).await, ["lee", "maria"]);
    assert_eq!(office.serves(&desk.sam).await, ["maria"]);
    // Whoever declined has no more business with the client's name.
    let his = desk.store().transfers(&desk.sam).await.unwrap();
    assert!(his.incoming.is_empty());
    // Note and reason are sealed.
    let plain = "SELECT COUNT(*) FROM transfer WHERE substr(note, 1, 1) <> substr(reason, 1, 1)";
    assert_eq!(desk.house.count(plain).await, 0);
    // It can be offered again.
    office.offer(&[office.lee.person]).await.unwrap();
}

pub async fn an_offer_that_nobody_answers_ends_by_itself(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, id) = (&office.desk, office.offered().await);
    let store = desk.store();
    let end = desk.house.clock_now().plus_seconds(limits::TRANSFER_S);
    assert_eq!(store.next_transfer_end().await.unwrap(), Some(end));
    desk.pass(limits::TRANSFER_S).await;
    // Late by a moment, before anybody has swept.
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::TransferGone);
    assert!(office.asked(&desk.sam).await.is_empty());
    assert_eq!(office.made().await.state, TransferState::Expired);
    desk.post().await;
    let told = [(TaskKind::TransferExpired, "lee".to_owned())];
    assert_eq!(office.asked(&desk.dana).await, told);
    assert_eq!(store.next_transfer_end().await.unwrap(), None);
    desk.post().await;
    assert_eq!(office.asked(&desk.dana).await.len(), 1);
}

pub async fn one_client_is_offered_once_and_all_or_none(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, store, lee) = (&office.desk, office.desk.store(), office.lee.person);
    let maria = desk.house.agency.maria.person;
    let to = |to: AccountId, clients: &[PersonId]| OfferTransfer {
        op_id: desk.op(),
        to,
        clients: clients.to_vec(),
        note: String::new(),
    };
    let sam = desk.sam.account;
    let many: Vec<_> = (0..=limits::TRANSFER_CLIENTS_MAX)
        .map(|n| PersonId::from_bytes([u8::try_from(n).unwrap(); 16]))
        .collect();
    for (offer, refused) in [
        (to(desk.dana.account, &[lee]), Code::BadRequest),
        (to(desk.maria.account, &[lee]), Code::BadRequest),
        (to(sam, &[]), Code::BadRequest),
        (
            to(sam, &[lee, PersonId::from_bytes([9; 16])]),
            Code::NotFound,
        ),
        (to(sam, &many), Code::TooLarge),
    ] {
        let offered = store.offer_transfer(&desk.dana, offer).await;
        assert_eq!(code(offered), refused);
    }
    let nothing = "SELECT COUNT(*) FROM transfer";
    assert_eq!(desk.house.count(nothing).await, 0);
    let both = to(sam, &[lee, maria, lee]);
    store
        .offer_transfer(&desk.dana, both.clone())
        .await
        .unwrap();
    store.offer_transfer(&desk.dana, both).await.unwrap();
    assert_eq!(desk.house.count(nothing).await, 2);
    let jo = agency::add(store, "Jo Bystander", Role::CaseManager).await;
    let second = store
        .offer_transfer(&desk.dana, to(jo.unwrap().account, &[lee]))
        .await;
    assert_eq!(code(second), Code::TransferOpen);
    // Sam serves Maria too, and may offer her on his own.
    let back = to(desk.dana.account, &[maria]);
    store.offer_transfer(&desk.sam, back).await.unwrap();
    let not_his = to(desk.dana.account, &[lee]);
    let refused = store.offer_transfer(&desk.sam, not_his).await;
    assert_eq!(code(refused), Code::NotFound);
}

pub async fn accepting_taking_back_and_offering_anew_at_once_have_one_winner(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, lee) = (&office.desk, office.lee.person);
    let robin = &office.robin;
    for round in 0..8_u8 {
        let id = office.offered().await;
        let (accepted, withdrawn, ended) = tokio::join!(
            office.accept(&desk.sam, id),
            office.withdraw(&desk.dana, id),
            async {
                if round % 2 == 0 {
                    return None;
                }
                Some(office.end(robin, desk.dana.account, lee).await)
            },
        );
        let won = u8::from(accepted.is_ok()) + u8::from(withdrawn.is_ok());
        if ended.is_none() {
            assert_eq!(won, 1, "round {round}");
        } else {
            assert!(won <= 1, "round {round}");
        }
        let state = office.made().await.state;
        let serves = office.serves(&desk.sam).await.contains(&"lee".to_owned());
        assert_eq!(serves, accepted.is_ok(), "round {round}");
        assert_eq!(
            serves,
            state == TransferState::Accepted,
            "round {round}: {state:?}"
        );
        for refused in [accepted, withdrawn].into_iter().filter(Result::is_err) {
            assert!(matches!(code(refused), Code::TransferGone | Code::NotFound));
        }
        // As it was.
        office.end(robin, desk.sam.account, lee).await.unwrap();
        office.end(robin, desk.dana.account, lee).await.unwrap();
        office.assign(robin, desk.dana.account, lee).await.unwrap();
        // The next one is younger.
        desk.pass(1).await;
    }
    // Two offers of one client at once: one stands.
    let clients = [lee];
    let (one, other) = tokio::join!(office.offer(&clients), office.offer(&clients));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    let lost = if one.is_err() { one } else { other };
    assert_eq!(code(lost), Code::TransferOpen);
}

pub async fn what_ends_a_service_voids_its_offers(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, robin) = (&office.desk, &office.robin);
    let id = office.offered().await;
    office
        .end(robin, desk.dana.account, office.lee.person)
        .await
        .unwrap();
    assert_eq!(office.made().await.state, TransferState::Void);
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::TransferGone);
    assert!(office.asked(&desk.sam).await.is_empty());

    office
        .assign(robin, desk.dana.account, office.lee.person)
        .await
        .unwrap();
    desk.pass(1).await;
    let id = office.offered().await;
    let kim = agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    let kim = desk.house.enrol(kim.unwrap(), 53).await.caller;
    let end = EndStaff { op_id: op(60) };
    let ended = desk.store().end_account(&kim, desk.sam.account, end).await;
    // Dana serves Maria as well.
    assert_eq!(ended.unwrap().clients_left, 0);
    assert_eq!(office.made().await.state, TransferState::Void);
    assert_eq!(code(office.accept(&desk.sam, id).await), Code::SignedOut);
    let list = desk.store().transfers(&desk.dana).await.unwrap();
    assert!(list.colleagues.is_empty());
    let again = office.offer(&[office.lee.person]).await;
    assert_eq!(code(again), Code::AccountState);
    let assigned = office
        .assign(robin, desk.sam.account, office.lee.person)
        .await;
    assert_eq!(code(assigned), Code::AccountState);
}

pub async fn only_somebody_inside_names_a_new_case_manager_in_a_circle(engine: Engine) {
    let house = House::build(engine).await;
    let (store, circle) = (&house.store, house.agency.circle);
    let dana = house.enrol(house.agency.dana, 1).await;
    let sam = house.enrol(house.agency.sam, 2).await;
    let maria = house.enrol(house.agency.maria, 3).await;
    house.gather(circle, &[&dana, &maria]).await;
    let jo = agency::add(store, "Jo Newcomer", Role::CaseManager)
        .await
        .unwrap();
    let name = |n: u8, account: AccountId| NameMember {
        op_id: op(n),
        account,
    };
    // Jo does not serve Maria.
    let early = store
        .name_member(&dana.caller, circle, name(1, jo.account))
        .await;
    assert_eq!(code(early), Code::NotAllowed);
    let installation = Caller::installation();
    store
        .assign(&installation, jo.account, house.agency.maria.person)
        .await
        .unwrap();
    // Being assigned opens no circle.
    let jos = house.enrol(jo, 4).await;
    assert_eq!(
        code(store.circle(&jos.caller, circle).await),
        Code::NotAllowed
    );
    // Sam is named but not inside, Maria is inside and no case manager, Jo would name himself.
    for by in [&sam, &maria, &jos] {
        let refused = store
            .name_member(&by.caller, circle, name(2, jo.account))
            .await;
        assert_eq!(code(refused), Code::NotAllowed);
    }
    // Nobody but a case manager comes in this way.
    let ana = store.name_member(&dana.caller, circle, name(3, house.agency.ana.account));
    assert_eq!(code(ana.await), Code::NotAllowed);
    let named = store
        .name_member(&dana.caller, circle, name(4, jo.account))
        .await;
    let last = named.unwrap().members.pop().unwrap();
    assert_eq!(last.name, "Jo Newcomer");
    assert_eq!(last.state, protocol::MemberState::Invited);
    assert!(store.circle(&jos.caller, circle).await.is_ok());
    let read = store.log_after(&jos.caller, start(circle)).await;
    assert_eq!(code(read), Code::NotAllowed);
    let again = store
        .name_member(&dana.caller, circle, name(5, jo.account))
        .await;
    again.unwrap();
    with_the_assignment_the_place_ends(&house, &dana, &sam).await;
}

async fn with_the_assignment_the_place_ends(house: &House, dana: &Enrolled, sam: &Enrolled) {
    let (store, circle) = (&house.store, house.agency.circle);
    let installation = Caller::installation();
    let name = |n: u8, account: AccountId| NameMember {
        op_id: op(n),
        account,
    };
    let robin = agency::add(store, "Robin Overview", Role::Supervisor)
        .await
        .unwrap();
    let robin = house.enrol(robin, 5).await.caller;
    let end = EndAssignment {
        op_id: op(6),
        staff: dana.caller.account,
        client: house.agency.maria.person,
    };
    store.end_assignment(&robin, end).await.unwrap();
    let pending = format!(
        "SELECT COUNT(*) FROM pending_removal WHERE reason = '{}'",
        RemovalReason::Left.as_str()
    );
    assert_eq!(house.count(&pending).await, 1);
    let said = store.append(&dana.caller, append(circle, 3)).await;
    assert_eq!(code(said), Code::NotFound);
    // Whose device is still on its way out waits until it is.
    store
        .assign(
            &installation,
            dana.caller.account,
            house.agency.maria.person,
        )
        .await
        .unwrap();
    house
        .run("UPDATE circle_member SET state = 'confirmed' WHERE role = 'case_manager' AND state = 'invited'")
        .await;
    let waits = store
        .name_member(&sam.caller, circle, name(7, dana.caller.account))
        .await;
    assert_eq!(code(waits), Code::PendingRemovals);
}

pub async fn whoever_serves_alone_cannot_stop(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, lee) = (&office.desk, office.lee.person);
    let dana = desk.dana.account;
    let alone = office.end(&desk.dana, dana, lee).await;
    assert_eq!(code(alone), Code::OnlyManager);
    // Nor can anybody stop a colleague.
    let maria = desk.house.agency.maria.person;
    let of_sam = office.end(&desk.dana, desk.sam.account, maria).await;
    assert_eq!(code(of_sam), Code::NotAllowed);
    let by_maria = office.end(&desk.maria, dana, maria).await;
    assert_eq!(code(by_maria), Code::NotFound);
    // Of two who stop at once, one does.
    let (one, other) = tokio::join!(
        office.end(&desk.dana, dana, maria),
        office.end(&desk.sam, desk.sam.account, maria)
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    // A hand-over can be finished early.
    let id = office.offered().await;
    office.accept(&desk.sam, id).await.unwrap();
    office.end(&desk.dana, dana, lee).await.unwrap();
    assert!(!office.serves(&desk.dana).await.contains(&"lee".to_owned()));
}

pub async fn no_mail_goes_to_whom_the_client_is_entrusted_no_longer(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    desk.without_address(&desk.maria).await;
    let visit = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["dana invitation"]);
    let maria = desk.house.agency.maria.person;
    office
        .end(&office.robin, desk.dana.account, maria)
        .await
        .unwrap();
    let cancel = CancelAppointment {
        op_id: desk.op(),
        sequence: visit.sequence,
        reason: CancelReason::Agency,
        scope: protocol::Scope::This,
    };
    let cancelled = desk.scheduler.cancel(&desk.sam, visit.id, cancel).await;
    cancelled.unwrap();
    assert!(desk.sends().await.is_empty());
}
