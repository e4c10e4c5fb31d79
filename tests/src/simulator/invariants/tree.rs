//! I8: another implementation of MLS sees the tree that the server keeps, at every epoch.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use protocol::{CircleId, GroupId};
use sqlx::{Connection as _, SqliteConnection};
use tokio::runtime::Runtime;

use super::log::connect;
use crate::foreign::mls_rs::{Heard, View, Witness};

/// mls-rs, following the circle's public group by what the server logs.
#[derive(Default)]
pub struct Tree {
    database: Option<SqliteConnection>,
    witness: Option<Witness>,
    generation: u32,
    heard: i64,
    /// Epochs in which both saw the same.
    pub epochs: usize,
}

/// What the server holds.
struct Held {
    generation: u32,
    public_state: Vec<u8>,
    group_info: Vec<u8>,
    /// Handshakes since the last look, with their places.
    handshakes: Vec<(i64, Vec<u8>)>,
}

impl Tree {
    /// The server's log may have grown: every handshake is heard, and what follows is compared.
    pub fn look(&mut self, runtime: &Runtime, directory: &Path, circle: CircleId) -> Result<()> {
        let Some(held) = runtime.block_on(self.read(directory, circle))? else {
            return Ok(());
        };
        let id = GroupId {
            circle,
            generation: held.generation,
        };
        let Some(witness) = self
            .witness
            .as_mut()
            .filter(|_| self.generation == held.generation)
        else {
            let witness = Witness::start(&held.group_info).context("I8")?;
            compare(&held, id, &witness).context("I8")?;
            self.witness = Some(witness);
            self.generation = held.generation;
            self.heard = held.handshakes.last().map_or(0, |(seq, _)| *seq);
            self.epochs += 1;
            return Ok(());
        };
        let mut commits = 0;
        for (seq, mls) in &held.handshakes {
            let heard = witness.apply(mls).with_context(|| format!("I8: {seq}"))?;
            commits += usize::from(heard == Heard::Commit);
            self.heard = *seq;
        }
        if commits > 0 {
            ensure!(commits == 1, "I8: an epoch was not looked at");
            compare(&held, id, witness).context("I8")?;
            self.epochs += 1;
        }
        Ok(())
    }

    /// Closes the connection: the server's process ends.
    pub fn close(&mut self, runtime: &Runtime) -> Result<()> {
        if let Some(database) = self.database.take() {
            runtime.block_on(database.close())?;
        }
        Ok(())
    }

    async fn read(&mut self, directory: &Path, circle: CircleId) -> Result<Option<Held>> {
        let database = match &mut self.database {
            Some(database) => database,
            none => none.insert(connect(directory).await?),
        };
        let group: Option<(i64, Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "SELECT generation, public_state, group_info
             FROM circle JOIN circle_group ON circle_group.circle = circle.id
             WHERE circle.id = $1",
        )
        .bind(circle.uuid())
        .fetch_optional(&mut *database)
        .await?;
        let Some((generation, public_state, group_info)) = group else {
            return Ok(None);
        };
        let heard = if i64::from(self.generation) == generation {
            self.heard
        } else {
            0
        };
        let handshakes = sqlx::query_as(
            "SELECT seq, mls FROM circle_log
             WHERE circle = $1 AND generation = $2 AND seq > $3 AND kind IN ('commit', 'proposal')
             ORDER BY seq",
        )
        .bind(circle.uuid())
        .bind(generation)
        .bind(heard)
        .fetch_all(&mut *database)
        .await?;
        Ok(Some(Held {
            generation: u32::try_from(generation)?,
            public_state,
            group_info,
            handshakes,
        }))
    }
}

/// The delivery service's state, the GroupInfo that it hands out, and the witness.
fn compare(held: &Held, id: GroupId, witness: &Witness) -> Result<()> {
    let view = View::of_public_state(&held.public_state, id)?;
    view.must_be_of_group_info(&held.group_info)?;
    view.must_equal(&witness.view()?)
}
