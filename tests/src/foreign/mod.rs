//! Messages as other people's programs take them: what we say about MLS must hold for code that none of
//! us wrote.
//!
//! * [`mls_rs`]: a witness that follows a circle's group by its public half, by AWS's mls-rs;
//! * `witnessed`: a circle of the real store, compared with the witness in every epoch;
//! * `ts_mls`: a member of a live circle whose MLS is ts-mls, in Node, over our websocket and HTTPS;
//! * `wasm`: the device core as a browser runs it, in Node's engine, over the working group's vectors.
//!
//! Some need Node with the packages of `tests/foreign` and the device core built with doors for tests; a
//! test that lacks one fails with a sentence that says what to do. `cargo xtask test` sees to it.

pub mod mls_rs;
#[cfg(test)]
mod node;
#[cfg(test)]
mod ts_mls;
#[cfg(test)]
mod wasm;
#[cfg(test)]
mod witnessed;
