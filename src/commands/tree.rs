//! `tree`: what hangs on a ticket.

use crate::commands::arguments::ReadOptions;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::tree;
use crate::render::View;
use crate::ticket::TicketId;

/// Show what blocks a ticket, its parts and duplicates
///
/// Its cause, too; each with its severity, status and assignee, and what hangs on it in turn. `git support link` makes the links.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let ticket = project.ticket(&args.id)?;
    let read = |id: &str| TicketId::parse(id).and_then(|id| project.readable(&id));
    Ok(View::Tree(Box::new(tree(ticket, &read))))
}
