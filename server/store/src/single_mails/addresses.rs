//! The mail that asks whether an address is somebody's: the only one that it gets before that is said. Planned in the
//! transaction in which it is written down, and when somebody has it ask once more.
//!
//! It is not sent any more once the address was replaced or something was said of it.

use protocol::{Code, PersonId, Refusal, SingleMailId, Timestamp, limits};
use uuid::Uuid;

use super::DueRow;
use crate::address_links;
use crate::db;
use crate::error::Result;
use crate::links::LinkSecret;
use crate::tx::Tx;
use crate::unanswered;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO single_mail (id, kind, person, address, due_at, not_after, state, tries, began,
            written_at, created_at)
        VALUES ($1, 'address', $2, $3, $4, $5, 'planned', 0, 0, $4, $4)";
    GOOD = "
        SELECT d.id FROM single_mail m JOIN address d ON d.id = m.address
        WHERE m.id = $1 AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NULL";
    UNDER_WAY = "
        SELECT id FROM single_mail
        WHERE address = $1 AND kind = 'address' AND state IN ('planned', 'leased') LIMIT 1";
    ASKED_AT = "
        SELECT MAX(settled_at) FROM single_mail
        WHERE address = $1 AND kind = 'address' AND state = 'sent'";
    // The first one was planned with the address.
    AGAIN = "
        SELECT COUNT(*) FROM single_mail
        WHERE address = $1 AND kind = 'address' AND created_at > $2 AND created_at > $3";
    ASKED_OF = "
        SELECT COUNT(*) FROM single_mail
        WHERE person = $1 AND kind = 'address' AND created_at > $2";
}

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// Plans a mail to an address of a person. [`Code::RateLimited`] if theirs were asked about too often within a day.
pub(crate) async fn plan(tx: &mut Tx, person: PersonId, address: Uuid) -> Result<()> {
    let now = tx.now();
    if !has_room(tx, person).await? {
        let detail = "email: it was changed too often today";
        return Err(Refusal::new(Code::RateLimited, detail).into());
    }
    let id = SingleMailId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(person.uuid())
        .bind(address)
        .bind(now.micros())
        .bind(now.plus_seconds(limits::ADDRESS_LINK_S).micros())
        .run()
        .await?;
    unanswered::asked_again(tx, address).await?;
    tx.wake(Topic::Due);
    Ok(())
}

/// Whether theirs may be asked about once more today.
pub(crate) async fn has_room(tx: &mut Tx, person: PersonId) -> Result<bool> {
    let since = tx.now().plus_seconds(-DAY_S).micros();
    let asked = tx.sql(ASKED_OF).bind(person.uuid()).bind(since);
    let (asked,): (i64,) = asked.one().await?;
    Ok(asked < limits::ADDRESSES_ASKED_MAX)
}

/// Whether the address is still to be asked about.
pub(super) async fn is_good(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let good = tx.sql(GOOD).bind(id).maybe::<(Uuid,)>().await?;
    Ok(good.is_some())
}

/// The last part of the path of the mail's link, which is good for as long as the mail would be.
pub(super) async fn token(tx: &mut Tx, row: &DueRow) -> Result<Option<String>> {
    let Some(address) = row.address else {
        return Ok(None);
    };
    let secret = address_links::ensure(tx, address, row.not_after).await?;
    Ok(Some(LinkSecret::from(secret).to_text()))
}

/// Whether one has not left yet.
pub(crate) async fn is_under_way(tx: &mut Tx, address: Uuid) -> Result<bool> {
    let under_way = tx.sql(UNDER_WAY).bind(address).maybe::<(Uuid,)>().await?;
    Ok(under_way.is_some())
}

/// When the last one left.
pub(crate) async fn asked_at(tx: &mut Tx, address: Uuid) -> Result<Option<Timestamp>> {
    let (at,): (Option<i64>,) = tx.sql(ASKED_AT).bind(address).one().await?;
    Ok(at.map(db::at))
}

/// How many were planned within a day besides the first, which was when the address was.
pub(crate) async fn asked_again(tx: &mut Tx, address: Uuid, first: i64) -> Result<i64> {
    let since = tx.now().plus_seconds(-DAY_S).micros();
    let again = tx.sql(AGAIN).bind(address).bind(first).bind(since);
    let (again,): (i64,) = again.one().await?;
    Ok(again)
}
