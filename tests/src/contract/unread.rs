//! Mails about messages that wait: to whom, when, what they say, and to whom not.

use care::Caller;
use protocol::frame::{Ack, Append, Cursor};
use protocol::http::{PlanCircle, Preferences};
use protocol::{Bytes, CircleId, Code, ConsentId, Urgency, limits};
use store::{LinkSecret, Note, What};
use testkit::{Engine, Person};

use super::desk::{Desk, of};
use super::house::{append, code};

const NOTHING: [&str; 0] = [];
/// Just long enough for a routine message, and for an urgent one.
pub(super) const TEN_MINUTES: i64 = limits::UNREAD_S + 1;
pub(super) const A_MINUTE: i64 = limits::UNREAD_URGENT_S + 1;

/// Maria and Dana in the group of their circle. Nobody but Dana is ever at their device, unless a case says so.
pub struct Scene {
    pub desk: Desk,
    pub circle: CircleId,
    said: u8,
}

impl Scene {
    pub(super) async fn open(engine: Engine) -> Self {
        let desk = Desk::open(engine).await;
        let circle = desk.house.agency.circle;
        desk.house.gather(circle, &[&desk.devices[0]]).await;
        let scene = Self {
            desk,
            circle,
            said: 0,
        };
        scene.bring_in(circle, &scene.desk.maria).await;
        scene.away().await;
        scene
    }

    /// A device of theirs is in the circle's group.
    async fn bring_in(&self, circle: CircleId, who: &Caller) {
        let house = &self.desk.house;
        let circle = house.id(circle.as_bytes());
        let (device, account) = (
            house.id(who.device.as_bytes()),
            house.id(who.account.as_bytes()),
        );
        house
            .run(&format!(
                "INSERT INTO circle_device (circle, device, account, added_seq)
                 VALUES ({circle}, {device}, {account}, 0)"
            ))
            .await;
        house
            .run(&format!(
                "UPDATE circle_member SET state = 'confirmed'
                 WHERE circle = {circle} AND account = {account}"
            ))
            .await;
    }

    /// Maria and Ana were at no device since the beginning.
    async fn away(&self) {
        for who in [&self.desk.maria, &self.desk.ana] {
            self.seen(who, 1).await;
        }
    }

    /// They are at a device now.
    pub(super) async fn is_here(&self, who: &Caller) {
        self.seen(who, self.desk.house.clock_now().micros()).await;
    }

    /// When they were last at a device.
    pub(super) async fn seen(&self, who: &Caller, at: i64) {
        let account = self.desk.house.id(who.account.as_bytes());
        self.desk
            .house
            .run(&format!(
                "UPDATE session SET last_seen_at = {at} WHERE account = {account}"
            ))
            .await;
    }

    pub(super) async fn pass(&self, seconds: i64) {
        self.desk.pass(seconds).await;
        self.away().await;
    }

    pub(super) async fn at(&self, civil: &str) {
        self.desk.at(civil).await;
        self.away().await;
    }

    /// Somebody writes into a circle.
    pub(super) async fn says_in(&mut self, circle: CircleId, who: Caller, urgency: Urgency) {
        let message = Append {
            urgency,
            ..self.next_in(circle)
        };
        self.enters(who, message).await;
    }

    /// Somebody's device changes the group (its keys are renewed, a device comes in, history is switched): behind the
    /// commit stands a message without a body.
    async fn changes_the_group(&mut self, who: Caller) {
        let first = Append {
            body: Bytes::default(),
            ..self.next_in(self.circle)
        };
        self.enters(who, first).await;
    }

    fn next_in(&mut self, circle: CircleId) -> Append {
        self.said += 1;
        append(circle, self.said)
    }

    async fn enters(&self, who: Caller, message: Append) {
        self.is_here(&who).await;
        self.desk.store().append(&who, message).await.unwrap();
        self.away().await;
    }

    pub(super) async fn dana_says(&mut self, urgency: Urgency) {
        self.says_in(self.circle, self.desk.dana, urgency).await;
    }

