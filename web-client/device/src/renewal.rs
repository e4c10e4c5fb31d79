//! The certificate of this device: made anew before it is over, and brought to the server whenever it is another one.
//!
//! Every device of an account holds the identity key that certifies, so each does it by itself. The groups of its
//! circles get the new certificate with its next commit in each ([`crate::group`]), of which one is due each week;
//! nobody looks at the dates of a leaf that stays (messaging.md, section 2).

use protocol::http::PutCertificate;
use protocol::{Code, Timestamp, limits};

use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::state::{Me, key};
use crate::turn::Turn;

/// Before the server is told again, milliseconds.
const RETRY_MS: u32 = 2_000;
/// However late the server says it is, no certificate is dated further ahead of this device's own clock, seconds.
const AHEAD_S: i64 = 86_400;

impl Turn<'_> {
    /// Certifies this device anew if its certificate has little time left at `there`, the server's time: by that one
    /// the dates are judged, and this device's clock may be wrong.
    pub fn renew_certificate(&mut self, there: Timestamp) -> Result<()> {
        let me = self.must_me()?;
        let soon = there.plus_seconds(limits::CERTIFICATE_LEFT_S_MIN);
        // A new identity key that is on its way brings a certificate of its own.
        if me.identity.not_after()? >= soon || self.draft.find(key::SUCCESSION).is_some() {
            return Ok(());
        }
        let at = there.min(self.now.plus_seconds(AHEAD_S));
        let identity = me.identity.renew(at)?;
        self.go_on_certified(&Me { identity, ..me })
    }

    /// This device goes on under another certificate; the server is told until it has heard.
    pub fn go_on_certified(&mut self, me: &Me) -> Result<()> {
        self.draft.write_me(me.clone());
        self.draft.write(key::NEW_CERTIFICATE, &true);
        // What is still to be answered is about the one before.
        self.volatile
            .asked
            .retain(|_, ask| !matches!(ask, Ask::PutCertificate));
        self.bring_certificate()
    }

    /// Tells the server of this device's certificate, if it may not have it and nothing is on its way.
    pub fn bring_certificate(&mut self) -> Result<()> {
        let under_way = |ask: &Ask| matches!(ask, Ask::PutCertificate);
        let known = self.draft.find(key::NEW_CERTIFICATE).is_none();
        if known || !self.is_online() || self.volatile.asked.values().any(under_way) {
            return Ok(());
        }
        let body = PutCertificate {
            certificate: self.must_me()?.identity.certificate.clone(),
        };
        self.send_json(Ask::PutCertificate, "PUT", "/v1/certificate", &body);
        Ok(())
    }

    pub fn certificate_put(&mut self, answer: Answer<'_>) -> Result<()> {
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        if answer.status >= 400 {
            self.certificate_refused(answer);
            return Ok(());
        }
        self.draft.delete(key::NEW_CERTIFICATE);
        let me = self.must_me()?;
        // The server forgot the key packages that carry the one before.
        self.put_key_packages(&me, limits::KEY_PACKAGES)?;
        self.volatile.blocked.clear();
        self.read_circles();
        self.work()
    }

    fn certificate_refused(&mut self, answer: Answer<'_>) {
        let (code, detail) = answer.refusal();
        if matches!(code, Code::AuthenticatorRequired | Code::NotConfirmed) {
            // Once a passkey is shown, the server is told.
            return;
        }
        self.draft.delete(key::NEW_CERTIFICATE);
        if code == Code::CertificateInvalid {
            // Another device of this person's brought a new identity key meanwhile: the vault has it, and with it
            // comes another certificate.
            self.read_vault();
        } else {
            self.problem(None, code, detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Effect, Link};
    use crate::invented::{NOW, maria};
    use crate::rows::Rows;
    use crate::volatile::Volatile;

    const OVER_S: i64 = limits::CERTIFICATE_S_MAX;
    const DUE_S: i64 = limits::CERTIFICATE_S_MAX - limits::CERTIFICATE_LEFT_S_MIN;

    fn rows(me: &Me) -> Rows {
        [(key::ME.to_vec(), protocol::frame::to_vec(me))].into()
    }

    /// A device that is online at that time.
    fn turn(rows: &Rows, now: Timestamp) -> Turn<'_> {
        let volatile = Volatile {
            link: Some(Link::Online),
            ..Volatile::default()
        };
        Turn::new(rows, volatile, "localhost", now)
    }

    /// The numbers of the requests to a path.
    fn puts(turn: &Turn<'_>, wanted: &str) -> Vec<u32> {
        let request = |effect: &Effect| match effect {
            Effect::Request { id, path, .. } if path == wanted => Some(*id),
            _ => None,
        };
        turn.effects.iter().filter_map(request).collect()
    }

    fn certificates(turn: &Turn<'_>) -> Vec<u32> {
        puts(turn, "/v1/certificate")
    }

    fn not_after(turn: &Turn<'_>) -> Timestamp {
        turn.must_me().unwrap().identity.not_after().unwrap()
    }

    #[test]
    fn a_certificate_with_little_time_left_is_made_anew_by_the_same_key() {
        let me = maria();
        let rows = rows(&me);
        for (after_s, renewed) in [(DUE_S, false), (DUE_S + 1, true), (OVER_S + 1, true)] {
            let now = NOW.plus_seconds(after_s);
            let mut turn = turn(&rows, now);
            turn.renew_certificate(now).unwrap();
            assert_eq!(certificates(&turn).len(), usize::from(renewed), "{after_s}");
            let from = if renewed { now } else { NOW };
            assert_eq!(not_after(&turn), from.plus_seconds(OVER_S), "{after_s}");
            let identity = turn.must_me().unwrap().identity;
            assert_eq!(
                identity.keys().dsk_public(),
                me.identity.keys().dsk_public()
            );
            let aik = me.identity.aik_public();
            judge::certificate::check_device_cert(&identity.certificate, &aik).unwrap();
            // Once.
            turn.renew_certificate(now).unwrap();
            assert_eq!(certificates(&turn).len(), usize::from(renewed), "{after_s}");
        }
    }

    #[test]
    fn the_server_is_told_until_it_has_heard_and_then_gets_other_key_packages() {
        let rows = rows(&maria());
        let now = NOW.plus_seconds(OVER_S);
        let mut turn = turn(&rows, now);
        turn.renew_certificate(now).unwrap();
        let [first] = certificates(&turn)[..] else {
            panic!("one");
        };
        turn.tick().unwrap();
        assert_eq!(certificates(&turn), [first], "one at a time");
        turn.answer(first, 503, b"").unwrap();
        turn.tick().unwrap();
        let [_, second] = certificates(&turn)[..] else {
            panic!("again");
        };
        assert!(puts(&turn, "/v1/key-packages").is_empty());
        turn.answer(second, 204, b"").unwrap();
        assert_eq!(puts(&turn, "/v1/key-packages").len(), 1);
        turn.tick().unwrap();
        assert_eq!(certificates(&turn), [first, second]);
    }

    #[test]
    fn a_clock_that_is_wrong_makes_no_certificate_that_is_not_good_yet() {
        let rows = rows(&maria());
        let here = NOW.plus_seconds(OVER_S * 3);
        let mut ahead = turn(&rows, here);
        ahead.renew_certificate(NOW.plus_seconds(60)).unwrap();
        assert_eq!(not_after(&ahead), NOW.plus_seconds(OVER_S));
        // And whatever the server says.
        let mut told = turn(&rows, NOW);
        told.renew_certificate(here).unwrap();
        assert_eq!(not_after(&told), NOW.plus_seconds(AHEAD_S + OVER_S));
    }
}
