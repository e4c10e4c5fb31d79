//! What was mailed to a person opens nothing any more once their address was replaced, or whoever reads there says that
//! it is not theirs. Who reads the old mails may be whom they are to be kept from: by a link that worked still they would
//! be told of visits, call them off, book, stop mails or come in.
//!
//! All that was ever mailed to the person ends, wherever it went. Mails to another address get links of their own, made
//! when they are planned ([`crate::links`]) or written ([`crate::stop_links`]); a booking link and an invitation whoever
//! serves the person makes anew. A booking link that waits to be mailed stays.

use care::Caller;
use care::rules::Permit;
use protocol::PersonId;

use crate::booking_links;
use crate::error::Result;
use crate::tx::Tx;

statements! {
    FORGET_LINKS = "
        DELETE FROM link WHERE participant IN (SELECT p.id FROM participant p WHERE p.person = $1)";
    FORGET_STOP_LINKS = "
        DELETE FROM stop_link WHERE account IN (SELECT a.id FROM account a WHERE a.person = $1)";
    // To where one was mailed is not known any more once it has left.
    VOID_INVITATIONS = "
        UPDATE invitation SET expires_at = $2
        WHERE used_at IS NULL AND expires_at > $2
            AND account IN (SELECT a.id FROM account a WHERE a.person = $1)
            AND EXISTS (SELECT 1 FROM single_mail m
                WHERE m.id = invitation.id AND m.kind = 'invitation')";
}

/// Ends all of it. Whatever is planned for the person is planned anew afterwards, in the same transaction.
pub(crate) async fn end_of(tx: &mut Tx, by: (&Caller, Permit), person: PersonId) -> Result<()> {
    booking_links::revoke_mailed(tx, by, person).await?;
    for sql in [FORGET_LINKS, FORGET_STOP_LINKS] {
        tx.sql(sql).bind(person.uuid()).run().await?;
    }
    let before = tx.now().plus_seconds(-1).micros();
    let void = tx.sql(VOID_INVITATIONS).bind(person.uuid()).bind(before);
    void.run().await?;
    Ok(())
}
