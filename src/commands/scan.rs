//! `scan`: reads the trailers of code commits, links them to their tickets, and resolves.

use crate::commands::arguments::WriteOptions;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::project::Outcome;
use crate::render::View;

/// Link or resolve tickets named in commit trailers
///
/// `Resolves-Ticket: ID`, and sentences such as `Fixes ID` with a complete ID, resolve the ticket as fixed;
/// `Support-Ticket: ID` links the commit. Each commit counts once, and a reverted commit does not count.
/// policy.resolve_by_role controls whose commits resolve tickets.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The commits: v1.4.0..main, or everything up to a revision
    #[arg(value_name = "RANGE", default_value = "HEAD")]
    range: String,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let commits = project.naming_commits(&args.range)?;
    let changed = project.change(&args.writing.options(), |change| change.link_naming(&commits))?;
    let new = project.warn_of_uncounted(&changed.answer);
    if !args.writing.dry_run {
        project.remember_uncounted(&new);
    }
    if changed.outcome == Outcome::Unchanged {
        session.note("no new commits to link");
        return Ok(View::Unchanged(Vec::new()));
    }
    Ok(views::steps(changed, session))
}
