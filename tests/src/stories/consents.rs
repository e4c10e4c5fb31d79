//! What ends with a consent: everything that stood on it, on every path there is today. Each path is
//! tried while the consent holds, too, so that none is only refused because it never worked.

use super::on_both_engines;

mod by_mail;

on_both_engines![
    a_withdrawn_consent_ends_everything,
    a_consent_that_runs_out_ends_everything,
];

mod tell {
    use std::sync::{Arc, Mutex};

    use anyhow::{Context as _, Result, ensure};
    use device::api::{Command, Content, Item};
    use headless::faults::{Faults, Verdict};
    use mail::ReadBack;
    use protocol::frame::ServerFrame;
    use protocol::http::{
        Appointment, Appointments, BookAppointment, BookSeries, CancelAppointment, Circles,
        MoveAppointment, PlanCircle, RecordConsent, ReplyToAppointment, SeriesBooked,
    };
    use protocol::{AppointmentKind, CancelReason, CircleId, Code, OpId, Reply, limits};
    use reqwest::{Client, StatusCode, redirect};
    use testkit::{Agency, Engine, Phone, Story};

    use super::super::family::{Family, consent, withdraw};
    use super::by_mail::{Mailbox, readable};
    use crate::contract::desk::of;

    /// The frames that reach a device.
    #[derive(Default)]
    struct Frames(Mutex<Vec<ServerFrame>>);

    impl Faults for Frames {
        fn frame(&self, bytes: &[u8]) -> Verdict {
            let frame = ServerFrame::parse(bytes).expect("the server's frames can be read");
            self.0.lock().expect("nobody panics").push(frame);
            Verdict::GO_ON
        }
    }

    impl Frames {
        /// How many brought something of a circle: entries, or what its devices say in passing.
        fn of_circle(&self, wanted: CircleId) -> usize {
            let frames = self.0.lock().expect("nobody panics");
            let concerns = |frame: &&ServerFrame| match frame {
                ServerFrame::Log(page) => page.circle == wanted && !page.entries.is_empty(),
                ServerFrame::Ephemeral(said) => said.circle == wanted,
                ServerFrame::CommitPlease(asked) => asked.circle == wanted,
                _ => false,
            };
            frames.iter().filter(concerns).count()
        }
    }

    /// A family with visits on the calendar, of the first of which the caregiver was told.
    struct Scene {
        story: Story,
        family: Family,
        frames: Arc<Frames>,
        visit: Appointment,
        told: ReadBack,
        /// The page behind the link in the caregiver's mail.
        page: String,
        browser: Client,
        ops: std::cell::Cell<u8>,
    }

    impl Scene {
        async fn set(engine: Engine, until_s: Option<i64>) -> Result<Self> {
            let story = Story::begin(engine).await?;
            let agency = *story.server.agency();
            let frames = Arc::new(Frames::default());
            let record = RecordConsent {
                appointments: true,
                reminders: true,
                until: until_s.map(|s| care::Clock::now(story.server.clock()).plus_seconds(s)),
                ..consent(&agency)
            };
            let family = Family::meet_under(&story, &record, frames.clone()).await?;
            let first = visit(&agency, 0xd0, "2026-11-10T10:00");
            let visit = family.dana.asks("POST", "/v1/appointments", &first).await?;
            let mails = story.server.do_due().await?;
            let told = of(&mails, agency.ana).pop().context("she is told")?;
            let at = told.plain.find(&story.server.url()).context("a link")?;
            let page = told.plain[at..].split_whitespace().next();
            let page = page.context("a link")?.to_owned();
            // More visits than are booked at once.
            let series = BookSeries {
                first: self::visit(&agency, 0xd1, "2026-11-17T10:00"),
                rule: "FREQ=WEEKLY;COUNT=40".to_owned(),
                skip_conflicts: false,
            };
            let booked: SeriesBooked = family.dana.asks("POST", "/v1/series", &series).await?;
            ensure!(booked.appointments.len() < 40);
            story.server.do_due().await?;
            Ok(Self {
                browser: Client::builder()
                    .use_preconfigured_tls(crate::contract::desk::tls(story.server.ca_pem()))
                    .redirect(redirect::Policy::none())
                    .build()?,
                story,
                family,
                frames,
                visit,
                told,
                page,
                ops: std::cell::Cell::new(0xe0),
            })
        }

