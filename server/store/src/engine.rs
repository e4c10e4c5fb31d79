//! The only file that names two engines.
//!
//! SQL is written once, as `&'static str` with `$1…$n`, in the subset that both engines read
//! (architecture.md, section 4). Here it meets a native connection: [`Statement`] has one arm per
//! engine, [`Value`] is what both can bind, [`Row`] what both can yield, and there are four verbs:
//! `all`, `maybe`, `one`, `run`. What else differs is one function each: how a transaction begins, and
//! which errors mean "again".

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use protocol::Code;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{
    Arguments as _, ConnectOptions as _, Connection as _, Encode, FromRow, PgConnection, PgPool,
    Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction, Type,
};

use crate::error::{Error, OpenError, Result};
use crate::settings::Database;

/// The database file in the data directory.
const SQLITE_FILE: &str = "carecircle.sqlite";
/// Older libraries have a race that corrupts the write-ahead log.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
const SQLITE_MIN_TEXT: &str = "3.51.3";
/// What each connection may keep in memory of the file: 16 MiB, said in KiB.
const SQLITE_CACHE: &str = "-16384";
/// Pages in the write-ahead log (4 KiB each) before they are put into their places.
const SQLITE_CHECKPOINT_PAGES: &str = "4000";
/// Puts the write-ahead log into its place and empties it: busy, pages of the log, pages put.
const SQLITE_EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// How often that is tried while readers still need the log, and the pause between.
const EMPTY_LOG_TRIES: u32 = 20;
const EMPTY_LOG_PAUSE: Duration = Duration::from_millis(50);
/// Writes the tables of keys anew, without what was deleted or overwritten.
const POSTGRES_WRITE_KEYS_ANEW: [&str; 3] = [
    "VACUUM (FULL) client_key",
    "VACUUM (FULL) seal_key",
    "VACUUM (FULL) agency",
];
/// Readers beside the one writer.
const READERS: u32 = 4;
/// Connections to `PostgreSQL`.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Waiting for a connection longer than this is [`Error::Busy`].
const ACQUIRE: Duration = Duration::from_secs(10);
/// A connection that was given back this lately was tested then; another test would cost every transaction a trip.
const UNTESTED: Duration = Duration::from_secs(1);
/// Prepared statements kept by each connection: those that were used last, of more than twice as many.
const STATEMENTS_CACHED: usize = 384;

/// Every statement here goes by keys, as `SQLite` has no other way. A plan is kept for as long as its
/// connection, and one that was made while a table was small must not read it from end to end once it
/// is large. Where there is no other way, the price that this sets on it would have it compiled first,
/// which takes a hundred times as long as the statement.
const BY_KEYS: [(&str, &str); 4] = [
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_seqscan", "off"),
    ("jit", "off"),
];

/// A value that both engines can bind.
pub(crate) trait Value:
    Send + Type<Sqlite> + for<'q> Encode<'q, Sqlite> + Type<Postgres> + for<'q> Encode<'q, Postgres>
{
}
impl<T> Value for T where
    T: Send
        + Type<Sqlite>
        + for<'q> Encode<'q, Sqlite>
        + Type<Postgres>
        + for<'q> Encode<'q, Postgres>
{
}

/// A row that both engines can yield.
pub(crate) trait Row:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}
impl<T> Row for T where T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{}

/// The open database.
pub(crate) enum Pools {
    /// One writer, and readers that cannot write.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    /// One pool for both.
    Postgres(PgPool),
}

impl Pools {
    /// Connects, refusing a library that is too old.
    pub(crate) async fn open(database: &Database) -> Result<Self, OpenError> {
        match database {
            Database::Sqlite { directory } => open_sqlite(directory).await,
            Database::Postgres { url, .. } => {
                let options = PgConnectOptions::from_str(url)
                    .map_err(|_| OpenError::Database("its URL cannot be read".to_owned()))?
                    .statement_cache_capacity(STATEMENTS_CACHED)
                    .options(BY_KEYS)
                    .disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(ACQUIRE)
                    .test_before_acquire(false)
                    .before_acquire(|on, was| {
                        Box::pin(async move {
                            if was.idle_for >= UNTESTED {
                                on.ping().await?;
                            }
                            Ok(true)
                        })
                    })
                    .connect_with(options)
                    .await
                    .map_err(|error| OpenError::Database(trouble(error)))?;
                Ok(Self::Postgres(pool))
            }
        }
    }

