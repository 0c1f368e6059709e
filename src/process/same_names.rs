//! Tests of one name in several reports of a run: which report said what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::process::fingerprint::stable_name;

/// What numbers the attempts of one report: a later one is the same report.
static ATTEMPT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(attempt|retry|rerun|try)[-_. ]?\d+").ok());

/// Which tests each report of a run names, and which of them failed there.
#[derive(Debug, Default)]
pub(super) struct SameNames {
    reports: Vec<String>,
    /// The report that is being read; none where it has no name.
    current: Option<usize>,
    /// The first report of each test, by its number, and those beyond the first.
    first: BTreeMap<u64, usize>,
    others: BTreeSet<(u64, usize)>,
    failed: BTreeSet<(u64, usize)>,
}

impl SameNames {
    /// What is added from here on, a report says; `None` for one without a name.
    pub(super) fn begin(&mut self, report: Option<&str>) {
        self.current = report.map(|report| {
            let name = named(report);
            self.reports.iter().position(|known| *known == name).unwrap_or_else(|| {
                self.reports.push(name);
                self.reports.len() - 1
            })
        });
    }

    /// The report that is being read.
    pub(super) fn report(&self) -> &str {
        self.current.and_then(|current| self.reports.get(current)).map_or("", String::as_str)
    }

    /// Takes a test.
    pub(super) fn add(&mut self, test: u64, has_failed: bool) {
        let Some(current) = self.current else { return };
        let first = *self.first.entry(test).or_insert(current);
        if first != current {
            self.others.insert((test, current));
        }
        if has_failed {
            self.failed.insert((test, current));
        }
    }

    /// The reports in which a test failed, where another one names it, too.
    pub(super) fn failing(&self, test: u64) -> Vec<String> {
        let others = self.others.range((test, 0)..=(test, usize::MAX));
        if others.count() == 0 {
            return Vec::new();
        }
        let failed = self.failed.range((test, 0)..=(test, usize::MAX));
        failed.filter_map(|(_, report)| self.reports.get(*report).cloned()).collect()
    }

    /// True where a report names a test, and it did not fail there.
    pub(super) fn has_passed(&self, test: u64, report: &str) -> bool {
        let name = named(report);
        let Some(report) = self.reports.iter().position(|known| *known == name) else { return false };
        let is_there = self.first.get(&test) == Some(&report) || self.others.contains(&(test, report));
        is_there && !self.failed.contains(&(test, report))
    }
}

/// A report's name without what varies from run to run.
fn named(report: &str) -> String {
    let name = stable_name(report);
    ATTEMPT.as_ref().map_or_else(|| name.clone(), |shape| shape.replace_all(&name, "$1").into_owned())
}
