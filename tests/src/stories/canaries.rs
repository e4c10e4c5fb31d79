//! Names, places, notes, what kind of help it is and whose: words that are planted wherever an agency writes something
//! down, and looked for in everything that leaves the house (scheduling.md, P6).

use super::on_both_engines;

on_both_engines![nothing_that_leaves_the_house_says_who_or_why];

/// Words that no mail, page, address, log or measurement says to anybody, whatever they allow.
const NEVER: [&str; 22] = [
    "Zephyrine",
    "Müllerová",
    "Theodosia",
    "Brambleworth",
    "Ottoline",
    "Farthingale",
    "Placeholder",
    "Specimen",
    // The agency's name, and its domain.
    "Riverbend",
    "riverbend-agency",
    "ketamine",
    "withdrawal",
    "marzipan",
    "bergamot",
    "cardamom",
    "tarragon",
    "stepdaughter",
    // In the pages of links the agency's number may stand; in mails it does not.
    "555 0100",
    "5550100",
    "555-0100",
    "Robin Overview",
    // By which the client, the caregiver and the newcomer are called.
    "555-0163",
];
/// What the client alone is told, if they allow it: with whom, where, and the way in. The host in both spellings.
const DETAILS: [&str; 8] = [
    "Dana",
    "wintergrn-x9a",
    "wintergrün",
    "saffron-room",
    "by video",
    "Tamarisk House",
    "Larkspur Court",
    "//meet.",
];
/// Each person's own address, which stands in their own mails.
const ADDRESSES: [&str; 5] = ["lapwing", "dunnock", "wheatear", "sandpiper", "nuthatch"];

/// Whether a text says the word: in any case of letters, or in the escapes of addresses and of mails. A short word could
/// stand in any secret by chance, so its letters must be as they are.
fn says(text: &str, word: &str) -> bool {
    if word.len() < 6 {
        return text.contains(word);
    }
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    let escaped = |sign: char| {
        let characters = word.bytes().map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("{sign}{byte:02x}")
            }
        });
        characters.collect::<String>()
    };
    [word.clone(), escaped('%'), escaped('=')]
        .iter()
        .any(|written| text.contains(written))
}

/// Whether the word stands in base64 there, wherever it begins.
fn encodes(text: &str, word: &str) -> bool {
    let dense: String = text.split_whitespace().collect();
    in_base64(word).iter().any(|code| dense.contains(code))
}

fn holds(text: &str, word: &str) -> bool {
    says(text, word) || encodes(text, word)
}

/// What is the same of a word's base64 whatever stands before and after it. Short words are too short for that.
fn in_base64(word: &str) -> Vec<String> {
    if word.len() < 6 {
        return Vec::new();
    }
    let code = |before: usize| {
        let bytes = [vec![0; before], word.as_bytes().to_vec()].concat();
        let code = protocol::Bytes(bytes).to_base64url();
        let code = code.replace('-', "+").replace('_', "/");
        let (from, until) = ((before * 8).div_ceil(6), (before + word.len()) * 8 / 6);
        code[from..until].to_owned()
    };
    (0..3).map(code).collect()
}

#[test]
fn a_word_is_found_however_it_is_written() {
    for text in [
        "Dear zephyrine,",
        "https://a.example/M%C3%BCllerov%C3%A1",
        "M=C3=BCllerov=C3=A1",
        "WmVwaHlyaW5l",
        "LCBaZXBoeXJpbmUs",
        "eCwgWmVwaHlyaW5lLCB4",
    ] {
        assert!(NEVER.iter().any(|word| holds(text, word)), "{text}");
    }
    assert!(!holds("an appointment with nobody", "Zephyrine"));
}

mod tell {
    use std::collections::btree_map::Entry;
    use std::collections::{BTreeMap, BTreeSet};

    use anyhow::{Context as _, Result, ensure};
    use mail::Mail;
    use protocol::http::{Appointment, BookAppointment};
    use protocol::{AppointmentKind, Disclosure, OpId};
    use reqwest::{Client, Method, StatusCode};
    use testkit::{Engine, Options, Story, TestServer};

