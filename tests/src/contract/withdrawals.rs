//! A caregiver comes to appointments while the client's consent lives, and not a moment longer
//! (scheduling.md, P10).

use mail::ReadBack;
use protocol::http::PlanCircle;
use protocol::{Code, ConsentId, Disclosure, Reply};
use store::{Note, Topic, What, Within};
use testkit::Engine;

use super::desk::{Desk, Mortal, TUESDAY, link, of};
use super::house::{append, code};

const WEEK: Within = Within {
    from: None,
    days: 30,
};

/// Ana is booked in and was told; her invitation.
async fn told(
    desk: &Desk,
    consents: usize,
) -> (protocol::http::Appointment, Vec<ConsentId>, ReadBack) {
    let mut ids = Vec::new();
    for _ in 1..consents {
        ids.push(desk.consent(None).await.id);
    }
    let (card, consent) = desk.book_with_ana(TUESDAY).await;
    ids.push(consent);
    let mails = desk.post().await;
    let hers = of(&mails, desk.house.agency.ana);
    assert_eq!((mails.len(), hers.len()), (3, 1));
    (card, ids, hers.into_iter().next().unwrap())
}

/// How many of Ana's mails are still to come.
async fn to_come(desk: &Desk) -> usize {
    let rows = desk.deliveries(desk.house.agency.ana).await;
    let open = rows
        .iter()
        .filter(|row| row.ends_with(" planned") || row.ends_with(" leased"));
    open.count()
}

/// From here to the end nobody tells Ana anything, whatever happens to the appointment.
async fn hears_nothing(desk: &Desk, card: &protocol::http::Appointment) {
    let ana = desk.house.agency.ana;
    for civil in ["2026-11-07T10:00", "2026-11-09T10:00"] {
        desk.at(civil).await;
        let mails = desk.post().await;
        assert_eq!(of(&mails, ana), [], "{civil}");
        assert_eq!(mails.len(), 1, "{civil}: Maria's own");
    }
    let moved = desk.shift(card, "2026-11-11T10:00").await.unwrap();
    assert_eq!(of(&desk.post().await, ana), []);
    desk.call_off(&moved).await.unwrap();
    desk.until_told().await;
    let mails = desk.post().await;
    assert_eq!((mails.len(), of(&mails, ana).len()), (2, 0));
}

async fn has_no_right(desk: &Desk, card: &protocol::http::Appointment, invitation: &ReadBack) {
    let (store, secret) = (desk.store(), link(invitation));
    assert_eq!(code(store.open_link(&secret).await), Code::LinkGone);
    for reply in [
        Reply::Confirm,
        Reply::Cancel,
        Reply::AnotherTime,
        Reply::Undo,
    ] {
        let replied = store.reply_by_link(&secret, reply).await;
        assert_eq!(code(replied), Code::LinkGone);
        let replied = desk.reply(&desk.ana, (card.id, card.sequence), reply).await;
        assert_eq!(code(replied), Code::NotFound);
    }
    let hers = store.appointments(&desk.ana, WEEK).await.unwrap();
    assert!(hers.appointments.is_empty());
}

pub async fn withdrawing_ends_it_at_once_and_tells_nobody(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, consents, invitation) = told(&desk, 1).await;
    let before = desk.store().open_link(&link(&invitation)).await;
    assert!(before.is_ok() && to_come(&desk).await == 4);
    desk.house.woken.take();
    desk.withdraw(&desk.dana, consents[0]).await.unwrap();
    // Rows, right after the answer: no pass of the scheduler came between.
    assert_eq!(to_come(&desk).await, 0);
    let woken = desk.house.woken.take();
    assert!(woken.contains(&Topic::Account(desk.house.agency.ana.account)));
    has_no_right(&desk, &card, &invitation).await;
    let seen = desk.store().appointments(&desk.maria, WEEK).await.unwrap();
    let people = &seen.appointments[0].participants;
    assert!(
        people
            .iter()
            .all(|part| part.person != desk.house.agency.ana.person)
    );
    hears_nothing(&desk, &card).await;
    assert!(desk.tasks(&desk.dana).await.is_empty());
}

