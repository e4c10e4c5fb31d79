//! One mail, sent by a server that may die at any moment: at least once, at most twice, never
//! differently (scheduling.md, P3).

use std::collections::BTreeMap;

use mail::{Mail, Sent};
use protocol::http::Appointment;
use protocol::{Disclosure, Language, limits};
use store::{Note, What};
use testkit::Engine;

use super::desk::{Desk, Mortal, TUESDAY, of, read, to};

pub(super) const OVER: i64 = limits::DELIVERY_LEASE_S + 1;

/// How often each mail left, by Message-ID; copies must be the same bytes.
pub(super) fn copies(mails: &[Mail]) -> BTreeMap<&str, usize> {
    let mut seen: BTreeMap<&str, (&[u8], usize)> = BTreeMap::new();
    for mail in mails {
        let entry = seen.entry(&mail.message_id).or_insert((&mail.bytes, 0));
        assert!(entry.0 == mail.bytes, "one Message-ID, two contents");
        entry.1 += 1;
    }
    seen.into_iter().map(|(id, (_, n))| (id, n)).collect()
}

pub async fn a_sender_that_dies_anywhere_sends_once_or_twice_the_same(engine: Engine) {
    let desk = Desk::open(engine).await;
    let maria = desk.house.agency.maria;
    let (mut twice, mut untouched, mut survived) = (0, 0, 0);
    let mut polls = 0;
    for _ in 0..400 {
        let mut request = desk.request(TUESDAY);
        request.zone = Some("America/Chicago".to_owned());
        let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
        let finished = Mortal::new(desk.worker.pass(), polls).await;
        let mut mails = desk.memory.take();
        untouched += usize::from(mails.is_empty());
        // Somebody changes their mind before the server is back.
        desk.prefer(&desk.maria, maria.person, |wish| {
            wish.language = match wish.language {
                Language::En => Language::Es,
                Language::Es => Language::En,
            };
            wish.zone = match wish.zone.as_str() {
                "America/Chicago" => "Asia/Kathmandu".to_owned(),
                _ => "America/Chicago".to_owned(),
            };
            wish.calendar_file = !wish.calendar_file;
        })
        .await;
        desk.pass(OVER).await;
        mails.extend(desk.post().await);
        let copies = copies(&mails);
        assert_eq!(copies.len(), 2, "Maria's and Dana's, after {polls} polls");
        for n in copies.values() {
            assert!((1..=2).contains(n), "sent {n} times after {polls} polls");
        }
        twice += usize::from(copies.values().any(|n| *n == 2));
        let id = desk.house.id(card.id.as_bytes());
        let attempts = format!(
            "SELECT COUNT(*) FROM delivery_attempt t JOIN delivery v ON v.id = t.delivery
             WHERE v.appointment = {id}"
        );
        let attempts = usize::try_from(desk.house.count(&attempts).await).unwrap();
        assert!(
            mails.len() <= attempts && attempts <= 4,
            "counted before DATA"
        );
        let unsettled = format!(
            "SELECT COUNT(*) FROM delivery WHERE appointment = {id}
                AND step = 'invitation' AND state <> 'sent'"
        );
        assert_eq!(desk.house.count(&unsettled).await, 0);
        desk.call_off(&card).await.unwrap();
        desk.until_told().await;
        desk.post().await;
        survived += usize::from(finished.is_some());
        polls += 1;
        if survived > 2 && twice > 0 {
            break;
        }
        if survived > 2 {
            // How much is done in one poll is the machine's: this time around nobody died in between.
            (polls, survived) = (0, 0);
        }
    }
    assert!(
        twice > 0,
        "it never died between DATA and the note of its end"
    );
    assert!(untouched > 0, "it never died before DATA");
    assert!(survived > 2, "it never lived to the end");
    assert!(desk.tasks(&desk.dana).await.is_empty());
}

pub async fn whoever_lost_the_lease_neither_sends_nor_settles(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    let (now, store) = (desk.house.clock_now(), desk.store());
    let (old, due, _) = store.lease_due(now).await.unwrap();
    assert_eq!(due.len(), 1);
    let (_, none, _) = store.lease_due(now.plus_seconds(OVER - 2)).await.unwrap();
    assert!(none.is_empty(), "taken in hand twice");
    let (new, again, _) = store.lease_due(now.plus_seconds(OVER)).await.unwrap();
    assert_eq!(again.len(), 1);
    let id = due[0].id;
    let says = |lease, what| vec![Note { id, lease, what }];
    for what in [What::Begins, What::Accepted, What::Unknown, What::Withheld] {
        let held = store.note_deliveries(says(old, what), now).await.unwrap();
        assert_eq!(held, [false], "{what:?} by whoever lost it");
    }
    for (what, holds) in [
        (What::Begins, true),
        (What::Accepted, true),
        (What::Accepted, false),
        (What::Begins, false),
    ] {
        let held = store.note_deliveries(says(new, what), now).await.unwrap();
        assert_eq!(held, [holds], "{what:?}");
    }
    assert!(desk.post().await.is_empty());
    let attempts = "SELECT COUNT(*) FROM delivery_attempt WHERE outcome = 'accepted'";
    assert_eq!(desk.house.count(attempts).await, 1);
}

