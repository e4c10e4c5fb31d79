//! Ceremonies: a sign-in or registration between its challenge and its answer. What the gateway must
//! remember meanwhile is kept sealed here, so that any process can finish what another began, once.

use care::Caller;
use protocol::{AccountId, Bytes, Code, EntryId, Refusal, limits};
use uuid::Uuid;

use crate::error::Result;
use crate::hash::sha256;
use crate::seal::CEREMONY;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    FORGET = "DELETE FROM ceremony WHERE expires_at < $1";
    INSERT = "
        INSERT INTO ceremony (id, handle_hash, kind, account, state, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
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
}

impl CeremonyKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ShowPasskey => "show_passkey",
            Self::RegisterPasskey => "register_passkey",
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
            let handle: [u8; 32] = tx.random();
            let now = tx.now();
            let id = EntryId::from_parts(now, tx.random()).uuid();
            tx.sql(FORGET).bind(now.micros()).run().await?;
            let sealed = tx.seal(CEREMONY, id, &state);
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
        })
        .await
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
        let account = caller.map(|caller| caller.account);
        let state = self
            .write("take ceremony", async move |tx: &mut Tx| {
                let taken = tx
                    .sql(TAKE)
                    .bind(handle_hash.clone())
                    .bind(kind.as_str())
                    .maybe::<CeremonyRow>()
                    .await?;
                let now = tx.now().micros();
                let good = taken.filter(|row| {
                    now <= row.expires_at && row.account.map(AccountId::from) == account
                });
                let sealer = &tx.core().sealer;
                let state = good.map(|row| sealer.open(CEREMONY, row.id, &row.state));
                Ok(state.transpose()?.map(|state| state.to_vec()))
            })
            .await?;
        let gone = || Refusal::new(Code::CeremonyGone, "begin again: this took too long");
        Ok(state.ok_or_else(gone)?)
    }
}
