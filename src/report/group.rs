//! The groups that a report may be taken apart by.

use crate::process::{ClockKind, Event, EventKind, Period as Calendar};
use crate::report::case::Case;
use crate::report::definitions::{LEVEL_KEPT, kept};
use crate::report::metrics::{Metric, figures, figures_of};
use crate::report::period::Period;
use crate::ticket::{Person, Timestamp, plain_version};

/// What a report is taken apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The severity at the end of the period.
    Severity,
    /// The level at the end of the period.
    Level,
    /// The side of the product.
    Area,
    /// The vendors it was deferred to.
    Vendor,
    /// The releases it affects.
    Release,
    /// Who works on it at the end of the period.
    Assignee,
    /// The answers to use again that were said on it.
    Answer,
    /// The known errors that answer it, or answered it until it was reopened.
    KnownError,
    /// The programs that acted on it for somebody.
    Via,
    /// The weeks of the period, from Monday on, in UTC.
    Week,
}

impl By {
    /// The words of the command line.
    pub const WORDS: &'static [&'static str] = &[
        "severity",
        "level",
        "area",
        "vendor",
        "release",
        "assignee",
        "answer",
        "known-error",
        "via",
        "week",
    ];
    const ALL: [Self; 10] = [
        Self::Severity,
        Self::Level,
        Self::Area,
        Self::Vendor,
        Self::Release,
        Self::Assignee,
        Self::Answer,
        Self::KnownError,
        Self::Via,
        Self::Week,
    ];

    /// Reads the word of the command line.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().zip(Self::ALL).find(|(word, _)| **word == text).map(|(_, by)| by)
    }

    /// The groups that a case belongs to, each with what it is sorted by.
    fn groups(self, case: &Case) -> Vec<(usize, String)> {
        let course = &case.course;
        let text = |text: &str| (0, text.to_owned());
        match self {
            Self::Severity => {
                let severity = course.severity();
                // The gravest first; without one comes last.
                let place = severity.map_or(usize::MAX, |severity| usize::MAX - 1 - severity as usize);
                vec![(place, severity.map_or("none", |severity| severity.as_str()).to_owned())]
            }
            Self::Level => vec![text(course.level().as_str())],
            Self::Area => vec![text(course.area.as_str())],
            Self::Assignee => {
                let name = course.assignee();
                let name = name.as_deref();
                vec![text(name.and_then(Person::short_of).or(name).unwrap_or("nobody"))]
            }
            Self::Release => {
                let releases = course.affects.iter().map(|release| text(plain_version(release)));
                some_or(releases.collect(), "none")
            }
            Self::Answer => some_or(course.answers.iter().map(|answer| text(answer)).collect(), "none"),
            Self::Via => some_or(course.via.iter().map(|via| text(via)).collect(), "none"),
            Self::KnownError => some_or(course.known_errors.iter().map(|id| text(id)).collect(), "none"),
            Self::Vendor => {
                let vendor = |event: &Event| {
                    let EventKind::Waits(_, vendor) = &event.what else { return None };
                    vendor.as_deref().map(text)
                };
                let vendors = course.events.iter().filter_map(vendor);
                some_or(vendors.collect(), "none")
            }
            Self::Week => Vec::new(),
        }
    }
}

fn some_or(mut groups: Vec<(usize, String)>, none: &str) -> Vec<(usize, String)> {
    groups.sort();
    groups.dedup();
    if groups.is_empty() { vec![(usize::MAX, none.to_owned())] } else { groups }
}

/// The figures group by group, in order. A ticket may be in several groups, of vendors and releases, say.
#[must_use]
pub fn grouped(cases: &[&Case], period: Period, by: By) -> Vec<(String, Vec<Metric>)> {
    if by == By::Week {
        return by_week(cases, period);
    }
    let mut groups: std::collections::BTreeMap<(usize, String), Vec<&Case>> =
        std::collections::BTreeMap::new();
    for case in cases {
        for group in by.groups(case) {
            groups.entry(group).or_default().push(case);
        }
    }
    if by == By::Level {
        // A level's targets are its own, wherever the ticket is now.
        for clock in cases.iter().flat_map(|case| &case.clocks) {
            if let ClockKind::Level(level) = &clock.kind {
                groups.entry((0, level.as_str().to_owned())).or_default();
            }
        }
    }
    let of_group = |((_, name), in_group): ((usize, String), Vec<&Case>)| {
        let figures = match by {
            By::Vendor => of_vendor(&in_group, period, &name),
            By::Level => of_level(&in_group, cases, period, &name),
            By::Severity
            | By::Area
            | By::Release
            | By::Assignee
            | By::Answer
            | By::KnownError
            | By::Via
            | By::Week => figures(&in_group, period),
        };
        (name, figures)
    };
    groups.into_iter().map(of_group).collect()
}

/// The figures of a vendor's tickets: of clocks and waits, only its own.
fn of_vendor(cases: &[&Case], period: Period, vendor: &str) -> Vec<Metric> {
    let parts: Vec<Case> = cases.iter().map(|case| case.part_of(vendor)).collect();
    figures(&parts.iter().collect::<Vec<_>>(), period)
}

/// The figures of a level's tickets, and of its own targets, whatever became of the ticket.
fn of_level(cases: &[&Case], all: &[&Case], period: Period, name: &str) -> Vec<Metric> {
    let mut figures = figures(cases, period);
    let is_own = |kind: &ClockKind| matches!(kind, ClockKind::Level(level) if level.as_str() == name);
    let counting = all.iter().filter(|case| case.set_aside(period.to).is_none());
    let mut kept: Vec<_> = counting
        .flat_map(|case| {
            let values = kept(case, period, is_own).into_iter();
            values.map(|value| (value, Some(case.summary.id.clone())))
        })
        .collect();
    kept.sort();
    figures
        .iter_mut()
        .filter(|figure| figure.key == LEVEL_KEPT)
        .for_each(|figure| figure.values.clone_from(&kept));
    figures
}

fn by_week(cases: &[&Case], period: Period) -> Vec<(String, Vec<Metric>)> {
    let weeks = weeks_of(period);
    let mut active: Vec<Vec<&Case>> = weeks.iter().map(|_| Vec::new()).collect();
    for case in cases {
        let mut places: Vec<usize> = case
            .instants()
            .filter(|at| period.has(*at))
            .map(|at| weeks.partition_point(|(_, week)| week.to <= at))
            .collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            if let Some(active) = active.get_mut(place) {
                active.push(case);
            }
        }
    }
    let figures =
        |((name, week), active): ((String, Period), Vec<&Case>)| (name, figures_of(&active, cases, week));
    weeks.into_iter().zip(active).map(figures).collect()
}

/// The weeks of a period by name; the first and the last are cut to it.
pub(super) fn weeks_of(period: Period) -> Vec<(String, Period)> {
    let mut weeks = Vec::new();
    let mut from = period.from;
    while from < period.to {
        let Some(at) = Timestamp::from_unix(from) else { break };
        let to = Calendar::Week.end(at).unix().min(period.to).max(from + 1);
        weeks.push((Calendar::Week.name(at), Period { from, to }));
        from = to;
    }
    weeks
}
