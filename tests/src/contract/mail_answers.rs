//! Whoever writes to the address of our mails: a task, one automatic answer a day, and nothing of what they wrote.

use care::Caller;
use protocol::{Disclosure, Language, limits};
use testkit::{Engine, agency};

use super::desk::{read, to};
use super::postbox::{CalendarText, FROM, NOW, PHONE, Scene, bounce, invited, letter, reply, uid};

pub async fn whoever_writes_is_a_task_for_everybody_who_serves_them(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    // In any spelling.
    scene
        .writes("Maria.Sample@EXAMPLE.com", "planted words of a mail")
        .await;
    scene
        .writes("maria.sample@example.com", "and once more")
        .await;
    assert_eq!(desk.to_do().await, ["maria answered_by_mail"]);
    assert_eq!(scene.to_do_of(&desk.sam).await, ["answered_by_mail"]);
    scene
        .writes("ana.sample@example.com", "planted words of a daughter")
        .await;
    let mut to_do = desk.to_do().await;
    to_do.sort();
    assert_eq!(to_do, ["ana answered_by_mail", "maria answered_by_mail"]);
    let task = desk.tasks(&desk.dana).await.remove(0);
    assert_eq!(task.client, desk.house.agency.maria.person);
    for planted in ["planted words", "planted subject", "@mailbox.example"] {
        let held = desk.house.database.holds(planted.as_bytes()).await.unwrap();
        assert!(!held, "{planted}");
    }
}

pub async fn a_stranger_leaves_no_trace(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    let before = desk.dump().await;
    let entries = desk.house.entries("1 = 1").await;
    for sender in [
        "stranger@example.org",
        "dana.placeholder@example.com",
        "sam.specimen@example.com",
    ] {
        scene.writes(sender, "hello").await;
    }
    assert!(
        scene
            .arrives(FROM, "", "Subject: from nobody\n\nhello\n")
            .await
    );
    assert!(scene.arrives(FROM, "", "").await);
    assert!(
        before == desk.dump().await,
        "a stranger's mail changed a row"
    );
    assert_eq!(desk.house.entries("1 = 1").await, entries);
}

pub async fn whoever_answers_from_an_address_that_was_replaced_is_a_task(engine: Engine) {
    let scene = Scene::open(engine).await;
    invited(&scene).await;
    let desk = &scene.desk;
    let is_at = async |address: &str| {
        desk.prefer(&desk.maria, desk.maria.person, |wish| {
            wish.email = Some(address.to_owned());
        })
        .await;
    };
    // At one of them nothing of ours was ever read.
    is_at("mario.sample@example.org").await;
    is_at("maria.elsewhere@example.org").await;
    scene.writes("mario.sample@example.org", "hello").await;
    assert!(desk.to_do().await.is_empty());
    scene
        .writes("maria.sample@example.com", "I cannot come")
        .await;
    assert_eq!(desk.to_do().await, ["maria answered_by_mail"]);
    assert!(desk.post().await.is_empty(), "from elsewhere nobody wrote");
}

pub async fn the_same_mail_twice_does_nothing_more(engine: Engine) {
    let scene = Scene::open(engine).await;
    let invitation = invited(&scene).await;
    let (desk, maria) = (&scene.desk, scene.desk.house.agency.maria);
    let address = agency::email(maria.name);
    let uid = uid(&invitation);
    let answer = CalendarText {
        uid: &uid,
        sequence: 0,
        answer: "DECLINED",
        stamp: NOW,
    };
    let mails = [
        (FROM, address.as_str(), reply("<1@x>", &address, &answer)),
        (FROM, &address, letter("<2@x>", &address, "hello")),
        (
            &invitation.from,
            "",
            bounce("<3@x>", &invitation.from, ("failed", "5.1.1")),
        ),
    ];
    for (recipient, sender, text) in &mails {
        assert!(scene.arrives(recipient, sender, text).await);
        let before = desk.dump().await;
        // Even after a human has seen to it.
        for _ in 0..3 {
            assert!(scene.arrives(recipient, sender, text).await);
        }
        assert!(
            before == desk.dump().await,
            "the second time changed a row: {text}"
        );
    }
    for task in desk.tasks(&desk.dana).await {
        desk.store().finish_task(&desk.dana, task.id).await.unwrap();
    }
    assert!(scene.arrives(FROM, &address, &mails[1].2).await);
    assert!(desk.to_do().await.is_empty());
    // It is forgotten when no mail server tries any more.
    let marks = "SELECT COUNT(*) FROM received_mail";
    assert_eq!(desk.house.count(marks).await, 3);
    desk.pass(limits::RECEIVED_MAIL_S + 1).await;
    desk.store().forget_what_is_over().await.unwrap();
    assert_eq!(desk.house.count(marks).await, 0);
}

pub async fn addresses_from_before_are_found(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    desk.house
        .run("UPDATE address SET value_index = NULL")
        .await;
    let before = desk.dump().await["task"].clone();
    scene.writes("maria.sample@example.com", "hello").await;
    assert!(before == desk.dump().await["task"]);
    for _ in 0..2 {
        desk.store().index_addresses().await.unwrap();
    }
    scene.writes("maria.sample@example.com", "hello").await;
    assert_eq!(desk.to_do().await, ["maria answered_by_mail"]);
    let plain = desk.house.blobs("SELECT value_index FROM address").await;
    assert!(plain.iter().all(|index| index.len() == 16));
}