    use super::super::clerks::browser;
    use super::super::listening::Ear;
    use super::super::season::{
        CAREGIVER_AT, CLIENT_AT, COLLEAGUE_AT, KINDS, MEETING, NEWCOMER_AT, Season, WORKER_AT,
    };
    use super::{ADDRESSES, DETAILS, NEVER, encodes, holds, says};
    use crate::contract::house::Beside;
    use crate::mails::opened::{Opened, attributes};

    /// The mails of one level.
    #[derive(Default)]
    struct Sent(Vec<(&'static str, Mail)>);

    impl Sent {
        fn to(&self, address: &str) -> impl Iterator<Item = &(&'static str, Mail)> {
            let mails = self.0.iter();
            mails.filter(move |(_, mail)| mail.to.reveal() == address)
        }

        fn kinds(&self) -> BTreeSet<&'static str> {
            self.0.iter().map(|(kind, _)| *kind).collect()
        }
    }

    /// Everything of a mail that anybody on its way or at its end can read, a text each.
    fn readable(mail: &Mail) -> Vec<String> {
        let opened = Opened::open(&mail.bytes);
        let headers = opened.headers.iter();
        let headers = headers.map(|(name, value)| format!("{name}: {value}"));
        let parts = opened.parts.iter().map(|(_, text)| {
            let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "");
            unfolded.replace("\\,", ",").replace("\\;", ";")
        });
        let mut texts: Vec<_> = headers.chain(parts).collect();
        texts.push(mail.from.clone());
        texts.push(mail.message_id.clone());
        // What is in base64 has been decoded, and is looked for as such.
        let base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        let lines = opened.raw.lines();
        let lines: Vec<_> = lines.filter(|line| !line.chars().all(base64)).collect();
        texts.push(lines.join("\n"));
        texts
    }

    /// Which of the words a mail says, besides its reader's own address.
    fn said(mail: &Mail, words: impl Iterator<Item = &'static str>) -> BTreeSet<&'static str> {
        let own = mail.to.reveal();
        let texts = readable(mail).into_iter();
        let texts: Vec<_> = texts.map(|text| text.replace(own, "")).collect();
        let raw = String::from_utf8_lossy(&mail.bytes);
        let found = words.filter(|word| {
            let is_own = own.to_lowercase().contains(&word.to_lowercase());
            texts.iter().any(|text| says(text, word)) || (!is_own && encodes(&raw, word))
        });
        found.collect()
    }

    fn everything() -> impl Iterator<Item = &'static str> {
        NEVER.into_iter().chain(DETAILS).chain(ADDRESSES)
    }

    /// Of the client's mails at the highest level the details are said, and nothing else; of all others nothing.
    fn says_what_it_may(sent: &Sent, disclosure: Disclosure) -> Result<()> {
        let mut details = BTreeSet::new();
        for (kind, mail) in &sent.0 {
            let mut found = said(mail, everything());
            if disclosure == Disclosure::Details && mail.to.reveal() == CLIENT_AT {
                details.extend(found.iter().filter(|word| DETAILS.contains(word)));
                found.retain(|word| !DETAILS.contains(word));
            }
            ensure!(found.is_empty(), "{kind} at {disclosure:?} says {found:?}");
        }
        let expected: BTreeSet<_> = match disclosure {
            // The host is written in one way.
            Disclosure::Details => DETAILS
                .into_iter()
                .filter(|it| *it != "wintergrün")
                .collect(),
            Disclosure::Update | Disclosure::Times => BTreeSet::new(),
        };
        ensure!(details == expected, "{details:?} is told at {disclosure:?}");
        Ok(())
    }

    /// Everybody got what they should, or the search was one through nothing.
    fn everybody_was_told(sent: &Sent) -> Result<()> {
        let mut kinds: BTreeSet<_> = KINDS.into_iter().collect();
        kinds.remove("intake");
        kinds.remove("address");
        ensure!(sent.kinds() == kinds, "{:?}", sent.kinds());
        for (address, least) in [
            (CLIENT_AT, 18),
            (CAREGIVER_AT, 12),
            (WORKER_AT, 10),
            (COLLEAGUE_AT, 2),
        ] {
            let mails = sent.to(address).count();
            ensure!(mails >= least, "{mails} mails to {address}");
        }
        Ok(())
    }

