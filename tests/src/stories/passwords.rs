//! Passwords and codes over real sockets, outside the demo: how people come in by them, and what a thief
//! learns and wins who tries.

use super::on_both_engines;

mod by_hand;

on_both_engines! {
    /// A case manager sets a password and a code app on a native device, signs out, and comes back by
    /// them; wrong ones and used ones do not.
    staff_come_back_by_a_password_and_a_code,
    /// Eighty people behind one address get in within five minutes beside a run on their passwords from
    /// that address and from others; and a passkey's question is answered.
    eighty_staff_get_in_beside_a_stuffing_run,
    /// Nothing that a stranger is told depends on whether a name is somebody's.
    a_stranger_learns_nothing_from_names,
    /// Proofs are good once, for their own ceremony, device and server.
    proofs_and_ceremonies_cannot_be_swapped_or_replayed,
    /// A password alone, an old cookie and a guessed code lead nowhere.
    a_password_alone_opens_nothing_and_codes_cannot_be_guessed,
    /// Whoever sits at somebody's open session has so many tries to show that they are that person, from
    /// the agency's own network too; the person is not kept out by it.
    asking_again_within_a_session_has_a_limit_of_its_own,
}

mod tell {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use anyhow::{Context as _, Result};
    use care::Clock as _;
    use headless::faults::NoFaults;
    use headless::{Error, Headless};
    use opaque_ke::ksf::Identity;
    use password::{NewPassword, Password};
    use protocol::http::{
        AskNewPassword, NewPasswordAsked, PasswordAsked, RegisterPassword, SignInByPassword,
    };
    use protocol::{Code, Role, limits};
    use serde_json::json;
    use testkit::{Engine, FakeClock, Options, Story, TestServer, agency};

    use super::super::browser::{Browser, refusal};
    use super::by_hand::{
        PASSWORD, add_code_app, ask, asking, body, chance, code, finishing, outside_the_demo,
        ready, set_password, show_code, show_no_passkey, sign_in,
    };

    /// A password and a code app, made on the device; the app's secret, and the code that added it.
    async fn sets_both(device: &Headless, clock: &FakeClock) -> Result<(String, String)> {
        let shown = device.set_password("Dana", PASSWORD).await?;
        assert!(shown.second_factor);
        let app = device.ask_code_app().await?;
        let wrong = device.add_code_app(&app, "000000").await;
        assert!(
            matches!(wrong, Err(Error::Refused(refused)) if refused.code == Code::SignInRefused)
        );
        let added = code(&app.secret, clock);
        assert!(!device.add_code_app(&app, &added).await?.second_factor);
        Ok((app.secret, added))
    }

    pub async fn staff_come_back_by_a_password_and_a_code(engine: Engine) -> Result<()> {
        let story = Story::begin_with(Options {
            demo: false,
            ..Options::new(engine)
        });
        let story = story.await?;
        let clock = story.server.clock().clone();
        let dana = story.server.agency().dana;
        let link = story.server.link(dana).await?;
        let phone = story.arrive(dana, &link, Arc::new(NoFaults)).await?;
        let device = &phone.device;

        let (secret, added) = sets_both(device, &clock).await?;
        phone.signs_in().await?;
        phone.online().await?;

        phone.signs_out().await?;
        let wrong = device
            .sign_in_by_password("dana", "four plain words there")
            .await;
        assert!(matches!(
            wrong,
            Err(Error::Password(password::Error::Wrong))
        ));
        let nobody = device.sign_in_by_password("dina", PASSWORD).await;
        assert!(matches!(
            nobody,
            Err(Error::Password(password::Error::Wrong))
        ));
        assert!(
            device
                .sign_in_by_password("dana", PASSWORD)
                .await?
                .second_factor
        );
        let used = device.sign_in_by_code(&added).await;
        assert!(
            matches!(used, Err(Error::Refused(refused)) if refused.code == Code::SignInRefused)
        );
        clock.advance(30);
        device.sign_in_by_code(&code(&secret, &clock)).await?;
        phone.signs_in().await?;
        phone.online().await.context("Dana is back")?;

        // Step-up: five minutes later a change wants both again.
        clock.advance(limits::STEP_UP_S);
        let stale = device
            .set_password("dana", "another four plain words")
            .await;
        assert!(
            matches!(stale, Err(Error::Refused(refused)) if refused.code == Code::StepUpRequired)
        );
        assert!(
            device
                .sign_in_by_password("dana", PASSWORD)
                .await?
                .second_factor
        );
        device.sign_in_by_code(&code(&secret, &clock)).await?;
        device
            .set_password("dana", "another four plain words")
            .await?;
        phone.signs_out().await?;
        let old = device.sign_in_by_password("dana", PASSWORD).await;
        assert!(matches!(old, Err(Error::Password(password::Error::Wrong))));
        let new = device
            .sign_in_by_password("dana", "another four plain words")
            .await;
        assert!(new?.second_factor);
        Ok(())
    }

