//! Which merge brought a commit to a branch, kept so that git is asked once.

use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use crate::index::error::Error;
use crate::index::schema::Index;

/// What was found of a commit; commits by their names' bytes.
#[derive(Debug)]
pub struct Merged {
    /// The tip of the branch then: it holds for every tip that has this one on its line of first parents.
    pub tip: Vec<u8>,
    /// The merge that brought it; none for a commit that was made on that line.
    pub merge: Option<Vec<u8>>,
}

impl Index {
    /// What was found of a commit on a branch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn merged(&self, line: &str, commit: &[u8]) -> Result<Option<Merged>, Error> {
        let mut found =
            self.db.prepare_cached("SELECT tip, merge FROM merged WHERE line = ? AND commit_id = ?")?;
        let read = |row: &rusqlite::Row<'_>| Ok(Merged { tip: row.get(0)?, merge: row.get(1)? });
        Ok(found.query_row(params![line, commit], read).optional()?)
    }

    /// Remembers what was found of commits on a branch.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn remember_merged(&mut self, line: &str, found: &[(Vec<u8>, Merged)]) -> Result<(), Error> {
        let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (commit, Merged { tip, merge }) in found {
            work.prepare_cached(
                "INSERT OR REPLACE INTO merged (line, commit_id, tip, merge) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![line, commit, tip, merge])?;
        }
        Ok(work.commit()?)
    }
}
