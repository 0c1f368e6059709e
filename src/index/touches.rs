//! Which commits touched which ticket, kept so that no history is walked twice.

use rusqlite::{TransactionBehavior, params};

use crate::index::error::Error;
use crate::index::schema::Index;
use crate::ticket::TicketId;

/// The commits that touched a ticket, by their names' bytes, the newest first.
pub type TouchedBy = Vec<Vec<u8>>;

impl Index {
    /// The commits up to which history was walked.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn walked(&self) -> Result<Vec<Vec<u8>>, Error> {
        let mut all = self.db.prepare("SELECT commit_id FROM walked")?;
        let commits = all.query_map([], |row| row.get(0))?;
        Ok(commits.collect::<rusqlite::Result<_>>()?)
    }

    /// Remembers touches, the oldest first, and that history was walked up to these commits.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_touches<'a>(
        &mut self,
        touches: impl Iterator<Item = (&'a TicketId, Vec<u8>)>,
        walked: &[Vec<u8>],
    ) -> Result<(), Error> {
        let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (id, commit) in touches {
            work.prepare_cached("INSERT OR IGNORE INTO touch (id, commit_id) VALUES (?, ?)")?
                .execute(params![id.as_str(), commit])?;
        }
        work.execute("DELETE FROM walked", [])?;
        for commit in walked {
            work.execute("INSERT OR IGNORE INTO walked VALUES (?)", [commit])?;
        }
        Ok(work.commit()?)
    }

    /// The commits that touched a ticket, the newest first, on whatever branch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn touched_by(&self, id: &TicketId) -> Result<TouchedBy, Error> {
        let mut found = self.db.prepare("SELECT commit_id FROM touch WHERE id = ? ORDER BY place DESC")?;
        let commits = found.query_map([id.as_str()], |row| row.get(0))?;
        Ok(commits.collect::<rusqlite::Result<_>>()?)
    }
}
