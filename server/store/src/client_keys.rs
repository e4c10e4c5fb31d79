//! Each client's own key: made when something is first sealed about them, wrapped by a seal key, read again
//! from its row by whoever does not have it in memory, destroyed when the client is erased.
//!
//! What is sealed about a client is a matter of the column and the row (`seal.rs`, `server/DATA.md`). Of a
//! client who was erased it never opens again: whoever meets it reads [`protocol::ERASED`], and goes on.

use std::sync::Arc;

use protocol::{Code, EntryId, PersonId, Refusal};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::seal::{CLIENT_KEY, KeyId, NotOpened, SealKey, Suite};
use crate::tx::Tx;

statements! {
    ERASURES = "SELECT erasures FROM sentinel";
    // Whoever makes a client's key waits for whoever erases a client, and sees it.
    HOLD = "UPDATE sentinel SET one = 1";
    OF = "
        SELECT id, client, key_id, wrapped FROM client_key
        WHERE client = $1 AND state <> 'retained'";
    NAMED = "SELECT id, client, key_id, wrapped FROM client_key WHERE key_id = $1";
    IS_CLIENT = "SELECT id FROM account WHERE person = $1 AND role = 'client' LIMIT 1";
    INSERT = "
        INSERT INTO client_key (id, client, key_id, wrapped, state, created_at)
        VALUES ($1, $2, $3, $4, 'valid', $5)
        ON CONFLICT DO NOTHING";
}

/// Two keys of one name are not to be expected in the life of the universe; so often another is drawn.
const DRAWN_MAX: u32 = 4;

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    client: Uuid,
    key_id: Vec<u8>,
    wrapped: Option<Vec<u8>>,
}

/// Under what a field about somebody is sealed.
pub(crate) enum Sealing {
    /// The client's own key.
    Own(Arc<SealKey>),
    /// They are no client: a seal key of the ring.
    Ring,
    /// They are erased: nothing is sealed about them any more.
    Erased,
}

/// What became of a key that a sealed value names.
pub(crate) enum Opening {
    /// It opens.
    Own(Arc<SealKey>),
    /// It was destroyed.
    Erased,
}

/// How often clients were erased, as this transaction sees it.
pub(crate) async fn erasures(tx: &mut Tx) -> Result<i64> {
    let (erasures,): (i64,) = tx.sql(ERASURES).one().await?;
    Ok(erasures)
}

/// Under what to seal about this person. A client who has no key yet gets one.
pub(crate) async fn sealing(tx: &mut Tx, person: PersonId) -> Result<Sealing> {
    if let Some(sealing) = present(tx, person).await? {
        return Ok(sealing);
    }
    let is_client = tx
        .sql(IS_CLIENT)
        .bind(person.uuid())
        .maybe::<(Uuid,)>()
        .await?;
    if is_client.is_none() {
        return Ok(Sealing::Ring);
    }
    make(tx, person).await
}

/// No client's key is made or destroyed by anybody else before this transaction ends.
pub(crate) async fn hold(tx: &mut Tx) -> Result<()> {
    tx.sql(HOLD).run().await?;
    Ok(())
}

/// Makes a client's key, unless somebody else just did.
pub(crate) async fn make(tx: &mut Tx, client: PersonId) -> Result<Sealing> {
    hold(tx).await?;
    for _ in 0..DRAWN_MAX {
        if let Some(sealing) = present(tx, client).await? {
            return Ok(sealing);
        }
        let secret = Zeroizing::new(tx.random::<32>());
        let key = SealKey::derive_for(client.uuid(), &secret);
        let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
        let wrapped = tx.seal(CLIENT_KEY, id, secret.as_slice());
        let now = tx.now().micros();
        tx.sql(INSERT)
            .bind(id)
            .bind(client.uuid())
            .bind(key.mark().to_vec())
            .bind(wrapped)
            .bind(now)
            .run()
            .await?;
    }
    let made = present(tx, client).await?;
    made.ok_or_else(|| Error::broken("no key could be drawn for a client"))
}

async fn present(tx: &mut Tx, client: PersonId) -> Result<Option<Sealing>> {
    let row = tx.sql(OF).bind(client.uuid()).maybe::<KeyRow>().await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(match open(tx, &row).await? {
        Opening::Own(key) => Sealing::Own(key),
        Opening::Erased => Sealing::Erased,
    }))
}

/// The client's own key that a sealed value names.
pub(crate) async fn opening(tx: &mut Tx, id: KeyId) -> Result<Opening> {
    let erasures = tx.erasures().await?;
    if let Some(key) = tx.core().sealer.clients.find(id, erasures) {
        return Ok(Opening::Own(key));
    }
    let mark = crate::seal::mark(Suite::Client, id);
    let row = tx.sql(NAMED).bind(mark.to_vec()).maybe::<KeyRow>().await?;
    match row {
        Some(row) => open(tx, &row).await,
        None => Err(Error::broken(
            "a field is sealed under a client's key that is not there",
        )),
    }
}

async fn open(tx: &mut Tx, row: &KeyRow) -> Result<Opening> {
    let Some(wrapped) = &row.wrapped else {
        return Ok(Opening::Erased);
    };
    let erasures = tx.erasures().await?;
    let clients = &tx.core().sealer.clients;
    let id = row.key_id.get(1..).and_then(|id| KeyId::try_from(id).ok());
    let id = id.ok_or_else(|| Error::broken("a client's key's name is not 5 bytes"))?;
    if let Some(key) = clients.find(id, erasures) {
        return Ok(Opening::Own(key));
    }
    let secret = tx.core().sealer.open(CLIENT_KEY, row.id, wrapped)?;
    let secret = <&[u8; 32]>::try_from(secret.as_slice()).map_err(|_| NotOpened::Damaged)?;
    let key = Arc::new(SealKey::derive_for(row.client, secret));
    clients.keep(&key, erasures);
    Ok(Opening::Own(key))
}

/// What whoever would write about an erased client is told.
pub(crate) fn erased() -> Refusal {
    Refusal::new(Code::BadRequest, "this client was erased")
}
