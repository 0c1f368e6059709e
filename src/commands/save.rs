//! `save`: adopts what was changed by hand, with the entries that account for it.

use crate::commands::arguments::Message;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::project::{ChangeOptions, Outcome};
use crate::render::View;

/// Commit manual edits under .support/
///
/// Validates the edited files, and adds timeline entries for changed fields. Staged and unstaged edits are treated
/// the same.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these tickets
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    message: Message,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Write even if the text looks like a secret
    #[arg(long)]
    allow_secret: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let only = project.ids(&args.ids)?;
    let note = args.message.read(session)?;
    let edits = project.hand_edits(&only)?;
    let options =
        ChangeOptions { dry_run: args.dry_run, allow_secret: args.allow_secret, ..ChangeOptions::default() };
    let changed = project.change(&options, |change| change.adopt_edits(&edits, note.as_ref()))?;
    if !args.dry_run {
        project.restore_layout(&edits, &changed.answer)?;
    }
    if changed.outcome == Outcome::Unchanged && !changed.answer.is_empty() {
        session.note("only layout or comments were edited; no field was changed");
        return Ok(View::Nothing);
    }
    if changed.outcome == Outcome::Unchanged {
        session.note("nothing to save");
        return Ok(View::Nothing);
    }
    Ok(views::steps(changed, session))
}
