//! The database of a house or a server, reached beside its store: for what no verb does (a break, a theft, a time long
//! ago) and for what no verb shows. Each call opens a connection of its own and writes SQL as the engine wants it.

use std::fmt::Write as _;
use std::path::Path;

use protocol::CircleId;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::Database;
use testkit::TestDatabase;

use super::Enrolled;

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