        fn mailbox(&self) -> Result<Mailbox<'_>> {
            let server = &self.story.server;
            Mailbox::with(server, server.agency().ana, &self.told)
        }

        fn op(&self) -> OpId {
            self.ops.set(self.ops.get() + 1);
            OpId::from_bytes([self.ops.get(); 16])
        }

        fn ana(&self) -> &Phone {
            &self.family.ana
        }

        /// The status of what Ana asks for.
        async fn status(&self, path: &str) -> Result<u16> {
            Ok(self.ana().device.ask("GET", path, None).await?.0)
        }

        async fn replies(&self) -> Result<Option<Code>> {
            let path = format!("/v1/appointments/{}/reply", self.visit.id);
            let request = ReplyToAppointment {
                op_id: self.op(),
                sequence: self.visit.sequence,
                reply: Reply::Confirm,
                for_client: false,
            };
            let body = serde_json::to_vec(&request)?;
            let (status, answer) = self.ana().device.ask("POST", &path, Some(body)).await?;
            if status == 200 {
                return Ok(None);
            }
            let refused: protocol::http::ErrorBody = serde_json::from_slice(&answer)?;
            Ok(Some(refused.code))
        }

        /// Somebody else writes, is writing, and all of it has been given out.
        async fn dana_writes(&self, text: &str) -> Result<()> {
            let circle = self.family.circle;
            let (dana, maria) = (&self.family.dana, &self.family.maria);
            dana.device.command(Command::Typing { circle }).await?;
            dana.says(circle, text).await?;
            let reads = |item: &Item| matches!(&item.content, Content::Text { text: read, .. } if read == text);
            maria.sees(circle, reads).await?;
            // Whatever was sent to her before this answer, she has.
            let _: Circles = self.ana().asks("GET", "/v1/circles", &()).await?;
            Ok(())
        }

        /// Everything works while the consent holds. What she is answered by mail.
        async fn while_it_holds(&self) -> Result<ReadBack> {
            let circle = self.family.circle;
            let before = self.frames.of_circle(circle);
            self.dana_writes("while it holds").await?;
            self.ana().hears(circle, 2).await?;
            ensure!(self.frames.of_circle(circle) > before);
            for path in self.paths() {
                ensure!(self.status(&path).await? == 200, "{path}");
            }
            let own: Circles = self.ana().asks("GET", "/v1/circles", &()).await?;
            ensure!(own.circles.iter().any(|listed| listed.id == circle));
            ensure!(self.visits().await? == 3, "one, and two of a series");
            ensure!(self.replies().await?.is_none());
            let page = self.browser.get(&self.page).send().await?.status();
            ensure!(page == StatusCode::OK, "{page}");
            ensure!(self.planned().await > 0, "she is to be reminded");
            let mailbox = self.mailbox()?;
            mailbox.presses("<1@ana>", "TENTATIVE").await?;
            ensure!(mailbox.noted(&self.visit).await? == "tentative");
            mailbox.writes("<2@ana>").await
        }

        /// She is away when something is said in the night, of which she would hear in the morning.
        async fn away_by_night(mut self) -> Result<Self> {
            let server = &self.story.server;
            let mailbox = Mailbox::with(server, server.agency().ana, &self.told)?;
            let off = self.family.ana.off().await?;
            server.clock().advance(13 * 3_600);
            let (circle, dana) = (self.family.circle, &self.family.dana);
            dana.says(circle, "by night").await?;
            self.family.maria.hears(circle, 3).await?;
            server.clock().advance(601);
            let mails = of(&server.do_due().await?, server.agency().ana);
            ensure!(mails.is_empty(), "by night");
            ensure!(mailbox.waiting().await == 1);
            let ana = self.story.back_with(&off, self.frames.clone()).await?;
            ana.hears(circle, 3).await?;
            ensure!(mailbox.waiting().await == 1);
            self.family.ana = ana;
            Ok(self)
        }

        /// What only somebody in the circle reads.
        fn paths(&self) -> [String; 3] {
            let circle = format!("/v1/circles/{}", self.family.circle);
            [
                circle.clone(),
                format!("{circle}/group-info"),
                format!("{circle}/history?generation=0"),
            ]
        }

