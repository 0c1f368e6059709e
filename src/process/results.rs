//! What all reports of a run add up to: which tests passed, and which causes failed. Its size is bounded,
//! however long the reports are.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::fingerprint::{Grouping, test_number};
use crate::process::outcome::{FailureOutput, Outcome, TestResult};

/// The most causes that are told apart; of more, only their number is known.
pub(in crate::process) const MAX_CAUSES: usize = 5_000;
/// The most tests of a cause that are named.
pub const MAX_NAMED: usize = 50;

/// The most bytes of traces and outputs that are kept of all causes together; of further ones, the message is.
pub(in crate::process) const MAX_EVIDENCE_BYTES: usize = 8 * 1024 * 1024;

/// What failed, by its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// The fingerprint.
    pub key: String,
    /// The tests that showed it, by their names; the first [`MAX_NAMED`].
    pub tests: Vec<String>,
    /// How many there are.
    pub count: usize,
    /// What the first of them told.
    pub evidence: FailureOutput,
}

/// The results of a run.
#[derive(Debug, Default)]
pub struct Results {
    grouping: Grouping,
    causes: BTreeMap<String, FailureGroup>,
    /// Failures beyond those that are told apart.
    uncounted: usize,
    passed: Vec<u64>,
    failed: BTreeSet<u64>,
    flaky: BTreeSet<u64>,
    /// Tools whose report is complete: what it does not say is not so.
    complete: BTreeSet<String>,
    /// How many bytes of traces and outputs are kept.
    evidence_bytes: usize,
    /// How many results were read.
    pub total: usize,
}

impl Results {
    /// No results yet.
    #[must_use]
    pub fn new(grouping: Grouping) -> Self {
        Self { grouping, ..Self::default() }
    }

    /// Takes a result.
    pub fn add(&mut self, outcome: Outcome) {
        self.total += 1;
        let number = test_number(&outcome.name);
        match &outcome.verdict {
            TestResult::Skipped => {}
            TestResult::Passed => self.passed.push(number),
            TestResult::Flaky => {
                self.passed.push(number);
                self.flaky.insert(number);
            }
            TestResult::Failed(evidence) => {
                if self.causes.len() < MAX_CAUSES || self.failed.contains(&number) {
                    self.failed.insert(number);
                    let key = self.grouping.key(&outcome, evidence);
                    let kept = &mut self.evidence_bytes;
                    let cause = self.causes.entry(key.clone()).or_insert_with(|| {
                        let evidence = bounded(evidence, kept);
                        FailureGroup { key, tests: Vec::new(), count: 0, evidence }
                    });
                    cause.add(outcome.name);
                } else {
                    self.uncounted += 1;
                }
            }
        }
    }

    /// Says that a tool told all it found: what it does not name has gone.
    pub fn is_complete(&mut self, tool: &str) {
        self.complete.insert(tool.to_owned());
    }

    /// Ends: what passed and failed in one run is flaky, and counts as failed.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.passed.sort_unstable();
        self.passed.dedup();
        let failed = std::mem::take(&mut self.failed);
        self.flaky.extend(failed.iter().filter(|number| self.passed.binary_search(number).is_ok()));
        self.passed.retain(|number| !failed.contains(number));
        self.failed = failed;
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

    /// True where a cause failed.
    #[must_use]
    pub fn has_failed(&self, key: &str) -> bool {
        self.causes.contains_key(key)
    }

    /// True where a test passed, or a complete report no longer names it.
    #[must_use]
    pub fn has_passed(&self, name: &str) -> bool {
        let number = test_number(name);
        let is_gone = || {
            self.complete
                .iter()
                .any(|tool| name.strip_prefix(tool.as_str()).is_some_and(|rest| rest.starts_with(": ")))
        };
        self.passed.binary_search(&number).is_ok() || (is_gone() && !self.failed.contains(&number))
    }

    /// True where a test both failed and passed.
    #[must_use]
    pub fn is_flaky(&self, name: &str) -> bool {
        self.flaky.contains(&test_number(name))
    }

    /// The numbers of the tests that passed, in order.
    #[must_use]
    pub fn passed(&self) -> &[u64] {
        &self.passed
    }

    /// The numbers of the tests that failed, in order.
    pub fn failed(&self) -> impl Iterator<Item = u64> {
        self.failed.iter().copied()
    }
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
    fn add(&mut self, test: String) {
        self.count += 1;
        if self.tests.len() < MAX_NAMED && !self.tests.contains(&test) {
            self.tests.push(test);
        }
    }

    /// One cause of many: everything fails.
    #[must_use]
    pub fn storm(key: String, causes: &[&Self]) -> Self {
        let mut storm = Self { key, tests: Vec::new(), count: 0, evidence: FailureOutput::default() };
        for cause in causes {
            if storm.count == 0 {
                storm.evidence = cause.evidence.clone();
            }
            cause.tests.iter().for_each(|test| storm.add(test.clone()));
            storm.count += cause.count.saturating_sub(cause.tests.len());
        }
        storm
    }
}
