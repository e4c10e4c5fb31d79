//! Whether an address is a person's: whoever reads there says so, by a link in the one mail that an address gets
//! until then ([`crate::single_mails::addresses`]). Somebody may have typed it wrong, and a stranger is told nothing:
//! not whom it is about, nor by whom, nor what for.
//!
//! The link's secret is nowhere: it is made anew, always the same, from the address's row and the key under which
//! links are looked up. It is good for [`limits::ADDRESS_LINK_S`] after its last mail, and no longer than the address.

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::http::AddressStanding;
use protocol::{AddressState, Code, EntryId, Language, PersonId, Refusal, TaskKind, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::deliveries::unread;
use crate::error::Result;
use crate::links::{LINK_SECRET_BYTES, LinkSecret};
use crate::postbox::answers;
use crate::single_mails::addresses as mails;
use crate::store::Store;
use crate::tasks::unreached;
use crate::tx::Tx;
use crate::{mailed_links, preferences, representations, single_mails, standing};

statements! {
    ENSURE = "
        INSERT INTO address_link (id, address, secret_hash, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (address) DO UPDATE SET secret_hash = excluded.secret_hash,
            expires_at = excluded.expires_at";
    BY_HASH = "
        SELECT l.id, l.expires_at, d.id AS address, d.person, d.confirmed_at, d.refused_at, d.disowned_at,
            a.id AS account, a.role
        FROM address_link l
            JOIN address d ON d.id = l.address AND d.ended_at IS NULL
            JOIN account a ON a.person = d.person AND a.ended_at IS NULL
        WHERE l.secret_hash = $1 ORDER BY a.id LIMIT 1";
    LIVE = "
        SELECT id, created_at, confirmed_at, refused_at, disowned_at FROM address
        WHERE person = $1 AND channel = 'email' AND ended_at IS NULL";
    CONFIRM = "UPDATE address SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL";
    DISOWN = "
        UPDATE address SET disowned_at = $2, refused_at = COALESCE(refused_at, $2)
        WHERE id = $1 AND disowned_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    id: Uuid,
    expires_at: i64,
    person: Uuid,
    account: Uuid,
    role: String,
    address: Uuid,
    #[sqlx(flatten)]
    said: Said,
}

#[derive(sqlx::FromRow)]
struct LiveRow {
    id: Uuid,
    created_at: i64,
    #[sqlx(flatten)]
    said: Said,
}

/// What was said of an address.
#[derive(sqlx::FromRow)]
#[expect(clippy::struct_field_names, reason = "as the columns are named")]
pub(crate) struct Said {
    confirmed_at: Option<i64>,
    refused_at: Option<i64>,
    disowned_at: Option<i64>,
}

impl Said {
    /// Whether mails reach it.
    pub(crate) fn state(&self) -> AddressState {
        match self {
            Self {
                disowned_at: Some(_),
                ..
            } => AddressState::Disowned,
            Self {
                refused_at: Some(_),
                ..
            } => AddressState::Refused,
            Self {
                confirmed_at: Some(_),
                ..
            } => AddressState::Confirmed,
            _ => AddressState::Unconfirmed,
        }
    }
}

/// What such a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressView {
    /// The language of the mail.
    pub language: Language,
    /// What was said of the address.
    pub state: AddressState,
}

/// The secret of an address's link, which is good until then.
pub(crate) async fn ensure(
    tx: &mut Tx,
    address: Uuid,
    expires_at: i64,
) -> Result<[u8; LINK_SECRET_BYTES]> {
    let sealer = &tx.core().sealer;
    let label = b"carecircle/address-link/v1".as_slice();
    let made = sealer.hash_link(&[label, address.as_bytes()].concat());
    let secret: [u8; LINK_SECRET_BYTES] = db::array(made.get(..LINK_SECRET_BYTES).unwrap_or(&[]))?;
    let hash = sealer.hash_link(&secret);
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    tx.sql(ENSURE)
        .bind(id)
        .bind(address)
        .bind(hash)
        .bind(expires_at)
        .bind(now.micros())
        .run()
        .await?;
    Ok(secret)
}

impl Store {
    /// What was said of an address. Changes nothing. [`Code::LinkGone`] for a link that never was or is over, and for
    /// one of an address that was replaced.
    pub async fn open_address_link(&self, secret: &LinkSecret) -> Result<AddressView> {
        let secret = secret.clone();
        self.read_audited("open address link", async move |tx: &mut Tx| {
            let (row, caller, permit) = find(tx, &secret, Act::OpenAddressLink).await?;
            tx.audit(Entry::done(&caller, permit, Object::Link(row.id)));
            view(tx, &row, row.said.state()).await
        })
        .await
    }

    /// Whoever reads at the address says that it is theirs, or is not. Theirs: everything that they are to be told is
    /// planned in the same transaction. Not theirs: nothing more is sent there, whatever is said later, what was sent
    /// opens nothing any more, and whoever serves the person is asked to reach them. Again does nothing more.
    pub async fn answer_address_link(
        &self,
        secret: &LinkSecret,
        theirs: bool,
    ) -> Result<AddressView> {
        let secret = secret.clone();
        self.write("answer address link", async move |tx: &mut Tx| {
            let (row, ..) = find(tx, &secret, Act::AnswerAddressLink).await?;
            preferences::hold(tx, row.person.into()).await?;
            let (row, caller, permit) = find(tx, &secret, Act::AnswerAddressLink).await?;
            let state = say(tx, (&caller, permit), &row, theirs).await?;
            tx.audit(Entry::done(&caller, permit, Object::Link(row.id)).shown([row.person]));
            view(tx, &row, state).await
        })
        .await
    }

    /// Whether mails reach a person: one's own, or of somebody whom the caller serves.
    pub async fn address_standing(
        &self,
        caller: &Caller,
        person: PersonId,
    ) -> Result<AddressStanding> {
        let caller = *caller;
        self.read_audited("address standing", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ReadPreferences, standing, object)?;
            let acting = representations::acting(&caller, standing);
            tx.audit(Entry::done(&acting, permit, object));
            stands(tx, &caller, person).await
        })
        .await
    }

    /// Has a mail ask once more whether the address is theirs, unless that is known or one is on its way; of one from
    /// which mails came back, whether they arrive again. [`Code::RateLimited`] after
    /// [`limits::ADDRESS_ASKED_AGAIN_MAX`] within a day, and [`limits::ADDRESSES_ASKED_MAX`] of the person's in all.
    pub async fn ask_address(&self, caller: &Caller, person: PersonId) -> Result<AddressStanding> {
        let caller = *caller;
        self.write("ask address", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::AskAddress, standing, object)?;
            preferences::hold(tx, person).await?;
            let live = tx.sql(LIVE).bind(person.uuid()).maybe::<LiveRow>().await?;
            if let Some(row) = live {
                ask_again(tx, person, &row).await?;
            }
            let acting = representations::acting(&caller, standing);
            tx.audit(Entry::done(&acting, permit, object));
            stands(tx, &caller, person).await
        })
        .await
    }
}