pub async fn withdrawing_is_whole_or_not_at_all(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (mut undone, mut done) = (0, 0);
    for polls in 0..300 {
        let (card, consent) = desk.book_with_ana(TUESDAY).await;
        let finished = Mortal::new(desk.withdraw(&desk.dana, consent), polls).await;
        // Waits for whoever is still rolling back or committing: there is one writer, or a row lock.
        desk.pass(1).await;
        let id = desk.house.id(consent.as_bytes());
        let withdrawn =
            format!("SELECT COUNT(*) FROM consent WHERE id = {id} AND withdrawn_at IS NOT NULL");
        let withdrawn = desk.house.count(&withdrawn).await == 1;
        let appointment = desk.house.id(card.id.as_bytes());
        let left = format!(
            "SELECT COUNT(*) FROM participant
             WHERE appointment = {appointment} AND left_at IS NOT NULL"
        );
        let left = desk.house.count(&left).await == 1;
        let to_come = to_come(&desk).await;
        assert_eq!(
            (withdrawn, withdrawn),
            (left, to_come == 0),
            "after {polls} polls"
        );
        undone += usize::from(!withdrawn);
        done += usize::from(finished.is_some());
        if done > 2 {
            break;
        }
        desk.call_off(&card).await.unwrap();
        if !withdrawn {
            desk.withdraw(&desk.dana, consent).await.unwrap();
        }
    }
    assert!(undone > 1 && done > 2, "undone {undone}, done {done}");
}

pub async fn a_mail_in_hand_does_not_leave_after_the_withdrawal(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, consent) = desk.book_with_ana(TUESDAY).await;
    let (now, store) = (desk.house.clock_now(), desk.store());
    let (lease, due, _) = store.lease_due(now).await.unwrap();
    assert_eq!(due.len(), 3);
    desk.withdraw(&desk.maria, consent).await.unwrap();
    let ana = testkit::agency::email(desk.house.agency.ana.name);
    for due in due {
        let begins = Note {
            id: due.id,
            lease,
            what: What::Begins,
        };
        let held = store.note_deliveries(vec![begins], now).await.unwrap();
        assert_eq!(held, [due.to.reveal() != ana]);
    }
    desk.pass(121).await;
    assert_eq!(of(&desk.post().await, desk.house.agency.ana), []);
    assert_eq!(to_come(&desk).await, 0);
}

pub async fn a_consent_that_runs_out_ends_it_without_anybodys_act(engine: Engine) {
    let desk = Desk::open(engine).await;
    let ana = desk.house.agency.ana;
    desk.consent(Some(Desk::instant("2026-11-08T00:00"))).await;
    let mut request = desk.request(TUESDAY);
    request.caregivers = vec![ana.person];
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    let invitation = of(&desk.post().await, ana).remove(0);
    desk.at("2026-11-07T10:00").await;
    assert_eq!(of(&desk.post().await, ana).len(), 1);
    desk.at("2026-11-08T00:00").await;
    has_no_right(&desk, &card, &invitation).await;
    desk.at("2026-11-09T10:00").await;
    let mails = desk.post().await;
    assert_eq!((mails.len(), of(&mails, ana).len()), (1, 0));
    let rows = desk.deliveries(ana).await;
    assert!(
        rows.contains(&"one_day cancelled changed".to_owned()),
        "{rows:?}"
    );
    desk.call_off(&card).await.unwrap();
    desk.until_told().await;
    assert_eq!(of(&desk.post().await, ana), []);
}

pub async fn another_live_consent_keeps_her(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, consents, invitation) = told(&desk, 2).await;
    desk.withdraw(&desk.dana, consents[1]).await.unwrap();
    assert_eq!(to_come(&desk).await, 4);
    assert!(desk.store().open_link(&link(&invitation)).await.is_ok());
    let confirmed = desk.reply(&desk.ana, (card.id, 0), Reply::Confirm).await;
    assert!(confirmed.is_ok());
    desk.withdraw(&desk.dana, consents[0]).await.unwrap();
    assert_eq!(to_come(&desk).await, 0);
    has_no_right(&desk, &card, &invitation).await;
}

