//! Links between tickets: what they must never lead to, a ring.

use std::collections::BTreeMap;

use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::ticket::{LinkKind, TicketId};

impl Change<'_, '_> {
    /// Sees that a new link closes no ring: a ticket that blocks itself over others could never be done, and one that is a
    /// duplicate of itself would name no original.
    ///
    /// # Errors
    /// It would close one, or a ticket cannot be read.
    pub fn check_no_ring(&self, id: &TicketId, kind: &LinkKind, other: &TicketId) -> Result<(), Failure> {
        if *kind == LinkKind::RelatesTo || matches!(kind, LinkKind::Unknown(_)) {
            return Ok(());
        }
        let Some(path) = self.way(other, kind, id)? else { return Ok(()) };
        let ring: Vec<&str> = std::iter::once(id).chain(&path).map(TicketId::as_str).collect();
        let message = format!("the links would form a ring: {}", ring.join(&format!(" {kind} ")));
        let last = path.iter().rev().nth(1).unwrap_or(other);
        let hint = format!("git support link --remove {last} {} {id}", word(kind));
        Err(Failure::new(Kind::Refused, message).hint(hint))
    }

    /// The tickets from one to another along links of a kind, both included; `None` where no way leads there.
    fn way(&self, from: &TicketId, kind: &LinkKind, to: &TicketId) -> Result<Option<Vec<TicketId>>, Failure> {
        let mut came_from: BTreeMap<TicketId, Option<TicketId>> = BTreeMap::from([(from.clone(), None)]);
        let mut open = vec![from.clone()];
        while let Some(last) = open.pop() {
            // One that cannot be read leads nowhere, and is somebody else's fault.
            let Ok(Some(ticket)) = self.ticket(&last) else { continue };
            for (_, next) in ticket.fields().links().filter(|(own, _)| *own == kind) {
                let Some(next) = TicketId::parse(next) else { continue };
                if came_from.contains_key(&next) {
                    continue;
                }
                came_from.insert(next.clone(), Some(last.clone()));
                if next == *to {
                    return Ok(Some(way_back(&came_from, next)));
                }
                open.push(next);
            }
        }
        Ok(None)
    }
}

/// The tickets up to one, each after the one it was found from.
fn way_back(came_from: &BTreeMap<TicketId, Option<TicketId>>, to: TicketId) -> Vec<TicketId> {
    let before = |id: &TicketId| came_from.get(id).cloned().flatten();
    let mut way: Vec<TicketId> = std::iter::successors(Some(to), before).collect();
    way.reverse();
    way
}

/// The kind as `link` takes it.
fn word(kind: &LinkKind) -> &str {
    if *kind == LinkKind::Parent {
        "child-of"
    } else if *kind == LinkKind::Child {
        "parent-of"
    } else {
        kind.as_str()
    }
}
