//! A session ends while its socket opens: whichever comes first, the socket is closed. And one ends where nobody sits any
//! more, although a page there goes on asking.

use super::on_both_engines;

on_both_engines![
    a_session_that_ends_while_a_socket_opens_closes_it,
    a_page_that_waits_for_somebody_keeps_nobody_signed_in,
];

mod tell {
    use std::time::Duration;

    use anyhow::{Context as _, Result, ensure};
    use protocol::frame::ServerFrame;
    use protocol::http::PersonIntake;
    use protocol::{Code, Role, limits};
    use reqwest::Method;
    use testkit::{Engine, Options, TestServer, agency};

    use super::super::clerks::Clerk;
    use crate::contract::house::{Enrolled, dsk, hello, request};
    use crate::socket::{Door, Socket, next};

    /// Longer than any socket stays open on a busy machine.
    const DEADLINE: Duration = Duration::from_secs(20);
    const ROUNDS: u8 = 24;

    /// Opens, and is closed.
    async fn is_closed(opened: Result<Socket>) -> Result<()> {
        // Refused at the door, or before the first answer.
        let Ok(mut socket) = opened else {
            return Ok(());
        };
        let closing = async {
            loop {
                match next(&mut socket).await {
                    Ok(ServerFrame::Bye(bye)) => {
                        ensure!(bye.code == Code::SignedOut, "{}", bye.code);
                    }
                    Ok(_) => {}
                    Err(_) => return Ok(()),
                }
            }
        };
        tokio::time::timeout(DEADLINE, closing)
            .await
            .context("the socket stays open")?
    }

    pub async fn a_session_that_ends_while_a_socket_opens_closes_it(engine: Engine) -> Result<()> {
        let mut options = Options::new(engine);
        options.trusted_networks = vec!["127.0.0.0/8".parse()?];
        let server = TestServer::start_with(options).await?;
        let (store, door) = (server.store(), Door::new(server.addr(), server.ca_pem())?);
        for round in 1..=ROUNDS {
            let person = agency::add(store, "Sam Specimen", Role::CaseManager).await?;
            let installation = care::Caller::installation();
            let invitation = store.invite(&installation, person.account).await?;
            let now = care::Clock::now(server.clock());
            let asked = request(person.account, invitation.secret, round, now);
            let (_, token) = store.redeem_invitation(asked.clone()).await?;
            let enrolled = Enrolled {
                caller: store.caller(&token).await?,
                token,
                dsk: dsk(round),
                request: asked,
            };
            let ticket = store.issue_ticket(&enrolled.caller).await?;
            let hello = hello(&enrolled, &ticket.ticket, door.server_name());
            let ends = async {
                // Each round a little later.
                for _ in 0..u32::from(round) * 4 {
                    tokio::task::yield_now().await;
                }
                store.sign_out(&enrolled.caller).await
            };
            let (opened, ended) = tokio::join!(door.open(hello), ends);
            ended?;
            is_closed(opened)
                .await
                .with_context(|| format!("round {round}"))?;
        }
        Ok(())
    }

    pub async fn a_page_that_waits_for_somebody_keeps_nobody_signed_in(
        engine: Engine,
    ) -> Result<()> {
        let server = TestServer::start(engine).await?;
        let people = *server.agency();
        let dana = Clerk::sit_down(&server, people.dana, 41).await?;
        let path = format!("/v1/people/{}/invitation", people.maria.person);
        let minutes = limits::SESSION_IDLE_STAFF_S / 60;
        for _ in 1..minutes {
            server.clock().advance(60);
            let _: PersonIntake = dana.asks(Method::GET, &path, &()).await?;
        }
        server.clock().advance(60);
        let late: Result<PersonIntake> = dana.asks(Method::GET, &path, &()).await;
        let told = late.err().context("the page keeps her signed in")?;
        ensure!(told.to_string().contains("signed_out"), "{told:#}");
        Ok(())
    }
}
