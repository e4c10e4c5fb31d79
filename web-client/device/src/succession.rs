//! A stolen device: the account gets a new identity key, signed by the old one, and the vault a new key,
//! sealed to the devices that remain. Every circle is told by a commit that brings the new key and takes
//! out the account's other devices, whose certificates are under the old one; those that were not stolen
//! take up the new key from the vault and come back by themselves.

use minicbor::{Decode, Encode};
use protocol::http::{Devices, PutVault, ReplaceIdentity};
use protocol::{Bytes, Code, DeviceId, limits};

use crate::ask::{Answer, Ask};
use crate::backup::{Backup, Contents, Entrusted, seal, wrap_for};
use crate::chance;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::rows::Draft;
use crate::state::{Me, key};
use crate::turn::Turn;

/// Before it is tried again, milliseconds.
const RETRY_MS: u32 = 2_000;

/// A new identity key on its way to the server.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Attempt {
    #[n(0)]
    pub identity: Identity,
    #[n(1)]
    pub vault_key: [u8; 32],
    #[n(2)]
    pub succession: Bytes,
    /// The request, JSON.
    #[n(3)]
    pub body: Bytes,
    /// The vault's version that it follows.
    #[n(4)]
    pub after: u64,
    /// To whom the vault's key is sealed.
    #[n(5)]
    #[cbor(default)]
    pub entrusted: Vec<Entrusted>,
}

/// How earlier identity keys handed over, oldest first.
const SUCCESSIONS: &[u8] = b"successions";
/// The device that was reported stolen, until the server has answered for good.
const STOLEN: &[u8] = b"stolen";
/// The identity key that this device made last and the server refused, for all that it heard.
const MADE: &[u8] = b"made";

/// To which devices the vault's key was sealed when the identity key last changed.
const ENTRUSTED: &[u8] = b"entrusted";

