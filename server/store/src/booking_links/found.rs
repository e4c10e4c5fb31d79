//! A booking link by its secret, whoever holds it, and with whom they can book.

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{BookingLinkState, Code, Refusal, Role};
use uuid::Uuid;

use super::{LinkRow, serving, state};
use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::hours::{self, Resource};
use crate::links::LinkSecret;
use crate::tx::Tx;
use crate::{erasures, holds};

statements! {
    BY_HASH = concat!(
        "
        SELECT ", columns!(), ", a.id AS account, a.ended_at AS account_ended_at
        FROM booking_link b
            JOIN account a ON a.person = b.client AND a.role = 'client'
            LEFT JOIN single_mail m ON m.booking_link = b.id
        WHERE b.secret_hash = $1"
    );
}

#[derive(sqlx::FromRow)]
struct HashRow {
    #[sqlx(flatten)]
    link: LinkRow,
    account: Uuid,
    account_ended_at: Option<i64>,
}

/// A link that was found, whoever holds it, and with whom they can book.
pub(super) struct Bearing {
    pub(super) link: LinkRow,
    pub(super) bearer: Caller,
    client_ended: bool,
    pub(super) workers: Vec<Holder>,
}

/// A link by its secret, whether it can be used or not.
async fn find(tx: &mut Tx, secret: &LinkSecret) -> Result<Bearing> {
    let hash = tx.core().sealer.hash_link(secret.bytes());
    let row = tx.sql(BY_HASH).bind(hash).maybe::<HashRow>().await?;
    let HashRow {
        link,
        account,
        account_ended_at,
    } = row.ok_or_else(gone)?;
    let workers = serving(tx, &link).await?;
    Ok(Bearing {
        bearer: Caller::bearer(Holder {
            account: account.into(),
            person: link.client(),
            role: Role::Client,
        }),
        client_ended: account_ended_at.is_some(),
        link,
        workers,
    })
}

pub(super) async fn find_open(tx: &mut Tx, secret: &LinkSecret) -> Result<Bearing> {
    let found = find(tx, secret).await?;
    must_be_open(tx, &found).await?;
    Ok(found)
}

/// Locks what the link's workers keep busy, in the order of the ids, drops what was held there and has expired,
/// and reads the link as it then stands. The resources stand in the link's order of workers.
pub(super) async fn lock(tx: &mut Tx, secret: &LinkSecret) -> Result<(Bearing, Vec<Resource>)> {
    let found = find(tx, secret).await?;
    let mut resources = resources(tx, &found.workers).await?;
    let mut ids: Vec<Uuid> = resources.iter().map(|resource| resource.id).collect();
    ids.sort_unstable();
    for id in ids {
        hours::hold(tx, id).await?;
        holds::drop_expired(tx, id).await?;
    }
    let found = find(tx, secret).await?;
    resources.retain(|resource| {
        let mut workers = found.workers.iter();
        workers.any(|worker| worker.account == resource.account)
    });
    Ok((found, resources))
}

/// Of each worker who has said when they can be booked.
pub(super) async fn resources(tx: &mut Tx, workers: &[Holder]) -> Result<Vec<Resource>> {
    let workers: Vec<_> = workers.iter().map(|worker| worker.account).collect();
    hours::of_many(tx, &workers).await
}

pub(super) async fn must_be_open(tx: &mut Tx, found: &Bearing) -> Result<()> {
    let state = state(tx, &found.link).await?;
    // That nobody serves the client is the rules' to refuse, and noted.
    let may_be_asked = state == BookingLinkState::Open || found.workers.is_empty();
    let ended = found.client_ended || erasures::is_erased(tx, found.link.client()).await?;
    let over = matches!(
        state,
        BookingLinkState::Used | BookingLinkState::Expired | BookingLinkState::Revoked
    );
    if may_be_asked && !ended && !over {
        return Ok(());
    }
    Err(gone())
}

pub(super) fn ask(tx: &mut Tx, found: &Bearing, act: Act) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Bearer(Role::Client),
        assigned: !found.workers.is_empty(),
        ..Standing::default()
    };
    let object = Object::BookingLink(found.link.id);
    tx.authorize(&found.bearer, act, standing, object)
}

pub(super) fn entry(found: &Bearing, permit: Permit) -> Entry {
    let object = Object::BookingLink(found.link.id);
    Entry::done(&found.bearer, permit, object).about(found.link.client())
}

pub(super) fn gone() -> Error {
    Refusal::new(Code::LinkGone, "this link leads nowhere, or no longer").into()
}
