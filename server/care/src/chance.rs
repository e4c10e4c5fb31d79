//! Randomness as an argument, for ids, secrets and nonces.

/// A source of bytes that nobody can predict. An implementation outside tests must be
/// cryptographically secure: secrets and nonces are drawn from it.
pub trait Chance: Send + Sync + 'static {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Chance {
    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