    pub async fn eighty_staff_get_in_beside_a_stuffing_run(engine: Engine) -> Result<()> {
        let server = outside_the_demo(engine).await?;
        let clock = server.clock();
        let mut staff = Vec::new();
        for seed in 1..=80_u8 {
            let name: &'static str = "Staff Sample";
            let person = agency::add(server.store(), name, Role::CaseManager).await?;
            let mut browser = Browser::arrive(&server, person, seed).await;
            let login = format!("staff.{seed}");
            assert!(set_password(&mut browser, &login).await.second_factor);
            let secret = add_code_app(&mut browser, clock).await;
            browser.cookie = None;
            staff.push((browser, login, secret));
        }
        // The night: nothing of yesterday's failures is left.
        clock.advance(12 * 3_600);
        let names: Vec<String> = staff.iter().map(|(_, login, _)| login.clone()).collect();
        let began = clock.now();
        let (mut tried, mut met) = (0, 0);
        for (place, (browser, login, secret)) in staff.iter_mut().enumerate() {
            // The run: from the staff's own address and around it, at their names and at any others.
            let mut thief = Browser::stranger(&server, 200);
            for guess in 0..5 {
                let other = format!("guess.{place}.{guess}");
                let name = names.get(place + guess).unwrap_or(&other);
                let answer = ask(&mut thief, name, "password1234").await;
                tried += 1;
                met += u32::from(refusal(answer).await == Some(Code::RateLimited));
            }
            assert!(sign_in(browser, login).await.second_factor, "{login}");
            let shown = show_code(browser, code(secret, clock)).await;
            assert_eq!(shown, None, "{login}");
            assert_eq!(browser.ticket().await, None, "{login}");
            // A passkey's question, from the address from which the run comes.
            let asked = thief.post("/v1/sign-in/passkey", &json!({})).await;
            assert_eq!(refusal(asked).await, None);
            clock.advance(3);
        }
        let took_s = (clock.now().micros() - began.micros()) / 1_000_000;
        assert!(took_s < 5 * 60, "{took_s} s");
        // Twenty, then six a minute for four minutes; the rest of the run was met.
        assert!(tried - met <= 20 + 6 * 4 + 1, "{met} of {tried}");
        Ok(())
    }

    pub async fn a_stranger_learns_nothing_from_names(engine: Engine) -> Result<()> {
        let options = Options {
            demo: false,
            trusted_networks: vec!["127.0.0.0/8".parse()?],
            ..Options::new(engine)
        };
        let server = TestServer::start_with(options).await?;
        let people = *server.agency();
        let mut maria = Browser::arrive(&server, people.maria, 1).await;
        set_password(&mut maria, "maria").await;
        let mut ana = Browser::arrive(&server, people.ana, 2).await;
        let mut nobody = Browser::stranger(&server, 3);

        let mut answers = BTreeSet::new();
        for stranger in [&mut ana, &mut nobody] {
            for name in ["maria", "nobody", "Not a name!", ""] {
                let mut evaluated = BTreeSet::new();
                for _ in 0..2 {
                    let (showing, asking) = asking(stranger, name, PASSWORD);
                    let answer = stranger.post("/v1/sign-in/password", &asking).await;
                    let status = answer.status().as_u16();
                    let headers: Vec<_> =
                        answer.headers().keys().map(ToString::to_string).collect();
                    let length = answer.content_length();
                    let asked: PasswordAsked = body(answer).await;
                    answers.insert((status, headers.join(","), length, asked.ke2.len()));
                    // The same name leads to the same point, or the second look would tell.
                    evaluated.insert(asked.ke2[..32].to_vec());
                    // Nothing opens with the right password, at a device that is not hers.
                    let opened = showing.finish(&asked.ke2, stranger.server_name(), &mut chance);
                    assert_eq!(opened, Err(password::Error::Wrong));
                    let finish = finishing(stranger, &asked.ceremony, vec![1; 64]);
                    let gone = stranger.post("/v1/sign-in/password/finish", &finish).await;
                    assert_eq!(refusal(gone).await, Some(Code::CeremonyGone));
                }
                assert_eq!(evaluated.len(), 1, "{name}");
            }
        }
        assert_eq!(answers.len(), 1, "{answers:?}");

        // Made to wait, hers and nobody's alike.
        let mut codes = Vec::new();
        for name in ["maria", "nobody"] {
            let mut waits = Vec::new();
            for _ in 0..12 {
                waits.push(refusal(ask(&mut nobody, name, PASSWORD).await).await);
            }
            codes.push(waits);
        }
        assert_eq!(codes[0], codes[1]);
        assert_eq!(codes[0].last(), Some(&Some(Code::RateLimited)));
        // Whoever is signed in and chooses a name learns whether it is free, but not of many.
        let mut probes = Vec::new();
        for _ in 0..11 {
            let ask = AskNewPassword {
                login: "maria".to_owned(),
                request: vec![0; 32].into(),
            };
            let answer = ana.post("/v1/authenticators/password", &ask).await;
            probes.push(refusal(answer).await);
        }
        assert!(
            probes[..10]
                .iter()
                .all(|code| *code == Some(Code::LoginTaken))
        );
        assert_eq!(probes[10], Some(Code::RateLimited));
        // She herself, at her own device, is not made to wait for them.
        assert!(!sign_in(&mut maria, "maria").await.second_factor);
        Ok(())
    }

