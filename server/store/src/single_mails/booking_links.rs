//! Booking links that leave by mail, to the address that the client has when the mail leaves. Planned in the
//! transaction of the link.
//!
//! It does not leave to an address of which nobody has said that it is theirs: whoever reads there would see when the
//! client's workers are free, and could book in the client's name. It waits for that, and staff see that it does.
//!
//! A link that was used, taken back or is void before its mail left is not mailed any more. Whoever made it is
//! asked to see to it where nobody can be reached.

use protocol::{BookingLinkId, Code, PersonId, Refusal, Timestamp};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::links::{LINK_SECRET_BYTES, LinkSecret};
use crate::preferences;
use crate::seal::BOOKING_SECRET;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO single_mail (id, kind, person, booking_link, due_at, not_after, state, tries,
            began, written_at, created_at)
        VALUES ($1, 'booking_link', $2, $1, $3,
            (SELECT b.expires_at FROM booking_link b WHERE b.id = $1), 'planned', 0, 0, $3, $3)";
    // One that can be used, for what is offered still, by a client whom one of its workers serves.
    GOOD = "
        SELECT b.id FROM single_mail m JOIN booking_link b ON b.id = m.booking_link
        WHERE m.id = $1 AND b.used_at IS NULL AND b.revoked_at IS NULL AND b.expires_at > $2
            AND NOT EXISTS (SELECT 1 FROM visit_type y
                WHERE y.id = b.visit_type AND y.ended_at IS NOT NULL)
            AND EXISTS (SELECT 1
                FROM booking_link_worker w JOIN assignment g ON g.account = w.account
                WHERE w.booking_link = b.id AND g.client = b.client AND g.from_at <= $2
                    AND (g.ended_at IS NULL OR g.ended_at > $2))";
    SECRET = "
        SELECT b.id, b.secret FROM single_mail m JOIN booking_link b ON b.id = m.booking_link
        WHERE m.id = $1";
    // One that was tried waits for its pause to end, unless it was put off since for want of an address.
    HASTEN = "
        UPDATE single_mail SET due_at = $2
        WHERE person = $1 AND kind = 'booking_link' AND state = 'planned' AND due_at > $2
            AND (tries = 0 OR due_at = not_after)";
    CONCERN = "
        SELECT b.made_by, b.client, b.client AS person
        FROM single_mail m JOIN booking_link b ON b.id = m.booking_link WHERE m.id = $1";
}

/// Plans the mail of a link that is made in this transaction. [`Code::EmailInvalid`] if the client has no
/// address.
pub(crate) async fn plan(tx: &mut Tx, id: BookingLinkId, client: PersonId) -> Result<()> {
    if preferences::read(tx, client).await?.email.is_none() {
        let detail = "mail: the client has no mail address";
        return Err(Refusal::new(Code::EmailInvalid, detail).into());
    }
    let now = tx.now().micros();
    let planned = tx.sql(INSERT).bind(id.uuid()).bind(client.uuid());
    planned.bind(now).run().await?;
    tx.wake(Topic::Due);
    Ok(())
}

/// Something was said of the client's address, or there is another one: mails that wait for that are decided again.
pub(crate) async fn hasten(tx: &mut Tx, client: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let hasten = tx.sql(HASTEN).bind(client.uuid()).bind(now);
    if hasten.run().await? > 0 {
        tx.wake(Topic::Due);
    }
    Ok(())
}

/// Whether the mail's link can be used.
pub(super) async fn is_good(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let good = tx.sql(GOOD).bind(id).bind(now.micros());
    Ok(good.maybe::<(Uuid,)>().await?.is_some())
}

/// The last part of the path of the mail's link; none of a client's who was erased.
pub(super) async fn token(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    let row = tx.sql(SECRET).bind(id).maybe::<(Uuid, Option<Vec<u8>>)>();
    let Some((link, Some(sealed))) = row.await? else {
        return Ok(None);
    };
    let Some(secret) = tx.open(BOOKING_SECRET, link, &sealed).await? else {
        return Ok(None);
    };
    let secret: [u8; LINK_SECRET_BYTES] = db::array(&secret)?;
    Ok(Some(LinkSecret::from(secret).to_text()))
}

/// Whoever made the link; the client, twice: it goes to no one else.
pub(super) async fn concern(tx: &mut Tx, id: Uuid) -> Result<(Uuid, Uuid, Uuid)> {
    tx.sql(CONCERN).bind(id).one().await
}
