//! A database with every table and no row, made once and copied for each test: to apply all migrations takes
//! `SQLite` a good part of a second, PostgreSQL seconds.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

/// Held while a template is made, by whichever test comes first.
const LOCK: i64 = 0x6361_7265;
/// The file that the store opens in its directory.
const SQLITE_FILE: &str = "carecircle.sqlite";

/// The migrations of this tree and a name that is theirs alone.
async fn migrations(engine: &str) -> Result<(Migrator, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let migrator = Migrator::new(folder.join(engine)).await?;
    let mut hasher = DefaultHasher::new();
    for migration in migrator.iter() {
        (migration.version, &migration.checksum).hash(&mut hasher);
    }
    let name = format!("carecircle_template_{:016x}", hasher.finish());
    Ok((migrator, name))
}

/// Puts a copy into a directory, where no database stands yet.
pub(super) async fn copy_sqlite(directory: &Path) -> Result<()> {
    let (migrator, name) = migrations("sqlite").await?;
    let whole = std::env::temp_dir().join(name);
    if !whole.exists() {
        make_sqlite(&migrator, &whole).await?;
    }
    std::fs::create_dir_all(directory)?;
    std::fs::copy(&whole, directory.join(SQLITE_FILE)).context("cannot copy the template")?;
    Ok(())
}

/// Tests that begin together may each make one: it gets its name when it is whole, and any will do.
async fn make_sqlite(migrator: &Migrator, whole: &Path) -> Result<()> {
    let made = tempfile::Builder::new().tempdir_in(std::env::temp_dir())?;
    let file = made.path().join(SQLITE_FILE);
    let options = SqliteConnectOptions::new().filename(&file);
    let options = options.create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let mut inside = options.connect().await?;
    migrator.run(&mut inside).await?;
    inside.close().await?;
    std::fs::rename(&file, whole).context("cannot name the template")
}

/// The name of PostgreSQL's template in a cluster; made, if there is none.
pub(super) async fn postgres(cluster: &str) -> Result<String> {
    let (migrator, name) = migrations("postgres").await?;
    let mut on = PgConnection::connect(cluster).await?;
    if !is_there(&mut on, &name).await? {
        lock(&mut on, "SELECT pg_advisory_lock($1)").await?;
        if !is_there(&mut on, &name).await? {
            make_postgres(cluster, &mut on, &migrator, &name).await?;
        }
        lock(&mut on, "SELECT pg_advisory_unlock($1)").await?;
    }
    on.close().await?;
    Ok(name)
}

async fn is_there(on: &mut PgConnection, name: &str) -> Result<bool> {
    let found = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1");
    Ok(found
        .bind(name.to_owned())
        .fetch_optional(on)
        .await?
        .is_some())
}

async fn lock(on: &mut PgConnection, sql: &'static str) -> Result<()> {
    sqlx::query(sql).bind(LOCK).execute(on).await?;
    Ok(())
}

/// It gets its name when it is whole: whoever died over it left nothing that looks like one.
async fn make_postgres(
    cluster: &str,
    on: &mut PgConnection,
    migrator: &Migrator,
    name: &str,
) -> Result<()> {
    let half = format!("{name}_half");
    let (server, _) = cluster.rsplit_once('/').context("no database's URL")?;
    for sql in [
        format!("DROP DATABASE IF EXISTS {half}"),
        format!("CREATE DATABASE {half}"),
    ] {
        on.execute(AssertSqlSafe(sql)).await?;
    }
    let mut inside = PgConnection::connect(&format!("{server}/{half}")).await?;
    migrator.run(&mut inside).await?;
    inside.close().await?;
    let sql = format!("ALTER DATABASE {half} RENAME TO {name}");
    on.execute(AssertSqlSafe(sql)).await?;
    Ok(())
}
