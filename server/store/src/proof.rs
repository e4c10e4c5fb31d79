//! What a macro would check at compile time, checked by tests: every statement prepares on both
//! engines, both schemas are one, and a verb's future can move between threads.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _};

use crate::engine::Engine;
use crate::many::Many;
use crate::schema;

mod finished;
mod moved;
mod parity;
mod send;

/// Names a cluster in which databases may be made, `postgres://user@host:port/postgres`.
const POSTGRES: &str = "CARECIRCLE_TEST_POSTGRES";

/// Every module that has SQL.
const MODULES: &[(&str, &[(&str, &str)])] = &[
    ("address_links", crate::address_links::STATEMENTS),
    ("addresses", crate::addresses::STATEMENTS),
    ("agency", crate::agency::STATEMENTS),
    ("agency_rotation", crate::agency_rotation::STATEMENTS),
    ("appointments", crate::appointments::STATEMENTS),
    ("appointments::book", crate::appointments::book::STATEMENTS),
    (
        "appointments::change",
        crate::appointments::change::STATEMENTS,
    ),
    (
        "appointments::close",
        crate::appointments::close::STATEMENTS,
    ),
    ("appointments::left", crate::appointments::left::STATEMENTS),
    ("appointments::list", crate::appointments::list::STATEMENTS),
    (
        "appointments::place",
        crate::appointments::place::STATEMENTS,
    ),
    (
        "appointments::reply",
        crate::appointments::reply::STATEMENTS,
    ),
    ("appointments::team", crate::appointments::team::STATEMENTS),
    (
        "appointments::team::change",
        crate::appointments::team::change::STATEMENTS,
    ),
    ("appointments::undo", crate::appointments::undo::STATEMENTS),
    ("assignments", crate::assignments::STATEMENTS),
    ("audit", crate::audit::STATEMENTS),
    ("audit::checkpoints", crate::audit::checkpoints::STATEMENTS),
    ("audit::clients", crate::audit::clients::STATEMENTS),
    ("audit::export", crate::audit::export::STATEMENTS),
    ("audit::leaves", crate::audit::leaves::STATEMENTS),
    ("audit::query", crate::audit::query::STATEMENTS),
    ("authenticators", crate::authenticators::STATEMENTS),
    ("booking_links", crate::booking_links::STATEMENTS),
    (
        "booking_links::by_link",
        crate::booking_links::by_link::STATEMENTS,
    ),
    (
        "booking_links::found",
        crate::booking_links::found::STATEMENTS,
    ),
    ("calendar_feeds", crate::calendar_feeds::STATEMENTS),
    ("caseloads", crate::caseloads::STATEMENTS),
    ("ceremonies", crate::ceremonies::STATEMENTS),
    ("circles", crate::circles::STATEMENTS),
    ("claims", crate::claims::STATEMENTS),
    ("client_keys", crate::client_keys::STATEMENTS),
    ("clock_jumps", crate::clock_jumps::STATEMENTS),
    ("closures", crate::closures::STATEMENTS),
    ("code_apps", crate::code_apps::STATEMENTS),
    ("commits", crate::commits::STATEMENTS),
    ("consents", crate::consents::STATEMENTS),
    ("deliveries", crate::deliveries::STATEMENTS),
    ("deliveries::agenda", crate::deliveries::agenda::STATEMENTS),
    (
        "deliveries::bundles",
        crate::deliveries::bundles::STATEMENTS,
    ),
    (
        "deliveries::dropped",
        crate::deliveries::dropped::STATEMENTS,
    ),
    (
        "deliveries::due_rows",
        crate::deliveries::due_rows::STATEMENTS,
    ),
    ("deliveries::facts", crate::deliveries::facts::STATEMENTS),
    ("deliveries::hand", crate::deliveries::hand::STATEMENTS),
    ("deliveries::lease", crate::deliveries::lease::STATEMENTS),
    ("deliveries::lost", crate::deliveries::lost::STATEMENTS),
    (
        "deliveries::recipients",
        crate::deliveries::recipients::STATEMENTS,
    ),
    ("deliveries::settle", crate::deliveries::settle::STATEMENTS),
    ("deliveries::unread", crate::deliveries::unread::STATEMENTS),
    ("deliveries::untold", crate::deliveries::untold::STATEMENTS),
    (
        "deliveries::update_mails",
        crate::deliveries::update_mails::STATEMENTS,
    ),
    (
        "deliveries::visit_mails",
        crate::deliveries::visit_mails::STATEMENTS,
    ),
    (
        "deliveries::waiting",
        crate::deliveries::waiting::STATEMENTS,
    ),
    ("departures", crate::departures::STATEMENTS),
    ("device_shares", crate::device_shares::STATEMENTS),
    ("devices", crate::devices::STATEMENTS),
    ("enrolments", crate::enrolments::STATEMENTS),
    (
        "enrolments::newcomer",
        crate::enrolments::newcomer::STATEMENTS,
    ),
    ("erasures", crate::erasures::STATEMENTS),
    ("foundings", crate::foundings::STATEMENTS),
    ("history", crate::history::STATEMENTS),
    ("holds", crate::holds::STATEMENTS),
    ("hours", crate::hours::STATEMENTS),
    ("identities", crate::identities::STATEMENTS),
    ("idle_devices", crate::idle_devices::STATEMENTS),
    ("inbox", crate::inbox::STATEMENTS),
    ("intake", crate::intake::STATEMENTS),
    ("intake::added", crate::intake::added::STATEMENTS),
    (
        "intake::confirmation",
        crate::intake::confirmation::STATEMENTS,
    ),
    ("invitations", crate::invitations::STATEMENTS),
    ("jobs", crate::jobs::STATEMENTS),
    ("jobs::re_resolve", crate::jobs::re_resolve::STATEMENTS),
    ("jobs::reconcile", crate::jobs::reconcile::STATEMENTS),
    ("jobs::retention", crate::jobs::retention::STATEMENTS),
    ("jobs::run", crate::jobs::run::STATEMENTS),
    ("jobs::workers", crate::jobs::workers::STATEMENTS),
    ("key_packages", crate::key_packages::STATEMENTS),
    ("keys", crate::keys::STATEMENTS),
    ("links", crate::links::STATEMENTS),
    ("log", crate::log::STATEMENTS),
    ("mailed_links", crate::mailed_links::STATEMENTS),
    ("named_zones", crate::named_zones::STATEMENTS),
    ("naming", crate::naming::STATEMENTS),
    ("no_shows", crate::no_shows::STATEMENTS),
    ("operations", crate::operations::STATEMENTS),
    ("outages", crate::outages::STATEMENTS),
    ("passwords", crate::passwords::STATEMENTS),
    ("people", crate::people::STATEMENTS),
    ("phones", crate::phones::STATEMENTS),
    ("planning", crate::planning::STATEMENTS),
    ("postbox", crate::postbox::STATEMENTS),
    ("postbox::answers", crate::postbox::answers::STATEMENTS),
    ("postbox::bounces", crate::postbox::bounces::STATEMENTS),
    ("postbox::calendars", crate::postbox::calendars::STATEMENTS),
    ("preferences", crate::preferences::STATEMENTS),
    ("recoveries", crate::recoveries::STATEMENTS),
    ("removal_keys", crate::removal_keys::STATEMENTS),
    ("removals", crate::removals::STATEMENTS),
    ("renewals", crate::renewals::STATEMENTS),
    ("representations", crate::representations::STATEMENTS),
    ("resets", crate::resets::STATEMENTS),
    ("root", crate::root::STATEMENTS),
    ("roster", crate::roster::STATEMENTS),
    ("rotation", crate::rotation::STATEMENTS),
    ("rows", crate::rows::STATEMENTS),
    ("series", crate::series::STATEMENTS),
    ("series::book", crate::series::book::STATEMENTS),
    ("series::change", crate::series::change::STATEMENTS),
    ("series::extend", crate::series::extend::STATEMENTS),
    ("series::gaps", crate::series::gaps::STATEMENTS),
    ("series::mails", crate::series::mails::STATEMENTS),
    ("sessions", crate::sessions::STATEMENTS),
    ("single_mails", crate::single_mails::STATEMENTS),
    (
        "single_mails::addresses",
        crate::single_mails::addresses::STATEMENTS,
    ),
    (
        "single_mails::answers",
        crate::single_mails::answers::STATEMENTS,
    ),
    (
        "single_mails::book_again",
        crate::single_mails::book_again::STATEMENTS,
    ),
    (
        "single_mails::booking_links",
        crate::single_mails::booking_links::STATEMENTS,
    ),
    (
        "single_mails::invitations",
        crate::single_mails::invitations::STATEMENTS,
    ),
    (
        "single_mails::settle",
        crate::single_mails::settle::STATEMENTS,
    ),
    ("staff", crate::staff::STATEMENTS),
    ("standing", crate::standing::STATEMENTS),
    (
        "standing::appointments",
        crate::standing::appointments::STATEMENTS,
    ),
    ("stop_links", crate::stop_links::STATEMENTS),
    ("store", crate::store::STATEMENTS),
    ("tasks", crate::tasks::STATEMENTS),
    ("tasks::list", crate::tasks::list::STATEMENTS),
    ("tasks::owner", crate::tasks::owner::STATEMENTS),
    ("tasks::unreached", crate::tasks::unreached::STATEMENTS),
    ("tickets", crate::tickets::STATEMENTS),
    ("transfers", crate::transfers::STATEMENTS),
    ("transfers::list", crate::transfers::list::STATEMENTS),
    ("unanswered", crate::unanswered::STATEMENTS),
    ("urgents", crate::urgents::STATEMENTS),
    ("vaults", crate::vaults::STATEMENTS),
    ("visit_types", crate::visit_types::STATEMENTS),
];

