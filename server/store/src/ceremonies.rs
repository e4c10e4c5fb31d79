//! Ceremonies: a sign-in or registration between its challenge and its answer. What the gateway must
//! remember meanwhile is kept sealed here, so that any process can finish what another began, once.

use care::Caller;
use protocol::{AccountId, Bytes, Code, EntryId, Refusal, limits};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::hash::sha256;
use crate::seal::CEREMONY;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    FORGET = "DELETE FROM ceremony WHERE expires_at < $1";
    FORGET_OF_ACCOUNT = "DELETE FROM ceremony WHERE account = $1";
    INSERT = "
        INSERT INTO ceremony (id, handle_hash, kind, account, state, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    LOOK = "
        SELECT id, account, state, expires_at FROM ceremony WHERE handle_hash = $1 AND kind = $2";
    TAKE = "
        DELETE FROM ceremony WHERE handle_hash = $1 AND kind = $2
        RETURNING id, account, state, expires_at";
}

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CeremonyKind {
    /// Signing in by a passkey.
    ShowPasskey,
    /// Adding one.
    RegisterPasskey,
    /// Signing in by a password.
    ShowPassword,
    /// Adding one, or another in its place.
    RegisterPassword,
    /// Adding a code app.
    RegisterCodeApp,
}

impl CeremonyKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ShowPasskey => "show_passkey",
            Self::RegisterPasskey => "register_passkey",
            Self::ShowPassword => "show_password",
            Self::RegisterPassword => "register_password",
            Self::RegisterCodeApp => "register_totp",
        }
    }
}

#[derive(sqlx::FromRow)]
struct CeremonyRow {
    id: Uuid,
    account: Option<Uuid>,
    state: Vec<u8>,
    expires_at: i64,
}

impl Store {
    /// Remembers `state` for [`limits::CEREMONY_S`]. A registration belongs to its caller's account;
    /// a sign-in to nobody yet. The answer names it, 32 random bytes.
    pub async fn begin_ceremony(
        &self,
        kind: CeremonyKind,
        caller: Option<&Caller>,
        state: Vec<u8>,
    ) -> Result<Bytes> {
        let account = caller.map(|caller| caller.account);
        self.write("begin ceremony", async move |tx: &mut Tx| {
            begin(tx, kind, account, &state).await
        })
        .await
    }

    /// Whether there is such a ceremony. Looked at before anything is written for a stranger.
    pub async fn ceremony_waits(&self, kind: CeremonyKind, handle: &Bytes) -> Result<bool> {
        let handle_hash = sha256(&[handle]).to_vec();
        self.read("ceremony waits", async move |tx: &mut Tx| {
            let waits = tx.sql(LOOK).bind(handle_hash.clone()).bind(kind.as_str());
            Ok(waits.maybe::<CeremonyRow>().await?.is_some())
        })
        .await
    }

    /// What is remembered for the caller, who may answer again: only [`Store::take_ceremony`] or what it
    /// leads to ends it. [`Code::CeremonyGone`].
    pub async fn look_at_ceremony(
        &self,
        kind: CeremonyKind,
        caller: &Caller,
        handle: &Bytes,
    ) -> Result<Vec<u8>> {
        let handle_hash = sha256(&[handle]).to_vec();
        let caller = *caller;
        let account = Some(caller.account);
        let state = self.read("look at ceremony", async move |tx: &mut Tx| {
            must_be_let_in(tx, Some(&caller)).await?;
            let row = tx.sql(LOOK).bind(handle_hash.clone()).bind(kind.as_str());
            let row = row.maybe::<CeremonyRow>().await?;
            opened(tx, row, account)
        });
        Ok(state.await?.ok_or_else(gone)?)
    }

    /// What was remembered; never twice. [`Code::CeremonyGone`] if it was never begun, is over, took
    /// too long, or is another account's.
    pub async fn take_ceremony(
        &self,
        kind: CeremonyKind,
        caller: Option<&Caller>,
        handle: &Bytes,
    ) -> Result<Vec<u8>> {
        let handle_hash = sha256(&[handle]).to_vec();
        let caller = caller.copied();
        let account = caller.map(|caller| caller.account);
        let state = self
            .write("take ceremony", async move |tx: &mut Tx| {
                must_be_let_in(tx, caller.as_ref()).await?;
                let taken = tx
                    .sql(TAKE)
                    .bind(handle_hash.clone())
                    .bind(kind.as_str())
                    .maybe::<CeremonyRow>()
                    .await?;
                opened(tx, taken, account)
            })
            .await?;
        Ok(state.ok_or_else(gone)?)
    }
}

/// Whoever waits to be confirmed has begun nothing here: [`Code::NotConfirmed`].
pub(crate) async fn must_be_let_in(tx: &mut Tx, caller: Option<&Caller>) -> Result<()> {
    let Some(caller) = caller else {
        return Ok(());
    };
    if standing::of_session(tx, caller).await?.awaited {
        return Err(Error::from(Code::NotConfirmed));
    }
    Ok(())
}

fn gone() -> Refusal {
    Refusal::new(Code::CeremonyGone, "begin again: this took too long")
}

/// Writes what must be remembered; the answer names it.
pub(crate) async fn begin(
    tx: &mut Tx,
    kind: CeremonyKind,
    account: Option<AccountId>,
    state: &[u8],
) -> Result<Bytes> {
    let handle: [u8; 32] = tx.random();
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    tx.sql(FORGET).bind(now.micros()).run().await?;
    let sealed = tx.seal(CEREMONY, id, state);
    tx.sql(INSERT)
        .bind(id)
        .bind(sha256(&[&handle]).to_vec())
        .bind(kind.as_str())
        .bind(account.map(|account| account.uuid()))
        .bind(sealed)
        .bind(now.plus_seconds(limits::CEREMONY_S).micros())
        .run()
        .await?;
    Ok(handle.into())
}

/// Ends a ceremony of the account's in the transaction of what it led to. [`Code::CeremonyGone`] if
/// somebody else was faster.
pub(crate) async fn end(
    tx: &mut Tx,
    kind: CeremonyKind,
    account: AccountId,
    handle: &Bytes,
) -> Result<()> {
    let taken = tx.sql(TAKE).bind(sha256(&[handle]).to_vec());
    let taken = taken.bind(kind.as_str()).maybe::<CeremonyRow>().await?;
    opened(tx, taken, Some(account))?.ok_or_else(gone)?;
    Ok(())
}

/// Whatever the account was about to add. Its sign-ins are nobody's until they are answered; what they ask for
/// is gone with the authenticator.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.sql(FORGET_OF_ACCOUNT).bind(account.uuid()).run().await?;
    Ok(())
}

/// What was remembered, if it is the account's and not too late.
fn opened(
    tx: &Tx,
    row: Option<CeremonyRow>,
    account: Option<AccountId>,
) -> Result<Option<Vec<u8>>> {
    let now = tx.now().micros();
    let good =
        row.filter(|row| now <= row.expires_at && row.account.map(AccountId::from) == account);
    let sealer = &tx.core().sealer;
    let state = good.map(|row| sealer.open(CEREMONY, row.id, &row.state));
    Ok(state.transpose()?.map(|state| state.to_vec()))
}
