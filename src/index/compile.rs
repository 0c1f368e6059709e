//! A query as SQL: the same answer as [`Query::matches`] and [`Query::arrange`] give in memory.
//!
//! No expression is ever NULL, so that NOT means what it says.

use std::fmt::Write as _;

use rusqlite::Connection;

use crate::index::row::{BY_HAND, NEVER, PROPOSED, REOPENED, bit, number_of, signed};
use crate::index::scope::Scope;
use crate::index::statement::Statement;
use crate::query::asks::day;
use crate::query::context::Context;
use crate::query::matching::{Comparison, TAGS_POINTS, TITLE_POINTS, comparison};
use crate::query::phrase::{Phrase, Place};
use crate::query::tree::{Compare, Filter, Key, Property, Query, STALE_SECS, Test};
use crate::ticket::{Status, has_left};

/// The statement that finds a query's rows in an edition, in its order, with these columns.
pub(crate) fn compile(
    db: &Connection,
    query: &Query,
    context: &Context,
    scope: Scope,
    columns: &str,
) -> rusqlite::Result<Statement> {
    let (order, wanted, edition) = (query.order(), query.wanted(), scope.edition);
    let by_relevance = order.key == "relevance" && !wanted.is_empty();
    let mut out = Statement::default();
    let score_table = by_relevance.then(|| score(&wanted, &mut out));
    let is_led = by_relevance && is_required(&query.filter);
    // Where one phrase leads the way to the rows, each of them has it: it is not looked for again.
    let implied = match wanted.as_slice() {
        [only] if is_led && only.place.is_none() => Some(*only),
        _ => None,
    };
    out.say(&format!("SELECT {columns} FROM "));
    let mut record = String::new();
    if columns.contains("r.") {
        record.push_str("CROSS JOIN record r ON r.row = m.row ");
    }
    if scope.ruling.is_some() || query.asks_clocks() {
        let ruling = scope.ruling.unwrap_or(NO_RULING);
        let _ = write!(record, "LEFT JOIN standing s ON s.ruling = {ruling} AND s.row = m.row ");
    }
    let compiler = Compiler { db, context, implied, edition };
    let few = if by_relevance { None } else { compiler.candidates(&query.filter, scope.ruling)? };
    let candidates = if few.is_some() { few } else { compiler.most_urgent(query, scope)? };
    let led = format!(
        "CROSS JOIN member m INDEXED BY member_row ON m.row = led.row AND m.edition = {edition} CROSS JOIN \
         ticket t ON t.row = m.row {record}WHERE "
    );
    if is_led {
        // Only what has the words is looked at: the join's order is fixed, and so is its way to a member.
        out.say(&format!("score led {led}"));
    } else if let Some(candidates) = candidates {
        out.say(&format!("({}) led {led}", candidates.text));
        out.values.extend(candidates.values);
    } else {
        let score = if by_relevance { "LEFT JOIN score ON score.row = m.row " } else { "" };
        out.say(&format!("member m CROSS JOIN ticket t ON t.row = m.row {record}{score}"));
        out.say(&format!("WHERE m.edition = {edition} AND "));
    }
    compiler.filter(&query.filter, &mut out)?;
    let newest = ", m.created DESC";
    let (column, then) = match order.key {
        "relevance" if !by_relevance => ("m.edition", newest),
        "relevance" if is_led => ("led.points", newest),
        "relevance" => ("ifnull(score.points, 0)", newest),
        // Of equals, the newest come first.
        key => (order_column(key), newest),
    };
    let direction = if order.descending { "DESC" } else { "ASC" };
    if order.key == "urgency" {
        out.say(&by_urgency(context.now.unix(), order.descending));
    } else {
        out.say(&format!(" ORDER BY {column} {direction}{then}, m.id"));
    }
    if let Some(limit) = query.limit {
        out.say(&format!(" LIMIT {}", signed(limit)));
    }
    Ok(out.finish(score_table))
}

