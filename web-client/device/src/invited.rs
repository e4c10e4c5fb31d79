//! Intake, on the new device: what an invitation's secret authenticates, and waiting for the word.
//!
//! ```text
//! lookup = HKDF-SHA256(secret, "carecircle intake lookup")[..16]   shown to the server, once
//! key    = HKDF-SHA256(secret, "carecircle intake mac")            never leaves the two devices
//! mac(x) = HMAC-SHA256(key, x || agency key || inviter || inviter's AIK || invited || invited's AIK)
//! ```
//! `inviter` is the MAC by which the new device knows whose invitation it is and of which agency (the
//! invited's key stands as zeros), `newcomer` the one by which the inviting device knows whose key came,
//! `confirmed` what the inviting device says once its person has compared, and the six digits are `digits`
//! modulo a million. Who does not have the secret, the server among them, makes none of these and cannot
//! choose a key whose digits agree. The agency key in it is the one that the inviting device had pinned when it
//! made the invitation; the server may show a later one since, to which that one must lead. Whoever photographed the link shows other digits than the person does.

use minicbor::{Decode, Encode};
use protocol::http::{InvitationFound, OwnIntake};
use protocol::{AccountId, Bytes, Code, IntakeState};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::api::{Awaits, Link};
use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::sealed;
use crate::state::key;
use crate::turn::Turn;

/// Between two questions whether the person was confirmed, milliseconds.
const POLL_MS: u32 = 1_500;

/// What follows from an invitation's secret.
pub struct Derived {
    /// What the server is shown.
    pub lookup: [u8; 16],
    mac_key: Zeroizing<[u8; 32]>,
}

/// Whose keys an invitation ties together.
#[derive(Clone, Copy)]
pub struct Parties {
    pub agency_key: [u8; 32],
    pub inviter: AccountId,
    pub inviter_aik: [u8; 32],
    pub account: AccountId,
    /// All zero while nobody has come.
    pub aik: [u8; 32],
}

impl Parties {
    fn said(&self, what: &[u8]) -> Vec<u8> {
        [
            what,
            &self.agency_key,
            self.inviter.as_bytes().as_slice(),
            &self.inviter_aik,
            self.account.as_bytes(),
            &self.aik,
        ]
        .concat()
    }
}

impl Derived {
    pub fn from(secret: &[u8; 16]) -> Result<Self> {
        let lookup = sealed::derive(secret, b"carecircle intake lookup")?;
        let mut shown = [0; 16];
        shown.copy_from_slice(&lookup[..16]);
        Ok(Self {
            lookup: shown,
            mac_key: sealed::derive(secret, b"carecircle intake mac")?,
        })
    }

    fn mac(&self, what: &[u8], parties: &Parties) -> Result<[u8; 32]> {
        sealed::mac(&*self.mac_key, &parties.said(what))
    }

    /// Who invites, and of which agency.
    pub fn inviter(&self, parties: &Parties) -> Result<[u8; 32]> {
        self.mac(b"inviter ", parties)
    }

    /// Whose key came.
    pub fn newcomer(&self, parties: &Parties) -> Result<[u8; 32]> {
        self.mac(b"newcomer", parties)
    }

    /// Both screens showed the same digits.
    pub fn confirmation(&self, parties: &Parties) -> Result<[u8; 32]> {
        self.mac(b"confirmd", parties)
    }

    /// Six digits from the secret and everybody's keys.
    pub fn digits(&self, parties: &Parties) -> Result<String> {
        let bytes = self.mac(b"digits  ", parties)?;
        let number = u64::from_be_bytes(bytes[..8].try_into().unwrap_or_default());
        Ok(format!("{:06}", number % 1_000_000))
    }
}

/// A device that came by an invitation and waits for the word.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Invited {
    #[n(0)]
    secret: [u8; 16],
    #[n(1)]
    inviter: AccountId,
    /// As the server names them.
    #[n(2)]
    name: String,
    #[n(3)]
    inviter_aik: [u8; 32],
    /// Under which the inviting device speaks.
    #[n(4)]
    agency_key: [u8; 32],
}

impl Invited {
    #[cfg(test)]
    pub fn invented() -> Self {
        Self {
            secret: [9; 16],
            inviter: AccountId::from_bytes([7; 16]),
            name: crate::invented::dana().name,
            inviter_aik: [8; 32],
            agency_key: [3; 32],
        }
    }

    /// Whose invitation it is, if whoever made it says so too, under an agency key that the link may name and that
    /// is the present one or led to it.
    pub fn read(
        secret: [u8; 16],
        found: &InvitationFound,
        named: impl Fn(&[u8; 32]) -> bool,
    ) -> Option<Self> {
        let from = found.inviter.as_ref()?;
        let present = found.agency.key.to_array()?;
        let mut invited = Self {
            secret,
            inviter: from.account,
            name: from.name.clone(),
            inviter_aik: from.aik.to_array()?,
            agency_key: present,
        };
        let derived = Derived::from(&secret).ok()?;
        let parties = invited.parties(found.account, [0; 32]);
        let says = |key: &[u8; 32]| {
            let agency_key = *key;
            let mac = derived.inviter(&Parties {
                agency_key,
                ..parties
            });
            mac.is_ok_and(|mac| bool::from(mac.as_slice().ct_eq(&from.mac)))
        };
        let said = |key: &[u8; 32]| named(key) && says(key);
        let way = judge::agency::way_to(&present, &found.agency.removal_key, said)?;
        invited.agency_key = *way.first()?;
        Some(invited)
    }

    fn parties(&self, account: AccountId, aik: [u8; 32]) -> Parties {
        Parties {
            agency_key: self.agency_key,
            inviter: self.inviter,
            inviter_aik: self.inviter_aik,
            account,
            aik,
        }
    }

