//! Tests of one name in several reports of a run, or in several files or suites of one: which of them said what.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::process::fingerprint::stable_name;

/// What numbers the attempts of one report: a later one is the same report.
static ATTEMPT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(attempt|retry|rerun|try)[-_. ]?\d+").ok());

/// Where each test of a run was named, and where it failed: by report, and by file or suite within a report.
#[derive(Debug, Default)]
pub(super) struct SameNames {
    /// The report that is being read; none where it has no name.
    report: Option<String>,
    /// The file or suite of the last test, as it was written and by the name of its place.
    home: Option<(String, String)>,
    reports: Places,
    homes: Places,
}

impl SameNames {
    /// What is added from here on, a report says; `None` for one without a name.
    pub(super) fn begin(&mut self, report: Option<&str>) {
        self.report = report.map(named);
        self.home = None;
    }

    /// The report that is being read.
    pub(super) fn report(&self) -> &str {
        self.report.as_deref().unwrap_or_default()
    }

    /// Takes a test, and the file or suite where it stands.
    pub(super) fn add(&mut self, test: u64, home: &str, has_failed: bool) {
        if let Some(report) = &self.report {
            self.reports.add(test, report, has_failed);
        }
        if self.home.as_ref().is_none_or(|(last, _)| last != home) {
            // Tests of one file follow each other.
            let begin = self.report.as_ref().map(|report| format!("{report}: ")).unwrap_or_default();
            self.home = Some((home.to_owned(), format!("{begin}{}", named(home))));
        }
        if let Some((_, name)) = &self.home {
            self.homes.add(test, name, has_failed);
        }
    }

    /// Where a test failed, where it is named elsewhere, too: the reports, or the files and suites of one.
    pub(super) fn failing(&self, test: u64) -> Vec<String> {
        let reports = self.reports.failing(test);
        if reports.is_empty() { self.homes.failing(test) } else { reports }
    }

    /// True where a report, or a file or suite of one, names a test, and it did not fail there.
    pub(super) fn has_passed(&self, test: u64, place: &str) -> bool {
        self.reports.has_passed(test, place) || self.homes.has_passed(test, place)
    }
}

/// Places by name, with the tests that each names.
#[derive(Debug, Default)]
struct Places {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
    /// The first place of each test, by its number, and those beyond the first.
    first: BTreeMap<u64, usize>,
    others: BTreeSet<(u64, usize)>,
    failed: BTreeSet<(u64, usize)>,
}

impl Places {
    fn add(&mut self, test: u64, name: &str, has_failed: bool) {
        let place = self.numbers.get(name).copied().unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.numbers.insert(name.to_owned(), self.names.len() - 1);
            self.names.len() - 1
        });
        let first = *self.first.entry(test).or_insert(place);
        if first != place {
            self.others.insert((test, place));
        }
        if has_failed {
            self.failed.insert((test, place));
        }
    }

    fn failing(&self, test: u64) -> Vec<String> {
        let others = self.others.range((test, 0)..=(test, usize::MAX));
        if others.count() == 0 {
            return Vec::new();
        }
        let failed = self.failed.range((test, 0)..=(test, usize::MAX));
        failed.filter_map(|(_, place)| self.names.get(*place).cloned()).collect()
    }

    fn has_passed(&self, test: u64, name: &str) -> bool {
        let Some(place) = self.numbers.get(name).or_else(|| self.numbers.get(&named(name))) else {
            return false;
        };
        let is_there = self.first.get(&test) == Some(place) || self.others.contains(&(test, *place));
        is_there && !self.failed.contains(&(test, *place))
    }
}

/// A place's name without what varies from run to run.
fn named(report: &str) -> String {
    let name = stable_name(report);
    ATTEMPT.as_ref().map_or_else(|| name.clone(), |shape| shape.replace_all(&name, "$1").into_owned())
}
