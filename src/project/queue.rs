//! The queue of a project: of what is long, only the beginning is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{Blockers, Listed, queue};
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::project::state::Project;
use crate::ticket::{Status, TicketId};

/// With more tickets that block or are blocked, the whole queue is put in order at once.
const MAX_BLOCKED: usize = 500;

/// The beginning of a queue.
#[derive(Debug)]
pub struct Queue {
    /// The tickets, in the order of work, each with those that wait for it, the nearest first.
    pub tickets: Vec<(Listed, Vec<TicketId>)>,
    /// How many there are in all.
    pub total: usize,
    /// The titles of the tickets that are blocked.
    pub titles: BTreeMap<TicketId, String>,
}

impl Project<'_> {
    /// The first tickets of the queue that a filter means: terms of a query, or none.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn queue(&self, filter: &str, limit: usize) -> Result<Queue, Failure> {
        let blockers = self.blockers()?;
        let linked: BTreeSet<&TicketId> = blockers.keys().chain(blockers.values().flatten()).collect();
        if linked.len() > MAX_BLOCKED || limit == usize::MAX {
            return self.whole_queue(filter, limit, &blockers);
        }
        let ids: Vec<&str> = linked.iter().map(|id| id.as_str()).collect();
        let linked_query = format!("status:open id:{}", ids.join(","));
        // By its own urgency, whatever is among the first has no more before it than these: others come to stand before it
        // only by what waits for them, and all of those are read; what is blocked may stand among them and is left out.
        let reach = limit.saturating_add(ids.len());
        let workable = format!("status:new,triaged,in-progress {filter} sort:urgency limit:{reach}");
        let mut found = self.lines(&workable)?;
        let first: BTreeSet<TicketId> = found.iter().map(|one| one.summary.id.clone()).collect();
        let mut wanted = first.clone();
        // What waits, and may be urgent all the same: the queue itself says which of it.
        let waiting = self.lines(&format!("status:pending,deferred {filter}"))?;
        let mut others: Vec<Listed> = Vec::new();
        if !ids.is_empty() {
            others = self.lines(&format!("{linked_query} {filter}"))?;
        }
        let apart: BTreeSet<&TicketId> = waiting
            .iter()
            .chain(others.iter().filter(|one| blockers.contains_key(&one.summary.id)))
            .map(|one| &one.summary.id)
            .collect();
        let ready_count = self.count(&format!("status:open {filter}"))?.saturating_sub(apart.len());
        others.extend(waiting);
        wanted.extend(others.iter().map(|one| one.summary.id.clone()));
        if !ids.is_empty() {
            // Also those that are not meant: their urgency is inherited.
            others.extend(self.lines(&linked_query)?);
        }
        let mut seen = first;
        found.extend(others.into_iter().filter(|one| seen.insert(one.summary.id.clone())));
        let titles = titles(&found, &blockers);
        let mut tickets = self.in_order(found, &blockers)?;
        tickets.retain(|(one, _)| wanted.contains(&one.summary.id));
        let beside = tickets.iter().filter(|(one, _)| !is_ready(one, &blockers)).count();
        let total = ready_count + beside;
        tickets.truncate(limit);
        Ok(Queue { tickets, total, titles })
    }

    /// The queue, put in order as a whole.
    fn whole_queue(&self, filter: &str, limit: usize, blockers: &Blockers) -> Result<Queue, Failure> {
        let found = self.lines("status:open")?;
        let titles = titles(&found, blockers);
        let mut tickets = self.in_order(found, blockers)?;
        if !filter.is_empty() {
            let wanted: BTreeSet<TicketId> =
                self.find_ids(&format!("status:open {filter}"))?.into_iter().collect();
            tickets.retain(|(one, _)| wanted.contains(&one.summary.id));
        }
        let total = tickets.len();
        tickets.truncate(limit);
        Ok(Queue { tickets, total, titles })
    }

    fn lines(&self, query: &str) -> Result<Vec<Listed>, Failure> {
        self.find(&Search::new(query, Projection::Lines))
    }

    fn in_order(
        &self,
        found: Vec<Listed>,
        blockers: &Blockers,
    ) -> Result<Vec<(Listed, Vec<TicketId>)>, Failure> {
        let team = self.people()?.known();
        let standing = |one: &Listed| one.standing.unwrap_or_default();
        Ok(queue(found, |one| (&one.summary, standing(one)), blockers, &team, self.now()))
    }
}

/// The titles of those that are blocked: they are named as a reason.
fn titles(found: &[Listed], blockers: &Blockers) -> BTreeMap<TicketId, String> {
    let blocked = found.iter().filter(|one| blockers.contains_key(&one.summary.id));
    blocked.map(|one| (one.summary.id.clone(), one.summary.title.clone())).collect()
}

/// True for what `is:ready` means: open, waiting for nobody, and not blocked.
fn is_ready(one: &Listed, blockers: &Blockers) -> bool {
    let status = one.summary.status;
    let waits = matches!(status, Status::Pending | Status::Deferred);
    status.is_open() && !waits && !blockers.contains_key(&one.summary.id)
}
