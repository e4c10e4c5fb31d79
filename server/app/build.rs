//! The web client is embedded: a new build of it makes this crate new.

fn main() {
    println!("cargo::rerun-if-changed=../../web-client/dist");
    println!("cargo::rerun-if-changed=build.rs");
}
