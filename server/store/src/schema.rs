//! The migrations of this release: the same files for both engines, only ever added to.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::error::OpenError;

macro_rules! migrations {
    ($($version:literal $name:literal;)+) => {
        fn migrations(engine: Engine) -> Vec<Migration> {
            vec![$(Migration::new(
                $version,
                Cow::Borrowed($name),
                MigrationType::Simple,
                match engine {
                    Engine::Sqlite => include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
                    Engine::Postgres => include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
                }
                .into_sql_str(),
                false,
            )),+]
        }

        /// File names without their ending, for the test that none was forgotten.
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[$($name),+];
    };
}

migrations! {
    1 "0001_agency";
    2 "0002_people";
    3 "0003_sign_in";
    4 "0004_circles";
    5 "0005_key_packages";
    6 "0006_operations";
    7 "0007_audit";
    8 "0008_preferences";
    9 "0009_appointments";
    10 "0010_deliveries";
    11 "0011_protocol";
    12 "0012_idle_devices";
    13 "0013_authenticators";
    14 "0014_audit_tree";
    15 "0015_consent_scope";
    16 "0016_seal_keys";
    17 "0017_passwords";
    18 "0018_client_keys";
    19 "0019_intake";
    20 "0020_rights";
    21 "0021_outcomes";
    22 "0022_visit_types";
    23 "0023_invitation_mails";
    24 "0024_jobs";
    25 "0025_self_booking";
    26 "0026_replies";
    27 "0027_series";
    28 "0028_unread";
    29 "0029_clock";
    30 "0030_agency_key";
    31 "0031_single_mails";
    32 "0032_teams";
    33 "0033_phones";
    34 "0034_laws";
    35 "0035_reach";
    36 "0036_team_changes";
    37 "0037_calendar_feeds";
    38 "0038_closures";
    39 "0039_bundles";
    40 "0040_places";
    41 "0041_device_shares";
    42 "0042_due";
    43 "0043_claim_before";
    44 "0044_history";
    45 "0045_claims_beside";
    46 "0046_unreached";
    47 "0047_seen_to";
}

#[derive(Clone, Copy)]
enum Engine {
    Sqlite,
    Postgres,
}

/// For `SQLite`.
pub(crate) fn sqlite() -> Migrator {
    Migrator::with_migrations(migrations(Engine::Sqlite))
}

/// For `PostgreSQL`.
pub(crate) fn postgres() -> Migrator {
    Migrator::with_migrations(migrations(Engine::Postgres))
}

/// Says it in a sentence.
pub(crate) fn cannot_migrate(error: &MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) => OpenError::SchemaUnknown(*version),
        MigrateError::VersionMismatch(version) => OpenError::SchemaDiffers(*version),
        other => OpenError::Database(other.to_string()),
    }
}
