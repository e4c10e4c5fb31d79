//! What people are mailed of a series: one mail for all of it, and then of each visit what concerns it alone.

use mail::ReadBack;
use protocol::http::SeriesBooked;
use protocol::{Disclosure, Scope};
use testkit::{Engine, Person};

use super::desk::{Desk, TUESDAY, of};
use super::series::{book, booked, call_off, series, shift};

const TWELVE_WEEKS: &str = "FREQ=WEEKLY;COUNT=12";
const BOTH: [&str; 2] = ["dana invitation", "maria invitation"];
const ALONE: (Scope, bool) = (Scope::This, false);
const LATER: (Scope, bool) = (Scope::ThisAndLater, false);
const ALL: (Scope, bool) = (Scope::All, false);

async fn planned(desk: &Desk, step: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM delivery WHERE state = 'planned' AND step = '{step}'");
    desk.house.count(&sql).await
}

/// The one mail that a person got just now.
async fn only(desk: &Desk, person: Person) -> ReadBack {
    let mut mails = of(&desk.post().await, person);
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

fn says(mail: &ReadBack, words: &[&str]) {
    for word in words {
        assert!(mail.plain.contains(word), "{word}: {}", mail.plain);
    }
}

pub async fn booking_a_series_is_one_mail_to_each_who_takes_part(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.consent(None).await;
    let mut request = series(&desk, TUESDAY, TWELVE_WEEKS);
    request.first.caregivers = vec![desk.ana.person];
    let made: SeriesBooked = desk
        .scheduler
        .book_series(&desk.dana, request)
        .await
        .unwrap();
    assert_eq!(made.appointments.len(), 12);
    assert_eq!(planned(&desk, "invitation").await, 3);
    let agency = desk.house.agency;
    let mails = desk.post().await;
    assert_eq!(mails.len(), 3);
    for person in [agency.dana, agency.maria, agency.ana] {
        let mail = of(&mails, person).remove(0);
        says(
            &mail,
            &[
                "First: Tuesday, November 10, 2026 at 10:00",
                "Repeats: every week on Tuesday",
                "Then: Tuesday, November 17, 2026 at 10:00",
                "Then: Tuesday, January 26, 2027 at 10:00",
            ],
        );
        assert!(!mail.plain.contains("More dates"), "{}", mail.plain);
        let file = mail.calendar.unwrap();
        assert_eq!(file.matches("BEGIN:VEVENT").count(), 1, "one a mail");
    }
    assert!(desk.post().await.is_empty());
    assert_eq!(planned(&desk, "invitation").await, 0);
    // Half a year is more than one mail lists.
    desk.scheduler
        .book_series(
            &desk.dana,
            series(&desk, "2026-11-11T14:00", "FREQ=WEEKLY;COUNT=30"),
        )
        .await
        .unwrap();
    let mail = only(&desk, agency.maria).await;
    assert_eq!(mail.plain.matches("Then: ").count(), 11);
    says(&mail, &["More dates follow."]);
}

pub async fn each_later_visit_brings_its_calendar_file_with_its_first_reminder(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, BOTH);
    let maria = desk.house.agency.maria;
    // The file of the first visit came with the mail of the series.
    desk.at("2026-11-07T10:01").await;
    assert!(only(&desk, maria).await.calendar.is_none());
    desk.at("2026-11-14T10:01").await;
    let mail = only(&desk, maria).await;
    let file = mail.calendar.unwrap();
    assert!(file.contains("METHOD:REQUEST"), "{file}");
    assert!(file.contains("DTSTART:20261117T160000Z"), "{file}");
    desk.at("2026-11-16T10:01").await;
    assert!(only(&desk, maria).await.calendar.is_none(), "brought once");
    // Whoever wants no file gets none.
    desk.prefer(&desk.maria, maria.person, |wish| wish.calendar_file = false)
        .await;
    desk.at("2026-11-21T10:01").await;
    assert!(only(&desk, maria).await.calendar.is_none());
}

pub async fn moving_the_rest_of_a_series_is_one_mail(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, BOTH);
    let cards = booked(&desk).await;
    desk.pass(60).await;
    shift(&desk, &cards[1], "2026-11-18T11:00", LATER)
        .await
        .unwrap();
    assert_eq!(planned(&desk, "invitation").await, 2);
    let mails = desk.post().await;
    assert_eq!(mails.len(), 2);
    let mail = of(&mails, desk.house.agency.maria).remove(0);
    says(
        &mail,
        &[
            "have new times",
            "First: Wednesday, November 18, 2026 at 11:00",
            "Repeats: every week on Wednesday",
            "Then: Wednesday, January 27, 2027 at 11:00",
        ],
    );
    assert!(!mail.plain.contains("November 10"), "it stays where it is");
    assert!(desk.post().await.is_empty());
}

pub async fn moving_all_of_a_series_is_one_mail_and_puts_calendars_right(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    // The second visit is in her calendar too.
    desk.at("2026-11-10T12:00").await;
    desk.post().await;
    desk.at("2026-11-14T10:01").await;
    assert_eq!(desk.sends().await, ["maria three_days"]);
    let cards = booked(&desk).await;
    let third = &cards[2];
    assert_eq!(third.at.civil, "2026-11-24T10:00");
    shift(&desk, third, "2026-11-25T15:00", ALL).await.unwrap();
    let mails = desk.post().await;
    let mails = of(&mails, desk.house.agency.maria);
    assert_eq!(mails.len(), 1);
    says(
        &mails[0],
        &[
            "have new times",
            "First: Wednesday, November 18, 2026 at 3:00",
        ],
    );
    let file = mails[0].calendar.as_deref().unwrap();
    assert!(file.contains("SEQUENCE:1"), "{file}");
    assert!(desk.post().await.is_empty());
}