pub async fn her_calendar_is_cleared_once_if_the_client_wants_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, consents, invitation) = told(&desk, 1).await;
    let ana = desk.house.agency.ana;
    desk.withdraw_and_clear(consents[0]).await;
    assert_eq!(to_come(&desk).await, 1, "the reminders are gone");
    has_no_right(&desk, &card, &invitation).await;
    let mails = desk.post().await;
    let hers = of(&mails, ana);
    assert_eq!((mails.len(), hers.len()), (1, 1));
    let told = |mail: &ReadBack, start: &str| {
        let file = mail.calendar.clone().unwrap_or_default();
        let line = file.lines().find(|line| line.starts_with(start));
        line.unwrap_or_default().to_owned()
    };
    assert_eq!(told(&hers[0], "METHOD"), "METHOD:CANCEL");
    assert_eq!(told(&hers[0], "UID"), told(&invitation, "UID"));
    assert_eq!(told(&invitation, "SEQUENCE"), "SEQUENCE:0");
    assert_eq!(told(&hers[0], "SEQUENCE"), "SEQUENCE:1");
    assert!(!hers[0].plain.contains("/l/"), "{}", hers[0].plain);
    assert!(!hers[0].plain.to_lowercase().contains("consent"));
    // Maria goes on coming: nothing else would be true.
    let said = "An appointment is off your calendar";
    assert!(hers[0].plain.starts_with(said), "{}", hers[0].plain);
    hears_nothing(&desk, &card).await;
}

pub async fn a_calendar_that_has_nothing_is_not_cleared(engine: Engine) {
    let desk = Desk::open(engine).await;
    let ana = desk.house.agency.ana;
    // She was not told yet.
    let (card, consent) = desk.book_with_ana(TUESDAY).await;
    desk.withdraw_and_clear(consent).await;
    assert_eq!(of(&desk.post().await, ana), []);
    desk.call_off(&card).await.unwrap();
    desk.until_told().await;
    desk.post().await;
    // Her mails never name a time.
    desk.prefer(&desk.ana, ana.person, |wish| {
        wish.disclosure = Disclosure::Update;
    })
    .await;
    let (card, consent) = desk.book_with_ana(TUESDAY).await;
    assert_eq!(of(&desk.post().await, ana).len(), 1);
    desk.withdraw_and_clear(consent).await;
    assert_eq!(of(&desk.post().await, ana), []);
    hears_nothing(&desk, &card).await;
}

pub async fn being_reminded_is_allowed_by_itself(engine: Engine) {
    let desk = Desk::open(engine).await;
    let ana = desk.house.agency.ana;
    let times = desk.consent_with(None, false).await;
    assert!(times.appointments && !times.reminders);
    let mut request = desk.request(TUESDAY);
    request.caregivers = vec![ana.person];
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    assert_eq!(of(&desk.post().await, ana).len(), 1, "she is told the time");
    assert_eq!(to_come(&desk).await, 0, "and not reminded");
    // One that covers reminders begins and ends beside it.
    let both = desk.consent(None).await;
    let moved = desk.shift(&card, "2026-11-11T10:00").await.unwrap();
    assert_eq!(of(&desk.post().await, ana).len(), 1);
    assert!(to_come(&desk).await > 0);
    desk.withdraw(&desk.maria, both.id).await.unwrap();
    assert_eq!(to_come(&desk).await, 0);
    let confirmed = desk.reply(&desk.ana, (moved.id, moved.sequence), Reply::Confirm);
    assert!(confirmed.await.is_ok(), "she still takes part");
}

pub async fn a_new_consent_plans_what_it_allows_at_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let ana = desk.house.agency.ana;
    desk.consent_with(None, false).await;
    let mut request = desk.request(TUESDAY);
    request.caregivers = vec![ana.person];
    desk.scheduler.book(&desk.dana, request).await.unwrap();
    assert_eq!(of(&desk.post().await, ana).len(), 1);
    // An hour before tomorrow's visit is told of, Maria lets her be reminded as well.
    desk.at("2026-11-09T09:00").await;
    desk.post().await;
    assert_eq!(to_come(&desk).await, 0);
    desk.consent(None).await;
    assert!(to_come(&desk).await > 0, "by the answer, not by a job");
    desk.at("2026-11-09T10:00").await;
    assert_eq!(of(&desk.post().await, ana).len(), 1, "the day before");
}

