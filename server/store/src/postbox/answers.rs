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
    // Mails of ours lie where an address was replaced since, and are answered from there.
    PEOPLE = "
        SELECT d.person, CAST(MAX(CASE WHEN d.ended_at IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS live
        FROM address d
        WHERE d.value_index = $1 AND (d.ended_at IS NULL
            OR EXISTS (SELECT 1 FROM participant p
                JOIN delivery v ON v.appointment = p.appointment AND v.participant = p.id
                WHERE p.person = d.person AND v.address = d.id AND (v.state = 'sent' OR v.began > 0))
            OR EXISTS (SELECT 1 FROM account a JOIN delivery v ON v.account = a.id
                WHERE a.person = d.person AND v.address = d.id AND (v.state = 'sent' OR v.began > 0)))
        GROUP BY d.person ORDER BY d.person LIMIT $2";
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
    let (mut is_asked, mut answered) = (false, None);
    for (person, live) in people.all::<(Uuid, i64)>().await? {
        let person = PersonId::from(person);
        let clients = tell(tx, person, TaskKind::AnsweredByMail).await?;
        for client in &clients {
            let object = Object::Person(person);
            tx.audit(Entry::done(&doing.caller, doing.permit, object).about(*client));
        }
        if !clients.is_empty() {
            is_asked = true;
            // The answer goes to the address of now: to nobody who has not written from there.
            answered = answered.or((live > 0).then_some(person));
        }
    }
    if let Some(person) = answered.filter(|_| !mail.automatic) {
        single_mails::answers::plan(tx, person, mail.message_id.as_ref()).await?;
    }
    Ok(if is_asked { Taken::Asked } else { Taken::LetGo })
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
