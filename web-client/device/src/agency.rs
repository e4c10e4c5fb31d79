//! The agency key, which this device pins: how it is known again once the agency has another one.
//!
//! Wherever the server shows its key, it shows the certificate of its removal key beside it, and in that stands how
//! the agency keys of before led there ([`judge::agency`]). So whatever names an earlier key (a link, a
//! vault, this device's own pin) is kept by a server that shows a later one, and by no other.
//!
//! A device pins a later key when the server shows it as the present one, not when it first hears of it: what this
//! device makes for others, a link or an invitation, must name a key that the server shows them or has shown.
//! The keys pinned before are remembered, for a device that was away reads commits that list what those signed.
//!
//! Who says which key at intake: whoever invites speaks under the key that they had pinned when they made the invitation,
//! which they keep with it, and whoever comes finds out which one that was by the invitation's MAC
//! ([`crate::invited`]). So both show the same digits, whatever became of the agency key in between. Safety
//! numbers are about people's keys alone.

use protocol::http::Agency;
use protocol::{Bytes, Code, limits};

use crate::error::Result;
use crate::turn::Turn;

/// The agency's key of now, if it is trusted or follows from one that is.
pub fn present(agency: &Agency, trusted: impl Fn(&[u8; 32]) -> bool) -> Option<[u8; 32]> {
    let key = agency.key.to_array()?;
    judge::agency::is_led_to(&key, &agency.removal_key, trusted).then_some(key)
}