    /// Dana writes, and nobody reads it for just long enough that it is told.
    pub(super) async fn a_message_waits(&mut self) {
        self.dana_says(Urgency::Routine).await;
        self.pass(TEN_MINUTES).await;
    }

    /// A device of theirs fetches everything, and is gone again.
    pub(super) async fn reads(&self, who: &Caller) {
        let seq = u64::from(self.said);
        let ack = Ack {
            cursors: vec![Cursor {
                circle: self.circle,
                generation: 0,
                seq,
            }],
            inbox: None,
        };
        self.is_here(who).await;
        self.desk.store().ack(who, ack).await.unwrap();
        self.away().await;
    }

    /// Looks through the log, and sends nothing.
    pub(super) async fn plan(&self) {
        let now = self.desk.house.clock_now();
        while self.desk.store().plan_unread_mails(now).await.unwrap() {}
    }

    /// `unread state reason` of every such mail of a person.
    async fn mails_of(&self, person: Person) -> Vec<String> {
        let rows = self.desk.deliveries(person).await.into_iter();
        rows.filter(|row| row.starts_with("unread")).collect()
    }

    pub(super) async fn marias(&self) -> Vec<String> {
        self.mails_of(self.desk.house.agency.maria).await
    }

    /// Whether she is told now, among whatever else leaves.
    pub(super) async fn tells_maria(&self) -> bool {
        let sent = self.desk.sends().await;
        sent.contains(&"maria unread".to_owned())
    }
}

pub async fn whoever_is_away_gets_one_mail_that_says_nothing(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.dana_says(Urgency::Routine).await;
    scene.pass(TEN_MINUTES - 2).await;
    assert_eq!(scene.desk.sends().await, NOTHING, "too early");
    assert_eq!(scene.marias().await, NOTHING);
    scene.pass(2).await;
    let mails = scene.desk.post().await;
    let hers = of(&mails, scene.desk.house.agency.maria);
    assert_eq!((mails.len(), hers.len()), (1, 1), "and Dana wrote it");
    assert_eq!(hers[0].subject, "You have an update");
    assert!(hers[0].plain.contains("https://house.example"));
    for word in ["Maria", "Dana", "Riverbend", "message", "1"] {
        let rest = hers[0].plain.split("/u/").next().unwrap();
        assert!(!rest.contains(word), "{word}: {rest}");
    }
    assert_eq!(scene.marias().await, ["unread sent"]);
    // Of what it told she is not told again.
    scene.pass(limits::UNREAD_PAUSE_S + TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await.len(), 1);
}

pub async fn what_was_read_in_time_is_not_mailed(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let maria = scene.desk.maria;
    scene.dana_says(Urgency::Routine).await;
    scene.reads(&maria).await;
    scene.pass(TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, NOTHING, "nothing was planned");
    // Read between the plan and the sending.
    scene.a_message_waits().await;
    scene.plan().await;
    assert_eq!(scene.marias().await, ["unread planned"]);
    scene.reads(&maria).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread skipped read"]);
    // That nothing came of it does not keep the next one back.
    scene.a_message_waits().await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
}

