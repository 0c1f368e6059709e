//! Among which rows the most urgent tickets are: an index of the database has the open ones in the order of the queue, and
//! only its beginning is read.

use rusqlite::params_from_iter;

use crate::index::compile::{Compiler, NO_RULING};
use crate::index::row::signed;
use crate::index::scope::Scope;
use crate::index::statement::Statement;
use crate::query::tree::{Compare, Filter, Key, Property, Query, Test};
use crate::ticket::{Severity, Status};

/// Of more rows, all are put in order at once.
const MAX_ROWS: usize = 1_000;

impl Compiler<'_> {
    /// SQL that selects rows among which the first are that a query asks for in the order of urgency; none where its answers
    /// need not be open, or it asks for many.
    pub(super) fn most_urgent(&self, query: &Query, scope: Scope) -> rusqlite::Result<Option<Statement>> {
        let order = query.order();
        let limit = query.limit.filter(|limit| *limit <= MAX_ROWS);
        let (Some(limit), "urgency", false) = (limit, order.key, order.descending) else { return Ok(None) };
        if !is_open(&query.filter) {
            return Ok(None);
        }
        let mut rows: Vec<String> = Vec::new();
        for part in self.parts(scope) {
            if rows.len() == limit {
                break;
            }
            let mut out = Statement::default();
            out.say(&part.from);
            self.filter(&query.filter, &mut out)?;
            out.say(&format!(" ORDER BY {}, m.id LIMIT {}", part.order, signed(limit - rows.len())));
            let out = out.finish(None);
            let mut found = self.db.prepare_cached(&out.text)?;
            let mut found = found.query(params_from_iter(&out.values))?;
            while let Some(row) = found.next()? {
                rows.push(row.get::<_, i64>(0)?.to_string());
            }
        }
        let mut out = Statement::default();
        // What waits and is asked about again comes before its place in the index: the few of that kind are all looked at.
        let (rows, now) = (rows.join(","), self.context.now.unix());
        out.say(&format!(
            "SELECT row FROM ticket WHERE row IN ({rows}) UNION SELECT row FROM ticket WHERE follow_up <= {now}"
        ));
        Ok(Some(out))
    }

    /// The open tickets in parts, the most urgent first, each with its order.
    fn parts(&self, scope: Scope) -> Vec<Part> {
        let severities = Severity::ALL.iter().rev().map(|severity| *severity as i64).chain([-1]);
        let Scope { edition, ruling } = scope;
        let member = |of: &str| {
            format!("CROSS JOIN member m INDEXED BY member_row ON m.row = {of}.row AND m.edition = {edition}")
        };
        let Some(ruling) = ruling else {
            let part = |severity| Part {
                from: format!(
                    "SELECT m.row FROM ticket t INDEXED BY ticket_queue {} LEFT JOIN standing s ON s.ruling = \
                     {NO_RULING} AND s.row = m.row WHERE t.open AND t.effective = {severity} AND ",
                    member("t")
                ),
                order: "t.created",
            };
            return severities.map(part).collect();
        };
        let part = |severity: i64, due: &str, order: &'static str| Part {
            from: format!(
                "SELECT m.row FROM standing s INDEXED BY standing_queue {} CROSS JOIN ticket t ON t.row = m.row WHERE \
                 s.ruling = {ruling} AND s.open AND s.effective = {severity} AND {due} AND ",
                member("s")
            ),
            order,
        };
        let now = self.context.now.unix();
        let (late, early) = (format!("s.due < {now}"), format!("s.due >= {now}"));
        let first = severities.clone().map(|severity| part(severity, &late, BY_DUE));
        let then = severities.flat_map(|severity| {
            [part(severity, &early, BY_DUE), part(severity, "s.due IS NULL", "s.created")]
        });
        first.chain(then).collect()
    }
}

/// The order of what is due.
const BY_DUE: &str = "s.due, s.created";

/// A part of the open tickets.
struct Part {
    /// The statement as far as its filter.
    from: String,
    /// The columns of its order, those of the index.
    order: &'static str,
}

/// True where every answer is open.
fn is_open(filter: &Filter) -> bool {
    match filter {
        Filter::All(all) => all.iter().any(is_open),
        Filter::Is(property) => *property == Property::Open,
        Filter::Term(Key::Status, tests) => !tests.is_empty() && tests.iter().all(is_open_status),
        Filter::Any(_)
        | Filter::Term(..)
        | Filter::Not(_)
        | Filter::Has(_)
        | Filter::Words(_)
        | Filter::Part(..) => false,
    }
}

fn is_open_status(test: &Test) -> bool {
    match test {
        Test::Open => true,
        Test::Rank(Compare::Equal, place) => Status::ALL.get(*place).is_some_and(|status| status.is_open()),
        Test::Rank(..)
        | Test::Words(_)
        | Test::Number(..)
        | Test::Time(..)
        | Test::Day(..)
        | Test::Age(..)
        | Test::Ahead(..)
        | Test::Text(_) => false,
    }
}
