//! `reopen`: a ticket that ended is worked on again.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::commands::views;
use crate::process::{ProcessAction, Request, RequestKind};
use crate::render::View;
use crate::ticket::{LinkKind, TicketId};

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
            let ticket = change.project().need(id)?;
            change.request(id, request.clone())?;
            // It is no duplicate any more, at both ends of the link.
            let originals = ticket.fields().links().filter(|(kind, _)| **kind == LinkKind::DuplicateOf);
            for original in originals.filter_map(|(_, other)| TicketId::parse(other)) {
                change
                    .follow(id, Request::new(RequestKind::Unlink(LinkKind::DuplicateOf, original.clone())))?;
                change.follow(
                    &original,
                    Request::new(RequestKind::Unlink(LinkKind::DuplicatedBy, id.clone())),
                )?;
            }
        }
        Ok(())
    })?;
    Ok(views::steps(changed, session))
}
