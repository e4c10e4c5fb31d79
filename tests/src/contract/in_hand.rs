//! A mail that is in hand, and something that changes before its content leaves: it may have waited for minutes behind
//! others, and whoever ended a right is not told of a mail that came after that (scheduling.md, P2).

use mail::Mail;
use protocol::{Disclosure, Scope, Step, limits};
use store::{Due, Lease, Note, What};
use testkit::{Engine, Person};

use super::addresses::{ELSEWHERE, open, writes};
use super::desk::{Desk, TUESDAY, of, to};
use super::sendings::OVER;
use super::series::{book, booked, call_off, shift};

const NOTHING: [&str; 0] = [];
/// When the reminders of three days before come.
const THREE_DAYS: &str = "2026-11-07T10:00";

/// What a sender has in hand.
struct Hand<'d> {
    desk: &'d Desk,
    lease: Lease,
    due: Vec<Due>,
}

impl<'d> Hand<'d> {
    /// Takes what is due now.
    async fn take(desk: &'d Desk) -> Self {
        let now = desk.house.clock_now();
        let (lease, due, _) = desk.store().lease_due(now).await.unwrap();
        Self { desk, lease, due }
    }

    /// Maria's invitation to a visit.
    async fn with_invitation(desk: &'d Desk) -> Self {
        desk.book(TUESDAY).await;
        Self::take(desk).await
    }

    /// The mail of a series, which its first visit was to bring.
    async fn with_series(desk: &'d Desk) -> Self {
        book(desk, "FREQ=WEEKLY;COUNT=12").await;
        let hand = Self::take(desk).await;
        assert_eq!((hand.due.len(), hand.due[0].step), (1, Step::Invitation));
        hand
    }

    /// The one mail to somebody.
    fn mail_to(&self, person: Person) -> &Due {
        let address = testkit::agency::email(person.name);
        let mut theirs = self.due.iter().filter(|due| due.to.reveal() == address);
        let one = theirs.next().unwrap();
        assert!(theirs.next().is_none());
        one
    }

    /// Whether that can be noted of the mail to somebody.
    async fn note(&self, person: Person, what: What) -> bool {
        let now = self.desk.house.clock_now();
        let (id, lease) = (self.mail_to(person).id, self.lease);
        let note = Note { id, lease, what };
        let noted = self.desk.store().note_deliveries(vec![note], now).await;
        noted.unwrap()[0]
    }

    /// The mail to somebody does not begin, and its sender says so.
    async fn withholds(&self, person: Person) {
        assert!(!self.note(person, What::Begins).await, "it leaves");
        let began = "SELECT COUNT(*) FROM delivery WHERE began > 0 AND state <> 'sent'";
        assert_eq!(self.desk.house.count(began).await, 0);
        assert!(self.note(person, What::Withheld).await);
    }

    /// The same of Maria's.
    async fn withholds_marias(&self) {
        self.withholds(self.desk.house.agency.maria).await;
    }
}

/// What Maria gets without anything else happening.
async fn marias(desk: &Desk) -> Vec<String> {
    let mut mails = desk.post().await;
    mails.extend(desk.post().await);
    let mails = of(&mails, desk.house.agency.maria);
    mails.into_iter().map(|mail| mail.plain).collect()
}

async fn ended_as(desk: &Desk, person: Person, row: &str) {
    let rows = desk.deliveries(person).await;
    assert!(rows.contains(&row.to_owned()), "{rows:?}");
}

pub async fn a_reminder_that_is_unwanted_by_now_does_not_leave(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at(THREE_DAYS).await;
    let hand = Hand::take(&desk).await;
    assert_eq!((hand.due.len(), hand.due[0].step), (1, Step::ThreeDays));
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.reminders = false;
    })
    .await;
    hand.withholds_marias().await;
    assert_eq!(desk.sends().await, NOTHING);
    ended_as(
        &desk,
        desk.house.agency.maria,
        "three_days cancelled changed",
    )
    .await;
}