pub async fn where_nobody_said_anything_nobody_is_mailed(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let (dana, maria) = (scene.desk.dana, scene.desk.maria);
    scene.changes_the_group(dana).await;
    scene.pass(TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, NOTHING);
    scene.dana_says(Urgency::Routine).await;
    scene.pass(TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
    // Nor is it news beside what she was told of.
    scene.pass(limits::UNREAD_PAUSE_S).await;
    scene.changes_the_group(dana).await;
    scene.pass(TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread sent"]);
    // Staff are not told of a conversation in which nothing waits.
    scene.changes_the_group(maria).await;
    scene.at("2026-11-03T08:00").await;
    let sent = scene.desk.sends().await;
    assert!(!sent.contains(&"dana digest".to_owned()), "{sent:?}");
}

pub async fn whoever_has_been_at_a_device_since_is_not_mailed(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let maria = scene.desk.maria;
    scene.a_message_waits().await;
    let now = scene.desk.house.clock_now();
    scene.seen(&maria, now.plus_seconds(-60).micros()).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, NOTHING);
    // The same between the plan and the sending.
    scene.a_message_waits().await;
    scene.plan().await;
    scene.is_here(&maria).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread skipped seen"]);
}

pub async fn the_next_one_comes_four_hours_later_for_what_came_since(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
    for _ in 0..3 {
        scene.pass(60).await;
        scene.dana_says(Urgency::Routine).await;
    }
    scene.pass(TEN_MINUTES).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread sent", "unread planned"]);
    scene
        .pass(limits::UNREAD_PAUSE_S - TEN_MINUTES - 3 * 60 - 1)
        .await;
    assert_eq!(scene.desk.sends().await, NOTHING, "a second too early");
    scene.pass(1).await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
    assert_eq!(scene.marias().await, ["unread sent", "unread sent"]);
}

pub async fn by_night_only_urgent_messages_are_mailed(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.at("2026-11-03T22:00").await;
    scene.desk.sends().await;
    scene.a_message_waits().await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread planned"]);
    // The one that waits for the morning tells of this too, and at once.
    scene.dana_says(Urgency::Urgent).await;
    scene.pass(A_MINUTE).await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
    assert_eq!(scene.marias().await, ["unread sent"]);
    scene.pass(60).await;
    scene.a_message_waits().await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    scene.at("2026-11-04T07:59").await;
    assert!(!scene.tells_maria().await);
    scene.at("2026-11-04T08:00").await;
    assert!(scene.tells_maria().await);
}

pub async fn an_urgent_message_waits_for_safe_hours_too(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let person = scene.desk.maria.person;
    let safe = protocol::http::SafeHours {
        from: 11 * 60,
        until: 13 * 60,
    };
    scene
        .desk
        .prefer(&scene.desk.dana, person, |wish| {
            wish.safe_hours = Some(safe);
        })
        .await;
    scene.at("2026-11-03T14:00").await;
    scene.desk.sends().await;
    scene.dana_says(Urgency::Urgent).await;
    scene.pass(A_MINUTE).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread planned"]);
    scene.at("2026-11-04T10:59").await;
    assert!(!scene.tells_maria().await);
    scene.at("2026-11-04T11:00").await;
    assert!(scene.tells_maria().await);
}

pub async fn a_zone_that_changes_while_a_mail_waits_moves_it(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    scene.plan().await;
    let person = scene.desk.maria.person;
    scene
        .desk
        .prefer(&scene.desk.dana, person, |wish| {
            // Where it is ten past midnight.
            wish.zone = "Asia/Tokyo".to_owned();
        })
        .await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread planned"]);
    // Eight in the morning there.
    scene.at("2026-11-02T17:00").await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
}

/// A message waits for Ana, who reads in a circle of Maria's family under this consent.
async fn a_message_waits_for_ana(scene: &mut Scene) -> ConsentId {
    let desk = &scene.desk;
    let ana = desk.house.agency.ana;
    let consent = desk.consent(None).await.id;
    let plan = PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: desk.op(),
        client: desk.house.agency.maria.person,
        title: "Maria's family".to_owned(),
        members: vec![ana.account],
    };
    let family = desk.store().plan_circle(&desk.dana, plan).await.unwrap().id;
    let [dana, hers] = &desk.devices;
    desk.house.gather(family, &[dana, hers]).await;
    let dana = desk.dana;
    scene.says_in(family, dana, Urgency::Routine).await;
    scene.pass(TEN_MINUTES).await;
    scene.plan().await;
    assert_eq!(scene.mails_of(ana).await, ["unread planned"]);
    consent
}

pub async fn whoever_may_read_no_longer_is_not_mailed(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let consent = a_message_waits_for_ana(&mut scene).await;
    let (ana, maria) = (scene.desk.house.agency.ana, scene.desk.maria);
    scene.is_here(&maria).await;
    scene.desk.withdraw(&maria, consent).await.unwrap();
    // In the same transaction.
    assert_eq!(scene.mails_of(ana).await, ["unread skipped no_right"]);
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.mails_of(ana).await, ["unread skipped no_right"]);
    assert_eq!(scene.marias().await, NOTHING, "she is not in it");
}

