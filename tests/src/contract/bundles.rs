//! Reminders of one person for one day that are due together are one mail, whatever happens to it on the way.

use mail::{ReadBack, Sent};
use protocol::http::{Appointment, SafeHours};
use protocol::{Disclosure, Language, Reply, limits};
use store::{LinkSecret, Note, What};
use testkit::Engine;

use super::desk::{Desk, Mortal, of};
use super::sendings::{OVER, copies};

const NOTHING: [&str; 0] = [];
/// When the reminders of three days before come.
const THREE_DAYS: &str = "2026-11-07T10:00";

/// Two visits on one day and one on the next, and everybody knows of them; Dana gets no mails.
async fn open(engine: Engine) -> (Desk, Vec<Appointment>) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    let mut cards = Vec::new();
    for civil in ["2026-11-10T10:00", "2026-11-10T13:00", "2026-11-11T10:00"] {
        cards.push(desk.book(civil).await);
    }
    assert_eq!(desk.sends().await, ["maria invitation"; 3]);
    (desk, cards)
}

/// The secrets of the links to pages of visits, in order.
fn links(mail: &ReadBack) -> Vec<LinkSecret> {
    let parts = mail.plain.split("/l/").skip(1);
    let parts = parts.filter(|after| !after[22..].starts_with("/unsubscribe"));
    parts
        .map(|after| LinkSecret::parse(&after[..22]).unwrap())
        .collect()
}

async fn marias(desk: &Desk, step: &str) -> Vec<String> {
    let rows = desk.deliveries(desk.house.agency.maria).await.into_iter();
    rows.filter(|row| row.starts_with(step)).collect()
}

pub async fn visits_of_one_day_are_one_reminder_with_a_link_to_each(engine: Engine) {
    let (desk, cards) = open(engine).await;
    desk.at(THREE_DAYS).await;
    let mails = of(&desk.post().await, desk.house.agency.maria);
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert!(
        mail.subject.starts_with("Reminder: 2 appointments on"),
        "{}",
        mail.subject
    );
    for time in ["at 10:00 AM", "at 1:00 PM"] {
        assert!(mail.plain.contains(time), "{}", mail.plain);
    }
    assert!(!mail.plain.contains("November 11"), "another day");
    let sent = ["three_days sent", "three_days sent", "three_days planned"];
    assert_eq!(marias(&desk, "three_days").await, sent);
    // Each answers for its own visit.
    let links = links(mail);
    assert_eq!(links.len(), 2);
    let store = desk.store();
    store
        .reply_by_link(&links[1], Reply::Confirm)
        .await
        .unwrap();
    let confirmed = async |card: &Appointment| {
        let id = desk.house.id(card.id.as_bytes());
        let count = format!(
            "SELECT COUNT(*) FROM participant WHERE appointment = {id} AND response = 'accepted'
                AND role = 'client'"
        );
        desk.house.count(&count).await
    };
    assert_eq!(
        (confirmed(&cards[0]).await, confirmed(&cards[1]).await),
        (0, 1)
    );
    // What is due at its own hour comes alone.
    desk.at("2026-11-09T10:00").await;
    let mail = of(&desk.post().await, desk.house.agency.maria).remove(0);
    assert!(
        mail.subject.starts_with("Reminder: appointment on"),
        "{}",
        mail.subject
    );
}

pub async fn what_stops_one_list_stops_the_reminders_of_every_visit(engine: Engine) {
    let (desk, _) = open(engine).await;
    desk.at(THREE_DAYS).await;
    let mail = of(&desk.post().await, desk.house.agency.maria).remove(0);
    let (before, _) = mail.plain.split_once("/unsubscribe").unwrap();
    let secret = LinkSecret::parse(&before[before.len() - 22..]).unwrap();
    desk.store().opt_out_by_link(&secret).await.unwrap();
    // Of both visits of the list, and of the one on the day after.
    for civil in ["2026-11-09T10:00", "2026-11-10T12:00", "2026-11-11T09:00"] {
        desk.at(civil).await;
        let sent = desk.sends().await;
        assert!(!sent.iter().any(|it| it.starts_with("maria")), "{sent:?}");
    }
}

