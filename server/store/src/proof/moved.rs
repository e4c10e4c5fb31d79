//! What a migration moves to another table is the same there.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::{drop_postgres, postgres_empty, sqlite_file};
use crate::engine::Engine;
use crate::schema;

/// The last migration that knows three tables of single mails.
const BEFORE_SINGLE_MAILS: i64 = 30;

/// `@n` is an id, `~n` are bytes.
const ROWS: [&str; 7] = [
    "INSERT INTO invitation (id, secret_hash, account, created_at, expires_at)
        VALUES (@1, ~1, @9, 5, 900)",
    "INSERT INTO intake (id, account, inviter, inviter_aik, inviter_mac, created_at)
        VALUES (@1, @9, @9, ~1, ~1, 5)",
    "INSERT INTO invitation_mail (id, address, link, language, due_at, state, tries, began, created_at)
        VALUES (@1, ~2, ~3, 'es', 6, 'planned', 1, 1, 5)",
    "INSERT INTO booking_link (id, secret_hash, client, kind, minutes, first_day, last_day, made_by,
            made_at, expires_at)
        VALUES (@2, ~4, @8, 'phone', 30, '2026-11-09', '2026-11-20', @9, 5, 800)",
    "INSERT INTO booking_link_mail (id, due_at, state, reason, tries, began, address, language,
            disclosure, created_at, settled_at)
        VALUES (@2, 6, 'failed', 'rejected', 0, 1, @7, 'en', 'times', 5, 7)",
    "INSERT INTO answer_mail (id, person, day, due_at, not_after, state, tries, began, lease,
            leased_until, created_at)
        VALUES (@3, @8, '2026-11-02', 6, 700, 'leased', 0, 0, ~5, 60, 5)",
    "INSERT INTO task (id, account, kind, client, person, created_at)
        VALUES (@4, @9, 'declined', @8, @8, 5)",
];

/// Each is there once.
const MOVED: [&str; 4] = [
    "SELECT COUNT(*) FROM single_mail
        WHERE id = @1 AND kind = 'invitation' AND intake = @1 AND person IS NULL
            AND typed_address = ~2 AND link = ~3 AND language = 'es' AND due_at = 6
            AND not_after = 900 AND state = 'planned' AND tries = 1 AND began = 1
            AND written_at = 5 AND created_at = 5",
    "SELECT COUNT(*) FROM single_mail
        WHERE id = @2 AND kind = 'booking_link' AND booking_link = @2 AND person = @8
            AND not_after = 800 AND state = 'failed' AND reason = 'rejected' AND began = 1
            AND address = @7 AND language = 'en' AND disclosure = 'times' AND settled_at = 7",
    "SELECT COUNT(*) FROM single_mail
        WHERE id = @3 AND kind = 'answer' AND person = @8 AND day = '2026-11-02'
            AND not_after = 700 AND state = 'leased' AND lease = ~5 AND leased_until = 60",
    "SELECT COUNT(*) FROM task WHERE id = @4 AND kind = 'declined'",
];

pub(super) fn written(sql: &str, engine: Engine) -> AssertSqlSafe<String> {
    let mut text = sql.to_owned();
    for n in 1..=9 {
        let hex = format!("{n:032x}");
        let (id, bytes) = match engine {
            Engine::Sqlite => (format!("X'{hex}'"), format!("X'{hex}'")),
            Engine::Postgres => (format!("CAST('{hex}' AS UUID)"), format!("'\\x{hex}'")),
        };
        text = text.replace(&format!("@{n}"), &id);
        text = text.replace(&format!("~{n}"), &bytes);
    }
    AssertSqlSafe(text)
}

#[tokio::test]
async fn three_tables_of_single_mails_become_one_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let mut on: SqliteConnection = sqlite_file(directory.path()).await;
    // What the rows refer to is not there.
    on.execute("PRAGMA foreign_keys = OFF").await.unwrap();
    let migrator = schema::sqlite();
    let before = migrator.run_direct(Some(BEFORE_SINGLE_MAILS), &mut on, false);
    before.await.unwrap();
    for row in ROWS {
        on.execute(written(row, Engine::Sqlite)).await.unwrap();
    }
    migrator.run_direct(None, &mut on, false).await.unwrap();
    for moved in MOVED {
        let count = sqlx::query_scalar::<_, i64>(written(moved, Engine::Sqlite));
        assert_eq!(count.fetch_one(&mut on).await.unwrap(), 1, "{moved}");
    }
}

#[tokio::test]
async fn three_tables_of_single_mails_become_one_on_postgres() {
    let (mut on, admin, database): (PgConnection, _, _) = postgres_empty("moved").await;
    on.execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let migrator = schema::postgres();
    let before = migrator.run_direct(Some(BEFORE_SINGLE_MAILS), &mut on, false);
    before.await.unwrap();
    for row in ROWS {
        on.execute(written(row, Engine::Postgres)).await.unwrap();
    }
    migrator.run_direct(None, &mut on, false).await.unwrap();
    for moved in MOVED {
        let count = sqlx::query_scalar::<_, i64>(written(moved, Engine::Postgres));
        assert_eq!(count.fetch_one(&mut on).await.unwrap(), 1, "{moved}");
    }
    drop_postgres(on, admin, database).await;
}
