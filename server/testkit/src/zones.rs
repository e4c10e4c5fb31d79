//! Real releases of the zone database, for what happens when the law of the clocks changes.

use std::path::PathBuf;

use care::civil::Zones;

/// The releases, oldest first. Between each two of them the clocks of some places changed their law
/// (`tests/vectors/zones/README.md`).
pub const RELEASES: [&str; 7] = [
    "2020a", "2022e", "2022g", "2023c", "2024a", "2025b", "2026f",
];

/// The directory of one, as an installation would name it.
pub fn directory(release: &str) -> PathBuf {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/zones");
    PathBuf::from(vectors).join(release)
}

/// One of them, read.
///
/// # Panics
/// If it is none of them.
pub fn release(release: &str) -> Zones {
    scheduler::zone_directory::read(&directory(release)).expect("a release that stands there")
}
