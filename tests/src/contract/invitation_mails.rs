//! Invitations that leave by mail, to an address that a case manager typed.

use mail::{Mail, read_back};
use protocol::http::{
    AddClient, ConfirmPerson, EndInvitation, Intake, InvitePerson, MailInvitation, PersonCard,
    RedeemInvitation,
};
use protocol::{Bytes, Code, IntakeState, Language, limits};
use sha2::{Digest as _, Sha256};
use testkit::Engine;

use super::desk::{Desk, to};
use super::house::{code, request};

/// What a new device shows to the server.
const LOOKUP: [u8; 16] = [0x1a; 16];
const ADDRESS: &str = "planted.guest@example.com";

fn link() -> String {
    let (secret, fingerprint) = (Bytes::from([0x5e_u8; 16]), Bytes::from([7_u8; 32]));
    format!(
        "/join/{}.{}",
        secret.to_base64url(),
        fingerprint.to_base64url()
    )
}

/// Dana's desk, and Nora, whom she mails an invitation.
struct Scene {
    desk: Desk,
    nora: PersonCard,
}

impl Scene {
    async fn open(engine: Engine) -> Self {
        let desk = Desk::open(engine).await;
        let add = AddClient {
            op_id: desk.op(),
            name: "Nora Invented".to_owned(),
            phone: None,
        };
        let nora = desk.store().add_client(&desk.dana, add).await.unwrap();
        Self { desk, nora }
    }

    fn asked(&self, lookup: [u8; 16]) -> MailInvitation {
        MailInvitation {
            op_id: self.desk.op(),
            lookup_hash: Bytes(Sha256::digest(lookup).to_vec()),
            mac: vec![1; 32].into(),
            link: link(),
            email: ADDRESS.to_owned(),
            language: Language::Es,
        }
    }

    async fn mails(&self, asked: MailInvitation) -> Intake {
        let person = self.nora.person;
        let mailed = self
            .desk
            .store()
            .mail_invitation(&self.desk.dana, person, asked);
        mailed.await.unwrap()
    }

    /// Every mail that leaves now.
    async fn sent(&self) -> Vec<Mail> {
        while self.desk.worker.pass().await.unwrap().leased > 0 {}
        self.desk.memory.take()
    }

    async fn rows(&self, condition: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM single_mail WHERE {condition}");
        self.desk.house.count(&sql).await
    }

    fn answer(&self, seed: u8) -> RedeemInvitation {
        let now = self.desk.house.clock_now();
        RedeemInvitation {
            mac: Some(vec![seed; 32].into()),
            ..request(self.nora.account, LOOKUP, seed, now)
        }
    }
}

pub async fn a_mailed_invitation_leaves_once_and_nothing_of_it_stays(engine: Engine) {
    let scene = Scene::open(engine).await;
    let asked = scene.asked(LOOKUP);
    let first = scene.mails(asked.clone()).await;
    assert_eq!((first.state, first.mailed), (IntakeState::Open, true));
    let again = scene.mails(asked).await;
    assert_eq!(again.invitation, first.invitation);
    assert_eq!(
        scene.rows("state = 'planned' AND link IS NOT NULL").await,
        1
    );
    let house = &scene.desk.house;
    let mut kept = house.blobs("SELECT typed_address FROM single_mail").await;
    kept.extend(house.blobs("SELECT link FROM single_mail").await);
    for plain in ["planted", "/join/"] {
        let plain = plain.as_bytes();
        assert!(!kept.concat().windows(plain.len()).any(|it| it == plain));
    }

    let sent = scene.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(to(&sent[0]), ADDRESS);
    let read = read_back(&sent[0].bytes).unwrap();
    let said = [read.subject, read.plain].join("\n");
    assert!(said.contains(&link()), "{said}");
    assert!(said.contains("enlace"), "{said}");
    for silent in ["Nora", "Invented", "Dana", "Riverbend"] {
        assert!(!said.contains(silent), "{silent}: {said}");
    }
    let gone =
        "state = 'sent' AND typed_address IS NULL AND link IS NULL AND settled_at IS NOT NULL";
    assert_eq!(scene.rows(gone).await, 1);
    assert!(scene.sent().await.is_empty());
}

pub async fn whoever_comes_by_a_mailed_invitation_is_never_taken_for_checked(engine: Engine) {
    let scene = Scene::open(engine).await;
    scene.mails(scene.asked(LOOKUP)).await;
    scene.sent().await;
    let store = scene.desk.store();
    store.redeem_invitation(scene.answer(0x31)).await.unwrap();
    let stands = store
        .person_intake(&scene.desk.dana, scene.nora.person)
        .await;
    let intake = stands.unwrap().intake.unwrap();
    assert_eq!((intake.state, intake.mailed), (IntakeState::Arrived, true));
    let confirm = |in_person: bool| ConfirmPerson {
        op_id: scene.desk.op(),
        aik: intake.arrived.as_ref().unwrap().aik.clone(),
        confirmation: in_person.then(|| vec![1; 32].into()),
    };
    let in_person = store.confirm_person(&scene.desk.dana, intake.invitation, confirm(true));
    assert_eq!(code(in_person.await), Code::BadRequest);
    let unseen = store.confirm_person(&scene.desk.dana, intake.invitation, confirm(false));
    assert_eq!(unseen.await.unwrap().state, IntakeState::LetIn);
}

