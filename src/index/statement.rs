//! SQL under way: its text, the values of its parameters, and the words that FTS5 is asked for.

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::index::spelling::words_with;
use crate::query::phrase::{Phrase, Place};

/// The most phrases that FTS5 is asked for in one go: it bounds how deep an expression may be.
const MAX_PHRASES: usize = 100;

/// SQL and the values of its parameters, in order.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
    /// What FTS5 is asked: the questions whose answers together are a table. Each is looked up once, before all else:
    /// FTS5 would otherwise be asked again for every row.
    lookups: Vec<Vec<String>>,
}

impl Statement {
    /// Joins conditions by a word, as halves of halves: SQLite takes no expression that is a thousand deep, and a query may
    /// have as many terms. What `empty` is, none of them is.
    pub(super) fn halved<T>(
        &mut self,
        all: &[T],
        (word, empty): (&str, &str),
        each: &dyn Fn(&T, &mut Self) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.say("(");
        match all {
            [] => self.say(empty),
            [one] => {
                // Beside it, any value is a true or a false one.
                self.say(&format!("{empty} {word} "));
                each(one, self)?;
            }
            many => {
                let (some, others) = many.split_at(many.len() / 2);
                self.halved(some, (word, empty), each)?;
                self.say(&format!(" {word} "));
                self.halved(others, (word, empty), each)?;
            }
        }
        self.say(")");
        Ok(())
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn give(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
    }

    /// A comparison with a number.
    pub(crate) fn compare(&mut self, column: &str, sign: &str, number: i64) {
        self.say(&format!("{column} {sign} {number}"));
    }

    /// The table of the rows that have a phrase in a place.
    pub(crate) fn look_up(&mut self, phrase: &Phrase, place: Option<Place>) -> String {
        let star = if phrase.is_beginning { " *" } else { "" };
        self.table(vec![format!("{}\"{}\"{star}", column(place), phrase.words)])
    }

    /// The table of the rows that have a part of words in a place: the words of the index tell which those are.
    pub(crate) fn look_up_part(
        &mut self,
        db: &Connection,
        place: Option<Place>,
        part: &str,
    ) -> rusqlite::Result<String> {
        let (first, rest) = part.split_once(' ').unwrap_or((part, ""));
        let star = if rest.is_empty() { "" } else { " *" };
        let terms = words_with(db, first, !rest.is_empty())?;
        let phrase = |term: &String| {
            let words = if rest.is_empty() { term.clone() } else { format!("{term} {rest}") };
            format!("\"{words}\"{star}")
        };
        let questions = terms.chunks(MAX_PHRASES).map(|terms| {
            let phrases: Vec<String> = terms.iter().map(phrase).collect();
            format!("{}({})", column(place), phrases.join(" OR "))
        });
        Ok(self.table(questions.collect()))
    }

    fn table(&mut self, lookup: Vec<String>) -> String {
        let known = self.lookups.iter().position(|known| *known == lookup);
        let number = known.unwrap_or_else(|| {
            self.lookups.push(lookup);
            self.lookups.len() - 1
        });
        format!("found{number}")
    }

    /// The whole statement: the lookups, then what was said.
    pub(crate) fn finish(mut self, score: Option<String>) -> Self {
        let table = |(number, questions): (usize, &Vec<String>)| {
            let selects = questions.iter().map(|_| "SELECT rowid FROM words WHERE words MATCH ?");
            let none = questions.is_empty().then_some("SELECT 0 WHERE 0");
            let rows: Vec<&str> = selects.chain(none).collect();
            format!("found{number}(row) AS MATERIALIZED ({})", rows.join(" UNION "))
        };
        let mut tables: Vec<String> = self.lookups.iter().enumerate().map(table).collect();
        tables.extend(score);
        if !tables.is_empty() {
            self.text = format!("WITH {} {}", tables.join(", "), self.text);
        }
        let lookups = std::mem::take(&mut self.lookups).into_iter().flatten().map(Value::from);
        self.values = lookups.chain(self.values).collect();
        self
    }
}

/// The column of FTS5 that a place is. Words are letters and digits only, so nothing in them means anything else.
fn column(place: Option<Place>) -> String {
    place.map(|place| format!("{} : ", place.name())).unwrap_or_default()
}
