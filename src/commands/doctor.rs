//! `doctor`: looks at everything under `.support/`, says what is wrong, and repairs what is safe to repair.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::View;

/// Check .support/ and Git's setup for problems
///
/// Checks ticket files, fields against timelines, links, attachments, people, vendors, releases, conflicts, entries
/// that were lost since they were committed, the merge driver and old locks. Exits with status 3 if problems are left.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Repair what is safe to repair, in one commit
    #[arg(long)]
    repair: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    // What it repairs are findings.
    session.host.refused_form.set(None);
    let project = session.damaged_project()?;
    Ok(View::Problems(if args.repair { project.repair()? } else { project.problems()? }))
}
