//! The tickets that a query means: from the search index; from the tickets themselves where it is not available.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{Listed, Record, Settings, TicketHistory};
use crate::project::failure::{Failure, Kind};
use crate::project::people::{ambiguous_person, unknown_person};
use crate::project::sla_rules::{NamedRules, SlaRules};
use crate::project::state::Project;
use crate::query::{self, Context, Query, snippet};
use crate::store::{BadFile, Versions};
use crate::ticket::{Meant, Summary, Ticket, TicketId, meant, short_node};

/// The tickets of an answer that are shown with a piece of the text that was found.
const MAX_SNIPPETS: usize = 100;
/// How many files that cannot be read are named one by one.
const MAX_NAMED: usize = 30;

/// What is wanted of the tickets that are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// What a table shows.
    Lines,
    /// Their objects for machines, without the long texts.
    Records,
    /// Their courses, for clocks and reports.
    Courses,
    /// Everything.
    Tickets,
}

/// A search for tickets.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The query as typed.
    pub query: &'a str,
    /// What is wanted of each ticket.
    pub projection: Projection,
    /// True where the pieces of text that were found are wanted.
    pub with_snippets: bool,
    /// Which tickets are meant beside what the query says.
    pub which: Which,
    /// How many at most.
    pub limit: Limit,
}

/// Which tickets a query means beside what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Open ones, unless the query speaks of status, resolution or history.
    OpenUnlessAsked,
}

/// How many tickets are wanted at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// As many as the query says.
    AsAsked,
    /// So many; where the query says it, too, the fewer.
    AtMost(usize),
    /// All, whatever the query says: a gate counts what there is.
    None,
}

impl<'a> Search<'a> {
    /// A search for what a projection holds.
    #[must_use]
    pub fn new(query: &'a str, projection: Projection) -> Self {
        Self { query, projection, with_snippets: false, which: Which::All, limit: Limit::AsAsked }
    }
}

/// Tickets, and the rules by which their clocks are judged; none where the project has no clocks.
type Found = (Vec<Listed>, Option<SlaRules>);

