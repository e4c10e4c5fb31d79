//! What a thief could take: every file of the data directory and a copy of the database; of PostgreSQL every row as it
//! is printed, the database's files, the write-ahead log since the theft was planned, and the server's own log.
//!
//! PostgreSQL's files may be another user's, so the server reads them itself, for which its user must be a superuser
//! (as in the cluster of `cargo xtask test`). Segments of the write-ahead log are shared by all databases of a cluster,
//! and those that a checkpoint let go meanwhile are gone.

use std::path::Path;

use store::Database;

use crate::contract::house::House;

/// The files of the cluster, as rows of one column `held`.
const FILES: &str = "
    SELECT pg_read_binary_file(f.path, 0, (pg_stat_file(f.path, true)).size, true) AS held
    FROM (SELECT 'base/' || d.oid || '/' || pg_ls_dir('base/' || d.oid) AS path
        FROM pg_database d WHERE d.datname = current_database() OFFSET 0) f
    UNION ALL
    SELECT pg_read_binary_file('../log', 0, (pg_stat_file('../log', true)).size, true)
    WHERE NOT (pg_stat_file('../log', true)).isdir";

/// A thief who knows when the words were written.
pub struct Thief<'h> {
    house: &'h House,
    /// The segment that was written then.
    since: Option<String>,
    taken: Vec<u8>,
}

impl<'h> Thief<'h> {
    /// Before anything is written.
    pub async fn wait(house: &'h House) -> Self {
        let since = match house.database.settings() {
            Database::Sqlite { .. } => None,
            Database::Postgres { .. } => Some(segment(house).await),
        };
        Self {
            house,
            since,
            taken: Vec::new(),
        }
    }

    /// When everything is.
    pub async fn take(&mut self) {
        match self.house.database.settings() {
            Database::Sqlite { directory } => {
                let copied = tempfile::tempdir().unwrap();
                let copy = copied.path().join("copy.sqlite");
                let sql = format!("VACUUM INTO '{}'", copy.display());
                self.house.attempt(&sql).await.unwrap();
                // With the database as it stands lies its write-ahead log.
                let log = directory.join("carecircle.sqlite-wal");
                assert!(log.exists());
                self.taken = everything_in(&directory);
                self.taken.extend(std::fs::read(copy).unwrap());
            }
            Database::Postgres { .. } => {
                self.taken = everything_that_is_printed(self.house).await;
                // Whatever was written is in a segment now.
                self.house.attempt("SELECT pg_switch_wal()").await.unwrap();
            }
        }
    }

    /// Whether that stands in what was carried away: SQLite's files, PostgreSQL's rows.
    pub fn took(&self, needle: &[u8]) -> bool {
        stands(&self.taken, needle)
    }

    /// Whether one of these stands anywhere.
    pub async fn has(&self, needles: &[&[u8]]) -> bool {
        if needles.iter().any(|needle| self.took(needle)) {
            return true;
        }
        self.since.is_some() && (self.has_in_log(needles).await || self.has_in_files(needles).await)
    }

    /// PostgreSQL's write-ahead log.
    pub async fn has_in_log(&self, needles: &[&[u8]]) -> bool {
        let since = self.since.as_deref().unwrap_or_default();
        let until = segment(self.house).await;
        let files = format!(
            "SELECT pg_read_binary_file('pg_wal/' || w.name, 0, w.size, true) AS held
             FROM (SELECT name, size FROM pg_ls_waldir()
                WHERE length(name) = 24 AND name COLLATE \"C\" BETWEEN '{since}' AND '{until}'
                OFFSET 0) w"
        );
        self.holding(&files, needles).await > 0
    }

    /// The files of PostgreSQL's database.
    pub async fn has_in_files(&self, needles: &[&[u8]]) -> bool {
        self.house.attempt("CHECKPOINT").await.unwrap();
        self.holding(FILES, needles).await > 0
    }

    /// How many of the files hold one of the needles.
    async fn holding(&self, files: &str, needles: &[&[u8]]) -> i64 {
        let held = needles.iter().map(|needle| {
            let needle = self.house.bytes(needle);
            format!("position({needle} IN f.held) > 0")
        });
        let held = held.collect::<Vec<_>>().join(" OR ");
        let sql =
            format!("SELECT COUNT(*) FROM (SELECT * FROM ({files}) g OFFSET 0) f WHERE {held}");
        self.house.count(&sql).await
    }
}

/// The segment of the write-ahead log that is written now.
async fn segment(house: &House) -> String {
    let sql = "SELECT pg_walfile_name(pg_current_wal_insert_lsn())";
    house.texts(sql).await.remove(0)
}

/// Whether the bytes stand there.
pub fn stands(text: &[u8], bytes: &[u8]) -> bool {
    memchr::memmem::find(text, bytes).is_some()
}

/// Every byte of every file.
fn everything_in(directory: &Path) -> Vec<u8> {
    std::fs::read_dir(directory)
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

async fn everything_that_is_printed(house: &House) -> Vec<u8> {
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut taken = Vec::new();
    for table in house.texts(tables).await {
        let rows = format!("SELECT t::text FROM \"{table}\" t");
        for row in house.texts(&rows).await {
            taken.extend(row.into_bytes());
        }
    }
    taken
}