impl Turn<'_> {
    /// What the server shows as its keys of now.
    pub fn hear_of_agency(&mut self, agency_key: &Bytes, removal_key: Bytes) -> Result<()> {
        // A server from before agency keys could be replaced does not say.
        if let Some(key) = agency_key.to_array() {
            self.hear_of_agency_key(&key, &removal_key)?;
        }
        self.hear_of_removal_key(removal_key)
    }

    fn hear_of_agency_key(&mut self, present: &[u8; 32], removal_key: &[u8]) -> Result<()> {
        let Some(mut me) = self.me()?.filter(|me| me.agency_key != *present) else {
            return Ok(());
        };
        let pinned = |key: &[u8; 32]| *key == me.agency_key;
        let Some(mut way) = judge::agency::way_to(present, removal_key, pinned) else {
            let detail = "this server is not the agency that this device knows";
            self.problem(None, Code::SuccessionInvalid, detail);
            return Ok(());
        };
        way.pop();
        me.agency_before.extend(way);
        let surplus = me
            .agency_before
            .len()
            .saturating_sub(limits::AGENCY_SUCCESSIONS_MAX);
        me.agency_before.drain(..surplus);
        me.agency_key = *present;
        self.draft.write_me(me);
        self.vault_changed()
    }

    /// The agency's removal key of now. Believed if the pinned agency key signed it, or one that it leads to, and if
    /// it is a later one than this device has: an earlier one would be brought back into circles. What a key
    /// from before the pinned one signed is not new.
    fn hear_of_removal_key(&mut self, certificate: Bytes) -> Result<()> {
        let Some(mut me) = self.me()? else {
            return Ok(());
        };
        let facts = judge::Facts {
            agency_keys: std::slice::from_ref(&me.agency_key),
            at: self.now,
        };
        let signed = |key: &Bytes| judge::certificate::check_removal_key(key, &facts).ok();
        let begins = |key: &Bytes| signed(key).map(|key| key.not_before);
        if begins(&certificate) > begins(&me.removal_key) {
            me.removal_key = certificate;
            self.draft.write_me(me);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use minicbor::Encode;
    use protocol::certificate::{AgencySuccession, RemovalKey, Signed};
    use protocol::{PersonId, Role, labels};

    use super::*;
    use crate::api::{Effect, Event};
    use crate::backup::Backup;
    use crate::identity::Identity;
    use crate::invented::{NOW, maria};
    use crate::rows::Rows;
    use crate::state::{Me, key};
    use crate::volatile::Volatile;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn public(seed: u8) -> [u8; 32] {
        key(seed).verifying_key().to_bytes()
    }

    fn sign(by: u8, label: &[u8], content: Vec<u8>) -> Bytes {
        let signature = key(by).sign(&judge::to_be_signed(label, &content));
        let signed = Signed {
            content: content.into(),
            signature: signature.to_bytes().into(),
        };
        protocol::frame::to_vec(&signed).into()
    }

    /// The removal key of the last of these agency keys, each of which signs for the next.
    fn removal_key(agency: &[u8]) -> Bytes {
        let succession = |pair: &[u8]| {
            let content = AgencySuccession {
                before: public(pair[0]).into(),
                key: public(pair[1]).into(),
                at: NOW,
            };
            let content = protocol::frame::to_vec(&content);
            sign(pair[0], labels::AGENCY_SUCCESSION, content)
        };
        let successions: Vec<Bytes> = agency.windows(2).map(succession).collect();
        let later = i64::try_from(successions.len()).unwrap();
        let content = RemovalKey {
            key: [9; 32].into(),
            not_before: NOW.plus_seconds(later),
            not_after: NOW.plus_seconds(90),
            successions,
        };
        let signer = agency[agency.len() - 1];
        sign(
            signer,
            labels::REMOVAL_KEY,
            protocol::frame::to_vec(&content),
        )
    }

    /// Maria's device, which has pinned the first key and has its vault at the server.
    fn rows() -> Rows {
        let me = Me {
            agency_key: public(1),
            removal_key: removal_key(&[1]),
            ..maria()
        };
        let backup = Backup {
            key: [7; 32],
            version: 1,
            dirty: false,
            wrapped: true,
            new_code: None,
        };
        [
            (key::ME.to_vec(), protocol::frame::to_vec(&me)),
            (key::BACKUP.to_vec(), protocol::frame::to_vec(&backup)),
        ]
        .into()
    }

    fn is_warned(turn: &Turn<'_>) -> bool {
        let problem = |effect: &Effect| {
            matches!(effect, Effect::Event { event: Event::Problem { code, .. } }
                if *code == Code::SuccessionInvalid)
        };
        turn.effects.iter().any(problem)
    }

    #[test]
    fn the_next_key_is_pinned_once_it_is_shown_as_the_present_one() {
        let rows = rows();
        let mut turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
        // Its removal key is known first.
        let next = removal_key(&[1, 2]);
        turn.hear_of_agency(&public(1).into(), next.clone())
            .unwrap();
        let me = turn.must_me().unwrap();
        assert_eq!((me.agency_key, &me.removal_key), (public(1), &next));
        assert!(!turn.backup().unwrap().unwrap().dirty);
        turn.hear_of_agency(&public(2).into(), next).unwrap();
        let me = turn.must_me().unwrap();
        assert_eq!(me.agency_keys(), [public(1), public(2)]);
        assert!(
            turn.backup().unwrap().unwrap().dirty,
            "the vault pins it too"
        );
        // Two more while it was away, of which the last is still to come.
        let last = removal_key(&[1, 2, 3, 4]);
        turn.hear_of_agency(&public(3).into(), last.clone())
            .unwrap();
        let me = turn.must_me().unwrap();
        assert_eq!(me.agency_keys(), [1, 2, 3].map(public));
        assert_eq!(me.removal_key, last);
        assert!(!is_warned(&turn));
        // In a browser that row opens without the server's share.
        let door: Me = turn.draft.read(key::ME).unwrap().unwrap();
        assert_eq!(door.identity.aik_secret(), [0; 32]);
    }

    #[test]
    fn a_key_that_nothing_leads_to_is_not_pinned() {
        for (shown, list) in [
            (8, removal_key(&[8])),
            (8, removal_key(&[7, 8])),
            // It leads there, and the server says that it is at another.
            (8, removal_key(&[1, 2])),
            (2, removal_key(&[2])),
        ] {
            let rows = rows();
            let mut turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
            turn.hear_of_agency(&public(shown).into(), list).unwrap();
            assert_eq!(turn.must_me().unwrap().agency_keys(), [public(1)]);
            assert!(is_warned(&turn));
        }
        // Nor is one that was left.
        let rows = rows();
        let mut turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
        turn.hear_of_agency(&public(2).into(), removal_key(&[1, 2]))
            .unwrap();
        turn.hear_of_agency(&public(1).into(), removal_key(&[1]))
            .unwrap();
        assert!(is_warned(&turn));
        let me = turn.must_me().unwrap();
        assert_eq!(me.agency_key, public(2));
        assert_eq!(me.removal_key, removal_key(&[1, 2]));
    }

    #[test]
    fn a_server_from_before_says_nothing_of_its_key() {
        let rows = rows();
        let mut turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
        turn.hear_of_agency(&Bytes::default(), Bytes::default())
            .unwrap();
        assert!(!is_warned(&turn));
    }

    #[test]
    fn a_device_from_before_agency_keys_were_replaced_reads_its_row() {
        #[derive(Encode)]
        #[cbor(map)]
        struct Then {
            #[n(0)]
            identity: Identity,
            #[n(1)]
            person: PersonId,
            #[n(2)]
            name: String,
            #[n(3)]
            role: Role,
            #[n(4)]
            agency_name: String,
            #[n(5)]
            agency_key: [u8; 32],
            #[n(6)]
            removal_key: Bytes,
        }
        let me = maria();
        let then = Then {
            identity: me.identity,
            person: me.person,
            name: me.name,
            role: me.role,
            agency_name: me.agency_name,
            agency_key: me.agency_key,
            removal_key: me.removal_key,
        };
        let read: Me = minicbor::decode(&protocol::frame::to_vec(&then)).unwrap();
        assert_eq!(read.agency_keys(), [then.agency_key]);
    }
}
