//! The server's half of what seals the rows that a device has stored. The other half is the device's own secret, which
//! the server never sees: neither a disk alone nor the server alone opens them, and once the device is taken out, nobody
//! does.
//!
//! Made when the device first asks, and the same ever after. Whoever asks has a session that lives and has shown who
//! they are; that they asked is in the audit log.

use care::Caller;
use care::rules::Act;
use protocol::http::DeviceShare;
use protocol::{DeviceId, Role};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::seal::DEVICE_SHARE;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

/// How much a share is, bytes.
const SHARE_BYTES: usize = 32;

statements! {
    FIND = "
        SELECT d.id, d.share, s.shared_at
        FROM session s JOIN device d ON d.id = s.device
        WHERE s.id = $1 AND d.revoked_at IS NULL";
    // Whoever of two comes first.
    MAKE = "
        UPDATE device SET share = $2 WHERE id = $1 AND share IS NULL AND revoked_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct ShareRow {
    id: Uuid,
    share: Option<Vec<u8>>,
    shared_at: Option<i64>,
}

impl Store {
    /// The share of the device that the caller's session holds: the first time it is made, from then on it is that one.
    /// [`Code::SignedOut`](protocol::Code::SignedOut) once the device is taken out,
    /// [`Code::NotConfirmed`](protocol::Code::NotConfirmed) as long as its person waits to be confirmed,
    /// [`Code::AuthenticatorRequired`](protocol::Code::AuthenticatorRequired) until they have shown who they are.
    pub async fn hand_out_share(&self, caller: &Caller) -> Result<DeviceShare> {
        let caller = *caller;
        self.write("hand out share", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Device(caller.device);
            let permit = tx.authorize(&caller, Act::OpenDevice, standing, object)?;
            let mut row = find(tx, &caller).await?;
            if row.share.is_none() {
                make(tx, caller.device).await?;
                row = find(tx, &caller).await?;
            }
            // None only if the device was taken out since: once more, and the rules say so.
            let sealed = row.share.ok_or(Error::Busy)?;
            let share = tx.core().sealer.open(DEVICE_SHARE, row.id, &sealed)?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(DeviceShare {
                share: share.to_vec().into(),
                keep: may_keep(caller.role, row.shared_at.is_some()),
            })
        })
        .await
    }
}

/// Of a device that was taken out since the rules were asked there is none: once more, and they say so.
async fn find(tx: &mut Tx, caller: &Caller) -> Result<ShareRow> {
    let row = tx.sql(FIND).bind(caller.session.uuid());
    row.maybe::<ShareRow>().await?.ok_or(Error::Busy)
}

/// Makes the device's share, unless somebody was faster.
async fn make(tx: &mut Tx, device: DeviceId) -> Result<()> {
    let share: [u8; SHARE_BYTES] = tx.random();
    let sealed = tx.seal(DEVICE_SHARE, device.uuid(), &share);
    tx.sql(MAKE).bind(device.uuid()).bind(sealed).run().await?;
    Ok(())
}

/// Whether a device reads offline: a client's or a caregiver's own. Staff sit at desks of the agency's.
fn may_keep(role: Role, shared: bool) -> bool {
    !shared && matches!(role, Role::Client | Role::Caregiver)
}
