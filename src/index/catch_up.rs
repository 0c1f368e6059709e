//! Bringing an edition up to date: only what differs between its trees and those wanted is written.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::index::Unreadable;
use crate::index::error::Error;
use crate::index::row::{NEVER, Row, signed};
use crate::index::schema::Index;
use crate::ticket::{PREFIX_LENGTH, Severity, TicketId};

/// The editions that are kept; the one that was used longest ago goes first.
const MAX_EDITIONS: usize = 8;
/// From this many files on, a build is worth more memory, and how much of it, in KiB.
const MANY_FILES: usize = 50_000;
const LARGE_CACHE_KIB: i64 = 96 * 1024;
/// From this many changes on, all prefixes are worked out in one go.
pub(super) const MANY: usize = 2_000;

impl Index {
    /// The edition of these trees, if it is up to date.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn edition(&self, key: &[u8]) -> Result<Option<i64>, Error> {
        let mut found = self.db.prepare_cached("SELECT edition FROM edition WHERE key = ? LIMIT 1")?;
        Ok(found.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Begins to bring a line (a branch, or a moment of its past) to these trees. Where it has no edition
    /// yet, the one used last is copied, or none, as `base` says.
    ///
    /// # Errors
    /// The file cannot be written, or another process writes for too long.
    pub fn catch_up<'a>(&'a mut self, line: &str, key: &[u8], base: Base) -> Result<CatchUp<'a>, Error> {
        let now = self.now_seconds;
        let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let find = "SELECT edition, key FROM edition WHERE line = ?";
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let own: Option<(i64, Vec<u8>)> = work.query_row(find, [line], pair).optional()?;
        let (edition, base) = match own {
            Some((edition, base)) => (edition, base),
            None => copied(&work, line, now, base)?,
        };
        Ok(CatchUp {
            work,
            edition,
            base,
            key: key.to_vec(),
            now,
            changed: BTreeSet::new(),
            gone: BTreeSet::new(),
            spelled: HashSet::new(),
        })
    }
}

/// What a new edition begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// A copy of the edition that was used last.
    Last,
    /// Nothing.
    Empty,
}

/// A new edition for a line: a copy of the one used last, or empty.
fn copied(work: &Transaction<'_>, line: &str, now: i64, base: Base) -> rusqlite::Result<(i64, Vec<u8>)> {
    let find = "SELECT edition, key FROM edition ORDER BY used DESC, edition DESC LIMIT 1";
    let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let last: Option<(i64, Vec<u8>)> = work.query_row(find, [], pair).optional()?;
    work.execute("INSERT INTO edition (line, key, used) VALUES (?, x'', ?)", params![line, now])?;
    let edition = work.last_insert_rowid();
    let Some((from, key)) = last.filter(|_| base == Base::Last) else { return Ok((edition, Vec::new())) };
    work.execute(
        "INSERT INTO member SELECT ?1, created, id, open, prefix, row, home FROM member WHERE edition = ?2",
        [edition, from],
    )?;
    work.execute(
        "INSERT INTO unreadable SELECT ?1, path, line, problem FROM unreadable WHERE edition = ?2",
        [edition, from],
    )?;
    Ok((edition, key))
}

/// An edition that is being brought up to date; dropped, it leaves everything as it was.
pub struct CatchUp<'a> {
    pub(super) work: Transaction<'a>,
    pub(super) edition: i64,
    base: Vec<u8>,
    key: Vec<u8>,
    now: i64,
    /// The ids whose neighbourhood changed; where they are many, all are looked at, and no more are held.
    pub(super) changed: BTreeSet<String>,
    /// The rows that this edition no longer holds.
    gone: BTreeSet<i64>,
    /// Words that are known to be in the list of all words.
    pub(super) spelled: HashSet<String>,
}

