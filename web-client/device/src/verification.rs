//! Whose identity key a human on this device vouches for, and what both of them compare.
//!
//! Vouching lets a person who came with new keys back in. Who also compared the safety number in person
//! is a verifier: this device signs so in every circle that both are in, and the mark falls when either
//! key changes. The server offers keys; which one was compared is kept here, so that it cannot hand out
//! another one afterwards.

use minicbor::{Decode, Encode};
use protocol::policy::VerifiedBy;
use protocol::{AccountId, Bytes, Code, Timestamp};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::rows::Draft;
use crate::state::{Circle, Joined, NewKey, key};
use crate::turn::Turn;

/// Groups in a safety number, and the digits and bytes of each: together about 100 bits.
const GROUPS: usize = 6;
const GROUP_BYTES: usize = 5;
const GROUP_DIGITS: usize = 5;

/// An identity key that this person vouches for.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Met {
    #[n(0)]
    pub aik: Bytes,
    /// When both compared the safety number in person, if they did.
    #[n(1)]
    pub met_at: Option<Timestamp>,
}

/// What two people compare: `SHA-256("carecircle safety number" || account || AIK)`, each five bytes of
/// it (big-endian) modulo 100,000 as five digits, six groups.
pub fn safety_number(account: AccountId, aik: &[u8]) -> String {
    let hash = Sha256::new()
        .chain_update(b"carecircle safety number")
        .chain_update(account.as_bytes())
        .chain_update(aik)
        .finalize();
    let group = |bytes: &[u8]| {
        let number = bytes
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:0GROUP_DIGITS$}", number % 100_000)
    };
    let groups: Vec<String> = (hash.chunks(GROUP_BYTES).take(GROUPS)).map(group).collect();
    groups.join(" ")
}

impl Draft<'_> {
    /// The identity key of an account that this person vouches for.
    pub fn met(&self, account: AccountId) -> Result<Option<Met>> {
        self.read(&met(account))
    }
}

impl Circle {
    /// The new identity key with which an account came.
    pub fn new_key(&self, account: AccountId) -> Option<&Bytes> {
        let held = self.new_keys.iter().find(|held| held.account == account);
        held.map(|held| &held.aik)
    }

    /// An account came with a new identity key.
    pub fn offer_new_key(&mut self, account: AccountId, aik: Bytes) {
        self.new_keys.retain(|held| held.account != account);
        self.new_keys.push(NewKey { account, aik });
    }

    /// The identity key under which an account is here, or comes.
    fn key_of(&self, account: AccountId) -> Option<&Bytes> {
        let joined = self.joined.iter();
        let mut members = joined.flat_map(|joined| &joined.members);
        self.new_key(account).or_else(|| {
            let member = members.find(|member| member.account == account);
            member.map(|member| &member.aik)
        })
    }
}