impl Project<'_> {
    /// The tickets that a query means, in its order. Files that cannot be read are named in the notes.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn find(&self, search: &Search<'_>) -> Result<Vec<Listed>, Failure> {
        Ok(self.find_judged(search)?.0)
    }

    /// The same, with the rules by which their clocks are judged, where courses are wanted.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn find_judged(&self, search: &Search<'_>) -> Result<Found, Failure> {
        let mut query = parse_query(search.query, self.settings()?)?;
        if search.which == Which::OpenUnlessAsked {
            query.mean_open_unless_asked();
        }
        match search.limit {
            Limit::AsAsked => {}
            Limit::AtMost(limit) => query.limit_to(limit),
            Limit::None => query.without_limit(),
        }
        self.check_people(&query)?;
        if query.asks_clocks() {
            self.clock_rules()?;
        }
        let context = self.context()?;
        let answer = self.find_in_index(&query, &context, search.projection);
        let (mut found, rules) = match self.if_available(answer)? {
            Some(found) => found,
            None => self.find_in_files(&query, context, search.projection)?,
        };
        if search.with_snippets {
            for one in found.iter_mut().take(MAX_SNIPPETS) {
                one.snippet = snippet(&query, &self.need(&one.summary.id)?);
            }
        }
        Ok((found, rules))
    }

    /// The whole tickets that a query means, in its order.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn find_tickets(&self, query: &str) -> Result<Vec<Ticket>, Failure> {
        let whole = |one: Listed| match one.record {
            Record::Whole(ticket) => Some(*ticket),
            Record::None | Record::Short(_) | Record::TicketHistory(_) => None,
        };
        Ok(self.find(&Search::new(query, Projection::Tickets))?.into_iter().filter_map(whole).collect())
    }

    /// The ids of the tickets that a query means, in its order.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn find_ids(&self, query: &str) -> Result<Vec<TicketId>, Failure> {
        let found = self.find(&Search::new(query, Projection::Lines))?;
        Ok(found.into_iter().map(|one| one.summary.id).collect())
    }

    /// The ids of the open tickets that a query means, or of any, where it speaks of status, resolution or history.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn find_open_ids(&self, query: &str) -> Result<Vec<TicketId>, Failure> {
        let search = Search { which: Which::OpenUnlessAsked, ..Search::new(query, Projection::Lines) };
        Ok(self.find(&search)?.into_iter().map(|one| one.summary.id).collect())
    }

    /// How many tickets a query means, whatever its limit.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn count(&self, text: &str) -> Result<usize, Failure> {
        let query = parse_query(text, self.settings()?)?;
        let counted = self.count_in_index(&query);
        match self.if_available(counted)? {
            Some(count) => Ok(count),
            None => Ok(self.find_ids(text)?.len()),
        }
    }

    /// How many tickets were found, of how many, and what their status left out: for the foot of a list.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn counted(&self, search: &Search<'_>, shown: usize) -> Result<String, Failure> {
        let mut query = parse_query(search.query, self.settings()?)?;
        let tickets =
            |count: usize, what: &str| format!("{count} {what}ticket{}", if count == 1 { "" } else { "s" });
        let means_open = search.which == Which::OpenUnlessAsked && !query.speaks_of_status();
        let (open, closed) = (query::parse("status:open")?, query.of_closed());
        if means_open {
            query.mean_open_unless_asked();
        }
        query.without_limit();
        let counts = self.count_in_index(&query).and_then(|matching| {
            let others = if means_open {
                (self.count_in_index(&open)?, self.count_in_index(&closed)?)
            } else {
                (0, 0)
            };
            Ok((matching, others))
        });
        let Some((matching, (open, closed))) = self.if_available(counts)? else {
            return Ok(tickets(shown, ""));
        };
        let is_limited = shown < matching;
        if !means_open && !is_limited {
            return Ok(tickets(shown, ""));
        }
        let more = match closed {
            0 => String::new(),
            1 => "; 1 closed ticket matches too (--all)".to_owned(),
            many => format!("; {many} closed tickets match too (--all)"),
        };
        if is_limited {
            let what = if means_open { "matching open " } else { "matching " };
            return Ok(format!("{shown} of {}; -n {matching} shows all{more}", tickets(matching, what)));
        }
        Ok(format!("{shown} of {}{more}", tickets(open, "open ")))
    }

    /// Sees that every person whom a query names is somebody: of the team, or of some ticket; a reporter may be any of
    /// several.
    pub(super) fn check_people(&self, query: &Query) -> Result<(), Failure> {
        let team = self.people()?.known();
        for (field, name) in query.people() {
            if name == "me" {
                continue;
            }
            match meant(&name, &team) {
                Meant::One(_) | Meant::OneByPart(_) => continue,
                Meant::Several(_) if field == "reporter" => continue,
                Meant::Several(people) => return Err(ambiguous_person(Kind::Usage, &name, &people)),
                Meant::Nobody => {}
            }
            let mut is_known = false;
            for known_by in [field, "by", "reporter"] {
                is_known = is_known || self.has_ticket_of(known_by, &name)?;
            }
            if !is_known {
                let failure = unknown_person(Kind::Usage, &name, &team);
                let words = format!("to search for the text: '\"{}\"'", crate::ticket::visible(&name));
                return Err(Failure { hints: vec![words], ..failure });
            }
        }
        Ok(())
    }

    /// True where a ticket names a person, or that cannot be told at once.
    pub(super) fn has_ticket_of(&self, field: &str, name: &str) -> Result<bool, Failure> {
        let of_them = query::parse(&format!("{field}:{}", query::quoted(name)))?;
        let count = self.count_in_index(&of_them);
        Ok(self.if_available(count)?.is_none_or(|count| count > 0))
    }

    /// The same tickets, in the same order, with what a projection holds of each: for an answer that is too long to be
    /// held in memory.
    ///
    /// # Errors
    /// A ticket cannot be read.
    pub fn filled(&self, tickets: Vec<Listed>, projection: Projection) -> Result<Vec<Listed>, Failure> {
        let snapshot = self.snapshot();
        let mut files: Vec<Versions> = Vec::new();
        for one in &tickets {
            files.push(snapshot.versions_of(&one.summary.id)?);
        }
        let mut read: BTreeMap<TicketId, Ticket> = BTreeMap::new();
        snapshot.read_many(
            &files,
            |_, content| content,
            |content| -> Result<(), crate::store::Error> {
                if let (true, Some(bad)) = (content.tickets.is_empty(), content.bad) {
                    return Err(bad.into());
                }
                read.extend(content.tickets.into_iter().map(|ticket| (ticket.id().clone(), ticket)));
                Ok(())
            },
        )?;
        let mut filled = Vec::new();
        for mut one in tickets {
            let ticket = match read.remove(&one.summary.id) {
                Some(ticket) => ticket,
                // One of two that met under an id lies in the other's file.
                None => self.need(&one.summary.id)?,
            };
            one.record = match projection {
                Projection::Tickets => Record::Whole(Box::new(ticket)),
                Projection::Lines | Projection::Records | Projection::Courses => short_record(&ticket),
            };
            filled.push(one);
        }
        Ok(filled)
    }

    /// What a query means, from every ticket read anew.
    fn find_in_files(
        &self,
        query: &Query,
        mut context: Context,
        projection: Projection,
    ) -> Result<Found, Failure> {
        let listing = self.snapshot().tickets()?;
        let mut tickets = listing.tickets;
        let open = tickets.iter().filter(|ticket| ticket.fields().status().is_open());
        context.open = open.map(|ticket| ticket.id().clone()).collect();
        let rules = NamedRules::of(self, None)?.map(|named| named.read(self)).transpose()?;
        let mut judged = BTreeMap::new();
        if let Some(rules) = &rules {
            let mut past = rules.past(self);
            for ticket in &tickets {
                let (standing, by) =
                    rules.standing(past.as_mut(), ticket.id(), &TicketHistory::of(ticket))?;
                context.standings.insert(ticket.id().clone(), standing);
                judged.insert(ticket.id().clone(), by);
            }
        }
        tickets.retain(|ticket| query.matches(ticket, &context));
        query.arrange(&mut tickets, &context);
        self.warn_of_tickets(&listing.bad);
        let mut found = Vec::new();
        for ticket in tickets {
            found.push(Listed {
                summary: Summary::of(&ticket),
                prefix: self.shortest(ticket.id())?,
                places: None,
                snippet: None,
                queued: None,
                standing: rules.as_ref().map(|_| context.standing(&ticket)),
                record: match projection {
                    Projection::Lines => Record::None,
                    Projection::Records => short_record(&ticket),
                    Projection::Courses => {
                        let by = judged.remove(ticket.id()).unwrap_or_default();
                        Record::TicketHistory(Box::new((TicketHistory::of(&ticket), by)))
                    }
                    Projection::Tickets => Record::Whole(Box::new(ticket)),
                },
            });
        }
        Ok((found, rules))
    }

    /// Who asks, when, and of which team. A team that cannot be read is said, and hides no ticket.
    pub(super) fn context(&self) -> Result<Context, Failure> {
        self.warn_of_files()?;
        let team = self.people()?.known();
        let (standings, open) = (BTreeMap::new(), BTreeSet::new());
        Ok(Context { me: self.me().ok(), now: self.now(), team, open, standings })
    }

    /// Names files of tickets that cannot be read; the others still count.
    pub(super) fn warn_of_tickets(&self, bad: &[BadFile]) {
        for file in bad.iter().take(MAX_NAMED) {
            self.host.note(format!("warning: {file}"));
        }
        if bad.len() > MAX_NAMED {
            let more = bad.len() - MAX_NAMED;
            let message =
                format!("warning: {more} more files cannot be read; git support doctor names them all");
            self.host.note(message);
        }
    }
}

/// A ticket's object for machines, without the long texts.
fn short_record(ticket: &Ticket) -> Record {
    Record::Short(serde_json::to_string(&short_node(ticket)).unwrap_or_default())
}

/// A query as typed; `@name` stands for a saved one.
pub(super) fn parse_query(text: &str, settings: &Settings) -> Result<Query, Failure> {
    Ok(query::parse_with(text, &settings.queries)?)
}
