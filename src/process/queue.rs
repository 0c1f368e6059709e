//! The queue: which ticket is to be worked on next.

use std::cmp::Reverse;

use crate::ticket::{Moment, Status, Summary};

/// The open tickets in the order of work: those whose follow-up has passed, then the graver, then the
/// older. What waits for somebody else is left out until its day.
#[must_use]
pub fn queue<T>(tickets: Vec<T>, summary: impl Fn(&T) -> &Summary, now: Moment) -> Vec<T> {
    let mut queue: Vec<T> = tickets.into_iter().filter(|ticket| is_due(summary(ticket), now)).collect();
    queue.sort_by_cached_key(|ticket| {
        let ticket = summary(ticket);
        (!is_overdue(ticket, now), Reverse(ticket.severity), ticket.created, ticket.id.clone())
    });
    queue
}

/// True for a ticket that somebody can work on now.
fn is_due(ticket: &Summary, now: Moment) -> bool {
    ticket.status.is_open() && (!waits(ticket) || is_overdue(ticket, now))
}

fn waits(ticket: &Summary) -> bool {
    matches!(ticket.status, Status::Pending | Status::Deferred)
}

/// True where the day to ask again has passed.
#[must_use]
pub fn is_overdue(ticket: &Summary, now: Moment) -> bool {
    waits(ticket) && ticket.follow_up.is_some_and(|at| at <= now)
}