async fn ask_again(tx: &mut Tx, person: PersonId, row: &LiveRow) -> Result<()> {
    match row.said.state() {
        AddressState::Refused => preferences::try_address_again(tx, person).await,
        AddressState::Unconfirmed if !mails::is_under_way(tx, row.id).await? => {
            if !may_ask(tx, row).await? {
                let detail = "the address was asked often enough today";
                return Err(Refusal::new(Code::RateLimited, detail).into());
            }
            mails::plan(tx, person, row.id).await
        }
        _ => Ok(()),
    }
}

/// Writes down what is said of an address, and does what follows. What is so now.
async fn say(
    tx: &mut Tx,
    by: (&Caller, Permit),
    row: &LinkRow,
    theirs: bool,
) -> Result<AddressState> {
    let before = row.said.state();
    // What a stranger said stays said.
    let state = if theirs && before != AddressState::Disowned {
        AddressState::Confirmed
    } else {
        AddressState::Disowned
    };
    if state == before {
        return Ok(state);
    }
    let (person, now) = (PersonId::from(row.person), tx.now().micros());
    let write = tx.sql(if theirs { CONFIRM } else { DISOWN });
    write.bind(row.address).bind(now).run().await?;
    if theirs {
        unreached::finish_confirmed(tx, person).await?;
    } else {
        // What was mailed there opens nothing to a stranger; who is told again gets other links.
        mailed_links::end_of(tx, by, person).await?;
    }
    single_mails::booking_links::hasten(tx, person).await?;
    preferences::replan_all(tx, person).await?;
    if theirs {
        unread::plan_for(tx, person).await?;
    } else {
        answers::tell(tx, person, TaskKind::CannotReachByEmail).await?;
        unreached::not_theirs(tx, person).await?;
    }
    Ok(state)
}

async fn find(tx: &mut Tx, secret: &LinkSecret, act: Act) -> Result<(LinkRow, Caller, Permit)> {
    let hash = tx.core().sealer.hash_link(secret.bytes());
    let row = tx.sql(BY_HASH).bind(hash).maybe::<LinkRow>().await?;
    let now = tx.now().micros();
    let row = row
        .filter(|row| row.expires_at > now && row.said.state() != AddressState::Refused)
        .ok_or_else(|| Refusal::new(Code::LinkGone, "this link leads nowhere, or no longer"))?;
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

async fn view(tx: &mut Tx, row: &LinkRow, state: AddressState) -> Result<AddressView> {
    let language = preferences::read(tx, row.person.into()).await?.language;
    Ok(AddressView { language, state })
}

async fn stands(tx: &mut Tx, caller: &Caller, person: PersonId) -> Result<AddressStanding> {
    let live = tx.sql(LIVE).bind(person.uuid()).maybe::<LiveRow>().await?;
    let Some(row) = live else {
        return Ok(AddressStanding {
            state: AddressState::Absent,
            asked_at: None,
            may_ask: false,
        });
    };
    let state = row.said.state();
    let zone = preferences::zone_of(tx, caller.person).await?;
    let asked_at = mails::asked_at(tx, row.id).await?;
    let may_ask = match state {
        AddressState::Unconfirmed => {
            !mails::is_under_way(tx, row.id).await? && may_ask(tx, &row).await?
        }
        // What came back once may arrive by now; what a stranger said stays said.
        AddressState::Refused => mails::has_room(tx, person).await?,
        _ => false,
    };
    Ok(AddressStanding {
        state,
        asked_at: asked_at.map(|at| zone.local(at)),
        may_ask,
    })
}

/// Whether another mail may go to the address today.
async fn may_ask(tx: &mut Tx, row: &LiveRow) -> Result<bool> {
    let again = mails::asked_again(tx, row.id, row.created_at).await?;
    Ok(again < limits::ADDRESS_ASKED_AGAIN_MAX)
}
