//! `list`: the tickets that a query means.

use crate::commands::arguments::ReadOptions;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::{Projection, Search};
use crate::query::joined;
use crate::render::{Extent, View};

/// List or search tickets
///
/// Words are searched in all texts; `field:value` terms, joined by AND, narrow the list: status:open
/// severity:>=major level:2,3 assignee:me label:payments created:>=2026-01-01 updated:<7d no:assignee
/// -word OR ( ) sort:-severity limit:20. Without a query, the open tickets.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets to list: words, field:value, or @name for a saved query
    query: Vec<String>,
    /// Include resolved and closed tickets
    #[arg(long)]
    all: bool,
    /// Include texts and timelines in machine formats
    #[arg(long)]
    full: bool,
    /// Show the matching text in tables (default on a terminal)
    #[arg(long)]
    snippets: bool,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let query = match args.query.as_slice() {
        [] if args.all => String::new(),
        [] => "status:open".to_owned(),
        many => joined(many),
    };
    let projection = match (args.full, session.is_for_machines()) {
        (true, true) => Projection::Tickets,
        (false, true) => Projection::Records,
        (_, false) => Projection::Lines,
    };
    let with_snippets = args.snippets || session.on_terminal;
    let found = project.find(&Search { query: &query, projection, with_snippets })?;
    if found.is_empty() && session.interactive {
        session.note("no tickets");
    }
    let extent = if args.full { Extent::Full } else { Extent::Short };
    Ok(View::Tickets { tickets: project.placed(found)?, extent })
}
