//! The vault: what a person must not lose (identity key, era keys, pins), sealed under a random key of
//! its own, at the server, which cannot open it. What opens it: a printed recovery code, or another
//! device of the same person, to which the vault's key was sealed (messaging.md, section 8).

use minicbor::{Decode, Encode};
use protocol::http::{PutVault, Vault, VaultVersion, VaultWrap};
use protocol::{AccountId, Bytes, CircleId, Code as Refused, DeviceId, WrapKind};

use crate::api::Event;
use crate::ask::{Answer, Ask};
use crate::content::Era;
use crate::error::Result;
use crate::recovery::{Code, Code128};
use crate::sealed;
use crate::state::{Me, key};
use crate::turn::Turn;
use crate::vault::{Table, Vault as Cipher};

mod closed;
mod contents;

/// Before the server is asked again, milliseconds.
const RETRY_MS: u32 = 2_000;
/// What changes within this time is brought to the server together, milliseconds.
const GATHER_MS: u32 = 100;
/// What a device's wrap is sealed for.
pub(crate) const WRAP_INFO: &[u8] = b"carecircle vault key";

/// The vault's key, and how the vault stands at the server.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Backup {
    #[n(0)]
    pub key: [u8; 32],
    /// The version at the server that this device knows; 0: none.
    #[n(1)]
    pub version: u64,
    /// Something is here that the server's does not have.
    #[n(2)]
    pub dirty: bool,
    /// This device's own wrap stands at the server.
    #[n(3)]
    pub wrapped: bool,
    /// A recovery code whose wrap is still to be brought to the server.
    #[n(4)]
    pub new_code: Option<Code128>,
}

/// What stands in the vault.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Contents {
    #[n(0)]
    pub account: AccountId,
    #[n(1)]
    pub aik: [u8; 32],
    /// How earlier identity keys handed over, oldest first.
    #[n(2)]
    pub successions: Vec<Bytes>,
    #[n(3)]
    pub agency_key: [u8; 32],
    #[n(4)]
    pub eras: Vec<EraKey>,
    #[n(5)]
    pub pins: Vec<(AccountId, Bytes)>,
    /// Devices to which this vault's key was sealed when the identity key became what it is.
    #[n(6)]
    #[cbor(default)]
    pub entrusted: Vec<Entrusted>,
}

/// A device, and what is sealed to it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entrusted {
    #[n(0)]
    pub device: DeviceId,
    #[n(1)]
    pub seal_key: Bytes,
}

/// One era's key.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct EraKey {
    #[n(0)]
    pub circle: CircleId,
    #[n(1)]
    pub generation: u32,
    #[n(2)]
    pub era: Era,
}

/// Opens a vault.
pub fn open(vault_key: [u8; 32], account: AccountId, bytes: &[u8]) -> Option<Contents> {
    let opened = Cipher::new(vault_key)
        .open(Table::Vault, account.as_bytes(), bytes)
        .ok()?;
    minicbor::decode(&opened).ok()
}

/// Seals a vault.
pub fn seal(vault_key: [u8; 32], contents: &Contents) -> Bytes {
    Cipher::new(vault_key)
        .seal(
            Table::Vault,
            contents.account.as_bytes(),
            &protocol::frame::to_vec(contents),
        )
        .into()
}

/// The vault's key, sealed to a device.
pub fn wrap_for(seal_key: &[u8], device: DeviceId, vault_key: &[u8; 32]) -> Result<VaultWrap> {
    Ok(VaultWrap {
        kind: WrapKind::Device,
        device: Some(device),
        locator: None,
        sealed: sealed::seal(seal_key, WRAP_INFO, vault_key)?,
    })
}

