//! Both engines have the same tables.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row as _;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use super::{drop_postgres, postgres, sqlite};

/// A column as both engines can say it.
#[derive(Debug, PartialEq, Eq)]
struct Column {
    kind: &'static str,
    required: bool,
}

type Schema = BTreeMap<(String, String), Column>;

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let directory = tempfile::tempdir().unwrap();
    let mut lite = sqlite(directory.path()).await;
    let (mut pg, admin, database) = postgres("parity").await;
    let (lite_columns, lite_indexes) = sqlite_schema(&mut lite).await;
    let (pg_columns, mut pg_indexes) = postgres_schema(&mut pg).await;
    drop_postgres(pg, admin, database).await;
    assert!(lite_columns.len() > 100, "{} columns", lite_columns.len());
    assert_eq!(lite_columns, pg_columns);
    // The index of an exclusion constraint, for which SQLite has triggers.
    pg_indexes.remove("claim_overlap");
    assert_eq!(lite_indexes, pg_indexes);
}

async fn sqlite_schema(connection: &mut SqliteConnection) -> (Schema, BTreeSet<String>) {
    let columns = sqlx::query(
        "SELECT t.name AS tab, c.name AS col, c.type AS kind, c.\"notnull\" AS required
         FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE '\\_%' ESCAPE '\\'",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let columns = columns
        .iter()
        .map(|row| {
            let column = Column {
                kind: kind(row.get::<&str, _>("kind")),
                required: row.get::<i64, _>("required") != 0,
            };
            ((row.get("tab"), row.get("col")), column)
        })
        .collect();
    let indexes =
        sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(connection)
            .await
            .unwrap();
    (columns, indexes.iter().map(|row| row.get("name")).collect())
}

async fn postgres_schema(connection: &mut PgConnection) -> (Schema, BTreeSet<String>) {
    let columns = sqlx::query(
        "SELECT table_name::text AS tab, column_name::text AS col, data_type::text AS kind,
            is_nullable::text AS nullable
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let columns = columns
        .iter()
        .map(|row| {
            let column = Column {
                kind: kind(row.get::<&str, _>("kind")),
                required: row.get::<&str, _>("nullable") == "NO",
            };
            ((row.get("tab"), row.get("col")), column)
        })
        .collect();
    let indexes = sqlx::query(
        "SELECT indexname::text AS name FROM pg_indexes
         WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey'
            AND indexname NOT LIKE '%\\_key'",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    (columns, indexes.iter().map(|row| row.get("name")).collect())
}

fn kind(type_name: &str) -> &'static str {
    match type_name {
        "INTEGER" | "bigint" => "integer",
        "TEXT" | "text" => "text",
        "BLOB" | "bytea" | "uuid" => "bytes",
        other => panic!("not in the portable subset: {other}"),
    }
}
