//! Entries whose dates cannot be right: clocks depend on people's clocks.

use crate::ticket::{EntryId, Moment, Ticket};

/// An entry whose date cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skew {
    /// The entry.
    pub entry: EntryId,
    /// Its date.
    pub at: Moment,
    /// What it cannot be right beside, in words.
    pub problem: String,
}

/// The entries of a ticket that are dated in the future, or before the entry that they follow.
#[must_use]
pub fn skews(ticket: &Ticket, now: Moment) -> Vec<Skew> {
    let mut skews = Vec::new();
    let mut before: Option<(&EntryId, Moment, u64)> = None;
    for entry in ticket.timeline() {
        if entry.at > now {
            let problem = "in the future".to_owned();
            skews.push(Skew { entry: entry.id.clone(), at: entry.at, problem });
        } else if let Some((id, at, seq)) = before
            && entry.at < at
            && seq < entry.seq
        {
            let problem = format!("before {id} of {}, which it follows", at.minute());
            skews.push(Skew { entry: entry.id.clone(), at: entry.at, problem });
        }
        if before.is_none_or(|(_, at, _)| entry.at >= at) {
            before = Some((&entry.id, entry.at, entry.seq));
        }
    }
    skews
}
