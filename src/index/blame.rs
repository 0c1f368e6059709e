//! Who wrote the lines of a file, kept by its content, so that git is asked once.

use rusqlite::{OptionalExtension as _, params};

use crate::index::error::Error;
use crate::index::schema::Index;

/// What was found of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// What `.mailmap` was then.
    pub mailmap: i64,
    /// HEAD then, by its name's bytes: it holds for every HEAD that contains it.
    pub head: Vec<u8>,
    /// False where git was stopped before it had found all lines.
    pub is_whole: bool,
    /// Who wrote how many: name, address, count.
    pub lines: Vec<(String, String, usize)>,
}

impl Index {
    /// What was found of a file of some content under a path.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn blame(&self, blob: &[u8], path: &str) -> Result<Option<Blame>, Error> {
        let text = "SELECT mailmap, head, whole, lines FROM blame WHERE blob = ? AND path = ?";
        let read = |row: &rusqlite::Row<'_>| {
            let lines: String = row.get(3)?;
            let lines = serde_json::from_str(&lines).unwrap_or_default();
            Ok(Blame { mailmap: row.get(0)?, head: row.get(1)?, is_whole: row.get(2)?, lines })
        };
        Ok(self.db.prepare_cached(text)?.query_row(params![blob, path], read).optional()?)
    }

    /// Remembers what was found of a file.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn remember_blame(&mut self, blob: &[u8], path: &str, found: &Blame) -> Result<(), Error> {
        let lines = serde_json::to_string(&found.lines).unwrap_or_default();
        self.db
            .prepare_cached("INSERT OR REPLACE INTO blame (blob, path, mailmap, head, whole, lines) VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params![blob, path, found.mailmap, found.head, found.is_whole, lines])?;
        Ok(())
    }
}