pub async fn a_visit_that_the_move_of_a_series_leaves_behind_is_told_with_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    // Something else stands where the fourth one would go.
    desk.book("2026-12-01T14:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    let cards = booked(&desk).await;
    desk.pass(60).await;
    shift(&desk, &cards[0], "2026-11-10T14:00", (Scope::All, true))
        .await
        .unwrap();
    assert_eq!(planned(&desk, "invitation").await, 2);
    let mails = of(&desk.post().await, desk.house.agency.maria);
    assert_eq!(mails.len(), 2);
    let alone = mails
        .iter()
        .find(|mail| !mail.plain.contains("Repeats"))
        .unwrap();
    says(alone, &["When: Tuesday, December 1, 2026 at 10:00"]);
    // The night finds nothing to mend.
    let now = desk.house.clock_now();
    assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
    assert!(desk.post().await.is_empty());
}

pub async fn a_visit_that_moves_by_itself_is_told_by_itself(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, BOTH);
    let cards = booked(&desk).await;
    desk.pass(60).await;
    shift(&desk, &cards[9], "2027-01-13T14:00", ALONE)
        .await
        .unwrap();
    let mail = only(&desk, desk.house.agency.maria).await;
    says(
        &mail,
        &[
            "has a new time",
            "When: Wednesday, January 13, 2027 at 2:00",
        ],
    );
    assert!(!mail.plain.contains("Repeats"), "{}", mail.plain);
    // The first one does so too, though it spoke for all.
    desk.pass(60).await;
    shift(&desk, &cards[0], "2026-11-11T14:00", ALONE)
        .await
        .unwrap();
    let mail = only(&desk, desk.house.agency.maria).await;
    says(&mail, &["When: Wednesday, November 11, 2026 at 2:00"]);
    assert!(desk.post().await.is_empty());
}

pub async fn calling_off_one_visit_or_the_rest_is_one_mail_each_time(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    let cards = booked(&desk).await;
    let maria = desk.house.agency.maria;
    desk.pass(60).await;
    call_off(&desk, &cards[9], Scope::This).await.unwrap();
    assert!(desk.post().await.is_empty(), "it can be taken back");
    desk.until_told().await;
    let mail = only(&desk, maria).await;
    says(&mail, &["When: Tuesday, January 12, 2027 at 10:00"]);
    assert!(mail.calendar.is_none(), "it was in no calendar");
    desk.pass(60).await;
    call_off(&desk, &cards[3], Scope::ThisAndLater)
        .await
        .unwrap();
    let mail = only(&desk, maria).await;
    says(
        &mail,
        &[
            "Your appointments are cancelled",
            "When: Tuesday, December 1, 2026 at 10:00",
            "When: Tuesday, January 26, 2027 at 10:00",
        ],
    );
    assert!(
        !mail.plain.contains("January 12"),
        "she knows: {}",
        mail.plain
    );
    // What is in her calendar is taken out of it.
    desk.pass(60).await;
    call_off(&desk, &cards[0], Scope::All).await.unwrap();
    let mail = only(&desk, maria).await;
    let file = mail.calendar.unwrap();
    assert!(file.contains("METHOD:CANCEL"), "{file}");
    assert!(desk.post().await.is_empty());
    assert_eq!(planned(&desk, "three_days").await, 0);
}

pub async fn whoever_has_an_address_later_hears_of_the_series_then(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.maria).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, ["dana invitation"]);
    desk.at("2026-11-11T12:00").await;
    let maria = desk.house.agency.maria;
    assert!(of(&desk.post().await, maria).is_empty());
    desk.prefer(&desk.maria, maria.person, |wish| {
        wish.email = Some(testkit::agency::email(maria.name));
        wish.disclosure = Disclosure::Times;
    })
    .await;
    let mail = only(&desk, maria).await;
    says(&mail, &["First: Tuesday, November 17, 2026 at 10:00"]);
    assert!(!mail.plain.contains("November 10"), "{}", mail.plain);
    assert!(of(&desk.post().await, maria).is_empty());
}

pub async fn when_the_first_visit_goes_the_next_one_speaks_for_the_series(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    book(&desk, TWELVE_WEEKS).await;
    let cards = booked(&desk).await;
    // Before any mail has left.
    call_off(&desk, &cards[0], Scope::This).await.unwrap();
    assert_eq!(planned(&desk, "invitation").await, 1);
    let maria = desk.house.agency.maria;
    let mail = only(&desk, maria).await;
    says(&mail, &["First: Tuesday, November 17, 2026 at 10:00"]);
    // Who never heard of the first one hears nothing of its end.
    assert!(desk.post().await.is_empty());
    desk.at("2026-11-18T12:00").await;
    assert!(desk.post().await.is_empty(), "the next one says no more");
}

pub async fn who_knows_of_a_series_from_before_is_not_told_again(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, TWELVE_WEEKS).await;
    assert_eq!(desk.sends().await, BOTH);
    // Each night what is missing is planned: nothing is.
    for day in ["2026-11-11T04:00", "2026-11-18T04:00"] {
        desk.at(day).await;
        let now = desk.house.clock_now();
        let step = desk.store().reconcile(now, None).await.unwrap();
        assert_eq!((step.did, step.more), (0, false), "{day}");
    }
    assert_eq!(planned(&desk, "invitation").await, 0);
}
