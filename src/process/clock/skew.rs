//! Entries whose dates cannot be right: clocks depend on people's clocks.

use crate::ticket::{Entry, EntryId, Ticket, Timestamp};

/// What two people's clocks may be apart, in seconds.
const TOLERANCE_SECS: i64 = 300;

/// An entry whose date cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skew {
    /// The entry.
    pub entry: EntryId,
    /// Its date.
    pub at: Timestamp,
    /// What it cannot be right beside, in words.
    pub problem: String,
}

/// An entry that is dated before the commit that it follows, by more than a clock may be off: whoever made that
/// commit had a clock, too.
#[must_use]
pub fn skew_before(entry: &Entry, followed: Timestamp, commit: &str) -> Option<Skew> {
    let is_before = entry.at.unix().saturating_add(TOLERANCE_SECS) < followed.unix();
    let problem = format!("before the commit {commit} of {}, which it follows", followed.minute());
    is_before.then(|| Skew { entry: entry.id.clone(), at: entry.at, problem })
}

/// The entries of a ticket that are dated in the future, or before the entry that they follow.
#[must_use]
pub fn skews(ticket: &Ticket, now: Timestamp) -> Vec<Skew> {
    let mut skews = Vec::new();
    let mut before: Option<(&EntryId, Timestamp, u64)> = None;
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
