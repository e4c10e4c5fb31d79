//! People whom a case manager adds and invites, and how they come in.

use care::Caller;
use protocol::http::{
    AddCaregiver, AddClient, ConfirmPerson, EndInvitation, Intake, InvitePerson, LookUpInvitation,
    PersonCard, PutKeyPackages, RedeemInvitation,
};
use protocol::{Bytes, Code, IntakeState, OpId, PersonId, Role, limits};
use sha2::{Digest as _, Sha256};
use store::SessionToken;
use testkit::Engine;

use super::house::{Enrolled, House, code, op, request};

/// What a new device shows to the server.
const LOOKUP: [u8; 16] = [0x1a; 16];

fn client(n: u8) -> AddClient {
    AddClient {
        op_id: op(n),
        name: "Nora Invented".to_owned(),
        phone: None,
    }
}

fn invite(n: u8, lookup: [u8; 16]) -> InvitePerson {
    InvitePerson {
        op_id: op(n),
        lookup_hash: Bytes(Sha256::digest(lookup).to_vec()),
        mac: vec![n; 32].into(),
    }
}

fn confirm(n: u8, intake: &Intake, in_person: bool) -> ConfirmPerson {
    ConfirmPerson {
        op_id: op(n),
        aik: intake.arrived.as_ref().expect("somebody came").aik.clone(),
        confirmation: in_person.then(|| vec![n; 32].into()),
    }
}

/// Dana, who adds and invites Nora.
struct Office {
    house: House,
    dana: Enrolled,
    nora: PersonCard,
}

impl Office {
    async fn open(engine: Engine) -> Self {
        let house = House::build(engine).await;
        let dana = house.enrol(house.agency.dana, 1).await;
        let nora = house
            .store
            .add_client(&dana.caller, client(1))
            .await
            .unwrap();
        Self { house, dana, nora }
    }

    async fn invites(&self, n: u8, lookup: [u8; 16]) -> Intake {
        let invited =
            self.house
                .store
                .invite_person(&self.dana.caller, self.nora.person, invite(n, lookup));
        invited.await.unwrap()
    }

    /// Nora's device answers.
    fn answer(&self, seed: u8, lookup: [u8; 16]) -> RedeemInvitation {
        RedeemInvitation {
            mac: Some(vec![seed; 32].into()),
            ..request(self.nora.account, lookup, seed, self.house.clock_now())
        }
    }

    async fn comes(&self, seed: u8, lookup: [u8; 16]) -> (Caller, SessionToken) {
        let (_, token) = self
            .house
            .store
            .redeem_invitation(self.answer(seed, lookup))
            .await
            .unwrap();
        let caller = self.house.store.caller(&token).await.unwrap();
        (caller, token)
    }

    /// Whether the caseload shows her as somebody who is in.
    async fn is_here(&self) -> bool {
        let people = self.house.store.people(&self.dana.caller).await.unwrap();
        let mut cards = people.clients.into_iter();
        cards.any(|card| card.person == self.nora.person && card.here)
    }

    async fn stands(&self) -> Intake {
        let read = self
            .house
            .store
            .person_intake(&self.dana.caller, self.nora.person);
        read.await.unwrap().intake.unwrap()
    }
}

pub async fn whoever_comes_has_no_right_before_it_is_said_that_it_is_them(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    let invited = office.invites(2, LOOKUP).await;
    assert_eq!(invited.state, IntakeState::Open);
    let look_up = LookUpInvitation {
        secret: LOOKUP.into(),
    };
    let found = store.look_up_invitation(look_up).await.unwrap();
    let from = found.inviter.unwrap();
    assert_eq!(from.account, office.dana.caller.account);
    assert_eq!(from.name, "Dana Placeholder");
    assert_eq!(from.mac, vec![2; 32].into());

    let (nora, _) = office.comes(2, LOOKUP).await;
    assert_eq!(office.stands().await.state, IntakeState::Arrived);
    assert!(!office.is_here().await);
    let own = store.own_intake(&nora).await.unwrap();
    assert_eq!(own.state, Some(IntakeState::Arrived));
    assert!(store.signed_in(&nora).await.is_ok());
    assert_eq!(code(store.circles(&nora).await), Code::NotConfirmed);
    assert_eq!(code(store.issue_ticket(&nora).await), Code::NotConfirmed);
    assert_eq!(code(store.people(&nora).await), Code::NotConfirmed);
    assert_eq!(code(store.want_passkey(&nora).await), Code::NotConfirmed);
    assert_eq!(code(store.hand_out_share(&nora).await), Code::NotConfirmed);
    let packages = PutKeyPackages {
        one_time: Vec::new(),
        last_resort: None,
    };
    let put = store.put_key_packages(&nora, packages).await;
    assert_eq!(code(put), Code::NotConfirmed);

    let waits = office.stands().await;
    let request = confirm(3, &waits, true);
    let said = store.confirm_person(&office.dana.caller, waits.invitation, request.clone());
    assert_eq!(said.await.unwrap().state, IntakeState::Verified);
    let again = store.confirm_person(&office.dana.caller, waits.invitation, request);
    assert_eq!(again.await.unwrap().state, IntakeState::Verified);
    let own = store.own_intake(&nora).await.unwrap();
    assert_eq!(own.state, Some(IntakeState::Verified));
    assert_eq!(own.confirmation, Some(vec![3; 32].into()));
    assert!(store.circles(&nora).await.is_ok());
    assert!(store.hand_out_share(&nora).await.unwrap().keep);
    assert!(office.is_here().await);
    let said = office
        .house
        .entries("act = 'confirm_person' AND outcome = 'done'")
        .await;
    assert_eq!(said, 1);
}

