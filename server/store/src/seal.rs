//! Sealing at rest: what may identify a person, and every secret key, is encrypted before it reaches
//! the database, and opens only in the row and column for which it was sealed.
//!
//! ```text
//! sealed = magic 1 | suite 1 | key_id 4 | nonce 24 | ciphertext | tag 16
//! AAD    = "cc/1|" table "|" column "|" row id (16) "|" key_id (4) "|" schema (u32, big-endian)
//! ```
//! XChaCha20-Poly1305. The root key, which comes from outside, only wraps seal keys, which stand in the
//! database ([`ring`]); a seal key wraps each client's own key ([`clients`]), under which stands what is
//! about that client. The key of a purpose is HKDF-SHA-256(key, info = purpose). Suite and key id name the
//! key, so that a value sealed under another one is told apart from a damaged one. Table and column
//! hold no `|` and the rest has fixed length: no two places share an AAD. A column that moved keeps the table and
//! the name of before in it (`as`), for no migration can seal anew.

use crate::error::Error;

mod agency_keys;
mod blind;
mod clients;
mod key;
mod ring;

pub(crate) use agency_keys::{
    AgencyKeys, MadeRemovalKey, make_agency_key, make_removal_key, signing_key,
};
pub(crate) use blind::{
    ADDRESS_INDEX, BlindIndex, LOGIN_NAME_INDEX, RECEIVED_MAIL_INDEX, RETURN_TOKEN_INDEX,
};
pub(crate) use clients::ClientKeys;
pub(crate) use key::{KeyId, Mark, SealKey, Suite, mark};
pub(crate) use ring::{Lookup, Sealer};

const MAGIC: u8 = 0xcc;
/// The layout of what is inside; part of the AAD.
const SCHEMA: u32 = 1;
const NONCE: usize = 24;
const HEAD: usize = 1 + 1 + 4 + NONCE;

/// What a key is for. A leaked purpose key opens nothing of another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Names, relationships, and what staff tell each other when a client goes from one to another.
    People,
    /// Titles.
    Circles,
    /// Evidence of consents and representations.
    Consents,
    /// Mail addresses and telephone numbers.
    Addresses,
    /// Meeting links, places, and what there is to remember of appointments.
    Appointments,
    /// Secrets of links in mails, and what an enrolment's link yields.
    Links,
    /// The agency's signing keys.
    AgencyKeys,
    /// Values beside the audit log.
    Audit,
    /// Passkeys' public keys, OPAQUE records and the server's keys for them, login names, TOTP secrets,
    /// and ceremonies under way.
    Authenticators,
    /// The server's halves of what seals the rows that devices store.
    DeviceShares,
    /// The proof at start that the root key is the right one.
    Sentinel,
    /// Clients' own keys.
    ClientKeys,
    /// Keys under which hashes are looked up.
    Lookups,
    /// Seal keys.
    Wrap,
}

impl Purpose {
    /// Whether the root key itself does it.
    fn is_the_roots(self) -> bool {
        matches!(self, Self::Sentinel | Self::Wrap)
    }
}

const PURPOSES: [(Purpose, &[u8]); 14] = [
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
    (Purpose::DeviceShares, b"carecircle/seal/device-shares/v1"),
    (Purpose::Sentinel, b"carecircle/seal/sentinel/v1"),
    (Purpose::ClientKeys, b"carecircle/seal/client-keys/v1"),
    (Purpose::Lookups, b"carecircle/seal/lookups/v1"),
    (Purpose::Wrap, b"carecircle/seal/wrap/v1"),
];
const KEY_ID: &[u8] = b"carecircle/seal/key-id/v1";
/// The key under which a link's secret is looked up: a stolen database opens no link.
const LINK_HASH: &[u8] = b"carecircle/hash/links/v1";

/// The key from which every blind index has its own.
const INDEX: &[u8] = b"carecircle/index/v1";

/// A sealed column: half of the address of a sealed value; the row's id is the other half.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    purpose: Purpose,
    pub(crate) table: &'static str,
    pub(crate) name: &'static str,
    /// Table and column as the AAD has them: where it stood when its first values were sealed.
    pub(crate) sealed_as: (&'static str, &'static str),
    /// The next `$3` values after the row `$1` that are not sealed as they should be: under the key `$2`
    /// or, where they are about a client, under the client's own.
    pub(crate) others: &'static str,
    /// Puts `$2` in the place of `$3` in the row `$1`.
    pub(crate) replace: &'static str,
    /// How many values are sealed under the key `$1`.
    pub(crate) count: &'static str,
    /// Of a column that holds what is about clients.
    pub(crate) of_client: Option<OfClient>,
}

