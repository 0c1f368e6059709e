//! What changes from week to week: filed, resolved, and what stood open of each severity.

use crate::process::EventKind;
use crate::report::case::Case;
use crate::report::group::weeks_of;
use crate::report::period::Period;
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
    let spans = weeks_of(period);
    let ends: Vec<i64> = spans.iter().map(|(_, week)| week.to).collect();
    let mut weeks: Vec<Week> =
        spans.into_iter().map(|(name, _)| Week { name, opened: 0, resolved: 0, backlog: [0; 5] }).collect();
    // What a week's backlog has more or less than that of the week before: so a ticket that stays open for
    // years costs no more than one that is resolved at once.
    let mut changes = vec![[0_i64; 5]; weeks.len() + 1];
    for case in cases {
        count_events(case, period, &ends, &mut weeks);
        for (from, to, place) in stretches(case) {
            let (first, last) = (week_of(&ends, from), week_of(&ends, to));
            for (week, change) in [(first, 1), (last, -1)] {
                if let Some(count) = changes.get_mut(week).and_then(|week| week.get_mut(place)) {
                    *count += change;
                }
            }
        }
    }
    let mut backlog = [0_i64; 5];
    for (week, changes) in weeks.iter_mut().zip(changes) {
        for ((sum, change), shown) in backlog.iter_mut().zip(changes).zip(&mut week.backlog) {
            *sum += change;
            *shown = usize::try_from(*sum).unwrap_or_default();
        }
    }
    weeks
}

/// The place of the week that has an instant, or of the first one, for what came before it.
fn week_of(ends: &[i64], at: i64) -> usize {
    ends.partition_point(|end| *end <= at)
}

fn count_events(case: &Case, period: Period, ends: &[i64], weeks: &mut [Week]) {
    let mut last = None;
    for event in case.course.events.iter().filter(|event| period.has(event.at)) {
        let place = week_of(ends, event.at);
        let Some(week) = weeks.get_mut(place) else { continue };
        week.opened += usize::from(event.what == EventKind::Opened);
        // A ticket that was resolved twice is one that was resolved.
        if matches!(event.what, EventKind::Ended(_)) && last.replace(place) != Some(place) {
            week.resolved += 1;
        }
    }
}

/// While a ticket was open with one severity: from, to, and the severity's place in a backlog.
fn stretches(case: &Case) -> Vec<(i64, i64, usize)> {
    let mut stretches = Vec::new();
    let (mut since, mut severity): (Option<i64>, Option<Severity>) = (None, None);
    let place = |severity: Option<Severity>| severity.map_or(4, |severity| 3 - (severity as usize).min(3));
    for event in &case.course.events {
        let (before, was_since) = (severity, since);
        if matches!(event.what, EventKind::Opened | EventKind::Reopened(_)) {
            since = Some(event.at);
        } else if let EventKind::Severity(to) = &event.what {
            severity = *to;
            since = since.map(|_| event.at);
        } else if matches!(event.what, EventKind::Ended(_)) {
            since = None;
        } else {
            continue;
        }
        stretches.extend(was_since.map(|from| (from, event.at, place(before))));
    }
    stretches.extend(since.map(|from| (from, i64::MAX, place(severity))));
    stretches
}
