//! Removal keys: what the server signs its proposals to remove with (messaging.md, section 2), and how a new
//! one takes the place of the present one.
//!
//! Every circle lists the certificate of one, by which its members know the server's proposals; the agency key,
//! which devices pin, has signed it. A new key is announced with the list of circles, and a case manager's next commit
//! puts it into each circle. Until then the circle is proposed its removals with the key that it lists, so
//! keys of before are kept, and none is ever without effect where it still stands. One that will soon be over gives way
//! by itself, at night. While another agency key is on
//! its way ([`crate::agency_rotation`]), that one signs.

use care::Caller;
use care::rules::{Act, Asker, Standing};
use ed25519_dalek::SigningKey;
use protocol::certificate::{self, Signed};
use protocol::{Bytes, EntryId, limits};
use uuid::Uuid;

use crate::agency_rotation;
use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::keys::ask;
use crate::seal::{
    AGENCY_REMOVAL_SECRET, MadeRemovalKey, REMOVAL_SECRET, make_removal_key, signing_key,
};
use crate::store::Store;
use crate::tx::Tx;

statements! {
    PRESENT = "SELECT id, removal_secret AS secret, removal_key AS certificate FROM agency";
    SHOWN = "SELECT removal_key, public_key FROM agency";
    BEFORE = "SELECT id, secret, certificate FROM removal_key ORDER BY retired_at DESC, id DESC";
    KEEP = "
        INSERT INTO removal_key (id, certificate, secret, retired_at) VALUES ($1, $2, $3, $4)";
    REPLACE = "
        UPDATE agency SET removal_secret = $2, removal_key = $3 WHERE id = $1 AND removal_key = $4";
}

/// A removal key with the certificate by which groups know it.
pub(crate) struct RemovalKey {
    pub(crate) key: SigningKey,
    pub(crate) certificate: Bytes,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    secret: Vec<u8>,
    certificate: Vec<u8>,
}

/// The present one, then those of before, newest first.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<RemovalKey>> {
    let present: KeyRow = tx.sql(PRESENT).one().await?;
    let before = tx.sql(BEFORE).all::<KeyRow>().await?;
    let sealer = &tx.core().sealer;
    let present = [(AGENCY_REMOVAL_SECRET, present)].into_iter();
    let before = before.into_iter().map(|row| (REMOVAL_SECRET, row));
    let open = |(column, row): (_, KeyRow)| {
        let key = signing_key(&sealer.open(column, row.id, &row.secret)?)?;
        Ok(RemovalKey {
            key,
            certificate: row.certificate.into(),
        })
    };
    present.chain(before).map(open).collect()
}

/// The certificate of the present one, and the agency key of now.
pub(crate) async fn shown(tx: &mut Tx) -> Result<(Bytes, Bytes)> {
    let (certificate, agency): (Vec<u8>, Vec<u8>) = tx.sql(SHOWN).one().await?;
    Ok((certificate.into(), agency.into()))
}

/// How the agency keys led to the one that signed the present one.
pub(crate) async fn successions(tx: &mut Tx) -> Result<Vec<Bytes>> {
    let present: KeyRow = tx.sql(PRESENT).one().await?;
    Ok(present.read()?.successions)
}

impl KeyRow {
    fn read(&self) -> Result<certificate::RemovalKey> {
        let unread = |_| Error::broken("the removal key's certificate does not read");
        let signed: Signed = minicbor::decode(&self.certificate).map_err(unread)?;
        minicbor::decode(&signed.content).map_err(unread)
    }
}

/// Makes another one, signed by the agency key, or by the next one while that is on its way.
async fn rotate(tx: &mut Tx) -> Result<()> {
    let signer = agency_rotation::signer(tx).await?;
    let successions = successions(tx).await?;
    let made = make_removal_key(&signer, successions, tx.now(), tx.chance());
    put(tx, made).await
}

/// Another one is the present one from here on; the one before is kept for circles that list it.
pub(crate) async fn put(tx: &mut Tx, made: MadeRemovalKey) -> Result<()> {
    let present: KeyRow = tx.sql(PRESENT).one().await?;
    let agency = present.id;
    let before = tx
        .core()
        .sealer
        .open(AGENCY_REMOVAL_SECRET, agency, &present.secret)?;
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let kept = tx.seal(REMOVAL_SECRET, id, &before);
    tx.sql(KEEP)
        .bind(id)
        .bind(present.certificate.clone())
        .bind(kept)
        .bind(now.micros())
        .run()
        .await?;
    let secret = tx.seal(AGENCY_REMOVAL_SECRET, agency, made.secret.as_slice());
    let replaced = tx
        .sql(REPLACE)
        .bind(agency)
        .bind(secret)
        .bind(made.certificate)
        .bind(present.certificate);
    if replaced.run().await? != 1 {
        return Err(Error::Busy);
    }
    Ok(())
}

impl Store {
    /// Makes another removal key, signed by the agency key; the one before is kept for circles that list it.
    pub async fn rotate_removal_key(&self, caller: &Caller) -> Result<()> {
        let caller = *caller;
        self.write("rotate removal key", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::RotateRemovalKey)?;
            let agency: KeyRow = tx.sql(PRESENT).one().await?;
            rotate(tx).await?;
            tx.audit(Entry::done(&caller, permit, Object::Agency(agency.id)));
            Ok(())
        })
        .await
    }

    /// Makes another one before the present one is over: once it has less left than
    /// [`limits::CERTIFICATE_LEFT_S_MIN`], in which case managers' devices put the next one into every circle.
    /// Whether it did.
    pub async fn renew_removal_key(&self) -> Result<bool> {
        let caller = Caller::scheduler();
        self.write("renew removal key", async move |tx: &mut Tx| {
            let Some(agency) = tx.sql(PRESENT).maybe::<KeyRow>().await? else {
                return Ok(false);
            };
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            let object = Object::Agency(agency.id);
            let permit = tx.authorize(&caller, Act::RotateRemovalKey, standing, object)?;
            let soon = tx.now().plus_seconds(limits::CERTIFICATE_LEFT_S_MIN);
            if agency.read()?.not_after >= soon {
                return Ok(false);
            }
            rotate(tx).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(true)
        })
        .await
    }
}