#[derive(Encode, Decode)]
struct Chain(#[n(0)] Vec<Bytes>);

#[derive(Default, Encode, Decode)]
struct AllEntrusted(#[n(0)] Vec<Entrusted>);

impl Draft<'_> {
    pub fn entrusted(&self) -> Result<Vec<Entrusted>> {
        let AllEntrusted(entrusted) = self.read(ENTRUSTED)?.unwrap_or_default();
        Ok(entrusted)
    }

    pub fn entrust(&self, entrusted: Vec<Entrusted>) {
        self.write(ENTRUSTED, &AllEntrusted(entrusted));
    }
}

impl Turn<'_> {
    /// The account's successions that this device knows.
    pub fn successions(&self) -> Result<Vec<Bytes>> {
        let chain = self.draft.read::<Chain>(SUCCESSIONS)?;
        Ok(chain.map(|chain| chain.0).unwrap_or_default())
    }

    fn keep_successions(&self, mut chain: Vec<Bytes>) {
        let surplus = chain.len().saturating_sub(limits::SUCCESSIONS_MAX);
        chain.drain(..surplus);
        self.draft.write(SUCCESSIONS, &Chain(chain));
    }

    /// Another device of this person's was stolen.
    pub fn report_stolen(&mut self, stolen: DeviceId) -> Result<()> {
        let me = self.must_me()?;
        if self.backup()?.is_none() || self.volatile.devices.is_none() {
            return Err(Error::refused(Code::Busy, "not online yet"));
        }
        if stolen == me.identity.device {
            return Err(Error::refused(Code::BadRequest, "this device is here"));
        }
        self.draft.write(STOLEN, &stolen);
        self.succeed()
    }

    /// Goes on with what was reported stolen: sends the new identity key that was made, or makes one,
    /// once it is known which vault stands at the server. The new vault replaces that one, and another
    /// one that overtakes it is refused there: then it is made anew from what was read since.
    pub fn succeed(&mut self) -> Result<()> {
        if let Some(attempt) = self.draft.read::<Attempt>(key::SUCCESSION)? {
            self.send_succession(&attempt);
            return Ok(());
        }
        let Some(stolen) = self.draft.read::<DeviceId>(STOLEN)? else {
            return Ok(());
        };
        if !self.may_shut_out()? {
            return Ok(());
        }
        let closed = self.volatile.closed_vault.is_some();
        let settled = self.volatile.vault_read && !self.volatile.vault_flying && !closed;
        let (Some(backup), Some(told), true) = (
            self.backup()?,
            self.volatile.devices.clone(),
            self.is_online() && settled,
        ) else {
            return Ok(());
        };
        self.make_succession(stolen, &backup, &told)
    }

    fn make_succession(&mut self, stolen: DeviceId, backup: &Backup, told: &Devices) -> Result<()> {
        let me = self.must_me()?;
        let (identity, succession) = me.identity.succeed(self.now)?;
        let vault_key: [u8; 32] = chance::bytes();
        let mut contents: Contents = self.contents(&identity)?;
        contents.successions.push(succession.clone());
        let own = identity.aik_public();
        contents
            .pins
            .retain(|(account, _)| *account != identity.account);
        contents.pins.push((identity.account, own.into()));
        contents.entrusted = self.remaining(stolen, told)?;
        let wrap = |held: &Entrusted| wrap_for(&held.seal_key, held.device, &vault_key);
        let wraps = contents.entrusted.iter().map(wrap);
        let wraps = wraps.collect::<Result<Vec<_>>>()?;
        let body = ReplaceIdentity {
            op_id: Self::op_id(),
            stolen,
            succession: succession.clone(),
            certificate: identity.certificate.clone(),
            vault: PutVault {
                after: backup.version,
                sealed: seal(vault_key, &contents),
                wraps,
            },
        };
        let attempt = Attempt {
            identity,
            vault_key,
            succession,
            body: serde_json::to_vec(&body).map_err(Error::mls)?.into(),
            after: backup.version,
            entrusted: contents.entrusted,
        };
        self.draft.write(key::SUCCESSION, &attempt);
        self.send_succession(&attempt);
        Ok(())
    }

    /// The devices that are given the new key: only what the account itself certified, under its identity key of now. Or
    /// under one before, if it was given the one of now by a device that had it: it was away since then and has not
    /// certified itself anew. Whoever took an earlier identity key could have certified anything by it.
    fn remaining(&self, stolen: DeviceId, told: &Devices) -> Result<Vec<Entrusted>> {
        let aik = self.must_me()?.identity.aik_public();
        let before = self.draft.entrusted()?;
        let given = |device: DeviceId, certificate: &Bytes| {
            let cert = judge::certificate::check_device_cert(certificate, &aik);
            let cert = cert.ok().filter(|cert| cert.device == device);
            let of_now = cert.map(|cert| Entrusted {
                device,
                seal_key: cert.seal_key,
            });
            let mut before = before.iter();
            of_now.or_else(|| before.find(|held| held.device == device).cloned())
        };
        let devices = told.devices.iter();
        let devices = devices.filter(|card| card.device != stolen);
        Ok(devices
            .filter_map(|card| given(card.device, &card.certificate))
            .collect())
    }

    /// Sends it, the first time or again.
    fn send_succession(&mut self, attempt: &Attempt) {
        let under_way = |ask: &Ask| matches!(ask, Ask::Succeed);
        if self.is_online() && !self.volatile.asked.values().any(under_way) {
            self.send_bytes(Ask::Succeed, "PUT", "/v1/identity", attempt.body.0.clone());
        }
    }

    pub fn succeeded(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(attempt) = self.draft.read::<Attempt>(key::SUCCESSION)? else {
            return Ok(());
        };
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        self.draft.delete(key::SUCCESSION);
        if answer.status >= 400 {
            let (code, detail) = answer.refusal();
            if code == Code::VaultChanged {
                self.volatile.vault_read = false;
            } else {
                // It may have been done long ago, when the answer was lost: then the vault holds it.
                let made = attempt.identity.aik_public();
                self.draft.put(MADE.to_vec(), made.to_vec());
                self.draft.delete(STOLEN);
                self.problem(None, code, detail);
            }
            self.read_devices();
            self.read_vault();
            return self.work();
        }
        self.draft.delete(STOLEN);
        let mut chain = self.successions()?;
        if chain.last() != Some(&attempt.succession) {
            chain.push(attempt.succession);
        }
        self.keep_successions(chain);
        self.draft.write(
            key::BACKUP,
            &Backup {
                key: attempt.vault_key,
                version: attempt.after + 1,
                dirty: false,
                wrapped: true,
                new_code: None,
            },
        );
        self.draft.entrust(attempt.entrusted);
        self.take_identity(attempt.identity)?;
        self.owe_succession()?;
        self.read_devices();
        self.read_vault();
        self.work()
    }

    /// The new identity key is this device's own doing: it brings it into every circle in which it is.
    fn owe_succession(&mut self) -> Result<()> {
        // What was refused in between was signed under the key before.
        self.volatile.blocked.clear();
        for mut circle in self.draft.circles()? {
            circle.owes_succession = circle.joined.is_some();
            self.draft.delete(&key::candidate(circle.id));
            self.volatile.committing.remove(&circle.id);
            self.draft.save(&circle);
        }
        Ok(())
    }

    /// This device goes on under another identity key of its account.
    fn take_identity(&mut self, identity: Identity) -> Result<()> {
        let me = self.must_me()?;
        self.draft.leave(&me.identity)?;
        let me = Me { identity, ..me };
        self.draft
            .set_pin(me.identity.account, &me.identity.aik_public());
        self.draft.write_me(me.clone());
        // The server took the certificate with the key, and forgot the key packages that carry the old one.
        self.draft.delete(key::NEW_CERTIFICATE);
        self.put_key_packages(&me, limits::KEY_PACKAGES)
    }

    /// The vault's identity key is this device's, or follows from it by successions that each earlier
    /// key signed: then this device takes it up. Answers whether all is well.
    pub fn follow_identity(&mut self, me: &Me, contents: &Contents) -> Result<bool> {
        let account = me.identity.account;
        if contents.aik == me.identity.aik_secret() {
            return Ok(contents.account == account);
        }
        let mut key: Bytes = me.identity.aik_public().into();
        for signed in &contents.successions {
            if let Some(next) = judge::read_succession(signed, account, &key) {
                key = next.aik;
            }
        }
        let identity = me.identity.follow(contents.aik, self.now)?;
        if contents.account != account || key.0 != identity.aik_public() {
            return Ok(false);
        }
        self.draft.leave(&me.identity)?;
        self.keep_successions(contents.successions.clone());
        self.draft.set_pin(account, &identity.aik_public());
        self.go_on_certified(&Me {
            identity,
            ..me.clone()
        })?;
        if self.draft.find(MADE).is_some_and(|made| made == key.0) {
            self.draft.delete(MADE);
            self.owe_succession()?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