/// Every module that has statements about lists.
const LISTS: &[(&str, &[(&str, &Many)])] = &[
    ("append", crate::append::MANY),
    (
        "appointments::overlaps",
        crate::appointments::overlaps::MANY,
    ),
    ("appointments::team", crate::appointments::team::MANY),
    ("audit", crate::audit::MANY),
    ("audit::checkpoints", crate::audit::checkpoints::MANY),
    ("audit::leaves", crate::audit::leaves::MANY),
    ("batch", crate::batch::MANY),
    ("closures", crate::closures::MANY),
    ("hours", crate::hours::MANY),
    ("hours::slots", crate::hours::slots::MANY),
    ("inbox", crate::inbox::MANY),
    ("log", crate::log::MANY),
    ("standing::circles", crate::standing::circles::MANY),
    ("standing::lapses", crate::standing::lapses::MANY),
];

/// Every text that the engine can get.
fn statements(engine: Engine) -> impl Iterator<Item = (String, &'static str)> {
    let fixed = MODULES.iter().flat_map(|(module, statements)| {
        statements
            .iter()
            .map(move |(name, sql)| (format!("{module}::{name}"), *sql))
    });
    let lists = LISTS.iter().flat_map(move |(module, lists)| {
        lists.iter().flat_map(move |(name, many)| {
            many.texts(engine)
                .map(move |sql| (format!("{module}::{name}"), sql))
        })
    });
    let sealed = crate::seal::STATEMENTS.iter();
    let sealed = sealed.map(|(name, sql)| (format!("seal::{name}"), *sql));
    fixed.chain(lists).chain(sealed)
}

