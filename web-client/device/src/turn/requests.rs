//! A turn's requests over HTTPS: each is sent with what it was for, and its answer goes to whoever asked.
//!
//! A reading that could not be answered now is asked again later; of two readings of the same thing only the later
//! one's answer counts. What changes something there is never repeated here: whoever asked knows how.

use protocol::CircleId;
use serde::Serialize;

use super::Turn;
use crate::api::Effect;
use crate::ask::{Answer, Ask, READ_AGAIN_MS};
use crate::error::Result;

impl Turn<'_> {
    fn request(&mut self, ask: Ask, method: &str, path: String, body: Option<(&str, Vec<u8>)>) {
        self.volatile.last_request += 1;
        let id = self.volatile.last_request;
        self.volatile.asked.insert(id, ask);
        let (media_type, body) = body.map_or((None, Vec::new()), |(kind, body)| {
            (Some(kind.to_owned()), body)
        });
        let method = method.to_owned();
        self.effects.push(Effect::Request {
            id,
            method,
            path,
            media_type,
            body,
        });
    }

    pub fn get(&mut self, ask: Ask, path: String) {
        self.request(ask, "GET", path, None);
    }

    /// Asks how something stands there now. An answer to an earlier asking may come after this one's, and
    /// would bring back what is over: it is not waited for any more.
    pub fn get_anew(&mut self, ask: Ask, path: String) {
        self.volatile
            .asked
            .retain(|_, asked| !asked.is_about_the_same(&ask));
        self.get(ask, path);
    }

    pub fn delete(&mut self, ask: Ask, path: &str) {
        self.request(ask, "DELETE", path.to_owned(), None);
    }

    pub fn send_json(&mut self, ask: Ask, method: &str, path: &str, body: &impl Serialize) {
        let body = serde_json::to_vec(body).expect("bodies have string keys and finite numbers");
        self.request(
            ask,
            method,
            path.to_owned(),
            Some(("application/json", body)),
        );
    }

    /// A JSON body that was written before and is sent as the same bytes.
    pub fn send_bytes(&mut self, ask: Ask, method: &str, path: &str, json: Vec<u8>) {
        self.request(
            ask,
            method,
            path.to_owned(),
            Some(("application/json", json)),
        );
    }

    pub fn post_cbor(&mut self, ask: Ask, path: String, body: Vec<u8>) {
        self.request(
            ask,
            "POST",
            path,
            Some((protocol::bundle::MEDIA_TYPE, body)),
        );
    }

    /// Asks for one circle again.
    pub fn read_circle(&mut self, id: CircleId) {
        self.get_anew(Ask::CircleAgain(id), format!("/v1/circles/{id}"));
    }

    /// An answer came: whose is it?
    pub fn answer(&mut self, id: u32, status: u16, body: &[u8]) -> Result<()> {
        let Some(ask) = self.volatile.asked.remove(&id) else {
            return Ok(());
        };
        let answer = Answer {
            number: id,
            status,
            body,
        };
        match ask {
            Ask::LookUp(looking) => self.looked_up(looking.0, answer),
            Ask::Renew => return self.renewed(answer),
            Ask::PutKeyPackages => self.key_packages_put(answer),
            Ask::SignOut => return self.sign_out_answered(answer),
            other => return self.answer_to(&other, answer),
        }
        Ok(())
    }

    /// Asks again for what the server could not say.
    pub fn read_again(&mut self) {
        for ask in std::mem::take(&mut self.volatile.unread) {
            if let Some(path) = ask.reading() {
                self.get_anew(ask, path);
            }
        }
    }

    fn answer_to(&mut self, ask: &Ask, answer: Answer<'_>) -> Result<()> {
        if answer.is_passing() && ask.reading().is_some() {
            self.volatile.unread.push(ask.clone());
            self.timer(READ_AGAIN_MS);
            return Ok(());
        }
        match ask {
            Ask::Redeem => self.redeemed(answer),
            Ask::Challenge => self.challenged(answer),
            Ask::Share => self.share_given(answer),
            Ask::Ticket => self.ticketed(answer),
            Ask::Devices => self.devices_read(answer),
            Ask::Vault => self.vault_read(answer),
            Ask::PutVault(version, code) => self.vault_put(*version, code.as_ref(), answer),
            Ask::BeginEnrolment => self.enrolment_begun(answer),
            Ask::Approve => {
                self.approved(answer);
                Ok(())
            }
            Ask::Decline => {
                self.devices_changed(answer);
                Ok(())
            }
            Ask::Revoke(device) => self.device_revoked(*device, answer),
            Ask::Offer => self.offered(answer),
            Ask::Collect => self.collected(answer),
            Ask::OpenRecovery(code) => self.recovery_opened(code, answer),
            Ask::RecoverDevice => self.recovered(answer),
            Ask::Succeed => self.succeeded(answer),
            Ask::PutCertificate => self.certificate_put(answer),
            Ask::Invite(person) => self.person_invited(*person, answer),
            Ask::Intake(person) => self.intake_read(*person, answer),
            Ask::Settle(person) => self.intake_settled(*person, answer),
            Ask::OwnIntake => self.own_intake_read(answer),
            other => self.answer_about_a_circle(other, answer),
        }
    }

    fn answer_about_a_circle(&mut self, ask: &Ask, answer: Answer<'_>) -> Result<()> {
        match ask {
            Ask::CircleAgain(circle) => self.circle_read(*circle, false, answer),
            Ask::GroupInfo(circle) => self.group_info_read(*circle, answer),
            Ask::Distress(circle) => self.distress_noted(*circle, answer),
            Ask::History(circle, gap) => self.history_came(*circle, *gap, answer),
            Ask::Circles => self.circles_read(answer),
            Ask::Circle(circle) => self.circle_read(*circle, true, answer),
            Ask::Found(circle) => self.founded(*circle, answer),
            Ask::Claim(circle, accounts) => self.claimed(*circle, accounts, answer),
            Ask::Commit(circle, op_id) => self.committed(*circle, *op_id, answer),
            Ask::Welcome(circle) => self.welcomed(*circle, answer),
            _ => Ok(()),
        }
    }
}
