//! Randomness of the operating system or the browser, in one place.

/// `N` random bytes. A platform without randomness cannot hold keys: there is no way on.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the platform has a source of randomness");
    bytes
}
