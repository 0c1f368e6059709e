//! `comment`: says something on tickets, for the customer or for the team.

use crate::commands::arguments::{Message, Spending, Writing};
use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::process::{Request, What};
use crate::render::View;
use crate::ticket::Visibility;

/// Add a comment
///
/// The customer may read it, unless --internal. Without -m or -F, a terminal opens the editor.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// For the team only
    #[arg(long)]
    internal: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let ids = reading::resolve(&store.snapshot(None)?, &args.ids)?;
    let note = args.message.need(session)?;
    let visibility = if args.internal { Visibility::Internal } else { Visibility::Customer };
    let mut planned = Vec::new();
    for id in ids {
        let request = Request {
            visibility: visibility.clone(),
            ..Request::new(What::Comment).with_note(Some(note.clone())).spending(args.spending.spent)
        };
        planned.push(Planned { id, entry: session.entry_id(), request });
    }
    apply(&store, &planned, &[], &args.writing, session)
}
