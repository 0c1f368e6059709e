//! `reopen`: a ticket that ended is worked on again.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::commands::views;
use crate::process::{ProcessAction, Request, RequestKind};
use crate::render::View;

/// Reopen resolved or closed tickets
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let note = args.common.message.read(session)?;
    let ids = args.common.tickets.ids(&project, session, args.common.writing.dry_run)?;
    let request = Request::new(RequestKind::Process(ProcessAction::Reopen))
        .with_note(note)
        .spending(args.common.spending.spent);
    let changed = project.change(&args.common.writing.options(), |change| {
        for id in &ids {
            change.request_at_both_ends(id, request.clone())?;
        }
        Ok(())
    })?;
    Ok(views::steps(changed, session))
}
