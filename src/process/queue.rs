//! The queue: which ticket is to be worked on next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::{KnownPerson, Severity, SlaStatus, Status, Summary, TicketId, Timestamp};

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
    team: &[KnownPerson],
    now: Timestamp,
) -> Vec<(T, Vec<TicketId>)> {
    let ranks = ranks_in_order(&tickets, &of, blockers, now);
    // Whoever waits for a word, or is late, is not put off by what blocks the work.
    let is_urgent = |one: &T| of(one).0.talk.is_unanswered(team) || of(one).1.is_overdue(now);
    let is_offered =
        |one: &T| is_due(of(one).0, team, now) && (!is_held(&of(one).0.id, blockers) || is_urgent(one));
    let offered = tickets.iter().zip(ranks).enumerate().filter(|(_, (one, _))| is_offered(one));
    let mut order: Vec<(Rank, usize)> = offered.map(|(place, (_, rank))| (rank, place)).collect();
    order.sort_unstable();
    // What is long is not moved while it is put in order.
    let mut tickets: Vec<Option<T>> = tickets.into_iter().map(Some).collect();
    let mut take = |place: usize| tickets.get_mut(place).and_then(Option::take);
    order.into_iter().filter_map(|(rank, place)| Some((take(place)?, rank.held))).collect()
}

/// Where a ticket stands among others: by the most urgent of those that wait for it, then by its own urgency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    inherited: Urgency,
    own: Urgency,
    /// The tickets that cannot be done before this one, the nearest first.
    held: Vec<TicketId>,
}

/// Where each ticket stands, the first to be worked on the lowest; a ticket that blocks others has the urgency of the most
/// urgent of them that is given, too.
#[must_use]
pub fn ranks<T>(
    tickets: &[T],
    of: impl Fn(&T) -> (&Summary, SlaStatus),
    blockers: &Blockers,
    now: Timestamp,
) -> BTreeMap<TicketId, Rank> {
    let ranks = ranks_in_order(tickets, &of, blockers, now);
    tickets.iter().map(|one| of(one).0.id.clone()).zip(ranks).collect()
}

/// The same, in the order of the tickets.
fn ranks_in_order<T>(
    tickets: &[T],
    of: impl Fn(&T) -> (&Summary, SlaStatus),
    blockers: &Blockers,
    now: Timestamp,
) -> Vec<Rank> {
    let urgency = |(ticket, standing): (&Summary, SlaStatus)| -> Urgency {
        let is_late = is_overdue(ticket, now) || standing.is_overdue(now);
        let due = standing.due.map_or(i64::MAX, Timestamp::unix);
        (!is_late, Reverse(ticket.effective), due, ticket.created, ticket.id.clone())
    };
    // Of most tickets, none is blocked and none blocks another: only what is blocked hands its urgency on.
    let blocked = tickets.iter().filter(|one| blockers.contains_key(&of(one).0.id));
    let blocked: BTreeMap<TicketId, Urgency> =
        blocked.map(|one| (of(one).0.id.clone(), urgency(of(one)))).collect();
    let waiting = waiting(blockers);
    let rank = |one: &T| {
        let own = urgency(of(one));
        let held = held_by(&of(one).0.id, &waiting);
        let inherited =
            held.iter().filter_map(|id| blocked.get(id)).chain([&own]).min().unwrap_or(&own).clone();
        Rank { inherited, own, held }
    };
    tickets.iter().map(rank).collect()
}

/// The tickets that wait for each ticket.
fn waiting(blockers: &Blockers) -> BTreeMap<&TicketId, Vec<&TicketId>> {
    let mut waiting: BTreeMap<&TicketId, Vec<&TicketId>> = BTreeMap::new();
    for (blocked, by) in blockers {
        by.iter().for_each(|blocker| waiting.entry(blocker).or_default().push(blocked));
    }
    waiting
}

/// The tickets that wait for some, directly or over others.
#[must_use]
pub fn held_by_any<'a>(ids: impl Iterator<Item = &'a TicketId>, blockers: &Blockers) -> BTreeSet<TicketId> {
    let waiting = waiting(blockers);
    ids.flat_map(|id| held_by(id, &waiting)).collect()
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
fn is_due(ticket: &Summary, team: &[KnownPerson], now: Timestamp) -> bool {
    ticket.status.is_open() && (!waits(ticket) || is_overdue(ticket, now) || ticket.talk.is_unanswered(team))
}

fn waits(ticket: &Summary) -> bool {
    matches!(ticket.status, Status::Pending | Status::Deferred)
}

/// True where the day to ask again has passed.
#[must_use]
pub fn is_overdue(ticket: &Summary, now: Timestamp) -> bool {
    waits(ticket) && ticket.follow_up.is_some_and(|at| at <= now)
}
