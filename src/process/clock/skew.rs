//! Entries whose dates cannot be right: clocks depend on people's clocks.

use crate::process::clock::moments::followed;
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
    let timeline = ticket.timeline();
    let followed =
        followed(timeline, |place, _| timeline.get(place).map_or(i64::MIN, |entry| entry.at.unix()));
    let mut skews = Vec::new();
    for (entry, followed) in timeline.iter().zip(followed) {
        let before = followed.and_then(|followed| timeline.get(followed.place));
        let problem = match before {
            _ if entry.at > now => "in the future".to_owned(),
            Some(before) if entry.at < before.at => {
                format!("before {} of {}, which it follows", before.id, before.at.minute())
            }
            Some(_) | None => continue,
        };
        skews.push(Skew { entry: entry.id.clone(), at: entry.at, problem });
    }
    skews
}
