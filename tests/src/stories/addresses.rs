//! An address is written down: one mail asks there whose it is, and the page behind it says nothing of anybody.

use super::on_both_engines;

on_both_engines![an_address_gets_nothing_until_somebody_there_says_that_it_is_theirs];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use mail::read_back;
    use protocol::Role;
    use protocol::http::{AddressStanding, Preferences};
    use reqwest::{Method, StatusCode};
    use testkit::agency::{add, preferences};
    use testkit::{Engine, Story};

    use super::super::clerks::{Clerk, browser, keep_sessions};
    use crate::contract::desk::dump;

    const NAME: &str = "Quentin Nightingale";
    const ADDRESS: &str = "heron@birds.example";

    pub async fn an_address_gets_nothing_until_somebody_there_says_that_it_is_theirs(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let server = &story.server;
        let agency = *server.agency();
        let client = add(server.store(), NAME, Role::Client).await?;
        let installation = care::Caller::installation();
        server
            .store()
            .assign(&installation, agency.dana.account, client.person)
            .await?;
        let dana = Clerk::sit_down(server, agency.dana, 41).await?;
        keep_sessions(server).await;
        let path = format!("/v1/people/{}", client.person);
        let wish = preferences(ADDRESS);
        let _: Preferences = dana
            .asks(Method::PUT, &format!("{path}/preferences"), &wish)
            .await?;
        let mails = server.do_due().await?;
        ensure!(mails.len() == 1 && mails[0].to.reveal() == ADDRESS);
        let mail = read_back(&mails[0].bytes).context("a mail")?;
        let (_, after) = mail.plain.split_once("/c/").context("the question")?;
        let page = format!(
            "{}/c/{}",
            server.url(),
            after.get(..22).context("a secret")?
        );

        let browser = browser(server)?;
        let before = dump(server.database()).await;
        for address in [page.clone(), format!("{page}/not-me")] {
            let shown = browser.get(&address).send().await?;
            ensure!(!shown.status().is_client_error(), "{}", shown.status());
            ensure!(shown.headers()["cache-control"] == "no-store");
            ensure!(!shown.text().await?.contains("Quentin"));
        }
        ensure!(before == dump(server.database()).await, "a look confirmed");
        for _ in 0..2 {
            // The page names no origin.
            let post = browser.post(&page).header("origin", "null");
            let answer = post.send().await?;
            ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
        }
        let stands: AddressStanding = dana
            .asks(Method::GET, &format!("{path}/address"), &())
            .await?;
        ensure!(stands.state == protocol::AddressState::Confirmed);
        let unknown = format!("{}/c/AAAAAAAAAAAAAAAAAAAAAA", server.url());
        let gone = browser.post(unknown).send().await?;
        ensure!(gone.status() == StatusCode::GONE, "{}", gone.status());
        Ok(())
    }
}