pub async fn a_mail_in_hand_to_whoever_may_read_no_longer_does_not_leave(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    let consent = a_message_waits_for_ana(&mut scene).await;
    let (ana, maria) = (scene.desk.house.agency.ana, scene.desk.maria);
    let (store, now) = (scene.desk.store(), scene.desk.house.clock_now());
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    assert_eq!(due.len(), 1);
    scene.is_here(&maria).await;
    scene.desk.withdraw(&maria, consent).await.unwrap();
    for (what, holds) in [(What::Begins, false), (What::Withheld, true)] {
        let note = Note {
            id: due[0].id,
            lease,
            what,
        };
        let held = store.note_deliveries(vec![note], now).await.unwrap();
        assert_eq!(held, [holds], "{what:?}");
    }
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.mails_of(ana).await, ["unread skipped no_right"]);
}

pub async fn two_processes_at_once_plan_one_mail(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    let (store, now) = (scene.desk.store(), scene.desk.house.clock_now());
    let (one, other) = tokio::join!(store.plan_unread_mails(now), store.plan_unread_mails(now));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(scene.marias().await, ["unread planned"]);
    // A place of before comes back with a restored copy: what waits is told once.
    let nil = scene.desk.house.id(&[0; 16]);
    let back = format!("UPDATE unread_watch SET entry = {nil}");
    for told in [Some("maria unread"), None] {
        scene.desk.house.run(&back).await;
        assert_eq!(scene.desk.sends().await, Vec::from_iter(told));
        assert_eq!(scene.marias().await, ["unread sent"]);
    }
}

pub async fn whoever_wants_none_stops_them_by_the_mail_and_finds_the_way_back(engine: Engine) {
    let mut scene = Scene::open(engine).await;
    scene.a_message_waits().await;
    let mails = scene.desk.post().await;
    let hers = of(&mails, scene.desk.house.agency.maria);
    let (_, after) = hers[0]
        .plain
        .split_once("https://house.example/u/")
        .unwrap();
    let secret = LinkSecret::parse(&after[..22]).unwrap();
    let store = scene.desk.store();
    let before = scene.desk.dump().await;
    assert!(store.open_stop_link(&secret).await.unwrap().wanted);
    assert!(before == scene.desk.dump().await, "looking changes nothing");
    for _ in 0..2 {
        let stopped = store.choose_by_stop_link(&secret, false).await.unwrap();
        assert!(!stopped.wanted);
    }
    let person = scene.desk.maria.person;
    let wish = store.preferences(&scene.desk.dana, person).await.unwrap();
    assert!(!wish.unread_mail && wish.reminders, "and nothing else");
    let unknown = LinkSecret::from([9; 16]);
    let unknown = store.choose_by_stop_link(&unknown, false).await;
    assert_eq!(code(unknown), Code::LinkGone);
    scene.pass(60).await;
    scene.dana_says(Urgency::Urgent).await;
    scene.pass(limits::UNREAD_PAUSE_S).await;
    assert_eq!(scene.desk.sends().await, NOTHING);
    assert_eq!(scene.marias().await, ["unread sent"]);
    let store = scene.desk.store();
    let again = store.choose_by_stop_link(&secret, true).await.unwrap();
    assert!(again.wanted);
    assert_eq!(scene.desk.sends().await, ["maria unread"], "it waits still");
    scene.pass(limits::UNREAD_PAUSE_S).await;
    scene.a_message_waits().await;
    assert_eq!(scene.desk.sends().await, ["maria unread"]);
    // Staff may have them come again, as she asks on the phone.
    let wants = async |scene: &Scene, wanted: bool| {
        let change = |wish: &mut Preferences| wish.unread_mail = wanted;
        let desk = &scene.desk;
        desk.prefer(&desk.dana, person, change).await;
        scene.away().await;
    };
    wants(&scene, false).await;
    scene.at("2026-11-03T10:00").await;
    scene.a_message_waits().await;
    assert!(!scene.tells_maria().await);
    wants(&scene, true).await;
    assert!(scene.tells_maria().await);
}
