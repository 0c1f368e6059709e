//! The queue: which ticket is to be worked on next.

use std::cmp::Reverse;

use crate::ticket::{Field, Moment, Node, Status, Ticket};

/// The open tickets in the order of work: those whose follow-up has passed, then the graver, then the
/// older. What waits for somebody else is left out until its day.
#[must_use]
pub fn queue(tickets: Vec<Ticket>, now: Moment) -> Vec<Ticket> {
    let mut queue: Vec<Ticket> = tickets.into_iter().filter(|ticket| is_due(ticket, now)).collect();
    queue.sort_by_key(|ticket| {
        let severity = Reverse(ticket.head().severity());
        (!is_overdue(ticket, now), severity, ticket.created(), ticket.id().clone())
    });
    queue
}

/// True for a ticket that somebody can work on now.
fn is_due(ticket: &Ticket, now: Moment) -> bool {
    let status = ticket.head().status();
    let waits = matches!(status, Status::Pending | Status::Deferred);
    status.is_open() && (!waits || is_overdue(ticket, now))
}

/// True where the day to ask again has passed.
#[must_use]
pub fn is_overdue(ticket: &Ticket, now: Moment) -> bool {
    let waits = matches!(ticket.head().status(), Status::Pending | Status::Deferred);
    let follow_up = ticket.head().get(&Field::Deferral).and_then(|to| to.at("follow_up"));
    let follow_up = follow_up.and_then(Node::as_text).and_then(Moment::parse);
    waits && follow_up.is_some_and(|at| at <= now)
}