impl Turn<'_> {
    /// A human has made sure that a person's new identity key is theirs: they may be added.
    pub fn trust_new_key(&mut self, account: AccountId) -> Result<()> {
        let circles = self.draft.circles()?;
        let Some(aik) = circles.iter().find_map(|circle| circle.new_key(account)) else {
            return Ok(());
        };
        self.accept_key(account, aik.clone(), None)
    }

    /// Two people saw the same safety number on both screens.
    pub fn verify_member(&mut self, account: AccountId, number: &str) -> Result<()> {
        let digits = |text: &str| {
            let digits = text.chars().filter(char::is_ascii_digit);
            digits.collect::<String>()
        };
        let number = digits(number);
        let circles = self.draft.circles()?;
        let mut keys = circles.iter().filter_map(|circle| circle.key_of(account));
        let compared = keys.find(|aik| digits(&safety_number(account, aik)) == number);
        let Some(aik) = compared.cloned() else {
            let detail = "no key of theirs here has this safety number";
            return Err(Error::refused(Code::NotFound, detail));
        };
        self.accept_key(account, aik, Some(self.now))
    }

    /// The safety numbers differ: the offer is forgotten, and the server is asked again.
    pub fn look_again(&mut self, account: AccountId) -> Result<()> {
        for mut circle in self.draft.circles()? {
            if circle.new_key(account).is_some() {
                circle.new_keys.retain(|held| held.account != account);
                self.reconsider(&circle);
            }
        }
        Ok(())
    }

    /// At intake: a key of which the invitation's secret says whose it is. Nobody else's is taken for theirs
    /// from now on; who was also met in person is marked wherever both are.
    pub fn first_met(&mut self, account: AccountId, aik: Bytes, in_person: bool) -> Result<()> {
        if self.draft.pin(account).is_none() {
            self.draft.set_pin(account, &aik);
            self.vault_changed()?;
        }
        if in_person {
            self.accept_key(account, aik, Some(self.now))?;
        }
        Ok(())
    }

    fn accept_key(
        &mut self,
        account: AccountId,
        aik: Bytes,
        met_at: Option<Timestamp>,
    ) -> Result<()> {
        let earlier = self.draft.met(account)?;
        let earlier = earlier.filter(|met| met.aik == aik);
        let met_at = met_at.or(earlier.and_then(|met| met.met_at));
        let aik_of = aik.clone();
        self.draft.write(&met(account), &Met { aik, met_at });
        for mut circle in self.draft.circles()? {
            if circle.new_key(account) == Some(&aik_of) {
                circle.new_keys.retain(|held| held.account != account);
                let before = self.draft.pin(account);
                self.vouch(&mut circle, account, before)?;
                self.draft.trust(circle.id, account, &aik_of)?;
                self.reconsider(&circle);
            } else if circle.key_of(account) == Some(&aik_of) {
                let id = circle.id;
                self.in_circle(id, |turn| turn.tend(id))?;
            }
        }
        Ok(())
    }

    fn reconsider(&mut self, circle: &Circle) {
        self.circles_changed = true;
        self.draft.save(circle);
        self.volatile.blocked.remove(&circle.id);
        self.read_circle(circle.id);
    }

    /// The marks that this device makes: whom its person met, under its identity key of now.
    pub fn marks(&self) -> Result<Vec<(AccountId, Bytes, VerifiedBy)>> {
        let me = self.must_me()?;
        let mut marks = Vec::new();
        for at in self.draft.keys(key::MET) {
            let account = at
                .get(key::MET.len()..)
                .and_then(|id| AccountId::try_from(id).ok());
            let met = self.draft.read::<Met>(&at)?;
            if let (Some(account), Some(met)) = (account, met)
                && let Some(met_at) = met.met_at
                && account != me.identity.account
            {
                let by = me.identity.vouch(account, &met.aik, met_at);
                marks.push((account, met.aik, by));
            }
        }
        Ok(marks)
    }

    /// Whether somebody in the group was met and is not marked.
    pub fn wants_marks(&self, joined: &Joined) -> Result<bool> {
        for member in joined.members.iter().filter(|member| !member.verified) {
            let met = self.draft.met(member.account)?;
            if met.is_some_and(|met| met.met_at.is_some() && met.aik == member.aik) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn met(account: AccountId) -> Vec<u8> {
    [key::MET, account.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safety_number_is_thirty_digits_and_tells_accounts_and_keys_apart() {
        let account = AccountId::from_bytes([1; 16]);
        let number = safety_number(account, &[2; 32]);
        let groups: Vec<_> = number.split(' ').collect();
        assert_eq!(groups.len(), GROUPS);
        for group in groups {
            assert_eq!(group.len(), GROUP_DIGITS);
            assert!(group.bytes().all(|digit| digit.is_ascii_digit()));
        }
        assert_eq!(number, safety_number(account, &[2; 32]));
        assert_ne!(number, safety_number(account, &[3; 32]));
        assert_ne!(
            number,
            safety_number(AccountId::from_bytes([2; 16]), &[2; 32])
        );
    }
}
