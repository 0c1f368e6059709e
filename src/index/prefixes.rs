//! How many characters of an id tell it from every other of an edition.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, Statement, params};

use crate::index::catch_up::{CatchUp, MANY};
use crate::index::row::signed;
use crate::ticket::PREFIX_LENGTH;

impl CatchUp<'_> {
    /// Says of each ticket how many characters tell it from every other.
    pub(super) fn set_prefixes(&self) -> rusqlite::Result<()> {
        if self.changed.len() > MANY {
            return self.set_all_prefixes();
        }
        let mut below = self.work.prepare(
            "SELECT id FROM member INDEXED BY member_id WHERE edition = ? AND id < ? ORDER BY id DESC LIMIT 1",
        )?;
        let mut above = self.work.prepare(
            "SELECT id FROM member INDEXED BY member_id WHERE edition = ? AND id > ? ORDER BY id LIMIT 1",
        )?;
        let mut near: BTreeSet<String> = BTreeSet::new();
        for id in &self.changed {
            for find in [&mut below, &mut above] {
                near.extend(neighbour(find, self.edition, id)?);
            }
            near.insert(id.clone());
        }
        for id in &near {
            let mut length = PREFIX_LENGTH;
            for find in [&mut below, &mut above] {
                let other = neighbour(find, self.edition, id)?;
                length = length.max(other.map_or(0, |other| shared(&other, id) + 1));
            }
            self.set_prefix(id, length)?;
        }
        Ok(())
    }

    /// The same for all, so many at a time.
    fn set_all_prefixes(&self) -> rusqlite::Result<()> {
        let mut part = self.work.prepare(
            "SELECT id, prefix FROM member INDEXED BY member_id WHERE edition = ? AND id > ? ORDER BY id LIMIT ?",
        )?;
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        // The last of a part is told from its neighbours with the next.
        let (mut last, mut before, mut waiting) = (String::new(), 0, None::<(String, i64)>);
        loop {
            let ids = part
                .query_map(params![self.edition, last, signed(MANY)], pair)?
                .collect::<rusqlite::Result<Vec<(String, i64)>>>()?;
            let Some((end, _)) = ids.last() else { break };
            last.clone_from(end);
            for (id, known) in ids {
                if let Some(one) = waiting.replace((id.clone(), known)) {
                    let after = shared(&one.0, &id) + 1;
                    self.set_length(&one, before.max(after))?;
                    before = after;
                }
            }
        }
        waiting.map_or(Ok(()), |one| self.set_length(&one, before))
    }

    fn set_length(&self, (id, known): &(String, i64), length: usize) -> rusqlite::Result<()> {
        let length = length.max(PREFIX_LENGTH);
        if signed(length) == *known { Ok(()) } else { self.set_prefix(id, length) }
    }

    fn set_prefix(&self, id: &str, length: usize) -> rusqlite::Result<()> {
        self.work
            .prepare_cached(
                "UPDATE member INDEXED BY member_id SET prefix = ?3 WHERE edition = ?1 AND id = ?2 AND prefix <> ?3",
            )?
            .execute(params![self.edition, id, signed(length)])?;
        Ok(())
    }
}

/// The id that a statement finds next to another.
fn neighbour(find: &mut Statement<'_>, edition: i64, id: &str) -> rusqlite::Result<Option<String>> {
    find.query_row(params![edition, id], |row| row.get(0)).optional()
}

/// How many first characters two ids share.
fn shared(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
}
