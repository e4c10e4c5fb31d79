//! Intake, on the inviting device: a link and a code for a person, six digits to compare, and the word that it
//! is them. The secret is made here and never reaches the server; what both devices derive from it is
//! [`crate::invited`]'s.
//!
//! One exception: a link that leaves by mail passes through the server, which could then answer it itself. So
//! this device remembers which one that was, whatever the server says of it later, and nobody who comes by it is
//! taken for met in person.
//!
//! What was begun is stored, so that a page that is opened again goes on where it was; a confirmation whose
//! answer is lost is known by what the server says of the invitation later.

use minicbor::{Decode, Encode};
use protocol::http::{
    ConfirmPerson, EndInvitation, Intake, InvitePerson, MailInvitation, PersonIntake,
};
use protocol::{AccountId, Bytes, Code, IntakeState, InvitationId, Language, OpId, PersonId, Role};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api::{Event, IntakeView};
use crate::ask::{Answer, Ask};
use crate::chance;
use crate::error::{Error, Result};
use crate::invited::{Derived, Parties};
use crate::link::JoinLink;
use crate::recovery::Code as TypedCode;
use crate::state::{Me, key};
use crate::turn::Turn;

/// The server tells when somebody comes; should that be lost, it is asked again after this, milliseconds.
const LOOK_MS: u32 = 15_000;
const LOOK_S: i64 = 14;

/// An invitation of this device's making.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Inviting {
    #[n(0)]
    pub op_id: OpId,
    #[n(1)]
    secret: [u8; 16],
    #[n(2)]
    account: AccountId,
    /// Once the server has it.
    #[n(3)]
    invitation: Option<InvitationId>,
    /// What this person has said of whoever came.
    #[n(4)]
    word: Option<Word>,
    /// Its link left by mail, through the server.
    #[n(5)]
    mailed: Option<bool>,
    /// The agency key under which it was made: the link names it, and whoever comes knows no other.
    #[n(6)]
    #[cbor(default)]
    agency_key: Option<[u8; 32]>,
}

/// "It is them", on its way to the server.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
struct Word {
    #[n(0)]
    op_id: OpId,
    #[n(1)]
    aik: Bytes,
    /// Six digits stood on both screens.
    #[n(2)]
    in_person: bool,
}

impl Inviting {
    fn new(op_id: OpId, account: AccountId, agency_key: [u8; 32]) -> Self {
        Self {
            op_id,
            secret: chance::bytes(),
            account,
            invitation: None,
            word: None,
            mailed: None,
            agency_key: Some(agency_key),
        }
    }

    fn is_mailed(&self) -> bool {
        self.mailed == Some(true)
    }
}

