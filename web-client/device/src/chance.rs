//! Randomness, all of it from one place: the operating system's or the browser's.
//!
//! With the feature `simulated`, which nothing that ships enables, [`seed`] makes it a function of a
//! number, on the calling thread: a simulation that failed can be run again to the byte.

use std::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};

/// `N` random bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills with random bytes. A platform without randomness cannot hold keys: there is no way on.
pub fn fill(bytes: &mut [u8]) {
    #[cfg(feature = "simulated")]
    if simulated::fill(bytes) {
        return;
    }
    getrandom::fill(bytes).expect("the platform has a source of randomness");
}

/// The same, as libraries ask for it.
pub struct Chance;

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Chance {}

#[cfg(feature = "simulated")]
pub use simulated::{seed, unseed};

#[cfg(feature = "simulated")]
mod simulated {
    use std::cell::RefCell;

    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::{Rng as _, SeedableRng as _};

    thread_local! {
        static SEEDED: RefCell<Option<ChaCha20Rng>> = const { RefCell::new(None) };
    }

    /// From now on this thread's randomness is the output of `ChaCha20` under that number.
    ///
    /// OpenMLS encrypts a commit's path on threads of its own, which would not be seeded: with this,
    /// the calling thread does that work itself, in one order. For that the thread belongs to a pool
    /// that lasts as long as the process, so seed few threads often, not many once.
    pub fn seed(number: u64) {
        #[cfg(not(target_arch = "wasm32"))]
        if rayon::current_thread_index().is_none() {
            rayon::ThreadPoolBuilder::new()
                .num_threads(1)
                .use_current_thread()
                .build()
                .expect("no other thread is needed and this one is in no pool");
        }
        SEEDED.set(Some(ChaCha20Rng::seed_from_u64(number)));
    }

    /// From now on this thread's randomness is the platform's again.
    pub fn unseed() {
        SEEDED.set(None);
    }

    /// Whether this thread was seeded; then the bytes are filled.
    pub fn fill(bytes: &mut [u8]) -> bool {
        SEEDED.with_borrow_mut(|seeded| match seeded {
            Some(rng) => {
                rng.fill_bytes(bytes);
                true
            }
            None => false,
        })
    }
}

#[cfg(test)]
#[cfg(feature = "simulated")]
mod tests;
