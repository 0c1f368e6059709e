//! Versions as of an instant: where nothing has happened since, they are what they are now.

use crate::index::catch_up::CatchUp;
use crate::index::error::Error;
use crate::ticket::TicketId;

/// What is known of a file's versions as of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// All of it; it was added.
    Added,
    /// Its tickets were not opened yet.
    NotYet,
    /// Too little: it has to be read.
    Unread,
}

impl CatchUp<'_> {
    /// Adds versions as of an instant, in seconds since 1970 UTC: they are what they are now where nothing has happened
    /// since.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_known_as_of(
        &mut self,
        versions: &[u8],
        home: &TicketId,
        instant: i64,
    ) -> Result<Known, Error> {
        let mut known = self.work.prepare_cached(
            "SELECT r.created, t.updated FROM version v JOIN record r ON r.row = v.row
             JOIN ticket t ON t.row = v.row WHERE v.versions = ?",
        )?;
        let times = known
            .query_map([versions], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
        drop(known);
        if times.is_empty() {
            return Ok(Known::Unread);
        }
        if times.iter().all(|(created, _)| *created > instant) {
            return Ok(Known::NotYet);
        }
        let is_same = times.iter().all(|(_, updated)| *updated <= instant);
        Ok(if is_same && self.put_known(versions, home)? { Known::Added } else { Known::Unread })
    }
}
