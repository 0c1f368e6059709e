//! Figures of some tickets and a period: how many values each has, their sum or share, median and p90.

use crate::process::{Release, percentile};
use crate::report::case::Case;
use crate::report::definition::{Definition, Unit};
use crate::report::definitions::METRICS;
use crate::report::period::Period;
use crate::ticket::{TicketId, Timestamp};

/// A figure of some tickets and a period.
#[derive(Debug)]
pub struct Metric {
    /// Its name in machine formats.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// What it is.
    pub about: &'static str,
    /// The values that went into it, the smallest first, each with the ticket it is of, if it is one's.
    pub values: Vec<(i64, Option<TicketId>)>,
}

impl Metric {
    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The value below which a share of the values lies, in percent; of spans alone.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        if matches!(self.unit, Unit::Count | Unit::Share) {
            return None;
        }
        let values: Vec<i64> = self.values.iter().map(|(value, _)| *value).collect();
        percentile(&values, percent)
    }

    /// The count, the sum of seconds, or the share in tenths of a percent; `None` for spans, which have a
    /// median, and for a share of nothing.
    #[must_use]
    pub fn value(&self) -> Option<i64> {
        let sum = || self.values.iter().map(|(value, _)| *value).sum::<i64>();
        let count = i64::try_from(self.count()).unwrap_or(i64::MAX);
        match self.unit {
            Unit::Count => Some(count),
            Unit::Sum => Some(sum()),
            Unit::Share if count > 0 => Some((sum() * 1000 + count / 2) / count),
            Unit::Share | Unit::Span | Unit::Hours => None,
        }
    }
}

/// The figures of some tickets and a period, in the order of the table.
#[must_use]
pub fn figures(cases: &[&Case], period: Period) -> Vec<Metric> {
    let active: Vec<&Case> = cases.iter().copied().filter(|case| case.is_active_in(period)).collect();
    figures_of(&active, cases, period)
}

/// The same, where it is known in which of them something happened in the period.
pub(super) fn figures_of(active: &[&Case], all: &[&Case], period: Period) -> Vec<Metric> {
    METRICS
        .iter()
        .map(|sort| {
            let values = if sort.is_of_end { all } else { active };
            // Counts and sums are of all; times and rates of the tickets that were worked on as such.
            let counts = |case: &&&&Case| {
                matches!(sort.unit, Unit::Count | Unit::Sum) || case.set_aside(period.to).is_none()
            };
            let values = values.iter().filter(|case| counts(&case)).flat_map(|case| {
                (sort.collect)(case, period).into_iter().map(|value| (value, Some(case.summary.id.clone())))
            });
            figure(sort, values.collect())
        })
        .collect()
}

fn figure(sort: &Definition, mut values: Vec<(i64, Option<TicketId>)>) -> Metric {
    values.sort();
    Metric { key: sort.key, title: sort.title, unit: sort.unit, about: sort.about, values }
}

/// The lead times of the releases that were accepted in a period.
#[must_use]
pub fn lead_times(releases: &[Release], period: Period) -> Metric {
    let at = |mark: &Option<crate::process::Mark>| {
        mark.as_ref().and_then(|mark| Timestamp::parse(&mark.at)).map(Timestamp::unix)
    };
    let lead = |release: &Release| {
        let accepted = at(&release.accepted).filter(|at| period.has(*at))?;
        Some((accepted - at(&release.offered)?, None))
    };
    figure(&LEAD_TIME, releases.iter().filter_map(lead).collect())
}

const LEAD_TIME: Definition = Definition {
    key: "release-lead-time",
    title: "Release handover",
    unit: Unit::Span,
    is_of_end: false,
    about: "calendar time from handover to acceptance, for releases accepted in the period",
    collect: |_, _| Vec::new(),
};
