//! `undo`: reverts a change of yours with a new one; history stays.

use crate::commands::arguments::{Message, WriteOptions};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::project::Outcome;
use crate::render::View;

/// Undo your last change with a new commit
///
/// What is undone no longer counts: its fields get the values they have without it, and its words are struck out in
/// `show` and left out of search, handovers, briefs, reports and clocks. History is never rewritten. Fields that have
/// changed since stay as they are. A ticket that you opened is resolved as withdrawn. Undoing an undo is a redo.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Your last change of a ticket, an entry, or a commit [default: your last change]
    #[arg(value_name = "ID|ENTRY|COMMIT")]
    what: Option<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let target = project.undo_target(args.what.as_deref())?;
    let note = args.message.read(session)?;
    let options = args.writing.options();
    let changed = project.change(&options, |change| change.undo(&target, note.as_deref()))?;
    if changed.tickets.is_empty() && matches!(changed.outcome, Outcome::Committed | Outcome::Unchanged) {
        return Ok(views::files(changed, session));
    }
    Ok(views::steps(changed, session))
}