/// The order of the queue where nothing is blocked: late ones, then the more severe, then those that are due first, then the
/// older.
fn by_urgency(now: i64, is_reversed: bool) -> String {
    let (up, down) = if is_reversed { ("DESC", "ASC") } else { ("ASC", "DESC") };
    let waits = format!("t.status IN ({}, {})", Status::Pending as i64, Status::Deferred as i64);
    let late = format!("(({waits} AND ifnull(t.follow_up <= {now}, 0)) OR ifnull(s.due < {now}, 0))");
    format!(
        " ORDER BY {late} {down}, t.effective {down}, s.due IS NULL {up}, s.due {up}, m.created {up}, m.id {up}"
    )
}

/// The column by which a key orders.
fn order_column(key: &str) -> &'static str {
    match key {
        "updated" => "t.updated",
        "severity" => "t.severity",
        "status" => "t.status",
        "level" => "t.level",
        "title" => "natural_key(t.title)",
        "assignee" => "t.assignee",
        "occurrences" => "t.occurrences",
        "id" => "m.id",
        // What is not due comes last, whichever way it is looked at.
        "due" => "s.due IS NULL, s.due",
        _ => "m.created",
    }
}

/// No ruling has this number.
pub(super) const NO_RULING: i64 = -1;

/// True where every answer has one of the words that are looked for.
fn is_required(filter: &Filter) -> bool {
    match filter {
        Filter::All(all) => all.iter().any(is_required),
        Filter::Any(any) => !any.is_empty() && any.iter().all(is_required),
        Filter::Words(_) => true,
        Filter::Term(_, tests) => {
            !tests.is_empty() && tests.iter().all(|test| matches!(test, Test::Words(_)))
        }
        Filter::Not(_) | Filter::Has(_) | Filter::Is(_) | Filter::Part(..) => false,
    }
}

/// How much each row is about the phrases, as `query::matching::relevance` counts it.
fn score(wanted: &[&Phrase], out: &mut Statement) -> String {
    let mut parts = Vec::new();
    for phrase in wanted {
        for (place, points) in
            [(Some(Place::Title), TITLE_POINTS), (Some(Place::Tags), TAGS_POINTS), (phrase.place, 1)]
        {
            parts.push(format!("SELECT row, {points} AS points FROM {}", out.look_up(phrase, place)));
        }
    }
    let parts = parts.join(" UNION ALL ");
    format!("score AS MATERIALIZED (SELECT row, sum(points) AS points FROM ({parts}) GROUP BY row)")
}

/// What the parts of a query are compiled with.
pub(super) struct Compiler<'a> {
    pub(super) db: &'a Connection,
    pub(super) context: &'a Context,
    /// A phrase that every row looked at has.
    implied: Option<&'a Phrase>,
    edition: i64,
}

