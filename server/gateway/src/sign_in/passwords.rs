//! Passwords, the server's side of OPAQUE (RFC 9807): ristretto255 with SHA-512, 3DH. No password comes
//! here, and nothing is stretched here: that is the device's work (`web-client/password`), so that a flood
//! of tries costs this machine three multiplications each and no memory.
//!
//! Whoever has no record is answered as if there were one (section 10.9): the same messages of the same
//! lengths by the same work, and the same name always leads to the same key of the OPRF.

use std::sync::Arc;

use care::Chance;
use opaque_ke::ciphersuite::CipherSuite;
use opaque_ke::ksf::Identity;
use opaque_ke::rand::{CryptoRng, Error as NoChance, RngCore};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    Ristretto255, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup, TripleDh,
};
use protocol::http::OPAQUE_CONTEXT;
use protocol::{Bytes, Code, Refusal, limits};
use store::Store;
use tokio::sync::OnceCell;

/// The agreed suite. `Ksf` is the device's alone; none of it runs here.
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2_10::Sha512>;
    type Ksf = Identity;
}

/// Everybody's passwords, as far as a server has to do with them.
pub struct Passwords {
    chance: Arc<dyn Chance>,
    setup: OnceCell<ServerSetup<Suite>>,
}

/// An answer and what must be remembered until it is answered in turn.
pub struct Challenge {
    /// KE2.
    pub ke2: Bytes,
    /// For the store.
    pub state: Vec<u8>,
}

/// KE1 as it came, once it is known to be one.
pub struct First(CredentialRequest<Suite>);

/// Randomness as the library takes it.
struct Dice<'a>(&'a dyn Chance);

impl RngCore for Dice<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoChance> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for Dice<'_> {}

fn strange(what: &'static str) -> Refusal {
    Refusal::new(Code::BadRequest, format!("{what}: not a message of OPAQUE"))
}

fn defect<E>(_: E) -> Refusal {
    Refusal::from(Code::Internal)
}

fn bounded<'a>(message: &'a Bytes, what: &'static str) -> Result<&'a [u8], Refusal> {
    if message.len() > limits::OPAQUE_BYTES_MAX {
        return Err(strange(what));
    }
    Ok(message)
}

/// Reads KE1. [`Code::BadRequest`].
pub fn read_first(ke1: &Bytes) -> Result<First, Refusal> {
    let read = CredentialRequest::deserialize(bounded(ke1, "ke1")?);
    Ok(First(read.map_err(|_| strange("ke1"))?))
}

impl Passwords {
    /// The keys come from the store when they are first needed.
    pub fn new(chance: Arc<dyn Chance>) -> Self {
        Self {
            chance,
            setup: OnceCell::new(),
        }
    }

    async fn setup(&self, store: &Store) -> store::Result<&ServerSetup<Suite>> {
        let read = || async {
            let fresh = ServerSetup::<Suite>::new(&mut Dice(&*self.chance));
            let kept = store.opaque_setup(fresh.serialize().to_vec()).await?;
            ServerSetup::deserialize(&kept).map_err(|_| Code::Internal.into())
        };
        self.setup.get_or_try_init(read).await
    }

    /// A handle like the store's, for whoever is told nothing.
    pub fn no_ceremony(&self) -> Bytes {
        self.chance.bytes::<32>().into()
    }

    /// Answers KE1 for the credential `index`: by its record, or by none as if there were one.
    pub async fn challenge(
        &self,
        store: &Store,
        First(request): First,
        index: [u8; 16],
        record: Option<&[u8]>,
    ) -> store::Result<Challenge> {
        let setup = self.setup(store).await?;
        let record = record.map(ServerRegistration::<Suite>::deserialize);
        let record = record.transpose().map_err(defect)?;
        let context = context(store);
        let begun = ServerLogin::start(
            &mut Dice(&*self.chance),
            setup,
            record,
            request,
            &index,
            agreed(&context),
        );
        let begun = begun.map_err(|_| strange("ke1"))?;
        Ok(Challenge {
            ke2: begun.message.serialize().to_vec().into(),
            state: begun.state.serialize().to_vec(),
        })
    }

    /// Whether KE3 is the proof that `state` waits for.
    pub fn is_proof(store: &Store, state: &[u8], ke3: &Bytes) -> Result<bool, Refusal> {
        let state = ServerLogin::<Suite>::deserialize(state).map_err(defect)?;
        let ke3 = CredentialFinalization::deserialize(bounded(ke3, "ke3")?);
        let ke3 = ke3.map_err(|_| strange("ke3"))?;
        Ok(state.finish(ke3, agreed(&context(store))).is_ok())
    }

    /// Answers a registration request for the credential `index`.
    pub async fn register(
        &self,
        store: &Store,
        request: &Bytes,
        index: [u8; 16],
    ) -> store::Result<Bytes> {
        let request = RegistrationRequest::deserialize(bounded(request, "request")?);
        let request = request.map_err(|_| strange("request"))?;
        let setup = self.setup(store).await?;
        let begun = ServerRegistration::<Suite>::start(setup, request, &index);
        let begun = begun.map_err(|_| strange("request"))?;
        Ok(begun.message.serialize().to_vec().into())
    }

    /// The record as it is kept.
    pub fn record(record: &Bytes) -> Result<Vec<u8>, Refusal> {
        let record = RegistrationUpload::<Suite>::deserialize(bounded(record, "record")?);
        let record = record.map_err(|_| strange("record"))?;
        Ok(ServerRegistration::finish(record).serialize().to_vec())
    }
}

