//! `list`: the tickets that a query means.

use crate::commands::arguments::{ReadOptions, given_query};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::{Limit, Project, Projection, Search, Which};
use crate::query::requoted;
use crate::render::{Extent, View};
use crate::ticket::shell_word;

/// List or search tickets
///
/// Words are searched in all texts; `field:value` terms, joined by AND, narrow the list: status:open
/// severity:>=major level:2,3 assignee:me label:payments created:>=2026-01-01 updated:<7d no:assignee
/// -word OR ( ) sort:-severity limit:20. Means open tickets, unless the query speaks of status, resolution or history.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets to list: words, field:value, or @name for a saved query
    query: Vec<String>,
    /// Include resolved and closed tickets
    #[arg(long)]
    all: bool,
    /// Show at most COUNT tickets
    #[arg(short = 'n', long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Include texts and timelines in machine formats
    #[arg(long)]
    full: bool,
    /// Show the matching text in tables (default on a terminal)
    #[arg(long)]
    snippets: bool,
    #[command(flatten)]
    reading: ReadOptions,
}

/// What a query that found nothing may have meant, as far as it finds something here: words near its own, and for one word
/// of the shell a value with its spaces.
fn found_near(project: &Project<'_>, query: &str, which: Which) -> Result<Vec<String>, Failure> {
    let mut near = Vec::new();
    let as_value = requoted(query);
    let search = Search { which, limit: Limit::AtMost(1), ..Search::new(&as_value, Projection::Lines) };
    if query.contains(':') && as_value != query && project.find(&search).is_ok_and(|found| !found.is_empty())
    {
        near.push(shell_word(&as_value));
    }
    for word in project.near_words(query)? {
        let alone = requoted(&word);
        let search = Search { which, limit: Limit::AtMost(1), ..Search::new(&alone, Projection::Lines) };
        if !project.find(&search)?.is_empty() {
            near.push(word);
        }
    }
    Ok(near)
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let query = given_query(&args.query)?.unwrap_or_default();
    let projection = match (args.full, session.is_for_machines()) {
        (true, true) => Projection::Tickets,
        (false, true) => Projection::Records,
        (_, false) => Projection::Lines,
    };
    let with_snippets = args.snippets || session.on_terminal;
    let which = if args.all { Which::All } else { Which::OpenUnlessAsked };
    let search = Search {
        which,
        limit: args.limit.map_or(Limit::AsAsked, Limit::AtMost),
        with_snippets,
        ..Search::new(&query, projection)
    };
    let found = project.find(&search)?;
    if found.is_empty()
        && let near = found_near(&project, &query, which)?
        && !near.is_empty()
    {
        session.note(format!("no ticket matches; did you mean {}?", near.join(" ")));
    }
    if session.on_terminal {
        session.note(project.counted(&search, found.len())?);
    }
    let extent = if args.full { Extent::Full } else { Extent::Short };
    Ok(View::Tickets { tickets: project.placed(found)?, extent })
}
