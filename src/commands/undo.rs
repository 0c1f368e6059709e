//! `undo`: answers your last change with one that restores what was before; history stays.

use crate::commands::arguments::WriteOptions;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::project::Outcome;
use crate::render::View;

/// Undo your last change with a new commit
///
/// Adds entries that restore the previous values; it never rewrites history. Fields that have changed since stay as
/// they are. A ticket that you opened is resolved as withdrawn. Undoing an undo restores the change.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Your last change of this ticket [default: of anything]
    id: Option<String>,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let id = args.id.as_ref().map(|id| project.id(id)).transpose()?;
    let changed = project.change(&args.writing.options(), |change| change.undo_last(id.as_ref()))?;
    if changed.tickets.is_empty() && matches!(changed.outcome, Outcome::Committed | Outcome::Unchanged) {
        return Ok(views::files(changed, session));
    }
    Ok(views::steps(changed, session))
}
