//! Where clocks stand, kept for each ruling: worked out by others from a ticket's course, once.

use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use crate::index::error::Error;
use crate::index::find::Scope;
use crate::index::schema::Index;
use crate::ticket::{Moment, Standing, TicketId};

/// The rulings that are kept; the one that was used longest ago goes first.
const MAX_RULINGS: i64 = 4;

/// Where a ticket's clocks stand, and by which rules, as whoever judges wrote them down.
pub type Judgement = (Standing, Vec<u8>);

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

    /// Judges what of an edition has not been judged by a ruling yet: `judge` is given the rows, and says
    /// where the clocks of each stand.
    ///
    /// # Errors
    /// The file cannot be written, or what `judge` says.
    pub fn judge<E: From<Error>>(
        &mut self,
        edition: i64,
        fingerprint: &[u8],
        judge: impl FnOnce(&[Unjudged]) -> Result<Vec<Judgement>, E>,
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
        let rows = unjudged(&work, Scope { edition, ruling: Some(ruling) }).map_err(failed)?;
        let standings = judge(&rows)?;
        settle(&work, edition, ruling, now, rows.iter().zip(&standings)).map_err(failed)?;
        work.commit().map_err(failed)?;
        Ok(ruling)
    }
}

/// The rows of an edition that a ruling has not judged. Where it had judged all but the fresh ones, only those
/// are looked at.
fn unjudged(work: &rusqlite::Connection, scope: Scope) -> rusqlite::Result<Vec<Unjudged>> {
    let (edition, ruling) = (scope.edition, scope.ruling.unwrap_or_default());
    let is_judged = "SELECT EXISTS (SELECT 1 FROM judged WHERE edition = ? AND ruling = ?)";
    let is_judged: bool = work.query_row(is_judged, [edition, ruling], |row| row.get(0))?;
    let from = if is_judged {
        "fresh f CROSS JOIN member m INDEXED BY member_row ON m.row = f.row AND m.edition = ?1"
    } else {
        "(SELECT 1) CROSS JOIN member m ON m.edition = ?1"
    };
    let mut found = work.prepare(&format!(
        "SELECT m.row, m.id, r.course FROM {from} CROSS JOIN record r ON r.row = m.row
         WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE s.ruling = ?2 AND s.row = m.row)"
    ))?;
    let mut rows = found.query([edition, ruling])?;
    let mut unjudged = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(id) = row.get_ref(1)?.as_str().ok().and_then(TicketId::parse) {
            unjudged.push(Unjudged { row: row.get(0)?, id, course: row.get(2)? });
        }
    }
    Ok(unjudged)
}

fn settle<'a>(
    work: &rusqlite::Connection,
    edition: i64,
    ruling: i64,
    now: i64,
    judged: impl Iterator<Item = (&'a Unjudged, &'a Judgement)>,
) -> rusqlite::Result<()> {
    let mut insert = work.prepare("INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (row, (standing, rules)) in judged {
        let (due, warn) = (standing.due.map(Moment::unix), standing.warn.map(Moment::unix));
        insert.execute(params![ruling, row.row, due, warn, standing.is_late, standing.is_paused, rules])?;
    }
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
