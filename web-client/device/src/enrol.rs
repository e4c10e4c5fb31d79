//! From a sign-in link to an enrolled device. The keys are made here and stored before the server
//! hears of them, so that a lost answer is asked for again with the same keys.

use protocol::Code;
use protocol::http::{
    InvitationFound, LookUpInvitation, PutKeyPackages, RedeemInvitation, SignedIn,
};
use protocol::limits;

use crate::agency;
use crate::api::Event;
use crate::ask::{Answer, Ask, LookingUp};
use crate::error::{Error, Result};
use crate::group::{make_key_packages, make_last_resort};
use crate::identity::Identity;
use crate::invited::Invited;
use crate::link::{DeviceLink, SignInLink};
use crate::state::{Enrolling, Me, key};
use crate::turn::Turn;
use crate::volatile::Invitation;

impl Turn<'_> {
    /// Looks at a link: whom is it for? Uses nothing up.
    pub fn open_link(&mut self, link: &str) -> Result<()> {
        if let Some(link) = DeviceLink::parse(link) {
            return self.answer_device_link(&link);
        }
        let link = SignInLink::parse(link).ok_or(Error::refused(
            Code::InvitationUnknown,
            "this is not a sign-in link",
        ))?;
        if self.me()?.is_some() {
            return Err(Error::refused(
                Code::InvitationUsed,
                "this device already belongs to someone",
            ));
        }
        let body = LookUpInvitation {
            secret: link.secret.clone(),
        };
        let ask = Ask::LookUp(Box::new(LookingUp(link)));
        self.send_json(ask, "POST", "/v1/invitations/look-up", &body);
        Ok(())
    }

    pub fn looked_up(&mut self, link: SignInLink, answer: Answer<'_>) {
        let Some(found) = answer.json::<InvitationFound>() else {
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
            return;
        };
        let named = |key: &[u8; 32]| link.names(key);
        if agency::present(&found.agency, named).is_none() {
            self.problem(
                None,
                Code::InvitationUnknown,
                "this server is not the agency that gave out the link",
            );
            return;
        }
        let invited = (link.joins).map(|secret| Invited::read(secret, &found, named));
        if let Some(None) = invited {
            let detail = "whoever made this invitation does not say what the server says";
            self.problem(None, Code::InvitationUnknown, detail);
            return;
        }
        let invited = invited.flatten();
        self.event(Event::Invitation {
            name: found.name.clone(),
            role: found.role,
            agency: found.agency.name.clone(),
        });
        self.volatile.invitation = Some(Invitation {
            link,
            found,
            invited,
        });
    }

    /// Makes this device's keys and uses the link that was looked at.
    pub fn enrol(&mut self) -> Result<()> {
        let Invitation {
            link,
            found,
            invited,
        } = self.volatile.invitation.clone().ok_or(Error::refused(
            Code::InvitationUnknown,
            "open a sign-in link first",
        ))?;
        let agency_key = found.agency.key.to_array().ok_or(Error::refused(
            Code::InvitationUnknown,
            "the agency's key is malformed",
        ))?;
        let enrolling = match self.draft.read::<Enrolling>(key::ENROLLING)? {
            Some(earlier) if earlier.secret == link.secret => earlier,
            _ => Enrolling {
                op_id: Self::op_id(),
                secret: link.secret,
                identity: Identity::make(found.account, self.now)?,
                agency_key,
                invited,
            },
        };
        self.draft.write(key::ENROLLING, &enrolling);
        self.draft.delete(key::SIGNED_OUT);
        self.redeem(&enrolling)
    }

    /// Sends the enrolment, the first time or again.
    pub fn redeem(&mut self, enrolling: &Enrolling) -> Result<()> {
        let identity = &enrolling.identity;
        let invited = enrolling.invited.as_ref();
        let mac = invited.map(|invited| invited.mac(identity.account, identity.aik_public()));
        let body = RedeemInvitation {
            op_id: enrolling.op_id,
            secret: enrolling.secret.clone(),
            aik: enrolling.identity.aik_public().into(),
            certificate: enrolling.identity.certificate.clone(),
            mac: mac.transpose()?,
        };
        self.volatile.wanted = true;
        self.send_json(Ask::Redeem, "POST", "/v1/invitations/redeem", &body);
        Ok(())
    }

    pub fn redeemed(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(enrolling) = self.draft.read::<Enrolling>(key::ENROLLING)? else {
            return Ok(());
        };
        if answer.is_passing() {
            self.retry_later();
            return Ok(());
        }
        let signed_in = answer.json::<SignedIn>();
        let Some(signed_in) = signed_in.filter(|me| me.device == enrolling.identity.device) else {
            self.draft.delete(key::ENROLLING);
            self.volatile.wanted = false;
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
            return Ok(());
        };
        self.draft.delete(key::ENROLLING);
        self.volatile.invitation = None;
        if let Some(invited) = &enrolling.invited {
            self.draft.write(key::AWAITED, invited);
        }
        // The account's first device: its vault begins here.
        self.begin_backup(crate::chance::bytes(), 0);
        let agency_key = enrolling.agency_key;
        self.enrolled(enrolling.identity.clone(), signed_in, agency_key)
    }

    /// This device belongs to a person now, by whatever door it came in.
    pub fn enrolled(
        &mut self,
        identity: Identity,
        signed_in: SignedIn,
        agency_key: [u8; 32],
    ) -> Result<()> {
        let me = Me {
            identity,
            person: signed_in.person,
            name: signed_in.name,
            role: signed_in.role,
            agency_name: signed_in.agency.name,
            agency_key,
            removal_key: signed_in.agency.removal_key,
            agency_before: Vec::new(),
        };
        self.draft.write_me(me.clone());
        self.draft
            .set_pin(me.identity.account, &me.identity.aik_public());
        self.draft.delete(key::SIGNED_OUT);
        self.volatile.wanted = true;
        self.set_link(crate::api::Link::Offline);
        self.status_changed = true;
        self.put_key_packages(&me, limits::KEY_PACKAGES)?;
        self.connect()
    }

    /// Few are left at the server, or few that are good for long: make more.
    pub fn refill_key_packages(&mut self, left: u32) -> Result<()> {
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let under_way = |ask: &Ask| matches!(ask, Ask::PutKeyPackages);
        if left > limits::KEY_PACKAGES_LOW || self.volatile.asked.values().any(under_way) {
            return Ok(());
        }
        let me = self.must_me()?;
        self.put_key_packages(&me, limits::KEY_PACKAGES.saturating_sub(left))
    }

    /// A failure that passes is mended by the next `ready`, which says how many are left.
    pub fn key_packages_put(&mut self, answer: Answer<'_>) {
        if answer.status < 400 || answer.is_passing() {
            return;
        }
        let (code, detail) = answer.refusal();
        if matches!(code, Code::AuthenticatorRequired | Code::NotConfirmed) {
            // Once a passkey is shown, `ready` says that there are none.
        } else if code == Code::CertificateInvalid {
            // Another device of this person's brought a new identity key meanwhile: the vault has it, and
            // with the certificate under it come other key packages.
            self.read_vault();
        } else {
            self.problem(None, code, detail);
        }
    }

    /// Brings so many to the server and, each time, another last resort: so it is never older than the newest
    /// of the others. What was brought long ago goes here.
    pub fn put_key_packages(&mut self, me: &Me, count: usize) -> Result<()> {
        // By the clock that is behind, this device's or the server's: the other one may be wrong.
        let there = self.now.plus_seconds(-self.volatile.skew_s);
        self.draft.forget_old_key_packages(self.now.min(there));
        let one_time = make_key_packages(&self.draft, &me.identity, count)?;
        let last_resort = Some(make_last_resort(&self.draft, &me.identity)?);
        let body = PutKeyPackages {
            one_time,
            last_resort,
        };
        self.send_json(Ask::PutKeyPackages, "PUT", "/v1/key-packages", &body);
        Ok(())
    }
}
