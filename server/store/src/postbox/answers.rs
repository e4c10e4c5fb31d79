//! Whoever writes to the address of our mails: whoever serves them is asked to open the mailbox. The text stays
//! there; the server neither keeps nor shows it.

use protocol::{PersonId, TaskKind, limits};
use uuid::Uuid;

use super::{ArrivedMail, Doing, Taken};
use crate::addresses;
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::single_mails;
use crate::tasks::{self, Concern};
use crate::tx::Tx;

statements! {
    PEOPLE = "
        SELECT DISTINCT d.person FROM address d
        WHERE d.value_index = $1 AND d.ended_at IS NULL ORDER BY d.person LIMIT $2";
    // Of a client, and of whoever is something to one.
    WORKERS = "
        SELECT DISTINCT g.account, g.client FROM assignment g
        WHERE g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)
            AND (g.client = $1 OR EXISTS (SELECT 1 FROM related_person r
                WHERE r.client = g.client AND r.person = $1))
        ORDER BY g.client, g.account LIMIT $3";
}

/// Asks whoever serves the sender to look; nobody, and nothing is kept, if the sender is nobody's.
pub(super) async fn ask(tx: &mut Tx, doing: &Doing, mail: &ArrivedMail) -> Result<Taken> {
    let Some(sender) = &mail.sender else {
        return Ok(Taken::LetGo);
    };
    let index = addresses::index(tx, sender);
    let most = i64::try_from(limits::RECEIVED_FROM_MAX).unwrap_or(i64::MAX);
    let people = tx.sql(PEOPLE).bind(index).bind(most);
    let mut answered = None;
    for (person,) in people.all::<(Uuid,)>().await? {
        let person = PersonId::from(person);
        let clients = tell(tx, person, TaskKind::AnsweredByMail).await?;
        for client in &clients {
            let object = Object::Person(person);
            tx.audit(Entry::done(&doing.caller, doing.permit, object).about(*client));
        }
        if !clients.is_empty() {
            answered = answered.or(Some(person));
        }
    }
    let Some(person) = answered else {
        return Ok(Taken::LetGo);
    };
    if !mail.automatic {
        single_mails::answers::plan(tx, person, mail.message_id.as_ref()).await?;
    }
    Ok(Taken::Asked)
}

/// Asks everybody who serves a person, or whose client the person is something to. Those clients.
pub(crate) async fn tell(tx: &mut Tx, person: PersonId, kind: TaskKind) -> Result<Vec<PersonId>> {
    let now = tx.now().micros();
    let most = i64::try_from(limits::ANSWER_WORKERS_MAX).unwrap_or(i64::MAX);
    let workers = tx.sql(WORKERS).bind(person.uuid()).bind(now).bind(most);
    let mut clients = Vec::new();
    for (account, client) in workers.all::<(Uuid, Uuid)>().await? {
        let client = PersonId::from(client);
        let concern = Concern {
            account: account.into(),
            client,
            person,
            appointment: None,
        };
        tasks::raise(tx, kind, &concern).await?;
        if !clients.contains(&client) {
            clients.push(client);
        }
    }
    Ok(clients)
}
