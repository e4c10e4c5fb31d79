//! Invitations that are mailed: a case manager sends one to an address that they type. The mail is planned in
//! the transaction of the invitation, sent as any other (a lease, DATA counted before it begins, see
//! [`crate::deliveries`]), and says nothing but that there is a link.
//!
//! **Its link holds the invitation's secret, so the server has it until the mail has left**: sealed, and gone
//! after that. Of no other invitation does the server have it. Whoever comes by a mailed one is therefore never
//! taken for checked in person (security.md, section 1).
//!
//! An invitation that was used, ended or replaced before its mail left is not mailed any more.

use care::Caller;
use care::email::EmailAddress;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::http::{Intake, InvitePerson, MailInvitation};
use protocol::{
    Bytes, Code, InvitationId, Language, PersonId, Refusal, TaskKind, Timestamp, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::deliveries::due::Lease;
use crate::deliveries::settle::{self, End, RowNow, What};
use crate::error::Result;
use crate::hash::sha256;
use crate::intake;
use crate::postbox::bounces;
use crate::return_tokens::{self, Kind};
use crate::seal::{INVITATION_ADDRESS, INVITATION_LINK};
use crate::store::Store;
use crate::tasks::{self, Concern};
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO invitation_mail (id, address, link, language, due_at, state, tries, began,
            created_at)
        VALUES ($1, $2, $3, $4, $5, 'planned', 0, 0, $5)";
    NEXT_DUE = "
        SELECT MIN(t) FROM (
            SELECT MIN(due_at) AS t FROM invitation_mail WHERE state = 'planned'
            UNION ALL
            SELECT MIN(leased_until) AS t FROM invitation_mail WHERE state = 'leased') AS due";
    DUE = "
        SELECT m.id, m.address, m.link, m.language, m.began, m.created_at,
            CAST(CASE WHEN i.used_at IS NULL AND i.expires_at > $1 AND n.ended_at IS NULL
                THEN 1 ELSE 0 END AS BIGINT) AS good
        FROM invitation_mail m
            JOIN invitation i ON i.id = m.id
            JOIN intake n ON n.id = m.id
        WHERE (m.state = 'planned' AND m.due_at <= $1)
            OR (m.state = 'leased' AND m.leased_until <= $1)
        ORDER BY m.due_at, m.id LIMIT $2";
    LEASE = "
        UPDATE invitation_mail SET state = 'leased', lease = $2, leased_until = $3
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    DROP = "
        UPDATE invitation_mail SET state = $2, reason = $3, settled_at = $4, lease = NULL,
            leased_until = NULL, address = NULL, link = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
    BEGIN = "
        UPDATE invitation_mail SET began = began + 1
        WHERE id = $1 AND state = 'leased' AND lease = $2 AND began < 2
            AND EXISTS (SELECT 1 FROM invitation i JOIN intake n ON n.id = i.id
                WHERE i.id = invitation_mail.id AND i.used_at IS NULL AND i.expires_at > $3
                    AND n.ended_at IS NULL)
        RETURNING began";
    READ = "
        SELECT m.due_at, i.expires_at AS not_after, m.tries, m.began
        FROM invitation_mail m JOIN invitation i ON i.id = m.id
        WHERE m.id = $1 AND m.state = 'leased' AND m.lease = $2";
    SETTLE = "
        UPDATE invitation_mail SET state = $2, reason = $3, due_at = $4, tries = $5, began = $6,
            settled_at = $7, lease = NULL, leased_until = NULL
        WHERE id = $1";
    BOUNCED = "
        UPDATE invitation_mail SET state = 'failed', reason = $2, settled_at = $3
        WHERE id = $1 AND state = 'sent'";
    FORGET = "UPDATE invitation_mail SET address = NULL, link = NULL WHERE id = $1";
    // Whoever invited; the client whom the person is, or whose caregiver.
    CONCERN = "
        SELECT n.inviter, a.person,
            COALESCE((SELECT r.client FROM related_person r
                JOIN assignment g ON g.client = r.client AND g.account = n.inviter
                WHERE r.person = a.person AND a.role = 'caregiver'
                ORDER BY r.client LIMIT 1), a.person) AS client
        FROM intake n JOIN account a ON a.id = n.account WHERE n.id = $1";
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: Uuid,
    address: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    language: String,
    began: i64,
    created_at: i64,
    good: i64,
}