    pub async fn proofs_and_ceremonies_cannot_be_swapped_or_replayed(engine: Engine) -> Result<()> {
        let server = outside_the_demo(engine).await?;
        let people = *server.agency();
        let mut maria = Browser::arrive(&server, people.maria, 1).await;
        let mut ana = Browser::arrive(&server, people.ana, 2).await;
        set_password(&mut maria, "maria").await;
        set_password(&mut ana, "ana").await;
        let path = "/v1/sign-in/password/finish";

        // Good once.
        let good = ready(&mut maria, "maria", PASSWORD).await;
        assert_eq!(refusal(maria.post(path, &good).await).await, None);
        let again = maria.post(path, &good).await;
        assert_eq!(refusal(again).await, Some(Code::CeremonyGone));
        // The proof of one ceremony for another, which it uses up.
        let first = ready(&mut maria, "maria", PASSWORD).await;
        let second = ready(&mut maria, "maria", PASSWORD).await;
        let swapped = finishing(&maria, &second.ceremony, first.ke3.to_vec());
        let refused = maria.post(path, &swapped).await;
        assert_eq!(refusal(refused).await, Some(Code::SignInRefused));
        let late = maria.post(path, &second).await;
        assert_eq!(refusal(late).await, Some(Code::CeremonyGone));
        // A good proof of hers, at another's device; and one under a signature for another ceremony.
        let hers = ready(&mut maria, "maria", PASSWORD).await;
        let stolen = finishing(&ana, &hers.ceremony, hers.ke3.to_vec());
        let refused = ana.post(path, &stolen).await;
        assert_eq!(refusal(refused).await, Some(Code::SignInRefused));
        let hers = ready(&mut maria, "maria", PASSWORD).await;
        let replayed = SignInByPassword {
            signature: good.signature.clone(),
            ..hers
        };
        let refused = maria.post(path, &replayed).await;
        assert_eq!(refusal(refused).await, Some(Code::SignInRefused));
        // A registration is none of a sign-in's, nor of another person's.
        let ask = AskNewPassword {
            login: "maria.two".to_owned(),
            request: NewPassword::<Identity>::begin(
                Password::choose(PASSWORD, "maria").unwrap(),
                &mut chance,
            )
            .1
            .into(),
        };
        let asked = maria.post("/v1/authenticators/password", &ask).await;
        let asked: NewPasswordAsked = body(asked).await;
        let as_sign_in = finishing(&maria, &asked.ceremony, vec![1; 64]);
        let refused = maria.post(path, &as_sign_in).await;
        assert_eq!(refusal(refused).await, Some(Code::CeremonyGone));
        let register = RegisterPassword {
            ceremony: asked.ceremony,
            record: vec![1; 192].into(),
            shared: false,
        };
        let refused = ana
            .post("/v1/authenticators/password/finish", &register)
            .await;
        assert_eq!(refusal(refused).await, Some(Code::CeremonyGone));
        // Too late.
        let late = ready(&mut maria, "maria", PASSWORD).await;
        server.clock().advance(limits::CEREMONY_S + 1);
        let refused = maria.post(path, &late).await;
        assert_eq!(refusal(refused).await, Some(Code::CeremonyGone));
        Ok(())
    }