/// What is asked about one client's values in a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfClient {
    /// The values of the client `$1` that none of the client's own keys sealed.
    pub(crate) strays: &'static str,
    /// One value of the client `$1` that is sealed under the key `$2`.
    pub(crate) named: &'static str,
}

impl Column {
    /// Whether a seal key seals it, or a client's own; what the root key seals is not sealed anew with it.
    pub(crate) fn turns(&self) -> bool {
        !self.purpose.is_the_roots()
    }
}

/// Suite and key id of a sealed value.
macro_rules! mark {
    ($name:literal) => {
        concat!("substr(t.", $name, ", 2, 5)")
    };
}

macro_rules! others {
    ($table:literal, $name:literal) => {
        concat!(
            "SELECT t.id, t.",
            $name,
            " AS sealed, NULL AS client FROM ",
            $table,
            " t WHERE t.id > $1 AND t.",
            $name,
            " IS NOT NULL AND ",
            mark!($name),
            " <> $2 ORDER BY t.id LIMIT $3"
        )
    };
    ($table:literal, $name:literal, $client:literal) => {
        concat!(
            "SELECT t.id, t.",
            $name,
            " AS sealed, ",
            $client,
            " AS client FROM ",
            $table,
            " t WHERE t.id > $1 AND t.",
            $name,
            " IS NOT NULL AND ((",
            $client,
            " IS NULL AND ",
            mark!($name),
            " <> $2) OR (",
            $client,
            " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM client_key k",
            " WHERE k.client = ",
            $client,
            " AND k.state <> 'retained' AND k.key_id = ",
            mark!($name),
            "))) ORDER BY t.id LIMIT $3"
        )
    };
}

macro_rules! strays {
    ($table:literal, $name:literal, $rows:literal) => {
        concat!(
            "SELECT t.id, t.", $name, " AS sealed FROM ", $table, " t WHERE ", $rows, " AND t.", $name,
            " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM client_key k WHERE k.client = $1 AND k.key_id = ",
            mark!($name), ")"
        )
    };
}

macro_rules! named {
    ($table:literal, $name:literal, $rows:literal) => {
        concat!(
            "SELECT t.id FROM ",
            $table,
            " t WHERE ",
            $rows,
            " AND ",
            mark!($name),
            " = $2 LIMIT 1"
        )
    };
}

macro_rules! of_client {
    ($table:literal, $name:literal) => {
        None
    };
    ($table:literal, $name:literal, $rows:literal) => {
        Some(OfClient {
            strays: strays!($table, $name, $rows),
            named: named!($table, $name, $rows),
        })
    };
}

macro_rules! sealed_as {
    ($table:literal, $name:literal) => {
        ($table, $name)
    };
    ($table:literal, $name:literal, $old_table:literal, $old_name:literal) => {
        ($old_table, $old_name)
    };
}

macro_rules! columns {
    ($(
        $constant:ident = $purpose:ident, $table:literal, $name:literal
            $(, as $old_table:literal $old_name:literal)? $(, about $client:literal, where $rows:literal)?;
    )+) => {
        $(pub(crate) const $constant: Column = Column {
            purpose: Purpose::$purpose,
            table: $table,
            name: $name,
            sealed_as: sealed_as!($table, $name $(, $old_table, $old_name)?),
            others: others!($table, $name $(, $client)?),
            replace: concat!(
                "UPDATE ", $table, " SET ", $name, " = $2 WHERE id = $1 AND ", $name, " = $3"
            ),
            count: concat!("SELECT COUNT(*) FROM ", $table, " t WHERE ", mark!($name), " = $1"),
            of_client: of_client!($table, $name $(, $rows)?),
        };)+

        /// Every sealed column.
        pub(crate) const COLUMNS: &[Column] = &[$($constant),+];

        /// Every statement about them.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[
            $(
                (concat!(stringify!($constant), " others"), $constant.others),
                (concat!(stringify!($constant), " replace"), $constant.replace),
                (concat!(stringify!($constant), " count"), $constant.count),
                $(
                    (concat!(stringify!($constant), " strays"), strays!($table, $name, $rows)),
                    (concat!(stringify!($constant), " named"), named!($table, $name, $rows)),
                )?
            )+
        ];
    };
}

