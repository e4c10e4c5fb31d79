//! The cipher suite, its stretching, and randomness as the library takes it.

use std::marker::PhantomData;

use argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::ciphersuite::CipherSuite;
use opaque_ke::errors::InternalError;
use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::ksf::Ksf;
use opaque_ke::rand::{CryptoRng, Error as NoChance, RngCore};
use opaque_ke::{Ristretto255, TripleDh};

use crate::Stretching;

/// Fills a slice with bytes that nobody can predict.
pub type Chance<'a> = &'a mut dyn FnMut(&mut [u8]);

/// See the crate's head.
pub(crate) struct Suite<K>(PhantomData<K>);

impl<K: Stretching> CipherSuite for Suite<K> {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2_10::Sha512>;
    type Ksf = K;
}

/// Argon2id as the crate's head states it.
#[derive(Default)]
pub struct Stretched;

/// RFC 9106, section 4, the second choice: for machines with little memory.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// RFC 9807, section 7: what must differ from person to person is the OPRF's already.
const SALT: [u8; 16] = [0; 16];

impl Ksf for Stretched {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        let mut output = GenericArray::default();
        let parameters = Params::new(MEMORY_KIB, PASSES, LANES, Some(output.len()));
        let parameters = parameters.map_err(|_| InternalError::KsfError)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into(&input, &SALT, &mut output)
            .map_err(|_| InternalError::KsfError)?;
        Ok(output)
    }
}

pub(crate) struct Dice<'a>(pub(crate) Chance<'a>);

impl RngCore for Dice<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        (self.0)(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoChance> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Dice<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretching_is_argon2id_with_the_stated_parameters() {
        // Written once by another implementation (the reference one, by way of Python's argon2-cffi).
        let stretched = Stretched.hash(GenericArray::from([7_u8; 64])).unwrap();
        let hex: Vec<String> = stretched.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex.concat(),
            "38cfb95476101afbf9a87097da1b1369a3bdc4a4f0e980258b12739d59a67b731c5bb1dd934600b7576be71b050cd8c8103b91a4c29e9e02e3ccdf0d25b256d6"
        );
    }
}
