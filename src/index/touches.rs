//! Which commits touched which ticket, kept so that no history is walked twice.

use rusqlite::{Row, TransactionBehavior, params};

use crate::index::error::Error;
use crate::index::schema::Index;
use crate::ticket::{EntryId, EntryIdentity, TicketId, Timestamp};

/// A commit that touched a ticket.
#[derive(Debug)]
pub struct Touched {
    /// Its name's bytes.
    pub commit: Vec<u8>,
    /// The entries that it brought; `None` where that is not known yet.
    pub brought: Option<Vec<EntryIdentity>>,
}

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
            work.prepare_cached("INSERT OR IGNORE INTO touch (id, commit_id) VALUES (?, ?)")?
                .execute(params![id.as_str(), commit])?;
        }
        for (line, commit) in tips {
            work.execute("INSERT OR REPLACE INTO walked VALUES (?, ?)", params![line, commit])?;
        }
        Ok(work.commit()?)
    }

    /// The commits that touched a ticket, on whatever branch, each with the entries that it brought, where that is remembered.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn touched_by(&self, id: &TicketId) -> Result<Vec<Touched>, Error> {
        let mut found = self.db.prepare("SELECT commit_id, brought FROM touch WHERE id = ?")?;
        let read = |row: &Row<'_>| {
            let brought: Option<String> = row.get(1)?;
            Ok(Touched { commit: row.get(0)?, brought: brought.and_then(|text| read_brought(&text)) })
        };
        Ok(found.query_map([id.as_str()], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Remembers what commits brought to a ticket; forgets those that are gone.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn remember_brought(
        &mut self,
        id: &TicketId,
        brought: &[(Vec<u8>, Vec<EntryIdentity>)],
        gone: &[Vec<u8>],
    ) -> Result<(), Error> {
        let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (commit, entries) in brought {
            work.prepare_cached("UPDATE touch SET brought = ? WHERE id = ? AND commit_id = ?")?
                .execute(params![write_brought(entries), id.as_str(), commit])?;
        }
        for commit in gone {
            work.execute("DELETE FROM touch WHERE id = ? AND commit_id = ?", params![id.as_str(), commit])?;
        }
        Ok(work.commit()?)
    }
}

/// Number, time and id of each entry.
fn write_brought(entries: &[EntryIdentity]) -> String {
    let words = entries.iter().map(|(seq, at, id)| format!("{seq} {} {id}", at.unix()));
    words.collect::<Vec<_>>().join(" ")
}

fn read_brought(text: &str) -> Option<Vec<EntryIdentity>> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let read = |three: &[&str]| match three {
        [seq, at, id] => {
            Some((seq.parse().ok()?, Timestamp::from_unix(at.parse().ok()?)?, EntryId::parse(id)?))
        }
        _ => None,
    };
    words.chunks(3).map(read).collect()
}