/// A mail with an invitation's link, to send now. Leased again it is the same mail. It does not print: the
/// link lets somebody in.
pub struct DueInvitation {
    /// The invitation.
    pub id: InvitationId,
    /// Where it goes.
    pub to: EmailAddress,
    /// What follows the `#` of the link.
    pub link: String,
    /// In which language it speaks.
    pub language: Language,
    /// When it was planned: its Date.
    pub written_at: Timestamp,
    /// Unique and stable: the Message-ID is made of it.
    pub message_id: [u8; 16],
    /// By what it is known if it comes back.
    pub return_token: String,
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

    /// When a mail with an invitation is next due, or a lease runs out.
    pub async fn next_invitation_mail(&self) -> Result<Option<Timestamp>> {
        self.read("next invitation mail", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_DUE).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes at most [`limits::DELIVERIES_LEASED`] mails with invitations in hand at `now`. What is good no
    /// longer is dropped; nothing is taken while the clock is in doubt. Whether there may be more.
    pub async fn lease_invitation_mails(
        &self,
        now: Timestamp,
    ) -> Result<(Lease, Vec<DueInvitation>, bool)> {
        let caller = Caller::scheduler();
        self.write("lease invitation mails", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::LeaseDeliveries)?;
            let lease = Lease(tx.random());
            if clock_jumps::stands(tx).await? {
                return Ok((lease, Vec::new(), false));
            }
            let rows = tx
                .sql(DUE)
                .bind(now.micros())
                .bind(i64::try_from(limits::DELIVERIES_LEASED).unwrap_or(i64::MAX))
                .all::<DueRow>()
                .await?;
            let mut taken = Vec::with_capacity(rows.len());
            for row in &rows {
                if let Some(due) = decide(tx, row, now).await?
                    && take(tx, row.id, &lease, now).await?
                {
                    taken.push(due);
                }
            }
            if !taken.is_empty() {
                let ids = taken.iter().map(|due| due.id.uuid());
                tx.audit(Entry::done(&caller, permit, Object::Deliveries).shown(ids));
            }
            let more = rows.len() == limits::DELIVERIES_LEASED;
            Ok((lease, taken, more))
        })
        .await
    }

    /// Notes what becomes of a mail that is in hand, and whether that held: it may begin only while it is
    /// leased by the same lease and its invitation is good.
    pub async fn note_invitation_mail(
        &self,
        id: InvitationId,
        lease: Lease,
        what: What,
        now: Timestamp,
    ) -> Result<bool> {
        let caller = Caller::scheduler();
        self.write("note invitation mail", async move |tx: &mut Tx| {
            let permit = permit(tx, &caller, Act::SettleDeliveries)?;
            if what == What::Begins {
                let begins = tx.sql(BEGIN).bind(id.uuid()).bind(lease.0.to_vec());
                let began = begins.bind(now.micros()).maybe::<(i64,)>().await?;
                return Ok(began.is_some());
            }
            let held = settle(tx, id, (&lease, what), now).await?;
            let entry = Entry::done(&caller, permit, Object::Deliveries);
            tx.audit(entry.shown([id.uuid()]));
            Ok(held)
        })
        .await
    }
}

fn permit(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, act, standing, Object::Deliveries)
}

