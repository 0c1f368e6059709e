//! `diff`: what changed in the support process between two revisions.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::Project;
use crate::render::{Difference, Differences, FileDifference, View};
use crate::ticket::{Field, Ticket, TicketId};

/// Show ticket changes between revisions
///
/// Changes of settings, team, vendors, releases and answers are shown after those of tickets.
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
        files: file_differences(before.as_ref(), &after)?,
    }))
}

/// How the files beside the tickets differ, line by line.
fn file_differences(
    before: Option<&Project<'_>>,
    after: &Project<'_>,
) -> Result<Vec<FileDifference>, Failure> {
    let old = before.map(Project::files_beside).transpose()?.unwrap_or_default();
    let new = after.files_beside()?;
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut files = Vec::new();
    for path in paths {
        let [one, other] = [&old, &new].map(|files| files.get(path).map(String::as_str));
        if one != other {
            let [one, other] = [one, other].map(Option::unwrap_or_default);
            let (added, removed) = (missing_lines(other, one), missing_lines(one, other));
            files.push(FileDifference { path: path.clone(), added, removed });
        }
    }
    Ok(files)
}

/// The lines of a text that another lacks.
fn missing_lines(text: &str, other: &str) -> Vec<String> {
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    other.lines().for_each(|line| *others.entry(line).or_default() += 1);
    let mut missing = Vec::new();
    for line in text.lines() {
        match others.get_mut(line).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => missing.push(line.to_owned()),
        }
    }
    missing
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
    let by_hand = if is_gone { Vec::new() } else { edited_by_hand(old.as_ref(), &ticket) };
    let differs = !entries.is_empty() || !by_hand.is_empty() || lost > 0 || is_gone;
    Ok(differs.then_some(Difference { ticket, before: old, entries, by_hand, lost, is_gone }))
}

/// The fields that differ, in one version or the other otherwise than its entries set them, and that no new entry sets.
fn edited_by_hand(old: Option<&Ticket>, new: &Ticket) -> Vec<Field> {
    let value =
        |ticket: Option<&Ticket>, field: &Field| ticket.and_then(|one| one.fields().get(field).cloned());
    let known = old.map(Ticket::timeline).unwrap_or_default();
    let mut fields = new.unaccounted();
    let set_now = |field: &Field| {
        new.timeline().iter().any(|entry| !known.contains(entry) && entry.set.contains_key(field))
    };
    let before = old.map(Ticket::unaccounted).unwrap_or_default();
    fields.extend(before.into_iter().filter(|field| !set_now(field)));
    fields.sort();
    fields.dedup();
    fields.retain(|field| value(old, field) != value(Some(new), field));
    fields
}