        async fn visits(&self) -> Result<usize> {
            let path = "/v1/appointments?from=2026-11-01&days=30";
            let seen: Appointments = self.ana().asks("GET", path, &()).await?;
            Ok(seen.appointments.len())
        }

        /// Ana's mails that are still to come.
        async fn planned(&self) -> usize {
            self.planned_until(i64::MAX).await
        }

        /// Those of them that are due by now.
        async fn due(&self) -> usize {
            let now = care::Clock::now(self.story.server.clock());
            self.planned_until(now.micros()).await
        }

        async fn planned_until(&self, micros: i64) -> usize {
            let sql = format!(
                "SELECT v.step FROM delivery v JOIN participant p ON p.id = v.participant
                 WHERE p.role = 'caregiver' AND v.state IN ('planned', 'leased')
                    AND v.due_at <= {micros}"
            );
            let database = self.story.server.database();
            crate::contract::house::texts(database, &sql).await.len()
        }

        /// Nothing works any more, whatever happens around her.
        async fn once_it_has_ended(&self, (frames, answered): (usize, ReadBack)) -> Result<()> {
            let (circle, agency) = (self.family.circle, *self.story.server.agency());
            let (ana, dana, maria) = (self.ana(), &self.family.dana, &self.family.maria);
            // The epoch: her device is out of the group, on every other device.
            let cut = |item: &Item| matches!(&item.content, Content::Removed { accounts, .. } if accounts == &[agency.ana.account]);
            for phone in [dana, maria] {
                phone.sees(circle, cut).await?;
            }
            // The socket, the log, what devices say in passing.
            ana.no_longer_sees(circle).await?;
            self.dana_writes("after the cut").await?;
            ensure!(
                self.frames.of_circle(circle) == frames,
                "her socket hears more"
            );
            ensure!(
                ana.texts(circle).await?.is_empty(),
                "what was said is still here"
            );
            for path in self.paths() {
                let refused = ana.is_refused("GET", &path, &()).await?;
                let known = [Code::NotFound, Code::NotOnRoster, Code::ConsentRequired];
                ensure!(known.contains(&refused), "{path}: {refused}");
            }
            let own: Circles = ana.asks("GET", "/v1/circles", &()).await?;
            ensure!(own.circles.is_empty());
            // Visits, signed in and by the link in her mail.
            ensure!(self.visits().await? == 0);
            ensure!(self.replies().await? == Some(Code::NotFound));
            let page = self.browser.get(&self.page).send().await?.status();
            ensure!(page == StatusCode::GONE, "{page}");
            let answer = self.browser.post(format!("{}/confirm", self.page));
            let answer = answer.send().await?.status();
            ensure!(answer == StatusCode::GONE, "{answer}");
            self.nobody_brings_her_back().await?;
            self.no_mail_reaches_her().await?;
            self.what_is_booked_on_is_without_her().await?;
            self.what_she_writes_changes_nothing(&answered).await
        }

        /// Without a new consent she can be named nowhere.
        async fn nobody_brings_her_back(&self) -> Result<()> {
            let (dana, agency) = (&self.family.dana, *self.story.server.agency());
            let plan = PlanCircle {
                history: protocol::policy::HistoryMode::Eras,
                op_id: self.op(),
                client: agency.maria.person,
                title: "Once more".to_owned(),
                members: vec![agency.ana.account],
            };
            let refused = dana.is_refused("POST", "/v1/circles", &plan).await?;
            ensure!(refused == Code::ConsentRequired, "{refused}");
            let visit = BookAppointment {
                op_id: self.op(),
                ..visit(&agency, 0, "2026-11-12T10:00")
            };
            let refused = dana.is_refused("POST", "/v1/appointments", &visit).await?;
            ensure!(refused == Code::ConsentRequired, "{refused}");
            Ok(())
        }

