//! The feed of a case manager's calendar, for another program: when they are busy, and nothing else. One for each
//! account; whoever has its address needs no session.
//!
//! The secret is nowhere: it is made from the feed's id and the key under which links are looked up, so that a request
//! sent again gets the same answer, and another feed has another one. The database has its keyed hash. Names of
//! visits are made in the same way: they stay the same within a feed, and match neither another feed nor any mail.

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::http::{CalendarFeed, CalendarFeedMade, FEED_ENDING, FEED_PATH, MakeCalendarFeed};
use protocol::{AccountId, Code, EntryId, Language, Refusal, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::links::{LINK_SECRET_BYTES, LinkSecret};
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tx::Tx;
use crate::{devices, preferences, standing};

statements! {
    READ = "SELECT id, made_at FROM calendar_feed WHERE account = $1";
    PUT = "
        INSERT INTO calendar_feed (account, id, secret_hash, made_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account) DO UPDATE SET id = excluded.id, secret_hash = excluded.secret_hash,
            made_at = excluded.made_at";
    END = "DELETE FROM calendar_feed WHERE account = $1";
    BY_HASH = "
        SELECT f.id, f.account, f.made_at, a.person, a.role
        FROM calendar_feed f JOIN account a ON a.id = f.account
        WHERE f.secret_hash = $1 AND a.ended_at IS NULL";
    BUSY = "
        SELECT k.id, k.ics_sequence, k.start_at, k.end_at
        FROM participant p JOIN appointment k ON k.id = p.appointment
        WHERE p.account = $1 AND p.role = 'case_manager' AND p.left_at IS NULL
            AND k.end_at > $2 AND k.start_at < $3
            AND k.state <> 'cancelled'
        ORDER BY k.start_at, k.id LIMIT $4";
}

/// What a visit is called in a feed, bytes.
const NAME_BYTES: usize = 16;
const SECRET: &[u8] = b"carecircle/calendar-feed/v1";
const NAME: &[u8] = b"carecircle/calendar-feed-visit/v1";

/// What a feed shows: nothing but times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedView {
    /// The owner's language.
    pub language: Language,
    /// Since when there is the feed.
    pub made: Timestamp,
    /// When its owner is busy: visits from [`limits::FEED_DAYS_BACK`] days ago to [`limits::FEED_DAYS_AHEAD`] days
    /// ahead, soonest first, at most [`limits::FEED_VISITS_MAX`].
    pub busy: Vec<Busy>,
}

/// One visit of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// What it is called in this feed, however often it is moved, and nowhere else.
    pub name: [u8; NAME_BYTES],
    /// How often people were told of a change of it (RFC 5545, section 3.8.7.4).
    pub sequence: u32,
    /// When it begins.
    pub start: Timestamp,
    /// When it is over.
    pub end: Timestamp,
}

#[derive(sqlx::FromRow)]
struct FeedRow {
    id: Uuid,
    made_at: i64,
}

#[derive(sqlx::FromRow)]
struct HashRow {
    id: Uuid,
    account: Uuid,
    made_at: i64,
    person: Uuid,
    role: String,
}

#[derive(sqlx::FromRow)]
struct BusyRow {
    id: Uuid,
    ics_sequence: i64,
    start_at: i64,
    end_at: i64,
}

impl Store {
    /// The caller's own feed, if there is one. For case managers.
    pub async fn calendar_feed(&self, caller: &Caller) -> Result<CalendarFeed> {
        let caller = *caller;
        self.read_audited("calendar feed", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ReadCalendarFeed, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            let row = read(tx, caller.account).await?;
            Ok(card(row.as_ref()))
        })
        .await
    }

    /// Makes the caller's feed; the one before opens nothing any more. [`Code::StepUpRequired`] unless an authenticator
    /// was shown lately. The same operation again makes one, and gets the same answer for as long as there is that one.
    pub async fn make_calendar_feed(
        &self,
        caller: &Caller,
        asked: MakeCalendarFeed,
    ) -> Result<CalendarFeedMade> {
        let caller = *caller;
        self.write("make calendar feed", async move |tx: &mut Tx| {
            // Nobody's account ends, and nobody's role changes, while their feed is made.
            devices::hold_account(tx, caller.account).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let (act, op_id) = (Act::MakeCalendarFeed, asked.op_id);
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, act, standing, object)?;
            if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                return made(tx, caller.account, done.object).await;
            }
            let id = put(tx, caller.account).await?;
            operations::remember(tx, &caller, act, op_id, Outcome::of(id)).await?;
            tx.audit(Entry::done(&caller, permit, Object::CalendarFeed(id)));
            made(tx, caller.account, id).await
        })
        .await
    }

    /// Ends the caller's feed. Again does nothing more.
    pub async fn end_calendar_feed(&self, caller: &Caller) -> Result<()> {
        let caller = *caller;
        self.write("end calendar feed", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::EndCalendarFeed, standing, object)?;
            let ended = read(tx, caller.account).await?;
            end_of(tx, caller.account).await?;
            let object = ended.map_or(object, |feed| Object::CalendarFeed(feed.id));
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// When the owner of a feed is busy. Changes nothing. [`Code::LinkGone`] for a secret that never was one, for a feed
    /// that was replaced or ended, and for one of somebody who is no case manager any more, all alike.
    pub async fn open_calendar_feed(&self, secret: &LinkSecret) -> Result<FeedView> {
        let secret = secret.clone();
        self.read_audited("open calendar feed", async move |tx: &mut Tx| {
            let (feed, bearer, permit) = find(tx, &secret).await?;
            // Times, and nobody's: what they are of is not shown, and not noted.
            tx.audit(Entry::done(&bearer, permit, Object::CalendarFeed(feed.id)));
            Ok(FeedView {
                language: preferences::read(tx, bearer.person).await?.language,
                made: db::at(feed.made_at),
                busy: busy(tx, &feed).await?,
            })
        })
        .await
    }
}