    /// Whether this process is the only one that writes.
    pub(crate) fn writes_alone(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// Begins a transaction that may write. On `SQLite` it takes the write lock at once, so that it
    /// cannot fail half-way for having read first.
    pub(crate) async fn begin_write(&self) -> Result<Connection> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                Connection::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pool) => Connection::Postgres(begin_whole(pool, "BEGIN").await?),
        })
    }

    /// Begins a transaction that sees one state of the database and cannot write.
    pub(crate) async fn begin_read(&self) -> Result<Connection> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => Connection::Postgres(
                begin_whole(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?,
            ),
        })
    }

    /// A connection for one statement that reads: it sees one state of the database without a transaction
    /// around it, which would cost two more trips.
    pub(crate) async fn look(&self) -> Result<Connection> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::SqliteAlone(readers.acquire().await?),
            Self::Postgres(pool) => Connection::PostgresAlone(pool.acquire().await?),
        })
    }

    /// Applies the migrations of this release.
    pub(crate) async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        match self {
            Self::Sqlite { writer, .. } => crate::schema::sqlite().run(writer).await,
            Self::Postgres(pool) => crate::schema::postgres().run(pool).await,
        }
    }

    /// Makes what was destroyed vanish from the database's own files too, as far as the engine lets it:
    /// `SQLite` overwrites deleted bytes and empties its log, `PostgreSQL` writes the tables of keys anew
    /// (its log of writes goes by its own rules). Whether it did.
    pub(crate) async fn forget_destroyed(&self) -> bool {
        match self {
            Self::Sqlite { writer, .. } => {
                for _ in 0..EMPTY_LOG_TRIES {
                    let emptied = sqlx::query_as::<_, (i64, i64, i64)>(SQLITE_EMPTY_LOG);
                    if matches!(emptied.fetch_one(writer).await, Ok((0, _, _))) {
                        return true;
                    }
                    tokio::time::sleep(EMPTY_LOG_PAUSE).await;
                }
                false
            }
            Self::Postgres(pool) => {
                let mut done = true;
                for sql in POSTGRES_WRITE_KEYS_ANEW {
                    done &= sqlx::raw_sql(sql).execute(pool).await.is_ok();
                }
                done
            }
        }
    }

    /// Waits for transactions under way and closes every connection.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins a transaction also if whoever asked for it is gone before the answer: then it is rolled back.
/// Given up half-way, sqlx takes the connection for one without a transaction while `PostgreSQL` has one
/// open, and whoever gets it next reads a past that may be over, or cannot write.
#[expect(
    clippy::disallowed_methods,
    reason = "it must outlive whoever asked, and ends with the answer to its one statement"
)]
async fn begin_whole(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    Ok(begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))?)
}

async fn open_sqlite(directory: &Path) -> Result<Pools, OpenError> {
    let file = directory.join(SQLITE_FILE);
    let cannot_open =
        |error| OpenError::Database(format!("{}: {}", file.display(), trouble(error)));
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", SQLITE_CACHE)
        .pragma("temp_store", "memory")
        // What is deleted is overwritten: a destroyed key must not lie in a free page.
        .pragma("secure_delete", "on")
        .pragma("wal_autocheckpoint", SQLITE_CHECKPOINT_PAGES)
        .statement_cache_capacity(STATEMENTS_CACHED)
        .disable_statement_logging();
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await
        .map_err(cannot_open)?;
    let (found,): (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(&writer)
        .await
        .map_err(cannot_open)?;
    if !at_least(&found, SQLITE_MIN) {
        return Err(OpenError::SqliteTooOld {
            found,
            needed: SQLITE_MIN_TEXT,
        });
    }
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_with(options.create_if_missing(false).read_only(true))
        .await
        .map_err(cannot_open)?;
    Ok(Pools::Sqlite { writer, readers })
}

/// Whether a version such as `3.51.3` is the minimum or later.
fn at_least(found: &str, min: (u32, u32, u32)) -> bool {
    let mut parts = found.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= min
}

/// What a statement runs on.
enum Native<'t> {
    Sqlite(&'t mut SqliteConnection),
    Postgres(&'t mut PgConnection),
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A transaction on one connection, rolled back when dropped; or a connection for one statement alone.
pub(crate) enum Connection {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
    SqliteAlone(PoolConnection<Sqlite>),
    PostgresAlone(PoolConnection<Postgres>),
}

impl Connection {
    /// The engine behind it.
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) | Self::SqliteAlone(_) => Engine::Sqlite,
            Self::Postgres(_) | Self::PostgresAlone(_) => Engine::Postgres,
        }
    }

    /// Begins a statement.
    pub(crate) fn sql(&mut self, sql: &'static str) -> Statement<'_> {
        let on = match self {
            Self::Sqlite(on) => Native::Sqlite(on),
            Self::SqliteAlone(on) => Native::Sqlite(on),
            Self::Postgres(on) => Native::Postgres(on),
            Self::PostgresAlone(on) => Native::Postgres(on),
        };
        match on {
            Native::Sqlite(on) => Statement::Sqlite {
                on,
                sql,
                args: SqliteArguments::default(),
            },
            Native::Postgres(on) => Statement::Postgres {
                on,
                sql,
                args: PgArguments::default(),
            },
        }
    }

    /// Makes it durable.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
            Self::SqliteAlone(_) | Self::PostgresAlone(_) => {}
        }
        Ok(())
    }

    /// Undoes it.
    pub(crate) async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => transaction.rollback().await?,
            Self::SqliteAlone(_) | Self::PostgresAlone(_) => {}
        }
        Ok(())
    }
}

