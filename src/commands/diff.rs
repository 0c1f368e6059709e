//! `diff`: what changed in the support process between two revisions.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::Project;
use crate::render::{Difference, Differences, View};
use crate::ticket::{Ticket, TicketId};

/// Show ticket changes between revisions
///
/// A..B compares A and B, A...B shows changes on B since the merge base of A and B, A compares A and the branch. Use
/// --format markdown in a pull request.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The revisions: A..B, A...B, or A
    range: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let (before, after) = session.project()?.compared(&args.range)?;
    let ids = after.differing(before.as_ref())?;
    let differences = ids.iter().map(|id| difference(id, before.as_ref(), &after));
    let differences = differences.collect::<Result<Vec<_>, _>>()?;
    let mut tickets: Vec<Difference> = differences.into_iter().flatten().collect();
    tickets.sort_by_key(|one| (one.before.is_some(), one.ticket.created(), one.ticket.id().clone()));
    Ok(View::Differences(Differences {
        from: before.as_ref().and_then(Project::read_commit),
        to: after.read_commit().unwrap_or_default(),
        tickets,
    }))
}

/// How a ticket differs; nothing where both say the same. A version that cannot be read is noted.
fn difference(
    id: &TicketId,
    before: Option<&Project<'_>>,
    after: &Project<'_>,
) -> Result<Option<Difference>, Failure> {
    let old = before.map(|before| before.noted_ticket(id)).transpose()?.flatten();
    let new = after.noted_ticket(id)?;
    let is_gone = new.is_none();
    let Some(ticket) = new.or_else(|| old.clone()) else { return Ok(None) };
    let known = old.as_ref().map(Ticket::timeline).unwrap_or_default();
    let entries: Vec<_> = ticket.timeline().iter().filter(|entry| !known.contains(entry)).cloned().collect();
    let lost = known.iter().filter(|entry| !ticket.timeline().contains(entry)).count();
    let differs = !entries.is_empty() || lost > 0 || is_gone;
    Ok(differs.then_some(Difference { ticket, before: old, entries, lost, is_gone }))
}