/// Ends the feed of an account, if there is one: in the transaction of whatever ends with it.
pub(crate) async fn end_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.sql(END).bind(account.uuid()).run().await?;
    Ok(())
}

async fn read(tx: &mut Tx, account: AccountId) -> Result<Option<FeedRow>> {
    tx.sql(READ).bind(account.uuid()).maybe::<FeedRow>().await
}

fn card(row: Option<&FeedRow>) -> CalendarFeed {
    CalendarFeed {
        made: row.map(|row| db::at(row.made_at)),
    }
}

/// Puts a new feed in the place of whichever there is.
async fn put(tx: &mut Tx, account: AccountId) -> Result<Uuid> {
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let secret = secret_of(tx, id)?;
    let hash = tx.core().sealer.hash_link(secret.bytes());
    tx.sql(PUT)
        .bind(account.uuid())
        .bind(id)
        .bind(hash)
        .bind(now.micros())
        .run()
        .await?;
    Ok(id)
}

/// As it is answered to whoever made that one: with what opens it, as long as it is there.
async fn made(tx: &mut Tx, account: AccountId, id: Uuid) -> Result<CalendarFeedMade> {
    let row = read(tx, account).await?;
    let path = match &row {
        Some(row) if row.id == id => {
            let secret = secret_of(tx, id)?.to_text();
            Some(format!("{FEED_PATH}{secret}{FEED_ENDING}"))
        }
        _ => None,
    };
    Ok(CalendarFeedMade {
        feed: card(row.as_ref()),
        path,
    })
}

fn secret_of(tx: &Tx, feed: Uuid) -> Result<LinkSecret> {
    let made = tx
        .core()
        .sealer
        .hash_link(&[SECRET, feed.as_bytes()].concat());
    let secret: [u8; LINK_SECRET_BYTES] = db::array(made.get(..LINK_SECRET_BYTES).unwrap_or(&[]))?;
    Ok(secret.into())
}

fn name_of(tx: &Tx, feed: Uuid, visit: Uuid) -> Result<[u8; NAME_BYTES]> {
    let label = [NAME, feed.as_bytes(), visit.as_bytes()].concat();
    let made = tx.core().sealer.hash_link(&label);
    db::array(made.get(..NAME_BYTES).unwrap_or(&[]))
}

/// A feed by its secret, and whoever has it.
async fn find(tx: &mut Tx, secret: &LinkSecret) -> Result<(HashRow, Caller, Permit)> {
    let hash = tx.core().sealer.hash_link(secret.bytes());
    let row = tx.sql(BY_HASH).bind(hash).maybe::<HashRow>().await?;
    let row =
        row.ok_or_else(|| Refusal::new(Code::LinkGone, "this feed leads nowhere, or no longer"))?;
    let role = db::role(&row.role)?;
    let bearer = Caller::bearer(Holder {
        account: row.account.into(),
        person: row.person.into(),
        role,
    });
    let standing = Standing {
        asker: Asker::Bearer(role),
        ..Standing::default()
    };
    let object = Object::CalendarFeed(row.id);
    let permit = tx.authorize(&bearer, Act::OpenCalendarFeed, standing, object)?;
    Ok((row, bearer, permit))
}

async fn busy(tx: &mut Tx, feed: &HashRow) -> Result<Vec<Busy>> {
    let days = |days: u16| i64::from(days) * 86_400;
    let since = tx.now().plus_seconds(-days(limits::FEED_DAYS_BACK));
    let until = tx.now().plus_seconds(days(limits::FEED_DAYS_AHEAD));
    let most = i64::try_from(limits::FEED_VISITS_MAX).unwrap_or(i64::MAX);
    let rows = tx.sql(BUSY).bind(feed.account);
    let rows = rows.bind(since.micros()).bind(until.micros()).bind(most);
    let rows = rows.all::<BusyRow>().await?;
    let mut busy = Vec::with_capacity(rows.len());
    for row in &rows {
        busy.push(Busy {
            name: name_of(tx, feed.id, row.id)?,
            sequence: db::small(row.ics_sequence),
            start: db::at(row.start_at),
            end: db::at(row.end_at),
        });
    }
    Ok(busy)
}
