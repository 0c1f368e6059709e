//! The tickets that a query means: from the search index; from the tickets themselves where it is not available.

use std::collections::BTreeMap;

use crate::process::{Listed, Record, Settings, TicketHistory};
use crate::project::failure::Failure;
use crate::project::sla_rules::{NamedRules, SlaRules};
use crate::project::state::Project;
use crate::query::{self, Context, Query, snippet};
use crate::store::{BadFile, Versions};
use crate::ticket::{Person, Summary, Ticket, TicketId, short_node};

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
}

impl<'a> Search<'a> {
    /// A search for what a projection holds.
    #[must_use]
    pub fn new(query: &'a str, projection: Projection) -> Self {
        Self { query, projection, with_snippets: false }
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
        let query = parse_query(search.query, self.settings()?)?;
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
                read.extend(content?.into_iter().map(|ticket| (ticket.id().clone(), ticket)));
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
    fn context(&self) -> Result<Context, Failure> {
        self.warn_of_files()?;
        let mut team = Vec::new();
        for member in &self.team()?.members {
            let named = |email: &String| Person { name: member.name.clone(), email: email.clone() };
            team.extend(member.emails.iter().map(named));
        }
        Ok(Context { me: self.me().ok(), now: self.now(), team, standings: BTreeMap::new() })
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

/// A query as typed; `@name` stands for a saved one, and may be followed by more.
fn parse_query(text: &str, settings: &Settings) -> Result<Query, Failure> {
    let Some(rest) = text.trim_start().strip_prefix('@') else { return Ok(query::parse(text)?) };
    let (name, more) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let Some(saved) = settings.queries.get(name) else {
        let known: Vec<&str> = settings.queries.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Failure::usage(format!("unknown saved query '@{name}' (known: {known})"))
            .hint(format!("git support config set queries.{name} 'status:open assignee:me'")));
    };
    // Parsed alone first, so that an error in it is not taken for one in what was typed.
    query::parse(saved)
        .map_err(|error| Failure::from(error).hint(format!("git support config get queries.{name}")))?;
    Ok(query::parse(&format!("({saved}) {more}"))?)
}
