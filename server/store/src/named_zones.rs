//! The zones that stand in the database, against the zone database with which it is opened. An installation may
//! name a release of its own; one that lacks a zone in which somebody is booked would have to guess.

use crate::error::Result;
use crate::tx::Tx;

statements! {
    NAMED = "
        SELECT zone FROM preference
        UNION SELECT zone FROM resource
        UNION SELECT zone FROM series WHERE ended_at IS NULL
        UNION SELECT zone FROM appointment WHERE state = 'booked'
        UNION SELECT zone FROM job WHERE zone IS NOT NULL
        ORDER BY 1";
}

/// Those that the zone database does not name.
pub(crate) async fn missing(tx: &mut Tx) -> Result<Vec<String>> {
    let named = tx.sql(NAMED).all::<(String,)>().await?;
    let zones = &tx.core().zones;
    let missing = named.into_iter().map(|(name,)| name);
    Ok(missing.filter(|name| zones.find(name).is_err()).collect())
}
