//! `show`: the page of one ticket.

use crate::commands::arguments::Reading;
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::process::Release;
use crate::render::{LinkedTicket, TicketPage, View};
use crate::store::{Snapshot, Store};
use crate::ticket::{Field, LinkKind, Ticket, TicketId};

/// Show a ticket and its timeline
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    #[command(flatten)]
    reading: Reading,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = args.reading.snapshot(&store)?;
    let id = snapshot.resolve(&args.id)?;
    let ticket = snapshot.need(&id)?;
    if args.reading.is_present() {
        reading::tell_later(&store, &snapshot, std::iter::once(&id), session)?;
    }
    let places = reading::places(&snapshot, &id, &args.reading)?;
    let fields = ticket.unaccounted();
    if !fields.is_empty() {
        let names: Vec<String> = fields.iter().map(crate::ticket::Field::name).collect();
        session.note(format!(
            "warning: {id} was edited by hand: no entry of its timeline sets {}",
            names.join(", ")
        ));
    }
    let linked = ticket.head().links().map(|(kind, other)| linked(&snapshot, kind, other)).collect();
    let prefix = snapshot.shortest(&id)?;
    let releases = project_files::releases(&snapshot)?;
    let fixed_in = fixed_in(&store, &ticket, &releases)?;
    let is_deliverys = is_deliverys(&ticket, &releases);
    Ok(View::Ticket(Box::new(TicketPage { ticket, prefix, linked, places, fixed_in, is_deliverys })))
}

/// The versions whose builds contain the ticket's fix.
fn fixed_in(store: &Store, ticket: &Ticket, releases: &[Release]) -> Result<Vec<String>, Failure> {
    if ticket.head().members(&Field::Commits).next().is_none() {
        return Ok(Vec::new());
    }
    // A tag that is not in this clone says nothing.
    let tagged =
        |release: &Release| Some((release.version.clone(), store.repository().revision(&release.tag).ok()?));
    let tips: Vec<_> = releases.iter().filter_map(tagged).collect();
    let said = store.said(&tips.iter().map(|(_, tip)| *tip).collect::<Vec<_>>(), Some(ticket))?;
    let mut versions = Vec::new();
    for (version, tip) in tips {
        if store.build(tip, &said)?.fixes(ticket)? {
            versions.push(version);
        }
    }
    Ok(versions)
}

/// True where a ticket says what it affects, and support owns none of it.
fn is_deliverys(ticket: &Ticket, releases: &[Release]) -> bool {
    let owned = |version: &str| {
        releases.iter().any(|release| release.version == version && release.state() == "supported")
    };
    let mut affected = ticket.head().members(&Field::Affects).peekable();
    !releases.is_empty() && affected.peek().is_some() && !affected.any(owned)
}

/// The other end of a link; one that cannot be read is named all the same.
pub(crate) fn linked(snapshot: &Snapshot<'_>, kind: &LinkKind, other: &str) -> LinkedTicket {
    let ticket = TicketId::parse(other).and_then(|id| snapshot.ticket(&id).ok().flatten());
    LinkedTicket { kind: kind.clone(), id: other.to_owned(), ticket }
}
