//! On whose clocks a mail tells its times: said to whoever may think of others, and to nobody else. Where a client is, a
//! caregiver does not read from that.

use mail::ReadBack;
use testkit::{Engine, Person};

use super::desk::{Desk, TUESDAY, of};

fn lines(mail: &ReadBack) -> Vec<&str> {
    mail.plain.lines().collect()
}

/// The mail of the visit to one person, which is the only one.
async fn told(desk: &Desk, people: &[Person]) -> Vec<ReadBack> {
    let mails = desk.post().await;
    let theirs = people.iter().map(|person| of(&mails, *person));
    let mut told = Vec::new();
    for mut mails in theirs {
        assert_eq!(mails.len(), 1, "{mails:?}");
        told.append(&mut mails);
    }
    told
}

pub async fn where_everybody_lives_by_the_same_clocks_none_is_named(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book_with_ana(TUESDAY).await;
    let agency = desk.house.agency;
    for mail in told(&desk, &[agency.maria, agency.dana, agency.ana]).await {
        let when = "When: Tuesday, November 10, 2026 at 10:00 AM";
        assert!(lines(&mail).contains(&when), "{}", mail.plain);
    }
}

pub async fn whoever_may_think_of_other_clocks_is_told_which_and_a_caregiver_not_where(
    engine: Engine,
) {
    let desk = Desk::open(engine).await;
    let agency = desk.house.agency;
    let maria = desk.maria.person;
    desk.prefer(&desk.maria, maria, |wish| {
        "America/Denver".clone_into(&mut wish.zone);
    })
    .await;
    // Ten where Maria is: a visit by video goes by her clocks.
    desk.book_with_ana(TUESDAY).await;
    let mails = told(&desk, &[agency.maria, agency.dana, agency.ana]).await;
    for (mail, clock) in mails.iter().zip([
        "10:00 AM (Mountain Time)",
        "11:00 AM (Central Time)",
        // It is the agency's clock too: named, it would say that her mother is elsewhere.
        "11:00 AM",
    ]) {
        let when = format!("When: Tuesday, November 10, 2026 at {clock}");
        assert!(lines(mail).contains(&when.as_str()), "{}", mail.plain);
    }
}

pub async fn a_day_away_from_the_agencys_clocks_names_its_own(engine: Engine) {
    let desk = Desk::open(engine).await;
    let dana = desk.dana.person;
    desk.prefer(&desk.dana, dana, |wish| {
        "America/Denver".clone_into(&mut wish.zone);
    })
    .await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    desk.at("2026-11-10T09:30").await;
    let mails = of(&desk.post().await, desk.house.agency.dana);
    let day = |mail: &ReadBack| lines(mail).contains(&"9:00 AM (Mountain Time)");
    assert!(mails.iter().any(day), "{mails:?}");
}