async fn plan(
    tx: &mut Tx,
    (id, person): (InvitationId, PersonId),
    to: &EmailAddress,
    asked: &MailInvitation,
) -> Result<()> {
    let plain = to.reveal().as_bytes();
    let address = tx.seal_about(person, INVITATION_ADDRESS, id.uuid(), plain);
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

/// The mail of a due row, if it is to be sent still; else the row is dropped.
async fn decide(tx: &mut Tx, row: &DueRow, now: Timestamp) -> Result<Option<DueInvitation>> {
    // Twice it may have arrived already: once more would be once too often.
    if row.began >= 2 {
        drop_row(tx, row.id, ("failed", "outcome_unknown"), now).await?;
        tell_inviter(tx, row.id).await?;
        return Ok(None);
    }
    let (Some(address), Some(link), true) = (&row.address, &row.link, row.good != 0) else {
        drop_row(tx, row.id, ("cancelled", "changed"), now).await?;
        return Ok(None);
    };
    let address = tx.open_if_there(INVITATION_ADDRESS, row.id, address);
    let address = address.await?;
    let link = tx.open_if_there(INVITATION_LINK, row.id, link).await?;
    let (Some(address), Some(link)) = (address, link) else {
        // A client's who was erased.
        drop_row(tx, row.id, ("cancelled", "changed"), now).await?;
        return Ok(None);
    };
    let hash = sha256(&[b"carecircle/invitation-mail/v1", row.id.as_bytes()]);
    let mut message_id = [0; 16];
    message_id.copy_from_slice(&hash[..16]);
    Ok(Some(DueInvitation {
        id: row.id.into(),
        to: EmailAddress::parse(&address)?,
        link,
        language: db::language(&row.language)?,
        written_at: db::at(row.created_at),
        message_id,
        return_token: return_tokens::write(&tx.core().sealer, Kind::Invitation, row.id),
    }))
}

async fn take(tx: &mut Tx, id: Uuid, lease: &Lease, now: Timestamp) -> Result<bool> {
    let until = now.plus_seconds(limits::DELIVERY_LEASE_S);
    let taken = tx.sql(LEASE).bind(id).bind(lease.0.to_vec());
    let taken = taken.bind(until.micros()).bind(now.micros());
    Ok(taken.run().await? == 1)
}

async fn drop_row(
    tx: &mut Tx,
    id: Uuid,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    let dropped = tx.sql(DROP).bind(id).bind(state).bind(reason);
    dropped.bind(now.micros()).run().await?;
    metrics::counter!("deliveries_dropped", "reason" => reason).increment(1);
    Ok(())
}

async fn settle(
    tx: &mut Tx,
    id: InvitationId,
    (lease, what): (&Lease, What),
    now: Timestamp,
) -> Result<bool> {
    let row = tx.sql(READ).bind(id.uuid()).bind(lease.0.to_vec());
    let Some(row) = row.maybe::<RowNow>().await? else {
        return Ok(false);
    };
    let End {
        state,
        reason,
        due_at,
        tries,
        began,
    } = settle::end(what, &row, now);
    let over = state != "planned";
    tx.sql(SETTLE)
        .bind(id.uuid())
        .bind(state)
        .bind(reason)
        .bind(due_at)
        .bind(tries)
        .bind(began)
        .bind(over.then(|| now.micros()))
        .run()
        .await?;
    if over {
        tx.sql(FORGET).bind(id.uuid()).run().await?;
    }
    if state == "failed" {
        tell_inviter(tx, id.uuid()).await?;
    }
    metrics::counter!("deliveries_settled", "state" => state).increment(1);
    Ok(true)
}

/// A mail that was taken did not arrive. Whether that is news; the address itself was not kept.
pub(crate) async fn bounced(tx: &mut Tx, id: Uuid, address: bool) -> Result<bool> {
    let now = tx.now().micros();
    let bounced = tx.sql(BOUNCED).bind(id).bind(bounces::reason(address));
    let news = bounced.bind(now).run().await? > 0;
    if news {
        tell_inviter(tx, id).await?;
    }
    Ok(news)
}

/// A mail that somebody counts on did not arrive: a human must see to it.
async fn tell_inviter(tx: &mut Tx, id: Uuid) -> Result<()> {
    let concern = tx.sql(CONCERN).bind(id);
    let (account, person, client): (Uuid, Uuid, Uuid) = concern.one().await?;
    let concern = Concern {
        account: account.into(),
        client: client.into(),
        person: person.into(),
        appointment: None,
    };
    tasks::raise(tx, TaskKind::CannotReachByEmail, &concern).await
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