pub async fn a_new_consent_does_not_bring_her_back_unasked(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, consents, invitation) = told(&desk, 1).await;
    desk.withdraw(&desk.maria, consents[0]).await.unwrap();
    desk.consent(None).await;
    assert_eq!(to_come(&desk).await, 0);
    has_no_right(&desk, &card, &invitation).await;
    hears_nothing(&desk, &card).await;
    // A human may book her in again.
    let mut request = desk.request("2026-11-12T10:00");
    request.caregivers = vec![desk.house.agency.ana.person];
    desk.scheduler.book(&desk.dana, request).await.unwrap();
    assert_eq!(of(&desk.post().await, desk.house.agency.ana).len(), 1);
}

pub async fn only_the_client_and_her_case_manager_withdraw(engine: Engine) {
    let desk = Desk::open(engine).await;
    let consent = desk.consent(None).await.id;
    assert_eq!(
        code(desk.withdraw(&desk.ana, consent).await),
        Code::NotFound
    );
    let sam = desk.house.id(desk.house.agency.sam.account.as_bytes());
    let end = format!("UPDATE assignment SET ended_at = 1 WHERE account = {sam}");
    desk.house.run(&end).await;
    assert_eq!(
        code(desk.withdraw(&desk.sam, consent).await),
        Code::NotFound
    );
    let unknown = ConsentId::from_bytes([9; 16]);
    for caller in [&desk.dana, &desk.maria] {
        assert_eq!(code(desk.withdraw(caller, unknown).await), Code::NotFound);
    }
    let live = "SELECT COUNT(*) FROM consent WHERE withdrawn_at IS NULL";
    assert_eq!(desk.house.count(live).await, 1);
    let withdrawn = desk.withdraw(&desk.maria, consent).await.unwrap();
    desk.pass(60).await;
    let again = desk.withdraw(&desk.dana, consent).await.unwrap();
    assert_eq!(withdrawn, again, "withdrawn once, at its time");
    assert!(withdrawn.withdrawn_at.is_some());
    assert_eq!(withdrawn.note.as_deref(), Some("said so on the phone"));
    assert_eq!(withdrawn.recorded_by, desk.dana.account);
}

pub async fn the_circle_that_it_covered_refuses_her_too(engine: Engine) {
    let desk = Desk::open(engine).await;
    let agency = desk.house.agency;
    let [dana, ana] = &desk.devices;
    let consent = desk.consent(None).await.id;
    let plan = PlanCircle {
        history: protocol::policy::HistoryMode::Eras,
        op_id: desk.op(),
        client: agency.maria.person,
        title: "Maria's family".to_owned(),
        members: vec![agency.ana.account],
    };
    let circle = desk.store().plan_circle(&desk.dana, plan).await.unwrap().id;
    desk.house.gather(circle, &[dana, ana]).await;
    let store = desk.store();
    assert!(store.append(&desk.ana, append(circle, 1)).await.is_ok());
    desk.house.woken.take();
    desk.withdraw(&desk.maria, consent).await.unwrap();
    assert!(desk.house.woken.take().contains(&Topic::Circle(circle)));
    let refused = store.append(&desk.ana, append(circle, 2)).await;
    assert_eq!(code(refused), Code::ConsentRequired);
    assert!(store.circles(&desk.ana).await.unwrap().circles.is_empty());
    // Whoever is left writes again once a commit has taken her device out.
    let refused = store.append(&desk.dana, append(circle, 3)).await;
    assert_eq!(code(refused), Code::PendingRemovals);
}

pub async fn who_left_is_not_told_of_a_cancel_that_was_already_on_its_way(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, consents, _) = told(&desk, 1).await;
    desk.reply(&desk.maria, (card.id, 0), Reply::Cancel)
        .await
        .unwrap();
    assert_eq!(to_come(&desk).await, 1);
    desk.withdraw(&desk.maria, consents[0]).await.unwrap();
    assert_eq!(to_come(&desk).await, 0);
    desk.pass(600).await;
    let mails = desk.post().await;
    assert_eq!(
        (mails.len(), of(&mails, desk.house.agency.ana).len()),
        (2, 0)
    );
}
