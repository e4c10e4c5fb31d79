//! Demo only: a session by a device's signature alone. In production a device signature binds a socket;
//! it is not a login by itself.

use care::rules::Act;
use protocol::http::{AskChallenge, Challenge, RenewSession, SignedIn};
use protocol::{Bytes, Code, Refusal, labels, limits};

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::{sessions, standing};

statements! {
    FORGET = "DELETE FROM challenge WHERE expires_at < $1";
    INSERT = "INSERT INTO challenge (secret_hash, device, expires_at) VALUES ($1, $2, $3)";
    TAKE = "DELETE FROM challenge WHERE secret_hash = $1 AND device = $2 AND expires_at >= $3";
    READ_DSK = "SELECT dsk FROM device WHERE id = $1 AND revoked_at IS NULL";
}

impl Store {
    /// 32 bytes for a device to sign, once, within [`limits::TICKET_S`]. An unknown device gets some
    /// like any other. [`Code::NotFound`] outside the demo.
    pub async fn ask_challenge(&self, asked: AskChallenge) -> Result<Challenge> {
        self.must_be_demo()?;
        self.write("ask challenge", async move |tx: &mut Tx| {
            let challenge: [u8; 32] = tx.random();
            let now = tx.now();
            tx.sql(FORGET).bind(now.micros()).run().await?;
            tx.sql(INSERT)
                .bind(sha256(&[&challenge]).to_vec())
                .bind(asked.device.uuid())
                .bind(now.plus_seconds(limits::TICKET_S).micros())
                .run()
                .await?;
            Ok(Challenge {
                challenge: challenge.into(),
            })
        })
        .await
    }

    /// A session for a device that signed a challenge: [`Code::ChallengeInvalid`],
    /// [`Code::DeviceUnknown`], [`Code::SignatureInvalid`]. [`Code::NotFound`] outside the demo. The
    /// challenge is used up either way.
    pub async fn renew_session(&self, asked: RenewSession) -> Result<(SignedIn, SessionToken)> {
        self.must_be_demo()?;
        let signed =
            self.signed_by_device(&asked.challenge, &asked.nonce, Code::ChallengeInvalid)?;
        let challenge_hash = sha256(&[&asked.challenge]).to_vec();
        let device = asked.device;
        let dsk = self
            .write("take challenge", async move |tx: &mut Tx| {
                let now = tx.now().micros();
                let taken = tx
                    .sql(TAKE)
                    .bind(challenge_hash.clone())
                    .bind(device.uuid())
                    .bind(now)
                    .run()
                    .await?;
                if taken == 0 {
                    return Err(Code::ChallengeInvalid.into());
                }
                let row = tx
                    .sql(READ_DSK)
                    .bind(device.uuid())
                    .maybe::<(Vec<u8>,)>()
                    .await?;
                row.map(|(dsk,)| db::array::<32>(&dsk)).transpose()
            })
            .await?
            .ok_or(Code::DeviceUnknown)?;
        if !delivery::verify(labels::LOGIN, &signed, &dsk, &asked.signature) {
            return Err(Code::SignatureInvalid.into());
        }
        self.write("renew session", async move |tx: &mut Tx| {
            let (caller, token) = sessions::begin(tx, device, sessions::Begun::Device).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Session(caller.session);
            let permit = tx.authorize(&caller, Act::RenewSession, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok((sessions::describe(tx, caller.session).await?, token))
        })
        .await
    }

    /// What a device signs: `secret || nonce || server name`, the first two 32 bytes each.
    pub(crate) fn signed_by_device(
        &self,
        secret: &Bytes,
        nonce: &Bytes,
        otherwise: Code,
    ) -> Result<Vec<u8>> {
        if secret.len() != 32 {
            return Err(otherwise.into());
        }
        if nonce.len() != 32 {
            return Err(Refusal::new(Code::BadRequest, "nonce: not 32 bytes").into());
        }
        let server_name = self.core().server_name.as_bytes();
        Ok([&secret[..], &nonce[..], server_name].concat())
    }

    /// Whether this is the demo, where a device's signature alone signs in.
    pub fn is_demo(&self) -> bool {
        self.core().demo
    }

    fn must_be_demo(&self) -> Result<()> {
        if self.core().demo {
            return Ok(());
        }
        Err(Refusal::new(Code::NotFound, "there is no such thing here").into())
    }
}