pub async fn whoever_comes_along_gets_one_mail_that_names_nobody(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.consent(None).await;
    for civil in ["2026-11-10T10:00", "2026-11-10T13:00"] {
        let mut request = desk.request(civil);
        request.caregivers = vec![desk.house.agency.ana.person];
        desk.scheduler.book(&desk.dana, request).await.unwrap();
    }
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.disclosure = Disclosure::Update;
    })
    .await;
    desk.post().await;
    desk.at(THREE_DAYS).await;
    let mails = desk.post().await;
    assert_eq!(mails.len(), 2, "Maria's and Ana's");
    let hers = of(&mails, desk.house.agency.ana).remove(0);
    assert_eq!(links(&hers).len(), 2);
    assert!(hers.plain.contains("1:00 PM"));
    for name in ["Maria", "Dana", "Sample", "Placeholder", "meet.example.org"] {
        assert!(!hers.plain.contains(name), "{name}");
    }
    let hers = of(&mails, desk.house.agency.maria).remove(0);
    assert_eq!(hers.subject, "You have an update");
    assert!(!hers.plain.contains("1:00") && !hers.plain.contains("November"));
    assert!(links(&hers).is_empty(), "where people sign in is all");
}

pub async fn a_sender_that_dies_anywhere_sends_the_same_list_once_or_twice(engine: Engine) {
    let (desk, _) = open(engine).await;
    let maria = desk.house.agency.maria;
    // Whoever chose the whole day has no night.
    desk.prefer(&desk.maria, maria.person, |wish| {
        wish.safe_hours = Some(SafeHours {
            from: 0,
            until: 1_440,
        });
    })
    .await;
    desk.at(THREE_DAYS).await;
    let ours = "SELECT id FROM delivery WHERE step = 'three_days' AND due_at <= ";
    let ours = format!("{ours}{}", desk.house.clock_now().micros());
    let (mut twice, mut untouched, mut survived) = (0, 0, 0);
    let mut polls = 0;
    for _ in 0..150 {
        let finished = Mortal::new(desk.worker.pass(), polls).await;
        let mut mails = desk.memory.take();
        untouched += usize::from(mails.is_empty());
        // Somebody changes their mind before the server is back.
        desk.prefer(&desk.maria, maria.person, |wish| {
            wish.language = match wish.language {
                Language::En => Language::Es,
                Language::Es => Language::En,
            };
        })
        .await;
        desk.pass(OVER).await;
        mails.extend(desk.post().await);
        let copies = copies(&mails);
        assert_eq!(copies.len(), 1, "one mail, after {polls} polls");
        assert!(copies.values().all(|n| (1..=2).contains(n)), "{copies:?}");
        twice += usize::from(copies.values().any(|n| *n == 2));
        let attempts = format!("SELECT COUNT(*) FROM delivery_attempt WHERE delivery IN ({ours})");
        let attempts = usize::try_from(desk.house.count(&attempts).await).unwrap();
        assert!(
            2 * mails.len() <= attempts && attempts <= 4,
            "counted of each before DATA"
        );
        let unsent =
            format!("SELECT COUNT(*) FROM delivery WHERE id IN ({ours}) AND state <> 'sent'");
        assert_eq!(desk.house.count(&unsent).await, 0);
        for sql in [
            format!("DELETE FROM delivery_attempt WHERE delivery IN ({ours})"),
            format!(
                "UPDATE delivery SET state = 'planned', began = 0, tries = 0, bundle = NULL,
                    reason = NULL, settled_at = NULL WHERE id IN ({ours})"
            ),
        ] {
            desk.house.run(&sql).await;
        }
        survived += usize::from(finished.is_some());
        polls += 1;
        if survived > 2 && twice > 0 {
            break;
        }
        if survived > 2 {
            (polls, survived) = (0, 0);
        }
    }
    assert!(
        twice > 0,
        "it never died between DATA and the note of its end"
    );
    assert!(untouched > 0, "it never died before DATA");
}

