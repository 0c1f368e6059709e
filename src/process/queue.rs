//! The queue: which ticket is to be worked on next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::{Severity, SlaStatus, Status, Summary, TicketId, Timestamp};

/// The open tickets that are blocked, each with the open tickets that block it.
pub type Blockers = BTreeMap<TicketId, Vec<TicketId>>;

/// How urgent a ticket is, the most urgent first: late ones, then the graver, then those that are due first, then the
/// older.
type Urgency = (bool, Reverse<Option<Severity>>, i64, Option<Timestamp>, TicketId);

/// The open tickets in the order of work, each with those that wait for it: those whose follow-up has passed or a clock
/// of which is used up, then the graver, then those that are due first, then the older. What waits for somebody else is
/// left out until its day, or until the customer has spoken. In the place of a ticket that is blocked stand the open
/// tickets that block it, with its urgency; where they lead back to it, it stands there itself.
#[must_use]
pub fn queue<T>(
    tickets: Vec<T>,
    of: impl Fn(&T) -> (&Summary, SlaStatus),
    blockers: &Blockers,
    now: Timestamp,
) -> Vec<(T, Vec<TicketId>)> {
    let urgency = |(ticket, standing): (&Summary, SlaStatus)| -> Urgency {
        let is_late = is_overdue(ticket, now) || standing.is_overdue(now);
        let due = standing.due.map_or(i64::MAX, Timestamp::unix);
        (!is_late, Reverse(ticket.severity), due, ticket.created, ticket.id.clone())
    };
    let own: BTreeMap<TicketId, Urgency> =
        tickets.iter().map(|one| (of(one).0.id.clone(), urgency(of(one)))).collect();
    let mut waiting: BTreeMap<&TicketId, Vec<&TicketId>> = BTreeMap::new();
    for (blocked, by) in blockers {
        by.iter().for_each(|blocker| waiting.entry(blocker).or_default().push(blocked));
    }
    // Whoever waits for a word, or is late, is not put off by what blocks the work.
    let is_urgent = |one: &T| of(one).0.is_unanswered || of(one).1.is_overdue(now);
    let is_offered =
        |one: &T| is_due(of(one).0, now) && (!is_held(&of(one).0.id, blockers) || is_urgent(one));
    let mut queue: Vec<([Urgency; 2], T, Vec<TicketId>)> = Vec::new();
    for one in tickets.into_iter().filter(|one| is_offered(one)) {
        let id = of(&one).0.id.clone();
        let held = held_by(&id, &waiting);
        let Some(of_its_own) = own.get(&id) else { continue };
        let urgency = held.iter().filter_map(|id| own.get(id)).chain([of_its_own]).min();
        queue.push(([urgency.unwrap_or(of_its_own).clone(), of_its_own.clone()], one, held));
    }
    queue.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    queue.into_iter().map(|(_, one, held)| (one, held)).collect()
}

/// True where some ticket that is itself not blocked stands before this one.
fn is_held(id: &TicketId, blockers: &Blockers) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![id]);
    while let Some(id) = open.pop() {
        for blocker in blockers.get(id).into_iter().flatten() {
            if !blockers.contains_key(blocker) {
                return true;
            }
            if seen.insert(blocker) {
                open.push(blocker);
            }
        }
    }
    false
}

/// The tickets that cannot be done before this one, the nearest first.
fn held_by(id: &TicketId, waiting: &BTreeMap<&TicketId, Vec<&TicketId>>) -> Vec<TicketId> {
    let mut held: Vec<TicketId> = Vec::new();
    let mut next = vec![id];
    while !next.is_empty() {
        let mut further = Vec::new();
        for blocked in next.iter().filter_map(|id| waiting.get(id)).flatten() {
            if *blocked != id && !held.contains(blocked) {
                held.push((*blocked).clone());
                further.push(*blocked);
            }
        }
        next = further;
    }
    held
}

/// True for a ticket that somebody can work on now.
fn is_due(ticket: &Summary, now: Timestamp) -> bool {
    ticket.status.is_open() && (!waits(ticket) || is_overdue(ticket, now) || ticket.is_unanswered)
}

fn waits(ticket: &Summary) -> bool {
    matches!(ticket.status, Status::Pending | Status::Deferred)
}

/// True where the day to ask again has passed.
#[must_use]
pub fn is_overdue(ticket: &Summary, now: Timestamp) -> bool {
    waits(ticket) && ticket.follow_up.is_some_and(|at| at <= now)
}
