//! What commands read: ids as typed, settings, the tickets of a query, candidates for completion.

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Change, Changes, Settings};
use crate::query::{self, Context, Query};
use crate::store::{BadFile, Snapshot, Store, layout};
use crate::ticket::{Field, Ticket, TicketId, yaml};

/// The settings in force.
pub(crate) fn settings(snapshot: &Snapshot<'_>) -> Result<Settings, Failure> {
    let Some(bytes) = snapshot.config()? else { return Ok(Settings::default()) };
    let invalid = |line: usize, problem: String| {
        let place = if line > 0 { format!(":{line}") } else { String::new() };
        Failure::new(Kind::Invalid, format!("{}{place}: {problem}", layout::CONFIG))
            .hint(format!("put it right and commit it: $EDITOR {}", layout::CONFIG))
    };
    let text = yaml::decode(&bytes).map_err(|error| invalid(error.line, error.problem))?;
    let node = yaml::parse(&text).map_err(|error| invalid(error.line, error.problem))?;
    Settings::read(&node).map_err(|(key, problem)| {
        let path: Vec<String> = key.split('.').map(str::to_owned).collect();
        invalid(yaml::line_of(&text, &path), format!("{key}: {problem}"))
    })
}

/// The tickets that ids as typed name, each once, in order.
pub(crate) fn resolve(snapshot: &Snapshot<'_>, typed: &[String]) -> Result<Vec<TicketId>, Failure> {
    let mut ids = Vec::new();
    for text in typed {
        let id = snapshot.resolve(text)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// A query as typed; `@name` stands for a saved one, and may be followed by more.
pub(crate) fn query(text: &str, settings: &Settings) -> Result<Query, Failure> {
    let Some(rest) = text.trim_start().strip_prefix('@') else { return Ok(query::parse(text)?) };
    let (name, more) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let Some(saved) = settings.queries.get(name) else {
        let known: Vec<&str> = settings.queries.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none is saved".to_owned() } else { known.join(", ") };
        return Err(Failure::usage(format!("there is no saved query @{name} ({known})"))
            .hint(format!("git support config set queries.{name} 'status:open assignee:me'")));
    };
    // Parsed alone first, so that an error in it is not taken for one in what was typed.
    query::parse(saved)
        .map_err(|error| Failure::from(error).hint(format!("git support config get queries.{name}")))?;
    Ok(query::parse(&format!("({saved}) {more}"))?)
}

/// Commits as typed, as their whole names.
pub(crate) fn resolve_commits(store: &Store, changes: &mut Changes) -> Result<(), Failure> {
    if let Some(Change::Members { add, .. }) = changes.get_mut(&Field::Commits) {
        for commit in add {
            *commit = store.repository().revision(commit)?.to_string();
        }
    }
    Ok(())
}

/// Who asks, and when.
pub(crate) fn context(store: &Store, session: &Session<'_>, at: Option<&str>) -> Context {
    let me = store.author().ok().map(|(person, _)| person);
    let now = at.and_then(crate::store::instant).unwrap_or_else(|| session.now());
    Context { me, now }
}

/// The tickets that a query means, in its order. Files that cannot be read are named on standard error.
pub(crate) fn find(
    store: &Store,
    snapshot: &Snapshot<'_>,
    text: &str,
    at: Option<&str>,
    session: &mut Session<'_>,
) -> Result<Vec<Ticket>, Failure> {
    let query = query(text, &settings(snapshot)?)?;
    let context = context(store, session, at);
    let listing = snapshot.tickets()?;
    let mut tickets: Vec<Ticket> =
        listing.tickets.into_iter().filter(|ticket| query.matches(ticket, &context)).collect();
    query.arrange(&mut tickets);
    warn(&listing.bad, session);
    Ok(tickets)
}

/// Names files that cannot be read; the others still count.
pub(crate) fn warn(bad: &[BadFile], session: &mut Session<'_>) {
    for file in bad {
        session.note(format!("warning: {file}"));
    }
}

/// Ids with their titles, for completion: those that begin with what was typed.
///
/// # Errors
/// There is no repository, or an object cannot be read.
pub fn candidates(session: &Session<'_>, typed: &str) -> Result<Vec<(String, String)>, Failure> {
    let store = session.store()?;
    let tickets = store.snapshot(None)?.beginning_with(typed)?;
    let pair = |ticket: &Ticket| (ticket.id().to_string(), ticket.head().title().to_owned());
    Ok(tickets.iter().map(pair).collect())
}