pub async fn an_invitation_that_is_over_is_not_mailed(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (store, dana) = (scene.desk.store(), &scene.desk.dana);
    let ended = scene.mails(scene.asked(LOOKUP)).await;
    let end = EndInvitation {
        op_id: scene.desk.op(),
    };
    store
        .end_invitation(dana, ended.invitation, end)
        .await
        .unwrap();
    // Another, which one that is shown on the screen replaces.
    scene.mails(scene.asked([0x1b; 16])).await;
    let shown = InvitePerson {
        op_id: scene.desk.op(),
        lookup_hash: Bytes(Sha256::digest([0x1c; 16]).to_vec()),
        mac: vec![1; 32].into(),
    };
    let shown = store.invite_person(dana, scene.nora.person, shown).await;
    assert!(!shown.unwrap().mailed);
    assert!(scene.sent().await.is_empty());
    let cancelled = "state = 'cancelled' AND typed_address IS NULL AND link IS NULL";
    assert_eq!(scene.rows(cancelled).await, 2);
}

pub async fn only_who_serves_a_person_mails_them_and_only_an_invitation(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (store, person) = (scene.desk.store(), scene.nora.person);
    for other in [&scene.desk.sam, &scene.desk.maria] {
        let refused = store.mail_invitation(other, person, scene.asked(LOOKUP));
        assert_eq!(code(refused.await), Code::NotFound);
    }
    let dana = &scene.desk.dana;
    let no_address = MailInvitation {
        email: "guest@example.com\r\nBcc: everybody@example.net".to_owned(),
        ..scene.asked(LOOKUP)
    };
    let refused = store.mail_invitation(dana, person, no_address).await;
    assert_eq!(code(refused), Code::EmailInvalid);
    let elsewhere = MailInvitation {
        link: link().replace("/join/", "@elsewhere.example/join/"),
        ..scene.asked(LOOKUP)
    };
    let refused = store.mail_invitation(dana, person, elsewhere).await;
    assert_eq!(code(refused), Code::BadRequest);
    assert_eq!(scene.rows("state = 'planned'").await, 0);
    assert!(scene.sent().await.is_empty());
}

pub async fn an_invitation_in_an_inbox_that_was_given_up_is_over(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (desk, nora) = (&scene.desk, scene.nora.person);
    let store = desk.store();
    let writes = async |email: &str| {
        let mut wish = store.preferences(&desk.dana, nora).await.unwrap();
        wish.email = Some(email.to_owned());
        store.put_preferences(&desk.dana, nora, wish).await.unwrap();
    };
    let state = async || {
        let read = store.person_intake(&desk.dana, nora).await.unwrap();
        read.intake.unwrap().state
    };
    scene.mails(scene.asked(LOOKUP)).await;
    scene.sent().await;
    writes(ADDRESS).await;
    assert_eq!(state().await, IntakeState::Open, "her first address");
    writes("planted.elsewhere@example.com").await;
    assert_eq!(state().await, IntakeState::Over);
    let come = store.redeem_invitation(scene.answer(3)).await;
    assert_eq!(code(come), Code::InvitationExpired);
    // She is invited anew.
    let again = scene.mails(scene.asked([0x1b; 16])).await;
    assert_eq!(again.state, IntakeState::Open);
}

pub async fn an_invitation_that_could_not_leave_in_time_is_a_task(engine: Engine) {
    for is_ended in [false, true] {
        let scene = Scene::open(engine).await;
        let desk = &scene.desk;
        let mailed = scene.mails(scene.asked(LOOKUP)).await;
        if is_ended {
            let end = EndInvitation { op_id: desk.op() };
            let ended = desk
                .store()
                .end_invitation(&desk.dana, mailed.invitation, end);
            ended.await.unwrap();
        }
        // Nothing is sent for three days.
        desk.pass(limits::INVITATION_S).await;
        for _ in 0..2 {
            assert!(scene.sent().await.is_empty());
        }
        let gone = "state = 'cancelled' AND typed_address IS NULL AND link IS NULL";
        let reason = if is_ended { "changed" } else { "too_late" };
        let gone = format!("{gone} AND reason = '{reason}'");
        assert_eq!(scene.rows(&gone).await, 1);
        let to_do = desk.to_do().await;
        if is_ended {
            assert!(to_do.is_empty(), "nobody counts on it: {to_do:?}");
        } else {
            assert_eq!(to_do, ["nora cannot_reach_by_email"]);
        }
    }
}
