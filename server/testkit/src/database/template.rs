//! A database with every table and no row, made once for a cluster and copied for each test: PostgreSQL takes
//! seconds to apply all migrations.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// Held while a template is made, by whichever test comes first.
const LOCK: i64 = 0x6361_7265;

/// The name of the template with the migrations of this tree; made, if there is none.
pub(super) async fn ensure(cluster: &str) -> Result<String> {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    let migrator = Migrator::new(migrations).await?;
    let mut hasher = DefaultHasher::new();
    for migration in migrator.iter() {
        (migration.version, &migration.checksum).hash(&mut hasher);
    }
    let name = format!("carecircle_template_{:016x}", hasher.finish());
    let mut on = PgConnection::connect(cluster).await?;
    if !is_there(&mut on, &name).await? {
        lock(&mut on, "SELECT pg_advisory_lock($1)").await?;
        if !is_there(&mut on, &name).await? {
            make(cluster, &mut on, &migrator, &name).await?;
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
async fn make(cluster: &str, on: &mut PgConnection, migrator: &Migrator, name: &str) -> Result<()> {
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
