//! How long vendors took to answer: by day and night, and against the contracts of the time.

use crate::process::clock::{Clock, ClockKind, State, TicketHistory};

/// How long a vendor took to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorAnswers {
    /// Each time in seconds, by day and night, the shortest first: from each handing over to the moment the ticket was
    /// resumed.
    pub seconds: Vec<i64>,
    /// How many of them a contract measured, as it was when the ticket was handed over.
    pub timed: usize,
    /// How many of those came in time.
    pub in_time: usize,
}

impl VendorAnswers {
    /// The answers of a vendor on some tickets, each with its clocks.
    #[must_use]
    pub fn of(vendor: &str, tickets: &[(TicketHistory, Vec<Clock>)]) -> Self {
        let mut answers = Self::default();
        for (course, clocks) in tickets {
            let waits = course.waits().into_iter().filter(|wait| wait.vendor == Some(vendor));
            answers.seconds.extend(waits.filter_map(|wait| Some(wait.to?.saturating_sub(wait.from))));
            let is_its = |clock: &&Clock| matches!(&clock.kind, ClockKind::Vendor(name) if name == vendor);
            for clock in clocks.iter().filter(is_its).filter(|clock| clock.stopped.is_some()) {
                answers.timed += 1;
                answers.in_time += usize::from(clock.state == State::Met);
            }
        }
        answers.seconds.sort_unstable();
        answers
    }
}