    /// The pages behind the mails, and where they lead: asked for, and read.
    async fn read_pages(
        (browser, base): (&Client, &str),
        sent: &Sent,
        asked: &mut BTreeMap<String, String>,
    ) -> Result<()> {
        for (_, mail) in &sent.0 {
            for (_, link) in Opened::open(&mail.bytes).links() {
                if link == MEETING || asked.contains_key(&link) {
                    continue;
                }
                ensure!(link.starts_with(base), "{link} is not ours");
                let page = read_page(browser, &link).await?;
                let ways: Vec<_> = attributes(&page, &["href", "action"]).collect();
                asked.insert(link, page);
                for way in ways.into_iter().filter(|way| way.starts_with('/')) {
                    let way = format!("{base}{way}");
                    if let Entry::Vacant(unseen) = asked.entry(way) {
                        let page = read_page(browser, unseen.key()).await?;
                        unseen.insert(page);
                    }
                }
            }
        }
        Ok(())
    }

    /// Where mails tell no time, nothing does to which they lead: not even the page of a visit to whoever takes its
    /// address from that of what stops them.
    async fn leads_to_no_visit((browser, base): (&Client, &str), sent: &Sent) -> Result<()> {
        let mut stops = 0;
        for (kind, mail) in sent.to(CLIENT_AT).chain(sent.to(CAREGIVER_AT)) {
            for (_, link) in Opened::open(&mail.bytes).links() {
                if !link.starts_with(&format!("{base}/l/")) {
                    continue;
                }
                let visit = link.strip_suffix("/unsubscribe");
                let visit = visit.with_context(|| format!("{kind} leads to a visit"))?;
                let page = browser.get(visit).send().await?;
                ensure!(
                    page.status() == StatusCode::SEE_OTHER && page.headers()["location"] == "/"
                );
                let asked = browser.post(format!("{visit}/cancel")).send().await?;
                ensure!(asked.headers()["location"] == "/", "{}", asked.status());
                let page = read_page(browser, &link).await?.to_lowercase();
                for word in ["appointment", "remind", "am (gmt", "pm (gmt"] {
                    ensure!(!page.contains(word), "{word} behind a mail of {kind}");
                }
                stops += 1;
            }
        }
        ensure!(stops > 8, "{stops} links that stop mails");
        Ok(())
    }

    /// Its headers and its text.
    async fn read_page(browser: &Client, address: &str) -> Result<String> {
        let page = browser.get(address).send().await?;
        let headers = format!("{:?}\n", page.headers());
        Ok(headers + &page.text().await?)
    }

    /// Neither the addresses that were asked for nor what was answered there.
    fn pages_say_nothing(asked: &BTreeMap<String, String>) -> Result<()> {
        ensure!(asked.len() > 20, "{} pages", asked.len());
        for (address, page) in asked {
            for word in everything() {
                ensure!(!holds(address, word), "{word:?} in {address}");
                // Whom to call is for whoever holds a link.
                let is_number = word.starts_with("555");
                ensure!(is_number || !holds(page, word), "{word:?} on {address}");
            }
        }
        Ok(())
    }

    /// The last part of every address by which something can be done, and every session.
    fn secrets(asked: &BTreeMap<String, String>, season: &Season<'_>) -> BTreeSet<String> {
        let ways = asked.keys().filter_map(|address| {
            let ways = ["/l/", "/b/", "/c/", "/u/", "/f/", "/join/"];
            let mut ways = ways.into_iter();
            let rest = ways.find_map(|way| Some(address.split_once(way)?.1))?;
            let ends = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
            let secret = rest.split(ends).next()?;
            (secret.len() >= 22).then(|| secret.to_owned())
        });
        let sessions = season.clerks.iter().map(|clerk| clerk.cookie.clone());
        ways.chain(sessions).collect()
    }

