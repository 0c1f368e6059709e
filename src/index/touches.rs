//! Which commits touched which ticket, kept so that no history is walked twice.

use rusqlite::{TransactionBehavior, params};

use crate::index::error::Error;
use crate::index::schema::Index;
use crate::ticket::TicketId;

impl Index {
    /// The commits up to which history was walked, by their names' bytes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn walked(&self) -> Result<Vec<Vec<u8>>, Error> {
        let mut all = self.db.prepare("SELECT commit_id FROM walked")?;
        let commits = all.query_map([], |row| row.get(0))?;
        Ok(commits.collect::<rusqlite::Result<_>>()?)
    }

    /// Remembers touches, and that history was walked up to a commit, the tip of a line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_touches<'a>(
        &mut self,
        touches: impl Iterator<Item = (&'a TicketId, &'a [u8])>,
        tips: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<(), Error> {
        let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (id, commit) in touches {
            work.prepare_cached("INSERT OR IGNORE INTO touch VALUES (?, ?)")?
                .execute(params![id.as_str(), commit])?;
        }
        for (line, commit) in tips {
            work.execute("INSERT OR REPLACE INTO walked VALUES (?, ?)", params![line, commit])?;
        }
        Ok(work.commit()?)
    }

    /// The commits that touched a ticket, on whatever branch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn touched_by(&self, id: &TicketId) -> Result<Vec<Vec<u8>>, Error> {
        let mut found = self.db.prepare("SELECT commit_id FROM touch WHERE id = ?")?;
        let commits = found.query_map([id.as_str()], |row| row.get(0))?;
        Ok(commits.collect::<rusqlite::Result<_>>()?)
    }
}