pub async fn in_person_is_taken_for_ten_minutes_and_unseen_after(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    office.invites(2, LOOKUP).await;
    let (nora, _) = office.comes(2, LOOKUP).await;
    let waits = office.stands().await;
    let arrived = waits.arrived.clone().unwrap();
    assert_eq!(
        arrived.until,
        arrived.at.plus_seconds(limits::CONFIRMATION_S)
    );
    office.house.clock.advance(limits::CONFIRMATION_S + 1);
    let sam = office.house.enrol(office.house.agency.sam, 9).await.caller;
    let late = store.confirm_person(
        &office.dana.caller,
        waits.invitation,
        confirm(3, &waits, true),
    );
    assert_eq!(code(late.await), Code::ConfirmationLate);
    assert_eq!(code(store.circles(&nora).await), Code::NotConfirmed);
    // Whoever does not serve her does not learn that she exists.
    let sam = store.confirm_person(&sam, waits.invitation, confirm(4, &waits, false));
    assert_eq!(code(sam.await), Code::NotFound);
    let unseen = store.confirm_person(
        &office.dana.caller,
        waits.invitation,
        confirm(5, &waits, false),
    );
    assert_eq!(unseen.await.unwrap().state, IntakeState::LetIn);
    let own = store.own_intake(&nora).await.unwrap();
    assert_eq!(
        (own.state, own.confirmation),
        (Some(IntakeState::LetIn), None)
    );
    assert!(store.circles(&nora).await.is_ok());
}

pub async fn exactly_at_ten_minutes_it_is_still_in_person(engine: Engine) {
    let office = Office::open(engine).await;
    office.invites(2, LOOKUP).await;
    office.comes(2, LOOKUP).await;
    let waits = office.stands().await;
    office.house.clock.advance(limits::CONFIRMATION_S);
    let said = office.house.store.confirm_person(
        &office.dana.caller,
        waits.invitation,
        confirm(3, &waits, true),
    );
    assert_eq!(said.await.unwrap().state, IntakeState::Verified);
}

pub async fn an_invitation_is_good_once_and_for_three_days(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    office.invites(2, LOOKUP).await;
    office.house.clock.advance(limits::INVITATION_S + 1);
    let late = store.redeem_invitation(office.answer(2, LOOKUP)).await;
    assert_eq!(code(late), Code::InvitationExpired);

    let dana = &office.dana;
    let token = office.house.renewed(dana.caller.device, &dana.dsk).await;
    let dana = store.caller(&token).await.unwrap();
    let second = [0x1b; 16];
    let invited = store.invite_person(&dana, office.nora.person, invite(3, second));
    assert_eq!(invited.await.unwrap().state, IntakeState::Open);
    let mut bare = office.answer(2, second);
    bare.mac = None;
    assert_eq!(code(store.redeem_invitation(bare).await), Code::BadRequest);
    let first = office.answer(2, second);
    store.redeem_invitation(first.clone()).await.unwrap();
    // The same request again is the same arrival; another device's is refused.
    store.redeem_invitation(first).await.unwrap();
    let other = store.redeem_invitation(office.answer(3, second)).await;
    assert_eq!(code(other), Code::InvitationUsed);
    let again = store.invite_person(&dana, office.nora.person, invite(4, [0x1c; 16]));
    assert_eq!(code(again.await), Code::InvitationUsed);
}

pub async fn a_later_invitation_ends_an_earlier_one(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    let first = office.invites(2, LOOKUP).await;
    let again = office.invites(2, LOOKUP).await;
    assert_eq!(first.invitation, again.invitation);
    office.invites(3, [0x1b; 16]).await;
    let earlier = store.redeem_invitation(office.answer(2, LOOKUP)).await;
    assert_eq!(code(earlier), Code::InvitationExpired);
    assert_eq!(office.house.count("SELECT COUNT(*) FROM intake").await, 2);
    office.comes(2, [0x1b; 16]).await;
}

