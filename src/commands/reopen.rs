//! `reopen`: a ticket that ended is worked on again.

use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{Move, Request, What};
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
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let note = args.common.message.read(session)?;
    let mut planned = Vec::new();
    for id in reading::resolve(&snapshot, &args.common.ids)? {
        let ticket = snapshot.need(&id)?;
        let request = Request::new(What::Step(Move::Reopen))
            .with_note(note.clone())
            .spending(args.common.spending.spent);
        planned.push(Planned { id: id.clone(), entry: session.entry_id(), request });
        let survivors = ticket.head().links().filter(|(kind, _)| **kind == LinkKind::DuplicateOf);
        for survivor in survivors.filter_map(|(_, other)| TicketId::parse(other)) {
            let ends = [
                (id.clone(), LinkKind::DuplicateOf, survivor.clone()),
                (survivor, LinkKind::DuplicatedBy, id.clone()),
            ];
            for (end, kind, other) in ends {
                let request = Request::new(What::Unlink(kind, other));
                planned.push(Planned { id: end, entry: session.entry_id(), request });
            }
        }
    }
    apply(&store, &planned, &[], &args.common.writing, session)
}
