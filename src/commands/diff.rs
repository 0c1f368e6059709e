//! `diff`: what changed in the support process between two revisions.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::{Difference, Differences, View};
use crate::store::Snapshot;
use crate::ticket::{Ticket, TicketId};

/// Show ticket changes between revisions
///
/// `A..B` is what B has otherwise than A, `A...B` what B brought since both parted, `A` what is here since A.
/// `--format markdown` is fit for a pull request.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The revisions: A..B, A...B, or A
    range: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let (from, to, since_parting) = match args.range.split_once("...") {
        Some((from, to)) => (from, to, true),
        None => {
            let (from, to) = args.range.split_once("..").unwrap_or((&args.range, ""));
            (from, to, false)
        }
    };
    let after = store.snapshot(Some(to).filter(|to| !to.is_empty()))?;
    let before = store.snapshot(Some(if from.is_empty() { "HEAD" } else { from }))?;
    let (Some(one), Some(other)) = (before.commit(), after.commit()) else {
        return Err(Failure::usage("there is nothing to compare: the branch has no commit yet"));
    };
    let base = if since_parting { store.parting(one, other)? } else { Some(one) };
    let before = base.map(|base| store.snapshot(Some(&base.to_string()))).transpose()?;
    let mut tickets = Vec::new();
    let ids = match base {
        Some(base) => after.differing(base, other)?.into_iter().collect(),
        None => after.ids()?,
    };
    for id in ids {
        tickets.extend(difference(&id, before.as_ref(), &after, session)?);
    }
    tickets.sort_by_key(|one| (one.before.is_some(), one.ticket.created(), one.ticket.id().clone()));
    Ok(View::Differences(Differences {
        from: base.map(|base| base.to_string()),
        to: other.to_string(),
        tickets,
    }))
}

/// How a ticket differs; nothing where both say the same. A version that cannot be read is told.
fn difference(
    id: &TicketId,
    before: Option<&Snapshot<'_>>,
    after: &Snapshot<'_>,
    session: &mut Session<'_>,
) -> Result<Option<Difference>, Failure> {
    let mut read = |snapshot: &Snapshot<'_>| -> Option<Ticket> {
        snapshot.ticket(id).unwrap_or_else(|error| {
            session.note(format!("warning: {error}"));
            None
        })
    };
    let (old, new) = (before.and_then(&mut read), read(after));
    let is_gone = new.is_none();
    let Some(ticket) = new.or_else(|| old.clone()) else { return Ok(None) };
    let known = old.as_ref().map(Ticket::timeline).unwrap_or_default();
    let entries: Vec<_> = ticket.timeline().iter().filter(|entry| !known.contains(entry)).cloned().collect();
    let lost = known.iter().filter(|entry| !ticket.timeline().contains(entry)).count();
    if entries.is_empty() && lost == 0 && !is_gone {
        return Ok(None);
    }
    Ok(Some(Difference { ticket, before: old, entries, lost, is_gone }))
}