    /// For the inviting device: this is the invited's key.
    pub fn mac(&self, account: AccountId, aik: [u8; 32]) -> Result<Bytes> {
        let parties = self.parties(account, aik);
        Ok(Derived::from(&self.secret)?.newcomer(&parties)?.into())
    }
}

impl Turn<'_> {
    pub fn invited(&self) -> Result<Option<Invited>> {
        self.draft.read(key::AWAITED)
    }

    /// What the waiting page shows.
    pub fn awaits(&self) -> Result<Option<Awaits>> {
        let (Some(me), Some(invited)) = (self.me()?, self.invited()?) else {
            return Ok(None);
        };
        let parties = invited.parties(me.identity.account, me.identity.aik_public());
        Ok(Some(Awaits {
            digits: Derived::from(&invited.secret)?.digits(&parties)?,
            inviter: invited.name,
        }))
    }

    /// Nobody has confirmed this device's person yet: it asks until somebody has.
    pub fn await_confirmation(&mut self) {
        self.set_link(Link::Awaited);
        self.get_anew(Ask::OwnIntake, "/v1/intake".to_owned());
    }

    /// The server opens to this device, so its person was confirmed while nobody looked: all that is left to
    /// ask is by what word.
    pub fn ask_for_the_word(&mut self) {
        self.volatile.let_in = true;
        self.await_confirmation();
    }

    /// Asks again, if this device still waits.
    pub fn poll_confirmation(&mut self) {
        let under_way = |ask: &Ask| matches!(ask, Ask::OwnIntake);
        if self.link() == Link::Awaited && !self.volatile.asked.values().any(under_way) {
            self.await_confirmation();
        }
    }

    pub fn own_intake_read(&mut self, answer: Answer<'_>) -> Result<()> {
        if self.link() != Link::Awaited {
            return Ok(());
        }
        if answer.status == 401 {
            return self.turned_away();
        }
        let Some(own) = answer.json::<OwnIntake>() else {
            self.timer(POLL_MS);
            return Ok(());
        };
        match own.state {
            Some(IntakeState::Over) => self.turned_away(),
            Some(IntakeState::Verified | IntakeState::LetIn) => self.confirmed(&own),
            // By another invitation than this device's.
            _ if self.volatile.let_in => self.confirmed(&own),
            Some(IntakeState::Open | IntakeState::Arrived) | None => {
                self.timer(POLL_MS);
                Ok(())
            }
        }
    }

    /// The word came. Whether it was said in person, only the inviting device can say.
    fn confirmed(&mut self, own: &OwnIntake) -> Result<()> {
        let me = self.must_me()?;
        if let Some(invited) = self.invited()? {
            let parties = invited.parties(me.identity.account, me.identity.aik_public());
            let mac = Derived::from(&invited.secret)?.confirmation(&parties)?;
            let said = own.confirmation.as_ref();
            let in_person = said.is_some_and(|said| bool::from(mac.as_slice().ct_eq(said)));
            // The invitation itself said whose key this is.
            self.first_met(invited.inviter, invited.inviter_aik.into(), in_person)?;
        }
        self.draft.delete(key::AWAITED);
        self.volatile.let_in = false;
        self.status_changed = true;
        self.set_link(Link::Offline);
        self.connect()
    }

    /// The session is over. If it was one that waited to be confirmed, the invitation was ended: nothing was
    /// ever said or read here, and the browser is nobody's again.
    pub fn turned_away(&mut self) -> Result<()> {
        if self.invited()?.is_none() {
            self.session_ended();
            return Ok(());
        }
        for at in self.draft.keys(b"") {
            self.draft.delete(&at);
        }
        self.volatile.wanted = false;
        self.status_changed = true;
        self.set_link(Link::Idle);
        let detail = "this invitation was ended";
        self.problem(None, Code::InvitationExpired, detail);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parties() -> Parties {
        Parties {
            agency_key: [1; 32],
            inviter: AccountId::from_bytes([2; 16]),
            inviter_aik: [3; 32],
            account: AccountId::from_bytes([4; 16]),
            aik: [5; 32],
        }
    }

    #[test]
    fn digits_change_with_every_key_and_with_the_secret() {
        let derived = Derived::from(&[9; 16]).unwrap();
        let digits = derived.digits(&parties()).unwrap();
        assert_eq!(digits.len(), 6);
        assert!(digits.bytes().all(|digit| digit.is_ascii_digit()));
        let changes: [fn(&mut Parties); 5] = [
            |parties| parties.agency_key = [0; 32],
            |parties| parties.inviter = AccountId::from_bytes([0; 16]),
            |parties| parties.inviter_aik = [0; 32],
            |parties| parties.account = AccountId::from_bytes([0; 16]),
            |parties| parties.aik = [0; 32],
        ];
        for change in changes {
            let mut other = parties();
            change(&mut other);
            assert_ne!(derived.digits(&other).unwrap(), digits);
        }
        let other = Derived::from(&[8; 16]).unwrap();
        assert_ne!(other.digits(&parties()).unwrap(), digits);
    }

    #[test]
    fn what_one_says_is_not_taken_for_what_the_other_says() {
        let derived = Derived::from(&[9; 16]).unwrap();
        let said = [
            derived.inviter(&parties()).unwrap(),
            derived.newcomer(&parties()).unwrap(),
            derived.confirmation(&parties()).unwrap(),
        ];
        assert!(said[0] != said[1] && said[1] != said[2] && said[0] != said[2]);
        assert_ne!(derived.lookup.as_slice(), &derived.mac_key[..16]);
    }
}
