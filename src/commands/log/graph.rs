//! Entries beside the lines that git draws of their history: where work went on side by side, and was merged.

use std::collections::BTreeMap;

use crate::commands::failure::Failure;
use crate::project::Project;
use crate::render::{EntryLine, GraphLine, GraphMark};
use crate::ticket::TicketId;

/// The history of tickets, or of all, with their entries; of a commit without one that is wanted, only the name.
pub(super) fn graph(
    project: &Project<'_>,
    ids: &[TicketId],
    entries: Vec<EntryLine>,
    is_limited: bool,
) -> Result<Vec<GraphLine>, Failure> {
    let mut by_commit: BTreeMap<String, Vec<EntryLine>> = BTreeMap::new();
    for entry in entries {
        by_commit.entry(entry.commit.clone().unwrap_or_default()).or_default().push(entry);
    }
    let mut lines = Vec::new();
    for drawn in project.graph(ids)? {
        // Below the last entry that is wanted, nothing is.
        if is_limited && by_commit.is_empty() {
            break;
        }
        let Some(commit) = drawn.commit else {
            lines.push(GraphLine { lanes: drawn.lanes, mark: GraphMark::Nothing });
            continue;
        };
        let mut introduced = by_commit.remove(&commit.commit).unwrap_or_default();
        introduced.sort_by(|one, other| other.entry.cmp(&one.entry));
        let mut introduced = introduced.into_iter();
        // The last entry stands at the star, those before it below.
        let below = drawn.lanes.replace('*', "|");
        let mark = match introduced.next() {
            Some(entry) => GraphMark::Entry(Box::new(entry)),
            None => GraphMark::Commit { commit: commit.commit, subject: commit.subject },
        };
        lines.push(GraphLine { lanes: drawn.lanes, mark });
        let entry = |entry| GraphLine { lanes: below.clone(), mark: GraphMark::Entry(Box::new(entry)) };
        lines.extend(introduced.map(entry));
    }
    Ok(lines)
}