/// Every statement that looks for some of an edition's members says by which index: left alone, SQLite takes
/// the primary key and reads the whole edition.
impl CatchUp<'_> {
    /// The trees that the edition stands at; empty for a new one.
    #[must_use]
    pub fn base(&self) -> &[u8] {
        &self.base
    }

    /// Takes more memory where this many files are to come: pages that do not fit are written and read again.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn prepare_for(&self, files: usize) -> Result<(), Error> {
        if files >= MANY_FILES {
            self.work.pragma_update(None, "cache_size", -LARGE_CACHE_KIB)?;
        }
        Ok(())
    }

    /// Empties the edition: the trees that it stands at are no longer there to compare with.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn start_over(&mut self) -> Result<(), Error> {
        let mut members = self.work.prepare("SELECT row FROM member WHERE edition = ?")?;
        let rows = members.query_map([self.edition], |row| row.get(0))?;
        self.gone.extend(rows.collect::<rusqlite::Result<Vec<i64>>>()?);
        drop(members);
        self.work.execute("DELETE FROM member WHERE edition = ?", [self.edition])?;
        self.work.execute("DELETE FROM unreadable WHERE edition = ?", [self.edition])?;
        self.base.clear();
        Ok(())
    }

    /// Takes away what the edition holds of a path.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn take(&mut self, path: &str, id: Option<&TicketId>) -> Result<(), Error> {
        let mut forget = self.work.prepare_cached("DELETE FROM unreadable WHERE edition = ? AND path = ?")?;
        forget.execute(params![self.edition, path])?;
        let Some(id) = id else { return Ok(()) };
        let mut members = self.work.prepare_cached(
            "SELECT id, created, row FROM member INDEXED BY member_id WHERE edition = ?1 AND id = ?2 AND home IS NULL
             UNION ALL SELECT id, created, row FROM member INDEXED BY member_home WHERE edition = ?1 AND home = ?2",
        )?;
        let found = members
            .query_map(params![self.edition, id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(String, i64, i64)>>>()?;
        for (id, created, row) in found {
            let mut remove = self
                .work
                .prepare_cached("DELETE FROM member WHERE edition = ? AND created = ? AND id = ?")?;
            remove.execute(params![self.edition, created, id])?;
            self.gone.insert(row);
            note(&mut self.changed, id);
        }
        Ok(())
    }

    /// Adds versions that are known already, from another edition; false where they are not.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_known(&mut self, versions: &[u8], home: &TicketId) -> Result<bool, Error> {
        let mut known = self.work.prepare_cached(
            "SELECT r.row, r.created, r.open, r.id FROM version v JOIN record r ON r.row = v.row
             WHERE v.versions = ?",
        )?;
        let found = known
            .query_map([versions], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<rusqlite::Result<Vec<(i64, i64, bool, String)>>>()?;
        drop(known);
        if !found.iter().any(|(_, _, _, id)| id == home.as_str()) {
            return Ok(false);
        }
        for (row, created, open, id) in found {
            self.add_member(row, created, open, &id, home)?;
        }
        Ok(true)
    }

    /// Adds a version that was read; `home` is the id of the path it was read from.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&mut self, versions: &[u8], home: &TicketId, row: &Row) -> Result<(), Error> {
        let summary = &row.summary;
        let moment =
            |moment: Option<crate::ticket::Timestamp>| moment.map_or(NEVER, crate::ticket::Timestamp::unix);
        let severity = |severity: Option<Severity>| severity.map_or(-1, |severity| severity as i64);
        let (created, open) = (moment(summary.created), summary.status.is_open());
        self.work
            .prepare_cached(
                "INSERT INTO ticket VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                summary.title,
                severity(summary.severity),
                severity(summary.effective),
                summary.status as i64,
                summary.level as i64 + 1,
                summary.assignee,
                moment(summary.updated),
                summary.follow_up.map(crate::ticket::Timestamp::unix),
                row.kind,
                row.area,
                row.reopened,
                row.comments,
                row.occurrences,
                row.was,
                row.has,
                row.marks,
                summary.talk.to_text(),
                created,
                open,
            ])?;
        let number = self.work.last_insert_rowid();
        let id = summary.id.as_str();
        self.work
            .prepare_cached("INSERT OR REPLACE INTO version VALUES (?, ?, ?)")?
            .execute(params![versions, id, number])?;
        self.work
            .prepare_cached("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params![number, created, open, id, row.short, row.course])?;
        let [title, description, findings, notes, tags] = &row.words;
        self.work
            .prepare_cached(
                "INSERT INTO words (rowid, title, description, findings, notes, tags) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![number, title, description, findings, notes, tags])?;
        self.spell(&row.words)?;
        for (key, value) in &row.terms {
            let term = self.term(*key, value)?;
            self.work.prepare_cached("INSERT OR IGNORE INTO value VALUES (?, ?)")?.execute([term, number])?;
        }
        self.add_member(number, created, open, id, home)
    }

    fn term(&self, key: i64, value: &str) -> rusqlite::Result<i64> {
        let mut find = self.work.prepare_cached("SELECT term FROM term WHERE key = ? AND shown = ?")?;
        if let Some(term) = find.query_row(params![key, value], |row| row.get(0)).optional()? {
            return Ok(term);
        }
        self.work
            .prepare_cached("INSERT INTO term (key, text, shown) VALUES (?, ?, ?)")?
            .execute(params![key, value.to_lowercase(), value])?;
        Ok(self.work.last_insert_rowid())
    }

    fn add_member(
        &mut self,
        row: i64,
        created: i64,
        open: bool,
        id: &str,
        home: &TicketId,
    ) -> Result<(), Error> {
        let apart = (id != home.as_str()).then_some(home.as_str());
        self.work
            .prepare_cached("INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![self.edition, created, id, open, signed(PREFIX_LENGTH), row, apart])?;
        self.work.prepare_cached("INSERT OR IGNORE INTO fresh VALUES (?)")?.execute([row])?;
        self.gone.remove(&row);
        note(&mut self.changed, id.to_owned());
        Ok(())
    }

    /// Remembers a file that cannot be read.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_unreadable(&mut self, bad: &Unreadable) -> Result<(), Error> {
        self.work
            .prepare_cached("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?, ?)")?
            .execute(params![self.edition, bad.path, signed(bad.line), bad.problem])?;
        Ok(())
    }

    /// Ends: the edition stands at the trees wanted, and what no edition holds is forgotten.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<i64, Error> {
        self.work.execute(
            "UPDATE edition SET key = ?, used = ? WHERE edition = ?",
            params![self.key, self.now, self.edition],
        )?;
        self.drop_old_editions()?;
        self.set_prefixes()?;
        self.forget_rows()?;
        self.work.commit()?;
        Ok(self.edition)
    }

    fn drop_old_editions(&mut self) -> rusqlite::Result<()> {
        let mut old = self.work.prepare(
            "SELECT edition FROM edition WHERE edition <> ? ORDER BY used DESC, edition DESC LIMIT -1 OFFSET ?",
        )?;
        let old: Vec<i64> = old
            .query_map(params![self.edition, signed(MAX_EDITIONS - 1)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for edition in old {
            let mut members = self.work.prepare("SELECT row FROM member WHERE edition = ?")?;
            let rows = members.query_map([edition], |row| row.get(0))?;
            self.gone.extend(rows.collect::<rusqlite::Result<Vec<i64>>>()?);
            for table in ["member", "unreadable", "judged", "edition"] {
                self.work.execute(&format!("DELETE FROM {table} WHERE edition = ?"), [edition])?;
            }
        }
        Ok(())
    }

    /// Forgets the rows that went, where no other edition holds them.
    fn forget_rows(&self) -> rusqlite::Result<()> {
        let mut held = self.work.prepare("SELECT EXISTS (SELECT 1 FROM member WHERE row = ?)")?;
        for row in &self.gone {
            if held.query_row([row], |row| row.get(0))? {
                continue;
            }
            for statement in [
                "DELETE FROM words WHERE rowid = ?",
                "DELETE FROM value WHERE row = ?",
                "DELETE FROM version WHERE row = ?",
                "DELETE FROM record WHERE row = ?",
                "DELETE FROM ticket WHERE row = ?",
                "DELETE FROM fresh WHERE row = ?",
                "DELETE FROM standing WHERE ruling IN (SELECT ruling FROM ruling) AND row = ?",
            ] {
                self.work.prepare_cached(statement)?.execute([row])?;
            }
        }
        Ok(())
    }
}

/// Remembers an id whose neighbourhood changed, while they are few.
fn note(changed: &mut BTreeSet<String>, id: String) {
    if changed.len() <= MANY {
        changed.insert(id);
    }
}
