//! Another agency key: how it takes the place of the present one, which devices have pinned.
//!
//! In two acts. First the next key is made. The present one signs for it, and from here on removal keys are signed by
//! the next one, with the list of successions that leads there: whoever pinned the present key takes them as
//! well, and a case manager's next commit puts the new one into each circle. Until every live circle lists a
//! removal key of the next one, the present key stays the agency's: who comes later and was shown only the next key would
//! not take what only the present one vouches for. So links, invitations and enrolments name the present key
//! until the second act, the same command given again, which puts the next key in its place and destroys the
//! secret before. That is a person's act, like the revoking of a seal key.
//!
//! The circles that are left become only fewer: from the first act on a circle's group, or its next generation,
//! is begun with a removal key of the next one, and a removal key gives way only to later ones (`judge`). So
//! they may be counted a few at a time, beside everything else.

use care::Caller;
use care::rules::Act;
use protocol::{CircleId, GroupId, limits};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::keys::ask;
use crate::removal_keys;
use crate::seal::{
    AGENCY_NEXT_SECRET, AGENCY_SECRET_KEY, make_agency_key, make_removal_key, signing_key,
};
use crate::store::Store;
use crate::tx::Tx;

statements! {
    KEYS = "SELECT id, secret_key, next_key, next_secret FROM agency";
    BEGIN = "
        UPDATE agency SET next_key = $2, next_secret = $3 WHERE id = $1 AND next_key IS NULL";
    END = "
        UPDATE agency
        SET public_key = next_key, secret_key = $2, next_key = NULL, next_secret = NULL
        WHERE id = $1 AND next_key = $3";
    LIVE = "
        SELECT k.id, k.generation, g.public_state
        FROM circle k JOIN circle_group g ON g.circle = k.id
        WHERE k.status = 'live' AND k.id > $1 ORDER BY k.id LIMIT $2";
}

/// How far another agency key has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgencyRotation {
    /// The next key is made, and its removal key announced.
    Begun,
    /// So many live circles do not list a removal key of the next one yet: nothing was changed.
    Waits {
        /// How many.
        circles: u64,
    },
    /// The next key is the agency's now, and the one before is destroyed.
    Done {
        /// Whether the destroyed key is gone from the database's files too; else it is once the log of writes
        /// is put into its place.
        gone_from_files: bool,
    },
}

#[derive(sqlx::FromRow)]
struct KeysRow {
    id: Uuid,
    secret_key: Vec<u8>,
    next_key: Option<Vec<u8>>,
    next_secret: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
struct LiveRow {
    id: Uuid,
    generation: i64,
    public_state: Vec<u8>,
}

impl Store {
    /// Begins with another agency key or, once every live circle lists a removal key of it, ends with it.
    pub async fn rotate_agency_key(&self, caller: &Caller) -> Result<AgencyRotation> {
        let caller = *caller;
        let begin = self.write("begin with an agency key", async move |tx: &mut Tx| {
            begin(tx, &caller).await
        });
        let Some(next) = begin.await? else {
            return Ok(AgencyRotation::Begun);
        };
        let circles = self.not_vouched_for(next).await?;
        if circles > 0 {
            return Ok(AgencyRotation::Waits { circles });
        }
        self.write("end with an agency key", async move |tx: &mut Tx| {
            end(tx, &caller, next).await
        })
        .await?;
        Ok(AgencyRotation::Done {
            gone_from_files: self.core().pools.forget_destroyed().await,
        })
    }

    /// How many live circles list something that whoever knows only this agency key would not take.
    async fn not_vouched_for(&self, agency_key: [u8; 32]) -> Result<u64> {
        let (mut after, mut count) = (Uuid::nil(), 0);
        loop {
            let from = after;
            let rows = self
                .read("circles of an agency key", async move |tx: &mut Tx| {
                    tx.sql(LIVE)
                        .bind(from)
                        .bind(limits::CIRCLES_AT_ONCE)
                        .all::<LiveRow>()
                        .await
                })
                .await?;
            let Some(last) = rows.last() else {
                return Ok(count);
            };
            after = last.id;
            for row in &rows {
                count += u64::from(!row.is_vouched_for(&agency_key));
            }
        }
    }
}

impl LiveRow {
    fn is_vouched_for(&self, agency_key: &[u8; 32]) -> bool {
        let group = GroupId {
            circle: CircleId::from(self.id),
            generation: db::small(self.generation),
        };
        // One that does not read is nobody's word that it may be left behind.
        delivery::is_vouched_for(agency_key, group, &self.public_state).unwrap_or(false)
    }
}

/// Makes the next key and its removal key; answers it if there was one already.
async fn begin(tx: &mut Tx, caller: &Caller) -> Result<Option<[u8; 32]>> {
    let permit = ask(tx, caller, Act::RotateAgencyKey)?;
    let keys = read(tx).await?;
    if let Some(next) = &keys.next_key {
        return db::array(next).map(Some);
    }
    let present = tx
        .core()
        .sealer
        .open(AGENCY_SECRET_KEY, keys.id, &keys.secret_key)?;
    let made = make_agency_key(&signing_key(&present)?, tx.now(), tx.chance());
    let mut successions = removal_keys::successions(tx).await?;
    successions.push(made.succession);
    let surplus = successions
        .len()
        .saturating_sub(limits::AGENCY_SUCCESSIONS_MAX);
    successions.drain(..surplus);
    let removal = make_removal_key(&made.key, successions, tx.now(), tx.chance());
    removal_keys::put(tx, removal).await?;
    let public = made.key.verifying_key().to_bytes();
    let sealed = tx.seal(AGENCY_NEXT_SECRET, keys.id, made.key.as_bytes());
    let begun = tx.sql(BEGIN).bind(keys.id).bind(public.to_vec());
    if begun.bind(sealed).run().await? != 1 {
        return Err(Error::Busy);
    }
    tx.audit(Entry::done(caller, permit, Object::Agency(keys.id)));
    Ok(None)
}

/// The next key is the agency's from the COMMIT on.
async fn end(tx: &mut Tx, caller: &Caller, next: [u8; 32]) -> Result<()> {
    let permit = ask(tx, caller, Act::RotateAgencyKey)?;
    let keys = read(tx).await?;
    let (Some(_), Some(secret)) = (&keys.next_key, &keys.next_secret) else {
        // Whoever asked at the same time was quicker.
        return Err(Error::Busy);
    };
    let secret = tx.core().sealer.open(AGENCY_NEXT_SECRET, keys.id, secret)?;
    let sealed = tx.seal(AGENCY_SECRET_KEY, keys.id, &secret);
    let ended = tx.sql(END).bind(keys.id).bind(sealed).bind(next.to_vec());
    if ended.run().await? != 1 {
        return Err(Error::Busy);
    }
    tx.audit(Entry::done(caller, permit, Object::Agency(keys.id)));
    Ok(())
}

async fn read(tx: &mut Tx) -> Result<KeysRow> {
    let row = tx.sql(KEYS).maybe::<KeysRow>().await?;
    row.ok_or_else(|| Error::broken("there is no agency yet"))
}

/// The key that signs removal keys: the next one, if there is one.
pub(crate) async fn signer(tx: &mut Tx) -> Result<ed25519_dalek::SigningKey> {
    let keys = read(tx).await?;
    let (column, secret) = match &keys.next_secret {
        Some(next) => (AGENCY_NEXT_SECRET, next),
        None => (AGENCY_SECRET_KEY, &keys.secret_key),
    };
    Ok(signing_key(
        &tx.core().sealer.open(column, keys.id, secret)?,
    )?)
}
