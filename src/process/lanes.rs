//! Where a failure stands: on which branches, and in which lanes, it was seen last and has to pass.

use crate::ticket::{Action, Occurrence, Ticket};

/// The sightings since a ticket was opened, or worked on again: of each branch and lane the last, the first seen first.
#[must_use]
pub fn standing_sightings(ticket: &Ticket) -> Vec<&Occurrence> {
    let mut last: Vec<&Occurrence> = Vec::new();
    for (entry, seen) in ticket.sightings() {
        if entry.action == Action::Reopen {
            last.clear();
        }
        match last.iter_mut().find(|known| (&known.branch, &known.lane) == (&seen.branch, &seen.lane)) {
            Some(known) => *known = seen,
            None => last.push(seen),
        }
    }
    last
}

/// True where a lane is the one that a failure was seen in; an older version did not tell which that was.
#[must_use]
pub fn is_lane_of(seen: &Occurrence, lane: Option<&str>) -> bool {
    seen.lane.is_none() || seen.lane.as_deref() == lane
}