    pub async fn a_password_alone_opens_nothing_and_codes_cannot_be_guessed(
        engine: Engine,
    ) -> Result<()> {
        let server = outside_the_demo(engine).await?;
        let clock = server.clock();
        let mut dana = Browser::arrive(&server, server.agency().dana, 1).await;
        let planted = dana.cookie.clone();
        assert!(set_password(&mut dana, "dana").await.second_factor);
        assert_eq!(dana.ticket().await, Some(Code::AuthenticatorRequired));
        let secret = add_code_app(&mut dana, clock).await;
        assert_eq!(dana.ticket().await, None);
        let whole = dana.cookie.clone();
        assert!(sign_in(&mut dana, "dana").await.second_factor);
        // A cookie that somebody planted or copied before is nobody's after each step.
        for old in [planted, whole.clone()] {
            let mut thief = Browser::stranger(&server, 1);
            thief.cookie = old;
            assert_eq!(thief.ticket().await, Some(Code::SignedOut));
        }
        let after_password = dana.cookie.clone();
        assert_ne!(after_password, whole);
        dana.cookie = None;

        // A thief at her desk who knows the password.
        assert!(sign_in(&mut dana, "dana").await.second_factor);
        for path in [
            "/v1/tickets",
            "/v1/authenticators/code-app",
            "/v1/authenticators/passkey",
        ] {
            let refused = refusal(dana.post(path, &json!({})).await).await;
            assert_eq!(refused, Some(Code::AuthenticatorRequired), "{path}");
        }
        let mut thief = Browser::stranger(&server, 1);
        thief.cookie = after_password;
        assert_eq!(thief.ticket().await, Some(Code::SignedOut));
        let right = code(&secret, clock);
        let wrong = if right == "123456" {
            "654321"
        } else {
            "123456"
        };
        for _ in 0..limits::FAILED_CODES {
            let refused = show_code(&mut dana, wrong.to_owned()).await;
            assert_eq!(refused, Some(Code::SignInRefused));
        }
        let made_to_wait = show_code(&mut dana, right).await;
        assert_eq!(made_to_wait, Some(Code::RateLimited));
        // No lock for ever: three minutes later one more may be tried, and the right one is right.
        clock.advance(180);
        assert_eq!(show_code(&mut dana, code(&secret, clock)).await, None);
        assert_eq!(dana.ticket().await, None);
        // Without the password before it a code is nothing.
        clock.advance(30);
        let alone = show_code(&mut dana, code(&secret, clock)).await;
        assert_eq!(alone, Some(Code::CeremonyGone));
        Ok(())
    }

    pub async fn asking_again_within_a_session_has_a_limit_of_its_own(
        engine: Engine,
    ) -> Result<()> {
        let options = Options {
            demo: false,
            trusted_networks: vec!["127.0.0.0/8".parse()?],
            ..Options::new(engine)
        };
        let server = TestServer::start_with(options).await?;
        let mut maria = Browser::arrive(&server, server.agency().maria, 1).await;
        set_password(&mut maria, "maria").await;
        // What is right is not counted.
        for _ in 0..=limits::FAILURES_PER_ACCOUNT {
            assert!(!sign_in(&mut maria, "maria").await.second_factor);
        }
        // Somebody at her open session, at the passkey and at the password.
        for _ in 0..limits::FAILURES_PER_ACCOUNT / 2 {
            assert_eq!(show_no_passkey(&mut maria).await, Some(Code::CeremonyGone));
            let asked = ask(&mut maria, "maria", "four plain words there").await;
            assert_eq!(refusal(asked).await, None);
        }
        assert_eq!(show_no_passkey(&mut maria).await, Some(Code::RateLimited));
        let asked = ask(&mut maria, "maria", PASSWORD).await;
        assert_eq!(refusal(asked).await, Some(Code::RateLimited));
        // The session goes on as far as it went; a device without one is let in, and no further at once.
        assert_eq!(maria.ticket().await, None);
        maria.cookie = None;
        assert_eq!(show_no_passkey(&mut maria).await, Some(Code::CeremonyGone));
        assert!(!sign_in(&mut maria, "maria").await.second_factor);
        let asked = ask(&mut maria, "maria", PASSWORD).await;
        assert_eq!(refusal(asked).await, Some(Code::RateLimited));
        // No lock for ever.
        server.clock().advance(60);
        assert!(!sign_in(&mut maria, "maria").await.second_factor);
        Ok(())
    }
}
