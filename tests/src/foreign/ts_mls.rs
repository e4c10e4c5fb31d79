//! A member whose MLS is ts-mls (`tests/foreign/member.mjs`): what our devices say to each other is the
//! standard and what stands in `protocol`, not a habit of OpenMLS.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use testkit::story::DEADLINE;
use testkit::{Engine, Person, Story};
use tokio::sync::mpsc;

use super::node::{root, script_with};
use super::witnessed::{held, view_of};

const TITLE: &str = "Maria and Dana";
const GREETING: &str = "Hello Dana. ¿Cómo estás?";

/// The script as a running program.
struct Member {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::UnboundedReceiver<Value>,
}

impl Member {
    /// Starts it with a person's sign-in link.
    async fn enrol(story: &Story, person: Person) -> Result<Self> {
        let authority = story.server.directory().join("authority.pem");
        std::fs::write(&authority, story.server.ca_pem())?;
        let mends = root().join("tests/foreign/ts-mls.mjs");
        let mut child = script_with(&mends, "member.mjs")
            .env("NODE_EXTRA_CA_CERTS", &authority)
            .env("SERVER", story.server.url())
            .env("LINK", story.server.link(person).await?)
            .env(
                "MICROS",
                story.server.clock().for_device()().micros().to_string(),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("Node.js is missing")?;
        let output = BufReader::new(child.stdout.take().context("just piped")?);
        let (tell, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let told = output.lines().map_while(Result::ok);
            for line in told.filter_map(|line| serde_json::from_str(&line).ok()) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Ok(Self {
            child,
            input,
            lines,
        })
    }

    /// The next line but for those that only say that something of its own was accepted.
    async fn hears(&mut self, event: &str) -> Result<Value> {
        loop {
            let line = tokio::time::timeout(DEADLINE, self.lines.recv()).await;
            let line = line.with_context(|| format!("{event} does not come"))?;
            let line = line.with_context(|| format!("it ended before {event}"))?;
            match line["event"].as_str() {
                Some(heard) if heard == event => return Ok(line),
                Some("accepted") => {}
                _ => bail!("{line} instead of {event}"),
            }
        }
    }

    async fn reads(&mut self, text: &str) -> Result<()> {
        let heard = self.hears("text").await?;
        ensure!(heard["text"] == text, "{heard} instead of {text:?}");
        Ok(())
    }

    fn says(&mut self, text: &str) -> Result<()> {
        let input = self.input.as_mut().context("it left")?;
        writeln!(input, "{text}")?;
        Ok(input.flush()?)
    }

    /// Leaves, and must have nothing to complain of.
    async fn leaves(mut self) -> Result<()> {
        drop(self.input.take());
        while self.lines.recv().await.is_some() {}
        let status = self.child.wait()?;
        ensure!(status.success(), "the script ended with {status}");
        Ok(())
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_by_ts_mls_joins_reads_writes_and_follows() -> Result<()> {
    let story = Story::begin(Engine::Sqlite).await?;
    let agency = *story.server.agency();
    let database = story.server.database();
    let dana = story.enrol(agency.dana).await?;
    let circle = dana.joins(TITLE, 1).await?;

    let mut maria = Member::enrol(&story, agency.maria).await?;
    maria.hears("enrolled").await?;
    maria.hears("ready").await?;
    let joined = maria.hears("joined").await?;
    let view = view_of(&held(database).await?, circle)?;
    let here = json!({
        "event": "joined", "epoch": 1, "members": 2, "tree_hash": hex(&view.tree_hash),
    });
    ensure!(joined == here, "{joined} instead of {here}");
    ensure!(
        maria.hears("era").await?["number"] == 1,
        "a new account, a new era"
    );

    dana.joins(TITLE, 2).await?;
    dana.says(circle, "Hello Maria.").await?;
    maria.reads("Hello Maria.").await?;
    maria.says(GREETING)?;
    dana.reads(circle, &["Hello Maria.", GREETING]).await?;

    let sam = story.enrol(agency.sam).await?;
    sam.joins(TITLE, 3).await?;
    let commit = maria.hears("commit").await?;
    let view = view_of(&held(database).await?, circle)?;
    let there = json!({
        "event": "commit", "kind": 0, "epoch": 2, "members": 3, "tree_hash": hex(&view.tree_hash),
    });
    ensure!(commit == there, "{commit} instead of {there}");
    ensure!(maria.hears("era").await?["number"] == 2);

    maria.says("Welcome, Sam.")?;
    sam.reads(circle, &["Welcome, Sam."]).await?;
    sam.says(circle, "Thank you.").await?;
    maria.reads("Thank you.").await?;
    // Reading ends with an error if a device was told of trouble: a wrap that does not answer, say.
    dana.reads(
        circle,
        &["Hello Maria.", GREETING, "Welcome, Sam.", "Thank you."],
    )
    .await?;
    maria.leaves().await
}