pub async fn of_a_day_of_which_one_visit_changes_nothing_untrue_leaves(engine: Engine) {
    let (desk, cards) = open(engine).await;
    desk.at(THREE_DAYS).await;
    let (now, store) = (desk.house.clock_now(), desk.store());
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    assert_eq!((due.len(), due[0].beside.len()), (1, 1));
    desk.shift(&cards[1], "2026-11-10T15:00").await.unwrap();
    let id = due[0].id;
    let note = |what| vec![Note { id, lease, what }];
    let held = store
        .note_deliveries(note(What::Begins), now)
        .await
        .unwrap();
    assert_eq!(held, [false], "one of the two is not there any more");
    let begun = "SELECT COUNT(*) FROM delivery WHERE step = 'three_days' AND began > 0";
    assert_eq!(desk.house.count(begun).await, 0, "counted of none");
    let held = store
        .note_deliveries(note(What::Withheld), now)
        .await
        .unwrap();
    assert_eq!(held, [true]);
    assert_eq!(desk.sends().await, ["maria invitation", "maria three_days"]);
    let rows = marias(&desk, "three_days").await;
    assert!(
        rows.contains(&"three_days cancelled changed".to_owned()),
        "{rows:?}"
    );
}

pub async fn an_unknown_outcome_is_the_same_once_more_and_then_a_humans(engine: Engine) {
    let (desk, _) = open(engine).await;
    desk.at(THREE_DAYS).await;
    desk.memory.answer_next([Sent::Unknown, Sent::Unknown]);
    let mut mails = desk.post().await;
    desk.pass(limits::MAIL_BACKOFF_S[0]).await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.language = Language::Es;
        wish.zone = "America/New_York".to_owned();
    })
    .await;
    mails.extend(desk.post().await);
    assert_eq!(copies(&mails).into_values().collect::<Vec<_>>(), [2]);
    let failed = "three_days failed outcome_unknown".to_owned();
    let rows = marias(&desk, "three_days").await;
    assert_eq!(
        rows.iter().filter(|row| **row == failed).count(),
        2,
        "{rows:?}"
    );
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn a_list_that_may_have_left_is_not_sent_with_less_in_it(engine: Engine) {
    let (desk, cards) = open(engine).await;
    desk.at(THREE_DAYS).await;
    desk.memory.answer_next([Sent::Unknown]);
    assert_eq!(desk.post().await.len(), 1);
    desk.call_off(&cards[1]).await.unwrap();
    desk.until_told().await;
    assert_eq!(desk.sends().await, ["maria cancellation"]);
    desk.pass(limits::MAIL_BACKOFF_S[0]).await;
    assert_eq!(desk.sends().await, NOTHING);
    let failed = "three_days failed outcome_unknown".to_owned();
    assert!(marias(&desk, "three_days").await.contains(&failed));
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    // Her other reminders go on.
    desk.at("2026-11-09T10:00").await;
    assert!(desk.sends().await.contains(&"maria one_day".to_owned()));
}

pub async fn a_busy_mail_server_puts_the_whole_list_off(engine: Engine) {
    let (desk, _) = open(engine).await;
    desk.at(THREE_DAYS).await;
    desk.memory
        .answer_next([Sent::Deferred { code: Some(451) }]);
    assert_eq!(desk.sends().await, NOTHING);
    desk.pass(limits::MAIL_BACKOFF_S[0] - 1).await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.pass(1).await;
    assert_eq!(desk.sends().await, ["maria three_days"], "one mail");
    let sent = ["three_days sent", "three_days sent", "three_days planned"];
    assert_eq!(marias(&desk, "three_days").await, sent);
}
