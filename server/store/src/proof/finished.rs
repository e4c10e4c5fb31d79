//! What a migration finishes of what nobody saw any more, and what it leaves to be seen to.

use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use super::moved::written;
use super::{drop_postgres, postgres_empty, sqlite_file};
use crate::engine::Engine;
use crate::schema;

/// The last migration by which tasks of whoever has gone were hidden.
const BEFORE: i64 = 46;

/// Account 1 serves client 3 no longer, account 2 does. Visit 4 has been, visit 5 is to come.
const ROWS: [&str; 4] = [
    "INSERT INTO assignment (id, account, client, from_at, ended_at) VALUES (@1, @1, @3, 5, 6)",
    "INSERT INTO assignment (id, account, client, from_at) VALUES (@2, @2, @3, 5)",
    "INSERT INTO appointment (id, client, organizer, kind, state, civil_start, zone, minutes,
            start_at, end_at, tzdb_version, ics_uid, ics_sequence, told_at, created_at, version)
        VALUES (@4, @3, @1, 'phone', 'booked', '', '', 30, 5, 6, '', 'four', 0, 5, 5, 0)",
    "INSERT INTO appointment (id, client, organizer, kind, state, civil_start, zone, minutes,
            start_at, end_at, tzdb_version, ics_uid, ics_sequence, told_at, created_at, version)
        VALUES (@5, @3, @1, 'phone', 'booked', '', '', 30, 9000000000000000, 9000000000000001, '',
            'five', 0, 5, 5, 0)",
];

/// Account, kind and visit of a task, when it was made, and whether it is finished.
const TASKS: [(&str, &str, &str, &str, bool); 9] = [
    ("@1", "cannot_reach_by_email", "@4", "5", true),
    ("@1", "called_off", "@4", "5", true),
    ("@1", "outcome_due", "@4", "5", false),
    ("@1", "no_show", "@4", "5", false),
    ("@1", "call_client", "@4", "5", false),
    ("@1", "declined", "@5", "5", false),
    ("@2", "declined", "@4", "5", false),
    ("@1", "answered_by_mail", "NULL", "5", true),
    ("@1", "series_conflict", "NULL", "9000000000000000", false),
];

/// The task with that place in the list.
fn task(n: usize) -> String {
    let (account, kind, visit, made, _) = TASKS[n];
    format!(
        "INSERT INTO task (id, account, kind, client, person, appointment, created_at)
            VALUES (@{}, {account}, '{kind}', @3, @3, {visit}, {made})",
        n + 1
    )
}

fn is_finished(n: usize) -> String {
    format!(
        "SELECT COUNT(*) FROM task WHERE id = @{} AND done_at > 1700000000000000",
        n + 1
    )
}

#[tokio::test]
async fn what_is_over_and_was_hidden_is_finished_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let mut on: SqliteConnection = sqlite_file(directory.path()).await;
    // What the rows refer to is not there.
    on.execute("PRAGMA foreign_keys = OFF").await.unwrap();
    let migrator = schema::sqlite();
    let before = migrator.run_direct(Some(BEFORE), &mut on, false);
    before.await.unwrap();
    for row in ROWS {
        on.execute(written(row, Engine::Sqlite)).await.unwrap();
    }
    for n in 0..TASKS.len() {
        let row = written(&task(n), Engine::Sqlite);
        on.execute(row).await.unwrap();
    }
    migrator.run_direct(None, &mut on, false).await.unwrap();
    for (n, (_, kind, .., finished)) in TASKS.iter().enumerate() {
        let count = sqlx::query_scalar::<_, i64>(written(&is_finished(n), Engine::Sqlite));
        let count = count.fetch_one(&mut on).await.unwrap();
        assert_eq!(count, i64::from(*finished), "{n}: {kind}");
    }
}

#[tokio::test]
async fn what_is_over_and_was_hidden_is_finished_on_postgres() {
    let (mut on, admin, database): (PgConnection, _, _) = postgres_empty("finished").await;
    on.execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let migrator = schema::postgres();
    let before = migrator.run_direct(Some(BEFORE), &mut on, false);
    before.await.unwrap();
    for row in ROWS {
        on.execute(written(row, Engine::Postgres)).await.unwrap();
    }
    for n in 0..TASKS.len() {
        let row = written(&task(n), Engine::Postgres);
        on.execute(row).await.unwrap();
    }
    migrator.run_direct(None, &mut on, false).await.unwrap();
    for (n, (_, kind, .., finished)) in TASKS.iter().enumerate() {
        let count = sqlx::query_scalar::<_, i64>(written(&is_finished(n), Engine::Postgres));
        let count = count.fetch_one(&mut on).await.unwrap();
        assert_eq!(count, i64::from(*finished), "{n}: {kind}");
    }
    drop_postgres(on, admin, database).await;
}