impl Turn<'_> {
    /// Makes an invitation. One whose answer was lost is sent again as it was.
    pub fn invite_person(&mut self, person: PersonId, account: AccountId) -> Result<()> {
        let me = self.must_invite()?;
        let unanswered = self.inviting(person)?;
        let unanswered = unanswered
            .filter(|inviting| inviting.invitation.is_none() && inviting.mailed.is_none());
        let inviting =
            unanswered.unwrap_or_else(|| Inviting::new(Self::op_id(), account, me.agency_key));
        let body = self.invite(person, &inviting)?;
        let path = format!("/v1/people/{person}/invitations");
        self.send_json(Ask::Invite(person), "POST", &path, &body);
        Ok(())
    }

    /// Makes an invitation whose link the server mails. Whenever it is asked for it is a new one: what became
    /// of an earlier mail is not known here, and its link ends.
    pub fn mail_invitation(
        &mut self,
        (person, account): (PersonId, AccountId),
        email: String,
        language: Language,
    ) -> Result<()> {
        let me = self.must_invite()?;
        let inviting = Inviting {
            mailed: Some(true),
            ..Inviting::new(Self::op_id(), account, me.agency_key)
        };
        let InvitePerson {
            op_id,
            lookup_hash,
            mac,
        } = self.invite(person, &inviting)?;
        let body = MailInvitation {
            op_id,
            lookup_hash,
            mac,
            link: self.link_of(&inviting)?.fragment(),
            email,
            language,
        };
        let path = format!("/v1/people/{person}/invitations/mail");
        self.send_json(Ask::Invite(person), "POST", &path, &body);
        Ok(())
    }

    fn must_invite(&self) -> Result<Me> {
        let me = self.must_me()?;
        if me.role == Role::CaseManager {
            return Ok(me);
        }
        let detail = "case managers invite";
        Err(Error::refused(Code::NotAllowed, detail))
    }

    /// Stores what is begun and watches it; what the server is told of it.
    fn invite(&mut self, person: PersonId, inviting: &Inviting) -> Result<InvitePerson> {
        self.draft.write(&key::intake(person), inviting);
        let derived = Derived::from(&inviting.secret)?;
        let parties = self.parties(inviting, None)?;
        self.volatile.watching = Some(person);
        Ok(InvitePerson {
            op_id: inviting.op_id,
            lookup_hash: Bytes(Sha256::digest(derived.lookup).to_vec()),
            mac: derived.inviter(&parties)?.into(),
        })
    }

    fn link_of(&self, inviting: &Inviting) -> Result<JoinLink> {
        Ok(JoinLink {
            secret: inviting.secret,
            fingerprint: Sha256::digest(self.parties(inviting, None)?.agency_key).into(),
        })
    }

    pub fn person_invited(&mut self, person: PersonId, answer: Answer<'_>) -> Result<()> {
        let Some(mut inviting) = self.inviting(person)? else {
            return Ok(());
        };
        if let Some(intake) = answer.json::<Intake>() {
            inviting.invitation = Some(intake.invitation);
            self.draft.write(&key::intake(person), &inviting);
            return self.show_intake(person, Some(intake));
        }
        if !answer.is_no_answer() {
            self.draft.delete(&key::intake(person));
        }
        self.refused_intake(answer);
        Ok(())
    }

    /// A page shows a person's invitation from now on; none: no page does.
    pub fn watch_intake(&mut self, person: Option<PersonId>) {
        self.volatile.watching = person;
        self.volatile.came = None;
        self.volatile.look_at = None;
        self.look_at_intake();
    }

    /// Asks how the invitation stands that a page shows.
    pub fn look_at_intake(&mut self) {
        if let Some(person) = self.volatile.watching {
            let path = format!("/v1/people/{person}/invitation");
            self.get_anew(Ask::Intake(person), path);
        }
    }

    pub fn intake_read(&mut self, person: PersonId, answer: Answer<'_>) -> Result<()> {
        let Some(PersonIntake { intake }) = answer.json() else {
            if answer.is_no_answer() {
                self.timer(LOOK_MS);
            } else {
                self.refused_intake(answer);
            }
            return Ok(());
        };
        self.show_intake(person, intake)
    }

    /// The person before this device's is whom the invitation is for; or, unseen, they are let in.
    pub fn confirm_person(&mut self, person: PersonId, in_person: bool) -> Result<()> {
        let gone = Error::refused(Code::InvitationExpired, "nobody waits");
        let came = self.volatile.came.clone().filter(|came| came.0 == person);
        let Some((_, intake)) = came else {
            return Err(gone);
        };
        let Some(arrived) = &intake.arrived else {
            return Err(gone);
        };
        let inviting = self.inviting(person)?;
        let inviting = inviting.filter(|made| made.invitation == Some(intake.invitation));
        if let Some(made) = &inviting
            && !self.is_genuine(made, &intake)?
        {
            let detail = "whoever came does not hold the invitation's secret";
            return Err(Error::refused(Code::NotAllowed, detail));
        }
        let mailed = inviting.as_ref().is_some_and(Inviting::is_mailed);
        let confirmation = match (&inviting, in_person) {
            (_, false) => None,
            (Some(_), true) if mailed => {
                let detail = "whoever came by a mailed invitation is let in unseen";
                return Err(Error::refused(Code::NotAllowed, detail));
            }
            (Some(made), true) => {
                let parties = self.parties(made, Some(&arrived.aik))?;
                let mac = Derived::from(&made.secret)?.confirmation(&parties)?;
                Some(Bytes::from(mac))
            }
            (None, true) => {
                let detail = "only the device that made the invitation can compare the digits";
                return Err(Error::refused(Code::NotAllowed, detail));
            }
        };
        let word = Word {
            op_id: Self::op_id(),
            aik: arrived.aik.clone(),
            in_person,
        };
        let body = ConfirmPerson {
            op_id: word.op_id,
            aik: arrived.aik.clone(),
            confirmation,
        };
        if let Some(mut made) = inviting {
            made.word = Some(word);
            self.draft.write(&key::intake(person), &made);
        }
        let path = format!("/v1/invitations/{}/confirm", intake.invitation);
        self.send_json(Ask::Settle(person), "POST", &path, &body);
        Ok(())
    }

    /// The digits differ, or nobody shall come by this invitation.
    pub fn end_intake(&mut self, person: PersonId) -> Result<()> {
        let made = self.inviting(person)?.and_then(|made| made.invitation);
        let came = self.volatile.came.clone().filter(|came| came.0 == person);
        let invitation = came.map(|(_, intake)| intake.invitation).or(made);
        let Some(invitation) = invitation else {
            let detail = "there is no invitation";
            return Err(Error::refused(Code::InvitationExpired, detail));
        };
        let body = EndInvitation {
            op_id: Self::op_id(),
        };
        let path = format!("/v1/invitations/{invitation}/end");
        self.send_json(Ask::Settle(person), "POST", &path, &body);
        Ok(())
    }

    /// What was said of an invitation was done, or refused: then it is looked at again.
    pub fn intake_settled(&mut self, person: PersonId, answer: Answer<'_>) -> Result<()> {
        if let Some(intake) = answer.json::<Intake>() {
            return self.show_intake(person, Some(intake));
        }
        self.refused_intake(answer);
        self.look_at_intake();
        Ok(())
    }

    fn refused_intake(&mut self, answer: Answer<'_>) {
        let (code, detail) = answer.refusal();
        self.problem(None, code, detail);
    }

    fn inviting(&self, person: PersonId) -> Result<Option<Inviting>> {
        self.draft.read(&key::intake(person))
    }

    fn parties(&self, inviting: &Inviting, aik: Option<&Bytes>) -> Result<Parties> {
        let me = self.must_me()?;
        let aik = aik.and_then(Bytes::to_array);
        Ok(Parties {
            agency_key: inviting.agency_key.unwrap_or(me.agency_key),
            inviter: me.identity.account,
            inviter_aik: me.identity.aik_public(),
            account: inviting.account,
            aik: aik.unwrap_or_default(),
        })
    }

    /// Whether whoever came holds the invitation's secret, and names exactly the key that the server does.
    fn is_genuine(&self, made: &Inviting, intake: &Intake) -> Result<bool> {
        let Some(arrived) = &intake.arrived else {
            return Ok(false);
        };
        let parties = self.parties(made, Some(&arrived.aik))?;
        let mac = Derived::from(&made.secret)?.newcomer(&parties)?;
        let same = intake.account == made.account && arrived.aik.len() == 32;
        Ok(same && bool::from(mac.as_slice().ct_eq(&arrived.mac)))
    }

    /// Takes up what is true of a person's invitation, and tells the page.
    fn show_intake(&mut self, person: PersonId, intake: Option<Intake>) -> Result<()> {
        let made = self.inviting(person)?;
        let made = made.filter(|made| made.invitation == intake.as_ref().map(|it| it.invitation));
        let mut view = IntakeView::of(person, intake.as_ref());
        view.mailed |= made.as_ref().is_some_and(Inviting::is_mailed);
        if let (Some(made), Some(intake)) = (&made, &intake) {
            self.fill_in(&mut view, made, intake)?;
            self.take_up_word(person, made, intake)?;
        }
        view.elsewhere = made.is_none() && view.is_under_way();
        let under_way = view.is_under_way();
        self.event(Event::Intake { intake: view });
        if self.volatile.watching == Some(person) {
            self.volatile.came = intake.map(|intake| (person, intake));
            self.volatile.look_at = under_way.then(|| self.now.plus_seconds(LOOK_S));
            if under_way {
                self.timer(LOOK_MS);
            }
        }
        Ok(())
    }

    /// What only the device that made the invitation can show.
    fn fill_in(&self, view: &mut IntakeView, made: &Inviting, intake: &Intake) -> Result<()> {
        match intake.state {
            IntakeState::Open => {
                // One that was mailed is nowhere else: it is not shown beside.
                if !made.is_mailed() {
                    view.link = Some(self.link_of(made)?.fragment());
                    view.code = Some(TypedCode(made.secret).show());
                }
            }
            IntakeState::Arrived => {
                view.forged = !self.is_genuine(made, intake)?;
                let late = view
                    .until_ms
                    .is_none_or(|until| until < self.now.micros() / 1_000);
                let shown = !view.forged && !late && !made.is_mailed();
                if let (true, Some(arrived)) = (shown, &intake.arrived) {
                    let parties = self.parties(made, Some(&arrived.aik))?;
                    let digits = Derived::from(&made.secret)?.digits(&parties)?;
                    view.digits = Some(digits);
                }
            }
            IntakeState::LetIn | IntakeState::Verified | IntakeState::Over => {}
        }
        Ok(())
    }

    /// What this person said holds once the server has it: whoever was met in person is vouched for, and
    /// nobody else's key is taken for theirs.
    fn take_up_word(&mut self, person: PersonId, made: &Inviting, intake: &Intake) -> Result<()> {
        let settled = matches!(intake.state, IntakeState::LetIn | IntakeState::Verified);
        if settled
            && let (Some(word), Some(arrived)) = (&made.word, &intake.arrived)
            && word.aik == arrived.aik
            && self.is_genuine(made, intake)?
        {
            let in_person = word.in_person && intake.state == IntakeState::Verified;
            self.first_met(made.account, word.aik.clone(), in_person)?;
        }
        if settled || intake.state == IntakeState::Over {
            self.draft.delete(&key::intake(person));
        }
        Ok(())
    }

    /// A page that waits for somebody asks again from time to time.
    pub fn poll_intake(&mut self) {
        let under_way = |ask: &Ask| matches!(ask, Ask::Intake(_) | Ask::Settle(_) | Ask::Invite(_));
        let due = self.volatile.look_at.is_some_and(|at| at <= self.now);
        if due && self.is_online() && !self.volatile.asked.values().any(under_way) {
            self.volatile.look_at = None;
            self.look_at_intake();
        }
    }
}