/// One statement under construction.
pub(crate) enum Statement<'t> {
    Sqlite {
        on: &'t mut SqliteConnection,
        sql: &'static str,
        args: SqliteArguments,
    },
    Postgres {
        on: &'t mut PgConnection,
        sql: &'static str,
        args: PgArguments,
    },
}

impl Statement<'_> {
    /// Binds the next parameter.
    pub(crate) fn bind(mut self, value: impl Value) -> Self {
        match &mut self {
            Self::Sqlite { args, .. } => args.add(value),
            Self::Postgres { args, .. } => args.add(value),
        }
        .expect("integers, texts, bytes and ids always encode");
        self
    }

    /// Every row.
    pub(crate) async fn all<R: Row>(self) -> Result<Vec<R>> {
        Ok(match self {
            Self::Sqlite { on, sql, args } => sqlx::query_as_with(sql, args).fetch_all(on).await?,
            Self::Postgres { on, sql, args } => {
                sqlx::query_as_with(sql, args).fetch_all(on).await?
            }
        })
    }

    /// The row, if there is one.
    pub(crate) async fn maybe<R: Row>(self) -> Result<Option<R>> {
        Ok(match self {
            Self::Sqlite { on, sql, args } => {
                sqlx::query_as_with(sql, args).fetch_optional(on).await?
            }
            Self::Postgres { on, sql, args } => {
                sqlx::query_as_with(sql, args).fetch_optional(on).await?
            }
        })
    }

    /// The row that must be there.
    pub(crate) async fn one<R: Row>(self) -> Result<R> {
        Ok(match self {
            Self::Sqlite { on, sql, args } => sqlx::query_as_with(sql, args).fetch_one(on).await?,
            Self::Postgres { on, sql, args } => {
                sqlx::query_as_with(sql, args).fetch_one(on).await?
            }
        })
    }

    /// Runs it; the number of rows it changed.
    pub(crate) async fn run(self) -> Result<u64> {
        Ok(match self {
            Self::Sqlite { on, sql, args } => sqlx::query_with(sql, args)
                .execute(on)
                .await?
                .rows_affected(),
            Self::Postgres { on, sql, args } => sqlx::query_with(sql, args)
                .execute(on)
                .await?
                .rows_affected(),
        })
    }
}

/// Errors after which the same transaction may succeed: lock contention and deadlock (`SQLITE_BUSY`,
/// `SQLITE_LOCKED` with their extended forms; `PostgreSQL` 40001 and 40P01), and a full disk
/// (`SQLITE_FULL`, 53100), on which reads go on and writes are asked to come again.
const AGAIN: &[&str] = &[
    "5", "261", "517", "6", "262", "13", "40001", "40P01", "53100",
];

/// What both backstops against double booking say: `SQLite`'s triggers, and `PostgreSQL`'s exclusion
/// constraint by its name.
const CLAIM_OVERLAP: &str = "claim_overlap";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(error) => match error.code() {
                Some(code) if AGAIN.contains(&&*code) => Self::Busy,
                _ if error.message().contains(CLAIM_OVERLAP) => Self::from(Code::SlotTaken),
                code => Self::broken(format!(
                    "database error {}: {}",
                    code.as_deref().unwrap_or("without a code"),
                    error.message()
                )),
            },
            other => Self::broken(other.to_string()),
        }
    }
}

/// For opening: what the trouble is, without the URL.
fn trouble(error: sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::PoolTimedOut => format!("no answer within {ACQUIRE:?}; is it running?"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_that_cannot_be_opened_is_named_and_why() {
        let away = trouble(sqlx::Error::PoolTimedOut);
        assert_eq!(away, "no answer within 10s; is it running?");
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(SQLITE_FILE);
        std::fs::create_dir(&file).unwrap();
        let opened = open_sqlite(directory.path()).await.map(drop);
        let said = opened.unwrap_err().to_string();
        assert!(said.contains(file.to_str().unwrap()), "{said}");
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(at_least("3.51.3", SQLITE_MIN));
        assert!(at_least("3.100.0", SQLITE_MIN));
        assert!(at_least("4.0", SQLITE_MIN));
        assert!(!at_least("3.51.2", SQLITE_MIN));
        assert!(!at_least("3.9.99", SQLITE_MIN));
        assert_eq!(
            SQLITE_MIN_TEXT,
            format!("{}.{}.{}", SQLITE_MIN.0, SQLITE_MIN.1, SQLITE_MIN.2)
        );
    }
}
