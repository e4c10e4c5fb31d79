//! A person comes by an invitation: before their case manager, by a paper or a mail, too late, or as somebody
//! else.

use super::on_both_engines;

on_both_engines![
    a_new_client_is_checked_in_person_and_both_sides_see_it,
    who_came_by_a_paper_is_let_in_and_shown_as_not_verified,
    who_came_by_a_mail_is_never_taken_for_checked_in_person,
    digits_that_differ_end_the_invitation_and_a_new_one_is_made,
    whoever_has_waited_too_long_is_not_checked_in_person_any_more,
    a_paper_is_good_for_three_days_and_once,
    a_caregiver_comes_in_the_same_way,
    a_page_that_was_closed_goes_on_where_it_was,
];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use device::api::{CircleView, Command, Event, IntakeView, MemberView};
    use mail::read_back;
    use protocol::http::{Circle, Consent, PlanCircle, RecordConsent};
    use protocol::{AccountId, CircleId, Code, ConsentBasis, IntakeState, OpId, PersonId, limits};
    use testkit::{Engine, Person, Phone, Story};

    const TITLE: &str = "Nora and Dana";

    fn op(n: u8) -> OpId {
        OpId::from_bytes([n; 16])
    }

    async fn plans(dana: &Phone, client: PersonId, members: Vec<AccountId>) -> Result<CircleId> {
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: op(0xc0),
            client,
            title: TITLE.to_owned(),
            members,
        };
        let circle: Circle = dana.asks("POST", "/v1/circles", &plan).await?;
        Ok(circle.id)
    }

    fn member(view: &CircleView, account: AccountId) -> Result<&MemberView> {
        let mut members = view.members.iter();
        members
            .find(|member| member.account == account)
            .context("a member")
    }

    /// Waits until somebody is shown as checked in person, and by whom.
    async fn sees_verified(
        phone: &Phone,
        circle: CircleId,
        whom: Person,
        by: Person,
    ) -> Result<()> {
        let verified = |view: &CircleView| member(view, whom.account).is_ok_and(|m| m.verified);
        let view = phone.circle(circle, verified).await?;
        let member = member(&view, whom.account)?;
        ensure!(member.verified_by == Some(by.account), "{member:?}");
        ensure!(member.verified_ms.is_some());
        Ok(())
    }

    async fn is_refused(phone: &Phone, code: Code) -> Result<()> {
        for path in [
            "/v1/circles",
            "/v1/people",
            "/v1/devices",
            "/v1/appointments?days=1",
        ] {
            let refused = phone.is_refused("GET", path, &()).await?;
            ensure!(refused == code, "{path}: {refused}");
        }
        Ok(())
    }

    pub async fn a_new_client_is_checked_in_person_and_both_sides_see_it(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let circle = plans(&dana, nora.person, Vec::new()).await?;
        dana.joins(TITLE, 1).await?;

        let shown = dana.invites(nora).await?;
        ensure!(shown.state == Some(IntakeState::Open));
        let link = format!("{}/#{}", story.server.url(), shown.link.context("a link")?);
        let phone = story.comes(nora, &link).await?;
        let awaits = phone.awaits().await?;
        ensure!(awaits.inviter == agency.dana.name);
        ensure!(dana.digits().await? == awaits.digits, "the same on both");
        is_refused(&phone, Code::NotConfirmed).await?;

        let settled = dana.confirms(nora, true).await?;
        ensure!(settled.state == Some(IntakeState::Verified));
        phone.online().await?;
        ensure!(phone.joins(TITLE, 2).await? == circle);
        sees_verified(&dana, circle, nora, agency.dana).await?;
        sees_verified(&phone, circle, nora, agency.dana).await?;
        sees_verified(&phone, circle, agency.dana, nora).await?;
        sees_verified(&dana, circle, agency.dana, nora).await?;
        phone.says(circle, "Here I am.").await?;
        dana.reads(circle, &["Here I am."]).await?;
        dana.says(circle, "Welcome.").await?;
        phone.reads(circle, &["Here I am.", "Welcome."]).await
    }

    pub async fn who_came_by_a_paper_is_let_in_and_shown_as_not_verified(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let circle = plans(&dana, nora.person, Vec::new()).await?;
        // The code on the paper, as people type it.
        let code = dana.invites(nora).await?.code.context("a code")?;
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
        let phone = story.comes(nora, &typed).await?;
        dana.digits().await?;
        let settled = dana.confirms(nora, false).await?;
        ensure!(settled.state == Some(IntakeState::LetIn));
        phone.online().await?;
        phone.joins(TITLE, 2).await?;
        phone.says(circle, "By the paper.").await?;
        dana.reads(circle, &["By the paper."]).await?;
        for phone in [&dana, &phone] {
            let view = phone.circle(circle, |_| true).await?;
            ensure!(view.members.iter().all(|member| !member.verified));
        }
        // They meet later, and compare the long number: that marks too.
        let view = dana.circle(circle, |_| true).await?;
        let number = member(&view, nora.account)?.safety_number.clone();
        let command = Command::VerifyMember {
            account: nora.account,
            safety_number: number.context("a number")?,
        };
        dana.device.command(command).await?;
        sees_verified(&phone, circle, nora, agency.dana).await
    }

    pub async fn who_came_by_a_mail_is_never_taken_for_checked_in_person(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let circle = plans(&dana, nora.person, Vec::new()).await?;
        let shown = dana.mails_invitation(nora, "nora@example.com").await?;
        ensure!(shown.link.is_none() && shown.code.is_none(), "{shown:?}");
        let mails = story.server.do_due().await?;
        ensure!(mails.len() == 1, "{} mails", mails.len());
        ensure!(mails[0].to.reveal() == "nora@example.com");
        let read = read_back(&mails[0].bytes).context("a mail")?;
        for silent in ["Nora", "Invented", "Dana", "Riverbend"] {
            ensure!(!format!("{read:?}").contains(silent), "{silent}");
        }
        let mut words = read.plain.split_whitespace();
        let link = words.find(|word| word.contains("/#/join/"));
        let link = link.context("a link")?.to_owned();

        let phone = story.comes(nora, &link).await?;
        phone.awaits().await?;
        let came = |view: &IntakeView| view.state == Some(IntakeState::Arrived);
        let arrived = dana.intake(came).await?;
        ensure!(arrived.mailed && arrived.digits.is_none(), "{arrived:?}");
        let in_person = Command::ConfirmPerson {
            person: nora.person,
            in_person: true,
        };
        ensure!(dana.device.command(in_person).await.is_err());
        let settled = dana.confirms(nora, false).await?;
        ensure!(settled.state == Some(IntakeState::LetIn));
        phone.online().await?;
        ensure!(phone.joins(TITLE, 2).await? == circle);
        for phone in [&dana, &phone] {
            let view = phone.circle(circle, |_| true).await?;
            ensure!(view.members.iter().all(|member| !member.verified));
        }
        // Whoever reads the mail later finds a link that opens nothing.
        let late = story.is_not_let_in(nora, "a second one", &link).await?;
        ensure!(late == Code::InvitationUsed, "{late}");
        Ok(())
    }

    pub async fn digits_that_differ_end_the_invitation_and_a_new_one_is_made(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let shown = dana.invites(nora).await?;
        let code = shown.code.context("a code")?;
        // Somebody else was quicker.
        let thief = Person {
            name: "a thief",
            ..nora
        };
        let stolen = story.comes(thief, &code).await?;
        stolen.awaits().await?;
        dana.digits().await?;
        dana.device.mark();
        let person = nora.person;
        dana.device.command(Command::EndIntake { person }).await?;
        dana.intake(|view| view.state == Some(IntakeState::Over))
            .await?;
        let out = |seen: &headless::Seen| {
            let status = seen.status.as_ref();
            status.is_some_and(|status| status.me.is_none() && status.awaits.is_none())
        };
        stolen
            .device
            .wait_until(out, testkit::story::DEADLINE)
            .await?;
        // The old code opens nothing any more.
        let again = story.is_not_let_in(thief, "once more", &code).await?;
        ensure!(again == Code::InvitationUsed, "{again}");

        let code = dana.invites(nora).await?.code.context("a code")?;
        let phone = story.comes(nora, &code).await?;
        let awaits = phone.awaits().await?;
        ensure!(dana.digits().await? == awaits.digits);
        dana.confirms(nora, true).await?;
        phone.online().await
    }

    pub async fn whoever_has_waited_too_long_is_not_checked_in_person_any_more(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let code = dana.invites(nora).await?.code.context("a code")?;
        let phone = story.comes(nora, &code).await?;
        phone.awaits().await?;
        dana.digits().await?;
        story.server.clock().advance(limits::CONFIRMATION_S + 1);
        dana.device.mark();
        let command = Command::ConfirmPerson {
            person: nora.person,
            in_person: true,
        };
        dana.device.command(command).await?;
        let late = |event: &Event| matches!(event, Event::Problem { code, .. } if *code == Code::ConfirmationLate);
        dana.device.wait_for(late, testkit::story::DEADLINE).await?;
        let without = |view: &IntakeView| view.digits.is_none();
        dana.intake(without).await?;
        is_refused(&phone, Code::NotConfirmed).await?;
        let settled = dana.confirms(nora, false).await?;
        ensure!(settled.state == Some(IntakeState::LetIn));
        phone.online().await
    }

    pub async fn a_paper_is_good_for_three_days_and_once(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let code = dana.invites(nora).await?.code.context("a code")?;
        story.server.clock().advance(limits::INVITATION_S + 60);
        let late = story.is_not_let_in(nora, "too late", &code).await?;
        ensure!(late == Code::InvitationExpired, "{late}");
        // Her session has ended meanwhile; her device has another one.
        let dana = story.back(&dana.off().await?).await?;
        dana.online().await?;
        let code = dana.invites(nora).await?.code.context("a code")?;
        let phone = story.comes(nora, &code).await?;
        phone.awaits().await?;
        let second = story.is_not_let_in(nora, "a second one", &code).await?;
        ensure!(second == Code::InvitationUsed, "{second}");
        let unknown = code.replace(|letter: char| letter.is_ascii_digit(), "7");
        let unknown = story.is_not_let_in(nora, "a third one", &unknown).await?;
        ensure!(unknown == Code::InvitationUnknown, "{unknown}");
        Ok(())
    }

    pub async fn a_caregiver_comes_in_the_same_way(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let eva = dana
            .adds_caregiver(agency.maria.person, "Eva Invented", 1)
            .await?;
        let record = RecordConsent {
            op_id: op(2),
            client: agency.maria.person,
            caregiver: eva.person,
            basis: ConsentBasis::Verbal,
            note: "said so at intake".to_owned(),
            until: None,
            appointments: false,
            reminders: false,
        };
        let _: Consent = dana.asks("POST", "/v1/consents", &record).await?;
        let circle = plans(&dana, agency.maria.person, vec![eva.account]).await?;
        // Nobody but who serves the client invites; nobody else learns of an invitation.
        let invitation = format!("/v1/people/{}/invitation", eva.person);
        let refused = maria.is_refused("GET", &invitation, &()).await?;
        ensure!(refused == Code::NotFound, "{refused}");
        let command = Command::InvitePerson {
            person: eva.person,
            account: eva.account,
        };
        ensure!(maria.device.command(command).await.is_err());
        let code = dana.invites(eva).await?.code.context("a code")?;
        let phone = story.comes(eva, &code).await?;
        let awaits = phone.awaits().await?;
        ensure!(dana.digits().await? == awaits.digits);
        dana.confirms(eva, true).await?;
        phone.joins(TITLE, 3).await?;
        sees_verified(&maria, circle, eva, agency.dana).await?;
        phone.says(circle, "Hello, sister.").await?;
        maria.reads(circle, &["Hello, sister."]).await
    }

    pub async fn a_page_that_was_closed_goes_on_where_it_was(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let nora = dana.adds_client("Nora Invented", 1).await?;
        let shown = dana.invites(nora).await?;
        let dana = story.back(&dana.off().await?).await?;
        dana.online().await?;
        let person = Some(nora.person);
        dana.device.command(Command::WatchIntake { person }).await?;
        let again = dana.intake(|view| view.link.is_some()).await?;
        ensure!(again.link == shown.link && again.code == shown.code);
        let phone = story.comes(nora, &shown.code.context("a code")?).await?;
        let digits = phone.awaits().await?.digits;
        let phone = story.back(&phone.off().await?).await?;
        ensure!(phone.awaits().await?.digits == digits);
        ensure!(dana.digits().await? == digits);
        let dana = story.back(&dana.kill()).await?;
        dana.online().await?;
        dana.device.command(Command::WatchIntake { person }).await?;
        ensure!(dana.digits().await? == digits);
        dana.confirms(nora, true).await?;
        phone.online().await
    }
}
