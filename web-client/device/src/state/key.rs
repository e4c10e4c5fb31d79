//! Keys of rows.

use protocol::{AccountId, CircleId, PersonId};

pub const ME: &[u8] = b"me";
/// What [`crate::identity::Identity::take_secrets`] takes out of [`ME`].
pub const SECRETS: &[u8] = b"secrets";
pub const ENROLLING: &[u8] = b"enrolling";
pub const SIGNED_OUT: &[u8] = b"signed_out";
/// The person signed out, and the server has not heard of it yet.
pub const SIGN_OUT_OWED: &[u8] = b"sign_out_owed";
pub const SIGNED_IN: &[u8] = b"signed_in";
pub const CIRCLES: &[u8] = b"circle/";
pub const ADDING: &[u8] = b"adding";
pub const RECOVERING: &[u8] = b"recovering";
pub const BACKUP: &[u8] = b"backup";
pub const SUCCESSION: &[u8] = b"succession";
pub const NEW_CERTIFICATE: &[u8] = b"new_certificate";
pub const CERTIFICATES: &[u8] = b"certificates";
pub const ERAS: &[u8] = b"era/";
pub const MET: &[u8] = b"met/";
pub const COUNTERS: &[u8] = b"counters";
pub const AWAITED: &[u8] = b"awaited";

pub fn circle(id: CircleId) -> Vec<u8> {
    [CIRCLES, id.as_bytes()].concat()
}

pub fn candidate(id: CircleId) -> Vec<u8> {
    [b"candidate/".as_slice(), id.as_bytes()].concat()
}

pub fn founding(id: CircleId) -> Vec<u8> {
    [b"founding/".as_slice(), id.as_bytes()].concat()
}

pub fn outbox(id: CircleId) -> Vec<u8> {
    [b"outbox/".as_slice(), id.as_bytes(), b"/"].concat()
}

pub fn outgoing(id: CircleId, number: u64) -> Vec<u8> {
    [outbox(id).as_slice(), &number.to_be_bytes()].concat()
}

pub fn pin(account: AccountId) -> Vec<u8> {
    [b"pin/".as_slice(), account.as_bytes()].concat()
}

pub fn intake(person: PersonId) -> Vec<u8> {
    [b"intake/".as_slice(), person.as_bytes()].concat()
}

pub fn known(id: CircleId) -> Vec<u8> {
    [b"known/".as_slice(), id.as_bytes()].concat()
}

pub fn keep(id: CircleId) -> Vec<u8> {
    [b"keep/".as_slice(), id.as_bytes()].concat()
}

pub fn eras(id: CircleId) -> Vec<u8> {
    [ERAS, id.as_bytes(), b"/"].concat()
}

pub fn era(id: CircleId, generation: u32, era: u32) -> Vec<u8> {
    [
        eras(id).as_slice(),
        &generation.to_be_bytes(),
        b"/",
        &era.to_be_bytes(),
    ]
    .concat()
}

/// A place in all of a circle's logs, in the order of time: the generation above 40 bits of `seq`.
pub const fn seat(generation: u32, seq: u64) -> u64 {
    ((generation as u64) << 40) | seq
}

/// The `seq` of a [`seat`].
pub const fn seq_of(seat: u64) -> u64 {
    seat & ((1 << 40) - 1)
}

/// An item in the log: `circle || seat`.
pub fn item(id: CircleId, generation: u32, seq: u64) -> Vec<u8> {
    place(id, seat(generation, seq))
}

/// An item that waits: after every item in the log, in the order of writing.
pub fn waiting_item(id: CircleId, number: u64) -> Vec<u8> {
    place(id, u64::MAX / 2 + number)
}

fn place(id: CircleId, place: u64) -> Vec<u8> {
    [id.as_bytes().as_slice(), &place.to_be_bytes()].concat()
}