async fn sqlite(directory: &Path) -> SqliteConnection {
    let mut connection = sqlite_file(directory).await;
    schema::sqlite()
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    connection
}

async fn sqlite_file(directory: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("proof.sqlite"))
        .create_if_missing(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// A connection to a new, migrated database, and how to drop it.
async fn postgres(name: &str) -> (PgConnection, PgConnection, String) {
    let (mut connection, admin, database) = postgres_empty(name).await;
    schema::postgres()
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    (connection, admin, database)
}

async fn postgres_empty(name: &str) -> (PgConnection, PgConnection, String) {
    #[expect(
        clippy::disallowed_methods,
        reason = "which cluster tests may use is the environment's to say"
    )]
    let cluster = std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: name a PostgreSQL cluster, or run `cargo xtask test`")
    });
    let database = format!("carecircle_proof_{name}_{}", std::process::id());
    let mut admin = PgConnection::connect(&cluster).await.unwrap();
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {database}")))
        .await
        .unwrap();
    let (server, _) = cluster.rsplit_once('/').unwrap();
    let connection = PgConnection::connect(&format!("{server}/{database}"));
    (connection.await.unwrap(), admin, database)
}

async fn drop_postgres(connection: PgConnection, mut admin: PgConnection, database: String) {
    connection.close().await.unwrap();
    admin
        .execute(AssertSqlSafe(format!("DROP DATABASE {database}")))
        .await
        .unwrap();
}

#[test]
fn every_module_with_statements_is_listed() {
    let fixed = MODULES.iter().map(|(module, _)| (*module).to_owned());
    let lists = LISTS.iter().map(|(module, _)| (*module).to_owned());
    let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    for (listed, begin) in [
        (fixed.collect::<BTreeSet<String>>(), "\nstatements! {"),
        (lists.collect(), "\nmany! {"),
    ] {
        let mut found = BTreeSet::new();
        find_statements(sources, "", begin, &mut found);
        assert_eq!(listed, found);
    }
}

/// The modules below a directory that declare statements, with their paths.
fn find_statements(directory: &Path, parent: &str, begin: &str, found: &mut BTreeSet<String>) {
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let module = format!("{parent}{name}");
        if path.is_dir() {
            find_statements(&path, &format!("{module}::"), begin, found);
        } else if std::fs::read_to_string(&path).unwrap().contains(begin) {
            found.insert(module);
        }
    }
}

#[test]
fn statements_keep_to_the_portable_subset() {
    let both = statements(Engine::Sqlite).chain(statements(Engine::Postgres));
    for (name, sql) in both {
        let upper = sql.to_uppercase();
        for word in [
            "NOW()",
            "CURRENT_TIME",
            "SKIP LOCKED",
            "FOR UPDATE",
            "::",
            "JSON",
            "SELECT *",
            "RETURNING *",
            " TRUE",
            " FALSE",
            "AS UUID",
            "AS BLOB",
            "AS BYTEA",
        ] {
            assert!(!upper.contains(word), "{name} uses {word}");
        }
    }
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let mut connection = sqlite(directory.path()).await;
    for (name, sql) in statements(Engine::Sqlite) {
        if let Err(error) = connection.prepare(sql.into_sql_str()).await {
            panic!("{name}: {error}");
        }
    }
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let (mut connection, admin, database) = postgres("prepare").await;
    for (name, sql) in statements(Engine::Postgres) {
        if let Err(error) = (&mut connection).prepare(sql.into_sql_str()).await {
            panic!("{name}: {error}");
        }
    }
    drop_postgres(connection, admin, database).await;
}

#[test]
fn every_migration_is_listed_and_stands_in_both_folders() {
    let listed: Vec<String> = schema::NAMES
        .iter()
        .map(|name| format!("{name}.sql"))
        .collect();
    for engine in ["sqlite", "postgres"] {
        let folder = format!("{}/../../migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        assert_eq!(files, listed, "{engine}");
    }
}