impl Compiler<'_> {
    pub(super) fn filter(&self, filter: &Filter, out: &mut Statement) -> rusqlite::Result<()> {
        match filter {
            Filter::All(all) => out.halved(all, ("AND", "1"), &|filter, out| self.filter(filter, out))?,
            Filter::Any(any) => out.halved(any, ("OR", "0"), &|filter, out| self.filter(filter, out))?,
            Filter::Not(inner) => {
                out.say("NOT ");
                self.filter(inner, out)?;
            }
            Filter::Words(phrase) if self.implied == Some(phrase) => out.say("1"),
            Filter::Words(phrase) => words(phrase, out),
            Filter::Part(place, part) => {
                let table = out.look_up_part(self.db, *place, part)?;
                out.say(&format!("(m.row IN (SELECT row FROM {table}))"));
            }
            Filter::Has(Key::Due) => out.say("(s.due IS NOT NULL)"),
            Filter::Has(key) => out.say(&format!("(t.has & {} <> 0)", bit(*key))),
            Filter::Is(property) => self.property(*property, out)?,
            Filter::Term(key, tests) => {
                out.halved(tests, ("OR", "0"), &|test, out| self.test(*key, test, out))?;
            }
        }
        Ok(())
    }

    fn property(&self, property: Property, out: &mut Statement) -> rusqlite::Result<()> {
        match property {
            Property::Open => out.say("m.open"),
            Property::Unassigned => out.say(&format!("(t.has & {} = 0)", bit(Key::Assignee))),
            Property::Stale => {
                let before = self.context.now.unix().saturating_sub(STALE_SECS);
                out.say(&format!("(m.open AND t.updated > {NEVER} AND t.updated < {before})"));
            }
            Property::Proposed => out.say(&format!("(t.marks & {PROPOSED} <> 0)")),
            Property::Orphaned => {
                out.say("(m.open AND m.row IN (");
                self.value_rows(Key::Assignee, out, |shown| has_left(shown, &self.context.team))?;
                out.say("))");
            }
            Property::Overdue => {
                let now = self.context.now.unix();
                out.say(&format!(
                    "(m.open AND (ifnull(t.follow_up <= {now}, 0) OR ifnull(s.due < {now}, 0)))"
                ));
            }
            Property::Breached => out.say(&self.breached()),
            Property::Warned => {
                let now = self.context.now.unix();
                out.say(&format!("(ifnull(s.warn <= {now}, 0) AND NOT {})", self.breached()));
            }
            Property::Unanswered => out.say("(t.talk <> '' AND unanswered(t.talk))"),
            Property::Blocked => out.say(&format!("(m.open AND {})", self.blocked())),
            Property::Ready => {
                let waits = format!("t.status IN ({}, {})", Status::Pending as i64, Status::Deferred as i64);
                out.say(&format!("(m.open AND NOT {waits} AND NOT {})", self.blocked()));
            }
            Property::ByHand => out.say(&format!("(t.marks & {BY_HAND} <> 0)")),
            Property::Regressed => out.say(&format!("(m.open AND t.marks & {REOPENED} <> 0)")),
        }
        Ok(())
    }

    /// True of the rows that an open ticket blocks.
    fn blocked(&self) -> String {
        let (key, edition) = (number_of(Key::BlockedBy), self.edition);
        format!(
            "(m.row IN (SELECT v.row FROM term b CROSS JOIN member o INDEXED BY member_id ON o.edition = {edition} \
             AND o.id = b.text AND o.open CROSS JOIN value v ON v.term = b.term WHERE b.key = {key}))"
        )
    }

    fn breached(&self) -> String {
        format!("(ifnull(s.late, 0) OR ifnull(s.due < {}, 0))", self.context.now.unix())
    }

    fn test(&self, key: Key, test: &Test, out: &mut Statement) -> rusqlite::Result<()> {
        match test {
            Test::Open => out.say("m.open"),
            Test::Words(phrase) => words(phrase, out),
            Test::Rank(compare, place) => rank(key, *compare, *place, out),
            Test::Number(compare, number) => {
                let number = i64::try_from(*number).unwrap_or(i64::MAX);
                out.compare(column(key), sign(*compare), number);
            }
            Test::Time(compare, from, to) => {
                let (from, to, column) = (from.unix(), to.unix(), time(key));
                let within = match compare {
                    Compare::Equal => format!("{column} >= {from} AND {column} < {to}"),
                    Compare::Less => format!("{column} < {from}"),
                    Compare::AtMost => format!("{column} < {to}"),
                    Compare::Greater => format!("{column} >= {to}"),
                    Compare::AtLeast => format!("{column} >= {from}"),
                };
                out.say(&format!("({column} > {NEVER} AND {within})"));
            }
            Test::Day(compare, ago) => {
                let (from, to) = day(self.context.now, *ago);
                self.test(key, &Test::Time(*compare, from, to), out)?;
            }
            Test::Age(compare, age) => {
                let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
                let (column, now) = (time(key), self.context.now.unix());
                out.say(&format!("({column} > {NEVER} AND {now} - {column} {} {age})", sign(*compare)));
            }
            Test::Ahead(compare, span) => {
                let span = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
                let (column, now) = (time(key), self.context.now.unix());
                out.say(&format!("({column} > {NEVER} AND {column} - {now} {} {span})", sign(*compare)));
            }
            Test::Text(text) => self.text(key, text, out)?,
        }
        Ok(())
    }

    fn text(&self, key: Key, text: &str, out: &mut Statement) -> rusqlite::Result<()> {
        if key == Key::Id {
            out.say("(substr(m.id, 1, length(?)) = ?)");
            out.give(text.to_owned());
            out.give(text.to_owned());
            return Ok(());
        }
        out.say("(m.row IN (");
        if comparison(key) == Comparison::Person {
            let whom = self.context.whom(text);
            self.value_rows(key, out, |shown| whom.is_named(shown))?;
        } else {
            Self::text_rows(key, text, out);
        }
        out.say("))");
        Ok(())
    }

    /// The rows with a value of a key that a text means, which names nobody.
    pub(super) fn text_rows(key: Key, text: &str, out: &mut Statement) {
        let condition = match comparison(key) {
            Comparison::Beginning => "substr(text, 1, length(?)) = ?",
            Comparison::Part => "? <> '' AND instr(text, ?) > 0",
            Comparison::Whole | Comparison::Person => "? <> '' AND text = ?",
        };
        let key = number_of(key);
        out.say("SELECT row FROM value WHERE term IN (SELECT term FROM term WHERE key = ");
        out.say(&format!("{key} AND {condition})"));
        out.give(text.to_owned());
        out.give(text.to_owned());
    }

    /// The rows with a value of a key that passes: there are few values, and the test is that of the query.
    pub(super) fn value_rows(
        &self,
        key: Key,
        out: &mut Statement,
        passes: impl Fn(&str) -> bool,
    ) -> rusqlite::Result<()> {
        let mut known = self.db.prepare_cached("SELECT term, shown FROM term WHERE key = ?")?;
        let mut rows = known.query([number_of(key)])?;
        let mut passing: Vec<String> = Vec::new();
        while let Some(row) = rows.next()? {
            let shown: String = row.get(1)?;
            if passes(&shown) {
                passing.push(row.get::<_, i64>(0)?.to_string());
            }
        }
        out.say(&format!("SELECT row FROM value WHERE term IN ({})", passing.join(",")));
        Ok(())
    }
}

