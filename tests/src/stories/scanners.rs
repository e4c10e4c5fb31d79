//! A scanner opens every link of every mail, as mail providers do before anybody reads: several times, with GET and
//! HEAD, as a browser and as a robot, and whatever the pages lead to besides; and the address of a calendar feed.
//! Nothing becomes different by it (scheduling.md, P5).

use super::on_both_engines;

on_both_engines![a_scanner_opens_every_link_of_every_mail_and_changes_nothing];

mod tell {
    use std::collections::{BTreeMap, BTreeSet};

    use anyhow::{Context as _, Result, ensure};
    use protocol::Disclosure;
    use reqwest::header::{ACCEPT, USER_AGENT};
    use reqwest::{Client, Method, StatusCode};
    use testkit::{Engine, Options, Story, TestServer};

    use super::super::clerks::browser;
    use super::super::season::{JOIN, KINDS, MEETING, Season};
    use crate::contract::desk::dump;
    use crate::contract::house::texts;
    use crate::mails::opened::{Opened, Place, attributes};

    /// As whom a scanner comes: as nobody, as a person's browser, and as Outlook's and Gmail's robots.
    const AGENTS: [Option<&str>; 4] = [
        None,
        Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/130.0.0.0 Safari/537.36",
        ),
        Some("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1) SafeLinks"),
        Some("Mozilla/5.0 (compatible; GoogleImageProxy)"),
    ];
    /// When everything so far is scanned: once all that is new is alive, once reminders have come, and when all is over.
    const SCANNED_AFTER: [&str; 3] = ["booking_link", "cancellation", "room_open"];
    /// Kinds of links: of ours each must be found, and the one of the meeting is not ours.
    const PAGE: &str = "page";
    const UNSUBSCRIBE: &str = "unsubscribe";
    const BOOKING: &str = "booking";
    const INVITATION: &str = "invitation";
    const WHOSE: &str = "whose";
    const STOP: &str = "stop";
    const FRONT: &str = "front page";

    /// What was found so far.
    #[derive(Default)]
    struct Found {
        /// By kind of mail, of what kinds its links are.
        by_mail: BTreeMap<&'static str, BTreeSet<&'static str>>,
        places: BTreeSet<Place>,
        /// Ours, each once.
        links: BTreeSet<String>,
    }

    impl Found {
        fn add(
            &mut self,
            mail: &'static str,
            links: Vec<(Place, String)>,
            base: &str,
        ) -> Result<()> {
            ensure!(!links.is_empty(), "a mail of {mail} without any link");
            for (place, link) in links {
                ensure!(place != Place::Fetched, "{link} is fetched by looking");
                self.places.insert(place);
                let kinds = self.by_mail.entry(mail).or_default();
                match kind_of(&link, base) {
                    Some(kind) => {
                        kinds.insert(kind);
                        self.links.insert(link);
                    }
                    None => ensure!(link == MEETING, "{mail} leads to {link}"),
                }
            }
            Ok(())
        }
    }

    /// What an address of ours is for.
    fn kind_of(link: &str, base: &str) -> Option<&'static str> {
        let path = link.strip_prefix(base)?;
        if let Some(rest) = path.strip_prefix("/l/") {
            return Some(if rest.ends_with("/unsubscribe") {
                UNSUBSCRIBE
            } else {
                PAGE
            });
        }
        if path.starts_with("/b/") {
            return Some(BOOKING);
        }
        if path.starts_with("/c/") {
            return Some(WHOSE);
        }
        if path.starts_with("/u/") {
            return Some(STOP);
        }
        if path
            .strip_prefix("/#")
            .is_some_and(|way| way.starts_with(JOIN))
        {
            return Some(INVITATION);
        }
        path.trim_matches('/').is_empty().then_some(FRONT)
    }

    /// One request; the page, if it is one.
    async fn look(
        (browser, method): (&Client, Method),
        address: &str,
        agent: Option<&str>,
    ) -> Result<Option<String>> {
        let mut asking = browser
            .request(method, address)
            .header(ACCEPT, "text/html,*/*;q=0.8");
        if let Some(agent) = agent {
            asking = asking.header(USER_AGENT, agent);
        }
        let page = asking.send().await?;
        let status = page.status();
        ensure!(!status.is_server_error(), "{address}: {status}");
        ensure!(
            status != StatusCode::TOO_MANY_REQUESTS,
            "the scanner was not let in"
        );
        ensure!(!page.headers().contains_key("set-cookie"), "{address}");
        let text = page.text().await?;
        Ok((status == StatusCode::OK).then_some(text))
    }

    /// Opens an address in every way, and then everything that its page leads to, forms included.
    async fn open(browser: &Client, base: &str, address: &str) -> Result<usize> {
        let mut ways = BTreeSet::new();
        let mut looked = 0;
        for agent in AGENTS {
            for method in [Method::HEAD, Method::GET, Method::GET] {
                let page = look((browser, method), address, agent).await?;
                looked += 1;
                let page = page.unwrap_or_default();
                let names = ["href", "action", "formaction", "src"];
                ways.extend(attributes(&page, &names).filter(|way| way.starts_with('/')));
            }
        }
        for way in ways {
            for method in [Method::GET, Method::HEAD] {
                look((browser, method), &format!("{base}{way}"), None).await?;
                looked += 1;
            }
        }
        Ok(looked)
    }

    /// Every row of every table stays as it is. The only tables that are not compared are those of the audit, in
    /// which it is written down that somebody looked.
    async fn scan(
        server: &TestServer,
        browser: &Client,
        links: &BTreeSet<String>,
    ) -> Result<usize> {
        let before = dump(server.database()).await;
        ensure!(before.len() > 40, "{} tables", before.len());
        let mut looked = 0;
        for link in links {
            looked += open(browser, &server.url(), link).await?;
        }
        let after = dump(server.database()).await;
        ensure!(before.keys().eq(after.keys()));
        for (table, rows) in &before {
            ensure!(after.get(table) == Some(rows), "looking changed {table}");
        }
        Ok(looked)
    }

    /// How many people want no more of what this column says.
    async fn off(server: &TestServer, column: &str) -> usize {
        let off = format!("SELECT 'off' FROM preference WHERE {column} IS NOT NULL");
        texts(server.database(), &off).await.len()
    }

    pub async fn a_scanner_opens_every_link_of_every_mail_and_changes_nothing(
        engine: Engine,
    ) -> Result<()> {
        let mut options = Options::new(engine);
        // A scanner has many addresses.
        options.trusted_networks = vec!["127.0.0.0/8".parse()?];
        let story = Story::begin_with(options).await?;
        let server = &story.server;
        let (browser, base) = (browser(server)?, server.url());
        let mut season = Season::open(server).await?;
        let mut found = Found::default();
        let feed = season.feed().await?;
        found.links.insert(feed.clone());
        let mut looked = 0;
        let mut each = async |kind: &'static str, mails: Vec<mail::Mail>| {
            for mail in &mails {
                found.add(kind, Opened::open(&mail.bytes).links(), &base)?;
            }
            if SCANNED_AFTER.contains(&kind) {
                looked += scan(server, &browser, &found.links).await?;
            }
            anyhow::Ok(())
        };
        season.invite(&mut each).await?;
        season.walk(Disclosure::Details, 0, &mut each).await?;
        looked += scan(server, &browser, &found.links).await?;
        // Twice each link in twelve ways, and what the pages lead to.
        ensure!(looked > 24 * found.links.len(), "{looked} looks");
        everything_was_there(&found)?;
        let file = look((&browser, Method::GET), &feed, None).await?;
        ensure!(file.is_some_and(|file| file.contains("BEGIN:VEVENT")));
        only_a_post_unsubscribes(server, &browser, &found).await
    }

    /// A scan of nothing proves nothing.
    fn everything_was_there(found: &Found) -> Result<()> {
        let kinds: BTreeSet<&str> = KINDS.into_iter().collect();
        ensure!(
            found.by_mail.keys().copied().eq(kinds),
            "{:?}",
            found.by_mail
        );
        let expected = |mail: &str| match mail {
            "team" => vec![PAGE],
            // To the app is led who comes no longer, and whoever is told of what the page does not show.
            "left" | "invitation" | "cancellation" | "series" | "series_off" => vec![FRONT, PAGE],
            "room_open" => vec![FRONT, PAGE, UNSUBSCRIBE],
            "agenda" | "answer" => vec![FRONT],
            "unread" | "digest" => vec![FRONT, STOP],
            "booking_link" | "book_again" => vec![BOOKING],
            "intake" => vec![INVITATION],
            "address" => vec![WHOSE],
            _ => vec![PAGE, UNSUBSCRIBE],
        };
        for (mail, links) in &found.by_mail {
            let links: Vec<_> = links.iter().copied().collect();
            ensure!(links == expected(mail), "{mail} has {links:?}");
        }
        for place in [Place::Plain, Place::Href, Place::Header, Place::Calendar] {
            ensure!(found.places.contains(&place), "no link in {place:?}");
        }
        Ok(())
    }

    async fn only_a_post_unsubscribes(
        server: &TestServer,
        browser: &Client,
        found: &Found,
    ) -> Result<()> {
        for (kind, column) in [
            (UNSUBSCRIBE, "reminders_off_at"),
            (STOP, "unread_mail_off_at"),
        ] {
            ensure!(off(server, column).await == 0, "a look unsubscribed");
            let mut links = found.links.iter();
            let link = links.find(|link| kind_of(link, &server.url()) == Some(kind));
            let link = link.context("the link that ends such mails")?;
            // RFC 8058, section 3.1.
            let post = browser
                .post(link)
                .header("content-type", "application/x-www-form-urlencoded");
            let answer = post.body("List-Unsubscribe=One-Click").send().await?;
            ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
            ensure!(off(server, column).await == 1, "{kind}");
        }
        Ok(())
    }
}
