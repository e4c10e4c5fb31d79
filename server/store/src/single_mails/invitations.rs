//! Invitations that are mailed: a case manager sends one to an address that they type. The mail is planned in
//! the transaction of the invitation, and says nothing but that there is a link.
//!
//! **Its link holds the invitation's secret, so the server has it until the mail has left**: sealed, and gone
//! after that. Of no other invitation does the server have it. Whoever comes by a mailed one is therefore never
//! taken for checked in person (security.md, section 1).
//!
//! An invitation that was used, ended or replaced before its mail left is not mailed any more.

use care::Caller;
use care::email::EmailAddress;
use protocol::http::{Intake, InvitePerson, MailInvitation};
use protocol::{Bytes, Code, InvitationId, PersonId, Refusal, Timestamp};
use uuid::Uuid;

use super::DueRow;
use crate::error::Result;
use crate::intake;
use crate::seal::{INVITATION_LINK, TYPED_ADDRESS};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO single_mail (id, kind, typed_address, link, intake, language, due_at, not_after,
            state, tries, began, written_at, created_at)
        VALUES ($1, 'invitation', $2, $3, $1, $4, $5,
            (SELECT i.expires_at FROM invitation i WHERE i.id = $1), 'planned', 0, 0, $5, $5)";
    GOOD = "
        SELECT i.id FROM single_mail m
            JOIN invitation i ON i.id = m.intake
            JOIN intake n ON n.id = m.intake
        WHERE m.id = $1 AND i.used_at IS NULL AND i.expires_at > $2 AND n.ended_at IS NULL";
    // Whoever invited; the client whom the person is, or whose caregiver.
    CONCERN = "
        SELECT n.inviter,
            COALESCE((SELECT r.client FROM related_person r
                JOIN assignment g ON g.client = r.client AND g.account = n.inviter
                WHERE r.person = a.person AND a.role = 'caregiver'
                ORDER BY r.client LIMIT 1), a.person) AS client,
            a.person
        FROM single_mail m
            JOIN intake n ON n.id = m.intake
            JOIN account a ON a.id = n.account
        WHERE m.id = $1";
}

/// `/join/<16 bytes>.<32 bytes>`, as devices make links of invitations, and nothing else: no other page, and
/// no other host.
fn must_be_a_link(link: &str) -> Result<()> {
    let is = |text: &str, bytes: usize| {
        Bytes::from_base64url(text).is_some_and(|read| read.len() == bytes)
    };
    let parts = link.strip_prefix("/join/");
    let parts = parts.and_then(|tail| tail.split_once('.'));
    if parts.is_some_and(|(secret, fingerprint)| is(secret, 16) && is(fingerprint, 32)) {
        return Ok(());
    }
    Err(Refusal::new(Code::BadRequest, "link: not of an invitation").into())
}

impl Store {
    /// As [`Store::invite_person`], and the link leaves by mail. [`Code::EmailInvalid`].
    pub async fn mail_invitation(
        &self,
        caller: &Caller,
        person: PersonId,
        asked: MailInvitation,
    ) -> Result<Intake> {
        let caller = *caller;
        let to = EmailAddress::parse(&asked.email)?;
        must_be_a_link(&asked.link)?;
        let invite = InvitePerson {
            op_id: asked.op_id,
            lookup_hash: asked.lookup_hash.clone(),
            mac: asked.mac.clone(),
        };
        intake::check(&invite)?;
        self.write("mail invitation", async move |tx: &mut Tx| {
            let (id, fresh) = intake::begin(tx, &caller, person, &invite, Some(&to)).await?;
            if fresh {
                plan(tx, (id, person), &to, &asked).await?;
            }
            intake::stands(tx, id).await
        })
        .await
    }
}

async fn plan(
    tx: &mut Tx,
    (id, person): (InvitationId, PersonId),
    to: &EmailAddress,
    asked: &MailInvitation,
) -> Result<()> {
    let plain = to.reveal().as_bytes();
    let address = tx.seal_about(person, TYPED_ADDRESS, id.uuid(), plain);
    let address = address.await?;
    let plain = asked.link.as_bytes();
    let link = tx.seal_about(person, INVITATION_LINK, id.uuid(), plain);
    let link = link.await?;
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(address)
        .bind(link)
        .bind(asked.language.as_str())
        .bind(now)
        .run()
        .await?;
    tx.wake(Topic::Due);
    Ok(())
}

/// Whether the mail's invitation can be used.
pub(super) async fn is_good(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let good = tx.sql(GOOD).bind(id).bind(now.micros());
    Ok(good.maybe::<(Uuid,)>().await?.is_some())
}

/// What follows the `#` of the mail's link; none of a client's who was erased.
pub(super) async fn link(tx: &mut Tx, row: &DueRow) -> Result<Option<String>> {
    match &row.link {
        Some(sealed) => tx.open_if_there(INVITATION_LINK, row.id, sealed).await,
        None => Ok(None),
    }
}

/// Whoever invited, the client whom it is about, and whom mails do not reach.
pub(super) async fn concern(tx: &mut Tx, id: Uuid) -> Result<(Uuid, Uuid, Uuid)> {
    tx.sql(CONCERN).bind(id).one().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_invitations_are_mailed() {
        let (secret, print) = ("A".repeat(22), "A".repeat(43));
        assert!(must_be_a_link(&format!("/join/{secret}.{print}")).is_ok());
        for bad in [
            String::new(),
            format!("/link/{secret}.{print}"),
            format!("join/{secret}.{print}"),
            format!("/join/{secret}{print}"),
            format!("/join/{secret}.{print}/more"),
            format!("/join/{print}.{secret}"),
            format!("@elsewhere.example/join/{secret}.{print}"),
        ] {
            assert!(must_be_a_link(&bad).is_err(), "{bad}");
        }
    }
}
