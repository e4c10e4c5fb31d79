//! `kill -9` of a real process at each persisted step of a send. The sender runs in a process of its own
//! (this test program again, as [`sender`]), stops at the step and says so; then it is killed. Its data
//! directory is opened again, and the other side must have every text exactly once.

use super::on_both_engines;

on_both_engines![
    killed_before_its_disk_has_the_text,
    killed_after_its_disk_has_it_and_before_it_is_sent,
    killed_after_the_server_has_it_and_before_the_answer,
    killed_after_the_answer_and_before_the_log_shows_it,
];

/// The process that is killed. Without the stories' word on its standard input it does nothing.
#[test]
#[ignore = "started and killed by the stories of this file"]
fn sender() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime
        .block_on(child::send())
        .expect("the sender lives until it is killed");
}

/// Before what the sender stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Step {
    Store,
    Send,
    Answer,
    Log,
}

/// What the sender is told.
#[derive(serde::Serialize, serde::Deserialize)]
struct Orders {
    step: Step,
    server: String,
    ca_pem: String,
    data: std::path::PathBuf,
    now_us: i64,
    circle: protocol::CircleId,
    text: String,
}

/// What the sender says when it stands at its step.
const HERE: &str = "the sender stands at its step";

mod child {
    use std::io::Write as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use anyhow::{Context as _, Result, bail};
    use device::api::{Command, Delta, Effect, Link};
    use headless::faults::{Faults, Verdict};
    use headless::{Headless, Settings, Tls};
    use protocol::frame::{ClientFrame, ServerFrame};
    use protocol::{EntryKind, Timestamp, Urgency};

    use super::{HERE, Orders, Step};

    /// Stops for good at one step of the first send after it was armed.
    struct Stop {
        at: Step,
        armed: AtomicBool,
        stored: AtomicBool,
    }

    impl Stop {
        fn stand(&self, at: Step) {
            if self.at != at || !self.armed.load(Ordering::SeqCst) {
                return;
            }
            let mut out = std::io::stdout().lock();
            writeln!(out, "{HERE}")
                .and_then(|()| out.flush())
                .expect("the story listens");
            drop(out);
            loop {
                std::thread::park();
            }
        }
    }

    impl Faults for Stop {
        fn takes(&self, delta: &Delta) -> bool {
            if !delta.items.is_empty() && !self.stored.load(Ordering::SeqCst) {
                self.stand(Step::Store);
                self.stored
                    .fetch_or(self.armed.load(Ordering::SeqCst), Ordering::SeqCst);
            }
            true
        }

        fn effect(&self, effect: &Effect) -> Verdict {
            if let Effect::Send { bytes } = effect
                && matches!(ClientFrame::parse(bytes), Ok(ClientFrame::Append(_)))
            {
                self.stand(Step::Send);
            }
            Verdict::GO_ON
        }

        fn frame(&self, bytes: &[u8]) -> Verdict {
            match ServerFrame::parse(bytes) {
                Some(ServerFrame::Ok(_)) => self.stand(Step::Answer),
                Some(ServerFrame::Log(page)) => {
                    let message =
                        |entry: &protocol::frame::LogEntry| entry.kind == EntryKind::Message;
                    if page.entries.iter().any(message) {
                        self.stand(Step::Log);
                    }
                }
                _ => {}
            }
            Verdict::GO_ON
        }
    }

    pub async fn send() -> Result<()> {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let orders: Orders = serde_json::from_str(&line)?;
        let stop = Arc::new(Stop {
            at: orders.step,
            armed: AtomicBool::new(false),
            stored: AtomicBool::new(false),
        });
        let begun = tokio::time::Instant::now();
        let now_us = orders.now_us;
        let device = Headless::open_with(Settings {
            server: Some(orders.server.parse()?),
            tls: Some(Tls::authorities(orders.ca_pem.as_bytes())?),
            clock: Arc::new(move || {
                let passed = i64::try_from(begun.elapsed().as_micros()).unwrap_or(0);
                Timestamp::from_micros(now_us + passed)
            }),
            faults: stop.clone(),
            ..Settings::new(&orders.data)
        })
        .await?;
        device.command(Command::Connect).await?;
        let online = |seen: &headless::Seen| {
            seen.status
                .as_ref()
                .is_some_and(|status| status.link == Link::Online)
        };
        device.wait_until(online, testkit::story::DEADLINE).await?;
        stop.armed.store(true, Ordering::SeqCst);
        device
            .command(Command::Send {
                circle: orders.circle,
                text: orders.text,
                urgency: Urgency::Routine,
            })
            .await
            .context("the text is stored")?;
        tokio::time::timeout(Duration::from_mins(2), std::future::pending::<()>()).await?;
        bail!("nobody killed the sender")
    }
}

