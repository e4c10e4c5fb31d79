//! Sealing at rest: what may identify a person, and every secret key, is encrypted before it reaches
//! the database, and opens only in the row and column for which it was sealed.
//!
//! ```text
//! sealed = magic 1 | suite 1 | key_id 4 | nonce 24 | ciphertext | tag 16
//! AAD    = "cc/1|" table "|" column "|" row id (16) "|" key_id (4) "|" schema (u32, big-endian)
//! ```
//! XChaCha20-Poly1305. The root key, which comes from outside, only wraps seal keys, which stand in the
//! database ([`ring`]); the key of a purpose is HKDF-SHA-256(seal key, info = purpose). The key id names the
//! seal key, so that a value sealed under another one is told apart from a damaged one. Table and column
//! hold no `|` and the rest has fixed length: no two places share an AAD.

use crate::error::Error;

mod agency_keys;
mod key;
mod ring;

pub(crate) use agency_keys::{AgencyKeys, open_removal_key};
pub(crate) use key::{KeyId, SealKey};
pub(crate) use ring::Sealer;

const MAGIC: u8 = 0xcc;
/// XChaCha20-Poly1305 under a purpose key by HKDF-SHA-256. A reader accepts the listed suites only.
const SUITE: u8 = 1;
/// The layout of what is inside; part of the AAD.
const SCHEMA: u32 = 1;
const NONCE: usize = 24;
const HEAD: usize = 1 + 1 + 4 + NONCE;

/// What a key is for. A leaked purpose key opens nothing of another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Names and relationships.
    People,
    /// Titles.
    Circles,
    /// Evidence of consents.
    Consents,
    /// Mail addresses.
    Addresses,
    /// Meeting links.
    Appointments,
    /// Secrets of links in mails, and what an enrolment's link yields.
    Links,
    /// The agency's signing keys.
    AgencyKeys,
    /// Values beside the audit log.
    Audit,
    /// Passkeys' public keys, OPAQUE records, TOTP secrets, and ceremonies under way.
    Authenticators,
    /// The proof at start that the root key is the right one.
    Sentinel,
    /// Seal keys.
    Wrap,
}

impl Purpose {
    /// Whether the root key itself does it.
    fn is_the_roots(self) -> bool {
        matches!(self, Self::Sentinel | Self::Wrap)
    }
}

const PURPOSES: [(Purpose, &[u8]); 11] = [
    (Purpose::People, b"carecircle/seal/people/v1"),
    (Purpose::Circles, b"carecircle/seal/circles/v1"),
    (Purpose::Consents, b"carecircle/seal/consents/v1"),
    (Purpose::Addresses, b"carecircle/seal/addresses/v1"),
    (Purpose::Appointments, b"carecircle/seal/appointments/v1"),
    (Purpose::Links, b"carecircle/seal/links/v1"),
    (Purpose::AgencyKeys, b"carecircle/seal/agency-keys/v1"),
    (Purpose::Audit, b"carecircle/seal/audit/v1"),
    (
        Purpose::Authenticators,
        b"carecircle/seal/authenticators/v1",
    ),
    (Purpose::Sentinel, b"carecircle/seal/sentinel/v1"),
    (Purpose::Wrap, b"carecircle/seal/wrap/v1"),
];
const KEY_ID: &[u8] = b"carecircle/seal/key-id/v1";
/// The key under which a link's secret is looked up: a stolen database opens no link.
const LINK_HASH: &[u8] = b"carecircle/hash/links/v1";

/// A sealed column: half of the address of a sealed value; the row's id is the other half.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    purpose: Purpose,
    pub(crate) table: &'static str,
    pub(crate) name: &'static str,
    /// The next `$3` values after the row `$1` that are sealed under another key than `$2`.
    pub(crate) others: &'static str,
    /// Puts `$2` in the place of `$3` in the row `$1`.
    pub(crate) replace: &'static str,
    /// How many values are sealed under the key `$1`.
    pub(crate) count: &'static str,
}

impl Column {
    /// Whether a seal key seals it; what the root key seals is not sealed anew with it.
    pub(crate) fn turns(&self) -> bool {
        !self.purpose.is_the_roots()
    }
}

macro_rules! columns {
    ($($constant:ident = $purpose:ident, $table:literal, $name:literal;)+) => {
        $(pub(crate) const $constant: Column = Column {
            purpose: Purpose::$purpose,
            table: $table,
            name: $name,
            others: concat!(
                "SELECT id, ", $name, " AS sealed FROM ", $table, " WHERE id > $1 AND ", $name,
                " IS NOT NULL AND substr(", $name, ", 3, 4) <> $2 ORDER BY id LIMIT $3"
            ),
            replace: concat!(
                "UPDATE ", $table, " SET ", $name, " = $2 WHERE id = $1 AND ", $name, " = $3"
            ),
            count: concat!("SELECT COUNT(*) FROM ", $table, " WHERE substr(", $name, ", 3, 4) = $1"),
        };)+

        /// Every sealed column.
        pub(crate) const COLUMNS: &[Column] = &[$($constant),+];

        /// Every statement about them.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$(
            (concat!(stringify!($constant), " others"), $constant.others),
            (concat!(stringify!($constant), " replace"), $constant.replace),
            (concat!(stringify!($constant), " count"), $constant.count),
        )+];
    };
}

columns! {
    AGENCY_NAME = People, "agency", "name";
    AGENCY_SECRET_KEY = AgencyKeys, "agency", "secret_key";
    AGENCY_REMOVAL_SECRET = AgencyKeys, "agency", "removal_secret";
    AUDIT_SECRET_KEY = AgencyKeys, "audit_tree", "secret_key";
    PERSON_NAME = People, "person", "name";
    RELATIONSHIP = People, "related_person", "relationship";
    CONSENT_NOTE = Consents, "consent", "note";
    CIRCLE_TITLE = Circles, "circle", "title";
    AUDIT_VALUE = Audit, "audit_value", "value";
    ADDRESS = Addresses, "address", "value";
    MEETING_LINK = Appointments, "appointment", "meeting_link";
    LINK_SECRET = Links, "link", "secret";
    ENROLMENT_LOOKUP = Links, "enrolment", "lookup";
    AUTHENTICATOR = Authenticators, "authenticator", "secret";
    CEREMONY = Authenticators, "ceremony", "state";
    SENTINEL = Sentinel, "sentinel", "sealed";
    WRAPPED = Wrap, "seal_key", "wrapped";
}

/// Something that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotOpened {
    /// Sealed under a key that is not here.
    UnknownKey,
    /// Damaged, or moved from another row.
    Damaged,
}

impl From<NotOpened> for Error {
    fn from(not: NotOpened) -> Self {
        match not {
            NotOpened::UnknownKey => Self::UnknownKey,
            NotOpened::Damaged => Self::broken("a sealed field does not open in its place"),
        }
    }
}