// `as` is where a column stood before; `about` is the client of a row of `t`, if it is about one; `where` are the rows
// of the client `$1`.
columns! {
    AGENCY_NAME = People, "agency", "name";
    AGENCY_SECRET_KEY = AgencyKeys, "agency", "secret_key";
    AGENCY_NEXT_SECRET = AgencyKeys, "agency", "next_secret";
    AGENCY_REMOVAL_SECRET = AgencyKeys, "agency", "removal_secret";
    REMOVAL_SECRET = AgencyKeys, "removal_key", "secret";
    AUDIT_SECRET_KEY = AgencyKeys, "audit_tree", "secret_key";
    CLIENT_KEY = ClientKeys, "client_key", "wrapped";
    LOOKUP_KEY = Lookups, "lookup_key", "secret";
    PERSON_NAME = People, "person", "name",
        about "(SELECT a.person FROM account a WHERE a.person = t.id AND a.role = 'client' LIMIT 1)",
        where "t.id = $1";
    RELATIONSHIP = People, "related_person", "relationship",
        about "t.client", where "t.client = $1";
    TRANSFER_NOTE = People, "transfer", "note",
        about "t.client", where "t.client = $1";
    TRANSFER_REASON = People, "transfer", "reason",
        about "t.client", where "t.client = $1";
    CONSENT_NOTE = Consents, "consent", "note",
        about "t.client", where "t.client = $1";
    REPRESENTATION_EVIDENCE = Consents, "representation", "evidence",
        about "t.client", where "t.client = $1";
    CIRCLE_TITLE = Circles, "circle", "title",
        about "t.client", where "t.client = $1";
    AUDIT_VALUE = Audit, "audit_value", "value",
        about "(SELECT e.client FROM audit_entry e WHERE e.id = t.entry)",
        where "t.entry IN (SELECT e.id FROM audit_entry e WHERE e.client = $1)";
    ADDRESS = Addresses, "address", "value",
        about "(SELECT a.person FROM account a WHERE a.person = t.person AND a.role = 'client' LIMIT 1)",
        where "t.person = $1";
    PHONE = Addresses, "phone", "value",
        about "(SELECT a.person FROM account a WHERE a.person = t.person AND a.role = 'client' LIMIT 1)",
        where "t.person = $1";
    MEETING_LINK = Appointments, "appointment", "meeting_link",
        about "t.client", where "t.client = $1";
    PLACE = Appointments, "appointment", "place",
        about "t.client", where "t.client = $1";
    SERIES_PLACE = Appointments, "series", "place",
        about "t.client", where "t.client = $1";
    APPOINTMENT_NOTE = Appointments, "appointment", "note",
        about "t.client", where "t.client = $1";
    SERIES_LINK = Appointments, "series", "meeting_link",
        about "t.client", where "t.client = $1";
    VISIT_TYPE_NAME = Appointments, "visit_type", "name";
    CLOSURE_NAME = Appointments, "closure", "name";
    BOOKING_SECRET = Links, "booking_link", "secret",
        about "t.client", where "t.client = $1";
    BOOKING_MEETING_LINK = Appointments, "booking_link", "meeting_link",
        about "t.client", where "t.client = $1";
    LINK_SECRET = Links, "link", "secret",
        about "(SELECT p.client FROM appointment p WHERE p.id = t.appointment)",
        where "t.participant IN (SELECT p.id FROM participant p JOIN appointment m ON m.id = p.appointment WHERE m.client = $1)";
    TYPED_ADDRESS = Addresses, "single_mail", "typed_address", as "invitation_mail" "address",
        about "(SELECT a.person FROM intake n JOIN account a ON a.id = n.account WHERE n.id = t.intake AND a.role = 'client')",
        where "t.intake IN (SELECT n.id FROM intake n JOIN account a ON a.id = n.account WHERE a.person = $1 AND a.role = 'client')";
    // Of an invitation its link; of an automatic answer, what names the mail that it answers.
    INVITATION_LINK = Links, "single_mail", "link", as "invitation_mail" "link",
        about "COALESCE((SELECT a.person FROM intake n JOIN account a ON a.id = n.account WHERE n.id = t.intake AND a.role = 'client'), (SELECT a.person FROM account a WHERE a.person = t.person AND a.role = 'client' LIMIT 1))",
        where "(t.person = $1 OR t.intake IN (SELECT n.id FROM intake n JOIN account a ON a.id = n.account WHERE a.person = $1 AND a.role = 'client'))";
    ENROLMENT_LOOKUP = Links, "enrolment", "lookup";
    AUTHENTICATOR = Authenticators, "authenticator", "secret";
    LOGIN_NAME = Authenticators, "login", "name",
        about "(SELECT a.person FROM authenticator u JOIN account a ON a.id = u.account WHERE u.id = t.id AND a.role = 'client')",
        where "t.id IN (SELECT u.id FROM authenticator u JOIN account a ON a.id = u.account WHERE a.person = $1 AND a.role = 'client')";
    OPAQUE_SETUP = Authenticators, "opaque", "setup";
    CEREMONY = Authenticators, "ceremony", "state";
    DEVICE_SHARE = DeviceShares, "device", "share";
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
