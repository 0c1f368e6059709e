//! What hangs on a ticket: what blocks it, its parts, its duplicates, its cause, and what hangs on those.

use std::collections::BTreeSet;

use crate::ticket::{LinkKind, Ticket};

/// The links that are followed, in order.
const FOLLOWED: &[LinkKind] =
    &[LinkKind::BlockedBy, LinkKind::Child, LinkKind::CausedBy, LinkKind::DuplicatedBy];
/// The deepest level that is shown.
const MAX_DEPTH: usize = 32;
/// The most tickets of a tree.
const MAX_TICKETS: usize = 1_000;

/// A ticket in the tree of another.
#[derive(Debug)]
pub struct TreeNode {
    /// How the ticket above stands to it; none for the root.
    pub kind: Option<LinkKind>,
    /// Its id, as the link has it.
    pub id: String,
    /// The ticket, if it can be read.
    pub ticket: Option<Ticket>,
    /// True where it stands in the tree already: what hangs on it is shown there.
    pub is_repeated: bool,
    /// What hangs on it.
    pub nodes: Vec<Self>,
}

/// The tree of a ticket; `read` gives the tickets by their ids.
#[must_use]
pub fn tree(ticket: Ticket, read: &dyn Fn(&str) -> Option<Ticket>) -> TreeNode {
    let mut seen = BTreeSet::new();
    grown(None, ticket.id().to_string(), Some(ticket), read, (&mut seen, MAX_DEPTH))
}

fn grown(
    kind: Option<LinkKind>,
    id: String,
    ticket: Option<Ticket>,
    read: &dyn Fn(&str) -> Option<Ticket>,
    (seen, depth): (&mut BTreeSet<String>, usize),
) -> TreeNode {
    let is_repeated = !seen.insert(id.clone());
    let mut nodes = Vec::new();
    if let (Some(ticket), false, Some(deeper)) = (&ticket, is_repeated, depth.checked_sub(1)) {
        for wanted in FOLLOWED {
            let links = ticket.fields().links().filter(|(kind, _)| *kind == wanted);
            for (_, other) in links {
                if seen.len() < MAX_TICKETS {
                    let below = (&mut *seen, deeper);
                    nodes.push(grown(Some(wanted.clone()), other.to_owned(), read(other), read, below));
                }
            }
        }
    }
    TreeNode { kind, id, ticket, is_repeated, nodes }
}
