//! The automatic answer (RFC 3834) to whoever wrote to the address of our mails: that nobody answers there, and
//! what to do instead. One for each person and day, to the address that is on record and never to the one that
//! the mail named. Planned in the transaction that saw to the mail. It names the one that it answers, the first of the
//! day, and nothing else of it: until it has left, where an invitation has its link.

use care::message_id::MessageId;
use protocol::{PersonId, SingleMailId, TaskKind, limits};
use uuid::Uuid;

use super::DueRow;
use crate::error::Result;
use crate::postbox::answers;
use crate::seal::INVITATION_LINK;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO single_mail (id, kind, person, day, due_at, not_after, link, state, tries, began,
            written_at, created_at)
        VALUES ($1, 'answer', $2, $3, $4, $5, $6, 'planned', 0, 0, $4, $4) ON CONFLICT DO NOTHING";
    PERSON = "SELECT person FROM single_mail WHERE id = $1";
}

/// Plans the answer of this day to a person, unless there is one.
pub(crate) async fn plan(
    tx: &mut Tx,
    person: PersonId,
    answered: Option<&MessageId>,
) -> Result<()> {
    let now = tx.now();
    let id = SingleMailId::from_parts(now, tx.random());
    let named = match answered {
        Some(named) => {
            let plain = named.reveal().as_bytes();
            tx.seal_unless_erased(person, INVITATION_LINK, id.uuid(), plain)
                .await?
        }
        None => None,
    };
    let day = tx.core().zone.date(now).to_string();
    let planned = tx
        .sql(INSERT)
        .bind(id.uuid())
        .bind(person.uuid())
        .bind(day)
        .bind(now.micros())
        .bind(now.plus_seconds(limits::ANSWER_MAIL_S).micros())
        .bind(named)
        .run()
        .await?;
    if planned > 0 {
        tx.wake(Topic::Due);
    }
    Ok(())
}

/// The mail that it answers; none if that had no name, or none that can be said.
pub(super) async fn answered(tx: &mut Tx, row: &DueRow) -> Result<Option<MessageId>> {
    let Some(sealed) = &row.link else {
        return Ok(None);
    };
    let named = tx.open_if_there(INVITATION_LINK, row.id, sealed).await?;
    Ok(named.as_deref().and_then(MessageId::parse))
}

/// Mails do not reach the person: whoever serves them must know.
pub(super) async fn tell(tx: &mut Tx, id: Uuid) -> Result<()> {
    let (person,): (Uuid,) = tx.sql(PERSON).bind(id).one().await?;
    answers::tell(tx, person.into(), TaskKind::CannotReachByEmail).await?;
    Ok(())
}
