//! Statements about many things at once: one trip to the database, whatever their number.
//!
//! What they are about is a list of rows, which the statement reads as the table `asked`. It is written
//! as `VALUES`, in one of few lengths ([`SIZES`]), so that few texts are prepared; what a list has too
//! little is filled with rows of nulls, which meet no row of any table. Its first row holds a null of
//! each column's type, from which `PostgreSQL` learns what the parameters are.
//!
//! The two engines get the same text but for its parameters: `$n`, or `?` on `SQLite`, which looks each
//! named parameter up in a list and would spend most of its time there if there were thousands.

use std::fmt::Write as _;
use std::sync::OnceLock;

use uuid::Uuid;

use crate::engine::{Connection, Engine, Row, Statement, Value};
use crate::error::Result;

/// How many rows a text has room for.
const SIZES: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, MANY_MAX];
/// The most rows of one statement; there are never more parameters than either engine takes.
pub(crate) const MANY_MAX: usize = 256;

/// What a column of `asked` holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Id,
    Integer,
    Text,
    Bytes,
}

/// A statement about a list. Its text begins where the list ends.
pub(crate) struct Many {
    columns: &'static [(&'static str, Kind)],
    sql: &'static str,
    texts: [[OnceLock<String>; SIZES.len()]; 2],
}

/// One such statement with the rows that it has so far.
pub(crate) struct Asked<'t> {
    many: &'static Many,
    statement: Statement<'t>,
    room: usize,
}

impl Kind {
    fn null(self) -> &'static str {
        match self {
            Self::Id => "(SELECT id FROM circle WHERE 1 = 0)",
            Self::Integer => "CAST(NULL AS BIGINT)",
            Self::Text => "CAST(NULL AS TEXT)",
            Self::Bytes => "(SELECT title FROM circle WHERE 1 = 0)",
        }
    }
}

impl Many {
    /// Of the columns of `asked` and what is done with it.
    pub(crate) const fn new(columns: &'static [(&'static str, Kind)], sql: &'static str) -> Self {
        Self {
            columns,
            sql,
            texts: [const { [const { OnceLock::new() }; SIZES.len()] }; 2],
        }
    }

    /// The text with room for [`SIZES`] rows.
    fn text(&'static self, engine: Engine, size: usize) -> &'static str {
        self.texts[engine as usize][size].get_or_init(|| self.write(engine, SIZES[size]))
    }

    fn write(&self, engine: Engine, rows: usize) -> String {
        let list = |of: &mut dyn Iterator<Item = String>| of.collect::<Vec<_>>().join(", ");
        let names = list(&mut self.columns.iter().map(|(name, _)| (*name).to_owned()));
        let nulls = list(&mut self.columns.iter().map(|(_, kind)| kind.null().to_owned()));
        let mut text = format!("WITH asked ({names}) AS (VALUES ({nulls})");
        for row in 0..rows {
            let first = row * self.columns.len() + 1;
            let parameters = list(
                &mut (first..first + self.columns.len()).map(|n| match engine {
                    Engine::Sqlite => "?".to_owned(),
                    Engine::Postgres => format!("${n}"),
                }),
            );
            write!(text, ", ({parameters})").expect("a text takes whatever is written");
        }
        text.push_str(") ");
        text.push_str(self.sql);
        text
    }

    /// Every text that there can be, for the test that prepares them.
    #[cfg(test)]
    pub(crate) fn texts(&'static self, engine: Engine) -> impl Iterator<Item = &'static str> {
        (0..SIZES.len()).map(move |size| self.text(engine, size))
    }
}

impl<'t> Asked<'t> {
    /// Begins the statement about a list of so many rows, at most [`MANY_MAX`].
    pub(crate) fn about(on: &'t mut Connection, many: &'static Many, rows: usize) -> Self {
        let size = SIZES.iter().position(|size| *size >= rows);
        let size = size.expect("lists are cut into pieces of at most `MANY_MAX`");
        let text = many.text(on.engine(), size);
        Self {
            many,
            statement: on.sql(text),
            room: SIZES[size],
        }
    }

    /// The next row: as many values as there are columns.
    pub(crate) fn row(mut self, bind: impl FnOnce(Self) -> Self) -> Self {
        self.room -= 1;
        bind(self)
    }

    /// The next value of a row.
    pub(crate) fn bind(mut self, value: impl Value) -> Self {
        self.statement = self.statement.bind(value);
        self
    }

    /// Every row of the answer, in no order.
    pub(crate) async fn all<R: Row>(self) -> Result<Vec<R>> {
        self.filled().statement.all().await
    }

    /// Runs it; the number of rows it changed.
    pub(crate) async fn run(self) -> Result<u64> {
        self.filled().statement.run().await
    }

    fn filled(mut self) -> Self {
        for _ in 0..std::mem::take(&mut self.room) {
            for (_, kind) in self.many.columns {
                self = match kind {
                    Kind::Id => self.bind(None::<Uuid>),
                    Kind::Integer => self.bind(None::<i64>),
                    Kind::Text => self.bind(None::<&'static str>),
                    Kind::Bytes => self.bind(None::<Vec<u8>>),
                };
            }
        }
        self
    }
}
