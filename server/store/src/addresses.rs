//! Whose address a mail came from: addresses are sealed, and found by a blind index. Case does not count, as no
//! mail server lets it.

use care::email::EmailAddress;
use protocol::limits;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Result;
use crate::seal::{ADDRESS, ADDRESS_INDEX};
use crate::store::Store;
use crate::tx::Tx;

statements! {
    NOT_INDEXED = "
        SELECT id, value FROM address
        WHERE value_index IS NULL AND ended_at IS NULL AND id > $1 ORDER BY id LIMIT $2";
    PUT_INDEX = "
        UPDATE address SET value_index = $2 WHERE id = $1 AND ended_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct AddressRow {
    id: Uuid,
    value: Vec<u8>,
}

/// By what an address is found.
pub(crate) fn index(tx: &Tx, address: &EmailAddress) -> Vec<u8> {
    let spelling = Zeroizing::new(address.reveal().to_lowercase());
    tx.core().sealer.index(ADDRESS_INDEX, &spelling).to_vec()
}

impl Store {
    /// Finds a blind index for addresses from before there were any. Before the first mail is taken; again does
    /// nothing.
    pub async fn index_addresses(&self) -> Result<()> {
        let mut after = Some(Uuid::nil());
        while let Some(from) = after {
            after = self
                .write("index addresses", async move |tx: &mut Tx| {
                    index_some(tx, from).await
                })
                .await?;
        }
        Ok(())
    }
}

/// The last address that was looked at, if there may be more.
async fn index_some(tx: &mut Tx, after: Uuid) -> Result<Option<Uuid>> {
    let rows = tx
        .sql(NOT_INDEXED)
        .bind(after)
        .bind(limits::ADDRESSES_INDEXED_AT_ONCE)
        .all::<AddressRow>()
        .await?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limits::ADDRESSES_INDEXED_AT_ONCE;
    let last = rows.last().map(|row| row.id);
    for row in rows {
        let Some(text) = tx.open_if_there(ADDRESS, row.id, &row.value).await? else {
            continue;
        };
        let Ok(address) = EmailAddress::parse(&text) else {
            continue;
        };
        let index = index(tx, &address);
        tx.sql(PUT_INDEX).bind(row.id).bind(index).run().await?;
    }
    Ok(last.filter(|_| full))
}