pub async fn who_does_not_match_is_turned_away_and_the_person_invited_anew(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    office.invites(2, LOOKUP).await;
    let (stranger, token) = office.comes(2, LOOKUP).await;
    let waits = office.stands().await;
    let end = |n| EndInvitation { op_id: op(n) };
    let ended = store.end_invitation(&office.dana.caller, waits.invitation, end(3));
    assert_eq!(ended.await.unwrap().state, IntakeState::Over);
    let again = store.end_invitation(&office.dana.caller, waits.invitation, end(3));
    assert_eq!(again.await.unwrap().state, IntakeState::Over);
    assert_eq!(code(store.own_intake(&stranger).await), Code::SignedOut);
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
    let late = store.confirm_person(
        &office.dana.caller,
        waits.invitation,
        confirm(4, &waits, false),
    );
    assert_eq!(code(late.await), Code::InvitationUsed);

    office.invites(5, [0x1b; 16]).await;
    let (nora, _) = office.comes(3, [0x1b; 16]).await;
    let waits = office.stands().await;
    let said = store.confirm_person(
        &office.dana.caller,
        waits.invitation,
        confirm(6, &waits, true),
    );
    assert_eq!(said.await.unwrap().state, IntakeState::Verified);
    assert!(store.circles(&nora).await.is_ok());
    // Whoever is in is not turned away by an old page.
    let ended = store.end_invitation(&office.dana.caller, waits.invitation, end(7));
    assert_eq!(code(ended.await), Code::InvitationUsed);
}

pub async fn nobody_confirms_a_key_that_did_not_come(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    office.invites(2, LOOKUP).await;
    office.comes(2, LOOKUP).await;
    let waits = office.stands().await;
    let mut other = confirm(3, &waits, true);
    other.aik = [9; 32].into();
    let said = store.confirm_person(&office.dana.caller, waits.invitation, other);
    assert_eq!(code(said.await), Code::InvitationUsed);
    assert_eq!(office.stands().await.state, IntakeState::Arrived);
}

pub async fn only_who_serves_a_person_invites_and_confirms_them(engine: Engine) {
    let office = Office::open(engine).await;
    let house = &office.house;
    let store = &house.store;
    let sam = house.enrol(house.agency.sam, 3).await.caller;
    let maria = house.enrol(house.agency.maria, 4).await.caller;
    let ana = house.enrol(house.agency.ana, 5).await.caller;
    let nora = office.nora.person;
    for (caller, n) in [(sam, 10), (maria, 20), (ana, 30)] {
        let invited = store.invite_person(&caller, nora, invite(n, LOOKUP)).await;
        assert_eq!(code(invited), Code::NotFound);
        let read = store.person_intake(&caller, nora).await;
        assert_eq!(code(read), Code::NotFound);
        let add = AddCaregiver {
            op_id: op(n + 1),
            name: "Kin Invented".to_owned(),
            relationship: "son".to_owned(),
            phone: None,
        };
        let added = store.add_caregiver(&caller, nora, add).await;
        assert_eq!(code(added), Code::NotFound);
    }
    for (caller, n) in [(maria, 40), (ana, 41), (Caller::installation(), 42)] {
        let added = store.add_client(&caller, client(n)).await;
        assert_eq!(code(added), Code::NotAllowed);
    }
    let stranger = store.person_intake(&office.dana.caller, PersonId::from_bytes([9; 16]));
    assert_eq!(code(stranger.await), Code::NotFound);
}

pub async fn a_request_repeated_after_a_lost_answer_makes_no_second_person(engine: Engine) {
    let office = Office::open(engine).await;
    let house = &office.house;
    let (store, dana) = (&house.store, &office.dana.caller);
    let before = house.count("SELECT COUNT(*) FROM person").await;
    let again = store.add_client(dana, client(1)).await.unwrap();
    assert_eq!(again, office.nora);
    let kin = AddCaregiver {
        op_id: op(2),
        name: "Kin Invented".to_owned(),
        relationship: "son".to_owned(),
        phone: None,
    };
    let first = store
        .add_caregiver(dana, office.nora.person, kin.clone())
        .await;
    let again = store.add_caregiver(dana, office.nora.person, kin).await;
    let first = first.unwrap();
    assert_eq!(first, again.unwrap());
    assert_eq!(first.role, Role::Caregiver);
    assert_eq!(house.count("SELECT COUNT(*) FROM person").await, before + 1);
    let cards = store.people(dana).await.unwrap().clients;
    let nora = cards.iter().find(|card| card.person == office.nora.person);
    let nora = nora.unwrap();
    assert_eq!(nora.name, "Nora Invented");
    assert_eq!(nora.caregivers[0].relationship, "son");
    assert!(!nora.here && !nora.caregivers[0].here);
    let long = AddClient {
        op_id: OpId::from_bytes([77; 16]),
        name: "x".repeat(limits::NAME_CHARS_MAX + 1),
        phone: None,
    };
    assert_eq!(code(store.add_client(dana, long).await), Code::NameTooLong);
}

pub async fn who_was_never_confirmed_gets_no_link_by_another_door(engine: Engine) {
    let office = Office::open(engine).await;
    let store = &office.house.store;
    let asked = protocol::http::AskNewKeys { op_id: op(2) };
    let keys = store.new_keys(&office.dana.caller, office.nora.person, asked);
    assert_eq!(code(keys.await), Code::NotFound);
    let waiting = store.uninvited(&Caller::installation()).await.unwrap();
    assert!(
        waiting
            .iter()
            .all(|card| card.account != office.nora.account)
    );
}