    /// Something goes wrong with a row of somebody's, which the log tells.
    async fn break_a_row(season: &Season<'_>) -> Result<()> {
        let beside = Beside(season.server.database());
        let person = beside.id(season.caregiver.person.as_bytes());
        let garbage = beside.bytes(b"no sealed text at all");
        beside
            .run(&format!(
                "UPDATE address SET value = {garbage} WHERE person = {person}"
            ))
            .await;
        let request = BookAppointment {
            op_id: OpId::from_bytes([0x77; 16]),
            client: season.client.person,
            kind: AppointmentKind::Video,
            civil_start: "2026-12-16T10:00".to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: vec![season.caregiver.person],
            staff: Vec::new(),
            meeting_link: Some(MEETING.to_owned()),
            place: None,
        };
        let dana = &season.clerks[0];
        let _: Appointment = dana
            .asks(Method::POST, "/v1/appointments", &request)
            .await?;
        if let Some(mail::Transport::Memory(memory)) = season.server.post().transport() {
            memory.answer_next([mail::Sent::Rejected {
                code: 550,
                address: false,
            }]);
        }
        season.server.do_due().await?;
        Ok(())
    }

    /// Health, log and measurements.
    async fn says_nothing_aside(
        (server, browser): (&TestServer, &Client),
        ear: &Ear,
        secrets: &BTreeSet<String>,
    ) -> Result<()> {
        let mut texts = vec![ear.log(), ear.measured().join("\n")];
        for said in [
            "a planned mail cannot be read",
            "the mail server did not take a mail",
        ] {
            ensure!(texts[0].contains(said), "the log was not heard: {said}");
        }
        ensure!(
            texts[1].contains("store_transactions name=lease due"),
            "{}",
            texts[1]
        );
        for path in ["healthz", "readyz", "alarmz"] {
            let address = format!("{}/{path}", server.url());
            texts.push(read_page(browser, &address).await?);
        }
        for text in &texts {
            for word in everything() {
                let line = text.lines().find(|line| holds(line, word));
                ensure!(line.is_none(), "{word:?} in {line:?}");
            }
            for secret in secrets {
                let line = text.lines().find(|line| line.contains(secret.as_str()));
                ensure!(line.is_none(), "a secret in {line:?}");
            }
        }
        Ok(())
    }

    pub async fn nothing_that_leaves_the_house_says_who_or_why(engine: Engine) -> Result<()> {
        let ear = Ear::open()?;
        let mut options = Options::new(engine);
        options.trusted_networks = vec!["127.0.0.0/8".parse()?];
        let story = Story::begin_with(options).await?;
        let server = &story.server;
        let (browser, base) = (browser(server)?, server.url());
        let mut season = Season::open(server).await?;
        let feed = season.feed().await?;
        let mut asked = BTreeMap::new();

        let mut sent = Sent::default();
        let mut each = async |kind: &'static str, mails: Vec<Mail>| {
            sent.0.extend(mails.into_iter().map(|mail| (kind, mail)));
            anyhow::Ok(())
        };
        season.invite(&mut each).await?;
        ensure!(sent.to(NEWCOMER_AT).count() == 2 && sent.0.len() == 2);
        says_what_it_may(&sent, Disclosure::Update)?;
        read_pages((&browser, &base), &sent, &mut asked).await?;

        for (fortnight, disclosure) in (0..).zip(Disclosure::ALL) {
            let mut sent = Sent::default();
            let mut each = async |kind: &'static str, mails: Vec<Mail>| {
                sent.0.extend(mails.into_iter().map(|mail| (kind, mail)));
                anyhow::Ok(())
            };
            season.walk(*disclosure, fortnight, &mut each).await?;
            everybody_was_told(&sent)?;
            says_what_it_may(&sent, *disclosure)?;
            if *disclosure == Disclosure::Update {
                leads_to_no_visit((&browser, &base), &sent).await?;
            }
            read_pages((&browser, &base), &sent, &mut asked).await?;
        }
        // What another program fetches of all these visits.
        let file = read_page(&browser, &feed).await?;
        ensure!(file.matches("BEGIN:VEVENT").count() == 3, "{file}");
        asked.insert(feed, file);
        pages_say_nothing(&asked)?;
        break_a_row(&season).await?;
        let secrets = secrets(&asked, &season);
        ensure!(secrets.len() > 10, "{} secrets", secrets.len());
        says_nothing_aside((server, &browser), &ear, &secrets)
            .await
            .context("aside")
    }
}