/// Both sides put it into the transcript: a proof for one server is none for another.
fn context(store: &Store) -> Vec<u8> {
    [OPAQUE_CONTEXT, store.server_name().as_bytes()].concat()
}

fn agreed(context: &[u8]) -> ServerLoginParameters<'_, '_> {
    ServerLoginParameters {
        context: Some(context),
        ..ServerLoginParameters::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use opaque_ke::Identifiers;
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/opaque/vectors.json"
    );

    /// What is drawn, in that order.
    struct Drawn(Mutex<std::vec::IntoIter<u8>>);

    impl Chance for Drawn {
        fn fill(&self, bytes: &mut [u8]) {
            let mut drawn = self.0.lock().unwrap();
            bytes.fill_with(|| drawn.next().expect("no more is drawn than the vector has"));
        }
    }

    fn unhex(value: &Value) -> Option<Vec<u8>> {
        let pairs = value.as_str()?.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        Some(pairs.map(byte).collect())
    }

    /// The server's answers to one vector: to a registration if there is one, to KE1, to KE3.
    fn answers(vector: &Value, record: Option<&[u8]>) -> (Vec<u8>, Option<Vec<u8>>) {
        let input = |name: &str| unhex(&vector["inputs"][name]);
        let must = |name: &str| input(name).unwrap_or_else(|| panic!("{name}"));
        let nobody = input("client_public_key").unwrap_or_else(|| must("server_public_key"));
        let kept = [must("oprf_seed"), must("server_private_key"), nobody].concat();
        let setup = ServerSetup::<Suite>::deserialize(&kept).unwrap();
        assert_eq!(setup.serialize().to_vec(), kept);
        // A record for nobody is drawn in any case, and left where there is one.
        let masking_key = input("masking_key").unwrap_or_else(|| vec![0; 64]);
        let drawn = [
            masking_key,
            must("masking_nonce"),
            must("server_keyshare_seed"),
            must("server_nonce"),
        ];
        let drawn = Drawn(Mutex::new(drawn.concat().into_iter()));
        let (client, server) = (input("client_identity"), input("server_identity"));
        let context = unhex(&vector["config"]["Context"]).unwrap();
        let agreed = ServerLoginParameters {
            context: Some(&context),
            identifiers: Identifiers {
                client: client.as_deref(),
                server: server.as_deref(),
            },
        };
        let ke1 = input("KE1")
            .or_else(|| unhex(&vector["outputs"]["KE1"]))
            .unwrap();
        let begun = ServerLogin::start(
            &mut Dice(&drawn),
            &setup,
            record.map(|record| ServerRegistration::deserialize(record).unwrap()),
            CredentialRequest::deserialize(&ke1).unwrap(),
            &must("credential_identifier"),
            agreed.clone(),
        );
        let begun = begun.unwrap();
        let ke2 = begun.message.serialize().to_vec();
        let state = begun.state.serialize();
        let finished = unhex(&vector["outputs"]["KE3"]).map(|ke3| {
            let state = ServerLogin::<Suite>::deserialize(&state).unwrap();
            let ke3 = CredentialFinalization::deserialize(&ke3).unwrap();
            state.finish(ke3, agreed).unwrap().session_key.to_vec()
        });
        (ke2, finished)
    }

    #[test]
    fn the_server_answers_as_rfc_9807_does_and_to_nobody_as_to_somebody() {
        let vectors: Value = serde_json::from_slice(&std::fs::read(VECTORS).unwrap()).unwrap();
        let mut lengths = std::collections::BTreeSet::new();
        for vector in vectors.as_array().unwrap() {
            let output = |name: &str| unhex(&vector["outputs"][name]);
            let record = output("registration_upload").map(Bytes::from);
            let record = record.map(|record| Passwords::record(&record).unwrap());
            let (ke2, session_key) = answers(vector, record.as_deref());
            assert_eq!(Some(&ke2), output("KE2").as_ref());
            assert_eq!(session_key, output("session_key"));
            lengths.insert(ke2.len());
            if let Some(request) = output("registration_request") {
                let input = |name: &str| unhex(&vector["inputs"][name]).unwrap();
                let point = input("server_public_key");
                let kept = [input("oprf_seed"), input("server_private_key"), point].concat();
                let setup = ServerSetup::<Suite>::deserialize(&kept).unwrap();
                let request = RegistrationRequest::deserialize(&request).unwrap();
                let name = input("credential_identifier");
                let begun = ServerRegistration::<Suite>::start(&setup, request, &name).unwrap();
                let response = begun.message.serialize().to_vec();
                assert_eq!(Some(response), output("registration_response"));
            }
        }
        assert_eq!(vectors.as_array().unwrap().len(), 3);
        assert_eq!(lengths.len(), 1);
    }

    #[test]
    fn what_is_no_message_of_opaque_is_refused() {
        for bad in [
            vec![],
            vec![0; 95],
            vec![0; 96],
            vec![0xff; 96],
            vec![1; 513],
        ] {
            let refused = read_first(&bad.clone().into())
                .err()
                .map(|refusal| refusal.code);
            assert_eq!(refused, Some(Code::BadRequest));
            assert!(Passwords::record(&bad.into()).is_err());
        }
    }
}
