//! This device as it was certified before its person's identity key became another one.
//!
//! A group lists a new identity key only once a device that stands in it has brought it there. Until then nobody comes
//! in, and nobody goes on, but by a certificate under the key that is listed. So a device keeps the certificates that it
//! leaves: they are no secrets, and it signs with the same device key as ever. By one of them it comes into a group that
//! none of its person's devices has told yet, or that it fell out of meanwhile, and brings the new key there.
//!
//! Whoever took the key of before may be in that group under the same name. Bringing the new key takes them out, and
//! nothing is said before ([`crate::outbox`]).

use minicbor::{Decode, Encode};
use protocol::{Bytes, limits};

use crate::error::Result;
use crate::group::{Epoch, listed_in};
use crate::identity::Identity;
use crate::rows::Draft;
use crate::state::{Circle, Me, key};
use crate::turn::Turn;

/// Certificates, oldest first.
#[derive(Default, Encode, Decode)]
struct Left(#[n(0)] Vec<Bytes>);

impl Draft<'_> {
    /// Keeps the certificate of an identity that this device leaves.
    pub fn leave(&self, identity: &Identity) -> Result<()> {
        let Left(mut certificates) = self.left()?;
        certificates.push(identity.certificate.clone());
        let surplus = certificates.len().saturating_sub(limits::SUCCESSIONS_MAX);
        certificates.drain(..surplus);
        self.write(key::CERTIFICATES, &Left(certificates));
        Ok(())
    }

    fn left(&self) -> Result<Left> {
        Ok(self.read(key::CERTIFICATES)?.unwrap_or_default())
    }

    /// This device as it is or was certified under an identity key of its person's; nothing if it never was.
    pub fn certified_under(&self, identity: &Identity, aik: &Bytes) -> Result<Option<Identity>> {
        if aik.0 == identity.aik_public() {
            return Ok(Some(identity.clone()));
        }
        let (Some(aik), Left(certificates)) = (aik.to_array(), self.left()?) else {
            return Ok(None);
        };
        let own = |certificate: &Bytes| {
            let cert = judge::certificate::check_device_cert(certificate, &aik);
            let dsk = identity.keys().dsk_public();
            cert.is_ok_and(|cert| cert.device == identity.device && cert.dsk.0 == dsk)
        };
        Ok(certificates.into_iter().rev().find(own).map(|certificate| {
            let mut earlier = identity.clone();
            earlier.certificate = certificate;
            earlier
        }))
    }
}

impl Turn<'_> {
    /// This device as a group lists its person, if it ever was certified so. What is said of the group is not verified: it
    /// only chooses among this device's own certificates.
    pub fn as_listed(&self, mut me: Me, group_info: &[u8]) -> Result<Me> {
        let listed = listed_in(group_info, me.identity.account);
        if let Some(aik) = listed
            && let Some(identity) = self.draft.certified_under(&me.identity, &aik)?
        {
            me.identity = identity;
        }
        Ok(me)
    }

    /// Whether a group, which this device's own commit just brought one step nearer to its person's identity key of now, is
    /// still to be brought another: one commit hands over once.
    pub fn hands_over_again(&self, circle: &Circle) -> Result<bool> {
        let Some(group) = circle.group() else {
            return Ok(false);
        };
        let me = self.must_me()?;
        let account = me.identity.account;
        let policy = Epoch::read(&self.draft, group)?.context(&me)?.policy;
        let Some(listed) = policy.member(account) else {
            return Ok(false);
        };
        let mut before = circle.joined.iter().flat_map(|joined| &joined.members);
        let stood = before.any(|member| member.account == account && member.aik == listed.aik);
        Ok(!stood && listed.aik.0 != me.identity.aik_public())
    }
}
