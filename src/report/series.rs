//! What changes from week to week: filed, resolved, and what stood open of each severity.

use crate::process::Happened;
use crate::report::figures::{Case, Period};
use crate::report::group::weeks_of;
use crate::ticket::Severity;

/// A week of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// Its name: `2026-W48`.
    pub name: String,
    /// The tickets filed in it.
    pub opened: usize,
    /// The ends in it.
    pub resolved: usize,
    /// The tickets open at its end, by severity, the gravest first; those without one last.
    pub backlog: [usize; 5],
}

/// The weeks of a period.
#[must_use]
pub fn weeks(cases: &[&Case], period: Period) -> Vec<Week> {
    let mut weeks = Vec::new();
    for (name, week) in weeks_of(period) {
        let mut one = Week { name, opened: 0, resolved: 0, backlog: [0; 5] };
        for case in cases {
            let during = || case.course.events.iter().filter(|event| week.has(event.at));
            one.opened += during().filter(|event| event.what == Happened::Opened).count();
            one.resolved += during().filter(|event| matches!(event.what, Happened::Ended(_))).count();
            if case.is_open_at(week.to - 1) {
                let severity = severity_at(case, week.to - 1);
                let place = severity.map_or(4, |severity| 3 - (severity as usize).min(3));
                if let Some(count) = one.backlog.get_mut(place) {
                    *count += 1;
                }
            }
        }
        weeks.push(one);
    }
    weeks
}

fn severity_at(case: &Case, at: i64) -> Option<Severity> {
    let events = case.course.events.iter().rev().filter(|event| event.at <= at);
    events
        .filter_map(|event| if let Happened::Severity(severity) = event.what { Some(severity) } else { None })
        .next()
        .flatten()
}