        /// The visit is moved, called off, and its days go by.
        async fn no_mail_reaches_her(&self) -> Result<()> {
            let (server, dana) = (&self.story.server, &self.family.dana);
            let path = format!("/v1/appointments/{}", self.visit.id);
            let change = MoveAppointment {
                op_id: self.op(),
                sequence: self.visit.sequence,
                civil_start: "2026-11-11T14:00".to_owned(),
                zone: None,
                minutes: None,
                scope: protocol::Scope::This,
                skip_conflicts: false,
            };
            let moved: Appointment = dana.asks("POST", &format!("{path}/move"), &change).await?;
            let mut mails = server.do_due().await?;
            server.clock().advance(600);
            mails.extend(server.do_due().await?);
            let request = CancelAppointment {
                op_id: self.op(),
                sequence: moved.sequence,
                reason: CancelReason::Agency,
                scope: protocol::Scope::This,
            };
            let _: Appointment = dana
                .asks("POST", &format!("{path}/cancel"), &request)
                .await?;
            server.clock().advance(limits::STAFF_UNDO_S);
            mails.extend(server.do_due().await?);
            server.clock().advance(30 * 86_400);
            mails.extend(server.do_due().await?);
            ensure!(readable(&mails) >= 4, "Maria and Dana are told of both");
            let hers = of(&mails, self.story.server.agency().ana);
            ensure!(hers.is_empty(), "{} mails to her", hers.len());
            ensure!(self.due().await == 0, "nothing to her waits for its turn");
            Ok(())
        }

        /// The series goes on: what is booked of it later is without her, too.
        async fn what_is_booked_on_is_without_her(&self) -> Result<()> {
            let server = &self.story.server;
            let now = care::Clock::now(server.clock());
            let before = self.visits_with_her().await;
            let step = server.store().extend_series(now).await?;
            ensure!(step.did > 0, "nothing was booked on");
            ensure!(self.visits_with_her().await == before);
            ensure!(of(&server.do_due().await?, server.agency().ana).is_empty());
            Ok(())
        }

        /// Also those that take place only after her consent ran out.
        async fn visits_with_her(&self) -> usize {
            let sql = "SELECT p.role FROM participant p JOIN appointment a ON a.id = p.appointment
                WHERE p.role = 'caregiver' AND p.left_at IS NULL";
            let database = self.story.server.database();
            crate::contract::house::texts(database, sql).await.len()
        }

        /// What a calendar says in her name is noted nowhere. A letter is answered word for word as before:
        /// another answer, or none, would tell her.
        async fn what_she_writes_changes_nothing(&self, before: &ReadBack) -> Result<()> {
            let mailbox = self.mailbox()?;
            let noted = mailbox.noted(&self.visit).await?;
            mailbox.presses("<3@ana>", "DECLINED").await?;
            ensure!(mailbox.noted(&self.visit).await? == noted && noted != "declined");
            let answer = mailbox.writes("<4@ana>").await?;
            ensure!((&answer.subject, &answer.plain) == (&before.subject, &before.plain));
            ensure!(answer.calendar.is_none());
            Ok(())
        }
    }

    fn visit(agency: &Agency, op: u8, civil_start: &str) -> BookAppointment {
        BookAppointment {
            op_id: OpId::from_bytes([op; 16]),
            client: agency.maria.person,
            kind: AppointmentKind::Video,
            civil_start: civil_start.to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: vec![agency.ana.person],
            staff: Vec::new(),
            meeting_link: Some("https://meet.example.org/a-room".to_owned()),
            place: None,
        }
    }

    pub async fn a_withdrawn_consent_ends_everything(engine: Engine) -> Result<()> {
        let scene = Scene::set(engine, None).await?;
        let answered = scene.while_it_holds().await?;
        let scene = scene.away_by_night().await?;
        let frames = scene.frames.of_circle(scene.family.circle);
        withdraw(&scene.family.maria, scene.family.consent).await?;
        // In the same transaction.
        ensure!(scene.planned().await == 0, "she is to be reminded still");
        ensure!(scene.mailbox()?.waiting().await == 0, "of messages, too");
        scene.once_it_has_ended((frames, answered)).await?;
        ensure!(scene.planned().await == 0, "nothing was planned since");
        ensure!(scene.visits_with_her().await == 0);
        Ok(())
    }

    /// Nobody does anything; the day comes.
    pub async fn a_consent_that_runs_out_ends_everything(engine: Engine) -> Result<()> {
        let scene = Scene::set(engine, Some(600)).await?;
        let answered = scene.while_it_holds().await?;
        let frames = scene.frames.of_circle(scene.family.circle);
        scene.story.server.clock().advance(601);
        let mails = scene.story.server.do_due().await?;
        ensure!(mails.is_empty(), "{} mails", mails.len());
        scene.once_it_has_ended((frames, answered)).await
    }
}