fn words(phrase: &Phrase, out: &mut Statement) {
    let table = out.look_up(phrase, phrase.place);
    out.say(&format!("(m.row IN (SELECT row FROM {table}))"));
}

fn time(key: Key) -> &'static str {
    if key == Key::Created {
        "m.created"
    } else if key == Key::Due {
        // No expression is ever NULL.
        "ifnull(s.due, -9223372036854775808)"
    } else {
        "t.updated"
    }
}

fn sign(compare: Compare) -> &'static str {
    match compare {
        Compare::Equal => "=",
        Compare::Less => "<",
        Compare::AtMost => "<=",
        Compare::Greater => ">",
        Compare::AtLeast => ">=",
    }
}

/// A place in a closed list of words: the places that pass, of which there are few.
fn rank(key: Key, compare: Compare, place: usize, out: &mut Statement) {
    if key == Key::Was {
        let mask = passing(compare, place).fold(0_i64, |mask, rank| mask | (1 << rank));
        return out.say(&format!("(t.was & {mask} <> 0)"));
    }
    out.say(&format!("({} IN ({}))", column(key), ranks(compare, place)));
}

/// The places of a list of words that pass a comparison with one.
fn passing(compare: Compare, place: usize) -> impl Iterator<Item = usize> {
    (0..Status::ALL.len().max(8)).filter(move |rank| compare.allows(rank.cmp(&place)))
}

/// The same, with commas between.
pub(super) fn ranks(compare: Compare, place: usize) -> String {
    passing(compare, place).map(|rank| rank.to_string()).collect::<Vec<_>>().join(",")
}

/// Columns of what is counted or is one of a closed list.
const COLUMNS: [(Key, &str); 7] = [
    (Key::Reopened, "t.reopened"),
    (Key::Comments, "t.comments"),
    (Key::Occurrences, "t.occurrences"),
    (Key::Severity, "t.severity"),
    (Key::Type, "t.type"),
    (Key::Area, "t.area"),
    (Key::Status, "t.status"),
];

fn column(key: Key) -> &'static str {
    COLUMNS.iter().find(|(of, _)| *of == key).map_or("t.level", |(_, column)| column)
}
