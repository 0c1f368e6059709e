//! The words that tickets have, each once: which are near one that was typed, and which have a part in them. What FTS5 itself
//! tells of its vocabulary (fts5vocab) it counts anew each time, from where every word stands in every ticket.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::index::catch_up::CatchUp;
use crate::index::error::Error;
use crate::index::row::signed;
use crate::index::schema::Index;

/// The most words that are remembered to be there while tickets are added; others are asked for.
const MAX_REMEMBERED: usize = 200_000;
/// The most words as near as each other of which the most frequent is looked for.
const MAX_EQUAL: usize = 16;

impl CatchUp<'_> {
    /// Adds the words of a ticket.
    pub(super) fn spell(&mut self, texts: &[String]) -> Result<(), Error> {
        for word in texts.iter().flat_map(|text| text.split(' ')) {
            if word.is_empty() || self.spelled.contains(word) {
                continue;
            }
            if self.spelled.len() < MAX_REMEMBERED {
                self.spelled.insert(word.to_owned());
            }
            self.work.prepare_cached("INSERT OR IGNORE INTO spelling VALUES (?)")?.execute([word])?;
        }
        Ok(())
    }
}

impl Index {
    /// The word of some ticket that is nearest to one that was typed, unless a ticket has that one, or one that begins so.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn nearest_word(&self, word: &str) -> Result<Option<String>, Error> {
        if self.has_beginning(word)? {
            return Ok(None);
        }
        let mut words =
            self.db.prepare("SELECT word FROM spelling WHERE length(word) BETWEEN ?1 - 2 AND ?1 + 2")?;
        let mut rows = words.query([signed(word.chars().count())])?;
        // One slip in a short word, two in a long one.
        let allowed = if word.chars().count() < 6 { 1 } else { 2 };
        let mut near: [Vec<String>; 2] = [Vec::new(), Vec::new()];
        while let Some(row) = rows.next()? {
            let known = row.get_ref(0)?.as_str().unwrap_or_default();
            let distance = strsim::damerau_levenshtein(word, known);
            // The word itself is among them where no ticket has it any more.
            if let Some(place) = distance.checked_sub(1).filter(|_| distance <= allowed)
                && let Some(near) = near.get_mut(place)
            {
                near.push(known.to_owned());
            }
        }
        for words in near {
            if let Some(word) = self.most_frequent(words)? {
                return Ok(Some(word));
            }
        }
        Ok(None)
    }

    /// Of some words the one that most tickets have; `None` where those that had them are gone.
    fn most_frequent(&self, words: Vec<String>) -> Result<Option<String>, Error> {
        let mut frequent: Option<(i64, String)> = None;
        for known in words.into_iter().take(MAX_EQUAL) {
            let count = "SELECT doc FROM vocabulary WHERE term = ?";
            let tickets: Option<i64> = self.db.query_row(count, [&known], |row| row.get(0)).optional()?;
            if let Some(tickets) = tickets
                && frequent.as_ref().is_none_or(|(most, _)| tickets > *most)
            {
                frequent = Some((tickets, known));
            }
        }
        Ok(frequent.map(|(_, known)| known))
    }

    /// True where some ticket has a word that begins so.
    fn has_beginning(&self, word: &str) -> Result<bool, Error> {
        let phrase = format!("\"{}\" *", word.replace('"', ""));
        let find = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1";
        Ok(self.db.query_row(find, [phrase], |_| Ok(())).optional()?.is_some())
    }
}

/// The words that have a part in them, or end with it.
pub(super) fn words_with(db: &Connection, part: &str, at_the_end: bool) -> rusqlite::Result<Vec<String>> {
    let condition = if at_the_end { "substr(word, -length(?1)) = ?1" } else { "instr(word, ?1) > 0" };
    let mut known = db.prepare_cached(&format!("SELECT word FROM spelling WHERE {condition}"))?;
    known.query_map(params![part], |row| row.get(0))?.collect()
}
