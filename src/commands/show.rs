//! `show`: the page of one ticket.

use crate::commands::arguments::ReadOptions;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::is_unsupported;
use crate::project::Project;
use crate::render::{LinkedTicket, TicketPage, View};
use crate::ticket::{Field, Ticket, TicketId};

/// Show a ticket and its timeline
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let ticket = project.ticket(&args.id)?;
    let id = ticket.id();
    project.note_later(std::iter::once(id))?;
    let fields = ticket.unaccounted();
    if !fields.is_empty() {
        let names: Vec<String> = fields.iter().map(Field::name).collect();
        session
            .note(format!("warning: {id} was edited by hand: no timeline entry sets {}", names.join(", ")));
    }
    let page = TicketPage {
        prefix: project.shortest(id)?,
        linked: linked(&project, &ticket),
        places: project.places(id)?,
        fixed_in: project.fixed_in(&ticket)?,
        is_deliverys: is_unsupported(&ticket, project.releases()?),
        ticket,
    };
    Ok(View::Ticket(Box::new(page)))
}

/// The other ends of a ticket's links; one that cannot be read is named all the same.
pub(crate) fn linked(project: &Project<'_>, ticket: &Ticket) -> Vec<LinkedTicket> {
    let link = |(kind, other): (&crate::ticket::LinkKind, &str)| {
        let ticket = TicketId::parse(other).and_then(|id| project.readable(&id));
        LinkedTicket { kind: kind.clone(), id: other.to_owned(), ticket }
    };
    ticket.fields().links().map(link).collect()
}
