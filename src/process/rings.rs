//! Links that cannot be so: rings, which no step makes and two branches that were merged may; and a duplicate of nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::{Field, LinkKind, Resolution, Ticket, TicketId};

/// The kinds of links that must not lead back: each in one of its two directions.
const ONE_WAY: &[LinkKind] =
    &[LinkKind::BlockedBy, LinkKind::Parent, LinkKind::DuplicateOf, LinkKind::CausedBy];

/// The rings among some tickets: the kind, and the tickets in the order of the links, the first by its id first. Of
/// several that share a ticket one is found.
#[must_use]
pub fn rings(tickets: &BTreeMap<TicketId, Ticket>) -> Vec<(LinkKind, Vec<TicketId>)> {
    let mut rings = Vec::new();
    for kind in ONE_WAY {
        let mut done: BTreeSet<&TicketId> = BTreeSet::new();
        for id in tickets.keys() {
            rings.extend(ring_from(id, kind, tickets, &mut done).map(|ring| (kind.clone(), ring)));
        }
    }
    rings
}

/// True for a duplicate that does not name what it is one of: whoever reported it would not know where the work is done.
#[must_use]
pub fn lacks_original(ticket: &Ticket) -> bool {
    let head = ticket.fields();
    let code = head.get(&Field::Resolution).map(|code| Resolution::parse(&code.to_string()));
    !head.status().is_open()
        && code == Some(Resolution::Duplicate)
        && head.members(&Field::Links(LinkKind::DuplicateOf)).next().is_none()
}

/// The first ring that links of a kind lead into from a ticket, by tickets that were not looked at before.
fn ring_from<'a>(
    id: &'a TicketId,
    kind: &'a LinkKind,
    tickets: &'a BTreeMap<TicketId, Ticket>,
    done: &mut BTreeSet<&'a TicketId>,
) -> Option<Vec<TicketId>> {
    // The way that led here, and of each ticket on it, how many of its links were followed.
    let mut way: Vec<(&TicketId, usize)> = vec![(id, 0)];
    while let Some((last, followed)) = way.last_mut() {
        let next = linked(last, kind, tickets).nth(*followed);
        *followed += 1;
        let Some(next) = next else {
            done.insert(last);
            way.pop();
            continue;
        };
        if let Some(place) = way.iter().position(|(known, _)| *known == next) {
            let mut ring: Vec<TicketId> = way.iter().skip(place).map(|(id, _)| (*id).clone()).collect();
            done.extend(way.iter().map(|(id, _)| *id));
            let first = ring.iter().enumerate().min_by_key(|(_, id)| (*id).clone()).map_or(0, |(at, _)| at);
            ring.rotate_left(first);
            return Some(ring);
        }
        if !done.contains(next) {
            way.push((next, 0));
        }
    }
    None
}

fn linked<'a>(
    id: &TicketId,
    kind: &'a LinkKind,
    tickets: &'a BTreeMap<TicketId, Ticket>,
) -> impl Iterator<Item = &'a TicketId> {
    let links = tickets.get(id).into_iter().flat_map(|ticket| ticket.fields().links());
    links
        .filter(move |(own, _)| *own == kind)
        .filter_map(|(_, other)| Some(tickets.get_key_value(&TicketId::parse(other)?)?.0))
}
