//! A clock as it stands: what it measures, its budget, what of it is used up.

use crate::process::clock::rules::Target;
use crate::process::clock::run::{Gap, State};
use crate::ticket::{Level, Severity, SlaStatus, Timestamp};

/// What a clock measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockKind {
    /// The time to the first word to the customer.
    Response,
    /// The time from one word to the customer to the next.
    Update,
    /// The time to the resolution.
    Resolution,
    /// The time at a level of support, all stays together.
    Level(Level),
    /// The time that a vendor takes to answer.
    Vendor(String),
}

impl ClockKind {
    /// The word of machine formats.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Response => "response".to_owned(),
            Self::Update => "update".to_owned(),
            Self::Resolution => "resolution".to_owned(),
            Self::Level(level) => format!("level-{level}"),
            Self::Vendor(name) => format!("vendor:{name}"),
        }
    }

    /// True for the clocks that were promised to the customer.
    #[must_use]
    pub fn is_customers(&self) -> bool {
        matches!(self, Self::Response | Self::Update | Self::Resolution)
    }
}

/// A clock, as it stands. Instants are seconds since 1970 UTC; spans are seconds of the calendar's hours.
#[derive(Debug, Clone)]
pub struct Clock {
    /// What it measures.
    pub kind: ClockKind,
    /// The severity whose target it has.
    pub severity: Option<Severity>,
    /// Its budget, as the settings have it.
    pub target: Target,
    /// The name of its calendar.
    pub calendar: String,
    /// The place of the rules that judge it.
    pub book: usize,
    /// The place, in the course's list, of the entry at which those were looked up.
    pub judgement: usize,
    /// When it started, and by which entry.
    pub started: (i64, u32),
    /// When it stopped, and by which entry.
    pub stopped: Option<(i64, u32)>,
    /// What was cut out of it, as far as it counts.
    pub gaps: Vec<Gap>,
    /// The budget.
    pub target_seconds: i64,
    /// What of it is used up.
    pub elapsed_seconds: i64,
    /// How long the ticket waited meanwhile.
    pub paused_seconds: i64,
    /// When it is used up; `None` while it waits.
    pub due: Option<i64>,
    /// When it came to its end, as far as was known then: used up or stopped; where it had no such target then, when that was
    /// set.
    pub ended: Option<i64>,
    /// When it warns.
    pub warn: Option<i64>,
    /// Where it stands.
    pub state: State,
    /// True while it waits.
    pub is_paused: bool,
    /// False for an interval between words to the customer that is over.
    pub is_present: bool,
}

impl Clock {
    /// When it ran, until it stopped or a moment: what is between the gaps.
    #[must_use]
    pub fn runs(&self, now: i64) -> Vec<(i64, i64)> {
        let end = self.stopped.map_or(now, |(at, _)| at);
        let mut gaps: Vec<(i64, i64)> =
            self.gaps.iter().map(|gap| (gap.from, gap.to.unwrap_or(i64::MAX))).collect();
        gaps.sort_unstable();
        let mut runs = Vec::new();
        let mut from = self.started.0;
        for (gap, on) in gaps {
            runs.push((from, gap.min(end)));
            from = from.max(on);
        }
        runs.push((from, end));
        runs.retain(|(from, to)| from < to);
        runs
    }
}

/// Where the customer's clocks stand, as lists and queries ask for it: it holds until the next entry.
#[must_use]
pub fn standing(clocks: &[Clock]) -> SlaStatus {
    let customers = || clocks.iter().filter(|clock| clock.kind.is_customers() && clock.is_present);
    let running = || customers().filter(|clock| clock.stopped.is_none() && !clock.is_paused);
    let first = |at: Option<i64>| at.and_then(Timestamp::from_unix);
    SlaStatus {
        due: first(running().filter_map(|clock| clock.due).min()),
        warn: first(running().filter_map(|clock| clock.warn).min()),
        is_late: customers()
            .any(|clock| clock.state == State::Breached && (clock.stopped.is_some() || clock.is_paused)),
        is_paused: customers().any(|clock| clock.is_paused),
    }
}
