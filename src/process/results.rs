//! What all reports of a run add up to: which tests passed, and which causes failed. Its size is bounded,
//! however long the reports are.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::fingerprint::{Grouping, test_number};
use crate::process::outcome::{FailureOutput, Outcome, TestResult};
use crate::process::same_names::SameNames;

/// The most causes that are told apart; of more, only their number is known.
pub(in crate::process) const MAX_CAUSES: usize = 5_000;
/// The most tests of a cause that are named.
pub const MAX_NAMED: usize = 50;
/// The most tests of a storm that are named: it ends when they pass.
const MAX_NAMED_OF_STORM: usize = 200;
/// What the name of the examples in an item's documentation ends with.
pub const DOCTEST: &str = " (doctest)";

/// The most bytes of traces and outputs that are kept of all causes together; of further ones, the message is.
pub(in crate::process) const MAX_EVIDENCE_BYTES: usize = 8 * 1024 * 1024;

/// What failed, by its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// The fingerprint.
    pub key: String,
    /// The tests that showed it, by their names; the first [`MAX_NAMED`].
    pub tests: Vec<String>,
    /// Where the first of them stands.
    pub home: String,
    /// The reports in which they failed, where others of the run name tests of the same names.
    pub reports: Vec<String>,
    /// How many there are.
    pub count: usize,
    /// What the first of them told.
    pub evidence: FailureOutput,
}

/// The results of a run, in one lane.
#[derive(Debug, Default)]
pub struct Results {
    grouping: Grouping,
    lane: Option<String>,
    causes: BTreeMap<String, FailureGroup>,
    /// Failures beyond those that are told apart.
    uncounted: usize,
    passed: Vec<u64>,
    failed: BTreeSet<u64>,
    /// The failed ones by their names and where they stand: another attempt stands there, too.
    attempted: BTreeSet<u64>,
    flaky: BTreeSet<u64>,
    /// Tests that are there, and did not run; findings that the project decided to live with.
    skipped: BTreeSet<u64>,
    /// Suites, classes and files of which a test passed.
    units: BTreeSet<u64>,
    /// Analyses whose report is complete, by what their findings' names begin with: what it does not say is not so.
    /// Where they name the files that they looked at, of these alone.
    complete: BTreeMap<String, Option<BTreeSet<String>>>,
    /// Tests whose passes in a row count from this run on, by their numbers.
    restarted: BTreeSet<u64>,
    /// True where not all of a report was read.
    is_partial: bool,
    /// What reports count and do not name.
    short: Vec<String>,
    /// Which report says what of tests of one name.
    same_names: SameNames,
    /// How many bytes of traces and outputs are kept.
    evidence_bytes: usize,
    /// How many results were read.
    pub total: usize,
}