impl Turn<'_> {
    /// The vault's key, once there is one.
    pub fn backup(&self) -> Result<Option<Backup>> {
        self.draft.read(key::BACKUP)
    }

    /// Whether this device has read what its person's vault says about keys: before that it would start
    /// eras that need not be, and pin what it need not trust.
    pub fn is_backed_up(&self) -> Result<bool> {
        Ok(self.volatile.vault_read || self.backup()?.is_some_and(|backup| backup.version > 0))
    }

    /// A new account's vault, or one whose key was brought by another door.
    pub fn begin_backup(&mut self, vault_key: [u8; 32], version: u64) {
        self.draft.write(
            key::BACKUP,
            &Backup {
                key: vault_key,
                version,
                dirty: version == 0,
                wrapped: false,
                new_code: None,
            },
        );
    }

    /// Something that belongs into the vault changed: it is brought there soon, whatever else happens, for
    /// this device may be gone tomorrow.
    pub fn vault_changed(&mut self) -> Result<()> {
        if let Some(mut backup) = self.backup()?
            && !backup.dirty
        {
            backup.dirty = true;
            self.draft.write(key::BACKUP, &backup);
            self.timer(GATHER_MS);
        }
        Ok(())
    }

    /// Brings the vault to the server, if it changed and nothing is on its way.
    pub fn put_vault(&mut self) -> Result<()> {
        let Some(me) = self.me()? else {
            return Ok(());
        };
        let Some(backup) = self.backup()? else {
            return Ok(());
        };
        let due = backup.dirty || !backup.wrapped || backup.new_code.is_some();
        let succeeding = self.draft.find(key::SUCCESSION).is_some();
        if !self.is_online() || !due || self.volatile.vault_flying || succeeding {
            return Ok(());
        }
        let mut wraps = Vec::new();
        if !backup.wrapped {
            let public = me.identity.keys().seal_keys()?.public;
            wraps.push(wrap_for(&public, me.identity.device, &backup.key)?);
        }
        if let Some(code) = backup.new_code {
            wraps.push(Code(code).wrap(&backup.key)?);
        }
        let body = PutVault {
            after: backup.version,
            sealed: seal(backup.key, &self.contents(&me.identity)?),
            wraps,
        };
        self.volatile.vault_flying = true;
        // What changes while it is on its way is brought after it.
        let sent = Backup {
            dirty: false,
            ..backup.clone()
        };
        self.draft.write(key::BACKUP, &sent);
        let ask = Ask::PutVault(backup.version, backup.new_code.map(Code));
        self.send_json(ask, "PUT", "/v1/vault", &body);
        Ok(())
    }

    /// The server has a vault, with the wrap of a code that was made before it went out; one that was made
    /// since is still to be brought there.
    pub fn vault_put(&mut self, after: u64, code: Option<&Code>, answer: Answer<'_>) -> Result<()> {
        self.volatile.vault_flying = false;
        let Some(mut backup) = self.backup()? else {
            return Ok(());
        };
        if let Some(VaultVersion { version }) = answer.json() {
            if backup.version == after {
                backup.version = version;
                backup.wrapped = true;
                let brought = code.filter(|code| backup.new_code == Some(code.0));
                if let Some(code) = brought {
                    backup.new_code = None;
                    self.event(Event::RecoveryCode { code: code.show() });
                }
                self.draft.write(key::BACKUP, &backup);
            }
            // Opened again, to make sure that it can be.
            self.read_vault();
            self.read_devices();
            return Ok(());
        }
        backup.dirty = true;
        let (refused, detail) = answer.refusal();
        let asks_first = !answer.is_no_answer() && refused == Refused::StepUpRequired;
        if asks_first {
            // The person asks for a code again once they have shown who they are; the rest is brought without it.
            backup.new_code = None;
            self.timer(RETRY_MS);
        }
        self.draft.write(key::BACKUP, &backup);
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
        } else if refused == Refused::VaultChanged {
            self.read_vault();
        } else {
            self.problem(None, refused, detail);
        }
        Ok(())
    }

    /// Asks for the vault.
    pub fn read_vault(&mut self) {
        self.get_anew(Ask::Vault, "/v1/vault".to_owned());
    }

    /// The server's vault came: what it has that is not here is taken up.
    pub fn vault_read(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(vault) = answer.json::<Vault>() else {
            if answer.is_no_answer() {
                self.timer(RETRY_MS);
            } else {
                self.volatile.vault_read = true;
            }
            return Ok(());
        };
        // Its own new identity key may stand there before this device is told so, and is not to be followed
        // as somebody else's: the vault is read again once the server has answered.
        if self.draft.find(key::SUCCESSION).is_some() {
            return Ok(());
        }
        let me = self.must_me()?;
        if vault.version > 0 {
            let held = self.backup()?.map(|backup| backup.key);
            let account = me.identity.account;
            let opened = held.and_then(|key| Some((key, open(key, account, &vault.sealed)?)));
            // Another device may have given the vault a new key, sealed to this one.
            let opened = match opened {
                Some(opened) => Some(opened),
                None => Self::open_by_wrap(&me, &vault)?,
            };
            let Some((vault_key, contents)) = opened else {
                let detail = "the vault does not open on this device";
                self.problem(None, Refused::RecoveryUnknown, detail);
                self.vault_is_closed(vault.version);
                return Ok(());
            };
            if !self.follow_identity(&me, &contents)? {
                let detail = "the vault holds an identity key that the earlier one did not sign";
                self.problem(None, Refused::SuccessionInvalid, detail);
                self.vault_is_closed(vault.version);
                return Ok(());
            }
            self.take_up(&contents);
            self.now_at(vault_key, vault.version)?;
            // Only whoever was led on writes it anew: two of a person's devices that pin different keys for a
            // moment would write in turns.
            if me.agency_before.contains(&contents.agency_key) {
                self.vault_changed()?;
            }
            let same = self.must_me()?.identity.aik_public() == me.identity.aik_public();
            self.no_longer_behind(same)?;
        }
        self.volatile.vault_read = true;
        self.try_dark_history()?;
        self.work()
    }

    fn open_by_wrap(me: &Me, vault: &Vault) -> Result<Option<([u8; 32], Contents)>> {
        let secret = me.identity.keys().seal_keys()?.secret;
        let own = vault
            .wraps
            .iter()
            .filter(|wrap| wrap.device == Some(me.identity.device));
        for wrap in own {
            let vault_key = sealed::open(&secret, WRAP_INFO, &wrap.sealed)
                .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
            let opened = vault_key.and_then(|vault_key| {
                let contents = open(vault_key, me.identity.account, &vault.sealed)?;
                Some((vault_key, contents))
            });
            if opened.is_some() {
                return Ok(opened);
            }
        }
        Ok(None)
    }

    fn now_at(&mut self, vault_key: [u8; 32], version: u64) -> Result<()> {
        let held = self.backup()?;
        let mut backup = held.unwrap_or(Backup {
            key: vault_key,
            version,
            dirty: false,
            wrapped: false,
            new_code: None,
        });
        let same = backup.key == vault_key;
        backup.wrapped &= same;
        backup.key = vault_key;
        // A server that was restored from a copy stands before what this device brought there.
        backup.dirty |= version < backup.version;
        backup.version = version;
        self.volatile.reopened = version;
        self.devices_changed = true;
        self.draft.write(key::BACKUP, &backup);
        Ok(())
    }

    /// Takes up what another device knew.
    pub fn take_up(&mut self, contents: &Contents) {
        for (account, aik) in &contents.pins {
            if self.draft.pin(*account).is_none() {
                self.draft.set_pin(*account, aik);
            }
        }
        for held in &contents.eras {
            let at = key::era(held.circle, held.generation, held.era.era);
            if self.draft.find(&at).is_none() {
                self.draft.write(&at, &held.era);
            }
        }
        if !contents.entrusted.is_empty() {
            self.draft.entrust(contents.entrusted.clone());
        }
    }

    /// The vault that was opened stands at the server already: it is to be read, not written first.
    pub fn vault_is_at_the_server(&mut self) -> Result<()> {
        if let Some(mut backup) = self.backup()? {
            backup.dirty = false;
            self.draft.write(key::BACKUP, &backup);
        }
        Ok(())
    }

    /// Brings the vault to the server, once it is known what stands there.
    pub fn put_vault_if_read(&mut self) -> Result<()> {
        if self.volatile.vault_read {
            self.put_vault()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
