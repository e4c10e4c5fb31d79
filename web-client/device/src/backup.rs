//! The vault: what a person must not lose (identity key, era keys, pins), sealed under a random key of
//! its own, at the server, which cannot open it. What opens it: a printed recovery code, or another
//! device of the same person, to which the vault's key was sealed (messaging.md, section 8).

use minicbor::{Decode, Encode};
use protocol::http::{
    OpenRecovery, PutVault, RecoverDevice, RecoveryOpened, SignedIn, Vault, VaultVersion, VaultWrap,
};
use protocol::{AccountId, Bytes, CircleId, Code as Refused, WrapKind};

use crate::api::Event;
use crate::chance;
use crate::content::Era;
use crate::error::{Error, Result};
use crate::identity::{DeviceKeys, Identity};
use crate::sealed;
use crate::state::{Me, Recovering, key};
use crate::turn::{Answer, Ask, Turn};
use crate::vault::{Table, Vault as Cipher};

/// Before the server is asked again, milliseconds.
const RETRY_MS: u32 = 2_000;
/// What changes within this time is brought to the server together, milliseconds.
const GATHER_MS: u32 = 100;
/// What a device's wrap is sealed for.
const WRAP_INFO: &[u8] = b"carecircle vault key";
/// The letters of a recovery code: no I, L, O, U, so that nothing is misread (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters in a code: 130 bits, of which 128 are random.
const CODE_LETTERS: usize = 26;

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

/// The 128 bits of a recovery code.
pub type Code128 = [u8; 16];

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

/// A recovery code that a person typed.
#[derive(Clone)]
pub struct Code(pub Code128);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(…)")
    }
}

impl Code {
    /// As it is shown: groups of letters.
    pub fn show(&self) -> String {
        let number = u128::from_be_bytes(self.0);
        let mut text = String::new();
        for place in 0..CODE_LETTERS {
            if place > 0 && place % 5 == 0 {
                text.push('-');
            }
            let shift = 5 * (CODE_LETTERS - 1 - place);
            let letter = usize::try_from((number >> shift) & 31).unwrap_or(0);
            text.push(char::from(LETTERS[letter]));
        }
        text
    }

