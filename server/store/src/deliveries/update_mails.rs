//! "Why did they get this mail, and why not?" of mails that say that messages wait: the last ones, for whoever may
//! see how the person wants to be told things. They name no circle; rows hold none.

use care::Caller;
use care::rules::Act;
use protocol::PersonId;
use protocol::http::{UpdateMail, UpdateMails};
use protocol::limits;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;
use crate::{db, preferences, representations, standing};

statements! {
    LAST = "
        SELECT v.step, v.due_at, v.state, v.reason
        FROM account a JOIN delivery v ON v.account = a.id
        WHERE a.person = $1 AND v.step IN ('unread', 'digest')
        ORDER BY v.id DESC LIMIT $2";
}

#[derive(sqlx::FromRow)]
struct MailRow {
    step: String,
    due_at: i64,
    state: String,
    reason: Option<String>,
}

impl Store {
    /// The last mails to a person that said that messages wait, and what became of each. For whoever may
    /// read how that person wants to be told things.
    pub async fn update_mails(&self, caller: &Caller, person: PersonId) -> Result<UpdateMails> {
        let caller = *caller;
        self.read_audited("update mails", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ReadPreferences, standing, object)?;
            let zone = preferences::zone_of(tx, caller.person).await?;
            let caller = representations::acting(&caller, standing);
            let rows = tx.sql(LAST).bind(person.uuid());
            let rows = rows.bind(limits::UPDATE_MAILS_LISTED_MAX);
            let mut mails = Vec::new();
            for row in rows.all::<MailRow>().await? {
                mails.push(UpdateMail {
                    step: db::step(&row.step)?,
                    at: zone.local(db::at(row.due_at)),
                    state: db::delivery_state(&row.state)?,
                    reason: row.reason,
                });
            }
            tx.audit(Entry::done(&caller, permit, object));
            Ok(UpdateMails { mails })
        })
        .await
    }
}