/// True where a finding, which is named by its rule and its file, is in one of some files.
fn is_in(finding: &str, files: &BTreeSet<String>) -> bool {
    let after_rule = finding.split_once(' ').map_or("", |(_, rest)| rest);
    let begins = |text: &str, file: &String| {
        text.strip_prefix(file.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    files.iter().any(|file| begins(after_rule, file) || begins(finding, file))
}

impl Results {
    /// No results yet.
    #[must_use]
    pub fn new(grouping: Grouping, lane: Option<&str>) -> Self {
        Self { grouping, lane: lane.map(str::to_owned), ..Self::default() }
    }

    fn number(&self, name: &str) -> u64 {
        test_number(self.lane.as_deref(), name)
    }

    /// Takes a result. One that passed after it failed is flaky; one that failed after it passed has failed: plugins
    /// that run a test again list the attempts before the last as passed.
    pub fn add(&mut self, outcome: Outcome) {
        self.total += 1;
        let number = self.number(&outcome.name);
        match &outcome.verdict {
            TestResult::Failed(_) => self.same_names.add(number, &outcome.home, true),
            TestResult::Passed | TestResult::Flaky => self.same_names.add(number, &outcome.home, false),
            TestResult::Skipped | TestResult::Suppressed => {}
        }
        let attempt =
            self.number(&format!("{}\n{}\n{}", self.same_names.report(), outcome.home, outcome.name));
        match &outcome.verdict {
            TestResult::Skipped | TestResult::Suppressed => drop(self.skipped.insert(number)),
            TestResult::Passed | TestResult::Flaky => {
                self.passed.push(number);
                for unit in outcome.units.iter().chain([&outcome.suite]).filter(|unit| !unit.is_empty()) {
                    self.units.insert(self.number(unit));
                }
                let has_failed = self.attempted.contains(&attempt) && !names_several(&outcome.name);
                if has_failed || outcome.verdict == TestResult::Flaky {
                    self.flaky.insert(number);
                }
            }
            TestResult::Failed(evidence) => {
                if self.causes.len() < MAX_CAUSES || self.failed.contains(&number) {
                    self.failed.insert(number);
                    self.attempted.insert(attempt);
                    let key = self.grouping.key(&outcome, evidence);
                    let kept = &mut self.evidence_bytes;
                    let cause = self.causes.entry(key.clone()).or_insert_with(|| {
                        let evidence = bounded(evidence, kept);
                        FailureGroup {
                            key,
                            tests: Vec::new(),
                            reports: Vec::new(),
                            home: outcome.home.clone(),
                            count: 0,
                            evidence,
                        }
                    });
                    if cause.tests.contains(&outcome.name) && cause.home != outcome.home {
                        cause.also(&outcome.home, evidence, kept);
                    }
                    cause.add(outcome.name, MAX_NAMED);
                } else {
                    self.uncounted += 1;
                    self.is_partial = true;
                }
            }
        }
    }

    /// What is added from here on, a report of this name says; `None` for one without a name.
    pub fn of_report(&mut self, name: Option<&str>) {
        self.same_names.begin(name);
    }

    /// Says that an analysis told all it found: what begins with this, and it does not name, has gone; where it names
    /// the files that it looked at, only what is in one of them.
    pub fn is_complete(&mut self, beginning: &str, files: Option<BTreeSet<String>>) {
        let known = self.complete.entry(beginning.to_owned()).or_insert_with(|| Some(BTreeSet::new()));
        match (known.as_mut(), files) {
            (Some(known), Some(files)) => known.extend(files),
            _ => *known = None,
        }
    }

    /// Says that a test's passes in a row count from this run on: what passed before had not the failure that another branch
    /// brought.
    pub fn restart(&mut self, test: u64) {
        self.restarted.insert(test);
    }

    /// True for a test whose passes count from this run on.
    #[must_use]
    pub fn is_restarted(&self, test: u64) -> bool {
        self.restarted.contains(&test)
    }

    /// Says that not all of the run is here: nothing is resolved by it.
    pub fn is_partial(&mut self) {
        self.is_partial = true;
    }

    /// Says that a report counts more failures than it names: it may be any test that failed.
    pub fn is_short(&mut self, what: String) {
        self.is_partial = true;
        self.short.push(what);
    }

    /// What reports count and do not name.
    #[must_use]
    pub fn short(&self) -> &[String] {
        &self.short
    }

    /// Ends: what failed counts as failed, whatever else it did.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.passed.sort_unstable();
        self.passed.dedup();
        let failed = std::mem::take(&mut self.failed);
        self.passed.retain(|number| !failed.contains(number));
        self.failed = failed;
        let mut causes = std::mem::take(&mut self.causes);
        for cause in causes.values_mut() {
            let reports = cause.tests.iter().flat_map(|test| self.same_names.failing(self.number(test)));
            cause.reports = reports.collect::<BTreeSet<String>>().into_iter().take(MAX_NAMED).collect();
        }
        self.causes = causes;
        self
    }

    /// What failed.
    pub fn causes(&self) -> impl Iterator<Item = &FailureGroup> {
        self.causes.values()
    }

    /// How many results failed.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.uncounted + self.causes.values().map(|cause| cause.count).sum::<usize>()
    }

    /// The failures beyond those that are told apart.
    #[must_use]
    pub fn beyond(&self) -> usize {
        self.uncounted
    }

    /// True where a cause failed.
    #[must_use]
    pub fn has_failed(&self, key: &str) -> bool {
        self.causes.contains_key(key)
    }

    /// True where a test passed, what could not be set up was, or a complete report no longer names it.
    #[must_use]
    pub fn has_passed(&self, name: &str) -> bool {
        let number = self.number(name);
        if self.is_partial || self.failed.contains(&number) {
            return false;
        }
        let is_gone = || {
            let is_of = |(beginning, files): (&String, &Option<BTreeSet<String>>)| {
                let finding = name.strip_prefix(beginning.as_str()).and_then(|rest| rest.strip_prefix(": "));
                finding.is_some_and(|finding| files.as_ref().is_none_or(|files| is_in(finding, files)))
            };
            self.complete.iter().any(is_of) && !self.skipped.contains(&number)
        };
        self.passed.binary_search(&number).is_ok() || self.units.contains(&number) || is_gone()
    }

    /// True where a test passed in a report, whatever another one says of a test of that name.
    #[must_use]
    pub fn has_passed_in(&self, name: &str, report: &str) -> bool {
        !self.is_partial && self.same_names.has_passed(self.number(name), report)
    }

    /// True where the run says nothing of a test at all, and all of the run is here.
    #[must_use]
    pub fn lacks(&self, name: &str) -> bool {
        let number = self.number(name);
        !self.is_partial
            && !self.has_passed(name)
            && !self.failed.contains(&number)
            && !self.skipped.contains(&number)
    }

    /// True where a test both failed and passed.
    #[must_use]
    pub fn is_flaky(&self, name: &str) -> bool {
        self.flaky.contains(&self.number(name))
    }

    /// Notes a name as passed: what is counted from run to run beside the tests themselves.
    pub fn count(&mut self, name: &str) {
        let number = self.number(name);
        if let Err(place) = self.passed.binary_search(&number) {
            self.passed.insert(place, number);
        }
    }

    /// Notes a name as passed or failed, beside the tests themselves.
    pub fn count_as(&mut self, name: &str, passed: bool) {
        if passed {
            self.count(name);
        } else {
            self.failed.insert(self.number(name));
        }
    }

    /// The numbers of the tests that passed, in order, and of the units of which one did.
    #[must_use]
    pub fn passed(&self) -> Vec<u64> {
        // What failed at first says nothing.
        let is_whole = |test: &&u64| !self.failed.contains(*test) && !self.flaky.contains(*test);
        let mut all: Vec<u64> = self.units.iter().chain(&self.passed).filter(is_whole).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The numbers of the tests that failed, in order.
    pub fn failed(&self) -> impl Iterator<Item = u64> {
        self.failed.iter().copied()
    }
}

/// True for a name that stands for several tests: the examples in an item's documentation.
fn names_several(name: &str) -> bool {
    name.ends_with(DOCTEST)
}

/// The evidence as far as there is room for it.
fn bounded(evidence: &FailureOutput, kept: &mut usize) -> FailureOutput {
    *kept += evidence.details.len() + evidence.output.len();
    if *kept <= MAX_EVIDENCE_BYTES {
        return evidence.clone();
    }
    FailureOutput { details: String::new(), output: String::new(), ..evidence.clone() }
}

impl FailureGroup {
    fn add(&mut self, test: String, most: usize) {
        self.count += 1;
        if self.tests.len() < most && !self.tests.contains(&test) {
            self.tests.push(test);
        }
    }

    /// Adds what a test of the same name told elsewhere, as far as there is room for it.
    fn also(&mut self, home: &str, evidence: &FailureOutput, kept: &mut usize) {
        let text = format!("\n\nAlso in {home}: {}\n{}", evidence.message, evidence.details);
        *kept += text.len();
        if evidence.message != self.evidence.message && *kept <= MAX_EVIDENCE_BYTES {
            self.evidence.details.push_str(&text);
        }
    }

    /// One cause of many: everything fails.
    #[must_use]
    pub fn storm(key: String, causes: &[&Self]) -> Self {
        let (tests, home, evidence) = (Vec::new(), String::new(), FailureOutput::default());
        let mut storm = Self { key, tests, reports: Vec::new(), home, count: 0, evidence };
        for cause in causes {
            if storm.count == 0 {
                storm.evidence = cause.evidence.clone();
            }
            cause.tests.iter().for_each(|test| storm.add(test.clone(), MAX_NAMED_OF_STORM));
            storm.count += cause.count.saturating_sub(cause.tests.len());
        }
        storm
    }
}