pub async fn what_changed_while_it_was_being_written_does_not_leave(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    let card = desk.book(TUESDAY).await;
    let (now, store) = (desk.house.clock_now(), desk.store());
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    let moved = desk.shift(&card, "2026-11-10T14:00").await.unwrap();
    let begins = Note {
        id: due[0].id,
        lease,
        what: What::Begins,
    };
    let held = store.note_deliveries(vec![begins], now).await.unwrap();
    assert_eq!(held, [false]);
    // Whoever holds the old one might still be at it: what comes after waits for them.
    assert!(desk.post().await.is_empty());
    desk.pass(OVER).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    let rows = desk.deliveries(desk.house.agency.maria).await;
    assert_eq!(rows[0], "invitation cancelled changed");
    // Told at once, where the sender lives to say that it did not leave.
    desk.shift(&moved, "2026-11-10T15:00").await.unwrap();
    let now = desk.house.clock_now();
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    desk.shift(&moved_by(2, &moved), "2026-11-10T16:00")
        .await
        .unwrap();
    let withheld = Note {
        id: due[0].id,
        lease,
        what: What::Withheld,
    };
    store.note_deliveries(vec![withheld], now).await.unwrap();
    let mails = of(&desk.post().await, desk.house.agency.maria);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].plain.contains("4:00"), "{}", mails[0].plain);
}

fn moved_by(sequence: u32, card: &Appointment) -> Appointment {
    Appointment {
        sequence,
        ..card.clone()
    }
}

pub async fn an_unknown_outcome_is_sent_once_more_then_a_human_is_asked(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    desk.memory.answer_next([Sent::Unknown, Sent::Unknown]);
    let mut mails = desk.post().await;
    desk.pass(limits::MAIL_BACKOFF_S[0]).await;
    // Whatever they prefer by now: it may be a second copy, so it is the same.
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.language = Language::Es;
        wish.zone = "Europe/Madrid".to_owned();
        wish.calendar_file = false;
    })
    .await;
    mails.extend(desk.post().await);
    assert_eq!(copies(&mails).into_values().collect::<Vec<_>>(), [2]);
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    for _ in 0..5 {
        desk.pass(3_600).await;
        assert!(desk.post().await.is_empty(), "sent a third time");
    }
    let attempts = "SELECT COUNT(*) FROM delivery_attempt WHERE outcome = 'unknown'";
    assert_eq!(desk.house.count(attempts).await, 2);
    // Her reminders go on: the address may well be good.
    desk.at("2026-11-09T10:00").await;
    let reminder = desk.post().await;
    let reminder = reminder.iter().find(|mail| to(mail).starts_with("maria"));
    assert!(read(reminder.unwrap()).subject.starts_with("Recordatorio"));
}

pub async fn a_sender_that_dies_twice_after_data_is_not_asked_a_third_time(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    let store = desk.store();
    for _ in 0..2 {
        let now = desk.house.clock_now();
        let (lease, due, _) = store.lease_due(now).await.unwrap();
        let begins = Note {
            id: due[0].id,
            lease,
            what: What::Begins,
        };
        assert_eq!(
            store.note_deliveries(vec![begins], now).await.unwrap(),
            [true]
        );
        desk.pass(OVER).await;
    }
    assert!(desk.post().await.is_empty());
    let deliveries = desk.deliveries(desk.house.agency.maria).await;
    assert_eq!(deliveries[0], "invitation failed outcome_unknown");
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn a_second_copy_never_goes_to_another_address(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    desk.memory.answer_next([Sent::Unknown]);
    assert_eq!(desk.post().await.len(), 1);
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.email = Some("maria.elsewhere@example.org".to_owned());
    })
    .await;
    desk.pass(60).await;
    assert!(desk.post().await.is_empty());
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn a_second_copy_never_says_more_than_its_reader_wants_by_now(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    let maria = desk.house.agency.maria;
    let says = async |disclosure| {
        desk.prefer(&desk.maria, maria.person, |wish| {
            wish.disclosure = disclosure;
        })
        .await;
    };
    says(Disclosure::Details).await;
    desk.book(TUESDAY).await;
    desk.memory.answer_next([Sent::Unknown]);
    assert_eq!(desk.post().await.len(), 1);
    desk.pass(limits::MAIL_BACKOFF_S[0]).await;
    let (now, store) = (desk.house.clock_now(), desk.store());
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    assert_eq!(due[0].disclosure, Disclosure::Details, "the same once more");
    let id = due[0].id;
    says(Disclosure::Times).await;
    for (what, holds) in [(What::Begins, false), (What::Withheld, true)] {
        let note = Note { id, lease, what };
        let held = store.note_deliveries(vec![note], now).await.unwrap();
        assert_eq!(held, [holds], "{what:?}");
    }
    assert!(desk.post().await.is_empty());
    let rows = desk.deliveries(maria).await;
    assert_eq!(rows[0], "invitation failed outcome_unknown");
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}
