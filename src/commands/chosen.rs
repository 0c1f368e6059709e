//! The tickets that a step is taken on: named one by one, or those that a query means.

use crate::commands::arguments::given_query;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::Project;
use crate::ticket::{Severity, TicketId, is_prefix, parse_span, visible};

/// The tickets of a step.
#[derive(Debug, clap::Args)]
pub(crate) struct Chosen {
    /// The tickets
    #[arg(value_name = "ID", required_unless_present = "query")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    by_query: ByQuery,
}

/// The tickets that a query means.
#[derive(Debug, clap::Args)]
pub(crate) struct ByQuery {
    /// The tickets that match QUERY (open ones, unless it speaks of status)
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,
    /// With --query, include resolved and closed tickets
    #[arg(long, requires = "query")]
    all: bool,
    /// With --query, do not ask before changing
    #[arg(short, long)]
    yes: bool,
}

impl Chosen {
    /// The tickets, each once. Those of a query are counted first: a terminal is asked, and a script must say that it
    /// means so many.
    ///
    /// # Errors
    /// One is not there, the query is not valid, or nobody said that so many are meant.
    pub(crate) fn ids(
        &self,
        project: &Project<'_>,
        session: &Session<'_>,
        is_dry_run: bool,
    ) -> Result<Vec<TicketId>, Failure> {
        self.by_query.or_named(&self.ids, project, session, is_dry_run)
    }
}

impl ByQuery {
    /// True where a query is given.
    pub(crate) fn is_given(&self) -> bool {
        self.query.is_some()
    }

    /// The tickets that the query means, or those that are named.
    pub(crate) fn or_named(
        &self,
        named: &[String],
        project: &Project<'_>,
        session: &Session<'_>,
        is_dry_run: bool,
    ) -> Result<Vec<TicketId>, Failure> {
        let Some(query) = &self.query else {
            return project.ids(named).map_err(|failure| with_word_meant(failure, named));
        };
        if !named.is_empty() {
            return Err(Failure::usage("tickets are given by their IDs and by --query; give one of both"));
        }
        let query = given_query(std::slice::from_ref(query))?.unwrap_or_default();
        let ids = if self.all { project.find_ids(&query)? } else { project.find_open_ids(&query)? };
        if ids.is_empty() {
            session.note("no ticket matches; nothing was changed");
        } else if !self.yes && !is_dry_run {
            confirm(ids.len(), session)?;
        }
        Ok(ids)
    }
}

/// The error about a word behind a ticket that is none, which keeps the word.
fn with_word_meant(failure: Failure, named: &[String]) -> Failure {
    let is_id = |word: &&String| is_prefix(&word.strip_prefix('#').unwrap_or(word).to_lowercase());
    let mut words = named.iter();
    let Some(word) = words.next().filter(is_id).and_then(|_| words.find(|word| !is_id(word))) else {
        return failure;
    };
    let error = WordAfterTicket { said: format!("{:#}", failure.error), word: word.clone() };
    Failure { error: error.into(), ..failure }
}

/// A word behind a ticket that is none: the value of an option, perhaps.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub struct WordAfterTicket {
    said: String,
    word: String,
}

impl WordAfterTicket {
    /// The options that take such a word, the likeliest first: their names, and how they are written with it.
    #[must_use]
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let word = visible(&self.word);
        let quoted = |name: &'static str| (name, format!("{name} '{word}'"));
        if Severity::parse(&self.word.to_lowercase()).is_some() {
            return vec![quoted("--severity")];
        }
        if parse_span(&self.word).is_some() {
            return vec![quoted("--follow-up"), quoted("--spent")];
        }
        vec![quoted("--to"), quoted("-m")]
    }
}

/// Asks whether so many tickets are meant.
fn confirm(count: usize, session: &Session<'_>) -> Result<(), Failure> {
    let tickets = if count == 1 { "1 ticket matches".to_owned() } else { format!("{count} tickets match") };
    if !session.interactive {
        return Err(Failure::usage(format!("{tickets}; nothing was changed"))
            .hint("add --yes to change them, or --dry-run to see what would change"));
    }
    if (session.ask)(&format!("{tickets}. Change them?"))? {
        return Ok(());
    }
    Err(Failure::new(crate::commands::failure::Kind::Refused, "nothing was changed"))
}
