//! The recovery code: 128 random bits, printed. Where the server keeps the wrap of the vault's key that it
//! opens (`locator`) and the key of that wrap are both derived from it, so the server learns neither the
//! code nor the vault (messaging.md, section 8).

use protocol::http::{OpenRecovery, RecoverDevice, RecoveryOpened, SignedIn, VaultWrap};
use protocol::{Bytes, Code as Refused, WrapKind};

use crate::agency;
use crate::ask::{Answer, Ask};
use crate::backup::{self, WRAP_INFO};
use crate::chance;
use crate::error::{Error, Result};
use crate::identity::{DeviceKeys, Identity};
use crate::sealed;
use crate::state::{Recovering, key};
use crate::turn::Turn;

/// The letters of a recovery code: no I, L, O, U, so that nothing is misread (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters in a code: 130 bits, of which 128 are random.
const CODE_LETTERS: usize = 26;

/// The 128 bits of a recovery code.
pub type Code128 = [u8; 16];

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

    /// The vault's key, sealed to whoever has the code.
    pub fn wrap(&self, vault_key: &[u8; 32]) -> Result<VaultWrap> {
        Ok(VaultWrap {
            kind: WrapKind::RecoveryCode,
            device: None,
            locator: Some(self.locator()?),
            sealed: sealed::seal(&self.keys()?.public, WRAP_INFO, vault_key)?,
        })
    }

    fn locator(&self) -> Result<Bytes> {
        Ok((*sealed::derive(&self.0, b"carecircle recovery locator")?).into())
    }

    fn keys(&self) -> Result<sealed::SealKeys> {
        sealed::keys(&*sealed::derive(&self.0, b"carecircle recovery key")?)
    }
}

impl Turn<'_> {
    /// Makes a code; it counts, and is shown, once the server has its wrap: the server may want to see first that
    /// it is the person who asks.
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
        let opened = vault_key.and_then(|vault_key| {
            Some((
                vault_key,
                backup::open(vault_key, found.account, &found.vault)?,
            ))
        });
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
        let same = found.aik.0 == identity.aik_public();
        let pinned = |key: &[u8; 32]| *key == contents.agency_key;
        let (true, Some(agency_key)) = (same, agency::present(&found.agency, pinned)) else {
            let detail = "the server names another identity or agency than the vault";
            self.problem(None, Refused::SuccessionInvalid, detail);
            return Ok(());
        };
        let recovering = Recovering {
            op_id: Self::op_id(),
            locator: code.locator()?,
            identity,
            agency_key,
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
