//! A circle of the real store, founded and joined by real devices, under the eyes of mls-rs.

use anyhow::{Context as _, Result, ensure};
use protocol::{CircleId, GroupId};
use testkit::{Engine, Story, TestDatabase};

use super::mls_rs::{Heard, View, Witness};
use crate::contract::house::blobs;

const TITLE: &str = "Maria and Dana";
/// The confirmation tag and the membership tag at the end of a commit: only members can check them.
const TAGS_LEN: usize = 2 * 33;

/// What the server holds about a circle's group.
pub struct Held {
    group_info: Vec<u8>,
    public_state: Vec<u8>,
    /// The log's column `mls`, in order.
    log: Vec<Vec<u8>>,
}

/// The one circle that the agency has in the beginning.
pub async fn held(database: &TestDatabase) -> Result<Held> {
    let one = |rows: Vec<Vec<u8>>| rows.into_iter().next().context("no circle is founded");
    Ok(Held {
        group_info: one(blobs(database, "SELECT group_info FROM circle_group").await)?,
        public_state: one(blobs(database, "SELECT public_state FROM circle_group").await)?,
        log: blobs(database, "SELECT mls FROM circle_log ORDER BY seq").await,
    })
}

fn first_generation(circle: CircleId) -> GroupId {
    GroupId {
        circle,
        generation: 0,
    }
}

/// The server's view, once it was found equal to what it hands out as GroupInfo.
pub fn view_of(held: &Held, circle: CircleId) -> Result<View> {
    let view = View::of_public_state(&held.public_state, first_generation(circle))?;
    view.must_be_of_group_info(&held.group_info)?;
    Ok(view)
}

/// Lets the witness hear the log from where it stands; how many commits there were.
fn hear(witness: &mut Witness, heard: &mut usize, held: &Held) -> Result<usize> {
    let mut commits = 0;
    for mls in &held.log[*heard..] {
        commits += usize::from(witness.apply(mls)? == Heard::Commit);
    }
    *heard = held.log.len();
    Ok(commits)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mls_rs_sees_the_servers_tree_in_every_epoch() -> Result<()> {
    let story = Story::begin(Engine::Sqlite).await?;
    let agency = *story.server.agency();
    let database = story.server.database();
    let dana = story.enrol(agency.dana).await?;
    let circle = dana.joins(TITLE, 1).await?;
    let founded = held(database).await?;
    let mut witness = Witness::start(&founded.group_info)?;
    let mut heard = founded.log.len();
    ensure!(witness.epoch() == 0, "founded in {}", witness.epoch());
    view_of(&founded, circle)?.must_equal(&witness.view()?)?;

    let mut people = vec![dana];
    for person in [agency.maria, agency.sam] {
        people[0].says(circle, "before somebody comes").await?;
        let newcomer = story.enrol(person).await?;
        let count = people.len() + 1;
        newcomer.joins(TITLE, count).await?;
        newcomer.says(circle, "here I am").await?;
        people.push(newcomer);

        let held = held(database).await?;
        ensure!(
            hear(&mut witness, &mut heard, &held)? == 1,
            "one epoch each"
        );
        let view = view_of(&held, circle)?;
        view.must_equal(&witness.view()?)?;
        ensure!(view.roster.len() == count && view.epoch == count as u64 - 1);
        // Whoever starts to look now sees the same.
        view.must_equal(&Witness::start(&held.group_info)?.view()?)?;
    }
    ensure!(heard >= 6, "two commits and four messages, not {heard}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_refuses_what_is_not_the_next_commit() -> Result<()> {
    let story = Story::begin(Engine::Sqlite).await?;
    let agency = *story.server.agency();
    let dana = story.enrol(agency.dana).await?;
    let circle = dana.joins(TITLE, 1).await?;
    let founded = held(story.server.database()).await?;
    let maria = story.enrol(agency.maria).await?;
    maria.joins(TITLE, 2).await?;
    let held = held(story.server.database()).await?;
    let commit = held.log[founded.log.len()..].first().context("a commit")?;

    let mut witness = Witness::start(&founded.group_info)?;
    let before = view_of(&founded, circle)?;
    ensure!(
        view_of(&held, circle)?
            .must_equal(&witness.view()?)
            .is_err()
    );
    for at in (0..commit.len() - TAGS_LEN).step_by(97) {
        let mut bent = commit.clone();
        bent[at] ^= 1;
        ensure!(witness.apply(&bent).is_err(), "byte {at} does not matter");
        before.must_equal(&witness.view()?)?;
    }
    ensure!(witness.apply(commit)? == Heard::Commit);
    view_of(&held, circle)?.must_equal(&witness.view()?)?;
    ensure!(witness.apply(commit).is_err(), "the same commit twice");
    let mut bent = held.group_info;
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    ensure!(Witness::start(&bent).is_err(), "a bent GroupInfo");
    Ok(())
}
