//! A stolen device: the account gets a new identity key, signed by the old one, and the vault a new key,
//! sealed to the devices that remain. Every circle is told by a commit that brings the new key and takes
//! out the account's other devices, whose certificates are under the old one; those that were not stolen
//! take up the new key from the vault and come back by themselves.

use minicbor::{Decode, Encode};
use protocol::http::{Devices, PutVault, ReplaceIdentity};
use protocol::{Bytes, Code, DeviceId, limits};

use crate::ask::{Answer, Ask};
use crate::backup::{Backup, Contents, seal, wrap_for};
use crate::chance;
use crate::error::{Error, Result};
use crate::identity::Identity;
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
}

/// How earlier identity keys handed over, oldest first.
const SUCCESSIONS: &[u8] = b"successions";
/// The device that was reported stolen, until the server has answered for good.
const STOLEN: &[u8] = b"stolen";

#[derive(Encode, Decode)]
struct Chain(#[n(0)] Vec<Bytes>);

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
        let mut wraps = Vec::new();
        for card in &told.devices {
            // Only what the account itself certified is given the key.
            let aik = me.identity.aik_public();
            let cert = judge::certificate::check_device_cert(&card.certificate, &aik);
            if let Ok(cert) = cert
                && card.device != stolen
                && cert.device == card.device
            {
                wraps.push(wrap_for(&cert.seal_key, cert.device, &vault_key)?);
            }
        }
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
        };
        self.draft.write(key::SUCCESSION, &attempt);
        self.send_succession(&attempt);
        Ok(())
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
        self.take_identity(attempt.identity)?;
        // What was refused in between was signed under the key before.
        self.volatile.blocked.clear();
        for mut circle in self.draft.circles()? {
            circle.owes_succession = circle.joined.is_some();
            self.draft.delete(&key::candidate(circle.id));
            self.volatile.committing.remove(&circle.id);
            self.draft.save(&circle);
        }
        self.read_devices();
        self.read_vault();
        self.work()
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
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use protocol::http::{Vault, VaultVersion};

    use super::*;
    use crate::api::{Effect, Event, Link};
    use crate::invented::{NOW, maria};
    use crate::rows::{Draft, Rows};
    use crate::volatile::Volatile;

    /// A device that is online, with its vault at the server.
    fn rows(me: &Me) -> Rows {
        let backup = Backup {
            key: [7; 32],
            version: 1,
            dirty: false,
            wrapped: true,
            new_code: None,
        };
        let before = Rows::new();
        let draft = Draft::new(&before);
        draft.write_me(me.clone());
        draft.write(key::BACKUP, &backup);
        let written = draft.into_changes().into_iter();
        written
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }

    /// The number of the last request.
    fn last(turn: &Turn<'_>) -> u32 {
        turn.volatile.last_request
    }

    fn told(turn: &mut Turn<'_>, id: u32, body: &impl serde::Serialize) {
        let body = serde_json::to_vec(body).unwrap();
        turn.answer(id, 200, &body).unwrap();
    }

    #[test]
    fn a_vault_from_before_the_new_identity_key_that_comes_after_it_is_not_followed() {
        let me = maria();
        let rows = rows(&me);
        let volatile = Volatile {
            link: Some(Link::Online),
            vault_read: true,
            ..Volatile::default()
        };
        let mut turn = Turn::new(&rows, volatile, "localhost:8443", NOW);
        let identity = &me.identity;
        let before = Vault {
            version: 1,
            sealed: seal([7; 32], &turn.contents(identity).unwrap()),
            wraps: vec![
                wrap_for(
                    &identity.keys().seal_keys().unwrap().public,
                    identity.device,
                    &[7; 32],
                )
                .unwrap(),
            ],
        };
        turn.read_vault();
        let asked_before = last(&turn);
        turn.volatile.devices = Some(Devices {
            devices: Vec::new(),
            aik: identity.aik_public().into(),
            offer: None,
            vault: 1,
            wraps: Vec::new(),
        });
        turn.report_stolen(DeviceId::from_bytes([5; 16])).unwrap();
        let reported = last(&turn);
        told(&mut turn, reported, &VaultVersion { version: 2 });
        told(&mut turn, asked_before, &before);

        let refused = |effect: &Effect| {
            matches!(
                effect,
                Effect::Event {
                    event: Event::Problem { .. }
                }
            )
        };
        assert!(!turn.effects.iter().any(refused));
        assert_eq!(turn.backup().unwrap().unwrap().version, 2);
        assert_ne!(
            turn.must_me().unwrap().identity.aik_public(),
            identity.aik_public()
        );
        // In a browser that row opens without the server's share.
        let door: Me = turn.draft.read(key::ME).unwrap().unwrap();
        assert_eq!(door.identity.aik_secret(), [0; 32]);
    }
}
