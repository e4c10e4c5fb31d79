//! Somebody is away while a message waits: a mail that says nothing, once; and the page that stops such mails.

use super::on_both_engines;

on_both_engines![whoever_is_away_hears_that_something_waits_and_may_stop_it];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use mail::read_back;
    use reqwest::{Client, StatusCode, redirect};
    use testkit::{Engine, Story, TestServer};

    use crate::contract::desk::{dump, of, tls};

    const CANARIES: [&str; 6] = [
        "Maria",
        "Sample",
        "Dana",
        "Placeholder",
        "Riverbend",
        "umbrella",
    ];
    const TEXT: &str = "Please bring your umbrella.";

    pub async fn whoever_is_away_hears_that_something_waits_and_may_stop_it(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins("Maria and Dana", 2).await?;
        dana.joins("Maria and Dana", 2).await?;
        let maria = maria.off().await?;
        story.server.clock().advance(120);
        dana.says(circle, TEXT).await?;
        dana.reads(circle, &[TEXT]).await?;
        ensure!(story.server.do_due().await?.is_empty(), "too early");
        story.server.clock().advance(601);
        let mails = story.server.do_due().await?;
        let hers = of(&mails, agency.maria);
        ensure!((mails.len(), hers.len()) == (1, 1), "{} mails", mails.len());
        let raw = String::from_utf8(mails[0].bytes.clone())?;
        let seen = read_back(&mails[0].bytes).context("a mail")?;
        let text = format!("{raw} {seen:?}").replace("\r\n ", "");
        let text = text.replace(mails[0].to.reveal(), "");
        for canary in CANARIES {
            ensure!(!text.contains(canary), "{canary:?}");
        }
        ensure!(raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));

        let (_, after) = hers[0].plain.split_once("/u/").context("the way out")?;
        let secret = after.get(..22).context("a secret")?;
        stops(&story.server, &format!("{}/u/{secret}", story.server.url())).await?;

        // Nothing more comes, and what she reads is what was written.
        dana.says(circle, "And boots.").await?;
        dana.reads(circle, &[TEXT, "And boots."]).await?;
        story.server.clock().advance(601);
        ensure!(story.server.do_due().await?.is_empty());
        let maria = story.back(&maria).await?;
        maria.reads(circle, &[TEXT, "And boots."]).await
    }

    /// What the page is about. Devices are at work meanwhile, and change other tables.
    async fn wishes(server: &TestServer) -> [Vec<String>; 2] {
        let mut rows = dump(server.database()).await;
        ["preference", "delivery"].map(|table| rows.remove(table).unwrap_or_default())
    }

    async fn stops(server: &TestServer, page: &str) -> Result<()> {
        let browser = Client::builder()
            .use_preconfigured_tls(tls(server.ca_pem()))
            .redirect(redirect::Policy::none())
            .build()?;
        let before = wishes(server).await;
        for address in [page.to_owned(), format!("{page}/again")] {
            let shown = browser.get(&address).send().await?;
            ensure!(!shown.status().is_client_error(), "{}", shown.status());
        }
        ensure!(before == wishes(server).await, "a GET changed something");
        let off = "SELECT 'off' FROM preference WHERE unread_mail_off_at IS NOT NULL";
        let count = async || {
            crate::contract::house::texts(server.database(), off)
                .await
                .len()
        };
        for (address, left) in [
            (page.to_owned(), 1),
            (page.to_owned(), 1),
            (format!("{page}/again"), 0),
            (page.to_owned(), 1),
        ] {
            // RFC 8058, section 3.1.
            let post = browser.post(&address);
            let post = post.header("content-type", "application/x-www-form-urlencoded");
            let answer = post.body("List-Unsubscribe=One-Click").send().await?;
            ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
            ensure!(count().await == left, "{address}");
        }
        let unknown = format!("{}/u/AAAAAAAAAAAAAAAAAAAAAA", server.url());
        let gone = browser.post(unknown).send().await?;
        ensure!(gone.status() == StatusCode::GONE, "{}", gone.status());
        Ok(())
    }
}
