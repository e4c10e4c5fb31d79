//! What is written down once and read by more than one language or version.

mod frames;
mod labels;
mod mls;
mod opaque;
mod types;
mod wycheproof;
mod zones;
