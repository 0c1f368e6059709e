//! What completion offers: ids with titles, and the values that tickets have.

use rusqlite::params;

use crate::index::error::Error;
use crate::index::row::{number_of, signed};
use crate::index::schema::Index;
use crate::query::tree::Key;

/// Values, each with what is said of it.
pub type Candidates = Vec<(String, String)>;

impl Index {
    /// The ids of an edition that begin with what was typed, with their titles, the newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ids(&self, edition: i64, typed: &str, limit: usize) -> Result<Candidates, Error> {
        // Everything from what was typed up to the next text of its length.
        let end = format!("{typed}\u{10ffff}");
        let by_id =
            "SELECT m.id, t.title FROM member m INDEXED BY member_id CROSS JOIN ticket t ON t.row = m.row
                     WHERE m.edition = ? AND m.id >= ? AND m.id < ? ORDER BY m.created DESC LIMIT ?";
        let newest = "SELECT m.id, t.title FROM member m CROSS JOIN ticket t ON t.row = m.row
                      WHERE m.edition = ? AND m.id >= ? AND m.id < ? ORDER BY m.created DESC, m.id LIMIT ?";
        let mut found = self.db.prepare(if typed.is_empty() { newest } else { by_id })?;
        let pairs = found
            .query_map(params![edition, typed, end, signed(limit)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(pairs.collect::<rusqlite::Result<_>>()?)
    }

    /// The values of a query's field that tickets have and that begin with what was typed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn values(&self, field: &str, typed: &str, limit: usize) -> Result<Vec<String>, Error> {
        let Some(key) = Key::parse(field) else { return Ok(Vec::new()) };
        let mut found = self.db.prepare(
            "SELECT t.shown FROM term t WHERE t.key = ?1 AND substr(t.text, 1, length(?2)) = ?2
             AND EXISTS (SELECT 1 FROM value v WHERE v.term = t.term) ORDER BY t.text LIMIT ?3",
        )?;
        let values = found
            .query_map(params![number_of(key), typed.to_lowercase(), signed(limit)], |row| row.get(0))?;
        Ok(values.collect::<rusqlite::Result<_>>()?)
    }
}
