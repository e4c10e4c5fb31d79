//! Links by which mails about unread messages are stopped, and wanted again, without signing in: one for each
//! account, in the mail and in its `List-Unsubscribe` (RFC 8058). It shows nothing of the person, and its
//! secret is nowhere: it is made anew, always the same, from the account, the address and the key under which links
//! are looked up, so that a mail that is sent again is the same mail, and whoever reads at an address that was replaced
//! stops none to another ([`crate::mailed_links`]).

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{Code, EntryId, Language, PersonId, Refusal};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::links::{LINK_SECRET_BYTES, LinkSecret};
use crate::preferences;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    ENSURE = "
        INSERT INTO stop_link (id, account, secret_hash, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account) DO UPDATE SET secret_hash = excluded.secret_hash
            WHERE stop_link.secret_hash <> excluded.secret_hash";
    BY_HASH = "
        SELECT l.id, l.account, a.person, a.role FROM stop_link l JOIN account a ON a.id = l.account
        WHERE l.secret_hash = $1 AND a.ended_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct StopRow {
    id: Uuid,
    account: Uuid,
    person: Uuid,
    role: String,
}

/// What such a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopView {
    /// The reader's language.
    pub language: Language,
    /// The mails come.
    pub wanted: bool,
}

/// The secret of an account's link in mails to that address, which works from then on.
pub(crate) async fn ensure(
    tx: &mut Tx,
    account: Uuid,
    address: Uuid,
) -> Result<[u8; LINK_SECRET_BYTES]> {
    let sealer = &tx.core().sealer;
    let label = b"carecircle/stop-link/v2".as_slice();
    let made = sealer.hash_link(&[label, account.as_bytes(), address.as_bytes()].concat());
    let secret: [u8; LINK_SECRET_BYTES] = db::array(made.get(..LINK_SECRET_BYTES).unwrap_or(&[]))?;
    let hash = sealer.hash_link(&secret);
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    tx.sql(ENSURE)
        .bind(id)
        .bind(account)
        .bind(hash)
        .bind(now.micros())
        .run()
        .await?;
    Ok(secret)
}

impl Store {
    /// Whether the mails come. Changes nothing. [`Code::LinkGone`] for a link that never was, and for one of
    /// an account that was ended or of an address that was replaced.
    pub async fn open_stop_link(&self, secret: &LinkSecret) -> Result<StopView> {
        let secret = secret.clone();
        self.read_audited("open stop link", async move |tx: &mut Tx| {
            let (row, caller, permit) = find(tx, &secret, Act::OpenStopLink).await?;
            tx.audit(Entry::done(&caller, permit, Object::Link(row.id)));
            view(tx, row.person.into()).await
        })
        .await
    }

    /// Stops the mails, or has them come again. Again does nothing more.
    pub async fn choose_by_stop_link(&self, secret: &LinkSecret, wanted: bool) -> Result<StopView> {
        let secret = secret.clone();
        self.write("choose by stop link", async move |tx: &mut Tx| {
            let (row, caller, permit) = find(tx, &secret, Act::ChooseUpdateMails).await?;
            let person = PersonId::from(row.person);
            preferences::want_unread_mail(tx, person, wanted).await?;
            tx.audit(Entry::done(&caller, permit, Object::Link(row.id)).shown([row.person]));
            view(tx, person).await
        })
        .await
    }
}

async fn find(tx: &mut Tx, secret: &LinkSecret, act: Act) -> Result<(StopRow, Caller, Permit)> {
    let hash = tx.core().sealer.hash_link(secret.bytes());
    let row = tx.sql(BY_HASH).bind(hash).maybe::<StopRow>().await?;
    let row =
        row.ok_or_else(|| Refusal::new(Code::LinkGone, "this link leads nowhere, or no longer"))?;
    let role = db::role(&row.role)?;
    let caller = Caller::bearer(Holder {
        account: row.account.into(),
        person: row.person.into(),
        role,
    });
    let standing = Standing {
        asker: Asker::Bearer(role),
        ..Standing::default()
    };
    let permit = tx.authorize(&caller, act, standing, Object::Link(row.id))?;
    Ok((row, caller, permit))
}

async fn view(tx: &mut Tx, person: PersonId) -> Result<StopView> {
    let read = preferences::read(tx, person).await?;
    Ok(StopView {
        language: read.language,
        wanted: read.unread_mail,
    })
}
