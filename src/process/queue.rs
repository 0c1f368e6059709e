//! The queue: which ticket is to be worked on next.

use std::cmp::Reverse;

use crate::ticket::{SlaStatus, Status, Summary, Timestamp};

/// The open tickets in the order of work: those whose follow-up has passed or a clock of which is used up, then
/// the graver, then those that are due first, then the older. What waits for somebody else is left out until its
/// day.
#[must_use]
pub fn queue<T>(tickets: Vec<T>, of: impl Fn(&T) -> (&Summary, SlaStatus), now: Timestamp) -> Vec<T> {
    let mut queue: Vec<T> = tickets.into_iter().filter(|ticket| is_due(of(ticket).0, now)).collect();
    queue.sort_by_cached_key(|ticket| {
        let (ticket, standing) = of(ticket);
        let is_late = is_overdue(ticket, now) || standing.is_overdue(now);
        let due = standing.due.map_or(i64::MAX, Timestamp::unix);
        (!is_late, Reverse(ticket.severity), due, ticket.created, ticket.id.clone())
    });
    queue
}

/// True for a ticket that somebody can work on now.
fn is_due(ticket: &Summary, now: Timestamp) -> bool {
    ticket.status.is_open() && (!waits(ticket) || is_overdue(ticket, now))
}

fn waits(ticket: &Summary) -> bool {
    matches!(ticket.status, Status::Pending | Status::Deferred)
}

/// True where the day to ask again has passed.
#[must_use]
pub fn is_overdue(ticket: &Summary, now: Timestamp) -> bool {
    waits(ticket) && ticket.follow_up.is_some_and(|at| at <= now)
}
