//! A database of its own for each server: a file in a temporary directory, or a database in the
//! PostgreSQL cluster that `CARECIRCLE_TEST_POSTGRES` names.

mod template;

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use store::Database;

/// The variable that names a cluster in which databases may be made:
/// `postgres://user@host:port/postgres`.
pub const POSTGRES: &str = "CARECIRCLE_TEST_POSTGRES";

/// Which engine a server stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file.
    Sqlite,
    /// A cluster that the environment names.
    Postgres,
}

impl Engine {
    /// Every engine: what must hold, must hold on each.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A database that is gone when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
    made: Option<Made>,
}

#[derive(Debug)]
struct Made {
    cluster: String,
    name: String,
}

/// A database as it once was. Gone when this is dropped.
#[derive(Debug)]
pub struct Copy {
    made: Option<Made>,
    files: Vec<(std::path::PathBuf, Vec<u8>)>,
}

impl TestDatabase {
    /// Makes one with every table in it. Without a cluster, PostgreSQL fails with a sentence: a leg that did
    /// not run must not look like one that passed.
    pub async fn make(engine: Engine, directory: &Path) -> Result<Self> {
        let directory = directory.to_owned();
        if engine == Engine::Sqlite {
            template::copy_sqlite(&directory).await?;
            return Ok(Self {
                database: Database::Sqlite { directory },
                made: None,
            });
        }
        let cluster = cluster()?;
        let (name, template) = (name(), template::postgres(&cluster).await?);
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        run(&cluster, create)
            .await
            .with_context(|| format!("{POSTGRES}: cannot make a database"))?;
        let (server, _) = cluster.rsplit_once('/').unwrap_or((&cluster, ""));
        Ok(Self {
            database: Database::Postgres {
                url: format!("{server}/{name}"),
                directory,
            },
            made: Some(Made { cluster, name }),
        })
    }

    /// Whether the bytes stand anywhere in what the engine stores: on SQLite in any file of the data
    /// directory (database, write-ahead log, whatever else lies there), on PostgreSQL in any row of any
    /// table, plain or as hex.
    pub async fn holds(&self, bytes: &[u8]) -> Result<bool> {
        let held = match &self.database {
            Database::Sqlite { directory } => everything_below(directory)?,
            Database::Postgres { url, .. } => every_row(url).await?,
        };
        let hex = bytes
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        let stands = |text: &[u8]| held.windows(text.len()).any(|window| window == text);
        Ok(stands(bytes) || stands(hex.as_bytes()))
    }

    /// A copy of everything as it stands, while the server is down.
    pub async fn copy(&self) -> Result<Copy> {
        if let Some(made) = &self.made {
            let name = format!("{}_copy", made.name);
            let sql = format!("CREATE DATABASE {name} TEMPLATE {}", made.name);
            run(&made.cluster, sql).await?;
            let made = Some(Made {
                cluster: made.cluster.clone(),
                name,
            });
            Ok(Copy {
                made,
                files: Vec::new(),
            })
        } else {
            let mut files = Vec::new();
            for entry in std::fs::read_dir(self.directory())? {
                let path = entry?.path();
                if path.is_file() {
                    let bytes = std::fs::read(&path)?;
                    files.push((path, bytes));
                }
            }
            Ok(Copy { made: None, files })
        }
    }

    /// Everything is as it was when the copy was made, as after a disaster. The server must be down.
    pub async fn restore(&self, copy: &Copy) -> Result<()> {
        if let (Some(made), Some(from)) = (&self.made, &copy.made) {
            let Made { cluster, name } = made;
            run(cluster, format!("DROP DATABASE {name} WITH (FORCE)")).await?;
            let sql = format!("CREATE DATABASE {name} TEMPLATE {}", from.name);
            return run(cluster, sql).await;
        }
        for entry in std::fs::read_dir(self.directory())? {
            let path = entry?.path();
            if path.is_file() {
                std::fs::remove_file(path)?;
            }
        }
        for (path, bytes) in &copy.files {
            std::fs::write(path, bytes)?;
        }
        Ok(())
    }

    fn directory(&self) -> &Path {
        match &self.database {
            Database::Sqlite { directory } | Database::Postgres { directory, .. } => directory,
        }
    }

    /// What the store opens.
    pub fn settings(&self) -> Database {
        self.database.clone()
    }
}

fn everything_below(directory: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            bytes.extend(everything_below(&path)?);
        } else if path.is_file() {
            bytes.extend(std::fs::read(&path)?);
        }
    }
    Ok(bytes)
}

/// Every row of every table as PostgreSQL prints it: bytes as hex.
async fn every_row(url: &str) -> Result<Vec<u8>> {
    let mut on = PgConnection::connect(url).await?;
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&mut on)
            .await?;
    let mut bytes = Vec::new();
    for (table,) in tables {
        let rows = format!("SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t");
        let (text,): (String,) = sqlx::query_as(AssertSqlSafe(rows))
            .fetch_one(&mut on)
            .await?;
        bytes.extend(text.into_bytes());
    }
    on.close().await?;
    Ok(bytes)
}

#[expect(
    clippy::disallowed_methods,
    reason = "which cluster tests may use is the environment's to say; it configures no server"
)]
fn cluster() -> Result<String> {
    std::env::var(POSTGRES).with_context(|| {
        format!(
            "{POSTGRES} is not set: name a PostgreSQL cluster in which databases may be made \
             (postgres://user@host:port/postgres), or run `cargo xtask test`, which starts one"
        )
    })
}

/// A name that no other test, in this process or another, has.
fn name() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    format!("carecircle_test_{}_{number}", std::process::id())
}

async fn run(cluster: &str, sql: String) -> Result<()> {
    let mut connection = PgConnection::connect(cluster).await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await?;
    Ok(())
}

impl Drop for Made {
    fn drop(&mut self) {
        let (cluster, name) = (self.cluster.clone(), self.name.clone());
        // A runtime of its own on a thread of its own: the one that is here may be going down.
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let thread = std::thread::spawn(move || -> Result<()> {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build()?.block_on(run(&cluster, sql))
        });
        if !matches!(thread.join(), Ok(Ok(()))) {
            eprintln!("a test's database could not be dropped");
        }
    }
}
