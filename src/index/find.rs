//! Answers: the tickets of an edition that a query means, and the files that cannot be read.

use rusqlite::functions::FunctionFlags;
use rusqlite::params_from_iter;

use crate::index::Unreadable;
use crate::index::compile::compile;
use crate::index::error::Error;
use crate::index::row::NEVER;
use crate::index::schema::Index;
use crate::index::scope::Scope;
use crate::query::Query;
use crate::query::context::Context;
use crate::query::tree::{Filter, Key, Property, Test};
use crate::ticket::{Level, Severity, SlaStatus, Status, Summary, Talk, TicketId, Timestamp, natural_key};

/// A ticket that was found.
#[derive(Debug)]
pub struct Hit {
    /// What a list shows of it.
    pub summary: Summary,
    /// How many of its id's first characters tell it from every other.
    pub prefix: usize,
    /// Its object for machines, as JSON; empty where it was not asked for.
    pub short: String,
    /// Its course, as the process wrote it down; empty where it was not asked for.
    pub course: Vec<u8>,
    /// By which rules its clocks are judged, likewise.
    pub rules: Vec<u8>,
    /// Where its clocks stand; `None` where no ruling judges them.
    pub standing: Option<SlaStatus>,
}

/// What is wanted of a ticket beside what a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Nothing.
    None,
    /// Its object for machines.
    Object,
    /// Its course.
    TicketHistory,
}

impl Index {
    /// Hands on the tickets of an edition that a query means, one by one in its order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn find(
        &self,
        scope: Scope,
        query: &Query,
        context: &Context,
        extra: Extra,
        take: &mut dyn FnMut(Hit),
    ) -> Result<(), Error> {
        self.teach(context)?;
        let object = match extra {
            Extra::None => "NULL",
            Extra::Object => "r.short",
            Extra::TicketHistory => "r.course",
        };
        let clocks = if scope.ruling.is_some() {
            "s.due, s.warn, s.late, s.paused, s.rules"
        } else {
            "NULL, NULL, NULL, NULL, NULL"
        };
        let columns = format!(
            "m.id, m.prefix, m.created, t.title, t.severity, t.status, t.level, t.assignee, t.updated, t.follow_up, {object}, {clocks}, t.talk, t.effective"
        );
        let statement = compile(&self.db, query, context, scope, &columns)?;
        let mut found = self.db.prepare_cached(&statement.text)?;
        let mut rows = found.query(params_from_iter(statement.values))?;
        while let Some(row) = rows.next()? {
            if let Some(hit) = hit(row)? {
                let standing = scope.ruling.map(|_| standing(row)).transpose()?;
                let mut hit = Hit { standing, ..hit };
                match extra {
                    Extra::None => {}
                    Extra::Object => hit.short = row.get(10)?,
                    Extra::TicketHistory => {
                        hit.course = row.get(10)?;
                        hit.rules = row.get::<_, Option<Vec<u8>>>(15)?.unwrap_or_default();
                    }
                }
                take(hit);
            }
        }
        Ok(())
    }

    /// How many tickets of an edition a query means, whatever its limit.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn count(&self, scope: Scope, query: &Query, context: &Context) -> Result<usize, Error> {
        if matches!(query.filter, Filter::Is(Property::Open))
            || matches!(&query.filter, Filter::Term(Key::Status, tests) if matches!(tests.as_slice(), [Test::Open]))
        {
            return self.count_open(scope.edition);
        }
        self.teach(context)?;
        let statement = compile(&self.db, query, context, scope, "m.id")?;
        let counted = format!("SELECT count(*) FROM ({})", statement.text);
        let count: i64 = self.db.query_row(&counted, params_from_iter(statement.values), |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// How many tickets of an edition are open: nothing else is read of them.
    fn count_open(&self, edition: i64) -> Result<usize, Error> {
        let text = "SELECT count(*) FROM member INDEXED BY member_open WHERE edition = ? AND open";
        let count: i64 = self.db.prepare_cached(text)?.query_row([edition], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// What the query in memory asks of a title's order and of the talk with a customer, taught to the database.
    fn teach(&self, context: &Context) -> Result<(), Error> {
        self.db.create_scalar_function(
            "natural_key",
            1,
            FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
            |call| Ok(natural_key(&call.get::<String>(0)?)),
        )?;
        let team = context.team.clone();
        self.db.create_scalar_function("unanswered", 1, FunctionFlags::SQLITE_UTF8, move |call| {
            Ok(Talk::from_text(&call.get::<String>(0)?).is_unanswered(&team))
        })?;
        Ok(())
    }

    /// The files of an edition that cannot be read.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn unreadable(&self, edition: i64) -> Result<Vec<Unreadable>, Error> {
        let mut all =
            self.db.prepare("SELECT path, line, problem FROM unreadable WHERE edition = ? ORDER BY path")?;
        let bad = all.query_map([edition], |row| {
            let line = usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
            Ok(Unreadable { path: row.get(0)?, line, problem: row.get(2)? })
        })?;
        Ok(bad.collect::<rusqlite::Result<_>>()?)
    }
}

/// A row as a hit; `None` where it holds what this version never writes.
fn hit(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Hit>> {
    fn word<T: Copy>(all: &[T], place: i64) -> Option<T> {
        all.get(usize::try_from(place).ok()?).copied()
    }
    let moment = |seconds: Option<i64>| seconds.filter(|at| *at != NEVER).and_then(Timestamp::from_unix);
    let id = row.get_ref(0)?.as_str().ok().and_then(TicketId::parse);
    let (Some(id), Some(status), Some(level)) =
        (id, word(Status::ALL, row.get(5)?), word(Level::ALL, row.get::<_, i64>(6)? - 1))
    else {
        return Ok(None);
    };
    let summary = Summary {
        id,
        title: row.get(3)?,
        severity: word(Severity::ALL, row.get(4)?),
        effective: word(Severity::ALL, row.get(17)?),
        status,
        level,
        assignee: row.get(7)?,
        created: moment(row.get(2)?),
        updated: moment(row.get(8)?),
        follow_up: moment(row.get(9)?),
        talk: Talk::from_text(row.get_ref(16)?.as_str()?),
    };
    let prefix = usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
    Ok(Some(Hit {
        summary,
        prefix,
        short: String::new(),
        course: Vec::new(),
        rules: Vec::new(),
        standing: None,
    }))
}

fn standing(row: &rusqlite::Row<'_>) -> rusqlite::Result<SlaStatus> {
    let moment = |seconds: Option<i64>| seconds.and_then(Timestamp::from_unix);
    let is = |flag: Option<bool>| flag.unwrap_or_default();
    Ok(SlaStatus {
        due: moment(row.get(11)?),
        warn: moment(row.get(12)?),
        is_late: is(row.get(13)?),
        is_paused: is(row.get(14)?),
    })
}