    /// As people type it: case, spaces and hyphens do not matter, O is 0, I and L are 1.
    pub fn parse(text: &str) -> Option<Self> {
        let mut number: u128 = 0;
        let mut letters = 0;
        for letter in text.chars().filter(char::is_ascii_alphanumeric) {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                letter => letter,
            };
            let value = LETTERS
                .iter()
                .position(|known| char::from(*known) == letter)?;
            letters += 1;
            // The first letter carries three bits.
            if letters == 1 && value > 7 {
                return None;
            }
            number = number << 5 | u128::try_from(value).ok()?;
        }
        (letters == CODE_LETTERS).then(|| Self(number.to_be_bytes()))
    }

    fn locator(&self) -> Result<Bytes> {
        Ok((*sealed::derive(&self.0, b"carecircle recovery locator")?).into())
    }

    fn keys(&self) -> Result<sealed::SealKeys> {
        sealed::keys(&*sealed::derive(&self.0, b"carecircle recovery key")?)
    }
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
pub fn wrap_for(
    seal_key: &[u8],
    device: protocol::DeviceId,
    vault_key: &[u8; 32],
) -> Result<VaultWrap> {
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

    /// What this device would put into the vault.
    pub fn contents(&self, identity: &Identity) -> Result<Contents> {
        let me = self.must_me()?;
        let mut eras = Vec::new();
        for at in self.draft.keys(key::ERAS) {
            // `era/<circle 16>/<generation 4>/<era 4>`
            let circle = at.get(4..20).and_then(|id| CircleId::try_from(id).ok());
            let generation = at.get(21..25).and_then(|bytes| bytes.try_into().ok());
            let (Some(circle), Some(generation), Some(era)) =
                (circle, generation, self.draft.read(&at)?)
            else {
                return Err(Error::Store("an era's key has no place"));
            };
            eras.push(EraKey {
                circle,
                generation: u32::from_be_bytes(generation),
                era,
            });
        }
        let pins = self
            .draft
            .keys(b"pin/")
            .iter()
            .filter_map(|at| {
                let account = AccountId::try_from(at.get(4..)?).ok()?;
                Some((account, Bytes(self.draft.find(at)?)))
            })
            .collect();
        Ok(Contents {
            account: identity.account,
            aik: identity.aik_secret(),
            successions: self.successions()?,
            agency_key: me.agency_key,
            eras,
            pins,
        })
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
            let code = Code(code);
            wraps.push(VaultWrap {
                kind: WrapKind::RecoveryCode,
                device: None,
                locator: Some(code.locator()?),
                sealed: sealed::seal(&code.keys()?.public, WRAP_INFO, &backup.key)?,
            });
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
                let brought = code.map(|code| code.0);
                backup.new_code = backup.new_code.filter(|new| Some(*new) != brought);
                self.draft.write(key::BACKUP, &backup);
            }
            // Opened again, to make sure that it can be.
            self.get(Ask::Vault, "/v1/vault".to_owned());
            self.read_devices();
            return Ok(());
        }
        backup.dirty = true;
        self.draft.write(key::BACKUP, &backup);
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
        } else if answer.refusal().0 == Refused::VaultChanged {
            self.get(Ask::Vault, "/v1/vault".to_owned());
        } else {
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
        }
        Ok(())
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
                self.volatile.vault_read = true;
                return Ok(());
            };
            if !self.follow_identity(&me, &contents)? {
                let detail = "the vault holds an identity key that the earlier one did not sign";
                self.problem(None, Refused::SuccessionInvalid, detail);
                return Ok(());
            }
            self.take_up(&contents);
            self.now_at(vault_key, vault.version)?;
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
    }

    // --- the recovery code --------------------------------------------------------------------

    /// Makes a code; it counts once the server has its wrap.
    pub fn make_recovery_code(&mut self) -> Result<()> {
        let Some(mut backup) = self.backup()? else {
            return Err(Error::refused(
                Refused::DeviceUnknown,
                "this device is not enrolled",
            ));
        };
        let code = Code(chance::bytes());
        backup.new_code = Some(code.0);
        self.draft.write(key::BACKUP, &backup);
        self.event(Event::RecoveryCode { code: code.show() });
        self.put_vault()
    }

    /// A new device begins with a code.
    pub fn recover(&mut self, typed: &str) -> Result<()> {
        if self.me()?.is_some() {
            return Err(Error::refused(
                Refused::InvitationUsed,
                "this device already belongs to someone",
            ));
        }
        let code = Code::parse(typed).ok_or(Error::refused(
            Refused::RecoveryUnknown,
            "this is not a recovery code",
        ))?;
        let body = OpenRecovery {
            locator: code.locator()?,
        };
        let ask = Ask::OpenRecovery(Box::new(code));
        self.send_json(ask, "POST", "/v1/recovery/open", &body);
        Ok(())
    }

    pub fn recovery_opened(&mut self, code: &Code, answer: Answer<'_>) -> Result<()> {
        let Some(found) = answer.json::<RecoveryOpened>() else {
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
            return Ok(());
        };
        let vault_key = sealed::open(&code.keys()?.secret, WRAP_INFO, &found.wrap)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        let opened = vault_key
            .and_then(|vault_key| Some((vault_key, open(vault_key, found.account, &found.vault)?)));
        let Some((vault_key, contents)) = opened else {
            self.problem(
                None,
                Refused::RecoveryUnknown,
                "the code opens nothing here",
            );
            return Ok(());
        };
        let keys = DeviceKeys::make(self.now);
        let identity = Identity::under(found.account, contents.aik, keys, self.now)?;
        let genuine =
            found.aik.0 == identity.aik_public() && found.agency.key.0 == contents.agency_key;
        if !genuine {
            let detail = "the server names another identity or agency than the vault";
            self.problem(None, Refused::SuccessionInvalid, detail);
            return Ok(());
        }
        let recovering = Recovering {
            op_id: Self::op_id(),
            locator: code.locator()?,
            identity,
            agency_key: contents.agency_key,
            vault_key,
        };
        self.draft.write(key::RECOVERING, &recovering);
        self.take_up(&contents);
        self.send_recovering(&recovering);
        Ok(())
    }

    pub fn send_recovering(&mut self, recovering: &Recovering) {
        self.volatile.wanted = true;
        let body = RecoverDevice {
            op_id: recovering.op_id,
            locator: recovering.locator.clone(),
            certificate: recovering.identity.certificate.clone(),
        };
        self.send_json(Ask::RecoverDevice, "POST", "/v1/recovery/enrol", &body);
    }

    pub fn recovered(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(recovering) = self.draft.read::<Recovering>(key::RECOVERING)? else {
            return Ok(());
        };
        if answer.is_passing() {
            self.retry_later();
            return Ok(());
        }
        let signed_in = answer
            .json::<SignedIn>()
            .filter(|session| session.device == recovering.identity.device);
        self.draft.delete(key::RECOVERING);
        let Some(signed_in) = signed_in else {
            self.volatile.wanted = false;
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
            return Ok(());
        };
        self.begin_backup(recovering.vault_key, 0);
        self.vault_is_at_the_server()?;
        self.enrolled(recovering.identity, signed_in, recovering.agency_key)
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
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_people_type_it() {
        let code = Code([0xf1; 16]);
        let shown = code.show();
        assert_eq!(shown.replace('-', "").len(), CODE_LETTERS);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(Code::parse(&typed).unwrap().0, code.0, "{typed}");
        }
        assert!(Code::parse(&shown[1..]).is_none());
        assert!(Code::parse(&format!("{shown}A")).is_none());
        assert!(Code::parse(&"Z".repeat(CODE_LETTERS)).is_none());
    }

    #[test]
    fn every_bit_of_a_code_counts() {
        let code = Code([0x5a; 16]);
        for bit in 0..128 {
            let mut other = code.0;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(Code(other).show(), code.show());
            assert_ne!(Code(other).locator().unwrap(), code.locator().unwrap());
        }
    }
}
