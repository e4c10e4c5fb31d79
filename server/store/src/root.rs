//! The root key, and how another one takes its place.
//!
//! It comes from outside, wraps the seal keys and proves itself by the sentinel; nothing else hangs from it.
//! The keys under which links and login names are looked up were derived from the first root key and are kept,
//! sealed, since then: a link that was mailed, and the name that goes with a password, outlive the root key of
//! that day.
//!
//! The change is one transaction. Cut off anywhere, either the old key opens everything or the new one does. Other
//! processes of the same database go on with the seal keys that they have, make none, and are started again
//! with the new key.

use care::Caller;
use care::rules::Act;
use protocol::{Code, EntryId, Refusal};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::keys::{self, ask, sealed_under};
use crate::seal::{COLUMNS, LOOKUP_KEY, Lookup, SENTINEL, SealKey, WRAPPED};
use crate::settings::RootKey;
use crate::store::{SENTINEL_TEXT, Store};
use crate::tx::Tx;

statements! {
    HOLD = "UPDATE sentinel SET one = 1 WHERE substr(sealed, 2, 5) = $1";
    ANY_SENTINEL = "SELECT id FROM sentinel";
    REPLACE_SENTINEL = "UPDATE sentinel SET sealed = $2 WHERE id = $1";
    REPLACE_WRAPPED = "UPDATE seal_key SET wrapped = $2 WHERE id = $1 AND wrapped = $3";
    READ_LOOKUP = "SELECT id, secret FROM lookup_key WHERE name = $1";
    INSERT_LOOKUP = "
        INSERT INTO lookup_key (id, name, secret) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

impl Lookup {
    /// As `lookup_key` names it.
    fn name(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Indexes => "indexes",
        }
    }
}

#[derive(sqlx::FromRow)]
struct LookupRow {
    id: Uuid,
    secret: Vec<u8>,
}

/// Reads the keys under which hashes are looked up; keeps those that were derived, where none are yet.
pub(crate) async fn open_lookups(tx: &mut Tx) -> Result<()> {
    for what in Lookup::ALL {
        open_lookup(tx, what).await?;
    }
    Ok(())
}

async fn open_lookup(tx: &mut Tx, what: Lookup) -> Result<()> {
    let mut row = read_lookup(tx, what).await?;
    if row.is_none() {
        let derived = tx.core().sealer.lookup_key(what);
        let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
        let sealed = tx.seal(LOOKUP_KEY, id, derived.as_slice());
        tx.sql(INSERT_LOOKUP)
            .bind(id)
            .bind(what.name())
            .bind(sealed)
            .run()
            .await?;
        row = read_lookup(tx, what).await?;
    }
    let row = row.ok_or_else(|| Error::broken("a key to look up by was not kept"))?;
    let sealer = &tx.core().sealer;
    let key = sealer.open(LOOKUP_KEY, row.id, &row.secret)?;
    sealer.look_up_by(what, Zeroizing::new(db::array(&key)?));
    Ok(())
}

async fn read_lookup(tx: &mut Tx, what: Lookup) -> Result<Option<LookupRow>> {
    tx.sql(READ_LOOKUP).bind(what.name()).maybe().await
}

/// Whoever wraps a key locks the sentinel first, and sees that the root key is still the one in hand.
pub(crate) async fn hold(tx: &mut Tx) -> Result<()> {
    let mark = tx.core().sealer.root_mark();
    if tx.sql(HOLD).bind(mark.to_vec()).run().await? == 1 {
        return Ok(());
    }
    let detail = "the root key was changed: start this server again with the new one";
    Err(Refusal::new(Code::BadRequest, detail).into())
}

impl Store {
    /// Puts another root key in the place of the present one: from the COMMIT on only the new one opens the
    /// database, and this process goes on with it. [`Code::BadRequest`] if it is the same, or while
    /// something is sealed under the root key itself, from before there were seal keys: rotate first.
    pub async fn change_root_key(&self, caller: &Caller, root: &RootKey) -> Result<()> {
        let (caller, new) = (*caller, root.clone());
        self.write("change root key", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::ChangeRootKey)?;
            let root = SealKey::derive(new.as_bytes());
            if root.mark() == tx.core().sealer.root_mark() {
                let detail = "that is the root key of now: make another one";
                return Err(Refusal::new(Code::BadRequest, detail).into());
            }
            hold(tx).await?;
            let old = tx.core().sealer.root_mark();
            for column in COLUMNS.iter().filter(|column| column.turns()) {
                if sealed_under(tx, column, old).await? {
                    let detail =
                        "something is still sealed under the root key itself: rotate first";
                    return Err(Refusal::new(Code::BadRequest, detail).into());
                }
            }
            wrap_anew(tx, &root).await?;
            tx.change_root(root);
            tx.audit(Entry::done(&caller, permit, Object::SealKeys));
            Ok(())
        })
        .await?;
        self.core().pools.forget_destroyed().await;
        Ok(())
    }
}

/// The seal keys and the sentinel.
async fn wrap_anew(tx: &mut Tx, root: &SealKey) -> Result<()> {
    for row in keys::read(tx).await? {
        let Some(wrapped) = row.wrapped else {
            continue;
        };
        let secret = tx.core().sealer.open(WRAPPED, row.id, &wrapped)?;
        let anew = root.seal(WRAPPED, row.id, &secret, tx.random());
        let replaced = tx.sql(REPLACE_WRAPPED).bind(row.id).bind(anew);
        if replaced.bind(wrapped).run().await? != 1 {
            return Err(Error::Busy);
        }
    }
    let (sentinel,): (Uuid,) = tx.sql(ANY_SENTINEL).one().await?;
    let sealed = root.seal(SENTINEL, sentinel, SENTINEL_TEXT, tx.random());
    tx.sql(REPLACE_SENTINEL)
        .bind(sentinel)
        .bind(sealed)
        .run()
        .await?;
    Ok(())
}
