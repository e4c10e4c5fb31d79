//! The database of a house or a server, reached beside its store: for what no verb does (a break, a theft, a time long
//! ago) and for what no verb shows. Each call opens a connection of its own and writes SQL as the engine wants it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use protocol::CircleId;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::Database;
use testkit::TestDatabase;
use tokio::sync::oneshot;

use super::Enrolled;

/// Two who come to the same row do so within this time, or something is wrong.
const DEADLINE: Duration = Duration::from_secs(30);

/// A database that something is done to beside its store.
#[derive(Clone, Copy)]
pub struct Beside<'d>(pub &'d TestDatabase);

impl Beside<'_> {
    /// Makes the planned circle live with these devices in its group, as commits would.
    pub async fn gather(self, circle: CircleId, devices: &[&Enrolled]) {
        let circle = self.id(circle.as_bytes());
        self.run(&format!(
            "UPDATE circle SET status = 'live', epoch = 5, era = 2 WHERE id = {circle}"
        ))
        .await;
        self.run(&format!(
            "INSERT INTO circle_group (circle, public_state, group_info)
             VALUES ({circle}, {}, {})
             ON CONFLICT (circle) DO UPDATE SET group_info = excluded.group_info",
            self.bytes(b"tree"),
            self.bytes(b"info"),
        ))
        .await;
        for enrolled in devices {
            let device = self.id(enrolled.caller.device.as_bytes());
            let account = self.id(enrolled.caller.account.as_bytes());
            self.run(&format!(
                "INSERT INTO circle_device (circle, device, account, added_seq)
                 VALUES ({circle}, {device}, {account}, 0)"
            ))
            .await;
            self.run(&format!(
                "UPDATE circle_member SET state = 'confirmed'
                 WHERE circle = {circle} AND account = {account}"
            ))
            .await;
        }
    }

    /// An id as this engine writes it in SQL.
    pub fn id(self, bytes: &[u8; 16]) -> String {
        match self.0.settings() {
            Database::Sqlite { .. } => self.bytes(bytes),
            Database::Postgres { .. } => format!("'{}'", uuid::Uuid::from_bytes(*bytes)),
        }
    }

    /// Bytes as this engine writes them in SQL.
    pub fn bytes(self, bytes: &[u8]) -> String {
        let hex = hex(bytes);
        match self.0.settings() {
            Database::Sqlite { .. } => format!("X'{hex}'"),
            Database::Postgres { .. } => format!("'\\x{hex}'::bytea"),
        }
    }

    /// Runs SQL beside the store.
    pub async fn run(self, sql: &str) {
        let changed = self.attempt(sql).await.unwrap();
        assert!(changed > 0, "a statement beside the store changed nothing");
    }

    /// Runs SQL beside the store that the database may refuse; how many rows it changed.
    pub async fn attempt(self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self.0.settings() {
            Database::Sqlite { directory } => {
                let mut on = sqlite(&directory).await;
                let done = sqlx::query(sql).execute(&mut on).await;
                on.close().await.unwrap();
                done?.rows_affected()
            }
            Database::Postgres { url, .. } => {
                let mut on = PgConnection::connect(&url).await.unwrap();
                let done = sqlx::query(sql).execute(&mut on).await;
                on.close().await.unwrap();
                done?.rows_affected()
            }
        })
    }

    /// Does both at the same time. On `PostgreSQL` neither gets past the rows that this SQL locks before both wait for a
    /// lock, `one` first: whatever they read before, both have read it then. On `SQLite`, which has one writer, one is
    /// done after the other.
    pub async fn at_once<A, B>(
        self,
        lock: &str,
        one: impl Future<Output = A>,
        other: impl Future<Output = B>,
    ) -> (A, B) {
        let Database::Postgres { url, .. } = self.0.settings() else {
            return (one.await, other.await);
        };
        let mut on = PgConnection::connect(&url).await.unwrap();
        let mut watch = PgConnection::connect(&url).await.unwrap();
        let mut holding = on.begin().await.unwrap();
        let rows = sqlx::query(AssertSqlSafe(lock.to_owned()));
        let rows = rows.fetch_all(&mut *holding).await.unwrap();
        assert!(!rows.is_empty(), "nothing is locked");
        let (waits, begins) = oneshot::channel();
        let watching = async move {
            until_waiting(&mut watch, 1).await;
            waits.send(()).unwrap();
            until_waiting(&mut watch, 2).await;
            holding.rollback().await.unwrap();
        };
        let other = async {
            begins.await.unwrap();
            other.await
        };
        let (one, other, ()) = tokio::join!(one, other, watching);
        (one, other)
    }

    /// The one number that a query beside the store yields.
    pub async fn count(self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        let (n,): (i64,) = match self.0.settings() {
            Database::Sqlite { directory } => {
                let mut on = sqlite(&directory).await;
                sqlx::query_as(sql).fetch_one(&mut on).await.unwrap()
            }
            Database::Postgres { url, .. } => {
                let mut on = PgConnection::connect(&url).await.unwrap();
                sqlx::query_as(sql).fetch_one(&mut on).await.unwrap()
            }
        };
        n
    }
}

/// Until so many wait for a lock in this database.
async fn until_waiting(on: &mut PgConnection, count: i64) {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let looking = async {
        loop {
            let (waiting,): (i64,) = sqlx::query_as(sql).fetch_one(&mut *on).await.unwrap();
            if waiting >= count {
                return;
            }
        }
    };
    let found = tokio::time::timeout(DEADLINE, looking).await;
    assert!(found.is_ok(), "{count} should wait for a lock by now");
}

/// A column of bytes that a query beside the store yields.
pub async fn blobs(database: &TestDatabase, sql: &str) -> Vec<Vec<u8>> {
    let sql = AssertSqlSafe(sql.to_owned());
    let rows: Vec<(Vec<u8>,)> = match database.settings() {
        Database::Sqlite { directory } => {
            let mut on = sqlite(&directory).await;
            sqlx::query_as(sql).fetch_all(&mut on).await.unwrap()
        }
        Database::Postgres { url, .. } => {
            let mut on = PgConnection::connect(&url).await.unwrap();
            sqlx::query_as(sql).fetch_all(&mut on).await.unwrap()
        }
    };
    rows.into_iter().map(|(bytes,)| bytes).collect()
}

/// A column of text that a query beside the store yields.
pub async fn texts(database: &TestDatabase, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(sql.to_owned());
    let rows: Vec<(String,)> = match database.settings() {
        Database::Sqlite { directory } => {
            let mut on = sqlite(&directory).await;
            sqlx::query_as(sql).fetch_all(&mut on).await.unwrap()
        }
        Database::Postgres { url, .. } => {
            let mut on = PgConnection::connect(&url).await.unwrap();
            sqlx::query_as(sql).fetch_all(&mut on).await.unwrap()
        }
    };
    rows.into_iter().map(|(text,)| text).collect()
}

/// As SQL writes bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

async fn sqlite(directory: &Path) -> SqliteConnection {
    let file = directory.join("carecircle.sqlite");
    SqliteConnection::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap()
}
