//! Where a ticket's clocks stand, as lists and queries ask for it: instants only, which hold until the next
//! entry. The rules that lead to them are the process's.

use crate::ticket::timestamp::Timestamp;

/// Where a ticket's clocks stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlaStatus {
    /// When the first of the clocks that run is used up.
    pub due: Option<Timestamp>,
    /// When the first of the clocks that run warns.
    pub warn: Option<Timestamp>,
    /// True where a clock that has stopped, or waits, was late.
    pub is_late: bool,
    /// True where a clock waits.
    pub is_paused: bool,
}

impl SlaStatus {
    /// True where a clock is used up, or was before it stopped.
    #[must_use]
    pub fn is_breached(&self, now: Timestamp) -> bool {
        self.is_late || self.is_overdue(now)
    }

    /// True where a clock that runs is used up; exactly at the instant it is not yet.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| due < now)
    }

    /// True where a clock that runs has reached its warning, and none is used up.
    #[must_use]
    pub fn is_warned(&self, now: Timestamp) -> bool {
        self.warn.is_some_and(|warn| warn <= now) && !self.is_breached(now)
    }
}
