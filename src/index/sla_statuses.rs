//! Where clocks stand, kept for each ruling: worked out by others from a ticket's course, once.

use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use crate::index::error::Error;
use crate::index::schema::Index;
use crate::index::scope::Scope;
use crate::ticket::{SlaStatus, TicketId, Timestamp};

/// The rulings that are kept; the one that was used longest ago goes first.
const MAX_RULINGS: i64 = 4;

/// The rows that are judged at a time.
const BATCH: usize = 2_000;

/// Where a ticket's clocks stand, and by which rules, as whoever judges wrote them down.
pub type Judgement = (SlaStatus, Vec<u8>);

/// The commit up to which turns are known, and the turns, as whoever walked wrote them down.
pub type KnownTurns = (Vec<u8>, Vec<u8>);

/// A row whose clocks are to be judged.
#[derive(Debug)]
pub struct Unjudged {
    row: i64,
    /// The ticket.
    pub id: TicketId,
    /// Its course, as the process wrote it down.
    pub course: Vec<u8>,
}

impl Index {
    /// Up to which commit of a line the settings' history is known, and the commits at which they turned.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn turns(&self, line: &str) -> Result<Option<KnownTurns>, Error> {
        let mut found = self.db.prepare("SELECT tip, turns FROM turns WHERE line = ?")?;
        Ok(found.query_row([line], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Remembers where the settings of a line turned, up to a commit.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_turns(&self, line: &str, tip: &[u8], turns: &[u8]) -> Result<(), Error> {
        self.db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?)", params![line, tip, turns])?;
        Ok(())
    }

    /// The number of the ruling with a fingerprint, and whether each row of an edition is judged by it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ruling(&self, edition: i64, fingerprint: &[u8]) -> Result<Option<(i64, bool)>, Error> {
        let mut found = self.db.prepare_cached(
            "SELECT g.ruling, j.edition IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fresh)
             FROM ruling g LEFT JOIN judged j ON j.ruling = g.ruling AND j.edition = ?
             WHERE g.fingerprint = ?",
        )?;
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(found.query_row(params![edition, fingerprint], pair).optional()?)
    }

    /// How many tickets an edition has.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn size(&self, edition: i64) -> Result<usize, Error> {
        let count = "SELECT count(*) FROM member WHERE edition = ?";
        let count: i64 = self.db.query_row(count, [edition], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Judges what of an edition has not been judged by a ruling yet: `judge` is given the rows, some at a time in
    /// the order of their ids, and says where the clocks of each stand.
    ///
    /// # Errors
    /// The file cannot be written, or what `judge` says.
    pub fn judge<E: From<Error>>(
        &mut self,
        edition: i64,
        fingerprint: &[u8],
        mut judge: impl FnMut(&[Unjudged]) -> Result<Vec<Judgement>, E>,
    ) -> Result<i64, E> {
        let now = self.now_seconds;
        let failed = |error: rusqlite::Error| E::from(Error::from(error));
        let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let known = "SELECT ruling FROM ruling WHERE fingerprint = ?";
        let known = work.query_row(known, [fingerprint], |row| row.get(0)).optional().map_err(failed)?;
        let ruling: i64 = match known {
            Some(ruling) => ruling,
            None => {
                let insert = "INSERT INTO ruling (fingerprint, used) VALUES (?, ?)";
                work.execute(insert, params![fingerprint, now]).map_err(failed)?;
                work.last_insert_rowid()
            }
        };
        let scope = Scope { edition, ruling: Some(ruling) };
        let is_judged = is_judged(&work, scope).map_err(failed)?;
        let mut last = String::new();
        loop {
            let rows = unjudged(&work, scope, is_judged, &last).map_err(failed)?;
            let Some(end) = rows.last() else { break };
            end.id.as_str().clone_into(&mut last);
            let standings = judge(&rows)?;
            keep(&work, ruling, rows.iter().zip(&standings)).map_err(failed)?;
        }
        settle(&work, edition, ruling, now).map_err(failed)?;
        work.commit().map_err(failed)?;
        Ok(ruling)
    }
}

/// True where a ruling has judged all rows of an edition, but for the fresh ones.
fn is_judged(work: &rusqlite::Connection, scope: Scope) -> rusqlite::Result<bool> {
    let find = "SELECT EXISTS (SELECT 1 FROM judged WHERE edition = ? AND ruling = ?)";
    work.query_row(find, params![scope.edition, scope.ruling], |row| row.get(0))
}

/// The next rows of an edition that a ruling has not judged, after an id. Where it had judged all but the fresh
/// ones, only those are looked at.
fn unjudged(
    work: &rusqlite::Connection,
    scope: Scope,
    is_judged: bool,
    last: &str,
) -> rusqlite::Result<Vec<Unjudged>> {
    let from = if is_judged {
        "fresh f CROSS JOIN member m INDEXED BY member_row ON m.row = f.row"
    } else {
        "member m INDEXED BY member_id"
    };
    let mut found = work.prepare_cached(&format!(
        "SELECT m.row, m.id, r.course FROM {from} CROSS JOIN record r ON r.row = m.row
         WHERE m.edition = ?1 AND m.id > ?3
         AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.ruling = ?2 AND s.row = m.row)
         ORDER BY m.id LIMIT {BATCH}"
    ))?;
    let (edition, ruling) = (scope.edition, scope.ruling.unwrap_or_default());
    let mut rows = found.query(params![edition, ruling, last])?;
    let mut unjudged = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(id) = row.get_ref(1)?.as_str().ok().and_then(TicketId::parse) {
            unjudged.push(Unjudged { row: row.get(0)?, id, course: row.get(2)? });
        }
    }
    Ok(unjudged)
}

fn keep<'a>(
    work: &rusqlite::Connection,
    ruling: i64,
    judged: impl Iterator<Item = (&'a Unjudged, &'a Judgement)>,
) -> rusqlite::Result<()> {
    let mut insert = work.prepare_cached(
        "INSERT OR REPLACE INTO standing
         SELECT ?1, row, ?3, ?4, ?5, ?6, ?7, effective, created, open FROM ticket WHERE row = ?2",
    )?;
    for (row, (standing, rules)) in judged {
        let (due, warn) = (standing.due.map(Timestamp::unix), standing.warn.map(Timestamp::unix));
        insert.execute(params![ruling, row.row, due, warn, standing.is_late, standing.is_paused, rules])?;
    }
    Ok(())
}

/// Marks an edition as judged by a ruling, and forgets the rulings that were used longest ago.
fn settle(work: &rusqlite::Connection, edition: i64, ruling: i64, now: i64) -> rusqlite::Result<()> {
    // The fresh rows are judged by this ruling alone; any other looks at all of an edition again.
    work.execute("DELETE FROM judged", [])?;
    work.execute("DELETE FROM fresh", [])?;
    work.execute("INSERT INTO judged VALUES (?, ?)", [edition, ruling])?;
    work.execute("UPDATE ruling SET used = ? WHERE ruling = ?", [now, ruling])?;
    let old = "SELECT ruling FROM ruling ORDER BY used DESC, ruling DESC LIMIT -1 OFFSET ?";
    let mut old = work.prepare(old)?;
    let old: Vec<i64> = old.query_map([MAX_RULINGS], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for ruling in old {
        work.execute("DELETE FROM standing WHERE ruling = ?", [ruling])?;
        work.execute("DELETE FROM ruling WHERE ruling = ?", [ruling])?;
    }
    Ok(())
}
