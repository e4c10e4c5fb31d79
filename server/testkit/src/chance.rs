//! Randomness that repeats, for tests. It is not fit for secrets.

use std::sync::Mutex;

use care::Chance;

/// Bytes that follow from a seed (`SplitMix64`, Steele, Lea and Flood, OOPSLA 2014): two servers of one
/// seed draw the same ids.
#[derive(Debug)]
pub struct SeededChance(Mutex<u64>);

impl SeededChance {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("filling a slice does not panic");
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_sequence_and_no_two_draws_are_alike() {
        let draw = |seed| -> ([u8; 16], [u8; 5]) {
            let chance: &dyn Chance = &SeededChance::new(seed);
            (chance.bytes(), chance.bytes())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let (first, second) = draw(7);
        assert_ne!(first[..5], second);
    }
}
