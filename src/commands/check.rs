//! `check`: a gate that is shut while tickets match.

use crate::commands::arguments::{ReadOptions, given_query};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::{Limit, Projection, Search, Which, ticket_path};
use crate::render::{Gate, View};

/// The query where none is given: what stands in the way of a release.
const GRAVE: &str = "status:open severity:blocker";

/// Exit with status 3 if tickets match a query
///
/// For example: git support check 'status:open severity:>=critical affects:1.5.0'. With --format junit, sarif or
/// github, a forge shows the matches.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The query [default: status:open severity:blocker]
    query: Vec<String>,
    /// Include resolved and closed tickets
    #[arg(long)]
    all: bool,
    /// Allow up to COUNT matches
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    max: usize,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?.for_gate()?;
    let query = given_query(&args.query)?.unwrap_or_else(|| GRAVE.to_owned());
    project.check_gate(&query)?;
    let projection = if session.is_for_machines() { Projection::Records } else { Projection::Lines };
    let which = if args.all { Which::All } else { Which::OpenUnlessAsked };
    let search = Search { which, limit: Limit::None, ..Search::new(&query, projection) };
    let mut found = project.find(&search)?;
    found.extend(project.found_as_recorded(&search, &found)?);
    let (count, max) = (found.len(), args.max);
    let are = if count == 1 { "ticket matches" } else { "tickets match" };
    session.note(format!(
        "{}: {count} {are} '{query}' on {} (allowed: {max})",
        if count > max { "failed" } else { "passed" },
        project.place()
    ));
    let paths = found.iter().map(|one| ticket_path(&one.summary.id)).collect();
    Ok(View::Gate(Gate { query, found, paths, max }))
}