pub async fn a_caregivers_reminder_without_a_consent_by_now_does_not_leave(engine: Engine) {
    let desk = open(engine).await;
    let (_, consent) = desk.book_with_ana(TUESDAY).await;
    // She may come whatever becomes of the reminders.
    desk.consent_with(None, false).await;
    assert_eq!(desk.sends().await, ["ana invitation", "maria invitation"]);
    desk.at(THREE_DAYS).await;
    let hand = Hand::take(&desk).await;
    let agency = desk.house.agency;
    desk.withdraw(&desk.maria, consent).await.unwrap();
    let left = "SELECT COUNT(*) FROM participant WHERE left_at IS NOT NULL";
    assert_eq!(desk.house.count(left).await, 0);
    hand.withholds(agency.ana).await;
    assert!(of(&desk.post().await, agency.ana).is_empty());
    ended_as(&desk, agency.ana, "three_days cancelled changed").await;
    assert!(hand.note(agency.maria, What::Begins).await, "Maria's");
}

pub async fn news_to_a_caregiver_whose_consent_runs_out_meanwhile_does_not_leave(engine: Engine) {
    let desk = open(engine).await;
    let ana = desk.house.agency.ana;
    let until = desk.house.clock_now().plus_seconds(60);
    desk.consent(Some(until)).await;
    let mut request = desk.request(TUESDAY);
    request.caregivers = vec![ana.person];
    desk.scheduler.book(&desk.dana, request).await.unwrap();
    let hand = Hand::take(&desk).await;
    desk.pass(60).await;
    hand.withholds(ana).await;
    assert!(of(&desk.post().await, ana).is_empty());
    ended_as(&desk, ana, "invitation cancelled changed").await;
}

pub async fn a_mail_that_says_more_than_its_reader_wants_by_now_does_not_leave(engine: Engine) {
    let desk = open(engine).await;
    let maria = desk.house.agency.maria;
    desk.prefer(&desk.maria, maria.person, |wish| {
        wish.disclosure = Disclosure::Details;
    })
    .await;
    let hand = Hand::with_invitation(&desk).await;
    assert_eq!(hand.mail_to(maria).disclosure, Disclosure::Details);
    desk.prefer(&desk.maria, maria.person, |wish| {
        wish.disclosure = Disclosure::Update;
    })
    .await;
    hand.withholds_marias().await;
    let mail = of(&desk.post().await, maria).remove(0);
    assert_eq!(mail.subject, "You have an update");
    let said = format!("{} {}", mail.plain, mail.html);
    for word in ["Dana", "meet.example.org", "November"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
}

pub async fn a_mail_that_would_come_outside_safe_hours_by_now_does_not_leave(engine: Engine) {
    let desk = open(engine).await;
    let hand = Hand::with_invitation(&desk).await;
    desk.pass(1).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.safe_hours = Some(protocol::http::SafeHours {
            from: 11 * 60,
            until: 13 * 60,
        });
    })
    .await;
    hand.withholds_marias().await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.at("2026-11-02T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
}

pub async fn nothing_leaves_to_an_address_that_was_replaced_meanwhile(engine: Engine) {
    let desk = open(engine).await;
    let hand = Hand::with_invitation(&desk).await;
    writes(&desk, &desk.maria, ELSEWHERE).await;
    hand.withholds_marias().await;
    let mails = desk.post().await;
    let left: Vec<String> = mails.iter().map(to).collect();
    assert_eq!(left, [ELSEWHERE], "whether it is hers");
    let maria = desk.house.agency.maria;
    ended_as(&desk, maria, "invitation skipped address_unconfirmed").await;
}

pub async fn nothing_leaves_to_an_address_that_takes_no_mail_by_now(engine: Engine) {
    let desk = open(engine).await;
    let hand = Hand::with_invitation(&desk).await;
    // As when another mail was refused, or a stranger has said that it is not theirs.
    let maria = desk.house.agency.maria;
    let id = desk.house.id(maria.person.as_bytes());
    let refuse = format!("UPDATE address SET refused_at = 1 WHERE person = {id}");
    desk.house.run(&refuse).await;
    hand.withholds_marias().await;
    assert_eq!(desk.sends().await, NOTHING);
    ended_as(&desk, maria, "invitation skipped no_address").await;
}

