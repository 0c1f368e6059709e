//! `comment`: says something on tickets, for the customer or for the team.

use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Request, RequestKind};
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
    /// Hide the comment from customers
    #[arg(long)]
    internal: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ids = project.ids(&args.ids)?;
    let note = args.message.need(session)?;
    let request = Request {
        visibility: if args.internal { Visibility::Internal } else { Visibility::Customer },
        ..Request::new(RequestKind::Comment).with_note(Some(note)).spending(args.spending.spent)
    };
    let changed = project.change(&args.writing.options(), |change| {
        ids.iter().try_for_each(|id| change.request(id, request.clone()).map(drop))
    })?;
    Ok(views::steps(changed, session))
}