mod tell {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    use anyhow::{Context as _, Result, ensure};
    use testkit::{Engine, Off, Phone, Story};

    use super::{HERE, Orders, Step};

    const TITLE: &str = "Maria and Dana";

    /// A process sends a text, stops at its step and is killed there.
    async fn send_and_kill(
        story: &Story,
        off: &Off,
        (circle, text): (protocol::CircleId, &str),
        step: Step,
    ) -> Result<()> {
        let orders = Orders {
            step,
            server: story.server.url(),
            ca_pem: story.server.ca_pem().to_owned(),
            data: off.data().to_owned(),
            now_us: care::Clock::now(story.server.clock()).micros(),
            circle,
            text: text.to_owned(),
        };
        let line = serde_json::to_string(&orders)?;
        let killed = tokio::task::spawn_blocking(move || run_and_kill(&line));
        tokio::time::timeout(testkit::story::DEADLINE, killed).await??
    }

    fn run_and_kill(orders: &str) -> Result<()> {
        let mut process = Killed(
            Command::new(std::env::current_exe()?)
                .args([
                    "--exact",
                    "stories::kills::sender",
                    "--ignored",
                    "--nocapture",
                ])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?,
        );
        let mut stdin = process.0.stdin.take().context("it has one")?;
        writeln!(stdin, "{orders}")?;
        let stdout = process.0.stdout.take().context("it has one")?;
        let mut lines = BufReader::new(stdout).lines();
        let here = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(HERE)));
        ensure!(here.is_some(), "the sender ended by itself");
        // SIGKILL: nothing of it runs any more.
        process.0.kill()?;
        let status = process.0.wait()?;
        ensure!(!status.success(), "{status}");
        Ok(())
    }

    /// Not left behind by a story that fails.
    struct Killed(std::process::Child);

    impl Drop for Killed {
        fn drop(&mut self) {
            drop(self.0.kill());
            drop(self.0.wait());
        }
    }

    /// Two people; the sender's device is off.
    async fn two(story: &Story) -> Result<(Off, Phone, protocol::CircleId)> {
        let agency = *story.server.agency();
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let circle = maria.joins(TITLE, 2).await?;
        dana.joins(TITLE, 2).await?;
        dana.says(circle, "zero").await?;
        maria.reads(circle, &["zero"]).await?;
        dana.reads(circle, &["zero"]).await?;
        Ok((dana.off().await?, maria, circle))
    }

    /// Killed at a step; switched on again it goes on. Everybody has every text once, in order.
    async fn once_each(engine: Engine, step: Step) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (off, maria, circle) = two(&story).await?;
        send_and_kill(&story, &off, (circle, "one"), step).await?;
        let dana = story.back(&off).await?;
        let mut all = vec!["zero", "one"];
        if step == Step::Store {
            // Nobody was told that it is stored: the person sees that it is not there, and writes again.
            dana.joins(TITLE, 2).await?;
            ensure!(dana.texts(circle).await? == ["zero"]);
            dana.says(circle, "one").await?;
        }
        maria.reads(circle, &all).await?;
        dana.reads(circle, &all).await?;
        dana.says(circle, "two").await?;
        all.push("two");
        maria.reads(circle, &all).await?;
        dana.reads(circle, &all).await?;
        maria.says(circle, "three").await?;
        all.push("three");
        dana.reads(circle, &all).await
    }

    pub async fn killed_before_its_disk_has_the_text(engine: Engine) -> Result<()> {
        once_each(engine, Step::Store).await
    }

    pub async fn killed_after_its_disk_has_it_and_before_it_is_sent(engine: Engine) -> Result<()> {
        once_each(engine, Step::Send).await
    }

    pub async fn killed_after_the_server_has_it_and_before_the_answer(
        engine: Engine,
    ) -> Result<()> {
        once_each(engine, Step::Answer).await
    }

    pub async fn killed_after_the_answer_and_before_the_log_shows_it(engine: Engine) -> Result<()> {
        once_each(engine, Step::Log).await
    }
}