pub async fn a_mail_whose_lease_ran_out_is_decided_anew_and_not_lost(engine: Engine) {
    let desk = open(engine).await;
    let hand = Hand::with_invitation(&desk).await;
    desk.pass(limits::DELIVERY_LEASE_S).await;
    hand.withholds_marias().await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
}

pub async fn a_single_mail_whose_lease_ran_out_is_decided_anew_and_not_lost(engine: Engine) {
    let desk = open(engine).await;
    let store = desk.store();
    writes(&desk, &desk.maria, ELSEWHERE).await;
    let now = desk.house.clock_now();
    let (lease, due, _) = store.lease_single_mails(now).await.unwrap();
    assert_eq!(due.len(), 1);
    desk.pass(limits::DELIVERY_LEASE_S).await;
    let now = desk.house.clock_now();
    for (what, holds) in [(What::Begins, false), (What::Withheld, true)] {
        let noted = store.note_single_mail(due[0].id, lease, what, now).await;
        assert_eq!(noted.unwrap(), holds, "{what:?}");
    }
    let mails: Vec<Mail> = desk.post().await;
    assert_eq!(mails.iter().map(to).collect::<Vec<_>>(), [ELSEWHERE]);
}

pub async fn a_booking_link_comes_as_its_reader_wants_it_by_now(engine: Engine) {
    let desk = open(engine).await;
    let store = desk.store();
    super::booking_links::make(&desk, |asked| asked.mail = true).await;
    let takes = async || {
        let now = desk.house.clock_now();
        let (lease, due, _) = store.lease_single_mails(now).await.unwrap();
        assert_eq!(due.len(), 1);
        (lease, due[0].id)
    };
    let (lease, id) = takes().await;
    let says = async |lease, what| {
        let now = desk.house.clock_now();
        let noted = store.note_single_mail(id, lease, what, now).await;
        noted.unwrap()
    };
    // By another level.
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.disclosure = Disclosure::Update;
    })
    .await;
    assert!(!says(lease, What::Begins).await);
    assert!(says(lease, What::Withheld).await);
    // By other hours.
    let (lease, _) = takes().await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.safe_hours = Some(protocol::http::SafeHours {
            from: 11 * 60,
            until: 13 * 60,
        });
    })
    .await;
    assert!(!says(lease, What::Begins).await);
    assert!(says(lease, What::Withheld).await);
    assert!(desk.post().await.is_empty());
    desk.at("2026-11-02T11:00").await;
    let mails = of(&desk.post().await, desk.house.agency.maria);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "You have an update");
}

pub async fn a_series_whose_mail_was_withheld_is_told_by_its_next_visit_at_once(engine: Engine) {
    let desk = open(engine).await;
    let hand = Hand::with_series(&desk).await;
    call_off(&desk, &booked(&desk).await[0], Scope::This)
        .await
        .unwrap();
    hand.withholds_marias().await;
    let mails = marias(&desk).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("First: Tuesday, November 17, 2026 at 10:00"));
    desk.until_told().await;
    assert!(
        marias(&desk).await.is_empty(),
        "of the first she never heard"
    );
}

pub async fn a_series_whose_first_visit_moved_meanwhile_is_told_beside_it(engine: Engine) {
    let desk = open(engine).await;
    let hand = Hand::with_series(&desk).await;
    let first = booked(&desk).await.remove(0);
    shift(&desk, &first, "2026-11-19T14:00", (Scope::This, false))
        .await
        .unwrap();
    hand.withholds_marias().await;
    let mails = marias(&desk).await;
    let tells = |words: &str| mails.iter().filter(|mail| mail.contains(words)).count();
    assert_eq!(tells("Repeats: every week on Tuesday"), 1, "{mails:?}");
    assert_eq!(tells("When: Thursday, November 19, 2026 at 2:00"), 1);
    assert_eq!(mails.len(), 2, "{mails:?}");
}

pub async fn a_series_whose_sender_died_while_it_changed_is_told_by_its_next_visit(engine: Engine) {
    let desk = open(engine).await;
    Hand::with_series(&desk).await;
    call_off(&desk, &booked(&desk).await[0], Scope::This)
        .await
        .unwrap();
    desk.pass(OVER).await;
    let mails = marias(&desk).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("First: Tuesday, November 17, 2026 at 10:00"));
}
