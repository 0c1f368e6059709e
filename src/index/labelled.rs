//! The tickets with a label as the index knew them last, not brought up to date.

use rusqlite::{OptionalExtension as _, params};

use crate::index::error::Error;
use crate::index::row::{number_of, signed};
use crate::index::schema::Index;
use crate::query::tree::Key;
use crate::ticket::TicketId;

/// The tickets with a label in an edition.
#[derive(Debug)]
pub struct Labelled {
    /// The trees that the edition stands at.
    pub key: Vec<u8>,
    /// The tickets.
    pub ids: Vec<TicketId>,
}

impl Index {
    /// At most so many tickets with a label in the edition of a line; `None` where it has none yet.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn labelled(&self, line: &str, label: &str, limit: usize) -> Result<Option<Labelled>, Error> {
        let find = "SELECT edition, key FROM edition WHERE line = ?";
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let own: Option<(i64, Vec<u8>)> = self.db.query_row(find, [line], pair).optional()?;
        let Some((edition, key)) = own else { return Ok(None) };
        let mut found = self.db.prepare_cached(
            "SELECT m.id FROM term t JOIN value v ON v.term = t.term
             JOIN member m INDEXED BY member_row ON m.row = v.row AND m.edition = ?1
             WHERE t.key = ?2 AND t.text = ?3 LIMIT ?4",
        )?;
        let ids = found.query_map(
            params![edition, number_of(Key::Label), label.to_lowercase(), signed(limit)],
            |row| row.get::<_, String>(0),
        )?;
        let ids = ids.collect::<rusqlite::Result<Vec<String>>>()?;
        Ok(Some(Labelled { key, ids: ids.iter().filter_map(|id| TicketId::parse(id)).collect() }))
    }
}
