//! Entries beside the lines that git draws of their history: where work went on side by side, and met.

use std::collections::BTreeMap;

use crate::commands::failure::Failure;
use crate::render::{EntryLine, GraphLine, GraphMark};
use crate::store::git::Drawn;
use crate::store::{Error, Snapshot, Store, layout};
use crate::ticket::TicketId;

/// The history of tickets, or of all, with their entries; of a commit without one that is wanted, only the name.
pub(super) fn graph(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ids: &[TicketId],
    entries: Vec<EntryLine>,
) -> Result<Vec<GraphLine>, Failure> {
    let paths: Vec<String> = match ids {
        [] => vec![layout::TICKETS.to_owned()],
        ids => ids.iter().map(layout::ticket).collect(),
    };
    let mut by_commit: BTreeMap<String, Vec<EntryLine>> = BTreeMap::new();
    for entry in entries {
        by_commit.entry(entry.commit.clone().unwrap_or_default()).or_default().push(entry);
    }
    let mut lines = Vec::new();
    for Drawn { lanes, commit } in
        store.repository().drawn(&snapshot.commits(), &paths).map_err(Error::from)?
    {
        let Some(commit) = commit else {
            lines.push(GraphLine { lanes, mark: GraphMark::Nothing });
            continue;
        };
        let mut carried = by_commit.remove(&commit.to_string()).unwrap_or_default();
        carried.sort_by(|one, other| other.entry.cmp(&one.entry));
        let mut carried = carried.into_iter();
        // The last entry stands at the star, those before it below.
        let below = lanes.replace('*', "|");
        let mark = match carried.next() {
            Some(entry) => GraphMark::Entry(Box::new(entry)),
            None if store.repository().parents(commit).map_err(Error::from)?.len() > 1 => {
                let subject = store.repository().subject(commit).map_err(Error::from)?;
                GraphMark::Commit { commit: commit.to_string(), subject }
            }
            None => GraphMark::Commit { commit: commit.to_string(), subject: String::new() },
        };
        lines.push(GraphLine { lanes, mark });
        lines.extend(
            carried.map(|entry| GraphLine { lanes: below.clone(), mark: GraphMark::Entry(Box::new(entry)) }),
        );
    }
    Ok(lines)
}