pub async fn whoever_was_erased_is_found_no_more(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    let maria = desk.house.agency.maria.person;
    let id = desk.house.id(maria.as_bytes());
    let now = desk.house.clock_now().micros();
    desk.house
        .run(&format!(
            "UPDATE assignment SET ended_at = {now} WHERE client = {id}"
        ))
        .await;
    desk.pass(1).await;
    let indexes =
        format!("SELECT COUNT(*) FROM address WHERE person = {id} AND value_index IS NOT NULL");
    assert_eq!(desk.house.count(&indexes).await, 1);
    let installation = Caller::installation();
    let erased = desk.store().erase_client(&installation, maria);
    erased.await.unwrap();
    assert_eq!(desk.house.count(&indexes).await, 0);
    desk.store().index_addresses().await.unwrap();
    assert_eq!(desk.house.count(&indexes).await, 0);
    let before = desk.dump().await;
    scene.writes("maria.sample@example.com", "hello").await;
    assert!(before == desk.dump().await);
}

pub async fn whoever_writes_is_answered_once_a_day_and_programs_never(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    let address = agency::email(desk.house.agency.maria.name);
    for n in 0..4 {
        let header = [
            "Auto-Submitted: auto-replied",
            "Precedence: bulk",
            "List-Id: <list.example>",
            "X-Auto-Response-Suppress: All",
        ][n];
        let text = format!(
            "{header}\n{}",
            letter(&format!("<auto{n}@x>"), &address, "away")
        );
        assert!(scene.arrives(FROM, &address, &text).await);
    }
    assert!(
        scene
            .arrives(FROM, "", &letter("<null@x>", &address, "away"))
            .await
    );
    assert!(desk.post().await.is_empty(), "a program was answered");
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.disclosure = Disclosure::Details;
    })
    .await;
    scene.writes(&address, "planted words of a mail").await;
    let mails = desk.post().await;
    let sent: Vec<_> = mails.iter().map(to).collect();
    assert_eq!(sent, std::slice::from_ref(&address));
    let raw = String::from_utf8(mails[0].bytes.clone()).unwrap();
    assert!(raw.contains("Auto-Submitted: auto-replied\r\n"), "{raw}");
    let said = read(&mails[0]);
    assert!(said.plain.contains(PHONE) && said.plain.contains("https://house.example"));
    let all = [said.subject, said.plain, said.html].join("\n");
    for silent in [
        "Maria",
        "Sample",
        "Dana",
        "Riverbend",
        "Agency",
        "planted",
        "ppointment",
    ] {
        assert!(!all.contains(silent), "{silent}: {all}");
    }
    // However often, and although a human has seen to it.
    scene.writes(&address, "and once more").await;
    assert!(desk.post().await.is_empty());
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.language = Language::Es;
    })
    .await;
    desk.at("2026-11-03T00:01").await;
    scene.writes(&address, "the next day").await;
    let mails = desk.post().await;
    assert_eq!(mails.len(), 1);
    assert!(read(&mails[0]).subject.contains("correo"));
    // An answer that does not arrive says that nothing does.
    let address_is_good = "SELECT COUNT(*) FROM address WHERE refused_at IS NULL";
    let good = desk.house.count(address_is_good).await;
    assert!(scene.bounces(&mails[0], ("failed", "5.1.1")).await);
    assert_eq!(desk.house.count(address_is_good).await, good - 1);
    assert!(
        desk.to_do()
            .await
            .contains(&"maria cannot_reach_by_email".to_owned())
    );
}

pub async fn an_answer_names_the_mail_that_it_answers_and_nothing_else_of_it(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    let address = agency::email(desk.house.agency.maria.name);
    let id = "<planted.7@mailbox.example>";
    let first = letter(id, &address, "hello");
    assert!(scene.arrives(FROM, &address, &first).await);
    // The first of the day is the one that is answered.
    scene.writes(&address, "and once more").await;
    let named = "SELECT COUNT(*) FROM single_mail WHERE link IS NOT NULL";
    assert_eq!(desk.house.count(named).await, 1);
    let plain = desk.house.database.holds(b"planted.7").await.unwrap();
    assert!(!plain, "it is sealed");
    let mails = desk.post().await;
    let raw = String::from_utf8(mails[0].bytes.clone()).unwrap();
    let headers = format!("\r\nIn-Reply-To: {id}\r\nReferences: {id}\r\n");
    assert!(raw.contains(&headers), "{raw}");
    assert!(!raw.contains("planted subject"), "{raw}");
    assert_eq!(desk.house.count(named).await, 0, "gone once it has left");
    // What cannot stand in a header is not repeated.
    desk.at("2026-11-03T00:01").await;
    let odd = letter("<a@b@mailbox.example>", &address, "hello");
    assert!(scene.arrives(FROM, &address, &odd).await);
    let mails = desk.post().await;
    assert_eq!(mails.len(), 1);
    let raw = String::from_utf8(mails[0].bytes.clone()).unwrap();
    assert!(!raw.contains("In-Reply-To") && !raw.contains("References"));
}

pub async fn an_answer_that_waits_too_long_is_not_sent(engine: Engine) {
    let scene = Scene::open(engine).await;
    let desk = &scene.desk;
    scene.writes("maria.sample@example.com", "hello").await;
    desk.pass(limits::ANSWER_MAIL_S + 1).await;
    let mails = desk.post().await;
    assert!(mails.iter().all(|mail| !to(mail).starts_with("maria")));
    let dropped = "SELECT COUNT(*) FROM single_mail WHERE state = 'cancelled'";
    assert_eq!(desk.house.count(dropped).await, 1);
    desk.pass(limits::ANSWER_MAIL_KEPT_S + 1).await;
    desk.store().forget_what_is_over().await.unwrap();
    assert_eq!(
        desk.house.count("SELECT COUNT(*) FROM single_mail").await,
        0
    );
}
