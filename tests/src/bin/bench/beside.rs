//! SQL beside the store, for what no verb does: to make the past, and to count without the code that is measured.

use anyhow::Result;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::Database;
use testkit::TestDatabase;

/// Runs statements one after the other; how many rows each changed.
pub async fn run(database: &TestDatabase, statements: &[&str]) -> Result<Vec<u64>> {
    let mut changed = Vec::with_capacity(statements.len());
    match database.settings() {
        Database::Sqlite { directory } => {
            let mut on = sqlite(&directory).await?;
            for sql in statements {
                let done = sqlx::query(AssertSqlSafe((*sql).to_owned()));
                changed.push(done.execute(&mut on).await?.rows_affected());
            }
            on.close().await?;
        }
        Database::Postgres { url, .. } => {
            let mut on = PgConnection::connect(&url).await?;
            for sql in statements {
                let done = sqlx::query(AssertSqlSafe((*sql).to_owned()));
                changed.push(done.execute(&mut on).await?.rows_affected());
            }
            on.close().await?;
        }
    }
    Ok(changed)
}

/// The one number that a query yields.
pub async fn count(database: &TestDatabase, sql: &str) -> Result<i64> {
    let sql = AssertSqlSafe(sql.to_owned());
    let (count,): (i64,) = match database.settings() {
        Database::Sqlite { directory } => {
            let mut on = sqlite(&directory).await?;
            sqlx::query_as(sql).fetch_one(&mut on).await?
        }
        Database::Postgres { url, .. } => {
            let mut on = PgConnection::connect(&url).await?;
            sqlx::query_as(sql).fetch_one(&mut on).await?
        }
    };
    Ok(count)
}

async fn sqlite(directory: &std::path::Path) -> Result<SqliteConnection> {
    let file = directory.join("carecircle.sqlite");
    Ok(SqliteConnection::connect(&format!("sqlite://{}", file.display())).await?)
}
