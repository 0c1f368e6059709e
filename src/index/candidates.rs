//! Among which rows all answers to a query are, where few of them are and an index of the database tells: they are looked
//! up, instead of every row being looked at.

use rusqlite::params_from_iter;

use crate::index::compile::{Compiler, NO_RULING, ranks};
use crate::index::row::number_of;
use crate::index::statement::Statement;
use crate::query::asks::day;
use crate::query::matching::{Comparison, comparison};
use crate::query::tree::{Compare, Filter, Key, Property, Test};

/// The most rows that are looked up one by one: with more of them, going through all in order is as fast.
const MAX_CANDIDATES: i64 = 5_000;

impl Compiler<'_> {
    /// SQL that selects the fewest rows among which all answers are; none where it cannot be told, or where they are many.
    pub(super) fn candidates(
        &self,
        filter: &Filter,
        ruling: Option<i64>,
    ) -> rusqlite::Result<Option<Statement>> {
        let parts = if let Filter::All(all) = filter { all.as_slice() } else { std::slice::from_ref(filter) };
        let (mut most, mut fewest) = (MAX_CANDIDATES, None);
        for part in parts {
            let mut out = Statement::default();
            out.say("SELECT DISTINCT row FROM (");
            if !self.among(part, ruling.unwrap_or(NO_RULING), &mut out)? {
                continue;
            }
            out.say(")");
            let count = self.count(&out, most + 1)?;
            if count <= most {
                (most, fewest) = (count, Some(out));
            }
        }
        Ok(fewest)
    }

    /// How many rows a selection has, so many at most.
    fn count(&self, rows: &Statement, limit: i64) -> rusqlite::Result<i64> {
        let text = format!("SELECT count(*) FROM ({} LIMIT {limit})", rows.text);
        self.db.prepare_cached(&text)?.query_row(params_from_iter(&rows.values), |row| row.get(0))
    }

    /// Adds a selection of rows among which all are that pass a filter; false where there is none, and what was said is
    /// worth nothing.
    fn among(&self, filter: &Filter, ruling: i64, out: &mut Statement) -> rusqlite::Result<bool> {
        match filter {
            Filter::All(all) => self.among_first(all, ruling, out),
            Filter::Any(any) => among_each(any, out, |one, out| self.among(one, ruling, out)),
            Filter::Term(key, tests) => {
                among_each(tests, out, |test, out| self.among_values(*key, test, out))
            }
            Filter::Is(Property::Breached) => {
                out.say(&self.late(ruling));
                Ok(true)
            }
            Filter::Is(Property::Overdue) => {
                let (late, now) = (self.late(ruling), self.context.now.unix());
                out.say(&format!("{late} UNION ALL SELECT row FROM ticket WHERE follow_up <= {now}"));
                Ok(true)
            }
            Filter::Is(Property::Blocked) => {
                let key = number_of(Key::BlockedBy);
                out.say(&format!(
                    "SELECT row FROM value WHERE term IN (SELECT term FROM term WHERE key = {key})"
                ));
                Ok(true)
            }
            Filter::Not(_) | Filter::Words(_) | Filter::Part(..) | Filter::Has(_) | Filter::Is(_) => {
                Ok(false)
            }
        }
    }

    /// The selection of the first filter that has one.
    fn among_first(&self, all: &[Filter], ruling: i64, out: &mut Statement) -> rusqlite::Result<bool> {
        for filter in all {
            let mut one = Statement::default();
            if self.among(filter, ruling, &mut one)? {
                out.say(&one.text);
                out.values.extend(one.values);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn among_values(&self, key: Key, test: &Test, out: &mut Statement) -> rusqlite::Result<bool> {
        match test {
            Test::Text(_) if key == Key::Id => Ok(false),
            Test::Text(text) if comparison(key) == Comparison::Person => {
                let whom = self.context.whom(text);
                self.value_rows(key, out, |shown| whom.is_named(shown))?;
                Ok(true)
            }
            Test::Text(text) => {
                Self::text_rows(key, text, out);
                Ok(true)
            }
            Test::Time(..) | Test::Day(..) | Test::Age(..) if key == Key::Updated => {
                let Some(since) = self.since(test) else { return Ok(false) };
                out.say(&format!("SELECT row FROM ticket WHERE updated >= {since}"));
                Ok(true)
            }
            Test::Rank(compare, place) if matches!(key, Key::Severity | Key::Status) => {
                let column = if key == Key::Severity { "severity" } else { "status" };
                out.say(&format!("SELECT row FROM ticket WHERE {column} IN ({})", ranks(*compare, *place)));
                Ok(true)
            }
            Test::Time(..)
            | Test::Day(..)
            | Test::Age(..)
            | Test::Ahead(..)
            | Test::Open
            | Test::Words(_)
            | Test::Rank(..)
            | Test::Number(..) => Ok(false),
        }
    }

    /// The earliest moment that passes a test, in seconds since 1970 UTC; none where there is no bound.
    fn since(&self, test: &Test) -> Option<i64> {
        match test {
            Test::Time(Compare::Equal | Compare::AtLeast | Compare::Greater, from, _) => Some(from.unix()),
            Test::Day(compare, ago) => {
                let (from, to) = day(self.context.now, *ago);
                self.since(&Test::Time(*compare, from, to))
            }
            Test::Age(Compare::Equal | Compare::AtMost | Compare::Less, age) => {
                let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
                Some(self.context.now.unix().saturating_sub(age))
            }
            Test::Time(..)
            | Test::Age(..)
            | Test::Ahead(..)
            | Test::Open
            | Test::Words(_)
            | Test::Rank(..)
            | Test::Number(..)
            | Test::Text(_) => None,
        }
    }

    /// The rows of which a clock is or was used up.
    fn late(&self, ruling: i64) -> String {
        let now = self.context.now.unix();
        format!(
            "SELECT row FROM standing WHERE ruling = {ruling} AND late UNION ALL \
             SELECT row FROM standing WHERE ruling = {ruling} AND due < {now}"
        )
    }
}

/// The selections of all alternatives; false where one of them has none.
fn among_each<T>(
    any: &[T],
    out: &mut Statement,
    among: impl Fn(&T, &mut Statement) -> rusqlite::Result<bool>,
) -> rusqlite::Result<bool> {
    for (place, one) in any.iter().enumerate() {
        if place > 0 {
            out.say(" UNION ALL ");
        }
        if !among(one, out)? {
            return Ok(false);
        }
    }
    Ok(!any.is_empty())
}
