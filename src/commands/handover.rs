//! `handover` and `brief`: all that is known, on one page, for the next level or for a vendor.

use crate::commands::alike::alike;
use crate::commands::code::concerned;
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::commands::show::linked;
use crate::process::similar;
use crate::render::{Audience, Concerned, Packet, View};
use crate::store::Snapshot;
use crate::ticket::{Field, Node, Ticket};

/// The most similar tickets that a packet names.
const MAX_SIMILAR: usize = 3;

/// Print handover notes for the next assignee
///
/// Markdown in a pipe, a page on a terminal, an object with --json.
#[derive(Debug, clap::Args)]
pub struct HandoverArgs {
    /// The ticket
    id: String,
}

/// Print a vendor brief without internal notes
///
/// Without internal notes, and without the customer's name, addresses and telephone numbers in what was
/// written. Read it before you send it.
#[derive(Debug, clap::Args)]
pub struct BriefArgs {
    /// The ticket
    id: String,
    /// The vendor [default: the one it is deferred to]
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
}

/// Runs `handover`.
pub(crate) fn handover(args: &HandoverArgs, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let id = snapshot.resolve(&args.id)?;
    let ticket = snapshot.need(&id)?;
    let others = alike(&store, &snapshot, &ticket, session)?;
    let similar = similar(&ticket, &others, MAX_SIMILAR).into_iter().cloned().collect();
    let code = concerned(&store, &snapshot, &ticket)?;
    Ok(packet(&snapshot, ticket, Audience::Team, similar, code))
}

/// Runs `brief`.
pub(crate) fn brief(args: &BriefArgs, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let ticket = snapshot.need(&snapshot.resolve(&args.id)?)?;
    let deferred_to =
        ticket.head().get(&Field::Deferral).and_then(|to| to.at("vendor")).and_then(Node::as_text);
    let Some(name) = args.vendor.as_deref().or(deferred_to) else {
        return Err(Failure::usage(format!("{} is with no vendor", ticket.id())).hint("--vendor NAME"));
    };
    let vendors = project_files::vendors(&snapshot)?;
    let vendor = vendors.get(name).cloned().ok_or_else(|| {
        Failure::new(Kind::NotFound, format!("there is no vendor {name}")).hint("git support vendor list")
    })?;
    Ok(packet(&snapshot, ticket, Audience::Vendor(Box::new(vendor)), Vec::new(), None))
}

fn packet(
    snapshot: &Snapshot<'_>,
    ticket: Ticket,
    audience: Audience,
    similar: Vec<Ticket>,
    code: Option<Concerned>,
) -> View {
    let linked = ticket.head().links().map(|(kind, other)| linked(snapshot, kind, other)).collect();
    View::Packet(Box::new(Packet { ticket, audience, linked, similar, code }))
}
